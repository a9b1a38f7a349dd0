/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_NETWORK_TESTS_H
#define STERNA_NETWORK_TESTS_H

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/simulator.h"
#include "ns3/sterna-channel.h"
#include "ns3/sterna-core-network.h"
#include "ns3/sterna-delivery-ledger.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-net-device.h"
#include "ns3/test.h"

#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{

/// \return the tests of the channel and of granted links.
std::vector<TestCase*> MakeNetworkLinkTests();
/// \return the tests of the device beyond grants, of the ledger and of bad input.
std::vector<TestCase*> MakeNetworkDeviceTests();
/// \return the tests of devices with several beams.
std::vector<TestCase*> MakeNetworkBeamTests();
/// \return the tests of storages and of bands with several channels.
std::vector<TestCase*> MakeNetworkStorageTests();
/// \return the tests of IP, of trace files and of the helper.
std::vector<TestCase*> MakeNetworkTraceTests();

/// Distance that light crosses in 1 ms (m): c = 299 792 458 m/s by definition.
constexpr double LIGHT_MILLISECOND = 299792.458;

/// When something was traced, and how large the packets were.
struct Record
{
    std::vector<Time> times;     ///< Of the calls.
    std::vector<uint32_t> sizes; ///< Of the packets, in bytes.

    /// Trace sink. \param record to add to \param packet traced
    static void Add(Record* record, Ptr<const Packet> packet)
    {
        record->times.push_back(Simulator::Now());
        record->sizes.push_back(packet->GetSize());
    }

    /// \param object with the trace source \param source its name
    void Watch(const Ptr<Object>& object, const std::string& source)
    {
        object->TraceConnectWithoutContext(source, MakeBoundCallback(&Record::Add, this));
    }

    /// \return number of calls.
    std::size_t Count() const
    {
        return times.size();
    }
};

/**
 * A band with round numbers: 1 MHz and -150 dBm/Hz make -90 dBm = 1e-12 W of noise; every
 * transmitter has 1 W and 0 dBi, so a loss of L dB leaves 10^(-L/10) W.
 */
struct TestBand
{
    Ptr<SternaChannel> channel{CreateObject<SternaChannel>()};
    Ptr<MatrixPropagationLossModel> loss{CreateObject<MatrixPropagationLossModel>()};
    Ptr<CoreNetwork> core{CreateObject<CoreNetwork>()};

    TestBand()
    {
        channel->SetAttribute("Bandwidth", DoubleValue(1e6));
        channel->SetAttribute("NoiseDensity", DoubleValue(-150.0));
        loss->SetDefaultLoss(90.0);
        channel->SetPathLoss(loss);
    }

    /// \param x place on a line, in m \return a device of its own node there
    Ptr<SternaNetDevice> Add(double x) const
    {
        auto node = CreateObject<Node>();
        auto mobility = CreateObject<ConstantPositionMobilityModel>();
        mobility->SetPosition(Vector(x, 0.0, 0.0));
        node->AggregateObject(mobility);
        auto device = CreateObject<SternaNetDevice>();
        device->SetAddress(Mac48Address::Allocate());
        device->SetCoreNetwork(core);
        node->AddDevice(device);
        device->SetChannel(channel);
        return device;
    }

    /// \param a one end \param b other end \param db loss between them in dB, both ways
    void SetLoss(const Ptr<SternaNetDevice>& a, const Ptr<SternaNetDevice>& b, double db) const
    {
        loss->SetLoss(a->GetNode()->GetObject<MobilityModel>(),
                      b->GetNode()->GetObject<MobilityModel>(),
                      db);
    }

    /// \param rx receiver \return the core queue of its node
    Ptr<DestinationQueue> QueueOf(const Ptr<SternaNetDevice>& rx) const
    {
        return core->GetQueue(rx->GetNode()->GetId());
    }

    /// \param rx receiver \param duration of the grant
    /// \return a grant of 12 Mbit/s: 1500 bytes take 1 ms
    Grant To(const Ptr<SternaNetDevice>& rx, Time duration) const
    {
        return {rx, QueueOf(rx), 12e6, 0.0, duration};
    }
};

/// \param action that should refuse its input \return the sentence it refuses with, or ""
inline std::string
RefusalOf(const std::function<void()>& action)
{
    try
    {
        action();
    }
    catch (const InputError& error)
    {
        return error.what();
    }
    return "";
}

} // namespace test
} // namespace sterna
} // namespace ns3

#endif /* STERNA_NETWORK_TESTS_H */
