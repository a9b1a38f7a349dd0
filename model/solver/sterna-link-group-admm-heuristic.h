/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_ADMM_HEURISTIC_H
#define STERNA_LINK_GROUP_ADMM_HEURISTIC_H

#include "sterna-link-group-admm.h"
#include "sterna-link-group-planner.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The paper's ADMM-HEU (Algorithm 1, LinkGroupAdmm) as a decider: plans a whole cycle at its
 * beginning, with all future fading known, and plays the plan.
 */
class LinkGroupAdmmHeuristic : public LinkGroupPlanner
{
  public:
    static TypeId GetTypeId();
    LinkGroupPlan Plan(const LinkGroupInstance& instance) override;

    /// The relaxed (14a) that rounding started from.
    double GetRelaxedValue() const;
    /// (14a) of the rounded plan, before any descent.
    double GetRoundedValue() const;
    /// (14a) of the plan that is played.
    double GetValue() const;

  private:
    uint32_t m_iterations;
    double m_rho;
    double m_tolerance;
    bool m_parallel;
    bool m_descent;
    double m_relaxedValue{0};
    double m_roundedValue{0};
    double m_value{0};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_ADMM_HEURISTIC_H */
