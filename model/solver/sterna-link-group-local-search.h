/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_LOCAL_SEARCH_H
#define STERNA_LINK_GROUP_LOCAL_SEARCH_H

#include "sterna-link-group-planner.h"

#include "ns3/random-variable-stream.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Offline local search over a whole cycle (LinkGroupPlanSearch).
 */
class LinkGroupLocalSearch : public LinkGroupPlanner
{
  public:
    static TypeId GetTypeId();
    LinkGroupLocalSearch();
    LinkGroupPlan Plan(const LinkGroupInstance& instance) override;
    int64_t AssignStreams(int64_t stream) override;

  private:
    uint32_t m_attempts;
    Ptr<UniformRandomVariable> m_random;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_LOCAL_SEARCH_H */
