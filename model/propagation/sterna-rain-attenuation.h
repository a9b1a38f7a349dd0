/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_RAIN_ATTENUATION_H
#define STERNA_RAIN_ATTENUATION_H

#include "ns3/sterna-earth.h"

/**
 * \file
 * \ingroup sterna
 * What rain takes from a signal on a path from the ground (or an aircraft) to space.
 *
 * Rain rates are in mm/h and attenuations in dB and dB/km, as the Recommendations have them;
 * frequencies are in Hz, lengths in m, angles in rad.
 */

namespace ns3
{
namespace sterna
{

/// Tilt of circular polarization, or of linear polarization halfway between horizontal (0) and
/// vertical (pi/2), in rad.
constexpr double CIRCULAR_POLARIZATION_TILT = DegToRad(45.0);

/// Latitude (rad) up to which rain falls from 5 km: 23 deg, eq. (6) of Wang et al., GATE-HPPO.
constexpr double RAINY_TROPICS = DegToRad(23.0);

/// Rain's power law: k R^alpha is the specific attenuation (dB/km) in rain of R mm/h.
struct RainCoefficients
{
    double k;     //!< (dB/km)/(mm/h)^alpha
    double alpha; //!<

    /// Specific attenuation (dB/km). \param rainRate (mm/h), 0 or more
    double SpecificAttenuation(double rainRate) const;
};

/**
 * The coefficients for horizontal polarization: Recommendation ITU-R P.838-3 (2005), eqs. (2) and
 * (3) with the regression of Tables 1 and 3.
 *
 * \param frequency (Hz), from 1e9 to 1e12
 * \throws InputError if the frequency is outside of that.
 */
RainCoefficients HorizontalRainCoefficients(double frequency);

/// The same for vertical polarization, with Tables 2 and 4.
RainCoefficients VerticalRainCoefficients(double frequency);

/**
 * The coefficients for any linear and for circular polarization: P.838-3, eqs. (4) and (5).
 *
 * \param horizontal those for horizontal polarization
 * \param vertical those for vertical polarization
 * \param elevation of the path (rad)
 * \param tilt of the polarization from the horizontal (rad), CIRCULAR_POLARIZATION_TILT if circular
 */
RainCoefficients TiltedRainCoefficients(const RainCoefficients& horizontal,
                                        const RainCoefficients& vertical,
                                        double elevation,
                                        double tilt);

/// The same at a frequency (Hz). \throws InputError if it is not from 1e9 to 1e12.
RainCoefficients FindRainCoefficients(double frequency, double elevation, double tilt);

/**
 * Mean height up to which rain falls (m above the sea): eq. (6) of Wang et al., GATE-HPPO,
 *
 *     5 km where |latitude| <= 23 deg,    5 - 0.075 (|latitude| - 23) km elsewhere.
 *
 * The paper prints the latitude without its absolute value, which would put the rain at 5 km all
 * over the south. Where the formula is below the sea, within 0.4 deg of the poles, it counts as 0.
 *
 * \param latitude (rad)
 * \throws InputError if it is not in [-pi/2, pi/2].
 */
double RainHeight(double latitude);

/**
 * Length of the path below the rain height (m): Recommendation ITU-R P.618-13, eqs. (1) and (2);
 * eq. (5) of Wang et al. With h the height of the rain above the station,
 *
 *     h / sin(elevation)                                            from 5 deg on,
 *     2 h / (sqrt(sin^2(elevation) + 2 h / R_e) + sin(elevation))   below,
 *
 * and the effective Earth radius R_e = 8500 km. The paper's print of the second lacks the brackets
 * around its denominator. The lengths at 5 deg differ, by 3.6 % for h = 5 km. A station at or above
 * the rain has a path of 0.
 *
 * \param elevation of the path (rad), from 0 to pi/2
 * \param stationHeight of the station above the sea (m)
 * \param rainHeight (m above the sea)
 * \throws InputError if the elevation is not in [0, pi/2] or a height is not finite.
 */
double RainSlantPath(double elevation, double stationHeight, double rainHeight);

/// A path through rain, for the attenuation that is exceeded some of the time.
struct RainPath
{
    double frequency;     //!< (Hz), from 1e9 to 55e9
    double elevation;     //!< (rad), above 0 to pi/2
    double tilt;          //!< of the polarization from the horizontal (rad)
    double latitude;      //!< of the station (rad)
    double stationHeight; //!< (m above the sea)
    double rainHeight;    //!< (m above the sea), from Recommendation ITU-R P.839 or RainHeight()
};

/**
 * Attenuation (dB) that rain exceeds for a share of an average year: Recommendation ITU-R P.618-13
 * (2017), section 2.2.1.1, steps 2 to 10.
 *
 * \param path where
 * \param rainRate that is exceeded for 0.01 % of the year there, over 1 min (mm/h); 0 or more
 * \param percent of the year, from 0.001 to 5
 * \throws InputError if a value is outside of its range.
 */
double RainAttenuationExceeded(const RainPath& path, double rainRate, double percent);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_RAIN_ATTENUATION_H */
