/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna
 * How SternaNetDevice sends and receives; its attributes and the rest are in sterna-net-device.cc.
 */

#include "sterna-channel.h"
#include "sterna-core-network.h"
#include "sterna-granted-transmission.h"
#include "sterna-net-device.h"

#include "ns3/ethernet-header.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaNetDeviceAir");

namespace
{

constexpr double SHARE_TOLERANCE = 1e-9; // of rounding in a sum of shares

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

Time
SternaNetDevice::GetAirtime(Time duration, Time delay)
{
    // One time step is left over, so that who acts at the grant's end finds everything arrived.
    return std::max(Time(0), duration - delay - TimeStep(1));
}

Time
SternaNetDevice::GetAirtime(const Grant& grant) const
{
    Check(grant);
    const Ptr<SternaNetDevice> self(const_cast<SternaNetDevice*>(this));
    return GetAirtime(grant.duration, m_channel->GetDelay(self, grant.receiver));
}

void
SternaNetDevice::Check(const Grant& grant) const
{
    if (!grant.receiver)
    {
        Refuse("A grant without a receiver cannot be executed: name the receiving device.");
    }
    if (!grant.queue)
    {
        Refuse("A grant without a queue cannot be executed: name the queue to pull from.");
    }
    if (!m_channel || grant.receiver->m_channel != m_channel || grant.receiver == this)
    {
        Refuse("A grant to device ",
               grant.receiver->m_address,
               " cannot be executed by device ",
               m_address,
               ": the two must be different devices on one channel.");
    }
    if (!(grant.rate > 0.0) || std::isinf(grant.rate))
    {
        Refuse("A grant with a rate of ",
               grant.rate,
               " bit/s cannot be executed: the rate must be above 0 and finite.");
    }
    if (!(grant.minSinr >= 0.0))
    {
        Refuse("A grant with a minimum SINR of ",
               grant.minSinr,
               " cannot be executed: it is linear and must be 0 or more.");
    }
    if (!grant.duration.IsStrictlyPositive())
    {
        Refuse("A grant of ",
               grant.duration.As(Time::S),
               " cannot be executed: its duration must be above 0.");
    }
    if (!(grant.share > 0.0 && grant.share <= 1.0))
    {
        Refuse("A grant with a share of ",
               grant.share,
               " cannot be executed: the share must be above 0 and at most 1.");
    }
}

std::size_t
SternaNetDevice::FindBeam(const Grant& grant)
{
    const int64_t now = Simulator::Now().GetTimeStep();
    const std::size_t none = m_beams.size();
    std::size_t own = none;
    std::size_t free = none;
    uint32_t others = 0;
    double shares = 0.0;
    for (std::size_t i = 0; i < m_beams.size(); ++i)
    {
        if (m_beams[i].receiver == grant.receiver || m_maxBeams == 1)
        {
            own = i;
        }
        else if (m_beams[i].until <= now)
        {
            free = i;
        }
        else
        {
            ++others;
            shares += m_beams[i].share;
        }
    }
    if (others >= m_maxBeams)
    {
        Refuse("A grant to device ",
               grant.receiver->m_address,
               " cannot be executed by device ",
               m_address,
               ": all of its ",
               m_maxBeams,
               " beams are in use.");
    }
    if (shares + grant.share > 1.0 + SHARE_TOLERANCE)
    {
        Refuse("A grant with a share of ",
               grant.share,
               " cannot be executed by device ",
               m_address,
               ": other running grants have ",
               shares,
               ", and the sum must be at most 1.");
    }
    if (own == none && free == none)
    {
        m_beams.emplace_back();
    }
    return own != none ? own : free;
}

void
SternaNetDevice::End(const Ptr<GrantedTransmission>& transmission) const
{
    if (m_maxBeams == 1)
    {
        transmission->Stop();
    }
    else
    {
        transmission->Abort();
    }
}

void
SternaNetDevice::UpdateActivity()
{
    int64_t until = Simulator::Now().GetTimeStep();
    for (const auto& beam : m_beams)
    {
        until = std::max(until, beam.until);
    }
    m_channel->Activate(this, TimeStep(until) - Simulator::Now());
}

void
SternaNetDevice::Transmit(const Grant& grant)
{
    NS_LOG_FUNCTION(this << grant.receiver << grant.rate << grant.duration << grant.share);
    Check(grant);
    const std::size_t index = FindBeam(grant);
    // Whoever sees a packet given back or pulled may call this device again.
    const auto previous = m_beams[index].transmission;
    m_beams[index].receiver = grant.receiver;
    m_beams[index].until = (Simulator::Now() + grant.duration).GetTimeStep();
    m_beams[index].share = grant.share;
    UpdateActivity();
    if (previous)
    {
        End(previous);
    }
    // What the previous grant has in flight arrives without this device's help.
    const bool reuse = previous && previous->IsIdle();
    const auto transmission = reuse ? previous : Create<GrantedTransmission>();
    m_beams[index].transmission = transmission;
    transmission->Start(this, grant);
}

void
SternaNetDevice::Stop(const Ptr<SternaNetDevice>& receiver)
{
    NS_LOG_FUNCTION(this << receiver);
    const int64_t now = Simulator::Now().GetTimeStep();
    for (auto& beam : m_beams)
    {
        if (beam.receiver == receiver && beam.until > now)
        {
            beam.until = now;
            UpdateActivity();
            const auto transmission = beam.transmission;
            End(transmission);
            return;
        }
    }
}

bool
SternaNetDevice::Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber)
{
    return SendFrom(packet, m_address, dest, protocolNumber);
}

bool
SternaNetDevice::SendFrom(Ptr<Packet> packet,
                          const Address& source,
                          const Address& dest,
                          uint16_t protocolNumber)
{
    NS_LOG_FUNCTION(this << packet << source << dest << protocolNumber);
    const auto to = Mac48Address::ConvertFrom(dest);
    if (!m_channel || packet->GetSize() > m_mtu)
    {
        m_macTxDrop(packet);
        return false;
    }
    if (m_managed && !to.IsGroup())
    {
        return SendToCore(packet, to, protocolNumber);
    }
    EthernetHeader header(false);
    header.SetSource(Mac48Address::ConvertFrom(source));
    header.SetDestination(to);
    header.SetLengthType(protocolNumber);
    packet->AddHeader(header);
    m_macTx(packet);
    if (!m_queue->Enqueue(packet))
    {
        m_macTxDrop(packet);
        return false;
    }
    StartOpen();
    return true;
}

bool
SternaNetDevice::SendToCore(Ptr<Packet> packet, Mac48Address to, uint16_t protocol)
{
    if (!m_core)
    {
        Refuse("The managed device ",
               m_address,
               " has no core network to leave a packet in: call SetCoreNetwork first.");
    }
    const auto receiver = m_channel->Find(to);
    if (!receiver || !m_core->GetQueue(receiver->GetNode()->GetId())->Enqueue(packet, protocol))
    {
        m_macTxDrop(packet);
        return false;
    }
    return true;
}

void
SternaNetDevice::StartOpen()
{
    while (!m_sendingOpen)
    {
        const auto frame = m_queue->Dequeue();
        if (!frame)
        {
            return;
        }
        auto packet = frame->Copy();
        EthernetHeader header(false);
        packet->RemoveHeader(header);
        const Time airtime = header.GetDestination().IsGroup() ? SendOpenGroup(packet, header)
                                                               : SendOpenUnicast(packet, header);
        if (airtime.IsZero() && !header.GetDestination().IsGroup())
        {
            m_phyTxDrop(frame);
            continue;
        }
        m_sendingOpen = true;
        TraceTxBegin(frame);
        Simulator::Schedule(airtime, &SternaNetDevice::EndOpen, this, frame);
    }
}

Time
SternaNetDevice::SendOpenUnicast(Ptr<Packet> packet, const EthernetHeader& header)
{
    const auto receiver = m_channel->Find(header.GetDestination());
    if (!receiver)
    {
        return Time(0);
    }
    const double snr = m_channel->GetSnr(this, receiver);
    // A packet takes at least one time step, so that no two leave at once.
    const Time airtime =
        std::max(TimeStep(1), Seconds(8.0 * packet->GetSize() / m_channel->GetOpenRate(snr)));
    const Time delay = m_channel->GetDelay(this, receiver);
    Simulator::ScheduleWithContext(receiver->GetNode()->GetId(),
                                   airtime + delay,
                                   &SternaNetDevice::Receive,
                                   receiver,
                                   packet,
                                   header.GetLengthType(),
                                   header.GetSource(),
                                   header.GetDestination(),
                                   snr >= m_channel->GetSinrThreshold(),
                                   delay);
    return airtime;
}

Time
SternaNetDevice::SendOpenGroup(Ptr<Packet> packet, const EthernetHeader& header)
{
    const Time airtime =
        std::max(TimeStep(1), Seconds(8.0 * packet->GetSize() / m_channel->GetOpenRate(0.0)));
    for (const auto& receiver : m_channel->GetDevices())
    {
        if (receiver == this || m_channel->GetSnr(this, receiver) < m_channel->GetSinrThreshold())
        {
            continue;
        }
        const Time delay = m_channel->GetDelay(this, receiver);
        Simulator::ScheduleWithContext(receiver->GetNode()->GetId(),
                                       airtime + delay,
                                       &SternaNetDevice::Receive,
                                       receiver,
                                       packet->Copy(),
                                       header.GetLengthType(),
                                       header.GetSource(),
                                       header.GetDestination(),
                                       true,
                                       delay);
    }
    return airtime;
}

void
SternaNetDevice::EndOpen(Ptr<Packet> frame)
{
    m_phyTxEnd(frame);
    m_sendingOpen = false;
    if (m_channel)
    {
        StartOpen();
    }
}

void
SternaNetDevice::Receive(Ptr<Packet> packet,
                         uint16_t protocol,
                         Mac48Address from,
                         Mac48Address to,
                         bool decoded,
                         Time delay)
{
    if (HasReceiveSinks())
    {
        EthernetHeader header(false);
        header.SetSource(from);
        header.SetDestination(to);
        header.SetLengthType(protocol);
        const auto frame = packet->Copy();
        frame->AddHeader(header);
        TraceRx(frame, decoded);
    }
    if (!m_reception.IsEmpty())
    {
        m_reception(packet, delay, decoded);
    }
    if (decoded)
    {
        m_delivered(packet);
        ForwardUp(packet, protocol, from, to);
    }
    else
    {
        m_dropped(packet);
    }
}

bool
SternaNetDevice::HasTransmitSinks() const
{
    return !(m_macTx.IsEmpty() && m_phyTxBegin.IsEmpty() && m_phyTxEnd.IsEmpty() &&
             m_sniffer.IsEmpty() && m_promiscSniffer.IsEmpty());
}

bool
SternaNetDevice::HasReceiveSinks() const
{
    return !(m_macRx.IsEmpty() && m_macPromiscRx.IsEmpty() && m_phyRxEnd.IsEmpty() &&
             m_phyRxDrop.IsEmpty() && m_sniffer.IsEmpty() && m_promiscSniffer.IsEmpty());
}

void
SternaNetDevice::TraceTxBegin(Ptr<const Packet> frame)
{
    m_phyTxBegin(frame);
    m_sniffer(frame);
    m_promiscSniffer(frame);
}

void
SternaNetDevice::TraceRx(Ptr<const Packet> frame, bool decoded)
{
    if (!decoded)
    {
        m_phyRxDrop(frame);
        return;
    }
    m_phyRxEnd(frame);
    m_sniffer(frame);
    m_promiscSniffer(frame);
    m_macPromiscRx(frame);
    m_macRx(frame);
}

void
SternaNetDevice::ForwardUp(Ptr<Packet> packet,
                           uint16_t protocol,
                           Mac48Address from,
                           Mac48Address to)
{
    if (!m_promiscCallback.IsNull())
    {
        const auto type = to.IsBroadcast() ? PACKET_BROADCAST
                          : to.IsGroup()   ? PACKET_MULTICAST
                                           : PACKET_HOST;
        m_promiscCallback(this, packet->Copy(), protocol, from, to, type);
    }
    if (!m_rxCallback.IsNull())
    {
        m_rxCallback(this, packet, protocol, from);
    }
}

} // namespace sterna
} // namespace ns3
