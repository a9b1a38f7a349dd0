/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-beta-distribution.h"

#include "ns3/assert.h"
#include "ns3/log.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaBetaDistribution");

namespace
{

/// A Gamma variate of scale 1: Marsaglia and Tsang, ACM TOMS 26(3), 2000, for shapes from 1 on.
double
DrawGamma(double shape, Generator& random)
{
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / std::sqrt(9.0 * d);
    while (true)
    {
        const double x = random.Normal();
        const double root = 1.0 + c * x;
        const double u = 1.0 - random.Uniform(); // in (0, 1]
        if (root <= 0.0)
        {
            continue;
        }
        const double v = root * root * root;
        if (std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v))
        {
            return d * v;
        }
    }
}

} // namespace

BetaDistribution::BetaDistribution(double alpha, double beta)
    : m_alpha(alpha),
      m_beta(beta)
{
    NS_LOG_FUNCTION(this << alpha << beta);
    NS_ASSERT_MSG(alpha >= 1.0 && beta >= 1.0, "Beta(" << alpha << ", " << beta << ")");
}

double
BetaDistribution::GetMean() const
{
    return m_alpha / (m_alpha + m_beta);
}

double
BetaDistribution::Draw(Generator& random) const
{
    const double first = DrawGamma(m_alpha, random);
    const double second = DrawGamma(m_beta, random);
    return std::clamp(first / (first + second), MARGIN, 1.0 - MARGIN);
}

} // namespace sterna
} // namespace ns3
