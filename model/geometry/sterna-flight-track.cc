/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-flight-track.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <limits>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFlightTrack");

namespace
{

/// Closer to antipodes than this (rad, 6 m on the ground) two places share no great circle.
constexpr double ANTIPODE_MARGIN = 1e-6;

Eigen::Vector3d
Direction(const Geodetic& place)
{
    const Vector onGround = ToVector({place.latitude, place.longitude, 0.0});
    return Eigen::Vector3d(onGround.x, onGround.y, onGround.z).normalized();
}

Vector
ToNs3(const Eigen::Vector3d& v)
{
    return {v.x(), v.y(), v.z()};
}

void
CheckTimes(const std::vector<FlightWaypoint>& waypoints)
{
    double last = -std::numeric_limits<double>::infinity();
    for (const FlightWaypoint& waypoint : waypoints)
    {
        if (!std::isfinite(waypoint.time_s) || waypoint.time_s <= last)
        {
            std::ostringstream sentence;
            sentence << "Flight time " << waypoint.time_s << " s follows " << last
                     << " s; the times of a track must be finite and increase strictly.";
            throw InputError(sentence.str());
        }
        last = waypoint.time_s;
    }
}

} // namespace

FlightTrack::FlightTrack(const std::vector<FlightWaypoint>& waypoints)
    : m_waypoints(waypoints)
{
    NS_LOG_FUNCTION(this << waypoints.size());
    if (waypoints.empty())
    {
        throw InputError("A flight track with 0 waypoints is nowhere; it needs 1 or more.");
    }
    CheckTimes(waypoints);
    for (const FlightWaypoint& waypoint : waypoints)
    {
        CheckNotBelowGround(waypoint.place);
    }
    for (size_t i = 0; i + 1 < waypoints.size(); ++i)
    {
        m_legs.push_back(MakeLeg(waypoints[i], waypoints[i + 1]));
    }
}

FlightTrack::Leg
FlightTrack::MakeLeg(const FlightWaypoint& from, const FlightWaypoint& to)
{
    const Eigen::Vector3d start = Direction(from.place);
    const Eigen::Vector3d end = Direction(to.place);
    const Eigen::Vector3d axis = start.cross(end);
    const double angle = std::atan2(axis.norm(), start.dot(end));
    if (M_PI - angle < ANTIPODE_MARGIN)
    {
        std::ostringstream sentence;
        sentence << "The waypoints at " << from.time_s << " s and " << to.time_s
                 << " s are antipodes; put a waypoint between them to say which way to fly.";
        throw InputError(sentence.str());
    }
    const double duration = to.time_s - from.time_s;
    // a leg that only climbs or waits has no direction, and needs none
    const Eigen::Vector3d ahead = axis.cross(start).stableNormalized();
    return {start, ahead, angle / duration, (to.place.altitude - from.place.altitude) / duration};
}

size_t
FlightTrack::LegAt(double time_s) const
{
    const auto next = std::upper_bound(
        m_waypoints.begin(),
        m_waypoints.end(),
        time_s,
        [](double time, const FlightWaypoint& waypoint) { return time < waypoint.time_s; });
    return next == m_waypoints.begin() ? m_legs.size() : next - m_waypoints.begin() - 1;
}

Vector
FlightTrack::PositionEcef(double time_s) const
{
    const size_t i = LegAt(time_s);
    if (i == m_legs.size())
    {
        return ToVector(
            (time_s < m_waypoints.front().time_s ? m_waypoints.front() : m_waypoints.back()).place);
    }
    const Leg& leg = m_legs[i];
    const double elapsed = time_s - m_waypoints[i].time_s;
    const double angle = leg.angularRate * elapsed;
    const double radius = EARTH_RADIUS + m_waypoints[i].place.altitude + leg.climbRate * elapsed;
    return ToNs3(radius * (std::cos(angle) * leg.start + std::sin(angle) * leg.ahead));
}

Vector
FlightTrack::VelocityEcef(double time_s) const
{
    const size_t i = LegAt(time_s);
    if (i == m_legs.size())
    {
        return {};
    }
    const Leg& leg = m_legs[i];
    const double elapsed = time_s - m_waypoints[i].time_s;
    const double angle = leg.angularRate * elapsed;
    const double radius = EARTH_RADIUS + m_waypoints[i].place.altitude + leg.climbRate * elapsed;
    const Eigen::Vector3d up = std::cos(angle) * leg.start + std::sin(angle) * leg.ahead;
    const Eigen::Vector3d forward = std::cos(angle) * leg.ahead - std::sin(angle) * leg.start;
    return ToNs3(radius * leg.angularRate * forward + leg.climbRate * up);
}

const std::vector<FlightWaypoint>&
FlightTrack::GetWaypoints() const
{
    return m_waypoints;
}

} // namespace sterna
} // namespace ns3
