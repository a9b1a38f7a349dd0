/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-planner.h"

#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupPlanner");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupPlanner);

TypeId
LinkGroupPlanner::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::LinkGroupPlanner")
                            .SetParent<LinkGroupDecider>()
                            .SetGroupName("Sterna");
    return tid;
}

void
LinkGroupPlanner::BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    m_firstSlot = state.slot;
    m_plan = Plan(MakeInstance(problem, state));
}

LinkGroup
LinkGroupPlanner::Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    const uint32_t at = state.slot - m_firstSlot;
    return at < m_plan.size() ? m_plan[at] : LinkGroup(problem.Transmitters());
}

} // namespace sterna
} // namespace ns3
