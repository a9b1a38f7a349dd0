/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-dynamics-tests.h"
#include "sterna-propagation-test-helpers.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/pointer.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/sterna-earth.h"
#include "ns3/sterna-link-group-experiment.h"
#include "ns3/sterna-link-group-user-traffic.h"
#include "ns3/sterna-scheduler-helper.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <string>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

constexpr double PACKET_MBIT = 1500 * 8 * 1e-6;
using Kind = LinkGroupDynamics::Kind;
using Fidelity = SlotScheduler::Fidelity;

/// Serves present devices in turn, the same ones at both fidelities.
class TakesTurns : public LinkGroupDecider
{
  public:
    LinkGroup Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) override
    {
        LinkGroup group(problem.Transmitters());
        for (uint32_t n = 0; n < problem.Transmitters(); ++n)
        {
            const uint32_t first = (5 * m_slot + 3 * n) % problem.Devices();
            for (uint32_t i = 0; i < problem.Devices() && group.serves[n] < 0; ++i)
            {
                const int32_t k = (first + i) % problem.Devices();
                const auto& serves = group.serves;
                if (problem.IsValidLink(n, k) && state.IsPresent(k) &&
                    std::find(serves.begin(), serves.end(), k) == serves.end())
                {
                    group.serves[n] = k;
                }
            }
        }
        for (uint32_t n = 0; n < problem.Transmitters(); ++n)
        {
            auto& k = group.serves[n]; // dropping a link only helps the others
            k = k >= 0 && problem.Rate(state, n, k, group.Pattern()) > 0 ? k : LinkGroup::IDLE;
        }
        ++m_slot;
        return group;
    }

  private:
    uint32_t m_slot{0};
};

/// Serves the last device, a dual-mode UE, from the satellite, always.
class OneLink : public LinkGroupDecider
{
  public:
    LinkGroup Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State&) override
    {
        LinkGroup group(problem.Transmitters());
        group.serves[0] = problem.Devices() - 1;
        return group;
    }
};

/// A scenario with dynamics, set up and not yet run.
struct World
{
    std::unique_ptr<LinkGroupScenario> scenario;
    Ptr<LinkGroupScheduler> scheduler;
    std::vector<LinkGroupSlot> slots;

    World(Kind kind, Ptr<LinkGroupDecider> decider, Fidelity fidelity, uint32_t cycles)
    {
        LinkGroupSetting setting;
        setting.dynamics.kind = kind;
        setting.dynamics.SetDefaults();
        scenario = std::make_unique<LinkGroupScenario>(setting, Seconds(cycles), 500);
        scheduler = scenario->Install(decider, fidelity, cycles);
        scheduler->TraceConnectWithoutContext("GroupSlot", MakeCallback(&World::Slot, this));
    }

    ~World()
    {
        Simulator::Destroy();
        const uint64_t run = RngSeedManager::GetRun();
        Config::Reset(); // takes the run number, too
        RngSeedManager::SetRun(run);
    }

    void Slot(const LinkGroupSlot& slot)
    {
        slots.push_back(slot);
    }
};

void
SetPeriod(uint64_t slots)
{
    Config::SetDefault("ns3::sterna::LinkGroupEventTraffic::UpdatePeriod", UintegerValue(slots));
    Config::SetDefault("ns3::sterna::ChannelShocks::UpdatePeriod", UintegerValue(slots));
}

/// All links are hit, by so many dB.
void
SetShock(double lossDb)
{
    Config::SetDefault("ns3::sterna::ShockLossModel::Share", DoubleValue(1));
    Config::SetDefault("ns3::sterna::ShockLossModel::MinLossDb", DoubleValue(lossDb));
    Config::SetDefault("ns3::sterna::ShockLossModel::MaxLossDb", DoubleValue(lossDb));
}

} // namespace

/**
 * \ingroup sterna-tests
 * A cut of so many dB is what the channel, the controller and the receivers see, from the slot of
 * the update on, although path losses are kept for a second.
 */
class SternaChannelShocksTest : public TestCase
{
  public:
    SternaChannelShocksTest()
        : TestCase("a cut of 6 dB is seen by channel, scheduler and receivers in the same slot")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto fidelity : {SlotScheduler::PACKET, SlotScheduler::FLOW})
        {
            ExpectVolume(fidelity, 20, "a cycle's start");
            ExpectVolume(fidelity, 15, "the middle of a cycle");
        }
        ExpectGains();
    }

    /// One link of a frozen channel, with endless demand: volume = airtime x B x log2(1 + SNR), so
    /// the slot before the cut tells the SNR, and that the volume of the slot after it.
    void ExpectVolume(Fidelity fidelity, uint64_t update, const std::string& when)
    {
        SetPeriod(update);
        SetShock(6);
        Config::SetDefault("ns3::sterna::MarkovFadingLossModel::NormalizedDoppler", DoubleValue(0));
        Config::SetDefault("ns3::sterna::LinkGroupTraffic::Scale", DoubleValue(100));
        World world(Kind::CHANNEL, CreateObject<OneLink>(), fidelity, 3);
        double airtime = 0;
        Simulator::Schedule(Seconds(1),
                            [&]() { airtime = world.scheduler->GetProblem().GetAirtime(0, 19); });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(world.scenario->Updates().front(), update, "traced");
        NS_TEST_ASSERT_MSG_EQ(world.slots.size(), 30, "three cycles, then the program ends");
        const double before = world.slots[update - 1].deliveredMbit;
        const double snr = std::exp2(before / (400 * airtime)) - 1;
        const double after = 400 * airtime * std::log2(1 + snr * std::pow(10, -0.6));
        NS_TEST_EXPECT_MSG_GT(snr * std::pow(10, -0.6), 1.26, "still above the threshold, 1 dB");
        // the satellite moves gains by less than 0.1 dB, 0.3 % of these volumes
        NS_TEST_EXPECT_MSG_EQ_TOL(world.slots[update].deliveredMbit,
                                  after,
                                  0.005 * after + PACKET_MBIT,
                                  when << ", fidelity " << fidelity);
        NS_TEST_EXPECT_MSG_EQ_TOL(world.slots[update - 2].deliveredMbit,
                                  before,
                                  0.005 * before,
                                  "and nothing before");
    }

    void ExpectGains()
    {
        SetPeriod(15);
        SetShock(12);
        World world(Kind::CHANNEL, CreateObject<OneLink>(), SlotScheduler::FLOW, 2);
        const auto channel = world.scenario->Network().GetChannel(Band::KA);
        const auto satellite = channel->GetDevices().front();
        const auto receiver = channel->GetDevices().back();
        double before = 0;
        Simulator::Schedule(Seconds(1.45), [&]() {
            before = channel->GetLargeScaleGain(satellite, receiver); // kept until 2 s at least
        });
        Simulator::Schedule(Seconds(1.55), [&]() {
            const double after = channel->GetLargeScaleGain(satellite, receiver);
            NS_TEST_EXPECT_MSG_EQ_TOL(10 * std::log10(after / before), -12, 0.1, "dB");
            NS_TEST_EXPECT_MSG_EQ_TOL(world.scheduler->GetState().gains(0, 19) /
                                          channel->GetGain(satellite, receiver),
                                      1,
                                      1e-9,
                                      "the controller knows it");
        });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_GT(before, 0, "there was a gain");
    }
};

/**
 * \ingroup sterna-tests
 * Unserved demand as the scheduler books it, at both fidelities: each device's next demand is what
 * is left plus 80 Mbit, at most 160.
 */
class SternaBookedCarryOverTest : public TestCase
{
  public:
    SternaBookedCarryOverTest()
        : TestCase("the next cycle begins with what this one left")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto fidelity : {SlotScheduler::PACKET, SlotScheduler::FLOW})
        {
            for (const std::string range : {"CellularMin",
                                            "CellularMax",
                                            "DualModeMin",
                                            "DualModeMax",
                                            "AccessMin",
                                            "AccessMax"})
            {
                Config::SetDefault("ns3::sterna::LinkGroupTraffic::" + range, DoubleValue(80));
            }
            Config::SetDefault("ns3::sterna::LinkGroupTraffic::BacklogLimit", DoubleValue(2));
            World world(Kind::DEMAND, CreateObject<TakesTurns>(), fidelity, 5);
            Eigen::ArrayXd expected = Eigen::ArrayXd::Constant(20, 80);
            const auto check = [&]() {
                const auto& state = world.scheduler->GetState();
                const double off = (state.demand - expected).abs().maxCoeff();
                NS_TEST_EXPECT_MSG_EQ_TOL(off, 0, 1e-5, "Mbit, up to whole bytes");
            };
            const auto look = [&]() {
                const auto& state = world.scheduler->GetState();
                m_partly += ((state.delivered > 1) && (state.delivered < 79)).count();
                expected = (state.demand - state.delivered + 80).min(160.0);
            };
            for (uint32_t cycle = 0; cycle < 5; ++cycle)
            {
                Simulator::Schedule(Seconds(cycle + 0.05), check);
            }
            const std::function<void(const LinkGroupCycle&)> end = [&](const LinkGroupCycle&) {
                look();
            };
            world.scheduler->TraceConnectWithoutContext("CycleEnd",
                                                        Callback<void, const LinkGroupCycle&>(end));
            Simulator::Run();
            NS_TEST_EXPECT_MSG_GT(m_partly, 0, "some were served in part");
            NS_TEST_EXPECT_MSG_EQ(world.slots.size(), 50, "five cycles");
        }
    }

    uint32_t m_partly{0};
};

/**
 * \ingroup sterna-tests
 * Under each of the dynamics packet and flow level see the same users, updates and shocks, and
 * deliver the same up to a packet per granted link.
 */
class SternaDynamicFidelityTest : public TestCase
{
  public:
    SternaDynamicFidelityTest()
        : TestCase("packet and flow level agree under all dynamics")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto kind : {Kind::USERS, Kind::DEMAND, Kind::CHANNEL})
        {
            std::vector<uint64_t> updates;
            const auto a = Run(kind, SlotScheduler::PACKET, updates);
            NS_TEST_EXPECT_MSG_EQ((updates == std::vector<uint64_t>{50, 100}), true, "updates");
            const auto b = Run(kind, SlotScheduler::FLOW, updates);
            NS_TEST_EXPECT_MSG_EQ((updates == std::vector<uint64_t>{50, 100}), true, "the same");
            NS_TEST_ASSERT_MSG_EQ(a.size(), 150, "fifteen cycles");
            NS_TEST_ASSERT_MSG_EQ(b.size(), 150, "fifteen cycles");
            uint32_t links = 0;
            double off = 0;
            for (std::size_t t = 0; t < a.size(); ++t)
            {
                NS_TEST_ASSERT_MSG_EQ(a[t].present, b[t].present, "the same users in slot " << t);
                NS_TEST_ASSERT_MSG_EQ((a[t].group == b[t].group), true, "the same groups");
                const auto& serves = a[t].group.serves;
                links += serves.size() - std::count(serves.begin(), serves.end(), LinkGroup::IDLE);
                off += a[t].deliveredMbit - b[t].deliveredMbit;
                NS_TEST_EXPECT_MSG_EQ((std::abs(off) <= links * PACKET_MBIT),
                                      true,
                                      "slot " << t << " is off by " << off << " Mbit after "
                                              << links << " links");
            }
            NS_TEST_EXPECT_MSG_GT(links, 150, "links were granted");
        }
    }

    std::vector<LinkGroupSlot> Run(Kind kind, Fidelity fidelity, std::vector<uint64_t>& updates)
    {
        SetPeriod(50);
        World world(kind, CreateObject<TakesTurns>(), fidelity, 15);
        Simulator::Run();
        updates = world.scenario->Updates();
        return world.slots;
    }
};

/**
 * \ingroup sterna-tests
 * Every decider meets the same arrivals, demands and shocks, and another run number others.
 */
class SternaDynamicWorldTest : public TestCase
{
  public:
    SternaDynamicWorldTest()
        : TestCase("same run, same dynamics for all deciders")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto kind : {Kind::USERS, Kind::DEMAND, Kind::CHANNEL})
        {
            const auto random = Run(kind, "Random");
            const auto greedy = Run(kind, "Greedy");
            NS_TEST_ASSERT_MSG_EQ(random.size(), 20 * 13, "twenty cycles");
            NS_TEST_EXPECT_MSG_LT(LargestDifference(random, greedy), 0.1, "the same for both");
            RngSeedManager::SetRun(2);
            NS_TEST_EXPECT_MSG_GT(LargestDifference(random, Run(kind, "Random")), 1, "another run");
            RngSeedManager::SetRun(1);
        }
    }

    static double LargestDifference(const std::vector<double>& a, const std::vector<double>& b)
    {
        double largest = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
        {
            largest = std::max(largest, std::abs(a[i] - b[i]));
        }
        return largest;
    }

    /// Arrivals and twelve gains (dB) of each cycle. A gain is kept for a second from when somebody
    /// asks for it, which depends on the decider; the satellite moves it by less than 0.1 dB.
    std::vector<double> Run(Kind kind, const std::string& decider)
    {
        SetPeriod(50);
        World world(kind, CreateLinkGroupDecider(decider), SlotScheduler::FLOW, 20);
        std::vector<double> seen;
        for (uint32_t cycle = 0; cycle < 20; ++cycle)
        {
            Simulator::Schedule(Seconds(cycle + 0.05), [&]() {
                PointerValue traffic;
                world.scheduler->GetAttribute("Traffic", traffic);
                const auto users = traffic.Get<LinkGroupUserTraffic>();
                const auto& state = world.scheduler->GetState();
                seen.push_back(users ? users->GetArrivals() : 0);
                for (uint32_t k = 8; k < 20; ++k)
                {
                    seen.push_back(10 * std::log10(state.gains(k % 4, k) + 1e-20));
                }
            });
        }
        Simulator::Run();
        return seen;
    }
};

/**
 * \ingroup sterna-tests
 * 1000 slots are 100 s around the satellite's culmination: it stays high. Without the Earth's
 * rotation the central angle to the nearest point of the track, psi_0 = acos(R cos 60 / (R + h)) -
 * 60 deg = 3.55 deg, grows to acos(cos psi_0 cos(w t)) with w = 0.0598 deg/s at 780 km; then
 * tan E = (cos psi - R / (R + h)) / sin psi: 52.6 deg after 50 s, 40.0 deg after 100 s.
 */
class SternaLongPassTest : public TestCase
{
  public:
    SternaLongPassTest()
        : TestCase("the satellite stays high for the whole of a long run")
    {
    }

  private:
    void DoRun() override
    {
        Expect(100, 52.6);
        Expect(200, 40.0);
    }

    void Expect(double duration, double ends)
    {
        LinkGroupScenario scenario(LinkGroupSetting(), Seconds(duration), 500);
        const auto satellite = scenario.Satellites().Get(0)->GetObject<MobilityModel>();
        const auto user = scenario.Ues().Get(0)->GetObject<MobilityModel>();
        const auto look = [&](double elevation) {
            const double seen =
                RadToDeg(ElevationAngle(user->GetPosition(), satellite->GetPosition()));
            NS_TEST_EXPECT_MSG_EQ_TOL(seen, elevation, 1.0, "deg, the Earth turns meanwhile");
        };
        Simulator::Schedule(Seconds(0), [&]() { look(ends); });
        Simulator::Schedule(Seconds(duration / 2), [&]() { look(60); });
        Simulator::Schedule(Seconds(duration), [&]() { look(ends); });
        Simulator::Run();
        Simulator::Destroy();
    }
};

/**
 * \ingroup sterna-tests
 * An experiment of long runs: a record per slot, the updates marked, one run or several.
 */
class SternaDynamicExperimentTest : public TestCase
{
  public:
    SternaDynamicExperimentTest()
        : TestCase("an experiment keeps what a recovery time needs")
    {
    }

  private:
    void DoRun() override
    {
        LinkGroupExperiment experiment;
        experiment.fidelity = SlotScheduler::FLOW;
        experiment.cycles = 70;
        experiment.cyclesPerRun = 50;
        for (const std::string name : {"users", "demand", "channel"})
        {
            experiment.setting.dynamics = LinkGroupDynamics::FromName(name);
            std::vector<uint64_t> marked;
            const auto outcome = RunDecider(
                experiment,
                "Greedy",
                []() { return CreateLinkGroupDecider(std::string("Greedy")); },
                [&](const LinkGroupSlotRecord& record) {
                    if (record.update)
                    {
                        marked.push_back(1000 * record.run + record.slot.slot);
                    }
                },
                [](uint32_t) {});
            NS_TEST_EXPECT_MSG_EQ((marked == std::vector<uint64_t>{1200, 1400}), true, name);
            NS_TEST_ASSERT_MSG_EQ(outcome.runs.size(), 2, "500 slots and the rest");
            NS_TEST_EXPECT_MSG_EQ(outcome.runs[0].objective.size(), 500, name);
            NS_TEST_EXPECT_MSG_EQ(outcome.runs[0].idleObjective.size(), 500, name);
            NS_TEST_EXPECT_MSG_EQ(outcome.runs[0].updates.size(), 2, name);
            NS_TEST_EXPECT_MSG_EQ(outcome.runs[1].objective.size(), 200, name);
            NS_TEST_EXPECT_MSG_EQ(outcome.runs[1].updates.size(), 0, name);
        }
        NS_TEST_EXPECT_MSG_EQ(
            Refuses([]() { LinkGroupDynamics::FromName("weather"); }, "'weather'"),
            true,
            "no such dynamics");
        experiment.cyclesPerRun = 0;
        NS_TEST_EXPECT_MSG_EQ(
            Refuses([&]() { RunDecider(experiment, "", nullptr, nullptr, nullptr); },
                    "cycles per run is 0"),
            true,
            "endless");
    }
};

/**
 * \ingroup sterna-tests
 * Fading and shocks are hashed from node numbers: whoever is first to run after a scenario that was
 * only made to be checked must meet the same world as the next one.
 */
class SternaFirstDeciderTest : public TestCase
{
  public:
    SternaFirstDeciderTest()
        : TestCase("the first decider meets the same world as the second")
    {
    }

  private:
    static std::vector<double> Run()
    {
        LinkGroupExperiment experiment;
        experiment.fidelity = SlotScheduler::FLOW;
        experiment.cycles = 2;
        const auto outcome = RunDecider(
            experiment,
            "Greedy",
            []() { return CreateLinkGroupDecider(std::string("Greedy")); },
            [](const LinkGroupSlotRecord&) {},
            [](uint32_t) {});
        return outcome.runs.at(0).objective;
    }

    void DoRun() override
    {
        LinkGroupScenario(LinkGroupSetting(), Seconds(1), 0);
        const auto first = Run();
        NS_TEST_EXPECT_MSG_EQ((first == Run()), true, "bit by bit");
    }
};

/**
 * \ingroup sterna-tests
 * Users who come and go, demands that jump, links that are cut.
 */
class SternaDynamicsTestSuite : public TestSuite
{
  public:
    SternaDynamicsTestSuite()
        : TestSuite("sterna-dynamics", Type::UNIT)
    {
        for (const auto test : MakeDynamicsTrafficTests())
        {
            AddTestCase(test);
        }
        AddTestCase(MakeShockLossTest());
        AddTestCase(new SternaChannelShocksTest);
        AddTestCase(new SternaBookedCarryOverTest);
        AddTestCase(new SternaDynamicFidelityTest);
        AddTestCase(new SternaDynamicWorldTest);
        AddTestCase(new SternaLongPassTest);
        AddTestCase(new SternaDynamicExperimentTest);
        AddTestCase(new SternaFirstDeciderTest);
    }
};

static SternaDynamicsTestSuite g_sternaDynamicsTestSuite;
