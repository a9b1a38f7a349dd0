/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_KA_BAND_PROPAGATION_LOSS_MODEL_H
#define STERNA_KA_BAND_PROPAGATION_LOSS_MODEL_H

#include "sterna-aperture-loss-model.h"
#include "sterna-atmospheric-loss-model.h"
#include "sterna-horizon-loss-model.h"

#include "ns3/propagation-loss-model.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Free-space, pointing, cloud and Rician gain of a LEO-to-ground link: eq. (2) of Yuan et al.,
 * 2022,
 *
 *     (c / (4 pi d f))^2  G^(P)  A(Omega)  phi.
 *
 * Its parts are models in their own right, with their own attributes: ns-3's
 * FriisPropagationLossModel (never a gain, however near), ApertureLossModel, AtmosphericLossModel
 * and, for phi, MarkovFadingLossModel with Rician fading; below the horizon HorizonLossModel lets
 * nothing through. The product splits into what changes with the geometry, GetLargeScale(), and
 * what changes from slot to slot, GetFading(), so that a caller can keep the first for a while and
 * ask only for the second. Antenna peak gains belong to the devices.
 *
 * Attributes set on the parts' types by Config::SetDefault() apply to parts that are made later.
 */
class KaBandPropagationLossModel : public PropagationLossModel
{
  public:
    /// \return the TypeId
    static TypeId GetTypeId();

    KaBandPropagationLossModel();

    /// The chain of all parts but the fading.
    Ptr<PropagationLossModel> GetLargeScale() const;

    /// The fading, phi; null where there is none.
    Ptr<PropagationLossModel> GetFading() const;

    /// Replaces the fading, phi; null for none.
    void SetFading(Ptr<PropagationLossModel> fading);

    Ptr<HorizonLossModel> GetHorizon() const;
    Ptr<FriisPropagationLossModel> GetFreeSpace() const;
    Ptr<ApertureLossModel> GetAperture() const;
    Ptr<AtmosphericLossModel> GetAtmosphere() const;

    /// \param frequency carrier of all parts (Hz); InputError unless it is above 0
    void SetFrequency(double frequency);
    double GetFrequency() const;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    Ptr<HorizonLossModel> m_horizon; ///< head of the large-scale chain
    Ptr<FriisPropagationLossModel> m_freeSpace;
    Ptr<ApertureLossModel> m_aperture;
    Ptr<AtmosphericLossModel> m_atmosphere;
    Ptr<PropagationLossModel> m_fading;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_KA_BAND_PROPAGATION_LOSS_MODEL_H */
