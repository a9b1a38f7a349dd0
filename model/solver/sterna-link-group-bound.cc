/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-bound.h"

#include "ns3/log.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupBound");

namespace
{

/// Raises the bound from the best prices so far.
void
Polish(LinkGroupDual& dual, LinkGroupBoundResult& result, uint32_t evaluations, double known)
{
    LinkGroupPrices prices = result.prices;
    LinkGroupPrices direction{Eigen::ArrayXd::Zero(prices.bits.size()),
                              Eigen::ArrayXd::Zero(prices.bits.size())};
    double scale = 1;
    uint32_t failures = 0;
    for (uint32_t i = 0; i < evaluations; ++i)
    {
        const double value = dual.Evaluate(prices);
        ++result.evaluations;
        if (value > result.value)
        {
            result.value = value;
            result.prices = prices;
            failures = 0;
        }
        else if (++failures >= 10)
        {
            scale /= 2;
            failures = 0;
            prices = result.prices;
            direction.bits.setZero();
            direction.share.setZero();
            continue;
        }
        const auto& slope = dual.Slope();
        const double along = (slope.bits * direction.bits + slope.share * direction.share).sum();
        const double before = (direction.bits.square() + direction.share.square()).sum();
        const double kept = before > 0 ? std::max(0.0, -1.5 * along / before) : 0.0;
        direction.bits = slope.bits + kept * direction.bits;
        direction.share = slope.share + kept * direction.share;
        const double square = (direction.bits.square() + direction.share.square()).sum();
        const double target = std::isfinite(known) ? known : 1.005 * std::abs(result.value);
        if (!(square > 0) || target <= value)
        {
            return; // the dual function is at its top, or proves the plan
        }
        const double length = scale * (target - value) / square;
        prices.bits += length * direction.bits;
        prices.share = (prices.share + length * direction.share).max(0.0);
    }
}

} // namespace

void
LinkGroupBound::SetSteps(uint32_t steps)
{
    m_steps = steps;
}

void
LinkGroupBound::SetPolishing(uint32_t evaluations)
{
    m_polishing = evaluations;
}

LinkGroupBoundResult
LinkGroupBound::Solve(const LinkGroupInstance& instance, double known) const
{
    const auto begin = std::chrono::steady_clock::now();
    const LinkGroupOffers offers(instance);
    LinkGroupRelaxation relaxation(offers);
    LinkGroupDual dual(offers);
    LinkGroupBoundResult result{};
    result.prices = relaxation.Prices();
    result.value = dual.Evaluate(result.prices);
    result.evaluations = 1;
    while (result.steps < m_steps)
    {
        const bool moved = relaxation.Step();
        ++result.steps;
        const auto prices = relaxation.Prices();
        const double value = dual.Evaluate(prices);
        ++result.evaluations;
        if (value > result.value)
        {
            result.value = value;
            result.prices = prices;
        }
        if (!moved)
        {
            break;
        }
    }
    Polish(dual, result, m_polishing, known);
    result.relaxedValue = relaxation.Value();
    for (const auto& columns : relaxation.Columns())
    {
        result.x.emplace_back();
        for (const auto& [choice, weight] : columns)
        {
            result.x.back().emplace_back(offers.ToGroup(choice), weight);
        }
    }
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    NS_LOG_INFO("bound " << result.value << " after " << result.evaluations << " evaluations, "
                         << result.seconds << " s");
    return result;
}

} // namespace sterna
} // namespace ns3
