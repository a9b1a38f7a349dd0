/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-visibility.h"

#include "sterna-earth.h"
#include "sterna-sight-lines.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaVisibility");

namespace
{

/// Local axes; at the poles, where no direction is east, longitude 0 says which one is.
LocalFrame
FrameAt(const Eigen::Vector3d& ground)
{
    const double length = ground.norm();
    if (length == 0.0)
    {
        throw InputError("A ground point at (0, 0, 0) is the Earth's centre and sees nothing; "
                         "it must be in Earth-fixed coordinates.");
    }
    const Eigen::Vector3d up = ground / length;
    const double fromAxis = std::hypot(up.x(), up.y());
    const double cosine = fromAxis > 0.0 ? up.x() / fromAxis : 1.0;
    const double sine = fromAxis > 0.0 ? up.y() / fromAxis : 0.0;
    return {{ground.x(), ground.y(), ground.z()},
            {-sine, cosine},
            {-up.z() * cosine, -up.z() * sine, fromAxis},
            {up.x(), up.y(), up.z()}};
}

} // namespace

void
CheckMinimumElevation(double minElevation)
{
    if (!(minElevation >= 0.0 && minElevation < M_PI_2))
    {
        std::ostringstream sentence;
        sentence << "Minimum elevation " << RadToDeg(minElevation)
                 << " deg must be from 0 deg, the horizon, to less than 90 deg.";
        throw InputError(sentence.str());
    }
}

Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>
VisibilityMatrix::Visible(double minElevation) const
{
    CheckMinimumElevation(minElevation);
    return elevation >= minElevation;
}

bool
IsVisible(const Vector& ground, const Vector& target, double minElevation)
{
    CheckMinimumElevation(minElevation);
    return ElevationAngle(ground, target) >= minElevation;
}

Positions
ToPositions(const std::vector<Vector>& points)
{
    Positions positions(3, points.size());
    for (size_t i = 0; i < points.size(); ++i)
    {
        positions.col(i) << points[i].x, points[i].y, points[i].z;
    }
    return positions;
}

Positions
PositionsEcef(const std::vector<CircularOrbit>& orbits, double time_s)
{
    Positions positions(3, orbits.size());
    for (size_t s = 0; s < orbits.size(); ++s)
    {
        const Vector position = orbits[s].PositionEcef(time_s);
        positions.col(s) << position.x, position.y, position.z;
    }
    return positions;
}

void
ComputeVisibility(const Positions& satellites,
                  const Positions& grounds,
                  VisibilityMatrix& visibility)
{
    NS_LOG_FUNCTION(satellites.cols() << grounds.cols());
    // columns of a transposed copy are contiguous per coordinate, which is what vectorises
    const Eigen::Array<double, Eigen::Dynamic, 3> all = satellites.transpose().array();
    const PointColumns columns{all.col(0).data(),
                               all.col(1).data(),
                               all.col(2).data(),
                               static_cast<size_t>(all.rows())};
    visibility.elevation.resize(satellites.cols(), grounds.cols());
    visibility.range.resize(satellites.cols(), grounds.cols());
    for (Eigen::Index g = 0; g < grounds.cols(); ++g)
    {
        SightLines(FrameAt(grounds.col(g)),
                   columns,
                   visibility.elevation.col(g).data(),
                   visibility.range.col(g).data());
    }
}

VisibilityMatrix
ComputeVisibility(const Positions& satellites, const Positions& grounds)
{
    VisibilityMatrix visibility;
    ComputeVisibility(satellites, grounds, visibility);
    return visibility;
}

} // namespace sterna
} // namespace ns3
