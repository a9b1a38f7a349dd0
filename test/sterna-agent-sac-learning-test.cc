/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-sac-test.h"

#include "ns3/boolean.h"

#include <cmath>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

/// Fixes both temperatures, so that the policy to be learned is known.
void
FixTemperatures(Ptr<SacAgent> agent, double choices, double parameters)
{
    agent->SetAttribute("LearnTemperatures", BooleanValue(false));
    agent->SetAttribute("ChoiceTemperature", DoubleValue(choices));
    agent->SetAttribute("ParameterTemperature", DoubleValue(parameters));
}

/// A state of one feature, and no other.
Observation
SingleState()
{
    Observation observation;
    observation.features = Eigen::VectorXf::Ones(1);
    return observation;
}

/**
 * Two actors, one state, and a reward that is the sum of what their choices earn: the policy of the
 * largest reward plus alpha times entropy is pi_u(a) = exp(r_u(a) / alpha) / sum. Actor 1 may not
 * take its best choice. With alpha = 1/2 (here e is exp):
 *
 * | actor | earns | exp(r / alpha) |
 * | --- | --- | --- |
 * | 0 | 1, 1/2, 0, -1/2 | e^2, e, 1, 1/e |
 * | 1 | 0, 2 (invalid), 1/2, 1/4 | 1, -, e, e^(1/2) |
 */
class DiscreteBanditTest : public TestCase
{
  public:
    DiscreteBanditTest()
        : TestCase("a bandit of two actors: probabilities follow rewards and temperature")
    {
    }

  private:
    void DoRun() override
    {
        const float earns[2][4] = {{1, 0.5f, 0, -0.5f}, {0, 2, 0.5f, 0.25f}};
        auto agent = MakeSacAgent(6);
        FixTemperatures(agent, 0.5, 1.0);
        agent->Configure(HybridSpaces(1, 2, 4, 0));
        Transition transition;
        transition.observation = SingleState();
        transition.observation.mask.setConstant(2, 4, true);
        transition.observation.mask(1, 1) = false;
        transition.terminated = true;
        for (int step = 0; step < 2000; ++step)
        {
            transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
            transition.reward =
                earns[0][transition.action.choice[0]] + earns[1][transition.action.choice[1]];
            agent->Learn(transition);
        }
        HybridDecisions decisions;
        RowMatrixXf mask = RowMatrixXf::Ones(1, 8);
        mask(0, 5) = 0;
        agent->GetLearner()->GetPolicy().Decide(RowMatrixXf::Ones(1, 1),
                                                mask,
                                                RowMatrixXf(1, 0),
                                                decisions);
        const double first = std::exp(2.0) + std::exp(1.0) + 1.0 + std::exp(-1.0);
        const double second = 1.0 + std::exp(1.0) + std::exp(0.5);
        const double expected[] = {std::exp(2.0) / first,
                                   std::exp(1.0) / first,
                                   1.0 / first,
                                   std::exp(-1.0) / first,
                                   1.0 / second,
                                   0.0,
                                   std::exp(1.0) / second,
                                   std::exp(0.5) / second};
        for (int i = 0; i < 8; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(decisions.probabilities(0, i), expected[i], 0.02, i);
        }
    }
};

/**
 * One state and the reward -4 (x - 0.3)^2, with beta = 0.08: the density of the largest reward plus
 * beta times entropy is proportional to exp(-50 (x - 0.3)^2), a normal one of mean 0.3 and deviation
 * 0.1, of which nearly nothing lies outside [-1, 1].
 */
class ContinuousBanditTest : public TestCase
{
  public:
    ContinuousBanditTest()
        : TestCase("a continuous bandit: mean and deviation follow the temperature")
    {
    }

  private:
    void DoRun() override
    {
        auto agent = MakeSacAgent(7);
        FixTemperatures(agent, 1.0, 0.08);
        agent->SetAttribute("LearningRate", DoubleValue(2e-3));
        agent->SetAttribute("LearningStarts", UintegerValue(500));
        agent->Configure(HybridSpaces(1, 1, 0, 1));
        Transition transition;
        transition.observation = SingleState();
        transition.terminated = true;
        for (int step = 0; step < 4000; ++step)
        {
            transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
            const float miss = transition.action.parameters(0, 0) - 0.3f;
            transition.reward = -4.0f * miss * miss;
            agent->Learn(transition);
        }
        constexpr int DRAWS = 4000;
        double sum = 0.0;
        double squares = 0.0;
        for (int i = 0; i < DRAWS; ++i)
        {
            const double x =
                agent->Act(transition.observation, Agent::Mode::EXPLORE).parameters(0, 0);
            sum += x;
            squares += x * x;
        }
        const double mean = sum / DRAWS;
        NS_TEST_EXPECT_MSG_EQ_TOL(mean, 0.3, 0.03, "mean");
        NS_TEST_EXPECT_MSG_EQ_TOL(std::sqrt(squares / DRAWS - mean * mean), 0.1, 0.025, "spread");
        const Action best = agent->Act(transition.observation, Agent::Mode::EXPLOIT);
        NS_TEST_EXPECT_MSG_EQ_TOL(best.parameters(0, 0), 0.3, 0.03, "best");
    }
};

/**
 * Soft values by hand, with discount 0.9 and alpha 1/2. V(s) = alpha log sum of exp(Q(s, a) / alpha)
 * over valid a.
 *
 * | state | choice 0 | choice 1 | Q | V |
 * | --- | --- | --- | --- | --- |
 * | 0 | earns 0, to state 1 | earns 0.5, ends | 0.9 V(1), 0.5 | |
 * | 1 | earns 1, ends | earns 0, ends | 1, 0 | log(e^2 + 1) / 2 = 1.063464 |
 * | 2 | earns 0.2, stays | invalid | 0.2 + 0.9 V(2) | 0.2 / (1 - 0.9) = 2 |
 *
 * State 2 is left by a time limit only, which must not end the bootstrap; a single choice has no
 * entropy.
 */
class SoftChainTest : public TestCase
{
  public:
    SoftChainTest()
        : TestCase("a chain: soft values equal those by hand")
    {
    }

  private:
    static Observation Observe(int state)
    {
        Observation observation;
        observation.features = Eigen::VectorXf::Unit(3, state);
        observation.mask.setConstant(1, 2, true);
        observation.mask(0, 1) = state != 2;
        return observation;
    }

    void DoRun() override
    {
        auto agent = MakeSacAgent(8);
        FixTemperatures(agent, 0.5, 1.0);
        agent->SetAttribute("Discount", DoubleValue(0.9));
        agent->SetAttribute("Tau", DoubleValue(0.05));
        agent->SetAttribute("LearningRate", DoubleValue(2e-3));
        agent->Configure(HybridSpaces(3, 1, 2, 0));
        const float rewards[3][2] = {{0, 0.5f}, {1, 0}, {0.2f, 0}};
        int state = 0;
        for (int step = 0; step < 4000; ++step)
        {
            Transition transition;
            transition.observation = Observe(state);
            transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
            const int choice = transition.action.choice[0];
            transition.reward = rewards[state][choice];
            transition.terminated = state == 1 || (state == 0 && choice == 1);
            const int next = state == 0 ? 1 : state;
            transition.next = Observe(next);
            agent->Learn(transition);
            const bool stays = !transition.terminated && step % 5 != 0; // a time limit
            state = stays ? next : 2 * (step / 5 % 2);                  // starts in 0 or in 2
        }
        const double soft = 0.5 * std::log(std::exp(2.0) + 1.0);
        const double expected[][3] = {{0, 0, 0.9 * soft},
                                      {0, 1, 0.5},
                                      {1, 0, 1},
                                      {1, 1, 0},
                                      {2, 0, 2}};
        for (const auto& [from, choice, value] : expected)
        {
            const RowMatrixXf inputs = Observe(static_cast<int>(from)).features.transpose();
            const HybridBatch::Choices choices =
                HybridBatch::Choices::Constant(1, 1, static_cast<int>(choice));
            for (int twin = 0; twin < 2; ++twin)
            {
                const float is = agent->GetLearner()->GetCritic(twin).Values(inputs, choices)[0];
                NS_TEST_EXPECT_MSG_EQ_TOL(is,
                                          value,
                                          0.03,
                                          "state " << from << " choice " << choice);
            }
        }
    }
};

/**
 * A hybrid action whose best parameter depends on the choice: of one actor, choice 0 earns 0.3
 * whatever x is, choice 1 earns 1 - 2 (x - 0.5)^2, and choice 2 earns 0.7 - 2 (x + 0.5)^2. So the
 * best is choice 1 with x = 0.5; actor 1 may not take choice 1, and its best is choice 2 with
 * x = -0.5. The reward is the sum.
 */
class HybridToyTest : public TestCase
{
  public:
    HybridToyTest()
        : TestCase("a hybrid toy: each actor finds its choice and the parameter that suits it")
    {
    }

  private:
    static float Earn(int choice, float x)
    {
        switch (choice)
        {
        case 0:
            return 0.3f;
        case 1:
            return 1.0f - 2.0f * (x - 0.5f) * (x - 0.5f);
        default:
            return 0.7f - 2.0f * (x + 0.5f) * (x + 0.5f);
        }
    }

    void DoRun() override
    {
        auto agent = MakeSacAgent(9);
        agent->SetAttribute("ChoiceEntropy", DoubleValue(0.3));
        agent->SetAttribute("LearningStarts", UintegerValue(500));
        agent->Configure(HybridSpaces(1, 2, 3, 1));
        Transition transition;
        transition.observation = SingleState();
        transition.observation.mask.setConstant(2, 3, true);
        transition.observation.mask(1, 1) = false;
        transition.terminated = true;
        for (int step = 0; step < 4000; ++step)
        {
            transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
            const Action& action = transition.action;
            transition.reward = Earn(action.choice[0], action.parameters(0, 0)) +
                                Earn(action.choice[1], action.parameters(1, 0));
            agent->Learn(transition);
        }
        const Action best = agent->Act(transition.observation, Agent::Mode::EXPLOIT);
        NS_TEST_EXPECT_MSG_EQ(best.choice[0], 1, "choice of actor 0");
        NS_TEST_EXPECT_MSG_EQ(best.choice[1], 2, "choice of actor 1");
        NS_TEST_EXPECT_MSG_EQ_TOL(best.parameters(0, 0), 0.5, 0.1, "parameter of actor 0");
        NS_TEST_EXPECT_MSG_EQ_TOL(best.parameters(1, 0), -0.5, 0.1, "parameter of actor 1");
    }
};

} // namespace

std::vector<TestCase*>
MakeSacLearningTests()
{
    return {new DiscreteBanditTest, new ContinuousBanditTest, new SoftChainTest, new HybridToyTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
