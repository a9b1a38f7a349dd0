/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-network-tests.h"

#include "ns3/random-variable-stream.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{
namespace test
{

namespace
{

/// The link budget, by hand, for one pair: gain, noise, SNR, delay, and the same both ways.
class LinkBudgetTest : public TestCase
{
  public:
    LinkBudgetTest()
        : TestCase("Gain, noise, SNR and delay of a link")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const auto a = band.Add(0.0);
        const auto b = band.Add(LIGHT_MILLISECOND);
        band.SetLoss(a, b, 100.0);
        a->SetAttribute("TxPower", DoubleValue(2.0));
        a->SetAttribute("AntennaGain", DoubleValue(7.0));
        b->SetAttribute("AntennaGain", DoubleValue(3.0));

        // -100 dB + 7 dBi + 3 dBi = -90 dB.
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetGain(a, b), 1e-9, 1e-15, "gain");
        NS_TEST_EXPECT_MSG_EQ(band.channel->GetGain(a, b),
                              band.channel->GetGain(b, a),
                              "reciprocal");
        // -150 dBm/Hz + 60 dBHz = -90 dBm.
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetNoisePower(b), 1e-12, 1e-18, "noise");
        // 2 W x 1e-9 / 1e-12 W.
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSnr(a, b), 2000.0, 1e-6, "SNR");
        b->SetAttribute("NoiseFigure", DoubleValue(10.0));
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSnr(a, b), 200.0, 1e-7, "SNR, 10 dB figure");
        NS_TEST_EXPECT_MSG_EQ(band.channel->GetDelay(a, b), MilliSeconds(1), "speed of light");
        Simulator::Destroy();
    }
};

/// SINR with two interferers, by hand; only transmitters with a running grant interfere.
class InterferenceTest : public TestCase
{
  public:
    InterferenceTest()
        : TestCase("SINR with two granted interferers")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const auto tx = band.Add(0.0);
        const auto rx = band.Add(1.0);
        const auto other1 = band.Add(2.0);
        const auto other2 = band.Add(3.0);
        const auto far = band.Add(4.0);
        band.SetLoss(tx, rx, 100.0);
        band.SetLoss(other1, rx, 110.0);
        band.SetLoss(other2, rx, 120.0);
        other2->SetAttribute("TxPower", DoubleValue(5.0));

        // Signal 1e-10 W, noise 1e-12 W.
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSinr(tx, rx), 100.0, 1e-6, "nobody else");
        const uint64_t before = band.channel->GetActivityEpoch();
        tx->Transmit(band.To(rx, MilliSeconds(10)));
        other1->Transmit(band.To(far, MilliSeconds(10)));
        NS_TEST_EXPECT_MSG_NE(band.channel->GetActivityEpoch(), before, "a change is seen");
        // 1e-10 / (1e-12 + 1e-11).
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSinr(tx, rx), 100.0 / 11.0, 1e-6, "one");
        other2->Transmit(band.To(far, MilliSeconds(5)));
        // 1e-10 / (1e-12 + 1e-11 + 5 x 1e-12) = 100 / 16.
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSinr(tx, rx), 6.25, 1e-6, "two");
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSnr(tx, rx), 100.0, 1e-6, "SNR is without them");

        Simulator::Schedule(MilliSeconds(5), [&]() {
            NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSinr(tx, rx),
                                      100.0 / 11.0,
                                      1e-6,
                                      "one left");
        });
        Simulator::Schedule(MilliSeconds(10), [&]() {
            NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSinr(tx, rx), 100.0, 1e-6, "all over");
        });
        Simulator::Run();
        Simulator::Destroy();
    }
};

/// Path loss is asked for once per interval and link, fading at every new instant.
class LargeScaleCacheTest : public TestCase
{
  public:
    LargeScaleCacheTest()
        : TestCase("Path loss is kept for the update interval")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const auto a = band.Add(0.0);
        const auto b = band.Add(1.0);
        auto fading = CreateObject<MatrixPropagationLossModel>();
        fading->SetDefaultLoss(0.0);
        band.channel->SetFading(fading);
        band.SetLoss(a, b, 100.0);
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetGain(a, b), 1e-10, 1e-16, "first");
        band.SetLoss(a, b, 110.0);
        fading->SetDefaultLoss(10.0);
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetGain(a, b), 1e-10, 1e-16, "same instant");
        Simulator::Schedule(MilliSeconds(99), [&]() {
            NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetGain(a, b), 1e-11, 1e-17, "new fading");
            NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetLargeScaleGain(a, b),
                                      1e-10,
                                      1e-16,
                                      "old path loss");
        });
        Simulator::Schedule(MilliSeconds(100), [&]() {
            NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetGain(a, b), 1e-12, 1e-18, "both new");
        });
        Simulator::Run();
        Simulator::Destroy();
    }
};

/**
 * A grant of 12 Mbit/s over a link of 1 ms carries floor(rate x airtime / packet) packets of 1500
 * bytes, one each millisecond, and the last arrives before the grant is over. Watched and unwatched
 * transmitters must give the same arrivals: who watches must not change what happens.
 */
class GrantThroughputTest : public TestCase
{
  public:
    explicit GrantThroughputTest(bool watched)
        : TestCase(watched ? "Packets of a watched grant" : "Packets of an unwatched grant"),
          m_watched(watched)
    {
    }

  private:
    void DoRun() override
    {
        // 1 ms delay + 10 x 1 ms + the last time step: exactly 10 packets; one step less: 9.
        Expect(MilliSeconds(11) + NanoSeconds(1), 10);
        Expect(MilliSeconds(11), 9);
        Expect(MilliSeconds(1), 0);
        Expect(MicroSeconds(500), 0);
    }

    void Expect(Time duration, std::size_t packets)
    {
        const TestBand band;
        const auto tx = band.Add(0.0);
        const auto rx = band.Add(LIGHT_MILLISECOND);
        band.QueueOf(rx)->SetDemand(8 * 1500 * 100);
        Record delivered;
        delivered.Watch(rx, "Delivered");
        Record begin;
        Record end;
        if (m_watched)
        {
            begin.Watch(tx, "PhyTxBegin");
            end.Watch(tx, "PhyTxEnd");
        }
        tx->Transmit(band.To(rx, duration));
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(delivered.Count(), packets, "packets in " << duration.As(Time::MS));
        for (std::size_t i = 0; i < packets; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(delivered.times[i], MilliSeconds(i + 2), "last bit arrives");
            NS_TEST_EXPECT_MSG_LT(delivered.times[i], duration, "within the grant");
        }
        NS_TEST_EXPECT_MSG_EQ(band.QueueOf(rx)->GetBacklogBits(),
                              8 * 1500 * (100 - packets),
                              "the rest was not pulled");
        NS_TEST_ASSERT_MSG_EQ(begin.Count(), (m_watched ? packets : 0), "transmissions");
        NS_TEST_ASSERT_MSG_EQ(end.Count(), begin.Count(), "each of them ends");
        for (std::size_t i = 0; i < begin.Count(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(begin.times[i], MilliSeconds(i), "first bit leaves");
            NS_TEST_EXPECT_MSG_EQ(end.times[i], MilliSeconds(i + 1), "last bit leaves");
            NS_TEST_EXPECT_MSG_EQ(begin.sizes[i], 1514, "with an Ethernet header of 14 bytes");
        }
        Simulator::Destroy();
    }

    bool m_watched; ///< Whether the transmitter has trace sinks.
};

/// A flow-level account min(backlog, rate x airtime) and the packets agree to within one packet,
/// for sizes, rates and delays that do not divide each other.
class FlowLevelTest : public TestCase
{
  public:
    FlowLevelTest()
        : TestCase("Delivered bits are rate times airtime to within one packet")
    {
    }

  private:
    void DoRun() override
    {
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(1);
        for (int i = 0; i < 200; ++i)
        {
            const TestBand band;
            const auto tx = band.Add(0.0);
            const auto rx = band.Add(random->GetValue(0.0, 20.0) * LIGHT_MILLISECOND);
            const auto ledger = CreateObject<DeliveryLedger>();
            ledger->Attach(rx);
            const double rate = random->GetValue(1e5, 1e8);
            const Time slot = MilliSeconds(100);
            const auto demand = static_cast<uint64_t>(random->GetValue(1e4, 1e7));
            band.QueueOf(rx)->SetDemand(demand);
            tx->Transmit({rx, band.QueueOf(rx), rate, 0.0, slot});
            Simulator::Stop(slot);
            Simulator::Run();
            // airtime = slot - distance / c - 1 ns
            const double airtime =
                0.1 - rx->GetNode()->GetObject<MobilityModel>()->GetPosition().x / 299792458.0 -
                1e-9;
            const double expected = std::min<double>(demand, rate * airtime);
            const auto bits = static_cast<double>(ledger->GetBits(rx->GetNode()->GetId()));
            NS_TEST_EXPECT_MSG_LT_OR_EQ(bits, expected + 8.0, "no more than fits");
            NS_TEST_EXPECT_MSG_GT(bits, expected - 8.0 * 1500, "less than a packet short");
            Simulator::Destroy();
        }
    }
};

/// A granted transmitter with nothing to send starts when a packet comes in.
class LateArrivalTest : public TestCase
{
  public:
    LateArrivalTest()
        : TestCase("A packet that comes in during a grant is sent at once")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const auto tx = band.Add(0.0);
        const auto rx = band.Add(LIGHT_MILLISECOND);
        Record delivered;
        delivered.Watch(rx, "Delivered");
        const auto queue = band.QueueOf(rx);
        queue->SetDemand(8 * 1500);
        tx->Transmit(band.To(rx, MilliSeconds(20)));
        const auto enqueue = [queue]() { queue->Enqueue(Create<Packet>(750), 0x0800); };
        Simulator::Schedule(MicroSeconds(5500), enqueue);
        Simulator::Schedule(MicroSeconds(5500), enqueue);
        Simulator::Schedule(MicroSeconds(18600), enqueue); // 18.6 + 0.5 + 1 ms: too late
        Simulator::Run();
        // 750 bytes take 0.5 ms: 5.5 + 0.5 + 1 ms, and the second right behind it.
        NS_TEST_ASSERT_MSG_EQ(delivered.Count(), 3, "bulk and two real packets");
        NS_TEST_EXPECT_MSG_EQ(delivered.times[0], MilliSeconds(2), "bulk");
        NS_TEST_EXPECT_MSG_EQ(delivered.times[1], MicroSeconds(7000), "first");
        NS_TEST_EXPECT_MSG_EQ(delivered.times[2], MicroSeconds(7500), "second");
        NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 8 * 750, "the last one waits");
        Simulator::Destroy();
    }
};

/// A new grant ends the running one; no bit is lost or sent twice.
class ReplacedGrantTest : public TestCase
{
  public:
    ReplacedGrantTest()
        : TestCase("A new grant replaces an unfinished one")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const auto tx = band.Add(0.0);
        const auto first = band.Add(10.0 * LIGHT_MILLISECOND);
        const auto second = band.Add(LIGHT_MILLISECOND);
        const auto ledger = CreateObject<DeliveryLedger>();
        ledger->Attach(first);
        ledger->Attach(second);
        band.QueueOf(first)->SetDemand(8 * 1500 * 100);
        band.QueueOf(second)->SetDemand(8 * 1500 * 100);
        tx->Transmit(band.To(first, MilliSeconds(50)));
        Simulator::Schedule(MicroSeconds(3500), [&]() {
            tx->Transmit(band.To(second, MilliSeconds(6) + NanoSeconds(1)));
        });
        Simulator::Run();
        const uint32_t firstId = first->GetNode()->GetId();
        // Those that began at 0, 1, 2 and 3 ms are on their way at 3.5 ms, with 10 ms to go.
        NS_TEST_EXPECT_MSG_EQ(ledger->GetPackets(firstId), 4, "what was sent arrives");
        NS_TEST_EXPECT_MSG_EQ(ledger->GetBits(firstId) + band.QueueOf(first)->GetBacklogBits(),
                              8 * 1500 * 100,
                              "nothing disappears");
        NS_TEST_EXPECT_MSG_EQ(ledger->GetPackets(second->GetNode()->GetId()),
                              5,
                              "5 ms of airtime for the second");
        Simulator::Destroy();
    }
};

/// Packets below the SINR that the grant was made for are lost, seen by traces and by the ledger.
class ThresholdTest : public TestCase
{
  public:
    ThresholdTest()
        : TestCase("Packets below the minimum SINR are lost")
    {
    }

  private:
    void DoRun() override
    {
        // Loss 90 dB: SNR 1000.
        Expect(999.0, false, 10);
        Expect(1001.0, false, 0);
        // An interferer at 90 dB as well: 1e-9 / (1e-12 + 1e-9) = 0.999. It is granted after the
        // transmitter, at the same time, and must count from the first packet on.
        Expect(0.998, true, 10);
        Expect(1.0, true, 0);
    }

    void Expect(double minSinr, bool disturbed, std::size_t packets)
    {
        const TestBand band;
        const auto tx = band.Add(0.0);
        const auto rx = band.Add(LIGHT_MILLISECOND);
        const auto other = band.Add(1.0);
        const auto ledger = CreateObject<DeliveryLedger>();
        ledger->AttachNode(rx->GetNode());
        Record delivered;
        Record dropped;
        Record phyDrop;
        Record phyEnd;
        delivered.Watch(rx, "Delivered");
        dropped.Watch(rx, "Dropped");
        phyDrop.Watch(rx, "PhyRxDrop");
        phyEnd.Watch(rx, "PhyRxEnd");
        band.QueueOf(rx)->SetDemand(8 * 1500 * 10);
        auto grant = band.To(rx, MilliSeconds(20));
        grant.minSinr = minSinr;
        tx->Transmit(grant);
        if (disturbed)
        {
            other->Transmit(band.To(tx, MilliSeconds(20)));
        }
        Simulator::Run();
        const uint32_t id = rx->GetNode()->GetId();
        NS_TEST_EXPECT_MSG_EQ(delivered.Count(), packets, "delivered at " << minSinr);
        NS_TEST_EXPECT_MSG_EQ(phyEnd.Count(), packets, "PhyRxEnd");
        NS_TEST_EXPECT_MSG_EQ(dropped.Count(), 10 - packets, "dropped");
        NS_TEST_EXPECT_MSG_EQ(phyDrop.Count(), 10 - packets, "PhyRxDrop");
        NS_TEST_EXPECT_MSG_EQ(ledger->GetPackets(id), packets, "ledger");
        NS_TEST_EXPECT_MSG_EQ(ledger->GetBits(id), 8 * 1500 * packets, "ledger");
        NS_TEST_EXPECT_MSG_EQ(ledger->GetLostPackets(id), 10 - packets, "ledger");
        Simulator::Destroy();
    }
};

} // namespace

std::vector<TestCase*>
MakeNetworkLinkTests()
{
    return {new LinkBudgetTest,
            new InterferenceTest,
            new LargeScaleCacheTest,
            new GrantThroughputTest(false),
            new GrantThroughputTest(true),
            new FlowLevelTest,
            new LateArrivalTest,
            new ReplacedGrantTest,
            new ThresholdTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
