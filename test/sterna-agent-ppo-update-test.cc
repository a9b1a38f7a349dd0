/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * The details of an update: all transitions are used once per epoch, the policy that learns is the one
 * that acted, the learning rate falls, gradients are limited; and actions are drawn from the very
 * distributions that learning assumes.
 */

#include "sterna-agent-ppo-test.h"

#include "ns3/sterna-safetensors.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

using Attributes = std::vector<std::pair<std::string, std::string>>;

AgentSpaces
MakeSpaces()
{
    AgentSpaces spaces;
    spaces.features = 3;
    spaces.actors = 2;
    spaces.choices = 3;
    spaces.parameters = 1;
    return spaces;
}

/// Keeps what an agent's updates report.
class UpdateLog
{
  public:
    explicit UpdateLog(PpoAgent& agent)
    {
        agent.TraceConnectWithoutContext("Update", MakeCallback(&UpdateLog::Add, this));
    }

    std::vector<PpoUpdate> updates;

  private:
    void Add(const PpoUpdate& update)
    {
        updates.push_back(update);
    }
};

/// Trains on random rewards; every transition terminates. \return mean of half the squared errors
double
TrainOnce(PpoAgent& agent, int steps, Generator& random)
{
    double error = 0;
    for (int i = 0; i < steps; ++i)
    {
        Transition transition;
        transition.observation = MakeObservation(MakeSpaces(), random, i % 3 == 0);
        transition.action = agent.Act(transition.observation, Agent::Mode::EXPLORE);
        transition.reward = static_cast<float>(3.0 * random.Normal());
        transition.terminated = true;
        const double difference = agent.GetValues(transition.observation)[0] - transition.reward;
        error += 0.5 * difference * difference / steps;
        agent.Learn(transition);
    }
    return error;
}

/// The agent's weights, as another process would read them.
Eigen::VectorXf
ReadParameters(const PpoAgent& agent, const PolicyNetworks& networks, const std::string& path)
{
    agent.SaveCheckpoint(path);
    return networks.GetLayout().Load(Safetensors::Read(path), "network", path);
}

PolicyNetworks
MakeNetworks()
{
    PolicyShape shape;
    shape.spaces = MakeSpaces();
    shape.hidden = {64, 64};
    return PolicyNetworks(shape);
}

/// With a learning rate of 0 an update only measures: each transition once, and all ratios are 1.
class CoverageTest : public TestCase
{
  public:
    CoverageTest()
        : TestCase("An update uses every transition, and its ratios begin at 1")
    {
    }

  private:
    void DoRun() override
    {
        auto agent = MakePpoAgent("HppoAgent",
                                  {{"LearningRate", "0"},
                                   {"Horizon", "24"},
                                   {"Minibatches", "6"},
                                   {"Epochs", "3"},
                                   {"NormalizeAdvantages", "false"}},
                                  60);
        agent->Configure(MakeSpaces());
        UpdateLog log(*agent);
        Generator random = MakeGenerator(61);
        const double error = TrainOnce(*agent, 24, random);
        NS_TEST_ASSERT_MSG_EQ(log.updates.size(), 1, "updates");
        NS_TEST_EXPECT_MSG_EQ_TOL(log.updates[0].valueLoss, error, 1e-5 * error, "value loss");
        NS_TEST_EXPECT_MSG_EQ(log.updates[0].clipFraction, 0.0, "clipped");
        NS_TEST_EXPECT_MSG_LT(std::abs(log.updates[0].approximateKl), 1e-9, "divergence");
        NS_TEST_EXPECT_MSG_GT(std::abs(log.updates[0].policyLoss), 1e-3, "advantages as they are");
    }
};

/// Of three transitions in two parts one is alone; the value loss tells which: each is at times.
class ShuffleTest : public TestCase
{
  public:
    ShuffleTest()
        : TestCase("Minibatches are drawn at random, and sizes differ by one at most")
    {
    }

  private:
    void DoRun() override
    {
        auto agent = MakePpoAgent(
            "HppoAgent",
            {{"LearningRate", "0"}, {"Horizon", "3"}, {"Minibatches", "2"}, {"Epochs", "1"}},
            72);
        agent->Configure(MakeSpaces());
        UpdateLog log(*agent);
        Generator random = MakeGenerator(73);
        int alone[3] = {0, 0, 0};
        for (int i = 0; i < 60; ++i)
        {
            double errors[3];
            double sum = 0;
            for (double& error : errors)
            {
                error = TrainOnce(*agent, 1, random);
                sum += error;
            }
            const double loss = log.updates.back().valueLoss;
            int found = 0;
            for (int k = 0; k < 3; ++k)
            {
                const double expected = 0.5 * (errors[k] + 0.5 * (sum - errors[k]));
                if (std::abs(loss - expected) < 1e-5 * (1.0 + expected))
                {
                    ++alone[k];
                    ++found;
                }
            }
            NS_TEST_EXPECT_MSG_EQ(found, 1, "loss of rollout " << i);
        }
        for (const int count : alone)
        {
            // 20 on average, deviation 3.7.
            NS_TEST_EXPECT_MSG_EQ((count > 5 && count < 35), true, count << " times alone");
        }
    }
};

/**
 * Rollouts of two transitions, each the end of something: the returns are r + 0.9 V(next), or r after
 * a termination; seen through statistics of earlier rollouts.
 */
class BootstrapTest : public TestCase
{
  public:
    BootstrapTest()
        : TestCase("Values follow time limits and the end of a rollout, but no termination")
    {
    }

  private:
    void DoRun() override
    {
        auto agent = MakePpoAgent("HppoAgent",
                                  {{"LearningRate", "0"},
                                   {"Horizon", "2"},
                                   {"Minibatches", "1"},
                                   {"Epochs", "1"},
                                   {"Discount", "0.9"},
                                   {"Lambda", "0"},
                                   {"NormalizeObservations", "true"}},
                                  68);
        agent->Configure(MakeSpaces());
        UpdateLog log(*agent);
        Generator random = MakeGenerator(69);
        for (int i = 0; i < 8; ++i)
        {
            double error = 0;
            for (int step = 0; step < 2; ++step)
            {
                Transition transition;
                transition.observation = MakeObservation(MakeSpaces(), random);
                transition.observation.features *= 5.0f;
                transition.next = MakeObservation(MakeSpaces(), random);
                transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
                transition.reward = static_cast<float>(i + step);
                transition.terminated = (i + step) % 3 == 0;
                transition.truncated = step == 0 || i % 2 == 0; // not where a rollout just ends
                const double next =
                    transition.terminated ? 0.0 : agent->GetValues(transition.next)[0];
                const double difference =
                    transition.reward + 0.9 * next - agent->GetValues(transition.observation)[0];
                error += 0.25 * difference * difference;
                agent->Learn(transition);
            }
            NS_TEST_EXPECT_MSG_EQ_TOL(log.updates.back().valueLoss,
                                      error,
                                      1e-5 * (1.0 + error),
                                      "rollout " << i);
        }
    }
};

/// Observations in other units, 4 x + 3, are the same once they are brought to mean 0, deviation 1.
class UnitsTest : public TestCase
{
  public:
    explicit UnitsTest(const std::string& name)
        : TestCase(name + ": normalised observations have no units"),
          m_name(name)
    {
    }

  private:
    void DoRun() override
    {
        const AgentSpaces spaces = m_name == "HppoAgent" ? MakeSpaces() : MakeGraphSpaces(4, 3, 2);
        const auto makeAgent = [&] {
            auto agent = MakePpoAgent(
                m_name,
                {{"LearningRate", "0"}, {"Horizon", "50"}, {"NormalizeObservations", "true"}},
                70);
            agent->Configure(spaces);
            return agent;
        };
        auto agent = makeAgent();
        auto other = makeAgent();
        const auto change = [](Observation observation) {
            observation.features = 4.0f * observation.features.array() + 3.0f;
            return observation;
        };
        Generator random = MakeGenerator(71);
        for (int i = 0; i < 50; ++i)
        {
            Transition transition;
            transition.terminated = true;
            transition.observation = MakeObservation(spaces, random);
            transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
            agent->Learn(transition);
            transition.observation = change(transition.observation);
            other->Learn(transition);
        }
        const Observation observation = MakeObservation(spaces, random);
        const double value = agent->GetValues(observation)[0];
        NS_TEST_EXPECT_MSG_EQ_TOL(other->GetValues(change(observation))[0], value, 1e-4, "value");
        NS_TEST_EXPECT_MSG_GT(std::abs(agent->GetValues(change(observation))[0] - value),
                              1e-2,
                              "units would matter");
    }

    std::string m_name;
};

/// The rate of an update is that of its rollout's first transition.
class RateTest : public TestCase
{
  public:
    RateTest()
        : TestCase("The learning rate falls linearly to 0 and stays there")
    {
    }

  private:
    void DoRun() override
    {
        auto agent =
            MakePpoAgent("HppoAgent",
                         {{"LearningRate", "0.001"}, {"Horizon", "10"}, {"DecaySteps", "40"}},
                         62);
        agent->Configure(MakeSpaces());
        UpdateLog log(*agent);
        Generator random = MakeGenerator(63);
        TrainOnce(*agent, 60, random);
        const double expected[] = {1e-3, 7.5e-4, 5e-4, 2.5e-4, 0.0, 0.0};
        NS_TEST_ASSERT_MSG_EQ(log.updates.size(), 6, "updates");
        for (size_t i = 0; i < 6; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(log.updates[i].learningRate,
                                      expected[i],
                                      1e-12,
                                      "rate " << i);
            NS_TEST_EXPECT_MSG_EQ(log.updates[i].steps, 10 * (i + 1), "steps");
        }
    }
};

/**
 * Adam's steps hardly depend on a gradient's length, unless it is far below its epsilon of 1e-5: a
 * norm of 1e-9 moves no number by more than rate x 1e-4 per step.
 */
class NormTest : public TestCase
{
  public:
    NormTest()
        : TestCase("The norm of gradients is limited, and the epsilon of Adam is 1e-5")
    {
    }

  private:
    double GetLargestMove(const std::string& norm)
    {
        const std::string path = CreateTempDirFilename("weights.safetensors");
        auto agent = MakePpoAgent("HppoAgent",
                                  {{"LearningRate", "0.01"},
                                   {"Horizon", "16"},
                                   {"Minibatches", "2"},
                                   {"Epochs", "2"},
                                   {"GradientNorm", norm}},
                                  64);
        agent->Configure(MakeSpaces());
        const PolicyNetworks networks = MakeNetworks();
        const Eigen::VectorXf before = ReadParameters(*agent, networks, path);
        Generator random = MakeGenerator(65);
        TrainOnce(*agent, 16, random);
        return (ReadParameters(*agent, networks, path) - before).cwiseAbs().maxCoeff();
    }

    void DoRun() override
    {
        const double little = GetLargestMove("1e-9");
        NS_TEST_EXPECT_MSG_LT(little, 4 * 0.01 * 1e-4 + 1e-7, "four steps");
        NS_TEST_EXPECT_MSG_GT(little, 1e-7, "and yet they move");
        NS_TEST_EXPECT_MSG_GT(GetLargestMove("0.5"), 0.01, "unlimited");
    }
};

/// Frequencies of choices and means of parameters, against the networks that learning evaluates.
class DrawTest : public TestCase
{
  public:
    DrawTest()
        : TestCase("Actions follow the distributions that learning assumes")
    {
    }

  private:
    static constexpr int DRAWS = 20000;

    void DoRun() override
    {
        auto agent = MakePpoAgent("HppoAgent", {{"LearningRate", "0.01"}, {"Horizon", "32"}}, 66);
        agent->Configure(MakeSpaces());
        Generator random = MakeGenerator(67);
        TrainOnce(*agent, 320, random); // rewards mean nothing, but the policy is no longer uniform
        Observation observation = MakeObservation(MakeSpaces(), random);
        observation.mask << true, false, true, true, true, true;
        ObservationBatch batch(MakeSpaces(), 1);
        batch.Set(0, observation);
        const PolicyNetworks networks = MakeNetworks();
        const Eigen::VectorXf parameters =
            ReadParameters(*agent, networks, CreateTempDirFilename("drawn.safetensors"));
        ActionBatch actions;
        actions.choices.setZero(1, 2);
        actions.parameters.setZero(1, 2);
        const PolicyCode code = networks.Encode(parameters, batch);
        const RowMatrixXf shapes = networks.Concentrations(parameters, batch, code, actions);

        Eigen::MatrixXd counts = Eigen::MatrixXd::Zero(2, 3);
        Eigen::VectorXd sums = Eigen::VectorXd::Zero(2);
        for (int i = 0; i < DRAWS; ++i)
        {
            const Action action = agent->Act(observation, Agent::Mode::EXPLORE);
            for (int u = 0; u < 2; ++u)
            {
                counts(u, action.choice[u]) += 1;
                sums[u] += action.parameters(u, 0);
            }
        }
        for (int u = 0; u < 2; ++u)
        {
            const Eigen::Array3d shares =
                code.logits.row(0).segment(3 * u, 3).transpose().array().cast<double>().exp();
            NS_TEST_EXPECT_MSG_GT(shares.maxCoeff() / shares.sum(), 0.4, "not uniform");
            double largest = 0;
            for (int k = 0; k < 3; ++k)
            {
                const double p = shares[k] / shares.sum();
                const double deviation = std::sqrt(p * (1 - p) / DRAWS);
                largest = std::max(largest, std::abs(counts(u, k) / DRAWS - p) - 4 * deviation);
            }
            NS_TEST_EXPECT_MSG_LT_OR_EQ(largest, 1e-6, "frequencies of actor " << u);
            const double alpha = shapes(0, 2 * u);
            const double beta = shapes(0, 2 * u + 1);
            NS_TEST_EXPECT_MSG_EQ_TOL(sums[u] / DRAWS,
                                      2 * alpha / (alpha + beta) - 1,
                                      0.02,
                                      "mean of actor " << u);
        }
    }
};

} // namespace

std::vector<TestCase*>
MakePpoUpdateTests()
{
    return {new CoverageTest(),
            new ShuffleTest(),
            new BootstrapTest(),
            new UnitsTest("HppoAgent"),
            new UnitsTest("GateHppoAgent"),
            new RateTest(),
            new NormTest(),
            new DrawTest()};
}

} // namespace test
} // namespace sterna
} // namespace ns3
