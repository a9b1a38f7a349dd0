/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-fading-statistics.h"

#include "sterna-propagation-checks.h"

#include "ns3/log.h"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <boost/math/distributions/non_central_chi_squared.hpp>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFadingStatistics");

namespace
{

using boost::math::non_central_chi_squared;
using boost::math::constants::pi;

/// A Gaussian tail beyond this many amplitudes, exp(-6.5^2) = 4e-19, does not show in a double.
constexpr double TAIL = 6.5;

/// Distribution of 2 |m + Z|^2 / E|Z|^2 for a complex Gaussian Z around a fixed amplitude m.
non_central_chi_squared
ScaledPower(double amplitude, double scatterPower)
{
    return {2, 2 * amplitude * amplitude / scatterPower};
}

/// Prob[|m + Z|^2 <= gain].
double
CdfAround(double amplitude, double scatterPower, double gain)
{
    const double reach = TAIL * std::sqrt(scatterPower);
    const double distance = std::sqrt(gain) - amplitude;
    if (std::abs(distance) > reach)
    {
        return distance > 0 ? 1 : 0;
    }
    return cdf(ScaledPower(amplitude, scatterPower), 2 * gain / scatterPower);
}

/// Density of the amplitude |m + Z|.
double
AmplitudeDensity(double mean, double scatterPower, double amplitude)
{
    const double scale = 2 / scatterPower;
    return pdf(ScaledPower(mean, scatterPower), scale * amplitude * amplitude) * 2 * scale *
           amplitude;
}

/// Probability of each level, for scatter around a fixed amplitude.
Eigen::VectorXd
LevelProbabilities(const std::vector<double>& thresholds, double amplitude, double scatterPower)
{
    Eigen::VectorXd probability(thresholds.size() - 1);
    double below = 0;
    for (Eigen::Index l = 0; l < probability.size(); ++l)
    {
        const double belowNext = CdfAround(amplitude, scatterPower, thresholds[l + 1]);
        probability(l) = belowNext - below;
        below = belowNext;
    }
    return probability;
}

/// Calls visit(node, weight) over a Gauss-Legendre rule of 10 points in each of so many panels.
template <typename Visit>
void
ForEachNode(double from, double to, uint32_t panels, Visit visit)
{
    using Rule = boost::math::quadrature::gauss<double, 10>;
    const double half = (to - from) / panels / 2;
    for (uint32_t panel = 0; panel < panels; ++panel)
    {
        const double middle = from + (2 * panel + 1) * half;
        for (std::size_t i = 0; i < Rule::abscissa().size(); ++i)
        {
            visit(middle - half * Rule::abscissa()[i], half * Rule::weights()[i]);
            visit(middle + half * Rule::abscissa()[i], half * Rule::weights()[i]);
        }
    }
}

/// Joint level probabilities when both amplitudes of the common part are the same.
Eigen::MatrixXd
JointOverAmplitude(const FadingDistribution& fading,
                   const std::vector<double>& thresholds,
                   double sharedPower,
                   double ownPower)
{
    const double lineOfSight = std::sqrt(fading.RicianFactor() * fading.ScatterPower());
    const double spread = std::sqrt(sharedPower);
    const double from = std::max(0.0, lineOfSight - TAIL * spread);
    const double to = lineOfSight + TAIL * spread;
    // the integrand varies over the narrower of the two spreads
    const double steps = (to - from) / std::min(spread, std::sqrt(ownPower));
    const auto panels = static_cast<uint32_t>(std::ceil(2 * steps));
    Eigen::MatrixXd joint = Eigen::MatrixXd::Zero(thresholds.size() - 1, thresholds.size() - 1);
    ForEachNode(from, to, panels, [&](double amplitude, double weight) {
        const auto level = LevelProbabilities(thresholds, amplitude, ownPower);
        joint += weight * AmplitudeDensity(lineOfSight, sharedPower, amplitude) * level *
                 level.transpose();
    });
    return joint;
}

/// Joint level probabilities when the common part enters the next gain with opposite sign.
Eigen::MatrixXd
JointOverPlane(const FadingDistribution& fading,
               const std::vector<double>& thresholds,
               double sharedPower,
               double ownPower)
{
    constexpr uint32_t RADIAL_PANELS = 6;
    constexpr uint32_t PHASES = 48;
    const double lineOfSight = std::sqrt(fading.RicianFactor() * fading.ScatterPower());
    const Eigen::Index levels = thresholds.size() - 1;
    Eigen::MatrixXd joint = Eigen::MatrixXd::Zero(levels, levels);
    ForEachNode(0, TAIL, RADIAL_PANELS, [&](double radius, double weight) {
        // over half a turn; the next amplitude at a phase is this one at its supplement
        Eigen::MatrixXd level(levels, PHASES);
        for (uint32_t i = 0; i < PHASES; ++i)
        {
            const double phase = (i + 0.5) * pi<double>() / PHASES;
            const double scatter = radius * std::sqrt(sharedPower);
            const double amplitude =
                std::hypot(lineOfSight + scatter * std::cos(phase), scatter * std::sin(phase));
            level.col(i) = LevelProbabilities(thresholds, amplitude, ownPower);
        }
        const double density = 2 * radius * std::exp(-radius * radius);
        joint += weight * density / PHASES * level * level.rowwise().reverse().transpose();
    });
    return joint;
}

/// Makes each row sum to 1 exactly by what stays; what is off the diagonal is symmetric already.
Eigen::MatrixXd
WithDiagonal(Eigen::MatrixXd transitions)
{
    transitions.diagonal().setZero();
    transitions.diagonal() = 1 - transitions.rowwise().sum().array();
    return transitions;
}

} // namespace

FadingDistribution::FadingDistribution(double ricianFactor)
    : m_factor(RequireNonNegative("The Rician factor K (linear)", ricianFactor))
{
}

double
FadingDistribution::Cdf(double gain) const
{
    if (std::isinf(gain))
    {
        return 1;
    }
    return m_factor == 0 ? -std::expm1(-gain)
                         : cdf(non_central_chi_squared(2, 2 * m_factor), 2 * (1 + m_factor) * gain);
}

double
FadingDistribution::Quantile(double probability) const
{
    Require(probability >= 0 && probability <= 1, "A probability", probability, "must be 0 to 1");
    if (probability == 1)
    {
        return std::numeric_limits<double>::infinity();
    }
    return m_factor == 0 ? -std::log1p(-probability)
                         : quantile(non_central_chi_squared(2, 2 * m_factor), probability) /
                               (2 * (1 + m_factor));
}

double
FadingDistribution::PartialMean(double gain) const
{
    if (std::isinf(gain))
    {
        return 1;
    }
    if (m_factor == 0)
    {
        return 1 - (1 + gain) * std::exp(-gain);
    }
    // y f(y; n, a) = n f(y; n + 2, a) + a f(y; n + 4, a), here with n = 2 and a = 2 K
    const double y = 2 * (1 + m_factor) * gain;
    return (cdf(non_central_chi_squared(4, 2 * m_factor), y) +
            m_factor * cdf(non_central_chi_squared(6, 2 * m_factor), y)) /
           (1 + m_factor);
}

double
FadingDistribution::CrossingRate(double gain) const
{
    // amplitude density times the mean upward slope of the amplitude per hertz of Doppler
    const double lineOfSight = std::sqrt(m_factor * ScatterPower());
    return std::sqrt(pi<double>() / 2 * ScatterPower()) *
           AmplitudeDensity(lineOfSight, ScatterPower(), std::sqrt(gain));
}

std::vector<double>
EqualProbabilityThresholds(const FadingDistribution& fading, uint32_t levels)
{
    Require(levels > 0, "The number of fading levels", levels, "must be at least 1");
    std::vector<double> thresholds{0};
    for (uint32_t l = 1; l <= levels; ++l)
    {
        thresholds.push_back(fading.Quantile(static_cast<double>(l) / levels));
    }
    return thresholds;
}

std::vector<double>
ConditionalMeans(const FadingDistribution& fading, const std::vector<double>& thresholds)
{
    const auto levels = static_cast<double>(thresholds.size() - 1);
    std::vector<double> means;
    for (std::size_t l = 0; l + 1 < thresholds.size(); ++l)
    {
        means.push_back(
            levels * (fading.PartialMean(thresholds[l + 1]) - fading.PartialMean(thresholds[l])));
    }
    return means;
}

double
ScatterCorrelation(double normalizedDoppler)
{
    return boost::math::cyl_bessel_j(
        0,
        2 * pi<double>() * RequireNonNegative("The normalized Doppler f_d T", normalizedDoppler));
}

Eigen::MatrixXd
IntegratedTransitions(const FadingDistribution& fading,
                      const std::vector<double>& thresholds,
                      double correlation)
{
    const double levels = thresholds.size() - 1;
    const double sharedPower = fading.ScatterPower() * std::abs(correlation);
    const double ownPower = fading.ScatterPower() - sharedPower;
    Require(ownPower >= 0, "The scatter correlation", correlation, "must be within -1 and 1");
    if (correlation == 0)
    {
        return Eigen::MatrixXd::Constant(levels, levels, 1 / levels);
    }
    if (correlation == 1)
    {
        return Eigen::MatrixXd::Identity(levels, levels);
    }
    NS_LOG_DEBUG("K " << fading.RicianFactor() << ", correlation " << correlation);
    const bool sameAmplitude = correlation > 0 || fading.RicianFactor() == 0;
    return WithDiagonal(
        levels * (sameAmplitude ? JointOverAmplitude(fading, thresholds, sharedPower, ownPower)
                                : JointOverPlane(fading, thresholds, sharedPower, ownPower)));
}

Eigen::MatrixXd
LevelCrossingTransitions(const FadingDistribution& fading,
                         const std::vector<double>& thresholds,
                         double normalizedDoppler)
{
    const Eigen::Index levels = thresholds.size() - 1;
    Require(normalizedDoppler >= 0 && normalizedDoppler <= LevelCrossingLimit(levels),
            "The normalized Doppler f_d T",
            normalizedDoppler,
            "must be 0 or more and at most 1 / (2.15 L) for level crossing");
    Eigen::MatrixXd transitions = Eigen::MatrixXd::Zero(levels, levels);
    for (Eigen::Index l = 0; l + 1 < levels; ++l)
    {
        const double perSlot = fading.CrossingRate(thresholds[l + 1]) * normalizedDoppler;
        transitions(l, l + 1) = transitions(l + 1, l) = levels * perSlot;
    }
    return WithDiagonal(std::move(transitions));
}

double
LevelCrossingLimit(uint32_t levels)
{
    return 1 / (2.15 * levels);
}

} // namespace sterna
} // namespace ns3
