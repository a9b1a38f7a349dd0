/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-link-features.h"

#include "ns3/sterna-link-group-plan-search.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

namespace
{

/// log10 of a ratio, cut off at a factor of 1000 and scaled to [-1, 1].
float
LogRatio(double numerator, double denominator)
{
    constexpr double DECADES = 3;
    const double ratio = std::max(numerator, 1e-300) / std::max(denominator, 1e-300);
    return std::clamp(std::log10(ratio), -DECADES, DECADES) / DECADES;
}

float
Sign(bool yes)
{
    return yes ? 1.0F : -1.0F;
}

} // namespace

double
LinkGroupLinkFeatures::Completion(const LinkGroupProblem::State& state)
{
    return state.servedWeight * std::max(1.0, 2.0 * (double(state.present) - state.served) - 1);
}

const std::vector<LinkGroupLinkFeatures::Candidate>&
LinkGroupLinkFeatures::Candidates() const
{
    return m_candidates;
}

const RowMatrixXf&
LinkGroupLinkFeatures::Rows() const
{
    return m_rows;
}

int32_t
LinkGroupLinkFeatures::Find(uint32_t link, uint32_t device) const
{
    return m_index(device, link);
}

void
LinkGroupLinkFeatures::BeginCycle(const LinkGroupProblem& problem,
                                  const LinkGroupProblem::State& state)
{
    if (state.givenRates)
    {
        const auto& rates = state.givenRates->rates;
        m_meanRates = rates.front();
        for (std::size_t t = 1; t < rates.size(); ++t)
        {
            m_meanRates += rates[t];
        }
        m_meanRates /= double(rates.size());
    }
    else
    {
        const auto* forecast = state.gains.Forecast();
        m_meanRates = MakeInstance(problem, state, 1, [&](uint32_t n, uint32_t k, uint32_t) {
                          return forecast ? forecast->Mean(n, k) : state.gains(n, k);
                      }).rates.front();
    }
    const auto slot = MakeSlotInstance(problem, state);
    m_meanRate.resize(problem.Devices(), problem.Transmitters());
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        m_meanRate.col(n) = m_meanRates.col(slot.LinkOf(n, 1U << n));
    }
}

void
LinkGroupLinkFeatures::QueueUp(const LinkGroupProblem::State& state)
{
    m_queue.setZero(m_meanRate.rows(), m_meanRate.cols());
    m_load.setZero(m_meanRate.cols());
    std::vector<std::pair<double, uint32_t>> costs; // slots to completion, device
    for (uint32_t n = 0; n < m_meanRate.cols(); ++n)
    {
        costs.clear();
        for (uint32_t k = 0; k < m_meanRate.rows(); ++k)
        {
            if (state.Backlog(k) > 0 && !state.IsServed(k) && m_meanRate(k, n) > 0)
            {
                costs.emplace_back((state.threshold(k) - state.delivered(k)) / m_meanRate(k, n), k);
            }
        }
        std::sort(costs.begin(), costs.end());
        double sum = 0;
        for (const auto& [slots, k] : costs)
        {
            m_queue(k, n) = sum;
            sum += slots;
        }
        m_load(n) = sum;
    }
}

void
LinkGroupLinkFeatures::PlanAhead(const LinkGroupProblem::State& state,
                                 const LinkGroupInstance& slot,
                                 uint32_t slots)
{
    auto horizon = slot;
    horizon.rates.resize(slots, m_meanRates);
    LinkGroupPlanSearch search(horizon);
    search.Construct();
    search.Descend();
    m_plan = search.Plan();
    m_planned = horizon.Delivered(m_plan);
    m_plannedServed = 0;
    for (uint32_t k = 0; k < slot.Devices(); ++k)
    {
        m_plannedServed +=
            double(state.IsPresent(k) && slot.IsServed(k, m_planned(k))) / state.present;
    }
    m_plannedSlots.setZero(slot.Devices(), slot.Transmitters());
    for (const auto& group : m_plan)
    {
        for (uint32_t n = 0; n < group.serves.size(); ++n)
        {
            if (group.serves[n] != LinkGroup::IDLE)
            {
                m_plannedSlots(group.serves[n], n) += 1;
            }
        }
    }
}

void
LinkGroupLinkFeatures::Describe(const LinkGroupProblem& problem,
                                const LinkGroupProblem::State& state,
                                const LinkGroupInstance& slot,
                                uint32_t device)
{
    const uint32_t k = device;
    const auto& rates = slot.rates.front();
    const double devices = state.present;
    const double cycle = problem.System().slotsPerCycle;
    const double left = cycle - state.slot;
    const double completion = std::max(1e-12, Completion(state));
    const double objective = problem.Objective(state);
    const double backlog = state.Backlog(k);
    const bool open = !state.IsServed(k);
    const double missing = open ? state.threshold(k) - state.delivered(k) : backlog;
    const uint32_t firstPattern = m_plan.front().Pattern();
    for (uint32_t l = 0; l < slot.links.size(); ++l)
    {
        const double volume = std::min(backlog, rates(k, l));
        if (!(volume > 0))
        {
            continue;
        }
        const uint32_t n = slot.links[l].transmitter;
        double others = 0;
        for (uint32_t other = 0; other < problem.Transmitters(); ++other)
        {
            others = other == n ? others : std::max(others, m_meanRate(k, other));
        }
        const double gap = state.weight(k) * volume * (2 * backlog - volume) / completion;
        auto x = m_rows.row(m_candidates.size());
        x << left / cycle, Sign(open), std::min(1.0, volume / missing),
            LogRatio(missing, left * rates(k, l)), LogRatio(missing, left * m_meanRate(k, n)),
            LogRatio(rates(k, l), m_meanRate(k, n)), LogRatio(missing, left * others),
            state.served / devices, LogRatio(gap, 1), backlog / state.demand(k),
            Sign(volume >= missing), LogRatio(completion * devices, objective),
            LogRatio(m_queue(k, n) + 0.1, left), LogRatio(m_load(n) + 0.1, left),
            LogRatio(backlog, left * m_meanRate(k, n)),
            LogRatio(state.weight(k) * backlog * backlog * devices, objective),
            Sign(m_plan.front().serves[n] == int32_t(k)), Sign(slot.IsServed(k, m_planned(k))),
            m_plannedSlots(k, n) / left,
            (m_plannedSlots.row(k).sum() - m_plannedSlots(k, n)) / left,
            LogRatio(rates(k, l), rates(k, slot.LinkOf(n, 1U << n))),
            Sign((firstPattern & slot.BandPattern(n)) == slot.links[l].pattern),
            Sign(slot.satellites >> n & 1), m_plannedServed, Sign(left == 1),
            m_planned(k) / state.demand(k);
        m_index(k, l) = m_candidates.size();
        m_candidates.push_back({l, k, gap, open ? std::min(1.0, volume / missing) : 0.0});
    }
}

void
LinkGroupLinkFeatures::Observe(const LinkGroupProblem& problem,
                               const LinkGroupProblem::State& state,
                               const LinkGroupInstance& slot)
{
    QueueUp(state);
    PlanAhead(state, slot, problem.System().slotsPerCycle - state.slot);
    m_candidates.clear();
    m_index.setConstant(problem.Devices(), slot.links.size(), -1);
    m_rows.resize(problem.Devices() * slot.links.size(), COUNT);
    for (uint32_t k = 0; k < problem.Devices(); ++k)
    {
        if (state.Backlog(k) > 0)
        {
            Describe(problem, state, slot, k);
        }
    }
}

} // namespace sterna
} // namespace ns3
