/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-enumeration.h"

namespace ns3
{
namespace sterna
{

LinkGroupEnumeration::LinkGroupEnumeration(const LinkGroupOffers& offers)
    : m_offers(offers),
      m_groups(offers.Slots()),
      m_path(offers.Slots())
{
}

bool
LinkGroupEnumeration::Search(const LinkGroupPart& part, double mostPlans)
{
    m_value = std::numeric_limits<double>::infinity();
    if (!Collect(part, mostPlans))
    {
        return false;
    }
    m_bits = Eigen::ArrayXd::Zero(m_offers.Devices());
    Descend(0);
    return true;
}

bool
LinkGroupEnumeration::Collect(const LinkGroupPart& part, double mostPlans)
{
    m_part = &part;
    double plans = 1;
    std::vector<double> allowed(m_offers.Links());
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        for (uint32_t l = 0; l < m_offers.Links(); ++l)
        {
            allowed[l] = 0;
            for (uint32_t i = m_offers.Begin(t, l); i < m_offers.Begin(t, l + 1); ++i)
            {
                allowed[l] += !part.forbidden[i];
            }
        }
        double groups = 0;
        for (uint32_t pattern = 0; pattern < m_offers.Patterns(); ++pattern)
        {
            double ofPattern = (part.active[t] & ~pattern) == 0;
            for (const uint32_t link : m_offers.LinksOf(pattern))
            {
                ofPattern *= allowed[link];
            }
            groups += ofPattern;
        }
        plans *= groups;
        if (plans > mostPlans)
        {
            return false;
        }
    }
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        m_groups[t].clear();
        for (uint32_t pattern = 0; pattern < m_offers.Patterns(); ++pattern)
        {
            if ((part.active[t] & ~pattern) == 0)
            {
                m_group = LinkGroupChoice();
                Combine(t, m_offers.LinksOf(pattern), 0);
            }
        }
    }
    return true;
}

void
LinkGroupEnumeration::Combine(uint32_t slot, const std::vector<uint32_t>& links, std::size_t i)
{
    if (i == links.size())
    {
        m_groups[slot].push_back(m_group);
        return;
    }
    const auto& offers = m_offers.All();
    for (uint32_t o = m_offers.Begin(slot, links[i]); o < m_offers.Begin(slot, links[i] + 1); ++o)
    {
        bool allowed = !m_part->forbidden[o];
        for (std::size_t j = 0; j < i && allowed; ++j)
        {
            const int32_t other = m_group.offers[m_offers.TransmitterOfLink(links[j])];
            allowed = offers[other].device != offers[o].device; // (9)
        }
        if (allowed)
        {
            m_group.offers[m_offers.TransmitterOfLink(links[i])] = o;
            Combine(slot, links, i + 1);
        }
    }
}

void
LinkGroupEnumeration::Descend(uint32_t slot)
{
    if (slot == m_groups.size())
    {
        if (const double value = Objective(); value < m_value)
        {
            m_value = value;
            m_plan = m_path;
        }
        return;
    }
    const auto book = [this](const LinkGroupChoice& choice, double sign) {
        for (uint32_t n = 0; n < m_offers.Transmitters(); ++n)
        {
            if (choice.offers[n] != LinkGroupChoice::IDLE)
            {
                const auto& offer = m_offers.All()[choice.offers[n]];
                m_bits(offer.device) += sign * offer.bits;
            }
        }
    };
    for (const auto& choice : m_groups[slot])
    {
        book(choice, 1);
        m_path[slot] = choice;
        Descend(slot + 1);
        book(choice, -1);
    }
}

double
LinkGroupEnumeration::Objective() const
{
    double left = m_offers.unserved;
    double sum = 0;
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        sum += m_offers.GapTerm(k, m_bits(k));
        // what was added and subtracted again leaves rounding errors: they count as reached, and
        // whoever takes the plan computes it afresh
        left -= m_offers.missing(k) > 0 && m_bits(k) >= m_offers.missing(k) - 1e-11;
    }
    return sum + m_offers.servedWeight * left * left;
}

double
LinkGroupEnumeration::Value() const
{
    return m_value;
}

const LinkGroupChoices&
LinkGroupEnumeration::Plan() const
{
    return m_plan;
}

} // namespace sterna
} // namespace ns3
