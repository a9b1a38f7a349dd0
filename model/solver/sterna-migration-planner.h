/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_PLANNER_H
#define STERNA_MIGRATION_PLANNER_H

#include "sterna-migration-chooser.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Plans the whole episode before it begins, by MigrationSearch from what MigrationOverloadBump
 * would do. The plan is kept whatever happens; should it be asked about a slot that it does not
 * know, or for another plan, it plans again from there.
 */
class MigrationPlanner : public MigrationChooser
{
  public:
    static TypeId GetTypeId();
    void BeginCycle(const MigrationProblem& problem, const MigrationState& state) override;

  protected:
    Eigen::VectorXi Choose(const MigrationProblem& problem, const MigrationState& state) override;

  private:
    uint32_t m_group;
    std::shared_ptr<const MigrationPlan> m_plan;
    uint32_t m_first{0};
    std::vector<Eigen::VectorXi> m_satellites; //!< by slot, from the first
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_PLANNER_H */
