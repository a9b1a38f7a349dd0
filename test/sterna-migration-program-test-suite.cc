/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-program-test.h"

#include "ns3/sterna-earth.h"
#include "ns3/sterna-migration-experiment.h"
#include "ns3/sterna-run-scope.h"
#include "ns3/test.h"

#include <array>
#include <set>

using namespace ns3;
using namespace ns3::sterna;
using namespace ns3::sterna::tests;

/**
 * \file
 * \ingroup sterna-tests
 * The program of service migration as a user runs it: what it leaves can be added up again, the same
 * command leaves the same bytes, a policy that it trains can be used, and mistakes get one clear
 * sentence. No shipped policy is needed.
 */

namespace
{

const std::string PROGRAM = "sterna-service-migration";

/// A small run's setting, and deciders that need no policy.
const std::string SMALL = "--runs=1 --slots=3 --slot=0.5 --cities=6 --flights=2 ";
const std::string RULES = "--deciders=MaxElevation,OverloadBump ";

using Rows = std::vector<std::vector<std::string>>;

double
Cell(const Rows& rows, std::size_t r, const std::string& name)
{
    const auto column = std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin();
    return std::stod(rows[r].at(column));
}

std::string
HeaderOf(const fs::path& path)
{
    const auto content = ReadFile(path);
    return content.substr(0, content.find('\n'));
}

} // namespace

/**
 * \ingroup sterna-tests
 * Everything that the table says can be added up again from the slots.
 */
class MigrationProgramTest : public TestCase
{
  public:
    MigrationProgramTest()
        : TestCase("slots add up to episodes, no satellite gives more than it has, no bound is "
                   "exceeded at flow level")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string fidelity : {"packet", "flow"})
        {
            const fs::path folder = CreateTempDirFilename("migration-" + fidelity);
            const auto ended =
                RunProgram(PROGRAM,
                           "--runs=2 --slots=12 --slot=1 " + RULES + "--fidelity=" + fidelity +
                               " --output=" + folder.string());
            NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
            CheckFiles(folder, ended.output);
            CheckSums(folder, fidelity == "packet");
        }
    }

    void CheckFiles(const fs::path& folder, const std::string& output)
    {
        for (const std::string file : {"episodes.csv",
                                       "slots.csv",
                                       "timing.csv",
                                       "manifest.json",
                                       "reward.plt",
                                       "migrations.plt"})
        {
            NS_TEST_EXPECT_MSG_EQ(fs::exists(folder / file), true, file);
        }
        NS_TEST_EXPECT_MSG_EQ(HeaderOf(folder / "slots.csv"),
                              "decider,run,slot,user,satellite,bandwidth_share,compute_share,"
                              "migrated,timely_probability,timely_share,utility",
                              "columns");
        NS_TEST_EXPECT_MSG_EQ(HeaderOf(folder / "episodes.csv"),
                              "decider,run,epoch_s,reward,bound,migrations,active_slots,"
                              "unsuccessful_slots,projected_changes,packets,late_or_lost_packets",
                              "columns");
        NS_TEST_EXPECT_MSG_EQ(HeaderOf(folder / "timing.csv"),
                              "decider,run,slot,decision_seconds",
                              "columns");
        for (const std::string part : {"certified bound",
                                       "8 satellites, 40 users, 12 slots, 2 runs",
                                       "MaxElevation ",
                                       "OverloadBump ",
                                       "unsuccessful"})
        {
            NS_TEST_EXPECT_MSG_NE(output.find(part), std::string::npos, part << ": " << output);
        }
    }

    /// What the slots of one decider's run add up to.
    struct Sum
    {
        double utility{0};
        double migrations{0};
        double active{0};
        double unsuccessful{0};
    };

    void CheckSums(const fs::path& folder, bool packet)
    {
        const auto rows = ReadCsv(folder / "slots.csv");
        std::map<std::string, Sum> sums;
        std::map<std::string, std::array<double, 3>> satellites; // users, band, compute
        for (std::size_t r = 1; r < rows.size(); ++r)
        {
            const auto key = rows[r][0] + "/" + rows[r][1];
            auto& sum = sums[key];
            sum.utility += Cell(rows, r, "utility");
            sum.migrations += Cell(rows, r, "migrated");
            ++sum.active;
            const bool served = Cell(rows, r, "satellite") >= 0;
            sum.unsuccessful += !served || Cell(rows, r, "timely_probability") < 0.9 - 1e-9;
            if (served)
            {
                auto& satellite = satellites[key + "/" + rows[r][2] + "/" + rows[r][4]];
                ++satellite[0];
                satellite[1] += Cell(rows, r, "bandwidth_share");
                satellite[2] += Cell(rows, r, "compute_share");
            }
        }
        for (const auto& [name, given] : satellites)
        {
            NS_TEST_EXPECT_MSG_LT_OR_EQ(given[0], 10, "users of " << name);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(given[1], 1 + 1e-8, "bandwidth of " << name);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(given[2], 12 + 1e-8, "compute of " << name);
        }
        const auto episodes = ReadCsv(folder / "episodes.csv");
        NS_TEST_ASSERT_MSG_EQ(episodes.size(), 5, "two deciders, two runs");
        for (std::size_t r = 1; r < episodes.size(); ++r)
        {
            const std::string name = episodes[r][0] + "/" + episodes[r][1];
            const auto& sum = sums[name];
            const double reward = Cell(episodes, r, "reward");
            NS_TEST_EXPECT_MSG_EQ_TOL(reward,
                                      sum.utility - 1000 * sum.migrations,
                                      1e-5,
                                      "(29) of " << name);
            NS_TEST_EXPECT_MSG_GT(reward, 1000, "something was delivered by " << name);
            NS_TEST_EXPECT_MSG_EQ(Cell(episodes, r, "migrations"), sum.migrations, name);
            NS_TEST_EXPECT_MSG_EQ(Cell(episodes, r, "active_slots"), sum.active, name);
            NS_TEST_EXPECT_MSG_EQ(Cell(episodes, r, "unsuccessful_slots"), sum.unsuccessful, name);
            NS_TEST_EXPECT_MSG_EQ(Cell(episodes, r, "projected_changes"), 0, name);
            const bool packets = Cell(episodes, r, "packets") > 10000;
            NS_TEST_EXPECT_MSG_EQ(packets, packet, "packets of " << name);
            if (!packet)
            {
                const double bound = Cell(episodes, r, "bound");
                NS_TEST_EXPECT_MSG_LT_OR_EQ(reward, bound * (1 + 1e-9), "bound of " << name);
            }
        }
        // the same world for all: both deciders have the same epochs and packets
        for (const std::size_t run : {1, 2})
        {
            for (const std::string column : {"run", "epoch_s", "bound", "packets"})
            {
                NS_TEST_EXPECT_MSG_EQ(Cell(episodes, run, column),
                                      Cell(episodes, run + 2, column),
                                      column << " of both deciders");
            }
        }
        for (const std::string column : {"run", "epoch_s", "bound"})
        {
            NS_TEST_EXPECT_MSG_NE(Cell(episodes, 1, column),
                                  Cell(episodes, 2, column),
                                  column << " of two runs");
        }
    }
};

/**
 * \ingroup sterna-tests
 * The same command gives the same bytes, another run others.
 */
class MigrationSameBytesTest : public TestCase
{
  public:
    MigrationSameBytesTest()
        : TestCase("the same command leaves the same bytes, another run others")
    {
    }

  private:
    std::map<std::string, std::string> Files(const std::string& more)
    {
        const fs::path folder = CreateTempDirFilename("bytes" + std::to_string(++m_folders));
        RunProgram(PROGRAM, SMALL + RULES + more + " --output=" + folder.string());
        auto files = ReadFolder(folder);
        files.erase("manifest.json"); // the folder's name is an argument
        return files;
    }

    void DoRun() override
    {
        const auto one = Files("");
        const bool all = one.count("slots.csv") == 1 && one.count("episodes.csv") == 1;
        NS_TEST_ASSERT_MSG_EQ(all, true, "results");
        const bool same = one == Files("");
        NS_TEST_EXPECT_MSG_EQ(same, true, "the same");
        const auto other = Files("--RngRun=2");
        NS_TEST_ASSERT_MSG_EQ(other.count("slots.csv"), 1, "results");
        NS_TEST_EXPECT_MSG_NE(one.at("slots.csv"), other.at("slots.csv"), "another run");
    }

    int m_folders{0};
};

/**
 * \ingroup sterna-tests
 * A policy that the program trains can be used by it; where it does not fit it is refused. After 20
 * episodes there is a checkpoint, which must not stay.
 */
class MigrationTrainingTest : public TestCase
{
  public:
    MigrationTrainingTest()
        : TestCase("training leaves a policy that can be used, in both ways of learning")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string learning : {"offers", "paper"})
        {
            std::map<std::string, std::string> first;
            fs::path folder;
            for (const std::string name : {"one", "two"})
            {
                folder = CreateTempDirFilename(learning + "-" + name);
                const auto ended = RunProgram(
                    PROGRAM,
                    SMALL +
                        "--train=20 --agent=Hppo --deciders=Policy --ns3::sterna::HppoAgent::"
                        "HiddenLayers=8 --learning=" +
                        learning + " --output=" + folder.string());
                NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
                auto files = ReadFolder(folder);
                files.erase("manifest.json"); // it and the policy tell the folder's name
                NS_TEST_EXPECT_MSG_EQ(files.erase("policy.safetensors"), 1, "a policy");
                NS_TEST_EXPECT_MSG_EQ(files.count("checkpoint"), 0, "no checkpoint is left");
                const bool same = first.empty() || files == first;
                NS_TEST_EXPECT_MSG_EQ(same, true, "the same bytes");
                first = files;
            }
            const auto curve = ReadCsv(folder / "training.csv");
            NS_TEST_EXPECT_MSG_EQ(curve.size(), 21, "a line per episode");
            CheckUse(folder, first.at("slots.csv"), learning);
        }
    }

    void CheckUse(const fs::path& folder, const std::string& slots, const std::string& learning)
    {
        const std::string policy = "--policy=" + (folder / "policy.safetensors").string();
        const fs::path other = CreateTempDirFilename("used-" + learning);
        const auto used =
            RunProgram(PROGRAM,
                       SMALL + "--deciders=Policy " + policy + " --output=" + other.string());
        NS_TEST_ASSERT_MSG_EQ(used.status, 0, used.output);
        NS_TEST_EXPECT_MSG_EQ((ReadFile(other / "slots.csv") == slots), true, "as when trained");
        if (learning == "paper") // a network for 8 users cannot decide for 9
        {
            const fs::path nothing = CreateTempDirFilename("misfit");
            const auto misfit = RunProgram(PROGRAM,
                                           SMALL + "--cities=7 --deciders=Policy " + policy +
                                               " --output=" + nothing.string());
            NS_TEST_EXPECT_MSG_EQ(misfit.status, 1, misfit.output);
            NS_TEST_EXPECT_MSG_EQ(std::count(misfit.output.begin(), misfit.output.end(), '\n'),
                                  1,
                                  "one line: " << misfit.output);
            NS_TEST_EXPECT_MSG_EQ(fs::exists(nothing), false, "nothing is left");
        }
    }
};

/**
 * \ingroup sterna-tests
 * Geometry for other programs: numbers as the library has them, in the columns that are documented.
 */
class MigrationGeometryTest : public TestCase
{
  public:
    MigrationGeometryTest()
        : TestCase("--dump=geometry: every elevation and range, and the rain on links in sight")
    {
    }

  private:
    void DoRun() override
    {
        const fs::path folder = CreateTempDirFilename("geometry");
        const auto ended =
            RunProgram(PROGRAM, "--dump=geometry --slots=20 --output=" + folder.string());
        NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
        NS_TEST_EXPECT_MSG_EQ(HeaderOf(folder / "elevation.csv"),
                              "slot,user,sat,elevation_deg,range_m",
                              "columns");
        NS_TEST_EXPECT_MSG_EQ(HeaderOf(folder / "rain.csv"),
                              "user,sat,slot,attenuation_db",
                              "columns");
        // the epoch of the first run, which is drawn
        const RunScope scope;
        MigrationSetting setting;
        setting.slots = 20;
        MigrationScenario scenario(setting, FIRST_SCENARIO_STREAM);
        const auto plan = scenario.Install(nullptr, SlotScheduler::FLOW)->GetPlan();
        const auto rows = ReadCsv(folder / "elevation.csv");
        NS_TEST_ASSERT_MSG_EQ(rows.size(), 1 + 20 * 40 * 8, "all pairs");
        std::set<std::string> pairs;
        std::set<std::string> visible;
        for (std::size_t r = 1; r < rows.size(); ++r)
        {
            NS_TEST_ASSERT_MSG_EQ(rows[r].size(), 5, "columns");
            const auto& slot = plan->Slot(std::stoul(rows[r][0]));
            const uint32_t user = std::stoul(rows[r][1]);
            const uint32_t satellite = std::stoul(rows[r][2]);
            const double elevation = std::stod(rows[r][3]);
            NS_TEST_EXPECT_MSG_EQ_TOL(elevation,
                                      RadToDeg(slot.elevation(satellite, user)),
                                      1e-9,
                                      "elevation");
            NS_TEST_EXPECT_MSG_EQ_TOL(std::stod(rows[r][4]),
                                      slot.range(satellite, user),
                                      1e-3,
                                      "range");
            pairs.insert(rows[r][1] + "," + rows[r][2] + "," + rows[r][0]);
            if (elevation >= 15)
            {
                visible.insert(rows[r][1] + "," + rows[r][2] + "," + rows[r][0]);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(pairs.size(), 20 * 40 * 8, "each once");
        CheckRain(ReadCsv(folder / "rain.csv"), *plan, visible);
    }

    void CheckRain(const Rows& rows,
                   const MigrationPlan& plan,
                   const std::set<std::string>& visible)
    {
        NS_TEST_EXPECT_MSG_EQ(rows.size(), 1 + visible.size(), "all links in sight");
        for (std::size_t r = 1; r < rows.size(); ++r)
        {
            NS_TEST_ASSERT_MSG_EQ(rows[r].size(), 4, "columns");
            const std::string pair = rows[r][0] + "," + rows[r][1] + "," + rows[r][2];
            NS_TEST_EXPECT_MSG_EQ(visible.count(pair), 1, "in sight: " << pair);
            const auto& slot = plan.Slot(std::stoul(rows[r][2]));
            const double rain = slot.rain(std::stoul(rows[r][1]), std::stoul(rows[r][0]));
            NS_TEST_EXPECT_MSG_EQ_TOL(std::stod(rows[r][3]), rain, 1e-9, "rain of " << pair);
        }
    }
};

/**
 * \ingroup sterna-tests
 * Mistakes get one clear sentence, the number of the line where there is one, and leave nothing.
 */
class MigrationBadInputTest : public TestCase
{
  public:
    MigrationBadInputTest()
        : TestCase("mistakes get one clear sentence with the number of the line in a file")
    {
    }

  private:
    void Expect(const std::string& arguments, const std::string& part)
    {
        const fs::path folder = CreateTempDirFilename("bad");
        const auto ended = RunProgram(PROGRAM, RULES + arguments + " --output=" + folder.string());
        NS_TEST_EXPECT_MSG_EQ(ended.status, 1, arguments << ": " << ended.output);
        NS_TEST_EXPECT_MSG_NE(ended.output.find(part),
                              std::string::npos,
                              arguments << " said: " << ended.output);
        NS_TEST_EXPECT_MSG_EQ(std::count(ended.output.begin(), ended.output.end(), '\n'),
                              1,
                              "one line: " << ended.output);
        NS_TEST_EXPECT_MSG_EQ(fs::exists(folder), false, arguments << " left something behind");
        fs::remove_all(folder);
    }

    /// Runs on a recorded flight of these lines behind the header.
    void ExpectTrack(const std::string& lines, const std::string& part)
    {
        const std::string path = CreateTempDirFilename("track.csv");
        std::ofstream(path) << "time_s,latitude_deg,longitude_deg,altitude_m\n" << lines;
        Expect("--tracks=" + path, part);
    }

    void ExpectNames()
    {
        Expect("--deciders=MaxElevation,Oracle", "'Oracle'");
        Expect("--deciders=,", "list of deciders is empty");
        Expect("--pattern=star", "'star'");
        Expect("--fidelity=exact", "'exact'");
        Expect("--dump=everything", "'everything'");
        Expect("--learning=magic", "'magic'");
        Expect("--train=1 --agent=Oracle", "'Oracle'");
        Expect("--train=1 --agent=MaxElevation", "MaxElevation");
        Expect("--colour=red", "'--colour=red'");
        Expect("--deciders=Policy --policy=missing.safetensors", "missing.safetensors");
        Expect("--deciders=Policy --policy=" + POLICY, "link-group-learn");
    }

    void ExpectNumbers()
    {
        Expect("--runs=0", "runs is 0");
        Expect("--slots=0", "slots is 0");
        Expect("--slot=0", "slot is 0");
        Expect("--slot=-5", "slot is -5");
        Expect("--slot=1e300", "1e+300 minutes; it must be 1 ns at least");
        Expect("--slot=1e7", "30 years at most");
        Expect("--cities=40", "cities is 40; there are 34");
        Expect("--flights=7", "flights is 7; there are 6");
        Expect("--cities=0 --flights=0", "number of users is 0");
        Expect("--cities=many", "'many'");
        Expect("--satellites=9", "9 satellites do not fill 8 planes");
        Expect("--satellites=0", "0 satellites");
        Expect("--planes=0", "0 planes");
        Expect("--phasing=0.5", "0.5");
        Expect("--pattern=walker --phasing=-1", "-1");
        Expect("--pattern=walker --phasing=8", "8");
        Expect("--altitude=-1", "-1000 m");
        Expect("--bandwidth=0", "bandwidth");
        Expect("--bandwidth=-28", "bandwidth");
        Expect("--arrivals=-1", "-1");
        Expect("--epoch=later", "'later'");
        Expect("--ns3::sterna::MigrationScheduler::RequiredProbability=1", "probability is 1");
    }

    void ExpectTracks()
    {
        Expect("--tracks=missing.csv", "missing.csv");
        ExpectTrack("0,0,0,0\n10,0,1,9000\n5,0,2,9000\n", "line 4");
        ExpectTrack("0,0,0,0\n10,95,1,9000\n", "line 3");
        ExpectTrack("0,0,0,0\n10,0,1\n", "line 3");
        ExpectTrack("0,0,0,0\n\n10,0,1,nan\n", "line 4");
        ExpectTrack("0,0,0,0\n600,0,1,0\n", "has no cruise");
    }

    void DoRun() override
    {
        ExpectNames();
        ExpectNumbers();
        ExpectTracks();
    }
};

/**
 * \ingroup sterna-tests
 * An episode in which nobody asks for anything.
 */
class MigrationNoDemandTest : public TestCase
{
  public:
    MigrationNoDemandTest()
        : TestCase("without any demand there is a table of numbers, too")
    {
    }

  private:
    void DoRun() override
    {
        const fs::path folder = CreateTempDirFilename("silence");
        const auto ended =
            RunProgram(PROGRAM, SMALL + RULES + "--arrivals=0 --output=" + folder.string());
        NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
        NS_TEST_EXPECT_MSG_EQ(ended.output.find("nan"), std::string::npos, ended.output);
        NS_TEST_EXPECT_MSG_EQ(ReadCsv(folder / "slots.csv").size(), 1, "nobody is active");
    }
};

/**
 * \ingroup sterna-tests
 * The suite.
 */
class MigrationProgramTestSuite : public TestSuite
{
  public:
    MigrationProgramTestSuite()
        : TestSuite("sterna-migration-programs", TestSuite::Type::SYSTEM)
    {
        AddTestCase(new MigrationProgramTest());
        AddTestCase(new MigrationSameBytesTest());
        AddTestCase(new MigrationTrainingTest());
        AddTestCase(new MigrationGeometryTest());
        AddTestCase(new MigrationNoDemandTest());
        AddTestCase(new MigrationBadInputTest());
    }
};

static MigrationProgramTestSuite g_migrationProgramTestSuite; //!< registers the suite
