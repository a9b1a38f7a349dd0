/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-recovery-time.h"

#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace ns3
{
namespace sterna
{

std::vector<double>
RunningMean(const std::vector<double>& values, uint32_t window)
{
    std::vector<double> means(values.size());
    for (std::size_t t = 0; t < values.size(); ++t)
    {
        const std::size_t count = std::min<std::size_t>(t + 1, window);
        const auto end = values.begin() + t + 1;
        means[t] = std::accumulate(end - count, end, 0.0) / count; // each anew: nothing drifts
    }
    return means;
}

std::vector<double>
Shares(const std::vector<double>& values, const std::vector<double>& of)
{
    if (values.size() != of.size())
    {
        throw InputError(std::to_string(values.size()) + " values cannot be shares of " +
                         std::to_string(of.size()) + " others; give one for each.");
    }
    std::vector<double> shares(values.size());
    std::transform(values.begin(), values.end(), of.begin(), shares.begin(), std::divides<>());
    return shares;
}

Recovery
RecoveryTime(const std::vector<double>& objective,
             std::size_t update,
             std::size_t end,
             const RecoveryRule& rule)
{
    if (rule.window == 0 || end > objective.size() || update + rule.window > end)
    {
        throw InputError("No recovery can be seen in slots " + std::to_string(update) + " to " +
                         std::to_string(end) + " of " + std::to_string(objective.size()) +
                         " with a running mean over " + std::to_string(rule.window) +
                         " slots; it must fit in.");
    }
    const auto mean = RunningMean(objective, rule.window);
    const double level = mean[end - 1];
    std::size_t settled = end - 1; // from here on the mean is near the level
    while (settled > update &&
           std::abs(mean[settled - 1] - level) <= rule.tolerance * std::abs(level))
    {
        --settled;
    }
    const std::size_t slots = settled - update;
    const bool recovered = settled + rule.window <= end && slots < rule.cap;
    return {recovered ? uint32_t(slots) : rule.cap, recovered};
}

std::vector<Recovery>
RecoveryTimes(const std::vector<double>& objective,
              const std::vector<uint64_t>& updates,
              const RecoveryRule& rule)
{
    std::vector<Recovery> recoveries;
    for (std::size_t i = 0; i < updates.size(); ++i)
    {
        const std::size_t end = i + 1 < updates.size() ? updates[i + 1] : objective.size();
        if (updates[i] + rule.window <= end)
        {
            recoveries.push_back(RecoveryTime(objective, updates[i], end, rule));
        }
    }
    return recoveries;
}

} // namespace sterna
} // namespace ns3
