/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-terminal.h"

#include "sterna-channel.h"
#include "sterna-net-device.h"

#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/sterna-compat.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaTerminal");

NS_OBJECT_ENSURE_REGISTERED(Terminal);

TypeId
Terminal::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::Terminal")
                            .SetParent<Object>()
                            .SetGroupName("Sterna")
                            .AddConstructor<Terminal>()
                            .AddAttribute("Role",
                                          "What the node is; decides its bands.",
                                          EnumValue(Role::CELLULAR_UE),
                                          EnumAccessor<Role>(&Terminal::m_role),
                                          MakeEnumChecker(Role::SATELLITE,
                                                          "Satellite",
                                                          Role::TST,
                                                          "Tst",
                                                          Role::BASE_STATION,
                                                          "BaseStation",
                                                          Role::CELLULAR_UE,
                                                          "CellularUe",
                                                          Role::DUAL_MODE_UE,
                                                          "DualModeUe",
                                                          Role::GATEWAY,
                                                          "Gateway",
                                                          Role::SATELLITE_UE,
                                                          "SatelliteUe"));
    return tid;
}

Terminal::Terminal() = default;
Terminal::~Terminal() = default;

void
Terminal::SetRole(Role role)
{
    m_role = role;
}

Terminal::Role
Terminal::GetRole() const
{
    return m_role;
}

bool
Terminal::HasBand(Band band) const
{
    return HasBand(m_role, band);
}

bool
Terminal::HasBand(Role role, Band band)
{
    return band == Band::KA
               ? role != Role::CELLULAR_UE
               : role != Role::SATELLITE && role != Role::GATEWAY && role != Role::SATELLITE_UE;
}

Ptr<SternaNetDevice>
Terminal::GetDevice(Band band, uint32_t index) const
{
    const auto node = GetObject<Node>();
    NS_LOG_FUNCTION(this << node);
    for (uint32_t i = 0; node && i < node->GetNDevices(); ++i)
    {
        auto device = DynamicCast<SternaNetDevice>(node->GetDevice(i));
        if (device && device->GetSternaChannel() && device->GetSternaChannel()->GetBand() == band &&
            index-- == 0)
        {
            return device;
        }
    }
    return nullptr;
}

} // namespace sterna
} // namespace ns3
