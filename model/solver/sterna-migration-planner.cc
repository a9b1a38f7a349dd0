/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-planner.h"

#include "sterna-migration-rules.h"
#include "sterna-migration-search.h"

#include "ns3/log.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMigrationPlanner");

NS_OBJECT_ENSURE_REGISTERED(MigrationPlanner);

TypeId
MigrationPlanner::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::MigrationPlanner")
                            .SetParent<MigrationChooser>()
                            .SetGroupName("Sterna")
                            .AddConstructor<MigrationPlanner>()
                            .AddAttribute("Group",
                                          "Users that the search gives paths together, at most",
                                          UintegerValue(2),
                                          MakeUintegerAccessor(&MigrationPlanner::m_group),
                                          MakeUintegerChecker<uint32_t>(1, 4));
    return tid;
}

void
MigrationPlanner::BeginCycle(const MigrationProblem& problem, const MigrationState& state)
{
    MigrationSearch search(problem, ShareRule(), state.plan, m_group);
    auto rule = CreateObject<MigrationOverloadBump>();
    for (auto ahead = state; ahead.slot < state.plan->Slots();)
    {
        const auto decision = rule->Decide(problem, ahead);
        search.Choose(ahead.slot, decision.satellite);
        problem.Account(ahead, decision, problem.ExpectedTimelyBits(ahead.Slot(), decision));
    }
    search.Focus(state, state.plan->Slots());
    const double start = search.Worth();
    search.Improve();
    NS_LOG_LOGIC("from " << start << " to " << search.Worth());
    m_plan = state.plan;
    m_first = state.slot;
    m_satellites.clear();
    for (uint32_t n = m_first; n < m_plan->Slots(); ++n)
    {
        m_satellites.push_back(search.Satellites(n));
    }
}

Eigen::VectorXi
MigrationPlanner::Choose(const MigrationProblem& problem, const MigrationState& state)
{
    if (m_plan != state.plan || state.slot < m_first)
    {
        BeginCycle(problem, state);
    }
    return m_satellites[state.slot - m_first];
}

} // namespace sterna
} // namespace ns3
