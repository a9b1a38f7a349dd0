/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_BRANCH_AND_BOUND_H
#define STERNA_LINK_GROUP_BRANCH_AND_BOUND_H

#include "sterna-link-group-planner.h"
#include "sterna-link-group-tree-search.h"

#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The paper's OPT as a decider: branch and bound (LinkGroupTreeSearch) over a whole cycle at its
 * beginning, with all future fading known; then plays the plan.
 *
 * The tree search starts from the plan of a local search (LinkGroupPlanSearch, `Attempts`), so the
 * result is never worse than that. Within its limits it may end without proof: value, bound and gap say how far it came.
 */
class LinkGroupBranchAndBound : public LinkGroupPlanner
{
  public:
    static TypeId GetTypeId();
    LinkGroupBranchAndBound();
    LinkGroupPlan Plan(const LinkGroupInstance& instance) override;
    int64_t AssignStreams(int64_t stream) override;

    /// (14a) of the plan.
    double GetValue() const;
    /// No plan reaches less.
    double GetBound() const;
    /// (value - bound) / value.
    double GetGap() const;
    /// Whether the plan is proved to be the best, but for GapTolerance.
    bool IsProved() const;

    typedef void (*ProgressCallback)(const LinkGroupSearchProgress& progress);

  private:
    uint32_t m_attempts;
    Ptr<UniformRandomVariable> m_random; //!< of the search for a plan to start from
    double m_timeLimit;
    uint64_t m_nodeLimit;
    double m_gapTolerance;
    LinkGroupSearchProgress m_progress{};
    bool m_proved{false};
    TracedCallback<const LinkGroupSearchProgress&> m_progressTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_BRANCH_AND_BOUND_H */
