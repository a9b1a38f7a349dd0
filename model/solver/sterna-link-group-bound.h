/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_BOUND_H
#define STERNA_LINK_GROUP_BOUND_H

#include "sterna-link-group-relaxation.h"

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

/// A certified lower bound on (14a) and what came with it.
struct LinkGroupBoundResult
{
    double value;           //!< no plan reaches less
    LinkGroupPrices prices; //!< that certify it
    /// Per slot the relaxed x: groups with weights that sum to 1.
    std::vector<std::vector<std::pair<LinkGroup, double>>> x;
    double relaxedValue;  //!< of the relaxation at x; the bound may lie above it, as y is binary
    uint32_t steps;       //!< of Frank-Wolfe
    uint32_t evaluations; //!< of the dual function
    double seconds;       //!< wall-clock time
};

/**
 * \ingroup sterna
 * A certified lower bound on (14a), where the optimum is out of reach.
 *
 * LinkGroupRelaxation finds prices, LinkGroupDual certifies them after every step, and a
 * subgradient method with steps after Polyak and deflection after Camerini, Fratta and Maffioli
 * then raises the bound, which knows that y is binary and the relaxation does not.
 */
class LinkGroupBound
{
  public:
    /// Steps of Frank-Wolfe, each through all slots.
    void SetSteps(uint32_t steps);
    /// Evaluations of the dual function after these.
    void SetPolishing(uint32_t evaluations);

    /**
     * \param instance what is to be bounded
     * \param known the objective of a known plan, which steps aim at; the bound is one without it
     */
    LinkGroupBoundResult Solve(const LinkGroupInstance& instance,
                               double known = std::numeric_limits<double>::infinity()) const;

  private:
    uint32_t m_steps{100};
    uint32_t m_polishing{200};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_BOUND_H */
