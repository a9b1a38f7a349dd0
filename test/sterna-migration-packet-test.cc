/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-trial.h"

#include "ns3/double.h"
#include "ns3/rng-seed-manager.h"

#include <set>

/**
 * \file
 * \ingroup sterna
 * What becomes of packets under the scheduler of service migration: what an outage leaves, who asks
 * and who does not, books that add up, and runs that can be repeated. The deciders are the test's
 * own.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

using Account = PoissonFlow::Account;

class OutageTest : public ExpectationTestCase
{
  public:
    OutageTest()
        : ExpectationTestCase("after an outage only what waited for less than the lifetime comes "
                              "late")
    {
    }

  private:
    static MigrationDecision NobodyInSlotOne(const MigrationProblem& problem,
                                             const MigrationState& state)
    {
        if (state.slot == 1)
        {
            return problem.Nobody();
        }
        const auto one = InSight(state.Slot(), 0);
        auto decision = problem.Nobody();
        decision.satellite(0) = one[0];
        decision.bandwidth(0) = 1;
        decision.compute(0) = 1;
        return decision;
    }

    void DoRun() override
    {
        MigrationTrial trial;
        trial.setting.cities = 1; // Tokyo, with 20 packets/s of 60 to 100 that can be served
        trial.setting.flights = 0;
        trial.setting.arrivalRate = 20;
        trial.setting.slots = 3;
        trial.setting.slot = Seconds(100);
        trial.attributes["PacketLifetime"] = "2s";
        const auto limited = trial.Run(NobodyInSlotOne);
        trial.attributes["PacketLifetime"] = "0s";
        const auto unlimited = trial.Run(NobodyInSlotOne);
        NS_TEST_ASSERT_MSG_EQ(limited.slots.size(), 3, "all slots");
        NS_TEST_ASSERT_MSG_EQ(unlimited.slots.size(), 3, "all slots");
        const auto& outage = limited.slots[1].packets.at(0);
        ExpectTrue(outage.onTime.packets + outage.late.packets == 0, "nothing in the outage");
        // 98 s x 20/s are dropped, 45 is the standard deviation; in the slot or at the next start
        const auto& after = limited.slots[2].packets.at(0);
        ExpectNear(double(outage.expired.packets + after.expired.packets), 1960, 200, "dropped");
        // 2 s x 20/s are late, and those that queue behind them for some seconds
        ExpectTrue(after.late.packets > 20 && after.late.packets < 200, "late");
        ExpectTrue(after.onTime.packets > 1500, "then all is well");
        const auto& flood = unlimited.slots[2].packets.at(0);
        ExpectTrue(flood.expired.packets == 0, "without a lifetime nothing is dropped");
        ExpectTrue(flood.late.packets > 2000, "and all that waited is late");
    }
};

class QuietUserTest : public ExpectationTestCase
{
  public:
    QuietUserTest()
        : ExpectationTestCase("flights ask in cruise only, and who does not ask gets nothing")
    {
    }

  private:
    void DoRun() override
    {
        MigrationTrial trial;
        trial.setting.slots = 60;
        trial.setting.slot = Seconds(300);
        trial.setting.cities = 0;
        trial.attributes["PacketLifetime"] = "0s"; // so that something is left for later
        const auto outcome = trial.Run([](const auto& problem, const auto& state) {
            auto decision = problem.Nobody();
            for (uint32_t u = 0; u < problem.Users(); ++u)
            {
                decision.satellite(u) = InSight(state.Slot(), u).front(); // who asks or not
            }
            decision.bandwidth.setConstant(1.0 / 6);
            decision.compute.setOnes();
            return decision;
        });
        NS_TEST_ASSERT_MSG_EQ(outcome.slots.size(), 60, "all slots");
        const auto cruises = ReadMigrationReference("cruise");
        NS_TEST_ASSERT_MSG_EQ(cruises.size(), 6, "flights of the reference");
        uint32_t quiet = 0;
        std::vector<bool> asks(60 * 6);
        for (uint32_t n = 0; n < 60; ++n)
        {
            for (uint32_t u = 0; u < 6; ++u)
            {
                const double middle = 300 * (n + 0.5);
                const bool active = cruises[u][1] <= middle && middle <= cruises[u][2];
                const auto& slot = outcome.slots[n];
                const auto& packets = slot.packets.at(u);
                asks[n * 6 + u] = active;
                quiet += !active;
                ExpectTrue(slot.active[u] == active, "activity");
                ExpectTrue((slot.decision.satellite(u) >= 0) == active, "grant");
                ExpectTrue(!slot.IsUnsuccessful(u), "all goes well");
                // 2.1 packets/s for 300 s: 630, within 5 standard deviations
                ExpectNear(double(packets.generated.packets), active ? 630 : 0, 126, "packets");
                ExpectTrue(active || packets.generated.packets == 0, "nothing is generated");
                ExpectTrue(active || slot.utilities(u) == 0, "nothing is earned");
            }
        }
        ExpectTrue(quiet > 30 && quiet < 120, "some do not ask");
        for (const auto& delivery : outcome.deliveries)
        {
            const auto n = std::size_t(delivery.time_s / 300);
            NS_TEST_ASSERT_MSG_LT(n, 60, "nothing arrives after the end");
            ExpectTrue(asks[n * 6 + delivery.user], "only who asks receives");
        }
    }
};

class BooksTest : public ExpectationTestCase
{
  public:
    BooksTest()
        : ExpectationTestCase("every packet is in time, late, lost, dropped or waits")
    {
    }

  private:
    void Expect(MigrationTrial& trial, const std::string& what)
    {
        const auto outcome = trial.Run([](const auto& problem, const auto& state) {
            // an overload: everybody the same, and every third slot nobody
            return state.slot % 3 == 2 ? problem.Nobody() : HighestForAll(problem, state);
        });
        NS_TEST_ASSERT_MSG_EQ(outcome.slots.size(), 6, "all slots");
        // what was cancelled then is still taken off the list of events
        ExpectNear(outcome.end_s, 60, 10, "the simulation ends by itself, with the last slot");
        NS_TEST_ASSERT_MSG_EQ(outcome.deliveries.empty(), false, "packets");
        ExpectTrue(outcome.deliveries.back().time_s < 60, "nothing arrives after the end");
        std::vector<uint64_t> decoded(40, 0);
        std::vector<uint64_t> lost(40, 0);
        for (const auto& delivery : outcome.deliveries)
        {
            ++(delivery.decoded ? decoded : lost)[delivery.user];
        }
        for (int u = 0; u < 40; ++u)
        {
            const double known =
                outcome.Packets(&Account::onTime, u) + outcome.Packets(&Account::late, u) +
                outcome.Packets(&Account::lost, u) + outcome.Packets(&Account::expired, u) +
                outcome.Packets(&Account::refused, u);
            const double waiting = double(outcome.waiting.at(u));
            ExpectNear(outcome.Packets(&Account::generated, u), known + waiting, 0, what);
            ExpectNear(outcome.Packets(&Account::onTime, u) + outcome.Packets(&Account::late, u),
                       double(decoded[u]),
                       0,
                       "received, " + what);
            ExpectNear(outcome.Packets(&Account::lost, u), double(lost[u]), 0, "lost, " + what);
        }
        m_lost += outcome.Packets(&Account::lost);
        m_late += outcome.Packets(&Account::late);
        m_expired += outcome.Packets(&Account::expired);
        ExpectTrue(outcome.Packets(&Account::generated) > 10000, "many packets");
    }

    void DoRun() override
    {
        MigrationTrial trial;
        Expect(trial, "default");
        ExpectTrue(m_late > 100 && m_expired > 100 && m_lost == 0, "late and dropped ones");
        trial.prepare = [](MigrationScenario& scenario) {
            // packets below 13 dB are lost on the air
            scenario.Network().GetChannel(Band::KA)->SetAttribute("SinrThreshold", DoubleValue(13));
        };
        Expect(trial, "below the threshold");
        ExpectTrue(m_lost > 100, "lost ones");
    }

    double m_lost{0};
    double m_late{0};
    double m_expired{0};
};

class SameSeedTest : public ExpectationTestCase
{
  public:
    SameSeedTest()
        : ExpectationTestCase("the same run gives the same packets, another run others")
    {
    }

  private:
    static std::vector<double> Times(MigrationTrial& trial)
    {
        std::vector<double> times;
        for (const auto& delivery : trial.Run(HighestForAll).deliveries)
        {
            times.push_back(delivery.time_s);
        }
        return times;
    }

    void DoRun() override
    {
        MigrationTrial trial;
        trial.setting.slots = 2;
        const auto one = Times(trial);
        const auto same = Times(trial);
        const uint64_t run = RngSeedManager::GetRun();
        RngSeedManager::SetRun(run + 1);
        const auto other = Times(trial);
        RngSeedManager::SetRun(run);
        ExpectTrue(one.size() > 1000, "packets");
        ExpectTrue(one == same, "the same");
        ExpectTrue(one != other, "others");
        ExpectOwnStreams();
    }

    /// Flights ask for the same, but not at the same times and not for packets of the same sizes.
    void ExpectOwnStreams()
    {
        MigrationTrial trial;
        trial.setting.cities = 0;
        const auto outcome = trial.Run(HighestForAll);
        std::set<double> bits;
        double active = 0;
        for (const auto& packets : outcome.slots.at(0).packets)
        {
            active += packets.generated.packets > 0;
            bits.insert(double(packets.generated.bits));
        }
        ExpectTrue(active == 4, "four flights cruise at the start");
        ExpectTrue(bits.size() == 5, "all different, and 0 of the others");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationPacketTests()
{
    return {new OutageTest, new QuietUserTest, new BooksTest, new SameSeedTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
