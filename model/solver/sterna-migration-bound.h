/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_BOUND_H
#define STERNA_MIGRATION_BOUND_H

#include "ns3/sterna-migration-problem.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A certified upper bound on the reward (29) of an episode, whoever decides, and the prices that
 * prove it.
 *
 * For any prices p >= 0 of a satellite's band and q >= 0 of its beams, in each slot, no episode has
 * more expected reward than the Lagrangian dual
 *
 *     sum over users of the largest of  sum_n v_usn - lambda_pen beta^1 migrations  over all paths
 *   + sum over slots and satellites of  p B_max + q beams,
 *
 *     v_usn = max over 0 <= x of  w (1 - exp(-x t)) - p (lambda + x) / a - q,
 *
 * with w, a, x and t of MigrationShares: x = ln(w a t / p) / t, between 0 and what the whole band
 * leaves. A path is a satellite in sight or none for each slot, and the best one is found by
 * dynamic programming over where the service is. Compute bounds the number of users only.
 *
 * Prices are found by subgradient steps, each price with a length of its own (Kingma and Ba, Adam,
 * 2015). Any prices give a valid bound: an early stop costs tightness, never validity, and the
 * least dual value met is kept.
 */
class MigrationBound
{
  public:
    /// \param iterations dual values that are computed; some 0.1 ms each in the default scenario
    explicit MigrationBound(uint32_t iterations = 3000);

    /// The bound on a whole episode.
    void Solve(const MigrationProblem& problem, std::shared_ptr<const MigrationPlan> plan);
    /// The bound on all slots from that of a state on, with services where it has them.
    void Solve(const MigrationProblem& problem, const MigrationState& state);

    /// No decisions earn more: Dual() at the prices.
    double Value() const;
    /// p, slots ahead x satellites.
    const Eigen::ArrayXXd& BandPrices() const;
    /// q, slots ahead x satellites.
    const Eigen::ArrayXXd& BeamPrices() const;

    /// The dual value at any prices, none of them negative, straight from its definition.
    static double Dual(const MigrationProblem& problem,
                       const MigrationState& state,
                       const Eigen::ArrayXXd& bandPrices,
                       const Eigen::ArrayXXd& beamPrices);

  private:
    uint32_t m_iterations;
    double m_value{0};
    Eigen::ArrayXXd m_bandPrices;
    Eigen::ArrayXXd m_beamPrices;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_BOUND_H */
