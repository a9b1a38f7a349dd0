/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-bench
 *
 * Row 8 of the performance goals: how long elevation and range of 1584 satellites at 1000 ground
 * points take, all at once, and one pair at a time through MobilityModel, as ns-3 asks for them?
 * Both begin at the orbits and both results are compared. The runs alternate, and medians count.
 *
 * For orientation only: the contact windows of 1584 and of 4408 satellites at 5 ground points in
 * 6300 s, and how many positions per second SGP4 gives.
 */

#include "sterna-bench-report.h"

#include "ns3/command-line.h"
#include "ns3/sterna-circular-orbit-mobility-model.h"
#include "ns3/sterna-constellation.h"
#include "ns3/sterna-contact-window.h"
#include "ns3/sterna-ground-position.h"
#include "ns3/sterna-sgp4.h"
#include "ns3/sterna-statistics.h"
#include "ns3/sterna-visibility.h"

#include <chrono>
#include <cmath>
#include <iostream>
#include <sstream>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

constexpr double TARGET = 20.0;
constexpr uint32_t GROUNDS = 1000;

/// Seconds of wall time that a call takes.
template <typename Call>
double
Measure(Call call)
{
    const auto begin = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    return wall.count();
}

/// Points spread evenly over the Earth, on a spiral.
std::vector<Geodetic>
GroundPlaces(uint32_t count)
{
    std::vector<Geodetic> places;
    for (uint32_t i = 0; i < count; ++i)
    {
        const double golden = M_PI * (3.0 - std::sqrt(5.0));
        places.push_back(
            {std::asin((2.0 * i + 1.0) / count - 1.0), std::fmod(golden * i, 2.0 * M_PI), 0.0});
    }
    return places;
}

/// The scene of row 8, as orbits and points and as mobility models.
class Scene
{
  public:
    Scene()
        : m_orbits(WalkerDelta({1584, 72, 1}, {550e3, DegToRad(53.0)}))
    {
        for (const CircularOrbit& orbit : m_orbits)
        {
            auto model = CreateObject<CircularOrbitMobilityModel>();
            model->SetOrbit(orbit);
            m_satellites.push_back(model);
        }
        for (const Geodetic& place : GroundPlaces(GROUNDS))
        {
            m_grounds.push_back(GroundPosition(place));
            m_points.push_back(ToVector(place));
        }
        m_onePair.elevation.resize(m_satellites.size(), m_grounds.size());
        m_onePair.range.resize(m_satellites.size(), m_grounds.size());
    }

    double MeasureOnePair()
    {
        return Measure([&] {
            for (size_t g = 0; g < m_grounds.size(); ++g)
            {
                for (size_t s = 0; s < m_satellites.size(); ++s)
                {
                    m_onePair.elevation(s, g) =
                        ElevationAngle(m_grounds[g]->GetPosition(), m_satellites[s]->GetPosition());
                    m_onePair.range(s, g) = m_satellites[s]->GetDistanceFrom(m_grounds[g]);
                }
            }
        });
    }

    /// With the memory for the result, as a first call has it.
    double MeasureAll()
    {
        m_all = VisibilityMatrix();
        return Measure([&] {
            m_all = ComputeVisibility(PositionsEcef(m_orbits, 0.0), ToPositions(m_points));
        });
    }

    /// Into the memory of the call before, as in every slot but the first.
    double MeasureAgain()
    {
        return Measure(
            [&] { ComputeVisibility(PositionsEcef(m_orbits, 0.0), ToPositions(m_points), m_all); });
    }

    void CheckResults() const
    {
        const double elevation = (m_all.elevation - m_onePair.elevation).abs().maxCoeff();
        const double range = (m_all.range - m_onePair.range).abs().maxCoeff();
        std::cout << "row 8: largest differences: " << elevation << " rad, " << range << " m\n";
        if (!(elevation < 1e-12 && range < 1e-6))
        {
            std::cerr << "the results of both ways differ\n";
            std::exit(1);
        }
    }

  private:
    std::vector<CircularOrbit> m_orbits;
    std::vector<Ptr<MobilityModel>> m_satellites;
    std::vector<Ptr<MobilityModel>> m_grounds;
    std::vector<Vector> m_points;
    VisibilityMatrix m_onePair;
    VisibilityMatrix m_all;
};

void
CompareVisibility(uint32_t rounds, bench::Report& report)
{
    Scene scene;
    std::vector<double> onePair;
    std::vector<double> all;
    std::vector<double> again;
    for (uint32_t round = 0; round < rounds; ++round)
    {
        onePair.push_back(scene.MeasureOnePair());
        all.push_back(scene.MeasureAll());
        again.push_back(scene.MeasureAgain());
    }
    scene.CheckResults();
    std::cout << "row 8: one pair at a time: " << Median(onePair) * 1e3
              << " ms, all at once: " << Median(all) * 1e3
              << " ms, into the same memory again: " << Median(again) * 1e3 << " ms\n";
    report.AtLeast(8,
                   "elevations and ranges/s, all at once / one pair at a time",
                   Median(onePair) / Median(all),
                   TARGET);
}

void
ShowContactTimes(const WalkerPattern& pattern, uint32_t rounds)
{
    const auto orbits = WalkerDelta(pattern, {550e3, DegToRad(53.0)});
    std::vector<Vector> grounds;
    for (double latitude : {-30.0, 0.0, 20.0, 45.0, 60.0})
    {
        grounds.push_back(ToVector(Geodetic::FromDegrees(latitude, 10.0 + latitude, 0.0)));
    }
    std::vector<double> times;
    size_t windows = 0;
    for (uint32_t round = 0; round < rounds; ++round)
    {
        times.push_back(Measure([&] {
            windows = 0;
            for (const auto& satellite :
                 FindAllContactWindows(orbits, grounds, DegToRad(25.0), 0.0, 6300.0))
            {
                for (const ContactWindows& pair : satellite)
                {
                    windows += pair.size();
                }
            }
        }));
    }
    std::cout << "contact windows of " << pattern.satellites
              << " satellites at 5 points in 6300 s: " << Median(times) << " s, " << windows
              << " windows\n";
}

void
ShowPredictionRate(uint32_t rounds)
{
    // satellite 6251 of the verification cases of AIAA 2006-6753
    std::istringstream lines(
        "1 06251U 62025E   06176.82412014  .00008885  00000-0  12808-3 0  3985\n"
        "2 06251  58.0579  54.0425 0030035 139.1568 221.1854 15.56387291  6774\n");
    const TwoLineElements set = ReadTle(lines, "built in").at(0);
    const Sgp4Orbit orbit(set, set.epoch);
    constexpr int positions = 100000;
    std::vector<double> times;
    double sum = 0.0;
    for (uint32_t round = 0; round < rounds; ++round)
    {
        times.push_back(Measure([&] {
            for (int i = 0; i < positions; ++i)
            {
                sum += orbit.PositionEcef(0.1 * i).x;
            }
        }));
    }
    std::cout << "SGP4: " << positions / Median(times) << " positions/s (sum " << sum << ")\n";
}

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t rounds = 5;
    std::string json;
    CommandLine cmd(__FILE__);
    cmd.AddValue("rounds", "runs of each kind, of which the median is taken", rounds);
    cmd.AddValue("json", "file for the results", json);
    cmd.Parse(argc, argv);
    bench::Report report("geometry");
    CompareVisibility(rounds, report);
    ShowContactTimes({1584, 72, 1}, rounds);
    ShowContactTimes({4408, 58, 1}, rounds);
    ShowPredictionRate(rounds);
    report.Write(json);
    return 0;
}
