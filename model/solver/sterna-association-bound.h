/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_BOUND_H
#define STERNA_ASSOCIATION_BOUND_H

#include "ns3/sterna-association-table.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A certified upper bound on the utility of the slices ahead, whoever decides, and the prices of
 * storage that prove it.
 *
 * Interference is left out, which can only raise rates. Then x_ijt says who is matched and v_ijt
 * how much the pair could offload (units of data, at most the stock and the room at the start). For
 * any prices lambda_j >= 0 of a station's storage and mu_i >= 0 of a satellite's stock, no episode
 * has more utility than the Lagrangian dual
 *
 *     sum_t  max-weight b-matching of (omega - lambda_j - mu_i)^+ v_ijt
 *   + sum_j  max over 0 <= X <= room_j of lambda_j X - xi kappa ln(C_j / (C_j - X))
 *   + sum_i  mu_i stock_i.
 *
 * Prices are found by Frank-Wolfe (Frank and Wolfe, An algorithm for quadratic programming, Naval
 * Research Logistics Quarterly 3, 1956) on the concave primal: lambda is the marginal cost of
 * storage at the averaged matchings; room and stock are kept by an augmented Lagrangian, whose
 * multipliers give mu. Each iteration's dual value is a valid bound, and the least one is kept: an
 * early stop costs tightness, never validity. Sums are rounded as double precision rounds them.
 *
 * It holds for rate models that do not fall with the SINR.
 */
class AssociationBound
{
  public:
    using Knowledge = AssociationTable::Knowledge;

    /// \param gap the search ends when the primal and the dual are this close (share of the bound)
    explicit AssociationBound(double gap = 1e-4);

    /// The bound on a whole episode, as the air has it.
    void Solve(const AssociationProblem& problem, std::shared_ptr<const AssociationPlan> plan);
    /// The bound on all slices from this one on, with what stations and satellites have left.
    void Solve(const AssociationProblem& problem,
               const AssociationState& state,
               Knowledge knowledge);

    /// No decisions earn more (units of data).
    double Value() const;
    /// lambda_j (utility per unit of data); [0] is station 1.
    const Eigen::ArrayXd& StationPrices() const;
    /// mu_i (utility per unit of data).
    const Eigen::ArrayXd& SatellitePrices() const;
    /// What the averaged matchings bring to each station after the first slice (units of data).
    const Eigen::ArrayXd& StoredLater() const;
    /// What they take from each satellite after the first slice (units of data).
    const Eigen::ArrayXd& SentLater() const;
    /// Matchings of all slices that were solved.
    uint32_t Iterations() const;

  private:
    double m_gap;
    double m_value{0};
    Eigen::ArrayXd m_stationPrices;
    Eigen::ArrayXd m_satellitePrices;
    Eigen::ArrayXd m_storedLater;
    Eigen::ArrayXd m_sentLater;
    uint32_t m_iterations{0};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_BOUND_H */
