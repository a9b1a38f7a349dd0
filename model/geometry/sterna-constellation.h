/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CONSTELLATION_H
#define STERNA_CONSTELLATION_H

#include "sterna-orbit.h"

#include <cstdint>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * Constellations of circular orbits with one altitude and one inclination.
 *
 * All patterns have T satellites in P planes of S = T/P slots, and number them plane by plane:
 * satellite = plane * S + slot. They differ in how the planes' nodes (RAAN) and the satellites'
 * arguments of latitude are spread.
 */

namespace ns3
{
namespace sterna
{

/// The name T/P/F of a Walker pattern.
struct WalkerPattern
{
    uint32_t satellites; //!< T, a multiple of P
    uint32_t planes;     //!< P
    uint32_t phasing;    //!< F, from 0 to P - 1
};

/// What all satellites of a constellation have in common.
struct OrbitShell
{
    double altitude;    //!< above the spherical Earth (m)
    double inclination; //!< (rad)
    bool j2{false};     //!< as in CircularOrbitElements
};

/**
 * Walker delta i: T/P/F (Walker, Satellite constellations, J. British Interplanetary Soc. 37,
 * 1984).
 *
 * Nodes are 2 pi / P apart, slots 2 pi / S, and neighbouring planes are shifted by 2 pi F / T.
 *
 * \throws InputError if the planes do not divide the satellites, or F is not below P.
 */
std::vector<CircularOrbit> WalkerDelta(const WalkerPattern& pattern, const OrbitShell& shell);

/// Walker star: as WalkerDelta(), but the nodes share half a turn, pi / P apart.
std::vector<CircularOrbit> WalkerStar(const WalkerPattern& pattern, const OrbitShell& shell);

/**
 * Rosette (N, P, m) (Ballard, Rosette constellations of earth satellites, IEEE Trans. Aerospace and
 * Electronic Systems 16, 1980): satellite j has its node at 2 pi j / P, and its argument is m times
 * that angle.
 *
 * Satellite j is in plane j mod P. With S = N / P satellites in a plane, m is k/S for a whole k
 * from 0 to N - 1, and k and S have no common factor: otherwise two satellites would share one
 * place.
 *
 * \throws InputError if P does not divide N, or m is none of these.
 */
std::vector<CircularOrbit> Rosette(uint32_t satellites,
                                   uint32_t planes,
                                   double harmonicFactor,
                                   const OrbitShell& shell);

/// The same orbit on a clock that begins later by this time (s): both the satellite and the Earth
/// have gone on.
CircularOrbit After(const CircularOrbit& orbit, double time_s);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_CONSTELLATION_H */
