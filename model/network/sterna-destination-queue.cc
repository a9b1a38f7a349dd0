/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-destination-queue.h"

#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaDestinationQueue");

NS_OBJECT_ENSURE_REGISTERED(DestinationQueue);

TypeId
DestinationQueue::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::DestinationQueue")
                            .SetParent<Object>()
                            .SetGroupName("Sterna")
                            .AddConstructor<DestinationQueue>()
                            .AddAttribute("BulkPacketSize",
                                          "Size of the packets that carry bulk demand, in bytes.",
                                          UintegerValue(1500),
                                          MakeUintegerAccessor(&DestinationQueue::m_bulkPacketSize),
                                          MakeUintegerChecker<uint32_t>(1))
                            .AddAttribute("MaxBytes",
                                          "Real packets beyond this many bytes are dropped.",
                                          UintegerValue(10000000),
                                          MakeUintegerAccessor(&DestinationQueue::m_maxBytes),
                                          MakeUintegerChecker<uint64_t>())
                            .AddAttribute("BackhaulDelay",
                                          "Time from the core to the transmitters.",
                                          TimeValue(Seconds(0)),
                                          MakeTimeAccessor(&DestinationQueue::m_backhaulDelay),
                                          MakeTimeChecker(Seconds(0)))
                            .AddTraceSource("Drop",
                                            "A real packet was dropped because the queue was full.",
                                            MakeTraceSourceAccessor(&DestinationQueue::m_drop),
                                            "ns3::Packet::TracedCallback");
    return tid;
}

DestinationQueue::DestinationQueue() = default;
DestinationQueue::~DestinationQueue() = default;

bool
DestinationQueue::Enqueue(Ptr<Packet> packet, uint16_t protocol)
{
    NS_LOG_FUNCTION(this << packet << protocol);
    const uint32_t bytes = packet->GetSize();
    if (m_itemBytes + m_crossingBytes + bytes > m_maxBytes)
    {
        m_drop(packet);
        return false;
    }
    m_crossingBytes += bytes;
    if (m_backhaulDelay.IsZero())
    {
        Arrive({packet, protocol});
    }
    else
    {
        Simulator::Schedule(m_backhaulDelay,
                            &DestinationQueue::Arrive,
                            Ptr<DestinationQueue>(this),
                            Item{packet, protocol});
    }
    return true;
}

void
DestinationQueue::Arrive(Item item)
{
    const uint32_t bytes = item.packet->GetSize();
    m_crossingBytes -= bytes;
    m_itemBytes += bytes;
    m_items.push_back(std::move(item));
    Wake();
}

void
DestinationQueue::SetDemand(uint64_t bits)
{
    NS_LOG_FUNCTION(this << bits);
    m_bulkBytes = 0;
    ArriveBulk(bits / 8 + (bits % 8 != 0));
}

void
DestinationQueue::AddDemand(uint64_t bits)
{
    NS_LOG_FUNCTION(this << bits);
    const uint64_t bytes = bits / 8 + (bits % 8 != 0);
    if (m_backhaulDelay.IsZero())
    {
        ArriveBulk(bytes);
    }
    else
    {
        Simulator::Schedule(m_backhaulDelay,
                            &DestinationQueue::ArriveBulk,
                            Ptr<DestinationQueue>(this),
                            bytes);
    }
}

void
DestinationQueue::ArriveBulk(uint64_t bytes)
{
    m_bulkBytes += bytes;
    if (m_bulkBytes > 0)
    {
        Wake();
    }
}

Ptr<Packet>
DestinationQueue::Pull(uint32_t maxBytes, uint16_t& protocol)
{
    if (!m_items.empty())
    {
        const uint32_t bytes = m_items.front().packet->GetSize();
        if (bytes > maxBytes)
        {
            return nullptr;
        }
        const Item item = std::move(m_items.front());
        m_items.pop_front();
        m_itemBytes -= bytes;
        protocol = item.protocol;
        return item.packet;
    }
    const auto bytes = static_cast<uint32_t>(std::min<uint64_t>(m_bulkPacketSize, m_bulkBytes));
    if (bytes == 0 || bytes > maxBytes)
    {
        return nullptr;
    }
    m_bulkBytes -= bytes;
    protocol = BULK_PROTOCOL;
    return Create<Packet>(bytes);
}

uint64_t
DestinationQueue::GetBacklogBits() const
{
    return 8 * (m_itemBytes + m_bulkBytes);
}

bool
DestinationQueue::IsEmpty() const
{
    return m_items.empty() && m_bulkBytes == 0;
}

void
DestinationQueue::Clear()
{
    m_items.clear();
    m_itemBytes = 0;
    m_bulkBytes = 0;
}

void
DestinationQueue::AddListener(Listener* listener)
{
    if (std::find(m_listeners.begin(), m_listeners.end(), listener) == m_listeners.end())
    {
        m_listeners.push_back(listener);
    }
}

void
DestinationQueue::RemoveListener(Listener* listener)
{
    m_listeners.erase(std::remove(m_listeners.begin(), m_listeners.end(), listener),
                      m_listeners.end());
}

void
DestinationQueue::Wake()
{
    // A listener may register again while it is called; it then waits for the next arrival.
    const auto listeners = std::exchange(m_listeners, {});
    for (auto* listener : listeners)
    {
        listener->PacketsWaiting();
    }
}

void
DestinationQueue::DoDispose()
{
    Clear();
    m_listeners.clear();
    Object::DoDispose();
}

} // namespace sterna
} // namespace ns3
