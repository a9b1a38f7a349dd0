/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-ground-position.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaGroundPosition");

Ptr<MobilityModel>
GroundPosition(const Geodetic& place)
{
    NS_LOG_FUNCTION(place.latitude << place.longitude << place.altitude);
    CheckNotBelowGround(place);
    Ptr<MobilityModel> mobility = CreateObject<ConstantPositionMobilityModel>();
    mobility->SetPosition(ToVector(place));
    return mobility;
}

} // namespace sterna
} // namespace ns3
