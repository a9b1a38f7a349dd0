/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_GRANTED_TRANSMISSION_H
#define STERNA_GRANTED_TRANSMISSION_H

#include "sterna-destination-queue.h"
#include "sterna-grant.h"

#include "ns3/event-impl.h"
#include "ns3/mac48-address.h"

#include <deque>

namespace ns3
{
namespace sterna
{

class SternaChannel;
class SternaNetDevice;

/**
 * \ingroup sterna
 * The packets of one grant, from the queue to the receiver; internal to SternaNetDevice.
 *
 * The object is itself the event that happens when a packet has arrived, and schedules itself
 * again for the next arrival: one event per packet and none allocated. A packet is pulled at the
 * arrival of an earlier one if its own transmission begins at most one packet later, which nobody
 * can see from outside; where no arrival is near (a grant begins, the queue was empty), where
 * somebody watches the transmitter, or where the queue drops what has waited too long, an event of
 * its own pulls it at the exact time.
 *
 * The propagation delay is that at the grant's beginning. Whether a packet is lost depends on the
 * SINR when its last bit arrives; it is computed again when the set of granted transmitters has
 * changed, and at least once per LargeScaleUpdateInterval of the channel.
 */
class GrantedTransmission : public EventImpl, public DestinationQueue::Listener
{
  public:
    GrantedTransmission();
    ~GrantedTransmission() override;

    /**
     * Begin to send, now; only when IsIdle().
     * \param device the transmitter
     * \param grant what it may send; checked already
     */
    void Start(Ptr<SternaNetDevice> device, const Grant& grant);

    /// Send nothing more; what was pulled arrives.
    void Stop();

    /// Send nothing more; what has not left completely goes back to the head of the queue.
    void Abort();

    /// \return true if nothing is in flight and nothing scheduled.
    bool IsIdle() const;

    /// The device is disposed: nothing happens any more, and nothing is referred to.
    void Detach();

  private:
    /// A packet that was pulled and has not arrived.
    struct InFlight
    {
        int64_t arrival;             ///< Time step at which its last bit arrives.
        DestinationQueue::Item item; ///< The packet.
    };

    void Notify() override;
    void PacketsWaiting() override;

    /**
     * Pull packets for as long as they begin in time.
     * \param latestStart time step after which a packet is left for later
     */
    void Pull(int64_t latestStart);
    /// Send a packet behind the previous one. \param item out of the queue
    void Launch(DestinationQueue::Item&& item);
    /// Wake up for the next transmission. \param start time step at which it begins
    void ScheduleStart(int64_t start);
    /// The transmission of the next packet can begin. \param grantNumber it was scheduled in
    void StartDue(uint64_t grantNumber);
    /// Schedule this event for the next arrival, if there is one.
    void ScheduleArrival();
    /// Hand over a packet that has arrived. \param arrived the packet
    void Deliver(InFlight&& arrived);
    /// \return whether a packet that arrives now is decoded.
    bool IsDecoded();
    /// \param position bits since the grant's beginning \return time step at which they have left
    int64_t GetTimeStepAt(double position) const;
    /// \param packet without header \param protocol EtherType \return a copy with its header
    Ptr<Packet> MakeFrame(Ptr<const Packet> packet, uint16_t protocol) const;

    Ptr<SternaNetDevice> m_device;   ///< Transmitter.
    Ptr<SternaChannel> m_channel;    ///< Its channel.
    Grant m_grant;                   ///< What was granted.
    Mac48Address m_from;             ///< Address of the transmitter.
    Mac48Address m_to;               ///< Address of the receiver.
    uint32_t m_txNode{0};            ///< Context of the transmitter.
    uint32_t m_rxNode{0};            ///< Context of the receiver.
    uint64_t m_grantNumber{0};       ///< Counts the grants.
    bool m_stopped{true};            ///< Nothing more is pulled.
    bool m_waiting{false};           ///< The queue was empty and will call.
    bool m_watched{false};           ///< Somebody looks at each transmission.
    bool m_exact{false};             ///< Packets are pulled when they begin, not at arrivals.
    bool m_arrivalScheduled{false};  ///< This event is in the scheduler.
    uint32_t m_startsScheduled{0};   ///< Start events in the scheduler, outdated ones too.
    bool m_startScheduled{false};    ///< A start event of this grant is in the scheduler.
    int64_t m_begin{0};              ///< Time step of the grant's beginning.
    int64_t m_delay{0};              ///< Propagation delay in time steps.
    int64_t m_packetTime{0};         ///< Airtime of the latest packet in time steps.
    double m_stepsPerBit{0.0};       ///< Time steps that one bit takes.
    double m_capacity{0.0};          ///< rate x airtime in bit.
    double m_position{0.0};          ///< Bits that could have been sent by the latest packet's end.
    std::deque<InFlight> m_inFlight; ///< By arrival.
    Ptr<Packet> m_frame;             ///< On the air, where somebody watches.
    uint64_t m_epoch{0};             ///< Activity epoch of m_decoded.
    int64_t m_decodedUntil{-1};      ///< Time step at which m_decoded is out of date.
    bool m_decoded{false};           ///< The SINR suffices.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_GRANTED_TRANSMISSION_H */
