/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SHOCK_LOSS_MODEL_H
#define STERNA_SHOCK_LOSS_MODEL_H

#include "sterna-link-keys.h"

#include "ns3/propagation-loss-model.h"

#include <cstdint>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Sudden obstacles and rain, Fig. 6 of Yuan et al., IEEE TWC 2022: a random subset of links is cut
 * by 10 to 30 dB until the next update.
 *
 * After update number i = 1, 2, ... each unordered pair of nodes is hit with probability Share,
 * independently of all others and of the updates before; what is hit loses dB uniform between
 * MinLossDb and MaxLossDb. Before the first update nothing is hit. Losses are a function of
 * (stream, pair, update), so nothing is stored. Both mobility models must be aggregated to nodes.
 *
 * It goes into a chain with others. Somebody must say when an update is due: see ChannelShocks.
 */
class ShockLossModel : public PropagationLossModel
{
  public:
    /// \return the TypeId
    static TypeId GetTypeId();

    /// Extra loss between two nodes after an update (dB, 0 if they are not hit).
    double GetLossDb(uint32_t nodeA, uint32_t nodeB, uint64_t update) const;

    /// \param update number of the latest update; 0: there was none
    void SetUpdate(uint64_t update);
    uint64_t GetUpdate() const;

    /// \param lossDb least loss of a link that is hit; InputError if it is negative
    void SetMinLossDb(double lossDb);
    double GetMinLossDb() const;
    /// \param lossDb largest loss of a link that is hit; InputError if it is negative
    void SetMaxLossDb(double lossDb);
    double GetMaxLossDb() const;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    double m_share;
    double m_minLoss; ///< dB
    double m_maxLoss; ///< dB
    uint64_t m_update{0};
    mutable LinkKeys m_keys;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SHOCK_LOSS_MODEL_H */
