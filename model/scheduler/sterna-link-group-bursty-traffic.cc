/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-bursty-traffic.h"

#include "ns3/double.h"

namespace ns3
{
namespace sterna
{

NS_OBJECT_ENSURE_REGISTERED(LinkGroupBurstyTraffic);

TypeId
LinkGroupBurstyTraffic::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::LinkGroupBurstyTraffic")
            .SetParent<LinkGroupEventTraffic>()
            .SetGroupName("Sterna")
            .AddConstructor<LinkGroupBurstyTraffic>()
            .AddAttribute("VideoFactor",
                          "Factor on all demands from a high update on.",
                          DoubleValue(2),
                          MakeDoubleAccessor(&LinkGroupBurstyTraffic::m_videoFactor),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("VoiceFactor",
                          "Factor on all demands from a low update on.",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&LinkGroupBurstyTraffic::m_voiceFactor),
                          MakeDoubleChecker<double>(0));
    return tid;
}

LinkGroupTraffic::Demands
LinkGroupBurstyTraffic::Next(const std::vector<LinkGroupSystem::Device>& devices,
                             const Eigen::ArrayXd& backlog,
                             uint64_t slot)
{
    if (Update(slot))
    {
        SetFactor(GetEvent() == Event::HIGH ? m_videoFactor : m_voiceFactor);
    }
    return LinkGroupTraffic::Next(devices, backlog, slot);
}

} // namespace sterna
} // namespace ns3
