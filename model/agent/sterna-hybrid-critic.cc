/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-hybrid-critic.h"

#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaHybridCritic");

HybridCritic::HybridCritic(const AgentSpaces& spaces, const std::vector<Eigen::Index>& hidden)
    : m_choices(spaces.choices),
      m_reals(spaces.actors * spaces.parameters)
{
    NS_LOG_FUNCTION(this << spaces.actors << spaces.choices << spaces.parameters);
    std::vector<Eigen::Index> widths{spaces.features + m_reals};
    widths.insert(widths.end(), hidden.begin(), hidden.end());
    widths.push_back(1 + spaces.actors * spaces.choices);
    m_network = Mlp(widths, Mlp::Hidden::RELU, Mlp::Output::IDENTITY);
}

Mlp&
HybridCritic::GetNetwork()
{
    return m_network;
}

const Mlp&
HybridCritic::GetNetwork() const
{
    return m_network;
}

Eigen::Block<const RowMatrixXf>
HybridCritic::GetBranches() const
{
    const RowMatrixXf& outputs = m_workspace.layers.back();
    return {outputs, 0, 1, outputs.rows(), outputs.cols() - 1};
}

Eigen::VectorXf
HybridCritic::Values(const RowMatrixXf& inputs, const HybridBatch::Choices& choices)
{
    const RowMatrixXf& outputs = m_network.ForwardBatch(inputs, m_workspace);
    Eigen::VectorXf values = outputs.col(0);
    for (Eigen::Index i = 0; i < choices.rows(); ++i)
    {
        for (Eigen::Index u = 0; u < choices.cols(); ++u)
        {
            if (choices(i, u) >= 0)
            {
                values[i] += outputs(i, 1 + u * m_choices + choices(i, u));
            }
        }
    }
    return values;
}

Eigen::VectorXf
HybridCritic::ExpectedValues(const RowMatrixXf& inputs, const RowMatrixXf& probabilities)
{
    const RowMatrixXf& outputs = m_network.ForwardBatch(inputs, m_workspace);
    return outputs.col(0) + GetBranches().cwiseProduct(probabilities).rowwise().sum();
}

void
HybridCritic::Backward(const RowMatrixXf& inputs,
                       const HybridBatch::Choices& choices,
                       const Eigen::VectorXf& slope,
                       Eigen::VectorXf& gradient)
{
    m_outputSlope.setZero(slope.size(), m_network.GetOutputs());
    m_outputSlope.col(0) = slope;
    for (Eigen::Index i = 0; i < choices.rows(); ++i)
    {
        for (Eigen::Index u = 0; u < choices.cols(); ++u)
        {
            if (choices(i, u) >= 0)
            {
                m_outputSlope(i, 1 + u * m_choices + choices(i, u)) = slope[i];
            }
        }
    }
    m_network.Backward(inputs, m_outputSlope, m_workspace, gradient);
}

void
HybridCritic::BackwardParameters(const RowMatrixXf& probabilities,
                                 const Eigen::VectorXf& slope,
                                 RowMatrixXf& parameterSlope)
{
    m_outputSlope.resize(slope.size(), m_network.GetOutputs());
    m_outputSlope.col(0) = slope;
    m_outputSlope.rightCols(probabilities.cols()) = slope.asDiagonal() * probabilities;
    m_network.BackwardInputs(m_outputSlope, m_reals, m_workspace, parameterSlope);
}

} // namespace sterna
} // namespace ns3
