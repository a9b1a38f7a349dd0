/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-tests.h"

#include <functional>
#include <limits>

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

class SliceTest : public AssociationTestCase
{
  public:
    SliceTest()
        : AssociationTestCase("contacts of a slice are found by pair and by satellite")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationSlice slice(
            {MakeContact(7, 2, 1), MakeContact(3, 5, 2), MakeContact(7, 1, 3)});
        ExpectTrue(slice.Satellites() == std::vector<uint32_t>{3, 7}, "who sees a station");
        ExpectNear(slice.Find(7, 2)->snr, 1, 0, "a pair");
        ExpectTrue(!slice.Find(7, 5) && !slice.Find(4, 2) && !slice.Find(9, 9), "no such pairs");
        const AssociationContact* first = nullptr;
        const AssociationContact* last = nullptr;
        slice.Range(7, first, last);
        NS_TEST_ASSERT_MSG_EQ(last - first, 2, "satellite 7 sees two stations");
        NS_TEST_EXPECT_MSG_EQ(first[0].station, 1, "in the order of stations");
        NS_TEST_EXPECT_MSG_EQ(first[1].station, 2, "in the order of stations");
        slice.Range(5, first, last);
        NS_TEST_EXPECT_MSG_EQ(last - first, 0, "satellite 5 sees none");
        ExpectRefused(
            [] {
                AssociationSlice(
                    {MakeContact(7, 2, 1), MakeContact(0, 2, 1), MakeContact(7, 2, 4)});
            },
            "Satellite 7 and station 2");
        ExpectTrue(AssociationSlice().Contacts().empty(), "nobody sees anybody");
    }
};

class AfterTest : public AssociationTestCase
{
  public:
    AfterTest()
        : AssociationTestCase("late decisions lose what is past of a contact")
    {
    }

  private:
    void DoRun() override
    {
        auto brief = MakeContact(2, 1, 1, 0, 30.005);
        brief.airtime_s = 29.995; // the rest is the way to the ground
        const AssociationSlice slice(
            {MakeContact(0, 1, 1, 0, 100), MakeContact(1, 1, 1, 40, 90), brief});
        const auto late = slice.After(30);
        ExpectNear(late.Find(0, 1)->start_s, 30, 0, "begins with the decision");
        ExpectNear(late.Find(0, 1)->duration_s, 70, 0, "the rest of it");
        ExpectNear(late.Find(0, 1)->airtime_s, 70, 0, "the rest of it");
        ExpectNear(late.Find(1, 1)->start_s, 40, 0, "has not begun");
        ExpectNear(late.Find(1, 1)->airtime_s, 50, 0, "whole");
        ExpectTrue(!late.Find(2, 1), "no bit would arrive any more");
        ExpectTrue(late.Satellites() == std::vector<uint32_t>{0, 1}, "who is left");
    }
};

class RefusalTest : public AssociationTestCase
{
  public:
    RefusalTest()
        : AssociationTestCase("decisions that cannot be are refused with a sentence")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationProblem problem(MakeAssociationSystem(3, 2, {5, 5}));
        const auto state = BeginPlan(problem,
                                     {{MakeContact(0, 1, 1),
                                       MakeContact(0, 2, 1),
                                       MakeContact(1, 1, 1),
                                       MakeContact(2, 2, 1)}});
        const auto refusal = [&](const AssociationDecision& decision) {
            return problem.Refusal(state, decision);
        };
        ExpectTrue(refusal({}).empty(), "nobody sends");
        ExpectTrue(refusal({{0, 1, 0}, {1, 1, 1}, {2, 2, 0}}).empty(), "everybody sends");
        ExpectNames(refusal({{0, 1, 2}}), "Channel 2");
        ExpectNames(refusal({{1, 2, 0}}), "Satellite 1 does not see station 2");
        ExpectNames(refusal({{1, 0, 0}}), "station 0");
        ExpectNames(refusal({{9, 1, 0}}), "Satellite 9");
        ExpectNames(refusal({{0, 1, 0}, {0, 2, 1}}), "Satellite 0 has two grants");
        ExpectNames(refusal({{0, 1, 1}, {2, 2, 1}, {1, 1, 1}}), "channel 1 of station 1");
        AssociationTable table(problem, state);
        table.Add({0, 1, 0});
        ExpectRefused([&] { table.Add({1, 1, 0}); }, "Satellite 1 cannot have channel 0");
        ExpectRefused([&] { table.Add({1, 2, 0}); }, "station 2");
        table.Remove(0);
        table.Add({1, 1, 0});
        NS_TEST_EXPECT_MSG_EQ(table.FreeChannels(1), 1, "one is taken");
    }
};

class BadSystemTest : public AssociationTestCase
{
  public:
    BadSystemTest()
        : AssociationTestCase("systems that cannot be are refused with a sentence")
    {
    }

  private:
    void ExpectBad(const std::function<void(AssociationSystem&)>& spoil, const std::string& text)
    {
        auto system = MakeAssociationSystem(3, 2, {5, 5});
        spoil(system);
        ExpectRefused([&] { AssociationProblem problem(system); }, text);
    }

    void DoRun() override
    {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        ExpectBad([](auto& s) { s.satellites = 0; }, "number of satellites");
        ExpectBad([](auto& s) { s.channels = 0; }, "number of channels");
        ExpectBad([](auto& s) { s.capacity.clear(); }, "number of stations");
        ExpectBad([](auto& s) { s.bandwidth = 0; }, "bandwidth");
        ExpectBad([](auto& s) { s.sliceDuration = -1; }, "duration of a slice");
        ExpectBad([](auto& s) { s.unit = 0; }, "unit of data");
        ExpectBad([](auto& s) { s.stock = -1; }, "stock");
        ExpectBad([](auto& s) { s.reserve = -1; }, "reserve");
        ExpectBad([](auto& s) { s.reserve = 0; }, "reserve"); // a full station would cost infinity
        ExpectBad([](auto& s) { s.dataWeight = 0; }, "weight of the data");
        ExpectBad([=](auto& s) { s.dataWeight = nan; }, "weight of the data");
        ExpectBad([](auto& s) { s.costWeight = -0.1; }, "weight of the cost");
        ExpectBad([](auto& s) { s.storageCost = -1; }, "storage cost");
        ExpectBad([](auto& s) { s.isolation = -0.1; }, "share of interference");
        ExpectBad([](auto& s) { s.isolation = 1.1; }, "share of interference");
        ExpectBad([](auto& s) { s.capacity[1] = s.reserve; }, "above the reserve");
        ExpectBad([=](auto& s) { s.capacity[0] = nan; }, "above the reserve");
        ExpectBad([](auto& s) { s.spectralEfficiency = nullptr; }, "no rate model");
    }
};

class UtilityTest : public AssociationTestCase
{
  public:
    UtilityTest()
        : AssociationTestCase("utility is omega x less the integral of the storage cost")
    {
    }

  private:
    void DoRun() override
    {
        auto system = MakeAssociationSystem(1, 1, {200});
        system.storageCost = 200;
        const AssociationProblem problem(system);
        for (const auto& [capacity, volume] :
             std::vector<std::pair<double, double>>{{200, 3}, {90, 80}, {10, 9}, {50, 0}})
        {
            double cost = 0;
            constexpr int steps = 100000; // midpoints
            for (int k = 0; k < steps; ++k)
            {
                const double stored = volume * (k + 0.5) / steps;
                cost += 200 / (capacity - stored) * volume / steps;
            }
            ExpectNear(problem.Utility(capacity * ASSOCIATION_UNIT, volume * ASSOCIATION_UNIT),
                       0.7 * volume - 0.3 * cost,
                       1e-5,
                       "utility");
        }
        // A small offer breaks even at C = xi kappa / omega = 85.7.
        const double bit = 1e-6 * ASSOCIATION_UNIT;
        ExpectTrue(problem.Utility(86 * ASSOCIATION_UNIT, bit) > 0, "worth it");
        ExpectTrue(problem.Utility(85 * ASSOCIATION_UNIT, bit) < 0, "not worth it");
    }
};

/// Satellite 0 at station 1 (SNR 10), satellite 1 at station 2 (SNR 8) and seen by station 1 (4).
class SinrTest : public AssociationTestCase
{
  public:
    SinrTest()
        : AssociationTestCase("SINR of two satellites and two stations by hand")
    {
    }

  private:
    void ExpectSinr(double isolation, uint32_t channel, double atFirst)
    {
        auto system = MakeAssociationSystem(2, 2, {5, 5});
        system.isolation = isolation;
        const AssociationProblem problem(system);
        const auto state =
            BeginPlan(problem,
                      {{MakeContact(0, 1, 10), MakeContact(1, 1, 4), MakeContact(1, 2, 8)}});
        AssociationTable table(problem, state);
        table.Add({0, 1, 0});
        const double before = table.Harm(*state.Slice().Find(1, 2), channel);
        table.Add({1, 2, channel});
        ExpectNear(table.Sinr(*state.Slice().Find(0, 1), 0), atFirst, 1e-12, "at station 1");
        ExpectNear(table.Sinr(*state.Slice().Find(1, 2), channel), 8, 0, "at station 2");
        ExpectNear(table.Rates()[0], 1e6 * std::log2(1 + atFirst), 1e-6, "its rate");
        const double lost = 1e8 * (std::log2(11.0) - std::log2(1 + atFirst));
        ExpectNear(before, lost, 1e-3, "what satellite 1 takes from satellite 0");
        ExpectNear(table.TotalUtility(),
                   problem.Utility(system.capacity[0], 1e8 * std::log2(1 + atFirst)) +
                       problem.Utility(system.capacity[1], 1e8 * std::log2(9.0)),
                   1e-9,
                   "utility of both");
    }

    void DoRun() override
    {
        ExpectSinr(1, 0, 2);    // 10 / (1 + 4)
        ExpectSinr(0.25, 0, 5); // 10 / (1 + 1)
        ExpectSinr(0, 0, 10);   // no interference
        ExpectSinr(1, 1, 10);   // orthogonal channels
    }
};

/// What a decision is worth, from the formulas alone.
double
ReferenceUtility(const AssociationInstance& instance, const AssociationDecision& decision)
{
    const auto& system = instance.problem.System();
    const auto& slice = instance.state.Slice();
    std::vector<double> offered(system.capacity.size(), 0.0);
    for (const auto& grant : decision)
    {
        double disturbance = 1;
        for (const auto& other : decision)
        {
            const auto* path = slice.Find(other.satellite, grant.station);
            if (other.station != grant.station && other.channel == grant.channel && path)
            {
                disturbance += system.isolation * path->estimatedSnr;
            }
        }
        const auto& contact = *slice.Find(grant.satellite, grant.station);
        const double rate = system.bandwidth * std::log2(1 + contact.estimatedSnr / disturbance);
        offered[grant.station - 1] +=
            std::min(rate * contact.airtime_s, instance.state.stock(grant.satellite));
    }
    double total = 0;
    for (std::size_t j = 0; j < offered.size(); ++j)
    {
        const double left = instance.state.capacity(j);
        const double x = std::min(offered[j], std::max(left - system.reserve, 0.0));
        total += system.dataWeight * x / system.unit -
                 system.costWeight * system.storageCost * std::log(left / (left - x));
    }
    return total;
}

class UtilityGainTest : public AssociationTestCase
{
  public:
    UtilityGainTest()
        : AssociationTestCase("a grant's gain is the difference that it makes to all")
    {
    }

  private:
    void Compare(Draws& draws)
    {
        const auto draw = DrawSizes(draws);
        const auto instance = DrawAssociation(draws, draw);
        AssociationTable table(instance.problem, instance.state);
        DrawGrants(draws, instance.state, draw.channels, table);
        const double before = table.TotalUtility();
        ExpectNear(before, ReferenceUtility(instance, table.Decision()), 1e-9, "all grants");
        for (const auto& contact : instance.state.Slice().Contacts())
        {
            for (uint32_t channel = 0; channel < draw.channels; ++channel)
            {
                auto more = table;
                more.Remove(contact.satellite);
                if (!more.IsFree(contact.station, channel))
                {
                    continue;
                }
                const double without = more.TotalUtility();
                const double gain = more.UtilityGain(contact, channel);
                const double loss = more.UtilityLoss(contact, channel);
                more.Add({contact.satellite, contact.station, channel});
                ExpectNear(gain, more.TotalUtility() - without, 1e-9, "gain");
                ExpectNear(gain,
                           ReferenceUtility(instance, more.Decision()) - without,
                           1e-9,
                           "gain by the formulas");
                m_worst = std::max(m_worst, loss);
                m_least = std::min(m_least, gain);
            }
        }
    }

    void DoRun() override
    {
        Draws draws(11);
        for (int k = 0; k < 300; ++k)
        {
            Compare(draws);
        }
        ExpectTrue(m_worst > 0.1, "some grants cost others a lot");
        ExpectTrue(m_least < -0.1, "some grants cost more than they bring");
    }

    double m_worst{0};
    double m_least{0};
};

class HarmTest : public AssociationTestCase
{
  public:
    HarmTest()
        : AssociationTestCase("loss and harm are what others had before and have after")
    {
    }

  private:
    /// Data that each station's grants other than the last one offer (bit).
    static Eigen::ArrayXd OfferedByOthers(const AssociationTable& table,
                                          const AssociationInstance& instance,
                                          uint32_t last)
    {
        Eigen::ArrayXd offered = Eigen::ArrayXd::Zero(instance.problem.Stations());
        const auto rates = table.Rates();
        for (std::size_t g = 0; g < rates.size(); ++g)
        {
            const auto& grant = table.Decision()[g];
            const auto& contact = *instance.state.Slice().Find(grant.satellite, grant.station);
            if (grant.satellite != last)
            {
                offered(grant.station - 1) +=
                    std::min(rates[g] * contact.airtime_s, instance.state.stock(grant.satellite));
            }
        }
        return offered;
    }

    static double Worth(const AssociationInstance& instance, const Eigen::ArrayXd& offered)
    {
        double worth = 0;
        for (Eigen::Index j = 0; j < offered.size(); ++j)
        {
            const double room = instance.problem.Room(instance.state, j + 1);
            worth +=
                instance.problem.Utility(instance.state.capacity(j), std::min(offered(j), room));
        }
        return worth;
    }

    void DoRun() override
    {
        Draws draws(12);
        for (int k = 0; k < 200; ++k)
        {
            const auto draw = DrawSizes(draws);
            const auto instance = DrawAssociation(draws, draw);
            AssociationTable table(instance.problem, instance.state);
            DrawGrants(draws, instance.state, draw.channels, table);
            if (table.Decision().empty())
            {
                continue;
            }
            const auto grant = table.Decision().back();
            const auto& contact = *instance.state.Slice().Find(grant.satellite, grant.station);
            const auto after = OfferedByOthers(table, instance, grant.satellite);
            table.Remove(grant.satellite);
            const auto before = OfferedByOthers(table, instance, grant.satellite);
            ExpectNear(table.Harm(contact, grant.channel), (before - after).sum(), 1e-3, "harm");
            // Its own station's other grants are on other channels and lose nothing.
            ExpectNear(table.UtilityLoss(contact, grant.channel),
                       Worth(instance, before) - Worth(instance, after),
                       1e-9,
                       "loss");
        }
    }
};

class TurnsTest : public AssociationTestCase
{
  public:
    TurnsTest()
        : AssociationTestCase("turns go by number or by the largest offer")
    {
    }

  private:
    std::vector<uint32_t> Turns(AssociationSystem::Turns turns)
    {
        auto system = MakeAssociationSystem(9, 2, {9, 9});
        system.turns = turns;
        const AssociationProblem problem(system);
        auto state = BeginPlan(problem,
                               {{MakeContact(2, 1, 3),
                                 MakeContact(4, 1, 1),
                                 MakeContact(4, 2, 15),
                                 MakeContact(6, 2, 3),
                                 MakeContact(8, 2, 15)}});
        state.stock(8) = 0.5 * ASSOCIATION_UNIT;
        return problem.Turns(state);
    }

    void DoRun() override
    {
        using Order = std::vector<uint32_t>;
        ExpectTrue(Turns(AssociationSystem::INDEX) == Order{2, 4, 6, 8}, "by number");
        // 2, 4, 2 and 0.5 units; by number where they are equal
        ExpectTrue(Turns(AssociationSystem::LARGEST_OFFER) == Order{4, 2, 6, 8}, "by offer");
    }
};

/// Satellite association as a problem.
class AssociationTestSuite : public TestSuite
{
  public:
    AssociationTestSuite()
        : TestSuite("sterna-association", TestSuite::Type::UNIT)
    {
        AddTestCase(new SliceTest);
        AddTestCase(new AfterTest);
        AddTestCase(new RefusalTest);
        AddTestCase(new BadSystemTest);
        AddTestCase(new UtilityTest);
        AddTestCase(new SinrTest);
        AddTestCase(new UtilityGainTest);
        AddTestCase(new HarmTest);
        AddTestCase(new TurnsTest);
        for (TestCase* test : MakeAssociationSettleTests())
        {
            AddTestCase(test);
        }
        for (TestCase* test : MakeAssociationEncoderTests())
        {
            AddTestCase(test);
        }
    }
};

AssociationTestSuite g_associationTestSuite;

} // namespace
} // namespace tests
} // namespace sterna
} // namespace ns3
