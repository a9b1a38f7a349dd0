/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_ROLLING_HORIZON_H
#define STERNA_LINK_GROUP_ROLLING_HORIZON_H

#include "sterna-link-group-rules.h"

#include "ns3/sterna-link-group-instance.h"

#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Plans the rest of the cycle anew in every slot, from what can be known of the channel, and plays
 * the plan's first group.
 *
 * With Futures = 0 the gains to come are taken at their mean. Otherwise so many futures are drawn
 * from the present levels of the fading (LinkForecast), each is planned for (LinkGroupPlanSearch),
 * and of the groups with which these plans begin the one is chosen that does best on average over
 * all futures, each with a plan of its own afterwards: hindsight optimisation (Chong, Givan and
 * Chang, 2000) with a second look.
 */
class LinkGroupRollingHorizon : public LinkGroupDecider
{
  public:
    static TypeId GetTypeId();
    LinkGroupRollingHorizon();
    LinkGroup Decide(const LinkGroupProblem& problem,
                     const LinkGroupProblem::State& state) override;
    int64_t AssignStreams(int64_t stream) override;

    /// A first group, and the mean objective over all futures if they all begin with it.
    struct Judgement
    {
        LinkGroup group;
        double objective;
    };

    /// Judges the groups with which the futures' plans begin, and some more, all different.
    std::vector<Judgement> Judge(const LinkGroupProblem& problem,
                                 const LinkGroupProblem::State& state,
                                 const std::vector<LinkGroup>& more) const;

  private:
    LinkGroupPlan PlanFor(const LinkGroupInstance& future) const;
    /// Mean objective over all futures if they all begin with this group.
    double Worth(const LinkGroup& group,
                 const std::vector<LinkGroupInstance>& futures,
                 const std::vector<LinkGroupPlan>& plans) const;

    uint32_t m_futures;
    uint32_t m_attempts;
    Ptr<UniformRandomVariable> m_random;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_ROLLING_HORIZON_H */
