/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-tests.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/sterna-link-group-admm-heuristic.h"
#include "ns3/sterna-link-group-bound.h"
#include "ns3/sterna-link-group-branch-and-bound.h"
#include "ns3/uinteger.h"

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

/// A random tiny instance, as numbers and with all its groups.
struct Tiny
{
    LinkGroupInstance numbers;
    std::vector<std::vector<Serves>> groups;             //!< per slot the valid ones
    std::vector<std::vector<std::vector<double>>> rates; //!< per slot and group, per transmitter
};

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

/// 1 to 4 transmitters, 2 or 3 slots, few devices; at most 100 000 sequences of groups. Every second
/// one has the literal objective, every third one has had deliveries, every fifth absent devices.
Tiny
DrawTiny(Draws& draws, uint32_t index)
{
    while (true)
    {
        auto instance = DrawInstance(draws,
                                     draws.Integer(0, 1),
                                     1,
                                     draws.Integer(0, 2),
                                     draws.Integer(2, 6),
                                     draws.Integer(2, 3));
        instance.system.literalObjective = index % 2 == 1;
        instance.servedEmphasis = draws.Uniform(0, 5);
        const LinkGroupProblem problem(instance.system);
        const auto state = instance.Begin(problem);
        Tiny tiny;
        tiny.numbers = MakeInstance(problem, state);
        for (uint32_t k = 0; k < problem.Devices(); ++k)
        {
            if (index % 3 == 0)
            {
                tiny.numbers.delivered(k) =
                    tiny.numbers.demand(k) * std::max(0.0, draws.Uniform(-0.6, 1.1));
            }
            if (index % 5 == 0 && draws.Integer(0, 3) == 0)
            {
                tiny.numbers.demand(k) = 0;
                tiny.numbers.threshold(k) = 0;
                tiny.numbers.delivered(k) = 0;
            }
        }
        double sequences = 1;
        for (const auto& gains : instance.gains)
        {
            tiny.groups.emplace_back();
            tiny.rates.emplace_back();
            for (const auto& serves : AllGroups(instance.system))
            {
                auto rates = ReferenceRates(instance.system, gains, serves);
                if (!rates.empty())
                {
                    tiny.groups.back().push_back(serves);
                    tiny.rates.back().push_back(std::move(rates));
                }
            }
            sequences *= tiny.groups.back().size();
        }
        if (sequences <= 1e5)
        {
            return tiny;
        }
    }
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

/// (17) from x, y, z and lambda, written down a second time (one-sided or literal (14a)).
class Lagrangian
{
  public:
    Lagrangian(const Tiny& tiny, const LinkGroupAdmm& admm)
        : m_tiny(tiny),
          m_numbers(tiny.numbers),
          m_admm(admm),
          y(admm.Served()),
          z(admm.Slack())
    {
    }

    double Value(const Eigen::ArrayXd& bits, const Eigen::ArrayXd& share) const
    {
        double sum = 0;
        double left = 0;
        for (uint32_t k = 0; k < m_numbers.Devices(); ++k)
        {
            const double missing = Missing(k);
            const bool open = m_numbers.threshold(k) - m_numbers.delivered(k) > 1e-9;
            left += open ? 1 - (missing > 0 ? y(k) : 0.0) : 0.0;
            double gap = m_numbers.demand(k) - m_numbers.delivered(k) - bits(k);
            gap = m_numbers.literalObjective ? gap : std::max(0.0, gap);
            const double residual = z(k) - missing * y(k) + share(k);
            sum += m_numbers.weight(k) * gap * gap + m_admm.Prices()(k) * residual +
                   0.5 * m_admm.Rho() * residual * residual;
        }
        return sum + m_numbers.servedWeight * left * left;
    }

    /// D'_k - b_k; 0 if met, or out of reach even with the best group for k in every slot.
    double Missing(uint32_t k) const
    {
        const double missing = std::max(0.0, m_numbers.threshold(k) - m_numbers.delivered(k));
        double most = 0;
        for (std::size_t t = 0; t < m_tiny.groups.size(); ++t)
        {
            double best = 0;
            for (std::size_t g = 0; g < m_tiny.groups[t].size(); ++g)
            {
                const auto& serves = m_tiny.groups[t][g];
                const auto n = std::find(serves.begin(), serves.end(), int32_t(k)) - serves.begin();
                best = std::max(best, n < int64_t(serves.size()) ? m_tiny.rates[t][g][n] : 0.0);
            }
            most += best;
        }
        return most >= missing ? missing : 0.0;
    }

    /// What a link counts in (14a) and towards the threshold.
    std::pair<double, double> Counts(uint32_t k, double rate) const
    {
        const double gap = std::max(0.0, m_numbers.demand(k) - m_numbers.delivered(k));
        return {m_numbers.literalObjective ? rate : std::min(rate, gap),
                std::min(rate, Missing(k))};
    }

  private:
    const Tiny& m_tiny;
    const LinkGroupInstance& m_numbers;
    const LinkGroupAdmm& m_admm;

  public:
    Eigen::ArrayXd y;
    Eigen::ArrayXd z;
};

/// Solutions of (18), (19) and (20): no step towards any group, no other y and no other z lowers
/// (17). Expected: (17) itself, at such steps.
class AdmmBlocksTest : public LinkGroupTestCase
{
  public:
    AdmmBlocksTest()
        : LinkGroupTestCase("each block of ADMM minimises the augmented Lagrangian")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(8);
        for (uint32_t i = 0; i < 40; ++i)
        {
            const auto tiny = DrawTiny(draws, i);
            const LinkGroupOffers offers(tiny.numbers);
            LinkGroupAdmm::Options options;
            options.rho = std::pow(10, draws.Uniform(-1, 1.5));
            options.tolerance = 1e-7;
            LinkGroupAdmm admm(offers, options);
            for (uint32_t j = draws.Integer(0, 5); j > 0; --j)
            {
                admm.Iterate();
            }
            const uint32_t slot = draws.Integer(0, tiny.numbers.Slots() - 1);
            admm.SolveSlot(slot);
            CheckSlot(tiny, admm, slot);
            admm.SolveServed();
            CheckServed(draws, tiny, admm);
            admm.SolveSlack();
            CheckSlack(draws, tiny, admm);
        }
    }

    /// What x brings, from the weights of its groups.
    void Bring(const Tiny& tiny,
               const LinkGroupAdmm& admm,
               Eigen::ArrayXd& bits,
               Eigen::ArrayXd& share,
               uint32_t only = UINT32_MAX)
    {
        const LinkGroupOffers offers(tiny.numbers);
        const Lagrangian lagrangian(tiny, admm);
        bits = share = Eigen::ArrayXd::Zero(tiny.numbers.Devices());
        for (uint32_t t = 0; t < tiny.numbers.Slots(); ++t)
        {
            for (const auto& [choice, weight] : admm.Columns()[t])
            {
                const auto serves = ToServes(offers.ToGroup(choice));
                const auto g = std::find(tiny.groups[t].begin(), tiny.groups[t].end(), serves) -
                               tiny.groups[t].begin();
                if (only == UINT32_MAX || only == t)
                {
                    Add(lagrangian, serves, tiny.rates[t][g], weight, bits, share);
                }
            }
        }
    }

    void Add(const Lagrangian& lagrangian,
             const Serves& serves,
             const std::vector<double>& rates,
             double weight,
             Eigen::ArrayXd& bits,
             Eigen::ArrayXd& share)
    {
        for (std::size_t n = 0; n < serves.size(); ++n)
        {
            if (serves[n] >= 0)
            {
                const auto [b, s] = lagrangian.Counts(serves[n], rates[n]);
                bits(serves[n]) += weight * b;
                share(serves[n]) += weight * s;
            }
        }
    }

    void CheckSlot(const Tiny& tiny, const LinkGroupAdmm& admm, uint32_t slot)
    {
        const Lagrangian lagrangian(tiny, admm);
        Eigen::ArrayXd bits;
        Eigen::ArrayXd share;
        Eigen::ArrayXd own;
        Eigen::ArrayXd ownShare;
        Bring(tiny, admm, bits, share);
        Bring(tiny, admm, own, ownShare, slot);
        const double value = lagrangian.Value(bits, share);
        const double scale = tiny.numbers.IdleObjective();
        for (std::size_t g = 0; g < tiny.groups[slot].size(); ++g)
        {
            Eigen::ArrayXd there = bits - own;
            Eigen::ArrayXd thereShare = share - ownShare;
            Add(lagrangian, tiny.groups[slot][g], tiny.rates[slot][g], 1, there, thereShare);
            const double step = 1e-4;
            const double moved = lagrangian.Value((1 - step) * bits + step * there,
                                                  (1 - step) * share + step * thereShare);
            ExpectTrue(moved >= value - step * 1.1e-7 * scale - 1e-12 * scale,
                       "a step towards a group lowers (17) in slot " + std::to_string(slot));
        }
    }

    void CheckServed(Draws& draws, const Tiny& tiny, const LinkGroupAdmm& admm)
    {
        Lagrangian lagrangian(tiny, admm);
        Eigen::ArrayXd bits;
        Eigen::ArrayXd share;
        Bring(tiny, admm, bits, share);
        const double value = lagrangian.Value(bits, share);
        const auto best = lagrangian.y;
        for (uint32_t i = 0; i < 100; ++i)
        {
            for (uint32_t k = 0; k < tiny.numbers.Devices(); ++k)
            {
                const double step = std::pow(10, draws.Uniform(-5, 0));
                lagrangian.y(k) = std::clamp(best(k) + step * draws.Uniform(-1, 1), 0.0, 1.0);
            }
            ExpectTrue(lagrangian.Value(bits, share) >= value - 1e-9 * std::abs(value),
                       "another y lowers (17)");
        }
    }

    void CheckSlack(Draws& draws, const Tiny& tiny, const LinkGroupAdmm& admm)
    {
        Lagrangian lagrangian(tiny, admm);
        Eigen::ArrayXd bits;
        Eigen::ArrayXd share;
        Bring(tiny, admm, bits, share);
        const double value = lagrangian.Value(bits, share);
        const auto best = lagrangian.z;
        for (uint32_t i = 0; i < 100; ++i)
        {
            for (uint32_t k = 0; k < tiny.numbers.Devices(); ++k)
            {
                lagrangian.z(k) =
                    std::min(0.0,
                             best(k) + std::pow(10, draws.Uniform(-4, 2)) * draws.Uniform(-1, 1));
            }
            ExpectTrue(lagrangian.Value(bits, share) >= value - 1e-9 * std::abs(value),
                       "another z lowers (17)");
        }
    }
};

/// ADMM's relaxed value is never below a certified lower bound on the relaxation, comes close to
/// it, and its rounded plan is valid. Expected: the dual function, which needs no convergence.
class AdmmValueTest : public LinkGroupTestCase
{
  public:
    AdmmValueTest()
        : LinkGroupTestCase("ADMM's relaxed value is above the certified bound, and close to it")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(9);
        double gaps = 0;
        for (uint32_t i = 0; i < 40; ++i)
        {
            const auto tiny = DrawTiny(draws, i);
            const LinkGroupOffers offers(tiny.numbers);
            LinkGroupAdmm::Options options;
            options.parallel = i % 4 == 3;
            LinkGroupAdmm admm(offers, options);
            admm.Relax();
            LinkGroupDual dual(offers);
            dual.SetContinuous(true);
            LinkGroupRelaxation relaxation(offers);
            double bound = dual.Evaluate(relaxation.Prices());
            for (uint32_t step = 0; step < 100; ++step)
            {
                relaxation.Step();
                bound = std::max(bound, dual.Evaluate(relaxation.Prices()));
            }
            const double idle = tiny.numbers.IdleObjective() + 1e-9;
            ExpectTrue(admm.RelaxedValue() >= bound - 1e-9 * idle, "relaxed value above the bound");
            gaps += options.parallel ? 0.0 : (admm.RelaxedValue() - bound) / idle / 30;
            const auto plan = LinkGroupDescent(offers).ToPlan(admm.Round());
            NS_TEST_EXPECT_MSG_EQ(tiny.numbers.Refusal(plan), "", "the rounded plan");
        }
        ExpectTrue(gaps < 0.02, "mean distance to the bound " + std::to_string(gaps) + " of idle");
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
            ExpectNear(Play(instance, exact), exact->GetValue(), 1e-6, "branch and bound");
            ExpectNear(Play(instance, admm), admm->GetValue(), 1e-6, "ADMM");
            ExpectNear(Play(instance, descended), descended->GetValue(), 1e-6, "ADMM, descent");
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

class LinkGroupExactTestSuite : public TestSuite
{
  public:
    LinkGroupExactTestSuite()
        : TestSuite("sterna-link-group-exact", TestSuite::Type::UNIT)
    {
        AddTestCase(new OptimumTest);
        AddTestCase(new RelaxedSolutionTest);
        AddTestCase(new LimitsTest);
        AddTestCase(new AdmmBlocksTest);
        AddTestCase(new AdmmValueTest);
        AddTestCase(new DeciderTest);
    }
};

LinkGroupExactTestSuite g_linkGroupExactTestSuite;

} // namespace

} // namespace tests
} // namespace sterna
} // namespace ns3
