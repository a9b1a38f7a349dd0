/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_POISSON_FLOW_H
#define STERNA_POISSON_FLOW_H

#include "ns3/event-id.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/packet.h"
#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <cstdint>

namespace ns3
{
namespace sterna
{

class DestinationQueue;
class SternaNetDevice;

/// EtherType of the packets of a PoissonFlow: IEEE 802 local experimental 2.
constexpr uint16_t FLOW_PROTOCOL = 0x88B6;

/**
 * \ingroup sterna
 * One user's packets and what becomes of them: Poisson arrivals with exponential sizes.
 *
 * Served at a constant rate R out of one FIFO, they make the queue M/M/1 with mu = R / MeanSize:
 * the sojourn time of a packet, from its arrival in the queue to the reception of its last bit less
 * the propagation delay, is exponential with rate mu - lambda (eq. (18) of the GATE-HPPO paper).
 *
 * Each packet carries a tag with the time it was made, so it may take any way to the receiver, and
 * its size is a whole number of bytes, at least 1. The flow must be alone in its queue: what waits
 * there is told by the queue.
 */
class PoissonFlow : public Object
{
  public:
    /// Packets, and their sizes together.
    struct Count
    {
        uint64_t packets{0}; ///< How many.
        uint64_t bits{0};    ///< Without link-layer header.
    };

    /// What has become of the packets so far; what is missing waits or is in flight.
    struct Account
    {
        Count generated; ///< All of them.
        Count onTime;    ///< Received with a sojourn time of at most the Deadline.
        Count late;      ///< Received after it.
        Count lost;      ///< On the air, below the grant's minimum SINR.
        Count expired;   ///< Dropped by the queue beyond its Lifetime.
        Count refused;   ///< Dropped by the queue beyond its MaxBytes.
    };

    /// \return the TypeId.
    static TypeId GetTypeId();

    PoissonFlow();
    ~PoissonFlow() override;

    /**
     * Say where the packets go, once, before the first rate.
     * \param queue where they wait
     * \param receiver the user's device, wherever it is served from
     */
    void Connect(Ptr<DestinationQueue> queue, Ptr<SternaNetDevice> receiver);

    /**
     * Change the rate of arrivals from now on. The gap to the next one is drawn again, which is
     * exact because gaps have no memory; the present rate changes nothing.
     * \param rate packets per second; 0: silent
     */
    void SetRate(double rate);
    /// \return packets per second.
    double GetRate() const;

    /// \return what has become of the packets so far.
    const Account& GetAccount() const;
    /// \return packets received so far, on time or late.
    Count GetDelivered() const;
    /// \return packets that wait in the queue.
    Count GetQueued() const;
    /// \return packets that have left the queue and have not arrived yet.
    Count GetInFlight() const;

    /**
     * Fix the random streams of gaps and sizes.
     * \param stream first stream
     * \return how many were used
     */
    int64_t AssignStreams(int64_t stream);

  protected:
    void DoDispose() override;

  private:
    /// Draw the gap to the next packet.
    void ScheduleNext();
    /// A packet is made.
    void Generate();
    /// No longer listen to queue and receiver, and make nothing more.
    void Disconnect();
    /// \param packet any \return the time step at which this flow made it, or -1 if another did
    int64_t GetCreation(const Ptr<const Packet>& packet) const;
    /// Trace sink.
    /// \param packet received or lost \param delay that it had \param decoded false if it is lost
    void Receive(Ptr<const Packet> packet, Time delay, bool decoded);
    /// Trace sink. \param packet dropped by the queue
    void Expire(Ptr<const Packet> packet);
    /// \param count to which a packet is added \param packet it
    static void Add(Count& count, const Ptr<const Packet>& packet);

    uint32_t m_id;                          ///< In the tags of its packets.
    Ptr<DestinationQueue> m_queue;          ///< Where packets wait.
    Ptr<SternaNetDevice> m_receiver;        ///< Where they arrive.
    Ptr<ExponentialRandomVariable> m_gaps;  ///< Of mean 1.
    Ptr<ExponentialRandomVariable> m_sizes; ///< Of mean 1.
    double m_rate{0.0};                     ///< Packets per second.
    double m_meanSize;                      ///< Bit.
    Time m_deadline;                        ///< Of a sojourn.
    EventId m_next;                         ///< The next packet.
    Account m_account;                      ///< So far.
    TracedCallback<Time> m_sojourn;         ///< Of each packet received.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_POISSON_FLOW_H */
