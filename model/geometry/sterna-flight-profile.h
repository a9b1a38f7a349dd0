/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FLIGHT_PROFILE_H
#define STERNA_FLIGHT_PROFILE_H

#include "sterna-cruise-phase.h"
#include "sterna-flight-track.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * What has to be known of a flight to fly it: from where to where, when, how high and how fast.
 *
 * The defaults are those of long-haul airliners. Speeds over ground are along the sphere's surface,
 * as great-circle distances are; at 12 km the aircraft itself is 0.2 % faster.
 */
struct FlightPlan
{
    Geodetic origin;               //!< the airport, at its elevation
    Geodetic destination;          //!< likewise
    double departure_s{0.0};       //!< when the flight leaves the gate
    double cruiseAltitude{0.0};    //!< (m), to be given
    double cruiseGroundSpeed{0.0}; //!< (m/s), to be given

    /// Mean over the whole climb (m/s), some 1600 ft/min: it begins with 2500 ft/min and more and
    /// ends with 500 where the aircraft is heavy and the air thin.
    double climbRate{8.0};

    /// Mean over the whole descent (m/s). With slowShare and a cruise at 235 m/s it takes 3.4
    /// nautical miles per 1000 ft: the pilots' rule of 3, and some more to slow down.
    double descentRate{8.0};

    /// Mean ground speed in climb and descent over that of the cruise: 250 kt up to 10 000 ft
    /// (14 CFR 91.117), some 300 kt indicated above it, the cruise's Mach number at last.
    double slowShare{0.7};

    /// What the flight takes from gate to gate beyond distance over cruise speed (s): taxiing, and
    /// the time lost by climbing and descending slowly. The 30 min with which the cruise speeds of
    /// Sterna's routes were derived from their block times.
    double allowance_s{1800.0};
};

/**
 * \ingroup sterna
 * A flight of taxiing, climb, cruise and descent along the great circle.
 *
 * With D the great circle's length, v the cruise speed and q the slow share, climb and descent take
 * their height over their rate, T_c and T_d, and cover q v T_c and q v T_d on the ground; the
 * cruise has the rest. From gate to gate the flight takes
 *
 *     D / v + allowance,
 *
 * of which taxiing is allowance - (1 - q)(T_c + T_d), 19/26 of it before take-off: the 19 and 7 min
 * of taxiing in the landing and take-off cycle (ICAO Annex 16 volume II; US EPA AP-42). The
 * aircraft stands while it taxis. Limits: no wind, no steps in the cruise, no detours; constant
 * rates.
 */
struct FlightProfile
{
    double departure_s; //!< from the gate
    double takeOff_s;   //!<
    CruisePhase cruise; //!< from the top of climb to the top of descent
    double landing_s;   //!<
    double arrival_s;   //!< at the gate
    FlightTrack track;  //!< from take-off to landing; before and after, the aircraft stands
};

/**
 * \ingroup sterna
 * The profile of a planned flight.
 *
 * \throws InputError if a time is not finite, a rate or speed not above 0, the slow share not in
 *         (0, 1], the cruise not above both airports, the way too short to climb and descend, the
 *         allowance shorter than what climb and descent lose, or FlightTrack refuses a place.
 */
FlightProfile PlanFlight(const FlightPlan& plan);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FLIGHT_PROFILE_H */
