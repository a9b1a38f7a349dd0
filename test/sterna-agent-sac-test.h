/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_AGENT_SAC_TEST_H
#define STERNA_AGENT_SAC_TEST_H

#include "ns3/double.h"
#include "ns3/sterna-sac-agent.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{

/// The cases of the suite sterna-agent-sac, file by file; who adds them to a suite owns them.
std::vector<TestCase*> MakeHybridReplayTests();
std::vector<TestCase*> MakeSacPolicyTests();
std::vector<TestCase*> MakeSacGradientTests();
std::vector<TestCase*> MakeSacLearningTests();
std::vector<TestCase*> MakeSacAgentTests();

inline AgentSpaces
HybridSpaces(Eigen::Index features,
             Eigen::Index actors,
             Eigen::Index choices,
             Eigen::Index parameters)
{
    AgentSpaces spaces;
    spaces.features = features;
    spaces.actors = actors;
    spaces.choices = choices;
    spaces.parameters = parameters;
    return spaces;
}

/// A small agent that learns quickly.
inline Ptr<SacAgent>
MakeSacAgent(int64_t stream)
{
    auto agent = CreateObject<SacAgent>();
    agent->SetAttribute("HiddenLayers", StringValue("32-32"));
    agent->SetAttribute("LearningRate", DoubleValue(3e-3));
    agent->SetAttribute("BatchSize", UintegerValue(64));
    agent->SetAttribute("ReplayCapacity", UintegerValue(5000));
    agent->SetAttribute("LearningStarts", UintegerValue(200));
    agent->AssignStreams(stream);
    return agent;
}

} // namespace test
} // namespace sterna
} // namespace ns3

#endif /* STERNA_AGENT_SAC_TEST_H */
