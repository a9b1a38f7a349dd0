/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-visibility.h"

#include "sterna-earth.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaVisibility");

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

VisibilityMatrix
ComputeVisibility(const Positions& satellites, const Positions& grounds)
{
    NS_LOG_FUNCTION(satellites.cols() << grounds.cols());
    // rows of a transposed copy are contiguous per coordinate, which is what vectorises
    const Eigen::Array<double, Eigen::Dynamic, 3> all = satellites.transpose().array();
    VisibilityMatrix visibility;
    visibility.elevation.resize(satellites.cols(), grounds.cols());
    visibility.range.resize(satellites.cols(), grounds.cols());
    Eigen::ArrayXd x;
    Eigen::ArrayXd y;
    Eigen::ArrayXd z;
    Eigen::ArrayXd up;
    Eigen::ArrayXd level;
    for (Eigen::Index g = 0; g < grounds.cols(); ++g)
    {
        const double length = grounds.col(g).norm();
        if (length == 0.0)
        {
            throw InputError("A ground point at (0, 0, 0) is the Earth's centre and sees nothing; "
                             "it must be in Earth-fixed coordinates.");
        }
        const Eigen::Vector3d zenith = grounds.col(g) / length;
        x = all.col(0) - grounds(0, g);
        y = all.col(1) - grounds(1, g);
        z = all.col(2) - grounds(2, g);
        up = zenith.x() * x + zenith.y() * y + zenith.z() * z;
        level = ((zenith.y() * z - zenith.z() * y).square() +
                 (zenith.z() * x - zenith.x() * z).square() +
                 (zenith.x() * y - zenith.y() * x).square())
                    .sqrt();
        visibility.range.col(g) = (x.square() + y.square() + z.square()).sqrt();
        visibility.elevation.col(g) =
            up.binaryExpr(level, [](double u, double l) { return std::atan2(u, l); });
    }
    return visibility;
}

} // namespace sterna
} // namespace ns3
