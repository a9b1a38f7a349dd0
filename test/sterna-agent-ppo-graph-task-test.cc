/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-ppo-test.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

/**
 * On random graphs an actor earns the first number of the choice it takes, in the latest step, less
 * the squared distance of its first parameter from the first number of that pair. Random choices earn
 * about 0 - 1/3 - 1/3.
 */
class GraphTaskTest : public TestCase
{
  public:
    GraphTaskTest(const std::string& name, const std::string& ratio, int steps)
        : TestCase(name + ", ratio " + ratio + ": actors learn to choose on random graphs"),
          m_name(name),
          m_ratio(ratio),
          m_steps(steps)
    {
    }

  private:
    /// What one actor earns.
    static float GetReward(const AgentSpaces& spaces,
                           const Observation& observation,
                           const Action& action,
                           Eigen::Index actor)
    {
        const int choice = action.choice[actor];
        const Eigen::Index nodes = spaces.choices + spaces.actors;
        const Eigen::Index node = (spaces.window - 1) * nodes + choice;
        const float pair = observation.choices(actor * spaces.choices + choice, 0);
        const float distance = action.parameters(actor, 0) - pair;
        return observation.features[node * spaces.blockSize] - distance * distance;
    }

    void DoRun() override
    {
        AgentSpaces spaces = MakeGraphSpaces(4, 3, 3);
        spaces.parameters = 1;
        Generator random = MakeGenerator(41);
        auto agent = MakePpoAgent(m_name,
                                  {{"Ratio", m_ratio},
                                   {"Horizon", "128"},
                                   {"LearningRate", "0.003"},
                                   {"DecaySteps", std::to_string(m_steps)},
                                   {"EntropyCoefficient", "0.001"},
                                   {"HiddenLayers", "32"},
                                   {"HeadWidth", "32"}},
                                  42);
        agent->Configure(spaces);
        Transition transition;
        transition.terminated = true;
        for (int i = 0; i < m_steps; ++i)
        {
            transition.observation = MakeObservation(spaces, random);
            transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
            transition.actorRewards.resize(spaces.actors);
            for (Eigen::Index u = 0; u < spaces.actors; ++u)
            {
                transition.actorRewards[u] =
                    GetReward(spaces, transition.observation, transition.action, u);
            }
            transition.reward = transition.actorRewards.sum();
            agent->Learn(transition);
        }
        double earned = 0;
        double best = 0;
        for (int i = 0; i < 200; ++i)
        {
            const Observation observation = MakeObservation(spaces, random);
            const Action action = agent->Act(observation, Agent::Mode::EXPLOIT);
            for (Eigen::Index u = 0; u < spaces.actors; ++u)
            {
                earned += GetReward(spaces, observation, action, u) / 800.0;
                Action ideal = action;
                float largest = -10.0f;
                for (int k = 0; k < spaces.choices; ++k)
                {
                    ideal.choice[u] = k;
                    ideal.parameters(u, 0) = observation.choices(u * spaces.choices + k, 0);
                    largest = observation.mask(u, k)
                                  ? std::max(largest, GetReward(spaces, observation, ideal, u))
                                  : largest;
                }
                best += largest / 800.0;
            }
        }
        NS_TEST_EXPECT_MSG_GT(earned, best - 0.2, "mean reward of an actor");
    }

    std::string m_name;
    std::string m_ratio;
    int m_steps;
};

} // namespace

TestCase*
MakePpoGraphTaskTest(const std::string& name, const std::string& ratio, int steps)
{
    return new GraphTaskTest(name, ratio, steps);
}

} // namespace test
} // namespace sterna
} // namespace ns3
