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
                            .AddAttribute("Lifetime",
                                          "Real packets are dropped instead of pulled when they "
                                          "were enqueued longer ago than this; 0: never.",
                                          TimeValue(Seconds(0)),
                                          MakeTimeAccessor(&DestinationQueue::m_lifetime),
                                          MakeTimeChecker(Seconds(0)))
                            .AddTraceSource("Drop",
                                            "A real packet was dropped because the queue was full.",
                                            MakeTraceSourceAccessor(&DestinationQueue::m_drop),
                                            "ns3::Packet::TracedCallback")
                            .AddTraceSource("Expired",
                                            "A real packet was dropped because it waited longer "
                                            "than the Lifetime.",
                                            MakeTraceSourceAccessor(&DestinationQueue::m_expired),
                                            "ns3::Packet::TracedCallback");
    return tid;
}

DestinationQueue::DestinationQueue() = default;
DestinationQueue::~DestinationQueue() = default;

bool
DestinationQueue::Enqueue(Ptr<Packet> packet, uint16_t protocol)
{
    NS_LOG_FUNCTION(this << packet << protocol);
    DropExpired();
    const uint32_t bytes = packet->GetSize();
    if (m_itemBytes + m_crossingBytes + bytes > m_maxBytes)
    {
        m_drop(packet);
        return false;
    }
    ++m_crossing;
    m_crossingBytes += bytes;
    Item item{std::move(packet), protocol, Simulator::Now().GetTimeStep()};
    if (m_backhaulDelay.IsZero())
    {
        Arrive(std::move(item));
    }
    else
    {
        Simulator::Schedule(m_backhaulDelay,
                            &DestinationQueue::Arrive,
                            Ptr<DestinationQueue>(this),
                            std::move(item));
    }
    return true;
}

void
DestinationQueue::Arrive(Item item)
{
    const uint32_t bytes = item.packet->GetSize();
    --m_crossing;
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
    auto item = Take(maxBytes);
    if (item.packet)
    {
        protocol = item.protocol;
    }
    return std::move(item.packet);
}

DestinationQueue::Item
DestinationQueue::Take(uint32_t maxBytes)
{
    DropExpired();
    if (!m_items.empty())
    {
        const uint32_t bytes = m_items.front().packet->GetSize();
        if (bytes > maxBytes)
        {
            return {};
        }
        Item item = std::move(m_items.front());
        m_items.pop_front();
        m_itemBytes -= bytes;
        return item;
    }
    const auto bytes = static_cast<uint32_t>(std::min<uint64_t>(m_bulkPacketSize, m_bulkBytes));
    if (bytes == 0 || bytes > maxBytes)
    {
        return {};
    }
    m_bulkBytes -= bytes;
    return {Create<Packet>(bytes), BULK_PROTOCOL, -1};
}

void
DestinationQueue::GiveBack(std::vector<Item> items)
{
    NS_LOG_FUNCTION(this << items.size());
    if (items.empty())
    {
        return;
    }
    for (auto item = items.rbegin(); item != items.rend(); ++item)
    {
        const uint32_t bytes = item->packet->GetSize();
        if (item->since < 0)
        {
            m_bulkBytes += bytes;
        }
        else
        {
            m_itemBytes += bytes;
            m_items.push_front(std::move(*item));
        }
    }
    Wake();
}

void
DestinationQueue::DropExpired()
{
    if (m_lifetime.IsZero())
    {
        return;
    }
    const int64_t oldest = (Simulator::Now() - m_lifetime).GetTimeStep();
    while (!m_items.empty() && m_items.front().since < oldest)
    {
        const auto packet = std::move(m_items.front().packet);
        m_items.pop_front();
        m_itemBytes -= packet->GetSize();
        m_expired(packet);
    }
}

uint64_t
DestinationQueue::GetBacklogBits() const
{
    return 8 * (m_itemBytes + m_bulkBytes);
}

uint64_t
DestinationQueue::GetPackets() const
{
    return m_items.size() + m_crossing;
}

uint64_t
DestinationQueue::GetPacketBits() const
{
    return 8 * (m_itemBytes + m_crossingBytes);
}

Time
DestinationQueue::GetLifetime() const
{
    return m_lifetime;
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
