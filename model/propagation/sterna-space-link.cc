/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-space-link.h"

#include "ns3/log.h"
#include "ns3/sterna-earth.h"

#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaSpaceLink");

namespace
{

double
Altitude(const Vector& position)
{
    return position.GetLength() - EARTH_RADIUS;
}

} // namespace

double
SpaceLink::Elevation() const
{
    return ElevationAngle(ground, satellite);
}

double
SpaceLink::SatelliteAltitude() const
{
    return Altitude(satellite);
}

double
SpaceLink::Distance() const
{
    return SlantRange(ground, satellite);
}

std::optional<SpaceLink>
FindSpaceLink(Ptr<MobilityModel> a, Ptr<MobilityModel> b)
{
    Vector lower = a->GetPosition();
    Vector higher = b->GetPosition();
    if (lower.GetLength() > higher.GetLength())
    {
        std::swap(lower, higher);
    }
    if (Altitude(lower) >= SPACE_ALTITUDE || Altitude(higher) < SPACE_ALTITUDE)
    {
        return std::nullopt;
    }
    NS_LOG_LOGIC("from " << lower << " to the satellite at " << higher);
    return SpaceLink{lower, higher};
}

} // namespace sterna
} // namespace ns3
