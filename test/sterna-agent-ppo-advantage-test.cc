/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * What PPO computes without networks: advantages against direct sums, the clipped loss against its
 * formula and finite differences, the scale of rewards, Beta samples against Boost's distribution.
 */

#include "sterna-agent-ppo-test.h"

#include "ns3/sterna-advantage.h"
#include "ns3/sterna-beta-distribution.h"
#include "ns3/sterna-orthogonal-matrix.h"
#include "ns3/sterna-ppo-loss.h"
#include "ns3/sterna-reward-scaler.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <cmath>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

RowMatrixXf
DrawMatrix(Eigen::Index rows, Eigen::Index columns, Generator& random)
{
    return RowMatrixXf::Zero(rows, columns).unaryExpr([&random](float) {
        return static_cast<float>(2.0 * random.Uniform() - 1.0);
    });
}

/// With constant reward and values, A_t is a geometric series; over episodes it is the direct sum.
class AdvantageTest : public TestCase
{
  public:
    AdvantageTest()
        : TestCase("Generalised advantages equal their closed form and the direct sum")
    {
    }

  private:
    void DoRun() override
    {
        CheckClosedForm();
        CheckDirectSum();
        // Returns 1, 2, 3 foreseen as 1, 2, 2: errors 0, 0, 1 have variance 2/9, the returns 2/3.
        RowMatrixXf returns(3, 1);
        RowMatrixXf values(3, 1);
        returns << 1, 2, 3;
        values << 1, 2, 2;
        NS_TEST_EXPECT_MSG_EQ_TOL(GetExplainedVariance(returns, values), 2.0 / 3.0, 1e-6, "share");
        values.setConstant(7);
        NS_TEST_EXPECT_MSG_EQ_TOL(GetExplainedVariance(returns, values), 0.0, 1e-6, "constant");
    }

    void CheckClosedForm()
    {
        const Eigen::Index steps = 20;
        const double discount = 0.9;
        const double lambda = 0.8;
        const RowMatrixXf rewards = RowMatrixXf::Constant(steps, 1, 1.0f);
        const RowMatrixXf values = RowMatrixXf::Constant(steps, 1, 5.0f);
        const StepFlags none = StepFlags::Constant(steps, false);
        const auto advantages =
            GetAdvantages(rewards, values, values, none, none, discount, lambda);
        const double delta = 1.0 + discount * 5.0 - 5.0;
        const double q = discount * lambda;
        for (Eigen::Index t = 0; t < steps; ++t)
        {
            const double series = delta * (1.0 - std::pow(q, steps - t)) / (1.0 - q);
            NS_TEST_EXPECT_MSG_EQ_TOL(advantages(t, 0), series, 1e-5, "step " << t);
        }
    }

    /// Three episodes: the first ends by a time limit, the second terminates, the last is cut off.
    void CheckDirectSum()
    {
        const Eigen::Index steps = 9;
        Generator random = MakeGenerator(1);
        const RowMatrixXf rewards = DrawMatrix(steps, 2, random);
        const RowMatrixXf values = DrawMatrix(steps, 2, random);
        const RowMatrixXf next = DrawMatrix(steps, 2, random);
        StepFlags terminated = StepFlags::Constant(steps, false);
        StepFlags cut = terminated;
        cut[2] = true;
        cut[6] = terminated[6] = true;
        const auto advantages = GetAdvantages(rewards, values, next, terminated, cut, 0.9, 0.7);
        const Eigen::Index ends[] = {2, 2, 2, 6, 6, 6, 6, 8, 8}; // last step of each one's episode
        for (Eigen::Index t = 0; t < steps; ++t)
        {
            for (Eigen::Index column = 0; column < 2; ++column)
            {
                double sum = 0;
                for (Eigen::Index k = t; k <= ends[t]; ++k)
                {
                    const double beyond = k == 6 ? 0.0 : 0.9 * next(k, column);
                    sum += std::pow(0.9 * 0.7, k - t) *
                           (rewards(k, column) + beyond - values(k, column));
                }
                NS_TEST_EXPECT_MSG_EQ_TOL(advantages(t, column), sum, 1e-5, "step " << t);
            }
        }
    }
};

/// Two actors with one parameter each; derivatives against central differences of a plain formula.
class LossTest : public TestCase
{
  public:
    explicit LossTest(PpoLossSettings::Ratio ratio)
        : TestCase("The clipped loss equals its formula, ratio " + std::to_string(ratio)),
          m_ratio(ratio)
    {
    }

  private:
    static constexpr Eigen::Index BATCH = 12;

    /// The whole loss, sample by sample.
    double GetLoss(const PolicyEvaluation& now) const
    {
        double policy = 0;
        double value = 0;
        for (Eigen::Index i = 0; i < BATCH; ++i)
        {
            // Logarithms of ratios: rows are actors, columns choice and parameter.
            double logarithms[2][2];
            for (int u = 0; u < 2; ++u)
            {
                logarithms[u][0] = now.choices(i, u) - m_targets.old.choices(i, u);
                logarithms[u][1] = now.parameters(i, u) - m_targets.old.parameters(i, u);
            }
            const auto surrogate = [&](double logarithm, Eigen::Index column) {
                const double r = std::exp(logarithm);
                const double a = m_targets.advantages(i, column);
                return std::min(r * a, std::min(std::max(r, 0.8), 1.2) * a);
            };
            if (m_ratio == PpoLossSettings::JOINT)
            {
                policy += surrogate(logarithms[0][0] + logarithms[0][1] + logarithms[1][0] +
                                        logarithms[1][1],
                                    0);
            }
            else if (m_ratio == PpoLossSettings::PER_HEAD)
            {
                policy += surrogate(logarithms[0][0] + logarithms[1][0], 0) +
                          surrogate(logarithms[0][1] + logarithms[1][1], 0);
            }
            else
            {
                for (int u = 0; u < 2; ++u)
                {
                    policy += m_targets.active(i, u) > 0.0f
                                  ? surrogate(logarithms[u][0] + logarithms[u][1], u)
                                  : 0.0;
                }
            }
            for (Eigen::Index column = 0; column < now.values.cols(); ++column)
            {
                const double v = now.values(i, column);
                const double old = m_targets.old.values(i, column);
                const double near = std::min(std::max(v, old - 0.2), old + 0.2);
                const double target = m_targets.returns(i, column);
                value +=
                    0.5 * std::max((v - target) * (v - target), (near - target) * (near - target));
            }
        }
        const bool perActor = m_ratio == PpoLossSettings::PER_ACTOR;
        const double samples = perActor ? m_targets.active.sum() : static_cast<double>(BATCH);
        return -policy / samples + 0.5 * value / static_cast<double>(now.values.size()) -
               0.03 * now.entropies.cast<double>().sum() / samples;
    }

    void DoRun() override
    {
        Generator random = MakeGenerator(2);
        const Eigen::Index columns = m_ratio == PpoLossSettings::PER_ACTOR ? 2 : 1;
        PolicyEvaluation now{DrawMatrix(BATCH, 2, random),
                             DrawMatrix(BATCH, 2, random),
                             DrawMatrix(BATCH, 2, random),
                             DrawMatrix(BATCH, columns, random)};
        m_targets.old = {now.choices + 0.2f * DrawMatrix(BATCH, 2, random),
                         now.parameters + 0.2f * DrawMatrix(BATCH, 2, random),
                         now.entropies,
                         now.values + 0.5f * DrawMatrix(BATCH, columns, random)};
        m_targets.advantages = DrawMatrix(BATCH, columns, random);
        m_targets.returns = DrawMatrix(BATCH, columns, random);
        m_targets.active.setOnes(BATCH, 2);
        m_targets.active(3, 1) = 0.0f;
        const PpoLossSettings settings{m_ratio, 0.2, 0.5, 0.03, true};
        const PpoLoss loss = GetPpoLoss(settings, now, m_targets);
        NS_TEST_EXPECT_MSG_EQ_TOL(loss.policy + 0.5 * loss.value - 0.03 * loss.entropy,
                                  GetLoss(now),
                                  1e-5,
                                  "loss");
        NS_TEST_EXPECT_MSG_EQ((loss.clipFraction > 0.0 && loss.clipFraction < 1.0),
                              true,
                              "clipped");
        NS_TEST_EXPECT_MSG_GT(loss.approximateKl, 0.0, "r - 1 - log r is at least 0");
        CheckDerivatives(now, now.choices, loss.derivatives.choices);
        CheckDerivatives(now, now.parameters, loss.derivatives.parameters);
        CheckDerivatives(now, now.entropies, loss.derivatives.entropies);
        CheckDerivatives(now, now.values, loss.derivatives.values);
    }

    void CheckDerivatives(const PolicyEvaluation& now, RowMatrixXf& part, const RowMatrixXf& found)
    {
        const float step = 1e-4f; // short, for there are kinks
        for (Eigen::Index i = 0; i < part.size(); ++i)
        {
            const float before = part.data()[i];
            part.data()[i] = before + step;
            const double above = GetLoss(now);
            part.data()[i] = before - step;
            const double below = GetLoss(now);
            part.data()[i] = before;
            NS_TEST_EXPECT_MSG_EQ_TOL(found.data()[i],
                                      (above - below) / (2.0 * step),
                                      3e-4,
                                      "number " << i);
        }
    }

    PpoLossSettings::Ratio m_ratio;
    PpoTargets m_targets;
};

class NormalizeTest : public TestCase
{
  public:
    NormalizeTest()
        : TestCase(
              "Advantages of a minibatch have mean 0 and deviation 1; idle actors do not count")
    {
    }

  private:
    void DoRun() override
    {
        RowMatrixXf advantages(2, 2);
        advantages << 1, 100, 3, 5;
        RowMatrixXf active(2, 2);
        active << 1, 0, 1, 1;
        // 1, 3, 5: mean 3, deviation 2.
        const auto normal = NormalizeAdvantages(advantages, active);
        NS_TEST_EXPECT_MSG_EQ_TOL(normal(0, 0), -1.0f, 1e-6, "lowest");
        NS_TEST_EXPECT_MSG_EQ_TOL(normal(1, 0), 0.0f, 1e-6, "mean");
        NS_TEST_EXPECT_MSG_EQ_TOL(normal(1, 1), 1.0f, 1e-6, "highest");
        const RowMatrixXf four = RowMatrixXf::Constant(1, 1, 4.0f);
        const RowMatrixXf acted = RowMatrixXf::Ones(1, 1);
        NS_TEST_EXPECT_MSG_EQ(NormalizeAdvantages(four, acted)(0, 0), 4.0f, "one has no deviation");
    }
};

class ScalerTest : public TestCase
{
  public:
    ScalerTest()
        : TestCase("Rewards are divided by the deviation of the discounted return")
    {
    }

  private:
    void DoRun() override
    {
        RewardScaler scaler(1, 0.5);
        RowMatrixXf rewards(4, 1);
        rewards << 1, 1, 1, 4;
        StepFlags cuts = StepFlags::Constant(4, false);
        cuts[1] = true;
        scaler.Apply(rewards, cuts);
        // Returns 1, 1.5 | 1, 4.5: mean 2, squares 1 + 0.25 + 1 + 6.25, variance 8.5 / 4.
        const double scale = std::sqrt(8.5 / 4.0);
        NS_TEST_EXPECT_MSG_EQ_TOL(scaler.GetScale(), scale, 1e-5, "scale");
        NS_TEST_EXPECT_MSG_EQ_TOL(rewards(3, 0), 4.0 / scale, 1e-5, "scaled");
    }
};

/// Kolmogorov's distance of samples from Boost's distribution function.
class BetaSampleTest : public TestCase
{
  public:
    BetaSampleTest()
        : TestCase("Samples follow the Beta distribution")
    {
    }

  private:
    void DoRun() override
    {
        Generator random = MakeGenerator(3);
        for (const auto& [alpha, beta] :
             std::vector<std::pair<double, double>>{{1, 1}, {1.7, 1.7}, {2, 9}, {40, 3}})
        {
            const BetaDistribution distribution(alpha, beta);
            const boost::math::beta_distribution<double> reference(alpha, beta);
            NS_TEST_EXPECT_MSG_EQ_TOL(distribution.GetMean(),
                                      boost::math::mean(reference),
                                      1e-12,
                                      "mean");
            const int count = 20000;
            std::vector<double> samples(count);
            for (double& sample : samples)
            {
                sample = distribution.Draw(random);
            }
            std::sort(samples.begin(), samples.end());
            double distance = 0;
            for (int i = 0; i < count; ++i)
            {
                const double expected = boost::math::cdf(reference, samples[i]);
                distance = std::max({distance,
                                     std::abs(expected - static_cast<double>(i) / count),
                                     std::abs(expected - (i + 1.0) / count)});
            }
            // Exceeded once in a thousand times.
            NS_TEST_EXPECT_MSG_LT(distance, 1.95 / std::sqrt(count), alpha << ", " << beta);
            NS_TEST_EXPECT_MSG_EQ((samples.front() >= BetaDistribution::MARGIN &&
                                   samples.back() <= 1.0 - BetaDistribution::MARGIN),
                                  true,
                                  "within the margin");
        }
    }
};

class OrthogonalTest : public TestCase
{
  public:
    OrthogonalTest()
        : TestCase("Initial weights are orthogonal, as long as they should be")
    {
    }

  private:
    void DoRun() override
    {
        Generator random = MakeGenerator(4);
        const RowMatrixXf wide = DrawOrthogonal(3, 7, 2.0, random);
        const RowMatrixXf tall = DrawOrthogonal(7, 3, 2.0, random);
        const Eigen::Matrix3f expected = 4.0f * Eigen::Matrix3f::Identity();
        NS_TEST_EXPECT_MSG_LT((wide * wide.transpose() - expected).cwiseAbs().maxCoeff(),
                              1e-5,
                              "rows");
        NS_TEST_EXPECT_MSG_LT((tall.transpose() * tall - expected).cwiseAbs().maxCoeff(),
                              1e-5,
                              "columns");
    }
};

} // namespace

std::vector<TestCase*>
MakePpoAdvantageTests()
{
    return {new AdvantageTest(),
            new LossTest(PpoLossSettings::PER_HEAD),
            new LossTest(PpoLossSettings::JOINT),
            new LossTest(PpoLossSettings::PER_ACTOR),
            new NormalizeTest(),
            new ScalerTest(),
            new BetaSampleTest(),
            new OrthogonalTest()};
}

} // namespace test
} // namespace sterna
} // namespace ns3
