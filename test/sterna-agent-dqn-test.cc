/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-test.h"
#include "sterna-classic-control.h"
#include "sterna-dqn-chain.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/sterna-dqn-agent.h"
#include "ns3/sterna-frozen-policy.h"
#include "ns3/sterna-safetensors.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
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
 * Targets against a table worked by hand, discount 0.5:
 *
 * | sample | reward | ended | valid | online | target | Double | plain (maximum of target) |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | 0 | 1 | no | all | 1 5 2 | 10 20 30 | 1 + 20/2 = 11 | 1 + 30/2 = 16 |
 * | 1 | 1 | yes | all | 1 5 2 | 10 20 30 | 1 | 1 |
 * | 2 | 1 | no | 0, 2 | 1 5 2 | 10 99 30 | 1 + 30/2 = 16 | 16 |
 * | 3 | 2 | no | none | 1 5 2 | 10 20 30 | 2 | 2 |
 * | 4 | 0 | no | 0, 1 | -3 -4 9 | -8 -6 7 | -8/2 = -4 | -6/2 = -3 |
 */
class DqnTargetTest : public TestCase
{
  public:
    DqnTargetTest()
        : TestCase("Targets of Double and plain Q-learning equal a table by hand")
    {
    }

  private:
    void DoRun() override
    {
        RowMatrixXf online(5, 3);
        online << 1, 5, 2, 1, 5, 2, 1, 5, 2, 1, 5, 2, -3, -4, 9;
        RowMatrixXf target(5, 3);
        target << 10, 20, 30, 10, 20, 30, 10, 99, 30, 10, 20, 30, -8, -6, 7;
        ReplayBatch batch;
        batch.rewards.resize(5);
        batch.rewards << 1, 1, 1, 2, 0;
        batch.terminated.resize(5);
        batch.terminated << 0, 1, 0, 0, 0;
        batch.nextMask.resize(5, 3);
        batch.nextMask << 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0;
        const float expectedDouble[] = {11, 1, 16, 2, -4};
        const float expectedPlain[] = {16, 1, 16, 2, -3};
        const auto withDouble = DqnAgent::GetTargets(online, target, batch, 0.5f);
        const auto plain = DqnAgent::GetTargets(target, target, batch, 0.5f);
        for (int i = 0; i < 5; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(withDouble[i], expectedDouble[i], "Double, sample " << i);
            NS_TEST_EXPECT_MSG_EQ(plain[i], expectedPlain[i], "plain, sample " << i);
        }
    }
};

Ptr<DqnAgent>
MakeChainAgent(bool isDouble, bool prioritized, bool huber, int64_t stream)
{
    auto agent = CreateObject<DqnAgent>();
    agent->SetAttribute("LearningRate", DoubleValue(0.005));
    agent->SetAttribute("Discount", DoubleValue(0.9));
    agent->SetAttribute("BatchSize", UintegerValue(16));
    agent->SetAttribute("ReplayCapacity", UintegerValue(300));
    agent->SetAttribute("TargetUpdate", UintegerValue(50));
    agent->SetAttribute("TrainInterval", UintegerValue(1));
    agent->SetAttribute("LearningStarts", UintegerValue(20));
    agent->SetAttribute("EpsilonEnd", DoubleValue(1.0));
    agent->SetAttribute("BetaSteps", UintegerValue(1000));
    agent->SetAttribute("HiddenLayers", StringValue("16-8"));
    agent->SetAttribute("Double", BooleanValue(isDouble));
    agent->SetAttribute("Prioritized", BooleanValue(prioritized));
    agent->SetAttribute("Huber", BooleanValue(huber));
    agent->AssignStreams(stream);
    agent->Configure(Chain::GetSpaces());
    return agent;
}

/// Values of a chain by hand (see Chain), for variants that no member of the family has alone.
class DqnChainTest : public TestCase
{
  public:
    DqnChainTest(bool isDouble, bool prioritized, bool huber)
        : TestCase(std::string("A three-state chain is learned: ") +
                   (isDouble ? "Double" : "plain") + (prioritized ? ", prioritised" : ", uniform") +
                   (huber ? ", Huber" : ", squared")),
          m_double(isDouble),
          m_prioritized(prioritized),
          m_huber(huber)
    {
    }

  private:
    void DoRun() override
    {
        auto agent = MakeChainAgent(m_double, m_prioritized, m_huber, 11);
        Chain chain;
        chain.Run(*agent, 4000);
        for (int state = 0; state < 3; ++state)
        {
            const Observation observation = Chain::Observe(state);
            const auto& values = agent->GetValues(observation.features);
            NS_TEST_EXPECT_MSG_EQ_TOL(values[0], Chain::LEFT[state], 0.02, "left of " << state);
            NS_TEST_EXPECT_MSG_EQ_TOL(values[1], Chain::RIGHT[state], 0.02, "right of " << state);
            const Action action = agent->Act(observation, Agent::Mode::EXPLOIT);
            NS_TEST_EXPECT_MSG_EQ(action.choice[0], 1, "right is best in " << state);
        }
    }

    bool m_double;
    bool m_prioritized;
    bool m_huber;
};

/**
 * One training step by hand. All weights are 0, so all values are 0 and only the last bias has a
 * gradient. Three terminal transitions of choice 0 with rewards r, 2r, 3r have replay weights 1, 8
 * and 9; 18 draws take one from each unit of their sum, 1, 8 and 9 times, and with beta = 1 count
 * 1, 1/8 and 1/9. Hence
 *
 *     squared loss: (1 + 4 + 9) r^2 / 2 / 18 = 7/18 for r = 1; gradient -(1 + 2 + 3) r / 18 = -r/3
 *     Huber loss: (1/2 + 3/2 + 5/2) / 18 = 1/4 for r = 1; gradient -(1 + 1 + 1) / 18 = -1/6
 *
 * and Adam's first moment is a tenth of the gradient, whose norm the squared loss limits to 10. The
 * new replay weights are the errors to the power of PriorityExponent, 1: r, 2r, 3r.
 */
class DqnStepTest : public TestCase
{
  public:
    DqnStepTest()
        : TestCase("Loss and gradient of one training step equal the calculation by hand")
    {
    }

  private:
    Ptr<DqnAgent> Make(bool huber)
    {
        auto agent = CreateObject<DqnAgent>();
        agent->SetAttribute("BatchSize", UintegerValue(18));
        agent->SetAttribute("ReplayCapacity", UintegerValue(4));
        agent->SetAttribute("LearningStarts", UintegerValue(3));
        agent->SetAttribute("TrainInterval", UintegerValue(1));
        // beta = 1 from the start, or all the time.
        agent->SetAttribute("BetaSteps", UintegerValue(huber ? 0 : 1000000000));
        agent->SetAttribute("BetaStart", DoubleValue(huber ? 0 : 1));
        agent->SetAttribute("PriorityExponent", DoubleValue(1));
        agent->SetAttribute("Prioritized", BooleanValue(true));
        agent->SetAttribute("Huber", BooleanValue(huber));
        agent->SetAttribute("HiddenLayers", StringValue("2"));
        agent->TraceConnectWithoutContext("Loss", MakeCallback(&DqnStepTest::SetLoss, this));
        agent->Configure(Chain::GetSpaces());
        return agent;
    }

    void SetLoss(uint64_t, double loss)
    {
        m_loss = loss;
    }

    /// \return ten times Adam's first moment of the bias of choice 0
    double Run(bool huber, float reward)
    {
        const std::string path = CreateTempDirFilename("step.safetensors");
        auto agent = Make(huber);
        Transition transition;
        transition.observation = transition.next = Chain::Observe(0);
        transition.action.choice = Eigen::VectorXi::Zero(1);
        transition.terminated = true;
        for (int i = 1; i <= 2; ++i)
        {
            transition.reward = static_cast<float>(i) * reward;
            agent->Learn(transition);
        }
        agent->SaveCheckpoint(path);
        Safetensors file = Safetensors::Read(path);
        for (const char* name :
             {"online.0.weight", "online.0.bias", "online.1.weight", "online.1.bias"})
        {
            auto& data = file.tensors.at(name).data;
            std::fill(data.begin(), data.end(), 0.0f);
        }
        file.tensors.at("priorities.weights").data = {1, 8, 0, 0};
        file.tensors.at("priorities.largest").data = {9};
        file.Write(path);
        agent->LoadCheckpoint(path);
        transition.reward = 3.0f * reward;
        agent->Learn(transition);
        agent->SaveCheckpoint(path);
        file = Safetensors::Read(path);
        for (int i = 0; i < 3; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(file.tensors.at("priorities.weights").data.at(i),
                                      (i + 1) * reward,
                                      1e-5 * reward,
                                      "priority of slot " << i);
        }
        // Parameters: 3 x 2 weights, 2 biases, 2 x 3 weights, then the bias of choice 0.
        return 10.0 * file.tensors.at("adam.m").data.at(14);
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(Run(false, 1.0f), -1.0 / 3.0, 1e-5, "squared, gradient");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_loss, 7.0 / 18.0, 1e-5, "squared, loss");
        NS_TEST_EXPECT_MSG_EQ_TOL(Run(true, 1.0f), -1.0 / 6.0, 1e-5, "Huber, gradient");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_loss, 0.25, 1e-5, "Huber, loss");
        NS_TEST_EXPECT_MSG_EQ_TOL(Run(false, 1000.0f), -10.0, 1e-3, "squared, limited gradient");
    }

    double m_loss{0};
};

/**
 * Training twice with the same stream gives the same bytes; training on after a checkpoint, in an
 * agent of another stream, gives the bytes of the training that was not interrupted: weights,
 * target, optimiser, replay, priorities, generator and counters.
 */
class DqnResumeTest : public TestCase
{
  public:
    explicit DqnResumeTest(bool prioritized)
        : TestCase(std::string("Training is reproducible and resumes to the same bytes, ") +
                   (prioritized ? "prioritised" : "uniform")),
          m_prioritized(prioritized)
    {
    }

  private:
    Ptr<DqnAgent> Make(int64_t stream) const
    {
        return MakeChainAgent(true, m_prioritized, true, stream);
    }

    std::string Save(const Ptr<DqnAgent>& agent)
    {
        const std::string path = CreateTempDirFilename("chain.safetensors");
        agent->SaveCheckpoint(path);
        return ReadBytes(path);
    }

    void DoRun() override
    {
        auto agent = Make(5);
        Chain chain;
        chain.Run(*agent, 430); // beyond the capacity of 300, between two target updates
        const std::string middle = CreateTempDirFilename("middle.safetensors");
        agent->SaveCheckpoint(middle);
        Chain resumedChain = chain;
        chain.Run(*agent, 333);
        const std::string expected = Save(agent);

        auto again = Make(5);
        Chain againChain;
        againChain.Run(*again, 763);
        NS_TEST_EXPECT_MSG_EQ((Save(again) == expected), true, "trained twice");

        auto other = Make(6);
        NS_TEST_EXPECT_MSG_EQ((Save(other) == Save(Make(5))), false, "another stream differs");
        other->LoadCheckpoint(middle);
        NS_TEST_EXPECT_MSG_EQ((Save(other) == ReadBytes(middle)), true, "loaded");
        resumedChain.Run(*other, 333);
        NS_TEST_EXPECT_MSG_EQ((Save(other) == expected), true, "resumed");
    }

    bool m_prioritized;
};

/// Checkpoints, spaces, Attributes and transitions that do not fit are refused in one sentence.
class DqnRefusalTest : public TestCase
{
  public:
    DqnRefusalTest()
        : TestCase("What does not fit a DQN agent is refused")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("dqn.safetensors");
        MakeChainAgent(true, false, true, 1)->SaveCheckpoint(path);
        auto prioritized = MakeChainAgent(true, true, true, 1);
        std::string refusal = GetRefusal([&]() { prioritized->LoadCheckpoint(path); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "dqn.Prioritized 'false'"), true, refusal);
        auto agent = CreateObject<DqnAgent>();
        agent->Configure(CartPole::GetSpaces());
        refusal = GetRefusal([&]() { agent->LoadCheckpoint(path); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "but this agent has"), true, refusal);
        agent->SavePolicy(path, {});
        refusal = GetRefusal([&]() { agent->LoadCheckpoint(path); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "no 'dqn."), true, "a policy: " << refusal);

        AgentSpaces spaces = CartPole::GetSpaces();
        spaces.embedding = 3;
        refusal = GetRefusal([&]() { agent->Configure(spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "3 embedding columns"), true, refusal);
        for (const char* layers : {"64-", "-64", "64-x", "0", "64--32", "64,32"})
        {
            agent->SetAttribute("HiddenLayers", StringValue(layers));
            refusal = GetRefusal([&]() { agent->Configure(CartPole::GetSpaces()); });
            NS_TEST_EXPECT_MSG_EQ(Contains(refusal, layers), true, layers << ": " << refusal);
        }
        CheckTransitions();
    }

    void CheckTransitions()
    {
        auto agent = MakeChainAgent(true, true, true, 1);
        Transition good;
        good.observation = good.next = Chain::Observe(0);
        good.action.choice = Eigen::VectorXi::Constant(1, 1);
        const auto refusal = [&agent](const Transition& transition) {
            return GetRefusal([&]() { agent->Learn(transition); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal(good), "", "a good one");
        Transition bad = good;
        bad.action.choice[0] = 3;
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal(bad), "choice 3"), true, refusal(bad));
        bad = good;
        bad.reward = std::numeric_limits<float>::infinity();
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal(bad), "reward inf"), true, refusal(bad));
        bad = good;
        bad.next.features[1] = std::nanf("");
        NS_TEST_EXPECT_MSG_EQ(refusal(bad).empty(), false, "NaN");
        bad = good;
        bad.next.features.resize(2);
        NS_TEST_EXPECT_MSG_EQ(refusal(bad).empty(), false, "another length");
    }
};

/**
 * The policy that an agent saves decides, frozen, as the agent does; exploration keeps to the mask
 * and to its share; NaN gives the choice -1.
 */
class DqnActTest : public TestCase
{
  public:
    DqnActTest()
        : TestCase("A DQN agent acts, explores and is frozen")
    {
    }

  private:
    void DoRun() override
    {
        auto agent = CreateObject<DqnAgent>();
        agent->SetAttribute("EpsilonStart", DoubleValue(0.5));
        agent->AssignStreams(7);
        AgentSpaces spaces;
        spaces.features = 6;
        spaces.choices = 4;
        agent->Configure(spaces);
        const std::string path = CreateTempDirFilename("frozen.safetensors");
        agent->SavePolicy(path, {{"note", "kept"}, {"sterna.kind", "not kept"}});
        auto frozen = CreateObject<FrozenPolicy>();
        frozen->SetAttribute("Policy", StringValue(path));
        frozen->Configure(spaces);
        NS_TEST_EXPECT_MSG_EQ(frozen->GetMetadata().at("note"), "kept", "metadata joins");

        auto uniform = CreateObject<UniformRandomVariable>();
        uniform->SetStream(8);
        Observation observation;
        observation.mask.resize(1, 4);
        int explored = 0;
        for (int i = 0; i < 4000; ++i)
        {
            observation.features = Eigen::VectorXf::NullaryExpr(6, [&uniform]() {
                return static_cast<float>(uniform->GetValue(-1, 1));
            });
            observation.mask << true, i % 2 == 0, false, true;
            const int best = agent->Act(observation, Agent::Mode::EXPLOIT).choice[0];
            const int same = frozen->Act(observation, Agent::Mode::EXPLOIT).choice[0];
            NS_TEST_ASSERT_MSG_EQ(best, same, "frozen");
            const int tried = agent->Act(observation, Agent::Mode::EXPLORE).choice[0];
            NS_TEST_ASSERT_MSG_EQ(observation.mask(0, tried), true, "the mask holds");
            explored += tried != best ? 1 : 0;
        }
        // Half explore; of these 2/3 or 1/2 differ: 4000 / 2 * 7 / 12 = 1167, deviation 29.
        NS_TEST_EXPECT_MSG_EQ_TOL(explored, 1167, 150, "share of exploration");
        observation.features[0] = std::nanf("");
        NS_TEST_EXPECT_MSG_EQ(agent->Act(observation, Agent::Mode::EXPLOIT).choice[0], -1, "NaN");
        observation.mask.setConstant(false);
        for (int i = 0; i < 20; ++i)
        {
            const int none = agent->Act(observation, Agent::Mode::EXPLORE).choice[0];
            NS_TEST_EXPECT_MSG_EQ(none, -1, "no choice is valid");
        }
    }
};

/**
 * The control tasks' equations by hand. CartPole from rest, pushed to the right: push = 10 / 1.1,
 * angular acceleration -9.0909 / (0.5 (4/3 - 0.1/1.1)) = -14.6341, linear 9.0909 + 0.05 * 14.6341 /
 * 1.1 = 9.7561; after 0.02 s the rates are -0.292683 rad/s and 0.195122 m/s. Pendulum's first cost
 * and step follow from its random start.
 */
class ClassicControlTest : public TestCase
{
  public:
    ClassicControlTest()
        : TestCase("CartPole and Pendulum follow their published equations")
    {
    }

  private:
    void DoRun() override
    {
        CartPole cart;
        cart.Step(1);
        const auto state = cart.Observe().features;
        NS_TEST_EXPECT_MSG_EQ(state[0], 0, "Euler: the position lags");
        NS_TEST_EXPECT_MSG_EQ_TOL(state[1], 0.195122, 1e-6, "velocity");
        NS_TEST_EXPECT_MSG_EQ_TOL(state[3], -0.292683, 1e-6, "angular velocity");

        auto uniform = CreateObject<UniformRandomVariable>();
        uniform->SetStream(9);
        Pendulum pendulum;
        for (int i = 0; i < 20; ++i)
        {
            pendulum.Reset(uniform);
            const auto before = pendulum.Observe().features;
            const ControlStep step = pendulum.Step(0.5);
            const double angle = std::atan2(before[1], before[0]);
            const double cost = angle * angle + 0.1 * before[2] * before[2] + 0.001 * 1.0;
            NS_TEST_EXPECT_MSG_EQ_TOL(step.reward, -cost, 1e-5, "cost");
            const double rate = before[2] + (15 * before[1] + 3 * 1.0) * 0.05;
            NS_TEST_EXPECT_MSG_EQ_TOL(pendulum.Observe().features[2], rate, 1e-5, "rate");
            const double after = std::cos(angle + 0.05 * rate);
            NS_TEST_EXPECT_MSG_EQ_TOL(pendulum.Observe().features[0], after, 1e-5, "angle");
        }
    }
};

} // namespace

std::vector<TestCase*>
MakeDqnTests()
{
    return {new DqnTargetTest,
            new DqnChainTest(true, true, true),
            new DqnChainTest(false, false, true),
            new DqnChainTest(true, false, false),
            new DqnStepTest,
            new DqnResumeTest(false),
            new DqnResumeTest(true),
            new DqnRefusalTest,
            new DqnActTest,
            new ClassicControlTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
