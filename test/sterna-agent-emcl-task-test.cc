/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-meta-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/pointer.h"
#include "ns3/sterna-emcl-agent.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

/**
 * A family of tasks with a known answer. Each step offers 12 choices in [-1, 1], its reward is
 * -(a - c)^2, and it ends. Nothing in the state says what c is: only the rewards of the steps before
 * do. Four tasks at a time, each for 25 steps, then four others; c is uniform on [-0.8, 0.8].
 *
 * Then omega is frozen, and for c that were never trained
 *  - the meta critic must value actions near c most: without looking at the window it can at best
 *    point to the same action for every c, whose mean distance from ten c evenly spaced on
 *    [-0.8, 0.8] is 0.44 or more (that of their median);
 *  - a new actor, which learns from that critic only, must come near c.
 */
class MetaTaskTest : public TestCase
{
  public:
    MetaTaskTest(const std::string& estimator, uint32_t window, int episodes)
        : TestCase("tasks that only the window tells apart: " + estimator + ", window " +
                   std::to_string(window)),
          m_estimator(estimator),
          m_window(window),
          m_episodes(episodes)
    {
    }

  private:
    static constexpr uint32_t TASKS = 4;
    static constexpr int STEPS = 25;

    void DoRun() override
    {
        m_uniform = MakeStream(5000);
        auto critic = CreateObject<MetaCritic>();
        critic->SetAttribute("Tasks", UintegerValue(TASKS));
        critic->SetAttribute("Window", UintegerValue(m_window));
        critic->SetAttribute("Hidden", UintegerValue(32));
        critic->SetAttribute("Cells", UintegerValue(16));
        critic->SetAttribute("LearningRate", DoubleValue(3e-3));
        critic->AssignStreams(5001);
        MetaTrain(critic);
        critic->SetAttribute("Frozen", BooleanValue(true));
        double ofCritic = 0;
        double ofActor = 0;
        for (int k = 0; k < 10; ++k)
        {
            const double c = -0.8 + 1.6 * k / 9;
            auto agent = MakeAgent(critic, 6000 + k);
            for (int t = 0; t < 120; ++t)
            {
                Step(agent, c);
            }
            ofCritic += std::abs(Best(agent) - c) / 10;
            ofActor += std::abs(agent->Evaluate(State(), agent->GetWindow(), Grid())[0] - c) / 10;
        }
        if (m_window == 0)
        {
            NS_TEST_EXPECT_MSG_GT(ofCritic, 0.4, "nothing tells it c");
            NS_TEST_EXPECT_MSG_GT(ofActor, 0.35, "nothing tells it c");
            return;
        }
        NS_TEST_EXPECT_MSG_LT(ofCritic, 0.3, "distance of the most valued action from c");
        NS_TEST_EXPECT_MSG_LT(ofActor, 0.25, "distance of the actor's mean from c");
    }

    void MetaTrain(Ptr<MetaCritic> critic)
    {
        std::vector<Ptr<EmclAgent>> agents;
        for (uint32_t i = 0; i < TASKS; ++i)
        {
            agents.push_back(MakeAgent(critic, 5002 + i));
        }
        for (int episode = 0; episode < m_episodes; ++episode)
        {
            std::vector<double> c;
            for (const auto& agent : agents)
            {
                agent->BeginTask();
                c.push_back(m_uniform->GetValue(-0.8, 0.8));
            }
            for (int t = 0; t < STEPS; ++t)
            {
                for (uint32_t i = 0; i < TASKS; ++i)
                {
                    Step(agents[i], c[i]);
                }
            }
        }
    }

    Ptr<EmclAgent> MakeAgent(Ptr<MetaCritic> critic, int64_t stream) const
    {
        auto agent = CreateObject<EmclAgent>();
        agent->SetAttribute("MetaCritic", PointerValue(critic));
        agent->SetAttribute("ActorGradient", StringValue(m_estimator));
        agent->SetAttribute("BatchSize", UintegerValue(32));
        agent->SetAttribute("LearningStarts", UintegerValue(8));
        agent->SetAttribute("Neighbours", UintegerValue(3));
        agent->SetAttribute("LearningRate", DoubleValue(3e-3));
        agent->SetAttribute("SmallestDeviation", DoubleValue(0.3));
        agent->AssignStreams(stream);
        AgentSpaces spaces;
        spaces.features = 1;
        spaces.embedding = 1;
        agent->Configure(spaces);
        return agent;
    }

    static Eigen::VectorXf State()
    {
        return Eigen::VectorXf::Constant(1, 0.5f);
    }

    static RowMatrixXf Grid()
    {
        RowMatrixXf grid(41, 1);
        for (Eigen::Index i = 0; i < grid.rows(); ++i)
        {
            grid(i, 0) = -1.0f + 0.05f * static_cast<float>(i);
        }
        return grid;
    }

    /// The action that the meta critic values most.
    static double Best(Ptr<EmclAgent> agent)
    {
        Eigen::Index best;
        agent->Evaluate(State(), agent->GetWindow(), Grid()).tail(41).maxCoeff(&best);
        return Grid()(best, 0);
    }

    void Step(Ptr<EmclAgent> agent, double c)
    {
        Transition transition;
        transition.observation.features = State();
        transition.observation.choices = RandomMatrix(12, 1, m_uniform);
        transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
        const double a = transition.observation.choices(transition.action.choice(0), 0);
        transition.reward = static_cast<float>(-(a - c) * (a - c));
        transition.terminated = true;
        agent->Learn(transition);
    }

    std::string m_estimator;
    uint32_t m_window;
    int m_episodes;
    Ptr<UniformRandomVariable> m_uniform;
};

/// The family with each estimator of the actor's gradient, and without the window: half a minute.
class LongAgentMetaTestSuite : public TestSuite
{
  public:
    LongAgentMetaTestSuite()
        : TestSuite("sterna-long-agent-meta", TestSuite::Type::SYSTEM)
    {
        AddTestCase(new MetaTaskTest("Likelihood", 8, 100));
        AddTestCase(new MetaTaskTest("Pathwise", 0, 100));
    }
};

LongAgentMetaTestSuite g_longAgentMetaTestSuite; //!< registers the suite

} // namespace

std::vector<TestCase*>
MakeEmclTaskTests()
{
    return {new MetaTaskTest("Pathwise", 8, 60)};
}

} // namespace test
} // namespace sterna
} // namespace ns3
