/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-tests.h"

#include "ns3/double.h"
#include "ns3/sterna-link-group-exhaustive.h"
#include "ns3/sterna-link-group-rules.h"
#include "ns3/sterna-link-group-search.h"

#include <functional>
#include <set>

/**
 * \file
 * \ingroup sterna
 * The suite sterna-link-group-solver: rules, search and candidates of link-group scheduling, each
 * refereed by trying all groups of random tiny instances.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

constexpr auto STATION = GroundDevice::BASE_STATION;
constexpr auto CELLULAR = GroundDevice::CELLULAR_UE;

using Score = std::function<double(uint32_t device, double volume)>;

/// A group that meets all thresholds, and what it delivers.
struct ValidGroup
{
    Serves serves;
    std::vector<double> volumes;
};

/// Every valid group of the instance's first slot, with min(backlog, rate) per transmitter.
std::vector<ValidGroup>
ValidGroups(const Instance& instance, const LinkGroupProblem::State& state)
{
    std::vector<ValidGroup> valid;
    for (const auto& serves : AllGroups(instance.system))
    {
        auto volumes = ReferenceRates(instance.system, instance.gains[0], serves);
        if (volumes.empty())
        {
            continue;
        }
        for (std::size_t n = 0; n < serves.size(); ++n)
        {
            if (serves[n] >= 0)
            {
                const double gap = state.demand(serves[n]) - state.delivered(serves[n]);
                volumes[n] = std::min(volumes[n], std::max(0.0, gap));
            }
        }
        valid.push_back({serves, volumes});
    }
    return valid;
}

double
SumOfScores(const ValidGroup& group, const Score& score)
{
    double sum = 0;
    for (std::size_t n = 0; n < group.serves.size(); ++n)
    {
        if (group.serves[n] >= 0 && group.volumes[n] > 0)
        {
            sum += score(group.serves[n], group.volumes[n]);
        }
    }
    return sum;
}

/// The largest sum of scores over all valid groups.
double
BestByTrying(const std::vector<ValidGroup>& groups, const Score& score)
{
    double best = 0;
    for (const auto& group : groups)
    {
        best = std::max(best, SumOfScores(group, score));
    }
    return best;
}

/// The entry of `groups` that a decision names, or nullptr if the decision is not valid.
const ValidGroup*
Find(const std::vector<ValidGroup>& groups, const LinkGroup& decision)
{
    const auto serves = ToServes(decision);
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
        return group.serves == serves;
    });
    return found == groups.end() ? nullptr : &*found;
}

/// Reward of a slot: the decrease of (14a), written down a second time.
double
ReferenceReward(const LinkGroupProblem::State& state, const ValidGroup& group)
{
    const auto after = AfterGroup(state, state.delivered, group.serves, group.volumes);
    return ReferenceObjective(state, state.delivered, false) -
           ReferenceObjective(state, after, false);
}

/// Up to four transmitters, two LEOs among them, and up to six devices.
Instance
DrawTiny(Draws& draws, uint32_t leastDevices = 1)
{
    return DrawInstance(draws,
                        draws.Integer(0, 2),
                        1,
                        draws.Integer(0, 1),
                        draws.Integer(leastDevices, 6),
                        10);
}

/// LinkGroupSearch::Best() is exact for a score that adds up over links. Expected: the best of all
/// groups, on 200 random instances. Scores do not fall with the volume, as for every rule in use:
/// otherwise a link that is worth nothing could pay by disturbing another.
class SearchTest : public LinkGroupTestCase
{
  public:
    SearchTest()
        : LinkGroupTestCase("the search finds the best of all groups")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(11);
        for (uint32_t i = 0; i < 200; ++i)
        {
            const auto instance = DrawTiny(draws);
            const LinkGroupProblem problem(instance.system);
            const auto state = DrawState(draws, instance, problem);
            std::vector<std::pair<double, double>> worth;
            for (uint32_t k = 0; k < problem.Devices(); ++k)
            {
                worth.emplace_back(draws.Uniform(-20, 30), draws.Uniform(0, 1));
            }
            const Score score = [&](uint32_t k, double volume) {
                return worth[k].first + worth[k].second * volume;
            };
            const auto groups = ValidGroups(instance, state);
            const LinkGroupSearch search(problem, state, score, problem.Transmitters());
            const auto* best = Find(groups, search.Best());
            ExpectTrue(best != nullptr, "the best group is valid");
            if (best)
            {
                ExpectNear(SumOfScores(*best, score), BestByTrying(groups, score), 1e-9, "score");
            }
            ExpectComplete(problem, state, groups);
        }
        ExpectOrder();
    }

    /// With rankings deep enough for all devices, ForEach() visits every valid group once that has
    /// no link without backlog.
    void ExpectComplete(const LinkGroupProblem& problem,
                        const LinkGroupProblem::State& state,
                        const std::vector<ValidGroup>& groups)
    {
        std::set<Serves> expected;
        for (const auto& group : groups)
        {
            bool useful = true;
            for (std::size_t n = 0; n < group.serves.size(); ++n)
            {
                useful = useful && (group.serves[n] < 0 || group.volumes[n] > 0);
            }
            if (useful)
            {
                expected.insert(group.serves);
            }
        }
        std::set<Serves> visited;
        const LinkGroupSearch search(
            problem,
            state,
            [](uint32_t, double) { return 1; },
            problem.Devices());
        search.ForEach([&](const LinkGroup& group, const std::vector<double>& volumes) {
            ExpectTrue(visited.insert(ToServes(group)).second, "no group is visited twice");
            const auto* valid = Find(groups, group);
            for (std::size_t n = 0; valid && n < volumes.size(); ++n)
            {
                if (group.serves[n] >= 0)
                {
                    ExpectNear(volumes[n], valid->volumes[n], 1e-9, "volume");
                }
            }
        });
        ExpectTrue(visited == expected, "all useful groups are visited");
    }

    /// A ranking is sorted, holds `depth` links at most and, of equal ones, the first devices.
    void ExpectOrder()
    {
        const LinkGroupProblem problem(
            MakeSystem(0, 1, 0, {STATION, CELLULAR, CELLULAR, CELLULAR, CELLULAR, CELLULAR}));
        const auto state = problem.BeginCycle(Eigen::ArrayXd::Constant(6, 10),
                                              Eigen::ArrayXd::Constant(6, 0.5),
                                              1,
                                              LinkGains(Eigen::ArrayXXd::Constant(1, 6, 1e-12)));
        const std::vector<double> worth{9, 1, 3, 3, -1, 3};
        const LinkGroupSearch search(
            problem,
            state,
            [&](uint32_t k, double) { return worth[k]; },
            3);
        std::vector<int32_t> order;
        for (const auto& link : search.Ranking(0, 1))
        {
            order.push_back(link.device);
        }
        ExpectTrue(order == std::vector<int32_t>{2, 3, 5},
                   "three equal links, the first ones first");
    }
};

/// Greedy against the largest one-slot reward of all groups. Their rewards are equal, by theory,
/// where completions do not couple the links: if eta_0 = 0; if no device can be completed in the
/// slot; and if there are no more devices than transmitters, so that the rankings leave none out.
/// Elsewhere Greedy may miss the best group but is never worse than the best single link.
class GreedyTest : public LinkGroupTestCase
{
  public:
    GreedyTest()
        : LinkGroupTestCase("Greedy takes the largest reward of a slot")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(12);
        for (uint32_t i = 0; i < 200; ++i)
        {
            auto weightless = DrawTiny(draws);
            weightless.servedEmphasis = 0;
            ExpectEqual(draws, weightless, "eta_0 = 0");

            auto endless = DrawTiny(draws);
            endless.demand = Eigen::ArrayXd::Constant(endless.demand.size(), 1e4);
            Expect(endless, LinkGroupProblem(endless.system), nullptr, "nothing can be completed");

            const auto few = DrawInstance(draws, 2, 1, 1, draws.Integer(1, 4), 10);
            ExpectEqual(draws, few, "as many transmitters as devices");

            const auto instance = DrawTiny(draws, 3);
            const LinkGroupProblem problem(instance.system);
            const auto state = DrawState(draws, instance, problem);
            ExpectBounds(instance, problem, state);
        }
    }

    void ExpectEqual(Draws& draws, const Instance& instance, const std::string& when)
    {
        const LinkGroupProblem problem(instance.system);
        const auto state = DrawState(draws, instance, problem);
        Expect(instance, problem, &state, when);
    }

    /// `state` is the start of the cycle if it is not given.
    void Expect(const Instance& instance,
                const LinkGroupProblem& problem,
                const LinkGroupProblem::State* given,
                const std::string& when)
    {
        const auto state = given ? *given : instance.Begin(problem);
        const auto groups = ValidGroups(instance, state);
        const auto* choice = Find(groups, CreateObject<LinkGroupGreedy>()->Decide(problem, state));
        ExpectTrue(choice != nullptr, "a valid group, " + when);
        if (choice)
        {
            const double best = Largest(state, groups, 12);
            ExpectNear(ReferenceReward(state, *choice), best, 1e-9 * (1 + best), when);
        }
    }

    void ExpectBounds(const Instance& instance,
                      const LinkGroupProblem& problem,
                      const LinkGroupProblem::State& state)
    {
        const auto groups = ValidGroups(instance, state);
        const auto* choice = Find(groups, CreateObject<LinkGroupGreedy>()->Decide(problem, state));
        ExpectTrue(choice != nullptr, "a valid group");
        if (choice)
        {
            const double reward = ReferenceReward(state, *choice);
            ExpectTrue(reward >= Largest(state, groups, 1) - 1e-9, "no single link is better");
        }
    }

    /// The largest reward of the groups with at most so many links.
    static double Largest(const LinkGroupProblem::State& state,
                          const std::vector<ValidGroup>& groups,
                          uint32_t links)
    {
        double largest = 0;
        for (const auto& group : groups)
        {
            const auto idle = std::count(group.serves.begin(), group.serves.end(), -1);
            if (group.serves.size() - idle <= links)
            {
                largest = std::max(largest, ReferenceReward(state, group));
            }
        }
        return largest;
    }
};

/// The optimum of a cycle. Expected: a plain recursion over all groups of all slots, without any
/// pruning, on 200 random instances whose channel changes from slot to slot; and the plan, played,
/// reaches it.
class ExhaustiveTest : public LinkGroupTestCase
{
  public:
    ExhaustiveTest()
        : LinkGroupTestCase("the exhaustive search finds the optimum of a cycle")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(13);
        uint32_t improved = 0;
        for (uint32_t i = 0; i < 200; ++i)
        {
            auto instance =
                DrawInstance(draws, i % 5 > 0, 1, i % 2, draws.Integer(1, 4), draws.Integer(1, 3));
            instance.servedEmphasis = draws.Uniform(0, 2);
            instance.system.literalObjective = i % 3 == 0;
            const LinkGroupProblem problem(instance.system);
            const auto now = std::make_shared<uint32_t>(0);
            auto state = instance.Begin(problem, now);
            const double optimum = BestByRecursion(instance, state);
            const auto decider = CreateObject<LinkGroupExhaustive>();
            decider->BeginCycle(problem, state);
            ExpectNear(decider->GetOptimum(), optimum, 1e-9 * optimum + 1e-9, "optimum");
            improved += optimum < 0.99 * problem.IdleObjective(state);
            for (uint32_t t = 0; t < instance.system.slotsPerCycle; ++t)
            {
                const auto group = decider->Decide(problem, state);
                NS_TEST_EXPECT_MSG_EQ(problem.Refusal(state, group), "", "the plan is valid");
                problem.Account(state, group, problem.Deliverable(state, group));
                *now = t + 1;
            }
            ExpectNear(problem.Objective(state), optimum, 1e-9 * optimum + 1e-9, "plan");
        }
        ExpectTrue(improved > 100, "most instances are worth deciding");
        ExpectLimit();
    }

    static double BestByRecursion(const Instance& instance, const LinkGroupProblem::State& state)
    {
        std::vector<std::vector<ValidGroup>> slots;
        for (const auto& gains : instance.gains)
        {
            slots.emplace_back();
            for (const auto& serves : AllGroups(instance.system))
            {
                if (auto rates = ReferenceRates(instance.system, gains, serves); !rates.empty())
                {
                    slots.back().push_back({serves, rates});
                }
            }
        }
        const std::function<double(std::size_t, const Eigen::ArrayXd&)> best =
            [&](std::size_t slot, const Eigen::ArrayXd& delivered) {
                if (slot == slots.size())
                {
                    return ReferenceObjective(state, delivered, instance.system.literalObjective);
                }
                double least = INFINITY;
                for (const auto& [serves, rates] : slots[slot])
                {
                    least = std::min(least,
                                     best(slot + 1, AfterGroup(state, delivered, serves, rates)));
                }
                return least;
            };
        return best(0, Eigen::ArrayXd::Zero(state.demand.size()));
    }

    /// Too large a cycle is refused, with its size and what to do; systems without dual-mode or
    /// cellular devices included, for their groups are counted, too.
    void ExpectLimit()
    {
        Draws draws(14);
        const auto instance = DrawInstance(draws, 1, 1, 2, 20, 10);
        const LinkGroupProblem problem(instance.system);
        ExpectRefused(
            [&] {
                CreateObject<LinkGroupExhaustive>()->BeginCycle(problem, instance.Begin(problem));
            },
            "groups in 10 slots has");
        const LinkGroupProblem plain(MakeSystem(0, 1, 0, {STATION, CELLULAR}));
        const auto state = plain.BeginCycle(Eigen::ArrayXd::Constant(2, 10),
                                            Eigen::ArrayXd::Constant(2, 0.5),
                                            1,
                                            LinkGains(Eigen::ArrayXXd::Constant(1, 2, 1e-13)));
        const auto decider = CreateObject<LinkGroupExhaustive>();
        decider->SetAttribute("MaxSequences", DoubleValue(1023)); // idle or not in 10 slots: 2^10
        ExpectRefused([&] { decider->BeginCycle(plain, state); },
                      "2 groups in 10 slots has 1024 sequences; it takes at most 1023 (attribute "
                      "MaxSequences): use fewer devices or slots.");
        decider->SetAttribute("MaxSequences", DoubleValue(1024));
        decider->BeginCycle(plain, state);
    }
};

/// Foresight for thresholds. Expected: a hand example, in which Greedy decides otherwise, and the
/// best of all groups by the rule's own score on random instances.
class ThresholdProgressTest : public LinkGroupTestCase
{
  public:
    ThresholdProgressTest()
        : LinkGroupTestCase("ThresholdProgress works towards completions that can be reached")
    {
    }

  private:
    void DoRun() override
    {
        ExpectByHand();
        Draws draws(15);
        for (uint32_t i = 0; i < 200; ++i)
        {
            auto instance = DrawTiny(draws);
            instance.servedEmphasis = i % 3;
            instance.system.slotsPerCycle = 1 + i % 5;
            const LinkGroupProblem problem(instance.system);
            const auto state = DrawState(draws, instance, problem);
            const double slotsLeft = i % 5; // the state has used one
            const double open = problem.Devices() - double(state.served);
            const Score score = [&](uint32_t k, double volume) {
                const double gap = state.demand(k) - state.delivered(k);
                const double worth = state.weight(k) * (gap * gap - std::pow(gap - volume, 2));
                const double missing = state.threshold(k) - state.delivered(k);
                if (missing <= 1e-9 || volume * slotsLeft < missing)
                {
                    return worth;
                }
                const double completion =
                    state.servedWeight * (std::pow(open, 2) - std::pow(open - 1, 2));
                return worth + completion * std::min(1.0, volume / missing);
            };
            const auto groups = ValidGroups(instance, state);
            const auto* choice =
                Find(groups, CreateObject<LinkGroupThresholdProgress>()->Decide(problem, state));
            ExpectTrue(choice != nullptr, "a valid group");
            if (choice)
            {
                const double best = BestByTrying(groups, score);
                ExpectNear(SumOfScores(*choice, score), best, 1e-9 * (1 + best), "score");
            }
        }
    }

    /// One BS and ten slots. Device 1: D = 20, D' = 10 and 5 Mbit a slot; device 2: D = 200,
    /// D' = 100 and 20 Mbit; eta_0 = emphasis x 40800 / 27, a first completion is worth 5 eta_0.
    void ExpectByHand()
    {
        // Gaps: (20^2 - 15^2) / 3 = 58 against (200^2 - 180^2) / 3 = 2533: Greedy takes device 2.
        // Emphasis 5: 58 + 37778 / 2 = 18947 against 2533 + 37778 / 5 = 10089.
        ExpectChoice(5, 0, 0, 1, 2);
        // Slot 7: three slots bring device 1 its 10 Mbit, but device 2 only 60 of 100.
        ExpectChoice(5, 7, 0, 1, 2);
        // Slot 9: one slot completes neither.
        ExpectChoice(5, 9, 0, 2, 2);
        // Emphasis 1: 58 + 7556 / 2 = 3836 against 2533 + 7556 / 5 = 4044, if it is in time.
        ExpectChoice(1, 0, 0, 2, 2);
        ExpectChoice(1, 7, 0, 1, 2);
        // 9 of 10 Mbit: the last one completes device 1 now, which Greedy sees, too.
        ExpectChoice(1, 9, 9, 1, 1);
        // Device 1 is served: 2533 against (10^2 - 5^2) / 3.
        ExpectChoice(5, 0, 10, 2, 2);
        // Completions are worth nothing.
        ExpectChoice(0, 7, 0, 2, 2);
    }

    void ExpectChoice(double emphasis,
                      uint32_t slot,
                      double deliveredToFirst,
                      int32_t byThreshold,
                      int32_t byGreedy)
    {
        const LinkGroupProblem problem(MakeSystem(0, 1, 0, {STATION, CELLULAR, CELLULAR}));
        Eigen::ArrayXXd gains = Eigen::ArrayXXd::Zero(1, 3);
        gains(0, 1) = (std::exp2(2.5) - 1) * 1e-13 / 40; // 20 MHz x 2.5 bit/s/Hz x 0.1 s
        gains(0, 2) = (std::exp2(10.0) - 1) * 1e-13 / 40;
        auto state = problem.BeginCycle(Eigen::Array3d(20, 20, 200),
                                        Eigen::Array3d::Constant(0.5),
                                        emphasis,
                                        LinkGains(gains));
        problem.Account(state, Eigen::Array3d(0, deliveredToFirst, 0));
        state.slot = slot;
        const std::string when =
            "slot " + std::to_string(slot) + ", emphasis " + std::to_string(emphasis);
        const auto rule = CreateObject<LinkGroupThresholdProgress>()->Decide(problem, state);
        NS_TEST_EXPECT_MSG_EQ(rule.serves[0], byThreshold, "ThresholdProgress, " << when);
        const auto greedy = CreateObject<LinkGroupGreedy>()->Decide(problem, state);
        NS_TEST_EXPECT_MSG_EQ(greedy.serves[0], byGreedy, "Greedy, " << when);
    }
};

/// Link-group scheduling decided without learning.
class LinkGroupSolverTestSuite : public TestSuite
{
  public:
    LinkGroupSolverTestSuite()
        : TestSuite("sterna-link-group-solver", TestSuite::Type::UNIT)
    {
        AddTestCase(new SearchTest);
        AddTestCase(new GreedyTest);
        AddTestCase(new ExhaustiveTest);
        AddTestCase(new ThresholdProgressTest);
        for (TestCase* test : MakeLinkGroupDrawTests())
        {
            AddTestCase(test);
        }
    }
};

LinkGroupSolverTestSuite g_linkGroupSolverTestSuite;

} // namespace
} // namespace tests
} // namespace sterna
} // namespace ns3
