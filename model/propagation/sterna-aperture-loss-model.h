/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_APERTURE_LOSS_MODEL_H
#define STERNA_APERTURE_LOSS_MODEL_H

#include "ns3/propagation-loss-model.h"
#include "ns3/vector.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Pitch-angle gain G^(P) of eq. (2) of Yuan et al., 2022: what a satellite's antenna loses off
 * boresight.
 *
 * The pattern is AperturePattern(), the circular aperture of 3GPP TR 38.811 section 6.4.1, relative
 * to the peak gain, which belongs to the device. The satellite is the higher end of a SpaceLink,
 * whether it sends or receives; other pairs pass unchanged. The boresight is
 *  - Steered: at the fixed point SteeringTarget (Earth-fixed), for all satellites. Its default, the
 *    Earth's centre, is the nadir: set it to the middle of the served area.
 *  - Nadir: at the sub-satellite point. A terminal that sees a satellite of 780 km at 60 degrees
 *    elevation is then 26.5 degrees off axis and loses 34 dB with the default aperture.
 *
 * The loss never exceeds -MinGainDb: the pattern's nulls and the space behind the aperture are not
 * as dark in practice.
 */
class ApertureLossModel : public PropagationLossModel
{
  public:
    /// Where the satellite's antenna points.
    enum Boresight
    {
        STEERED, ///< at SteeringTarget
        NADIR    ///< straight down
    };

    /// \return the TypeId
    static TypeId GetTypeId();

    /// Gain relative to the peak (dB, 0 or less) at an angle off boresight (rad).
    double GetGainDb(double offBoresight) const;

    /// \param frequency carrier (Hz); InputError unless it is above 0
    void SetFrequency(double frequency);
    double GetFrequency() const;

    /// \param diameter of the aperture (m); InputError unless it is above 0
    void SetDiameter(double diameter);
    double GetDiameter() const;

    /// \param minGainDb lowest relative gain (dB); InputError unless it is finite and 0 or less
    void SetMinGainDb(double minGainDb);
    double GetMinGainDb() const;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    Boresight m_boresight;
    Vector m_target;    ///< Earth-fixed (m)
    double m_diameter;  ///< m
    double m_frequency; ///< Hz
    double m_minGainDb;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_APERTURE_LOSS_MODEL_H */
