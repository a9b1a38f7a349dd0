/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-cruise-phase.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaCruisePhase");

namespace
{

void
CheckCriterion(bool good, const char* name, double value, const char* needed)
{
    if (!good || !std::isfinite(value))
    {
        throw InputError(
            Sentence("The ", name, " of a cruise is ", value, " but must be ", needed, "."));
    }
}

void
Check(const CruiseCriteria& criteria)
{
    CheckCriterion(criteria.shareOfHighest >= 0.0 && criteria.shareOfHighest <= 1.0,
                   "share of the highest altitude",
                   criteria.shareOfHighest,
                   "from 0 to 1");
    CheckCriterion(criteria.lowestAltitude >= 0.0,
                   "lowest altitude (m)",
                   criteria.lowestAltitude,
                   "finite and 0 or more");
    CheckCriterion(criteria.band >= 0.0, "band (m)", criteria.band, "finite and 0 or more");
    CheckCriterion(criteria.duration > 0.0,
                   "duration (s)",
                   criteria.duration,
                   "finite and above 0");
}

/// The lowest and highest altitude so far.
struct AltitudeRange
{
    double lowest;
    double highest;

    void Include(double altitude)
    {
        lowest = std::min(lowest, altitude);
        highest = std::max(highest, altitude);
    }

    double Height() const
    {
        return highest - lowest;
    }
};

/// Altitude at a time between two waypoints, linear as on the track.
double
AltitudeBetween(const FlightWaypoint& a, const FlightWaypoint& b, double time_s)
{
    const double share = (time_s - a.time_s) / (b.time_s - a.time_s);
    return a.place.altitude + share * (b.place.altitude - a.place.altitude);
}

/**
 * Whether a flight stays in the band for the duration from waypoint i on, or, with step -1, has
 * stayed in it for the duration before. A span that leaves the waypoints from first to last is not
 * long enough.
 */
bool
IsLevel(const std::vector<FlightWaypoint>& waypoints,
        size_t i,
        int step,
        size_t first,
        size_t last,
        const CruiseCriteria& criteria)
{
    const double end_s = waypoints[i].time_s + step * criteria.duration;
    AltitudeRange range{waypoints[i].place.altitude, waypoints[i].place.altitude};
    const size_t edge = step > 0 ? last : first;
    while (i != edge && range.Height() <= criteria.band)
    {
        const FlightWaypoint& here = waypoints[i];
        const FlightWaypoint& next = waypoints[i + step];
        if (step * (next.time_s - end_s) >= 0.0)
        {
            range.Include(AltitudeBetween(here, next, end_s));
            return range.Height() <= criteria.band;
        }
        range.Include(next.place.altitude);
        i += step;
    }
    return false;
}

/// The phase among the waypoints from first to last, all of which are high.
std::optional<CruisePhase>
PhaseWithin(const std::vector<FlightWaypoint>& waypoints,
            size_t first,
            size_t last,
            const CruiseCriteria& criteria)
{
    size_t start = first;
    while (start < last && !IsLevel(waypoints, start, 1, first, last, criteria))
    {
        ++start;
    }
    if (start == last)
    {
        return std::nullopt;
    }
    size_t end = last;
    while (end > start && !IsLevel(waypoints, end, -1, first, last, criteria))
    {
        --end;
    }
    // level flight may begin and end between two waypoints that are far apart
    return end > start
               ? std::make_optional(CruisePhase{waypoints[start].time_s, waypoints[end].time_s})
               : std::nullopt;
}

} // namespace

std::vector<CruisePhase>
FindCruise(const FlightTrack& track, const CruiseCriteria& criteria)
{
    NS_LOG_FUNCTION(track.GetWaypoints().size());
    Check(criteria);
    const std::vector<FlightWaypoint>& waypoints = track.GetWaypoints();
    double highest = 0.0;
    for (const FlightWaypoint& waypoint : waypoints)
    {
        highest = std::max(highest, waypoint.place.altitude);
    }
    const double lowest = std::max(criteria.lowestAltitude, criteria.shareOfHighest * highest);
    std::vector<CruisePhase> phases;
    for (size_t first = 0; first < waypoints.size(); ++first)
    {
        size_t beyond = first;
        while (beyond < waypoints.size() && waypoints[beyond].place.altitude >= lowest)
        {
            ++beyond;
        }
        if (beyond == first)
        {
            continue;
        }
        if (const auto phase = PhaseWithin(waypoints, first, beyond - 1, criteria))
        {
            phases.push_back(*phase);
        }
        first = beyond;
    }
    return phases;
}

} // namespace sterna
} // namespace ns3
