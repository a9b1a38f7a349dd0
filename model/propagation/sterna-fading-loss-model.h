/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FADING_LOSS_MODEL_H
#define STERNA_FADING_LOSS_MODEL_H

#include "sterna-link-keys.h"

#include "ns3/nstime.h"
#include "ns3/propagation-loss-model.h"

#include <cstdint>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Continuous block fading: phi of eq. (2) and varphi of eq. (4) of Yuan et al., 2022, before they
 * are divided into levels.
 *
 * In each slot each unordered pair of nodes has a new, independent power gain of unit mean,
 * |sqrt(K/(K+1)) + Z / sqrt(K+1)|^2 with Z complex Gaussian of unit power: Rician of factor K, or
 * Rayleigh. The slot is floor(Now / SlotDuration). A gain is a function of (stream, pair, slot), so
 * nothing is stored and any slot may be asked for, in any order. Both mobility models must be
 * aggregated to nodes. For fading that remembers, see MarkovFadingLossModel.
 */
class FadingLossModel : public PropagationLossModel
{
  public:
    /// Distribution of the gain.
    enum Fading
    {
        RICIAN,  ///< a line of sight and scatter
        RAYLEIGH ///< scatter only
    };

    /// \return the TypeId
    static TypeId GetTypeId();

    /// Power gain between two nodes in a slot (linear, unit mean).
    double GetGain(uint32_t nodeA, uint32_t nodeB, int64_t slot) const;

    /// \param factorDb K: line of sight over scatter (dB); InputError unless it is within -100 and
    /// 60
    void SetRicianK(double factorDb);
    double GetRicianK() const;

    /// \param duration of a slot; InputError unless it is above 0
    void SetSlotDuration(Time duration);
    Time GetSlotDuration() const;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    Fading m_fading;
    double m_ricianK; ///< dB
    Time m_slotDuration;
    mutable LinkKeys m_keys;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FADING_LOSS_MODEL_H */
