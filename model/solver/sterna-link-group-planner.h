/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_PLANNER_H
#define STERNA_LINK_GROUP_PLANNER_H

#include "sterna-link-group-rules.h"

#include "ns3/sterna-link-group-instance.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Plays a plan that was made at the beginning of a cycle with all future fading known. Offline
 * solvers differ in how they make it.
 */
class LinkGroupPlanner : public LinkGroupDecider
{
  public:
    static TypeId GetTypeId();
    void BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) override;
    LinkGroup Decide(const LinkGroupProblem& problem,
                     const LinkGroupProblem::State& state) override;

    /// A plan for all slots of an instance.
    virtual LinkGroupPlan Plan(const LinkGroupInstance& instance) = 0;

  private:
    uint32_t m_firstSlot{0};
    LinkGroupPlan m_plan;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_PLANNER_H */
