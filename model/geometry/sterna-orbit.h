/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ORBIT_H
#define STERNA_ORBIT_H

#include "ns3/vector.h"

#include <cmath>

namespace ns3
{
namespace sterna
{

/// What defines a circular orbit; the angles (rad) hold at time 0, when the Greenwich meridian
/// points to the vernal equinox (sidereal time 0).
struct CircularOrbitElements
{
    double altitude{780e3};         //!< above the spherical Earth (m)
    double inclination{M_PI_2};     //!< of the orbital plane to the equator
    double raan{0.0};               //!< right ascension of the ascending node
    double argumentOfLatitude{0.0}; //!< of the satellite, from the ascending node
    bool j2{false};                 //!< let the Earth's oblateness move node and argument
};

/**
 * \ingroup sterna
 * A satellite on a circular Keplerian orbit, seen from the rotating Earth.
 *
 * The argument of latitude u and the ascending node move at constant rates, and the frame turns
 * with the Earth, so position and velocity are closed forms in time, exact for any time. With J2
 * the mean secular rates to first order are added (Vallado, Fundamentals of Astrodynamics and
 * Applications, section 9.6, eccentricity 0), where a is the radius of the orbit, n = sqrt(mu/a^3)
 * and R the equatorial radius:
 *
 *     node:     -3/2 n J2 (R/a)^2 cos i
 *     argument: n + 3/2 n J2 (R/a)^2 (4 cos^2 i - 1)
 *
 * The altitude is then the mean one: periodic terms of some kilometres are left out, and so are
 * drag, the Moon and the Sun. Times are in seconds, positions in metres, all Earth-fixed (ECEF).
 */
class CircularOrbit
{
  public:
    /// \throws InputError if the altitude is not positive or a value is not finite.
    explicit CircularOrbit(const CircularOrbitElements& elements = {});

    /// Where the satellite is at a time (m).
    Vector PositionEcef(double time_s) const;

    /// How fast it moves against the rotating Earth (m/s): the derivative of PositionEcef().
    Vector VelocityEcef(double time_s) const;

    /// From one passage of the ascending node to the next (s): 2 pi sqrt(a^3/mu) without J2.
    double Period() const;

    /// Distance from the Earth's centre (m).
    double Radius() const;

    /// Drift of the ascending node in inertial space (rad/s): 0 without J2.
    double NodeRate() const;

    /// Rate of the argument of latitude (rad/s).
    double ArgumentRate() const;

    const CircularOrbitElements& GetElements() const;

  private:
    CircularOrbitElements m_elements;
    double m_radius;
    double m_cosInclination;
    double m_sinInclination;
    double m_nodeRate;     //!< inertial
    double m_argumentRate; //!< of the argument of latitude
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ORBIT_H */
