/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/node.h"
#include "ns3/random-variable-stream.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-fading-loss-model.h"
#include "ns3/sterna-fading-statistics.h"
#include "ns3/sterna-finite-state-markov-channel.h"
#include "ns3/sterna-markov-fading-loss-model.h"
#include "ns3/sterna-markov-fading-process.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>
#include <complex>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

/// Whether an action is refused by one sentence that names a value.
template <typename Action>
bool
Refuses(Action action, const std::string& value)
{
    try
    {
        action();
    }
    catch (const InputError& error)
    {
        return std::string(error.what()).find(value) != std::string::npos;
    }
    return false;
}

/// Density of the Rician power gain as textbooks print it (Simon and Alouini, 2005, eq. (2.16)):
/// (1 + K) exp(-K - (1 + K) x) I0(2 sqrt(K (1 + K) x)).
double
RicianDensity(double k, double x)
{
    return (1 + k) * std::exp(-k - (1 + k) * x) *
           boost::math::cyl_bessel_i(0, 2 * std::sqrt(k * (1 + k) * x));
}

/// Integral of x^power times the Rician density, by quadrature.
double
RicianMoment(double k, int power, double from, double to)
{
    return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
        [&](double x) { return std::pow(x, power) * RicianDensity(k, x); },
        from,
        to,
        15,
        1e-12);
}

/// Whether counts fit expected frequencies by Pearson's chi-squared test, which a correct process
/// fails once in a million times (and this one, being deterministic, always or never).
bool
Fits(const std::vector<double>& counts, const std::vector<double>& expected, uint32_t constraints)
{
    double statistic = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
    {
        statistic += std::pow(counts[i] - expected[i], 2) / expected[i];
    }
    const boost::math::chi_squared distribution(counts.size() - constraints);
    return statistic < quantile(distribution, 1 - 1e-6);
}

/// Quantiles and conditional means: the levels' gains rest on them.
class FadingDistributionTestCase : public TestCase
{
  public:
    FadingDistributionTestCase()
        : TestCase("quantiles and conditional means of Rayleigh and Rician fading")
    {
    }

  private:
    void DoRun() override
    {
        const FadingDistribution rayleigh(0);
        for (double p : {0.01, 0.25, 0.5, 0.875, 0.999})
        {
            // the exponential distribution in closed form
            NS_TEST_EXPECT_MSG_EQ_TOL(rayleigh.Quantile(p), -std::log(1 - p), 1e-12, p);
            NS_TEST_EXPECT_MSG_EQ_TOL(rayleigh.Cdf(-std::log(1 - p)), p, 1e-12, p);
        }
        // two levels by hand: below ln 2 the mean is 1 - ln 2, above it 1 + ln 2
        const auto halves = EqualProbabilityThresholds(rayleigh, 2);
        const auto means = ConditionalMeans(rayleigh, halves);
        NS_TEST_EXPECT_MSG_EQ_TOL(halves[1], std::log(2), 1e-12, "median");
        NS_TEST_EXPECT_MSG_EQ_TOL(means[0], 1 - std::log(2), 1e-12, "lower half");
        NS_TEST_EXPECT_MSG_EQ_TOL(means[1], 1 + std::log(2), 1e-12, "upper half");

        for (double k : {0.5, 1.0, 10.0, 100.0})
        {
            const FadingDistribution rician(k);
            const auto thresholds = EqualProbabilityThresholds(rician, 8);
            const auto levels = ConditionalMeans(rician, thresholds);
            double mean = 0;
            for (uint32_t l = 0; l < 8; ++l)
            {
                const double to = l == 7 ? thresholds[7] + 40 / (1 + std::sqrt(k)) : thresholds[l + 1];
                // numerical quadrature of the density
                NS_TEST_EXPECT_MSG_EQ_TOL(RicianMoment(k, 0, thresholds[l], to),
                                          0.125,
                                          1e-9,
                                          "probability of level " << l << " for K = " << k);
                NS_TEST_EXPECT_MSG_EQ_TOL(8 * RicianMoment(k, 1, thresholds[l], to),
                                          levels[l],
                                          1e-8,
                                          "mean of level " << l << " for K = " << k);
                mean += levels[l] / 8;
            }
            NS_TEST_EXPECT_MSG_EQ_TOL(mean, 1, 1e-12, "unit mean for K = " << k);
        }
        // K -> 0 is Rayleigh
        NS_TEST_EXPECT_MSG_EQ_TOL(FadingDistribution(1e-12).Quantile(0.3),
                                  rayleigh.Quantile(0.3),
                                  1e-9,
                                  "continuity");
        NS_TEST_EXPECT_MSG_EQ(Refuses([] { FadingDistribution bad(-1); }, "-1"), true, "K < 0");
        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { EqualProbabilityThresholds(rayleigh, 0); }, "0"),
                              true,
                              "no levels");
    }
};

/// Level crossing on cases small enough for a pocket calculator, and its limit.
class LevelCrossingTestCase : public TestCase
{
  public:
    LevelCrossingTestCase()
        : TestCase("level-crossing transitions")
    {
    }

  private:
    void DoRun() override
    {
        // by hand: N = sqrt(2 pi ln 2) exp(-ln 2) f_d = 1.04346 f_d; times T over 1/2
        const FadingDistribution rayleigh(0);
        const auto p =
            LevelCrossingTransitions(rayleigh, EqualProbabilityThresholds(rayleigh, 2), 0.02);
        NS_TEST_EXPECT_MSG_EQ_TOL(p(0, 1), 0.0417382, 1e-6, "up");
        NS_TEST_EXPECT_MSG_EQ_TOL(p(1, 0), 0.0417382, 1e-6, "down");
        NS_TEST_EXPECT_MSG_EQ_TOL(p(0, 0), 1 - 0.0417382, 1e-6, "stay");

        // Rice's formula as printed: sqrt(2 pi (K+1) x) exp(-K - (K+1) x) I0(2 sqrt(K (K+1) x))
        for (double x : {0.3, 0.9, 1.4})
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(FadingDistribution(10).CrossingRate(x),
                                      std::sqrt(2 * M_PI * x / 11) * RicianDensity(10, x),
                                      1e-10,
                                      "Rician crossing rate at " << x);
            NS_TEST_EXPECT_MSG_EQ_TOL(rayleigh.CrossingRate(x),
                                      std::sqrt(2 * M_PI * x) * std::exp(-x),
                                      1e-10,
                                      "Rayleigh crossing rate at " << x);
        }
        for (double k : {0.0, 10.0})
        {
            for (uint32_t levels : {2, 3, 8, 32})
            {
                const FadingDistribution fading(k);
                const auto thresholds = EqualProbabilityThresholds(fading, levels);
                const double limit = LevelCrossingLimit(levels);
                NS_TEST_EXPECT_MSG_GT_OR_EQ(
                    LevelCrossingTransitions(fading, thresholds, limit).minCoeff(),
                    0,
                    "still probabilities at the limit, L = " << levels);
                NS_TEST_EXPECT_MSG_EQ(
                    Refuses([&] { LevelCrossingTransitions(fading, thresholds, 1.5); }, "1.5"),
                    true,
                    "beyond the limit");
                // where FiniteStateMarkovChannel changes from one form to the other
                const auto crossing = LevelCrossingTransitions(fading, thresholds, limit / 3);
                const auto integral =
                    IntegratedTransitions(fading, thresholds, ScatterCorrelation(limit / 3));
                NS_TEST_EXPECT_MSG_LT((crossing - integral).cwiseAbs().maxCoeff(),
                                      0.01,
                                      "the two forms agree, L = " << levels << ", K = " << k);
            }
        }
    }
};

/// The integral of the bivariate distribution against an expansion that shares nothing with it, and
/// against a simulation of correlated Gaussians.
class IntegratedTransitionsTestCase : public TestCase
{
  public:
    IntegratedTransitionsTestCase()
        : TestCase("integrated transitions")
    {
    }

  private:
    void DoRun() override
    {
        for (double rho : {0.1, 0.5, -0.4, 0.9037, 0.99})
        {
            const FadingDistribution rayleigh(0);
            const auto thresholds = EqualProbabilityThresholds(rayleigh, 8);
            const Eigen::MatrixXd error = IntegratedTransitions(rayleigh, thresholds, rho) -
                               Downton(thresholds, rho);
            NS_TEST_EXPECT_MSG_LT(error.cwiseAbs().maxCoeff(), 1e-9, "Rayleigh, rho " << rho);
        }
        for (double k : {1.0, 10.0})
        {
            for (double rho : {0.9037, -0.4})
            {
                const FadingDistribution fading(k);
                const auto thresholds = EqualProbabilityThresholds(fading, 8);
                const Eigen::MatrixXd error = IntegratedTransitions(fading, thresholds, rho) -
                                   MonteCarlo(k, thresholds, rho);
                // each row has 50000 samples: standard deviation at most 0.5 / 224 = 0.0022
                NS_TEST_EXPECT_MSG_LT(error.cwiseAbs().maxCoeff(),
                                      0.011,
                                      "simulated, K " << k << ", rho " << rho);
            }
        }
        // J0 at its tabulated points (Abramowitz and Stegun, Tables 9.1 and 9.5)
        NS_TEST_EXPECT_MSG_EQ_TOL(ScatterCorrelation(1 / (2 * M_PI)), 0.7651976866, 1e-9, "J0(1)");
        NS_TEST_EXPECT_MSG_EQ_TOL(ScatterCorrelation(2.4048255577 / (2 * M_PI)), 0, 1e-9, "zero");
        NS_TEST_EXPECT_MSG_EQ_TOL(ScatterCorrelation(3.8317059702 / (2 * M_PI)),
                                  -0.4027593957,
                                  1e-9,
                                  "the most negative correlation");
        NS_TEST_EXPECT_MSG_EQ(Refuses([] { ScatterCorrelation(-0.1); }, "-0.1"), true, "f_d T < 0");
    }

    /**
     * Rayleigh transitions by the expansion of the bivariate exponential density in Laguerre
     * polynomials, exp(-x - y) sum of rho^(2n) L_n(x) L_n(y) (Downton, "Bivariate exponential
     * distributions in reliability theory", 1970; Kibble, 1941), integrated level by level with
     * the integral of exp(-x) L_n(x) over x > y: exp(-y) (L_n(y) - L_(n-1)(y)).
     */
    static Eigen::MatrixXd Downton(const std::vector<double>& thresholds, double rho)
    {
        const Eigen::Index levels = thresholds.size() - 1;
        constexpr int TERMS = 2500;
        Eigen::MatrixXd tail = Eigen::MatrixXd::Zero(levels + 1, TERMS);
        tail(0, 0) = 1;
        for (Eigen::Index l = 1; l < levels; ++l)
        {
            const double y = thresholds[l];
            double before = 0; // L_(n-1)
            double now = 1;    // L_n
            for (int n = 0; n < TERMS; ++n)
            {
                tail(l, n) = std::exp(-y) * (now - before);
                const double next = ((2 * n + 1 - y) * now - n * before) / (n + 1);
                before = now;
                now = next;
            }
        }
        const Eigen::MatrixXd inLevel = tail.topRows(levels) - tail.bottomRows(levels);
        Eigen::VectorXd power(TERMS);
        for (int n = 0; n < TERMS; ++n)
        {
            power(n) = std::pow(rho, 2 * n);
        }
        return levels * inLevel * power.asDiagonal() * inLevel.transpose();
    }

    /// Transitions of simulated gains |line of sight + correlated complex Gaussian|^2.
    static Eigen::MatrixXd MonteCarlo(double k, const std::vector<double>& thresholds, double rho)
    {
        auto normal = CreateObject<NormalRandomVariable>();
        normal->SetStream(4711);
        auto gaussian = [&] {
            return std::complex<double>(normal->GetValue(), normal->GetValue()) * std::sqrt(0.5);
        };
        auto levelOf = [&](std::complex<double> scatter) {
            const double gain = std::norm(std::sqrt(k) + scatter) / (1 + k);
            Eigen::Index level = 0;
            while (gain > thresholds[level + 1])
            {
                ++level;
            }
            return level;
        };
        const Eigen::Index levels = thresholds.size() - 1;
        const int samples = 50000 * levels;
        Eigen::MatrixXd counts = Eigen::MatrixXd::Zero(levels, levels);
        for (int i = 0; i < samples; ++i)
        {
            const auto now = gaussian();
            const auto next = rho * now + std::sqrt(1 - rho * rho) * gaussian();
            ++counts(levelOf(now), levelOf(next));
        }
        return counts * levels / samples;
    }
};

/// The chain as a whole: a stochastic matrix with uniform stationary distribution, whose gains have
/// the autocorrelation of the continuous fading.
class MarkovChannelTestCase : public TestCase
{
  public:
    MarkovChannelTestCase()
        : TestCase("finite-state Markov channel against theory")
    {
    }

  private:
    void DoRun() override
    {
        for (double k : {0.0, 1.0, 10.0, 1000.0})
        {
            for (double doppler : {0.0, 1e-4, 0.03, 0.1, 0.45, 26.7})
            {
                for (uint32_t levels : {1, 2, 8})
                {
                    const FiniteStateMarkovChannel channel(FadingDistribution(k), levels, doppler);
                    const auto& p = channel.GetTransitions();
                    NS_TEST_EXPECT_MSG_GT_OR_EQ(p.minCoeff(), 0, "probabilities");
                    NS_TEST_EXPECT_MSG_LT((p.rowwise().sum().array() - 1).abs().maxCoeff(),
                                          1e-12,
                                          "rows sum to 1");
                    NS_TEST_EXPECT_MSG_LT((p.colwise().sum().array() - 1).abs().maxCoeff(),
                                          1e-9,
                                          "the uniform distribution is stationary");
                }
            }
            CheckAutocorrelation(k);
        }
        const FiniteStateMarkovChannel frozen(FadingDistribution(10), 8, 0);
        NS_TEST_EXPECT_MSG_EQ((frozen.GetTransitions() == Eigen::MatrixXd::Identity(8, 8)),
                              true,
                              "nothing changes without Doppler");
        NS_TEST_EXPECT_MSG_EQ((FiniteStateMarkovChannel::GetShared(10, 8, 0.1) ==
                               FiniteStateMarkovChannel::GetShared(10, 8, 0.1)),
                              true,
                              "shared");
        for (uint32_t levels : {0, 257})
        {
            NS_TEST_EXPECT_MSG_EQ(Refuses(
                                      [&] {
                                          FiniteStateMarkovChannel bad(FadingDistribution(1),
                                                                       levels,
                                                                       0.1);
                                      },
                                      std::to_string(levels)),
                                  true,
                                  "number of levels");
        }
        NS_TEST_EXPECT_MSG_EQ(
            Refuses([] { FiniteStateMarkovChannel bad(FadingDistribution(1), 8, -0.2); }, "-0.2"),
            true,
            "f_d T < 0");
    }

    /// Closed form: J0^2 for Rayleigh, (2 K rho + rho^2) / (2 K + 1) for Rician, with variance
    /// (2 K + 1) / (K + 1)^2. Levels keep less variance than the gain itself: 3 % less for L = 64.
    void CheckAutocorrelation(double k)
    {
        constexpr uint32_t LEVELS = 64;
        for (double doppler : {0.1, 0.2, k < 100 ? 0.61 : 0.05})
        {
            const FiniteStateMarkovChannel channel(FadingDistribution(k), LEVELS, doppler);
            Eigen::VectorXd gain(LEVELS);
            for (uint32_t l = 0; l < LEVELS; ++l)
            {
                gain(l) = channel.GetGain(l);
            }
            const double product = gain.dot(channel.GetTransitions() * gain) / LEVELS;
            const double rho = boost::math::cyl_bessel_j(0, 2 * M_PI * doppler);
            const double variance = (2 * k + 1) / std::pow(k + 1, 2);
            const double correlation = (2 * k * rho + rho * rho) / (2 * k + 1);
            NS_TEST_EXPECT_MSG_EQ_TOL((product - 1) / variance,
                                      correlation,
                                      0.03,
                                      "K " << k << ", f_d T " << doppler);
        }
    }
};

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

class FadingTestSuite : public TestSuite
{
  public:
    FadingTestSuite()
        : TestSuite("sterna-fading", TestSuite::Type::UNIT)
    {
        AddTestCase(new FadingDistributionTestCase);
        AddTestCase(new LevelCrossingTestCase);
        AddTestCase(new IntegratedTransitionsTestCase);
        AddTestCase(new MarkovChannelTestCase);
        AddTestCase(new MarkovProcessStatisticsTestCase);
        AddTestCase(new RandomAccessTestCase);
        AddTestCase(new MarkovFadingLossTestCase);
        AddTestCase(new FadingRunsTestCase);
        AddTestCase(new BlockFadingTestCase);
    }
};

FadingTestSuite g_fadingTestSuite;

} // namespace
