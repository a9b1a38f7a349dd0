/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CHANNEL_SHOCKS_H
#define STERNA_CHANNEL_SHOCKS_H

#include "sterna-channel.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/sterna-shock-loss-model.h"
#include "ns3/traced-callback.h"

#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Hits channels every UpdatePeriod slots: Fig. 6 of Yuan et al., IEEE TWC 2022.
 *
 * Each channel gets a ShockLossModel at the end of its path loss. Update i comes i UpdatePeriod
 * slots after the application's start, before whatever else happens in that instant: a scheduler
 * that starts at the same time sees it in the slot of that number. Losses that the channel has kept
 * are forgotten. Shocks are a function of the streams: every decider meets the same.
 */
class ChannelShocks : public Application
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    ChannelShocks();
    ~ChannelShocks() override;

    /// \param channel with a path loss; its links are hit from the next update on
    /// \return what hits them
    Ptr<ShockLossModel> AddChannel(Ptr<SternaChannel> channel);

    /// \param stream first stream \return the number of streams used (one per channel)
    int64_t AssignStreams(int64_t stream) /* override from ns-3.42 on */;

    /// Channels have changed. \param slot the first one to which this applies
    typedef void (*UpdateCallback)(uint64_t slot);

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    /// The next update is due one period from now.
    void Wait();
    void Update();

    std::vector<std::pair<Ptr<SternaChannel>, Ptr<ShockLossModel>>> m_channels;
    uint64_t m_updatePeriod; ///< Slots.
    Time m_slotDuration;
    uint64_t m_updates{0}; ///< So far.
    EventId m_next;
    TracedCallback<uint64_t> m_updateTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_CHANNEL_SHOCKS_H */
