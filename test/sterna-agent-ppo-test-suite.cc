/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-ppo-test.h"

namespace
{

/// Proximal policy optimisation: its parts against formulas, and the agents against known optima.
class AgentPpoTestSuite : public ns3::TestSuite
{
  public:
    AgentPpoTestSuite()
        : TestSuite("sterna-agent-ppo", ns3::TestSuite::Type::UNIT)
    {
        using namespace ns3::sterna::test;
        for (const auto& cases : {MakePpoAdvantageTests(),
                                  MakePpoNetworkTests(),
                                  MakePpoGraphTests(),
                                  MakePpoUpdateTests(),
                                  MakePpoAgentTests(),
                                  MakePpoFileTests()})
        {
            for (ns3::TestCase* testCase : cases)
            {
                AddTestCase(testCase);
            }
        }
    }
};

AgentPpoTestSuite g_agentPpoTestSuite;

} // namespace
