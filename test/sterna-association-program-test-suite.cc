/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-program-test.h"

#include "ns3/sterna-association-experiment.h"
#include "ns3/sterna-association-learners.h"
#include "ns3/sterna-earth.h"
#include "ns3/test.h"

#include <cmath>
#include <numeric>
#include <set>

using namespace ns3;
using namespace ns3::sterna;
using namespace ns3::sterna::tests;

/**
 * \file
 * \ingroup sterna-tests
 * The programs of satellite association as a user runs them, and what the shipped policy reaches.
 */

namespace
{

const std::string PROGRAM = "sterna-satellite-association";
const std::string SOURCE = Folder("STERNA_SOURCE_DIR", STERNA_SOURCE_DIR);
const std::string SHIPPED = SOURCE + "/examples/policies/association.safetensors";

/// Column of a CSV file by its name.
std::size_t
ColumnOf(const std::vector<std::vector<std::string>>& rows, const std::string& name)
{
    return std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin();
}

} // namespace

/**
 * \ingroup sterna-tests
 * Everything that the table says can be added up again from the slices, to the bit.
 */
class AssociationProgramTest : public TestCase
{
  public:
    AssociationProgramTest()
        : TestCase("slices add up to episodes, no channel has two satellites, no bound is exceeded")
    {
    }

  private:
    void DoRun() override
    {
        const fs::path folder = CreateTempDirFilename("association");
        const auto ended = RunProgram(PROGRAM,
                                      "--runs=1 --deciders=Random,Greedy,MyopicMatching,Policy "
                                      "--output=" +
                                          folder.string());
        NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
        for (const std::string file : {"episodes.csv",
                                       "slices.csv",
                                       "timing.csv",
                                       "manifest.json",
                                       "utility.plt",
                                       "capacity.plt"})
        {
            NS_TEST_EXPECT_MSG_EQ(fs::exists(folder / file), true, file);
        }
        const auto slices = ReadCsv(folder / "slices.csv");
        std::map<std::string, double> offloaded; // bit
        std::set<std::string> channels;
        for (std::size_t r = 1; r < slices.size(); ++r)
        {
            const auto& row = slices[r];
            offloaded[row[0]] += std::stod(row[6]);
            const std::string channel = row[0] + "/" + row[2] + "/" + row[4] + "/" + row[5];
            NS_TEST_EXPECT_MSG_EQ(channels.insert(channel).second, true, channel << " twice");
        }
        const auto episodes = ReadCsv(folder / "episodes.csv");
        NS_TEST_ASSERT_MSG_EQ(episodes.size(), 5, "one row per decider");
        for (std::size_t r = 1; r < episodes.size(); ++r)
        {
            CheckEpisode(episodes, r, offloaded[episodes[r][0]]);
        }
    }

    void CheckEpisode(const std::vector<std::vector<std::string>>& rows,
                      std::size_t r,
                      double offloaded)
    {
        const auto cell = [&](const std::string& name) { return rows[r][ColumnOf(rows, name)]; };
        std::istringstream left(cell("capacity_left_units"));
        double used = 0;
        for (double units = 0; left >> units;)
        {
            used += 200 - units;
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(used * 8e9, offloaded, 1, cell("decider") << ": to the bit");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(offloaded / 8 / 64000,
                                    std::stod(cell("stored_bundles")),
                                    "every bit came in a bundle");
        NS_TEST_EXPECT_MSG_LT(std::stod(cell("utility")), std::stod(cell("bound")), "bound");
        NS_TEST_EXPECT_MSG_EQ(cell("refused_decisions"), "0", cell("decider"));
        NS_TEST_EXPECT_MSG_EQ(cell("lost_bundles"), "0", cell("decider"));
    }
};

/**
 * \ingroup sterna-tests
 * The same command gives the same bytes, training included.
 */
class AssociationSameBytesTest : public TestCase
{
  public:
    AssociationSameBytesTest()
        : TestCase("the same command leaves the same bytes, and its policy can be used")
    {
    }

  private:
    void DoRun() override
    {
        std::map<std::string, std::string> first;
        fs::path folder;
        for (const std::string name : {"one", "two"})
        {
            folder = fs::path(CreateTempDirFilename(name)) / "same";
            fs::create_directories(folder.parent_path());
            const auto ended =
                RunProgram(PROGRAM,
                           "--train=2 --train-patterns=120/12/1,60/12/1 --runs=1 --slices=10 "
                           "--fidelity=flow --deciders=Greedy,Policy --output=" +
                               folder.string());
            NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
            auto files = ReadFolder(folder);
            files.erase("manifest.json"); // the folder's name is an argument
            NS_TEST_EXPECT_MSG_EQ(files.count("policy.safetensors"), 1, "a policy");
            files.erase("policy.safetensors"); // it, too, tells the command
            if (first.empty())
            {
                first = files;
            }
            const bool same = files == first;
            NS_TEST_EXPECT_MSG_EQ(same, true, "the same bytes");
        }
        const fs::path other = CreateTempDirFilename("other");
        const auto used = RunProgram(PROGRAM,
                                     "--runs=1 --slices=10 --fidelity=flow --deciders=Policy "
                                     "--satellites=240 --planes=24 --policy=" +
                                         (folder / "policy.safetensors").string() +
                                         " --output=" + other.string());
        NS_TEST_EXPECT_MSG_EQ(used.status, 0, used.output);
    }
};

/**
 * \ingroup sterna-tests
 * Geometry for other programs, against this file's own arithmetic.
 */
class AssociationGeometryTest : public TestCase
{
  public:
    AssociationGeometryTest()
        : TestCase(
              "--dump=geometry: satellites are where they must be, windows are above 10 degrees")
    {
    }

  private:
    void DoRun() override
    {
        const fs::path folder = CreateTempDirFilename("geometry");
        const auto ended =
            RunProgram(PROGRAM, "--dump=geometry --epoch=0 --output=" + folder.string());
        NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
        const auto positions = ReadCsv(folder / "positions.csv");
        NS_TEST_ASSERT_MSG_EQ(positions.size(), 1 + 211 * 120, "every 30 s of 105 minutes");
        const auto at = [&](std::size_t row) {
            return Vector(std::stod(positions[row][2]),
                          std::stod(positions[row][3]),
                          std::stod(positions[row][4]));
        };
        // satellite 0 begins at the ascending node on the Greenwich meridian
        NS_TEST_EXPECT_MSG_EQ_TOL(at(1).x, 6921e3, 1, "satellite 0");
        NS_TEST_EXPECT_MSG_EQ_TOL(at(1).GetLength(), 6921e3, 1, "satellite 0");
        const Vector lario = ToVector(Geodetic::FromDegrees(46.16, 9.41, 0));
        const auto windows = ReadCsv(folder / "windows.csv");
        std::size_t checked = 0;
        for (std::size_t r = 1; r < windows.size(); ++r)
        {
            const double start = std::stod(windows[r][2]);
            const double end = std::stod(windows[r][3]);
            NS_TEST_EXPECT_MSG_LT(start, end, "a window lasts");
            if (windows[r][0] != "1")
            {
                continue;
            }
            const std::size_t satellite = std::stoul(windows[r][1]);
            for (std::size_t step = std::ceil(start / 30); step * 30 <= end; ++step)
            {
                const double elevation = ElevationAngle(lario, at(1 + step * 120 + satellite));
                NS_TEST_EXPECT_MSG_GT(RadToDeg(elevation), 10 - 1e-6, "within a window");
                ++checked;
            }
        }
        NS_TEST_EXPECT_MSG_GT(checked, 200, "there were windows to look at");
    }
};

/**
 * \ingroup sterna-tests
 * Mistakes get one clear sentence, the number of the line where there is one, and leave nothing.
 */
class AssociationBadInputTest : public TestCase
{
  public:
    AssociationBadInputTest()
        : TestCase("mistakes get one clear sentence, with the number of the line in a file")
    {
    }

  private:
    void Expect(const std::string& arguments, const std::string& part)
    {
        const fs::path folder = CreateTempDirFilename("bad");
        const auto ended = RunProgram(PROGRAM, arguments + " --output=" + folder.string());
        NS_TEST_EXPECT_MSG_EQ(ended.status, 1, arguments << ": " << ended.output);
        NS_TEST_EXPECT_MSG_NE(ended.output.find(part),
                              std::string::npos,
                              arguments << " said: " << ended.output);
        NS_TEST_EXPECT_MSG_EQ(std::count(ended.output.begin(), ended.output.end(), '\n'),
                              1,
                              "one line: " << ended.output);
        NS_TEST_EXPECT_MSG_EQ(fs::exists(folder), false, arguments << " left something behind");
    }

    /// Runs on a file of element sets.
    void ExpectTle(const std::string& content, const std::string& more, const std::string& part)
    {
        const std::string path = CreateTempDirFilename("sets.tle");
        std::ofstream(path, std::ios::binary) << content;
        Expect("--tle=" + path + more, part);
    }

    void DoRun() override
    {
        Expect("--deciders=Greedy,Oracle", "'Oracle'");
        Expect("--deciders=,", "list of deciders is empty");
        Expect("--fidelity=exact", "'exact'");
        Expect("--rates=fast", "'fast'");
        Expect("--runs=0", "runs is 0");
        Expect("--slices=0", "slices is 0");
        Expect("--satellites=many", "'many'");
        Expect("--satellites=121", "121");
        Expect("--dump=everything", "'everything'");
        Expect("--learning=magic", "'magic'");
        Expect("--train-patterns=120", "'120'");
        Expect("--start=2026-11-25", "--start is for --tle");
        Expect("--tle=missing.tle --planes=3", "--planes");
        Expect("--tle=missing.tle", "missing.tle");
        Expect("--policy=" + POLICY + " --deciders=Policy", "link-group-learn");
        Expect("--colour=red", "'--colour=red'");
        const std::string sets = ReadFile(SOURCE + "/test/reference/sgp4-constellation.tle");
        const std::size_t begin = sets.find("\n1 ") + 1;
        const std::string one = sets.substr(begin, 69);
        const std::string two = sets.substr(begin + 70, 69);
        ExpectTle("", "", "line 1");
        std::string wrong = one;
        wrong[68] = wrong[68] == '0' ? '1' : '0';
        ExpectTle("NAME\n" + wrong + "\n" + two + "\n", "", "line 2");
        ExpectTle(one + "\n" + two.substr(0, 40) + "\n", "", "line 2");
        ExpectTle(one + "\n" + two + "\n", " --start=2003-01-01T00:00:00", "line 1");
        ExpectTle(one + "\n" + two + "\n", " --start=yesterday", "'yesterday'");
    }
};

/**
 * \ingroup sterna-tests
 * The shipped policy on orbits that neither its training nor its choice saw.
 */
class AssociationPolicyTest : public TestCase
{
  public:
    AssociationPolicyTest()
        : TestCase(
              "the shipped policy is above Greedy in every run, and among 1584 satellites, too")
    {
    }

  private:
    static AssociationOutcome Play(const AssociationExperiment& experiment, const std::string& name)
    {
        return RunAssociation(
            experiment,
            name,
            [&]() {
                return name == "Policy" ? CreateAssociationPolicy(SHIPPED)
                                        : CreateAssociationDecider(name);
            },
            {},
            [](uint32_t) {});
    }

    void Compare(const AssociationExperiment& experiment, double leastShare)
    {
        const auto policy = Play(experiment, "Policy");
        const auto greedy = Play(experiment, "Greedy");
        const auto bounds = BoundEpisodes(experiment);
        double share = 0;
        for (std::size_t e = 0; e < bounds.size(); ++e)
        {
            NS_TEST_EXPECT_MSG_GT(policy.episodes[e].utility,
                                  greedy.episodes[e].utility,
                                  "run " << e);
            NS_TEST_EXPECT_MSG_LT(policy.episodes[e].utility, bounds[e], "bound of run " << e);
            share += policy.episodes[e].utility / bounds[e] / bounds.size();
        }
        NS_TEST_EXPECT_MSG_GT(share, leastShare, "mean share of the bound");
    }

    void DoRun() override
    {
        AssociationExperiment experiment;
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.runs = 10;
        Compare(experiment, 0.97);
        experiment.runs = 1;
        experiment.setting.pattern = {1584, 72, 17};
        experiment.setting.shell.inclination = DegToRad(53);
        Compare(experiment, 0);
    }
};

/**
 * \ingroup sterna-tests
 * The reproduction runs, keeps what it trained, and says what it is asked for.
 */
class PsddqnReproductionTest : public TestCase
{
  public:
    PsddqnReproductionTest()
        : TestCase("a figure of the paper is reproduced, again from what was trained before")
    {
    }

  private:
    void DoRun() override
    {
        const fs::path folder = CreateTempDirFilename("psddqn");
        std::string values;
        for (int time = 0; time < 2; ++time)
        {
            const auto ended =
                RunProgram("sterna-reproduce-psddqn",
                           "--figures=6,8 --scale=smoke --output=" + folder.string());
            NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
            const auto page = ReadFile(folder / "psddqn.md");
            NS_TEST_EXPECT_MSG_NE(page.find("| 6 |"), std::string::npos, page);
            NS_TEST_EXPECT_MSG_NE(page.find("the best learning rate"), std::string::npos, page);
            const auto now = ReadFile(folder / "values.csv");
            const bool same = values.empty() || values == now;
            NS_TEST_EXPECT_MSG_EQ(same, true, "the same values");
            values = now;
        }
        const auto wrong = RunProgram("sterna-reproduce-psddqn", "--figures=5");
        NS_TEST_EXPECT_MSG_EQ(wrong.status, 1, wrong.output);
        NS_TEST_EXPECT_MSG_NE(wrong.output.find("no figure '5'"), std::string::npos, wrong.output);
    }
};

/**
 * \ingroup sterna-tests
 * The suite.
 */
class AssociationProgramTestSuite : public TestSuite
{
  public:
    AssociationProgramTestSuite()
        : TestSuite("sterna-association-programs", TestSuite::Type::SYSTEM)
    {
        AddTestCase(new AssociationProgramTest());
        AddTestCase(new AssociationSameBytesTest());
        AddTestCase(new AssociationGeometryTest());
        AddTestCase(new AssociationBadInputTest());
        AddTestCase(new AssociationPolicyTest());
        AddTestCase(new PsddqnReproductionTest());
    }
};

static AssociationProgramTestSuite g_associationProgramTestSuite; //!< registers the suite
