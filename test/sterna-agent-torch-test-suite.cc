/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-torch-test.h"

namespace
{

/// What learns with LibTorch: networks and gradients, the Wolpertinger agent, TorchScript policies.
class AgentTorchTestSuite : public ns3::TestSuite
{
  public:
    AgentTorchTestSuite()
        : TestSuite("sterna-agent-torch", ns3::TestSuite::Type::UNIT)
    {
        using namespace ns3::sterna::test;
        for (const auto& cases : {MakeActorCriticTests(),
                                  MakeWolpertingerTests(),
                                  MakeTorchScriptTests(),
                                  MakeQNetworkTorchTests()})
        {
            for (ns3::TestCase* testCase : cases)
            {
                AddTestCase(testCase);
            }
        }
    }
};

AgentTorchTestSuite g_agentTorchTestSuite;

} // namespace
