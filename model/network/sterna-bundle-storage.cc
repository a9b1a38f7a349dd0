/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-bundle-storage.h"

#include "sterna-net-device.h"

#include "ns3/log.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaBundleStorage");

NS_OBJECT_ENSURE_REGISTERED(BundleStorage);

TypeId
BundleStorage::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::BundleStorage")
                            .SetParent<Object>()
                            .SetGroupName("Sterna")
                            .AddConstructor<BundleStorage>()
                            .AddAttribute("Capacity",
                                          "How much it can hold, the reserve included, in bit.",
                                          UintegerValue(1600000000000),
                                          MakeUintegerAccessor(&BundleStorage::m_capacity),
                                          MakeUintegerChecker<uint64_t>())
                            .AddAttribute("Reserve",
                                          "What is never filled, in bit.",
                                          UintegerValue(0),
                                          MakeUintegerAccessor(&BundleStorage::m_reserve),
                                          MakeUintegerChecker<uint64_t>())
                            .AddTraceSource("Stored",
                                            "A bundle has arrived and is kept.",
                                            MakeTraceSourceAccessor(&BundleStorage::m_storedTrace),
                                            "ns3::Packet::TracedCallback")
                            .AddTraceSource("Refused",
                                            "A bundle has arrived and does not fit.",
                                            MakeTraceSourceAccessor(&BundleStorage::m_refusedTrace),
                                            "ns3::Packet::TracedCallback");
    return tid;
}

BundleStorage::BundleStorage() = default;
BundleStorage::~BundleStorage() = default;

void
BundleStorage::Attach(Ptr<SternaNetDevice> device)
{
    if (!m_byDevice.emplace(device->GetIfIndex(), 0).second)
    {
        return;
    }
    device->TraceConnectWithoutContext(
        "Delivered",
        MakeBoundCallback(&BundleStorage::Receive, this, device->GetIfIndex()));
}

void
BundleStorage::Receive(BundleStorage* storage, uint32_t device, Ptr<const Packet> bundle)
{
    const uint64_t bits = 8 * static_cast<uint64_t>(bundle->GetSize());
    if (storage->m_stored + bits + storage->m_reserve > storage->m_capacity)
    {
        NS_LOG_DEBUG("refused " << bits << " bit, " << storage->GetFreeBits() << " free");
        ++storage->m_refused;
        storage->m_refusedTrace(bundle);
        return;
    }
    storage->m_stored += bits;
    storage->m_byDevice[device] += bits;
    storage->m_storedTrace(bundle);
}

uint64_t
BundleStorage::GetCapacity() const
{
    return m_capacity;
}

uint64_t
BundleStorage::GetReserve() const
{
    return m_reserve;
}

uint64_t
BundleStorage::GetStoredBits() const
{
    return m_stored;
}

uint64_t
BundleStorage::GetFreeBits() const
{
    return m_capacity - std::min(m_stored, m_capacity);
}

uint64_t
BundleStorage::GetStoredBits(const Ptr<SternaNetDevice>& device) const
{
    const auto found = m_byDevice.find(device->GetIfIndex());
    return found == m_byDevice.end() ? 0 : found->second;
}

uint64_t
BundleStorage::GetRefusedBundles() const
{
    return m_refused;
}

} // namespace sterna
} // namespace ns3
