/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-exact-tests.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/sterna-link-group-admm-heuristic.h"
#include "ns3/sterna-link-group-bound.h"
#include "ns3/sterna-link-group-branch-and-bound.h"
#include "ns3/uinteger.h"

#ifdef STERNA_BONMIN
#include "../bench/sterna-bonmin.h"
#endif

#include <iostream>
#include <limits>

/**
 * \file
 * \ingroup sterna
 * The suite sterna-link-group-exact: bounds, branch and bound and ADMM on tiny instances, refereed
 * by trying all sequences of groups with rates and objective written down a second time.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// (14a), written down a second time.
double
PlainObjective(const LinkGroupInstance& numbers, const std::vector<double>& brought)
{
    double served = 0;
    double gaps = 0;
    for (uint32_t k = 0; k < numbers.Devices(); ++k)
    {
        double volume = numbers.delivered(k) + brought[k];
        if (!numbers.literalObjective)
        {
            volume = std::min(volume, std::max(numbers.demand(k), numbers.delivered(k)));
        }
        served += volume >= numbers.threshold(k) - 1e-9;
        const double gap = numbers.demand(k) - volume;
        gaps += gap > 0 || numbers.literalObjective ? numbers.weight(k) * gap * gap : 0.0;
    }
    return numbers.servedWeight * std::pow(served - numbers.Devices(), 2) + gaps;
}

/// The least (14a) over all sequences of groups.
double
BruteForce(const Tiny& tiny, std::vector<double>& brought, std::size_t slot = 0)
{
    if (slot == tiny.groups.size())
    {
        return PlainObjective(tiny.numbers, brought);
    }
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t g = 0; g < tiny.groups[slot].size(); ++g)
    {
        const auto& serves = tiny.groups[slot][g];
        const auto before = brought;
        for (std::size_t n = 0; n < serves.size(); ++n)
        {
            if (serves[n] >= 0)
            {
                brought[serves[n]] += tiny.rates[slot][g][n];
            }
        }
        best = std::min(best, BruteForce(tiny, brought, slot + 1));
        brought = before;
    }
    return best;
}

double
BruteForce(const Tiny& tiny)
{
    std::vector<double> brought(tiny.numbers.Devices(), 0.0);
    return BruteForce(tiny, brought);
}

LinkGroupPrices
DrawPrices(Draws& draws, uint32_t devices, double scale)
{
    LinkGroupPrices prices{Eigen::ArrayXd(devices), Eigen::ArrayXd(devices)};
    for (uint32_t k = 0; k < devices; ++k)
    {
        prices.bits(k) = scale * std::max(0.0, draws.Uniform(-1, 3));
        prices.share(k) = scale * std::max(0.0, draws.Uniform(-1, 3));
    }
    return prices;
}

/// Branch and bound finds the optimum and proves it, and no bound is above it, at whatever prices.
/// Expected: the least (14a) of all sequences of groups.
class OptimumTest : public LinkGroupTestCase
{
  public:
    OptimumTest()
        : LinkGroupTestCase("the optimum of 200 tiny instances, and bounds below it")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(5);
        for (uint32_t i = 0; i < 200; ++i)
        {
            const auto tiny = DrawTiny(draws, i);
            const std::string name = "instance " + std::to_string(i);
            const double optimum = BruteForce(tiny);
            const double tolerance = 1e-6 * (1 + tiny.numbers.IdleObjective());
            CheckSearch(tiny, optimum, tolerance, name);
            CheckBounds(draws, tiny, optimum, tolerance, name);
        }
    }

    void CheckSearch(const Tiny& tiny, double optimum, double tolerance, const std::string& name)
    {
        LinkGroupTreeSearch search(tiny.numbers);
        double value = std::numeric_limits<double>::infinity();
        double bound = -value;
        bool monotonic = true;
        search.SetObserver([&](const LinkGroupSearchProgress& progress) {
            monotonic = monotonic && progress.value <= value && progress.bound >= bound;
            value = progress.value;
            bound = progress.bound;
        });
        search.SetLimits({20, 100000, 1e-7});
        search.Solve();
        ExpectNear(search.Progress().value, optimum, tolerance, name + ": optimum");
        ExpectTrue(search.IsProved(), name + ": proved");
        ExpectTrue(search.Progress().bound <= optimum + tolerance, name + ": bound of the search");
        ExpectTrue(monotonic, name + ": values never rise, bounds never fall");
        const auto plan = search.Plan();
        NS_TEST_EXPECT_MSG_EQ(tiny.numbers.Refusal(plan), "", name);
        ExpectNear(tiny.numbers.Objective(plan), optimum, tolerance, name + ": the plan's value");
    }

    void CheckBounds(Draws& draws,
                     const Tiny& tiny,
                     double optimum,
                     double tolerance,
                     const std::string& name)
    {
        const auto result = LinkGroupBound().Solve(tiny.numbers);
        ExpectTrue(result.value <= optimum + tolerance, name + ": LinkGroupBound");
        const LinkGroupOffers offers(tiny.numbers);
        LinkGroupDual dual(offers);
        LinkGroupPartBound partBound(offers);
        const LinkGroupPart all(offers);
        partBound.SetPart(all);
        ExpectNear(dual.Evaluate(result.prices), result.value, tolerance, name + ": certificate");
        for (uint32_t i = 0; i < 10; ++i)
        {
            const auto prices = DrawPrices(draws, offers.Devices(), std::pow(10, i - 5.0));
            ExpectTrue(dual.Evaluate(prices) <= optimum + tolerance, name + ": random prices");
            auto more = partBound.Extend(prices);
            ExpectTrue(partBound.Evaluate(more) >= dual.Evaluate(prices) - tolerance,
                       name + ": whole slots can only help");
            for (auto& slots : more.slots)
            {
                for (auto& price : slots)
                {
                    price = std::pow(10, i - 5.0) * draws.Uniform(-1, 1);
                }
            }
            ExpectTrue(partBound.Evaluate(more) <= optimum + tolerance,
                       name + ": random prices of slots");
        }
    }
};

/// The relaxed x of the bound: weights of valid groups that sum to 1.
class RelaxedSolutionTest : public LinkGroupTestCase
{
  public:
    RelaxedSolutionTest()
        : LinkGroupTestCase("the relaxed x is a mixture of valid groups")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(6);
        for (uint32_t i = 0; i < 20; ++i)
        {
            const auto tiny = DrawTiny(draws, i);
            const auto result = LinkGroupBound().Solve(tiny.numbers);
            for (uint32_t t = 0; t < tiny.numbers.Slots(); ++t)
            {
                double sum = 0;
                for (const auto& [group, weight] : result.x[t])
                {
                    sum += weight;
                    LinkGroupPlan plan(t + 1, LinkGroup(tiny.numbers.Transmitters()));
                    plan[t] = group;
                    NS_TEST_EXPECT_MSG_EQ(tiny.numbers.Refusal(plan), "", "a group with weight");
                }
                ExpectNear(sum, 1, 1e-9, "sum of weights");
            }
            LinkGroupOffers offers(tiny.numbers);
            LinkGroupDual dual(offers);
            dual.SetContinuous(true);
            ExpectTrue(dual.Evaluate(result.prices) <=
                           result.relaxedValue + 1e-9 * tiny.numbers.IdleObjective(),
                       "the relaxation's own bound is below its value");
        }
    }
};

/// A search that is stopped at once still has a valid plan and a valid bound.
class LimitsTest : public LinkGroupTestCase
{
  public:
    LimitsTest()
        : LinkGroupTestCase("limits are kept, and what a stopped search says holds")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(7);
        const auto instance = DrawInstance(draws, 1, 1, 2, 40, 10);
        const LinkGroupProblem problem(instance.system);
        const auto numbers = MakeInstance(problem, instance.Begin(problem));
        LinkGroupTreeSearch longer(numbers);
        longer.SetLimits({60, 30, 1e-7});
        longer.Solve();
        ExpectTrue(longer.Progress().nodes <= 30, "30 nodes");
        LinkGroupTreeSearch one(numbers);
        one.SetLimits({60, 1, 1e-7});
        one.Solve();
        NS_TEST_EXPECT_MSG_EQ(one.Progress().nodes, 1, "one node");
        LinkGroupTreeSearch none(numbers);
        none.SetLimits({0, 1000, 1e-7});
        none.Solve();
        NS_TEST_EXPECT_MSG_EQ(none.Progress().nodes, 0, "no time");
        for (const auto* search : {&longer, &one, &none})
        {
            NS_TEST_EXPECT_MSG_EQ(numbers.Refusal(search->Plan()), "", "a stopped search's plan");
            ExpectNear(numbers.Objective(search->Plan()),
                       search->Progress().value,
                       1e-9 * numbers.IdleObjective(),
                       "its value");
            ExpectTrue(search->Progress().bound <= longer.Progress().value, "its bound");
            ExpectTrue(search->Progress().value < numbers.IdleObjective(), "better than nothing");
        }
        ExpectTrue(longer.Progress().bound >= one.Progress().bound, "more nodes, no lower bound");
        ExpectTrue(longer.Progress().value <= one.Progress().value, "more nodes, no higher value");
        LinkGroupTreeSearch again(numbers);
        again.SetStart(longer.Plan());
        again.SetLimits({0, 1, 1e-7});
        again.Solve();
        ExpectTrue(again.Progress().value <= longer.Progress().value, "a start is not forgotten");
    }
};

/// As deciders: the plan that is played earns what they said.
class DeciderTest : public LinkGroupTestCase
{
  public:
    DeciderTest()
        : LinkGroupTestCase("played plans reach the values that were announced")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(10);
        for (uint32_t i = 0; i < 5; ++i)
        {
            const auto instance = DrawInstance(draws, 1, 1, 1, 6, 4);
            const auto exact = CreateObject<LinkGroupBranchAndBound>();
            exact->SetAttribute("NodeLimit", UintegerValue(5000));
            const auto admm = CreateObject<LinkGroupAdmmHeuristic>();
            const auto descended = CreateObject<LinkGroupAdmmHeuristic>();
            descended->SetAttribute("Descent", BooleanValue(true));
            const double played = Play(instance, exact);
            ExpectNear(played, exact->GetValue(), 1e-6, "branch and bound");
            const double rounded = Play(instance, admm);
            ExpectNear(rounded, admm->GetValue(), 1e-6, "ADMM");
            const double improved = Play(instance, descended);
            ExpectNear(improved, descended->GetValue(), 1e-6, "ADMM, descent");
            ExpectTrue(exact->IsProved() && exact->GetGap() <= 1e-7, "proved");
            ExpectTrue(exact->GetValue() <= descended->GetValue() + 1e-6, "OPT <= descended");
            ExpectTrue(descended->GetValue() <= admm->GetValue(), "descended <= rounded");
            ExpectNear(admm->GetValue(), admm->GetRoundedValue(), 1e-9, "played as rounded");
        }
    }

    /// (14a) after the cycle.
    double Play(const Instance& instance, Ptr<LinkGroupDecider> decider)
    {
        const LinkGroupProblem problem(instance.system);
        const auto now = std::make_shared<uint32_t>(0);
        auto state = instance.Begin(problem, now);
        decider->BeginCycle(problem, state);
        for (; *now < instance.gains.size(); ++*now)
        {
            auto shown = instance.Begin(problem, now);
            shown.delivered = state.delivered;
            shown.slot = state.slot;
            const auto group = decider->Decide(problem, shown);
            NS_TEST_EXPECT_MSG_EQ(problem.Refusal(shown, group), "", "a played group");
            const auto rates =
                ReferenceRates(instance.system, instance.gains[*now], ToServes(group));
            state.delivered = AfterGroup(state, state.delivered, ToServes(group), rates);
            ++state.slot;
        }
        return ReferenceObjective(state, state.delivered, false);
    }
};

/// Branch and bound against Bonmin, where it is installed.
class BonminTest : public LinkGroupTestCase
{
  public:
    BonminTest()
        : LinkGroupTestCase("Bonmin finds the same optimum")
    {
    }

  private:
    void DoRun() override
    {
#ifdef STERNA_BONMIN
        Draws draws(11);
        uint32_t proved = 0;
        for (uint32_t i = 0; i < 6; ++i)
        {
            const auto tiny = DrawTiny(draws, i, 300);
            const auto bonmin = bench::SolveWithBonmin(tiny.numbers, 3);
            LinkGroupTreeSearch search(tiny.numbers);
            search.Solve();
            if (!bonmin.proved)
            {
                continue; // its NLP solver fails on some instances
            }
            ++proved;
            ExpectNear(search.Progress().value,
                       bonmin.value,
                       1e-6 * (1 + tiny.numbers.IdleObjective()),
                       "instance " + std::to_string(i));
        }
        ExpectTrue(proved >= 3, "Bonmin proves " + std::to_string(proved) + " of 6 instances");
#else
        std::cout << "skipped: Bonmin finds the same optimum (built without Bonmin; Debian: "
                     "coinor-libbonmin-dev and pkg-config)\n";
#endif
    }
};

class LinkGroupExactTestSuite : public TestSuite
{
  public:
    LinkGroupExactTestSuite()
        : TestSuite("sterna-link-group-exact", TestSuite::Type::UNIT)
    {
        AddTestCase(new OptimumTest);
        AddTestCase(new RelaxedSolutionTest);
        AddTestCase(new LimitsTest);
        for (TestCase* test : MakeLinkGroupAdmmTests())
        {
            AddTestCase(test);
        }
        AddTestCase(new DeciderTest);
        AddTestCase(new BonminTest);
    }
};

LinkGroupExactTestSuite g_linkGroupExactTestSuite;

} // namespace

} // namespace tests
} // namespace sterna
} // namespace ns3
