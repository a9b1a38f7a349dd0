/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_NET_DEVICE_H
#define STERNA_NET_DEVICE_H

#include "sterna-grant.h"

#include "ns3/mac48-address.h"
#include "ns3/net-device.h"
#include "ns3/packet.h"
#include "ns3/queue-size.h"
#include "ns3/queue.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <vector>

namespace ns3
{

class EthernetHeader;

namespace sterna
{

class CoreNetwork;
class GrantedTransmission;
class SternaChannel;

/**
 * \ingroup sterna
 * A node's radio in one band: an Ethernet-like ns-3 device with two ways to send.
 *
 * An open device (the default) sends at once, one packet at a time out of a drop-tail queue, at the
 * rate that the link's SNR allows; below the channel's SinrThreshold the packet is lost. Its medium
 * access is ideal: open transmissions disturb nobody. A managed device sends unicast packets only
 * under grants: Send() leaves them in the core queue of the destination node, and Transmit() pulls
 * from a queue for as long as the grant lasts. Broadcast and multicast (ARP, neighbour discovery)
 * are sent openly by both, at the rate of the SinrThreshold, to every device within its reach.
 *
 * Frames are Ethernet frames without check sequence (DIX); rates do not charge for their header,
 * which is only made where a PHY trace, a sniffer or a MAC trace looks at it. Unicast frames reach
 * the addressed device only, so a promiscuous listener sees what is meant for it. Sinks on
 * transmit traces must be connected before a grant begins to see its packets.
 *
 * A device with several Beams executes a grant per receiver at once, each with its share of
 * bandwidth and power (OFDMA), up to a sum of 1. Its beams do not disturb each other.
 */
class SternaNetDevice : public NetDevice
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    SternaNetDevice();
    ~SternaNetDevice() override;

    /// \param channel the band; the device has an address and a node
    void SetChannel(Ptr<SternaChannel> channel);
    /// \return the band's channel, or null.
    Ptr<SternaChannel> GetSternaChannel() const;
    /// \return the index on the channel.
    uint32_t GetChannelIndex() const;

    /// \param watt transmit power in W, at least 0
    void SetTxPower(double watt);
    /// \return transmit power in W.
    double GetTxPower() const;
    /// \return antenna gain, linear.
    double GetLinearAntennaGain() const;
    /// \return noise figure, linear.
    double GetLinearNoiseFigure() const;

    /// \param managed whether unicast packets wait for grants
    void SetManaged(bool managed);
    /// \return whether unicast packets wait for grants.
    bool IsManaged() const;
    /// \param core where a managed device leaves its packets
    void SetCoreNetwork(Ptr<CoreNetwork> core);

    /**
     * Send from a queue to a receiver from now on.
     *
     * With one beam a running grant ends, and what it has sent arrives. With several beams a
     * running grant to the same receiver ends as by Stop(), and the others go on.
     * \param grant checked: InputError on a receiver that is missing, on another channel or this
     * device, on a missing queue, on a rate, SINR, duration or share out of range, and if no beam
     * is free or the shares of the running grants would exceed 1
     */
    void Transmit(const Grant& grant);

    /**
     * End a running grant now, which frees its beam and share; without one, nothing happens.
     *
     * What has left arrives. With several beams a packet whose last bit has not left goes back to
     * the head of its queue, for whoever serves it next, so that nothing is on the air without a
     * grant; with one beam it arrives, as it does when a grant is replaced.
     * \param receiver of the grant
     */
    void Stop(const Ptr<SternaNetDevice>& receiver);

    /**
     * How long a grant carries bits: so that the last one has arrived before the grant is over,
     * airtime = duration - propagation delay - one time step, and at least 0.
     * \param duration of the grant
     * \param delay propagation delay from transmitter to receiver
     * \return the airtime; a grant carries min(backlog, rate x airtime), to within one packet
     */
    static Time GetAirtime(Time duration, Time delay);
    /// \param grant for this device \return its airtime, if it began now
    Time GetAirtime(const Grant& grant) const;

    /**
     * A packet comes in from the channel.
     * \param packet without link-layer header; the device may keep it
     * \param protocol EtherType
     * \param from address of the sender
     * \param to address of the receiver, or a group
     * \param decoded false if its SINR was too low, and it is lost
     * \param delay propagation delay that it had
     */
    void Receive(Ptr<Packet> packet,
                 uint16_t protocol,
                 Mac48Address from,
                 Mac48Address to,
                 bool decoded,
                 Time delay);

    /**
     * TracedCallback signature of the trace Reception.
     * \param packet without link-layer header
     * \param delay propagation delay that it had
     * \param decoded false if it is lost
     */
    typedef void (*ReceptionTracedCallback)(Ptr<const Packet> packet, Time delay, bool decoded);

    // NetDevice
    void SetIfIndex(const uint32_t index) override;
    uint32_t GetIfIndex() const override;
    Ptr<Channel> GetChannel() const override;
    void SetAddress(Address address) override;
    Address GetAddress() const override;
    bool SetMtu(const uint16_t mtu) override;
    uint16_t GetMtu() const override;
    bool IsLinkUp() const override;
    void AddLinkChangeCallback(Callback<void> callback) override;
    bool IsBroadcast() const override;
    Address GetBroadcast() const override;
    bool IsMulticast() const override;
    Address GetMulticast(Ipv4Address multicastGroup) const override;
    Address GetMulticast(Ipv6Address addr) const override;
    bool IsBridge() const override;
    bool IsPointToPoint() const override;
    bool Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber) override;
    bool SendFrom(Ptr<Packet> packet,
                  const Address& source,
                  const Address& dest,
                  uint16_t protocolNumber) override;
    Ptr<Node> GetNode() const override;
    void SetNode(Ptr<Node> node) override;
    bool NeedsArp() const override;
    void SetReceiveCallback(ReceiveCallback cb) override;
    void SetPromiscReceiveCallback(PromiscReceiveCallback cb) override;
    bool SupportsSendFrom() const override;

  protected:
    void DoDispose() override;

  private:
    friend class GrantedTransmission;

    /// A grant that runs or has run.
    struct Beam
    {
        Ptr<SternaNetDevice> receiver;         ///< Of the grant.
        int64_t until{0};                      ///< Time step at which it is over.
        double share{0.0};                     ///< Of bandwidth and power.
        Ptr<GrantedTransmission> transmission; ///< Its packets.
    };

    /// \param dbi antenna gain in dBi
    void SetAntennaGain(double dbi);
    /// \return antenna gain in dBi
    double GetAntennaGain() const;
    /// \param db noise figure in dB
    void SetNoiseFigure(double db);
    /// \return noise figure in dB
    double GetNoiseFigure() const;
    /// \param limit of the queue of open transmissions
    void SetQueueLimit(QueueSize limit);
    /// \return limit of the queue of open transmissions
    QueueSize GetQueueLimit() const;

    /// Throw InputError unless the grant can be executed. \param grant to check
    void Check(const Grant& grant) const;
    /// Find room for a grant, or throw InputError. \param grant new \return index of its beam
    std::size_t FindBeam(const Grant& grant);
    /// End a grant. \param transmission its packets
    void End(const Ptr<GrantedTransmission>& transmission) const;
    /// Tell the channel how long grants of this device run.
    void UpdateActivity();

    /// Leave a packet in the core queue of its destination.
    /// \param packet without header \param to its destination \param protocol EtherType
    /// \return false if it was dropped
    bool SendToCore(Ptr<Packet> packet, Mac48Address to, uint16_t protocol);

    /// Begin to send the next open packet, if there is one and none is being sent.
    void StartOpen();
    /// Send one open packet to its one receiver.
    /// \param packet without header \param header its header
    /// \return the time it takes, or zero if nobody has the address
    Time SendOpenUnicast(Ptr<Packet> packet, const EthernetHeader& header);
    /// Send one open packet to everybody in reach.
    /// \param packet without header \param header its header \return the time it takes
    Time SendOpenGroup(Ptr<Packet> packet, const EthernetHeader& header);
    /// The last bit of an open packet has left. \param frame the packet with its header
    void EndOpen(Ptr<Packet> frame);

    /// \return whether anybody looks at transmitted packets one by one.
    bool HasTransmitSinks() const;
    /// \return whether anybody looks at received frames.
    bool HasReceiveSinks() const;
    /// Tell the sinks that a frame begins to leave. \param frame packet with header
    void TraceTxBegin(Ptr<const Packet> frame);
    /// Tell the sinks that a frame has arrived or was lost.
    /// \param frame packet with header \param decoded whether it has arrived
    void TraceRx(Ptr<const Packet> frame, bool decoded);
    /// Hand a decoded packet to the node.
    /// \param packet without header \param protocol EtherType \param from sender \param to receiver
    void ForwardUp(Ptr<Packet> packet, uint16_t protocol, Mac48Address from, Mac48Address to);

    Ptr<SternaChannel> m_channel; ///< The band.
    uint32_t m_channelIndex{0};   ///< Index there.
    Ptr<Node> m_node;             ///< The node.
    uint32_t m_ifIndex{0};        ///< Index on the node.
    Mac48Address m_address;       ///< Own address.
    uint16_t m_mtu;               ///< Largest packet, bytes.
    double m_txPower{0.0};        ///< W.
    double m_antennaGain{1.0};    ///< Linear.
    double m_noiseFigure{1.0};    ///< Linear.
    bool m_managed;               ///< Unicast waits for grants.
    Ptr<CoreNetwork> m_core;      ///< Where it waits.
    Ptr<Queue<Packet>> m_queue;   ///< Of open transmissions, with headers.
    bool m_sendingOpen{false};    ///< An open packet is on the air.
    uint32_t m_maxBeams;          ///< Grants at once.
    std::vector<Beam> m_beams;    ///< Those used so far.

    ReceiveCallback m_rxCallback;             ///< To the node.
    PromiscReceiveCallback m_promiscCallback; ///< To bridges and taps.
    TracedCallback<> m_linkChange;            ///< When the channel is set.

    TracedCallback<Ptr<const Packet>> m_macTx;          ///< Frame enters the device.
    TracedCallback<Ptr<const Packet>> m_macTxDrop;      ///< Packet dropped before it was sent.
    TracedCallback<Ptr<const Packet>> m_macPromiscRx;   ///< Frame received.
    TracedCallback<Ptr<const Packet>> m_macRx;          ///< Frame received for this device.
    TracedCallback<Ptr<const Packet>> m_phyTxBegin;     ///< Frame begins to leave.
    TracedCallback<Ptr<const Packet>> m_phyTxEnd;       ///< Frame has left.
    TracedCallback<Ptr<const Packet>> m_phyTxDrop;      ///< Frame to nobody on the channel.
    TracedCallback<Ptr<const Packet>> m_phyRxEnd;       ///< Frame arrived.
    TracedCallback<Ptr<const Packet>> m_phyRxDrop;      ///< Frame lost below the threshold.
    TracedCallback<Ptr<const Packet>> m_sniffer;        ///< Frame sent or received.
    TracedCallback<Ptr<const Packet>> m_promiscSniffer; ///< Frame sent or received.
    TracedCallback<Ptr<const Packet>> m_delivered;      ///< Packet arrived, without header.
    TracedCallback<Ptr<const Packet>> m_dropped;        ///< Packet lost, without header.
    TracedCallback<Ptr<const Packet>, Time, bool> m_reception; ///< Packet arrived or lost.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_NET_DEVICE_H */
