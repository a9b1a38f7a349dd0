/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-rolling-horizon.h"

#include "sterna-link-group-plan-search.h"

#include "ns3/log.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <limits>

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

LinkGroupInstance
LinkGroupRollingHorizon::FutureOfRates(const LinkGroupProblem& problem,
                                       const LinkGroupProblem::State& state) const
{
    auto future = MakeInstance(problem, state);
    const auto& all = state.givenRates->rates;
    Eigen::ArrayXXd mean = all.front();
    for (std::size_t t = 1; t < all.size(); ++t)
    {
        mean += all[t];
    }
    mean /= double(all.size());
    for (uint32_t t = 1; t < future.Slots(); ++t)
    {
        future.rates[t] = mean;
        for (uint32_t k = 0; m_futures > 0 && k < future.Devices(); ++k)
        {
            future.rates[t].row(k) = all[m_random->GetInteger(0, all.size() - 1)].row(k);
        }
    }
    return future;
}

LinkGroupInstance
LinkGroupRollingHorizon::Future(const LinkGroupProblem& problem,
                                const LinkGroupProblem::State& state) const
{
    if (state.givenRates)
    {
        return FutureOfRates(problem, state);
    }
    const uint32_t slots = problem.System().slotsPerCycle - state.slot;
    const uint32_t devices = problem.Devices();
    Eigen::ArrayXXd gains(slots, problem.Transmitters() * devices);
    const auto uniform = [this]() { return m_random->GetValue(); };
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        for (uint32_t k = 0; k < devices; ++k)
        {
            if (!problem.IsValidLink(n, k))
            {
                continue;
            }
            auto path = gains.col(n * devices + k);
            path(0) = state.gains(n, k);
            const auto* forecast = state.gains.Forecast();
            if (forecast == nullptr)
            {
                path.setConstant(path(0));
            }
            else if (m_futures == 0)
            {
                path.tail(slots - 1).setConstant(forecast->Mean(n, k));
            }
            else
            {
                forecast->Draw(n, k, uniform, path.tail(slots - 1));
            }
        }
    }
    return MakeInstance(problem, state, slots, [&](uint32_t n, uint32_t k, uint32_t ahead) {
        return gains(ahead, n * devices + k);
    });
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

LinkGroup
LinkGroupRollingHorizon::Decide(const LinkGroupProblem& problem,
                                const LinkGroupProblem::State& state)
{
    std::vector<LinkGroupInstance> futures;
    std::vector<LinkGroupPlan> plans;
    for (uint32_t f = 0; f < std::max(1U, m_futures); ++f)
    {
        futures.push_back(Future(problem, state));
        plans.push_back(PlanFor(futures.back()));
    }
    LinkGroup best = plans.front().front();
    double least = std::numeric_limits<double>::infinity();
    std::vector<LinkGroup> tried;
    for (const auto& plan : plans)
    {
        const auto& group = plan.front();
        if (plans.size() == 1 || std::find(tried.begin(), tried.end(), group) != tried.end())
        {
            continue;
        }
        tried.push_back(group);
        const double objective = Worth(group, futures, plans);
        if (objective < least)
        {
            least = objective;
            best = group;
        }
    }
    NS_LOG_LOGIC("slot " << state.slot << ": " << tried.size() << " first groups, best " << least);
    return best;
}

} // namespace sterna
} // namespace ns3
