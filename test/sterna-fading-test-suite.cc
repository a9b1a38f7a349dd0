/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-propagation-test-helpers.h"

#include "ns3/random-variable-stream.h"
#include "ns3/sterna-fading-statistics.h"
#include "ns3/sterna-finite-state-markov-channel.h"
#include "ns3/test.h"

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
                const double to =
                    l == 7 ? thresholds[7] + 40 / (1 + std::sqrt(k)) : thresholds[l + 1];
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
            const Eigen::MatrixXd error =
                IntegratedTransitions(rayleigh, thresholds, rho) - Downton(thresholds, rho);
            NS_TEST_EXPECT_MSG_LT(error.cwiseAbs().maxCoeff(), 1e-9, "Rayleigh, rho " << rho);
        }
        for (double k : {1.0, 10.0})
        {
            for (double rho : {0.9037, -0.4})
            {
                const FadingDistribution fading(k);
                const auto thresholds = EqualProbabilityThresholds(fading, 8);
                const Eigen::MatrixXd error =
                    IntegratedTransitions(fading, thresholds, rho) - MonteCarlo(k, thresholds, rho);
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
            NS_TEST_EXPECT_MSG_EQ(
                Refuses([&] { FiniteStateMarkovChannel bad(FadingDistribution(1), levels, 0.1); },
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
    }
};

FadingTestSuite g_fadingTestSuite;

} // namespace
