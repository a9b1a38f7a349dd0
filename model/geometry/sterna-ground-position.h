/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_GROUND_POSITION_H
#define STERNA_GROUND_POSITION_H

#include "sterna-earth.h"

#include "ns3/mobility-model.h"
#include "ns3/ptr.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A mobility model for what stands on the ground: ns-3's ConstantPositionMobilityModel at the
 * Earth-fixed (ECEF) position of the place.
 *
 * \throws InputError if the place is below the ground, as CheckNotBelowGround().
 */
Ptr<MobilityModel> GroundPosition(const Geodetic& place);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_GROUND_POSITION_H */
