/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-geometry-tests.h"

#include "ns3/sterna-constellation.h"
#include "ns3/sterna-orbit.h"

#include <algorithm>
#include <cmath>
#include <utility>

/**
 * \file
 * \ingroup sterna
 * Cases of the suite sterna-geometry on orbits and constellations.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

constexpr double DEG = M_PI / 180.0;
constexpr double DAY = 86400.0;

/// Where a satellite with these elements is without J2, composed of elementary rotations:
/// Rz(raan - w t) Rx(i) Rz(u0 + n t) applied to the x axis.
Eigen::Vector3d
RotatedPosition(const CircularOrbitElements& e, double t)
{
    using Eigen::AngleAxisd;
    const double radius = 6371e3 + e.altitude;
    const double n = std::sqrt(3.986004418e14 / std::pow(radius, 3.0));
    return AngleAxisd(e.raan - 7.2921159e-5 * t, Eigen::Vector3d::UnitZ()) *
           (AngleAxisd(e.inclination, Eigen::Vector3d::UnitX()) *
            (AngleAxisd(e.argumentOfLatitude + n * t, Eigen::Vector3d::UnitZ()) *
             Eigen::Vector3d(radius, 0, 0)));
}

/// Periods by hand from 2 pi sqrt(a^3 / mu): a = 7151 km gives 6018.12 s, a = 6791 km (the altitude
/// of the International Space Station, about 92.8 min) 5569.44 s, a = 42157 km 86142.1 s.
class PeriodTest : public GeometryTestCase
{
  public:
    PeriodTest()
        : GeometryTestCase("orbital periods")
    {
    }

  private:
    void DoRun() override
    {
        ExpectNear(CircularOrbit({780e3, M_PI_2}).Period(), 6018.1242, 1e-3, "780 km");
        ExpectNear(CircularOrbit({420e3, 51.6 * DEG}).Period(), 5569.4406, 1e-3, "420 km");
        ExpectNear(CircularOrbit({35786e3, 0}).Period(), 86142.114, 1e-2, "35786 km");
        ExpectNear(CircularOrbit({780e3, M_PI_2}).Radius(), 7151e3, 1e-6, "radius");
    }
};

/// A satellite's position against elementary rotations, and at times where it is known: a polar
/// orbit passes the pole after a quarter of a period, and each revolution crosses the equator
/// further west by what the Earth turned meanwhile, 25.144 deg at 780 km.
class PositionTest : public GeometryTestCase
{
  public:
    PositionTest()
        : GeometryTestCase("positions on the rotating Earth")
    {
    }

  private:
    void DoRun() override
    {
        const CircularOrbit polar({780e3, M_PI_2});
        const double period = 6018.124217148;
        ExpectNear(polar.PositionEcef(0), {7151e3, 0, 0}, 1e-6, "start");
        ExpectNear(polar.PositionEcef(period / 4), {0, 0, 7151e3}, 1e-3, "north pole");
        for (int revolution = 1; revolution <= 20; ++revolution)
        {
            const Geodetic node = ToGeodetic(polar.PositionEcef(revolution * period));
            ExpectNear(node.latitude, 0.0, 1e-9, "equator");
            ExpectNear(std::remainder(RadToDeg(node.longitude) + 25.144172 * revolution, 360.0),
                       0.0,
                       1e-4,
                       "ground track shifts west");
        }
        for (const CircularOrbitElements& elements :
             {CircularOrbitElements{550e3, 53 * DEG, 30 * DEG, 39 * DEG},
              CircularOrbitElements{1200e3, 98 * DEG, -200 * DEG, 400 * DEG},
              CircularOrbitElements{35786e3, 0.0, 1.0, 2.0}})
        {
            const CircularOrbit orbit(elements);
            for (double t : {0.0, 0.1, 1234.5, 86400.0, 1e6})
            {
                ExpectNear(orbit.PositionEcef(t), RotatedPosition(elements, t), 1e-2, "position");
            }
        }
    }
};

/// The velocity against the central difference of the position, and by hand for a polar orbit at
/// the equator: 7465.957 m/s northwards along the orbit, and a w = 521.459 m/s westwards, since
/// the Earth turns away below.
class VelocityTest : public GeometryTestCase
{
  public:
    VelocityTest()
        : GeometryTestCase("velocity is the derivative of position")
    {
    }

  private:
    void DoRun() override
    {
        const Vector atEquator = CircularOrbit({780e3, M_PI_2}).VelocityEcef(0);
        ExpectNear(atEquator, {0, -521.459, 7465.957}, 1e-3, "over the equator");
        for (bool j2 : {false, true})
        {
            const CircularOrbit orbit({550e3, 53 * DEG, 2.0, 1.0, j2});
            for (double t : {0.0, 777.0, 5000.0, 90000.0})
            {
                const double h = 0.1;
                const Eigen::Vector3d difference =
                    (ToEigen(orbit.PositionEcef(t + h)) - ToEigen(orbit.PositionEcef(t - h))) /
                    (2 * h);
                ExpectNear(orbit.VelocityEcef(t), difference, 1e-4, "velocity");
            }
        }
    }
};

/// The J2 drift against textbook figures: the node of a sun-synchronous orbit follows the mean Sun,
/// 360 deg in 365.2422 days, when cos i = -(a / 12352 km)^3.5; the node drifts by
/// -2.06474e14 a^-3.5 cos i deg/day with a in km (Wertz and Larson, Space Mission Analysis and
/// Design, section 6.2), 5 deg/day for the Space Station; and at i = 60 deg the drifts of perigee
/// and mean anomaly cancel. Over the pole the argument is slower by 3/2 J2 (Re/a)^2.
class J2Test : public GeometryTestCase
{
  public:
    J2Test()
        : GeometryTestCase("J2 drift of node and argument of latitude")
    {
    }

  private:
    static double NodeDegPerDay(double a, double inclination)
    {
        return CircularOrbit({a - 6371e3, inclination, 0, 0, true}).NodeRate() / DEG * DAY;
    }

    void DoRun() override
    {
        for (double a : {6878137.0, 7178137.0, 7578137.0})
        {
            const double inclination = std::acos(-std::pow(a / 12352e3, 3.5));
            ExpectNear(NodeDegPerDay(a, inclination), 360.0 / 365.2422, 5e-4, "sun-synchronous");
        }
        const double station = -2.06474e14 * std::pow(6798.0, -3.5) * std::cos(51.64 * DEG);
        ExpectNear(station, -5.0, 0.1, "the textbook's 5 deg a day");
        ExpectNear(NodeDegPerDay(6798e3, 51.64 * DEG), station, 1e-3, "Space Station");
        ExpectNear(NodeDegPerDay(7151e3, M_PI_2), 0.0, 1e-12, "polar orbit");

        const double kepler = CircularOrbit({780e3, 60 * DEG}).Period();
        ExpectNear(CircularOrbit({780e3, 60 * DEG, 0, 0, true}).Period() / kepler,
                   1.0,
                   1e-14,
                   "at 60 deg the nodal period is the Keplerian one");
        // 3/2 * 1.08262668e-3 * (6378.137 / 7151)^2 = 1.291886e-3
        ExpectNear(kepler / CircularOrbit({780e3, M_PI_2, 0, 0, true}).Period(),
                   1.0 - 1.291886e-3,
                   1e-8,
                   "over the pole the argument is slower");
        ExpectNear(CircularOrbit({780e3, 1.0}).NodeRate(), 0.0, 0.0, "no drift without J2");
    }
};

/// The node's drift against brute force: the equation of motion under mu and J2, integrated for a
/// day by the classical Runge-Kutta method. The two differ by terms of the second order in J2, and
/// because osculating and mean radius differ by a few kilometres: below 0.5 % together.
class J2IntegrationTest : public GeometryTestCase
{
  public:
    J2IntegrationTest()
        : GeometryTestCase("J2 node drift against numerical integration")
    {
    }

  private:
    static Eigen::Vector3d Acceleration(const Eigen::Vector3d& r)
    {
        const double mu = 3.986004418e14;
        const double d = r.norm();
        const double k = 1.5 * 1.08262668e-3 * mu * std::pow(6378137.0, 2) / std::pow(d, 5);
        const double z = 5.0 * r.z() * r.z() / (d * d);
        return -mu / (d * d * d) * r +
               k * Eigen::Vector3d(r.x() * (z - 1), r.y() * (z - 1), r.z() * (z - 3));
    }

    static double NodeAfter(double radius, double inclination, double duration)
    {
        const double speed = std::sqrt(3.986004418e14 / radius);
        Eigen::Vector3d r(radius, 0, 0);
        Eigen::Vector3d v(0, speed * std::cos(inclination), speed * std::sin(inclination));
        const double h = 10.0;
        for (double t = 0; t < duration; t += h)
        {
            const Eigen::Vector3d v1 = v;
            const Eigen::Vector3d a1 = Acceleration(r);
            const Eigen::Vector3d v2 = v + h / 2 * a1;
            const Eigen::Vector3d a2 = Acceleration(r + h / 2 * v1);
            const Eigen::Vector3d v3 = v + h / 2 * a2;
            const Eigen::Vector3d a3 = Acceleration(r + h / 2 * v2);
            const Eigen::Vector3d v4 = v + h * a3;
            const Eigen::Vector3d a4 = Acceleration(r + h * v3);
            r += h / 6 * (v1 + 2 * v2 + 2 * v3 + v4);
            v += h / 6 * (a1 + 2 * a2 + 2 * a3 + a4);
        }
        const Eigen::Vector3d momentum = r.cross(v);
        return std::atan2(momentum.x(), -momentum.y());
    }

    void DoRun() override
    {
        for (double inclination : {53 * DEG, 98 * DEG})
        {
            const CircularOrbit orbit({780e3, inclination, 0, 0, true});
            // whole revolutions, so that the periodic terms of the node cancel
            const double duration = std::round(14 * orbit.Period() / 10.0) * 10.0;
            const double integrated = NodeAfter(7151e3, inclination, duration);
            ExpectNear(orbit.NodeRate() * duration / integrated, 1.0, 5e-3, "node drift");
        }
    }
};

/// Walker delta 120/12/F at 550 km and 45 deg. Phasing by definition: satellite s = 10 plane + slot
/// has its node at 30 deg x plane and its argument at 36 deg x slot + 3 deg x F x plane. An
/// independent prototype found that F = 1 keeps satellites 529 km apart, and that F = 2 does not.
class WalkerDeltaTest : public GeometryTestCase
{
  public:
    WalkerDeltaTest()
        : GeometryTestCase("Walker delta phasing and spacing")
    {
    }

  private:
    /// The closest that any satellite comes to the first: all satellites see the same neighbours.
    static double Closest(const std::vector<CircularOrbit>& orbits)
    {
        double closest = 1e9;
        for (double t = 0; t < orbits[0].Period(); t += 0.5)
        {
            const Vector first = orbits[0].PositionEcef(t);
            for (size_t s = 1; s < orbits.size(); ++s)
            {
                closest = std::min(closest, CalculateDistance(first, orbits[s].PositionEcef(t)));
            }
        }
        return closest;
    }

    void DoRun() override
    {
        const OrbitShell shell{550e3, 45 * DEG};
        for (uint32_t phasing : {0, 1, 7})
        {
            const std::vector<CircularOrbit> orbits = WalkerDelta({120, 12, phasing}, shell);
            NS_TEST_ASSERT_MSG_EQ(orbits.size(), 120, "number of satellites");
            for (uint32_t s = 0; s < 120; ++s)
            {
                const uint32_t plane = s / 10;
                const double argument = 36.0 * (s % 10) + 3.0 * phasing * plane;
                const CircularOrbitElements& e = orbits[s].GetElements();
                ExpectNear(e.raan / DEG, 30.0 * plane, 1e-9, "node");
                ExpectNear(std::remainder(e.argumentOfLatitude / DEG - argument, 360.0),
                           0.0,
                           1e-9,
                           "argument of latitude");
                ExpectNear(e.altitude, 550e3, 0.0, "altitude");
                ExpectNear(e.inclination / DEG, 45.0, 1e-12, "inclination");
            }
        }
        ExpectNear(Closest(WalkerDelta({120, 12, 1}, shell)), 529e3, 1e3, "closest with F = 1");
        NS_TEST_EXPECT_MSG_LT(Closest(WalkerDelta({120, 12, 2}, shell)), 10e3, "F = 2 collides");
    }
};

/// A Walker star spreads its nodes over half a turn: Iridium's 66 satellites in 6 planes stand 30
/// deg apart in node, and 32.7 deg along the orbit.
class WalkerStarTest : public GeometryTestCase
{
  public:
    WalkerStarTest()
        : GeometryTestCase("Walker star spacing")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<CircularOrbit> orbits = WalkerStar({66, 6, 2}, {780e3, 86.4 * DEG, true});
        NS_TEST_ASSERT_MSG_EQ(orbits.size(), 66, "number of satellites");
        for (uint32_t s = 0; s < 66; ++s)
        {
            const CircularOrbitElements& e = orbits[s].GetElements();
            const double argument = 360.0 / 11 * (s % 11) + 360.0 * 2 / 66 * (s / 11);
            ExpectNear(e.raan / DEG, 30.0 * (s / 11), 1e-9, "node");
            ExpectNear(std::remainder(e.argumentOfLatitude / DEG - argument, 360.0),
                       0.0,
                       1e-9,
                       "argument of latitude");
            NS_TEST_EXPECT_MSG_EQ(e.j2, true, "J2 is passed on");
        }
    }
};

/// Ballard's rosettes against the guaranteed coverage that his paper tabulates (Table I): at worst,
/// the nearest satellite of (5,5,1) at 43.66 deg is 69.15 deg away from a point on the Earth, and
/// of (12,3,1/4) at 50.73 deg 47.90 deg. The worst point is the centre of a circle through three
/// satellites that holds no other, so all triples are tried over a revolution.
class RosetteTest : public GeometryTestCase
{
  public:
    RosetteTest()
        : GeometryTestCase("rosettes reach the coverage that Ballard published")
    {
    }

  private:
    static double LargestEmptyCircle(const std::vector<Eigen::Vector3d>& units)
    {
        double smallestCosine = 1.0;
        for (size_t i = 0; i < units.size(); ++i)
        {
            for (size_t j = 0; j < i; ++j)
            {
                for (size_t k = 0; k < j; ++k)
                {
                    const Eigen::Vector3d normal =
                        (units[j] - units[i]).cross(units[k] - units[i]).normalized();
                    for (const Eigen::Vector3d& centre : {normal, Eigen::Vector3d(-normal)})
                    {
                        const double cosine = centre.dot(units[i]);
                        const bool empty =
                            std::all_of(units.begin(), units.end(), [&](const auto& u) {
                                return centre.dot(u) <= cosine + 1e-9;
                            });
                        smallestCosine = empty ? std::min(smallestCosine, cosine) : smallestCosine;
                    }
                }
            }
        }
        return std::acos(smallestCosine) / DEG;
    }

    static double WorstDistance(const std::vector<CircularOrbit>& orbits)
    {
        double worst = 0.0;
        for (int step = 0; step < 400; ++step)
        {
            std::vector<Eigen::Vector3d> units;
            for (const CircularOrbit& orbit : orbits)
            {
                units.push_back(
                    ToEigen(orbit.PositionEcef(step / 400.0 * orbit.Period())).normalized());
            }
            worst = std::max(worst, LargestEmptyCircle(units));
        }
        return worst;
    }

    void DoRun() override
    {
        ExpectNear(WorstDistance(Rosette(5, 5, 1, {1000e3, 43.66 * DEG})), 69.15, 0.03, "5,5,1");
        ExpectNear(WorstDistance(Rosette(12, 3, 0.25, {1000e3, 50.73 * DEG})),
                   47.90,
                   0.03,
                   "12,3,1-4");
        // the definition by hand: satellite 5 of (12,3,1/4) is plane 1, slot 1, Ballard's j = 4
        const CircularOrbitElements e = Rosette(12, 3, 0.25, {1000e3, 1.0})[5].GetElements();
        ExpectNear(e.raan / DEG, 120.0, 1e-9, "node of j = 4");
        ExpectNear(e.argumentOfLatitude / DEG, 120.0, 1e-9, "argument of j = 4");
    }
};

/// Orbits and patterns that cannot be are refused with the value that is wrong.
class BadOrbitTest : public GeometryTestCase
{
  public:
    BadOrbitTest()
        : GeometryTestCase("impossible orbits and patterns are refused by name")
    {
    }

  private:
    void DoRun() override
    {
        const OrbitShell shell{550e3, 0.8};
        ExpectRefused([] { CircularOrbit({-5e3, 1.0}); }, "-5000 m");
        ExpectRefused([] { CircularOrbit({0.0, 1.0}); }, "0 m");
        ExpectRefused([] { CircularOrbit({NAN, 1.0}); }, "nan m");
        ExpectRefused([] { CircularOrbit({550e3, INFINITY}); }, "inclination");
        ExpectRefused([] { CircularOrbit({550e3, 1.0, NAN}); }, "ascending node");
        ExpectRefused([] { CircularOrbit({550e3, 1.0, 0.0, NAN}); }, "argument of latitude");
        ExpectRefused([&] { WalkerDelta({120, 11, 1}, shell); }, "120 satellites");
        ExpectRefused([&] { WalkerDelta({120, 0, 0}, shell); }, "0 planes");
        ExpectRefused([&] { WalkerStar({0, 1, 0}, shell); }, "0 satellites");
        ExpectRefused([&] { WalkerDelta({120, 12, 12}, shell); }, "phasing 12");
        ExpectRefused([&] { WalkerDelta({120, 12, 1}, {-1.0, 0.8}); }, "-1 m");
        ExpectRefused([&] { Rosette(12, 5, 1, shell); }, "12 satellites");
        ExpectRefused([&] { Rosette(12, 3, 0.3, shell); }, "0.3");
        ExpectRefused([&] { Rosette(12, 3, 0.5, shell); }, "0.5");
        ExpectRefused([&] { Rosette(12, 3, -0.25, shell); }, "-0.25");
        ExpectRefused([&] { Rosette(12, 3, NAN, shell); }, "nan");
    }
};

} // namespace

std::vector<TestCase*>
MakeOrbitTests()
{
    return {new PeriodTest,
            new PositionTest,
            new VelocityTest,
            new J2Test,
            new J2IntegrationTest,
            new WalkerDeltaTest,
            new WalkerStarTest,
            new RosetteTest,
            new BadOrbitTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
