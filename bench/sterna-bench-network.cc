/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-bench
 *
 * Row 1 of the performance goals: how many 1500-byte packets per second of wall time go through
 * Sterna's device, channel and ledger, and how many through ns-3's PointToPointNetDevice in the
 * same program? Both links have the same rate and delay and are saturated; both receivers hand
 * every packet to a protocol handler. The runs alternate, and medians count.
 */

#include "sterna-bench-report.h"

#include "ns3/command-line.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/data-rate.h"
#include "ns3/node.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/queue-size.h"
#include "ns3/simulator.h"
#include "ns3/sterna-channel.h"
#include "ns3/sterna-delivery-ledger.h"
#include "ns3/sterna-destination-queue.h"
#include "ns3/sterna-net-device.h"
#include "ns3/sterna-statistics.h"
#include "ns3/string.h"

#include <chrono>
#include <functional>
#include <iostream>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

constexpr double RATE = 1e9;           // bit/s
constexpr uint32_t PACKET_SIZE = 1500; // bytes
constexpr double DISTANCE = 780e3;     // m, a satellite overhead
constexpr double LIGHT = 299792458.0;  // m/s
constexpr uint32_t REFILL = 100;       // packets that are sent to the point-to-point queue at once
constexpr double TARGET = 2.0;

uint64_t g_handled = 0; // packets that reached a protocol handler

void
Handle(Ptr<NetDevice>,
       Ptr<const Packet>,
       uint16_t,
       const Address&,
       const Address&,
       NetDevice::PacketType)
{
    ++g_handled;
}

Ptr<Node>
MakeNode(double x)
{
    auto node = CreateObject<Node>();
    auto mobility = CreateObject<ConstantPositionMobilityModel>();
    mobility->SetPosition(Vector(x, 0.0, 0.0));
    node->AggregateObject(mobility);
    return node;
}

/// A transmitter and a receiver in one band.
struct SternaLink
{
    Ptr<SternaNetDevice> tx;
    Ptr<SternaNetDevice> rx;
    Ptr<DestinationQueue> queue;
    Ptr<DeliveryLedger> ledger;

    SternaLink()
        : queue(CreateObject<DestinationQueue>()),
          ledger(CreateObject<DeliveryLedger>())
    {
        auto channel = CreateObject<SternaChannel>();
        auto loss = CreateObject<MatrixPropagationLossModel>();
        loss->SetDefaultLoss(80.0);
        channel->SetPathLoss(loss);
        tx = Install(channel, 0.0);
        rx = Install(channel, DISTANCE);
        rx->GetNode()->RegisterProtocolHandler(MakeCallback(&Handle), BULK_PROTOCOL, rx);
        ledger->Attach(rx);
    }

    static Ptr<SternaNetDevice> Install(Ptr<SternaChannel> channel, double x)
    {
        auto device = CreateObject<SternaNetDevice>();
        device->SetAddress(Mac48Address::Allocate());
        MakeNode(x)->AddDevice(device);
        device->SetChannel(channel);
        device->SetManaged(true);
        return device;
    }

    void Transmit(Time duration) const
    {
        Grant grant;
        grant.receiver = rx;
        grant.queue = queue;
        grant.rate = RATE;
        grant.minSinr = 2.0;
        grant.duration = duration;
        tx->Transmit(grant);
    }
};

/// Run the simulation. \return packets per second of wall time
double
MeasureRun(uint64_t packets)
{
    g_handled = 0;
    const auto begin = std::chrono::steady_clock::now();
    Simulator::Run();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    Simulator::Destroy();
    if (g_handled != packets)
    {
        std::cerr << g_handled << " packets arrived instead of " << packets << "\n";
        std::exit(1);
    }
    return packets / wall.count();
}

double
MeasureSterna(uint64_t packets)
{
    const SternaLink link;
    link.queue->SetDemand(packets * PACKET_SIZE * 8);
    link.Transmit(Seconds(packets * PACKET_SIZE * 8 / RATE + 1.0));
    const double rate = MeasureRun(packets);
    if (link.ledger->GetTotalPackets() != packets)
    {
        std::cerr << "the ledger has " << link.ledger->GetTotalPackets() << " packets\n";
        std::exit(1);
    }
    return rate;
}

double
MeasurePointToPoint(uint64_t packets)
{
    PointToPointHelper helper;
    helper.SetDeviceAttribute("DataRate", DataRateValue(DataRate(static_cast<uint64_t>(RATE))));
    helper.SetChannelAttribute("Delay", TimeValue(Seconds(DISTANCE / LIGHT)));
    helper.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("1000p"));
    const auto devices = helper.Install(MakeNode(0.0), MakeNode(DISTANCE));
    devices.Get(1)->GetNode()->RegisterProtocolHandler(MakeCallback(&Handle),
                                                       0x0800,
                                                       devices.Get(1));
    const auto tx = devices.Get(0);
    const auto to = devices.Get(1)->GetAddress();
    uint64_t sent = 0;
    // One event in REFILL packets keeps the queue filled; 2 bytes are the PPP header.
    std::function<void()> refill = [&]() {
        for (uint32_t i = 0; i < REFILL && sent < packets; ++i, ++sent)
        {
            tx->Send(Create<Packet>(PACKET_SIZE), to, 0x0800);
        }
        if (sent < packets)
        {
            Simulator::Schedule(Seconds(REFILL * (PACKET_SIZE + 2) * 8 / RATE), refill);
        }
    };
    Simulator::ScheduleNow(refill);
    return MeasureRun(packets);
}

void
CompareRates(uint64_t packets, uint32_t runs, bench::Report& report)
{
    std::vector<double> ours;
    std::vector<double> theirs;
    for (uint32_t run = 0; run < runs; ++run)
    {
        theirs.push_back(MeasurePointToPoint(packets));
        ours.push_back(MeasureSterna(packets));
    }
    std::cout << "row 1: one granted link: " << Median(ours)
              << " packets/s, PointToPointNetDevice: " << Median(theirs) << " packets/s\n";
    report.AtLeast(1, "packets/s, Sterna / point-to-point", Median(ours) / Median(theirs), TARGET);
}

} // namespace

int
main(int argc, char* argv[])
{
    uint64_t packets = 500000;
    uint32_t rounds = 5;
    std::string json;
    CommandLine cmd(__FILE__);
    cmd.AddValue("packets", "packets per run", packets);
    cmd.AddValue("rounds", "runs of each kind, of which the median is taken", rounds);
    cmd.AddValue("json", "file for the results", json);
    cmd.Parse(argc, argv);
    bench::Report report("network");
    CompareRates(packets, rounds, report);
    report.Write(json);
    return 0;
}
