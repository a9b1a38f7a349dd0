/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-earth.h"

#include "ns3/geographic-positions.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <Eigen/Geometry>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaEarth");

namespace
{

/// How far an ECEF position may lie below the sphere by rounding alone (m), generously.
constexpr double ALTITUDE_ROUNDING = 1e-3;

Eigen::Vector3d
ToEigen(const Vector& v)
{
    return {v.x, v.y, v.z};
}

/// The angle between two vectors, accurate for small and for nearly opposite ones.
double
AngleBetween(const Eigen::Vector3d& a, const Eigen::Vector3d& b)
{
    return std::atan2(a.cross(b).norm(), a.dot(b));
}

void
CheckAltitude(double altitude, double lowest)
{
    if (!(altitude >= lowest) || std::isinf(altitude))
    {
        std::ostringstream sentence;
        sentence << "Altitude " << altitude
                 << " m is not on or above the ground; it must be 0 m or more.";
        throw InputError(sentence.str());
    }
}

} // namespace

Geodetic
Geodetic::FromDegrees(double latitudeDeg, double longitudeDeg, double altitude)
{
    return {DegToRad(latitudeDeg), DegToRad(longitudeDeg), altitude};
}

Vector
ToVector(const Geodetic& place)
{
    NS_LOG_FUNCTION(place.latitude << place.longitude << place.altitude);
    return GeographicPositions::GeographicToCartesianCoordinates(RadToDeg(place.latitude),
                                                                 RadToDeg(place.longitude),
                                                                 place.altitude,
                                                                 GeographicPositions::SPHERE);
}

Geodetic
ToGeodetic(const Vector& position)
{
    NS_LOG_FUNCTION(position);
    return {std::atan2(position.z, std::hypot(position.x, position.y)),
            std::atan2(position.y, position.x),
            position.GetLength() - EARTH_RADIUS};
}

void
CheckNotBelowGround(const Geodetic& place)
{
    NS_LOG_FUNCTION(place.latitude << place.longitude << place.altitude);
    CheckAltitude(place.altitude, 0.0);
    // pi/2 rounded from 90 degrees may be one bit too large
    if (!(std::abs(place.latitude) <= M_PI_2 * (1.0 + 1e-12)))
    {
        std::ostringstream sentence;
        sentence << "Latitude " << RadToDeg(place.latitude)
                 << " deg is not on the Earth; it must be from -90 to 90 deg.";
        throw InputError(sentence.str());
    }
    if (!std::isfinite(place.longitude))
    {
        std::ostringstream sentence;
        sentence << "Longitude " << RadToDeg(place.longitude) << " deg must be a finite number.";
        throw InputError(sentence.str());
    }
}

void
CheckNotBelowGround(const Vector& position)
{
    NS_LOG_FUNCTION(position);
    CheckAltitude(position.GetLength() - EARTH_RADIUS, -ALTITUDE_ROUNDING);
}

double
SlantRange(const Vector& a, const Vector& b)
{
    return CalculateDistance(a, b);
}

double
ElevationAngle(const Vector& ground, const Vector& target)
{
    NS_LOG_FUNCTION(ground << target);
    const Eigen::Vector3d vertical = ToEigen(ground);
    const Eigen::Vector3d sight = ToEigen(target) - vertical;
    if (vertical.isZero(0.0))
    {
        throw InputError("Position (0, 0, 0) is the Earth's centre and has no elevation angle; a "
                         "ground position must be in Earth-fixed coordinates.");
    }
    return std::atan2(vertical.dot(sight), vertical.cross(sight).norm());
}

double
GreatCircleDistance(const Geodetic& a, const Geodetic& b)
{
    return EARTH_RADIUS * AngleBetween(ToEigen(ToVector(a)), ToEigen(ToVector(b)));
}

} // namespace sterna
} // namespace ns3
