/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_EVENT_TRAFFIC_H
#define STERNA_LINK_GROUP_EVENT_TRAFFIC_H

#include "sterna-link-group-traffic.h"

#include <optional>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Traffic that is upset every UpdatePeriod slots: Figs. 4 and 5 of Yuan et al., IEEE TWC 2022.
 *
 * Update i happens at slot i UpdatePeriod, i = 1, 2, ... (at the first cycle from there on, if the
 * period is no multiple of a cycle). Updates are high and low in turns; the attribute Order says
 * which comes first, or leaves it to the stream. They are the same for all deciders.
 */
class LinkGroupEventTraffic : public LinkGroupTraffic
{
  public:
    /// Which update comes first.
    enum Order
    {
        HIGH_FIRST,
        LOW_FIRST,
        RANDOM //!< either, with probability 1/2
    };

    static TypeId GetTypeId();
    LinkGroupEventTraffic();

    int64_t AssignStreams(int64_t stream) override;

  protected:
    /// What the latest update was.
    enum class Event
    {
        NONE, //!< none yet
        HIGH,
        LOW
    };

    /// To be called once a cycle. \return whether an update comes with the cycle of this first slot
    bool Update(uint64_t slot);
    /// \return the latest update.
    Event GetEvent() const;

  private:
    Ptr<UniformRandomVariable> m_coin;
    uint64_t m_updatePeriod;
    Order m_order;
    std::optional<bool> m_oddIsHigh; //!< whether updates 1, 3, ... are high
    uint64_t m_updates{0};           //!< so far
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_EVENT_TRAFFIC_H */
