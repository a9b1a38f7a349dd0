/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-candidates.h"

#include "sterna-link-group-search.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

namespace
{

/// Devices per transmitter so that (depth + 1)^N groups stay within the limit.
uint32_t
Depth(uint32_t transmitters, uint32_t limit)
{
    const double root = std::pow(double(limit), 1.0 / transmitters);
    return std::max(1.0, std::floor(root + 1e-9) - 1);
}

/// The link on which a device alone gets most, as a group of its own; idle if there is none.
LinkGroupCandidate
BestSingleLink(const LinkGroupProblem& problem,
               const LinkGroupProblem::State& state,
               uint32_t device)
{
    LinkGroupCandidate best{LinkGroup(problem.Transmitters()),
                            std::vector<double>(problem.Transmitters(), 0.0)};
    double most = 0;
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        const double volume =
            problem.IsValidLink(n, device)
                ? std::min(state.Backlog(device), problem.Rate(state, n, device, 1U << n))
                : 0;
        if (volume > most)
        {
            most = volume;
            std::fill(best.group.serves.begin(), best.group.serves.end(), LinkGroup::IDLE);
            std::fill(best.volumes.begin(), best.volumes.end(), 0.0);
            best.group.serves[n] = device;
            best.volumes[n] = volume;
        }
    }
    return best;
}

} // namespace

std::vector<LinkGroupCandidate>
CandidateGroups(const LinkGroupProblem& problem,
                const LinkGroupProblem::State& state,
                uint32_t limit)
{
    const double completion =
        std::max(1e-12, state.servedWeight * (2.0 * (state.present - state.served) - 1));
    const auto promise = [&](uint32_t k, double volume) {
        const double missing = std::max(0.0, state.threshold(k) - state.delivered(k));
        return problem.Reward(state, k, volume) / completion +
               std::min(volume, missing) / state.threshold(k);
    };
    const LinkGroupSearch search(problem, state, promise, Depth(problem.Transmitters(), limit));
    std::vector<LinkGroupCandidate> candidates;
    std::vector<bool> reached(problem.Devices(), false);
    search.ForEach([&](const LinkGroup& group, const std::vector<double>& volumes) {
        if (candidates.size() >= limit)
        {
            return;
        }
        candidates.push_back({group, volumes});
        for (const int32_t k : group.serves)
        {
            if (k != LinkGroup::IDLE)
            {
                reached[k] = true;
            }
        }
    });
    for (uint32_t k = 0; k < problem.Devices(); ++k)
    {
        if (!reached[k] && state.Backlog(k) > 0)
        {
            auto single = BestSingleLink(problem, state, k);
            if (single.group.Pattern() != 0)
            {
                candidates.push_back(std::move(single));
            }
        }
    }
    return candidates;
}

} // namespace sterna
} // namespace ns3
