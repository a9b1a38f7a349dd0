/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CRUISE_PHASE_H
#define STERNA_CRUISE_PHASE_H

#include "sterna-flight-track.h"

#include <vector>

namespace ns3
{
namespace sterna
{

/// A time span (s) in which a flight cruises, from reaching a stable altitude to leaving it for
/// good.
struct CruisePhase
{
    double start_s;
    double end_s;
};

/// What counts as cruising.
struct CruiseCriteria
{
    /// Lowest altitude of a cruise over the highest altitude of the track. A long flight steps up
    /// from FL310 to FL410, say, which is 0.76; a level-off on the way up or a hold on the way down
    /// is lower.
    double shareOfHighest{0.7};

    /// No cruise is lower (m above the sphere): 10 000 ft, up to where crews are in a 'critical
    /// phase of flight' (14 CFR 121.542), so that hours at a gate are none.
    double lowestAltitude{3048.0};

    /// Height (m) of the band in which a flight is level: 300 ft on either side of a level, as
    /// ICAO Doc 4444, section 8.5.5, has it outside of RVSM airspace.
    double band{182.88};

    /// How long (s) the altitude must stay in the band: with it, a vertical rate of 0.6 m/s.
    double duration{300.0};
};

/**
 * \ingroup sterna
 * The spans of a track in which a flight user has demand: "once an aircraft reaches a stable
 * altitude, the subsequent period is regarded as the cruising phase" (Wang et al., GATE-HPPO,
 * section V-A).
 *
 * Wherever the altitude stays at or above the lowest one, there is a phase from the first waypoint
 * that is followed by level flight to the last that is preceded by it. So steps from level to level
 * belong to the cruise, and so do wobbles and turbulence within it. Whether flight is level is
 * judged by the band within which the altitude stays, not by the vertical rate from report to
 * report: reports a second apart in steps of 25 ft would show 7 m/s in level flight.
 *
 * A phase begins and ends at waypoints. Where these are dense, it does so within the band's height
 * of the level, 20 s of a usual climb. A single altitude that is far too high raises what counts as
 * high, and is not caught.
 *
 * \return the phases in time order; none for a flight that never is high and level
 * \throws InputError if the share is not in [0, 1], or another criterion is negative or not finite,
 *         or the duration is 0.
 */
std::vector<CruisePhase> FindCruise(const FlightTrack& track, const CruiseCriteria& criteria = {});

} // namespace sterna
} // namespace ns3

#endif /* STERNA_CRUISE_PHASE_H */
