/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_CROWDS_H
#define STERNA_MIGRATION_CROWDS_H

#include "sterna-migration-shares.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * What sets of users are worth to a satellite in a slot. Whoever looks ahead asks about the same
 * sets again and again, so each is worked out once.
 */
class MigrationCrowds
{
  public:
    using Crowd = std::string; //!< a bit for each user: hashes and compares as quickly as text

    /// \param problem outlives this
    MigrationCrowds(const MigrationProblem& problem,
                    MigrationShares::Rule rule,
                    std::shared_ptr<const MigrationPlan> plan);

    /// A set without anybody in it.
    Crowd Nobody() const;
    static bool Has(const Crowd& crowd, uint32_t user);
    /// Puts a user in, or takes it out.
    static void Flip(Crowd& crowd, uint32_t user);
    static uint32_t Count(const Crowd& crowd);

    /// Sum of beta^2 C2 of users in sight whom the satellite serves; -infinity if it has neither
    /// beams nor compute for all of them.
    double Utility(uint32_t slot, uint32_t satellite, const Crowd& crowd);

    /// Slots before this one will not be asked about any more.
    void Forget(uint32_t slot);

  private:
    double WorkOut(uint32_t slot, uint32_t satellite, const Crowd& crowd) const;

    const MigrationProblem& m_problem;
    MigrationShares m_shares;
    std::shared_ptr<const MigrationPlan> m_plan;
    std::vector<std::unordered_map<Crowd, double>> m_utilities; //!< [slot * satellites + satellite]
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_CROWDS_H */
