/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-event-traffic.h"

#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/sterna-compat.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupEventTraffic");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupEventTraffic);

TypeId
LinkGroupEventTraffic::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::LinkGroupEventTraffic")
            .SetParent<LinkGroupTraffic>()
            .SetGroupName("Sterna")
            .AddAttribute("UpdatePeriod",
                          "Slots from one update to the next.",
                          UintegerValue(200),
                          MakeUintegerAccessor(&LinkGroupEventTraffic::m_updatePeriod),
                          MakeUintegerChecker<uint64_t>(1))
            .AddAttribute("Order",
                          "Which update comes first; high and low ones take turns.",
                          EnumValue(Order::HIGH_FIRST),
                          EnumAccessor<Order>(&LinkGroupEventTraffic::m_order),
                          MakeEnumChecker(Order::HIGH_FIRST,
                                          "HighFirst",
                                          Order::LOW_FIRST,
                                          "LowFirst",
                                          Order::RANDOM,
                                          "Random"));
    return tid;
}

LinkGroupEventTraffic::LinkGroupEventTraffic()
    : m_coin(CreateObject<UniformRandomVariable>())
{
}

int64_t
LinkGroupEventTraffic::AssignStreams(int64_t stream)
{
    const int64_t used = LinkGroupTraffic::AssignStreams(stream);
    m_coin->SetStream(stream + used);
    m_oddIsHigh.reset();
    return used + 1;
}

bool
LinkGroupEventTraffic::Update(uint64_t slot)
{
    const uint64_t updates = slot / m_updatePeriod;
    if (updates == m_updates)
    {
        return false;
    }
    if (!m_oddIsHigh)
    {
        m_oddIsHigh =
            m_order == Order::RANDOM ? m_coin->GetValue(0, 1) < 0.5 : m_order == Order::HIGH_FIRST;
    }
    m_updates = updates;
    NS_LOG_INFO("update " << updates << " at slot " << slot);
    TraceUpdate(slot);
    return true;
}

LinkGroupEventTraffic::Event
LinkGroupEventTraffic::GetEvent() const
{
    if (m_updates == 0)
    {
        return Event::NONE;
    }
    return (m_updates % 2 == 1) == *m_oddIsHigh ? Event::HIGH : Event::LOW;
}

} // namespace sterna
} // namespace ns3
