/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-network-tests.h"

#include "ns3/sterna-rate-model.h"
#include "ns3/uinteger.h"

#include <cmath>

using namespace ns3;
using namespace ns3::sterna;
using namespace ns3::sterna::test;

namespace
{

double
FromDb(double db)
{
    return std::pow(10.0, db / 10.0);
}

/// Each rate model at points that its standard prints, just above and just below a threshold.
class RateModelTest : public TestCase
{
  public:
    RateModelTest()
        : TestCase("Rate models give the efficiencies of the standards")
    {
    }

  private:
    void DoRun() override
    {
        const auto shannon = CreateObject<ShannonRateModel>();
        // log2(1 + 1) = 1, log2(1 + 3) = 2, log2(1 + 1023) = 10.
        NS_TEST_EXPECT_MSG_EQ_TOL(shannon->GetSpectralEfficiency(1.0), 1.0, 1e-12, "SINR 1");
        NS_TEST_EXPECT_MSG_EQ_TOL(shannon->GetSpectralEfficiency(3.0), 2.0, 1e-12, "SINR 3");
        NS_TEST_EXPECT_MSG_EQ_TOL(shannon->GetSpectralEfficiency(1023.0), 10.0, 1e-12, "SINR 1023");
        NS_TEST_EXPECT_MSG_EQ(shannon->GetSpectralEfficiency(0.0), 0.0, "no signal, no rate");

        const auto dvb = CreateObject<DvbS2xRateModel>();
        // ETSI EN 302 307-1 Table 13: QPSK 1/2 needs 1.00 dB and carries 0.988858.
        Expect(dvb, 1.001, 0.988858);
        // EN 302 307-2 Table 20a: QPSK 9/20, the best one below, needs 0.22 dB.
        Expect(dvb, 0.999, 0.889135);
        // 8PSK 2/3 needs 6.62 dB for 1.980636, but 16APSK 8/15-L carries 2.104850 at 6.55 dB.
        Expect(dvb, 6.63, 2.104850);
        // The highest and the lowest: 256APSK 3/4 at 19.57 dB, QPSK 2/9 at -2.85 dB.
        Expect(dvb, 30.0, 5.900855);
        Expect(dvb, -2.84, 0.434841);
        Expect(dvb, -2.86, 0.0);

        const auto nr = CreateObject<NrCqiRateModel>();
        // 3GPP TS 38.214 Table 5.2.2.1-2: CQI 1, 5, 9, 15 are 0.1523, 0.8770, 2.4063, 5.5547.
        Expect(nr, -6.71, 0.0);
        Expect(nr, -6.69, 0.1523);
        Expect(nr, 3.0, 0.8770);
        Expect(nr, 10.31, 2.4063);
        Expect(nr, 10.29, 1.9141);
        Expect(nr, 40.0, 5.5547);
    }

    void Expect(const Ptr<RateModel>& model, double sinrDb, double efficiency)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(model->GetSpectralEfficiency(FromDb(sinrDb)),
                                  efficiency,
                                  1e-9,
                                  model->GetInstanceTypeId().GetName()
                                      << " at " << sinrDb << " dB");
    }
};

/// Efficiency must not fall when the SINR grows, or a better channel would carry less; and no
/// scheme may beat Shannon's capacity.
class RateModelOrderTest : public TestCase
{
  public:
    RateModelOrderTest()
        : TestCase("Rate models never fall and stay below capacity")
    {
    }

  private:
    void DoRun() override
    {
        const auto shannon = CreateObject<ShannonRateModel>();
        const std::vector<Ptr<RateModel>> models{CreateObject<DvbS2xRateModel>(),
                                                 CreateObject<NrCqiRateModel>()};
        for (const auto& model : models)
        {
            double last = 0.0;
            for (double db = -15.0; db < 35.0; db += 0.01)
            {
                const double sinr = FromDb(db);
                const double efficiency = model->GetSpectralEfficiency(sinr);
                NS_TEST_ASSERT_MSG_GT_OR_EQ(efficiency, last, "falls at " << db << " dB");
                NS_TEST_ASSERT_MSG_LT(efficiency,
                                      shannon->GetSpectralEfficiency(sinr) + 1e-12,
                                      "beats capacity at " << db << " dB");
                last = efficiency;
            }
        }
    }
};

/// The backlog is a number until it is pulled: its packets must add up to it exactly.
class DemandQueueTest : public TestCase
{
  public:
    DemandQueueTest()
        : TestCase("Demand comes out as whole packets and a rest")
    {
    }

  private:
    void DoRun() override
    {
        auto queue = CreateObject<DestinationQueue>();
        uint16_t protocol = 0;
        NS_TEST_EXPECT_MSG_EQ(queue->IsEmpty(), true, "nothing yet");
        NS_TEST_EXPECT_MSG_EQ(!queue->Pull(1500, protocol), true, "nothing to pull");

        // 24 001 bit are 3000 bytes and 1 bit: 3001 bytes = 1500 + 1500 + 1.
        queue->SetDemand(24001);
        NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 3001 * 8, "rounded up to bytes");
        for (const uint32_t size : {1500, 1500, 1})
        {
            const auto packet = queue->Pull(1500, protocol);
            NS_TEST_ASSERT_MSG_EQ(!packet, false, "a packet");
            NS_TEST_EXPECT_MSG_EQ(packet->GetSize(), size, "size");
            NS_TEST_EXPECT_MSG_EQ(protocol, 0x88B5, "local experimental EtherType 1 (IEEE 802)");
        }
        NS_TEST_EXPECT_MSG_EQ(queue->IsEmpty(), true, "all gone");

        queue->SetDemand(8 * 100);
        queue->AddDemand(8 * 50);
        NS_TEST_EXPECT_MSG_EQ(!queue->Pull(149, protocol), true, "150 bytes do not fit in 149");
        NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 8 * 150, "and stay");
        NS_TEST_EXPECT_MSG_EQ(queue->Pull(150, protocol)->GetSize(), 150, "but in 150");

        queue->SetDemand(8000000000000000000U);
        NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 8000000000000000000U, "needs no memory");
        queue->Clear();
        NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 0, "cleared");

        queue->SetAttribute("BulkPacketSize", UintegerValue(400));
        queue->SetDemand(8 * 1000);
        NS_TEST_EXPECT_MSG_EQ(queue->Pull(1500, protocol)->GetSize(), 400, "smaller packets");
    }
};

/// Real packets go before bulk, in order, and no more of them wait than the limit allows.
class RealPacketQueueTest : public TestCase
{
  public:
    RealPacketQueueTest()
        : TestCase("Real packets go first, in order, up to the limit")
    {
    }

  private:
    void DoRun() override
    {
        auto queue = CreateObject<DestinationQueue>();
        queue->SetAttribute("MaxBytes", UintegerValue(1000));
        Record drops;
        drops.Watch(queue, "Drop");
        uint16_t protocol = 0;
        queue->SetDemand(8 * 70);
        NS_TEST_EXPECT_MSG_EQ(queue->Enqueue(Create<Packet>(600), 0x0800), true, "600 of 1000");
        NS_TEST_EXPECT_MSG_EQ(queue->Enqueue(Create<Packet>(401), 0x0806), false, "1001 of 1000");
        NS_TEST_EXPECT_MSG_EQ(queue->Enqueue(Create<Packet>(400), 0x0806), true, "1000 of 1000");
        NS_TEST_EXPECT_MSG_EQ(drops.Count(), 1, "one was dropped");
        NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 8 * 1070, "600 + 400 + 70 bytes");
        NS_TEST_EXPECT_MSG_EQ(!queue->Pull(599, protocol), true, "the head blocks: first in first");
        NS_TEST_EXPECT_MSG_EQ(queue->Pull(1500, protocol)->GetSize(), 600, "first");
        NS_TEST_EXPECT_MSG_EQ(protocol, 0x0800, "its protocol");
        NS_TEST_EXPECT_MSG_EQ(queue->Pull(1500, protocol)->GetSize(), 400, "second");
        NS_TEST_EXPECT_MSG_EQ(protocol, 0x0806, "its protocol");
        NS_TEST_EXPECT_MSG_EQ(queue->Pull(1500, protocol)->GetSize(), 70, "bulk last");
    }
};

/// With a backhaul delay nothing can be pulled before it has crossed.
class BackhaulTest : public TestCase
{
  public:
    BackhaulTest()
        : TestCase("The backhaul delays what is enqueued")
    {
    }

  private:
    void DoRun() override
    {
        auto core = CreateObject<CoreNetwork>();
        core->SetAttribute("BackhaulDelay", TimeValue(MilliSeconds(5)));
        auto queue = core->GetQueue(7);
        NS_TEST_EXPECT_MSG_EQ(core->GetQueue(7), queue, "one queue per node");
        NS_TEST_EXPECT_MSG_NE(core->GetQueue(8), queue, "and another for another");
        queue->Enqueue(Create<Packet>(100), 0x0800);
        queue->AddDemand(8 * 30);
        NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 0, "still on the way");
        Simulator::Stop(MicroSeconds(4999));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 0, "still on the way");
        Simulator::Stop(MicroSeconds(2));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(queue->GetBacklogBits(), 8 * 130, "arrived");
        Simulator::Destroy();
    }
};

class NetworkTestSuite : public TestSuite
{
  public:
    NetworkTestSuite()
        : TestSuite("sterna-network", Type::UNIT)
    {
        AddTestCase(new RateModelTest);
        AddTestCase(new RateModelOrderTest);
        AddTestCase(new DemandQueueTest);
        AddTestCase(new RealPacketQueueTest);
        AddTestCase(new BackhaulTest);
        for (const auto& make : {MakeNetworkLinkTests,
                                 MakeNetworkBeamTests,
                                 MakeNetworkDeviceTests,
                                 MakeNetworkStorageTests,
                                 MakeNetworkTraceTests})
        {
            for (auto* test : make())
            {
                AddTestCase(test);
            }
        }
    }
};

NetworkTestSuite g_networkTestSuite;

} // namespace
