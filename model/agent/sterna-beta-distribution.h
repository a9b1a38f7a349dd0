/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_BETA_DISTRIBUTION_H
#define STERNA_BETA_DISTRIBUTION_H

#include "sterna-generator.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The distribution Beta(alpha, beta) of a share x in (0, 1), for alpha and beta of at least 1, where
 * its density has one peak or none.
 */
class BetaDistribution
{
  public:
    /// Samples keep this distance from 0 and 1, where logarithms of densities end.
    static constexpr double MARGIN = 1e-4;

    BetaDistribution(double alpha, double beta);

    double GetMean() const;
    /// A sample, from two Gamma variates (Marsaglia and Tsang, 2000), within the margin.
    double Draw(Generator& random) const;

  private:
    double m_alpha;
    double m_beta;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_BETA_DISTRIBUTION_H */
