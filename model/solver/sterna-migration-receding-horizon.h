/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_RECEDING_HORIZON_H
#define STERNA_MIGRATION_RECEDING_HORIZON_H

#include "sterna-migration-chooser.h"
#include "sterna-migration-search.h"

#include <cstdint>
#include <memory>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * In every slot, plans the next `Horizon` slots by MigrationSearch, from the plan of the slot
 * before, and does what the first of them asks. Orbits, flights and demands can be foreseen.
 */
class MigrationRecedingHorizon : public MigrationChooser
{
  public:
    static TypeId GetTypeId();
    void BeginCycle(const MigrationProblem& problem, const MigrationState& state) override;

  protected:
    Eigen::VectorXi Choose(const MigrationProblem& problem, const MigrationState& state) override;

  private:
    uint32_t m_horizon;
    uint32_t m_group;
    const MigrationProblem* m_problem{nullptr};  //!< that the search is for
    std::shared_ptr<const MigrationPlan> m_plan; //!< that the search is for
    std::unique_ptr<MigrationSearch> m_search;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_RECEDING_HORIZON_H */
