/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-network-tests.h"

#include "ns3/queue-size.h"

#include <limits>

namespace ns3
{
namespace sterna
{
namespace test
{

namespace
{

/// An open device sends at once, a managed one when it has a grant; the receiver gets the same.
class ManagedTest : public TestCase
{
  public:
    ManagedTest()
        : TestCase("Open devices send at once, managed ones under grants")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const auto tx = band.Add(0.0);
        const auto rx = band.Add(LIGHT_MILLISECOND);
        rx->SetReceiveCallback(MakeCallback(&ManagedTest::Receive, this));
        Record delivered;
        delivered.Watch(rx, "Delivered");

        tx->Send(Create<Packet>(1250), rx->GetAddress(), 0x0800);
        Simulator::Run();
        // SNR 1000 (loss 90 dB) and Shannon: 1 MHz x log2(1001) = 9.967226 Mbit/s; 10 000 bit take
        // 1.003288 ms, and 1 ms to get there.
        NS_TEST_ASSERT_MSG_EQ(delivered.Count(), 1, "open");
        NS_TEST_EXPECT_MSG_EQ_TOL(delivered.times[0].GetSeconds(), 2.003288e-3, 1e-9, "open");
        NS_TEST_EXPECT_MSG_EQ(m_protocol, 0x0800, "protocol");
        NS_TEST_EXPECT_MSG_EQ(m_from, tx->GetAddress(), "sender");

        tx->SetManaged(true);
        tx->Send(Create<Packet>(1000), rx->GetAddress(), 0x86dd);
        Simulator::Stop(Seconds(1));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(delivered.Count(), 1, "not without a grant");
        NS_TEST_EXPECT_MSG_EQ(band.QueueOf(rx)->GetBacklogBits(), 8000, "it waits at the core");
        tx->Transmit(band.To(rx, MilliSeconds(5)));
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(delivered.Count(), 2, "under a grant");
        NS_TEST_EXPECT_MSG_EQ(delivered.sizes[1], 1000, "the same packet");
        NS_TEST_EXPECT_MSG_EQ(m_protocol, 0x86dd, "protocol");
        NS_TEST_EXPECT_MSG_EQ(m_from, tx->GetAddress(), "sender");
        Simulator::Destroy();
    }

    bool Receive(Ptr<NetDevice>, Ptr<const Packet>, uint16_t protocol, const Address& from)
    {
        m_protocol = protocol;
        m_from = from;
        return true;
    }

    uint16_t m_protocol{0}; ///< Of the latest packet.
    Address m_from;         ///< Of the latest packet.
};

/// Open transmissions: lost below the channel's threshold, undisturbed by others, one at a time
/// through a queue that drops what exceeds it.
class OpenTransmissionTest : public TestCase
{
  public:
    OpenTransmissionTest()
        : TestCase("Open transmissions: threshold, orthogonality, queue limit")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const auto tx = band.Add(0.0);
        const auto good = band.Add(1.0);
        const auto bad = band.Add(2.0);
        const auto other = band.Add(3.0);
        // The default threshold is 3 dB = 1.9953: 117.1 dB leave 2.9 dB, 116.9 dB 3.1 dB.
        band.SetLoss(tx, bad, 117.1);
        band.SetLoss(tx, good, 116.9);
        Record delivered;
        Record lost;
        Record macDrop;
        Record phyDrop;
        Record macTx;
        delivered.Watch(good, "Delivered");
        lost.Watch(bad, "Dropped");
        macDrop.Watch(tx, "MacTxDrop");
        phyDrop.Watch(tx, "PhyTxDrop");
        macTx.Watch(tx, "MacTx");
        other->Send(Create<Packet>(1000), bad->GetAddress(), 0x0800);
        tx->Send(Create<Packet>(1000), good->GetAddress(), 0x0800);
        tx->Send(Create<Packet>(1000), bad->GetAddress(), 0x0800);
        tx->Send(Create<Packet>(1000), Mac48Address("02:00:00:00:00:01"), 0x0800);
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(delivered.Count(), 1, "above the threshold, beside another one");
        NS_TEST_EXPECT_MSG_EQ(lost.Count(), 1, "below the threshold");
        NS_TEST_EXPECT_MSG_EQ(phyDrop.Count(), 1, "nobody has that address");
        NS_TEST_EXPECT_MSG_EQ(macDrop.Count(), 0, "the queue has room");

        tx->SetAttribute("QueueLimit", QueueSizeValue(QueueSize("3p")));
        int accepted = 0;
        for (int i = 0; i < 10; ++i)
        {
            accepted += tx->Send(Create<Packet>(1000), good->GetAddress(), 0x0800);
        }
        const bool tooLarge = tx->Send(Create<Packet>(1501), good->GetAddress(), 0x0800);
        NS_TEST_EXPECT_MSG_EQ(accepted, 4, "one on the air and three in the queue");
        NS_TEST_EXPECT_MSG_EQ(tooLarge, false, "1501 bytes exceed the MTU");
        NS_TEST_EXPECT_MSG_EQ(macDrop.Count(), 7, "the others are dropped");
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(delivered.Count(), 5, "those accepted arrive");
        Simulator::Destroy();
    }
};

/// A broadcast reaches every device above the threshold, from managed devices too.
class BroadcastTest : public TestCase
{
  public:
    BroadcastTest()
        : TestCase("Broadcast reaches whoever is in reach")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const auto tx = band.Add(0.0);
        Record received[3];
        for (auto& record : received)
        {
            const auto rx = band.Add(1.0);
            record.Watch(rx, "MacRx");
            band.SetLoss(tx, rx, &record == &received[2] ? 130.0 : 100.0);
        }
        tx->SetManaged(true);
        tx->Send(Create<Packet>(28), tx->GetBroadcast(), 0x0806);
        tx->Send(Create<Packet>(28), Mac48Address::GetMulticast(Ipv4Address("224.0.0.5")), 0x0800);
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(received[0].Count(), 2, "in reach");
        NS_TEST_EXPECT_MSG_EQ(received[1].Count(), 2, "in reach");
        NS_TEST_EXPECT_MSG_EQ(received[2].Count(), 0, "SNR -10 dB");
        Simulator::Destroy();
    }
};

/// The ledger's sum is what all receivers' traces saw, over several links, losses included.
class LedgerTest : public TestCase
{
  public:
    LedgerTest()
        : TestCase("The ledger equals what the receivers got")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const auto ledger = CreateObject<DeliveryLedger>();
        std::vector<Record> delivered(6);
        for (std::size_t i = 0; i < delivered.size(); ++i)
        {
            const auto tx = band.Add(0.0);
            const auto rx = band.Add(i * LIGHT_MILLISECOND);
            ledger->Attach(rx);
            ledger->Attach(rx); // twice counts once
            delivered[i].Watch(rx, "Delivered");
            band.QueueOf(rx)->SetDemand(8 * 10000 * (i + 1));
            tx->Transmit({rx, band.QueueOf(rx), 5e6, i % 2 == 0 ? 0.0 : 1.0, MilliSeconds(40)});
        }
        Simulator::Run();
        uint64_t bits = 0;
        uint64_t packets = 0;
        for (const auto& record : delivered)
        {
            packets += record.Count();
            for (const auto size : record.sizes)
            {
                bits += 8 * size;
            }
        }
        // Six equal powers at each receiver: SINR < 1 / 5, so every second link loses everything.
        NS_TEST_EXPECT_MSG_EQ(delivered[1].Count(), 0, "lost");
        NS_TEST_EXPECT_MSG_EQ(delivered[0].Count(), 7, "10 000 bytes are 6 x 1500 + 1000");
        NS_TEST_EXPECT_MSG_EQ(ledger->GetTotalBits(), bits, "bits");
        NS_TEST_EXPECT_MSG_EQ(ledger->GetTotalPackets(), packets, "packets");
        NS_TEST_EXPECT_MSG_GT(ledger->GetTotalLostPackets(), 0, "losses");
        NS_TEST_EXPECT_MSG_EQ(ledger->GetBits(4294967295U), 0, "an unknown node");
        Simulator::Destroy();
    }
};

/// Input that cannot be used is refused with one sentence that names it.
class BadInputTest : public TestCase
{
  public:
    BadInputTest()
        : TestCase("Bad input is refused")
    {
    }

  private:
    void DoRun() override
    {
        const TestBand band;
        const TestBand elsewhere;
        const auto tx = band.Add(0.0);
        const auto rx = band.Add(1.0);
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const auto grant = band.To(rx, Seconds(1));
        const auto refuse = [this, tx](Grant bad, const std::string& word) {
            Expect([tx, bad]() { tx->Transmit(bad); }, word);
        };
        Expect([&]() { tx->SetAttribute("TxPower", DoubleValue(-5.0)); }, "-5 W");
        Expect([&]() { tx->SetTxPower(nan); }, "nan W");
        Expect([&]() { tx->SetAttribute("NoiseFigure", DoubleValue(-1.0)); }, "-1 dB");
        Expect([&]() { band.channel->SetAttribute("Bandwidth", DoubleValue(0.0)); }, "of 0 Hz");
        Expect([&]() { band.channel->SetAttribute("Frequency", DoubleValue(-1.0)); }, "-1 Hz");
        Expect([&]() { band.channel->SetRateModel(nullptr); }, "RateModel");
        refuse({nullptr, grant.queue, 1e6, 0.0, Seconds(1)}, "without a receiver");
        refuse({rx, nullptr, 1e6, 0.0, Seconds(1)}, "without a queue");
        refuse({tx, grant.queue, 1e6, 0.0, Seconds(1)}, "different devices on one channel");
        refuse({elsewhere.Add(0.0), grant.queue, 1e6, 0.0, Seconds(1)}, "on one channel");
        refuse({rx, grant.queue, 0.0, 0.0, Seconds(1)}, "rate of 0 bit");
        refuse({rx, grant.queue, nan, 0.0, Seconds(1)}, "rate of nan");
        refuse({rx, grant.queue, 1e6, -1.0, Seconds(1)}, "SINR of -1");
        refuse({rx, grant.queue, 1e6, 0.0, Seconds(0)}, "duration must be above 0");

        const auto bare = CreateObject<SternaNetDevice>();
        bare->SetAddress(rx->GetAddress());
        Expect([&]() { bare->SetChannel(band.channel); }, "every device needs its own");
        bare->SetAddress(Mac48Address::Allocate());
        CreateObject<Node>()->AddDevice(bare);
        bare->SetChannel(band.channel);
        Expect([&]() { band.channel->GetGain(tx, bare); }, "has no MobilityModel");
        tx->SetManaged(true);
        tx->SetCoreNetwork(nullptr);
        Expect([&]() { tx->Send(Create<Packet>(1), rx->GetAddress(), 0x0800); }, "core network");
        Simulator::Destroy();
    }

    void Expect(const std::function<void()>& action, const std::string& word)
    {
        const auto refusal = RefusalOf(action);
        NS_TEST_EXPECT_MSG_NE(refusal.find(word),
                              std::string::npos,
                              "'" << refusal << "' should contain '" << word << "'");
    }
};

} // namespace

std::vector<TestCase*>
MakeNetworkDeviceTests()
{
    return {new ManagedTest,
            new OpenTransmissionTest,
            new BroadcastTest,
            new LedgerTest,
            new BadInputTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
