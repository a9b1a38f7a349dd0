/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_AGENT_PPO_TEST_H
#define STERNA_AGENT_PPO_TEST_H

#include "ns3/object-factory.h"
#include "ns3/random-variable-stream.h"
#include "ns3/sterna-ppo-agent.h"
#include "ns3/string.h"
#include "ns3/test.h"

#include <Eigen/Core>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{

/// The cases of the suite sterna-agent-ppo, file by file.
std::vector<TestCase*> MakePpoAdvantageTests();
std::vector<TestCase*> MakePpoNetworkTests();
std::vector<TestCase*> MakePpoGraphTests();
std::vector<TestCase*> MakePpoUpdateTests();
std::vector<TestCase*> MakePpoAgentTests();
std::vector<TestCase*> MakePpoFileTests();
/// One agent learns a task on graphs; for the longer suite, too.
TestCase* MakePpoGraphTaskTest(const std::string& name, const std::string& ratio, int steps);

/// An agent of the family by its short name, with some Attributes given as text.
inline Ptr<PpoAgent>
MakePpoAgent(const std::string& name,
             const std::vector<std::pair<std::string, std::string>>& attributes,
             int64_t stream)
{
    ObjectFactory factory("ns3::sterna::" + name);
    auto agent = factory.Create<PpoAgent>();
    for (const auto& [key, value] : attributes)
    {
        agent->SetAttribute(key, StringValue(value));
    }
    agent->AssignStreams(stream);
    return agent;
}

/// A generator on a stream of its own.
inline Generator
MakeGenerator(int64_t stream)
{
    auto uniform = CreateObject<UniformRandomVariable>();
    uniform->SetStream(stream);
    Generator random;
    random.Seed(uniform);
    return random;
}

/// Spaces of a graph with 2 parameters per actor and 2 numbers per pair.
inline AgentSpaces
MakeGraphSpaces(Eigen::Index actors, Eigen::Index choices, Eigen::Index window)
{
    AgentSpaces spaces;
    spaces.actors = actors;
    spaces.choices = choices;
    spaces.window = window;
    spaces.blockSize = 4;
    spaces.features = window * (actors + choices) * spaces.blockSize;
    spaces.embedding = 2;
    spaces.parameters = 2;
    return spaces;
}

/**
 * A random observation: features and pairs in [-1, 1), edges with probability 1/2. Each choice is
 * valid with probability 1/2; the last actor has none if `idle`.
 */
inline Observation
MakeObservation(const AgentSpaces& spaces, Generator& random, bool idle = false)
{
    Observation observation;
    const auto draw = [&random](float) { return static_cast<float>(2.0 * random.Uniform() - 1.0); };
    const auto flip = [&random](bool) { return random.Uniform() < 0.5; };
    observation.features = Eigen::VectorXf::Zero(spaces.features).unaryExpr(draw);
    if (spaces.embedding > 0)
    {
        observation.choices.setZero(spaces.actors * spaces.choices, spaces.embedding);
        observation.choices = observation.choices.unaryExpr(draw).eval();
    }
    observation.mask.setConstant(spaces.actors, spaces.choices, false);
    observation.mask = observation.mask.unaryExpr(flip).eval();
    for (Eigen::Index actor = 0; actor < spaces.actors; ++actor)
    {
        observation.mask(actor, random.Index(spaces.choices)) = true;
    }
    if (idle)
    {
        observation.mask.row(spaces.actors - 1).setConstant(false);
    }
    if (spaces.window > 0)
    {
        observation.edges.setConstant(spaces.window * spaces.actors, spaces.choices, false);
        observation.edges = observation.edges.unaryExpr(flip).eval();
    }
    return observation;
}

} // namespace test
} // namespace sterna
} // namespace ns3

#endif /* STERNA_AGENT_PPO_TEST_H */
