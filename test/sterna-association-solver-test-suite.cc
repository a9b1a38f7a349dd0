/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-tests.h"

#include "ns3/sterna-association-bound.h"
#include "ns3/sterna-association-experiment.h"
#include "ns3/sterna-association-flow.h"
#include "ns3/sterna-association-rules.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// Every valid decision of a slice, by trying everything.
void
AllDecisions(const AssociationState& state,
             uint32_t channels,
             std::size_t chooser,
             AssociationDecision& decision,
             std::vector<AssociationDecision>& all)
{
    const auto& satellites = state.Slice().Satellites();
    if (chooser == satellites.size())
    {
        all.push_back(decision);
        return;
    }
    AllDecisions(state, channels, chooser + 1, decision, all);
    for (const auto& contact : state.Slice().Contacts())
    {
        for (uint32_t m = 0; m < channels && contact.satellite == satellites[chooser]; ++m)
        {
            decision.push_back({contact.satellite, contact.station, m});
            if (!HasConflict(decision))
            {
                AllDecisions(state, channels, chooser + 1, decision, all);
            }
            decision.pop_back();
        }
    }
}

/// The best utility from a state to the end of its plan.
double
BestUtility(const AssociationProblem& problem, const AssociationState& state)
{
    if (state.slice == state.plan->size())
    {
        return 0;
    }
    AssociationDecision none;
    std::vector<AssociationDecision> all;
    AllDecisions(state, problem.System().channels, 0, none, all);
    double best = -1e300;
    for (const auto& decision : all)
    {
        AssociationTable table(problem, state, AssociationTable::Knowledge::ACTUAL);
        for (const auto& grant : decision)
        {
            table.Add(grant);
        }
        auto next = state;
        const double now = problem.Account(next, decision, table.Settle());
        best = std::max(best, now + BestUtility(problem, next));
    }
    return best;
}

class BestAssociationTest : public AssociationTestCase
{
  public:
    BestAssociationTest()
        : AssociationTestCase("the flow finds the association of largest weight")
    {
    }

  private:
    /// By trying everything, satellite after satellite.
    static double Best(const AssociationSlice& slice,
                       const Eigen::ArrayXd& weights,
                       std::size_t chooser,
                       std::vector<uint32_t>& free)
    {
        if (chooser == slice.Satellites().size())
        {
            return 0;
        }
        double best = Best(slice, weights, chooser + 1, free);
        for (std::size_t c = 0; c < slice.Contacts().size(); ++c)
        {
            const auto& contact = slice.Contacts()[c];
            if (contact.satellite == slice.Satellites()[chooser] && free[contact.station] > 0)
            {
                --free[contact.station];
                best = std::max(best, weights(c) + Best(slice, weights, chooser + 1, free));
                ++free[contact.station];
            }
        }
        return best;
    }

    void DoRun() override
    {
        Draws draws(21);
        for (int k = 0; k < 300; ++k)
        {
            const auto draw = DrawSizes(draws);
            const AssociationSlice slice(DrawContacts(draws, draw));
            Eigen::ArrayXd weights(slice.Contacts().size());
            for (double& weight : weights)
            {
                weight = draws.Integer(0, 5) == 0 ? 0 : draws.Uniform(-1, 3);
            }
            const auto chosen = BestAssociation(slice, weights, draw.stations, draw.channels);
            std::map<uint32_t, uint32_t> satellites;
            std::map<uint32_t, uint32_t> stations;
            double value = 0;
            for (const auto c : chosen)
            {
                value += weights(c);
                ExpectTrue(weights(c) > 0, "nothing worthless");
                ExpectTrue(++satellites[slice.Contacts()[c].satellite] == 1, "one each");
                ExpectTrue(++stations[slice.Contacts()[c].station] <= draw.channels, "channels");
            }
            std::vector<uint32_t> free(draw.stations + 1, draw.channels);
            ExpectNear(value, Best(slice, weights, 0, free), 1e-9, "largest weight");
            ExpectTrue(std::is_sorted(chosen.begin(), chosen.end()), "ascending");
        }
    }
};

class BoundTest : public AssociationTestCase
{
  public:
    BoundTest()
        : AssociationTestCase("no sequence of decisions is better than the bound")
    {
    }

  private:
    /// What the bound leaves to the best sequence, in units.
    double Gap(Draws& draws, const AssociationDraw& draw)
    {
        auto instance = DrawAssociation(draws, draw);
        const auto bound = AssociationBound().Solve(instance.problem,
                                                    instance.state,
                                                    AssociationBound::Knowledge::ACTUAL);
        const double best = BestUtility(instance.problem, instance.state);
        ExpectTrue(bound.value >= best - 1e-9, "above the best");
        ExpectTrue((bound.storagePrice >= 0).all(), "prices of storage");
        ExpectTrue((bound.stockPrice >= 0).all(), "prices of stock");
        ExpectNear(AssociationBound().Solve(instance.problem, *instance.state.plan).value,
                   bound.value,
                   0,
                   "from the beginning of the plan");
        m_best += best;
        return bound.value - best;
    }

    /// The gap of all instances together, as a share of what is best.
    void ExpectGap(const AssociationDraw& draw,
                   uint32_t instances,
                   double most,
                   const std::string& what)
    {
        Draws draws(31);
        m_best = 0;
        double gap = 0;
        for (uint32_t k = 0; k < instances; ++k)
        {
            gap += Gap(draws, draw);
        }
        NS_TEST_EXPECT_MSG_LT(gap / m_best, most, what);
    }

    void DoRun() override
    {
        AssociationDraw draw;
        draw.satellites = 3;
        draw.isolation = 0;
        draw.mostCapacity = 40;
        draw.mostStock = 30;
        draw.mostCost = 4;
        ExpectGap(draw, 100, 0.015, "nothing binds");
        draw.mostStock = 3;
        ExpectGap(draw, 100, 0.12, "stocks bind");
        draw.mostStock = 30;
        draw.mostCapacity = 4;
        draw.mostCost = 0.5; // storage is cheap, and full
        ExpectGap(draw, 100, 0.03, "capacities bind");
        draw.mostCapacity = 10;
        draw.mostCost = 40;
        ExpectGap(draw, 100, 0.03, "many offers are not worth it");
        draw.isolation = 1;
        draw.mostCost = 8;
        ExpectGap(draw, 100, 0.05, "interference, of which the bound knows nothing");
        draw.slices = 3;
        draw.share = 0.4;
        draw.mostStock = 6;
        ExpectGap(draw, 10, 0.03, "three slices, and everything binds");
    }

    double m_best{0};
};

class RandomTest : public AssociationTestCase
{
  public:
    RandomTest()
        : AssociationTestCase("Random takes every free pair equally often (chi-squared)")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationProblem problem(MakeAssociationSystem(2, 3, {9, 9}));
        const auto state = BeginPlan(problem,
                                     {{MakeContact(0, 1, 9),
                                       MakeContact(0, 2, 1),
                                       MakeContact(1, 1, 1),
                                       MakeContact(1, 2, 9)}});
        const auto random = CreateObject<AssociationRandom>();
        random->AssignStreams(5);
        constexpr int draws = 9000;
        std::map<std::vector<uint32_t>, double> counts;
        for (int k = 0; k < draws; ++k)
        {
            const auto decision = random->Decide(problem, state);
            NS_TEST_ASSERT_MSG_EQ(decision.size(), 2, "both find a place");
            ++counts[{decision[0].station,
                      decision[0].channel,
                      decision[1].station,
                      decision[1].channel}];
        }
        NS_TEST_ASSERT_MSG_EQ(counts.size(), 30, "six pairs for the first, five for the second");
        double chiSquared = 0;
        for (const auto& [pairs, count] : counts)
        {
            chiSquared += std::pow(count - draws / 30.0, 2) / (draws / 30.0);
        }
        ExpectTrue(chiSquared < 58.3, "99.9 % of chi-squared with 29 degrees of freedom");
        ExpectTrue(chiSquared > 11.7, "not evener than chance: 0.1 %");
    }
};

class GreedyTest : public AssociationTestCase
{
  public:
    GreedyTest()
        : AssociationTestCase("the greedy rules on cases worked by hand")
    {
    }

  private:
    template <typename Rule>
    void ExpectChoices(const AssociationProblem& problem,
                       const AssociationState& state,
                       const AssociationDecision& expected,
                       const std::string& what)
    {
        const auto decision = CreateObject<Rule>()->Decide(problem, state);
        ExpectTrue(decision == expected, what);
    }

    /// One satellite, 4 units at BS1 and 3 at BS2.
    void OneSatellite()
    {
        const AssociationProblem problem(MakeAssociationSystem(1, 2, {30, 30}));
        auto state = BeginPlan(problem, {{MakeContact(0, 1, 15), MakeContact(0, 2, 7)}});
        ExpectChoices<AssociationGreedy>(problem, state, {{0, 1, 0}}, "most data");
        ExpectChoices<AssociationGreedyUtility>(problem, state, {{0, 1, 0}}, "most utility");
        // xi kappa = 3: at C = 6 the last of 4 units costs 1.5; 2.8 + 3 ln(1/3) = -0.5.
        // At C = 30 it is 2.1 + 3 ln(0.9) = 1.8.
        state.capacity(0) = 6 * ASSOCIATION_UNIT;
        ExpectChoices<AssociationGreedy>(problem, state, {{0, 1, 0}}, "whatever it costs");
        ExpectChoices<AssociationGreedyUtility>(problem, state, {{0, 2, 0}}, "cheaper");
        state.capacity(1) = 4 * ASSOCIATION_UNIT; // 2.1 + 3 ln(1/4) = -2.1
        ExpectChoices<AssociationGreedyUtility>(problem, state, {}, "nothing is worth it");
        // 0.9 units of room: less than at BS2
        state.capacity(0) = ASSOCIATION_UNIT;
        ExpectChoices<AssociationGreedy>(problem, state, {{0, 2, 0}}, "next best when full");
        state.capacity(1) = ASSOCIATION_UNIT;
        ExpectChoices<AssociationGreedy>(problem, state, {{0, 1, 0}}, "a tie: the first");
    }

    /// Stations with one channel: who comes first has it, who comes next goes elsewhere or nowhere.
    void FullChannels()
    {
        const AssociationProblem problem(MakeAssociationSystem(3, 1, {30, 30}));
        const auto state = BeginPlan(problem,
                                     {{MakeContact(0, 1, 7),
                                       MakeContact(1, 1, 15),
                                       MakeContact(1, 2, 1),
                                       MakeContact(2, 1, 15)}});
        ExpectChoices<AssociationGreedy>(problem, state, {{0, 1, 0}, {1, 2, 0}}, "no channel left");
    }

    /// Satellite 1 has an SNR of 14 everywhere; BS2 hears satellite 0 on channel 0.
    void Interference()
    {
        const AssociationProblem problem(MakeAssociationSystem(2, 2, {90, 90}));
        const auto state = BeginPlan(problem,
                                     {{MakeContact(0, 1, 15),
                                       MakeContact(0, 2, 1),
                                       MakeContact(1, 1, 14),
                                       MakeContact(1, 2, 14)}});
        const AssociationDecision apart{{0, 1, 0}, {1, 1, 1}};
        // 14 at BS1 on channel 1, 14 / (1 + 1) at BS2 on channel 0, 14 there on channel 1: of the
        // two equal ones the first is taken.
        ExpectChoices<AssociationGreedy>(problem, state, apart, "the clean channel");
    }

    /// Who only looks at its own data takes the disturbing channel when it is a little better.
    void Selfishness()
    {
        const AssociationProblem problem(MakeAssociationSystem(3, 2, {90, 90}));
        // Satellites 0 and 1 have BS1, which hears satellite 2 with 10. BS2 hears satellite 0 only,
        // faintly.
        const auto state = BeginPlan(problem,
                                     {{MakeContact(0, 1, 15),
                                       MakeContact(0, 2, 0.01),
                                       MakeContact(1, 1, 1),
                                       MakeContact(2, 1, 10),
                                       MakeContact(2, 2, 15)}});
        // Channel 1 is cleaner for satellite 2, and costs satellite 1 only 1 - log2(1 + 1/11) units.
        ExpectChoices<AssociationGreedy>(problem,
                                         state,
                                         {{0, 1, 0}, {1, 1, 1}, {2, 2, 1}},
                                         "clean");
        const auto other = BeginPlan(problem,
                                     {{MakeContact(0, 1, 15),
                                       MakeContact(1, 1, 1),
                                       MakeContact(1, 2, 0.01),
                                       MakeContact(2, 1, 10),
                                       MakeContact(2, 2, 15)}});
        // Now channel 0 is cleaner for it by 0.01, but costs satellite 0 2.8 units.
        ExpectChoices<AssociationGreedy>(problem,
                                         other,
                                         {{0, 1, 0}, {1, 1, 1}, {2, 2, 0}},
                                         "selfish");
        ExpectChoices<AssociationGreedyUtility>(problem,
                                                other,
                                                {{0, 1, 0}, {1, 1, 1}, {2, 2, 1}},
                                                "considerate");
    }

    void DoRun() override
    {
        OneSatellite();
        FullChannels();
        Interference();
        Selfishness();
    }
};

class ValidDecisionsTest : public AssociationTestCase
{
  public:
    ValidDecisionsTest()
        : AssociationTestCase("no decider ever gives one channel to two satellites")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(41);
        const std::vector<Ptr<AssociationDecider>> deciders{
            CreateObject<AssociationRandom>(),
            CreateObject<AssociationGreedy>(),
            CreateObject<AssociationGreedyUtility>(),
        };
        for (int k = 0; k < 1000; ++k)
        {
            auto draw = DrawSizes(draws);
            draw.satellites = draws.Integer(1, 12);
            draw.slices = 3;
            const auto instance = DrawAssociation(draws, draw);
            for (const auto& decider : deciders)
            {
                auto state = instance.state;
                decider->BeginCycle(instance.problem, state);
                while (state.slice < draw.slices)
                {
                    const auto decision = decider->Decide(instance.problem, state);
                    ExpectTrue(!HasConflict(decision), "conflict");
                    ExpectTrue(instance.problem.Refusal(state, decision).empty(), "valid");
                    AssociationTable table(instance.problem, state);
                    for (const auto& grant : decision)
                    {
                        table.Add(grant);
                    }
                    instance.problem.Account(state, decision, table.Settle());
                }
            }
        }
    }
};

/**
 * The scenario in which the paper's regime was found: figures of an independent prototype, written
 * in another language with its own orbits, contacts and rates.
 */
class CalibrationTest : public AssociationTestCase
{
  public:
    CalibrationTest()
        : AssociationTestCase("the calibrated scenario scores as an independent prototype's")
    {
    }

  private:
    template <typename Rule>
    AssociationEpisode Run(const AssociationExperiment& experiment)
    {
        return RunAssociation(
                   experiment,
                   "",
                   [] { return CreateObject<Rule>(); },
                   {},
                   [](uint32_t) {})
            .episodes.front();
    }

    void DoRun() override
    {
        AssociationExperiment experiment;
        experiment.setting.epoch_s = 0;
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.runs = 1;
        const double bound = BoundEpisodes(experiment).front();
        const auto greedy = Run<AssociationGreedy>(experiment);
        const auto considerate = Run<AssociationGreedyUtility>(experiment);
        ExpectNear(bound, 84.69, 0.05, "certified bound");
        ExpectNear(greedy.utility, 75.2, 0.1, "Greedy");
        const std::vector<double> left{94, 130, 153, 186, 198};
        for (std::size_t j = 0; j < 5; ++j)
        {
            ExpectNear(greedy.capacity[j], left[j], 0.6, "left at BS" + std::to_string(j + 1));
        }
        NS_TEST_EXPECT_MSG_EQ(greedy.choices, 142, "real choices");
        ExpectTrue(considerate.utility > greedy.utility && considerate.utility < bound,
                   "GreedyUtility is between the two");
        experiment.runs = 40; // the same orbits, other draws
        const auto random = RunAssociation(
            experiment,
            "",
            [] { return CreateObject<AssociationRandom>(); },
            {},
            [](uint32_t) {});
        ExpectNear(random.Mean([](const auto& episode) { return episode.utility; }),
                   49.4,
                   2.5,
                   "Random, mean of 40 draws");
    }
};

/// Satellite association decided without learning.
class AssociationSolverTestSuite : public TestSuite
{
  public:
    AssociationSolverTestSuite()
        : TestSuite("sterna-association-solver", TestSuite::Type::UNIT)
    {
        AddTestCase(new BestAssociationTest);
        AddTestCase(new BoundTest);
        AddTestCase(new RandomTest);
        AddTestCase(new GreedyTest);
        AddTestCase(new ValidDecisionsTest);
        AddTestCase(new CalibrationTest);
    }
};

AssociationSolverTestSuite g_associationSolverTestSuite;

} // namespace
} // namespace tests
} // namespace sterna
} // namespace ns3
