/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ATMOSPHERIC_LOSS_MODEL_H
#define STERNA_ATMOSPHERIC_LOSS_MODEL_H

#include "ns3/propagation-loss-model.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Attenuation by clouds and rain between a satellite and the ground: eq. (3) of Yuan et al., 2022,
 *
 *     A = 10^(-3 chi / (10 sin Omega)),    a loss of 3 chi / sin(Omega) dB,
 *
 * where chi is the specific attenuation in dB/km, 3 the vertical path through the weather in km,
 * and Omega the elevation. The paper prints the exponent without its minus sign, which would
 * amplify. sin Omega comes from the elevation on the spherical Earth, or is H / d as the paper
 * writes (H the satellite's altitude, d the distance), which is the same for a flat Earth only.
 *
 * At or below the horizon nothing arrives: NO_SIGNAL_DBM. Pairs that are not a SpaceLink pass
 * unchanged. Limits: one chi for all places, and no credit for an aircraft above the weather.
 */
class AtmosphericLossModel : public PropagationLossModel
{
  public:
    /// \return the TypeId
    static TypeId GetTypeId();

    /// \param attenuation chi (dB/km); InputError if it is negative or not finite
    void SetCloudRainAttenuation(double attenuation);
    double GetCloudRainAttenuation() const;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    double m_attenuation; ///< chi (dB/km)
    bool m_flatEarth;     ///< whether sin Omega is H / d
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ATMOSPHERIC_LOSS_MODEL_H */
