/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-delivery-ledger.h"

#include "sterna-net-device.h"

#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/sterna-error.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaDeliveryLedger");

NS_OBJECT_ENSURE_REGISTERED(DeliveryLedger);

TypeId
DeliveryLedger::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::DeliveryLedger")
                            .SetParent<Object>()
                            .SetGroupName("Sterna")
                            .AddConstructor<DeliveryLedger>();
    return tid;
}

DeliveryLedger::DeliveryLedger() = default;
DeliveryLedger::~DeliveryLedger() = default;

void
DeliveryLedger::Attach(Ptr<NetDevice> device)
{
    if (!DynamicCast<SternaNetDevice>(device) || !device->GetNode())
    {
        throw InputError("A ledger cannot count at a device that is not a SternaNetDevice on a "
                         "node: install it with SternaHelper.");
    }
    auto& account = m_accounts[device->GetNode()->GetId()];
    if (!account)
    {
        account = Create<Account>();
    }
    // Disconnecting first makes a second call harmless.
    const auto delivered = MakeBoundCallback(&DeliveryLedger::Delivered, account);
    const auto lost = MakeBoundCallback(&DeliveryLedger::Lost, account);
    device->TraceDisconnectWithoutContext("Delivered", delivered);
    device->TraceDisconnectWithoutContext("Dropped", lost);
    device->TraceConnectWithoutContext("Delivered", delivered);
    device->TraceConnectWithoutContext("Dropped", lost);
    NS_LOG_LOGIC("counting for node " << device->GetNode()->GetId());
}

void
DeliveryLedger::AttachNode(Ptr<Node> node)
{
    for (uint32_t i = 0; i < node->GetNDevices(); ++i)
    {
        if (DynamicCast<SternaNetDevice>(node->GetDevice(i)))
        {
            Attach(node->GetDevice(i));
        }
    }
}

void
DeliveryLedger::Delivered(Ptr<Account> account, Ptr<const Packet> packet)
{
    account->bits += 8 * packet->GetSize();
    ++account->packets;
}

void
DeliveryLedger::Lost(Ptr<Account> account, Ptr<const Packet> packet)
{
    ++account->lost;
}

const DeliveryLedger::Account&
DeliveryLedger::Find(uint32_t nodeId) const
{
    static const Account empty;
    const auto found = m_accounts.find(nodeId);
    return found == m_accounts.end() ? empty : *found->second;
}

uint64_t
DeliveryLedger::GetBits(uint32_t nodeId) const
{
    return Find(nodeId).bits;
}

uint64_t
DeliveryLedger::GetPackets(uint32_t nodeId) const
{
    return Find(nodeId).packets;
}

uint64_t
DeliveryLedger::GetLostPackets(uint32_t nodeId) const
{
    return Find(nodeId).lost;
}

uint64_t
DeliveryLedger::Sum(uint64_t Account::*count) const
{
    uint64_t total = 0;
    for (const auto& [nodeId, account] : m_accounts)
    {
        total += (*account).*count;
    }
    return total;
}

uint64_t
DeliveryLedger::GetTotalBits() const
{
    return Sum(&Account::bits);
}

uint64_t
DeliveryLedger::GetTotalPackets() const
{
    return Sum(&Account::packets);
}

uint64_t
DeliveryLedger::GetTotalLostPackets() const
{
    return Sum(&Account::lost);
}

} // namespace sterna
} // namespace ns3
