/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_BURSTY_TRAFFIC_H
#define STERNA_LINK_GROUP_BURSTY_TRAFFIC_H

#include "sterna-link-group-event-traffic.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Bursty demands, Fig. 5 of Yuan et al., IEEE TWC 2022: everybody turns from voice to video, or back.
 *
 * Demands are uniform in the ranges of LinkGroupTraffic. A high update multiplies both ends of every
 * range by VideoFactor, a low one by VoiceFactor, until the next update; before the first one the
 * factor is 1. With CarryOver a backlog is cut to what the new service's buffer holds: who turns
 * from video to voice no longer waits for the film.
 */
class LinkGroupBurstyTraffic : public LinkGroupEventTraffic
{
  public:
    static TypeId GetTypeId();

    Demands Next(const std::vector<LinkGroupSystem::Device>& devices,
                 const Eigen::ArrayXd& backlog,
                 uint64_t slot) override;

  private:
    double m_videoFactor;
    double m_voiceFactor;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_BURSTY_TRAFFIC_H */
