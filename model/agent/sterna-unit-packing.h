/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_UNIT_PACKING_H
#define STERNA_UNIT_PACKING_H

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ns3
{
namespace sterna
{

/// Steps of a packed number from 0 to 1.
constexpr float UNIT_STEPS = 32767.0f;

/// A number in [-1, 1] in 16 bits, to 1 / 65534; what lies outside is cut off.
inline int16_t
PackUnit(float value)
{
    return static_cast<int16_t>(std::lround(std::clamp(value, -1.0f, 1.0f) * UNIT_STEPS));
}

inline float
UnpackUnit(int16_t value)
{
    return static_cast<float>(value) * (1.0f / UNIT_STEPS);
}

} // namespace sterna
} // namespace ns3

#endif /* STERNA_UNIT_PACKING_H */
