/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_VISIBILITY_H
#define STERNA_VISIBILITY_H

#include "sterna-orbit.h"

#include "ns3/vector.h"

#include <Eigen/Core>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * Who sees whom, for many satellites and ground points at once.
 */

namespace ns3
{
namespace sterna
{

/// ECEF positions (m), one a column: 3 x N.
using Positions = Eigen::Matrix3Xd;

/// Elevation and range of every satellite at every ground point, at one time.
struct VisibilityMatrix
{
    Eigen::ArrayXXd elevation; //!< (rad), satellites x ground points, as ElevationAngle()
    Eigen::ArrayXXd range;     //!< (m), satellites x ground points, as SlantRange()

    /**
     * Whether each satellite stands at the minimum elevation (rad) or higher.
     *
     * \throws InputError as CheckMinimumElevation().
     */
    Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic> Visible(double minElevation) const;
};

/**
 * Refuses a minimum elevation (rad) outside [0, pi/2): what is below the horizon is never visible.
 *
 * \throws InputError that names the angle in degrees.
 */
void CheckMinimumElevation(double minElevation);

/**
 * Whether the target stands at the minimum elevation (rad) or higher over the ground point.
 *
 * \throws InputError as CheckMinimumElevation() and ElevationAngle().
 */
bool IsVisible(const Vector& ground, const Vector& target, double minElevation);

/// Positions in columns, from those that MobilityModel and ToVector() give.
Positions ToPositions(const std::vector<Vector>& points);

/// Where all satellites are at a time (s).
Positions PositionsEcef(const std::vector<CircularOrbit>& orbits, double time_s);

/**
 * Elevation and range of all pairs, vectorised over the satellites.
 *
 * It works on differences of coordinates, as the functions for one pair do, so it agrees with them
 * to rounding for points that are close to each other, too.
 *
 * \throws InputError if a ground point is the Earth's centre.
 */
VisibilityMatrix ComputeVisibility(const Positions& satellites, const Positions& grounds);

/// The same into a matrix from a call before: where sizes are the same, no memory is asked for,
/// which takes more time than the angles when there are millions of pairs.
void ComputeVisibility(const Positions& satellites,
                       const Positions& grounds,
                       VisibilityMatrix& visibility);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_VISIBILITY_H */
