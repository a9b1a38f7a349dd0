/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-bench
 *
 * Row 11 of the performance goals: how long does an episode of service migration take at packet
 * level? 40 users with 7 packets/s of 1 Mbit in the mean and 8 satellites with 10 beams, for 60
 * slots of 300 s: 5 million packets. In every slot every fourth user moves to the next satellite,
 * which serves it after a pause. What is generated must have arrived, wait or have expired.
 */

#include "sterna-bench-report.h"

#include "ns3/command-line.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/node.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/simulator.h"
#include "ns3/sterna-channel.h"
#include "ns3/sterna-destination-queue.h"
#include "ns3/sterna-net-device.h"
#include "ns3/sterna-poisson-flow.h"
#include "ns3/sterna-statistics.h"
#include "ns3/uinteger.h"

#include <chrono>
#include <iostream>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

constexpr std::size_t USERS = 40;
constexpr std::size_t SATELLITES = 8;
constexpr uint32_t BEAMS = 10;
constexpr double LAMBDA = 7.0;      // packets/s
constexpr double RATE = 14e6;       // bit/s of each user
constexpr double DISTANCE = 22e6;   // m
constexpr double SLOT = 300.0;      // s
constexpr double PAUSE = 0.5;       // s
constexpr double TARGET = 60.0;     // s
constexpr uint64_t LIMIT = 1 << 30; // bytes of a queue

/// Satellites, users, their queues and flows.
struct Episode
{
    std::vector<Ptr<SternaNetDevice>> satellites;
    std::vector<Ptr<SternaNetDevice>> users;
    std::vector<Ptr<DestinationQueue>> queues;
    std::vector<Ptr<PoissonFlow>> flows;

    explicit Episode(Time lifetime)
    {
        auto channel = CreateObject<SternaChannel>();
        auto loss = CreateObject<MatrixPropagationLossModel>();
        loss->SetDefaultLoss(80.0);
        channel->SetPathLoss(loss);
        for (std::size_t s = 0; s < SATELLITES; ++s)
        {
            satellites.push_back(Install(channel, DISTANCE));
            satellites.back()->SetAttribute("Beams", UintegerValue(BEAMS));
        }
        for (std::size_t u = 0; u < USERS; ++u)
        {
            users.push_back(Install(channel, 0.0));
            auto queue = CreateObject<DestinationQueue>();
            queue->SetAttribute("MaxBytes", UintegerValue(LIMIT));
            queue->SetAttribute("Lifetime", TimeValue(lifetime));
            queues.push_back(queue);
            auto flow = CreateObject<PoissonFlow>();
            flow->AssignStreams(static_cast<int64_t>(2 * u));
            flow->Connect(queue, users.back());
            flow->SetRate(LAMBDA);
            flows.push_back(flow);
        }
    }

    static Ptr<SternaNetDevice> Install(Ptr<SternaChannel> channel, double x)
    {
        auto node = CreateObject<Node>();
        auto mobility = CreateObject<ConstantPositionMobilityModel>();
        mobility->SetPosition(Vector(x, 0.0, 0.0));
        node->AggregateObject(mobility);
        auto device = CreateObject<SternaNetDevice>();
        device->SetAddress(Mac48Address::Allocate());
        node->AddDevice(device);
        device->SetChannel(channel);
        return device;
    }

    /// The beginning of a slot.
    void Begin(std::size_t slot) const
    {
        for (std::size_t u = 0; u < USERS; ++u)
        {
            // User u has moved with every fourth slot until now.
            const bool moves = slot > 0 && (u + slot) % 4 == 0;
            const auto& satellite = satellites[(u + (u % 4 + slot) / 4) % SATELLITES];
            const Time pause = Seconds(moves ? PAUSE : 0.0);
            const Grant grant{users[u], queues[u], RATE, 0.0, Seconds(SLOT) - pause, 1.0 / BEAMS};
            Simulator::Schedule(pause, &SternaNetDevice::Transmit, satellite, grant);
        }
    }
};

/// One episode. \return seconds of wall time
double
Measure(std::size_t slots, Time lifetime, uint64_t& packets)
{
    const Episode episode(lifetime);
    for (std::size_t slot = 0; slot < slots; ++slot)
    {
        Simulator::Schedule(Seconds(SLOT * slot), &Episode::Begin, &episode, slot);
    }
    Simulator::Stop(Seconds(SLOT * slots));
    const auto begin = std::chrono::steady_clock::now();
    Simulator::Run();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    PoissonFlow::Count generated;
    uint64_t onTime = 0;
    for (const auto& flow : episode.flows)
    {
        generated.packets += flow->GetAccount().generated.packets;
        onTime += flow->GetAccount().onTime.packets;
        if (flow->GetAccount().lost.packets > 0 || flow->GetInFlight().packets > 1000)
        {
            std::cerr << "packets are missing\n";
            std::exit(1);
        }
    }
    Simulator::Destroy();
    packets = generated.packets;
    std::cout << "row 11: lifetime " << lifetime.As(Time::S) << ": " << packets / wall.count()
              << " packets/s, " << 100.0 * onTime / packets << " % on time\n";
    return wall.count();
}

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t slots = 60;
    uint32_t rounds = 3;
    std::string json;
    CommandLine cmd(__FILE__);
    cmd.AddValue("slots", "slots of an episode", slots);
    cmd.AddValue("rounds", "episodes of each kind, of which the median is taken", rounds);
    cmd.AddValue("json", "file for the results", json);
    cmd.Parse(argc, argv);
    bench::Report report("queueing");
    for (const double lifetime : {0.0, 0.5})
    {
        std::vector<double> walls;
        uint64_t packets = 0;
        for (uint32_t round = 0; round < rounds; ++round)
        {
            walls.push_back(Measure(slots, Seconds(lifetime), packets));
        }
        report.AtMost(11,
                      "seconds of an episode of " + std::to_string(packets) + " packets" +
                          (lifetime > 0.0 ? " with a lifetime" : ""),
                      Median(walls),
                      TARGET);
    }
    report.Write(json);
    return 0;
}
