/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_WORLD_SITES_H
#define STERNA_WORLD_SITES_H

#include "ns3/sterna-earth.h"
#include "ns3/sterna-flight-profile.h"

#include <string>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * Where the users of a worldwide scenario are: large cities, and flights on long routes.
 */

namespace ns3
{
namespace sterna
{

/// A city and how many people live in its urban agglomeration.
struct City
{
    std::string name;
    Geodetic place;    //!< at altitude 0: the source has no elevations
    double population; //!< in 2020
};

/**
 * The 34 largest urban agglomerations of 2020, which are all with 10 million people or more, the
 * largest first.
 *
 * Source: United Nations, Department of Economic and Social Affairs, Population Division, World
 * Urbanization Prospects: The 2018 Revision, File 12 (WUP2018-F12-Cities_Over_300K). 2020 is a
 * projection of that revision. Limit: Mexico City, Bogota and others stand high above the sphere,
 * where rain paths are shorter than from altitude 0.
 */
const std::vector<City>& LargestCities();

struct Airport
{
    std::string iata; //!< its code
    Geodetic place;   //!< with its elevation
};

/// A commercial flight and how it flies.
struct AirRoute
{
    std::string flight;
    Airport origin;
    Airport destination;
    double cruiseAltitude;    //!< (m)
    double cruiseGroundSpeed; //!< mean over ground, with usual winds and detours (m/s)
    double blockTime_s;       //!< from gate to gate
    double departure_s;       //!< from the gate, in a scenario that begins at 0
};

/**
 * Six long-haul flights.
 *
 * Sources: airports from the OpenFlights database (airports.dat of April 2025, which credits
 * OurAirports; Open Database License), elevations converted from feet. Block times from published
 * schedules and the press: OAG 2024 for SQ23; lists of scheduled times for QF9 (2018) and EK215;
 * OAG figures of 2019 for QR921; the schedule of 2024 for HND-JFK; Cirium 2025/26 for DL201. Ground
 * speeds are great circle over (block time - 30 min). Altitudes are usual flight levels (FL370,
 * 380, 390), and no flight plan's. Departures are chosen so that in a scenario of 300 min some
 * flights climb, some arrive, and the others cruise.
 */
const std::vector<AirRoute>& LongHaulRoutes();

/// The plan to fly a route as scheduled; PlanFlight() makes the flight of it.
FlightPlan MakeFlightPlan(const AirRoute& route);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_WORLD_SITES_H */
