/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-traffic.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <cmath>
#include <sstream>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupTraffic");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupTraffic);

TypeId
LinkGroupTraffic::GetTypeId()
{
    const auto volume = MakeDoubleChecker<double>(0);
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
                          volume)
            .AddAttribute("CellularMax",
                          "Largest demand of a cellular UE, Mbit.",
                          DoubleValue(90),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_cellularMax),
                          volume)
            .AddAttribute("DualModeMin",
                          "Least demand of a dual-mode UE, Mbit.",
                          DoubleValue(60),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_dualModeMin),
                          volume)
            .AddAttribute("DualModeMax",
                          "Largest demand of a dual-mode UE, Mbit.",
                          DoubleValue(440),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_dualModeMax),
                          volume)
            .AddAttribute("AccessMin",
                          "Least demand of a BS or TST, Mbit.",
                          DoubleValue(130),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_accessMin),
                          volume)
            .AddAttribute("AccessMax",
                          "Largest demand of a BS or TST, Mbit.",
                          DoubleValue(630),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_accessMax),
                          volume)
            .AddAttribute("EpsilonMin",
                          "Least share of its demand from which a device is served.",
                          DoubleValue(0.3),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_epsilonMin),
                          MakeDoubleChecker<double>(0, 1))
            .AddAttribute("EpsilonMax",
                          "Largest share of its demand from which a device is served.",
                          DoubleValue(0.6),
                          MakeDoubleAccessor(&LinkGroupTraffic::m_epsilonMax),
                          MakeDoubleChecker<double>(0, 1));
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

LinkGroupTraffic::Demands
LinkGroupTraffic::Draw(const std::vector<LinkGroupSystem::Device>& devices)
{
    using Device = LinkGroupSystem::Device;
    const auto range = [this](Device kind) -> std::pair<double, double> {
        switch (kind)
        {
        case Device::CELLULAR_UE:
            return {m_cellularMin, m_cellularMax};
        case Device::DUAL_MODE_UE:
            return {m_dualModeMin, m_dualModeMax};
        default:
            return {m_accessMin, m_accessMax};
        }
    };
    Demands drawn{Eigen::ArrayXd(devices.size()), Eigen::ArrayXd(devices.size())};
    for (std::size_t k = 0; k < devices.size(); ++k)
    {
        const auto [least, most] = range(devices[k]);
        const double volume = m_scale * m_random->GetValue(least, most);
        if (!(volume > 0))
        {
            std::ostringstream text;
            text << "The demand drawn for device " << k << " is " << volume
                 << " Mbit; ranges and Scale must make it positive.";
            throw InputError(text.str());
        }
        drawn.demand(k) = std::ceil(volume * 1e6 / 8) * 8e-6; // whole bytes
        drawn.epsilon(k) = m_random->GetValue(m_epsilonMin, m_epsilonMax);
    }
    NS_LOG_INFO("demands of " << devices.size() << " devices: " << drawn.demand.sum() << " Mbit");
    return drawn;
}

} // namespace sterna
} // namespace ns3
