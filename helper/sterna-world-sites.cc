/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-world-sites.h"

#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaWorldSites");

namespace
{

/// As the source has it.
struct CityRow
{
    const char* name;
    double latitudeDeg;
    double longitudeDeg;
    double populationMillions;
};

/// UN World Urbanization Prospects 2018, File 12: latitude and longitude (deg WGS84), 2020.
// clang-format off
constexpr CityRow CITIES[] = {
    {"Tokyo", 35.6895, 139.6917, 37.393},
    {"Delhi", 28.6667, 77.2167, 30.291},
    {"Shanghai", 31.2222, 121.4581, 27.058},
    {"Sao Paulo", -23.5475, -46.6361, 22.043},
    {"Mexico City", 19.4273, -99.1419, 21.782},
    {"Dhaka", 23.7104, 90.4074, 21.006},
    {"Cairo", 30.0392, 31.2394, 20.901},
    {"Beijing", 39.9075, 116.3972, 20.463},
    {"Mumbai", 19.074, 72.8808, 20.411},
    {"Osaka", 34.6758, 135.5538, 19.165},
    {"New York", 40.717, -74.0037, 18.804},
    {"Karachi", 24.9056, 67.0822, 16.094},
    {"Chongqing", 29.5628, 106.5528, 15.872},
    {"Istanbul", 41.0138, 28.9497, 15.190},
    {"Buenos Aires", -34.6051, -58.4004, 15.154},
    {"Kolkata", 22.5335, 88.356, 14.850},
    {"Lagos", 6.4531, 3.3958, 14.368},
    {"Kinshasa", -4.3276, 15.3136, 14.342},
    {"Manila", 14.6042, 120.9822, 13.923},
    {"Tianjin", 39.1088, 117.1886, 13.589},
    {"Rio de Janeiro", -22.9028, -43.2075, 13.458},
    {"Guangzhou", 23.1255, 113.2574, 13.302},
    {"Lahore", 31.5497, 74.3436, 12.642},
    {"Moscow", 55.755, 37.6218, 12.538},
    {"Los Angeles", 34.0317, -118.2417, 12.447},
    {"Shenzhen", 22.5415, 114.0634, 12.357},
    {"Bangalore", 12.9719, 77.5937, 12.327},
    {"Paris", 48.8534, 2.3488, 11.017},
    {"Bogota", 4.6097, -74.0818, 10.978},
    {"Chennai", 13.0531, 80.2488, 10.971},
    {"Jakarta", -6.2118, 106.8416, 10.770},
    {"Lima", -12.0432, -77.0282, 10.719},
    {"Bangkok", 13.722, 100.5252, 10.539},
    {"Hyderabad", 17.3753, 78.4744, 10.004},
};

// clang-format on

struct AirportRow
{
    const char* iata;
    double latitudeDeg;
    double longitudeDeg;
    double elevation; //!< (m)
};

struct RouteRow
{
    const char* flight;
    AirportRow origin;
    AirportRow destination;
    double cruiseAltitude;    //!< (m)
    double cruiseGroundSpeed; //!< (m/s)
    double blockTimeMin;
    double departureMin;
};

/// OpenFlights airports.dat (deg WGS84), published schedules, usual flight levels: see the header.
// clang-format off
constexpr RouteRow ROUTES[] = {
    {"SQ23",
     {"JFK", 40.639801, -73.778900, 4.0},
     {"SIN", 1.350190, 103.994003, 6.7},
     11887, 234.6, 1120, -200},
    {"QF9",
     {"PER", -31.940300, 115.967003, 20.4},
     {"LHR", 51.470600, -0.461941, 25.3},
     11887, 239.4, 1040, 15},
    {"QR921",
     {"AKL", -37.008099, 174.792007, 7.0},
     {"DOH", 25.273056, 51.608056, 4.0},
     11278, 229.6, 1085, -860},
    {"EK215",
     {"DXB", 25.252800, 55.364399, 18.9},
     {"LAX", 33.942501, -118.407997, 38.1},
     11582, 235.1, 980, 60},
    {"AA HND-JFK",
     {"HND", 35.552299, 139.779999, 10.7},
     {"JFK", 40.639801, -73.778900, 4.0},
     11278, 240.1, 785, -600},
    {"DL201",
     {"JNB", -26.139200, 28.246000, 1694.1},
     {"ATL", 33.636700, -84.428101, 312.7},
     11887, 228.7, 1020, -100},
};

// clang-format on

Airport
MakeAirport(const AirportRow& row)
{
    return {row.iata, Geodetic::FromDegrees(row.latitudeDeg, row.longitudeDeg, row.elevation)};
}

std::vector<City>
MakeCities()
{
    std::vector<City> cities;
    for (const CityRow& row : CITIES)
    {
        cities.push_back({row.name,
                          Geodetic::FromDegrees(row.latitudeDeg, row.longitudeDeg, 0.0),
                          row.populationMillions * 1e6});
    }
    return cities;
}

std::vector<AirRoute>
MakeRoutes()
{
    constexpr double MINUTE = 60.0;
    std::vector<AirRoute> routes;
    for (const RouteRow& row : ROUTES)
    {
        routes.push_back({row.flight,
                          MakeAirport(row.origin),
                          MakeAirport(row.destination),
                          row.cruiseAltitude,
                          row.cruiseGroundSpeed,
                          row.blockTimeMin * MINUTE,
                          row.departureMin * MINUTE});
    }
    return routes;
}

} // namespace

const std::vector<City>&
LargestCities()
{
    static const std::vector<City> cities = MakeCities();
    return cities;
}

const std::vector<AirRoute>&
LongHaulRoutes()
{
    static const std::vector<AirRoute> routes = MakeRoutes();
    return routes;
}

FlightPlan
MakeFlightPlan(const AirRoute& route)
{
    NS_LOG_FUNCTION(route.flight);
    FlightPlan plan;
    plan.origin = route.origin.place;
    plan.destination = route.destination.place;
    plan.departure_s = route.departure_s;
    plan.cruiseAltitude = route.cruiseAltitude;
    plan.cruiseGroundSpeed = route.cruiseGroundSpeed;
    return plan;
}

} // namespace sterna
} // namespace ns3
