/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-granted-transmission.h"

#include "sterna-channel.h"
#include "sterna-net-device.h"

#include "ns3/ethernet-header.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaGrantedTransmission");

GrantedTransmission::GrantedTransmission() = default;

GrantedTransmission::~GrantedTransmission()
{
    Stop();
}

void
GrantedTransmission::Start(Ptr<SternaNetDevice> device, const Grant& grant)
{
    m_device = device;
    m_grant = grant;
    m_channel = m_device->GetSternaChannel();
    m_from = m_device->m_address;
    m_to = grant.receiver->m_address;
    m_txNode = m_device->GetNode()->GetId();
    m_rxNode = grant.receiver->GetNode()->GetId();
    ++m_grantNumber;
    m_stopped = false;
    m_startScheduled = false;
    m_watched = m_device->HasTransmitSinks();
    m_exact = m_watched || !grant.queue->GetLifetime().IsZero();
    m_begin = Simulator::Now().GetTimeStep();
    const Time delay = m_channel->GetDelay(m_device, grant.receiver);
    m_delay = delay.GetTimeStep();
    m_packetTime = 0;
    m_stepsPerBit = static_cast<double>(Seconds(1).GetTimeStep()) / grant.rate;
    m_capacity = SternaNetDevice::GetAirtime(grant.duration, delay).GetTimeStep() / m_stepsPerBit;
    m_position = 0.0;
    m_decodedUntil = -1;
    Pull(m_begin);
}

void
GrantedTransmission::Stop()
{
    m_stopped = true;
    m_frame = nullptr;
    if (m_waiting)
    {
        m_grant.queue->RemoveListener(this);
        m_waiting = false;
    }
}

void
GrantedTransmission::Abort()
{
    Stop();
    const int64_t leftBy = Simulator::Now().GetTimeStep() + m_delay;
    const auto first =
        std::find_if(m_inFlight.begin(), m_inFlight.end(), [leftBy](const InFlight& packet) {
            return packet.arrival > leftBy;
        });
    std::vector<DestinationQueue::Item> unsent;
    std::transform(first, m_inFlight.end(), std::back_inserter(unsent), [](InFlight& packet) {
        return std::move(packet.item);
    });
    m_inFlight.erase(first, m_inFlight.end());
    m_grant.queue->GiveBack(std::move(unsent));
}

bool
GrantedTransmission::IsIdle() const
{
    return !m_arrivalScheduled && m_startsScheduled == 0 && m_inFlight.empty();
}

void
GrantedTransmission::Detach()
{
    Stop();
    m_device = nullptr;
    m_channel = nullptr;
    m_grant = Grant();
    m_inFlight.clear();
}

int64_t
GrantedTransmission::GetTimeStepAt(double position) const
{
    // A thousandth of a step absorbs the rounding of the product.
    return m_begin + static_cast<int64_t>(std::ceil(position * m_stepsPerBit - 1e-3));
}

void
GrantedTransmission::Pull(int64_t latestStart)
{
    while (!m_stopped && !m_waiting)
    {
        const int64_t now = Simulator::Now().GetTimeStep();
        int64_t start = GetTimeStepAt(m_position);
        if (start < now)
        {
            // The queue was empty for a while: the bits of that time are gone.
            m_position = (now - m_begin) / m_stepsPerBit;
            start = now;
        }
        if (start > latestStart)
        {
            // The next arrival pulls as well, if it comes in time.
            if (m_exact || m_inFlight.empty() || start < m_inFlight.front().arrival)
            {
                ScheduleStart(start);
            }
            return;
        }
        // A thousandth of a bit absorbs the rounding of the capacity.
        const double room = std::floor((m_capacity - m_position + 1e-3) / 8.0);
        if (room < 0.0)
        {
            Stop();
            return;
        }
        const auto maxBytes = static_cast<uint32_t>(std::min(room, 4294967295.0));
        auto item = m_grant.queue->Take(maxBytes);
        if (item.packet)
        {
            Launch(std::move(item));
        }
        else if (m_grant.queue->IsEmpty())
        {
            m_waiting = true;
            m_grant.queue->AddListener(this);
        }
        else
        {
            // The next packet does not fit any more.
            Stop();
        }
    }
}

void
GrantedTransmission::Launch(DestinationQueue::Item&& item)
{
    const int64_t start = GetTimeStepAt(m_position);
    m_position += 8.0 * item.packet->GetSize();
    const int64_t end = GetTimeStepAt(m_position);
    m_packetTime = end - start;
    if (m_watched)
    {
        m_frame = MakeFrame(item.packet, item.protocol);
        m_device->m_macTx(m_frame);
        m_device->TraceTxBegin(m_frame);
        ScheduleStart(end);
    }
    m_inFlight.push_back({end + m_delay, std::move(item)});
    ScheduleArrival();
}

void
GrantedTransmission::ScheduleStart(int64_t start)
{
    if (m_startScheduled)
    {
        return;
    }
    m_startScheduled = true;
    ++m_startsScheduled;
    Simulator::ScheduleWithContext(m_txNode,
                                   TimeStep(start - Simulator::Now().GetTimeStep()),
                                   &GrantedTransmission::StartDue,
                                   Ptr<GrantedTransmission>(this),
                                   m_grantNumber);
}

void
GrantedTransmission::StartDue(uint64_t grantNumber)
{
    --m_startsScheduled;
    if (m_stopped || grantNumber != m_grantNumber)
    {
        return;
    }
    m_startScheduled = false;
    if (m_frame)
    {
        m_device->m_phyTxEnd(std::exchange(m_frame, nullptr));
    }
    Pull(Simulator::Now().GetTimeStep());
}

void
GrantedTransmission::ScheduleArrival()
{
    if (m_arrivalScheduled || m_inFlight.empty())
    {
        return;
    }
    m_arrivalScheduled = true;
    Ref(); // The scheduler takes a reference and gives it back after Notify().
    Simulator::ScheduleWithContext(
        m_rxNode,
        TimeStep(m_inFlight.front().arrival - Simulator::Now().GetTimeStep()),
        this);
}

void
GrantedTransmission::Notify()
{
    m_arrivalScheduled = false;
    if (m_inFlight.empty())
    {
        return;
    }
    auto arrived = std::move(m_inFlight.front());
    m_inFlight.pop_front();
    if (!m_exact)
    {
        Pull(arrived.arrival + m_packetTime);
    }
    ScheduleArrival();
    Deliver(std::move(arrived));
}

void
GrantedTransmission::PacketsWaiting()
{
    m_waiting = false;
    Pull(Simulator::Now().GetTimeStep());
}

void
GrantedTransmission::Deliver(InFlight&& arrived)
{
    const bool decoded = IsDecoded();
    // The receiver may be granted something else by whoever looks at the packet.
    const auto receiver = m_grant.receiver;
    receiver->Receive(std::move(arrived.item.packet),
                      arrived.item.protocol,
                      m_from,
                      m_to,
                      decoded,
                      TimeStep(m_delay));
}

bool
GrantedTransmission::IsDecoded()
{
    const int64_t now = Simulator::Now().GetTimeStep();
    const uint64_t epoch = m_channel->GetActivityEpoch();
    if (epoch != m_epoch || now >= m_decodedUntil)
    {
        m_decoded = m_channel->GetSinr(m_device, m_grant.receiver) >= m_grant.minSinr;
        m_epoch = epoch;
        m_decodedUntil = now + m_channel->GetLargeScaleUpdateInterval().GetTimeStep();
    }
    return m_decoded;
}

Ptr<Packet>
GrantedTransmission::MakeFrame(Ptr<const Packet> packet, uint16_t protocol) const
{
    EthernetHeader header(false);
    header.SetSource(m_from);
    header.SetDestination(m_to);
    header.SetLengthType(protocol);
    auto frame = packet->Copy();
    frame->AddHeader(header);
    return frame;
}

} // namespace sterna
} // namespace ns3
