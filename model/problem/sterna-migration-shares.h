/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_SHARES_H
#define STERNA_MIGRATION_SHARES_H

#include "sterna-migration-problem.h"

#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * How a satellite's bandwidth is shared among the users that it serves, for deciders that choose
 * satellites only. In all rules compute is zeta each, and what is left is shared equally.
 *
 * EQUAL gives all the same, PROPORTIONAL in proportion to the demand lambda d: where a satellite is
 * overloaded, everybody on it fails. NEED_FIRST gives each user the share that just meets its
 * deadline with the required probability, the cheapest first, and then to whom it helps most,
 * users beyond the requirement and the first one short of it. UTILITY maximises the sum of
 * beta^2 C2, whoever fails.
 *
 * The last two are water-filling: of users u with w(u) = beta^2 lambda delta d, a(u) packets/s per
 * whole bandwidth and margins x(u) = mu - lambda of at least l(u), the sum of
 * w (1 - exp(-x t)) is largest where x = max(l, ln(w a t / nu) / t), and nu uses up the band.
 */
class MigrationShares
{
  public:
    /// Unscoped, because enum attributes are numbers in older releases of ns-3.
    enum Rule
    {
        EQUAL,
        PROPORTIONAL,
        NEED_FIRST,
        UTILITY
    };

    MigrationShares(const MigrationProblem& problem, Rule rule);

    /// A decision with these satellites (-1: none), which may have more users than beams.
    MigrationDecision Complete(const MigrationSlot& slot, const Eigen::VectorXi& satellites) const;

    /**
     * Bandwidth shares of users in sight of a satellite, in their order. Their number may exceed the
     * beams: nobody is left out here.
     */
    std::vector<double> Bandwidth(const MigrationSlot& slot,
                                  uint32_t satellite,
                                  const std::vector<uint32_t>& users) const;

    /// Sum of beta^2 C2 of users whom a satellite serves with these shares.
    double Utility(const MigrationSlot& slot,
                   uint32_t satellite,
                   const std::vector<uint32_t>& users) const;

  private:
    /// A user as water-filling sees it.
    struct Demand
    {
        std::size_t index; //!< among the users asked for
        double arrivals;   //!< lambda
        double rate;       //!< a, packets/s with the whole band
        double worth;      //!< w
        double deadline;   //!< t
        double least;      //!< l
    };

    std::vector<Demand> Demands(const MigrationSlot& slot,
                                uint32_t satellite,
                                const std::vector<uint32_t>& users) const;
    /// Sets the shares of these demands, which fit with their least margins. \return utility
    double Fill(const std::vector<Demand>& demands, std::vector<double>& shares) const;
    void ShareByNeed(std::vector<Demand> demands, std::vector<double>& shares) const;
    void ShareByUtility(std::vector<Demand> demands, std::vector<double>& shares) const;

    const MigrationProblem& m_problem;
    Rule m_rule;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_SHARES_H */
