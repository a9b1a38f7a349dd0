/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/sterna-claims.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-recovery.h"
#include "ns3/sterna-recovery-time.h"
#include "ns3/sterna-statistics.h"
#include "ns3/test.h"

#include <cmath>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

/// 200 slots before an update and 200 after it; both functions of slots since the update.
std::vector<double>
Series(const std::function<double(int)>& before, const std::function<double(int)>& after)
{
    std::vector<double> values;
    for (int t = -200; t < 200; ++t)
    {
        values.push_back(t < 0 ? before(t) : after(t));
    }
    return values;
}

std::function<double(int)>
Constant(double value)
{
    return [value](int) { return value; };
}

} // namespace

/**
 * \ingroup sterna-tests
 * Series whose recovery time follows by hand.
 */
class SternaRecoveryTimeTest : public TestCase
{
  public:
    SternaRecoveryTimeTest()
        : TestCase("recovery times of steps, decays, ramps and sawteeth")
    {
    }

  private:
    void Expect(const std::vector<double>& objective,
                uint32_t slots,
                bool recovered,
                const std::string& what)
    {
        const auto recovery = RecoveryTime(objective, 200, 400);
        NS_TEST_EXPECT_MSG_EQ(recovery.slots, slots, what);
        NS_TEST_EXPECT_MSG_EQ(recovery.recovered, recovered, what);
    }

    void DoRun() override
    {
        // j slots after a step from a to 1 the mean is 1 + (a - 1) (19 - j) / 20.
        Expect(Series(Constant(1.7), Constant(1)), 18, true, "0.7 x 1/20 < 0.05 < 0.7 x 2/20");
        Expect(Series(Constant(9), Constant(1)), 19, true, "8 x 1/20 > 0.05: nothing may be left");
        Expect(Series(Constant(0.3), Constant(1)), 18, true, "the same from below");
        Expect(Series(Constant(1.04), Constant(1)), 0, true, "within 5 % all the time");
        // the same at a level of 1000: the tolerance is relative
        Expect(Series(Constant(1700), Constant(1000)), 18, true, "scale does not matter");
        // two cycles of 10 slots even out to 0.5, which is also what was there before
        const auto sawtooth = [](int t) { return 1 - ((t + 200) % 10) / 9.0; };
        Expect(Series(sawtooth, sawtooth), 0, true, "the sawtooth of a cycle is no disturbance");
        // the last mean is 189.5; the one of 10 slots before it is more than 5 % lower
        Expect(Series(Constant(0), [](int j) { return j; }), 200, false, "a ramp never settles");
        // away at 150 ... 159: the mean has forgotten it at 159 + 20
        Expect(Series(Constant(1), [](int t) { return t / 10 == 15 ? 9.0 : 1.0; }),
               179,
               true,
               "a relapse counts");
        // the same ten slots later would leave ten slots of calm: less than a window
        Expect(Series(Constant(1), [](int t) { return t / 10 == 16 ? 9.0 : 1.0; }),
               200,
               false,
               "too late to be sure");
        ExpectDecay(30, 2);
        ExpectDecay(10, 5);
    }

    /// f(j) = 1 + A exp(-j / T). For j >= 19 the mean is 1 + A S exp(-j / T) with
    /// S = (exp(20 / T) - 1) / (20 (exp(1 / T) - 1)); with e = exp(-199 / T), |m - L| = 0.05 L at
    /// exp(-j / T) = 1.05 e + 0.05 / (A S).
    void ExpectDecay(double constant, double amplitude)
    {
        const double sum = std::expm1(20 / constant) / (20 * std::expm1(1 / constant));
        const double end = std::exp(-199 / constant);
        const double crossing = -constant * std::log(1.05 * end + 0.05 / (amplitude * sum));
        Expect(Series(Constant(1), [&](int j) { return 1 + amplitude * std::exp(-j / constant); }),
               std::ceil(crossing),
               true,
               "exponential decay, settled after " + std::to_string(crossing));
    }
};

/**
 * \ingroup sterna-tests
 * Where intervals begin and end, and what is refused.
 */
class SternaRecoveryIntervalTest : public TestCase
{
  public:
    SternaRecoveryIntervalTest()
        : TestCase("intervals between updates")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<double> objective(700, 1.0);
        std::fill(objective.begin() + 100, objective.begin() + 300, 3.0);
        std::fill(objective.begin() + 550, objective.end(), 3.0);
        const auto all = RecoveryTimes(objective, {100, 300, 690});
        NS_TEST_ASSERT_MSG_EQ(all.size(), 2, "ten slots allow no judgement");
        NS_TEST_EXPECT_MSG_EQ(all[0].slots, 18, "1 to 3: (19 - j) / 20 x 2 <= 0.15 from j = 18 on");
        NS_TEST_EXPECT_MSG_EQ(all[1].slots, 200, "settled after 250 + 18 slots: beyond the cap");
        NS_TEST_EXPECT_MSG_EQ(all[1].recovered, false, "and that is no recovery");
        RecoveryRule patient;
        patient.cap = 1000;
        NS_TEST_EXPECT_MSG_EQ(RecoveryTime(objective, 300, 690, patient).slots, 268, "no cap");
        RecoveryRule quick;
        quick.window = 1;
        NS_TEST_EXPECT_MSG_EQ(RecoveryTime(objective, 100, 300, quick).slots, 0, "no memory");

        const std::vector<double> mean = RunningMean({4, 2, 6, 1}, 3);
        NS_TEST_EXPECT_MSG_EQ((mean == std::vector<double>{4, 3, 4, 3}), true, "running mean");
        const std::vector<double> shares = Shares({1, 3}, {4, 4});
        NS_TEST_EXPECT_MSG_EQ((shares == std::vector<double>{0.25, 0.75}), true, "shares");
        ExpectRefused([&]() { RecoveryTime(objective, 690, 700); }, "690 to 700");
        ExpectRefused([&]() { RecoveryTime(objective, 600, 701); }, "of 700");
        ExpectRefused([&]() { Shares({1, 2}, {1}); }, "2 values");
        ExpectReport();
    }

    void ExpectRefused(const std::function<void()>& action, const std::string& part)
    {
        std::string said;
        try
        {
            action();
        }
        catch (const InputError& error)
        {
            said = error.what();
        }
        NS_TEST_EXPECT_MSG_NE(said.find(part), std::string::npos, "'" << said << "'");
    }

    /// Two runs and the rest of an experiment: 1 to 3 and 3 to 1 at slot 30, idle always 4.
    void ExpectReport()
    {
        LinkGroupOutcome outcome;
        outcome.decider = "Somebody";
        for (const auto& [before, after, slots] :
             {std::tuple(1.0, 3.0, 60), std::tuple(3.0, 1.0, 60), std::tuple(9.0, 9.0, 10)})
        {
            LinkGroupRun run;
            run.objective.assign(slots, after);
            std::fill_n(run.objective.begin(), std::min(30, slots), before);
            run.idleObjective.assign(slots, 4);
            run.updates = {30};
            outcome.runs.push_back(run);
        }
        outcome.runs.back().updates.clear();
        const auto mean = MeanRun(outcome.runs);
        NS_TEST_EXPECT_MSG_EQ((mean.objective == std::vector<double>(60, 2.0)), true, "mean");
        const auto share = MeasuredSlots(outcome.runs[0], RecoveryMeasure::SHARE);
        NS_TEST_EXPECT_MSG_EQ(share[59], 0.75, "3 of 4");
        const auto better = MeasuredSlots(outcome.runs[0], RecoveryMeasure::IMPROVEMENT);
        NS_TEST_EXPECT_MSG_EQ(better[59], 0.25, "1 of 4");
        std::ostringstream file;
        WriteRecovery({outcome}, file);
        // needs 30 - 20 = 10 slots or fewer: steps settle after 18 and 19
        NS_TEST_EXPECT_MSG_EQ(file.str(),
                              "decider,run,measure,update_slot,recovery_slots,recovered\n"
                              "Somebody,0,objective,30,200,0\n"
                              "Somebody,0,share,30,200,0\n"
                              "Somebody,0,improvement,30,200,0\n"
                              "Somebody,1,objective,30,200,0\n"
                              "Somebody,1,share,30,200,0\n"
                              "Somebody,1,improvement,30,200,0\n"
                              "Somebody,mean,objective,30,0,1\n"
                              "Somebody,mean,share,30,0,1\n"
                              "Somebody,mean,improvement,30,0,1\n",
                              "a line per run, measure and update");
    }
};

/**
 * \ingroup sterna-tests
 * The statistics that results are reported with, by hand.
 */
class SternaStatisticsTest : public TestCase
{
  public:
    SternaStatisticsTest()
        : TestCase("interquartile means and their intervals, and what agrees with a claim")
    {
    }

  private:
    void DoRun() override
    {
        // the middle half of 8 values is 4 of them, of 5 values 2.5: 3 and 0.75 of 2 and of 4
        NS_TEST_EXPECT_MSG_EQ_TOL(InterquartileMean({8, 1, 7, 2, 6, 3, 5, 4}), 4.5, 1e-12, "eight");
        NS_TEST_EXPECT_MSG_EQ_TOL(InterquartileMean({100, 1, 2, 3, 4}), 3, 1e-12, "an outlier");
        NS_TEST_EXPECT_MSG_EQ_TOL(InterquartileMean({7}), 7, 1e-12, "one");
        const auto constant = BootstrapInterquartileMean({3, 3, 3, 3}, 1);
        NS_TEST_EXPECT_MSG_EQ_TOL(constant.high - constant.low, 0, 1e-12, "no spread");
        const auto spread = BootstrapInterquartileMean({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 1);
        NS_TEST_EXPECT_MSG_LT(spread.low, 5.5, "below the mean");
        NS_TEST_EXPECT_MSG_GT(spread.high, 5.5, "above the mean");

        ClaimTable claims;
        claims.Add("1", "same side", 20, {10, 5, 15}, "%");
        claims.Add("2", "held", 20, {10, -5, 25}, "%");
        claims.Add("3", "other side", 20, {-10, -15, -5}, "%");
        claims.Add("4", "undecided", 20, {1, -5, 7}, "%");
        claims.AddPositive("5", "an order", {1, 0.5, 7}, "%");
        claims.AddPositive("6", "no order", {1, -5, 7}, "%");
        std::ostringstream page;
        claims.WriteMarkdown(page);
        NS_TEST_EXPECT_MSG_EQ(page.str(),
                              "| figure | claim | paper | ours [95 %] | |\n"
                              "| --- | --- | --- | --- | --- |\n"
                              "| 1 | same side | 20.0 % | 10.0 [5.00, 15.0] % | agrees |\n"
                              "| 2 | held | 20.0 % | 10.0 [-5.00, 25.0] % | agrees |\n"
                              "| 3 | other side | 20.0 % | -10.0 [-15.0, -5.00] % | differs |\n"
                              "| 4 | undecided | 20.0 % | 1.00 [-5.00, 7.00] % | differs |\n"
                              "| 5 | an order | above 0 % | 1.00 [0.50, 7.00] % | agrees |\n"
                              "| 6 | no order | above 0 % | 1.00 [-5.00, 7.00] % | differs |\n",
                              "verdicts");
    }
};

/**
 * \ingroup sterna-tests
 * How long recovery takes.
 */
class SternaRecoveryTestSuite : public TestSuite
{
  public:
    SternaRecoveryTestSuite()
        : TestSuite("sterna-recovery", Type::UNIT)
    {
        AddTestCase(new SternaRecoveryTimeTest);
        AddTestCase(new SternaRecoveryIntervalTest);
        AddTestCase(new SternaStatisticsTest);
    }
};

static SternaRecoveryTestSuite g_sternaRecoveryTestSuite;
