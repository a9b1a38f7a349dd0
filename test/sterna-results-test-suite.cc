/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-program-test.h"

#include "ns3/test.h"

#include <iostream>
#include <nlohmann/json.hpp>

using namespace ns3;
using namespace ns3::sterna::tests;

/**
 * \ingroup sterna-tests
 * A cycle goes out as a file and comes back with values, plans and a bound, which are checked here
 * from the file alone.
 */
class SternaInstanceProgramTest : public TestCase
{
  public:
    SternaInstanceProgramTest()
        : TestCase("an exported instance is solved, and its plans are worth what is said")
    {
    }

  private:
    /// (14a) of a plan, from the two files' numbers.
    static double Value(const nlohmann::json& cycle, const nlohmann::json& plan)
    {
        const std::vector<std::string> names = cycle["transmitters"];
        std::vector<double> got(cycle["K"].get<std::size_t>(), 0.0);
        for (std::size_t t = 0; t < plan.size(); ++t)
        {
            uint32_t pattern = 0;
            std::map<std::size_t, std::size_t> serves; // transmitter (0: the satellite) to device
            for (const auto& link : plan[t])
            {
                const auto n = std::find(names.begin(), names.end(), link[0]) - names.begin();
                serves[n] = link[1];
                pattern |= n > 0 ? 1U << (n - 1) : 0;
            }
            for (const auto& [n, k] : serves)
            {
                got[k] += n == 0 ? cycle["R_LEO"][t][k].get<double>()
                                 : Terrestrial(cycle, t, pattern, n - 1, k);
            }
        }
        double gaps = 0;
        double missing = 0;
        for (std::size_t k = 0; k < got.size(); ++k)
        {
            const double gap = std::max(0.0, cycle["D"][k].get<double>() - got[k]);
            gaps += cycle["eta"][k].get<double>() * gap * gap;
            missing += got[k] < cycle["Dp"][k].get<double>() - 1e-9;
        }
        return cycle["eta0"].get<double>() * missing * missing + gaps;
    }

    static double Terrestrial(const nlohmann::json& cycle,
                              std::size_t slot,
                              uint32_t pattern,
                              std::size_t transmitter,
                              std::size_t device)
    {
        const auto& links = cycle["links_C"];
        for (std::size_t l = 0; l < links.size(); ++l)
        {
            if (links[l][0] == pattern && links[l][1] == transmitter)
            {
                return cycle["R_C"][slot][l][device].get<double>();
            }
        }
        return 0;
    }

    void DoRun() override
    {
        const fs::path folder = CreateTempDirFilename("instance");
        const std::string file = (folder / "cycle.json").string();
        const std::string program = "sterna-link-group-scheduling";
        const auto exported = RunProgram(program, "--preset=small --export-instance=" + file);
        NS_TEST_ASSERT_MSG_EQ(exported.status, 0, exported.output);
        const std::vector<std::string> deciders{"Random",
                                                "Greedy",
                                                "RollingHorizon",
                                                "IndexPolicy",
                                                "LocalSearch",
                                                "AdmmHeuristic"};
        std::string list;
        for (const auto& decider : deciders)
        {
            list += (list.empty() ? "" : ",") + decider;
        }
        const auto solved = RunProgram(program,
                                       "--instance=" + file + " --deciders=" + list +
                                           " --output=" + folder.string());
        NS_TEST_ASSERT_MSG_EQ(solved.status, 0, solved.output);
        const auto cycle = nlohmann::json::parse(ReadFile(file));
        const auto solutions = nlohmann::json::parse(ReadFile(folder / "solutions.json"));
        for (const auto& decider : deciders)
        {
            const auto& solution = solutions.at(decider);
            const double objective = solution["objective"];
            NS_TEST_EXPECT_MSG_EQ_TOL(objective,
                                      Value(cycle, solution["plan"]),
                                      1e-6 * objective,
                                      decider);
            NS_TEST_EXPECT_MSG_LT(solution["certified_lower_bound"].get<double>(),
                                  objective,
                                  decider);
        }
        NS_TEST_EXPECT_MSG_LT(solutions["LocalSearch"]["objective"].get<double>(),
                              solutions["Greedy"]["objective"].get<double>(),
                              "who knows the future does better");
        const auto refused = RunProgram(program, "--instance=/no/such/file");
        NS_TEST_EXPECT_MSG_EQ(refused.status, 1, refused.output);
        const bool names =
            refused.output.find("'/no/such/file' cannot be read") != std::string::npos;
        NS_TEST_EXPECT_MSG_EQ(names, true, refused.output);
    }
};

/**
 * \ingroup sterna-tests
 * Every decider of link groups, learners untrained, at both fidelities: nothing is refused, and they
 * differ by no more than the packets that are cut off at the ends of grants.
 */
class SternaAllDecidersTest : public TestCase
{
  public:
    SternaAllDecidersTest()
        : TestCase("every decider decides at packet level as at flow level")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<std::vector<std::string>> rows[2];
        for (const bool packets : {false, true})
        {
            const fs::path folder = CreateTempDirFilename("all");
            const auto ended = RunProgram(
                "sterna-link-group-scheduling",
                "--preset=small --cycles=2 --deciders=Random,Greedy,ThresholdProgress,"
                "RollingHorizon,LocalSearch,AdmmHeuristic,BranchAndBound,IndexPolicy,Policy,Emcl,"
                "AcMaml,AcDdpg,Wolpertinger --ns3::sterna::LinkGroupBranchAndBound::NodeLimit=20 "
                "--fidelity=" +
                    std::string(packets ? "packet" : "flow") + " --output=" + folder.string());
            NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
            rows[packets] = ReadCsv(folder / "summary.csv");
            NS_TEST_ASSERT_MSG_EQ(rows[packets].size(), 14, "a header and thirteen deciders");
        }
        const auto& header = rows[0][0];
        const auto column = [&](const std::string& name) {
            return std::find(header.begin(), header.end(), name) - header.begin();
        };
        for (std::size_t d = 1; d < rows[0].size(); ++d)
        {
            const double flow = std::stod(rows[0][d][column("objective")]);
            const double packet = std::stod(rows[1][d][column("objective")]);
            NS_TEST_EXPECT_MSG_EQ_TOL(packet, flow, 0.005 * flow, rows[0][d][0]);
            NS_TEST_EXPECT_MSG_EQ(rows[1][d][column("refused")], "0", rows[0][d][0]);
            NS_TEST_EXPECT_MSG_EQ(rows[1][d][column("packets_lost")], "0", rows[0][d][0]);
        }
    }
};

/**
 * \ingroup sterna-tests
 * Trained policies at packet level, in ten runs that their training never saw: their intervals lie
 * below Greedy's.
 */
class SternaUnseenRunsTest : public TestCase
{
  public:
    SternaUnseenRunsTest()
        : TestCase("trained policies beat Greedy in ten unseen runs at packet level")
    {
    }

  private:
    void DoRun() override
    {
        Compare("Policy,IndexPolicy", POLICY);
        const auto emcl = fs::path(POLICY).parent_path() / "link-group-emcl.safetensors";
        Compare("Policy", emcl.string());
    }

    void Compare(const std::string& learned, const std::string& policy)
    {
        const fs::path folder = CreateTempDirFilename("unseen");
        const auto ended =
            RunProgram("sterna-link-group-scheduling",
                       "--preset=learn --fidelity=packet --cycles=50 --slots=50 --RngRun=1001 "
                       "--deciders=Greedy," +
                           learned + " --policy=" + policy + " --output=" + folder.string());
        NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
        const auto rows = ReadCsv(folder / "summary.csv");
        constexpr std::size_t LOW = 3;
        constexpr std::size_t HIGH = 4;
        NS_TEST_ASSERT_MSG_GT(rows.size(), 2, "a header, Greedy, and who has learned");
        NS_TEST_ASSERT_MSG_EQ(rows[0][LOW], "objective_low", "column");
        NS_TEST_ASSERT_MSG_EQ(rows[0][HIGH], "objective_high", "column");
        for (std::size_t row = 1; row < rows.size(); ++row)
        {
            std::cout << rows[row][0] << ": objective " << rows[row][2] << " [" << rows[row][LOW]
                      << ", " << rows[row][HIGH] << "]\n";
        }
        for (std::size_t row = 2; row < rows.size(); ++row)
        {
            NS_TEST_EXPECT_MSG_LT(std::stod(rows[row][HIGH]),
                                  std::stod(rows[1][LOW]),
                                  rows[row][0]);
        }
    }
};

/**
 * \ingroup sterna-tests
 * What deciders are worth, as a user learns it from the programs.
 */
class SternaResultsTestSuite : public TestSuite
{
  public:
    SternaResultsTestSuite()
        : TestSuite("sterna-results", Type::SYSTEM)
    {
        AddTestCase(new SternaInstanceProgramTest);
        AddTestCase(new SternaAllDecidersTest);
        AddTestCase(new SternaUnseenRunsTest);
    }
};

static SternaResultsTestSuite g_sternaResultsTestSuite;

/**
 * \ingroup sterna-tests
 * The published figures at their smallest: every figure has its rows.
 */
class SternaReproduceTest : public TestCase
{
  public:
    SternaReproduceTest()
        : TestCase("reproduce emcl prints rows of all figures and leaves its files")
    {
    }

  private:
    void DoRun() override
    {
        const fs::path folder = CreateTempDirFilename("reproduce");
        const auto refused = RunProgram("sterna-reproduce-emcl", "--figures=3");
        NS_TEST_EXPECT_MSG_EQ(refused.status, 1, refused.output);
        const auto ended =
            RunProgram("sterna-reproduce-emcl", "--scale=smoke --output=" + folder.string());
        NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
        for (const std::string figure : {"4", "5", "6", "7", "8", "9"})
        {
            const bool printed = ended.output.find("\n" + figure + "       ") != std::string::npos;
            NS_TEST_EXPECT_MSG_EQ(printed, true, "figure " << figure << ": " << ended.output);
        }
        for (const std::string file : {"emcl.md", "values.csv", "manifest.json", "fig4.plt"})
        {
            NS_TEST_EXPECT_MSG_EQ(fs::exists(folder / file), true, file);
        }
    }
};

class SternaLongReproduceTestSuite : public TestSuite
{
  public:
    SternaLongReproduceTestSuite()
        : TestSuite("sterna-long-reproduce", Type::SYSTEM)
    {
        AddTestCase(new SternaReproduceTest);
    }
};

static SternaLongReproduceTestSuite g_sternaLongReproduceTestSuite;
