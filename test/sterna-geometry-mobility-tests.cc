/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-geometry-tests.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/mobility-helper.h"
#include "ns3/node-container.h"
#include "ns3/simulator.h"
#include "ns3/sterna-circular-orbit-mobility-model.h"
#include "ns3/sterna-flight-mobility-model.h"
#include "ns3/sterna-ground-position.h"

#include <cmath>
#include <functional>

/**
 * \file
 * \ingroup sterna
 * Cases of the suite sterna-geometry on flights and on mobility models in a running simulation.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// Runs actions at their simulation times, and leaves a clean Simulator.
void
RunAt(const std::vector<std::pair<double, std::function<void()>>>& actions)
{
    for (const auto& [time, action] : actions)
    {
        Simulator::Schedule(Seconds(time), [action = action] { action(); });
    }
    Simulator::Run();
    Simulator::Destroy();
}

/// A polar satellite at 780 km in a running simulation: at time 0 over latitude and longitude 0, a
/// quarter of its period of 6018.124217 s later over the pole, after a whole one over the equator
/// again, 25.144172 deg further west, moving at 7465.957 m/s north and 521.459 m/s west.
class OrbitMobilityTest : public GeometryTestCase
{
  public:
    OrbitMobilityTest()
        : GeometryTestCase("a satellite moves with the simulation time")
    {
    }

  private:
    void DoRun() override
    {
        Ptr<MobilityModel> satellite = CreateObject<CircularOrbitMobilityModel>();
        Ptr<MobilityModel> ground = GroundPosition(Geodetic::FromDegrees(90, 0, 0));
        const double shift = -25.144172 * M_PI / 180.0;
        RunAt({{0.0,
                [&] {
                    ExpectNear(satellite->GetPosition(), {7151e3, 0, 0}, 1e-6, "at the start");
                    ExpectNear(satellite->GetVelocity(), {0, -521.459, 7465.957}, 1e-3, "velocity");
                }},
               {6018.124217 / 4,
                [&] {
                    ExpectNear(satellite->GetPosition(), {0, 0, 7151e3}, 1e-2, "over the pole");
                    ExpectNear(satellite->GetDistanceFrom(ground), 780e3, 1e-3, "distance");
                }},
               {6018.124217, [&] {
                    ExpectNear(satellite->GetPosition(),
                               {7151e3 * std::cos(shift), 7151e3 * std::sin(shift), 0},
                               0.1,
                               "after a revolution");
                }}});
    }
};

/// Attributes are in the units that their names say and arrive in the orbit; a copy is on the same
/// orbit and lives its own life; the position cannot be set, except that MobilityHelper may install
/// the model with the position (0, 0, 0) that it always sets.
class OrbitAttributeTest : public GeometryTestCase
{
  public:
    OrbitAttributeTest()
        : GeometryTestCase("a satellite's attributes, copy and read-only position")
    {
    }

  private:
    void CheckInstalled(Ptr<CircularOrbitMobilityModel> model)
    {
        const CircularOrbitElements& e = model->GetOrbit().GetElements();
        ExpectNear(e.altitude, 550e3, 0.0, "altitude");
        ExpectNear(e.inclination, 0.9250245036, 1e-9, "53 deg");
        ExpectNear(e.raan, 0.5235987756, 1e-9, "30 deg");
        ExpectNear(e.argumentOfLatitude, -0.6806784083, 1e-9, "-39 deg");
        NS_TEST_EXPECT_MSG_EQ(e.j2, true, "J2");
        DoubleValue read;
        model->GetAttribute("ArgumentOfLatitudeDeg", read);
        ExpectNear(read.Get(), -39.0, 1e-12, "attribute as it was set");
    }

    void DoRun() override
    {
        NodeContainer nodes(1);
        MobilityHelper mobility;
        mobility.SetMobilityModel("ns3::sterna::CircularOrbitMobilityModel",
                                  "Altitude",
                                  DoubleValue(550e3),
                                  "InclinationDeg",
                                  DoubleValue(53.0),
                                  "RaanDeg",
                                  DoubleValue(30.0),
                                  "ArgumentOfLatitudeDeg",
                                  DoubleValue(-39.0),
                                  "J2",
                                  BooleanValue(true));
        mobility.Install(nodes);
        Ptr<CircularOrbitMobilityModel> model =
            nodes.Get(0)->GetObject<MobilityModel>()->GetObject<CircularOrbitMobilityModel>();
        CheckInstalled(model);

        Ptr<MobilityModel> copy = model->Copy();
        const Vector before = copy->GetPosition();
        ExpectNear(before, ToEigen(model->GetPosition()), 0.0, "position of the copy");
        model->SetAttribute("Altitude", DoubleValue(600e3));
        ExpectNear(model->GetPosition().GetLength(), 6971e3, 1e-6, "a new altitude");
        ExpectNear(copy->GetPosition(), ToEigen(before), 0.0, "the copy keeps its orbit");

        ExpectRefused([&] { model->SetPosition(Vector(7e6, 0, 0)); }, "(7e+06, 0, 0)");
        ExpectRefused([&] { model->SetAttribute("Altitude", DoubleValue(-1.0)); }, "-1 m");
        ExpectNear(model->GetPosition().GetLength(),
                   6971e3,
                   1e-6,
                   "what is refused changes nothing");
        Simulator::Destroy();
    }
};

/// A ground position is ns-3's constant one at Earth-fixed coordinates, and not below the ground.
class GroundPositionTest : public GeometryTestCase
{
  public:
    GroundPositionTest()
        : GeometryTestCase("a ground position stands still, on or above the ground")
    {
    }

  private:
    void DoRun() override
    {
        Ptr<MobilityModel> mobility = GroundPosition(Geodetic::FromDegrees(0, 90, 100));
        ExpectNear(mobility->GetPosition(), {0, 6371100, 0}, 1e-6, "position");
        ExpectNear(mobility->GetVelocity(), {0, 0, 0}, 0.0, "velocity");
        ExpectRefused([] { GroundPosition(Geodetic::FromDegrees(31.5, 35.5, -430)); }, "-430 m");
    }
};

/// Midpoints of great circles: New York to Singapore passes 70.1771494 N 97.0317749 E, and Tokyo to
/// New York 69.6613291 N 153.5885190 W beyond the date line, by the midpoint formula of Williams'
/// Aviation Formulary; on the equator, a quarter of a turn has its third at 30 deg. Altitude and
/// the speed over ground are linear and constant, by hand.
class FlightTrackTest : public GeometryTestCase
{
  public:
    FlightTrackTest()
        : GeometryTestCase("flights follow the great circle")
    {
    }

  private:
    void CheckMidpoint(const Geodetic& from,
                       const Geodetic& to,
                       double latitudeDeg,
                       double longitudeDeg)
    {
        const FlightTrack track({{1000.0, from}, {61000.0, to}});
        const Geodetic middle = ToGeodetic(track.PositionEcef(31000.0));
        ExpectNear(RadToDeg(middle.latitude), latitudeDeg, 1e-7, "latitude of the midpoint");
        ExpectNear(RadToDeg(middle.longitude), longitudeDeg, 1e-7, "longitude of the midpoint");
        ExpectNear(middle.altitude, (from.altitude + to.altitude) / 2, 1e-6, "its altitude");
        ExpectNear(track.PositionEcef(1000.0), ToEigen(ToVector(from)), 1e-6, "start");
        ExpectNear(track.PositionEcef(61000.0), ToEigen(ToVector(to)), 1e-6, "end");
        ExpectNear(track.PositionEcef(60999.999999), ToEigen(ToVector(to)), 1e-2, "arrival");
        ExpectNear(track.PositionEcef(-5.0), ToEigen(ToVector(from)), 1e-6, "before the start");
        ExpectNear(track.PositionEcef(1e6), ToEigen(ToVector(to)), 1e-6, "after the end");
        ExpectNear(track.VelocityEcef(0.0), {0, 0, 0}, 0.0, "waits");
        ExpectNear(track.VelocityEcef(61000.0), {0, 0, 0}, 0.0, "has arrived");
        const Eigen::Vector3d difference =
            (ToEigen(track.PositionEcef(20001.0)) - ToEigen(track.PositionEcef(19999.0))) / 2.0;
        ExpectNear(track.VelocityEcef(20000.0), difference, 1e-4, "velocity");
    }

    void DoRun() override
    {
        CheckMidpoint(Geodetic::FromDegrees(40.639801, -73.7789, 4),
                      Geodetic::FromDegrees(1.35019, 103.994003, 11887),
                      70.17714937941538,
                      97.03177493637821);
        CheckMidpoint(Geodetic::FromDegrees(35.552299, 139.779999, 11278),
                      Geodetic::FromDegrees(40.639801, -73.7789, 4),
                      69.66132914987536,
                      206.41148095737304 - 360.0);

        const FlightTrack equator({{0, Geodetic::FromDegrees(0, 0, 0)},
                                   {30e3, Geodetic::FromDegrees(0, 90, 9000)},
                                   {31e3, Geodetic::FromDegrees(0, 90, 10000)},
                                   {32e3, Geodetic::FromDegrees(1, 90, 10000)}});
        const Geodetic third = ToGeodetic(equator.PositionEcef(10e3));
        ExpectNear(RadToDeg(third.longitude), 30.0, 1e-9, "a third of the way");
        ExpectNear(third.altitude, 3000.0, 1e-6, "a third of the climb");
        const double speed = (6371e3 + 9000.0) * M_PI_2 / 30e3;
        const Vector end = equator.VelocityEcef(30e3 - 1e-9);
        ExpectNear(end, {-speed, 0.3, 0}, 1e-6, "velocity before the waypoint");
        ExpectNear(equator.VelocityEcef(30e3), {0, 1, 0}, 1e-12, "straight up after it");
        ExpectNear(equator.PositionEcef(30.5e3), {0, 6380500, 0}, 1e-6, "half of the climb");
        ExpectNear(equator.VelocityEcef(31e3),
                   {0, 0, 6381e3 * M_PI / 180.0 / 1e3},
                   1e-6,
                   "north after that");
        const FlightTrack hover({{5.0, Geodetic::FromDegrees(10, 20, 30)}});
        ExpectNear(hover.PositionEcef(7.0),
                   ToEigen(ToVector(Geodetic::FromDegrees(10, 20, 30))),
                   1e-6,
                   "one waypoint");
    }
};

/// Tracks that cannot be flown are refused with the value that is wrong.
class BadTrackTest : public GeometryTestCase
{
  public:
    BadTrackTest()
        : GeometryTestCase("impossible tracks are refused by name")
    {
    }

  private:
    void DoRun() override
    {
        const Geodetic a = Geodetic::FromDegrees(10, 20, 0);
        const Geodetic b = Geodetic::FromDegrees(11, 20, 0);
        ExpectRefused([] { FlightTrack({}); }, "0 waypoints");
        ExpectRefused([&] { FlightTrack({{5, a}, {5, b}}); }, "5 s follows 5 s");
        ExpectRefused([&] { FlightTrack({{5, a}, {4, b}}); }, "4 s follows 5 s");
        ExpectRefused([&] { FlightTrack({{5, a}, {NAN, b}}); }, "nan s");
        ExpectRefused([&] { FlightTrack({{5, a}, {6, Geodetic::FromDegrees(1, 2, -3)}}); }, "-3 m");
        ExpectRefused(
            [&] {
                FlightTrack({{5, a}, {6, Geodetic::FromDegrees(-10, -160, 0)}});
            },
            "antipodes");
    }
};

/// A flight in a running simulation: from 0 to 90 deg east along the equator at 10 km in 50 000 s
/// it is over 45 deg halfway. Without a track it has no position, and its position cannot be set.
class FlightMobilityTest : public GeometryTestCase
{
  public:
    FlightMobilityTest()
        : GeometryTestCase("a flight moves with the simulation time")
    {
    }

  private:
    void DoRun() override
    {
        Ptr<FlightMobilityModel> flight = CreateObject<FlightMobilityModel>();
        ExpectRefused([&] { flight->GetPosition(); }, "without a track");
        flight->SetTrack(FlightTrack(
            {{0, Geodetic::FromDegrees(0, 0, 10e3)}, {50e3, Geodetic::FromDegrees(0, 90, 10e3)}}));
        ExpectRefused([&] { flight->SetPosition(Vector(1, 2, 3)); }, "(1, 2, 3)");
        Ptr<MobilityModel> copy = flight->Copy();
        const double half = 6381e3 * std::sqrt(0.5);
        const double speed = half * M_PI_2 / 50e3;
        RunAt({{25e3,
                [&] {
                    ExpectNear(flight->GetPosition(), {half, half, 0}, 1e-6, "halfway");
                    ExpectNear(flight->GetVelocity(), {-speed, speed, 0}, 1e-9, "velocity");
                    ExpectNear(copy->GetPosition(), {half, half, 0}, 1e-6, "the copy");
                }},
               {60e3, [&] {
                    ExpectNear(flight->GetPosition(), {0, 6381e3, 0}, 1e-6, "arrived");
                }}});
    }
};

} // namespace

std::vector<TestCase*>
MakeMobilityTests()
{
    return {new OrbitMobilityTest,
            new OrbitAttributeTest,
            new GroundPositionTest,
            new FlightTrackTest,
            new BadTrackTest,
            new FlightMobilityTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
