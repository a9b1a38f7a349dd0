/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * The suite sterna-agent: everything of the agents that needs no LibTorch. This file tests the
 * perceptron and the optimiser; the files sterna-agent-*-test.cc test the rest.
 */

#include "sterna-agent-test.h"

#include "ns3/sterna-adam.h"
#include "ns3/sterna-mlp.h"

#include <cmath>
#include <limits>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

/**
 * A 2-2-1 network worked by hand: it fixes the flat buffer's layout, which files and optimisers
 * rely on, and the rule that a closed ReLU passes no gradient.
 *
 *     z = (1*1 - 1*2 + 0, 0.5*1 + 2*2 - 1) = (-1, 3.5),  h = (0, 3.5),  y = 2*0 - 3*3.5 + 0.5 = -10
 *     dy/dW2 = h, dy/db2 = 1, dy/dz = (0, -3), dy/dW1 = (0, -3) (1, 2)^T, dy/dx = W1^T (0, -3)
 */
class MlpByHandTest : public TestCase
{
  public:
    MlpByHandTest()
        : TestCase("A 2-2-1 perceptron equals the calculation by hand")
    {
    }

  private:
    void DoRun() override
    {
        Mlp mlp({2, 2, 1}, Mlp::Hidden::RELU, Mlp::Output::IDENTITY);
        NS_TEST_ASSERT_MSG_EQ(mlp.GetParameters().size(), 9, "4 + 2 + 2 + 1 parameters");
        mlp.GetParameters() << 1, -1, 0.5, 2, 0, -1, 2, -3, 0.5;
        Mlp::Workspace workspace;
        const RowMatrixXf x = (RowMatrixXf(1, 2) << 1, 2).finished();
        NS_TEST_EXPECT_MSG_EQ(mlp.Forward(x.row(0).transpose(), workspace)[0], -10, "one sample");
        NS_TEST_EXPECT_MSG_EQ(mlp.ForwardBatch(x, workspace)(0, 0), -10, "a batch of one");
        Eigen::VectorXf gradient;
        RowMatrixXf inputGradient;
        mlp.Backward(x, RowMatrixXf::Ones(1, 1), workspace, gradient, &inputGradient);
        const float expected[] = {0, 0, -3, -6, 0, -3, 0, 3.5, 1};
        for (int i = 0; i < 9; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(gradient[i], expected[i], "gradient of parameter " << i);
        }
        NS_TEST_EXPECT_MSG_EQ(inputGradient(0, 0), -1.5, "gradient of the first input");
        NS_TEST_EXPECT_MSG_EQ(inputGradient(0, 1), -6, "gradient of the second input");
    }
};

/// A network's outputs, sum by sum in double precision.
std::vector<double>
ReferenceForward(const std::vector<Eigen::Index>& widths,
                 Mlp::Hidden hidden,
                 Mlp::Output output,
                 const std::vector<double>& parameters,
                 std::vector<double> values)
{
    size_t position = 0;
    for (size_t layer = 0; layer + 1 < widths.size(); ++layer)
    {
        std::vector<double> next(widths[layer + 1], 0.0);
        for (double& sum : next)
        {
            for (double value : values)
            {
                sum += parameters[position++] * value;
            }
        }
        const bool last = layer + 2 == widths.size();
        for (double& sum : next)
        {
            sum += parameters[position++];
            if (last ? output == Mlp::Output::TANH : hidden == Mlp::Hidden::TANH)
            {
                sum = std::tanh(sum);
            }
            else if (!last)
            {
                sum = std::max(sum, 0.0);
            }
        }
        values = next;
    }
    return values;
}

/**
 * Every derivative of random networks equals the central difference of a plain double-precision
 * network written above, and the three ways forward give its outputs.
 */
class MlpGradientTest : public TestCase
{
  public:
    MlpGradientTest(Mlp::Hidden hidden, Mlp::Output output)
        : TestCase(std::string("Perceptron against finite differences, ") +
                   (hidden == Mlp::Hidden::RELU ? "ReLU" : "tanh") + " and " +
                   (output == Mlp::Output::TANH ? "tanh" : "identity")),
          m_hidden(hidden),
          m_output(output)
    {
    }

  private:
    void DoRun() override
    {
        auto uniform = CreateObject<UniformRandomVariable>();
        uniform->SetStream(1);
        Mlp mlp(m_widths, m_hidden, m_output);
        mlp.Initialize(uniform);
        const auto draw = [&uniform]() { return static_cast<float>(uniform->GetValue(-2, 2)); };
        const RowMatrixXf inputs = RowMatrixXf::NullaryExpr(6, 3, draw);
        const RowMatrixXf weights = RowMatrixXf::NullaryExpr(6, 2, draw);
        m_parameters = {mlp.GetParameters().begin(), mlp.GetParameters().end()};
        m_inputs = {inputs.data(), inputs.data() + inputs.size()};
        m_weights = {weights.data(), weights.data() + weights.size()};

        Mlp::Workspace workspace;
        Eigen::VectorXf gradient;
        RowMatrixXf inputGradient;
        const RowMatrixXf outputs = mlp.ForwardBatch(inputs, workspace);
        mlp.Backward(inputs, weights, workspace, gradient, &inputGradient);
        CheckDifferences(m_parameters, gradient.data(), "parameter ");
        CheckDifferences(m_inputs, inputGradient.data(), "input ");
        CheckForward(mlp, inputs, outputs);
    }

    /// The loss: outputs times weights, summed over the batch.
    double Loss() const
    {
        double loss = 0;
        for (size_t i = 0; i < 6; ++i)
        {
            const auto y =
                ReferenceForward(m_widths,
                                 m_hidden,
                                 m_output,
                                 m_parameters,
                                 {m_inputs.begin() + 3 * i, m_inputs.begin() + 3 * i + 3});
            loss += y[0] * m_weights[2 * i] + y[1] * m_weights[2 * i + 1];
        }
        return loss;
    }

    void CheckDifferences(std::vector<double>& values, const float* gradient, const char* name)
    {
        const double step = 1e-6;
        for (size_t i = 0; i < values.size(); ++i)
        {
            const double value = values[i];
            values[i] = value + step;
            const double above = Loss();
            values[i] = value - step;
            const double below = Loss();
            values[i] = value;
            NS_TEST_EXPECT_MSG_EQ_TOL(gradient[i],
                                      (above - below) / (2 * step),
                                      1e-5 * (1 + std::abs(gradient[i])),
                                      name << i);
        }
    }

    void CheckForward(const Mlp& mlp, const RowMatrixXf& inputs, const RowMatrixXf& outputs)
    {
        Mlp::Workspace workspace;
        for (Eigen::Index i = 0; i < inputs.rows(); ++i)
        {
            const Eigen::VectorXf x = inputs.row(i).transpose();
            const auto y =
                ReferenceForward(m_widths, m_hidden, m_output, m_parameters, {x.begin(), x.end()});
            const float single = mlp.Forward(x, workspace)[1];
            const float shared =
                mlp.ForwardShared(x.head(2), inputs.row(i).tail(1), workspace)(0, 1);
            NS_TEST_EXPECT_MSG_EQ_TOL(outputs(i, 1), y[1], 1e-5, "batch, sample " << i);
            NS_TEST_EXPECT_MSG_EQ_TOL(single, y[1], 1e-5, "single, sample " << i);
            NS_TEST_EXPECT_MSG_EQ_TOL(shared, y[1], 1e-5, "shared, sample " << i);
        }
    }

    const std::vector<Eigen::Index> m_widths{3, 5, 4, 2};
    Mlp::Hidden m_hidden;
    Mlp::Output m_output;
    std::vector<double> m_parameters;
    std::vector<double> m_inputs;
    std::vector<double> m_weights;
};

/**
 * PyTorch's Linear draws weights and biases from U(-1/sqrt(n), 1/sqrt(n)), n inputs: the bound, and
 * the variance 1/(3 n) of that distribution.
 */
class MlpInitializeTest : public TestCase
{
  public:
    MlpInitializeTest()
        : TestCase("Initial weights have PyTorch's distribution")
    {
    }

  private:
    void DoRun() override
    {
        auto uniform = CreateObject<UniformRandomVariable>();
        uniform->SetStream(2);
        Mlp mlp({100, 400, 3}, Mlp::Hidden::RELU, Mlp::Output::IDENTITY);
        mlp.Initialize(uniform);
        const auto first = mlp.GetParameters().head(100 * 400 + 400);
        const auto second = mlp.GetParameters().tail(400 * 3 + 3);
        NS_TEST_EXPECT_MSG_LT_OR_EQ(first.cwiseAbs().maxCoeff(), 0.1f, "1/sqrt(100)");
        NS_TEST_EXPECT_MSG_GT(first.cwiseAbs().maxCoeff(), 0.0999f, "the bound is reached");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(second.cwiseAbs().maxCoeff(), 0.05f, "1/sqrt(400)");
        NS_TEST_EXPECT_MSG_GT(second.cwiseAbs().maxCoeff(), 0.049f, "the bound is reached");
        // Five standard deviations of a mean of 40400 draws.
        NS_TEST_EXPECT_MSG_EQ_TOL(first.mean(), 0, 5 * 0.1 / std::sqrt(3.0 * 40400), "mean");
        NS_TEST_EXPECT_MSG_EQ_TOL(first.squaredNorm() / 40400, 1.0 / 300, 1e-4, "variance");
    }
};

/**
 * A network survives a file, and a file that does not hold one is refused; NaN goes through a ReLU,
 * so that a broken policy is seen.
 */
class MlpFileTest : public TestCase
{
  public:
    MlpFileTest()
        : TestCase("A perceptron is stored, loaded and checked")
    {
    }

  private:
    void DoRun() override
    {
        auto uniform = CreateObject<UniformRandomVariable>();
        uniform->SetStream(3);
        Mlp mlp({3, 4, 2}, Mlp::Hidden::RELU, Mlp::Output::IDENTITY);
        mlp.Initialize(uniform);
        Safetensors file;
        mlp.Store(file, "net");
        const auto& weight = file.tensors.at("net.0.weight");
        NS_TEST_EXPECT_MSG_EQ((weight.shape == std::vector<int64_t>{4, 3}), true, "out x in");
        NS_TEST_EXPECT_MSG_EQ(weight.data[4], mlp.GetParameters()[4], "row-major");
        const auto load = [&file]() {
            return Mlp::Load(file, "net", Mlp::Hidden::RELU, Mlp::Output::IDENTITY, "x.file");
        };
        Mlp copy = load();
        NS_TEST_EXPECT_MSG_EQ((copy.GetParameters() == mlp.GetParameters()), true, "same weights");
        NS_TEST_EXPECT_MSG_EQ((copy.GetWidths() == mlp.GetWidths()), true, "same widths");

        Mlp::Workspace workspace;
        Eigen::VectorXf input = Eigen::VectorXf::Zero(3);
        input[1] = std::numeric_limits<float>::quiet_NaN();
        NS_TEST_EXPECT_MSG_EQ(std::isnan(copy.Forward(input, workspace)[0]), true, "NaN stays");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(copy.ForwardBatch(input.transpose(), workspace)(0, 0)),
                              true,
                              "NaN stays");

        file.tensors["net.1.weight"] = {{2, 5}, std::vector<float>(10, 0.0f)};
        NS_TEST_EXPECT_MSG_EQ(Contains(GetRefusal(load), "'net.1.weight' has shape [2, 5], not"),
                              true,
                              "layers that do not fit: " << GetRefusal(load));
        file.tensors.erase("net.1.bias");
        file.tensors.erase("net.0.weight");
        NS_TEST_EXPECT_MSG_EQ(Contains(GetRefusal(load), "'net.0.weight'"), true, "no network");
    }
};

/**
 * Two steps of Adam by hand, rate 0.1, gradients 0.5 and -0.25, from 1:
 *
 *     m = 0.05, v = 0.00025; m' = 0.5, v' = 0.25: 1 - 0.1 * 0.5 / 0.5 = 0.9
 *     m = 0.02, v = 0.00031225; m' = 0.02 / 0.19, v' = 0.00031225 / 0.001999:
 *     0.9 - 0.1 * 0.10526316 / 0.39522538 = 0.87336630
 */
class AdamTest : public TestCase
{
  public:
    AdamTest()
        : TestCase("Adam equals two steps by hand, also over a file")
    {
    }

  private:
    void DoRun() override
    {
        Eigen::VectorXf parameters = Eigen::VectorXf::Constant(1, 1.0f);
        Adam adam(1, 0.1);
        adam.Step(Eigen::VectorXf::Constant(1, 0.5f), parameters);
        NS_TEST_EXPECT_MSG_EQ_TOL(parameters[0], 0.9, 1e-6, "first step");
        Safetensors file;
        adam.Store(file, "adam");
        Adam other(1, 0.1);
        other.Load(file, "adam", "x.file");
        Eigen::VectorXf copy = parameters;
        adam.Step(Eigen::VectorXf::Constant(1, -0.25f), parameters);
        NS_TEST_EXPECT_MSG_EQ_TOL(parameters[0], 0.87336630, 1e-6, "second step");
        other.Step(Eigen::VectorXf::Constant(1, -0.25f), copy);
        NS_TEST_EXPECT_MSG_EQ(copy[0], parameters[0], "second step after a file");
    }
};

/// The suite sterna-agent.
class AgentTestSuite : public TestSuite
{
  public:
    AgentTestSuite()
        : TestSuite("sterna-agent", TestSuite::Type::UNIT)
    {
        AddTestCase(new MlpByHandTest);
        AddTestCase(new MlpGradientTest(Mlp::Hidden::RELU, Mlp::Output::IDENTITY));
        AddTestCase(new MlpGradientTest(Mlp::Hidden::TANH, Mlp::Output::TANH));
        AddTestCase(new MlpInitializeTest);
        AddTestCase(new MlpFileTest);
        AddTestCase(new AdamTest);
        for (const auto& make : {MakeSafetensorsTests,
                                 MakeReplayTests,
                                 MakeFrozenPolicyTests,
                                 MakeQNetworkTests,
                                 MakeDqnTests,
                                 MakeDqnFamilyTests})
        {
            for (TestCase* test : make())
            {
                AddTestCase(test);
            }
        }
    }
};

AgentTestSuite g_agentTestSuite; //!< registers the suite

} // namespace
} // namespace test
} // namespace sterna
} // namespace ns3
