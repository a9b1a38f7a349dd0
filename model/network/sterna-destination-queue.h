/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_DESTINATION_QUEUE_H
#define STERNA_DESTINATION_QUEUE_H

#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/packet.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace ns3
{
namespace sterna
{

/// EtherType of bulk packets: IEEE 802 local experimental 1.
constexpr uint16_t BULK_PROTOCOL = 0x88B5;

/**
 * \ingroup sterna
 * What waits at the core side for one destination.
 *
 * Two kinds of traffic share the queue. Real packets, from sockets, wait in a FIFO with a limit in
 * bytes and leave first. Bulk demand is a number of bits: its packets are made when they are
 * pulled, so terabits of backlog take no memory. The last bulk packet is what is left over.
 *
 * With a Lifetime, a real packet that was enqueued longer ago is dropped instead of pulled, and is
 * dropped as well when another one comes in, so that it takes no room from it.
 */
class DestinationQueue : public Object
{
  public:
    /// Somebody who found the queue empty and wants to know when that changes.
    class Listener
    {
      public:
        virtual ~Listener() = default;
        /// Called once, when there is something to pull again.
        virtual void PacketsWaiting() = 0;
    };

    /// A packet out of the queue, and what is needed to give it back.
    struct Item
    {
        Ptr<Packet> packet;   ///< Without link-layer header; null for none.
        uint16_t protocol{0}; ///< EtherType.
        int64_t since{-1};    ///< Time step at which it was enqueued; below 0: it was bulk demand.
    };

    /// \return the TypeId.
    static TypeId GetTypeId();

    DestinationQueue();
    ~DestinationQueue() override;

    /**
     * Put a real packet at the end; it can be pulled when the backhaul delay has passed.
     * \param packet the packet, without link-layer header
     * \param protocol its EtherType
     * \return false if the byte limit is exceeded and the packet was dropped
     */
    bool Enqueue(Ptr<Packet> packet, uint16_t protocol);

    /**
     * Replace the bulk backlog, at once.
     * \param bits the new backlog; rounded up to whole bytes
     */
    void SetDemand(uint64_t bits);

    /**
     * Add to the bulk backlog, when the backhaul delay has passed.
     * \param bits the increase; rounded up to whole bytes
     */
    void AddDemand(uint64_t bits);

    /**
     * Take the next packet if it is small enough: real packets first, then bulk.
     * \param maxBytes the largest packet that can be taken
     * \param protocol filled with the EtherType of the packet
     * \return the packet, or null if there is none or the next one is too large
     */
    Ptr<Packet> Pull(uint32_t maxBytes, uint16_t& protocol);

    /// As Pull. \param maxBytes the largest packet that can be taken \return what GiveBack takes
    Item Take(uint32_t maxBytes);

    /// Put packets that were not sent after all before all others.
    /// \param items from Take, in that order
    void GiveBack(std::vector<Item> items);

    /// \return what can be pulled now, real and bulk together, in bit.
    uint64_t GetBacklogBits() const;

    /// \return real packets that wait, those on the backhaul included.
    uint64_t GetPackets() const;

    /// \return bits of the real packets that wait, those on the backhaul included.
    uint64_t GetPacketBits() const;

    /// \return how long after it was enqueued a real packet can be pulled; 0: for ever.
    Time GetLifetime() const;

    /// \return true if there is nothing to pull.
    bool IsEmpty() const;

    /// Forget everything that waits.
    void Clear();

    /// \param listener called once, at the next arrival; a second registration has no effect
    void AddListener(Listener* listener);

    /// \param listener no longer called
    void RemoveListener(Listener* listener);

  protected:
    void DoDispose() override;

  private:
    /// The packet has crossed the backhaul. \param item the packet
    void Arrive(Item item);
    /// Bulk bytes have crossed the backhaul. \param bytes how many
    void ArriveBulk(uint64_t bytes);
    /// Drop the packets at the head that are older than the lifetime.
    void DropExpired();
    /// Call every listener once.
    void Wake();

    std::deque<Item> m_items;           ///< Real packets.
    uint64_t m_itemBytes{0};            ///< Bytes in m_items.
    uint64_t m_crossing{0};             ///< Real packets on their way over the backhaul.
    uint64_t m_crossingBytes{0};        ///< Their bytes.
    uint64_t m_bulkBytes{0};            ///< Bulk backlog.
    std::vector<Listener*> m_listeners; ///< Those who wait.

    uint32_t m_bulkPacketSize; ///< Bytes of a bulk packet.
    uint64_t m_maxBytes;       ///< Limit of the real packets.
    Time m_backhaulDelay;      ///< Between Enqueue and Pull.
    Time m_lifetime;           ///< Of a real packet; 0: unlimited.

    TracedCallback<Ptr<const Packet>> m_drop;    ///< Real packets beyond the limit.
    TracedCallback<Ptr<const Packet>> m_expired; ///< Real packets beyond the lifetime.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_DESTINATION_QUEUE_H */
