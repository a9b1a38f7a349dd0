/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_C_BAND_PROPAGATION_LOSS_MODEL_H
#define STERNA_C_BAND_PROPAGATION_LOSS_MODEL_H

#include "ns3/propagation-loss-model.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Free-space and Rayleigh gain of a terrestrial link: eq. (4) of Yuan et al., 2022,
 *
 *     (c / (4 pi d f))^2  varphi.
 *
 * Its parts are ns-3's FriisPropagationLossModel (never a gain, however near) and, for varphi,
 * MarkovFadingLossModel with Rayleigh fading. GetLargeScale() changes with the geometry,
 * GetFading() from slot to slot, so that a caller can keep the first for a while and ask only for
 * the second. Antenna gains belong to the devices; neither terrain nor the Earth's curvature blocks
 * anything.
 */
class CBandPropagationLossModel : public PropagationLossModel
{
  public:
    /// \return the TypeId
    static TypeId GetTypeId();

    CBandPropagationLossModel();

    /// Free space, without the fading.
    Ptr<PropagationLossModel> GetLargeScale() const;

    /// The fading, varphi; null where there is none.
    Ptr<PropagationLossModel> GetFading() const;

    /// Replaces the fading, varphi; null for none.
    void SetFading(Ptr<PropagationLossModel> fading);

    /// \param frequency carrier (Hz); InputError unless it is above 0
    void SetFrequency(double frequency);
    double GetFrequency() const;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    Ptr<FriisPropagationLossModel> m_freeSpace;
    Ptr<PropagationLossModel> m_fading;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_C_BAND_PROPAGATION_LOSS_MODEL_H */
