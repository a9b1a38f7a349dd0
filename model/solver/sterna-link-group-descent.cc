/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-descent.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{

LinkGroupDescent::LinkGroupDescent(const LinkGroupOffers& offers)
    : m_offers(offers),
      m_worth(offers.All().size())
{
}

void
LinkGroupDescent::Book(const LinkGroupChoice& choice, double sign, Eigen::ArrayXd& bits) const
{
    for (uint32_t n = 0; n < m_offers.Transmitters(); ++n)
    {
        if (choice.offers[n] != LinkGroupChoice::IDLE)
        {
            const auto& offer = m_offers.All()[choice.offers[n]];
            bits(offer.device) += sign * offer.bits;
        }
    }
}

double
LinkGroupDescent::Objective(const Eigen::ArrayXd& bits) const
{
    double left = m_offers.unserved;
    double sum = 0;
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        sum += m_offers.GapTerm(k, bits(k));
        left -= m_offers.missing(k) > 0 && bits(k) >= m_offers.missing(k);
    }
    return sum + m_offers.servedWeight * left * left;
}

double
LinkGroupDescent::Objective(const LinkGroupChoices& plan) const
{
    Eigen::ArrayXd bits = Eigen::ArrayXd::Zero(m_offers.Devices());
    for (const auto& choice : plan)
    {
        Book(choice, 1, bits);
    }
    return Objective(bits);
}

bool
LinkGroupDescent::Improve(uint32_t slot, LinkGroupChoices& plan, double& objective)
{
    const auto before = plan[slot];
    Eigen::ArrayXd rest = m_bits;
    Book(before, -1, rest);
    double left = m_offers.unserved;
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        left -= m_offers.missing(k) > 0 && rest(k) >= m_offers.missing(k);
    }
    bool improved = false;
    for (uint32_t completions = 1; completions <= m_offers.Transmitters(); ++completions)
    {
        const double perCompletion = m_offers.servedWeight * std::max(0.0, 2 * left - completions);
        for (uint32_t i = m_offers.Begin(slot); i < m_offers.Begin(slot + 1); ++i)
        {
            const auto& o = m_offers.All()[i];
            const double bits = rest(o.device);
            const double missing = m_offers.missing(o.device);
            const bool completes = bits < missing && bits + o.bits >= missing;
            m_worth[i] = m_offers.GapTerm(o.device, bits) -
                         m_offers.GapTerm(o.device, bits + o.bits) +
                         (completes ? perCompletion : 0.0);
            if (int64_t(o.device) == m_avoided)
            {
                m_worth[i] = -std::numeric_limits<double>::infinity();
            }
        }
        const auto choice = m_offers.Best(slot, m_worth);
        Eigen::ArrayXd bits = rest;
        Book(choice, 1, bits);
        const double value = Objective(bits);
        if (value < objective - 1e-12 * std::abs(objective))
        {
            objective = value;
            plan[slot] = choice;
            m_bits = bits;
            improved = true;
        }
    }
    return improved;
}

double
LinkGroupDescent::Descend(LinkGroupChoices& plan)
{
    plan.resize(m_offers.Slots());
    m_bits = Eigen::ArrayXd::Zero(m_offers.Devices());
    for (const auto& choice : plan)
    {
        Book(choice, 1, m_bits);
    }
    double objective = Objective(m_bits);
    for (uint32_t unchanged = 0, t = 0; unchanged < plan.size(); t = (t + 1) % plan.size())
    {
        unchanged = Improve(t, plan, objective) ? 0 : unchanged + 1;
    }
    return Objective(plan);
}

bool
LinkGroupDescent::Serve(uint32_t device, LinkGroupChoices& plan) const
{
    Eigen::ArrayXd bits = Eigen::ArrayXd::Zero(m_offers.Devices());
    for (const auto& choice : plan)
    {
        Book(choice, 1, bits);
    }
    while (bits(device) < m_offers.missing(device))
    {
        double best = std::numeric_limits<double>::infinity();
        uint32_t bestSlot = 0;
        LinkGroupChoice bestChoice;
        for (uint32_t t = 0; t < plan.size(); ++t)
        {
            for (uint32_t i = m_offers.Begin(t); i < m_offers.Begin(t + 1); ++i)
            {
                const auto& o = m_offers.All()[i];
                LinkGroupChoice choice;
                if (o.device != device || !m_offers.Insert(i, plan[t], choice))
                {
                    continue;
                }
                Eigen::ArrayXd after = bits;
                Book(plan[t], -1, after);
                Book(choice, 1, after);
                const double progress =
                    std::min(after(device), m_offers.missing(device)) - bits(device);
                const double price = (Objective(after) - Objective(bits)) / progress;
                if (progress > 1e-9 && price < best)
                {
                    best = price;
                    bestSlot = t;
                    bestChoice = choice;
                }
            }
        }
        if (!std::isfinite(best))
        {
            return false;
        }
        Book(plan[bestSlot], -1, bits);
        Book(bestChoice, 1, bits);
        plan[bestSlot] = bestChoice;
    }
    return true;
}

void
LinkGroupDescent::Drop(uint32_t device, LinkGroupChoices& plan) const
{
    for (auto& choice : plan)
    {
        for (uint32_t n = 0; n < m_offers.Transmitters(); ++n)
        {
            if (choice.offers[n] != LinkGroupChoice::IDLE &&
                m_offers.All()[choice.offers[n]].device == device)
            {
                choice = m_offers.Without(n, choice);
            }
        }
    }
}

double
LinkGroupDescent::Search(LinkGroupChoices& plan, uint32_t rounds)
{
    double objective = Descend(plan);
    uint32_t unchanged = 0;
    const uint32_t devices = m_offers.Devices();
    for (uint32_t i = 0; i < rounds * devices && unchanged < devices; ++i, ++unchanged)
    {
        const uint32_t k = i % devices;
        Eigen::ArrayXd bits = Eigen::ArrayXd::Zero(devices);
        for (const auto& choice : plan)
        {
            Book(choice, 1, bits);
        }
        auto changed = plan;
        if (m_offers.missing(k) > 0 && bits(k) < m_offers.missing(k))
        {
            if (m_offers.most(k) < m_offers.missing(k) || !Serve(k, changed))
            {
                continue;
            }
        }
        else if (bits(k) > 0)
        {
            Drop(k, changed);
            m_avoided = k;
            Descend(changed);
            m_avoided = -1;
        }
        else
        {
            continue;
        }
        if (const double value = Descend(changed); value < objective - 1e-12 * std::abs(objective))
        {
            objective = value;
            plan = changed;
            unchanged = 0;
        }
    }
    return objective;
}

LinkGroupPlan
LinkGroupDescent::ToPlan(const LinkGroupChoices& plan) const
{
    LinkGroupPlan groups;
    for (const auto& choice : plan)
    {
        groups.push_back(m_offers.ToGroup(choice));
    }
    return groups;
}

} // namespace sterna
} // namespace ns3
