/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-tests.h"

#include "ns3/enum.h"
#include "ns3/object-factory.h"
#include "ns3/sterna-migration-bound.h"
#include "ns3/sterna-migration-planner.h"
#include "ns3/sterna-migration-receding-horizon.h"
#include "ns3/sterna-migration-rules.h"
#include "ns3/sterna-migration-search.h"
#include "ns3/sterna-migration-shares.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <string>

/**
 * \file
 * \ingroup sterna-tests
 * The suite sterna-migration-solver: rules, planners and the bound of service migration, refereed
 * by trying everything that random tiny episodes allow. The problem and the shares that they rest
 * on are tested in files of their own.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

using Rule = MigrationShares::Rule;

/// Every choice of satellites for a slot, in sight or none, that is allowed.
std::vector<MigrationDecision>
AllDecisions(const MigrationProblem& problem, const MigrationState& state, Rule rule)
{
    const MigrationShares shares(problem, rule);
    std::vector<MigrationDecision> decisions;
    Eigen::VectorXi satellites = Eigen::VectorXi::Constant(problem.Users(), -1);
    for (uint32_t u = 0; u < problem.Users();)
    {
        const auto decision = shares.Complete(state.Slot(), satellites);
        if (problem.Refusal(state, decision).empty())
        {
            decisions.push_back(decision);
        }
        for (u = 0; u < problem.Users(); ++u)
        {
            if (++satellites(u) < int(problem.System().satellites))
            {
                break;
            }
            satellites(u) = -1;
        }
    }
    return decisions;
}

/// The largest reward of `slots` slots, by trying everything.
double
BruteForce(const MigrationProblem& problem, const MigrationState& state, Rule rule, uint32_t slots)
{
    if (slots == 0 || state.slot == state.plan->Slots())
    {
        return 0;
    }
    double best = -INFINITY;
    for (const auto& decision : AllDecisions(problem, state, rule))
    {
        auto next = state;
        const double reward =
            problem.Account(next, decision, problem.ExpectedTimelyBits(state.Slot(), decision));
        best = std::max(best, reward + BruteForce(problem, next, rule, slots - 1));
    }
    return best;
}

/// Reward of an episode from a state.
double
Play(MigrationDecider& decider, const MigrationProblem& problem, MigrationState state)
{
    decider.BeginCycle(problem, state);
    double reward = 0;
    while (state.slot < state.plan->Slots())
    {
        const auto decision = decider.Decide(problem, state);
        reward +=
            problem.Account(state, decision, problem.ExpectedTimelyBits(state.Slot(), decision));
    }
    return reward;
}

template <typename Planning>
Ptr<MigrationDecider>
MakePlanning(Rule rule, uint32_t group)
{
    return CreateObjectWithAttributes<Planning>("Shares",
                                                EnumValue(rule),
                                                "Group",
                                                UintegerValue(group));
}

/// A tiny episode: 2 satellites, 2 or 3 users, 1 to 3 slots.
MigrationInstance
DrawTiny(Draws& draws)
{
    const uint32_t users = draws.Integer(2, 3);
    return DrawMigration(draws, 2, users, draws.Integer(1, users == 2 ? 3 : 2));
}

Rule
DrawRule(Draws& draws)
{
    const Rule rules[] = {MigrationShares::EQUAL,
                          MigrationShares::PROPORTIONAL,
                          MigrationShares::NEED_FIRST,
                          MigrationShares::UTILITY};
    return rules[draws.Integer(0, 3)];
}

/// More users than beams, now and then: decisions are allowed, and no rule but Random leaves
/// somebody out while a satellite in its sight has a beam and compute.
class MigrationRulesKeptTest : public MigrationTestCase
{
  public:
    MigrationRulesKeptTest()
        : MigrationTestCase("decisions are allowed and leave nobody out for nothing")
    {
    }

  private:
    void ExpectNobodyLeftOut(const MigrationProblem& problem,
                             const MigrationState& state,
                             const MigrationDecision& decision,
                             const std::string& who)
    {
        MigrationLoads loads(problem, state.Slot());
        for (uint32_t u = 0; u < problem.Users(); ++u)
        {
            if (decision.satellite(u) >= 0)
            {
                loads.Place(u, decision.satellite(u));
            }
        }
        for (uint32_t u = 0; u < problem.Users(); ++u)
        {
            for (uint32_t s = 0; s < problem.System().satellites; ++s)
            {
                const bool could = state.Slot().IsActive(u) && decision.satellite(u) < 0 &&
                                   state.Slot().IsVisible(s, u) && loads.HasBeam(s, u);
                ExpectTrue(!could, who + " leaves a user out");
            }
        }
    }

    void DoRun() override
    {
        const auto random = CreateObject<MigrationRandom>();
        random->AssignStreams(1);
        const std::vector<Ptr<MigrationDecider>> deciders{
            random,
            CreateObject<MigrationLongestVisibility>(),
            CreateObject<MigrationMaxElevation>(),
            CreateObject<MigrationLoadBalanced>(),
            CreateObject<MigrationOverloadBump>(),
            CreateObject<MigrationRecedingHorizon>(),
            CreateObject<MigrationPlanner>()};
        Draws draws(5);
        for (uint32_t i = 0; i < 200; ++i)
        {
            const auto instance = DrawMigration(draws, draws.Integer(1, 4), draws.Integer(1, 7), 3);
            for (std::size_t d = 0; d < deciders.size(); ++d)
            {
                const auto name = deciders[d]->GetInstanceTypeId().GetName();
                auto state = instance.state;
                deciders[d]->BeginCycle(instance.problem, state);
                while (state.slot < 3)
                {
                    const auto decision = deciders[d]->Decide(instance.problem, state);
                    NS_TEST_EXPECT_MSG_EQ(instance.problem.Refusal(state, decision), "", name);
                    if (d >= 1 && d <= 4)
                    {
                        ExpectNobodyLeftOut(instance.problem, state, decision, name);
                    }
                    instance.problem.Account(
                        state,
                        decision,
                        instance.problem.ExpectedTimelyBits(state.Slot(), decision));
                }
            }
        }
    }
};

class MigrationPlannerTest : public MigrationTestCase
{
  public:
    MigrationPlannerTest()
        : MigrationTestCase("the planner is the best of all plans where groups have all users")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(6);
        uint32_t exact = 0;
        for (uint32_t i = 0; i < 150; ++i)
        {
            const auto instance = DrawTiny(draws);
            const Rule rule = DrawRule(draws);
            const auto play = [&](const Ptr<MigrationDecider>& decider) {
                return Play(*decider, instance.problem, instance.state);
            };
            const double best = BruteForce(instance.problem, instance.state, rule, 3);
            const double tolerance = 1e-8 * (1 + std::abs(best));
            ExpectNear(play(MakePlanning<MigrationPlanner>(rule, 3)), best, tolerance, "groups");
            const double single = play(MakePlanning<MigrationPlanner>(rule, 1));
            ExpectTrue(single <= best + tolerance, "single users cannot be better");
            exact += single >= best - tolerance;
            const auto start =
                CreateObjectWithAttributes<MigrationOverloadBump>("Shares", EnumValue(rule));
            ExpectTrue(single >= play(start) - tolerance, "never below its start");
        }
        ExpectTrue(exact > 100, "single users often suffice");
    }
};

class MigrationRecedingHorizonTest : public MigrationTestCase
{
  public:
    MigrationRecedingHorizonTest()
        : MigrationTestCase("a receding horizon does what is best for its slots")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(7);
        for (uint32_t i = 0; i < 150; ++i)
        {
            const auto instance = DrawTiny(draws);
            const auto& problem = instance.problem;
            const Rule rule = DrawRule(draws);
            const auto planning = MakePlanning<MigrationRecedingHorizon>(rule, 3);
            const double best = BruteForce(problem, instance.state, rule, 3);
            ExpectNear(Play(*planning, problem, instance.state),
                       best,
                       1e-8 * (1 + std::abs(best)),
                       "the whole episode in sight");
            planning->SetAttribute("Horizon", UintegerValue(1));
            planning->BeginCycle(problem, instance.state);
            for (auto state = instance.state; state.slot < state.plan->Slots();)
            {
                const double most = BruteForce(problem, state, rule, 1);
                const auto decision = planning->Decide(problem, state);
                const auto bits = problem.ExpectedTimelyBits(state.Slot(), decision);
                const double reward = problem.Account(state, decision, bits);
                ExpectNear(reward, most, 1e-8 * (1 + std::abs(most)), "one slot at a time");
            }
        }
    }
};

/// A service must move between two slots. To the satellite that lasts (0), or to the one that is
/// better now (1) and again later on; a horizon of one slot does not see what that costs.
class MigrationForesightTest : public MigrationTestCase
{
  public:
    MigrationForesightTest()
        : MigrationTestCase("foresight saves a migration by hand")
    {
    }

  private:
    void DoRun() override
    {
        const MigrationProblem problem(MakeMigrationSystem(2, 1));
        const auto slot = [](double zero, double one) {
            return MakeMigrationSlot({{zero}, {one}}, {1});
        };
        const auto state = BeginMigration(problem, {slot(5, 9), slot(5, 9), slot(5, 0)});
        const auto planning = MakePlanning<MigrationRecedingHorizon>(MigrationShares::UTILITY, 1);
        const double four = 100 * (1 - std::exp(-4.0)); // a = 5, lambda = 1
        const double eight = 100 * (1 - std::exp(-8.0));
        ExpectNear(Play(*planning, problem, state), 3 * four, 1e-9, "it stays with satellite 0");
        planning->SetAttribute("Horizon", UintegerValue(1));
        ExpectNear(Play(*planning, problem, state),
                   2 * eight + four - 20,
                   1e-9,
                   "it begins with satellite 1 and has to move");
    }
};

/// Choose() takes who fits, in the order of users.
class MigrationSearchTest : public MigrationTestCase
{
  public:
    MigrationSearchTest()
        : MigrationTestCase("the search keeps what it is given and is worth what is booked")
    {
    }

  private:
    void DoRun() override
    {
        const MigrationProblem problem(MakeMigrationSystem(2, 4, 2));
        const auto slot = MakeMigrationSlot({{10, 10, 10, 10}, {0, 10, 10, 10}}, {1, 1, 1, 0});
        const auto state = BeginMigration(problem, {slot, slot}, {1, 0, -1, -1});
        MigrationSearch search(problem, MigrationShares::EQUAL, state.plan, 1);
        search.Focus(state, 7);
        ExpectNear(search.Worth(), 0, 0, "nobody is served at first");
        search.Choose(0, Eigen::Vector4i(0, 0, 0, 0));
        ExpectTrue(search.Satellites(0) == Eigen::VectorXi(Eigen::Vector4i(0, 0, -1, -1)),
                   "two beams, and no demand");
        search.Choose(1, Eigen::Vector4i(1, 1, 1, -1));
        ExpectTrue(search.Satellites(1) == Eigen::VectorXi(Eigen::Vector4i(-1, 1, 1, -1)),
                   "out of sight");
        // Two users with half a band each: a margin of 4. User 0 moves at first, then user 1.
        ExpectNear(search.Worth(), 400 * (1 - std::exp(-4.0)) - 40, 1e-9, "two slots");
        search.Improve();
        // All are served twice, one with a whole band (margin 9), and nobody else moves.
        ExpectNear(search.Worth(),
                   2 * (200 * (1 - std::exp(-4.0)) + 100 * (1 - std::exp(-9.0))) - 20,
                   1e-9,
                   "improved");
    }
};

class MigrationBoundTest : public MigrationTestCase
{
  public:
    MigrationBoundTest()
        : MigrationTestCase("no episode has more than the bound, whatever the prices")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(8);
        double ratio = 0;
        for (uint32_t i = 0; i < 150; ++i)
        {
            const auto instance = DrawTiny(draws);
            const auto& problem = instance.problem;
            const auto& state = instance.state;
            const double best = BruteForce(problem, state, MigrationShares::UTILITY, 3);
            const double tolerance = 1e-9 * (1 + best);
            MigrationBound bound(1000);
            bound.Solve(problem, state);
            ExpectTrue(bound.Value() >= best - tolerance, "the bound holds");
            ratio += best > 0 ? bound.Value() / best - 1 : 0.0;
            ExpectTrue(bound.BandPrices().minCoeff() >= 0 && bound.BeamPrices().minCoeff() >= 0,
                       "no negative prices");
            for (uint32_t k = 0; k < 10; ++k)
            {
                Eigen::ArrayXXd band = bound.BandPrices();
                Eigen::ArrayXXd beams = bound.BeamPrices();
                for (auto* prices : {&band, &beams})
                {
                    for (auto& price : prices->reshaped())
                    {
                        price = k == 0 ? 0.0 : price * draws.Uniform(0, 2) + draws.Uniform(-9, 9);
                        price = std::max(price, 0.0);
                    }
                }
                ExpectTrue(MigrationBound::Dual(problem, state, band, beams) >= best - tolerance,
                           "weak duality");
            }
        }
        ExpectTrue(ratio / 150 < 0.1, "the bound is not loose");
    }
};

/// Prices and paths by hand, and bounds that are as tight as the steps allow where sharing is
/// concave: everybody can be served.
class MigrationBoundByHandTest : public MigrationTestCase
{
  public:
    MigrationBoundByHandTest()
        : MigrationTestCase("the bound by hand, and tight where nothing is lost")
    {
    }

  private:
    static double Bound(const MigrationProblem& problem, const MigrationState& state)
    {
        MigrationBound bound;
        bound.Solve(problem, state);
        return bound.Value();
    }

    void DoRun() override
    {
        const MigrationProblem one(MakeMigrationSystem(2, 1));
        // Satellite 0 in the first slot, 1 in the second; w = 100, a = 10, t = 1.
        const auto state = BeginMigration(
            one,
            {MakeMigrationSlot({{10}, {0}}, {1}), MakeMigrationSlot({{0}, {10}}, {1})});
        Eigen::ArrayXXd band(2, 2);
        Eigen::ArrayXXd beams(2, 2);
        band << 100, 0, 0, 50;
        beams << 5, 0, 0, 0;
        // x = ln 10: 90 of 100 in time, (1 + ln 10) / 10 of the band at 100, a beam at 5.
        // x = ln 20: 95 of 100 in time, (1 + ln 20) / 10 of the band at 50. A migration at 20.
        const double first = 90 - 10 * (1 + std::log(10.0)) - 5;
        const double second = 95 - 5 * (1 + std::log(20.0));
        const double prices = 100 + 50 + 5;
        ExpectNear(MigrationBound::Dual(one, state, band, beams),
                   first + second - 20 + prices,
                   1e-9,
                   "two slots with a migration");
        beams(1, 1) = 61;
        ExpectNear(MigrationBound::Dual(one, state, band, beams),
                   first + prices + 61,
                   1e-9,
                   "a beam too dear is not used");

        // Alone, a whole band in both slots: a margin of 9.
        const double alone = 100 * (1 - std::exp(-9.0));
        ExpectNear(Bound(one, state), 2 * alone - 20, 1e-6, "alone");

        // Shares of 0.4 - ln 3 / 20 and the rest, as by hand for shares: three slots of it.
        const MigrationProblem two(MakeMigrationSystem(1, 2));
        const auto slot = MakeMigrationSlot({{10, 10}}, {1, 3});
        const double h = std::log(3.0) / 2;
        const double shared = 100 * (1 - std::exp(h - 3)) + 300 * (1 - std::exp(-h - 3));
        const double bound = Bound(two, BeginMigration(two, {slot, slot, slot}));
        ExpectTrue(bound >= 3 * shared - 1e-9, "shared, valid");
        ExpectNear(bound, 3 * shared, 1e-3 * shared, "shared, tight");

        // One beam: the precious user has it.
        const MigrationProblem narrow(MakeMigrationSystem(1, 2, 1));
        const double most = 300 * (1 - std::exp(-7.0));
        const double beam = Bound(narrow, BeginMigration(narrow, {slot}));
        ExpectTrue(beam >= most - 1e-9, "one beam, valid");
        ExpectNear(beam, most, 1e-2 * most, "one beam, tight");
    }
};

/// Service migration decided without learning, and what that rests on.
class MigrationSolverTestSuite : public TestSuite
{
  public:
    MigrationSolverTestSuite()
        : TestSuite("sterna-migration-solver", TestSuite::Type::UNIT)
    {
        AddTestCase(new MigrationRulesKeptTest);
        AddTestCase(new MigrationPlannerTest);
        AddTestCase(new MigrationRecedingHorizonTest);
        AddTestCase(new MigrationForesightTest);
        AddTestCase(new MigrationSearchTest);
        AddTestCase(new MigrationBoundTest);
        AddTestCase(new MigrationBoundByHandTest);
        for (const auto& more :
             {MakeMigrationProblemTests(), MakeMigrationSharesTests(), MakeMigrationRulesTests()})
        {
            for (TestCase* test : more)
            {
                AddTestCase(test);
            }
        }
    }
};

MigrationSolverTestSuite g_migrationSolverTestSuite;

} // namespace

} // namespace tests
} // namespace sterna
} // namespace ns3
