/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-torch-test.h"

#include "ns3/sterna-q-network.h"

#include <string>
#include <torch/types.h>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

constexpr int64_t BATCH = 5;
constexpr int64_t CHOICES = 4;
constexpr int64_t GLOBAL = 2;
constexpr int64_t BLOCK = 3;

torch::Tensor
ToTensor(const RowMatrixXf& matrix)
{
    return torch::from_blob(const_cast<float*>(matrix.data()), {matrix.rows(), matrix.cols()})
        .clone();
}

/**
 * The gradient of a dueling network that values each choice by its block, by hand, equals that of
 * LibTorch's autograd: mean v + a - mean a over the choices of a tensor (batch x choices x inputs).
 */
class QNetworkAutogradTest : public TestCase
{
  public:
    QNetworkAutogradTest()
        : TestCase("A dueling network per choice has the gradient of LibTorch")
    {
    }

  private:
    /// The layers as variables, weight and bias in turn.
    static std::vector<torch::Tensor> MakeVariables(const QNetwork& network)
    {
        Safetensors file;
        network.Store(file, "q");
        std::vector<torch::Tensor> variables;
        for (size_t layer = 0; layer + 1 < network.GetWidths().size(); ++layer)
        {
            for (const char* part : {".weight", ".bias"})
            {
                auto& tensor = file.tensors.at("q." + std::to_string(layer) + part);
                variables.push_back(
                    torch::from_blob(tensor.data.data(), tensor.shape).clone().requires_grad_());
            }
        }
        return variables;
    }

    void DoRun() override
    {
        QNetwork network({QNetwork::Layout::PER_CHOICE, true, GLOBAL, BLOCK, 0},
                         {6, 5},
                         Mlp::Hidden::RELU);
        network.Initialize(MakeStream(31));
        auto uniform = MakeStream(32);
        const RowMatrixXf features = RandomMatrix(BATCH, GLOBAL + CHOICES * BLOCK, uniform);
        const RowMatrixXf slopes = RandomMatrix(BATCH, CHOICES, uniform);
        QNetwork::Workspace workspace;
        Eigen::VectorXf gradient;
        const RowMatrixXf values = network.ForwardBatch(features, workspace);
        network.Backward(features, slopes, workspace, gradient);

        const auto variables = MakeVariables(network);
        const torch::Tensor x = ToTensor(features);
        const torch::Tensor global = x.slice(1, 0, GLOBAL).unsqueeze(1);
        torch::Tensor y = at::cat({global.expand({BATCH, CHOICES, GLOBAL}),
                                   x.slice(1, GLOBAL).reshape({BATCH, CHOICES, BLOCK})},
                                  2);
        for (size_t i = 0; i < variables.size(); i += 2)
        {
            y = at::linear(i == 0 ? y : at::relu(y), variables[i], variables[i + 1]);
        }
        const torch::Tensor v = y.select(2, 0);
        const torch::Tensor a = y.select(2, 1);
        const torch::Tensor q = v.mean(1, true) + a - a.mean(1, true);
        (q * ToTensor(slopes)).sum().backward();

        const float apart = (q - ToTensor(values)).abs().max().item<float>();
        NS_TEST_EXPECT_MSG_LT(apart, 1e-5, "values");
        Eigen::Index next = 0;
        for (const torch::Tensor& variable : variables)
        {
            const torch::Tensor expected = variable.grad().contiguous();
            for (int64_t i = 0; i < expected.numel(); ++i, ++next)
            {
                NS_TEST_EXPECT_MSG_EQ_TOL(gradient[next],
                                          expected.data_ptr<float>()[i],
                                          1e-5,
                                          "parameter " << next);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(next, gradient.size(), "all parameters");
    }
};

} // namespace

std::vector<TestCase*>
MakeQNetworkTorchTests()
{
    return {new QNetworkAutogradTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
