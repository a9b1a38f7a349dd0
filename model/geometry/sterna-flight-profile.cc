/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-flight-profile.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFlightProfile");

namespace
{

/// Share of the taxiing that precedes take-off: 19 of 26 min.
constexpr double TAXI_OUT_SHARE = 19.0 / 26.0;

void
RequirePositive(const char* name, double value)
{
    if (!(value > 0.0) || !std::isfinite(value))
    {
        throw InputError(
            Sentence("The ", name, " of a flight is ", value, " but must be finite and above 0."));
    }
}

void
CheckPlan(const FlightPlan& plan)
{
    CheckNotBelowGround(plan.origin);
    CheckNotBelowGround(plan.destination);
    RequirePositive("cruise altitude (m)", plan.cruiseAltitude);
    RequirePositive("cruise ground speed (m/s)", plan.cruiseGroundSpeed);
    RequirePositive("climb rate (m/s)", plan.climbRate);
    RequirePositive("descent rate (m/s)", plan.descentRate);
    RequirePositive("slow share", plan.slowShare);
    if (plan.slowShare > 1.0)
    {
        throw InputError(Sentence("The slow share of a flight is ",
                                  plan.slowShare,
                                  " but must be above 0 and at most 1."));
    }
    if (!std::isfinite(plan.departure_s))
    {
        throw InputError(
            Sentence("The departure of a flight is ", plan.departure_s, " s but must be finite."));
    }
    const double airport = std::max(plan.origin.altitude, plan.destination.altitude);
    if (plan.cruiseAltitude <= airport)
    {
        throw InputError(Sentence("The cruise altitude ",
                                  plan.cruiseAltitude,
                                  " m of a flight must be above its airports, the higher of which "
                                  "is at ",
                                  airport,
                                  " m."));
    }
}

/// How long the phases of a flight take (s).
struct Durations
{
    double climb;
    double cruise;
    double descent;
    double taxi;
};

Durations
FindDurations(const FlightPlan& plan, double distance)
{
    const double climb = (plan.cruiseAltitude - plan.origin.altitude) / plan.climbRate;
    const double descent = (plan.cruiseAltitude - plan.destination.altitude) / plan.descentRate;
    const double slow = plan.slowShare * plan.cruiseGroundSpeed * (climb + descent);
    if (!(distance > slow))
    {
        throw InputError(Sentence("A flight of ",
                                  distance / 1e3,
                                  " km is too short for its climb and descent, which need ",
                                  slow / 1e3,
                                  " km; it must be longer, or its cruise lower."));
    }
    const double taxi = plan.allowance_s - (1.0 - plan.slowShare) * (climb + descent);
    if (!(taxi >= 0.0) || !std::isfinite(taxi))
    {
        throw InputError(Sentence("The allowance of a flight is ",
                                  plan.allowance_s,
                                  " s but must be finite and at least the ",
                                  plan.allowance_s - taxi,
                                  " s that climb and descent lose."));
    }
    return {climb, (distance - slow) / plan.cruiseGroundSpeed, descent, taxi};
}

/// The place after a distance (m) on the great circle, at an altitude.
Geodetic
PlaceAlong(const FlightPlan& plan, double travelled, double distance, double altitude)
{
    // a track that takes one second a metre finds it
    const FlightTrack ground({{0.0, plan.origin}, {distance, plan.destination}});
    Geodetic place = ToGeodetic(ground.PositionEcef(travelled));
    place.altitude = altitude;
    return place;
}

} // namespace

FlightProfile
PlanFlight(const FlightPlan& plan)
{
    NS_LOG_FUNCTION(plan.departure_s << plan.cruiseAltitude << plan.cruiseGroundSpeed);
    CheckPlan(plan);
    const double distance = GreatCircleDistance(plan.origin, plan.destination);
    const Durations durations = FindDurations(plan, distance);
    const double slowSpeed = plan.slowShare * plan.cruiseGroundSpeed;

    const double takeOff = plan.departure_s + TAXI_OUT_SHARE * durations.taxi;
    const double topOfClimb = takeOff + durations.climb;
    const double topOfDescent = topOfClimb + durations.cruise;
    const double landing = topOfDescent + durations.descent;
    const double arrival = landing + (1.0 - TAXI_OUT_SHARE) * durations.taxi;

    const double climbed = slowSpeed * durations.climb;
    const double cruised = distance - slowSpeed * durations.descent;
    const FlightTrack track(
        {{takeOff, plan.origin},
         {topOfClimb, PlaceAlong(plan, climbed, distance, plan.cruiseAltitude)},
         {topOfDescent, PlaceAlong(plan, cruised, distance, plan.cruiseAltitude)},
         {landing, plan.destination}});
    return {plan.departure_s, takeOff, {topOfClimb, topOfDescent}, landing, arrival, track};
}

} // namespace sterna
} // namespace ns3
