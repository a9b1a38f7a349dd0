/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-trial.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/sterna-ground-position.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

/**
 * \file
 * \ingroup sterna
 * What the scheduler of service migration foresees, against an independent computation: who is
 * where, how well satellites are received, and who asks for service. Where the values come from is
 * told in test/reference/sterna_service_migration_reference.py. If this were wrong, every decider
 * would be judged in another world.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

std::vector<std::vector<double>>
ReadMigrationReference(const std::string& kind)
{
    const char* told = std::getenv("STERNA_SOURCE_DIR");
    std::ifstream file(std::string(told != nullptr ? told : STERNA_SOURCE_DIR) +
                       "/test/reference/service-migration.txt");
    std::vector<std::vector<double>> rows;
    for (std::string line; std::getline(file, line);)
    {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (word != kind)
        {
            continue;
        }
        rows.emplace_back();
        while (words >> word)
        {
            char* end = nullptr;
            const double number = std::strtod(word.c_str(), &end);
            if (*end == '\0')
            {
                rows.back().push_back(number);
            }
        }
    }
    return rows;
}

namespace
{

/// The default scenario from an epoch on.
MigrationSetting
From(double epoch_s)
{
    MigrationSetting setting;
    setting.epoch_s = epoch_s;
    return setting;
}

/// The plan of a scenario.
MigrationPlan
PlanOf(const MigrationSetting& setting)
{
    const RunScope scope;
    MigrationScenario scenario(setting, 500);
    return *scenario.Install(nullptr, SlotScheduler::FLOW)->GetPlan();
}

class LinksTest : public ExpectationTestCase
{
  public:
    LinksTest()
        : ExpectationTestCase("elevation, range, rain and SNR of cities are those of the reference")
    {
    }

  private:
    void DoRun() override
    {
        const auto plan = PlanOf(From(0));
        const auto rows = ReadMigrationReference("link");
        NS_TEST_ASSERT_MSG_EQ(rows.size(), 6 * 3 * 8, "lines of the reference");
        // Tokyo, Sao Paulo, Moscow, Bogota, Cairo, Manila among the cities
        const uint32_t cities[] = {0, 3, 23, 28, 6, 18};
        std::size_t visible = 0;
        for (std::size_t r = 0; r < rows.size(); ++r)
        {
            NS_TEST_ASSERT_MSG_EQ(rows[r].size(), 6, "time, satellite and four values");
            const uint32_t user = cities[r / 24];
            const auto& slot = plan.Slot(uint32_t(rows[r][0] / 300));
            const auto s = uint32_t(rows[r][1]);
            const std::string what = "line " + std::to_string(r) + ": ";
            ExpectNear(RadToDeg(slot.elevation(s, user)), rows[r][2], 1e-6, what + "elevation");
            ExpectNear(slot.range(s, user), rows[r][3], 0.1, what + "range");
            ExpectNear(slot.rain(s, user), rows[r][4], 1e-6, what + "rain");
            const bool sees = rows[r][2] >= 15;
            visible += sees;
            ExpectTrue(slot.IsVisible(s, user) == sees, what + "in sight");
            const double snr = std::exp2(slot.efficiency(s, user)) - 1;
            ExpectNear(sees ? 10 * std::log10(snr) : snr, rows[r][5], 1e-6, what + "SNR");
        }
        ExpectTrue(visible >= 30, "links in sight");
    }
};

class ActivityTest : public ExpectationTestCase
{
  public:
    ActivityTest()
        : ExpectationTestCase("cities always ask for service, flights in cruise only")
    {
    }

  private:
    void DoRun() override
    {
        const auto plan = PlanOf(From(0));
        const auto flights = ReadMigrationReference("cruise");
        NS_TEST_ASSERT_MSG_EQ(flights.size(), 6, "flights of the reference");
        double load = 0; // Mbit
        for (uint32_t n = 0; n < plan.Slots(); ++n)
        {
            const double time_s = 300 * (n + 0.5);
            for (uint32_t u = 0; u < plan.Users(); ++u)
            {
                const double arrivals = plan.Slot(n).arrivals(u);
                load += 300 * arrivals;
                if (u < 34)
                {
                    ExpectTrue(arrivals > 0, "a city asks");
                    continue;
                }
                const auto& cruise = flights[u - 34];
                const bool cruises = cruise[1] <= time_s && time_s <= cruise[2];
                ExpectNear(arrivals, cruises ? 2.1 : 0, 1e-12, "flight " + std::to_string(u));
            }
        }
        ExpectNear(load, ReadMigrationReference("load").at(0).at(0), 1, "offered load");
        ExpectNear(load, 4.465e6, 0.005 * 4.465e6, "offered load of the calibrated scenario");
    }
};

class BoundsOfSightTest : public ExpectationTestCase
{
  public:
    BoundsOfSightTest()
        : ExpectationTestCase("SNR and satellites in sight are in the calibrated range")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<double> seen;
        std::vector<double> snrs;
        for (int k = 0; k < 10; ++k)
        {
            const auto plan = PlanOf(From(10770.5 * k / 10));
            for (uint32_t n = 0; n < plan.Slots(); ++n)
            {
                Collect(plan.Slot(n), seen, snrs);
            }
        }
        Expect(seen, "sight", 0.002);
        Expect(snrs, "snr", 1e-3);
        // what the calibration printed, of episodes of its own
        Expect(snrs, {4.4, 12.3, 15.5}, 0.1, "SNR of the calibration");
    }

    static void Collect(const MigrationSlot& slot,
                        std::vector<double>& seen,
                        std::vector<double>& snrs)
    {
        for (uint32_t u = 0; u < slot.arrivals.size(); ++u)
        {
            if (slot.arrivals(u) == 0)
            {
                continue;
            }
            seen.push_back(0);
            for (uint32_t s = 0; s < slot.elevation.rows(); ++s)
            {
                if (slot.efficiency(s, u) > 0)
                {
                    ++seen.back();
                    snrs.push_back(10 * std::log10(std::exp2(slot.efficiency(s, u)) - 1));
                }
            }
        }
    }

    void Expect(const std::vector<double>& values, const std::string& kind, double tolerance)
    {
        Expect(values, ReadMigrationReference(kind).at(0), tolerance, kind);
    }

    void Expect(const std::vector<double>& values,
                const std::vector<double>& expected,
                double tolerance,
                const std::string& what)
    {
        double sum = 0;
        for (const double value : values)
        {
            sum += value;
        }
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        ExpectNear(*least, expected.at(0), tolerance, "least of " + what);
        ExpectNear(sum / double(values.size()), expected.at(1), tolerance, "mean of " + what);
        ExpectNear(*most, expected.at(2), tolerance, "most of " + what);
    }
};

/// Users on a grid of 5 degrees around the Earth.
class CoverTest : public ExpectationTestCase
{
  public:
    CoverTest()
        : ExpectationTestCase("the rosette with m = 6 leaves nobody on Earth below 19.8 degrees")
    {
    }

  private:
    static double LowestBest(double phasing)
    {
        const RunScope scope;
        auto setting = From(-150); // the middle of the first slot is time 0
        setting.phasing = phasing;
        setting.cities = 1;
        setting.flights = 0;
        MigrationScenario scenario(setting, 500);
        NodeContainer nodes;
        std::vector<MigrationSubscriber> users;
        for (int latitude = -90; latitude <= 90; latitude += 5)
        {
            for (int longitude = -180; longitude < 180; longitude += 5)
            {
                MigrationSubscriber user;
                user.node = CreateObject<Node>();
                user.node->AggregateObject(
                    GroundPosition(Geodetic::FromDegrees(latitude, longitude, 0)));
                user.arrivalRate = 1;
                nodes.Add(user.node);
                users.push_back(user);
            }
        }
        scenario.Network().InstallSatelliteUsers(nodes);
        std::vector<Ptr<Terminal>> satellites;
        for (uint32_t s = 0; s < 8; ++s)
        {
            satellites.push_back(scenario.Satellites().Get(s)->GetObject<Terminal>());
        }
        const auto plan = ForeseeMigration(satellites,
                                           users,
                                           scenario.Network().GetChannel(Band::KA),
                                           {36, Seconds(300), DegToRad(89)});
        double lowest = M_PI_2;
        for (uint32_t n = 0; n < plan.Slots(); ++n)
        {
            lowest = std::min(lowest, plan.Slot(n).elevation.colwise().maxCoeff().minCoeff());
        }
        return RadToDeg(lowest);
    }

    void DoRun() override
    {
        const auto rows = ReadMigrationReference("worst");
        NS_TEST_ASSERT_MSG_EQ(rows.size(), 2, "two patterns");
        for (const auto& row : rows)
        {
            const double lowest = LowestBest(row[0]);
            ExpectNear(lowest, row[1], 1e-6, "phasing " + std::to_string(row[0]));
            ExpectTrue((lowest > 15) == (row[0] == 6), "continuous cover at 15 degrees");
        }
        ExpectNear(rows[1][1], 19.8, 0.05, "of the calibration");
    }
};

class RepetitionTest : public ExpectationTestCase
{
  public:
    RepetitionTest()
        : ExpectationTestCase("after 10770.5 s the sky is the same, each satellite in the place of "
                              "its neighbour")
    {
    }

  private:
    /// The largest difference (deg) of elevations of cities, satellites shifted by one.
    static double Difference(const MigrationPlan& a, const MigrationPlan& b)
    {
        double most = 0;
        for (uint32_t n = 0; n < a.Slots(); ++n)
        {
            for (uint32_t s = 0; s < 8; ++s)
            {
                const auto before = a.Slot(n).elevation.row((s + 7) % 8).head(34);
                const auto after = b.Slot(n).elevation.row(s).head(34);
                most = std::max(most, RadToDeg((before - after).abs().maxCoeff()));
            }
        }
        return most;
    }

    void DoRun() override
    {
        const auto now = PlanOf(From(1000));
        // 0.4 s of an orbit of 12 h, and 0.05 s of a day: some thousandths of a degree
        ExpectTrue(Difference(now, PlanOf(From(11770.5))) < 0.01, "a quarter of a period later");
        ExpectTrue(Difference(now, PlanOf(From(11470.5))) > 1, "but not before");
    }
};

/// An episode that begins later is what a longer one that began before sees from then on.
class EpochTest : public ExpectationTestCase
{
  public:
    EpochTest()
        : ExpectationTestCase("an epoch later is a start later, the turn of the Earth included")
    {
    }

  private:
    void DoRun() override
    {
        const auto whole = PlanOf(From(600));
        const auto rest = PlanOf(From(600 + 20 * 300));
        for (uint32_t n = 0; n + 20 < whole.Slots(); ++n)
        {
            const auto difference =
                (whole.Slot(n + 20).elevation - rest.Slot(n).elevation).leftCols(34).abs();
            ExpectTrue(difference.maxCoeff() < 1e-9, "slot " + std::to_string(n));
        }
    }
};

class NoRainTest : public ExpectationTestCase
{
  public:
    NoRainTest()
        : ExpectationTestCase("without a rain model there is no rain, and the SNR is higher by it")
    {
    }

  private:
    void DoRun() override
    {
        const auto wet = PlanOf(From(0));
        const RunScope scope;
        MigrationScenario scenario(From(0), 500);
        const auto loss = scenario.Network().GetChannel(Band::KA)->GetPathLoss();
        loss->SetNext(loss->GetNext()->GetNext()); // free space, rain, horizon
        const auto dry = *scenario.Install(nullptr, SlotScheduler::FLOW)->GetPlan();
        for (const uint32_t n : {0, 30})
        {
            for (uint32_t u = 0; u < 34; ++u)
            {
                for (const int s : InSight(dry.Slot(n), u))
                {
                    const double with = std::exp2(wet.Slot(n).efficiency(s, u)) - 1;
                    const double without = std::exp2(dry.Slot(n).efficiency(s, u)) - 1;
                    ExpectTrue(dry.Slot(n).rain(s, u) == 0, "dry");
                    ExpectTrue(wet.Slot(n).rain(s, u) > 0.1, "wet");
                    ExpectNear(10 * std::log10(without / with), wet.Slot(n).rain(s, u), 1e-9, "dB");
                }
            }
        }
    }
};

class StandingSatelliteTest : public ExpectationTestCase
{
  public:
    StandingSatelliteTest()
        : ExpectationTestCase("a satellite without a course that can be foreseen is refused")
    {
    }

  private:
    void DoRun() override
    {
        const RunScope scope;
        MigrationScenario scenario(From(0), 500);
        const auto node = CreateObject<Node>();
        node->AggregateObject(CreateObject<ConstantPositionMobilityModel>());
        scenario.Network().InstallSatellites(NodeContainer(node));
        const auto scheduler = scenario.Install(nullptr, SlotScheduler::FLOW);
        ExpectRefused([&] { scheduler->GetPlan(); },
                      "node " + std::to_string(node->GetId()) + " has no course");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationForesightTests()
{
    return {new LinksTest,
            new ActivityTest,
            new BoundsOfSightTest,
            new CoverTest,
            new RepetitionTest,
            new EpochTest,
            new NoRainTest,
            new StandingSatelliteTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
