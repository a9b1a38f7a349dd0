/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-tests.h"

#include "ns3/sterna-migration-shares.h"

#include <algorithm>
#include <string>

/**
 * \file
 * \ingroup sterna-tests
 * How bandwidth is shared: by hand, against grids of shares, and by the conditions that optimal
 * shares meet.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

constexpr double TINY = 1e-12;

std::vector<uint32_t>
Everybody(const MigrationProblem& problem)
{
    std::vector<uint32_t> users;
    for (uint32_t u = 0; u < problem.Users(); ++u)
    {
        users.push_back(u);
    }
    return users;
}

/// w (1 - exp(-x t)) summed up as the header of MigrationShares has it, without its help.
double
UtilityOf(const MigrationProblem& problem,
          const MigrationSlot& slot,
          const std::vector<double>& shares)
{
    const auto& system = problem.System();
    double utility = 0;
    for (uint32_t u = 0; u < shares.size(); ++u)
    {
        const auto& user = system.users[u];
        const double x = shares[u] * system.bandwidth * slot.efficiency(0, u) / user.packetBits -
                         slot.arrivals(u);
        utility += x > 0 ? user.utilityPerMbit * slot.arrivals(u) * system.slotDuration *
                               user.packetBits / 1e6 * (1 - std::exp(-x * user.deadline_s))
                         : 0.0;
    }
    return utility;
}

/// Rules with round numbers: one satellite, a = 10 packets/s for everybody.
class MigrationSharesByHandTest : public MigrationTestCase
{
  public:
    MigrationSharesByHandTest()
        : MigrationTestCase("shares by hand")
    {
    }

  private:
    void ExpectShares(MigrationShares::Rule rule,
                      const std::vector<double>& arrivals,
                      const std::vector<double>& expected,
                      const std::string& what,
                      const std::vector<double>& utilityPerMbit = {})
    {
        auto system = MakeMigrationSystem(1, arrivals.size());
        for (std::size_t u = 0; u < utilityPerMbit.size(); ++u)
        {
            system.users[u].utilityPerMbit = utilityPerMbit[u];
        }
        const MigrationProblem problem(system);
        const auto slot = MakeMigrationSlot({std::vector<double>(arrivals.size(), 10.0)}, arrivals);
        const MigrationShares rules(problem, rule);
        const auto shares = rules.Bandwidth(slot, 0, Everybody(problem));
        NS_TEST_ASSERT_MSG_EQ(shares.size(), expected.size(), what);
        for (std::size_t u = 0; u < shares.size(); ++u)
        {
            ExpectNear(shares[u], expected[u], TINY, what);
        }
        ExpectNear(rules.Utility(slot, 0, Everybody(problem)),
                   UtilityOf(problem, slot, expected),
                   1e-9,
                   what + ", utility");
    }

    void DoRun() override
    {
        ExpectShares(MigrationShares::EQUAL, {1, 3, 5, 1}, {0.25, 0.25, 0.25, 0.25}, "equal");
        ExpectShares(MigrationShares::PROPORTIONAL, {1, 3, 4}, {0.125, 0.375, 0.5}, "demand");
        for (const auto rule : {MigrationShares::EQUAL,
                                MigrationShares::PROPORTIONAL,
                                MigrationShares::NEED_FIRST,
                                MigrationShares::UTILITY})
        {
            ExpectShares(rule, {2}, {1}, "alone, all of it");
            const MigrationProblem problem(MakeMigrationSystem(1, 1));
            const auto slot = MakeMigrationSlot({{10}}, {1});
            const MigrationShares rules(problem, rule);
            ExpectTrue(rules.Bandwidth(slot, 0, {}).empty(), "nobody");
            ExpectNear(rules.Utility(slot, 0, {}), 0, 0, "nobody's utility");
        }
        // x_2 = x_1 + ln 3, and 1 + x_1 + 3 + x_2 = 10: x = 3 -+ ln 3 / 2, both above 2.
        const double h = std::log(3.0) / 2;
        ExpectShares(MigrationShares::UTILITY, {1, 3}, {0.4 - h / 10, 0.6 + h / 10}, "two");
        ExpectShares(MigrationShares::NEED_FIRST, {1, 3}, {0.4 - h / 10, 0.6 + h / 10}, "in need");
        // x_2 = x_1 + ln 100 and x_1 + x_2 = 8: x_1 = 4 - ln 10 = 1.7 is below the need of 2.
        const double k = std::log(10.0);
        ExpectShares(MigrationShares::UTILITY,
                     {1, 1},
                     {0.5 - k / 10, 0.5 + k / 10},
                     "a precious one",
                     {1, 100});
        ExpectShares(MigrationShares::NEED_FIRST, {1, 1}, {0.3, 0.7}, "need holds", {1, 100});
        // Needs 0.3, 0.4 and 0.6: the dearest is left out, x_2 = x_1 + ln 2 and x_1 + x_2 = 7.
        const double d = std::log(2.0) / 2;
        ExpectShares(MigrationShares::NEED_FIRST,
                     {4, 1, 2},
                     {0, 0.45 - d / 10, 0.55 + d / 10},
                     "the cheapest first");
        // Needs 0.3, 0.4 and 0.45: what is left helps the third most, who needs 0.25 to begin with.
        ExpectShares(MigrationShares::NEED_FIRST, {1, 2, 2.5}, {0.3, 0.4, 0.3}, "one short");
        // Needs that fill the band exactly, but for rounding.
        ExpectShares(MigrationShares::NEED_FIRST, {1, 1, 2}, {0.3, 0.3, 0.4}, "a full band");
        ExpectShares(MigrationShares::NEED_FIRST,
                     {1, 1, 2},
                     {0.3, 0.3, 0.4},
                     "where the last is worth little",
                     {1, 1, 0.01});
        // Worth nothing: no share for utility's sake, the need only if needs come first.
        ExpectShares(MigrationShares::UTILITY, {1, 1}, {0, 1}, "worthless", {0, 1});
        ExpectShares(MigrationShares::NEED_FIRST, {1, 1}, {0.3, 0.7}, "worthless, need", {0, 1});
        ExpectShares(MigrationShares::UTILITY, {11, 2}, {0, 1}, "more than the whole band serves");
    }
};

/// Two and three random users against all shares that are multiples of 1/60. Expected: at least as
/// good as the best of them, and better by no more than rounding every share down can cost.
class MigrationSharesGridTest : public MigrationTestCase
{
  public:
    MigrationSharesGridTest()
        : MigrationTestCase("no grid of shares has more utility")
    {
    }

  private:
    static constexpr int STEPS = 60;

    void DoRun() override
    {
        Draws draws(2);
        uint32_t overloaded = 0;
        for (uint32_t i = 0; i < 200; ++i)
        {
            const auto instance = DrawMigration(draws, 1, 3, 1);
            const auto& problem = instance.problem;
            auto slot = instance.state.Slot();
            slot.efficiency = slot.efficiency.max(1.0);
            slot.arrivals = slot.arrivals.max(0.1);
            double load = 0;
            for (uint32_t u = 0; u < 3; ++u)
            {
                load += problem.Share(slot, 0, u, 0);
            }
            overloaded += load > 1;
            double grid = 0;
            for (int a = 0; a <= STEPS; ++a)
            {
                for (int b = 0; a + b <= STEPS; ++b)
                {
                    const double step = 1.0 / STEPS;
                    grid = std::max(
                        grid,
                        UtilityOf(problem, slot, {a * step, b * step, (STEPS - a - b) * step}));
                }
            }
            const MigrationShares rule(problem, MigrationShares::UTILITY);
            const auto shares = rule.Bandwidth(slot, 0, Everybody(problem));
            const double utility = UtilityOf(problem, slot, shares);
            ExpectTrue(utility >= grid * (1 - TINY), "shares beat the grid");
            const double all = grid > 0 ? 1 : 0; // some cannot be served even alone
            ExpectNear(shares[0] + shares[1] + shares[2], all, TINY, "the whole band");
            // Rounded shares lose at most w a t per share.
            double slope = 0;
            for (uint32_t u = 0; u < 3; ++u)
            {
                slope += problem.Utility(slot, u, 1) * problem.ServiceRate(slot, 0, u, 1) *
                         problem.System().users[u].deadline_s / STEPS;
            }
            ExpectTrue(utility <= grid + slope, "the grid is close");
            for (const auto other : {MigrationShares::EQUAL,
                                     MigrationShares::PROPORTIONAL,
                                     MigrationShares::NEED_FIRST})
            {
                const double less =
                    MigrationShares(problem, other).Utility(slot, 0, Everybody(problem));
                ExpectTrue(less <= utility * (1 + TINY), "no rule beats utility");
            }
        }
        ExpectTrue(overloaded > 40 && overloaded < 160, "with and without overload");
    }
};

/// Up to ten users: whoever has a margin has the same marginal utility of bandwidth, nobody has
/// less than nothing, the band is used up. Against all sets of users, each water-filled by
/// bisection of the price.
class MigrationSharesConditionsTest : public MigrationTestCase
{
  public:
    MigrationSharesConditionsTest()
        : MigrationTestCase("marginal utilities are equal and the best users are served")
    {
    }

  private:
    /// Utility of the best shares of a set of users, by bisection of ln nu; 0 if they do not fit.
    static double Best(const MigrationProblem& problem, const MigrationSlot& slot, uint32_t set)
    {
        const auto shares = [&](double logPrice) {
            std::vector<double> some(problem.Users(), 0.0);
            for (uint32_t u = 0; u < problem.Users(); ++u)
            {
                const double t = problem.System().users[u].deadline_s;
                const double a = problem.ServiceRate(slot, 0, u, 1);
                const double w = problem.Utility(slot, u, 1);
                some[u] =
                    set >> u & 1
                        ? (slot.arrivals(u) + std::max(0.0, (std::log(w * a * t) - logPrice) / t)) /
                              a
                        : 0.0;
            }
            return some;
        };
        const auto sum = [](const std::vector<double>& some) {
            double all = 0;
            for (const double share : some)
            {
                all += share;
            }
            return all;
        };
        double low = -100;
        double high = 20;
        if (sum(shares(high)) > 1)
        {
            return 0;
        }
        for (uint32_t i = 0; i < 100; ++i)
        {
            const double middle = (low + high) / 2;
            (sum(shares(middle)) > 1 ? low : high) = middle;
        }
        return UtilityOf(problem, slot, shares(high));
    }

    void DoRun() override
    {
        Draws draws(3);
        for (uint32_t i = 0; i < 60; ++i)
        {
            const uint32_t users = draws.Integer(4, 8);
            const auto instance = DrawMigration(draws, 1, users, 1);
            const auto& problem = instance.problem;
            auto slot = instance.state.Slot();
            slot.efficiency = slot.efficiency.max(1.0) * 2;
            slot.arrivals = slot.arrivals.max(0.1);
            const auto shares = MigrationShares(problem, MigrationShares::UTILITY)
                                    .Bandwidth(slot, 0, Everybody(problem));
            double least = INFINITY;
            double most = 0;
            double sum = 0;
            for (uint32_t u = 0; u < users; ++u)
            {
                sum += shares[u];
                const double a = problem.ServiceRate(slot, 0, u, 1);
                const double x = shares[u] * a - slot.arrivals(u);
                if (shares[u] > 0)
                {
                    const double t = problem.System().users[u].deadline_s;
                    const double marginal = problem.Utility(slot, u, 1) * a * t * std::exp(-x * t);
                    least = std::min(least, marginal);
                    most = std::max(most, marginal);
                    ExpectTrue(x > 0, "who is served for nothing is not served");
                }
            }
            ExpectNear(sum, 1, 1e-12, "the band is used up");
            ExpectNear(least / most, 1, 1e-9, "equal marginal utilities");
            double best = 0;
            for (uint32_t set = 1; set < 1U << users; ++set)
            {
                best = std::max(best, Best(problem, slot, set));
            }
            const double utility = UtilityOf(problem, slot, shares);
            ExpectNear(utility, best, 1e-9 * best, "the best set of users");
        }
    }
};

/// Complete() serves each satellite's users alone, shares compute, and whoever is out of sight or
/// without demand takes nothing from the others.
class MigrationSharesCompleteTest : public MigrationTestCase
{
  public:
    MigrationSharesCompleteTest()
        : MigrationTestCase("decisions are completed satellite by satellite")
    {
    }

  private:
    void DoRun() override
    {
        const MigrationProblem problem(MakeMigrationSystem(2, 6));
        const auto slot = MakeMigrationSlot({{10, 10, 10, 0, 10, 10}, {10, 10, 10, 10, 10, 10}},
                                            {1, 3, 4, 2, 0, 1});
        Eigen::VectorXi satellites(6);
        satellites << 0, 0, 1, 0, 0, -1; // user 3 does not see satellite 0, user 4 has no demand
        for (const auto rule : {MigrationShares::PROPORTIONAL,
                                MigrationShares::EQUAL,
                                MigrationShares::NEED_FIRST,
                                MigrationShares::UTILITY})
        {
            const auto decision = MigrationShares(problem, rule).Complete(slot, satellites);
            ExpectTrue(decision.satellite == satellites, "satellites are what they were");
            ExpectNear(decision.bandwidth(0) + decision.bandwidth(1), 1, TINY, "satellite 0");
            ExpectNear(decision.bandwidth(2), 1, TINY, "satellite 1");
            ExpectTrue((decision.bandwidth.tail(3) == 0).all(), "not these");
            // F_max = 12: 1 each and half of the other 10; alone, all of it.
            ExpectNear(decision.compute(0), 6, TINY, "half the compute");
            ExpectNear(decision.compute(2), 12, TINY, "all the compute");
        }
        const auto decision =
            MigrationShares(problem, MigrationShares::PROPORTIONAL).Complete(slot, satellites);
        ExpectNear(decision.bandwidth(0), 0.25, TINY, "a quarter of the demand");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationSharesTests()
{
    return {new MigrationSharesByHandTest,
            new MigrationSharesGridTest,
            new MigrationSharesConditionsTest,
            new MigrationSharesCompleteTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
