/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-meta-test.h"

namespace
{

/// What learns over several tasks: trajectories, EMCL's networks and agent, MAML.
class AgentMetaTestSuite : public ns3::TestSuite
{
  public:
    AgentMetaTestSuite()
        : TestSuite("sterna-agent-meta", ns3::TestSuite::Type::UNIT)
    {
        using namespace ns3::sterna::test;
        for (const auto& cases : {MakeTrajectoryTests(),
                                  MakeEmclNetworkTests(),
                                  MakeEmclAgentTests(),
                                  MakeEmclTaskTests(),
                                  MakeMamlTests()})
        {
            for (ns3::TestCase* testCase : cases)
            {
                AddTestCase(testCase);
            }
        }
    }
};

AgentMetaTestSuite g_agentMetaTestSuite;

} // namespace
