/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-program-test.h"

#include "ns3/sterna-migration-experiment.h"
#include "ns3/sterna-migration-learners.h"
#include "ns3/test.h"

#include <cmath>
#include <numeric>

using namespace ns3;
using namespace ns3::sterna;
using namespace ns3::sterna::tests;

/**
 * \file
 * \ingroup sterna-tests
 * What service migration comes to at full size: rules, planners and the bound in the calibrated
 * scenario against what an independent prototype measured there, the shipped policy against the
 * rules that it has to pass, and the reproduction's program.
 */

namespace
{

const std::string SHIPPED =
    Folder("STERNA_SOURCE_DIR", STERNA_SOURCE_DIR) + "/examples/policies/migration.safetensors";

MigrationOutcome
Play(const MigrationExperiment& experiment, const std::string& name)
{
    return RunMigration(
        experiment,
        name,
        [&]() {
            return name == "Policy" ? CreateMigrationPolicy(SHIPPED)
                                    : CreateMigrationDecider(name, "offers");
        },
        {},
        [](uint32_t) {});
}

double
MeanReward(const MigrationOutcome& outcome)
{
    return outcome.Mean([](const MigrationEpisode& episode) { return episode.reward / 1e6; });
}

MigrationExperiment
FlowLevel(uint32_t runs)
{
    MigrationExperiment experiment;
    experiment.fidelity = SlotScheduler::Fidelity::FLOW;
    experiment.runs = runs;
    return experiment;
}

/**
 * \ingroup sterna-tests
 * The calibrated scenario. Expected values: the prototype's means over 10 epochs (million, percent,
 * migrations). Flights, rain and epochs are not the same to the last digit, hence the tolerances:
 * 2.5 % in reward, a quarter in migrations; the planners here are better than the prototype's.
 */
class MigrationCalibrationTest : public TestCase
{
  public:
    MigrationCalibrationTest()
        : TestCase("rules and bound reach what a prototype reached")
    {
    }

  private:
    struct Measured
    {
        const char* rule;
        double reward;
        double migrations;
        double unsuccessful;
    };

    void DoRun() override
    {
        const auto experiment = FlowLevel(10);
        for (const Measured& measured : {Measured{"LongestVisibility", 3.89, 34, 8.1},
                                         Measured{"MaxElevation", 3.92, 90, 6.5},
                                         Measured{"LoadBalanced", 4.13, 203, 1.0},
                                         Measured{"OverloadBump", 4.23, 51, 1.1}})
        {
            const auto outcome = Play(experiment, measured.rule);
            const double migrations =
                outcome.Mean([](const MigrationEpisode& e) { return double(e.migrations); });
            const double unsuccessful =
                outcome.Mean([](const MigrationEpisode& e) { return e.UnsuccessfulShare(); });
            NS_TEST_EXPECT_MSG_EQ_TOL(MeanReward(outcome),
                                      measured.reward,
                                      0.025 * measured.reward,
                                      measured.rule);
            NS_TEST_EXPECT_MSG_EQ_TOL(migrations,
                                      measured.migrations,
                                      0.25 * measured.migrations,
                                      measured.rule);
            NS_TEST_EXPECT_MSG_EQ_TOL(unsuccessful,
                                      measured.unsuccessful,
                                      0.5 + 0.25 * measured.unsuccessful,
                                      measured.rule);
        }
        const auto bounds = BoundMigration(experiment);
        const double bound =
            std::accumulate(bounds.begin(), bounds.end(), 0.0) / double(bounds.size()) / 1e6;
        NS_TEST_EXPECT_MSG_EQ_TOL(bound, 4.372, 0.01 * 4.372, "bound");
        const auto planner = Play(experiment, "Planner");
        NS_TEST_EXPECT_MSG_GT(MeanReward(planner), 4.30, "the prototype's planner");
        for (std::size_t e = 0; e < bounds.size(); ++e)
        {
            NS_TEST_EXPECT_MSG_LT(planner.episodes[e].reward, bounds[e], "bound of run " << e);
        }
    }
};

/**
 * \ingroup sterna-tests
 * The shipped policy passes the rules where it was trained and, unchanged, elsewhere.
 */
class MigrationPolicyTest : public TestCase
{
  public:
    MigrationPolicyTest()
        : TestCase("the shipped policy passes the rules, here and elsewhere")
    {
    }

  private:
    void Compare(const MigrationExperiment& experiment, double mostUnsuccessful)
    {
        const auto policy = Play(experiment, "Policy");
        const auto rule = Play(experiment, "OverloadBump");
        for (std::size_t e = 0; e < policy.episodes.size(); ++e)
        {
            NS_TEST_EXPECT_MSG_GT(policy.episodes[e].reward, rule.episodes[e].reward, "run " << e);
        }
        NS_TEST_EXPECT_MSG_LT(
            policy.Mean([](const MigrationEpisode& e) { return e.UnsuccessfulShare(); }),
            mostUnsuccessful,
            "unsuccessful service");
    }

    void DoRun() override
    {
        Compare(FlowLevel(10), 1.0);
        auto other = FlowLevel(2);
        other.setting.pattern = MigrationSetting::Pattern::WALKER;
        other.setting.satellites = 24;
        other.setting.planes = 6;
        other.setting.phasing = 1;
        other.setting.bandwidth = 9e6;
        other.setting.cities = 0;
        other.setting.drawn = 40;
        Compare(other, 1.0);
    }
};

/**
 * \ingroup sterna-tests
 * The reproduction runs, keeps what it trained, and says what it is asked for.
 */
class GateHppoReproductionTest : public TestCase
{
  public:
    GateHppoReproductionTest()
        : TestCase("a figure of the paper is reproduced, again from what was trained before")
    {
    }

  private:
    void DoRun() override
    {
        const fs::path folder = CreateTempDirFilename("gate-hppo");
        std::string values;
        for (int time = 0; time < 2; ++time)
        {
            const auto ended =
                RunProgram("sterna-reproduce-gate-hppo",
                           "--figures=8,shares --scale=smoke --output=" + folder.string());
            NS_TEST_ASSERT_MSG_EQ(ended.status, 0, ended.output);
            const auto page = ReadFile(folder / "gate-hppo.md");
            NS_TEST_EXPECT_MSG_NE(page.find("the best window"), std::string::npos, page);
            NS_TEST_EXPECT_MSG_NE(page.find("OverloadBump, Equal"), std::string::npos, page);
            const auto now = ReadFile(folder / "values.csv");
            const bool same = values.empty() || values == now;
            NS_TEST_EXPECT_MSG_EQ(same, true, "the same values");
            values = now;
        }
        const auto wrong = RunProgram("sterna-reproduce-gate-hppo", "--figures=3");
        NS_TEST_EXPECT_MSG_EQ(wrong.status, 1, wrong.output);
        NS_TEST_EXPECT_MSG_NE(wrong.output.find("no figure '3'"), std::string::npos, wrong.output);
    }
};

/**
 * \ingroup sterna-tests
 * The suite.
 */
class MigrationResultsTestSuite : public TestSuite
{
  public:
    MigrationResultsTestSuite()
        : TestSuite("sterna-migration-results", TestSuite::Type::SYSTEM)
    {
        AddTestCase(new MigrationCalibrationTest());
        AddTestCase(new MigrationPolicyTest());
        AddTestCase(new GateHppoReproductionTest());
    }
};

static MigrationResultsTestSuite g_migrationResultsTestSuite; //!< registers the suite

} // namespace
