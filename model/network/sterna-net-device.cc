/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-net-device.h"

#include "sterna-channel.h"
#include "sterna-core-network.h"
#include "sterna-granted-transmission.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/drop-tail-queue.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/sterna-error.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaNetDevice");

NS_OBJECT_ENSURE_REGISTERED(SternaNetDevice);

namespace
{

/// Throws InputError with a sentence that begins with the value. \param parts what it says
template <typename... Parts>
[[noreturn]] void
Refuse(const Parts&... parts)
{
    std::ostringstream text;
    (text << ... << parts);
    throw InputError(text.str());
}

} // namespace

TypeId
SternaNetDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::SternaNetDevice")
            .SetParent<NetDevice>()
            .SetGroupName("Sterna")
            .AddConstructor<SternaNetDevice>()
            .AddAttribute("Address",
                          "The MAC address of this device.",
                          Mac48AddressValue(Mac48Address("ff:ff:ff:ff:ff:ff")),
                          MakeMac48AddressAccessor(&SternaNetDevice::m_address),
                          MakeMac48AddressChecker())
            .AddAttribute("Mtu",
                          "Largest packet without link-layer header, in bytes.",
                          UintegerValue(1500),
                          MakeUintegerAccessor(&SternaNetDevice::SetMtu, &SternaNetDevice::GetMtu),
                          MakeUintegerChecker<uint16_t>())
            .AddAttribute(
                "TxPower",
                "Transmit power in W.",
                DoubleValue(1.0),
                MakeDoubleAccessor(&SternaNetDevice::SetTxPower, &SternaNetDevice::GetTxPower),
                MakeDoubleChecker<double>())
            .AddAttribute("AntennaGain",
                          "Antenna gain in dBi, for both directions.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&SternaNetDevice::SetAntennaGain,
                                             &SternaNetDevice::GetAntennaGain),
                          MakeDoubleChecker<double>())
            .AddAttribute("NoiseFigure",
                          "Noise figure of the receiver in dB.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&SternaNetDevice::SetNoiseFigure,
                                             &SternaNetDevice::GetNoiseFigure),
                          MakeDoubleChecker<double>())
            .AddAttribute(
                "Managed",
                "Whether unicast packets are sent under grants only.",
                BooleanValue(false),
                MakeBooleanAccessor(&SternaNetDevice::SetManaged, &SternaNetDevice::IsManaged),
                MakeBooleanChecker())
            .AddAttribute("Beams",
                          "Grants to different receivers that run at once, each with its share of "
                          "bandwidth and power; with 1 a new grant replaces the running one.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&SternaNetDevice::m_maxBeams),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("QueueLimit",
                          "Limit of the queue of open transmissions.",
                          QueueSizeValue(QueueSize("100p")),
                          MakeQueueSizeAccessor(&SternaNetDevice::SetQueueLimit,
                                                &SternaNetDevice::GetQueueLimit),
                          MakeQueueSizeChecker())
            .AddAttribute("TxQueue",
                          "The queue of open transmissions.",
                          TypeId::ATTR_GET,
                          PointerValue(),
                          MakePointerAccessor(&SternaNetDevice::m_queue),
                          MakePointerChecker<Queue<Packet>>())
            .AddTraceSource("MacTx",
                            "A frame has entered the device.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_macTx),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacTxDrop",
                            "A packet was dropped before it was sent.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_macTxDrop),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacPromiscRx",
                            "A frame has arrived.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_macPromiscRx),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacRx",
                            "A frame has arrived for this device or a group.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_macRx),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PhyTxBegin",
                            "The first bit of a frame leaves.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_phyTxBegin),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PhyTxEnd",
                            "The last bit of a frame has left.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_phyTxEnd),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PhyTxDrop",
                            "Nobody on the channel has the frame's destination address.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_phyTxDrop),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PhyRxEnd",
                            "The last bit of a frame has arrived.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_phyRxEnd),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PhyRxDrop",
                            "A frame was lost because its SINR was too low.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_phyRxDrop),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("Sniffer",
                            "A frame sent or received, as tcpdump sees it.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_sniffer),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PromiscSniffer",
                            "A frame sent or received, as tcpdump sees it in promiscuous mode.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_promiscSniffer),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("Delivered",
                            "A packet, without link-layer header, has arrived.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_delivered),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("Dropped",
                            "A packet, without link-layer header, was lost on the way here.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_dropped),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("Reception",
                            "A packet, without link-layer header, has arrived or was lost, with "
                            "the propagation delay that it had.",
                            MakeTraceSourceAccessor(&SternaNetDevice::m_reception),
                            "ns3::sterna::SternaNetDevice::ReceptionTracedCallback");
    return tid;
}

SternaNetDevice::SternaNetDevice()
    : m_queue(CreateObject<DropTailQueue<Packet>>())
{
    NS_LOG_FUNCTION(this);
}

SternaNetDevice::~SternaNetDevice() = default;

void
SternaNetDevice::SetChannel(Ptr<SternaChannel> channel)
{
    NS_LOG_FUNCTION(this << channel);
    m_channelIndex = channel->Attach(this);
    m_channel = channel;
    m_linkChange();
}

Ptr<SternaChannel>
SternaNetDevice::GetSternaChannel() const
{
    return m_channel;
}

uint32_t
SternaNetDevice::GetChannelIndex() const
{
    return m_channelIndex;
}

void
SternaNetDevice::SetTxPower(double watt)
{
    if (!(watt >= 0.0) || std::isinf(watt))
    {
        Refuse("A transmit power of ", watt, " W cannot be used: it must be 0 or more and finite.");
    }
    m_txPower = watt;
}

double
SternaNetDevice::GetTxPower() const
{
    return m_txPower;
}

void
SternaNetDevice::SetAntennaGain(double dbi)
{
    if (!std::isfinite(dbi))
    {
        Refuse("An antenna gain of ", dbi, " dBi cannot be used: it must be finite.");
    }
    m_antennaGain = std::pow(10.0, dbi / 10.0);
}

double
SternaNetDevice::GetAntennaGain() const
{
    return 10.0 * std::log10(m_antennaGain);
}

double
SternaNetDevice::GetLinearAntennaGain() const
{
    return m_antennaGain;
}

void
SternaNetDevice::SetNoiseFigure(double db)
{
    if (!(db >= 0.0) || std::isinf(db))
    {
        Refuse("A noise figure of ", db, " dB cannot be used: it must be 0 or more and finite.");
    }
    m_noiseFigure = std::pow(10.0, db / 10.0);
}

double
SternaNetDevice::GetNoiseFigure() const
{
    return 10.0 * std::log10(m_noiseFigure);
}

double
SternaNetDevice::GetLinearNoiseFigure() const
{
    return m_noiseFigure;
}

void
SternaNetDevice::SetQueueLimit(QueueSize limit)
{
    m_queue->SetMaxSize(limit);
}

QueueSize
SternaNetDevice::GetQueueLimit() const
{
    return m_queue->GetMaxSize();
}

void
SternaNetDevice::SetManaged(bool managed)
{
    m_managed = managed;
}

bool
SternaNetDevice::IsManaged() const
{
    return m_managed;
}

void
SternaNetDevice::SetCoreNetwork(Ptr<CoreNetwork> core)
{
    m_core = core;
}

void
SternaNetDevice::SetIfIndex(const uint32_t index)
{
    m_ifIndex = index;
}

uint32_t
SternaNetDevice::GetIfIndex() const
{
    return m_ifIndex;
}

Ptr<Channel>
SternaNetDevice::GetChannel() const
{
    return m_channel;
}

void
SternaNetDevice::SetAddress(Address address)
{
    const auto old = m_address;
    m_address = Mac48Address::ConvertFrom(address);
    if (m_channel)
    {
        m_channel->Readdress(this, old);
    }
}

Address
SternaNetDevice::GetAddress() const
{
    return m_address;
}

bool
SternaNetDevice::SetMtu(const uint16_t mtu)
{
    m_mtu = mtu;
    return true;
}

uint16_t
SternaNetDevice::GetMtu() const
{
    return m_mtu;
}

bool
SternaNetDevice::IsLinkUp() const
{
    return m_channel != nullptr;
}

void
SternaNetDevice::AddLinkChangeCallback(Callback<void> callback)
{
    m_linkChange.ConnectWithoutContext(callback);
}

bool
SternaNetDevice::IsBroadcast() const
{
    return true;
}

Address
SternaNetDevice::GetBroadcast() const
{
    return Mac48Address::GetBroadcast();
}

bool
SternaNetDevice::IsMulticast() const
{
    return true;
}

Address
SternaNetDevice::GetMulticast(Ipv4Address multicastGroup) const
{
    return Mac48Address::GetMulticast(multicastGroup);
}

Address
SternaNetDevice::GetMulticast(Ipv6Address addr) const
{
    return Mac48Address::GetMulticast(addr);
}

bool
SternaNetDevice::IsBridge() const
{
    return false;
}

bool
SternaNetDevice::IsPointToPoint() const
{
    return false;
}

Ptr<Node>
SternaNetDevice::GetNode() const
{
    return m_node;
}

void
SternaNetDevice::SetNode(Ptr<Node> node)
{
    m_node = node;
}

bool
SternaNetDevice::NeedsArp() const
{
    return true;
}

void
SternaNetDevice::SetReceiveCallback(ReceiveCallback cb)
{
    m_rxCallback = cb;
}

void
SternaNetDevice::SetPromiscReceiveCallback(PromiscReceiveCallback cb)
{
    m_promiscCallback = cb;
}

bool
SternaNetDevice::SupportsSendFrom() const
{
    return true;
}

void
SternaNetDevice::DoDispose()
{
    for (auto& beam : m_beams)
    {
        if (beam.transmission)
        {
            beam.transmission->Detach();
        }
    }
    m_beams.clear();
    m_channel = nullptr;
    m_node = nullptr;
    m_core = nullptr;
    m_queue->Dispose();
    m_rxCallback = ReceiveCallback();
    m_promiscCallback = PromiscReceiveCallback();
    NetDevice::DoDispose();
}

} // namespace sterna
} // namespace ns3
