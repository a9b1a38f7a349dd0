/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-rain-attenuation.h"

#include "sterna-propagation-checks.h"

#include "ns3/log.h"
#include "ns3/sterna-earth.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaRainAttenuation");

namespace
{

/// Effective Earth radius, for rays that bend (m): P.618-13, section 2.2.1.1.
constexpr double EFFECTIVE_EARTH_RADIUS = 8500e3;

/// A bell of the regression: a exp(-((x - b) / c)^2).
struct Bell
{
    double a;
    double b;
    double c;
};

/// Bells on a straight line m x + c, over x = log10(f / GHz).
template <size_t BELLS>
struct Regression
{
    std::array<Bell, BELLS> bells;
    double m;
    double c;

    double operator()(double x) const
    {
        double sum = m * x + c;
        for (const Bell& bell : bells)
        {
            const double distance = (x - bell.b) / bell.c;
            sum += bell.a * std::exp(-distance * distance);
        }
        return sum;
    }
};

/// P.838-3, Table 1: log10 k_H.
constexpr Regression<4> LOG_K_HORIZONTAL{{{{-5.33980, -0.10008, 1.13098},
                                           {-0.35351, 1.26970, 0.45400},
                                           {-0.23789, 0.86036, 0.15354},
                                           {-0.94158, 0.64552, 0.16817}}},
                                         -0.18961,
                                         0.71147};

/// P.838-3, Table 2: log10 k_V.
constexpr Regression<4> LOG_K_VERTICAL{{{{-3.80595, 0.56934, 0.81061},
                                         {-3.44965, -0.22911, 0.51059},
                                         {-0.39902, 0.73042, 0.11899},
                                         {0.50167, 1.07319, 0.27195}}},
                                       -0.16398,
                                       0.63297};

/// P.838-3, Table 3: alpha_H.
constexpr Regression<5> ALPHA_HORIZONTAL{{{{-0.14318, 1.82442, -0.55187},
                                           {0.29591, 0.77564, 0.19822},
                                           {0.32177, 0.63773, 0.13164},
                                           {-5.37610, -0.96230, 1.47828},
                                           {16.1721, -3.29980, 3.43990}}},
                                         0.67849,
                                         -1.95537};

/// P.838-3, Table 4: alpha_V.
constexpr Regression<5> ALPHA_VERTICAL{{{{-0.07771, 2.33840, -0.76284},
                                         {0.56727, 0.95545, 0.54039},
                                         {-0.20238, 1.14520, 0.26809},
                                         {-48.2991, 0.791669, 0.116226},
                                         {48.5833, 0.791459, 0.116479}}},
                                       -0.053739,
                                       0.83433};

RainCoefficients
Regress(const Regression<4>& logK, const Regression<5>& alpha, double frequency)
{
    Require(frequency >= 1e9 && frequency <= 1e12,
            "The frequency of rain attenuation (Hz)",
            frequency,
            "must be from 1e9 to 1e12");
    const double x = std::log10(frequency / 1e9);
    return {std::pow(10.0, logK(x)), alpha(x)};
}

void
CheckLatitude(double latitude)
{
    // pi/2 rounded from 90 degrees may be one bit too large
    Require(std::abs(latitude) <= M_PI_2 * (1.0 + 1e-12),
            "The latitude of rain (deg)",
            RadToDeg(latitude),
            "must be from -90 to 90");
}

void
CheckElevation(double elevation)
{
    Require(elevation >= 0.0 && elevation <= M_PI_2 * (1.0 + 1e-12),
            "The elevation of a path through rain (deg)",
            RadToDeg(elevation),
            "must be from 0 to 90");
}

/// What step 9 leads to, and the inputs that steps 6, 7 and 10 share, in the Recommendation's
/// units and letters.
struct P618
{
    double f;           //!< (GHz)
    double theta;       //!< elevation (rad)
    double phiDeg;      //!< |latitude| (deg)
    double height;      //!< h_R - h_s (km)
    double slantPath;   //!< L_s (km)
    double attenuation; //!< gamma_R (dB/km)

    /// Step 6, eq. (5): horizontal reduction factor r_0.01. \param ground L_G (km)
    double HorizontalReduction(double ground) const
    {
        return 1.0 / (1.0 + 0.78 * std::sqrt(ground * attenuation / f) -
                      0.38 * (1.0 - std::exp(-2.0 * ground)));
    }

    /// Step 7: path through rain L_R (km). \param ground L_G r_0.01 (km)
    double RainyPath(double ground) const
    {
        const bool leavesAbove = std::atan2(height, ground) <= theta;
        return leavesAbove ? height / std::sin(theta) : ground / std::cos(theta);
    }

    /// Step 7: vertical adjustment factor nu_0.01. \param rainy L_R (km)
    double VerticalAdjustment(double rainy) const
    {
        const double chi = std::max(0.0, 36.0 - phiDeg);
        const double bend = 31.0 * (1.0 - std::exp(-RadToDeg(theta) / (1.0 + chi))) *
                            std::sqrt(rainy * attenuation) / (f * f);
        return 1.0 / (1.0 + std::sqrt(std::sin(theta)) * (bend - 0.45));
    }

    /// Steps 3 to 9: the attenuation exceeded for 0.01 % (dB).
    double OneInTenThousand() const
    {
        const double ground = slantPath * std::cos(theta);
        const double rainy = RainyPath(ground * HorizontalReduction(ground));
        return attenuation * rainy * VerticalAdjustment(rainy);
    }

    /// Step 10: beta.
    double Beta(double percent) const
    {
        if (percent >= 1.0 || phiDeg >= 36.0)
        {
            return 0.0;
        }
        const double beta = -0.005 * (phiDeg - 36.0);
        return RadToDeg(theta) >= 25.0 ? beta : beta + 1.8 - 4.25 * std::sin(theta);
    }

    /// Step 10, eq. (8): the attenuation exceeded for any share. \param a001 that for 0.01 % (dB)
    double Scale(double a001, double percent) const
    {
        const double exponent = 0.655 + 0.033 * std::log(percent) - 0.045 * std::log(a001) -
                                Beta(percent) * (1.0 - percent) * std::sin(theta);
        return a001 * std::pow(percent / 0.01, -exponent);
    }
};

void
CheckExceedance(const RainPath& path, double rainRate, double percent)
{
    Require(path.frequency >= 1e9 && path.frequency <= 55e9,
            "The frequency of attenuation statistics (Hz)",
            path.frequency,
            "must be from 1e9 to 55e9");
    CheckLatitude(path.latitude);
    Require(path.elevation > 0.0,
            "The elevation of attenuation statistics (deg)",
            RadToDeg(path.elevation),
            "must be above 0");
    RequireNonNegative("The rain rate (mm/h)", rainRate);
    Require(percent >= 0.001 && percent <= 5.0,
            "The share of a year (%)",
            percent,
            "must be from 0.001 to 5");
}

} // namespace

double
RainCoefficients::SpecificAttenuation(double rainRate) const
{
    return k * std::pow(RequireNonNegative("The rain rate (mm/h)", rainRate), alpha);
}

RainCoefficients
HorizontalRainCoefficients(double frequency)
{
    return Regress(LOG_K_HORIZONTAL, ALPHA_HORIZONTAL, frequency);
}

RainCoefficients
VerticalRainCoefficients(double frequency)
{
    return Regress(LOG_K_VERTICAL, ALPHA_VERTICAL, frequency);
}

RainCoefficients
TiltedRainCoefficients(const RainCoefficients& horizontal,
                       const RainCoefficients& vertical,
                       double elevation,
                       double tilt)
{
    const double cosine = std::cos(elevation);
    const double weight = cosine * cosine * std::cos(2.0 * tilt);
    auto mix = [weight](double h, double v) { return (h + v + (h - v) * weight) / 2.0; };
    const double k = mix(horizontal.k, vertical.k);
    return {k, mix(horizontal.k * horizontal.alpha, vertical.k * vertical.alpha) / k};
}

RainCoefficients
FindRainCoefficients(double frequency, double elevation, double tilt)
{
    return TiltedRainCoefficients(HorizontalRainCoefficients(frequency),
                                  VerticalRainCoefficients(frequency),
                                  elevation,
                                  tilt);
}

double
RainHeight(double latitude)
{
    CheckLatitude(latitude);
    const double beyond = std::max(0.0, RadToDeg(std::abs(latitude) - RAINY_TROPICS));
    return std::max(0.0, 5000.0 - 75.0 * beyond);
}

double
RainSlantPath(double elevation, double stationHeight, double rainHeight)
{
    CheckElevation(elevation);
    const double height = rainHeight - stationHeight;
    Require(std::isfinite(height),
            "The height of rain above a station (m)",
            height,
            "must be finite");
    if (height <= 0.0)
    {
        return 0.0;
    }
    const double sine = std::sin(elevation);
    if (elevation >= DegToRad(5.0))
    {
        return height / sine;
    }
    return 2.0 * height / (std::sqrt(sine * sine + 2.0 * height / EFFECTIVE_EARTH_RADIUS) + sine);
}

double
RainAttenuationExceeded(const RainPath& path, double rainRate, double percent)
{
    NS_LOG_FUNCTION(path.frequency << path.elevation << rainRate << percent);
    CheckExceedance(path, rainRate, percent);
    const double slantPath = RainSlantPath(path.elevation, path.stationHeight, path.rainHeight);
    if (slantPath == 0.0 || rainRate == 0.0)
    {
        return 0.0;
    }
    const P618 steps{path.frequency / 1e9,
                     path.elevation,
                     std::abs(RadToDeg(path.latitude)),
                     (path.rainHeight - path.stationHeight) / 1e3,
                     slantPath / 1e3,
                     FindRainCoefficients(path.frequency, path.elevation, path.tilt)
                         .SpecificAttenuation(rainRate)};
    return steps.Scale(steps.OneInTenThousand(), percent);
}

} // namespace sterna
} // namespace ns3
