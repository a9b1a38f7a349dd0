/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-aperture-pattern.h"

#include "sterna-propagation-checks.h"

#include "ns3/log.h"

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAperturePattern");

namespace
{

constexpr double PI = boost::math::constants::pi<double>();

} // namespace

double
AperturePattern(double offBoresight, double diameter, double frequency)
{
    if (offBoresight > PI / 2)
    {
        return 0;
    }
    const double argument = PI * diameter * frequency / SPEED_OF_LIGHT * std::sin(offBoresight);
    if (argument < 1e-6)
    {
        return 1; // 1 - x^2 / 4 to rounding, where the quotient below is 0 / 0
    }
    const double amplitude = 2 * boost::math::cyl_bessel_j(1, argument) / argument;
    return amplitude * amplitude;
}

double
ApertureDiameter(double gainDbi, double frequency, double efficiency)
{
    Require(std::isfinite(gainDbi), "The peak gain (dBi)", gainDbi, "must be finite");
    RequirePositive("The frequency (Hz)", frequency);
    Require(efficiency > 0 && efficiency <= 1,
            "The aperture efficiency",
            efficiency,
            "must be above 0 and at most 1");
    return std::sqrt(std::pow(10, gainDbi / 10) / efficiency) * SPEED_OF_LIGHT / (PI * frequency);
}

} // namespace sterna
} // namespace ns3
