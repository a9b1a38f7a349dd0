/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-plan-search.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupPlanSearch");

LinkGroupPlanSearch::LinkGroupPlanSearch(const LinkGroupInstance& instance)
    : m_instance(instance),
      m_plan(instance.Slots(), LinkGroup(instance.Transmitters())),
      m_objective(instance.IdleObjective()),
      m_options(instance)
{
}

void
LinkGroupPlanSearch::SetFirstSlot(uint32_t slot)
{
    m_firstSlot = slot;
}

void
LinkGroupPlanSearch::SetPlan(const LinkGroupPlan& plan)
{
    m_plan = plan;
    m_plan.resize(m_instance.Slots(), LinkGroup(m_instance.Transmitters()));
    m_objective = m_instance.Objective(m_plan);
}

const LinkGroupPlan&
LinkGroupPlanSearch::Plan() const
{
    return m_plan;
}

double
LinkGroupPlanSearch::Objective() const
{
    return m_objective;
}

uint32_t
LinkGroupPlanSearch::Served(const Eigen::ArrayXd& volumes) const
{
    return (volumes >= m_instance.threshold - LinkGroupProblem::TOLERANCE).count();
}

const Eigen::ArrayXd&
LinkGroupPlanSearch::VolumesWithout(uint32_t slot)
{
    m_volumes = m_instance.delivered;
    for (uint32_t t = 0; t < m_plan.size(); ++t)
    {
        if (t == slot)
        {
            continue;
        }
        const uint32_t pattern = m_plan[t].Pattern();
        for (uint32_t n = 0; n < m_plan[t].serves.size(); ++n)
        {
            if (const int32_t k = m_plan[t].serves[n]; k != LinkGroup::IDLE)
            {
                m_volumes(k) += m_instance.rates[t](k, m_instance.LinkOf(n, pattern));
            }
        }
    }
    return m_volumes;
}

namespace
{

/// eta_k (max(0, D_k - b_k))^2 of (14a), or without max() as printed.
double
GapTerm(const LinkGroupInstance& instance, uint32_t device, double volume)
{
    const double gap = instance.demand(device) - volume;
    const double charged = instance.literalObjective ? gap : std::max(0.0, gap);
    return instance.weight(device) * charged * charged;
}

} // namespace

double
LinkGroupPlanSearch::Gain(uint32_t slot,
                          const LinkGroup& group,
                          const Eigen::ArrayXd& volumes) const
{
    const uint32_t pattern = group.Pattern();
    const double unserved = m_instance.Devices() - Served(volumes);
    double gain = 0;
    double completions = 0;
    for (uint32_t n = 0; n < group.serves.size(); ++n)
    {
        if (const int32_t k = group.serves[n]; k != LinkGroup::IDLE)
        {
            const double after =
                volumes(k) + m_instance.rates[slot](k, m_instance.LinkOf(n, pattern));
            gain += GapTerm(m_instance, k, volumes(k)) - GapTerm(m_instance, k, after);
            completions += !m_instance.IsServed(k, volumes(k)) && m_instance.IsServed(k, after);
        }
    }
    return gain + m_instance.servedWeight * completions * (2 * unserved - completions);
}

void
LinkGroupPlanSearch::RankOptions(uint32_t slot, const Eigen::ArrayXd& volumes, double foresight)
{
    const double unserved = m_instance.Devices() - Served(volumes);
    const double completion = m_instance.servedWeight * std::max(0.0, 2 * unserved - 1);
    const double slotsLeft = m_instance.Slots() - slot;
    m_open.clear();
    for (uint32_t k = 0; k < m_instance.Devices(); ++k)
    {
        if (const double gap = m_instance.demand(k) - volumes(k); gap > 0)
        {
            const double missing = m_instance.threshold(k) - volumes(k);
            const bool served = missing <= LinkGroupProblem::TOLERANCE;
            m_open.push_back({k,
                              gap,
                              served ? std::numeric_limits<double>::infinity() : missing,
                              m_instance.weight(k)});
        }
    }
    m_options.Clear();
    for (std::size_t l = 0; l < m_instance.links.size(); ++l)
    {
        const double* rates = m_instance.rates[slot].col(l).data();
        for (const auto& device : m_open)
        {
            const double rate = rates[device.index];
            if (!(rate > 0))
            {
                continue;
            }
            const double used = m_instance.literalObjective ? rate : std::min(rate, device.gap);
            double worth = device.weight * used * (2 * device.gap - used);
            if (rate >= device.missing - LinkGroupProblem::TOLERANCE)
            {
                worth += completion;
            }
            else if (foresight > 0 && rate * slotsLeft >= device.missing)
            {
                worth += foresight * completion * rate / device.missing;
            }
            m_options.Offer(l, device.index, worth);
        }
    }
}

LinkGroup
LinkGroupPlanSearch::BestGroup(uint32_t slot, const Eigen::ArrayXd& volumes, double foresight)
{
    RankOptions(slot, volumes, foresight);
    LinkGroup best(m_instance.Transmitters());
    double highest = 0;
    const uint32_t patterns = 1U << m_instance.Transmitters();
    for (uint32_t pattern = 1; pattern < patterns; ++pattern)
    {
        if (m_options.Bound(pattern) <= highest)
        {
            continue;
        }
        LinkGroup group(m_instance.Transmitters());
        double worth = m_options.Best(pattern, group);
        if (worth <= highest)
        {
            continue;
        }
        if (foresight == 0)
        {
            worth = Gain(slot, group, volumes); // completions do not add up
        }
        if (worth > highest)
        {
            highest = worth;
            best = group;
        }
    }
    return best;
}

void
LinkGroupPlanSearch::Construct()
{
    for (uint32_t t = m_firstSlot; t < m_plan.size(); ++t)
    {
        m_plan[t] = LinkGroup(m_instance.Transmitters());
    }
    for (uint32_t t = m_firstSlot; t < m_plan.size(); ++t)
    {
        m_plan[t] = BestGroup(t, VolumesWithout(t), 1);
    }
    m_objective = m_instance.Objective(m_plan);
}

bool
LinkGroupPlanSearch::Respond(uint32_t slot)
{
    const auto& volumes = VolumesWithout(slot);
    const LinkGroup group = BestGroup(slot, volumes, 0);
    const double now = Gain(slot, m_plan[slot], volumes);
    const double then = Gain(slot, group, volumes);
    if (then <= now + 1e-9 * std::abs(now))
    {
        return false;
    }
    m_plan[slot] = group;
    return true;
}

void
LinkGroupPlanSearch::Descend()
{
    uint32_t unchanged = 0;
    const uint32_t slots = m_plan.size() - m_firstSlot;
    for (uint32_t step = 0; unchanged < slots; ++step)
    {
        unchanged = Respond(m_firstSlot + step % slots) ? 0 : unchanged + 1;
    }
    m_objective = m_instance.Objective(m_plan);
}

uint32_t
LinkGroupPlanSearch::DrawSlot(Ptr<UniformRandomVariable> random) const
{
    return random->GetInteger(m_firstSlot, m_plan.size() - 1);
}

void
LinkGroupPlanSearch::TearUp(Ptr<UniformRandomVariable> random)
{
    const uint32_t count = random->GetInteger(2, 4);
    std::vector<uint32_t> slots;
    for (uint32_t i = 0; i < count; ++i)
    {
        slots.push_back(DrawSlot(random));
        m_plan[slots.back()] = LinkGroup(m_instance.Transmitters());
    }
    const double foresight = random->GetValue(0, 1);
    for (const uint32_t t : slots)
    {
        m_plan[t] = BestGroup(t, VolumesWithout(t), foresight);
    }
}

void
LinkGroupPlanSearch::WorkTowards(Ptr<UniformRandomVariable> random)
{
    const Eigen::ArrayXd volumes = VolumesWithout(m_plan.size());
    std::vector<uint32_t> unserved;
    for (uint32_t k = 0; k < m_instance.Devices(); ++k)
    {
        if (!m_instance.IsServed(k, volumes(k)))
        {
            unserved.push_back(k);
        }
    }
    if (unserved.empty())
    {
        TearUp(random);
        return;
    }
    const uint32_t device = unserved[random->GetInteger(0, unserved.size() - 1)];

    // its best links over all slots, each alone on its transmitter, in place of whom it serves now
    struct Chance
    {
        double rate;
        uint32_t slot;
        uint32_t transmitter;
    };

    std::vector<Chance> chances;
    for (uint32_t t = m_firstSlot; t < m_plan.size(); ++t)
    {
        Chance best{0, t, 0};
        for (uint32_t n = 0; n < m_instance.Transmitters(); ++n)
        {
            const double rate =
                m_instance.rates[t](device, m_instance.LinkOf(n, m_plan[t].Pattern() | 1U << n));
            if (rate > best.rate)
            {
                best = {rate, t, n};
            }
        }
        if (best.rate > 0 &&
            std::count(m_plan[t].serves.begin(), m_plan[t].serves.end(), int32_t(device)) == 0)
        {
            chances.push_back(best);
        }
    }
    std::sort(chances.begin(), chances.end(), [](const Chance& a, const Chance& b) {
        return a.rate > b.rate || (a.rate == b.rate && a.slot < b.slot);
    });
    double missing = m_instance.threshold(device) - volumes(device);
    for (const auto& chance : chances)
    {
        if (missing <= LinkGroupProblem::TOLERANCE)
        {
            break;
        }
        auto& serves = m_plan[chance.slot].serves;
        serves[chance.transmitter] = device;
        const uint32_t pattern = m_plan[chance.slot].Pattern();
        for (uint32_t n = 0; n < serves.size(); ++n)
        {
            // whom the new interference silences
            if (serves[n] != LinkGroup::IDLE &&
                !(m_instance.rates[chance.slot](serves[n], m_instance.LinkOf(n, pattern)) > 0))
            {
                serves[n] = LinkGroup::IDLE;
            }
        }
        missing -= chance.rate;
    }
}

void
LinkGroupPlanSearch::Improve(uint32_t attempts, Ptr<UniformRandomVariable> random)
{
    if (m_plan.size() == m_firstSlot)
    {
        return;
    }
    for (uint32_t i = 0; i < attempts; ++i)
    {
        const LinkGroupPlan plan = m_plan;
        const double objective = m_objective;
        if (random->GetInteger(0, 1) == 0)
        {
            TearUp(random);
        }
        else
        {
            WorkTowards(random);
        }
        Descend();
        if (m_objective > objective)
        {
            m_plan = plan;
            m_objective = objective;
        }
    }
    NS_LOG_LOGIC("objective " << m_objective << " after " << attempts << " attempts");
}

} // namespace sterna
} // namespace ns3
