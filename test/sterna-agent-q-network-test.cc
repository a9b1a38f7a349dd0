/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * QNetwork: values by hand and against a plain network in double precision, gradients against
 * finite differences, and what makes the layout per-choice worth having.
 */

#include "sterna-agent-test.h"
#include "sterna-agent-torch-test.h"

#include "ns3/sterna-q-network.h"

#include <cmath>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

using Layout = QNetwork::Layout;

constexpr Eigen::Index GLOBAL = 2;
constexpr Eigen::Index BLOCK = 3;
constexpr Eigen::Index CHOICES = 4;

AgentSpaces
GetSpaces(Eigen::Index choices = CHOICES)
{
    AgentSpaces spaces;
    spaces.features = GLOBAL + choices * BLOCK;
    spaces.blocks = spaces.choices = choices;
    spaces.blockSize = BLOCK;
    return spaces;
}

QNetwork
MakeNetwork(Layout layout, bool dueling, const std::vector<Eigen::Index>& hidden = {6, 5})
{
    QNetwork network(QNetwork::MakeShape(GetSpaces(), layout, dueling, "the test"),
                     hidden,
                     Mlp::Hidden::RELU);
    network.Initialize(MakeStream(21));
    return network;
}

/**
 * Q = V + A - mean A by hand, without hidden layers.
 *
 *     flat, x = 2: V = 2 x + 1 = 5, A = (x, 3, -x) = (2, 3, -2), mean 1: Q = 6, 7, 2
 *     per choice, g = 1, b = (1, 2, 6): v = g + b = (2, 3, 7), mean 4;
 *         a = 2 b - g = (1, 3, 11), mean 5: Q = 0, 2, 10
 *
 * and the gradient of Q(1) over the flat network's biases: V 1, A -1/3, 2/3, -1/3.
 */
class DuelingByHandTest : public TestCase
{
  public:
    DuelingByHandTest()
        : TestCase("Dueling values equal a table by hand")
    {
    }

  private:
    void Check(const QNetwork& network,
               const RowMatrixXf& features,
               const std::vector<float>& expected)
    {
        QNetwork::Workspace workspace;
        const Eigen::VectorXf single = network.Forward(features.row(0).transpose(), workspace);
        const RowMatrixXf batch = network.ForwardBatch(features, workspace);
        NS_TEST_ASSERT_MSG_EQ(single.size(), 3, "one value per choice");
        for (int i = 0; i < 3; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(single[i], expected[i], 1e-5, "single, choice " << i);
            NS_TEST_EXPECT_MSG_EQ_TOL(batch(0, i), expected[i], 1e-5, "batch, choice " << i);
            NS_TEST_EXPECT_MSG_EQ_TOL(batch(1, i), expected[i], 1e-5, "again, choice " << i);
        }
    }

    void DoRun() override
    {
        QNetwork flat({Layout::FLAT, true, 1, 0, 3}, {}, Mlp::Hidden::RELU);
        flat.GetParameters() << 2, 1, 0, -1, 1, 0, 3, 0;
        const RowMatrixXf x = RowMatrixXf::Constant(2, 1, 2);
        Check(flat, x, {6, 7, 2});
        QNetwork::Workspace workspace;
        flat.ForwardBatch(x, workspace);
        RowMatrixXf valueGradient = RowMatrixXf::Zero(2, 3);
        valueGradient(1, 1) = 1;
        Eigen::VectorXf gradient;
        flat.Backward(x, valueGradient, workspace, gradient);
        const float expected[] = {1, -1.0f / 3, 2.0f / 3, -1.0f / 3};
        for (int i = 0; i < 4; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(gradient[4 + i], expected[i], 1e-6, "bias " << i);
        }

        QNetwork perChoice({Layout::PER_CHOICE, true, 1, 1, 0}, {}, Mlp::Hidden::RELU);
        perChoice.GetParameters() << 1, 1, -1, 2, 0, 0;
        Check(perChoice, (RowMatrixXf(2, 4) << 1, 1, 2, 6, 1, 1, 2, 6).finished(), {0, 2, 10});
    }
};

/// The values once more in double precision, choice by choice, from the class comment alone.
std::vector<double>
PlainValues(const QNetwork& network, const Eigen::VectorXd& parameters, const Eigen::VectorXd& x)
{
    const auto& shape = network.GetShape();
    Eigen::VectorXd advantages(CHOICES);
    double state = 0;
    for (Eigen::Index a = 0; a < CHOICES; ++a)
    {
        if (shape.layout == Layout::FLAT)
        {
            const auto y = PlainForward(network.GetWidths(), parameters, x, false);
            advantages[a] = y[a + (shape.dueling ? 1 : 0)];
            state = y[0];
            continue;
        }
        Eigen::VectorXd input(GLOBAL + BLOCK);
        input << x.head(GLOBAL), x.segment(GLOBAL + a * BLOCK, BLOCK);
        const auto y = PlainForward(network.GetWidths(), parameters, input, false);
        advantages[a] = y[y.size() - 1];
        state += y[0] / CHOICES;
    }
    std::vector<double> values(advantages.begin(), advantages.end());
    for (double& value : values)
    {
        value += shape.dueling ? state - advantages.mean() : 0.0;
    }
    return values;
}

/**
 * Values, and every derivative against central differences of the plain network: once with a
 * gradient for every choice, once for one choice per sample (as in training), with a sample that
 * has none.
 */
class QNetworkGradientTest : public TestCase
{
  public:
    QNetworkGradientTest(Layout layout, bool dueling)
        : TestCase(std::string("Q-network against finite differences, ") +
                   (layout == Layout::FLAT ? "flat" : "per choice") + (dueling ? ", dueling" : "")),
          m_layout(layout),
          m_dueling(dueling)
    {
    }

  private:
    static constexpr Eigen::Index BATCH = 5;

    void DoRun() override
    {
        m_network = MakeNetwork(m_layout, m_dueling);
        auto uniform = MakeStream(22);
        m_features = RandomMatrix(BATCH, GetSpaces().features, uniform);
        m_slopes = RandomMatrix(BATCH, CHOICES, uniform);
        CheckValues();
        CheckGradient("all choices, ");
        for (Eigen::Index i = 0; i < BATCH; ++i)
        {
            const float slope = i == 2 ? 0.0f : m_slopes(i, i % CHOICES);
            m_slopes.row(i).setZero();
            m_slopes(i, i % CHOICES) = slope;
        }
        CheckGradient("one choice each, ");
        m_slopes.setZero();
        CheckGradient("none, ");
    }

    void CheckValues()
    {
        QNetwork::Workspace workspace;
        const RowMatrixXf values = m_network.ForwardBatch(m_features, workspace);
        for (Eigen::Index i = 0; i < BATCH; ++i)
        {
            const Eigen::VectorXf x = m_features.row(i).transpose();
            const auto single = m_network.Forward(x, workspace);
            const auto plain =
                PlainValues(m_network, m_network.GetParameters().cast<double>(), x.cast<double>());
            for (Eigen::Index a = 0; a < CHOICES; ++a)
            {
                NS_TEST_EXPECT_MSG_EQ_TOL(values(i, a), plain[a], 1e-5, "batch " << i << " " << a);
                NS_TEST_EXPECT_MSG_EQ_TOL(single[a], plain[a], 1e-5, "single " << i << " " << a);
            }
        }
    }

    /// The loss: values times slopes.
    double Loss(const Eigen::VectorXd& parameters) const
    {
        double loss = 0;
        for (Eigen::Index i = 0; i < BATCH; ++i)
        {
            const Eigen::VectorXd x = m_features.row(i).transpose().cast<double>();
            const auto values = PlainValues(m_network, parameters, x);
            for (Eigen::Index a = 0; a < CHOICES; ++a)
            {
                loss += m_slopes(i, a) * values[a];
            }
        }
        return loss;
    }

    void CheckGradient(const char* name)
    {
        QNetwork::Workspace workspace;
        Eigen::VectorXf gradient;
        m_network.ForwardBatch(m_features, workspace);
        m_network.Backward(m_features, m_slopes, workspace, gradient);
        Eigen::VectorXd parameters = m_network.GetParameters().cast<double>();
        NS_TEST_ASSERT_MSG_EQ(gradient.size(), parameters.size(), "one derivative per parameter");
        const double step = 1e-6;
        for (Eigen::Index i = 0; i < parameters.size(); ++i)
        {
            const double value = parameters[i];
            parameters[i] = value + step;
            const double above = Loss(parameters);
            parameters[i] = value - step;
            const double difference = (above - Loss(parameters)) / (2 * step);
            parameters[i] = value;
            NS_TEST_EXPECT_MSG_EQ_TOL(gradient[i], difference, 2e-5, name << "parameter " << i);
        }
    }

    Layout m_layout;
    bool m_dueling;
    QNetwork m_network;
    RowMatrixXf m_features;
    RowMatrixXf m_slopes;
};

/**
 * The layout per-choice: an Mlp run choice by choice gives the same values, permuted blocks give
 * permuted values, and the same weights value other numbers of choices.
 */
class PerChoiceTest : public TestCase
{
  public:
    PerChoiceTest()
        : TestCase("One network values every choice alike, whatever their order and number")
    {
    }

  private:
    void DoRun() override
    {
        const QNetwork network = MakeNetwork(Layout::PER_CHOICE, false);
        Safetensors file;
        network.Store(file, "q");
        const Mlp mlp =
            Mlp::Load(file, "q", Mlp::Hidden::RELU, Mlp::Output::IDENTITY, "the test's file");
        for (const Eigen::Index choices : {1, 4, 9})
        {
            const RowMatrixXf row = RandomMatrix(1, GetSpaces(choices).features, MakeStream(23));
            QNetwork::Workspace workspace;
            Mlp::Workspace mlpWorkspace;
            const auto values = network.Forward(row.row(0).transpose(), workspace);
            NS_TEST_ASSERT_MSG_EQ(values.size(), choices, "one value per block");
            for (Eigen::Index a = 0; a < choices; ++a)
            {
                Eigen::VectorXf input(GLOBAL + BLOCK);
                input << row.row(0).head(GLOBAL).transpose(),
                    row.row(0).segment(GLOBAL + a * BLOCK, BLOCK).transpose();
                const float value = mlp.Forward(input, mlpWorkspace)[0];
                NS_TEST_EXPECT_MSG_EQ_TOL(values[a], value, 1e-6, "choice " << a);
            }
        }
        CheckPermutation(network);
        CheckPermutation(MakeNetwork(Layout::PER_CHOICE, true));
        NS_TEST_EXPECT_MSG_EQ(
            Contains(GetRefusal([]() {
                         AgentSpaces spaces = GetSpaces();
                         spaces.blocks = 3;
                         QNetwork::MakeShape(spaces, Layout::PER_CHOICE, false, "It");
                     }),
                     "It needs features that end in one block for each of the 4 "
                     "choices; it was given 3 blocks of 3 among 14 features."),
            true,
            "blocks for other choices");
    }

    void CheckPermutation(const QNetwork& network)
    {
        const RowMatrixXf row = RandomMatrix(1, GetSpaces().features, MakeStream(24));
        const std::vector<Eigen::Index> order{2, 0, 3, 1};
        Eigen::VectorXf features = row.row(0).transpose();
        QNetwork::Workspace workspace;
        const Eigen::VectorXf values = network.Forward(features, workspace);
        for (Eigen::Index a = 0; a < CHOICES; ++a)
        {
            features.segment(GLOBAL + a * BLOCK, BLOCK) =
                row.row(0).segment(GLOBAL + order[a] * BLOCK, BLOCK).transpose();
        }
        const Eigen::VectorXf permuted = network.Forward(features, workspace);
        for (Eigen::Index a = 0; a < CHOICES; ++a)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(permuted[a], values[order[a]], 1e-6, "choice " << a);
        }
    }
};

/// Values and gradients of one choice per state are those of all choices, with and without a guess.
class ChosenTest : public TestCase
{
  public:
    ChosenTest(Layout layout, bool dueling, bool prior)
        : TestCase(std::string("Chosen values and their gradients are those of all choices: ") +
                   (layout == Layout::FLAT ? "flat" : "per choice") + (dueling ? ", dueling" : "") +
                   (prior ? ", with a first guess" : "")),
          m_layout(layout),
          m_dueling(dueling),
          m_prior(prior)
    {
    }

  private:
    void DoRun() override
    {
        AgentSpaces spaces = GetSpaces();
        spaces.prior = m_prior;
        QNetwork network(QNetwork::MakeShape(spaces, m_layout, m_dueling, "the test"),
                         {6, 5},
                         Mlp::Hidden::RELU);
        network.Initialize(MakeStream(22));
        QNetwork plain(QNetwork::MakeShape(GetSpaces(), m_layout, m_dueling, "the test"),
                       {6, 5},
                       Mlp::Hidden::RELU);
        plain.GetParameters() = network.GetParameters();
        const RowMatrixXf states =
            RowMatrixXf::NullaryExpr(3, spaces.features, [](Eigen::Index i, Eigen::Index j) {
                return std::sin(1.7f * i + 0.9f * j);
            });
        const RowMatrixXf choices = (RowMatrixXf(3, 1) << 2, 0, 3).finished();
        const Eigen::VectorXf slopes = (Eigen::VectorXf(3) << 0.7f, -1.3f, 0.4f).finished();
        QNetwork::Workspace workspace;
        const RowMatrixXf values = network.ForwardBatch(states, workspace);
        RowMatrixXf valueGradient = RowMatrixXf::Zero(3, CHOICES);
        for (int i = 0; i < 3; ++i)
        {
            valueGradient(i, int(choices(i, 0))) = slopes[i];
        }
        Eigen::VectorXf expected;
        network.Backward(states, valueGradient, workspace, expected);

        const Eigen::VectorXf chosen = network.ForwardChosen(states, choices, workspace);
        Eigen::VectorXf gradient;
        network.BackwardChosen(states, choices, slopes, workspace, gradient);
        QNetwork::Workspace plainWorkspace;
        const RowMatrixXf corrections = plain.ForwardBatch(states, plainWorkspace);
        for (int i = 0; i < 3; ++i)
        {
            const int choice = int(choices(i, 0));
            NS_TEST_EXPECT_MSG_EQ_TOL(chosen[i], values(i, choice), 1e-5, "state " << i);
            const float guess = m_prior ? states(i, GLOBAL + (choice + 1) * BLOCK - 1) : 0.0f;
            NS_TEST_EXPECT_MSG_EQ_TOL(chosen[i],
                                      corrections(i, choice) + guess,
                                      1e-5,
                                      "the network adds to the guess in state " << i);
            const Eigen::VectorXf single = network.Forward(states.row(i).transpose(), workspace);
            NS_TEST_EXPECT_MSG_EQ_TOL(single[choice], chosen[i], 1e-5, "alone, state " << i);
        }
        NS_TEST_EXPECT_MSG_LT((gradient - expected).norm(), 1e-5 * expected.norm(), "gradient");
    }

    Layout m_layout;
    bool m_dueling;
    bool m_prior;
};

} // namespace

std::vector<TestCase*>
MakeQNetworkTests()
{
    return {new DuelingByHandTest,
            new QNetworkGradientTest(Layout::FLAT, false),
            new QNetworkGradientTest(Layout::FLAT, true),
            new QNetworkGradientTest(Layout::PER_CHOICE, false),
            new QNetworkGradientTest(Layout::PER_CHOICE, true),
            new ChosenTest(Layout::FLAT, true, false),
            new ChosenTest(Layout::PER_CHOICE, false, false),
            new ChosenTest(Layout::PER_CHOICE, false, true),
            new ChosenTest(Layout::PER_CHOICE, true, true),
            new PerChoiceTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
