/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FIXED_COURSE_MOBILITY_MODEL_H
#define STERNA_FIXED_COURSE_MOBILITY_MODEL_H

#include "ns3/mobility-model.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A mobility model whose position follows from its orbit or track and the time, and from nothing
 * else.
 *
 * Its position cannot be set: that throws InputError, since the next GetPosition() would silently
 * undo it. The one exception is (0, 0, 0), which MobilityHelper sets on every model that it
 * installs when it has no position allocator; the Earth's centre is no request, and is ignored.
 * Positions and velocities are Earth-fixed (ECEF), so an antenna on the ground has velocity 0. The
 * model moves all the time, so the CourseChange trace fires only when the orbit or track itself is
 * replaced.
 */
class FixedCourseMobilityModel : public MobilityModel
{
  public:
    static TypeId GetTypeId();

    /**
     * Where it was, is or will be (ECEF, m) at a simulation time, so that a scheduler can look
     * ahead.
     */
    virtual Vector PositionAt(double time_s) const = 0;

  private:
    void DoSetPosition(const Vector& position) final;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FIXED_COURSE_MOBILITY_MODEL_H */
