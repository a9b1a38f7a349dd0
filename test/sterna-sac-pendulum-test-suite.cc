/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-classic-control.h"

#include "ns3/double.h"
#include "ns3/sterna-sac-agent.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

using namespace ns3;
using namespace ns3::sterna;

namespace
{

/**
 * Whether the learner as a whole reaches what others report: SAC on Pendulum-v1, with the
 * hyper-parameters of RL Baselines3 Zoo (20000 steps, learning rate 1e-3, batch 256, gamma 0.99, tau
 * 0.005, learning starts 100, learned temperature, network 256-256, one update per step). The Zoo's
 * agent scores -157 with a deviation of 89 between episodes, so the mean of 100 episodes has a
 * standard error of 9; -200 is nearly 5 of them below.
 */
class SacPendulumTest : public TestCase
{
  public:
    SacPendulumTest()
        : TestCase("SAC reaches the published score on Pendulum-v1 in 20000 steps")
    {
    }

  private:
    static constexpr int STEPS = 20000;
    static constexpr int EPISODES = 100;

    void DoRun() override;

    Ptr<SacAgent> Train(Ptr<UniformRandomVariable> uniform) const;
};

Ptr<SacAgent>
SacPendulumTest::Train(Ptr<UniformRandomVariable> uniform) const
{
    auto agent = CreateObject<SacAgent>();
    agent->SetAttribute("LearningRate", DoubleValue(1e-3));
    agent->SetAttribute("LearningStarts", UintegerValue(100));
    agent->AssignStreams(10);
    agent->Configure(test::Pendulum::GetSpaces());
    test::TrainOnPendulum(agent, STEPS, uniform);
    return agent;
}

void
SacPendulumTest::DoRun()
{
    auto training = CreateObject<UniformRandomVariable>();
    training->SetStream(1);
    auto evaluation = CreateObject<UniformRandomVariable>();
    evaluation->SetStream(2);
    const double score = test::EvaluateOnPendulum(Train(training), EPISODES, evaluation);
    // Bound: nearly 5 standard errors below the published mean of -157 (see the class).
    NS_TEST_EXPECT_MSG_GT(score, -200.0, "mean return over " << EPISODES << " episodes");
}

class SacPendulumTestSuite : public TestSuite
{
  public:
    SacPendulumTestSuite()
        : TestSuite("sterna-long-sac", TestSuite::Type::SYSTEM)
    {
        AddTestCase(new SacPendulumTest);
    }
};

SacPendulumTestSuite g_sacPendulumTestSuite;

} // namespace
