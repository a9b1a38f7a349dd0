/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_AGENT_META_TEST_H
#define STERNA_AGENT_META_TEST_H

#include "sterna-agent-test.h"
#include "sterna-agent-torch-test.h"

#include "ns3/sterna-agent.h"
#include "ns3/test.h"

#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{

/// The cases of the suite sterna-agent-meta, file by file.
std::vector<TestCase*> MakeTrajectoryTests();
std::vector<TestCase*> MakeEmclNetworkTests();
std::vector<TestCase*> MakeEmclAgentTests();
std::vector<TestCase*> MakeEmclTaskTests();
std::vector<TestCase*> MakeMamlTests();

/// 5 to 14 choices of an embedding, some of them masked; features in [-1, 1].
inline Observation
DrawObservation(const AgentSpaces& spaces, Ptr<UniformRandomVariable> uniform)
{
    Observation observation;
    observation.features = RandomMatrix(spaces.features, 1, uniform);
    const auto count = static_cast<Eigen::Index>(uniform->GetInteger(5, 14));
    observation.choices = RandomMatrix(count, spaces.embedding, uniform);
    observation.mask = (RandomMatrix(1, count, uniform).array() > -0.4f);
    observation.mask(0, uniform->GetInteger(0, count - 1)) = true;
    return observation;
}

/// Lets an agent act and learn in a made-up world, which depends on the step and on nothing else.
inline void
LiveSteps(Ptr<Agent> agent, const AgentSpaces& spaces, int begin, int end)
{
    for (int step = begin; step < end; ++step)
    {
        Transition transition;
        transition.observation = DrawObservation(spaces, MakeStream(1000 + step));
        transition.next = DrawObservation(spaces, MakeStream(1001 + step));
        transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
        transition.reward = transition.observation.choices.row(transition.action.choice(0)).sum();
        transition.terminated = step % 10 == 9;
        agent->Learn(transition);
    }
}

/// The bytes of an agent's checkpoint.
inline std::string
CheckpointBytes(Ptr<Agent> agent, const std::string& path)
{
    agent->SaveCheckpoint(path);
    return ReadBytes(path);
}

} // namespace test
} // namespace sterna
} // namespace ns3

#endif /* STERNA_AGENT_META_TEST_H */
