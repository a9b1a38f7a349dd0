/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-slot-options.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

LinkGroupSlotOptions::LinkGroupSlotOptions(const LinkGroupInstance& instance)
    : m_instance(instance),
      m_options(instance.links.size())
{
}

void
LinkGroupSlotOptions::Clear()
{
    for (auto& options : m_options)
    {
        options.clear();
    }
}

void
LinkGroupSlotOptions::Offer(uint32_t link, uint32_t device, double worth)
{
    auto& options = m_options[link];
    const std::size_t depth = m_instance.Transmitters();
    if (!(worth > 0) || (options.size() == depth && worth <= options.back().worth))
    {
        return;
    }
    // equal worths keep the earlier device first
    const auto place =
        std::upper_bound(options.begin(), options.end(), worth, [](double w, const Option& o) {
            return w > o.worth;
        });
    options.insert(place, {int32_t(device), worth});
    if (options.size() > depth)
    {
        options.pop_back();
    }
}

double
LinkGroupSlotOptions::Favourites(uint32_t pattern, LinkGroup& best) const
{
    LinkGroup group(m_instance.Transmitters());
    double worth = 0;
    for (uint32_t n = 0; n < group.serves.size(); ++n)
    {
        if (!(pattern >> n & 1))
        {
            continue;
        }
        const auto& favourite = m_options[m_instance.LinkOf(n, pattern)].front();
        if (std::count(group.serves.begin(), group.serves.end(), favourite.device) > 0)
        {
            return 0;
        }
        group.serves[n] = favourite.device;
        worth += favourite.worth;
    }
    best = group;
    return worth;
}

void
LinkGroupSlotOptions::AssignRest(uint32_t pattern,
                                 uint32_t transmitter,
                                 double worth,
                                 LinkGroup& group,
                                 double& highest,
                                 LinkGroup& best) const
{
    while (transmitter < group.serves.size() && !(pattern >> transmitter & 1))
    {
        ++transmitter;
    }
    if (transmitter == group.serves.size())
    {
        if (worth > highest)
        {
            highest = worth;
            best = group;
        }
        return;
    }
    for (const auto& option : m_options[m_instance.LinkOf(transmitter, pattern)])
    {
        const auto end = group.serves.begin() + transmitter;
        if (std::find(group.serves.begin(), end, option.device) != end)
        {
            continue;
        }
        group.serves[transmitter] = option.device;
        AssignRest(pattern, transmitter + 1, worth + option.worth, group, highest, best);
        group.serves[transmitter] = LinkGroup::IDLE;
    }
}

double
LinkGroupSlotOptions::Best(uint32_t pattern, LinkGroup& best) const
{
    for (uint32_t n = 0; n < m_instance.Transmitters(); ++n)
    {
        if ((pattern >> n & 1) && m_options[m_instance.LinkOf(n, pattern)].empty())
        {
            return 0; // a transmitter of an active pattern must serve somebody
        }
    }
    // mostly the favourites differ, and nothing is better
    if (const double worth = Favourites(pattern, best); worth > 0)
    {
        return worth;
    }
    double highest = 0;
    LinkGroup group(m_instance.Transmitters());
    AssignRest(pattern, 0, 0, group, highest, best);
    return highest;
}

} // namespace sterna
} // namespace ns3
