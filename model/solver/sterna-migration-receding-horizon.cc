/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-receding-horizon.h"

#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_OBJECT_ENSURE_REGISTERED(MigrationRecedingHorizon);

TypeId
MigrationRecedingHorizon::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::MigrationRecedingHorizon")
            .SetParent<MigrationChooser>()
            .SetGroupName("Sterna")
            .AddConstructor<MigrationRecedingHorizon>()
            .AddAttribute("Horizon",
                          "Slots planned ahead, the present one included",
                          UintegerValue(12),
                          MakeUintegerAccessor(&MigrationRecedingHorizon::m_horizon),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Group",
                          "Users that the search gives paths together, at most",
                          UintegerValue(2),
                          MakeUintegerAccessor(&MigrationRecedingHorizon::m_group),
                          MakeUintegerChecker<uint32_t>(1, 4));
    return tid;
}

void
MigrationRecedingHorizon::BeginCycle(const MigrationProblem& problem, const MigrationState& state)
{
    m_problem = &problem;
    m_plan = state.plan;
    m_search = std::make_unique<MigrationSearch>(problem, ShareRule(), m_plan, m_group);
}

Eigen::VectorXi
MigrationRecedingHorizon::Choose(const MigrationProblem& problem, const MigrationState& state)
{
    if (m_problem != &problem || m_plan != state.plan)
    {
        BeginCycle(problem, state);
    }
    m_search->Focus(state, m_horizon);
    m_search->Improve();
    return m_search->Satellites(state.slot);
}

} // namespace sterna
} // namespace ns3
