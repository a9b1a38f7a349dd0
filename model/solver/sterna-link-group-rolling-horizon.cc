/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-rolling-horizon.h"

#include "sterna-link-group-futures.h"
#include "sterna-link-group-plan-search.h"

#include "ns3/log.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupRollingHorizon");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupRollingHorizon);

TypeId
LinkGroupRollingHorizon::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::LinkGroupRollingHorizon")
            .SetParent<LinkGroupDecider>()
            .SetGroupName("Sterna")
            .AddConstructor<LinkGroupRollingHorizon>()
            .AddAttribute("Futures",
                          "Futures of the channel that a decision looks at; 0: mean gains.",
                          UintegerValue(5),
                          MakeUintegerAccessor(&LinkGroupRollingHorizon::m_futures),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Attempts",
                          "How often the search for a plan tries to leave a local optimum.",
                          UintegerValue(10),
                          MakeUintegerAccessor(&LinkGroupRollingHorizon::m_attempts),
                          MakeUintegerChecker<uint32_t>());
    return tid;
}

LinkGroupRollingHorizon::LinkGroupRollingHorizon()
    : m_random(CreateObject<UniformRandomVariable>())
{
}

int64_t
LinkGroupRollingHorizon::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1;
}

LinkGroupPlan
LinkGroupRollingHorizon::PlanFor(const LinkGroupInstance& future) const
{
    LinkGroupPlanSearch search(future);
    search.Construct();
    search.Descend();
    search.Improve(m_attempts, m_random);
    return search.Plan();
}

double
LinkGroupRollingHorizon::Worth(const LinkGroup& group,
                               const std::vector<LinkGroupInstance>& futures,
                               const std::vector<LinkGroupPlan>& plans) const
{
    double sum = 0;
    for (std::size_t f = 0; f < futures.size(); ++f)
    {
        LinkGroupPlan plan = plans[f];
        const bool same = plan.front() == group;
        plan.front() = group;
        LinkGroupPlanSearch search(futures[f]);
        search.SetFirstSlot(1);
        search.SetPlan(plan);
        if (!same && futures[f].Slots() > 1)
        {
            search.Descend();
        }
        sum += search.Objective();
    }
    return sum / futures.size();
}

std::vector<LinkGroupRollingHorizon::Judgement>
LinkGroupRollingHorizon::Judge(const LinkGroupProblem& problem,
                               const LinkGroupProblem::State& state,
                               const std::vector<LinkGroup>& more) const
{
    std::vector<LinkGroupInstance> futures;
    std::vector<LinkGroupPlan> plans;
    for (uint32_t f = 0; f < std::max(1U, m_futures); ++f)
    {
        futures.push_back(m_futures == 0 ? MeanFuture(problem, state)
                                         : DrawFuture(problem, state, m_random));
        plans.push_back(PlanFor(futures.back()));
    }
    std::vector<LinkGroup> groups;
    const auto add = [&](const LinkGroup& group) {
        if (std::find(groups.begin(), groups.end(), group) == groups.end())
        {
            groups.push_back(group);
        }
    };
    for (const auto& plan : plans)
    {
        add(plan.front());
    }
    std::for_each(more.begin(), more.end(), add);
    std::vector<Judgement> judgements;
    for (const auto& group : groups)
    {
        // nothing to compare: spare the second look
        judgements.push_back({group, groups.size() > 1 ? Worth(group, futures, plans) : 0});
    }
    return judgements;
}

LinkGroup
LinkGroupRollingHorizon::Decide(const LinkGroupProblem& problem,
                                const LinkGroupProblem::State& state)
{
    const auto judgements = Judge(problem, state, {});
    const auto best = std::min_element(
        judgements.begin(),
        judgements.end(),
        [](const Judgement& a, const Judgement& b) { return a.objective < b.objective; });
    NS_LOG_LOGIC("slot " << state.slot << ": " << judgements.size() << " first groups, best "
                         << best->objective);
    return best->group;
}

} // namespace sterna
} // namespace ns3
