/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-network-tests.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/flow-monitor-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-flow-classifier.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/pcap-file.h"
#include "ns3/sterna-helper.h"
#include "ns3/udp-client-server-helper.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <fstream>
#include <sstream>

namespace ns3
{
namespace sterna
{
namespace test
{

namespace
{

/// LEO -> TST in Ka band, TST -> UE in C band, with IP addresses and routes.
struct TwoHops
{
    SternaHelper helper;
    Ptr<Node> leo{CreateObject<Node>()};
    Ptr<Node> tst{CreateObject<Node>()};
    Ptr<Node> ue{CreateObject<Node>()};
    NetDeviceContainer devices; ///< LEO Ka, TST Ka, TST C, UE C.
    Ipv4Address ueAddress;

    TwoHops()
    {
        for (const Band band : {Band::KA, Band::C})
        {
            helper.SetPathLoss(band, "ns3::FixedRssLossModel", "Rss", DoubleValue(-70.0));
            helper.SetFading(band, "");
        }
        double x = 0.0;
        for (const auto& node : {leo, tst, ue})
        {
            auto mobility = CreateObject<ConstantPositionMobilityModel>();
            mobility->SetPosition(Vector(x, 0.0, 0.0));
            node->AggregateObject(mobility);
            x += LIGHT_MILLISECOND;
        }
        devices.Add(helper.Install(leo, Terminal::SATELLITE));
        devices.Add(helper.Install(tst, Terminal::TST));
        devices.Add(helper.Install(ue, Terminal::CELLULAR_UE));

        InternetStackHelper().Install(NodeContainer(leo, tst, ue));
        Ipv4AddressHelper address("10.1.1.0", "255.255.255.0");
        const auto ka = address.Assign(NetDeviceContainer(devices.Get(0), devices.Get(1)));
        address.SetBase("10.1.2.0", "255.255.255.0");
        const auto c = address.Assign(NetDeviceContainer(devices.Get(2), devices.Get(3)));
        ueAddress = c.GetAddress(1);
        Ipv4StaticRoutingHelper routing;
        routing.GetStaticRouting(leo->GetObject<Ipv4>())->SetDefaultRoute(ka.GetAddress(1), 1);
        routing.GetStaticRouting(ue->GetObject<Ipv4>())->SetDefaultRoute(c.GetAddress(0), 1);
    }

    Ptr<PacketSink> AddSink(const std::string& protocol) const
    {
        PacketSinkHelper sink(protocol, InetSocketAddress(Ipv4Address::GetAny(), 9));
        return DynamicCast<PacketSink>(sink.Install(ue).Get(0));
    }

    void AddUdpClient(uint32_t packets, uint32_t size) const
    {
        UdpClientHelper client(ueAddress, 9);
        client.SetAttribute("MaxPackets", UintegerValue(packets));
        client.SetAttribute("PacketSize", UintegerValue(size));
        // While ARP asks, which ns-3 delays by up to 10 ms, no second packet comes in.
        client.SetAttribute("Interval", TimeValue(MilliSeconds(20)));
        client.Install(leo);
    }
};

/// UDP over both bands with IP forwarding and ARP, counted by sink, FlowMonitor and ledger.
class UdpTest : public TestCase
{
  public:
    UdpTest()
        : TestCase("UDP from LEO over TST to UE")
    {
    }

  private:
    void DoRun() override
    {
        TwoHops net;
        const auto sink = net.AddSink("ns3::UdpSocketFactory");
        net.AddUdpClient(100, 512);
        const auto ledger = CreateObject<DeliveryLedger>();
        ledger->AttachNode(net.ue);
        FlowMonitorHelper flowHelper;
        const auto monitor = flowHelper.InstallAll();
        Simulator::Stop(Seconds(5));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(sink->GetTotalRx(), 100 * 512, "bytes at the socket");
        NS_TEST_ASSERT_MSG_EQ(monitor->GetFlowStats().size(), 1, "one flow");
        const auto& flow = monitor->GetFlowStats().begin()->second;
        NS_TEST_EXPECT_MSG_EQ(flow.txPackets, 100, "FlowMonitor: sent");
        NS_TEST_EXPECT_MSG_EQ(flow.rxPackets, 100, "FlowMonitor: received");
        NS_TEST_EXPECT_MSG_EQ(flow.timesForwarded, 100, "FlowMonitor: forwarded once each");
        // Two hops of 1 ms each, and less than 1 ms to send.
        NS_TEST_EXPECT_MSG_GT(flow.lastDelay, MilliSeconds(2), "propagation of both hops");
        NS_TEST_EXPECT_MSG_LT(flow.lastDelay, MilliSeconds(3), "propagation of both hops");
        // IPv4 and UDP headers are 28 bytes. ARP asks the UE once (28 bytes): the TST does.
        NS_TEST_EXPECT_MSG_EQ(ledger->GetBits(net.ue->GetId()), 8 * (100 * 540 + 28), "ledger");
        Simulator::Destroy();
    }
};

/// TCP needs both directions and its packets in order.
class TcpTest : public TestCase
{
  public:
    TcpTest()
        : TestCase("TCP from LEO over TST to UE")
    {
    }

  private:
    void DoRun() override
    {
        TwoHops net;
        const auto sink = net.AddSink("ns3::TcpSocketFactory");
        BulkSendHelper source("ns3::TcpSocketFactory", InetSocketAddress(net.ueAddress, 9));
        source.SetAttribute("MaxBytes", UintegerValue(200000));
        source.Install(net.leo);
        Simulator::Stop(Seconds(20));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(sink->GetTotalRx(), 200000, "every byte arrives");
        Simulator::Destroy();
    }
};

/// A managed hop inside an ordinary IP path: packets wait for the grant, then all of them arrive.
class ManagedUdpTest : public TestCase
{
  public:
    ManagedUdpTest()
        : TestCase("UDP over a managed hop flows under grants only")
    {
    }

  private:
    void DoRun() override
    {
        TwoHops net;
        const auto sink = net.AddSink("ns3::UdpSocketFactory");
        net.AddUdpClient(50, 512);
        const auto tx = net.tst->GetObject<Terminal>()->GetDevice(Band::C);
        const auto rx = net.ue->GetObject<Terminal>()->GetDevice(Band::C);
        tx->SetManaged(true);
        Simulator::Schedule(Seconds(2), [&]() {
            NS_TEST_EXPECT_MSG_EQ(sink->GetTotalRx(), 0, "no grant, no packet");
            tx->Transmit({rx,
                          net.helper.GetCoreNetwork()->GetQueue(net.ue->GetId()),
                          10e6,
                          0.0,
                          MilliSeconds(100)});
        });
        Simulator::Stop(Seconds(5));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(sink->GetTotalRx(), 50 * 512, "all of them");
        Simulator::Destroy();
    }
};

/// A pcap file, read again with ns-3's reader: Ethernet frames, one per packet, bulk and IP.
class PcapTest : public TestCase
{
  public:
    PcapTest()
        : TestCase("A pcap file holds the frames")
    {
    }

  private:
    void DoRun() override
    {
        const auto name = CreateTempDirFilename("sterna-network.pcap");
        {
            TwoHops net;
            net.helper.EnablePcap(name, net.devices.Get(3), false, true);
            net.AddSink("ns3::UdpSocketFactory");
            net.AddUdpClient(3, 100);
            const auto queue = net.helper.GetCoreNetwork()->GetQueue(net.ue->GetId());
            Simulator::Schedule(Seconds(1), [&]() {
                queue->SetDemand(8 * 3100);
                DynamicCast<SternaNetDevice>(net.devices.Get(2))
                    ->Transmit({DynamicCast<SternaNetDevice>(net.devices.Get(3)),
                                queue,
                                10e6,
                                0.0,
                                MilliSeconds(100)});
            });
            Simulator::Stop(Seconds(5));
            Simulator::Run();
            Simulator::Destroy();
        }
        PcapFile file;
        file.Open(name, std::ios::in);
        NS_TEST_ASSERT_MSG_EQ(file.Fail(), false, "the file opens");
        NS_TEST_EXPECT_MSG_EQ(file.GetDataLinkType(), 1, "DLT_EN10MB");
        // ARP request in and reply out (14 + 28 bytes), 3 x UDP (14 + 20 + 8 + 100), and 3100 bytes
        // of bulk in 1500 + 1500 + 100.
        const std::vector<std::pair<uint32_t, uint16_t>> expected{{42, 0x0806},
                                                                  {42, 0x0806},
                                                                  {142, 0x0800},
                                                                  {142, 0x0800},
                                                                  {142, 0x0800},
                                                                  {1514, 0x88B5},
                                                                  {1514, 0x88B5},
                                                                  {114, 0x88B5}};
        for (const auto& [size, type] : expected)
        {
            uint8_t data[2000];
            uint32_t sec = 0;
            uint32_t usec = 0;
            uint32_t included = 0;
            uint32_t original = 0;
            uint32_t read = 0;
            file.Read(data, sizeof(data), sec, usec, included, original, read);
            NS_TEST_ASSERT_MSG_EQ(file.Fail(), false, "one more frame");
            NS_TEST_EXPECT_MSG_EQ(original, size, "its size");
            NS_TEST_EXPECT_MSG_EQ((data[12] << 8 | data[13]), type, "its EtherType");
        }
        uint8_t byte;
        uint32_t ignored;
        file.Read(&byte, 1, ignored, ignored, ignored, ignored, ignored);
        NS_TEST_EXPECT_MSG_EQ(file.Eof(), true, "and no more");
    }
};

/// An ascii trace: one line per enqueue, dequeue, drop and receive, with the packet spelt out.
class AsciiTest : public TestCase
{
  public:
    AsciiTest()
        : TestCase("An ascii trace has a line per event")
    {
    }

  private:
    void DoRun() override
    {
        const auto name = CreateTempDirFilename("sterna-network.tr");
        {
            TwoHops net;
            AsciiTraceHelper ascii;
            net.helper.EnableAscii(ascii.CreateFileStream(name), net.devices.Get(2));
            net.AddSink("ns3::UdpSocketFactory");
            net.AddUdpClient(3, 100);
            Simulator::Stop(Seconds(5));
            Simulator::Run();
            Simulator::Destroy();
        }
        std::ifstream file(name);
        std::map<char, int> lines;
        int udp = 0;
        for (std::string line; std::getline(file, line);)
        {
            ++lines[line.at(0)];
            udp += line.find("ns3::UdpHeader") != std::string::npos;
            NS_TEST_EXPECT_MSG_NE(line.find("ns3::EthernetHeader"), std::string::npos, line);
        }
        // The TST's C-band device sends an ARP request and 3 packets, and receives the ARP reply.
        NS_TEST_EXPECT_MSG_EQ(lines['+'], 4, "enqueued");
        NS_TEST_EXPECT_MSG_EQ(lines['-'], 4, "dequeued");
        NS_TEST_EXPECT_MSG_EQ(lines['r'], 1, "received");
        NS_TEST_EXPECT_MSG_EQ(lines['d'], 0, "dropped");
        NS_TEST_EXPECT_MSG_EQ(udp, 6, "three packets, two lines each");
    }
};

/// Roles have the bands and values of Table I and of the list of defaults.
class HelperTest : public TestCase
{
  public:
    HelperTest()
        : TestCase("The helper installs roles, bands and Table I")
    {
    }

  private:
    void DoRun() override
    {
        SternaHelper helper;
        NodeContainer leo(1);
        NodeContainer tst(2);
        NodeContainer bs(1);
        NodeContainer ue(6);
        NS_TEST_EXPECT_MSG_EQ(helper.InstallSatellites(leo).GetN(), 1, "Ka");
        // 3 with two bands, 3 dual-mode with two bands, 3 cellular with one.
        NS_TEST_EXPECT_MSG_EQ(helper.InstallTerminals(tst, bs, ue).GetN(), 15, "devices");
        Expect(leo.Get(0), Terminal::SATELLITE, 100.0, 30.0, -1.0);
        Expect(tst.Get(1), Terminal::TST, 2.0, 33.0, 0.0);
        Expect(bs.Get(0), Terminal::BASE_STATION, 40.0, 33.0, 0.0);
        Expect(ue.Get(0), Terminal::CELLULAR_UE, 0.2, -1.0, 0.0);
        Expect(ue.Get(1), Terminal::DUAL_MODE_UE, 0.2, 27.0, 0.0);
        Expect(ue.Get(4), Terminal::CELLULAR_UE, 0.2, -1.0, 0.0);
        Expect(ue.Get(5), Terminal::DUAL_MODE_UE, 0.2, 27.0, 0.0);
        const auto ka = helper.GetChannel(Band::KA);
        const auto c = helper.GetChannel(Band::C);
        NS_TEST_EXPECT_MSG_EQ(ka->GetFrequency(), 30e9, "Table I");
        NS_TEST_EXPECT_MSG_EQ(ka->GetBandwidth(), 400e6, "Table I");
        NS_TEST_EXPECT_MSG_EQ(c->GetFrequency(), 4e9, "Table I");
        NS_TEST_EXPECT_MSG_EQ(c->GetBandwidth(), 20e6, "Table I");
        // 1 dB and 3 dB.
        NS_TEST_EXPECT_MSG_EQ_TOL(ka->GetSinrThreshold(), 1.258925, 1e-6, "threshold");
        NS_TEST_EXPECT_MSG_EQ_TOL(c->GetSinrThreshold(), 1.995262, 1e-6, "threshold");

        ExpectRefusal([&]() { helper.Install(leo.Get(0), Terminal::TST); },
                      "install each node once");
        ExpectRefusal([&]() { helper.SetDualModeShare(1.5); }, "share of 1.5");
        ExpectRefusal([&]() { helper.SetFading(Band::C, ""); }, "exists already");
        ExpectRefusal(
            [&]() {
                helper.SetDeviceAttribute(Terminal::SATELLITE,
                                          Band::C,
                                          "TxPower",
                                          DoubleValue(1.0));
            },
            "satellites and gateways have Ka band only");
        ExpectRefusal([&]() { helper.InstallSatellites(NodeContainer(2), {CircularOrbit()}); },
                      "1 orbits for 2 satellites");
        Simulator::Destroy();
    }

    /// Gains in dBi; -1 where the role does not have the band.
    void Expect(Ptr<Node> node, Terminal::Role role, double power, double kaGain, double cGain)
    {
        const auto terminal = node->GetObject<Terminal>();
        NS_TEST_ASSERT_MSG_EQ(!terminal, false, "a terminal");
        NS_TEST_EXPECT_MSG_EQ(terminal->GetRole(), role, "role");
        for (const auto& [band, gain] : {std::make_pair(Band::KA, kaGain), {Band::C, cGain}})
        {
            const auto device = terminal->GetDevice(band);
            const bool hasBand = gain >= 0.0;
            NS_TEST_EXPECT_MSG_EQ(terminal->HasBand(band), hasBand, "band of the role");
            NS_TEST_ASSERT_MSG_EQ(!device, !hasBand, "device where there is a band");
            if (device)
            {
                NS_TEST_EXPECT_MSG_EQ(device->GetTxPower(), power, "power in W");
                NS_TEST_EXPECT_MSG_EQ_TOL(device->GetLinearAntennaGain(),
                                          std::pow(10.0, gain / 10.0),
                                          1e-9,
                                          "antenna gain");
            }
        }
    }

    void ExpectRefusal(const std::function<void()>& action, const std::string& word)
    {
        const auto refusal = RefusalOf(action);
        NS_TEST_EXPECT_MSG_NE(refusal.find(word),
                              std::string::npos,
                              "'" << refusal << "' should contain '" << word << "'");
    }
};

/// The default Ka band: a dual-mode user that sees a satellite of 780 km at 60 degrees.
class DefaultKaBudgetTest : public TestCase
{
  public:
    DefaultKaBudgetTest()
        : TestCase("The default Ka link budget at 60 degrees")
    {
    }

  private:
    void DoRun() override
    {
        // The user on a sphere of 6371 km; slant range of 780 km altitude at elevation E:
        // d = sqrt((R sin E)^2 + 2 R h + h^2) - R sin E = 880.6 km.
        const double radius = 6371e3;
        const double height = 780e3;
        const double sine = std::sin(M_PI / 3.0);
        const double range =
            std::sqrt(std::pow(radius * sine, 2) + 2.0 * radius * height + height * height) -
            radius * sine;
        NodeContainer leo(1);
        NodeContainer ue(1);
        Place(ue.Get(0), Vector(radius, 0.0, 0.0));
        Place(leo.Get(0), Vector(radius + range * sine, 0.5 * range, 0.0));
        SternaHelper helper;
        helper.SetDualModeShare(1.0);
        const auto tx = DynamicCast<SternaNetDevice>(helper.InstallSatellites(leo).Get(0));
        const auto rx = DynamicCast<SternaNetDevice>(
            helper.InstallTerminals(NodeContainer(), NodeContainer(), ue).Get(0));
        const auto channel = helper.GetChannel(Band::KA);
        // 100 W = 50 dBm; 30 + 27 dBi; free space 20 log10(4 pi d f / c) at 30 GHz; cloud and rain
        // 3 x 0.5 / sin 60 dB (eq. 3); no pointing loss, as the antenna is steered at the user;
        // noise -174 + 10 log10(400e6) dBm. That is 12.3 dB, the calibrated default.
        const double freeSpace = 20.0 * std::log10(4.0 * M_PI * range * 30e9 / 299792458.0);
        const double expected = 50.0 + 57.0 - freeSpace - 1.5 / sine - (-174.0 + 86.0206);
        NS_TEST_EXPECT_MSG_EQ_TOL(expected, 12.3, 0.1, "the documented value");
        const double snr =
            tx->GetTxPower() * channel->GetLargeScaleGain(tx, rx) / channel->GetNoisePower(rx);
        NS_TEST_EXPECT_MSG_EQ_TOL(10.0 * std::log10(snr), expected, 0.05, "SNR in dB");
        NS_TEST_EXPECT_MSG_GT(helper.AssignStreams(1), 0, "fading draws from streams");
        Simulator::Destroy();
    }

    static void Place(Ptr<Node> node, Vector position)
    {
        auto mobility = CreateObject<ConstantPositionMobilityModel>();
        mobility->SetPosition(position);
        node->AggregateObject(mobility);
    }
};

} // namespace

std::vector<TestCase*>
MakeNetworkTraceTests()
{
    return {new UdpTest,
            new TcpTest,
            new ManagedUdpTest,
            new PcapTest,
            new AsciiTest,
            new HelperTest,
            new DefaultKaBudgetTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
