/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_AGENT_TORCH_TEST_H
#define STERNA_AGENT_TORCH_TEST_H

#include "ns3/random-variable-stream.h"
#include "ns3/sterna-mlp.h"
#include "ns3/sterna-wolpertinger-agent.h"
#include "ns3/test.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{

/// The cases of the suite sterna-agent-torch, file by file.
std::vector<TestCase*> MakeActorCriticTests();
std::vector<TestCase*> MakeWolpertingerTests();
std::vector<TestCase*> MakeTorchScriptTests();
std::vector<TestCase*> MakeQNetworkTorchTests();

/**
 * A perceptron with ReLU in double precision: a second, slow and plain way to what Mlp and LibTorch
 * compute. `parameters` is laid out as an Mlp's.
 */
inline Eigen::VectorXd
PlainForward(const std::vector<Eigen::Index>& widths,
             const Eigen::VectorXd& parameters,
             Eigen::VectorXd x,
             bool tanhAtTheEnd)
{
    Eigen::Index next = 0;
    for (size_t layer = 0; layer + 1 < widths.size(); ++layer)
    {
        Eigen::VectorXd y = Eigen::VectorXd::Zero(widths[layer + 1]);
        for (Eigen::Index row = 0; row < y.size(); ++row)
        {
            for (Eigen::Index column = 0; column < x.size(); ++column)
            {
                y[row] += parameters[next++] * x[column];
            }
        }
        const bool last = layer + 2 == widths.size();
        for (Eigen::Index row = 0; row < y.size(); ++row)
        {
            y[row] += parameters[next++];
            y[row] = !last ? std::max(y[row], 0.0) : tanhAtTheEnd ? std::tanh(y[row]) : y[row];
        }
        x = y;
    }
    return x;
}

/// Numbers in [-1, 1], a different sequence for each stream.
inline RowMatrixXf
RandomMatrix(Eigen::Index rows, Eigen::Index columns, Ptr<UniformRandomVariable> uniform)
{
    RowMatrixXf matrix(rows, columns);
    for (Eigen::Index i = 0; i < matrix.size(); ++i)
    {
        matrix.data()[i] = static_cast<float>(uniform->GetValue(-1.0, 1.0));
    }
    return matrix;
}

inline Ptr<UniformRandomVariable>
MakeStream(int64_t stream)
{
    auto uniform = CreateObject<UniformRandomVariable>();
    uniform->SetStream(stream);
    return uniform;
}

} // namespace test
} // namespace sterna
} // namespace ns3

#endif /* STERNA_AGENT_TORCH_TEST_H */
