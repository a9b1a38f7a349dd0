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
 * beta^2 C2, whoever fails: an overloaded satellite leaves out whom it should, which is exact as
 * long as there are not thousands of sets of users to try.
 *
 * The last two are water-filling: of users u with w(u) = beta^2 lambda delta d, a(u) packets/s per
 * whole bandwidth and margins x(u) = mu - lambda of at least l(u), the sum of
 * w (1 - exp(-x t)) is largest where x = max(l, ln(w a t / nu) / t), and nu uses up the band.
 * It is the price of the band: by duality no other set of users is worth more than this one, plus
 * what those are worth, beyond the price of their shares, that are only in the other, and less what
 * those are that are only in this one. So few sets have to be tried.
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

    /**
     * A decision with these satellites (-1: none), which may have more users than beams. Users
     * without demand or out of sight of their satellite take nothing from the others.
     */
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
        double arrivals; //!< lambda
        double rate;     //!< a, packets/s with the whole band
        double worth;    //!< w
        double deadline; //!< t
        double least;    //!< l
        double logWorth; //!< ln(w a t)
        double share;    //!< of the band: what is looked for
        bool atLeast;    //!< for the search: x = l

        /// Share with a margin of x packets/s.
        double Share(double margin) const;
        /// w Pr(W <= t) of (18) with its share.
        double Utility() const;
        /// What the best share brings at most where the band costs nu, less that cost.
        double Surplus(double logPrice) const;
    };

    using Demands = std::vector<Demand>;
    class Selection;

    static double TotalUtility(const Demands& demands);
    static std::vector<Demand*> Pointers(Demands& demands);

    /// The users' demands, in their order, with their shares.
    Demands Solve(const MigrationSlot& slot,
                  uint32_t satellite,
                  const std::vector<uint32_t>& users) const;
    /**
     * Shares the band among some, who fit with their least margins.
     *
     * \return ln nu
     */
    double Fill(const std::vector<Demand*>& some) const;
    void ShareByNeed(Demands& demands) const;
    void ShareByUtility(Demands& demands) const;
    const MigrationProblem& m_problem;
    Rule m_rule;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_SHARES_H */
