/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-program-test.h"

#include "ns3/test.h"

using namespace ns3;
using namespace ns3::sterna::tests;

/**
 * \ingroup sterna-tests
 * The main program at both fidelities: it ends well, prints a row per decider, and leaves tables
 * with a row for each decider and slot that agree with each other.
 */
class SternaMainProgramTest : public TestCase
{
  public:
    SternaMainProgramTest()
        : TestCase("the main program writes whole and consistent tables")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<std::string> deciders{"Random",
                                                "Greedy",
                                                "ThresholdProgress",
                                                "Policy",
                                                "IndexPolicy"};
        for (const std::string fidelity : {"packet", "flow"})
        {
            const fs::path folder = CreateTempDirFilename("main-" + fidelity);
            const auto ended =
                RunProgram("sterna-link-group-scheduling",
                           "--cycles=2 --fidelity=" + fidelity + " --output=" + folder.string());
            NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
            const auto summary = ReadCsv(folder / "summary.csv");
            NS_TEST_ASSERT_MSG_EQ(summary.size(), deciders.size() + 1, "a row per decider");
            for (std::size_t d = 0; d < deciders.size(); ++d)
            {
                NS_TEST_EXPECT_MSG_EQ(summary[d + 1][0], deciders[d], "in the order asked for");
                NS_TEST_EXPECT_MSG_EQ(summary[d + 1].size(), summary[0].size(), "all columns");
                NS_TEST_EXPECT_MSG_NE(ended.output.find(deciders[d]),
                                      std::string::npos,
                                      "a row on the screen");
            }
            const auto slots = ReadCsv(folder / "slots.csv");
            NS_TEST_ASSERT_MSG_EQ(slots.size(), deciders.size() * 20 + 1, "a row per slot");
            CompareDelivered(summary, slots);
            NS_TEST_EXPECT_MSG_EQ(ReadCsv(folder / "timing.csv").size(),
                                  slots.size(),
                                  "a wall time per slot");
            const std::string manifest = ReadFile(folder / "manifest.json");
            for (const std::string key : {"rng_run", "ns-3", "LibTorch", "Eigen", "Boost"})
            {
                NS_TEST_EXPECT_MSG_NE(manifest.find(key), std::string::npos, key);
            }
            for (const std::string picture : {"objective.plt", "served.plt"})
            {
                NS_TEST_EXPECT_MSG_EQ(fs::exists(folder / picture), true, picture);
            }
        }
    }

    /// The mean volume of a cycle in the summary against the sum of the slots.
    void CompareDelivered(const std::vector<std::vector<std::string>>& summary,
                          const std::vector<std::vector<std::string>>& slots)
    {
        const auto column = [](const std::vector<std::string>& header, const std::string& name) {
            return std::find(header.begin(), header.end(), name) - header.begin();
        };
        for (std::size_t d = 1; d < summary.size(); ++d)
        {
            double sum = 0;
            for (std::size_t t = 1; t < slots.size(); ++t)
            {
                if (slots[t][0] == summary[d][0])
                {
                    sum += std::stod(slots[t][column(slots[0], "delivered_mbit")]);
                }
            }
            const double mean = std::stod(summary[d][column(summary[0], "delivered_mbit")]);
            NS_TEST_EXPECT_MSG_EQ_TOL(mean, sum / 2, 1e-6 * sum, summary[d][0]);
            NS_TEST_EXPECT_MSG_GT(mean, 100, "something was delivered");
        }
    }
};

/**
 * \ingroup sterna-tests
 * A run with dynamics: 500 slots, updates at 200 and 400, and what came of them.
 */
class SternaDynamicProgramTest : public TestCase
{
  public:
    SternaDynamicProgramTest()
        : TestCase("the main program tells how long recovery takes")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string dynamics : {"users", "demand", "channel"})
        {
            const fs::path folder = CreateTempDirFilename("dynamics-" + dynamics);
            const auto ended = RunProgram("sterna-link-group-scheduling",
                                          "--deciders=Random,Greedy --fidelity=flow --slots=500 "
                                          "--dynamics=" +
                                              dynamics + " --output=" + folder.string());
            NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
            const auto slots = ReadCsv(folder / "slots.csv");
            NS_TEST_ASSERT_MSG_EQ(slots.size(), 2 * 500 + 1, "one run of 50 cycles each");
            for (std::size_t t = 1; t < slots.size(); ++t)
            {
                const bool update = slots[t][2] == "200" || slots[t][2] == "400";
                NS_TEST_EXPECT_MSG_EQ(slots[t].back(), (update ? "1" : "0"), "slot " << t);
            }
            // two deciders, one run and the mean of it, three measures, two updates
            NS_TEST_EXPECT_MSG_EQ(ReadCsv(folder / "recovery.csv").size(),
                                  2 * 2 * 3 * 2 + 1,
                                  "a line for each");
            NS_TEST_EXPECT_MSG_NE(ended.output.find("slots to recover"),
                                  std::string::npos,
                                  "a table on the screen");
            NS_TEST_EXPECT_MSG_EQ(fs::exists(folder / "recovery.plt"), true, "a picture");
        }
    }
};

/**
 * \ingroup sterna-tests
 * Same seed, two runs, training included: the same bytes in every file but the wall times; another
 * run number gives others.
 */
class SternaSameBytesTest : public TestCase
{
  public:
    SternaSameBytesTest()
        : TestCase("the same seed gives the same bytes, learning included")
    {
    }

  private:
    std::map<std::string, std::string> Run(const std::string& name, const std::string& more)
    {
        // the same arguments, which the manifest records: each run in a folder of its own
        const fs::path folder = CreateTempDirFilename(name);
        fs::create_directories(folder);
        const auto back = fs::current_path();
        fs::current_path(folder);
        const auto ended = RunProgram("sterna-link-group-scheduling",
                                      "--train=120 --cycles=2 --deciders=Random,Policy "
                                      "--ns3::sterna::WolpertingerAgent::LearningStarts=200 "
                                      "--output=out " +
                                          more);
        fs::current_path(back);
        NS_TEST_EXPECT_MSG_EQ(ended.status, 0, ended.output);
        return ended.status == 0 ? ReadFolder(folder / "out")
                                 : std::map<std::string, std::string>();
    }

    void DoRun() override
    {
        const auto first = Run("bytes-1", "");
        const auto second = Run("bytes-2", "");
        NS_TEST_EXPECT_MSG_EQ(first.count("policy.safetensors"), 1, "a policy was learned");
        NS_TEST_ASSERT_MSG_EQ(first.size(), second.size(), "the same files");
        for (const auto& [name, content] : first)
        {
            NS_TEST_EXPECT_MSG_EQ((second.count(name) == 1 && second.at(name) == content),
                                  true,
                                  name << " differs");
        }
        const auto other = Run("bytes-3", "--RngRun=2");
        NS_TEST_EXPECT_MSG_EQ((first.at("slots.csv") == other.at("slots.csv")),
                              false,
                              "another run number, another run");
        NS_TEST_EXPECT_MSG_EQ((first.at("policy.safetensors") == other.at("policy.safetensors")),
                              false,
                              "and another policy");
    }
};

/**
 * \ingroup sterna-tests
 * A mistake gets one sentence that names the value, exit status 1, and leaves nothing behind.
 */
class SternaBadInputTest : public TestCase
{
  public:
    SternaBadInputTest()
        : TestCase("mistakes get one clear sentence and leave nothing behind")
    {
    }

  private:
    void Expect(const std::string& arguments, const std::string& part)
    {
        const fs::path folder = CreateTempDirFilename("bad");
        const bool ownFolder = arguments.find("--output=") == std::string::npos;
        const auto ended =
            RunProgram("sterna-link-group-scheduling",
                       arguments + (ownFolder ? " --output=" + folder.string() : ""));
        NS_TEST_EXPECT_MSG_EQ(ended.status, 1, arguments << ": " << ended.output);
        NS_TEST_EXPECT_MSG_NE(ended.output.find(part),
                              std::string::npos,
                              arguments << " said: " << ended.output);
        NS_TEST_EXPECT_MSG_EQ(std::count(ended.output.begin(), ended.output.end(), '\n'),
                              1,
                              "one line: " << ended.output);
        NS_TEST_EXPECT_MSG_EQ(fs::exists(folder), false, arguments << " left something behind");
    }

    std::string Write(const std::string& name, const std::string& content)
    {
        const std::string path = CreateTempDirFilename(name);
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }

    void DoRun() override
    {
        Expect("--deciders=Greedy,Oracle", "'Oracle'");
        Expect("--deciders=", "--deciders has no value");
        Expect("--deciders=,", "list of deciders is empty");
        Expect("--preset=huge", "'huge'");
        Expect("--fidelity=exact", "'exact'");
        Expect("--rates=fast", "'fast'");
        Expect("--devices=0", "K is 0");
        Expect("--devices=many", "'many'");
        Expect("--cycles=0", "cycles is 0");
        Expect("--dynamics=weather", "'weather'");
        Expect("--slots=15", "is 15");
        Expect("--slots=0", "is 0");
        Expect("--colour=red", "'--colour=red'");
        Expect("red", "'red'");
        Expect("--ns3::sterna::SlotScheduler::Colour=red", "'Colour'");
        Expect("--ns3::sterna::Slots::Colour=red", "'ns3::sterna::Slots'");
        Expect("--ns3::sterna::SlotScheduler::SlotDuration=-1s", "'-1s'");
        Expect("--bs-power=-40", "BS is -40 W");
        Expect("--leo-power=0", "LEO is 0 W");
        Expect("--tst-power=much", "'much'");
        Expect("--output=/dev/null/out", "'/dev/null/out'");

        Expect("--instance=cycle.json --cycles=3", "--cycles means nothing");
        Expect("--policy=/nowhere.safetensors", "/nowhere.safetensors");
        const std::string whole = ReadFile(POLICY);
        Expect("--policy=" + Write("half.safetensors", whole.substr(0, whole.size() / 2)),
               "half.safetensors");
        Expect("--policy=" + Write("text.safetensors", "not a policy at all"), "text.safetensors");
        Expect("--policy=" + Write("text.pt", "not a policy at all"), "text.pt");
        Expect("--policy=" + Write("nan.safetensors", WithNan(whole)), "actor.0.weight");
        Expect("--policy=" + POLICY + " --ns3::sterna::LinkGroupAgentDecider::Embedding=Index",
               "36 features");
    }

    /// The policy's bytes with a NaN as the first number of actor.0.weight.
    static std::string WithNan(std::string bytes)
    {
        uint64_t header = 0;
        for (int i = 7; i >= 0; --i)
        {
            header = header << 8 | uint8_t(bytes[i]);
        }
        const auto tensor = bytes.find("\"actor.0.weight\"");
        const auto offsets = bytes.find("\"data_offsets\":[", tensor) + 16;
        const std::size_t begin = 8 + header + std::stoul(bytes.substr(offsets));
        const std::string nan{'\x00', '\x00', '\xc0', '\x7f'}; // IEEE 754, little-endian
        return bytes.replace(begin, 4, nan);
    }
};

/**
 * \ingroup sterna-tests
 * The tutorial runs as it stands.
 */
class SternaFirstTest : public TestCase
{
  public:
    SternaFirstTest()
        : TestCase("the first script serves devices")
    {
    }

  private:
    void DoRun() override
    {
        const auto ended = RunProgram("sterna-first", "");
        NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
        NS_TEST_EXPECT_MSG_EQ(std::count(ended.output.begin(), ended.output.end(), '\n'),
                              5,
                              "a line per cycle of a second: " << ended.output);
        NS_TEST_EXPECT_MSG_EQ(ended.output.find(" 0 devices served"),
                              std::string::npos,
                              "in each of them somebody is served: " << ended.output);
    }
};

/**
 * \ingroup sterna-tests
 * The programs as a user runs them.
 */
class SternaExamplesTestSuite : public TestSuite
{
  public:
    SternaExamplesTestSuite()
        : TestSuite("sterna-examples", Type::SYSTEM)
    {
        AddTestCase(new SternaMainProgramTest);
        AddTestCase(new SternaDynamicProgramTest);
        AddTestCase(new SternaSameBytesTest);
        AddTestCase(new SternaBadInputTest);
        AddTestCase(new SternaFirstTest);
    }
};

static SternaExamplesTestSuite g_sternaExamplesTestSuite;
