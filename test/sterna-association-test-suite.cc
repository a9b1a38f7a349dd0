/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-tests.h"

#include <numeric>

/**
 * \file
 * \ingroup sterna
 * The suite sterna-association: plan, rules, utility, interference, settlement and accounts of
 * satellite association, against values worked by hand and against plain recomputation.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

constexpr auto ACTUAL = AssociationTable::Knowledge::ACTUAL;

std::shared_ptr<const AssociationPlan>
OneSlice(std::vector<AssociationContact> contacts)
{
    return std::make_shared<const AssociationPlan>(
        AssociationPlan{AssociationSlice(std::move(contacts))});
}

/// Contacts come sorted, are found by pair and by satellite, and a pair may be there once.
class AssociationPlanTest : public LinkGroupTestCase
{
  public:
    AssociationPlanTest()
        : LinkGroupTestCase("a slice finds its contacts")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationSlice slice(
            {MakeContact(7, 2, 1), MakeContact(3, 1, 2), MakeContact(7, 1, 3)});
        ExpectTrue(slice.Satellites() == std::vector<uint32_t>{3, 7}, "who sees a station");
        ExpectNear(slice.Find(7, 1)->snr, 3, 0, "a pair");
        ExpectTrue(!slice.Find(3, 2) && !slice.Find(5, 1), "pairs that do not meet");
        const AssociationContact* first;
        const AssociationContact* last;
        slice.Range(7, first, last);
        ExpectTrue(last - first == 2 && first->station == 1 && first[1].station == 2, "range");
        slice.Range(5, first, last);
        ExpectTrue(first == last, "nobody's range");
        ExpectTrue(AssociationSlice().Satellites().empty(), "an empty slice");
        ExpectRefused(
            [] {
                AssociationSlice({MakeContact(3, 1, 2), MakeContact(3, 1, 9)});
            },
            "Satellite 3 and station 1 have two contacts");
    }
};

/// What cannot be is refused with a sentence that names it.
class AssociationRefusalTest : public LinkGroupTestCase
{
  public:
    AssociationRefusalTest()
        : LinkGroupTestCase("decisions and systems that cannot be are refused")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationProblem problem(MakeAssociationSystem(4, 2, {5e9, 5e9}));
        const auto state = problem.Begin(OneSlice({MakeContact(0, 1, 1),
                                                   MakeContact(0, 2, 1),
                                                   MakeContact(1, 1, 1),
                                                   MakeContact(2, 2, 1)}));
        const auto refusal = [&](AssociationDecision decision) {
            return problem.Refusal(state, decision);
        };
        NS_TEST_EXPECT_MSG_EQ(refusal({{0, 1, 0}, {1, 1, 1}, {2, 2, 0}}), "", "a valid decision");
        NS_TEST_EXPECT_MSG_EQ(refusal({}), "", "nobody");
        ExpectNames(refusal({{0, 1, 2}}), "Channel 2 is none of the 2");
        ExpectNames(refusal({{2, 1, 0}}), "Satellite 2 does not see station 1 in slice 0");
        ExpectNames(refusal({{0, 0, 0}}), "does not see station 0");
        ExpectNames(refusal({{9, 1, 0}}), "Satellite 9 does not see");
        ExpectNames(refusal({{0, 1, 0}, {0, 2, 0}}), "Satellite 0 has two grants");
        ExpectNames(refusal({{0, 1, 1}, {1, 1, 1}}), "on channel 1 of station 1");

        AssociationTable table(problem, state);
        table.Add({0, 1, 1});
        ExpectRefused([&] { table.Add({1, 1, 1}); }, "channel 1 of station 1");
        ExpectRefused([&] { table.Add({2, 1, 0}); }, "Satellite 2 cannot have channel 0");
        ExpectSystemsRefused();
    }

    void ExpectSystemsRefused()
    {
        const auto refuse = [&](auto change, const std::string& text) {
            auto system = MakeAssociationSystem(4, 2, {5e9});
            change(system);
            ExpectRefused([&] { AssociationProblem{system}; }, text);
        };
        refuse([](auto& s) { s.satellites = 0; }, "number of satellites is 0");
        refuse([](auto& s) { s.channels = 0; }, "number of channels is 0");
        refuse([](auto& s) { s.capacity = {}; }, "number of stations is 0");
        refuse([](auto& s) { s.capacity = {1e9}; }, "capacity is 1e+09 bit; it must be above");
        refuse([](auto& s) { s.bandwidth = NAN; }, "bandwidth");
        refuse([](auto& s) { s.reserve = 0; }, "reserve of a station in bit is 0");
        refuse([](auto& s) { s.isolation = -1; }, "share of interference");
        refuse([](auto& s) { s.spectralEfficiency = nullptr; }, "no rate model");
    }
};

/// omega x less the integral of xi kappa / C over what is stored. Expected: Simpson's rule with
/// 1000 steps.
class AssociationUtilityTest : public LinkGroupTestCase
{
  public:
    AssociationUtilityTest()
        : LinkGroupTestCase("utility is the integral of value and storage cost")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(1);
        for (uint32_t i = 0; i < 50; ++i)
        {
            auto system = MakeAssociationSystem(1, 1, {200e9});
            system.storageCost = draws.Uniform(0, 300);
            system.dataWeight = draws.Uniform(0, 1);
            system.costWeight = draws.Uniform(0, 1);
            const AssociationProblem problem(system);
            const double capacity = draws.Uniform(10, 200);
            const double volume = draws.Uniform(0, 0.9) * capacity;
            const auto marginal = [&](double stored) {
                return system.dataWeight -
                       system.costWeight * system.storageCost / (capacity - stored);
            };
            double integral = 0;
            const double step = volume / 1000;
            for (uint32_t k = 0; k < 1000; ++k)
            {
                integral += step / 6 *
                            (marginal(k * step) + 4 * marginal((k + 0.5) * step) +
                             marginal((k + 1) * step));
            }
            ExpectNear(problem.Utility(capacity * system.unit, volume * system.unit),
                       integral,
                       1e-6 * (1 + std::abs(integral)),
                       "utility");
        }
    }
};

/// Two satellites that both see two stations, SNRs 10 and 4 at station 1, 1 and 20 at station 2:
///
///     satellite 0 at station 1: 10 / (1 + 4 s),  satellite 1 at station 2: 20 / (1 + 1 s)
///
/// on one channel with a share s of interference let in, 10 and 20 on two channels.
class AssociationInterferenceTest : public LinkGroupTestCase
{
  public:
    AssociationInterferenceTest()
        : LinkGroupTestCase("satellites disturb each other as worked by hand")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<AssociationContact> contacts{MakeContact(0, 1, 10),
                                                       MakeContact(1, 1, 4),
                                                       MakeContact(0, 2, 1),
                                                       MakeContact(1, 2, 20)};
        ExpectSinr(contacts, 1, 0, 2, 10);
        ExpectSinr(contacts, 0.25, 0, 5, 16);
        ExpectSinr(contacts, 0, 0, 10, 20);
        ExpectSinr(contacts, 1, 1, 10, 20);                   // another channel
        ExpectSinr({contacts[0], contacts[3]}, 1, 0, 10, 20); // below the other's horizon
        ExpectKnowledge();
    }

    void ExpectSinr(const std::vector<AssociationContact>& contacts,
                    double isolation,
                    uint32_t channel,
                    double first,
                    double second)
    {
        auto system = MakeAssociationSystem(2, 2, {100e9, 100e9});
        system.isolation = isolation;
        const AssociationProblem problem(system);
        const auto state = problem.Begin(OneSlice(contacts));
        const auto table = TableOf(problem, state, {{0, 1, 0}, {1, 2, channel}});
        ExpectNear(table.Sinr(*state.Slice().Find(0, 1), 0), first, 1e-12, "first SINR");
        ExpectNear(table.Sinr(*state.Slice().Find(1, 2), channel), second, 1e-12, "second SINR");
        ExpectNear(table.Rates()[0], 10e6 * std::log2(1 + first), 1e-6, "first rate");
        // The same before the second one is there: what it would get, and do to the first one.
        const auto before = TableOf(problem, state, {{0, 1, 0}});
        const auto& newcomer = *state.Slice().Find(1, 2);
        ExpectNear(before.Sinr(newcomer, channel), second, 1e-12, "SINR of a newcomer");
        ExpectNear(before.Harm(newcomer, channel),
                   1e9 * (std::log2(11.0) - std::log2(1 + first)),
                   1e-3,
                   "harm of a newcomer");
    }

    /// Estimates decide, the air settles.
    void ExpectKnowledge()
    {
        const AssociationProblem problem(MakeAssociationSystem(1, 1, {100e9}));
        auto contact = MakeContact(0, 1, 3);
        contact.estimatedSnr = 1;
        const auto state = problem.Begin(OneSlice({contact}));
        const AssociationDecision decision{{0, 1, 0}};
        ExpectNear(TableOf(problem, state, decision).Rates()[0], 10e6, 1e-6, "estimated");
        ExpectNear(TableOf(problem, state, decision, ACTUAL).Rates()[0], 20e6, 1e-6, "actual");
    }
};

/// UtilityGain() against the difference of TotalUtility(), with and without shortages; and
/// TotalUtility() against a plain sum over grants.
class AssociationGainTest : public LinkGroupTestCase
{
  public:
    AssociationGainTest()
        : LinkGroupTestCase("a gain is the difference of two totals")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(2);
        uint32_t gains = 0;
        for (uint32_t i = 0; i < 300; ++i)
        {
            const AssociationShortage shortage{i % 2 > 0, i % 3 > 0, i % 5 > 0};
            const auto system = DrawAssociationSystem(draws, 6, 3, 2, shortage);
            const AssociationProblem problem(system);
            const auto state = problem.Begin(DrawAssociationPlan(draws, 6, 3, 1, 0.6));
            AssociationTable table(problem, state);
            for (const auto& contact : state.Slice().Contacts())
            {
                const AssociationGrant grant{contact.satellite,
                                             contact.station,
                                             draws.Integer(0, 1)};
                auto longer = table.Decision();
                longer.push_back(grant);
                if (!problem.Refusal(state, longer).empty() || draws.Uniform(0, 1) < 0.3)
                {
                    continue;
                }
                const double gain = table.UtilityGain(contact, grant.channel);
                const double before = table.TotalUtility();
                table.Add(grant);
                ExpectNear(table.TotalUtility() - before, gain, 1e-9, "gain");
                ++gains;
            }
            ExpectNear(table.TotalUtility(), PlainTotal(problem, state, table), 1e-9, "total");
        }
        ExpectTrue(gains > 500, "many gains were compared");
    }

    static double PlainTotal(const AssociationProblem& problem,
                             const AssociationState& state,
                             const AssociationTable& table)
    {
        const auto& system = problem.System();
        std::vector<double> stored(problem.Stations(), 0.0);
        for (const auto& grant : table.Decision())
        {
            double noise = 1;
            for (const auto& other : table.Decision())
            {
                const auto* path = state.Slice().Find(other.satellite, grant.station);
                const bool disturbs =
                    path && other.station != grant.station && other.channel == grant.channel;
                noise += disturbs ? system.isolation * path->snr : 0;
            }
            const auto& contact = *state.Slice().Find(grant.satellite, grant.station);
            stored[grant.station - 1] +=
                std::min(system.stock,
                         contact.airtime_s * 10e6 * std::log2(1 + contact.snr / noise));
        }
        double total = 0;
        for (uint32_t j = 0; j < stored.size(); ++j)
        {
            const double volume = std::min(stored[j], system.capacity[j] - system.reserve);
            total += 0.7 * volume / 1e9 +
                     0.3 * system.storageCost * std::log(1 - volume / system.capacity[j]);
        }
        return total;
    }
};

/// Where there is room, a grant delivers its rate for its airtime, at most its stock. A full
/// station, by hand: A sends 10 Mbit/s from 0 to 100 s, B 20 Mbit/s from 50 to 100 s, and there is
/// room for 1.1 Gbit. A has 0.5 Gbit there when B begins; the other 0.6 Gbit arrive at 30 Mbit/s
/// within 20 s, of which A's are 0.2 and B's 0.4 Gbit.
class AssociationSettleTest : public LinkGroupTestCase
{
  public:
    AssociationSettleTest()
        : LinkGroupTestCase("a slice settles as worked by hand")
    {
    }

  private:
    void DoRun() override
    {
        auto late = MakeContact(1, 1, 3);
        late.start_s = 50;
        late.duration_s = late.airtime_s = 50;
        const auto plan = OneSlice({MakeContact(0, 1, 1), late});
        Expect(plan, 2.1e9, 1e12, 700e6, 400e6);
        Expect(plan, 100e9, 1e12, 1e9, 1e9);
        Expect(plan, 100e9, 0.3e9, 0.3e9, 0.3e9);
        // A has sent its stock before B begins.
        Expect(plan, 1.5e9, 0.3e9, 0.3e9, 0.2e9);
        late.airtime_s = 25; // acquisition takes the other half
        Expect(OneSlice({MakeContact(0, 1, 1), late}), 100e9, 1e12, 1e9, 0.5e9);
    }

    void Expect(std::shared_ptr<const AssociationPlan> plan,
                double capacity,
                double stock,
                double first,
                double second)
    {
        auto system = MakeAssociationSystem(2, 2, {capacity});
        system.stock = stock;
        const AssociationProblem problem(system);
        const auto state = problem.Begin(plan);
        const auto volumes = TableOf(problem, state, {{0, 1, 0}, {1, 1, 1}}, ACTUAL).Settle();
        ExpectNear(volumes[0], first, 1, "first, of capacity " + std::to_string(capacity));
        ExpectNear(volumes[1], second, 1, "second, of capacity " + std::to_string(capacity));
        const double room = capacity - system.reserve;
        ExpectTrue(volumes[0] + volumes[1] <= room, "no more than there is room for");
    }
};

/// Random episodes: what stations lost is what grants delivered, exactly; nobody gives what it does
/// not have; and utility is that of what each station stored, whatever the order.
class AssociationAccountTest : public LinkGroupTestCase
{
  public:
    AssociationAccountTest()
        : LinkGroupTestCase("the accounts balance to the bit")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(3);
        uint32_t full = 0;
        for (uint32_t i = 0; i < 200; ++i)
        {
            const AssociationShortage shortage{i % 2 > 0, i % 3 > 0, i % 5 > 0};
            const AssociationProblem problem(DrawAssociationSystem(draws, 4, 2, 2, shortage));
            auto state = problem.Begin(DrawAssociationPlan(draws, 4, 2, 4, 0.7));
            while (state.slice < state.plan->size())
            {
                const auto all = AllAssociations(problem, state);
                Account(problem, state, all[draws.Integer(0, all.size() - 1)]);
            }
            full += problem.Room(state, 1) < 1;
        }
        ExpectTrue(full > 10, "some stations are full");
        ExpectTurns();
    }

    void Account(const AssociationProblem& problem,
                 AssociationState& state,
                 const AssociationDecision& decision)
    {
        const auto before = state;
        const auto volumes = TableOf(problem, state, decision, ACTUAL).Settle();
        const double utility = problem.Account(state, decision, volumes);
        Eigen::ArrayXd stored = Eigen::ArrayXd::Zero(problem.Stations());
        Eigen::ArrayXd sent = Eigen::ArrayXd::Zero(state.stock.size());
        for (std::size_t g = 0; g < decision.size(); ++g)
        {
            ExpectNear(volumes[g], std::floor(volumes[g]), 0, "whole bits");
            stored(decision[g].station - 1) += volumes[g];
            sent(decision[g].satellite) += volumes[g];
        }
        ExpectTrue((before.capacity - state.capacity == stored).all(), "capacity used");
        ExpectTrue((before.stock - state.stock == sent).all(), "stock used");
        ExpectTrue((state.capacity >= problem.System().reserve).all(), "the reserve is kept");
        ExpectTrue((state.stock >= 0).all(), "no satellite gives what it has not");
        NS_TEST_EXPECT_MSG_EQ(state.slice, before.slice + 1, "the next slice");
        double expected = 0;
        for (uint32_t j = 0; j < problem.Stations(); ++j)
        {
            expected += problem.Utility(before.capacity(j), stored(j));
        }
        ExpectNear(utility, expected, 1e-9, "utility of what is stored");
        ExpectNear(std::accumulate(state.utilities.begin(), state.utilities.end(), 0.0),
                   utility,
                   1e-9,
                   "utilities of the grants");
    }

    void ExpectTurns()
    {
        auto system = MakeAssociationSystem(9, 1, {100e9, 100e9});
        const auto plan = OneSlice({MakeContact(2, 1, 5),
                                    MakeContact(4, 1, 1),
                                    MakeContact(4, 2, 9),
                                    MakeContact(6, 1, 5)});
        ExpectTrue(AssociationProblem(system).Turns(AssociationProblem(system).Begin(plan)) ==
                       std::vector<uint32_t>{2, 4, 6},
                   "turns by number");
        system.turns = AssociationSystem::Turns::LARGEST_OFFER;
        ExpectTrue(AssociationProblem(system).Turns(AssociationProblem(system).Begin(plan)) ==
                       std::vector<uint32_t>{4, 2, 6},
                   "turns by offer, the first of equals first");
    }
};

/// The problem of satellite association, before anybody decides.
class AssociationTestSuite : public TestSuite
{
  public:
    AssociationTestSuite()
        : TestSuite("sterna-association", TestSuite::Type::UNIT)
    {
        AddTestCase(new AssociationPlanTest);
        AddTestCase(new AssociationRefusalTest);
        AddTestCase(new AssociationUtilityTest);
        AddTestCase(new AssociationInterferenceTest);
        AddTestCase(new AssociationGainTest);
        AddTestCase(new AssociationSettleTest);
        AddTestCase(new AssociationAccountTest);
    }
};

AssociationTestSuite g_associationTestSuite;

} // namespace
} // namespace tests
} // namespace sterna
} // namespace ns3
