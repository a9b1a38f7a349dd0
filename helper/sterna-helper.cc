/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-helper.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/names.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/sterna-c-band-propagation-loss-model.h"
#include "ns3/sterna-circular-orbit-mobility-model.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-ka-band-propagation-loss-model.h"
#include "ns3/string.h"

#include <cmath>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaHelper");

SternaHelper::SternaHelper()
    : m_core(CreateObject<CoreNetwork>())
{
    auto& ka = m_bands[Band::KA];
    ka.channel.SetTypeId("ns3::sterna::SternaChannel");
    ka.channel.Set("Frequency", DoubleValue(30e9));
    ka.channel.Set("Bandwidth", DoubleValue(400e6));
    ka.channel.Set("SinrThreshold", DoubleValue(1.0));
    ka.channel.Set("RateModel", StringValue("ns3::sterna::DvbS2xRateModel"));

    auto& c = m_bands[Band::C];
    c.channel.SetTypeId("ns3::sterna::SternaChannel");
    c.channel.Set("Frequency", DoubleValue(4e9));
    c.channel.Set("Bandwidth", DoubleValue(20e6));
    c.channel.Set("SinrThreshold", DoubleValue(3.0));
    c.channel.Set("RateModel", StringValue("ns3::sterna::NrCqiRateModel"));

    const std::map<Terminal::Role, double> powers{{Terminal::SATELLITE, 100.0},
                                                  {Terminal::TST, 2.0},
                                                  {Terminal::BASE_STATION, 40.0},
                                                  {Terminal::CELLULAR_UE, 0.2},
                                                  {Terminal::DUAL_MODE_UE, 0.2},
                                                  {Terminal::GATEWAY, 40.0},
                                                  {Terminal::SATELLITE_UE, 0.2}};
    const std::map<Terminal::Role, double> kaGains{{Terminal::SATELLITE, 30.0},
                                                   {Terminal::TST, 33.0},
                                                   {Terminal::BASE_STATION, 33.0},
                                                   {Terminal::DUAL_MODE_UE, 27.0},
                                                   {Terminal::GATEWAY, 33.0},
                                                   {Terminal::SATELLITE_UE, 33.0}};
    for (const auto& [role, power] : powers)
    {
        for (const Band band : {Band::KA, Band::C})
        {
            if (Terminal::HasBand(role, band))
            {
                const double gain = band == Band::KA ? kaGains.at(role) : 0.0;
                auto& factory = m_devices[{role, band}];
                factory.SetTypeId("ns3::sterna::SternaNetDevice");
                factory.Set("TxPower", DoubleValue(power));
                factory.Set("AntennaGain", DoubleValue(gain));
            }
        }
    }
}

SternaHelper::~SternaHelper() = default;

SternaHelper::BandSetup&
SternaHelper::Change(Band band)
{
    auto& setup = m_bands[band];
    if (!setup.created.empty())
    {
        throw InputError("The channel exists already: change its attributes before the first "
                         "device is installed.");
    }
    return setup;
}

void
SternaHelper::SetChannelAttribute(Band band, const std::string& name, const AttributeValue& value)
{
    Change(band).channel.Set(name, value);
}

void
SternaHelper::SetChannels(Band band, uint32_t count)
{
    if (count == 0)
    {
        throw InputError("The number of channels in a band is 0; it must be at least 1.");
    }
    Change(band).count = count;
}

void
SternaHelper::SetDeviceAttribute(const std::string& name, const AttributeValue& value)
{
    for (auto& entry : m_devices)
    {
        entry.second.Set(name, value);
    }
}

void
SternaHelper::SetDeviceAttribute(Terminal::Role role,
                                 Band band,
                                 const std::string& name,
                                 const AttributeValue& value)
{
    if (!Terminal::HasBand(role, band))
    {
        throw InputError(
            "A device in a band that the role does not have cannot be given a " + name +
            ": satellites and gateways have Ka band only, cellular users C band only.");
    }
    m_devices[{role, band}].Set(name, value);
}

void
SternaHelper::SetDualModeShare(double share)
{
    if (!(share >= 0.0 && share <= 1.0))
    {
        std::ostringstream text;
        text << "A dual-mode share of " << share << " cannot be used: it must be from 0 to 1.";
        throw InputError(text.str());
    }
    m_dualModeShare = share;
}

template <typename Model>
void
SternaHelper::SetLosses(const BandSetup& setup, const Ptr<SternaChannel>& channel)
{
    const auto model = CreateObject<Model>();
    model->SetFrequency(channel->GetFrequency());
    channel->SetPathLoss(setup.pathLoss ? setup.pathLoss->Create<PropagationLossModel>()
                                        : model->GetLargeScale());
    if (setup.hasFading)
    {
        channel->SetFading(setup.fading ? setup.fading->Create<PropagationLossModel>()
                                        : model->GetFading());
    }
}

Ptr<SternaChannel>
SternaHelper::GetChannel(Band band, uint32_t index)
{
    auto& setup = m_bands[band];
    if (index >= setup.count)
    {
        throw InputError("There is no channel " + std::to_string(index) + " in a band of " +
                         std::to_string(setup.count) + "; they are numbered from 0.");
    }
    while (setup.created.size() < setup.count)
    {
        const auto channel = setup.channel.Create<SternaChannel>();
        channel->SetBand(band);
        if (band == Band::KA)
        {
            SetLosses<KaBandPropagationLossModel>(setup, channel);
        }
        else
        {
            SetLosses<CBandPropagationLossModel>(setup, channel);
        }
        setup.created.push_back(channel);
    }
    return setup.created[index];
}

Ptr<CoreNetwork>
SternaHelper::GetCoreNetwork() const
{
    return m_core;
}

NetDeviceContainer
SternaHelper::Install(Ptr<Node> node, Terminal::Role role)
{
    NS_LOG_FUNCTION(this << node << role);
    if (node->GetObject<Terminal>())
    {
        throw InputError("Node " + std::to_string(node->GetId()) +
                         " is a terminal already: install each node once.");
    }
    auto terminal = CreateObject<Terminal>();
    terminal->SetRole(role);
    node->AggregateObject(terminal);
    NetDeviceContainer devices;
    for (const Band band : {Band::KA, Band::C})
    {
        if (!Terminal::HasBand(role, band))
        {
            continue;
        }
        for (uint32_t channel = 0; channel < m_bands[band].count; ++channel)
        {
            auto device = m_devices[{role, band}].Create<SternaNetDevice>();
            device->SetAddress(Mac48Address::Allocate());
            device->SetCoreNetwork(m_core);
            node->AddDevice(device);
            device->SetChannel(GetChannel(band, channel));
            devices.Add(device);
        }
    }
    return devices;
}

NetDeviceContainer
SternaHelper::InstallAll(const NodeContainer& nodes, Terminal::Role role)
{
    NetDeviceContainer devices;
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        devices.Add(Install(*node, role));
    }
    return devices;
}

NetDeviceContainer
SternaHelper::InstallSatellites(const NodeContainer& satellites)
{
    return InstallAll(satellites, Terminal::SATELLITE);
}

NetDeviceContainer
SternaHelper::InstallSatellites(const NodeContainer& satellites,
                                const std::vector<CircularOrbit>& orbits)
{
    if (orbits.size() != satellites.GetN())
    {
        throw InputError(std::to_string(orbits.size()) + " orbits for " +
                         std::to_string(satellites.GetN()) +
                         " satellites cannot be used: give one for each.");
    }
    for (uint32_t i = 0; i < satellites.GetN(); ++i)
    {
        auto mobility = CreateObject<CircularOrbitMobilityModel>();
        mobility->SetOrbit(orbits[i]);
        satellites.Get(i)->AggregateObject(mobility);
    }
    return InstallSatellites(satellites);
}

NetDeviceContainer
SternaHelper::InstallGateways(const NodeContainer& gateways)
{
    return InstallAll(gateways, Terminal::GATEWAY);
}

NetDeviceContainer
SternaHelper::InstallSatelliteUsers(const NodeContainer& users)
{
    return InstallAll(users, Terminal::SATELLITE_UE);
}

NetDeviceContainer
SternaHelper::InstallTerminals(const NodeContainer& tst,
                               const NodeContainer& bs,
                               const NodeContainer& ue)
{
    NetDeviceContainer devices;
    devices.Add(InstallAll(tst, Terminal::TST));
    devices.Add(InstallAll(bs, Terminal::BASE_STATION));
    for (uint32_t i = 0; i < ue.GetN(); ++i)
    {
        // A user is dual-mode when their number, share x users, passes a whole number.
        const bool dual = std::floor((i + 1) * m_dualModeShare) > std::floor(i * m_dualModeShare);
        devices.Add(Install(ue.Get(i), dual ? Terminal::DUAL_MODE_UE : Terminal::CELLULAR_UE));
    }
    Steer(NodeContainer(tst, bs, ue));
    return devices;
}

void
SternaHelper::Steer(const NodeContainer& terminals)
{
    if (m_bands[Band::KA].pathLoss)
    {
        return;
    }
    Vector sum;
    uint32_t placed = 0;
    for (auto node = terminals.Begin(); node != terminals.End(); ++node)
    {
        if (const auto mobility = (*node)->GetObject<MobilityModel>())
        {
            sum = sum + mobility->GetPosition();
            ++placed;
        }
    }
    for (uint32_t channel = 0; placed > 0 && channel < m_bands[Band::KA].count; ++channel)
    {
        auto model = GetChannel(Band::KA, channel)->GetPathLoss();
        for (; model; model = model->GetNext())
        {
            const Vector middle(sum.x / placed, sum.y / placed, sum.z / placed);
            model->SetAttributeFailSafe("SteeringTarget", VectorValue(middle));
        }
    }
}

int64_t
SternaHelper::AssignStreams(int64_t stream)
{
    int64_t used = 0;
    for (const Band band : {Band::KA, Band::C})
    {
        for (uint32_t channel = 0; channel < m_bands[band].count; ++channel)
        {
            used += GetChannel(band, channel)->AssignStreams(stream + used);
        }
    }
    return used;
}

void
SternaHelper::EnablePcapInternal(std::string prefix,
                                 Ptr<NetDevice> nd,
                                 bool promiscuous,
                                 bool explicitFilename)
{
    const auto device = DynamicCast<SternaNetDevice>(nd);
    if (!device)
    {
        NS_LOG_INFO("Device " << nd << " is not a SternaNetDevice");
        return;
    }
    PcapHelper pcap;
    const auto filename = explicitFilename ? prefix : pcap.GetFilenameFromDevice(prefix, device);
    const auto file = pcap.CreateFile(filename, std::ios::out, PcapHelper::DLT_EN10MB);
    pcap.HookDefaultSink<SternaNetDevice>(device, promiscuous ? "PromiscSniffer" : "Sniffer", file);
}

void
SternaHelper::EnableAsciiInternal(Ptr<OutputStreamWrapper> stream,
                                  std::string prefix,
                                  Ptr<NetDevice> nd,
                                  bool explicitFilename)
{
    const auto device = DynamicCast<SternaNetDevice>(nd);
    if (!device)
    {
        NS_LOG_INFO("Device " << nd << " is not a SternaNetDevice");
        return;
    }
    Packet::EnablePrinting();
    if (!stream)
    {
        AsciiTraceHelper ascii;
        const auto filename =
            explicitFilename ? prefix : ascii.GetFilenameFromDevice(prefix, device);
        const auto file = ascii.CreateFileStream(filename);
        ascii.HookDefaultEnqueueSinkWithoutContext<SternaNetDevice>(device, "MacTx", file);
        ascii.HookDefaultDequeueSinkWithoutContext<SternaNetDevice>(device, "PhyTxBegin", file);
        ascii.HookDefaultDropSinkWithoutContext<SternaNetDevice>(device, "MacTxDrop", file);
        ascii.HookDefaultDropSinkWithoutContext<SternaNetDevice>(device, "PhyRxDrop", file);
        ascii.HookDefaultReceiveSinkWithoutContext<SternaNetDevice>(device, "MacRx", file);
        return;
    }
    std::ostringstream path;
    path << "/NodeList/" << device->GetNode()->GetId() << "/DeviceList/" << device->GetIfIndex()
         << "/$ns3::sterna::SternaNetDevice/";
    const auto connect = [&path, &stream](const char* source, auto sink) {
        Config::Connect(path.str() + source, MakeBoundCallback(sink, stream));
    };
    connect("MacTx", &AsciiTraceHelper::DefaultEnqueueSinkWithContext);
    connect("PhyTxBegin", &AsciiTraceHelper::DefaultDequeueSinkWithContext);
    connect("MacTxDrop", &AsciiTraceHelper::DefaultDropSinkWithContext);
    connect("PhyRxDrop", &AsciiTraceHelper::DefaultDropSinkWithContext);
    connect("MacRx", &AsciiTraceHelper::DefaultReceiveSinkWithContext);
}

} // namespace sterna
} // namespace ns3
