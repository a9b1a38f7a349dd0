/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-bench
 *
 * Rows 2 and 3 of the performance goals, on link-group scheduling:
 *  2. a packet-level slot with K = 1000 against one with K = 100, at the same granted bits;
 *  3. slots per second at flow level against packet level, K = 500;
 *  9. memory of a packet-level run of 10^6 slots against one of 10^4.
 *
 * What is timed is the simulation without its set-up; sides take turns, the median of the rounds
 * counts.
 */

#include "sterna-bench-report.h"

#include "ns3/command-line.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/simulator.h"
#include "ns3/sterna-link-group-scenario.h"
#include "ns3/sterna-scheduler-helper.h"
#include "ns3/sterna-statistics.h"

#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <sys/resource.h>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

using Clock = std::chrono::steady_clock;

/// Slots of a timed simulation and what they carried.
struct Timed
{
    double secondsPerSlot;
    double mbitPerSlot;
};

/// Serves the BS from the satellite in every slot: the same bits whatever K is.
class SameLink : public LinkGroupDecider
{
  public:
    LinkGroup Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State&) override
    {
        LinkGroup group(problem.Transmitters());
        group.serves[0] = 0;
        return group;
    }
};

class Volume
{
  public:
    void Add(const LinkGroupSlot& slot)
    {
        mbit += slot.deliveredMbit;
    }

    double mbit{0};
};

Timed
Simulate(uint32_t devices,
         SlotScheduler::Fidelity fidelity,
         Ptr<LinkGroupDecider> decider,
         uint32_t cycles)
{
    LinkGroupSetting setting;
    setting.devices = devices;
    LinkGroupScenario scenario(setting, Seconds(60), 500);
    const auto scheduler = scenario.Install(decider, fidelity, cycles);
    scheduler->GetProblem(); // set-up, not to be timed
    Volume volume;
    scheduler->TraceConnectWithoutContext("GroupSlot", MakeCallback(&Volume::Add, &volume));
    const auto begin = Clock::now();
    Simulator::Run();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const double slots = scheduler->GetSlots();
    Simulator::Destroy();
    return {seconds / slots, volume.mbit / slots};
}

void
CostOfDevices(uint32_t rounds, bench::Report& report)
{
    std::vector<double> few;
    std::vector<double> many;
    double mbit[2] = {0, 0};
    // so much demand that the one link never runs out of it
    Config::SetDefault("ns3::sterna::LinkGroupTraffic::Scale", DoubleValue(20));
    for (uint32_t r = 0; r < rounds; ++r)
    {
        const auto a = Simulate(100, SlotScheduler::PACKET, CreateObject<SameLink>(), 10);
        const auto b = Simulate(1000, SlotScheduler::PACKET, CreateObject<SameLink>(), 10);
        few.push_back(a.secondsPerSlot);
        many.push_back(b.secondsPerSlot);
        mbit[0] = a.mbitPerSlot;
        mbit[1] = b.mbitPerSlot;
    }
    Config::SetDefault("ns3::sterna::LinkGroupTraffic::Scale", DoubleValue(3));
    std::cout << "row 2: packet-level slot, K = 100: " << 1e3 * Median(few) << " ms (" << mbit[0]
              << " Mbit), K = 1000: " << 1e3 * Median(many) << " ms (" << mbit[1] << " Mbit)\n";
    report.AtMost(2, "slot time, K = 1000 / K = 100", Median(many) / Median(few), 1.5);
}

void
FlowAgainstPacket(const std::string& rule, uint32_t rounds, bench::Report& report)
{
    std::vector<double> packet;
    std::vector<double> flow;
    for (uint32_t r = 0; r < rounds; ++r)
    {
        packet.push_back(
            Simulate(500, SlotScheduler::PACKET, CreateLinkGroupDecider(rule), 5).secondsPerSlot);
        flow.push_back(
            Simulate(500, SlotScheduler::FLOW, CreateLinkGroupDecider(rule), 500).secondsPerSlot);
    }
    std::cout << "row 3: " << rule << ", K = 500: " << 1 / Median(packet)
              << " slots/s at packet level, " << 1 / Median(flow) << " at flow level\n";
    report.AtLeast(3, "slots/s, flow / packet, " + rule, Median(packet) / Median(flow), 1000);
}

/// A packet-level run with few packets in each slot; prints packets and peak memory (KiB).
void
RunSlots(uint32_t slots)
{
    Config::SetDefault("ns3::sterna::LinkGroupTraffic::Scale", DoubleValue(0.002));
    LinkGroupSetting setting;
    LinkGroupScenario scenario(setting, Seconds(slots / 10.0), 500);
    const auto scheduler =
        scenario.Install(CreateLinkGroupDecider("Random"), SlotScheduler::PACKET, slots / 10);
    uint64_t packets = 0;
    const std::function<void(const LinkGroupCycle&)> count = [&](const LinkGroupCycle& cycle) {
        packets += cycle.packetsSent;
    };
    scheduler->TraceConnectWithoutContext("CycleEnd", Callback<void, const LinkGroupCycle&>(count));
    Simulator::Run();
    Simulator::Destroy();
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    std::cout << packets << " " << usage.ru_maxrss << "\n";
}

/// Each run is a process of its own, because a peak does not go down again.
void
GrowthOfMemory(const std::string& self, bench::Report& report)
{
    double memory[2] = {0, 0};
    const uint32_t slots[2] = {10000, 1000000};
    for (int i = 0; i < 2; ++i)
    {
        FILE* pipe = popen((self + " --slots=" + std::to_string(slots[i])).c_str(), "r");
        double packets = 0;
        const bool read =
            pipe != nullptr && std::fscanf(pipe, "%lf %lf", &packets, &memory[i]) == 2;
        if (pipe == nullptr || pclose(pipe) != 0 || !read)
        {
            throw InputError("The program '" + self + "' cannot be run once more.");
        }
        std::cout << "row 9: " << slots[i] << " slots, " << packets << " packets: peak memory "
                  << memory[i] << " KiB\n";
    }
    report.AtMost(9, "memory, 10^6 slots / 10^4 slots", memory[1] / memory[0], 1.1);
}

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t rounds = 5;
    uint32_t slots = 0;
    std::string json;
    CommandLine cmd(__FILE__);
    cmd.AddValue("rounds", "rounds of which the median is taken", rounds);
    cmd.AddValue("slots", "only run so many slots and print packets and memory", slots);
    cmd.AddValue("json", "file for the results", json);
    cmd.Parse(argc, argv);
    if (slots > 0)
    {
        RunSlots(slots);
        return 0;
    }
    bench::Report report("link-group");
    CostOfDevices(rounds, report);
    FlowAgainstPacket("Random", rounds, report);
    FlowAgainstPacket("Greedy", rounds, report);
    GrowthOfMemory(argv[0], report);
    report.Write(json);
    return 0;
}
