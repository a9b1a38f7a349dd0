/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_RELAXATION_H
#define STERNA_LINK_GROUP_RELAXATION_H

#include "sterna-link-group-dual.h"

#include <Eigen/Core>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The continuous relaxation of P1 with capped coefficients, by pairwise Frank-Wolfe over the product
 * of the slots' polytopes (the convex hull of a slot's valid groups, the idle one included).
 *
 * With v_k = sum c x and w_k = sum s x / (D'_k - b_k), c and s as in LinkGroupDual, it minimises
 *
 *     eta_0 (M - sum min(1, w_k))^2 + sum_k eta_k max(0, D_k - b_k - v_k)^2
 *
 * (the second term without max if (14a) is literal), min(1, w) being rounded off over |w - 1| <=
 * 0.1. A step goes through the slots, finds the group with the steepest descent, and moves weight
 * to it from the worst group in use (Lacoste-Julien and Jaggi, NeurIPS 2015), as far as is best.
 */
class LinkGroupRelaxation
{
  public:
    /// A group of a slot and its weight x.
    using Column = std::pair<LinkGroupChoice, double>;

    explicit LinkGroupRelaxation(const LinkGroupOffers& offers);

    /// One step in every slot. \return whether any slot moved
    bool Step();
    /// The prices at which x is (nearly) the best answer: the gradient.
    LinkGroupPrices Prices() const;
    /// The objective of the relaxation, min(1, w) not rounded off.
    double Value() const;
    /// Per slot the groups in use; weights sum to 1, the idle group's included.
    const std::vector<std::vector<Column>>& Columns() const;

  private:
    /// Change of v and w of a device when weight moves from one group to another.
    struct Change
    {
        uint32_t device;
        double bits;
        double share;
    };

    double Worth(uint32_t offer) const;
    double Worth(const LinkGroupChoice& choice) const;
    bool StepSlot(uint32_t slot);
    /// Moves up to `most` of weight from one column to another.
    double Move(const LinkGroupChoice& from, const LinkGroupChoice& to, double most);
    void Collect(const LinkGroupChoice& choice, double sign);
    /// Slope of the objective after a step of that length along the changes collected.
    double SlopeAt(double length) const;
    void Apply(double length);
    void Refresh(uint32_t device);

    const LinkGroupOffers& m_offers;
    std::vector<std::vector<Column>> m_columns;
    Eigen::ArrayXd m_bits;       //!< v
    Eigen::ArrayXd m_share;      //!< w
    Eigen::ArrayXd m_bitsPrice;  //!< -df/dv
    Eigen::ArrayXd m_shareSlope; //!< d(min(1, w))/dw per Mbit
    Eigen::ArrayXd m_perMissing; //!< 1 / (D'_k - b_k), 0 if the threshold is out of reach
    double m_left;               //!< M - sum min(1, w)
    std::vector<double> m_worth;
    std::vector<Change> m_changes;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_RELAXATION_H */
