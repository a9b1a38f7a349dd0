/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_DELIVERY_LEDGER_H
#define STERNA_DELIVERY_LEDGER_H

#include "ns3/object.h"
#include "ns3/packet.h"
#include "ns3/simple-ref-count.h"

#include <map>

namespace ns3
{

class NetDevice;
class Node;

namespace sterna
{

/**
 * \ingroup sterna
 * What every node really received, in bits and packets without link-layer header.
 *
 * The ledger hangs on the traces `Delivered` and `Dropped` of the receiving devices, and nothing
 * else feeds it. It counts real and bulk packets alike, in all bands of a node together.
 */
class DeliveryLedger : public Object
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    DeliveryLedger();
    ~DeliveryLedger() override;

    /// Count what this device receives, once. \param device a SternaNetDevice on a node
    void Attach(Ptr<NetDevice> device);
    /// Count what the Sterna devices of this node receive. \param node the node
    void AttachNode(Ptr<Node> node);

    /// \param nodeId a node \return bits delivered to it so far
    uint64_t GetBits(uint32_t nodeId) const;
    /// \param nodeId a node \return packets delivered to it so far
    uint64_t GetPackets(uint32_t nodeId) const;
    /// \param nodeId a node \return packets lost on the way to it so far
    uint64_t GetLostPackets(uint32_t nodeId) const;
    /// \return bits delivered to all nodes so far.
    uint64_t GetTotalBits() const;
    /// \return packets delivered to all nodes so far.
    uint64_t GetTotalPackets() const;
    /// \return packets lost on the way to all nodes so far.
    uint64_t GetTotalLostPackets() const;

  private:
    /// One node's account; trace sinks keep it alive beyond the ledger.
    struct Account : public SimpleRefCount<Account>
    {
        uint64_t bits{0};    ///< Delivered.
        uint64_t packets{0}; ///< Delivered.
        uint64_t lost{0};    ///< Packets lost.
    };

    /// Trace sink. \param account of the receiver \param packet that arrived
    static void Delivered(Ptr<Account> account, Ptr<const Packet> packet);
    /// Trace sink. \param account of the receiver \param packet that was lost
    static void Lost(Ptr<Account> account, Ptr<const Packet> packet);
    /// \param nodeId a node \return its account, or an empty one
    const Account& Find(uint32_t nodeId) const;
    /// \param count a member of Account \return its sum over all nodes
    uint64_t Sum(uint64_t Account::*count) const;

    std::map<uint32_t, Ptr<Account>> m_accounts; ///< By node id.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_DELIVERY_LEDGER_H */
