/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_HORIZON_LOSS_MODEL_H
#define STERNA_HORIZON_LOSS_MODEL_H

#include "ns3/propagation-loss-model.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Lets nothing through between the ground and a satellite below the horizon.
 *
 * Where the satellite's elevation, taken on the spherical Earth, is below MinElevationDeg, the
 * received power is NO_SIGNAL_DBM; otherwise it is the sent power. Pairs that are not a SpaceLink
 * (two terminals, two satellites) pass unchanged. Refraction, terrain and buildings are not
 * modelled; a minimum elevation of 5 to 10 degrees is the usual stand-in.
 */
class HorizonLossModel : public PropagationLossModel
{
  public:
    /// \return the TypeId
    static TypeId GetTypeId();

    /// \throws InputError if it is not within -90 and 90 degrees
    void SetMinElevationDeg(double minElevationDeg);
    double GetMinElevationDeg() const;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    double m_minElevation; ///< rad
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_HORIZON_LOSS_MODEL_H */
