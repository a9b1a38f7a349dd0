/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-tests.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/object-factory.h"
#include "ns3/sterna-migration-rules.h"
#include "ns3/sterna-migration-shares.h"

#include <string>

/**
 * \file
 * \ingroup sterna-tests
 * Rules of service migration on instances made by hand. Everybody's need is (lambda + 2) / a.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// What a rule does in the first slot, as a text: a digit for each user, - for none.
std::string
Choices(MigrationDecider& rule, const MigrationProblem& problem, const MigrationState& state)
{
    const auto decision = rule.Decide(problem, state);
    std::string text;
    for (const int s : decision.satellite)
    {
        text += s < 0 ? "-" : std::to_string(s);
    }
    return text;
}

class MigrationSimpleRulesTest : public MigrationTestCase
{
  public:
    MigrationSimpleRulesTest()
        : MigrationTestCase("longest visibility, largest elevation, most free beams by hand")
    {
    }

  private:
    template <typename Rule>
    void Expect(const MigrationProblem& problem,
                const MigrationState& state,
                const std::string& expected,
                const std::string& what)
    {
        NS_TEST_EXPECT_MSG_EQ(Choices(*CreateObject<Rule>(), problem, state), expected, what);
    }

    void DoRun() override
    {
        // Satellite 0 is lowest and stays for three slots, 1 for two, 2 is highest and stays for
        // two. User 2 asks for nothing. User 3 is alone with satellite 1.
        const auto now = [](double zero, double one, double two) {
            return MakeMigrationSlot(
                {{zero, zero, zero, 0}, {one, one, one, 6}, {two, two, two, 0}},
                {1, 1, 0, 1});
        };
        const std::vector<MigrationSlot> slots{now(5, 6, 7), now(5, 6, 7), now(5, 0, 0)};
        const MigrationProblem wide(MakeMigrationSystem(3, 4));
        const MigrationProblem narrow(MakeMigrationSystem(3, 4, 1));
        const auto fresh = BeginMigration(wide, slots);
        Expect<MigrationLongestVisibility>(wide, fresh, "00-1", "the longest");
        Expect<MigrationLongestVisibility>(narrow, fresh, "02-1", "of equals, the highest");
        Expect<MigrationMaxElevation>(wide, fresh, "22-1", "the highest");
        Expect<MigrationMaxElevation>(narrow, fresh, "21--", "the highest with a beam");
        const auto there = BeginMigration(wide, slots, {1, 2, 0, 0});
        Expect<MigrationLongestVisibility>(wide, there, "12-1", "they stay while they can");
        Expect<MigrationMaxElevation>(wide, there, "22-1", "wherever they were");
        // User 3 first; then satellites without users: of those to where the service is, or where
        // the smaller need leaves more room.
        Expect<MigrationLoadBalanced>(wide, there, "20-1", "free beams come before the host");
        const auto apart = BeginMigration(wide, slots, {0, 2, 0, 0});
        Expect<MigrationLoadBalanced>(wide, apart, "02-1", "of equals the host, then room");
        Expect<MigrationLoadBalanced>(wide, fresh, "20-1", "free beams, then room");
        Expect<MigrationLoadBalanced>(narrow, fresh, "20-1", "nobody is left out");

        // Users with few choices choose first, then those with large needs.
        const MigrationProblem pair(MakeMigrationSystem(2, 3, 1));
        const auto slot = MakeMigrationSlot({{9, 9, 9}, {9, 9, 0}}, {1, 5, 1});
        Expect<MigrationLoadBalanced>(pair, BeginMigration(pair, {slot}), "-10", "large needs");
    }
};

class MigrationOverloadBumpTest : public MigrationTestCase
{
  public:
    MigrationOverloadBumpTest()
        : MigrationTestCase("OverloadBump moves by hand")
    {
    }

  private:
    void Expect(const MigrationSystem& system,
                const std::vector<std::vector<double>>& efficiency,
                const std::vector<double>& arrivals,
                const std::vector<int>& hosts,
                const std::string& expected,
                const std::string& what)
    {
        const MigrationProblem problem(system);
        const auto state =
            BeginMigration(problem, {MakeMigrationSlot(efficiency, arrivals)}, hosts);
        const auto choices = Choices(*CreateObject<MigrationOverloadBump>(), problem, state);
        NS_TEST_EXPECT_MSG_EQ(choices, expected, what);
    }

    void DoRun() override
    {
        // Needs with a = 10: 0.3 for lambda = 1, 0.4 for 2, 0.5 for 3, 0.6 for 4.
        const auto two = MakeMigrationSystem(2, 3);
        const std::vector<double> all(3, 10.0);
        Expect(two, {all, all}, {1, 1, 2}, {0, 0, 0}, "000", "a full satellite is not overloaded");
        Expect(two, {all, all}, {1, 2, 3}, {0, 0, 0}, "001", "the move that frees most");
        Expect(two, {all, {10, 10, 0}}, {1, 2, 3}, {0, 0, 0}, "010", "of those who can");
        Expect(two, {all, {10, 0, 0}}, {1, 2, 3}, {0, 0, 0}, "100", "and if only one can");
        Expect(two, {all, {10, 10, 1}}, {1, 2, 3}, {0, 0, 0}, "010", "the largest has no room");
        Expect(two, {all, {0, 0, 0}}, {1, 2, 3}, {0, 0, 0}, "000", "nowhere to go");

        // Users 0 and 1 overload satellite 0 and see 1 as well, where users 2 and 3 are; only 3
        // can move on, to satellite 2, and makes room for user 1.
        const auto three = MakeMigrationSystem(3, 4);
        Expect(three,
               {{10, 10, 0, 0}, {10, 10, 10, 10}, {0, 0, 0, 10}},
               {3, 4, 1, 2},
               {0, 0, 1, 1},
               "0112",
               "one bump deep");
        Expect(three,
               {{10, 10, 0, 0}, {10, 10, 10, 10}, {0, 0, 0, 3}},
               {3, 4, 1, 2},
               {0, 0, 1, 1},
               "0011",
               "a bump must fit, too");

        Expect(three,
               {{10, 10, 0, 0}, {10, 10, 10, 10}, {0, 0, 10, 10}},
               {3, 4, 1, 2},
               {0, 0, 1, 1},
               "0121",
               "of two that could move on, the one that leaves more room there");
        Expect(MakeMigrationSystem(2, 4),
               {{10, 10, 0, 0}, {0, 10, 10, 10}},
               {5, 2, 1, 1},
               {0, 0, 1, 1},
               "0111",
               "what fills a satellite exactly fits");

        // The satellite of user 3 has set.
        Expect(three,
               {{10, 10, 10, 10}, {10, 10, 10, 10}, {10, 10, 10, 0}},
               {1, 2, 2, 1},
               {0, 0, 1, 2},
               "0011",
               "where most room is left");
        Expect(three,
               {{10, 10, 0, 10}, {0, 0, 0, 0}, {0, 10, 10, 0}},
               {3, 2, 2, 2},
               {0, 0, 2, 1},
               "0220",
               "and a user is bumped where there is too little");
        Expect(three,
               {{10, 10, 0, 10}, {0, 0, 0, 0}, {0, 0, 10, 0}},
               {3, 2, 2, 2},
               {0, 0, 2, 1},
               "0020",
               "overloaded, if nobody can be");

        // One beam each: the newcomer only sees satellite 0, whose user sees 1.
        Expect(MakeMigrationSystem(2, 2, 1),
               {{10, 10}, {10, 0}},
               {1, 1},
               {0, -1},
               "10",
               "bumped for a beam");
        Expect(MakeMigrationSystem(2, 2, 1),
               {{10, 10}, {1, 0}},
               {1, 1},
               {0, -1},
               "0-",
               "but not where it would overload");
        Expect(MakeMigrationSystem(1, 2, 1), {{10, 10}}, {1, 1}, {0, 0}, "0-", "a beam too few");
    }
};

/// Of two satellites, both always in sight, a redraw takes the other one half of the time; of
/// three, all alike. Expected: counts of 6000 slots within four standard deviations.
class MigrationRandomTest : public MigrationTestCase
{
  public:
    MigrationRandomTest()
        : MigrationTestCase("Random redraws as often as it should")
    {
    }

  private:
    static constexpr uint32_t SLOTS = 6000;

    /// How often a single user is given each satellite, and how often another than before.
    Eigen::ArrayXd Count(double redraw, uint32_t satellites, uint32_t& changes)
    {
        const MigrationProblem problem(MakeMigrationSystem(satellites, 1));
        auto state = BeginMigration(
            problem,
            std::vector<MigrationSlot>(SLOTS, MakeMigrationSlot({satellites, {10}}, {1})));
        const auto random =
            CreateObjectWithAttributes<MigrationRandom>("Redraw", DoubleValue(redraw));
        NS_TEST_EXPECT_MSG_EQ(random->AssignStreams(5), 1, "one stream");
        Eigen::ArrayXd counts = Eigen::ArrayXd::Zero(satellites);
        changes = 0;
        while (state.slot < SLOTS)
        {
            const auto decision = random->Decide(problem, state);
            ++counts(decision.satellite(0));
            problem.Account(state, decision, Eigen::ArrayXd::Zero(1));
            changes += state.migrated.size();
        }
        return counts;
    }

    void DoRun() override
    {
        uint32_t changes = 0;
        Count(0, 2, changes);
        NS_TEST_EXPECT_MSG_EQ(changes, 0, "never");
        Count(0.5, 2, changes);
        ExpectNear(changes, 0.25 * SLOTS, 4 * std::sqrt(0.25 * 0.75 * SLOTS), "half of half");
        Count(1, 2, changes);
        ExpectNear(changes, 0.5 * SLOTS, 4 * std::sqrt(0.25 * SLOTS), "half");
        const auto counts = Count(1, 3, changes);
        // Chi-squared of two degrees of freedom: 13.8 is its 99.9 % quantile.
        const double mean = SLOTS / 3.0;
        ExpectTrue(((counts - mean).square() / mean).sum() < 13.8, "all alike");

        // Beams are not asked for, so somebody is left out; out of sight, everybody is.
        const MigrationProblem narrow(MakeMigrationSystem(1, 3, 2));
        const auto state =
            BeginMigration(narrow, {MakeMigrationSlot({{10, 10, 0}}, {1, 1, 1})}, {0, 0, 0});
        NS_TEST_EXPECT_MSG_EQ(Choices(*CreateObject<MigrationRandom>(), narrow, state),
                              "00-",
                              "in sight only");
    }
};

/// The attribute Shares: needs of 0.3 and 0.5 and what is left; or halves, or quarters.
class MigrationShareAttributeTest : public MigrationTestCase
{
  public:
    MigrationShareAttributeTest()
        : MigrationTestCase("deciders share as their attribute says")
    {
    }

  private:
    void DoRun() override
    {
        const MigrationProblem problem(MakeMigrationSystem(1, 2));
        const auto state = BeginMigration(problem, {MakeMigrationSlot({{10, 10}}, {1, 3})});
        const auto share = [&](MigrationShares::Rule rule) {
            return CreateObjectWithAttributes<MigrationMaxElevation>("Shares", EnumValue(rule))
                ->Decide(problem, state)
                .bandwidth(0);
        };
        ExpectNear(share(MigrationShares::EQUAL), 0.5, 1e-12, "equal");
        ExpectNear(share(MigrationShares::PROPORTIONAL), 0.25, 1e-12, "proportional");
        const double filled = 0.4 - std::log(3.0) / 20;
        ExpectNear(share(MigrationShares::NEED_FIRST), filled, 1e-12, "need first");
        ExpectNear(share(MigrationShares::UTILITY), filled, 1e-12, "utility");
        ExpectNear(CreateObject<MigrationMaxElevation>()->Decide(problem, state).bandwidth(0),
                   filled,
                   1e-12,
                   "need first by default");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationRulesTests()
{
    return {new MigrationSimpleRulesTest,
            new MigrationOverloadBumpTest,
            new MigrationRandomTest,
            new MigrationShareAttributeTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
