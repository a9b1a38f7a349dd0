/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MARKOV_FADING_LOSS_MODEL_H
#define STERNA_MARKOV_FADING_LOSS_MODEL_H

#include "sterna-link-keys.h"
#include "sterna-markov-fading-process.h"

#include "ns3/nstime.h"
#include "ns3/propagation-loss-model.h"

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Rayleigh or Rician fading in levels that change from slot to slot: the finite-state Markov
 * channel of eqs. (5) and (6) of Yuan et al., 2022.
 *
 * Each unordered pair of nodes has a MarkovFadingProcess of its own (reciprocal channels,
 * independent pairs); the slot is floor(Now / SlotDuration). The received power is the sent power
 * plus 10 log10 of the level's gain, which averages to 1. A pair's process is made when first used
 * and kept, about 200 bytes each. Both mobility models must be aggregated to nodes.
 *
 * Changing an attribute makes new processes for all pairs from then on.
 */
class MarkovFadingLossModel : public PropagationLossModel
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

    /**
     * The process of a pair of nodes, to be kept by those who ask often: they save the look-up.
     *
     * It does not know the time; ask it for GainAt(GetSlot()), or for any other slot.
     */
    std::shared_ptr<MarkovFadingProcess> GetProcess(uint32_t nodeA, uint32_t nodeB) const;

    /// The slot of the current simulation time.
    int64_t GetSlot() const;

    /// \param levels L; InputError unless it is 1 to 256
    void SetLevels(uint32_t levels);
    uint32_t GetLevels() const;

    /// \param factorDb K: line of sight over scatter (dB); InputError unless it is within -100 and
    /// 60
    void SetRicianK(double factorDb);
    double GetRicianK() const;

    /// \param normalizedDoppler f_d times the slot duration; InputError if it is negative
    void SetNormalizedDoppler(double normalizedDoppler);
    double GetNormalizedDoppler() const;

    /// \param duration of a slot; InputError unless it is above 0
    void SetSlotDuration(Time duration);
    Time GetSlotDuration() const;

  private:
    void DoDispose() override;
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    /// Forgets the channel and all processes.
    void Reset() const;

    Fading m_fading;
    double m_ricianK; ///< dB
    uint32_t m_levels;
    double m_normalizedDoppler; ///< f_d times the slot duration
    Time m_slotDuration;
    mutable LinkKeys m_keys;
    mutable Fading m_channelFading; ///< what m_channel was made for
    mutable std::shared_ptr<const FiniteStateMarkovChannel> m_channel;
    mutable std::unordered_map<uint64_t, std::shared_ptr<MarkovFadingProcess>> m_processes;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MARKOV_FADING_LOSS_MODEL_H */
