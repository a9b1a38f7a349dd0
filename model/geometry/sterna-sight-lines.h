/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SIGHT_LINES_H
#define STERNA_SIGHT_LINES_H

#include <cstddef>

namespace ns3
{
namespace sterna
{

/// A ground point (ECEF, m) and its local axes, as unit vectors. East has no z component.
struct LocalFrame
{
    double origin[3];
    double east[2];
    double north[3];
    double up[3];
};

/// Coordinates of points (ECEF, m), one array an axis.
struct PointColumns
{
    const double* x;
    const double* y;
    const double* z;
    std::size_t count;
};

/**
 * Elevation (rad) and range (m) of many points, seen from one ground point: the inner loop of
 * ComputeVisibility(), alone in its file, because it is compiled with options of its own.
 *
 * The elevation is the angle atan2(up, hypot(east, north)) of the difference, so it is accurate
 * near the zenith and for points that are close, too. Its arc tangent is a polynomial that is off
 * by 4e-16 rad at most, and is 0 for a point that coincides with the ground point. All operations
 * are IEEE's basic ones in a fixed order, so every processor gives the same bits.
 *
 * \param frame of the ground point
 * \param points that are looked at
 * \param elevation where their elevations go
 * \param range where their ranges go
 */
void SightLines(const LocalFrame& frame,
                const PointColumns& points,
                double* elevation,
                double* range);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SIGHT_LINES_H */
