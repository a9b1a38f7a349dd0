/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-expectations.h"
#include "sterna-flight-tests.h"

#include "ns3/sterna-cruise-phase.h"
#include "ns3/sterna-earth.h"
#include "ns3/sterna-flight-profile.h"
#include "ns3/sterna-world-sites.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

/**
 * \file
 * \ingroup sterna-tests
 * Flights: planned ones by closed forms, the cruise of recorded ones by hand; and the tables of
 * cities and routes.
 */

using namespace ns3;
using namespace ns3::sterna;
using namespace ns3::sterna::tests;

namespace
{

constexpr double RADIUS = 6371e3; // of the spherical Earth (m), 3GPP TR 38.811

/// A quarter of the equator at 200 m/s and 10 km.
FlightPlan
EquatorPlan()
{
    FlightPlan plan;
    plan.origin = Geodetic::FromDegrees(0, 0, 0);
    plan.destination = Geodetic::FromDegrees(0, 90, 0);
    plan.departure_s = 100;
    plan.cruiseAltitude = 10e3;
    plan.cruiseGroundSpeed = 200;
    plan.climbRate = 10;
    plan.descentRate = 8;
    plan.slowShare = 0.6;
    return plan;
}

/// By hand: climb 1000 s and 120 km, descent 1250 s and 150 km at 120 m/s; the cruise has the rest
/// of R pi / 2 = 10007543.40 m, 48687.7170 s. Climb and descent lose 0.4 x 2250 = 900 s, so 900 s
/// of the allowance are for taxiing, 19/26 of which is 657.6923 s.
class ProfileTest : public ExpectationTestCase
{
  public:
    ProfileTest()
        : ExpectationTestCase("a planned flight by closed forms")
    {
    }

  private:
    void ExpectAt(const FlightTrack& track, double time_s, double travelled, double altitude)
    {
        const Geodetic place = ToGeodetic(track.PositionEcef(time_s));
        const std::string at = " at " + std::to_string(time_s) + " s";
        ExpectNear(place.longitude * RADIUS, travelled, 0.01, "way" + at);
        ExpectNear(place.latitude, 0, 1e-12, "latitude" + at);
        ExpectNear(place.altitude, altitude, 0.01, "altitude" + at);
    }

    void DoRun() override
    {
        const FlightProfile flight = PlanFlight(EquatorPlan());
        ExpectNear(flight.departure_s, 100, 0, "departure");
        ExpectNear(flight.takeOff_s, 757.6923, 1e-4, "take-off");
        ExpectNear(flight.cruise.start_s, 1757.6923, 1e-4, "top of climb");
        ExpectNear(flight.cruise.end_s, 50445.4093, 1e-4, "top of descent");
        ExpectNear(flight.landing_s, 51695.4093, 1e-4, "landing");
        ExpectNear(flight.arrival_s, 100 + 50037.7170 + 1800, 1e-4, "arrival");

        const double way = RADIUS * M_PI_2;
        const double takeOff = flight.takeOff_s;
        ExpectAt(flight.track, flight.departure_s, 0, 0);
        ExpectAt(flight.track, takeOff, 0, 0);
        ExpectAt(flight.track, takeOff + 250, 30e3, 2500);
        ExpectAt(flight.track, takeOff + 1000, 120e3, 10e3);
        ExpectAt(flight.track, takeOff + 21000, 4120e3, 10e3);
        ExpectAt(flight.track, flight.cruise.end_s, way - 150e3, 10e3);
        ExpectAt(flight.track, flight.cruise.end_s + 500, way - 90e3, 6000);
        ExpectAt(flight.track, flight.landing_s, way, 0);
        ExpectAt(flight.track, flight.arrival_s, way, 0);
        ExpectNear(flight.track.VelocityEcef(20e3).GetLength(),
                   200 * (RADIUS + 10e3) / RADIUS,
                   1e-6,
                   "speed of the aircraft itself");

        const std::vector<CruisePhase> found = FindCruise(flight.track);
        ExpectTrue(found.size() == 1 && found[0].start_s == flight.cruise.start_s &&
                       found[0].end_s == flight.cruise.end_s,
                   "its cruise is found on the track");
    }
};

/// Airports above the sea shorten climb and descent: (10 000 - 1500) / 10 and (10 000 - 400) / 8 s.
class ElevatedAirportTest : public ExpectationTestCase
{
  public:
    ElevatedAirportTest()
        : ExpectationTestCase("a planned flight between airports above the sea")
    {
    }

  private:
    void DoRun() override
    {
        FlightPlan plan = EquatorPlan();
        plan.origin.altitude = 1500;
        plan.destination.altitude = 400;
        const FlightProfile flight = PlanFlight(plan);
        ExpectNear(flight.cruise.start_s - flight.takeOff_s, 850, 1e-6, "climb");
        ExpectNear(flight.landing_s - flight.cruise.end_s, 1200, 1e-6, "descent");
        ExpectNear(flight.arrival_s - flight.departure_s, 51837.7170, 1e-4, "gate to gate");
        const Geodetic start = ToGeodetic(flight.track.PositionEcef(0));
        ExpectNear(start.altitude, 1500, 1e-6, "waits at its airport");
    }
};

/// Flights that cannot be flown are refused with the value that is wrong.
class BadPlanTest : public ExpectationTestCase
{
  public:
    BadPlanTest()
        : ExpectationTestCase("impossible flights are refused by name")
    {
    }

  private:
    template <typename Change>
    void ExpectPlanRefused(Change change, const std::string& text)
    {
        FlightPlan plan = EquatorPlan();
        change(plan);
        ExpectRefused([&] { PlanFlight(plan); }, text);
    }

    void DoRun() override
    {
        ExpectPlanRefused([](FlightPlan& p) { p.cruiseAltitude = 0; },
                          "altitude (m) of a flight is 0");
        ExpectPlanRefused([](FlightPlan& p) { p.cruiseGroundSpeed = -3; },
                          "speed (m/s) of a flight is -3");
        ExpectPlanRefused([](FlightPlan& p) { p.climbRate = 0; },
                          "climb rate (m/s) of a flight is 0");
        ExpectPlanRefused([](FlightPlan& p) { p.descentRate = NAN; },
                          "descent rate (m/s) of a flight is nan");
        ExpectPlanRefused([](FlightPlan& p) { p.slowShare = 1.5; },
                          "slow share of a flight is 1.5");
        ExpectPlanRefused([](FlightPlan& p) { p.slowShare = 0; }, "slow share of a flight is 0");
        ExpectPlanRefused([](FlightPlan& p) { p.departure_s = INFINITY; },
                          "departure of a flight is inf");
        ExpectPlanRefused([](FlightPlan& p) { p.origin.altitude = 11e3; },
                          "cruise altitude 10000 m");
        ExpectPlanRefused([](FlightPlan& p) { p.destination.altitude = -5; }, "-5 m");
        // climb and descent need 270 km, a degree is 111.195 km
        ExpectPlanRefused([](FlightPlan& p) { p.destination.longitude = M_PI / 180; },
                          "111.195 km");
        ExpectPlanRefused([](FlightPlan& p) { p.destination.longitude = M_PI / 180; },
                          "need 270 km");
        ExpectPlanRefused([](FlightPlan& p) { p.allowance_s = 899; },
                          "899 s but must be finite and at least the 900 s");
        ExpectPlanRefused([](FlightPlan& p) { p.destination.longitude = M_PI; }, "antipodes");
    }
};

/// The tables against their sources: sums over the columns of the UN's file, worked out from the
/// file itself, and plain and weighted by the row's number, so that neither a digit nor the order
/// is wrong; lengths and block times of the routes as they were published.
class WorldSitesTest : public ExpectationTestCase
{
  public:
    WorldSitesTest()
        : ExpectationTestCase("tables of cities and of routes")
    {
    }

  private:
    void DoRun() override
    {
        CheckCities();
        CheckRoutes();
        CheckWhoCruises();
    }

    void CheckCities()
    {
        const std::vector<City>& cities = LargestCities();
        ExpectTrue(cities.size() == 34, "34 cities");
        double latitude = 0;
        double longitude = 0;
        double population = 0;
        double weighted = 0;
        for (size_t i = 0; i < cities.size(); ++i)
        {
            latitude += RadToDeg(cities[i].place.latitude) * (i + 1);
            longitude += RadToDeg(cities[i].place.longitude) * (i + 1);
            population += cities[i].population;
            weighted += cities[i].population * (i + 1);
            ExpectNear(cities[i].place.altitude, 0, 0, "altitude of " + cities[i].name);
        }
        ExpectNear(latitude, 10255.5274, 1e-6, "latitudes");
        ExpectNear(longitude, 24434.2073, 1e-6, "longitudes");
        ExpectNear(population, 556.768e6, 1, "people");
        ExpectNear(weighted, 7963.229e6, 1, "people by rank");
        ExpectTrue(cities[0].name == "Tokyo" && cities[33].name == "Hyderabad", "their names");
        ExpectNear(RadToDeg(cities[31].place.latitude), -12.0432, 1e-9, "Lima is south");
        ExpectNear(RadToDeg(cities[31].place.longitude), -77.0282, 1e-9, "and west");
    }

    void CheckRoutes()
    {
        struct Published
        {
            const char* flight;
            double kilometres; // great circle on a sphere of 6371.0088 km
            double minutes;    // gate to gate
            double departure;  // minute of the scenario
            double altitude;
        };

        const std::vector<Published> all{{"SQ23", 15341, 1120, -200, 11887},
                                         {"QF9", 14508, 1040, 15, 11887},
                                         {"QR921", 14534, 1085, -860, 11278},
                                         {"EK215", 13400, 980, 60, 11582},
                                         {"AA HND-JFK", 10875, 785, -600, 11278},
                                         {"DL201", 13583, 1020, -100, 11887}};
        NS_TEST_EXPECT_MSG_EQ(LongHaulRoutes().size(), all.size(), "six routes");
        for (size_t i = 0; i < std::min(all.size(), LongHaulRoutes().size()); ++i)
        {
            const AirRoute& route = LongHaulRoutes().at(i);
            const std::string of = std::string(" of ") + all[i].flight;
            ExpectTrue(route.flight == all[i].flight, "name" + of);
            ExpectNear(GreatCircleDistance(route.origin.place, route.destination.place) / 1e3,
                       all[i].kilometres,
                       0.55,
                       "great circle" + of);
            ExpectNear(route.blockTime_s, all[i].minutes * 60, 0, "block time" + of);
            const FlightProfile flight = PlanFlight(MakeFlightPlan(route));
            ExpectNear(flight.departure_s, all[i].departure * 60, 1e-9, "departure" + of);
            // a speed rounded to 0.1 m/s and a length to 1 km leave 16 s
            ExpectNear(flight.arrival_s - flight.departure_s, all[i].minutes * 60, 17, "time" + of);
            const double middle = (flight.cruise.start_s + flight.cruise.end_s) / 2;
            ExpectNear(ToGeodetic(flight.track.PositionEcef(middle)).altitude,
                       all[i].altitude,
                       0.01,
                       "cruise altitude" + of);
        }
        ExpectNear(LongHaulRoutes()[5].origin.place.altitude, 1694.1, 0, "Johannesburg is high");
        ExpectTrue(LongHaulRoutes()[5].destination.iata == "ATL", "where DL201 lands");
    }

    /// By hand, with 25 min of climb or descent and 15 min of taxiing: at 0 two have not left; QF9
    /// cruises before minute 60, EK215 before 105; HND-JFK, due at 185, descends before 160, QR921,
    /// due at 225, before 200.
    void CheckWhoCruises()
    {
        auto cruising = [](double minute) {
            std::string names;
            for (const AirRoute& route : LongHaulRoutes())
            {
                const CruisePhase cruise = PlanFlight(MakeFlightPlan(route)).cruise;
                const bool in = cruise.start_s <= minute * 60 && minute * 60 < cruise.end_s;
                names += in ? route.origin.iata + " " : "";
            }
            return names;
        };
        ExpectTrue(cruising(0) == "JFK AKL HND JNB ", "at 0: " + cruising(0));
        ExpectTrue(cruising(60) == "JFK PER AKL HND JNB ", "at 60: " + cruising(60));
        ExpectTrue(cruising(120) == "JFK PER AKL DXB HND JNB ", "at 120: " + cruising(120));
        ExpectTrue(cruising(180) == "JFK PER AKL DXB JNB ", "at 180: " + cruising(180));
        ExpectTrue(cruising(300) == "JFK PER DXB JNB ", "at 300: " + cruising(300));
    }
};

/// What the cases of recorded cruises share: tracks along the equator at 0.002 deg/s from the times
/// and altitudes of their corners, with a report every so often.
class CruiseTestCase : public ExpectationTestCase
{
  public:
    using ExpectationTestCase::ExpectationTestCase;

  protected:
    struct Corner
    {
        double time_s;
        double altitude;
    };

    using Wobble = double (*)(double time_s);

    static FlightTrack Record(
        const std::vector<Corner>& corners,
        double interval,
        Wobble wobble = [](double) { return 0.0; })
    {
        std::vector<FlightWaypoint> points;
        size_t i = 0;
        for (double t = corners.front().time_s; t <= corners.back().time_s; t += interval)
        {
            while (t > corners[i + 1].time_s)
            {
                ++i;
            }
            const Corner& a = corners[i];
            const Corner& b = corners[i + 1];
            const double altitude =
                a.altitude + (b.altitude - a.altitude) * (t - a.time_s) / (b.time_s - a.time_s);
            points.push_back(
                {t, Geodetic::FromDegrees(0, 0.002 * t, std::max(0.0, altitude + wobble(t)))});
        }
        return FlightTrack(points);
    }

    /// The phases must be these, their starts and ends within a tolerance (s).
    void ExpectCruise(const FlightTrack& track,
                      const std::vector<CruisePhase>& expected,
                      double tolerance,
                      const std::string& what,
                      const CruiseCriteria& criteria = {})
    {
        const std::vector<CruisePhase> found = FindCruise(track, criteria);
        NS_TEST_EXPECT_MSG_EQ(found.size(), expected.size(), "phases of " << what);
        for (size_t i = 0; i < std::min(found.size(), expected.size()); ++i)
        {
            ExpectNear(found[i].start_s, expected[i].start_s, tolerance, "start of " + what);
            ExpectNear(found[i].end_s, expected[i].end_s, tolerance, "end of " + what);
        }
    }
};

/// Climb to 11 km in 1375 s (8 m/s), four hours of cruise and a descent in 1375 s.
class RecordedCruiseTest : public CruiseTestCase
{
  public:
    RecordedCruiseTest()
        : CruiseTestCase("the cruise of a recorded flight")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<Corner> plain{{0, 0}, {600, 0}, {1975, 11e3}, {16375, 11e3}, {17750, 0}};
        // reports every 25 s fall on the corners; 182.88 m are 22.86 s of climb
        ExpectCruise(Record(plain, 25), {{1975, 16375}}, 0, "25 s");
        ExpectCruise(Record(plain, 1), {{1953, 16397}}, 0, "1 s");
        // rates of 8 m/s from report to report, and of 60 m in a minute of turbulence
        ExpectCruise(Record(plain, 1, [](double t) { return std::fmod(t, 2) < 1 ? 4.0 : -4.0; }),
                     {{1954, 16396}},
                     2,
                     "noise");
        ExpectCruise(Record(plain, 5, [](double t) { return 60 * std::sin(t / 20); }),
                     {{1975, 16375}},
                     30,
                     "turbulence");
        // a dive of 600 m and back within the cruise leaves it one
        ExpectCruise(Record({{0, 0},
                             {1375, 11e3},
                             {8000, 11e3},
                             {8060, 10400},
                             {8120, 11e3},
                             {15000, 11e3},
                             {16375, 0}},
                            25),
                     {{1375, 15000}},
                     0,
                     "a dive");
        ExpectCruise(Record({{0, 0},
                             {1175, 9400},
                             {5000, 9400},
                             {5200, 10600},
                             {9000, 10600},
                             {9200, 11800},
                             {15000, 11800},
                             {16475, 0}},
                            25),
                     {{1175, 15000}},
                     0,
                     "steps up");
    }
};

/// Level flight that is no cruise: on the way up, on the way down, at the gate, around the field.
class LevelButNoCruiseTest : public CruiseTestCase
{
  public:
    LevelButNoCruiseTest()
        : CruiseTestCase("level flight that is no cruise")
    {
    }

  private:
    void DoRun() override
    {
        // ten minutes at 6 km on the way up, twenty in a hold at 4 km
        ExpectCruise(Record({{0, 0},
                             {750, 6000},
                             {1350, 6000},
                             {1975, 11e3},
                             {9000, 11e3},
                             {9875, 4000},
                             {11075, 4000},
                             {11575, 0}},
                            25),
                     {{1975, 9000}},
                     0,
                     "a level-off and a hold");
        ExpectCruise(Record({{0, 4}, {7200, 4}}, 10), {}, 0, "two hours at the gate");
        ExpectCruise(Record({{0, 0}, {300, 3000}, {3000, 3000}, {3300, 0}}, 10), {}, 0, "3000 m");
        ExpectCruise(Record({{0, 0}, {310, 3100}, {3000, 3100}, {3310, 0}}, 10),
                     {{310, 3000}},
                     20,
                     "3100 m");
        ExpectCruise(Record({{0, 0}, {1375, 11e3}, {2750, 0}}, 5), {}, 0, "a parabola");
        ExpectCruise(Record({{0, 11e3}, {295, 11e3}}, 5), {}, 0, "less than 5 min");
        ExpectCruise(FlightTrack({{0, Geodetic::FromDegrees(0, 0, 11e3)}}), {}, 0, "one report");
        // 0.7 m/s is 210 m in 5 min, which is no level flight, and 0.5 m/s is
        ExpectCruise(Record({{0, 9000}, {3000, 11100}}, 10), {}, 0, "a slow climb");
        ExpectCruise(Record({{0, 9000}, {3000, 10500}}, 10), {{0, 3000}}, 0, "a very slow one");
    }
};

/// Recordings that begin or end in the air, are sparse, or hold two flights.
class PartialRecordingTest : public CruiseTestCase
{
  public:
    PartialRecordingTest()
        : CruiseTestCase("the cruise of incomplete and sparse recordings")
    {
    }

  private:
    void DoRun() override
    {
        ExpectCruise(Record({{100, 11e3}, {7000, 11e3}}, 25), {{100, 7000}}, 0, "cruise only");
        ExpectCruise(Record({{0, 0}, {1375, 11e3}, {7000, 11e3}}, 25),
                     {{1375, 7000}},
                     0,
                     "a recording that ends early");
        ExpectCruise(Record({{0, 0}, {1200, 10e3}, {10800, 10e3}, {12000, 0}}, 1200),
                     {{1200, 10800}},
                     0,
                     "a report every 20 min");
        // 2.5 m/s between reports that are further apart than level flight must last
        ExpectCruise(Record({{0, 8e3}, {800, 10e3}, {1600, 10e3}, {2400, 8e3}}, 400),
                     {{800, 1600}},
                     0,
                     "a report every 400 s");
        ExpectCruise(Record({{0, 0},
                             {1250, 10e3},
                             {6000, 10e3},
                             {7250, 0},
                             {10000, 0},
                             {11250, 10e3},
                             {16000, 10e3},
                             {17250, 0}},
                            25),
                     {{1250, 6000}, {11250, 16000}},
                     0,
                     "two flights");
        const FlightTrack steps = Record({{0, 5000}, {3000, 5000}, {3500, 10e3}, {9000, 10e3}}, 25);
        CruiseCriteria low;
        low.shareOfHighest = 0.5;
        ExpectCruise(steps, {{0, 9000}}, 0, "another share", low);
        ExpectCruise(steps, {{3500, 9000}}, 0, "the default share");
        CheckCriteria(steps);
    }

    void CheckCriteria(const FlightTrack& track)
    {
        auto refuse = [&](CruiseCriteria criteria, const std::string& text) {
            ExpectRefused([&] { FindCruise(track, criteria); }, text);
        };
        refuse({1.5}, "share of the highest altitude of a cruise is 1.5");
        refuse({0.7, -1}, "lowest altitude (m) of a cruise is -1");
        refuse({0.7, 3048, NAN}, "band (m) of a cruise is nan");
        refuse({0.7, 3048, 180, 0}, "duration (s) of a cruise is 0");
    }
};

class FlightTestSuite : public TestSuite
{
  public:
    FlightTestSuite()
        : TestSuite("sterna-flight", TestSuite::Type::UNIT)
    {
        AddTestCase(new ProfileTest);
        AddTestCase(new ElevatedAirportTest);
        AddTestCase(new BadPlanTest);
        AddTestCase(new WorldSitesTest);
        for (TestCase* test : MakeFlightTrackFileTests())
        {
            AddTestCase(test);
        }
        AddTestCase(new RecordedCruiseTest);
        AddTestCase(new LevelButNoCruiseTest);
        AddTestCase(new PartialRecordingTest);
    }
};

FlightTestSuite g_flightTestSuite;

} // namespace
