/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-sac-test.h"

using namespace ns3;
using namespace ns3::sterna;

namespace
{

class SacTestSuite : public TestSuite
{
  public:
    SacTestSuite()
        : TestSuite("sterna-agent-sac", TestSuite::Type::UNIT)
    {
        for (const auto make : {test::MakeHybridReplayTests,
                                test::MakeSacPolicyTests,
                                test::MakeSacGradientTests,
                                test::MakeSacLearningTests,
                                test::MakeSacAgentTests})
        {
            for (TestCase* testCase : make())
            {
                AddTestCase(testCase);
            }
        }
    }
};

SacTestSuite g_sacTestSuite;

} // namespace
