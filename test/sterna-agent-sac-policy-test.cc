/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-sac-test.h"

#include "ns3/sterna-hybrid-policy.h"
#include "ns3/sterna-tanh-gaussian.h"

#include <cmath>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

double
NormalDistribution(double x)
{
    return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

/**
 * The density of x = tanh(u), u normal: by the midpoint rule its integral from -1 to c is
 * P(u <= atanh(c)), a value of the normal distribution.
 */
class TanhGaussianTest : public TestCase
{
  public:
    TanhGaussianTest()
        : TestCase("the density of a tanh-Gaussian integrates to the normal distribution")
    {
    }

  private:
    void DoRun() override
    {
        const double cases[][2] = {{0.3, 0.5}, {-1.0, 0.2}, {0.0, 0.05}, {0.6, 0.8}};
        for (const auto& [mean, deviation] : cases)
        {
            for (const double end : {-0.5, 0.0, 0.4, 1.0})
            {
                constexpr int POINTS = 200000;
                const double step = (end + 1.0) / POINTS;
                double integral = 0.0;
                for (int i = 0; i < POINTS; ++i)
                {
                    const double u = std::atanh(-1.0 + (i + 0.5) * step);
                    integral += step * std::exp(TanhGaussian::LogDensity((u - mean) / deviation,
                                                                         std::log(deviation),
                                                                         u));
                }
                const double expected =
                    end == 1.0 ? 1.0 : NormalDistribution((std::atanh(end) - mean) / deviation);
                NS_TEST_EXPECT_MSG_EQ_TOL(integral, expected, 1e-5, mean << " up to " << end);
            }
        }
        // Where tanh rounds to 1: 1 - tanh^2 = 4 / (e^u + e^-u)^2, so log 4 - 2 |u|.
        for (const double u : {-400.0, -30.0, 30.0, 400.0})
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(TanhGaussian::LogSlope(u),
                                      std::log(4.0) - 2.0 * std::abs(u),
                                      1e-10,
                                      "far out at " << u);
        }
        // The bounds, their middle, and a slope by differences.
        NS_TEST_EXPECT_MSG_EQ_TOL(TanhGaussian::LogDeviation(-1e3), -5.0, 1e-12, "least");
        NS_TEST_EXPECT_MSG_EQ_TOL(TanhGaussian::LogDeviation(1e3), 2.0, 1e-12, "largest");
        NS_TEST_EXPECT_MSG_EQ_TOL(TanhGaussian::LogDeviation(0.0), -1.5, 1e-12, "middle");
        const double rise =
            TanhGaussian::LogDeviation(0.7 + 1e-6) - TanhGaussian::LogDeviation(0.7 - 1e-6);
        NS_TEST_EXPECT_MSG_EQ_TOL(TanhGaussian::LogDeviationSlope(0.7), rise / 2e-6, 1e-6, "slope");
    }
};

/**
 * A policy whose outputs are known, because only the last biases are not 0: three actors with three
 * choices and one parameter.
 *
 * | actor | valid | logits | probabilities | mean, log deviation |
 * | --- | --- | --- | --- | --- |
 * | 0 | 0, 1 | 0, log 3, 9 | 1/4, 3/4, - | 0.5, -5 + 3.5 (tanh(0.4) + 1) |
 * | 1 | none | 1, 2, 3 | - | 1, -1.5 |
 * | 2 | all | 2, 2, 2 | 1/3 each | -0.25, -1.5 |
 */
class HybridPolicyTest : public TestCase
{
  public:
    HybridPolicyTest()
        : TestCase("probabilities, entropies, densities and draws equal a table by hand")
    {
    }

  private:
    void DoRun() override;

    void CheckBatch();
    void CheckDraws();

    HybridPolicy m_policy;
    Observation m_observation;
};

void
HybridPolicyTest::DoRun()
{
    m_policy = HybridPolicy(HybridSpaces(1, 3, 3, 1), {2});
    const float log3 = std::log(3.0f);
    Eigen::VectorXf biases(15);
    biases << 0, log3, 9, 1, 2, 3, 2, 2, 2, 0.5f, 1, -0.25f, 0.4f, 0, 0;
    m_policy.GetNetwork().GetParameters().tail(15) = biases;
    m_observation.features = Eigen::VectorXf::Ones(1);
    m_observation.mask.resize(3, 3);
    m_observation.mask << true, true, false, false, false, false, true, true, true;
    CheckBatch();
    CheckDraws();
}

void
HybridPolicyTest::CheckBatch()
{
    RowMatrixXf mask(1, 9);
    mask << 1, 1, 0, 0, 0, 0, 1, 1, 1;
    RowMatrixXf noise(1, 3);
    noise << 0.8f, -0.3f, -1.1f;
    HybridDecisions is;
    m_policy.Decide(RowMatrixXf::Ones(1, 1), mask, noise, is);
    const double probabilities[] = {0.25, 0.75, 0, 0, 0, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3};
    double entropy = 0.0;
    for (int i = 0; i < 9; ++i)
    {
        const double p = probabilities[i];
        const double log = p > 0.0 ? std::log(p) : 0.0;
        entropy -= p * log;
        NS_TEST_EXPECT_MSG_EQ_TOL(is.probabilities(0, i), p, 1e-6, "probability " << i);
        NS_TEST_EXPECT_MSG_EQ_TOL(is.logProbabilities(0, i), log, 1e-6, "its logarithm " << i);
    }
    NS_TEST_EXPECT_MSG_EQ_TOL(is.entropy[0], entropy, 1e-6, "entropy");
    NS_TEST_EXPECT_MSG_EQ_TOL(is.logValid[0], std::log(2.0) + std::log(3.0), 1e-6, "largest");
    NS_TEST_EXPECT_MSG_EQ(is.reals[0], 2.0f, "parameters of actors that act");
    const double first = std::exp(-5.0 + 3.5 * (std::tanh(0.4) + 1.0));
    const double u[] = {0.5 + 0.8 * first, 0.0, -0.25 - 1.1 * std::exp(-1.5)};
    // log N(u) - log(1 - tanh(u)^2), in the plain form that suits moderate u
    const auto density = [](double z, double sigma, double at) {
        return -0.5 * z * z - std::log(sigma * std::sqrt(2.0 * M_PI)) -
               std::log(1.0 - std::tanh(at) * std::tanh(at));
    };
    const double logDensity = density(0.8, first, u[0]) + density(-1.1, std::exp(-1.5), u[2]);
    NS_TEST_EXPECT_MSG_EQ_TOL(is.logDensity[0], logDensity, 1e-5, "density");
    for (int i = 0; i < 3; ++i)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(is.parameters(0, i), std::tanh(u[i]), 1e-6, "parameter " << i);
    }
}

void
HybridPolicyTest::CheckDraws()
{
    const Action best = m_policy.ActBest(m_observation);
    NS_TEST_EXPECT_MSG_EQ(best.choice[0], 1, "the most probable valid choice");
    NS_TEST_EXPECT_MSG_EQ(best.choice[1], -1, "no valid choice");
    NS_TEST_EXPECT_MSG_EQ(best.choice[2], 0, "the first of equal choices");
    NS_TEST_EXPECT_MSG_EQ_TOL(best.parameters(0, 0), std::tanh(0.5), 1e-6, "tanh of the mean");
    NS_TEST_EXPECT_MSG_EQ(best.parameters(1, 0), 0.0f, "no parameter without a choice");

    auto uniform = CreateObject<UniformRandomVariable>();
    uniform->SetStream(3);
    Generator random;
    random.Seed(uniform);
    constexpr int DRAWS = 20000;
    int counts[3][3]{};
    double sum = 0.0;
    double squares = 0.0;
    int none = 0;
    for (int i = 0; i < DRAWS; ++i)
    {
        const Action action = m_policy.ActRandomly(m_observation, random);
        none += action.choice[1] == -1 && action.parameters(1, 0) == 0.0f ? 1 : 0;
        for (const int u : {0, 2})
        {
            ++counts[u][action.choice[u]];
        }
        const double u = std::atanh(static_cast<double>(action.parameters(0, 0)));
        sum += u;
        squares += u * u;
    }
    NS_TEST_EXPECT_MSG_EQ(none, DRAWS, "never a choice where none is valid");
    NS_TEST_EXPECT_MSG_EQ(counts[0][2], 0, "never an invalid choice");
    // Bounds: 5 standard errors.
    NS_TEST_EXPECT_MSG_EQ_TOL(counts[0][0], DRAWS / 4.0, 5 * std::sqrt(DRAWS * 0.1875), "1 of 4");
    for (int a = 0; a < 3; ++a)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(counts[2][a],
                                  DRAWS / 3.0,
                                  5 * std::sqrt(DRAWS * 2.0 / 9.0),
                                  "1 of 3: " << a);
    }
    const double sigma = std::exp(-5.0 + 3.5 * (std::tanh(0.4) + 1.0));
    const double mean = sum / DRAWS;
    NS_TEST_EXPECT_MSG_EQ_TOL(mean, 0.5, 5 * sigma / std::sqrt(DRAWS), "mean of u");
    NS_TEST_EXPECT_MSG_EQ_TOL(std::sqrt(squares / DRAWS - mean * mean),
                              sigma,
                              5 * sigma / std::sqrt(2.0 * DRAWS),
                              "deviation of u");
}

} // namespace

std::vector<TestCase*>
MakeSacPolicyTests()
{
    return {new TanhGaussianTest, new HybridPolicyTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
