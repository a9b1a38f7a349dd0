/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-constellation.h"

#include "sterna-earth.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <numeric>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaConstellation");

namespace
{

constexpr double TURN = 2.0 * M_PI;

void
CheckPlanes(uint32_t satellites, uint32_t planes)
{
    if (planes == 0 || satellites == 0 || satellites % planes != 0)
    {
        std::ostringstream sentence;
        sentence << satellites << " satellites do not fill " << planes
                 << " planes; the satellites must be a positive multiple of the planes.";
        throw InputError(sentence.str());
    }
}

/// The orbit of one satellite; angles are taken modulo a turn, as tables print them.
CircularOrbit
Place(const OrbitShell& shell, double raan, double argumentOfLatitude)
{
    return CircularOrbit({shell.altitude,
                          shell.inclination,
                          std::fmod(raan, TURN),
                          std::fmod(argumentOfLatitude, TURN),
                          shell.j2});
}

/// Both Walker patterns: they differ in the angle that the nodes share.
std::vector<CircularOrbit>
Walker(const WalkerPattern& pattern, const OrbitShell& shell, double nodeSpread)
{
    CheckPlanes(pattern.satellites, pattern.planes);
    if (pattern.phasing >= pattern.planes)
    {
        std::ostringstream sentence;
        sentence << "Walker phasing " << pattern.phasing << " must be from 0 to "
                 << pattern.planes - 1 << ", less than the number of planes.";
        throw InputError(sentence.str());
    }
    const uint32_t slots = pattern.satellites / pattern.planes;
    std::vector<CircularOrbit> orbits;
    orbits.reserve(pattern.satellites);
    for (uint32_t plane = 0; plane < pattern.planes; ++plane)
    {
        const double raan = nodeSpread * plane / pattern.planes;
        const double shift = TURN * pattern.phasing * plane / pattern.satellites;
        for (uint32_t slot = 0; slot < slots; ++slot)
        {
            orbits.push_back(Place(shell, raan, TURN * slot / slots + shift));
        }
    }
    return orbits;
}

/// The whole k of a harmonic factor m = k/S, checked.
uint32_t
HarmonicNumerator(uint32_t satellites, uint32_t slots, double harmonicFactor)
{
    const double numerator = std::round(harmonicFactor * slots);
    const bool whole = std::abs(harmonicFactor * slots - numerator) < 1e-9;
    if (!whole || numerator < 0.0 || numerator >= satellites ||
        std::gcd(static_cast<uint32_t>(numerator), slots) != 1)
    {
        std::ostringstream sentence;
        sentence << "Harmonic factor " << harmonicFactor << " must be k/" << slots
                 << " with a whole k from 0 to " << satellites - 1
                 << " that has no factor in common with " << slots << '.';
        throw InputError(sentence.str());
    }
    return static_cast<uint32_t>(numerator);
}

} // namespace

std::vector<CircularOrbit>
WalkerDelta(const WalkerPattern& pattern, const OrbitShell& shell)
{
    NS_LOG_FUNCTION(pattern.satellites << pattern.planes << pattern.phasing);
    return Walker(pattern, shell, TURN);
}

std::vector<CircularOrbit>
WalkerStar(const WalkerPattern& pattern, const OrbitShell& shell)
{
    NS_LOG_FUNCTION(pattern.satellites << pattern.planes << pattern.phasing);
    return Walker(pattern, shell, M_PI);
}

std::vector<CircularOrbit>
Rosette(uint32_t satellites, uint32_t planes, double harmonicFactor, const OrbitShell& shell)
{
    NS_LOG_FUNCTION(satellites << planes << harmonicFactor);
    CheckPlanes(satellites, planes);
    const uint32_t slots = satellites / planes;
    const uint32_t numerator = HarmonicNumerator(satellites, slots, harmonicFactor);
    std::vector<CircularOrbit> orbits;
    orbits.reserve(satellites);
    for (uint32_t plane = 0; plane < planes; ++plane)
    {
        for (uint32_t slot = 0; slot < slots; ++slot)
        {
            const uint64_t ballard = plane + uint64_t{planes} * slot;
            orbits.push_back(Place(shell,
                                   TURN * plane / planes,
                                   TURN * static_cast<double>(numerator * ballard) / satellites));
        }
    }
    return orbits;
}

CircularOrbit
After(const CircularOrbit& orbit, double time_s)
{
    NS_LOG_FUNCTION(time_s);
    CircularOrbitElements elements = orbit.GetElements();
    elements.argumentOfLatitude += orbit.ArgumentRate() * time_s;
    elements.raan += (orbit.NodeRate() - EARTH_ROTATION_RATE) * time_s;
    return CircularOrbit(elements);
}

} // namespace sterna
} // namespace ns3
