/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_TANH_GAUSSIAN_H
#define STERNA_TANH_GAUSSIAN_H

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The distribution of x = tanh(u) with u = mean + deviation noise and standard normal noise, in
 * (-1, 1): soft actor-critic's policy for one real (Haarnoja et al., 2018, appendix C).
 *
 *     log p(x) = -noise^2 / 2 - log(deviation) - log(2 pi) / 2 - log(1 - tanh(u)^2)
 *     log(1 - tanh(u)^2) = 2 (log 2 - u - softplus(-2 u))
 *
 * The second line stays finite and exact where tanh(u) rounds to 1.
 */
class TanhGaussian
{
  public:
    static constexpr double MIN_LOG_DEVIATION = -5.0;
    static constexpr double MAX_LOG_DEVIATION = 2.0;

    /// log(1 - tanh(u)^2): the logarithm of dx / du.
    static double LogSlope(double u)
    {
        const double softplus = std::max(-2.0 * u, 0.0) + std::log1p(std::exp(-2.0 * std::abs(u)));
        return 2.0 * (M_LN2 - u - softplus);
    }

    /// log p(tanh(u)) of u = mean + exp(logDeviation) noise.
    static double LogDensity(double noise, double logDeviation, double u)
    {
        const double logNormalizer = 0.5 * std::log(2.0 * M_PI);
        return -0.5 * noise * noise - logDeviation - logNormalizer - LogSlope(u);
    }

    /// A network's output, any number, as a logarithm of the deviation within its bounds.
    static double LogDeviation(double output)
    {
        constexpr double half = 0.5 * (MAX_LOG_DEVIATION - MIN_LOG_DEVIATION);
        return MIN_LOG_DEVIATION + half * (std::tanh(output) + 1.0);
    }

    /// The derivative of LogDeviation().
    static double LogDeviationSlope(double output)
    {
        constexpr double half = 0.5 * (MAX_LOG_DEVIATION - MIN_LOG_DEVIATION);
        const double squashed = std::tanh(output);
        return half * (1.0 - squashed * squashed);
    }
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_TANH_GAUSSIAN_H */
