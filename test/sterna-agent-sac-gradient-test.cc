/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-sac-test.h"

#include "ns3/sterna-sac-learner.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

using Vector = std::vector<double>;

constexpr double DISCOUNT = 0.9;
constexpr double ALPHA = 0.3;
constexpr double BETA = 0.2;
constexpr double CHOICE_ENTROPY = 0.7;
constexpr double PARAMETER_ENTROPY = -0.6;

/// A perceptron with ReLU, in double precision, written anew.
Vector
Evaluate(const std::vector<Eigen::Index>& widths, const Vector& parameters, Vector values)
{
    size_t position = 0;
    for (size_t layer = 0; layer + 1 < widths.size(); ++layer)
    {
        Vector outputs(widths[layer + 1], 0.0);
        for (double& output : outputs)
        {
            for (const double value : values)
            {
                output += parameters[position++] * value;
            }
        }
        for (double& output : outputs)
        {
            output += parameters[position++];
            output = layer + 2 < widths.size() ? std::max(output, 0.0) : output;
        }
        values = outputs;
    }
    return values;
}

/// Soft actor-critic's losses for one sample, from the formulas and in double precision.
class Reference
{
  public:
    /// What a policy does in a state.
    struct Decision
    {
        std::vector<Vector> pi; //!< per actor; empty: no choice is valid
        Vector parameters;
        double entropy{0};
        double logDensity{0};
        double logValid{0};
        int reals{0};
    };

    explicit Reference(const AgentSpaces& spaces)
        : m_spaces(spaces)
    {
    }

    Decision Decide(const Vector& outputs, const Vector& mask, const Vector& noise) const
    {
        const int choices = static_cast<int>(m_spaces.choices);
        const int actors = static_cast<int>(m_spaces.actors);
        const int parameters = static_cast<int>(m_spaces.parameters);
        Decision decision;
        for (int u = 0; u < actors; ++u)
        {
            double sum = 0.0;
            int valid = 0;
            Vector pi(choices, 0.0);
            for (int a = 0; a < choices; ++a)
            {
                pi[a] = mask[u * choices + a] * std::exp(outputs[u * choices + a]);
                sum += pi[a];
                valid += mask[u * choices + a] != 0.0 ? 1 : 0;
            }
            const bool acts = choices == 0 || valid > 0;
            for (int a = 0; acts && a < choices; ++a)
            {
                pi[a] /= sum;
                decision.entropy -= pi[a] > 0.0 ? pi[a] * std::log(pi[a]) : 0.0;
            }
            decision.logValid += acts && choices > 0 ? std::log(valid) : 0.0;
            decision.pi.push_back(acts ? pi : Vector());
            for (int p = 0; p < parameters; ++p)
            {
                const int column = u * parameters + p;
                const double mean = outputs[actors * choices + column];
                const double head = outputs[actors * (choices + parameters) + column];
                const double sigma = std::exp(-5.0 + 3.5 * (std::tanh(head) + 1.0));
                const double x = std::tanh(mean + sigma * noise[column]);
                decision.parameters.push_back(acts ? x : 0.0);
                decision.logDensity += acts ? -0.5 * noise[column] * noise[column] -
                                                  std::log(sigma * std::sqrt(2.0 * M_PI)) -
                                                  std::log(1.0 - x * x)
                                            : 0.0;
                decision.reals += acts ? 1 : 0;
            }
        }
        return decision;
    }

    /// V + sum over actors of sum over choices of pi A.
    double Expect(const Vector& outputs, const Decision& decision) const
    {
        double value = outputs[0];
        for (size_t u = 0; u < decision.pi.size(); ++u)
        {
            for (size_t a = 0; a < decision.pi[u].size(); ++a)
            {
                value += decision.pi[u][a] * outputs[1 + u * m_spaces.choices + a];
            }
        }
        return value;
    }

  private:
    AgentSpaces m_spaces;
};

Vector
ToVector(const Eigen::VectorXf& values)
{
    return {values.begin(), values.end()};
}

Vector
Join(Vector values, const Vector& more)
{
    values.insert(values.end(), more.begin(), more.end());
    return values;
}

/**
 * Targets, losses and gradients against the formulas of SacLearner's comment, evaluated in double
 * precision by plain loops (Reference) and differentiated by central differences. The batch has
 * partial masks, an actor without a valid choice, executed choices of -1 and a termination; each
 * critic is the smaller one somewhere.
 */
class SacGradientTest : public TestCase
{
  public:
    SacGradientTest(const std::string& name, const AgentSpaces& spaces)
        : TestCase("gradients equal central differences: " + name),
          m_spaces(spaces),
          m_reference(spaces)
    {
    }

  private:
    static constexpr Eigen::Index BATCH = 12;

    void DoRun() override;

    void FillBatch();
    void CheckTargets(SacLearner& learner);
    void CheckCritic(SacLearner& learner);
    void CheckActor(SacLearner& learner);
    void Compare(const std::function<double(const Vector&)>& loss,
                 const Eigen::VectorXf& parameters,
                 const Eigen::VectorXf& gradient,
                 const std::string& what);

    float Uniform(double from, double to)
    {
        return static_cast<float>(m_uniform->GetValue(from, to));
    }

    AgentSpaces m_spaces;
    Reference m_reference;
    HybridBatch m_batch;
    RowMatrixXf m_noise;
    Ptr<UniformRandomVariable> m_uniform;
};

void
SacGradientTest::FillBatch()
{
    const Eigen::Index flags = m_spaces.actors * m_spaces.choices;
    const Eigen::Index reals = m_spaces.actors * m_spaces.parameters;
    const auto fill = [this](RowMatrixXf& matrix, Eigen::Index columns, double width) {
        matrix.resize(BATCH, columns);
        for (Eigen::Index i = 0; i < matrix.size(); ++i)
        {
            matrix.data()[i] = Uniform(-width, width);
        }
    };
    fill(m_batch.inputs, m_spaces.features + reals, 1.0);
    fill(m_batch.nextInputs, m_spaces.features + reals, 1.0);
    fill(m_noise, reals, 1.5);
    for (RowMatrixXf* mask : {&m_batch.mask, &m_batch.nextMask})
    {
        fill(*mask, flags, 1.0);
        *mask = (mask->array() > -0.4f).cast<float>();
        mask->leftCols(m_spaces.choices).row(1).setZero(); // actor 0 has no choice in sample 1
    }
    m_batch.choices.setConstant(BATCH, m_spaces.choices > 0 ? m_spaces.actors : 0, -1);
    for (Eigen::Index i = 0; i < m_batch.choices.rows(); ++i)
    {
        for (Eigen::Index u = 0; u < m_batch.choices.cols(); ++u)
        {
            for (Eigen::Index a = 0; a < m_spaces.choices; ++a)
            {
                if (m_batch.mask(i, u * m_spaces.choices + a) != 0.0f)
                {
                    m_batch.choices(i, u) = static_cast<int>(a);
                }
            }
        }
    }
    m_batch.rewards.resize(BATCH);
    for (float& reward : m_batch.rewards)
    {
        reward = Uniform(-2.0, 2.0);
    }
    m_batch.terminated.setZero(BATCH);
    m_batch.terminated[3] = 1.0f;
}

void
SacGradientTest::DoRun()
{
    m_uniform = CreateObject<UniformRandomVariable>();
    m_uniform->SetStream(17);
    SacSettings settings;
    settings.spaces = m_spaces;
    settings.hidden = {6, 5};
    settings.replayCapacity = 1;
    settings.discount = DISCOUNT;
    settings.choiceTemperature = ALPHA;
    settings.parameterTemperature = BETA;
    settings.choiceEntropy = CHOICE_ENTROPY;
    settings.parameterEntropy = PARAMETER_ENTROPY;
    SacLearner learner(settings);
    learner.Initialize(m_uniform);
    for (int twin = 0; twin < 2; ++twin)
    {
        learner.GetTarget(twin).GetNetwork().Initialize(m_uniform); // no longer the online one
    }
    FillBatch();
    // Equal means, so that each critic is the smaller one somewhere: V's bias takes the difference.
    HybridDecisions decisions;
    learner.GetPolicy().Decide(m_batch.inputs.leftCols(m_spaces.features),
                               m_batch.mask,
                               m_noise,
                               decisions);
    RowMatrixXf inputs = m_batch.inputs;
    inputs.rightCols(decisions.parameters.cols()) = decisions.parameters;
    const auto mean = [&](int twin) {
        return learner.GetCritic(twin).ExpectedValues(inputs, decisions.probabilities).mean();
    };
    Mlp& second = learner.GetCritic(1).GetNetwork();
    second.GetParameters().tail(second.GetOutputs())[0] += mean(0) - mean(1);
    CheckTargets(learner);
    CheckCritic(learner);
    CheckActor(learner);
}

void
SacGradientTest::CheckTargets(SacLearner& learner)
{
    const Mlp& policy = learner.GetPolicy().GetNetwork();
    const Eigen::VectorXf targets = learner.Targets(m_batch, m_noise);
    for (Eigen::Index i = 0; i < BATCH; ++i)
    {
        const Vector features = ToVector(m_batch.nextInputs.row(i).head(m_spaces.features));
        const auto decision = m_reference.Decide(
            Evaluate(policy.GetWidths(), ToVector(policy.GetParameters()), features),
            ToVector(m_batch.nextMask.row(i)),
            ToVector(m_noise.row(i)));
        double least = 1e9;
        for (int twin = 0; twin < 2; ++twin)
        {
            const Mlp& critic = learner.GetTarget(twin).GetNetwork();
            const Vector outputs = Evaluate(critic.GetWidths(),
                                            ToVector(critic.GetParameters()),
                                            Join(features, decision.parameters));
            least = std::min(least, m_reference.Expect(outputs, decision));
        }
        const double soft = least + ALPHA * decision.entropy - BETA * decision.logDensity;
        const double expected = m_batch.rewards[i] + (i == 3 ? 0.0 : DISCOUNT * soft);
        NS_TEST_EXPECT_MSG_EQ_TOL(targets[i], expected, 1e-5, "target " << i);
    }
}

void
SacGradientTest::Compare(const std::function<double(const Vector&)>& loss,
                         const Eigen::VectorXf& parameters,
                         const Eigen::VectorXf& gradient,
                         const std::string& what)
{
    NS_TEST_ASSERT_MSG_EQ(gradient.size(), parameters.size(), what);
    Vector point = ToVector(parameters);
    double largest = 0.0;
    for (size_t i = 0; i < point.size(); ++i)
    {
        constexpr double STEP = 1e-6;
        const double at = point[i];
        point[i] = at + STEP;
        const double above = loss(point);
        point[i] = at - STEP;
        const double below = loss(point);
        point[i] = at;
        const double expected = (above - below) / (2.0 * STEP);
        largest = std::max(largest, std::abs(expected));
        NS_TEST_EXPECT_MSG_EQ_TOL(gradient[i], expected, 1e-5, what << ", parameter " << i);
    }
    NS_TEST_EXPECT_MSG_GT(largest, 1e-2, what << ": there is a gradient");
}

void
SacGradientTest::CheckCritic(SacLearner& learner)
{
    const Eigen::VectorXf targets = m_batch.rewards;
    for (int twin = 0; twin < 2; ++twin)
    {
        const Mlp& critic = learner.GetCritic(twin).GetNetwork();
        const auto loss = [&](const Vector& parameters) {
            double sum = 0.0;
            for (Eigen::Index i = 0; i < BATCH; ++i)
            {
                const Vector outputs =
                    Evaluate(critic.GetWidths(), parameters, ToVector(m_batch.inputs.row(i)));
                double value = outputs[0];
                for (Eigen::Index u = 0; u < m_batch.choices.cols(); ++u)
                {
                    const int choice = m_batch.choices(i, u);
                    value += choice < 0 ? 0.0 : outputs[1 + u * m_spaces.choices + choice];
                }
                sum += 0.5 * (value - targets[i]) * (value - targets[i]);
            }
            return sum / BATCH;
        };
        Eigen::VectorXf gradient;
        const double is = learner.CriticGradient(twin, m_batch, targets, gradient);
        NS_TEST_EXPECT_MSG_EQ_TOL(is, loss(ToVector(critic.GetParameters())), 1e-5, "critic loss");
        Compare(loss, critic.GetParameters(), gradient, "critic " + std::to_string(twin));
    }
}

void
SacGradientTest::CheckActor(SacLearner& learner)
{
    const Mlp& policy = learner.GetPolicy().GetNetwork();
    int firsts = 0;
    double choiceSlope = 0.0;
    double parameterSlope = 0.0;
    const auto loss = [&](const Vector& parameters) {
        double sum = 0.0;
        firsts = 0;
        choiceSlope = 0.0;
        parameterSlope = 0.0;
        for (Eigen::Index i = 0; i < BATCH; ++i)
        {
            const Vector features = ToVector(m_batch.inputs.row(i).head(m_spaces.features));
            const auto decision =
                m_reference.Decide(Evaluate(policy.GetWidths(), parameters, features),
                                   ToVector(m_batch.mask.row(i)),
                                   ToVector(m_noise.row(i)));
            double values[2];
            for (int twin = 0; twin < 2; ++twin)
            {
                const Mlp& critic = learner.GetCritic(twin).GetNetwork();
                const Vector outputs = Evaluate(critic.GetWidths(),
                                                ToVector(critic.GetParameters()),
                                                Join(features, decision.parameters));
                values[twin] = m_reference.Expect(outputs, decision);
            }
            firsts += values[0] < values[1] ? 1 : 0;
            sum += BETA * decision.logDensity - ALPHA * decision.entropy -
                   std::min(values[0], values[1]);
            choiceSlope += decision.entropy - CHOICE_ENTROPY * decision.logValid;
            parameterSlope -= decision.logDensity + PARAMETER_ENTROPY * decision.reals;
        }
        return sum / BATCH;
    };
    Eigen::VectorXf gradient;
    const double is = learner.ActorGradient(m_batch, m_noise, gradient);
    // The temperatures' losses are these slopes times their logarithms.
    const Eigen::VectorXf temperatures = learner.TemperatureGradient();
    NS_TEST_EXPECT_MSG_EQ_TOL(is, loss(ToVector(policy.GetParameters())), 1e-5, "actor loss");
    NS_TEST_EXPECT_MSG_EQ_TOL(temperatures[0], choiceSlope / BATCH, 1e-5, "log alpha");
    NS_TEST_EXPECT_MSG_EQ_TOL(temperatures[1], parameterSlope / BATCH, 1e-5, "log beta");
    NS_TEST_EXPECT_MSG_EQ((firsts > 0 && firsts < BATCH), true, "each critic is smaller once");
    Compare(loss, policy.GetParameters(), gradient, "actor");
}

/// A step of the temperatures goes the right way: up where entropy is short, down where it is not.
class TemperatureTest : public TestCase
{
  public:
    TemperatureTest()
        : TestCase("temperatures rise while entropy is short and fall while it is ample")
    {
    }

  private:
    void DoRun() override
    {
        for (const bool ample : {false, true})
        {
            auto agent = MakeSacAgent(4);
            agent->SetAttribute("LearningStarts", UintegerValue(1));
            // A fresh policy is nearly uniform over choices; its parameters have a deviation of
            // about exp(-1.5), hence an entropy of about 1.42 - 1.5 = -0.08.
            agent->SetAttribute("ChoiceEntropy", DoubleValue(ample ? 0.2 : 1.0));
            agent->SetAttribute("ParameterEntropy", DoubleValue(ample ? -3.0 : 3.0));
            agent->Configure(HybridSpaces(2, 2, 4, 1));
            Transition transition;
            transition.observation.features = Eigen::Vector2f(0.3f, -0.7f);
            transition.next = transition.observation;
            transition.terminated = true;
            for (int step = 0; step < 20; ++step)
            {
                transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
                agent->Learn(transition);
            }
            const SacLearner& learner = *agent->GetLearner();
            for (const auto which : {SacLearner::CHOICES, SacLearner::PARAMETERS})
            {
                const bool falls = learner.GetTemperature(which) < 1.0;
                NS_TEST_EXPECT_MSG_EQ(falls, ample, "temperature " << which);
            }
        }
    }
};

} // namespace

std::vector<TestCase*>
MakeSacGradientTests()
{
    return {new SacGradientTest("choices and parameters", HybridSpaces(3, 3, 4, 2)),
            new SacGradientTest("choices", HybridSpaces(3, 2, 3, 0)),
            new SacGradientTest("parameters", HybridSpaces(3, 2, 0, 2)),
            new TemperatureTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
