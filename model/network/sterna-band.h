/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_BAND_H
#define STERNA_BAND_H

namespace ns3
{
namespace sterna
{

/// The two bands of the system; they do not interfere with each other.
enum class Band
{
    KA, ///< Satellite links, 30 GHz by default.
    C   ///< Terrestrial links, 4 GHz by default.
};

/// Where a transmission goes, seen from the user: a scheduler manages directions one by one.
enum class Direction
{
    DOWNLINK, ///< From a satellite, TST or base station towards the user.
    UPLINK    ///< From the user towards a satellite, TST or base station.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_BAND_H */
