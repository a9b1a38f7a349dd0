/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SGP4_MOBILITY_MODEL_H
#define STERNA_SGP4_MOBILITY_MODEL_H

#include "sterna-fixed-course-mobility-model.h"
#include "sterna-sgp4.h"

#include <optional>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A satellite on an Sgp4Orbit: Earth-fixed position and velocity at the simulation's time.
 *
 * Simulation time 0 is the orbit's start. A position that is asked for before SetOrbit(), or after
 * the satellite has decayed, throws InputError.
 */
class Sgp4MobilityModel : public FixedCourseMobilityModel
{
  public:
    static TypeId GetTypeId();

    Sgp4MobilityModel();
    ~Sgp4MobilityModel() override;

    void SetOrbit(const Sgp4Orbit& orbit);

    /// \throws InputError if no orbit was set.
    const Sgp4Orbit& GetOrbit() const;

    Vector PositionAt(double time_s) const override;

    /// A model on the same orbit (declared in MobilityModel from ns-3.46 on).
    Ptr<MobilityModel> Copy() const;

  private:
    Vector DoGetPosition() const override;
    Vector DoGetVelocity() const override;

    std::optional<Sgp4Orbit> m_orbit;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SGP4_MOBILITY_MODEL_H */
