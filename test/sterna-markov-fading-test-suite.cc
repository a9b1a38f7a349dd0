/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-propagation-test-helpers.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/node.h"
#include "ns3/random-variable-stream.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/sterna-fading-loss-model.h"
#include "ns3/sterna-fading-statistics.h"
#include "ns3/sterna-finite-state-markov-channel.h"
#include "ns3/sterna-markov-fading-loss-model.h"
#include "ns3/sterna-markov-fading-process.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

/// A process must be a path of its chain: levels uniform, transitions over one and several slots
/// those of P and its powers.
class MarkovProcessStatisticsTestCase : public TestCase
{
  public:
    MarkovProcessStatisticsTestCase()
        : TestCase("Markov fading process has the statistics of its chain")
    {
    }

  private:
    void DoRun() override
    {
        // Rayleigh and Rician; slow, default, and a negative correlation
        for (double k : {0.0, 10.0})
        {
            for (double doppler : {0.01, 0.1, 0.61})
            {
                const auto channel = FiniteStateMarkovChannel::GetShared(k, 8, doppler);
                const Eigen::MatrixXd& p = channel->GetTransitions();
                CheckTransitions(channel, 1, p);
                CheckTransitions(channel, 3, p * p * p);
            }
        }
        // many links at one slot: all levels equally likely, frozen links included
        for (double doppler : {0.0, 0.1})
        {
            const auto channel = FiniteStateMarkovChannel::GetShared(10, 8, doppler);
            std::vector<double> counts(8, 0);
            for (uint64_t key = 0; key < 16000; ++key)
            {
                ++counts[MarkovFadingProcess(channel, key).LevelAt(12345)];
            }
            NS_TEST_EXPECT_MSG_EQ(Fits(counts, std::vector<double>(8, 2000), 1),
                                  true,
                                  "levels of 16000 links, f_d T " << doppler);
        }
        // two links know nothing of each other
        const auto channel = FiniteStateMarkovChannel::GetShared(10, 4, 0.61);
        MarkovFadingProcess one(channel, 1);
        MarkovFadingProcess other(channel, 2);
        std::vector<double> pairs(16, 0);
        for (int64_t slot = 0; slot < 16000; ++slot)
        {
            ++pairs[4 * one.LevelAt(10 * slot) + other.LevelAt(10 * slot)];
        }
        NS_TEST_EXPECT_MSG_EQ(Fits(pairs, std::vector<double>(16, 1000), 1), true, "independent");
    }

    /// Pearson's test of the transitions over `lag` slots, pairs taken far apart to be independent.
    void CheckTransitions(const std::shared_ptr<const FiniteStateMarkovChannel>& channel,
                          int64_t lag,
                          const Eigen::MatrixXd& probability)
    {
        constexpr int PAIRS = 100000;
        std::vector<double> counts(64, 0);
        for (int i = 0; i < PAIRS; ++i)
        {
            // consecutive slots, at all places relative to the process's internal halving
            MarkovFadingProcess process(channel, i);
            const uint32_t from = process.LevelAt(1000 + i);
            ++counts[8 * from + process.LevelAt(1000 + i + lag)];
        }
        std::vector<double> common;
        std::vector<double> expected;
        double rareCount = 0;
        double rareExpected = 0;
        for (uint32_t i = 0; i < 64; ++i)
        {
            const double frequency = PAIRS / 8.0 * probability(i / 8, i % 8);
            if (frequency >= 5)
            {
                common.push_back(counts[i]);
                expected.push_back(frequency);
            }
            else
            {
                rareCount += counts[i];
                rareExpected += frequency;
                NS_TEST_EXPECT_MSG_EQ((frequency > 0 || counts[i] == 0), true, "impossible step");
            }
        }
        NS_TEST_EXPECT_MSG_EQ(Fits(common, expected, 1), true, "transitions over " << lag);
        NS_TEST_EXPECT_MSG_EQ_TOL(rareCount,
                                  rareExpected,
                                  6 * std::sqrt(rareExpected + 1),
                                  "rare transitions over " << lag);
    }
};

/// The promise of random access: whatever slots are asked for, in whatever order, the answers are
/// those of one walk through all of them.
class RandomAccessTestCase : public TestCase
{
  public:
    RandomAccessTestCase()
        : TestCase("Markov fading process is the same in any order of slots")
    {
    }

  private:
    void DoRun() override
    {
        auto slots = CreateObject<UniformRandomVariable>();
        slots->SetStream(42);
        for (double k : {0.0, 10.0})
        {
            for (double doppler : {0.0, 1e-9, 1e-4, 0.01, 0.1, 0.61})
            {
                const auto channel = FiniteStateMarkovChannel::GetShared(k, 8, doppler);
                const uint64_t key = 0xABCDEF;
                const int64_t first = -700;
                std::vector<double> path;
                MarkovFadingProcess walk(channel, key);
                for (int64_t slot = first; slot < 4000; ++slot)
                {
                    path.push_back(walk.GainAt(slot));
                }
                MarkovFadingProcess back(channel, key);
                MarkovFadingProcess strides(channel, key);
                MarkovFadingProcess jumps(channel, key);
                bool same = true;
                for (int64_t i = 0; i < 4700; ++i)
                {
                    const int64_t backward = 4699 - i;
                    const int64_t stride = i * 17 % 4700;
                    const int64_t jump = slots->GetInteger(0, 4699);
                    same &= back.GainAt(first + backward) == path[backward];
                    same &= strides.GainAt(first + stride) == path[stride];
                    same &= jumps.GainAt(first + jump) == path[jump];
                    same &= MarkovFadingProcess(channel, key).GainAt(first + jump) == path[jump];
                }
                NS_TEST_EXPECT_MSG_EQ(same, true, "K " << k << ", f_d T " << doppler);

                double mostGain = path[0];
                double leastGain = path[0];
                for (double gain : path)
                {
                    mostGain = std::max(mostGain, gain);
                    leastGain = std::min(leastGain, gain);
                }
                if (doppler < 1e-6 || doppler > 1e-3)
                {
                    NS_TEST_EXPECT_MSG_EQ((mostGain > leastGain),
                                          (doppler > 1e-3),
                                          "moves within 4700 slots, or not");
                }
            }
        }
    }
};

/// Two nodes with mobility, for the loss models.
Ptr<MobilityModel>
NewNode()
{
    auto mobility = CreateObject<ConstantPositionMobilityModel>();
    CreateObject<Node>()->AggregateObject(mobility);
    return mobility;
}

uint32_t
IdOf(const Ptr<MobilityModel>& mobility)
{
    return mobility->GetObject<Node>()->GetId();
}

/// The loss model over simulated time: slots, reciprocity, keys, attributes.
class MarkovFadingLossTestCase : public TestCase
{
  public:
    MarkovFadingLossTestCase()
        : TestCase("Markov fading as a propagation loss model")
    {
    }

  private:
    void DoRun() override
    {
        const auto a = NewNode();
        const auto b = NewNode();
        const auto c = NewNode();
        auto model = CreateObject<MarkovFadingLossModel>();
        model->AssignStreams(5);
        auto other = CreateObject<MarkovFadingLossModel>();
        other->AssignStreams(5);
        other->CalcRxPower(0, b, c); // a pair's path must not depend on which pair came first
        const auto process = model->GetProcess(IdOf(a), IdOf(b));
        NS_TEST_EXPECT_MSG_EQ((process == model->GetProcess(IdOf(b), IdOf(a))), true, "reciprocal");

        uint32_t checks = 0;
        uint32_t changes = 0;
        double last = 0;
        for (int i = 0; i < 400; ++i)
        {
            // 0, 25, 50 and 75 ms into each slot of 100 ms
            Simulator::Schedule(MilliSeconds(25 * i), [&, i] {
                const double gainDb = model->CalcRxPower(20, a, b) - 20;
                NS_TEST_EXPECT_MSG_EQ(model->GetSlot(), i / 4, "slot");
                NS_TEST_EXPECT_MSG_EQ_TOL(gainDb,
                                          10 * std::log10(process->GainAt(i / 4)),
                                          1e-12,
                                          "gain of the slot");
                NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(20, b, a) - 20, gainDb, "reciprocal");
                NS_TEST_EXPECT_MSG_EQ(other->CalcRxPower(20, a, b) - 20, gainDb, "any order");
                NS_TEST_EXPECT_MSG_EQ((i % 4 == 0 || gainDb == last), true, "constant in a slot");
                changes += gainDb != last;
                last = gainDb;
                ++checks;
            });
        }
        Simulator::Run();
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_EQ(checks, 400, "all events ran");
        NS_TEST_EXPECT_MSG_GT(changes, 30, "fading moves");

        // the mean of the lower half of Rayleigh fading is 1 - ln 2 and of the upper 1 + ln 2
        model->SetAttribute("Fading", StringValue("Rayleigh"));
        model->SetAttribute("Levels", UintegerValue(2));
        model->SetAttribute("NormalizedDoppler", DoubleValue(0));
        const double gain = model->GetProcess(IdOf(a), IdOf(b))->GainAt(0);
        NS_TEST_EXPECT_MSG_EQ_TOL(std::abs(gain - 1), std::log(2), 1e-12, "new attributes hold");

        auto refuses = [&](const char* name, const AttributeValue& value, const char* named) {
            return Refuses([&] { model->SetAttribute(name, value); }, named);
        };
        NS_TEST_EXPECT_MSG_EQ(refuses("Levels", UintegerValue(0), "0"), true, "no levels");
        NS_TEST_EXPECT_MSG_EQ(refuses("NormalizedDoppler", DoubleValue(-1), "-1"), true, "f_d < 0");
        NS_TEST_EXPECT_MSG_EQ(refuses("RicianK", DoubleValue(70), "70"), true, "K");
        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { model->SetRicianK(NAN); }, "nan"), true, "no number");
        NS_TEST_EXPECT_MSG_EQ(refuses("SlotDuration", TimeValue(Time(0)), "0"), true, "no slot");
        auto nowhere = CreateObject<ConstantPositionMobilityModel>();
        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { model->CalcRxPower(0, a, nowhere); }, "Node"),
                              true,
                              "a mobility model without a node");
    }
};

/// Reproducibility: the same RngRun gives the same path, another run or stream another one.
class FadingRunsTestCase : public TestCase
{
  public:
    FadingRunsTestCase()
        : TestCase("fading follows RngRun and streams")
    {
    }

  private:
    template <typename Path>
    void Check(Path path)
    {
        const uint64_t run = RngSeedManager::GetRun();
        const auto first = path(1);
        NS_TEST_EXPECT_MSG_EQ((first == path(1)), true, "same run, same stream");
        NS_TEST_EXPECT_MSG_EQ((first == path(2)), false, "another stream");
        RngSeedManager::SetRun(run + 1);
        NS_TEST_EXPECT_MSG_EQ((first == path(1)), false, "another run");
        RngSeedManager::SetRun(run);
        NS_TEST_EXPECT_MSG_EQ((first == path(1)), true, "back again");
    }

    void DoRun() override
    {
        Check([](int64_t stream) {
            auto model = CreateObject<MarkovFadingLossModel>();
            NS_ABORT_IF(model->AssignStreams(stream) != 1);
            std::vector<double> gains;
            for (int64_t slot = 0; slot < 50; ++slot)
            {
                gains.push_back(model->GetProcess(3, 4)->GainAt(slot));
            }
            return gains;
        });
        Check([](int64_t stream) {
            auto model = CreateObject<FadingLossModel>();
            NS_ABORT_IF(model->AssignStreams(stream) != 1);
            std::vector<double> gains;
            for (int64_t slot = 0; slot < 50; ++slot)
            {
                gains.push_back(model->GetGain(3, 4, slot));
            }
            return gains;
        });
    }
};

/// Continuous block fading: the right distribution, independent slots, reciprocal.
class BlockFadingTestCase : public TestCase
{
  public:
    BlockFadingTestCase()
        : TestCase("continuous block fading")
    {
    }

  private:
    void DoRun() override
    {
        for (const char* kind : {"Rayleigh", "Rician"})
        {
            auto model = CreateObject<FadingLossModel>();
            model->AssignStreams(8);
            model->SetAttribute("Fading", StringValue(kind));
            const double k = std::string(kind) == "Rician" ? 10 : 0; // 10 dB by default
            const auto thresholds = EqualProbabilityThresholds(FadingDistribution(k), 16);
            std::vector<double> counts(16, 0);
            double mean = 0;
            double product = 0;
            double last = 1;
            constexpr int SLOTS = 160000;
            for (int slot = 0; slot < SLOTS; ++slot)
            {
                const double gain = model->GetGain(1, 2, slot);
                ++counts[std::upper_bound(thresholds.begin(), thresholds.end(), gain) -
                         thresholds.begin() - 1];
                mean += gain / SLOTS;
                product += (gain - 1) * (last - 1) / SLOTS;
                last = gain;
            }
            NS_TEST_EXPECT_MSG_EQ(Fits(counts, std::vector<double>(16, 10000), 1), true, kind);
            // standard error of the mean of 160000 gains of variance at most 1: 0.0025
            NS_TEST_EXPECT_MSG_EQ_TOL(mean, 1, 0.0125, kind << " has unit mean");
            NS_TEST_EXPECT_MSG_EQ_TOL(product, 0, 0.0125, kind << " has independent slots");
            NS_TEST_EXPECT_MSG_EQ(model->GetGain(1, 2, 77), model->GetGain(2, 1, 77), "reciprocal");
            NS_TEST_EXPECT_MSG_NE(model->GetGain(1, 2, 77), model->GetGain(1, 3, 77), "pairs");
        }
        auto model = CreateObject<FadingLossModel>();
        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { model->SetRicianK(99); }, "99"), true, "K");
        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { model->SetSlotDuration(Seconds(-2)); }, "-2"),
                              true,
                              "slot duration");
        const auto a = NewNode();
        const auto b = NewNode();
        NS_TEST_EXPECT_MSG_EQ_TOL(model->CalcRxPower(20, a, b),
                                  20 + 10 * std::log10(model->GetGain(IdOf(a), IdOf(b), 0)),
                                  1e-12,
                                  "received power");
    }
};

class MarkovFadingTestSuite : public TestSuite
{
  public:
    MarkovFadingTestSuite()
        : TestSuite("sterna-markov-fading", TestSuite::Type::UNIT)
    {
        AddTestCase(new MarkovProcessStatisticsTestCase);
        AddTestCase(new RandomAccessTestCase);
        AddTestCase(new MarkovFadingLossTestCase);
        AddTestCase(new FadingRunsTestCase);
        AddTestCase(new BlockFadingTestCase);
    }
};

MarkovFadingTestSuite g_markovFadingTestSuite;

} // namespace
