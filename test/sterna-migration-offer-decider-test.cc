/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * Agents that choose for one user after the other: what they learn from, in which order they are
 * asked, and that no answer of theirs can do harm. Rewards are compared with whole slots settled
 * twice, with a user and without it.
 */

#include "sterna-migration-decider-tests.h"

#include "ns3/boolean.h"
#include "ns3/pointer.h"
#include "ns3/sterna-migration-offer-decider.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

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

const std::vector<std::pair<std::string, Rule>> RULES{{"Equal", Rule::EQUAL},
                                                      {"Proportional", Rule::PROPORTIONAL},
                                                      {"NeedFirst", Rule::NEED_FIRST},
                                                      {"Utility", Rule::UTILITY}};

Ptr<MigrationOfferDecider>
MakeDecider(const Ptr<ScriptedAgent>& agent, bool training, const std::string& rule = "NeedFirst")
{
    const auto decider = CreateObject<MigrationOfferDecider>();
    decider->SetAttribute("Agent", PointerValue(agent));
    decider->SetAttribute("Shares", StringValue(rule));
    decider->SetAttribute("Horizon", UintegerValue(4));
    decider->SetAttribute("Training", BooleanValue(training));
    return decider;
}

/// Any of the choices that the mask leaves.
Action
AnyValid(Draws& draws, const Observation& observation)
{
    int choice = -1;
    for (uint32_t seen = 0; choice < 0 || !observation.mask(0, choice) || seen < 3; ++seen)
    {
        choice = int(draws.Integer(0, observation.mask.cols() - 1));
    }
    return Choice(choice);
}

class OfferSpacesTest : public MigrationTestCase
{
  public:
    OfferSpacesTest()
        : MigrationTestCase("agents that choose in turn are told sizes that do not know the users")
    {
    }

  private:
    void DoRun() override
    {
        const auto decider = CreateObject<MigrationOfferDecider>();
        ExpectRefused([&] { decider->Check(MigrationProblem(RoundSystem(4, 9, 2))); }, "no agent");
        for (const bool guess : {true, false})
        {
            const auto agent = CreateObject<ScriptedAgent>();
            const auto one = MakeDecider(agent, false);
            one->SetAttribute("Guess", BooleanValue(guess));
            one->Check(MigrationProblem(RoundSystem(4, 9, 2)));
            const auto& spaces = agent->spaces;
            NS_TEST_EXPECT_MSG_EQ(spaces.features, 5 + 4 * 20, "features");
            NS_TEST_EXPECT_MSG_EQ(spaces.blocks, 4, "blocks");
            NS_TEST_EXPECT_MSG_EQ(spaces.blockSize, 20, "size of a block");
            NS_TEST_EXPECT_MSG_EQ(spaces.choices, 4, "choices");
            NS_TEST_EXPECT_MSG_EQ(spaces.actors, 1, "one at a time");
            NS_TEST_EXPECT_MSG_EQ(spaces.parameters + spaces.embedding + spaces.window, 0, "else");
            ExpectTrue(spaces.prior == guess, "the last number of a block is a first guess");
        }
    }
};

/// Random plans and choices; each user has its own arrivals in each slot, by which it is known.
class OfferTransitionsTest : public MigrationTestCase
{
  public:
    OfferTransitionsTest()
        : MigrationTestCase("agents learn user by user, and earn what all would lose without one")
    {
    }

  private:
    struct Turn
    {
        uint32_t slot;
        std::size_t act; //!< when the agent was asked
    };

    /// Total of (29) in a slot of an episode, migrations of all but the user left out.
    static double Total(const MigrationProblem& problem,
                        Rule rule,
                        const MigrationState& state,
                        const Eigen::VectorXi& satellites,
                        uint32_t user)
    {
        const int s = satellites(user);
        const bool moves = s >= 0 && state.host(user) >= 0 && state.host(user) != s;
        return SlotUtility(problem, rule, state.Slot(), satellites) - (moves ? 50 : 0);
    }

    static double Reference(const MigrationProblem& problem, const MigrationPlan& plan)
    {
        double sum = 0;
        int count = 0;
        for (uint32_t n = 0; n < plan.Slots(); ++n)
        {
            for (uint32_t u = 0; u < plan.Users(); ++u)
            {
                const double lambda = plan.Slot(n).arrivals(u);
                sum += 100 * lambda * problem.System().users[u].utilityPerMbit;
                count += lambda > 0;
            }
        }
        return sum / count;
    }

    /// Whose turn was when, by the demand that was seen.
    static std::vector<std::vector<Turn>> Turns(const MigrationProblem& problem,
                                                const Episode& episode,
                                                const ScriptedAgent& agent,
                                                double reference)
    {
        std::vector<std::vector<Turn>> turns(problem.Users());
        for (uint32_t n = 0; n < episode.states.size(); ++n)
        {
            const auto& slot = episode.states[n].Slot();
            for (std::size_t act = episode.turns[n]; act < episode.turns[n + 1]; ++act)
            {
                for (uint32_t u = 0; u < problem.Users(); ++u)
                {
                    const double demand =
                        100 * slot.arrivals(u) * problem.System().users[u].utilityPerMbit;
                    if (std::abs(agent.seen[act].features(0) - demand / reference) < 1e-6)
                    {
                        turns[u].push_back({n, act});
                    }
                }
            }
        }
        return turns;
    }

    void ExpectLearned(const MigrationProblem& problem,
                       Rule rule,
                       const Episode& episode,
                       const ScriptedAgent& agent)
    {
        const auto& plan = *episode.end.plan;
        const double reference = Reference(problem, plan);
        const auto turns = Turns(problem, episode, agent, reference);
        std::size_t k = 0;
        for (uint32_t u = 0; u < problem.Users(); ++u)
        {
            for (std::size_t t = 0; t < turns[u].size(); ++t, ++k)
            {
                NS_TEST_ASSERT_MSG_EQ((k < agent.learned.size()), true, "a transition is missing");
                if (k >= agent.learned.size())
                {
                    return;
                }
                const auto& transition = agent.learned[k];
                const auto& [slot, act] = turns[u][t];
                const auto& state = episode.states[slot];
                const auto& satellites = episode.wanted[slot].satellite;
                auto without = satellites;
                without(u) = -1;
                const double reward = Total(problem, rule, state, satellites, u) -
                                      Total(problem, rule, state, without, u);
                ExpectNear(transition.reward * reference, reward, 1e-3, "reward");
                NS_TEST_EXPECT_MSG_EQ(transition.action.choice(0), satellites(u), "chosen");
                ExpectTrue(IsEqual(transition.observation, agent.seen[act]), "what was seen");
                bool ends = t + 1 == turns[u].size();
                for (uint32_t n = slot + 1; !ends && n < turns[u][t + 1].slot; ++n)
                {
                    ends = !(plan.Slot(n).arrivals(u) > 0);
                    m_pauses += ends;
                }
                ExpectTrue(transition.terminated == ends, "ends with the demand or the episode");
                ExpectTrue(!transition.truncated, "no time limit");
                if (!ends)
                {
                    const std::size_t next = turns[u][t + 1].act;
                    ExpectTrue(IsEqual(transition.next, agent.seen[next]), "what came next");
                    ++m_chained;
                }
                m_moves += state.host(u) >= 0 && state.host(u) != satellites(u);
                m_crowds += (satellites.array() == satellites(u)).count() > 1;
            }
        }
        NS_TEST_EXPECT_MSG_EQ(k, agent.learned.size(), "nothing else is learned from");
    }

    void DoRun() override
    {
        Draws draws(341);
        for (int k = 0; k < 60; ++k)
        {
            const auto& [name, rule] = RULES[k % 4];
            auto system = RoundSystem(3, 5, 2);
            for (auto& user : system.users)
            {
                user.utilityPerMbit = draws.Uniform(0.5, 2);
            }
            const MigrationProblem problem(system);
            const auto agent = CreateObject<ScriptedAgent>();
            agent->answer = [&](const Observation& seen) { return AnyValid(draws, seen); };
            const auto decider = MakeDecider(agent, true, name);
            // a second episode must not remember the first one
            for (int episode = 0; episode < 2; ++episode)
            {
                agent->seen.clear();
                agent->learned.clear();
                const auto plan = MakePlan(DrawSlots(draws, 3, 5, 7));
                const auto played = Play(problem, plan, decider, agent);
                ExpectLearned(problem, rule, played, *agent);
                for (const auto mode : agent->modes)
                {
                    ExpectTrue(mode == Agent::Mode::EXPLORE, "explores");
                }
            }
        }
        ExpectTrue(m_moves > 300 && m_crowds > 300 && m_chained > 300 && m_pauses > 50,
                   "there were migrations, shared satellites and pauses");
    }

    uint32_t m_moves{0};
    uint32_t m_crowds{0};
    uint32_t m_chained{0};
    uint32_t m_pauses{0};
};

class OfferWithoutTrainingTest : public MigrationTestCase
{
  public:
    OfferWithoutTrainingTest()
        : MigrationTestCase("without training agents do not explore, and learn nothing")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(342);
        const MigrationProblem problem(RoundSystem(3, 5, 2));
        const auto agent = CreateObject<ScriptedAgent>();
        agent->answer = [&](const Observation& seen) { return AnyValid(draws, seen); };
        Play(problem, MakePlan(DrawSlots(draws, 3, 5, 7)), MakeDecider(agent, false), agent);
        ExpectTrue(agent->modes.size() > 10, "the agent was asked");
        for (const auto mode : agent->modes)
        {
            ExpectTrue(mode == Agent::Mode::EXPLOIT, "exploits");
        }
        ExpectTrue(agent->learned.empty(), "nothing was learned");
    }
};

class OfferNonsenseTest : public MigrationTestCase
{
  public:
    OfferNonsenseTest()
        : MigrationTestCase("nonsense leaves a user without service, and others with theirs")
    {
    }

  private:
    void ExpectNobody(const Action& nonsense, const std::string& what)
    {
        // satellite 2 is out of sight; user 1 answers nonsense
        const MigrationProblem problem(RoundSystem(3, 3, 3));
        auto slot = BlindSlot(3, 3);
        slot.efficiency.topRows(2).setConstant(9);
        const auto agent = CreateObject<ScriptedAgent>();
        agent->answer = [&](const Observation&) {
            return agent->seen.size() % 3 == 2 ? nonsense : Choice(1);
        };
        const auto decider = MakeDecider(agent, true);
        const auto played = Play(problem, MakePlan({slot, slot}), decider, agent);
        for (int n = 0; n < 2; ++n)
        {
            const auto& satellites = played.wanted[n].satellite;
            ExpectTrue(satellites == Eigen::Vector3i(1, -1, 1), what);
            ExpectTrue(problem.Refusal(played.states[n], played.wanted[n]).empty(), "allowed");
        }
        NS_TEST_EXPECT_MSG_EQ(agent->learned.size(), 4, "nothing is learned from it, " << what);
        for (const auto& transition : agent->learned)
        {
            NS_TEST_EXPECT_MSG_EQ(transition.action.choice(0), 1, "learned");
        }
    }

    void DoRun() override
    {
        ExpectNobody(Choice(-1), "nobody");
        ExpectNobody(Choice(-2), "below nobody");
        ExpectNobody(Choice(3), "beyond the last one");
        ExpectNobody(Choice(std::numeric_limits<int>::max()), "far beyond");
        ExpectNobody(Choice(std::numeric_limits<int>::min()), "far below");
        ExpectNobody(Choice(2), "masked");
        ExpectNobody(Action(), "empty");
        Action two;
        two.choice = Eigen::Vector2i(0, 0);
        ExpectNobody(two, "for two");
    }
};

class OfferTurnsTest : public MigrationTestCase
{
  public:
    OfferTurnsTest()
        : MigrationTestCase("users without a satellite choose first, users without demand never")
    {
    }

  private:
    /// The order in which five users choose, who see three satellites.
    std::vector<int> Order(uint32_t proposals)
    {
        const MigrationProblem problem(RoundSystem(3, 5, 3));
        auto slot = BlindSlot(3, 5);
        slot.efficiency.setConstant(9);
        slot.efficiency(2, 3) = 0;
        slot.arrivals << 1, 2, 3, 4, 0;
        const auto agent = CreateObject<ScriptedAgent>();
        agent->answer = [](const Observation&) { return Choice(0); };
        const auto decider = MakeDecider(agent, false);
        decider->SetAttribute("Proposals", UintegerValue(proposals));
        auto state = problem.Begin(MakePlan({slot}));
        state.host << 0, -1, 1, 2, 0; // 3 does not see its satellite
        decider->BeginCycle(problem, state);
        decider->Decide(problem, state);
        std::vector<int> order;
        for (const auto& seen : agent->seen)
        {
            order.push_back(int(std::lround(seen.features(0) * 2.5)) - 1); // the mean of 1 to 4
        }
        return order;
    }

    void DoRun() override
    {
        ExpectTrue(Order(0) == std::vector<int>{1, 3, 0, 2}, "who is without comes first");
        ExpectTrue(Order(1) == std::vector<int>{0, 1, 2, 3}, "proposals find something for all");
    }
};

/**
 * Two satellites with one beam each, two users that see both, their services nowhere. The first one
 * takes 0: what it said is what the second one sees.
 */
class OfferSequenceTest : public MigrationTestCase
{
  public:
    OfferSequenceTest()
        : MigrationTestCase("users see what those before them chose")
    {
    }

  private:
    void DoRun() override
    {
        const MigrationProblem problem(RoundSystem(2, 3, 1));
        auto slot = BlindSlot(2, 3);
        slot.efficiency.setConstant(9);
        const auto agent = CreateObject<ScriptedAgent>();
        agent->answer = [](const Observation& seen) { return Choice(seen.mask(0, 0) ? 0 : 1); };
        const auto decider = MakeDecider(agent, true);
        decider->SetAttribute("Proposals", UintegerValue(0));
        const auto played = Play(problem, MakePlan({slot}), decider, agent);
        NS_TEST_ASSERT_MSG_EQ(agent->seen.size(),
                              2,
                              "the third one finds nothing, nobody is asked");
        ExpectTrue(agent->seen[0].mask(0, 0) && agent->seen[0].mask(0, 1), "both are free");
        ExpectTrue(!agent->seen[1].mask(0, 0) && agent->seen[1].mask(0, 1), "0 is taken");
        ExpectTrue(played.wanted[0].satellite == Eigen::Vector3i(0, 1, -1), "the decision");
        ExpectNear(played.wanted[0].bandwidth(1), 1, 1e-9, "all of it");
        NS_TEST_EXPECT_MSG_EQ(agent->learned.size(), 2, "two turns");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationOfferTests()
{
    return {new OfferSpacesTest,
            new OfferTransitionsTest,
            new OfferWithoutTrainingTest,
            new OfferNonsenseTest,
            new OfferTurnsTest,
            new OfferSequenceTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
