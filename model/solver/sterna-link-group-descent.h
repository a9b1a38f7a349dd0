/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_DESCENT_H
#define STERNA_LINK_GROUP_DESCENT_H

#include "sterna-link-group-offers.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Per slot a group, as offers.
using LinkGroupChoices = std::vector<LinkGroupChoice>;

/**
 * \ingroup sterna
 * Plans that exact and relaxing solvers start from or end with: slot after slot the best group,
 * given the groups of all other slots, until no slot finds a better one.
 *
 * c completions in a slot are worth eta_0 (2 m c - c^2) with m devices missing, which does not add
 * up; each c is tried with eta_0 (2 m - c) per completion, and (14a) decides.
 */
class LinkGroupDescent
{
  public:
    explicit LinkGroupDescent(const LinkGroupOffers& offers);

    /// (14a) at the end of a plan.
    double Objective(const LinkGroupChoices& plan) const;

    /// Improves a plan. \return (14a) at its end
    double Descend(LinkGroupChoices& plan);

    /// Descends, and then tries for each device to serve it at any cost or not at all, and to
    /// descend from there; keeps what is better. \return (14a) at the plan's end
    double Search(LinkGroupChoices& plan, uint32_t rounds);

    LinkGroupPlan ToPlan(const LinkGroupChoices& plan) const;

  private:
    void Book(const LinkGroupChoice& choice, double sign, Eigen::ArrayXd& bits) const;
    double Objective(const Eigen::ArrayXd& bits) const;
    bool Improve(uint32_t slot, LinkGroupChoices& plan, double& objective);
    /// A plan that brings a device to its threshold as cheaply as it can be told slot by slot.
    bool Serve(uint32_t device, LinkGroupChoices& plan) const;
    void Drop(uint32_t device, LinkGroupChoices& plan) const;

    const LinkGroupOffers& m_offers;
    Eigen::ArrayXd m_bits; //!< of the plan in hand
    std::vector<double> m_worth;
    int64_t m_avoided{-1}; //!< device that is not to be served
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_DESCENT_H */
