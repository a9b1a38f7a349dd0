/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-rules.h"

#include "sterna-link-group-search.h"

#include "ns3/log.h"

#include <algorithm>
#include <numeric>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupRules");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupRandom);
NS_OBJECT_ENSURE_REGISTERED(LinkGroupGreedy);
NS_OBJECT_ENSURE_REGISTERED(LinkGroupThresholdProgress);

TypeId
LinkGroupRandom::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::LinkGroupRandom")
                            .SetParent<LinkGroupDecider>()
                            .SetGroupName("Sterna")
                            .AddConstructor<LinkGroupRandom>();
    return tid;
}

LinkGroupRandom::LinkGroupRandom()
    : m_random(CreateObject<UniformRandomVariable>())
{
}

int64_t
LinkGroupRandom::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1;
}

int32_t
LinkGroupRandom::Draw(const LinkGroupProblem& problem,
                      const LinkGroupProblem::State& state,
                      const LinkGroup& group,
                      uint32_t transmitter)
{
    const auto isOpen = [&](uint32_t k) {
        return problem.IsValidLink(transmitter, k) && state.Backlog(k) > 0 &&
               std::find(group.serves.begin(), group.serves.end(), int32_t(k)) ==
                   group.serves.end();
    };
    // Most devices are open: a few draws with rejection are uniform and spare the scan.
    for (uint32_t attempt = 0; attempt < 16; ++attempt)
    {
        if (const uint32_t k = m_random->GetInteger(0, problem.Devices() - 1); isOpen(k))
        {
            return k;
        }
    }
    std::vector<int32_t> open;
    for (uint32_t k = 0; k < problem.Devices(); ++k)
    {
        if (isOpen(k))
        {
            open.push_back(k);
        }
    }
    return open.empty() ? LinkGroup::IDLE : open[m_random->GetInteger(0, open.size() - 1)];
}

LinkGroup
LinkGroupRandom::Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    LinkGroup group(problem.Transmitters());
    boost::container::static_vector<uint32_t, MAX_LINK_GROUP_TRANSMITTERS> order(
        problem.Transmitters());
    std::iota(order.begin(), order.end(), 0);
    for (uint32_t n = order.size() - 1; n > 0; --n)
    {
        std::swap(order[n], order[m_random->GetInteger(0, n)]);
    }
    for (const uint32_t n : order)
    {
        group.serves[n] = Draw(problem, state, group, n);
    }
    // Dropping a link only lowers the others' interference: the rest stays valid.
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        if (group.serves[n] != LinkGroup::IDLE &&
            problem.Rate(state, n, group.serves[n], group.Pattern()) <= 0)
        {
            group.serves[n] = LinkGroup::IDLE;
        }
    }
    NS_LOG_LOGIC("slot " << state.slot << " pattern " << group.Pattern());
    return group;
}

TypeId
LinkGroupGreedy::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::LinkGroupGreedy")
                            .SetParent<LinkGroupDecider>()
                            .SetGroupName("Sterna")
                            .AddConstructor<LinkGroupGreedy>();
    return tid;
}

LinkGroup
LinkGroupGreedy::Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    const LinkGroupSearch search(
        problem,
        state,
        [&](uint32_t k, double volume) { return problem.Reward(state, k, volume); },
        problem.Transmitters());
    LinkGroup best(problem.Transmitters());
    double highest = 0;
    search.ForEach([&](const LinkGroup& group, const std::vector<double>& volumes) {
        const double reward = problem.Reward(state, group, volumes);
        if (reward > highest)
        {
            highest = reward;
            best = group;
        }
    });
    NS_LOG_LOGIC("slot " << state.slot << " pattern " << best.Pattern() << " reward " << highest);
    return best;
}

TypeId
LinkGroupThresholdProgress::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::LinkGroupThresholdProgress")
                            .SetParent<LinkGroupDecider>()
                            .SetGroupName("Sterna")
                            .AddConstructor<LinkGroupThresholdProgress>();
    return tid;
}

LinkGroup
LinkGroupThresholdProgress::Decide(const LinkGroupProblem& problem,
                                   const LinkGroupProblem::State& state)
{
    const double slotsLeft = double(problem.System().slotsPerCycle) - state.slot;
    const double completion =
        state.servedWeight * (2.0 * (state.present - state.served) - 1); // of the next device
    const auto progress = [&](uint32_t k, double volume) {
        const double backlog = state.Backlog(k);
        const double gap = state.weight(k) * volume * (2 * backlog - volume);
        const double missing = state.threshold(k) - state.delivered(k);
        const bool reachable = !state.IsServed(k) && volume * slotsLeft >= missing;
        return gap + (reachable ? completion * std::min(volume, missing) / missing : 0);
    };
    return LinkGroupSearch(problem, state, progress, problem.Transmitters()).Best();
}

} // namespace sterna
} // namespace ns3
