/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-branch-and-bound.h"

#include "sterna-link-group-plan-search.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupBranchAndBound");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupBranchAndBound);

TypeId
LinkGroupBranchAndBound::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::LinkGroupBranchAndBound")
            .SetParent<LinkGroupPlanner>()
            .SetGroupName("Sterna")
            .AddConstructor<LinkGroupBranchAndBound>()
            .AddAttribute("Attempts",
                          "How often the local search that makes the first plan tries to leave a "
                          "local optimum.",
                          UintegerValue(1000),
                          MakeUintegerAccessor(&LinkGroupBranchAndBound::m_attempts),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("TimeLimit",
                          "Wall-clock seconds per cycle after which the best plan known is taken. "
                          "Runs repeat exactly only if NodeLimit or a proof ends the search first.",
                          DoubleValue(60),
                          MakeDoubleAccessor(&LinkGroupBranchAndBound::m_timeLimit),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("NodeLimit",
                          "Nodes per cycle after which the best plan known is taken.",
                          UintegerValue(1000000),
                          MakeUintegerAccessor(&LinkGroupBranchAndBound::m_nodeLimit),
                          MakeUintegerChecker<uint64_t>(1))
            .AddAttribute("GapTolerance",
                          "(value - bound) / value that counts as proved.",
                          DoubleValue(1e-7),
                          MakeDoubleAccessor(&LinkGroupBranchAndBound::m_gapTolerance),
                          MakeDoubleChecker<double>(0))
            .AddTraceSource("Progress",
                            "The value or the bound has become better.",
                            MakeTraceSourceAccessor(&LinkGroupBranchAndBound::m_progressTrace),
                            "ns3::sterna::LinkGroupBranchAndBound::ProgressCallback");
    return tid;
}

LinkGroupBranchAndBound::LinkGroupBranchAndBound()
    : m_random(CreateObject<UniformRandomVariable>())
{
}

int64_t
LinkGroupBranchAndBound::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1;
}

LinkGroupPlan
LinkGroupBranchAndBound::Plan(const LinkGroupInstance& instance)
{
    LinkGroupPlanSearch start(instance);
    start.Construct();
    start.Descend();
    start.Improve(m_attempts, m_random);
    LinkGroupTreeSearch search(instance);
    search.SetStart(start.Plan());
    search.SetLimits({m_timeLimit, m_nodeLimit, m_gapTolerance});
    search.SetObserver([this](const auto& progress) { m_progressTrace(progress); });
    search.Solve();
    m_progress = search.Progress();
    m_proved = search.IsProved();
    NS_LOG_INFO("value " << m_progress.value << ", bound " << m_progress.bound);
    return search.Plan();
}

double
LinkGroupBranchAndBound::GetValue() const
{
    return m_progress.value;
}

double
LinkGroupBranchAndBound::GetBound() const
{
    return m_progress.bound;
}

double
LinkGroupBranchAndBound::GetGap() const
{
    return m_progress.Gap();
}

bool
LinkGroupBranchAndBound::IsProved() const
{
    return m_proved;
}

} // namespace sterna
} // namespace ns3
