/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_EARTH_H
#define STERNA_EARTH_H

#include "ns3/vector.h"

#include <cmath>

/**
 * \file
 * \ingroup sterna
 * The spherical Earth, and where two points of it stand to each other.
 *
 * All positions are Earth-centred and Earth-fixed (ECEF): x through latitude 0 and longitude 0,
 * z through the north pole, in metres. Angles are in radians. The Earth is the sphere that ns-3
 * calls GeographicPositions::SPHERE, so positions made by either fit together.
 */

namespace ns3
{
namespace sterna
{

/// Radius of the spherical Earth (m): 3GPP TR 38.811, and ns-3's GeographicPositions::SPHERE.
constexpr double EARTH_RADIUS = 6371e3;

/// Gravitational parameter of the Earth (m^3/s^2), WGS 84 with atmosphere.
constexpr double EARTH_MU = 3.986004418e14;

/// Rotation rate of the Earth in inertial space (rad/s), WGS 84.
constexpr double EARTH_ROTATION_RATE = 7.2921159e-5;

/// Second zonal harmonic of the Earth's gravity field; it goes with EARTH_EQUATORIAL_RADIUS.
constexpr double EARTH_J2 = 1.08262668e-3;

/// Radius to which the zonal harmonics refer (m), WGS 84. Only the J2 drift uses it.
constexpr double EARTH_EQUATORIAL_RADIUS = 6378137.0;

/// Degrees, as people write angles, to radians.
constexpr double
DegToRad(double degrees)
{
    return degrees * (M_PI / 180.0);
}

/// Radians to degrees, for people to read.
constexpr double
RadToDeg(double radians)
{
    return radians * (180.0 / M_PI);
}

/// A place given by latitude and longitude (rad) and altitude above the sphere (m).
struct Geodetic
{
    double latitude{0.0};  //!< from -pi/2 (south pole) to pi/2 (north pole)
    double longitude{0.0}; //!< east is positive; any number of turns
    double altitude{0.0};  //!< above the sphere

    /// The same from latitude and longitude in degrees and altitude in metres.
    static Geodetic FromDegrees(double latitudeDeg, double longitudeDeg, double altitude);
};

/// The ECEF position of a place.
Vector ToVector(const Geodetic& place);

/**
 * The place of an ECEF position; the longitude is in [-pi, pi], and 0 on the Earth's axis.
 *
 * It inverts ToVector() to rounding, poles included: on a sphere the inverse is a closed form,
 * while the iteration in GeographicPositions divides by the cosine of the latitude.
 */
Geodetic ToGeodetic(const Vector& position);

/**
 * Refuses what is no place on or above the ground.
 *
 * \throws InputError if the altitude is negative, the latitude is not in [-pi/2, pi/2] or a
 *         coordinate is not finite; it names the value.
 */
void CheckNotBelowGround(const Geodetic& place);

/// The same for an ECEF position, which may be up to 1 mm below the sphere, to allow for rounding.
void CheckNotBelowGround(const Vector& position);

/// Length of the straight line between two ECEF positions (m).
double SlantRange(const Vector& a, const Vector& b);

/**
 * Angle of the target above the local horizontal plane of the ground point (rad), from -pi/2
 * (straight down) over 0 (horizon) to pi/2 (zenith).
 *
 * The local vertical is the line from the Earth's centre through the ground point, and the angle is
 * taken between vectors, so it holds for every pair: either point may be the higher one, and
 * neither poles nor the date line are special. It is accurate to rounding near the zenith, too,
 * where an arc sine is not. It is 0 for two points that coincide.
 *
 * \throws InputError if the ground point is the Earth's centre, which has no vertical; that is
 * where a MobilityModel stands whose position nobody set.
 */
double ElevationAngle(const Vector& ground, const Vector& target);

/// Length of the shorter arc of the great circle between two places, along the ground (m).
double GreatCircleDistance(const Geodetic& a, const Geodetic& b);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_EARTH_H */
