/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_APERTURE_PATTERN_H
#define STERNA_APERTURE_PATTERN_H

namespace ns3
{
namespace sterna
{

/// Speed of light (m/s), exact by definition.
constexpr double SPEED_OF_LIGHT = 299792458;

/**
 * \ingroup sterna
 * Gain of a circular aperture over that of its boresight: 3GPP TR 38.811 section 6.4.1,
 *
 *     1 for theta = 0,    4 |J1(k a sin theta) / (k a sin theta)|^2 otherwise,
 *
 * with a the aperture's radius, k = 2 pi f / c and theta the angle off boresight. It is half where
 * k a sin theta = 1.61634. Behind the aperture (theta above pi/2) the report defines nothing; here
 * the gain is 0.
 *
 * \param offBoresight theta (rad), 0 to pi
 * \param diameter 2 a (m)
 * \param frequency f (Hz)
 * \return gain, linear, 0 to 1
 */
double AperturePattern(double offBoresight, double diameter, double frequency);

/**
 * \ingroup sterna
 * Diameter of a circular aperture with this peak gain: G = efficiency (pi D f / c)^2.
 *
 * 30 dBi at 30 GHz take 0.13 m at efficiency 0.60 (3GPP TR 38.821, Set-2 LEO).
 *
 * \param gainDbi peak gain (dBi)
 * \param frequency f (Hz)
 * \param efficiency share of the aperture that works, above 0, at most 1; 0.6 to 0.65 is usual
 * \return D (m)
 * \throws InputError if one of them is out of range
 */
double ApertureDiameter(double gainDbi, double frequency, double efficiency);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_APERTURE_PATTERN_H */
