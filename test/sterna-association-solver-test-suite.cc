/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-solver-tests.h"

#include "ns3/sterna-association-bound.h"
#include "ns3/sterna-association-matching.h"
#include "ns3/sterna-association-priced.h"
#include "ns3/sterna-association-rules.h"
#include "ns3/sterna-association-search.h"

#include <algorithm>
#include <functional>

/**
 * \file
 * \ingroup sterna
 * The suite sterna-association-solver: rules, matchings and the bound of satellite association,
 * each refereed by trying everything that random tiny problems allow.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

std::vector<Ptr<AssociationDecider>>
AllDeciders()
{
    const auto random = CreateObject<AssociationRandom>();
    random->AssignStreams(1);
    return {random,
            CreateObject<AssociationGreedy>(),
            CreateObject<AssociationGreedyUtility>(),
            CreateObject<AssociationMyopicMatching>(),
            CreateObject<AssociationPricedMatching>()};
}

double
EstimatedUtility(const AssociationProblem& problem,
                 const AssociationState& state,
                 const AssociationDecision& decision)
{
    return TableOf(problem, state, decision).TotalUtility();
}

/// More satellites than channels, now and then: no decider ever breaks a rule.
class AssociationRulesKeptTest : public LinkGroupTestCase
{
  public:
    AssociationRulesKeptTest()
        : LinkGroupTestCase("never two satellites on a channel, whoever decides")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(1);
        const auto deciders = AllDeciders();
        for (uint32_t i = 0; i < 300; ++i)
        {
            const uint32_t satellites = draws.Integer(1, 12);
            const uint32_t stations = draws.Integer(1, 4);
            const AssociationShortage shortage{i % 2 > 0, i % 3 > 0, i % 5 > 0};
            const AssociationProblem problem(
                DrawAssociationSystem(draws, satellites, stations, draws.Integer(1, 3), shortage));
            const auto plan =
                DrawAssociationPlan(draws, satellites, stations, 3, draws.Uniform(0, 1));
            for (const auto& decider : deciders)
            {
                auto state = problem.Begin(plan);
                decider->BeginCycle(problem, state);
                while (state.slice < plan->size())
                {
                    const auto decision = decider->Decide(problem, state);
                    NS_TEST_EXPECT_MSG_EQ(problem.Refusal(state, decision),
                                          "",
                                          decider->GetInstanceTypeId());
                    PlaySlice(problem, state, decision);
                }
            }
        }
    }
};

/// Random draws uniformly from what is free. Of two satellites that see two stations with three
/// channels each, the first has six options and the second the other five. Expected: chi-squared of
/// 6000 draws below the 99.9 % quantiles, 20.5 for the first one's options (5 degrees of freedom)
/// and 58.3 for the 30 pairs of options (29).
class AssociationRandomTest : public LinkGroupTestCase
{
  public:
    AssociationRandomTest()
        : LinkGroupTestCase("Random draws uniformly from what is free")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationProblem problem(MakeAssociationSystem(2, 3, {100e9, 100e9}));
        const auto state = problem.Begin(std::make_shared<const AssociationPlan>(
            AssociationPlan{AssociationSlice({MakeContact(0, 1, 1),
                                              MakeContact(0, 2, 9),
                                              MakeContact(1, 1, 3),
                                              MakeContact(1, 2, 2)})}));
        const auto random = CreateObject<AssociationRandom>();
        NS_TEST_EXPECT_MSG_EQ(random->AssignStreams(7), 1, "one stream");
        Eigen::ArrayXd first = Eigen::ArrayXd::Zero(6);
        Eigen::ArrayXd pairs = Eigen::ArrayXd::Zero(36);
        for (uint32_t i = 0; i < 6000; ++i)
        {
            const auto decision = random->Decide(problem, state);
            NS_TEST_ASSERT_MSG_EQ(decision.size(), 2, "both have a place");
            const auto option = [](const AssociationGrant& grant) {
                return 3 * (grant.station - 1) + grant.channel;
            };
            ++first(option(decision[0]));
            ++pairs(6 * option(decision[0]) + option(decision[1]));
        }
        ExpectTrue(((first - 1000).square() / 1000).sum() < 20.5, "the first one's options");
        double chiSquared = 0;
        for (uint32_t p = 0; p < 36; ++p)
        {
            const double expected = p % 7 > 0 ? 200 : 0; // nobody takes what is taken
            chiSquared += expected > 0 ? std::pow(pairs(p) - expected, 2) / expected : pairs(p);
        }
        ExpectTrue(chiSquared < 58.3, "both options");
        ExpectReproducible(problem, state);
    }

    void ExpectReproducible(const AssociationProblem& problem, const AssociationState& state)
    {
        const auto one = CreateObject<AssociationRandom>();
        const auto other = CreateObject<AssociationRandom>();
        one->AssignStreams(3);
        other->AssignStreams(3);
        for (uint32_t i = 0; i < 20; ++i)
        {
            ExpectTrue(one->Decide(problem, state) == other->Decide(problem, state), "stream 3");
        }
    }
};

/// Greedy by hand: most data at the station that it sees best, the next best when that is full,
/// at any cost; another channel where it would be disturbed. Greedy by utility refuses what costs
/// more than it is worth.
class AssociationGreedyTest : public LinkGroupTestCase
{
  public:
    AssociationGreedyTest()
        : LinkGroupTestCase("greedy takes the most data, greedy by utility the most utility")
    {
    }

  private:
    void DoRun() override
    {
        const auto plan = std::make_shared<const AssociationPlan>(
            AssociationPlan{AssociationSlice({MakeContact(0, 1, 10),
                                              MakeContact(0, 2, 9),
                                              MakeContact(1, 1, 12),
                                              MakeContact(1, 2, 3)})});
        // One channel: the second finds station 1 full, and both disturb each other.
        ExpectGreedy(plan, 1, 0, 0, {{0, 1, 0}, {1, 2, 0}}, {{0, 1, 0}, {1, 2, 0}});
        // Two channels: both at station 1, the first channel of equals.
        ExpectGreedy(plan, 2, 1, 0, {{0, 1, 0}, {1, 1, 1}}, {{0, 1, 0}, {1, 1, 1}});
        // Storing 3.46 Gbit costs 0.3 x 1000 ln(100 / 96.5) = 10.6, and is worth 2.4.
        ExpectGreedy(plan, 2, 1, 1000, {{0, 1, 0}, {1, 1, 1}}, {});
        // With all interference let in, a second on the same channel earns log2(1 + 3 / 10) Gbit
        // and takes log2(11) - log2(1 + 10 / 13) from the first.
        ExpectGreedy(plan, 1, 1, 0, {{0, 1, 0}, {1, 2, 0}}, {{0, 1, 0}});
    }

    void ExpectGreedy(std::shared_ptr<const AssociationPlan> plan,
                      uint32_t channels,
                      double isolation,
                      double storageCost,
                      const AssociationDecision& byVolume,
                      const AssociationDecision& byUtility)
    {
        auto system = MakeAssociationSystem(2, channels, {100e9, 100e9});
        system.isolation = isolation;
        system.storageCost = storageCost;
        const AssociationProblem problem(system);
        const auto state = problem.Begin(plan);
        ExpectTrue(CreateObject<AssociationGreedy>()->Decide(problem, state) == byVolume,
                   "by volume");
        ExpectTrue(CreateObject<AssociationGreedyUtility>()->Decide(problem, state) == byUtility,
                   "by utility");
    }
};

/// Matchings against all pairings, with random weights, some of them negative.
class MaximumWeightMatchingTest : public LinkGroupTestCase
{
  public:
    MaximumWeightMatchingTest()
        : LinkGroupTestCase("the matching is the best of all pairings")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(4);
        uint32_t contested = 0;
        for (uint32_t i = 0; i < 500; ++i)
        {
            const uint32_t stations = draws.Integer(1, 3);
            const uint32_t channels = draws.Integer(1, 2);
            const auto slice = DrawAssociationSlice(draws, draws.Integer(1, 7), stations, 0.7);
            std::vector<double> weights;
            for (std::size_t c = 0; c < slice.Contacts().size(); ++c)
            {
                weights.push_back(i % 9 == 0 ? draws.Integer(0, 2) : draws.Uniform(-0.3, 1));
            }
            const auto pairs = MaximumWeightMatching(slice, weights, channels);
            ExpectTrue(std::is_sorted(pairs.begin(), pairs.end()), "ascending");
            double sum = 0;
            std::vector<uint32_t> satellites(7, 0);
            std::vector<uint32_t> loads(stations, 0);
            for (const std::size_t c : pairs)
            {
                sum += weights[c];
                ExpectTrue(++satellites[slice.Contacts()[c].satellite] == 1, "one a satellite");
                ExpectTrue(++loads[slice.Contacts()[c].station - 1] <= channels, "M a station");
            }
            std::vector<uint32_t> free(stations, channels);
            const double best = BestPairing(slice, weights, 0, free);
            ExpectNear(sum, best, 1e-12, "sum of weights");
            std::vector<uint32_t> unlimited(stations, 7);
            contested += best < BestPairing(slice, weights, 0, unlimited) - 1e-9;
        }
        ExpectTrue(contested > 200, "channels are scarce in many of them");
        ExpectTrue(MaximumWeightMatching(AssociationSlice(), {}, 2).empty(), "no contacts");
    }

    /// The best of all pairings of a slice's satellites from the `next` one on.
    static double BestPairing(const AssociationSlice& slice,
                              const std::vector<double>& weights,
                              std::size_t next,
                              std::vector<uint32_t>& free)
    {
        if (next == slice.Satellites().size())
        {
            return 0;
        }
        double best = BestPairing(slice, weights, next + 1, free);
        const AssociationContact* first;
        const AssociationContact* last;
        slice.Range(slice.Satellites()[next], first, last);
        for (; first != last; ++first)
        {
            if (auto& channels = free[first->station - 1]; channels > 0)
            {
                --channels;
                best = std::max(best,
                                weights[first - slice.Contacts().data()] +
                                    BestPairing(slice, weights, next + 1, free));
                ++channels;
            }
        }
        return best;
    }
};

/// A slice by itself. Without interference, and where storage is free, utility adds up over pairs
/// and the matching is the best of all decisions. With both, it is never below greedy by utility,
/// whose decision is one of those it compares, and on average within 1 % of the best.
class MyopicMatchingTest : public LinkGroupTestCase
{
  public:
    MyopicMatchingTest()
        : LinkGroupTestCase("the matching decides a slice as well as trying everything")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(5);
        double reached = 0;
        double optimum = 0;
        double greedy = 0;
        for (uint32_t i = 0; i < 150; ++i)
        {
            auto system = DrawAssociationSystem(draws, 4, 2, 2, {i % 2 > 0, i % 3 > 0, true});
            const auto plan = DrawAssociationPlan(draws, 4, 2, 1, 0.8);
            const auto [matching, best, byGreedy] = Compare(AssociationProblem(system), plan);
            reached += matching;
            optimum += best;
            greedy += byGreedy;
            ExpectTrue(matching <= best + 1e-9, "nothing is above the best of all");
            ExpectTrue(matching >= byGreedy - 1e-12, "never below greedy by utility");

            system.isolation = 0;
            system.storageCost = 0;
            system.capacity = {1e12, 1e12};
            const auto free = Compare(AssociationProblem(system), plan);
            ExpectNear(std::get<0>(free), std::get<1>(free), 1e-9, "exact if utility adds up");
        }
        NS_TEST_EXPECT_MSG_GT(reached, 0.99 * optimum, "share of the best, all together");
        ExpectTrue(greedy < 0.99 * optimum, "greedy by utility falls behind");
    }

    /// Utility of the matching's decision, of the best of all, and of greedy by utility.
    static std::tuple<double, double, double> Compare(const AssociationProblem& problem,
                                                      std::shared_ptr<const AssociationPlan> plan)
    {
        const auto state = problem.Begin(plan);
        double best = 0;
        for (const auto& decision : AllAssociations(problem, state))
        {
            best = std::max(best, EstimatedUtility(problem, state, decision));
        }
        const auto worth = [&](Ptr<AssociationDecider> decider) {
            return EstimatedUtility(problem, state, decider->Decide(problem, state));
        };
        return {worth(CreateObject<AssociationMyopicMatching>()),
                best,
                worth(CreateObject<AssociationGreedyUtility>())};
    }
};

/// The search never ends below its start, and what it colours are the pairs that it was given.
class AssociationSearchTest : public LinkGroupTestCase
{
  public:
    AssociationSearchTest()
        : LinkGroupTestCase("the search never falls behind its start")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(6);
        uint32_t improved = 0;
        for (uint32_t i = 0; i < 200; ++i)
        {
            const AssociationProblem problem(
                DrawAssociationSystem(draws, 8, 3, 3, {false, false, true}));
            const auto state = problem.Begin(DrawAssociationPlan(draws, 8, 3, 1, 0.6));
            const AssociationSearch search(problem, state, [](const AssociationTable& table) {
                return table.TotalUtility();
            });
            std::vector<double> weights(state.Slice().Contacts().size(), 1.0);
            const auto pairs = MaximumWeightMatching(state.Slice(), weights, 3);
            const auto coloured = search.Colour(pairs);
            ExpectTrue(coloured.size() == pairs.size(), "all pairs have a channel");
            for (const auto& grant : coloured)
            {
                ExpectTrue(std::any_of(pairs.begin(),
                                       pairs.end(),
                                       [&](std::size_t c) {
                                           const auto& contact = state.Slice().Contacts()[c];
                                           return contact.satellite == grant.satellite &&
                                                  contact.station == grant.station;
                                       }),
                           "the pair was given");
            }
            const auto better = search.Improve(coloured);
            NS_TEST_EXPECT_MSG_EQ(problem.Refusal(state, better), "", "valid");
            ExpectTrue(search.Worth(better) >= search.Worth(coloured), "not worse");
            improved += search.Worth(better) > search.Worth(coloured) + 1e-6;
        }
        ExpectTrue(improved > 50, "often better");
        ExpectDistinctChannels();
    }

    /// Three satellites that all see three stations get a channel each.
    void ExpectDistinctChannels()
    {
        std::vector<AssociationContact> contacts;
        for (uint32_t i = 0; i < 3; ++i)
        {
            for (uint32_t j = 1; j <= 3; ++j)
            {
                contacts.push_back(MakeContact(i, j, 10));
            }
        }
        const AssociationProblem problem(MakeAssociationSystem(3, 3, {1e12, 1e12, 1e12}));
        const auto state = problem.Begin(
            std::make_shared<const AssociationPlan>(AssociationPlan{AssociationSlice(contacts)}));
        const AssociationSearch search(problem, state, [](const AssociationTable& table) {
            return table.TotalUtility();
        });
        std::vector<uint32_t> channels;
        for (const auto& grant : search.Colour({0, 4, 8}))
        {
            channels.push_back(grant.channel);
        }
        std::sort(channels.begin(), channels.end());
        ExpectTrue(channels == std::vector<uint32_t>{0, 1, 2}, "three channels");
    }
};

/// The bound against the best of all episodes of three slices, with everything that can bind:
/// stocks, rooms, and costs that make utilities negative. Interference can only lower the best, so
/// it is off, and channels are alike. In 25 episodes of each kind together, the bound is within 3 %
/// of the best, and the best within 2 % of what the priced matching reaches.
class AssociationBoundTest : public LinkGroupTestCase
{
  public:
    AssociationBoundTest()
        : LinkGroupTestCase("no episode is above the bound")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(7);
        for (uint32_t kind = 0; kind < 4; ++kind)
        {
            double best = 0;
            double bound = 0;
            double priced = 0;
            for (uint32_t i = 0; i < 25; ++i)
            {
                const auto [one, limit, played] =
                    Compare(draws, {kind % 2 > 0, kind / 2 > 0, false});
                ExpectTrue(one <= limit * (1 + 1e-9) + 1e-9, "the bound holds");
                ExpectTrue(played <= one + 1e-9, "nothing is above the best of all");
                best += one;
                bound += limit;
                priced += played;
            }
            NS_TEST_EXPECT_MSG_GT(best, 0.97 * bound, "tight, kind " << kind);
            NS_TEST_EXPECT_MSG_GT(priced, 0.98 * best, "priced, kind " << kind);
        }
        ExpectRest();
    }

    /// The best of all episodes, the bound, and what the priced matching reached.
    static std::tuple<double, double, double> Compare(Draws& draws, AssociationShortage shortage)
    {
        const AssociationProblem problem(DrawAssociationSystem(draws, 3, 2, 2, shortage));
        const auto plan = DrawAssociationPlan(draws, 3, 2, 3, 0.8);
        AssociationBound bound;
        bound.Solve(problem, plan);
        auto state = problem.Begin(plan);
        const double best = BestEpisode(problem, state);
        auto decider = CreateObject<AssociationPricedMatching>();
        return {best, bound.Value(), PlayEpisode(problem, state, *decider)};
    }

    static double BestEpisode(const AssociationProblem& problem, const AssociationState& state)
    {
        if (state.slice == state.plan->size())
        {
            return 0;
        }
        double best = -INFINITY;
        for (const auto& decision : AllAssociations(problem, state))
        {
            if (UsesChannelsInOrder(decision))
            {
                auto next = state;
                const double now = PlaySlice(problem, next, decision);
                best = std::max(best, now + BestEpisode(problem, next));
            }
        }
        return best;
    }

    /// Of decisions that differ in channels only, one.
    static bool UsesChannelsInOrder(const AssociationDecision& decision)
    {
        std::vector<uint32_t> used(2, 0);
        return std::all_of(decision.begin(), decision.end(), [&](const auto& grant) {
            return grant.channel == used[grant.station - 1]++;
        });
    }

    /// What was earned and the bound on the slices that are left never exceed the bound on the
    /// whole, but for the gap of their searches; and nothing is left at the end.
    void ExpectRest()
    {
        Draws draws(8);
        for (uint32_t i = 0; i < 30; ++i)
        {
            const AssociationProblem problem(
                DrawAssociationSystem(draws, 6, 3, 2, {i % 2 > 0, false, true}));
            auto state = problem.Begin(DrawAssociationPlan(draws, 6, 3, 5, 0.4));
            AssociationBound bound(1e-6);
            bound.Solve(problem, state.plan);
            const double whole = bound.Value();
            const auto decider = CreateObject<AssociationMyopicMatching>();
            double earned = 0;
            while (state.slice < state.plan->size())
            {
                bound.Solve(problem, state, AssociationBound::Knowledge::ACTUAL);
                ExpectTrue(earned + bound.Value() <= whole * 1.02 + 1e-6, "past and rest");
                ExpectTrue((bound.StationPrices() >= 0).all(), "prices of storage");
                ExpectTrue((bound.SatellitePrices() >= 0).all(), "prices of stocks");
                earned += PlaySlice(problem, state, decider->Decide(problem, state));
            }
            bound.Solve(problem, state, AssociationBound::Knowledge::ACTUAL);
            ExpectNear(bound.Value(), 0, 1e-9, "nothing is left to earn");
        }
    }
};

/// Satellite association decided without learning.
class AssociationSolverTestSuite : public TestSuite
{
  public:
    AssociationSolverTestSuite()
        : TestSuite("sterna-association-solver", TestSuite::Type::UNIT)
    {
        AddTestCase(new AssociationRulesKeptTest);
        AddTestCase(new AssociationRandomTest);
        AddTestCase(new AssociationGreedyTest);
        AddTestCase(new MaximumWeightMatchingTest);
        AddTestCase(new MyopicMatchingTest);
        AddTestCase(new AssociationSearchTest);
        AddTestCase(new AssociationBoundTest);
        for (TestCase* test : MakeAssociationScenarioTests())
        {
            AddTestCase(test);
        }
    }
};

AssociationSolverTestSuite g_associationSolverTestSuite;

} // namespace
} // namespace tests
} // namespace sterna
} // namespace ns3
