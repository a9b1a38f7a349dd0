/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CONTACT_WINDOW_H
#define STERNA_CONTACT_WINDOW_H

#include "sterna-fixed-course-mobility-model.h"
#include "sterna-orbit.h"

#include "ns3/vector.h"

#include <vector>

/**
 * \file
 * \ingroup sterna
 * When satellites can be seen from ground points.
 *
 * A circular orbit and a fixed ground point make elevation a monotonic function of the angle
 * between them at the Earth's centre, so the search needs one cosine a pair and time: a matrix
 * product for all pairs. It steps by 1/100 rad of orbital motion at most. A pass that begins and
 * ends between two steps shows as a cosine closer to its threshold than its curvature allows for,
 * and is looked for there, so short and grazing passes are found, too. Ends are then bisected to 1
 * ms, and taken on the visible side: within a window the elevation is never below the minimum.
 *
 * Any other course, an Sgp4Orbit or a flight, is sampled so that the line of sight turns by about
 * 1/10 rad from sample to sample, but at least every 30 s. Where the samples pass their highest
 * point below the minimum, or their lowest above it, the extreme between them is looked for, and
 * ends are bisected as above.
 */

namespace ns3
{
namespace sterna
{

/// A time span (s) in which a satellite is at or above the minimum elevation.
struct ContactWindow
{
    double start_s;
    double end_s;
};

/// The windows of one pair, in time order; they do not overlap.
using ContactWindows = std::vector<ContactWindow>;

/**
 * The contact windows of one satellite and one ground point.
 *
 * \param orbit the satellite
 * \param ground the ground point (ECEF, m), fixed on or above the ground
 * \param minElevation the lowest elevation of a contact (rad), from 0 to less than pi/2
 * \param start_s where the search begins; a pass in progress is cut there
 * \param end_s where it ends; a pass in progress is cut there
 * \throws InputError if the ground point is below the ground, the minimum elevation is below the
 *         horizon, or the span is not finite or ends before it starts.
 */
ContactWindows FindContactWindows(const CircularOrbit& orbit,
                                  const Vector& ground,
                                  double minElevation,
                                  double start_s,
                                  double end_s);

/**
 * The same for a mobility model: one on a CircularOrbit is searched as above, any other by samples.
 *
 * Times are simulation times, past or future.
 *
 * \throws InputError as above, and where the model has no position.
 */
ContactWindows FindContactWindows(const FixedCourseMobilityModel& satellite,
                                  const Vector& ground,
                                  double minElevation,
                                  double start_s,
                                  double end_s);

/**
 * The contact windows of all pairs, at once: result[satellite][ground point].
 *
 * \throws InputError as FindContactWindows().
 */
std::vector<std::vector<ContactWindows>> FindAllContactWindows(
    const std::vector<CircularOrbit>& orbits,
    const std::vector<Vector>& grounds,
    double minElevation,
    double start_s,
    double end_s);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_CONTACT_WINDOW_H */
