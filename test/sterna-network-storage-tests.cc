/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-network-tests.h"

#include "ns3/sterna-bundle-storage.h"
#include "ns3/sterna-helper.h"
#include "ns3/sterna-terminal.h"
#include "ns3/uinteger.h"

#include <cmath>

namespace ns3
{
namespace sterna
{
namespace test
{

namespace
{

/// One sender, one receiver with a storage of 10 000 bit of which 1000 are reserved.
struct StorageSetting
{
    TestBand band;
    Ptr<SternaNetDevice> sender{band.Add(0.0)};
    Ptr<SternaNetDevice> receiver{band.Add(1.0)};
    Ptr<BundleStorage> storage{CreateObject<BundleStorage>()};
    Ptr<DestinationQueue> bundles{CreateObject<DestinationQueue>()};

    StorageSetting()
    {
        storage->SetAttribute("Capacity", UintegerValue(10000));
        storage->SetAttribute("Reserve", UintegerValue(1000));
        storage->Attach(receiver);
    }

    /// \param bytes of a bundle \param count how many are sent
    void Send(uint32_t bytes, uint32_t count) const
    {
        bundles->SetAttribute("BulkPacketSize", UintegerValue(bytes));
        bundles->SetDemand(8ULL * bytes * count);
        sender->Transmit({receiver, bundles, 12e6, 0.0, Seconds(1)});
        Simulator::Run();
    }
};

class StorageTest : public TestCase
{
  public:
    StorageTest()
        : TestCase("A storage keeps what fits above its reserve and refuses the rest, as a whole")
    {
    }

  private:
    void DoRun() override
    {
        const StorageSetting setting;
        const auto& storage = setting.storage;
        Record stored;
        Record refused;
        stored.Watch(storage, "Stored");
        refused.Watch(storage, "Refused");
        NS_TEST_EXPECT_MSG_EQ(storage->GetFreeBits(), 10000, "empty");
        setting.Send(500, 3); // 4000 bit each: 8000 fit under 9000, 12 000 do not
        NS_TEST_EXPECT_MSG_EQ(storage->GetStoredBits(), 8000, "two fit");
        NS_TEST_EXPECT_MSG_EQ(storage->GetFreeBits(), 2000, "what is left, with the reserve");
        NS_TEST_EXPECT_MSG_EQ(stored.Count(), 2, "two traced");
        NS_TEST_EXPECT_MSG_EQ(refused.Count(), 1, "one refused");
        setting.Send(125, 2); // 1000 bit each: exactly up to the reserve, and no further
        NS_TEST_EXPECT_MSG_EQ(storage->GetStoredBits(), 9000, "a small one fits");
        NS_TEST_EXPECT_MSG_EQ(storage->GetRefusedBundles(), 2, "another one does not");
        NS_TEST_ASSERT_MSG_EQ(refused.Count(), 2, "traced");
        NS_TEST_EXPECT_MSG_EQ(refused.sizes[0], 500, "the third large one");
        NS_TEST_EXPECT_MSG_EQ(refused.sizes[1], 125, "the second small one");
        Simulator::Destroy();
    }
};

class StorageDevicesTest : public TestCase
{
  public:
    StorageDevicesTest()
        : TestCase("A storage counts by device, and a device that is attached twice once")
    {
    }

  private:
    void DoRun() override
    {
        const StorageSetting setting;
        setting.storage->Attach(setting.receiver);
        const auto other = CreateObject<SternaNetDevice>();
        other->SetAddress(Mac48Address::Allocate());
        setting.receiver->GetNode()->AddDevice(other);
        other->SetChannel(setting.band.channel);
        setting.storage->Attach(other);
        setting.Send(100, 1);
        NS_TEST_EXPECT_MSG_EQ(setting.storage->GetStoredBits(), 800, "once");
        NS_TEST_EXPECT_MSG_EQ(setting.storage->GetStoredBits(setting.receiver), 800, "here");
        NS_TEST_EXPECT_MSG_EQ(setting.storage->GetStoredBits(other), 0, "and not there");
        Simulator::Destroy();
    }
};

/// 20 dB of SNR and of INR: 100 / (1 + 100 s) with a share s of the interference.
class IsolationTest : public TestCase
{
  public:
    IsolationTest()
        : TestCase("Isolation weakens interference, and nothing else")
    {
    }

  private:
    void ExpectSinr(double isolationDb, double share)
    {
        const TestBand band;
        band.channel->SetAttribute("Isolation", DoubleValue(isolationDb));
        band.loss->SetDefaultLoss(100.0); // 1e-10 W over 1e-12 W
        const auto sender = band.Add(0.0);
        const auto receiver = band.Add(1.0);
        const auto other = band.Add(2.0);
        const auto elsewhere = band.Add(3.0);
        band.QueueOf(elsewhere)->SetDemand(12000);
        other->Transmit(band.To(elsewhere, Seconds(1)));
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetInterferenceShare(), share, 1e-12, "share");
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSinr(sender, receiver),
                                  100 / (1 + 100 * share),
                                  1e-9,
                                  "SINR, isolation " << isolationDb);
        NS_TEST_EXPECT_MSG_EQ_TOL(band.channel->GetSnr(sender, receiver), 100.0, 1e-9, "SNR");
        Simulator::Destroy();
    }

    void DoRun() override
    {
        ExpectSinr(0, 1);
        ExpectSinr(10, 0.1);
        ExpectSinr(20, 0.01);
        ExpectSinr(60, 1e-6);
    }
};

class ChannelsTest : public TestCase
{
  public:
    ChannelsTest()
        : TestCase("A band in several channels; gateways have a device on each")
    {
    }

  private:
    void DoRun() override
    {
        SternaHelper helper;
        helper.SetChannels(Band::KA, 3);
        helper.SetChannelAttribute(Band::KA, "Isolation", DoubleValue(7));
        NodeContainer nodes;
        nodes.Create(2);
        const auto devices = helper.InstallGateways(nodes);
        NS_TEST_ASSERT_MSG_EQ(devices.GetN(), 6, "three each");
        for (uint32_t n = 0; n < 2; ++n)
        {
            const auto terminal = nodes.Get(n)->GetObject<Terminal>();
            NS_TEST_EXPECT_MSG_EQ(terminal->GetRole(), Terminal::GATEWAY, "their role");
            NS_TEST_EXPECT_MSG_EQ(terminal->HasBand(Band::C), false, "no C band");
            NS_TEST_EXPECT_MSG_EQ(terminal->GetDevice(Band::KA, 3), nullptr, "no fourth channel");
            for (uint32_t m = 0; m < 3; ++m)
            {
                NS_TEST_EXPECT_MSG_EQ(terminal->GetDevice(Band::KA, m)->GetSternaChannel(),
                                      helper.GetChannel(Band::KA, m),
                                      "channel " << m);
            }
        }
        NS_TEST_EXPECT_MSG_NE(helper.GetChannel(Band::KA, 0),
                              helper.GetChannel(Band::KA, 2),
                              "channels of their own");
        NS_TEST_EXPECT_MSG_EQ_TOL(helper.GetChannel(Band::KA, 2)->GetInterferenceShare(),
                                  std::pow(10.0, -0.7),
                                  1e-12,
                                  "with the band's attributes");
        const std::string none = RefusalOf([] { SternaHelper().SetChannels(Band::KA, 0); });
        NS_TEST_EXPECT_MSG_EQ((none.find("at least 1") != std::string::npos), true, none);
        const std::string late = RefusalOf([&] { helper.SetChannels(Band::KA, 2); });
        NS_TEST_EXPECT_MSG_EQ(late.empty(), false, "too late");
        Simulator::Destroy();
    }
};

} // namespace

std::vector<TestCase*>
MakeNetworkStorageTests()
{
    return {new StorageTest, new StorageDevicesTest, new IsolationTest, new ChannelsTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
