/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_DQN_CHAIN_H
#define STERNA_DQN_CHAIN_H

#include "ns3/sterna-dqn-agent.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{
namespace test
{

/**
 * Three states in a row, one number each in one-hot form. Choice 0 goes to the left (or stays),
 * 1 to the right; to the right of state 2 the task ends with reward 1. Choice 2 is never valid.
 *
 * The values by hand, discount 0.9: to the right of state 2 is worth 1 and ends, so V = 0.81, 0.9,
 * 1; going to the left from states 0, 1, 2 is worth 0.9 times V of states 0, 0, 1: 0.729, 0.729,
 * 0.81. A bootstrap beyond the end, or of the choice that is never valid, would show.
 *
 * With blocks, two numbers per choice follow that tell the choices apart.
 */
class Chain
{
  public:
    static constexpr double LEFT[] = {0.729, 0.729, 0.81}; //!< values of choice 0
    static constexpr double RIGHT[] = {0.81, 0.9, 1.0};    //!< values of choice 1

    explicit Chain(bool blocks = false)
        : m_blocks(blocks)
    {
    }

    static AgentSpaces GetSpaces(bool blocks = false)
    {
        AgentSpaces spaces;
        spaces.features = blocks ? 9 : 3;
        spaces.blocks = blocks ? 3 : 0;
        spaces.blockSize = blocks ? 2 : 0;
        spaces.choices = 3;
        return spaces;
    }

    static Observation Observe(int state, bool blocks = false)
    {
        Observation observation;
        observation.features = Eigen::VectorXf::Zero(blocks ? 9 : 3);
        observation.features[state] = 1.0f;
        if (blocks)
        {
            observation.features.tail(6) << 1, 0, 0, 1, 0, 0;
        }
        observation.mask.resize(1, 3);
        observation.mask << true, true, false;
        return observation;
    }

    /// One step of an agent that explores.
    void Step(DqnAgent& agent)
    {
        Transition transition;
        transition.observation = Observe(m_state, m_blocks);
        transition.action = agent.Act(transition.observation, Agent::Mode::EXPLORE);
        const bool right = transition.action.choice[0] == 1;
        transition.terminated = right && m_state == 2;
        transition.reward = transition.terminated ? 1.0f : 0.0f;
        m_state = transition.terminated ? 0 : right ? m_state + 1 : std::max(m_state - 1, 0);
        transition.next = Observe(m_state, m_blocks);
        agent.Learn(transition);
    }

    void Run(DqnAgent& agent, int steps)
    {
        for (int i = 0; i < steps; ++i)
        {
            Step(agent);
        }
    }

  private:
    bool m_blocks;
    int m_state{0};
};

} // namespace test
} // namespace sterna
} // namespace ns3

#endif /* STERNA_DQN_CHAIN_H */
