/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SPACE_LINK_H
#define STERNA_SPACE_LINK_H

#include "ns3/mobility-model.h"
#include "ns3/ptr.h"
#include "ns3/vector.h"

#include <optional>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Received power (dBm) that stands for 'no signal at all'.
 *
 * Far below any noise, yet finite, so that models further down a chain can still subtract from it
 * and nothing becomes NaN. ns-3's own RangePropagationLossModel uses the same value.
 */
constexpr double NO_SIGNAL_DBM = -1000;

/// Where the atmosphere ends and space begins (m above the ground), the Karman line.
constexpr double SPACE_ALTITUDE = 100e3;

/**
 * \ingroup sterna
 * The two ends of a link between space and the ground (or an aircraft).
 *
 * Positions are Earth-centred, Earth-fixed (m). The satellite is the higher end, whichever sends.
 */
struct SpaceLink
{
    Vector ground;    ///< the end below SPACE_ALTITUDE
    Vector satellite; ///< the end above SPACE_ALTITUDE

    /// Elevation of the satellite above the ground end's horizon (rad).
    double Elevation() const;

    /// Height of the satellite above the sphere (m).
    double SatelliteAltitude() const;

    /// Length of the straight line between both ends (m).
    double Distance() const;
};

/// The link between two nodes, or nothing where both or neither of them are in space.
std::optional<SpaceLink> FindSpaceLink(Ptr<MobilityModel> a, Ptr<MobilityModel> b);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SPACE_LINK_H */
