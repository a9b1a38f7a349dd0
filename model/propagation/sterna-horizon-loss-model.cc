/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-horizon-loss-model.h"

#include "sterna-propagation-checks.h"
#include "sterna-space-link.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-earth.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaHorizonLossModel");

NS_OBJECT_ENSURE_REGISTERED(HorizonLossModel);

TypeId
HorizonLossModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::HorizonLossModel")
                            .SetParent<PropagationLossModel>()
                            .SetGroupName("Sterna")
                            .AddConstructor<HorizonLossModel>()
                            .AddAttribute("MinElevationDeg",
                                          "Lowest elevation of a satellite that is received (deg).",
                                          DoubleValue(0),
                                          MakeDoubleAccessor(&HorizonLossModel::SetMinElevationDeg,
                                                             &HorizonLossModel::GetMinElevationDeg),
                                          MakeDoubleChecker<double>());
    return tid;
}

void
HorizonLossModel::SetMinElevationDeg(double minElevationDeg)
{
    Require(std::abs(minElevationDeg) <= 90,
            "The minimum elevation (deg)",
            minElevationDeg,
            "must be within -90 and 90");
    m_minElevation = DegToRad(minElevationDeg);
}

double
HorizonLossModel::GetMinElevationDeg() const
{
    return RadToDeg(m_minElevation);
}

double
HorizonLossModel::DoCalcRxPower(double txPowerDbm, Ptr<MobilityModel> a, Ptr<MobilityModel> b) const
{
    const auto link = FindSpaceLink(a, b);
    return link && link->Elevation() < m_minElevation ? NO_SIGNAL_DBM : txPowerDbm;
}

int64_t
HorizonLossModel::DoAssignStreams(int64_t stream)
{
    return 0;
}

} // namespace sterna
} // namespace ns3
