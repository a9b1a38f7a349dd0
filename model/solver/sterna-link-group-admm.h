/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_ADMM_H
#define STERNA_LINK_GROUP_ADMM_H

#include "sterna-link-group-descent.h"

#include <Eigen/Core>
#include <cstdint>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Algorithm 1 (ADMM-HEU) of Yuan et al., IEEE TWC 2022, on plain numbers: lines 2-8 solve the
 * relaxation of P1, lines 9-13 round it.
 *
 * With s = min(R, D'_k - b_k) in (15), c = min(R, D_k - b_k) in (14a), M devices unserved at the
 * start, and the residual r_k = z_k - (D'_k - b_k) y_k + sum s x, the augmented Lagrangian (17) is
 *
 *     eta_0 (M - sum y)^2 + sum_k [eta_k max(0, D_k - b_k - sum c x)^2 + lambda_k r_k
 *                                  + rho / 2 r_k^2].
 *
 * (The paper has R for c and s, and does not leave out thresholds that all slots together cannot
 * reach; the caps make its relaxation tighter and leave all plans as they
 * are. With the literal (14a), c = R and no max.) An iteration solves
 *
 *  - (18) per slot over the convex hull of its groups, by pairwise Frank-Wolfe to a duality gap of
 *    `tolerance` times (14a) when idle;
 *  - (19), whose y_k depend on each other through their sum only: by bisection for it;
 *  - (20), z_k = min(0, (D'_k - b_k) y_k - sum s x - lambda_k / rho);
 *  - line 6, lambda_k <- lambda_k + rho r_k.
 *
 * As printed, every block of an iteration sees the last iteration's values of the others
 * (`parallel`); with more than two blocks that need not converge. By default blocks follow each
 * other and see what is new.
 */
class LinkGroupAdmm
{
  public:
    /// A group of a slot and its weight x.
    using Column = std::pair<LinkGroupChoice, double>;

    struct Options
    {
        uint32_t iterations{100}; //!< I_iter
        double rho{10};           //!< in units of the mean eta_k
        double tolerance{1e-6};   //!< of (18)
        bool parallel{false};     //!< blocks as printed
    };

    LinkGroupAdmm(const LinkGroupOffers& offers, const Options& options);

    /// Lines 2-8.
    void Relax();
    /// One pass of lines 5 and 6.
    void Iterate();
    /// Lines 9-13: per slot the group with the largest x (of equals the first in the order of
    /// offers); idle where x is zero.
    LinkGroupChoices Round() const;

    /// The relaxed (14a) at x, with the y_k that x allows.
    double RelaxedValue() const;
    /// Per slot the groups in use; weights sum to 1, the idle group's included.
    const std::vector<std::vector<Column>>& Columns() const;
    /// y of (19).
    const Eigen::ArrayXd& Served() const;
    /// Largest |r_k|, Mbit.
    double Residual() const;
    /// Worth of an offer in (18) at the current point: minus the derivative of (17).
    double Worth(uint32_t offer) const;
    /// (18): one slot, everything else as it is.
    void SolveSlot(uint32_t slot);
    /// (19).
    void SolveServed();
    /// (20).
    void SolveSlack();
    /// z.
    const Eigen::ArrayXd& Slack() const;
    /// lambda, per Mbit.
    const Eigen::ArrayXd& Prices() const;
    /// rho, per Mbit^2.
    double Rho() const;
    /// Duality gap that (18) was last solved to in a slot: no group could gain more.
    double SlotGap(uint32_t slot) const;

  private:
    struct Change
    {
        uint32_t device;
        double bits;
        double share;
    };

    double StepSlot(uint32_t slot, bool& moved);
    double Worth(const LinkGroupChoice& choice) const;
    void Collect(const LinkGroupChoice& choice, double sign);
    double SlopeAt(double length) const;
    void Book(const std::vector<Column>& columns, double sign);

    const LinkGroupOffers& m_offers;
    Options m_options;
    double m_rho;
    double m_gapLimit;
    std::vector<std::vector<Column>> m_columns; //!< x
    Eigen::ArrayXd m_missing;                   //!< D'_k - b_k, 0 where it is out of reach
    Eigen::ArrayXd m_served;                    //!< y
    Eigen::ArrayXd m_slack;                     //!< z
    Eigen::ArrayXd m_price;                     //!< lambda
    Eigen::ArrayXd m_bits;                      //!< sum c x
    Eigen::ArrayXd m_share;                     //!< sum s x
    std::vector<double> m_gaps;
    std::vector<double> m_worth;
    std::vector<Change> m_changes;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_ADMM_H */
