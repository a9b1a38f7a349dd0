/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_CHOOSER_H
#define STERNA_MIGRATION_CHOOSER_H

#include "ns3/sterna-migration-problem.h"
#include "ns3/sterna-migration-shares.h"

#include <Eigen/Core>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Whoever chooses satellites only: MigrationShares, with the rule of an attribute, completes them
 * with bandwidth and compute. Shares matter as much as satellites, so that deciders should be
 * compared with the same rule.
 *
 * A decider that chooses more users than a satellite has beams gets what MigrationProblem::Project()
 * leaves of them: shares are worked out before, so that the others do not gain.
 */
class MigrationChooser : public MigrationDecider
{
  public:
    static TypeId GetTypeId();
    MigrationDecision Decide(const MigrationProblem& problem, const MigrationState& state) override;

  protected:
    /// The satellite of each user; -1: none.
    virtual Eigen::VectorXi Choose(const MigrationProblem& problem,
                                   const MigrationState& state) = 0;
    /// How the users of a satellite share it.
    MigrationShares::Rule ShareRule() const;

  private:
    MigrationShares::Rule m_shares;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_CHOOSER_H */
