/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-geometry-tests.h"

#include "ns3/double.h"
#include "ns3/random-variable-stream.h"

#include <cmath>

/**
 * \file
 * \ingroup sterna
 * The suite sterna-geometry, and its cases on the Earth: places, elevation, ranges.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// Unit vectors to the east, to the north and up at a place: the textbook rows of the ENU rotation.
struct LocalFrame
{
    explicit LocalFrame(const Geodetic& place)
        : east(-std::sin(place.longitude), std::cos(place.longitude), 0.0),
          north(-std::sin(place.latitude) * std::cos(place.longitude),
                -std::sin(place.latitude) * std::sin(place.longitude),
                std::cos(place.latitude)),
          up(std::cos(place.latitude) * std::cos(place.longitude),
             std::cos(place.latitude) * std::sin(place.longitude),
             std::sin(place.latitude))
    {
    }

    Eigen::Vector3d east;
    Eigen::Vector3d north;
    Eigen::Vector3d up;
};

Vector
ToNs3(const Eigen::Vector3d& v)
{
    return {v.x(), v.y(), v.z()};
}

/// Places on the ground that formulas stumble over: poles, equator, date line, southern, western.
std::vector<Geodetic>
AwkwardPlaces()
{
    return {Geodetic::FromDegrees(90.0, 0.0, 0.0),
            Geodetic::FromDegrees(-90.0, 77.0, 0.0),
            Geodetic::FromDegrees(0.0, 0.0, 0.0),
            Geodetic::FromDegrees(0.0, 180.0, 0.0),
            Geodetic::FromDegrees(46.16, 9.41, 0.0),
            Geodetic::FromDegrees(-18.0, 179.5, 0.0),
            Geodetic::FromDegrees(51.62, -0.57, 0.0),
            Geodetic::FromDegrees(-54.8, -68.3, 2000.0)};
}

/// Latitude, longitude and altitude to Earth-fixed coordinates and back. The axes are known by
/// definition; elsewhere the up vector of the ENU rotation gives the position, and the way back
/// must return to the start, on the axis of the Earth too.
class PlaceTest : public GeometryTestCase
{
  public:
    PlaceTest()
        : GeometryTestCase("places become Earth-fixed positions and places again")
    {
    }

  private:
    void DoRun() override
    {
        ExpectNear(ToVector(Geodetic::FromDegrees(0, 0, 0)), {6371e3, 0, 0}, 1e-6, "x axis");
        ExpectNear(ToVector(Geodetic::FromDegrees(0, 90, 5e3)), {0, 6376e3, 0}, 1e-6, "y axis");
        ExpectNear(ToVector(Geodetic::FromDegrees(-90, 5, 1)), {0, 0, -6371001}, 1e-6, "z axis");
        for (Geodetic place : AwkwardPlaces())
        {
            place.altitude += 35786e3;
            const Vector position = ToVector(place);
            ExpectNear(position,
                       (6371e3 + place.altitude) * LocalFrame(place).up,
                       1e-6,
                       "position");
            const Geodetic back = ToGeodetic(position);
            ExpectNear(back.latitude, place.latitude, 1e-12, "latitude");
            ExpectNear(back.altitude, place.altitude, 1e-6, "altitude");
            if (std::abs(place.latitude) < 1.5)
            {
                ExpectNear(std::remainder(back.longitude - place.longitude, 2 * M_PI),
                           0.0,
                           1e-12,
                           "longitude");
            }
        }
        const Geodetic pole = ToGeodetic(Vector(0, 0, -6371e3 - 123.0));
        ExpectNear(pole.latitude, -M_PI_2, 1e-15, "latitude on the axis");
        ExpectNear(pole.altitude, 123.0, 1e-6, "altitude on the axis");
        const Geodetic turned = ToGeodetic(ToVector(Geodetic::FromDegrees(10, 190, 0)));
        ExpectNear(RadToDeg(turned.longitude), -170.0, 1e-10, "190 deg is 170 deg west");
    }
};

/// Slant range and elevation against the closed form (6.6-3) of 3GPP TR 38.811 V15.4.0,
///     d = sqrt(R^2 sin^2 e + h^2 + 2 h R) - R sin e.
/// A target put at range d in a direction of elevation e in the local ENU frame must be at altitude
/// h, and be seen at e. The distances at 10 deg also stand in TR 38.821 V16.0.0, Table 4.2-2.
class ClosedFormTest : public GeometryTestCase
{
  public:
    ClosedFormTest()
        : GeometryTestCase("slant range and elevation follow TR 38.811 (6.6-3)")
    {
    }

  private:
    static double Range(double elevation, double altitude)
    {
        const double s = 6371e3 * std::sin(elevation);
        return std::sqrt(s * s + altitude * altitude + 2.0 * altitude * 6371e3) - s;
    }

    void CheckDirection(const Geodetic& place, double elevationDeg, double azimuth, double altitude)
    {
        const LocalFrame frame(place);
        const double e = elevationDeg * M_PI / 180.0;
        const double range = Range(e, altitude);
        const Eigen::Vector3d level =
            std::sin(azimuth) * frame.east + std::cos(azimuth) * frame.north;
        const Vector ground = ToVector(place);
        const Vector target =
            ToNs3(6371e3 * frame.up + range * (std::cos(e) * level + std::sin(e) * frame.up));
        ExpectNear(ToGeodetic(target).altitude, altitude, 1e-5, "altitude");
        ExpectNear(SlantRange(ground, target), range, 1e-5, "slant range");
        ExpectNear(ElevationAngle(ground, target), e, 1e-11, "elevation");
    }

    void DoRun() override
    {
        const double tenDegrees = M_PI / 18.0;
        ExpectNear(Range(tenDegrees, 600e3), 1932e3, 1e3, "TR 38.821, LEO at 600 km");
        ExpectNear(Range(tenDegrees, 1200e3), 3131e3, 1e3, "TR 38.821, LEO at 1200 km");
        for (Geodetic place : AwkwardPlaces())
        {
            place.altitude = 0.0;
            for (double altitude : {600e3, 780e3, 1200e3, 35786e3})
            {
                for (double elevation : {0.0, 5.0, 10.0, 45.0, 80.0, 89.999, 90.0})
                {
                    for (double azimuth : {0.0, 1.0, 2.5, 4.7})
                    {
                        CheckDirection(place, elevation, azimuth, altitude);
                    }
                }
            }
        }
    }
};

/// The special directions, known without a formula: a target on the local vertical stands at the
/// zenith; one that touches the local plane is at sqrt((R + h)^2 - R^2) and 0 deg; one at the
/// antipode is straight down; and a satellite sees the point under it straight down, too.
class SpecialDirectionTest : public GeometryTestCase
{
  public:
    SpecialDirectionTest()
        : GeometryTestCase("zenith, horizon, antipode and nadir")
    {
    }

  private:
    void DoRun() override
    {
        for (const Geodetic& place : AwkwardPlaces())
        {
            const LocalFrame frame(place);
            const Vector ground = ToVector(place);
            const double radius = 6371e3 + place.altitude;
            const double high = radius + 780e3;
            const Vector zenith = ToNs3(high * frame.up);
            const Vector antipode = ToNs3(-high * frame.up);
            const double horizonRange = std::sqrt(high * high - radius * radius);
            const Vector horizon = ToNs3(radius * frame.up + horizonRange * frame.east);
            ExpectNear(ElevationAngle(ground, zenith), M_PI_2, 1e-9, "zenith");
            ExpectNear(ElevationAngle(ground, horizon), 0.0, 1e-9, "horizon");
            ExpectNear(ToEigen(horizon).norm(), high, 1e-5, "the horizon is as high as the zenith");
            ExpectNear(SlantRange(ground, horizon), horizonRange, 1e-5, "range of the horizon");
            ExpectNear(ElevationAngle(ground, antipode), -M_PI_2, 1e-9, "antipode");
            ExpectNear(ElevationAngle(zenith, ground), -M_PI_2, 1e-9, "nadir");
            ExpectNear(ElevationAngle(ground, ground), 0.0, 0.0, "coincident points");
        }
        ExpectRefused([] { ElevationAngle(Vector(0, 0, 0), Vector(7e6, 0, 0)); }, "(0, 0, 0)");
    }
};

/// Random pairs, one formula for each of the two: by the law of cosines in the triangle of Earth's
/// centre, ground point and target, sin e = (r_t^2 - r_g^2 - d^2) / (2 r_g d), and by spherical
/// trigonometry d^2 = r_g^2 + r_t^2 - 2 r_g r_t cos psi, cos psi = sin sin + cos cos cos.
class RandomPairTest : public GeometryTestCase
{
  public:
    RandomPairTest()
        : GeometryTestCase("random pairs obey the law of cosines")
    {
    }

  private:
    void DoRun() override
    {
        Ptr<UniformRandomVariable> random = CreateObject<UniformRandomVariable>();
        random->SetStream(1);
        const auto place = [&random](double highest) {
            return Geodetic::FromDegrees(random->GetValue(-90, 90),
                                         random->GetValue(-360, 360),
                                         random->GetValue(0, highest));
        };
        for (int i = 0; i < 10000; ++i)
        {
            const Geodetic g = place(12e3);
            const Geodetic t = place(i % 2 ? 2000e3 : 36000e3);
            const double rg = 6371e3 + g.altitude;
            const double rt = 6371e3 + t.altitude;
            const double cosine =
                std::sin(g.latitude) * std::sin(t.latitude) +
                std::cos(g.latitude) * std::cos(t.latitude) * std::cos(g.longitude - t.longitude);
            const double range = std::sqrt(rg * rg + rt * rt - 2 * rg * rt * cosine);
            const double sine = (rt * rt - rg * rg - range * range) / (2 * rg * range);
            ExpectNear(SlantRange(ToVector(g), ToVector(t)) / range, 1.0, 1e-9, "slant range");
            ExpectNear(std::sin(ElevationAngle(ToVector(g), ToVector(t))),
                       sine,
                       1e-8,
                       "sine of the elevation");
        }
    }
};

/// Pairs for which a formula fails that takes the vertical to be an axis of the coordinates, or
/// subtracts longitudes without wrapping them. The values come from the spherical law of cosines
/// and tan e = (cos psi - R / (R + h)) / sin psi, worked out by hand calculator.
class AwkwardPairTest : public GeometryTestCase
{
  public:
    AwkwardPairTest()
        : GeometryTestCase("pairs across the date line and far from the axes")
    {
    }

  private:
    void DoRun() override
    {
        const auto check = [this](const Geodetic& ground,
                                  const Geodetic& satellite,
                                  double elevationDeg,
                                  double range) {
            const Vector g = ToVector(ground);
            const Vector s = ToVector(satellite);
            ExpectNear(RadToDeg(ElevationAngle(g, s)), elevationDeg, 1e-8, "elevation");
            ExpectNear(SlantRange(g, s), range, 1e-2, "slant range");
        };
        // psi = 3.116876916 deg, over the date line
        check(Geodetic::FromDegrees(-18, 179.5, 0),
              Geodetic::FromDegrees(-16, -178, 550e3),
              55.11627654,
              657993.768);
        // psi = 2.548501870 deg
        check(Geodetic::FromDegrees(46.16, 9.41, 0),
              Geodetic::FromDegrees(48, 12, 550e3),
              60.46479720,
              624277.738);
        // psi = 7.669964318 deg
        check(Geodetic::FromDegrees(64, -21, 0),
              Geodetic::FromDegrees(60, -35, 780e3),
              36.87785111,
              1193149.448);
    }
};

/// Great-circle distances of long routes, from a table of haversine distances on a sphere of
/// 6371.0088 km, rounded to 1 km (airports of OpenFlights), and a quarter of the equator.
class GreatCircleTest : public GeometryTestCase
{
  public:
    GreatCircleTest()
        : GeometryTestCase("great-circle distances of six routes")
    {
    }

  private:
    void CheckRoute(double lat1, double lon1, double lat2, double lon2, double tableKm)
    {
        const double distance = GreatCircleDistance(Geodetic::FromDegrees(lat1, lon1, 11e3),
                                                    Geodetic::FromDegrees(lat2, lon2, 0));
        ExpectNear(distance * 6371.0088 / 6371.0, tableKm * 1e3, 500.0, "route");
    }

    void DoRun() override
    {
        CheckRoute(40.639801, -73.778900, 1.350190, 103.994003, 15341);
        CheckRoute(-31.940300, 115.967003, 51.470600, -0.461941, 14508);
        CheckRoute(-37.008099, 174.792007, 25.273056, 51.608056, 14534);
        CheckRoute(25.252800, 55.364399, 33.942501, -118.407997, 13400);
        CheckRoute(35.552299, 139.779999, 40.639801, -73.778900, 10875);
        CheckRoute(-26.139200, 28.246000, 33.636700, -84.428101, 13583);
        ExpectNear(GreatCircleDistance(Geodetic::FromDegrees(0, 170, 0),
                                       Geodetic::FromDegrees(0, -100, 0)),
                   M_PI_2 * 6371e3,
                   1e-6,
                   "a quarter of the equator, across the date line");
    }
};

/// What is no place on the ground is refused with its value; the ground itself is fine.
class BelowGroundTest : public GeometryTestCase
{
  public:
    BelowGroundTest()
        : GeometryTestCase("a position below the ground is refused by name")
    {
    }

  private:
    void DoRun() override
    {
        for (const Geodetic& place : AwkwardPlaces())
        {
            CheckNotBelowGround(place);
            CheckNotBelowGround(ToVector(place));
        }
        ExpectRefused([] { CheckNotBelowGround(Geodetic::FromDegrees(46, 9, -12.5)); }, "-12.5 m");
        ExpectRefused([] { CheckNotBelowGround(Geodetic::FromDegrees(46, 9, NAN)); }, "nan m");
        ExpectRefused([] { CheckNotBelowGround(Geodetic::FromDegrees(91, 9, 0)); }, "91 deg");
        ExpectRefused([] { CheckNotBelowGround(Geodetic::FromDegrees(0, INFINITY, 0)); }, "inf");
        ExpectRefused([] { CheckNotBelowGround(Vector(6370e3, 0, 0)); }, "-1000 m");
        ExpectRefused([] { CheckNotBelowGround(Vector(0, NAN, 0)); }, "nan m");
    }
};

/// Geometry of Sterna: Earth, orbits, contact windows and mobility models.
class GeometryTestSuite : public TestSuite
{
  public:
    GeometryTestSuite()
        : TestSuite("sterna-geometry", TestSuite::Type::UNIT)
    {
        for (const auto& make :
             {MakeEarthTests, MakeOrbitTests, MakeContactTests, MakeMobilityTests})
        {
            for (TestCase* test : make())
            {
                AddTestCase(test);
            }
        }
    }
};

GeometryTestSuite g_geometryTestSuite;

} // namespace

std::vector<TestCase*>
MakeEarthTests()
{
    return {new PlaceTest,
            new ClosedFormTest,
            new SpecialDirectionTest,
            new RandomPairTest,
            new AwkwardPairTest,
            new GreatCircleTest,
            new BelowGroundTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
