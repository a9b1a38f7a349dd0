/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_RAIN_LOSS_MODEL_H
#define STERNA_RAIN_LOSS_MODEL_H

#include "sterna-rain-attenuation.h"
#include "sterna-space-link.h"

#include "ns3/propagation-loss-model.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Attenuation by rain between a satellite and the ground or an aircraft: eq. (4) of Wang et al.,
 * GATE-HPPO,
 *
 *     L^r = 10^(-k R^alpha d_r / 10),    a loss of k R^alpha d_r dB,
 *
 * with k and alpha of Recommendation ITU-R P.838-3 for the frequency, elevation and polarization,
 * the rain rate R (mm/h), and d_r the length of the path below the rain height (km), eqs. (5) and
 * (6): RainSlantPath() and RainHeight() at the ground end's altitude and latitude. R is one value
 * in the tropics, where the ground end's |latitude| is 23 deg or less, and another elsewhere.
 *
 * An end at or above the rain height, such as an airliner in cruise, suffers nothing. Below the
 * horizon nothing arrives: NO_SIGNAL_DBM. Pairs that are not a SpaceLink pass unchanged. Limits: it
 * rains everywhere, always and evenly along the path; RainAttenuationExceeded() has statistics.
 */
class RainLossModel : public PropagationLossModel
{
  public:
    /// \return the TypeId
    static TypeId GetTypeId();

    /// \param frequency (Hz); InputError if it is not from 1e9 to 1e12
    void SetFrequency(double frequency);
    double GetFrequency() const;

    /// \param tiltDeg from the horizontal (deg); InputError if it is not within -90 and 90
    void SetPolarizationTiltDeg(double tiltDeg);
    double GetPolarizationTiltDeg() const;

    /// \param rainRate where |latitude| <= 23 deg (mm/h); InputError if negative or not finite
    void SetTropicalRainRate(double rainRate);
    double GetTropicalRainRate() const;

    /// \param rainRate elsewhere (mm/h); InputError if negative or not finite
    void SetRainRate(double rainRate);
    double GetRainRate() const;

    /// What rain takes from a link (dB), 0 or more; infinite below the horizon.
    double AttenuationDb(const SpaceLink& link) const;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    double m_frequency;            ///< Hz
    RainCoefficients m_horizontal; ///< at that frequency
    RainCoefficients m_vertical;   ///< likewise
    double m_tilt;                 ///< rad
    double m_tropicalRainRate;     ///< mm/h
    double m_rainRate;             ///< mm/h
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_RAIN_LOSS_MODEL_H */
