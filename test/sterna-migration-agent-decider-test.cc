/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * Agents that decide for all users at once, as in the GATE-HPPO paper: what their numbers mean, what
 * they are told, what they earn and pay for, and that whatever they say, what is granted satisfies
 * (20b) to (20g).
 */

#include "sterna-migration-decider-tests.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/pointer.h"
#include "ns3/sterna-migration-agent-decider.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <array>
#include <limits>

namespace ns3
{
namespace sterna
{
namespace tests
{

using namespace migration;

namespace
{

/// An agent that always says the same, in a decider that trains.
struct Joint
{
    Ptr<ScriptedAgent> agent{CreateObject<ScriptedAgent>()};
    Ptr<MigrationAgentDecider> decider{CreateObject<MigrationAgentDecider>()};

    explicit Joint(const Action& action)
    {
        agent->answer = [action](const Observation&) { return action; };
        decider->SetAttribute("Agent", PointerValue(agent));
        decider->SetAttribute("Training", BooleanValue(true));
    }
};

/// Satellites of users and their parameters, one row of bandwidth and compute each.
Action
MakeAction(const std::vector<int>& satellites, const std::vector<std::array<float, 2>>& shares = {})
{
    Action action;
    action.choice = Eigen::Map<const Eigen::VectorXi>(satellites.data(), satellites.size());
    action.parameters.resize(shares.size(), shares.empty() ? 0 : 2);
    for (std::size_t u = 0; u < shares.size(); ++u)
    {
        action.parameters.row(u) << shares[u][0], shares[u][1];
    }
    return action;
}

/// Two satellites with four beams and a compute of 12, four users who see satellite 0 with 10; user
/// 3 sees satellite 1, too. All are served with one packet/s.
MigrationSlot
FourUsers()
{
    auto slot = BlindSlot(2, 4);
    slot.efficiency.row(0).setConstant(10);
    slot.efficiency(1, 3) = 10;
    return slot;
}

MigrationProblem
FourUsersProblem()
{
    auto system = RoundSystem(2, 4, 4);
    system.maxCompute = 12;
    return MigrationProblem(system);
}

class JointDecisionTest : public MigrationTestCase
{
  public:
    JointDecisionTest()
        : MigrationTestCase("numbers in [-1, 1] are shares of the band, and of F_max over A_max")
    {
    }

  private:
    void ExpectDecision(const MigrationDecision& decision,
                        const std::vector<int>& satellites,
                        const std::vector<double>& bandwidth,
                        const std::vector<double>& compute)
    {
        for (std::size_t u = 0; u < satellites.size(); ++u)
        {
            const std::string whose = " of user " + std::to_string(u);
            NS_TEST_EXPECT_MSG_EQ(decision.satellite(u), satellites[u], "satellite" + whose);
            ExpectNear(decision.bandwidth(u), bandwidth[u], 1e-6, "bandwidth" + whose);
            ExpectNear(decision.compute(u), compute[u], 1e-6, "compute" + whose);
        }
    }

    static MigrationDecision Decide(const Joint& joint)
    {
        const auto problem = FourUsersProblem();
        const auto state = problem.Begin(MakePlan({FourUsers()}));
        joint.decider->BeginCycle(problem, state);
        return joint.decider->Decide(problem, state);
    }

    /// Actions of the wrong size serve nobody.
    void ExpectNobody()
    {
        Action action = MakeAction({0, 0, 0, 1}, {{0, 0}, {0, 0}, {0, 0}, {0, 0}});
        const auto expect = [&](Eigen::Index users, Eigen::Index rows, Eigen::Index columns) {
            action.choice = Eigen::VectorXi::Zero(users);
            action.parameters = Eigen::MatrixXf::Zero(rows, columns);
            ExpectDecision(Decide(Joint(action)), {-1, -1, -1, -1}, {0, 0, 0, 0}, {0, 0, 0, 0});
        };
        expect(3, 4, 2);
        expect(5, 4, 2);
        expect(0, 0, 0);
        expect(4, 3, 2);
        expect(4, 5, 2);
        expect(4, 4, 1);
        expect(4, 4, 3);
        expect(4, 0, 0);
        expect(4, 2, 4);
    }

    void DoRun() override
    {
        const Joint hybrid(
            MakeAction({0, -1, 0, 1}, {{-1, 1}, {0, 0}, {0.5f, -1}, {1, -1 / 3.0f}}));
        ExpectDecision(Decide(hybrid), {0, -1, 0, 1}, {0, 0.5, 0.75, 1}, {3, 1.5, 0, 1});
        // without resources parameters do not count, and compute is shared out
        for (const auto& shares : {std::vector<std::array<float, 2>>{},
                                   std::vector<std::array<float, 2>>(4, {0.3f, -0.7f})})
        {
            const Joint equal(MakeAction({0, 0, -1, 1}, shares));
            equal.decider->SetAttribute("Resources", BooleanValue(false));
            ExpectDecision(Decide(equal), {0, 0, -1, 1}, {0.5, 0.5, 0, 1}, {6, 6, 0, 12});
        }
        // three with needs of 0.2 each: what is left of the band, 0.4, is shared equally by likes
        const Joint needs(MakeAction({0, 0, 0, 5}));
        needs.decider->SetAttribute("Resources", BooleanValue(false));
        needs.decider->SetAttribute("Shares", StringValue("NeedFirst"));
        ExpectDecision(Decide(needs), {0, 0, 0, 5}, {1 / 3.0, 1 / 3.0, 1 / 3.0, 0}, {4, 4, 4, 0});
        ExpectNobody();
        const auto decider = CreateObject<MigrationAgentDecider>();
        ExpectRefused([&] { decider->Check(FourUsersProblem()); }, "no agent");
    }
};

/// Rules differ where users do: demands of 1, 2 and 3, of which equal shares serve two.
class JointRulesTest : public MigrationTestCase
{
  public:
    JointRulesTest()
        : MigrationTestCase("without resources shares follow the rule that was asked for")
    {
    }

  private:
    void DoRun() override
    {
        const MigrationProblem problem(RoundSystem(1, 3, 3));
        auto slot = BlindSlot(1, 3);
        slot.efficiency.setConstant(8);
        slot.arrivals << 1, 2, 3;
        const auto state = problem.Begin(MakePlan({slot}));
        const std::vector<std::pair<std::string, Eigen::Array3d>> expected{
            {"Equal", {1 / 3.0, 1 / 3.0, 1 / 3.0}},
            {"Proportional", {1 / 6.0, 2 / 6.0, 3 / 6.0}},
            // needs of 2/8 and 3/8 are met, 3/8 are left for the third one, who needs 4/8
            {"NeedFirst", {0, 0, 0}}};
        for (const auto& [name, shares] : expected)
        {
            const Joint joint(MakeAction({0, 0, 0}));
            joint.decider->SetAttribute("Resources", BooleanValue(false));
            joint.decider->SetAttribute("Shares", StringValue(name));
            joint.decider->BeginCycle(problem, state);
            const auto bandwidth = joint.decider->Decide(problem, state).bandwidth;
            if (name == "NeedFirst")
            {
                ExpectTrue(bandwidth(0) > 2 / 8.0 - 1e-9 && bandwidth(1) > 3 / 8.0 - 1e-9, name);
            }
            else
            {
                ExpectNear((bandwidth - shares).abs().maxCoeff(), 0, 1e-9, name);
            }
        }
    }
};

class JointSpacesTest : public MigrationTestCase
{
  public:
    JointSpacesTest()
        : MigrationTestCase("with a graph agents are told who sees whom, otherwise numbers only")
    {
    }

  private:
    void Expect(bool graph, bool resources, uint32_t window)
    {
        const Joint joint(MakeAction({0, 0, 0, 0}, {{0, 0}, {0, 0}, {0, 0}, {0, 0}}));
        joint.decider->SetAttribute("Graph", BooleanValue(graph));
        joint.decider->SetAttribute("Resources", BooleanValue(resources));
        joint.decider->SetAttribute("Window", UintegerValue(window));
        const auto problem = FourUsersProblem();
        Play(problem, MakePlan({FourUsers(), FourUsers()}), joint.decider, joint.agent);
        const auto& spaces = joint.agent->spaces;
        NS_TEST_EXPECT_MSG_EQ(spaces.features, window * 6 * 14, "features");
        NS_TEST_EXPECT_MSG_EQ(spaces.actors, 4, "users");
        NS_TEST_EXPECT_MSG_EQ(spaces.choices, 2, "satellites");
        NS_TEST_EXPECT_MSG_EQ(spaces.parameters, (resources ? 2 : 0), "parameters");
        NS_TEST_EXPECT_MSG_EQ(spaces.window, (graph ? window : 0), "window");
        NS_TEST_EXPECT_MSG_EQ(spaces.blockSize, (graph ? 14 : 0), "numbers of a node");
        NS_TEST_EXPECT_MSG_EQ(spaces.blocks, (graph ? window * 6 : 0), "nodes");
        NS_TEST_EXPECT_MSG_EQ(spaces.embedding, (graph ? 1 : 0), "numbers of a pair");
        NS_TEST_EXPECT_MSG_EQ(joint.agent->seen.size(), 2, "asked once in a slot");
        for (const auto& seen : joint.agent->seen)
        {
            NS_TEST_EXPECT_MSG_EQ(seen.features.size(), window * 6 * 14, "features");
            NS_TEST_EXPECT_MSG_EQ(seen.edges.size(), (graph ? window * 8 : 0), "edges");
            NS_TEST_EXPECT_MSG_EQ(seen.choices.size(), (graph ? 8 : 0), "pairs");
            ExpectTrue(seen.mask.rows() == 4 && seen.mask.cols() == 2, "mask");
            ExpectTrue(seen.mask.col(0).all() && seen.mask.col(1).count() == 1, "in sight");
        }
    }

    void DoRun() override
    {
        Expect(true, true, 3);
        Expect(true, true, 1);
        Expect(true, false, 5);
        Expect(false, true, 1);
        Expect(false, false, 2);
    }
};

/**
 * Users 0 to 2 ask for 0.75, 0.5 and 0.25 of satellite 0 and compute of 3, 0 and 1; user 3 asks for
 * a satellite that it does not see. So the projection changes three bandwidths, one compute and one
 * satellite; shares become 1/2, 1/3 and 1/6.
 */
class JointRewardTest : public MigrationTestCase
{
  public:
    JointRewardTest()
        : MigrationTestCase("agents earn (29) and pay for what the projection changed")
    {
    }

  private:
    static MigrationProblem Problem()
    {
        return FourUsersProblem();
    }

    static std::shared_ptr<const MigrationPlan> Plan()
    {
        auto slot = FourUsers();
        slot.efficiency(1, 3) = 0;
        slot.efficiency(1, 0) = 10;
        auto first = slot;
        first.efficiency.col(0) << 0, 10; // user 0 begins at satellite 1, from where it moves
        return MakePlan({first, slot});
    }

    static Ptr<ScriptedAgent> Learn(double penalty, bool perUser)
    {
        const std::vector<std::array<float, 2>> shares{{0.5f, 1}, {0, -1}, {-0.5f, 0}, {0, 0}};
        Joint joint(Action{});
        joint.agent->answer = [&shares, agent = PeekPointer(joint.agent)](const Observation&) {
            return MakeAction({agent->seen.size() == 1 ? 1 : 0, 0, 0, 1}, shares);
        };
        joint.decider->SetAttribute("ViolationPenalty", DoubleValue(penalty));
        joint.decider->SetAttribute("RewardPerUser", BooleanValue(perUser));
        Play(Problem(), Plan(), joint.decider, joint.agent);
        return joint.agent;
    }

    void DoRun() override
    {
        const double reference = 400; // four users with one packet/s
        const double half = 100 * Timely(10 / 2.0 - 1);
        const double third = 100 * Timely(10 / 3.0 - 1);
        const double sixth = 100 * Timely(10 / 6.0 - 1);
        for (const double penalty : {0.0, 30.0})
        {
            const auto agent = Learn(penalty, true);
            NS_TEST_ASSERT_MSG_EQ(agent->learned.size(), 2, "transitions");
            if (agent->learned.size() != 2)
            {
                return;
            }
            // slot 0: user 0 has 0.75 of satellite 1, users 1 and 2 have 0.5 and 0.25 of 0
            const double one = 0.5 * penalty; // times lambda_pen
            const double early = 100 * Timely(6.5) + 100 * Timely(4) + 100 * Timely(1.5);
            ExpectNear(agent->learned[0].reward * reference, early - 2 * one, 1e-3, "slot 0");
            ExpectNear(agent->learned[1].reward * reference,
                       half + third + sixth - 50 - 5 * one,
                       1e-3,
                       "slot 1");
            const std::vector<double> users{half - 50 - one, third - 2 * one, sixth - one, -one};
            const auto& earned = agent->learned[1].actorRewards;
            NS_TEST_ASSERT_MSG_EQ(earned.size(), 4, "one for each user");
            for (std::size_t u = 0; u < users.size() && earned.size() == 4; ++u)
            {
                ExpectNear(earned(u) * reference / 4, users[u], 1e-3, "user " + std::to_string(u));
            }
            for (const auto& transition : agent->learned)
            {
                ExpectNear(transition.actorRewards.mean(), transition.reward, 1e-6, "they agree");
            }
        }
        const auto agent = Learn(30, false);
        for (const auto& transition : agent->learned)
        {
            NS_TEST_EXPECT_MSG_EQ(transition.actorRewards.size(), 0, "all share one reward");
        }
    }
};

class JointTransitionsTest : public MigrationTestCase
{
  public:
    JointTransitionsTest()
        : MigrationTestCase("transitions are chained, end with the episode, and are not remembered")
    {
    }

  private:
    void ExpectChained(const ScriptedAgent& agent, const Episode& episode)
    {
        const std::size_t slots = episode.states.size();
        NS_TEST_ASSERT_MSG_EQ(agent.learned.size(), slots, "one for each slot");
        if (agent.learned.size() != slots || agent.seen.size() != slots)
        {
            return;
        }
        double all = 0; // utility of all users, all in time
        for (std::size_t n = 0; n < slots; ++n)
        {
            all += 100 * episode.states[n].Slot().arrivals.sum() / double(slots);
        }
        for (std::size_t n = 0; n < slots; ++n)
        {
            const auto& transition = agent.learned[n];
            const bool last = n + 1 == slots;
            ExpectTrue(IsEqual(transition.observation, agent.seen[n]), "seen");
            ExpectTrue(transition.action.choice == agent.answers[n].choice, "chosen");
            ExpectTrue(transition.action.parameters == agent.answers[n].parameters, "set");
            ExpectNear(transition.reward * all, episode.rewards[n], 1e-3, "reward");
            ExpectTrue(transition.terminated == last && !transition.truncated, "terminated");
            ExpectTrue(last || IsEqual(transition.next, agent.seen[n + 1]), "next");
        }
    }

    void DoRun() override
    {
        Draws draws(351);
        const MigrationProblem problem(RoundSystem(3, 5, 2));
        Joint joint(Action{});
        joint.agent->answer = [&](const Observation&) {
            Action action;
            action.choice.resize(5);
            action.parameters.resize(5, 2);
            for (int u = 0; u < 5; ++u)
            {
                action.choice(u) = int(draws.Integer(0, 3)) - 1;
                action.parameters.row(u) << float(draws.Uniform(-1, 1)),
                    float(draws.Uniform(-1, 1));
            }
            return action;
        };
        const auto clear = [&] {
            joint.agent->seen.clear();
            joint.agent->answers.clear();
            joint.agent->learned.clear();
        };
        for (int k = 0; k < 20; ++k)
        {
            const auto plan = MakePlan(DrawSlots(draws, 3, 5, 6));
            clear();
            const auto episode = Play(problem, plan, joint.decider, joint.agent);
            ExpectChained(*joint.agent, episode);
            // an episode that nobody finishes leaves nothing to the next one
            clear();
            auto state = problem.Begin(plan);
            joint.decider->BeginCycle(problem, state);
            const auto decision = joint.decider->Decide(problem, state);
            problem.Account(state, problem.Project(state, decision), Eigen::ArrayXd::Zero(5));
            joint.decider->Learn(problem, 0, state, false);
            ExpectTrue(joint.agent->learned.empty(), "it waits for what comes next");
        }
        clear();
        for (const auto mode : joint.agent->modes)
        {
            ExpectTrue(mode == Agent::Mode::EXPLORE, "explores");
        }
        joint.agent->modes.clear();
        joint.decider->SetAttribute("Training", BooleanValue(false));
        Play(problem, MakePlan(DrawSlots(draws, 3, 5, 6)), joint.decider, joint.agent);
        ExpectTrue(joint.agent->learned.empty(), "an evaluation teaches nothing");
        NS_TEST_EXPECT_MSG_EQ(joint.agent->modes.size(), 6, "but asks");
        for (const auto mode : joint.agent->modes)
        {
            ExpectTrue(mode == Agent::Mode::EXPLOIT, "exploits");
        }
    }
};

class JointWildActionsTest : public MigrationTestCase
{
  public:
    JointWildActionsTest()
        : MigrationTestCase("whatever an agent says, what is granted satisfies the constraints")
    {
    }

  private:
    static float WildNumber(Draws& draws)
    {
        const float infinity = std::numeric_limits<float>::infinity();
        const std::vector<float> numbers{0,
                                         1,
                                         -1,
                                         float(draws.Uniform(-1, 1)),
                                         float(draws.Uniform(-30, 30)),
                                         1e38f,
                                         -1e38f,
                                         1e-38f,
                                         infinity,
                                         -infinity,
                                         std::numeric_limits<float>::quiet_NaN()};
        return numbers[draws.Integer(0, numbers.size() - 1)];
    }

    static int WildChoice(Draws& draws)
    {
        const std::vector<int> choices{0,
                                       1,
                                       2,
                                       -1,
                                       3,
                                       -2,
                                       std::numeric_limits<int>::max(),
                                       std::numeric_limits<int>::min()};
        return choices[draws.Integer(0, draws.Uniform(0, 1) < 0.6 ? 2 : choices.size() - 1)];
    }

    static Action WildAction(Draws& draws)
    {
        const bool strange = draws.Uniform(0, 1) < 0.2;
        Action action;
        action.choice.resize(strange ? draws.Integer(0, 9) : 6);
        action.parameters.resize(strange ? draws.Integer(0, 9) : 6,
                                 strange ? draws.Integer(0, 4) : 2);
        for (auto& choice : action.choice)
        {
            choice = WildChoice(draws);
        }
        for (auto& number : action.parameters.reshaped())
        {
            number = WildNumber(draws);
        }
        return action;
    }

    void DoRun() override
    {
        Draws draws(361);
        for (int k = 0; k < 200; ++k)
        {
            auto system = RoundSystem(3, 6, draws.Integer(1, 4));
            system.maxCompute = draws.Uniform(0.5, 5);
            const MigrationProblem problem(system);
            Joint joint(Action{});
            joint.agent->answer = [&](const Observation&) { return WildAction(draws); };
            joint.decider->SetAttribute("Resources", BooleanValue(k % 3 != 0));
            joint.decider->SetAttribute("Shares", StringValue(k % 2 ? "Utility" : "NeedFirst"));
            joint.decider->SetAttribute("ViolationPenalty", DoubleValue(1));
            joint.decider->SetAttribute("RewardPerUser", BooleanValue(true));
            const auto plan = MakePlan(DrawSlots(draws, 3, 6, 6));
            const auto episode = Play(problem, plan, joint.decider, joint.agent);
            for (std::size_t n = 0; n < episode.granted.size(); ++n)
            {
                const auto refusal = problem.Refusal(episode.states[n], episode.granted[n]);
                NS_TEST_EXPECT_MSG_EQ(refusal, "", "granted");
                ExpectTrue(std::isfinite(episode.rewards[n]), "reward");
                m_served += (episode.granted[n].satellite.array() >= 0).count();
            }
            for (const auto& transition : joint.agent->learned)
            {
                ExpectTrue(std::isfinite(transition.reward), "what it earned");
                ExpectTrue(transition.actorRewards.allFinite(), "what each earned");
            }
        }
        ExpectTrue(m_served > 500, "somebody was served");
    }

    uint32_t m_served{0};
};

} // namespace

std::vector<TestCase*>
MakeMigrationJointTests()
{
    return {new JointDecisionTest,
            new JointRulesTest,
            new JointSpacesTest,
            new JointRewardTest,
            new JointTransitionsTest,
            new JointWildActionsTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
