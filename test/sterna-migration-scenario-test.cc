/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-trial.h"

#include "ns3/mobility-model.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-fixed-course-mobility-model.h"

#include <array>
#include <fstream>
#include <set>

/**
 * \file
 * \ingroup sterna
 * The world of service migration: who the users are, where they stand and fly, how much they ask
 * for, and how satellites are spread. Values come from the reference beside
 * test/reference/sterna_service_migration_reference.py or from formulas written here.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

class ScenarioTestCase : public ExpectationTestCase
{
  public:
    using ExpectationTestCase::ExpectationTestCase;

  protected:
    static MigrationSetting Setting()
    {
        MigrationSetting setting;
        setting.epoch_s = 0;
        return setting;
    }

    static Vector PlaceOf(const MigrationSubscriber& user, double time_s)
    {
        const auto course = user.node->GetObject<FixedCourseMobilityModel>();
        return course ? course->PositionAt(time_s)
                      : user.node->GetObject<MobilityModel>()->GetPosition();
    }

    /// A place on the sphere of 6371 km (m).
    static Vector Place(double latitudeDeg, double longitudeDeg, double altitude)
    {
        const double latitude = latitudeDeg * M_PI / 180;
        const double longitude = longitudeDeg * M_PI / 180;
        const double radius = 6371e3 + altitude;
        return {radius * std::cos(latitude) * std::cos(longitude),
                radius * std::cos(latitude) * std::sin(longitude),
                radius * std::sin(latitude)};
    }

    void ExpectPlace(const Vector& actual, const Vector& expected, double metres, std::string what)
    {
        ExpectNear(CalculateDistance(actual, expected), 0, metres, what);
    }

    template <typename Change>
    void ExpectRefusedSetting(Change change, const std::string& text)
    {
        auto setting = Setting();
        change(setting);
        const RunScope scope;
        ExpectRefused([&] { MigrationScenario(setting, 500); }, text);
    }
};

class UsersTest : public ScenarioTestCase
{
  public:
    UsersTest()
        : ScenarioTestCase("34 cities and 6 flights are where they are, and ask for their share")
    {
    }

  private:
    void DoRun() override
    {
        const RunScope scope;
        MigrationScenario scenario(Setting(), 500);
        const auto& users = scenario.Users();
        NS_TEST_ASSERT_MSG_EQ(users.size(), 40, "users");
        const auto cities = ReadMigrationReference("user");
        NS_TEST_ASSERT_MSG_EQ(cities.size(), 34, "cities of the reference");
        double sum = 0;
        std::set<std::string> names;
        for (uint32_t c = 0; c < 34; ++c)
        {
            const auto& user = users[c];
            const std::string& name = user.service.name;
            ExpectPlace(PlaceOf(user, 5000), Place(cities[c][0], cities[c][1], 0), 1, name);
            ExpectNear(user.arrivalRate, cities[c][2], 1e-6, name);
            ExpectTrue(user.activity.empty() && user.IsActive(0) && user.IsActive(1e9), name);
            sum += user.arrivalRate;
            names.insert(name);
        }
        ExpectNear(sum / 34, 7, 1e-9, "mean of lambda_0 P / mean(P)");
        ExpectTrue(users[0].service.name == "Tokyo", "the largest");
        ExpectTrue(users[33].service.name == "Hyderabad", "the last of them");
        ExpectTrue(names.size() == 34, "each once");
        for (const auto& user : users)
        {
            ExpectNear(user.service.packetBits, 1e6, 0, "d");
            ExpectNear(user.service.deadline_s, 0.5, 0, "t");
            ExpectNear(user.service.minCompute, 1, 0, "zeta");
            ExpectNear(user.service.migrationCost, 5000, 0, "beta 1");
            ExpectNear(user.service.utilityPerMbit, 1, 0, "beta 2");
        }
        ExpectFlights(users);
    }

    void ExpectFlights(const std::vector<MigrationSubscriber>& users)
    {
        const auto cruises = ReadMigrationReference("cruise");
        const auto flights = ReadMigrationReference("flight");
        NS_TEST_ASSERT_MSG_EQ(cruises.size(), 6, "flights of the reference");
        NS_TEST_ASSERT_MSG_EQ(flights.size(), 6, "flights of the reference");
        for (uint32_t f = 0; f < 6; ++f)
        {
            const auto& user = users[34 + f];
            const std::string& name = user.service.name;
            ExpectNear(user.arrivalRate, 2.1, 1e-12, name);
            NS_TEST_ASSERT_MSG_EQ(user.activity.size(), 1, "one cruise");
            const auto& cruise = cruises[f];
            ExpectNear(user.activity[0].start_s, cruise[1], 0.01, name + " begins");
            ExpectNear(user.activity[0].end_s, cruise[2], 0.01, name + " ends");
            ExpectTrue(!user.IsActive(cruise[1] - 1) && user.IsActive(cruise[1] + 1), name);
            ExpectTrue(user.IsActive(cruise[2] - 1) && !user.IsActive(cruise[2] + 1), name);
            const auto& row = flights[f];
            ExpectPlace(PlaceOf(user, row[1]), Place(row[2], row[3], row[4]), 50, name);
        }
    }
};

class FewerUsersTest : public ScenarioTestCase
{
  public:
    FewerUsersTest()
        : ScenarioTestCase("with fewer cities the mean demand stays, and it scales with lambda_0")
    {
    }

  private:
    void DoRun() override
    {
        const RunScope scope;
        auto setting = Setting();
        setting.cities = 2; // 37.393 and 30.291 million
        setting.flights = 1;
        setting.arrivalRate = 10;
        setting.flightShare = 0.5;
        MigrationScenario scenario(setting, 500);
        NS_TEST_ASSERT_MSG_EQ(scenario.Users().size(), 3, "users");
        ExpectNear(scenario.Users()[0].arrivalRate, 20 * 37.393 / 67.684, 1e-9, "Tokyo");
        ExpectNear(scenario.Users()[1].arrivalRate, 20 * 30.291 / 67.684, 1e-9, "Delhi");
        ExpectNear(scenario.Users()[2].arrivalRate, 5, 1e-12, "a flight");
    }
};

class DrawnUsersTest : public ScenarioTestCase
{
  public:
    DrawnUsersTest()
        : ScenarioTestCase("drawn users are evenly spread up to 60 degrees, with exponential "
                           "demand of the given mean")
    {
    }

  private:
    static constexpr uint32_t USERS = 800;

    /// Sine of latitude, longitude (rad) and arrival rate of each.
    static std::vector<std::array<double, 3>> Draw()
    {
        const RunScope scope;
        auto setting = Setting();
        setting.cities = 0;
        setting.flights = 0;
        setting.drawn = USERS;
        MigrationScenario scenario(setting, 500);
        std::vector<std::array<double, 3>> users;
        for (const auto& user : scenario.Users())
        {
            const auto place = PlaceOf(user, 0);
            users.push_back(
                {place.z / place.GetLength(), std::atan2(place.y, place.x), user.arrivalRate});
        }
        return users;
    }

    void DoRun() override
    {
        const auto users = Draw();
        NS_TEST_ASSERT_MSG_EQ(users.size(), USERS, "users");
        const double edge = std::sin(M_PI / 3);
        double latitudes = 0;
        double squares = 0;
        double longitudes = 0;
        double rates = 0;
        double rateSquares = 0;
        for (const auto& [latitude, longitude, rate] : users)
        {
            ExpectTrue(std::abs(latitude) <= edge + 1e-9, "within 60 degrees");
            ExpectTrue(rate > 0, "everybody asks for something");
            latitudes += latitude / USERS;
            squares += latitude * latitude / USERS;
            longitudes += longitude / USERS;
            rates += rate / USERS;
            rateSquares += rate * rate / USERS;
        }
        // four standard deviations of uniform and exponential samples of this size
        const double four = 4 / std::sqrt(double(USERS));
        ExpectNear(latitudes, 0, four * edge / std::sqrt(3), "as many in the south");
        ExpectNear(squares, edge * edge / 3, four * edge * edge * std::sqrt(4.0 / 45), "even");
        ExpectNear(longitudes, 0, four * M_PI / std::sqrt(3), "as many in the west");
        ExpectNear(rates, 7, 1e-9, "mean demand");
        // the square of an exponential has mean 2 and standard deviation sqrt(20)
        ExpectNear(rateSquares / 49, 2, four * std::sqrt(20), "exponential demand");
        ExpectTrue(rateSquares / 49 > 1.3, "not all the same");
        ExpectTrue(Draw() == users, "the same run has the same users");
        const uint64_t run = RngSeedManager::GetRun();
        RngSeedManager::SetRun(run + 1);
        ExpectTrue(Draw() != users, "another run has others");
        RngSeedManager::SetRun(run);
    }
};

class PatternTest : public ScenarioTestCase
{
  public:
    PatternTest()
        : ScenarioTestCase(
              "a Walker delta of 24 in 6 planes has its satellites where the formula says")
    {
    }

  private:
    void DoRun() override
    {
        const RunScope scope;
        auto setting = Setting();
        setting.pattern = MigrationSetting::Pattern::WALKER;
        setting.satellites = 24;
        setting.planes = 6;
        setting.phasing = 1;
        MigrationScenario scenario(setting, 500);
        NS_TEST_ASSERT_MSG_EQ(scenario.Satellites().GetN(), 24, "satellites");
        for (uint32_t s = 0; s < 24; ++s)
        {
            // plane p = s / 4 at 60 p degrees, slot k at 90 k + 15 p degrees from the node
            const double node = (60 * double(s / 4)) * M_PI / 180;
            const double argument = (90 * double(s % 4) + 15 * double(s / 4)) * M_PI / 180;
            const double tilt = 53 * M_PI / 180;
            const double u = 26562137 * std::cos(argument);
            const double v = 26562137 * std::sin(argument);
            const Vector expected(u * std::cos(node) - v * std::cos(tilt) * std::sin(node),
                                  u * std::sin(node) + v * std::cos(tilt) * std::cos(node),
                                  v * std::sin(tilt));
            const auto place = scenario.Satellites().Get(s)->GetObject<MobilityModel>();
            ExpectPlace(place->GetPosition(), expected, 1, "satellite " + std::to_string(s));
        }
    }
};

class EpochTest : public ScenarioTestCase
{
  public:
    EpochTest()
        : ScenarioTestCase("epochs are drawn from the time in which the pattern repeats, for each "
                           "run another")
    {
    }

  private:
    void DoRun() override
    {
        const uint64_t run = RngSeedManager::GetRun();
        std::set<double> epochs;
        double sum = 0;
        for (uint32_t r = 0; r < 50; ++r)
        {
            const RunScope scope;
            RngSeedManager::SetRun(run + r);
            auto setting = Setting();
            setting.epoch_s = NAN;
            setting.cities = 1;
            setting.flights = 0;
            const double epoch = MigrationScenario(setting, 500).Epoch();
            ExpectTrue(epoch >= 0 && epoch < 10770.5, "within the repetition");
            epochs.insert(epoch);
            sum += epoch;
        }
        ExpectTrue(epochs.size() == 50, "all different");
        // 3109 s is the standard deviation of one, 440 s that of the mean
        ExpectNear(sum / 50, 10770.5 / 2, 4 * 440, "evenly");
    }
};

class TrackTest : public ScenarioTestCase
{
  public:
    TrackTest()
        : ScenarioTestCase("a recorded flight is a user that asks in its level part")
    {
    }

  private:
    std::string Write(const std::string& content)
    {
        const std::string path = CreateTempDirFilename("track.csv");
        std::ofstream(path) << "time_s,latitude_deg,longitude_deg,altitude_m\n" << content;
        return path;
    }

    void DoRun() override
    {
        const RunScope scope;
        auto setting = Setting();
        setting.flights = 2;
        // up to 11 km until 1800 s, level until 9000 s along the equator, down until 10800 s
        setting.tracks = {
            Write("0,0,0,0\n1800,0,3,11000\n5400,0,10,11000\n9000,0,17,11000\n10800,0,20,0\n")};
        MigrationScenario scenario(setting, 500);
        NS_TEST_ASSERT_MSG_EQ(scenario.Users().size(), 37, "34 cities, 2 flights, a track");
        const auto& user = scenario.Users().back();
        ExpectTrue(user.service.name == setting.tracks[0], "its name");
        ExpectNear(user.arrivalRate, 2.1, 1e-12, "as any flight");
        NS_TEST_ASSERT_MSG_EQ(user.activity.size(), 1, "one cruise");
        ExpectNear(user.activity[0].start_s, 1800, 1e-9, "from the top of climb");
        ExpectNear(user.activity[0].end_s, 9000, 1e-9, "to the top of descent");
        ExpectTrue(!user.IsActive(1700) && user.IsActive(5000) && !user.IsActive(9100), "asks");
        ExpectPlace(PlaceOf(user, 7200), Place(0, 13.5, 11000), 50, "between two reports");
        const auto up = Write("0,0,0,0\n1800,0,3,11000\n3600,0,6,0\n");
        ExpectRefusedSetting([&](auto& s) { s.tracks = {up}; }, "has no cruise");
        ExpectRefusedSetting([](auto& s) { s.tracks = {"missing.csv"}; }, "missing.csv");
    }
};

class BadSettingTest : public ScenarioTestCase
{
  public:
    BadSettingTest()
        : ScenarioTestCase("settings that cannot be are refused by name")
    {
    }

  private:
    void DoRun() override
    {
        ExpectRefusedSetting([](auto& s) { s.cities = 35; }, "there are 34");
        ExpectRefusedSetting([](auto& s) { s.flights = 7; }, "there are 6");
        ExpectRefusedSetting([](auto& s) { s.planes = 3; }, "3 planes");
        ExpectRefusedSetting([](auto& s) { s.phasing = 2.5; }, "2.5");
        ExpectRefusedSetting([](auto& s) { s.phasing = NAN; }, "nan");
        for (const double phasing : {2.5, -1.0, 8.0, 1e12, double(NAN)})
        {
            ExpectRefusedSetting(
                [phasing](auto& s) {
                    s.pattern = MigrationSetting::Pattern::WALKER;
                    s.phasing = phasing;
                },
                "hasing");
        }
        ExpectRefusedSetting([](auto& s) { s.shell.altitude = -1; }, "-1 m");
        ExpectRefusedSetting([](auto& s) { s.epoch_s = INFINITY; }, "inf");
        ExpectRefusedSetting([](auto& s) { s.arrivalRate = -1; }, "-1");
        ExpectRefusedSetting([](auto& s) { s.arrivalRate = NAN; }, "nan");
        ExpectRefusedSetting([](auto& s) { s.flightShare = -1; }, "-1");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationScenarioTests()
{
    return {new UsersTest,
            new FewerUsersTest,
            new DrawnUsersTest,
            new PatternTest,
            new EpochTest,
            new TrackTest,
            new BadSettingTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
