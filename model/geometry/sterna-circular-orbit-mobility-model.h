/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CIRCULAR_ORBIT_MOBILITY_MODEL_H
#define STERNA_CIRCULAR_ORBIT_MOBILITY_MODEL_H

#include "sterna-fixed-course-mobility-model.h"
#include "sterna-orbit.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A satellite on a CircularOrbit: Earth-fixed position and velocity at the simulation's time.
 *
 * Simulation time 0 is the orbit's time 0. The orbit is given by Attributes, or at once by
 * SetOrbit(). A value that is no orbit throws InputError when it is set.
 */
class CircularOrbitMobilityModel : public FixedCourseMobilityModel
{
  public:
    static TypeId GetTypeId();

    CircularOrbitMobilityModel();
    ~CircularOrbitMobilityModel() override;

    /// Replaces the orbit, all Attributes at once.
    void SetOrbit(const CircularOrbit& orbit);

    const CircularOrbit& GetOrbit() const;

    Vector PositionAt(double time_s) const override;

    /// A model on the same orbit (declared in MobilityModel from ns-3.46 on).
    Ptr<MobilityModel> Copy() const;

  private:
    Vector DoGetPosition() const override;
    Vector DoGetVelocity() const override;

    void SetAltitude(double altitude);
    double GetAltitude() const;
    void SetInclinationDeg(double inclination);
    double GetInclinationDeg() const;
    void SetRaanDeg(double raan);
    double GetRaanDeg() const;
    void SetArgumentOfLatitudeDeg(double argument);
    double GetArgumentOfLatitudeDeg() const;
    void SetJ2(bool j2);
    bool GetJ2() const;

    CircularOrbit m_orbit;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_CIRCULAR_ORBIT_MOBILITY_MODEL_H */
