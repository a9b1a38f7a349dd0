/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FLIGHT_TRACK_H
#define STERNA_FLIGHT_TRACK_H

#include "sterna-earth.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Where a flight is at a time (s).
struct FlightWaypoint
{
    double time_s;
    Geodetic place;
};

/**
 * \ingroup sterna
 * A flight as a timed track: from waypoint to waypoint along the great circle, at constant rates.
 *
 * On each leg the angle along the great circle and the altitude are linear in time. Before its
 * first waypoint and after its last the flight stands there, with velocity 0. At a waypoint the
 * velocity is that of the leg which begins. Positions are Earth-fixed (ECEF, m).
 */
class FlightTrack
{
  public:
    /**
     * \throws InputError if there is no waypoint, times do not increase strictly, a waypoint is
     * below the ground, or two in a row are antipodes, which any great circle joins.
     */
    explicit FlightTrack(const std::vector<FlightWaypoint>& waypoints);

    Vector PositionEcef(double time_s) const;

    /// The derivative of PositionEcef() (m/s).
    Vector VelocityEcef(double time_s) const;

    const std::vector<FlightWaypoint>& GetWaypoints() const;

  private:
    /// The great circle from a waypoint to the next: unit vectors to the start and, a quarter of a
    /// turn ahead, in the direction of flight.
    struct Leg
    {
        Eigen::Vector3d start;
        Eigen::Vector3d ahead;
        double angularRate; //!< (rad/s)
        double climbRate;   //!< (m/s)
    };

    static Leg MakeLeg(const FlightWaypoint& from, const FlightWaypoint& to);

    /// The leg flown at a time, or the number of legs if the flight stands.
    size_t LegAt(double time_s) const;

    std::vector<FlightWaypoint> m_waypoints;
    std::vector<Leg> m_legs; //!< one fewer than waypoints
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FLIGHT_TRACK_H */
