/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FADING_STATISTICS_H
#define STERNA_FADING_STATISTICS_H

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Power gain of Rician fading with unit mean; factor 0 is Rayleigh fading.
 *
 * The gain is X = |sqrt(K/(K+1)) + Z / sqrt(K+1)|^2, with a fixed line of sight and a scattered
 * part Z that is complex Gaussian of unit power. Then 2 (K+1) X is non-central chi-squared with two
 * degrees of freedom and non-centrality 2 K, and X is exponential for K = 0.
 */
class FadingDistribution
{
  public:
    /**
     * \param ricianFactor K: power of the line of sight over that of the scatter (linear, >= 0)
     * \throws InputError if it is negative or not finite
     */
    explicit FadingDistribution(double ricianFactor);

    /// K, linear.
    double RicianFactor() const
    {
        return m_factor;
    }

    /// Mean power of the scattered part: 1 / (K + 1).
    double ScatterPower() const
    {
        return 1 / (1 + m_factor);
    }

    /// Prob[X <= gain].
    double Cdf(double gain) const;

    /// The gain that X stays below with this probability (0 to 1; infinite at 1).
    double Quantile(double probability) const;

    /// E[X; X <= gain]: the share of the mean that gains up to this one contribute.
    double PartialMean(double gain) const;

    /**
     * Upward crossings of a gain per second and hertz of Doppler, for isotropic scatter:
     * sqrt(2 pi (K+1) x) exp(-K - (K+1) x) I0(2 sqrt(K (K+1) x)).
     *
     * Rice's formula (S. O. Rice, "Statistical properties of a sine wave plus random noise", 1948);
     * the line of sight itself has no Doppler.
     */
    double CrossingRate(double gain) const;

  private:
    double m_factor;
};

/**
 * \ingroup sterna
 * Thresholds 0 = x_0 < x_1 < ... < x_L = infinity between levels of equal probability 1/L.
 *
 * The equal-probability method of Wang and Moayeri, "Finite-state Markov channel: a useful model
 * for radio communication channels", IEEE Trans. Veh. Technol. 44(1), 1995 (paper 1's reference
 * [28]).
 *
 * \param fading distribution of the gain
 * \param levels L
 * \return L + 1 gains
 */
std::vector<double> EqualProbabilityThresholds(const FadingDistribution& fading, uint32_t levels);

/// Mean gain within each of the equally likely levels between these thresholds; they average to 1.
std::vector<double> ConditionalMeans(const FadingDistribution& fading,
                                     const std::vector<double>& thresholds);

/**
 * \ingroup sterna
 * Correlation of the scattered part over one slot, J0(2 pi f_d T) (Clarke's isotropic scatter).
 *
 * It oscillates and can be negative. The correlation of the power gains is its square for Rayleigh
 * fading and (2 K rho + rho^2) / (2 K + 1) for Rician fading.
 */
double ScatterCorrelation(double normalizedDoppler);

/**
 * \ingroup sterna
 * Prob[next level | this level], from the bivariate distribution of the fading.
 *
 * Two complex Gaussians of correlation rho share a common part C: Z = sqrt|rho| C + own part and Z'
 * = +-sqrt|rho| C + own part'. Given C, both gains are independent and non-central chi-squared, so
 * P is an average over C of products of level probabilities. For rho >= 0 both depend on the same
 * modulus and the average is one-dimensional; for rho < 0 it is two-dimensional. Composite
 * Gauss-Legendre rules keep the error below 1e-9.
 *
 * \param fading distribution of the gain
 * \param thresholds those of EqualProbabilityThresholds (L + 1)
 * \param correlation rho, within [-1, 1]
 * \return L x L, symmetric; each row sums to 1
 */
Eigen::MatrixXd IntegratedTransitions(const FadingDistribution& fading,
                                      const std::vector<double>& thresholds,
                                      double correlation);

/**
 * \ingroup sterna
 * Prob[next level | this level] by level crossing: crossings per slot over the level's probability,
 * to the neighbouring levels only. Wang and Moayeri, 1995; the approximation paper 1 names for (6).
 *
 * \param fading distribution of the gain
 * \param thresholds those of EqualProbabilityThresholds (L + 1)
 * \param normalizedDoppler f_d T, at most LevelCrossingLimit(L)
 * \return L x L, symmetric and tridiagonal; each row sums to 1
 */
Eigen::MatrixXd LevelCrossingTransitions(const FadingDistribution& fading,
                                         const std::vector<double>& thresholds,
                                         double normalizedDoppler);

/**
 * \ingroup sterna
 * Largest f_d T at which the level-crossing form yields probabilities: 1 / (2.15 L).
 *
 * A middle level is left upwards and downwards, and the crossing rate of Rayleigh fading peaks at
 * sqrt(pi / e) = 1.075 f_d; Rician fading crosses less often.
 */
double LevelCrossingLimit(uint32_t levels);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FADING_STATISTICS_H */
