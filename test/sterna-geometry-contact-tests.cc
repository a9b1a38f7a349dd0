/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-geometry-tests.h"

#include "ns3/double.h"
#include "ns3/random-variable-stream.h"
#include "ns3/sterna-constellation.h"
#include "ns3/sterna-contact-window.h"
#include "ns3/sterna-visibility.h"

#include <cmath>

/**
 * \file
 * \ingroup sterna
 * Cases of the suite sterna-geometry on visibility and contact windows.
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
constexpr double EARTH_RATE = 7.2921159e-5;

/// Mean motion at an altitude (rad/s), from Kepler's third law.
double
MeanMotion(double altitude)
{
    return std::sqrt(3.986004418e14 / std::pow(6371e3 + altitude, 3.0));
}

/// The angle at the Earth's centre at which a satellite stands at an elevation, from the law of
/// sines with the angle at the satellite.
double
CentralAngle(double altitude, double elevation)
{
    return M_PI_2 - elevation - std::asin(6371e3 * std::cos(elevation) / (6371e3 + altitude));
}

/// The inverse, from the triangle's two legs seen from the ground point.
double
ElevationAt(double altitude, double centralAngle)
{
    return std::atan2(std::cos(centralAngle) - 6371e3 / (6371e3 + altitude),
                      std::sin(centralAngle));
}

/// All pairs at once must be what the functions for one pair give, whatever stands where:
/// satellites, flights, neighbours at 3 m, poles. Those functions are tested on their own.
class VisibilityTest : public GeometryTestCase
{
  public:
    VisibilityTest()
        : GeometryTestCase("all pairs at once equal one pair at a time")
    {
    }

  private:
    void DoRun() override
    {
        Ptr<UniformRandomVariable> random = CreateObject<UniformRandomVariable>();
        random->SetStream(2);
        std::vector<Vector> grounds{Vector(0, 0, 6371e3), Vector(-6371e3, 0, 0)};
        std::vector<Vector> satellites{Vector(0, 0, 7e6), Vector(3, 0, 6371e3), Vector(7e6, 0, 0)};
        for (int i = 0; i < 50; ++i)
        {
            const double latitude = random->GetValue(-90, 90);
            const double longitude = random->GetValue(-180, 180);
            grounds.push_back(ToVector(Geodetic::FromDegrees(latitude, longitude, 100.0 * i)));
            satellites.push_back(ToVector(
                Geodetic::FromDegrees(longitude / 2, latitude * 2, random->GetValue(1e5, 4e7))));
        }
        const VisibilityMatrix all =
            ComputeVisibility(ToPositions(satellites), ToPositions(grounds));
        NS_TEST_ASSERT_MSG_EQ(all.range.rows(), 53, "rows are satellites");
        NS_TEST_ASSERT_MSG_EQ(all.elevation.cols(), 52, "columns are ground points");
        const auto visible = all.Visible(0.1);
        for (size_t s = 0; s < satellites.size(); ++s)
        {
            for (size_t g = 0; g < grounds.size(); ++g)
            {
                const double elevation = ElevationAngle(grounds[g], satellites[s]);
                ExpectNear(all.elevation(s, g), elevation, 1e-12, "elevation");
                ExpectNear(all.range(s, g), SlantRange(grounds[g], satellites[s]), 1e-6, "range");
                NS_TEST_EXPECT_MSG_EQ(visible(s, g), (elevation >= 0.1), "visible");
                NS_TEST_EXPECT_MSG_EQ(IsVisible(grounds[g], satellites[s], 0.1),
                                      (elevation >= 0.1),
                                      "visible, one pair");
            }
        }
        const std::vector<CircularOrbit> orbits = WalkerDelta({6, 3, 1}, {550e3, 0.9});
        const Positions positions = PositionsEcef(orbits, 1000.0);
        for (int s = 0; s < 6; ++s)
        {
            ExpectNear(orbits[s].PositionEcef(1000.0),
                       positions.col(s),
                       0.0,
                       "column of a satellite");
        }
    }
};

/// Below the horizon is never visible: a satellite that touches the horizon is, one that is 1 m
/// further away along its circle is not, and a minimum elevation below the horizon is refused.
class HorizonTest : public GeometryTestCase
{
  public:
    HorizonTest()
        : GeometryTestCase("nothing below the horizon is visible")
    {
    }

  private:
    void DoRun() override
    {
        const Vector ground(6371e3, 0, 0);
        const double edge = std::acos(6371.0 / 7151.0);
        const auto at = [](double angle) {
            return Vector(7151e3 * std::cos(angle), 7151e3 * std::sin(angle), 0);
        };
        NS_TEST_EXPECT_MSG_EQ(IsVisible(ground, at(edge - 1.0 / 7151e3), 0.0), true, "just above");
        NS_TEST_EXPECT_MSG_EQ(IsVisible(ground, at(edge + 1.0 / 7151e3), 0.0), false, "just below");
        NS_TEST_EXPECT_MSG_EQ(IsVisible(ground, at(M_PI), 0.0), false, "antipode");
        for (const ContactWindow& w :
             FindContactWindows(CircularOrbit({780e3, 0.0}), ground, 0.0, 0, 86400))
        {
            const CircularOrbit orbit({780e3, 0.0});
            for (double t : {w.start_s, w.end_s})
            {
                NS_TEST_EXPECT_MSG_GT_OR_EQ(ElevationAngle(ground, orbit.PositionEcef(t)),
                                            -1e-12,
                                            "a window never reaches below the horizon");
            }
        }
        const auto matrix = ComputeVisibility(ToPositions({at(1.0)}), ToPositions({ground}));
        ExpectRefused([&] { matrix.Visible(-0.01); }, "-0.57");
        ExpectRefused([&] { IsVisible(ground, at(0), -0.01); }, "-0.57");
        ExpectRefused([&] { IsVisible(ground, at(0), M_PI_2); }, "90 deg");
        ExpectRefused([&] { CheckMinimumElevation(NAN); }, "nan");
        ExpectRefused([&] { ComputeVisibility(ToPositions({ground}), Positions::Zero(3, 1)); },
                      "(0, 0, 0)");
    }
};

/// Overhead passes of which every instant is known. From a pole, a polar orbit passes the zenith
/// and the Earth's rotation does not matter: a pass lasts 2 psi / n. On the equator, an equatorial
/// orbit moves at n - w against the ground. Both are cut at the ends of the search.
class OverheadPassTest : public GeometryTestCase
{
  public:
    OverheadPassTest()
        : GeometryTestCase("overhead passes last as long as the closed form says")
    {
    }

  private:
    /// Passes around first + k * interval, each of the same half duration, from 0 to end.
    void CheckPasses(const ContactWindows& windows,
                     double first,
                     double interval,
                     double half,
                     double end)
    {
        size_t k = 0;
        for (double middle = first; middle - half < end; middle += interval)
        {
            NS_TEST_ASSERT_MSG_LT(k, windows.size(), "a pass is missing");
            ExpectNear(windows[k].start_s, std::max(0.0, middle - half), 1.1e-3, "start");
            ExpectNear(windows[k].end_s, std::min(end, middle + half), 1.1e-3, "end");
            ++k;
        }
        NS_TEST_EXPECT_MSG_EQ(windows.size(), k, "number of passes");
    }

    void DoRun() override
    {
        for (double altitude : {550e3, 780e3, 1200e3})
        {
            const double n = MeanMotion(altitude);
            for (double elevation : {0.0, 10 * DEG, 40 * DEG, 89 * DEG})
            {
                const double psi = CentralAngle(altitude, elevation);
                CheckPasses(FindContactWindows(CircularOrbit({altitude, M_PI_2, 0.3, 0.0}),
                                               Vector(0, 0, 6371e3),
                                               elevation,
                                               0,
                                               50000),
                            M_PI_2 / n,
                            2 * M_PI / n,
                            psi / n,
                            50000);
                CheckPasses(FindContactWindows(CircularOrbit({altitude, 0.0}),
                                               Vector(6371e3, 0, 0),
                                               elevation,
                                               0,
                                               50000),
                            0.0,
                            2 * M_PI / (n - EARTH_RATE),
                            psi / (n - EARTH_RATE),
                            50000);
            }
        }
    }
};

/// Passes, and gaps between passes, much shorter than any sensible step. From latitude 5 deg an
/// equatorial orbit stays 5 deg away at least: with the minimum elevation set to what it reaches
/// 0.25 s before its culmination, every pass lasts 0.5 s, and with it set just above the
/// culmination there is none. A geosynchronous orbit inclined by 50 deg is up to 50 deg away from
/// the point below its node, cos psi = 1 - (1 - cos 50) sin^2 u, so twice a day it dips below an
/// elevation chosen to make the gap 20 s.
class GrazingPassTest : public GeometryTestCase
{
  public:
    GrazingPassTest()
        : GeometryTestCase("passes of half a second and gaps of 20 seconds are found")
    {
    }

  private:
    void DoRun() override
    {
        const double altitude = 550e3;
        const double rate = MeanMotion(altitude) - EARTH_RATE;
        const CircularOrbit orbit({altitude, 0.0, 1.0, 0.0});
        const Vector ground = ToVector(Geodetic::FromDegrees(5, 0, 0));
        const double latitude = 5 * DEG;
        const double psi = std::acos(std::cos(latitude) * std::cos(0.25 * rate));
        const ContactWindows windows =
            FindContactWindows(orbit, ground, ElevationAt(altitude, psi), 0, 86400);
        // culminations at (2 pi k - 1) / rate, until a day has passed
        const auto passes = static_cast<size_t>((86400 * rate + 1.0) / (2 * M_PI));
        NS_TEST_ASSERT_MSG_EQ(windows.size(), passes, "every pass is found");
        for (size_t k = 0; k < passes; ++k)
        {
            const double middle = (2 * M_PI * (k + 1) - 1.0) / rate;
            ExpectNear(windows[k].start_s, middle - 0.25, 2e-3, "start of a short pass");
            ExpectNear(windows[k].end_s, middle + 0.25, 2e-3, "end of a short pass");
        }
        const double tooHigh = ElevationAt(altitude, latitude) + 1e-9;
        NS_TEST_EXPECT_MSG_EQ(FindContactWindows(orbit, ground, tooHigh, 0, 86400).size(),
                              0,
                              "no pass reaches above its culmination");

        const double radius = std::cbrt(3.986004418e14 / (EARTH_RATE * EARTH_RATE));
        const CircularOrbit inclined({radius - 6371e3, 50 * DEG});
        const double dip =
            std::acos(1 - (1 - std::cos(50 * DEG)) * std::pow(std::cos(10 * EARTH_RATE), 2));
        const double quarter = M_PI_2 / EARTH_RATE;
        const ContactWindows rest = FindContactWindows(inclined,
                                                       Vector(6371e3, 0, 0),
                                                       ElevationAt(radius - 6371e3, dip),
                                                       0,
                                                       2 * quarter);
        NS_TEST_ASSERT_MSG_EQ(rest.size(), 2, "the gap parts two windows");
        ExpectNear(rest[0].start_s, 0.0, 0.0, "from the start");
        ExpectNear(rest[0].end_s, quarter - 10, 2e-3, "start of the gap");
        ExpectNear(rest[1].start_s, quarter + 10, 2e-3, "end of the gap");
        ExpectNear(rest[1].end_s, 2 * quarter, 0.0, "to the end");
    }
};

/// Windows of all pairs against brute force: the elevation is sampled every 0.1 s for three hours,
/// and a window must begin and end within one sample of where the samples say so, on the visible
/// side.
class BruteForceTest : public GeometryTestCase
{
  public:
    BruteForceTest()
        : GeometryTestCase("windows of all pairs against samples every 0.1 s")
    {
    }

  private:
    static ContactWindows Sample(const CircularOrbit& orbit,
                                 const Vector& ground,
                                 double minElevation,
                                 double start,
                                 int samples)
    {
        ContactWindows windows;
        bool before = false;
        for (int i = 0; i <= samples; ++i)
        {
            const double t = start + 0.1 * i;
            const bool now = ElevationAngle(ground, orbit.PositionEcef(t)) >= minElevation;
            if (now && !before)
            {
                windows.push_back({t, t});
            }
            if (now)
            {
                windows.back().end_s = t;
            }
            before = now;
        }
        return windows;
    }

    void DoRun() override
    {
        const double minElevation = 10 * DEG;
        std::vector<CircularOrbit> orbits = WalkerDelta({6, 3, 1}, {550e3, 53 * DEG});
        orbits.push_back(CircularOrbit({1200e3, 98 * DEG, 1.0, 2.0, true}));
        const std::vector<Vector> grounds{ToVector(Geodetic::FromDegrees(46.16, 9.41, 200)),
                                          ToVector(Geodetic::FromDegrees(-18, 179.5, 0)),
                                          ToVector(Geodetic::FromDegrees(0, -78, 2800))};
        const double start = 1e5;
        const auto all =
            FindAllContactWindows(orbits, grounds, minElevation, start, start + 10800.0);
        size_t found = 0;
        for (size_t s = 0; s < orbits.size(); ++s)
        {
            for (size_t g = 0; g < grounds.size(); ++g)
            {
                const ContactWindows sampled =
                    Sample(orbits[s], grounds[g], minElevation, start, 108000);
                const ContactWindows one =
                    FindContactWindows(orbits[s], grounds[g], minElevation, start, start + 10800.0);
                NS_TEST_ASSERT_MSG_EQ(all[s][g].size(), sampled.size(), "number of windows");
                NS_TEST_ASSERT_MSG_EQ(one.size(), sampled.size(), "number, one pair");
                found += sampled.size();
                for (size_t i = 0; i < sampled.size(); ++i)
                {
                    const ContactWindow& w = all[s][g][i];
                    ExpectNear(w.start_s, sampled[i].start_s - 0.05, 0.051, "start");
                    ExpectNear(w.end_s, sampled[i].end_s + 0.05, 0.051, "end");
                    ExpectNear(one[i].start_s, w.start_s, 1e-3, "start, one pair");
                    ExpectNear(one[i].end_s, w.end_s, 1e-3, "end, one pair");
                    for (double t : {w.start_s, w.end_s})
                    {
                        NS_TEST_EXPECT_MSG_GT_OR_EQ(
                            ElevationAngle(grounds[g], orbits[s].PositionEcef(t)),
                            minElevation - 1e-10,
                            "visible at both ends");
                    }
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(found, 5, "there was something to compare");
    }
};

/// Searches that cannot be are refused; an empty one finds nothing, and no satellite passes over an
/// observer above it.
class BadSearchTest : public GeometryTestCase
{
  public:
    BadSearchTest()
        : GeometryTestCase("impossible searches for contacts are refused by name")
    {
    }

  private:
    void DoRun() override
    {
        const CircularOrbit orbit({550e3, 1.0});
        const Vector ground(6371e3, 0, 0);
        ExpectRefused([&] { FindContactWindows(orbit, ground, -0.1, 0, 1); }, "-5.7");
        ExpectRefused([&] { FindContactWindows(orbit, ground, 2.0, 0, 1); }, "114.59");
        ExpectRefused([&] { FindContactWindows(orbit, ground, 0.1, 5, 4); }, "5 s to 4 s");
        ExpectRefused([&] { FindContactWindows(orbit, ground, 0.1, 0, INFINITY); }, "inf");
        ExpectRefused([&] { FindContactWindows(orbit, Vector(6e6, 0, 0), 0.1, 0, 1); },
                      "-371000 m");
        NS_TEST_EXPECT_MSG_EQ(
            FindContactWindows(CircularOrbit({550e3, 0.0}), ground, 0, 7, 7).size(),
            0,
            "an empty span has no window");
        NS_TEST_EXPECT_MSG_EQ(FindContactWindows(orbit, Vector(7e6, 0, 0), 0, 0, 86400).size(),
                              0,
                              "seen from above there is none");
        NS_TEST_EXPECT_MSG_EQ(FindAllContactWindows({}, {ground}, 0, 0, 10).size(),
                              0,
                              "no satellites");
    }
};

} // namespace

std::vector<TestCase*>
MakeContactTests()
{
    return {new VisibilityTest,
            new HorizonTest,
            new OverheadPassTest,
            new GrazingPassTest,
            new BruteForceTest,
            new BadSearchTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
