/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_BOUND_H
#define STERNA_ASSOCIATION_BOUND_H

#include "ns3/sterna-association-problem.h"

#include <Eigen/Core>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A certified upper bound on the utility that any decider can reach from a state to the end of its
 * plan.
 *
 * Without interference, with data that may be sent in part, the problem is: for each slice a
 * transportation problem, tied together by the stations' loads X_j (a concave worth
 * xi kappa ln((C - X) / C)) and by the satellites' stocks. For any prices lambda_j >= 0 of storage
 * and mu_i >= 0 of stock, its Lagrangian dual
 *
 *     sum over slices of the best association with weights (omega - lambda_j - mu_i) v_ij
 *     + sum_j max over 0 <= X <= room of lambda_j X + xi kappa ln((C - X) / C)
 *     + sum_i mu_i stock_i
 *
 * is an upper bound, v_ij being the interference-free data. Frank-Wolfe steps on the loads find
 * good prices of storage, subgradient steps polish them and find those of stock; each price that is
 * tried certifies a bound, and the least is kept.
 */
class AssociationBound
{
  public:
    /// What Solve() finds.
    struct Result
    {
        double value;                //!< units of data
        Eigen::ArrayXd storagePrice; //!< lambda_j, worth of a unit of storage; [0] is station 1
        Eigen::ArrayXd stockPrice;   //!< mu_i, worth of a unit of a satellite's stock
    };

    /// Whose SNR counts.
    enum class Knowledge
    {
        ESTIMATED,
        ACTUAL //!< for a bound on what the air can carry
    };

    /// From the beginning of an episode.
    Result Solve(const AssociationProblem& problem, const AssociationPlan& plan) const;
    /// From a state on.
    Result Solve(const AssociationProblem& problem,
                 const AssociationState& state,
                 Knowledge knowledge) const;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_BOUND_H */
