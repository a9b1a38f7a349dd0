/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FLIGHT_MOBILITY_MODEL_H
#define STERNA_FLIGHT_MOBILITY_MODEL_H

#include "sterna-fixed-course-mobility-model.h"
#include "sterna-flight-track.h"

#include <optional>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A flight on a FlightTrack: Earth-fixed position and velocity at the simulation's time.
 *
 * Simulation time 0 is the track's time 0. A position that is asked for before SetTrack() throws
 * InputError: a flight without a track is nowhere.
 */
class FlightMobilityModel : public FixedCourseMobilityModel
{
  public:
    static TypeId GetTypeId();

    FlightMobilityModel();
    ~FlightMobilityModel() override;

    void SetTrack(const FlightTrack& track);

    /// \throws InputError if no track was set.
    const FlightTrack& GetTrack() const;

    Vector PositionAt(double time_s) const override;

    /// A model on the same track (declared in MobilityModel from ns-3.46 on).
    Ptr<MobilityModel> Copy() const;

  private:
    Vector DoGetPosition() const override;
    Vector DoGetVelocity() const override;

    std::optional<FlightTrack> m_track;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FLIGHT_MOBILITY_MODEL_H */
