/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-sight-lines.h"

#include <cmath>

// Four doubles at a time where the processor has AVX2, two elsewhere; AVX2 alone has no fused
// multiply-add, so both round alike. Sanitizers cannot start where functions are chosen at load.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define STERNA_WIDE_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define STERNA_WIDE_VECTORS
#endif

namespace ns3
{
namespace sterna
{

namespace
{

constexpr double TAN_22_5_DEG = 0.41421356237309503;

/// The arc tangent of an angle up to 22.5 degrees: interpolated at the Chebyshev nodes of
/// atan(x) / x as a polynomial in x^2.
inline double
SmallArcTangent(double x)
{
    const double y = x * x;
    double p = -0.025314729731942327;
    p = p * y + 0.05024634245596043;
    p = p * y - 0.06505944155503311;
    p = p * y + 0.07673529098467827;
    p = p * y - 0.09089529357362555;
    p = p * y + 0.11111048820585145;
    p = p * y - 0.14285712660659053;
    p = p * y + 0.1999999997837687;
    p = p * y - 0.33333333333221343;
    p = p * y + 0.999999999999999;
    return x * p;
}

/// atan2(up, level) for a level of 0 or more, without branches: 0, 45 or 90 degrees and a rest.
inline double
ElevationOf(double up, double level)
{
    const double height = std::abs(up);
    const bool low = height <= TAN_22_5_DEG * level;
    const bool high = level < TAN_22_5_DEG * height;
    const double sine = low ? height : (high ? -level : height - level);
    const double cosine = low ? level : (high ? height : height + level);
    const double base = low ? 0.0 : (high ? M_PI_2 : M_PI_4);
    // both are 0 for points that coincide only
    constexpr double notZero = 1e-300;
    return std::copysign(base + SmallArcTangent(sine / (cosine + notZero)), up);
}

} // namespace

STERNA_WIDE_VECTORS void
SightLines(const LocalFrame& frame, const PointColumns& points, double* elevation, double* range)
{
    const LocalFrame f = frame; // no write can change a copy
    const double* __restrict px = points.x;
    const double* __restrict py = points.y;
    const double* __restrict pz = points.z;
    double* __restrict elevations = elevation;
    double* __restrict ranges = range;
    for (std::size_t i = 0; i < points.count; ++i)
    {
        const double x = px[i] - f.origin[0];
        const double y = py[i] - f.origin[1];
        const double z = pz[i] - f.origin[2];
        const double east = f.east[0] * x + f.east[1] * y;
        const double north = f.north[0] * x + f.north[1] * y + f.north[2] * z;
        const double up = f.up[0] * x + f.up[1] * y + f.up[2] * z;
        const double level2 = east * east + north * north;
        ranges[i] = std::sqrt(level2 + up * up);
        elevations[i] = ElevationOf(up, std::sqrt(level2));
    }
}

} // namespace sterna
} // namespace ns3
