/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-search.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ns3
{
namespace sterna
{

namespace
{

/// Less than this is rounding: a search must not follow it around in circles.
double
LeastImprovement(double worth)
{
    return 1e-12 * (1 + std::abs(worth));
}

/// A satellite's grant, or null.
const AssociationGrant*
FindGrant(const AssociationTable& table, uint32_t satellite)
{
    for (const auto& grant : table.Decision())
    {
        if (grant.satellite == satellite)
        {
            return &grant;
        }
    }
    return nullptr;
}

/// Two satellites of one station exchange their channels.
void
Exchange(AssociationTable& table, AssociationGrant a, AssociationGrant b)
{
    table.Remove(a.satellite);
    table.Remove(b.satellite);
    std::swap(a.channel, b.channel);
    table.Add(a);
    table.Add(b);
}

} // namespace

AssociationSearch::AssociationSearch(const AssociationProblem& problem,
                                     const AssociationState& state,
                                     Value value)
    : m_problem(problem),
      m_state(state),
      m_value(std::move(value))
{
}

AssociationTable
AssociationSearch::TableOf(const AssociationDecision& decision) const
{
    AssociationTable table(m_problem, m_state);
    for (const auto& grant : decision)
    {
        table.Add(grant);
    }
    return table;
}

double
AssociationSearch::Worth(const AssociationDecision& decision) const
{
    return m_value(TableOf(decision));
}

std::vector<uint32_t>
AssociationSearch::Degrees(const std::vector<std::size_t>& pairs) const
{
    const auto& slice = m_state.Slice();
    std::vector<uint32_t> degrees(pairs.size(), 0);
    for (std::size_t a = 0; a < pairs.size(); ++a)
    {
        const auto& one = slice.Contacts()[pairs[a]];
        for (std::size_t b = 0; b < pairs.size(); ++b)
        {
            const auto& other = slice.Contacts()[pairs[b]];
            if (one.station != other.station)
            {
                degrees[a] += slice.Find(one.satellite, other.station) != nullptr;
                degrees[a] += slice.Find(other.satellite, one.station) != nullptr;
            }
        }
    }
    return degrees;
}

AssociationDecision
AssociationSearch::Colour(const std::vector<std::size_t>& pairs) const
{
    const auto degrees = Degrees(pairs);
    std::vector<std::size_t> order(pairs.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return degrees[a] > degrees[b];
    });
    AssociationTable table(m_problem, m_state);
    for (const std::size_t p : order)
    {
        const auto& contact = m_state.Slice().Contacts()[pairs[p]];
        double best = -INFINITY;
        AssociationGrant choice{};
        for (uint32_t channel = 0; channel < m_problem.System().channels; ++channel)
        {
            if (!table.IsFree(contact.station, channel))
            {
                continue;
            }
            const AssociationGrant grant{contact.satellite, contact.station, channel};
            table.Add(grant);
            if (const double worth = m_value(table); worth > best)
            {
                best = worth;
                choice = grant;
            }
            table.Remove(contact.satellite);
        }
        table.Add(choice);
    }
    return table.Decision();
}

AssociationDecision
AssociationSearch::Improve(const AssociationDecision& decision) const
{
    AssociationTable table = TableOf(decision);
    double worth = m_value(table);
    uint32_t effort = 0;
    bool better = true;
    while (better && effort < EFFORT)
    {
        better = false;
        for (const uint32_t satellite : m_state.Slice().Satellites())
        {
            better |= MoveOne(table, satellite, worth, effort);
            better |= SwapOne(table, satellite, worth, effort);
        }
    }
    return table.Decision();
}

bool
AssociationSearch::MoveOne(AssociationTable& table,
                           uint32_t satellite,
                           double& worth,
                           uint32_t& effort) const
{
    const auto* held = FindGrant(table, satellite);
    bool hasPlace = held != nullptr;
    AssociationGrant place = hasPlace ? *held : AssociationGrant{};
    bool moved = false;
    table.Remove(satellite);
    const auto keepIfBetter = [&](bool granted, const AssociationGrant& grant) {
        ++effort;
        const double trial = m_value(table);
        if (trial > worth + LeastImprovement(worth))
        {
            worth = trial;
            hasPlace = granted;
            place = grant;
            moved = true;
        }
    };
    keepIfBetter(false, {});
    const AssociationContact* first;
    const AssociationContact* last;
    m_state.Slice().Range(satellite, first, last);
    for (const auto* contact = first; contact != last && effort < EFFORT; ++contact)
    {
        for (uint32_t channel = 0; channel < m_problem.System().channels; ++channel)
        {
            if (table.IsFree(contact->station, channel))
            {
                table.Add({satellite, contact->station, channel});
                keepIfBetter(true, {satellite, contact->station, channel});
                table.Remove(satellite);
            }
        }
    }
    if (hasPlace)
    {
        table.Add(place);
    }
    return moved;
}

bool
AssociationSearch::SwapOne(AssociationTable& table,
                           uint32_t satellite,
                           double& worth,
                           uint32_t& effort) const
{
    const auto* held = FindGrant(table, satellite);
    if (!held)
    {
        return false;
    }
    const AssociationGrant own = *held;
    const AssociationDecision others = table.Decision();
    for (const auto& other : others)
    {
        if (other.station == own.station && other.satellite > satellite && effort < EFFORT)
        {
            Exchange(table, own, other);
            ++effort;
            if (const double trial = m_value(table); trial > worth + LeastImprovement(worth))
            {
                worth = trial;
                return true;
            }
            Exchange(table,
                     {own.satellite, own.station, other.channel},
                     {other.satellite, other.station, own.channel});
        }
    }
    return false;
}

} // namespace sterna
} // namespace ns3
