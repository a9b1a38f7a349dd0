/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-traffic.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/trace-source-accessor.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupTraffic");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupTraffic);

namespace
{

/// Mbit rounded up to whole bytes; a millionth of a byte more is rounding error.
double
WholeBytes(double mbit)
{
    return std::ceil(mbit * 1e6 / 8 - 1e-6) * 8e-6;
}

} // namespace

TypeId
LinkGroupTraffic::GetTypeId()
{
    // Each Attribute has a checker of its own: ObjectFactory::Set() tells Attributes by theirs.
    static TypeId tid =
        TypeId("ns3::sterna::LinkGroupTraffic")
            .SetParent<Object>()
            .SetGroupName("Sterna")
            .AddConstructor<LinkGroupTraffic>()
            .AddAttribute("Scale",
                          "Factor on every demand: 1 small, 2 learn, 3 paper.",
                          DoubleValue(1),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_scale),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("CellularMin",
                          "Least demand of a cellular UE, Mbit.",
                          DoubleValue(10),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_cellularMin),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("CellularMax",
                          "Largest demand of a cellular UE, Mbit.",
                          DoubleValue(90),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_cellularMax),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("DualModeMin",
                          "Least demand of a dual-mode UE, Mbit.",
                          DoubleValue(60),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_dualModeMin),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("DualModeMax",
                          "Largest demand of a dual-mode UE, Mbit.",
                          DoubleValue(440),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_dualModeMax),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("AccessMin",
                          "Least demand of a BS or TST, Mbit.",
                          DoubleValue(130),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_accessMin),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("AccessMax",
                          "Largest demand of a BS or TST, Mbit.",
                          DoubleValue(630),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_accessMax),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("EpsilonMin",
                          "Least share of its demand from which a device is served.",
                          DoubleValue(0.3),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_epsilonMin),
                          MakeDoubleChecker<double>(0, 1))
            .AddAttribute("EpsilonMax",
                          "Largest share of its demand from which a device is served.",
                          DoubleValue(0.6),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_epsilonMax),
                          MakeDoubleChecker<double>(0, 1))
            .AddAttribute("CarryOver",
                          "Whether a cycle's unserved demand is added to that of the next cycle.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&LinkGroupTraffic::m_carryOver),
                          MakeBooleanChecker())
            .AddAttribute("BacklogLimit",
                          "With CarryOver, a device's demand is cut to so many times the largest "
                          "that its class draws in a cycle.",
                          DoubleValue(1),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_backlogLimit),
                          MakeDoubleChecker<double>(1))
            .AddTraceSource("Update",
                            "From this slot on demands follow another law than before.",
                            MakeTraceSourceAccessor(&LinkGroupTraffic::m_updateTrace),
                            "ns3::sterna::LinkGroupTraffic::UpdateCallback");
    return tid;
}

LinkGroupTraffic::LinkGroupTraffic()
    : m_random(CreateObject<UniformRandomVariable>())
{
}

int64_t
LinkGroupTraffic::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1;
}

std::pair<double, double>
LinkGroupTraffic::Range(LinkGroupSystem::Device kind) const
{
    using Device = LinkGroupSystem::Device;
    const double scale = m_scale * m_factor;
    switch (kind)
    {
    case Device::CELLULAR_UE:
        return {scale * m_cellularMin, scale * m_cellularMax};
    case Device::DUAL_MODE_UE:
        return {scale * m_dualModeMin, scale * m_dualModeMax};
    default:
        return {scale * m_accessMin, scale * m_accessMax};
    }
}

LinkGroupTraffic::Demands
LinkGroupTraffic::Draw(const std::vector<LinkGroupSystem::Device>& devices)
{
    Demands drawn{Eigen::ArrayXd(devices.size()), Eigen::ArrayXd(devices.size())};
    for (std::size_t k = 0; k < devices.size(); ++k)
    {
        const auto [least, most] = Range(devices[k]);
        const double volume = m_random->GetValue(least, most);
        if (!(volume > 0))
        {
            std::ostringstream text;
            text << "The demand drawn for device " << k << " is " << volume
                 << " Mbit; ranges and Scale must make it positive.";
            throw InputError(text.str());
        }
        drawn.demand(k) = WholeBytes(volume);
        drawn.epsilon(k) = m_random->GetValue(m_epsilonMin, m_epsilonMax);
    }
    return drawn;
}

LinkGroupTraffic::Demands
LinkGroupTraffic::Next(const std::vector<LinkGroupSystem::Device>& devices,
                       const Eigen::ArrayXd& backlog,
                       uint64_t slot)
{
    auto next = Draw(devices);
    for (std::size_t k = 0; m_carryOver && k < devices.size(); ++k)
    {
        const double most = std::max(m_backlogLimit * Range(devices[k]).second, next.demand(k));
        next.demand(k) = WholeBytes(std::min(backlog(k) + next.demand(k), most));
    }
    NS_LOG_INFO("from slot " << slot << " on, demands of " << devices.size()
                             << " devices: " << next.demand.sum() << " Mbit");
    return next;
}

void
LinkGroupTraffic::SetFactor(double factor)
{
    m_factor = factor;
}

void
LinkGroupTraffic::TraceUpdate(uint64_t slot)
{
    m_updateTrace(slot);
}

} // namespace sterna
} // namespace ns3
