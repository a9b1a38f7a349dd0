/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-tests
 * Devices with several beams: grants at once, their limits, how they end, and what waits too long.
 * All times are worked out by hand: 1500 bytes take 1 ms at 12 Mbit/s.
 */

#include "sterna-expectations.h"
#include "sterna-network-tests.h"

#include "ns3/uinteger.h"

#include <limits>

namespace ns3
{
namespace sterna
{
namespace test
{

namespace
{

/// A band with one transmitter of several beams.
struct BeamBand : public TestBand
{
    Ptr<SternaNetDevice> tx;

    explicit BeamBand(uint32_t beams)
        : tx(Add(0.0))
    {
        tx->SetAttribute("Beams", UintegerValue(beams));
    }

    /// \param rx receiver \param duration of the grant \param share of the band
    /// \return a grant of its share of 12 Mbit/s
    Grant Share(const Ptr<SternaNetDevice>& rx, Time duration, double share) const
    {
        return {rx, QueueOf(rx), share * 12e6, 0.0, duration, share};
    }
};

/// What begins or ends a test's step, in order. \param time from now \param step to do
void
At(Time time, const std::function<void()>& step)
{
    Simulator::Schedule(time, step);
}

/// Two receivers are served at once, each at its rate, and a third when one of them is done.
class SeveralGrantsTest : public tests::ExpectationTestCase
{
  public:
    SeveralGrantsTest()
        : ExpectationTestCase("Two beams serve two receivers at once")
    {
    }

  private:
    void DoRun() override
    {
        const BeamBand band(2);
        const auto half = band.Add(LIGHT_MILLISECOND);
        const auto quarter = band.Add(LIGHT_MILLISECOND);
        const auto third = band.Add(LIGHT_MILLISECOND);
        Record ofHalf;
        Record ofQuarter;
        Record ofThird;
        ofHalf.Watch(half, "Delivered");
        ofQuarter.Watch(quarter, "Delivered");
        ofThird.Watch(third, "Delivered");
        for (const auto& rx : {half, quarter, third})
        {
            band.QueueOf(rx)->SetDemand(8 * 1500 * 3);
        }
        band.tx->Transmit(band.Share(half, MilliSeconds(7) + NanoSeconds(1), 0.5));
        band.tx->Transmit(band.Share(quarter, MilliSeconds(20), 0.25));
        At(MilliSeconds(7) + NanoSeconds(1),
           [&]() { band.tx->Transmit(band.Share(third, MilliSeconds(10), 0.75)); });
        Simulator::Run();
        // 2 ms, 4 ms and 4/3 ms a packet, and 1 ms to get there.
        ExpectTrue(ofHalf.times ==
                       std::vector<Time>{MilliSeconds(3), MilliSeconds(5), MilliSeconds(7)},
                   "half of the rate");
        ExpectTrue(ofQuarter.times ==
                       std::vector<Time>{MilliSeconds(5), MilliSeconds(9), MilliSeconds(13)},
                   "a quarter of the rate, at the same time");
        NS_TEST_ASSERT_MSG_EQ(ofThird.Count(), 3, "the beam and the share that are free again");
        ExpectNear(ofThird.times[2].GetSeconds(), 12e-3 + 1e-9, 2e-9, "the third's last");
        Simulator::Destroy();
    }
};

/// What exceeds beams or band is refused with its numbers, and leaves the running grants alone.
class LimitsTest : public tests::ExpectationTestCase
{
  public:
    LimitsTest()
        : ExpectationTestCase("Grants beyond the beams or the band are refused")
    {
    }

  private:
    void DoRun() override
    {
        const BeamBand band(3);
        std::vector<Ptr<SternaNetDevice>> rx;
        for (int i = 0; i < 5; ++i)
        {
            rx.push_back(band.Add(LIGHT_MILLISECOND));
        }
        const auto grant = [&](int i, double share) {
            band.tx->Transmit(band.Share(rx[i], MilliSeconds(10), share));
        };
        const auto refuse = [&](int i, double share, const std::string& sentence) {
            Grant bad = band.Share(rx[i], MilliSeconds(10), share);
            bad.rate = 1e6;
            const auto names = RefusalOf([&]() { band.tx->Transmit(bad); });
            NS_TEST_EXPECT_MSG_NE(names.find(sentence), std::string::npos, names);
        };
        const double nan = std::numeric_limits<double>::quiet_NaN();
        refuse(0, 0.0, "A grant with a share of 0 cannot be executed: the share must be above 0");
        refuse(0, -0.5, "share of -0.5");
        refuse(0, 1.0001, "share of 1.0001");
        refuse(0, nan, "share of nan");

        Record delivered;
        delivered.Watch(rx[0], "Delivered");
        band.QueueOf(rx[0])->SetDemand(8 * 1500 * 2);
        grant(0, 0.5);
        refuse(1, 0.75, "A grant with a share of 0.75 cannot be executed by device ");
        refuse(1, 0.75, ": other running grants have 0.5, and the sum must be at most 1.");
        refuse(1, 0.500001, "have 0.5,");
        grant(1, 0.25);
        // The same receiver: its own share does not count against it.
        refuse(1, 0.75, "have 0.5,");
        grant(1, 0.5);
        refuse(2, 1e-6, "have 1,");
        grant(1, 0.25);
        // Sums of decimal fractions round up as well: a thousandth of a millionth is let pass.
        grant(2, 0.25 + 1e-10);
        refuse(3, 1e-6, ": all of its 3 beams are in use.");
        Simulator::Run();
        ExpectTrue(delivered.times == std::vector<Time>{MilliSeconds(3), MilliSeconds(5)},
                   "none of this disturbed the first grant");

        // Ten equal shares, whose sum is not exactly 1 in binary.
        band.tx->SetAttribute("Beams", UintegerValue(10));
        while (rx.size() < 11)
        {
            rx.push_back(band.Add(LIGHT_MILLISECOND));
        }
        for (int i = 0; i < 10; ++i)
        {
            grant(i, 0.1);
        }
        refuse(10, 0.1, ": all of its 10 beams are in use.");
        Simulator::Run();
        Simulator::Destroy();
    }
};

/// A grant holds its beam and share until it is over, stopped or replaced, and no longer.
class FreedBeamTest : public tests::ExpectationTestCase
{
  public:
    FreedBeamTest()
        : ExpectationTestCase("A grant that is over or stopped frees its beam and its share")
    {
    }

  private:
    void DoRun() override
    {
        const BeamBand band(2);
        const auto a = band.Add(1.0);
        const auto b = band.Add(1.0);
        const auto c = band.Add(1.0);
        const auto refused = [&](const Ptr<SternaNetDevice>& rx, double share) {
            return !RefusalOf([&]() {
                        band.tx->Transmit(band.Share(rx, MilliSeconds(10), share));
                    }).empty();
        };
        ExpectTrue(!refused(a, 0.75), "the first");
        At(MilliSeconds(10) - NanoSeconds(1),
           [&]() { ExpectTrue(refused(b, 0.5), "0.75 are in use up to the last time step"); });
        At(MilliSeconds(10), [&]() {
            ExpectTrue(!refused(b, 0.5), "the share is free when the duration is over");
            ExpectTrue(!refused(c, 0.5), "and so is the beam");
            ExpectTrue(refused(a, 0.1), "both are in use again");
            band.tx->Stop(a);
            ExpectTrue(refused(a, 0.1), "stopping what does not run changes nothing");
            band.tx->Stop(b);
            ExpectTrue(refused(a, 0.75), "only the stopped share is free");
            ExpectTrue(!refused(a, 0.5), "the stopped grant's beam and share");
            ExpectTrue(!refused(c, 0.25), "a replaced grant's own share does not count");
            band.tx->Stop(a);
            ExpectTrue(!refused(b, 0.75), "what it had before does not count either");
        });
        Simulator::Run();
        Simulator::Destroy();
    }
};

/**
 * A user migrates: its packets that have left arrive, the one being sent goes back, and the next
 * satellite goes on in order, after a pause. Near and far receivers, real and bulk packets, watched
 * or not: packets are pulled at different times, which must not be seen.
 */
class MigrationTest : public tests::ExpectationTestCase
{
  public:
    MigrationTest()
        : ExpectationTestCase("A migrating user takes along the packet that was being sent")
    {
    }

  private:
    void DoRun() override
    {
        for (const double delay : {0.125, 1.0, 10.0})
        {
            for (const bool watched : {false, true})
            {
                for (const bool replaced : {false, true})
                {
                    // At 2 ms the second has just left; a moment earlier it has not.
                    Expect(delay, watched, replaced, MicroSeconds(2500), 2);
                    Expect(delay, watched, replaced, MicroSeconds(2000), 2);
                    Expect(delay, watched, replaced, MicroSeconds(1999), 1);
                }
            }
        }
        ExpectBulk();
        ExpectOneBeam();
        ExpectOverlap();
    }

    void Expect(double delay, bool watched, bool replaced, Time stop, std::size_t before)
    {
        const BeamBand band(2);
        const auto rx = band.Add(delay * LIGHT_MILLISECOND);
        const auto next = band.Add(2.0 * delay * LIGHT_MILLISECOND); // as far from the receiver
        next->SetAttribute("Beams", UintegerValue(2));
        const Time flight = NanoSeconds(static_cast<int64_t>(delay * 1e6));
        Record delivered;
        delivered.Watch(rx, "Delivered");
        Record begin;
        if (watched)
        {
            begin.Watch(band.tx, "PhyTxBegin");
        }
        const std::vector<uint32_t> sizes{1500, 1500, 1500, 750, 3000};
        for (const auto size : sizes)
        {
            band.QueueOf(rx)->Enqueue(Create<Packet>(size), 0x0800);
        }
        const Time pause = replaced ? Seconds(0) : MilliSeconds(40);
        band.tx->Transmit(band.To(rx, MilliSeconds(100)));
        if (replaced)
        {
            // The same satellite at half the rate.
            At(stop, [&]() { band.tx->Transmit(band.Share(rx, MilliSeconds(100), 0.5)); });
        }
        else
        {
            At(stop, [&]() {
                band.tx->Stop(rx);
                NS_TEST_EXPECT_MSG_EQ(band.QueueOf(rx)->GetPackets(), 5 - before, "back or queued");
                Simulator::Schedule(pause,
                                    &SternaNetDevice::Transmit,
                                    next,
                                    band.To(rx, MilliSeconds(60)));
            });
        }
        Simulator::Run();
        std::vector<Time> expected;
        Time left(0);
        for (std::size_t i = 0; i < sizes.size(); ++i)
        {
            left = i == before ? stop + pause : left;
            left += MicroSeconds(sizes[i] / 3 * 2 * (replaced && i >= before ? 2 : 1));
            expected.push_back(left + flight);
        }
        ExpectTrue(delivered.sizes == sizes, "each once and in order");
        ExpectTrue(delivered.times == expected, "when they should");
        Simulator::Destroy();
    }

    /// Bulk demand becomes demand again.
    void ExpectBulk()
    {
        const BeamBand band(2);
        const auto rx = band.Add(LIGHT_MILLISECOND);
        Record delivered;
        delivered.Watch(rx, "Delivered");
        band.QueueOf(rx)->SetDemand(8 * 1500 * 10);
        band.tx->Transmit(band.To(rx, MilliSeconds(100)));
        At(MicroSeconds(2500), [&]() { band.tx->Stop(rx); });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(delivered.Count(), 2, "those that have left");
        NS_TEST_EXPECT_MSG_EQ(band.QueueOf(rx)->GetBacklogBits(), 8 * 1500 * 8, "the others wait");
        NS_TEST_EXPECT_MSG_EQ(band.QueueOf(rx)->GetPackets(), 0, "as demand");
        Simulator::Destroy();
    }

    /// With one beam the packet on the air arrives, as it does when a grant is replaced.
    void ExpectOneBeam()
    {
        const BeamBand band(1);
        const auto rx = band.Add(10.0 * LIGHT_MILLISECOND);
        Record delivered;
        delivered.Watch(rx, "Delivered");
        band.QueueOf(rx)->SetDemand(8 * 1500 * 10);
        band.tx->Transmit(band.To(rx, MilliSeconds(100)));
        At(MicroSeconds(2500), [&]() { band.tx->Stop(rx); });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(delivered.Count(), 3, "those that began at 0, 1 and 2 ms");
        Simulator::Destroy();
    }

    /// The next satellite has its grant already, and finds the queue empty until the first stops.
    void ExpectOverlap()
    {
        const BeamBand band(2);
        const auto rx = band.Add(LIGHT_MILLISECOND);
        const auto next = band.Add(2.0 * LIGHT_MILLISECOND);
        Record delivered;
        delivered.Watch(rx, "Delivered");
        band.QueueOf(rx)->Enqueue(Create<Packet>(1500), 0x0800);
        band.tx->Transmit(band.To(rx, MilliSeconds(100)));
        next->Transmit(band.To(rx, MilliSeconds(100)));
        At(MicroSeconds(500), [&]() { band.tx->Stop(rx); });
        Simulator::Run();
        ExpectTrue(delivered.times == std::vector<Time>{MicroSeconds(2500)}, "once, by the next");
        Simulator::Destroy();
    }
};

/// Others are disturbed while any grant of a device runs; its own beams do not disturb each other.
class ActivityTest : public tests::ExpectationTestCase
{
  public:
    ActivityTest()
        : ExpectationTestCase("A device interferes while any of its grants runs")
    {
    }

  private:
    void DoRun() override
    {
        const BeamBand band(3);
        const auto a = band.Add(1.0);
        const auto b = band.Add(1.0);
        const auto other = band.Add(2.0);
        const auto victim = band.Add(3.0);
        band.SetLoss(other, victim, 100.0);
        band.SetLoss(band.tx, victim, 110.0);
        // Signal 1e-10 W, noise 1e-12 W, interference 1e-11 W.
        const auto expect = [&](bool active, const std::string& when) {
            ExpectNear(band.channel->GetSinr(other, victim),
                       active ? 100.0 / 11.0 : 100.0,
                       1e-6,
                       when);
        };
        expect(false, "before");
        band.tx->Transmit(band.Share(a, MilliSeconds(10), 0.5));
        band.tx->Transmit(band.Share(b, MilliSeconds(5), 0.5));
        expect(true, "once, though two grants run");
        // 1 W over 90 dB and no interference.
        ExpectNear(band.channel->GetSinr(band.tx, a), 1000.0, 1e-6, "beams are orthogonal");
        At(MilliSeconds(5), [&]() { expect(true, "the longer one runs on"); });
        At(MilliSeconds(6), [&]() { band.tx->Transmit(band.Share(a, MilliSeconds(2), 0.5)); });
        At(MilliSeconds(8) - NanoSeconds(1), [&]() { expect(true, "the replacement runs"); });
        At(MilliSeconds(8), [&]() {
            expect(false, "it was shorter");
            band.tx->Transmit(band.Share(a, MilliSeconds(10), 0.5));
            band.tx->Transmit(band.Share(b, MilliSeconds(3), 0.5));
        });
        At(MilliSeconds(9), [&]() {
            band.tx->Stop(a);
            expect(true, "the shorter one runs on");
        });
        At(MilliSeconds(10), [&]() {
            const auto epoch = band.channel->GetActivityEpoch();
            band.tx->Stop(b);
            expect(false, "both are stopped");
            ExpectTrue(band.channel->GetActivityEpoch() != epoch, "and whoever asks is told");
        });
        Simulator::Run();
        Simulator::Destroy();
    }
};

/// Packets of several Mbit: larger than the MTU, which is Send's limit and not that of grants.
class LargePacketTest : public tests::ExpectationTestCase
{
  public:
    LargePacketTest()
        : ExpectationTestCase("Packets of several Mbit pass through a grant")
    {
    }

  private:
    void DoRun() override
    {
        const BeamBand band(2);
        const auto rx = band.Add(LIGHT_MILLISECOND);
        Record delivered;
        delivered.Watch(rx, "Delivered");
        // 6 Mbit take 0.5 s.
        for (int i = 0; i < 3; ++i)
        {
            ExpectTrue(band.QueueOf(rx)->Enqueue(Create<Packet>(750000), 0x0800), "any size");
        }
        band.tx->Transmit(band.To(rx, MilliSeconds(1501)));
        Simulator::Run();
        ExpectTrue(delivered.times == std::vector<Time>{MilliSeconds(501), MilliSeconds(1001)},
                   "two fit");
        NS_TEST_EXPECT_MSG_EQ(band.QueueOf(rx)->GetPacketBits(), 6000000, "the third waits");
        Simulator::Destroy();
    }
};

/// What has waited longer than the lifetime is not sent; who watches makes no difference.
class LifetimeTest : public tests::ExpectationTestCase
{
  public:
    LifetimeTest()
        : ExpectationTestCase("Packets that have waited beyond the lifetime are dropped")
    {
    }

  private:
    void DoRun() override
    {
        ExpectQueue();
        ExpectRoom();
        for (const double delay : {0.125, 10.0})
        {
            ExpectGrant(delay, false);
            ExpectGrant(delay, true);
        }
    }

    void ExpectQueue()
    {
        const auto core = CreateObject<CoreNetwork>();
        core->SetAttribute("BackhaulDelay", TimeValue(MilliSeconds(100)));
        const auto queue = core->GetQueue(0);
        queue->SetAttribute("Lifetime", TimeValue(MilliSeconds(500)));
        Record expired;
        expired.Watch(queue, "Expired");
        for (const uint32_t size : {100, 200, 300})
        {
            At(MilliSeconds(size),
               [queue, size]() { queue->Enqueue(Create<Packet>(size), 0x0800); });
        }
        uint16_t protocol = 0;
        At(MilliSeconds(350), [&]() {
            NS_TEST_EXPECT_MSG_EQ(queue->GetPackets(), 3, "two wait and one is on the backhaul");
            NS_TEST_EXPECT_MSG_EQ(queue->GetPacketBits(), 8 * 600, "their bits");
            NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 8 * 300, "what can be pulled");
        });
        At(MilliSeconds(600), [&]() {
            queue->SetDemand(8 * 50);
            const auto first = queue->Pull(1500, protocol);
            NS_TEST_EXPECT_MSG_EQ(first->GetSize(), 100, "exactly as old as allowed");
        });
        At(MilliSeconds(700) + NanoSeconds(1), [&]() {
            ExpectTrue(!queue->Pull(299, protocol), "the third is next, and too large");
            NS_TEST_EXPECT_MSG_EQ(expired.Count(), 1, "the second is a moment too old");
            NS_TEST_EXPECT_MSG_EQ(expired.sizes[0], 200, "the second");
        });
        At(MilliSeconds(801), [&]() {
            const auto bulk = queue->Pull(1500, protocol);
            NS_TEST_EXPECT_MSG_EQ(bulk->GetSize(), 50, "bulk demand does not age");
            NS_TEST_EXPECT_MSG_EQ(expired.Count(), 2, "the third");
        });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(queue->GetPackets(), 0, "nothing left");
        Simulator::Destroy();
    }

    /// Nobody pulls for a while: what is too old makes room.
    void ExpectRoom()
    {
        const auto queue = CreateObject<DestinationQueue>();
        queue->SetAttribute("MaxBytes", UintegerValue(1000));
        queue->SetAttribute("Lifetime", TimeValue(Seconds(1)));
        Record expired;
        expired.Watch(queue, "Expired");
        queue->Enqueue(Create<Packet>(600), 0x0800);
        At(Seconds(1),
           [&]() { ExpectTrue(!queue->Enqueue(Create<Packet>(600), 0x0800), "not yet too old"); });
        At(Seconds(1.1), [&]() {
            ExpectTrue(queue->Enqueue(Create<Packet>(600), 0x0800), "room for a new one");
        });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(expired.Count(), 1, "the old one");
        NS_TEST_EXPECT_MSG_EQ(queue->GetPacketBits(), 8 * 600, "the new one");
        Simulator::Destroy();
    }

    /// Five packets of 1 ms and a lifetime of 2.5 ms: those that would begin at 3 ms are too late.
    void ExpectGrant(double delay, bool watched)
    {
        const BeamBand band(2);
        const auto rx = band.Add(delay * LIGHT_MILLISECOND);
        const auto queue = band.QueueOf(rx);
        queue->SetAttribute("Lifetime", TimeValue(MicroSeconds(2500)));
        Record delivered;
        Record expired;
        Record begin;
        delivered.Watch(rx, "Delivered");
        expired.Watch(queue, "Expired");
        if (watched)
        {
            begin.Watch(band.tx, "PhyTxBegin");
        }
        for (int i = 0; i < 5; ++i)
        {
            queue->Enqueue(Create<Packet>(1500), 0x0800);
        }
        band.tx->Transmit(band.To(rx, MilliSeconds(100)));
        At(MilliSeconds(20), [&]() { queue->Enqueue(Create<Packet>(1500), 0x0800); });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(delivered.Count(), 4, "those of 0, 1 and 2 ms, and the later one");
        ExpectTrue(expired.times == std::vector<Time>(2, MilliSeconds(3)), "dropped at their turn");
        ExpectNear(delivered.times.back().GetSeconds(),
                   (21.0 + delay) * 1e-3,
                   2e-9,
                   "the grant goes on");
        Simulator::Destroy();
    }
};

} // namespace

std::vector<TestCase*>
MakeNetworkBeamTests()
{
    return {new SeveralGrantsTest,
            new LimitsTest,
            new FreedBeamTest,
            new MigrationTest,
            new ActivityTest,
            new LargePacketTest,
            new LifetimeTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
