/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-plan.h"

#include "ns3/sterna-error.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace ns3
{
namespace sterna
{

namespace
{

bool
Before(const AssociationContact& a, const AssociationContact& b)
{
    return std::tie(a.satellite, a.station) < std::tie(b.satellite, b.station);
}

} // namespace

AssociationSlice::AssociationSlice(std::vector<AssociationContact> contacts)
    : m_contacts(std::move(contacts))
{
    std::sort(m_contacts.begin(), m_contacts.end(), Before);
    for (std::size_t c = 0; c < m_contacts.size(); ++c)
    {
        const auto& contact = m_contacts[c];
        if (c > 0 && !Before(m_contacts[c - 1], contact))
        {
            throw InputError("Satellite " + std::to_string(contact.satellite) + " and station " +
                             std::to_string(contact.station) +
                             " have two contacts in one slice; one is expected.");
        }
        if (m_satellites.empty() || m_satellites.back() != contact.satellite)
        {
            m_satellites.push_back(contact.satellite);
        }
    }
}

const std::vector<AssociationContact>&
AssociationSlice::Contacts() const
{
    return m_contacts;
}

const AssociationContact*
AssociationSlice::Find(uint32_t satellite, uint32_t station) const
{
    AssociationContact pair{};
    pair.satellite = satellite;
    pair.station = station;
    const auto found = std::lower_bound(m_contacts.begin(), m_contacts.end(), pair, Before);
    return found != m_contacts.end() && !Before(pair, *found) ? &*found : nullptr;
}

void
AssociationSlice::Range(uint32_t satellite,
                        const AssociationContact*& first,
                        const AssociationContact*& last) const
{
    AssociationContact pair{};
    pair.satellite = satellite;
    const auto begin = std::lower_bound(m_contacts.begin(), m_contacts.end(), pair, Before);
    auto end = begin;
    while (end != m_contacts.end() && end->satellite == satellite)
    {
        ++end;
    }
    first = m_contacts.data() + (begin - m_contacts.begin());
    last = m_contacts.data() + (end - m_contacts.begin());
}

AssociationSlice
AssociationSlice::After(double late_s) const
{
    std::vector<AssociationContact> left;
    for (auto contact : m_contacts)
    {
        const double cut = std::max(late_s - contact.start_s, 0.0);
        contact.start_s += cut;
        contact.duration_s -= cut;
        contact.airtime_s -= cut;
        if (contact.airtime_s > 0)
        {
            left.push_back(contact);
        }
    }
    return AssociationSlice(std::move(left));
}

const std::vector<uint32_t>&
AssociationSlice::Satellites() const
{
    return m_satellites;
}

} // namespace sterna
} // namespace ns3
