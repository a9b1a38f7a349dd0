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
      m_worths(Eigen::ArrayXXd::Zero(instance.Devices(), instance.links.size())),
      m_favourites(instance.links.size(), {LinkGroup::IDLE, 0})
{
}

void
LinkGroupSlotOptions::Clear()
{
    m_worths.setZero();
    std::fill(m_favourites.begin(), m_favourites.end(), Option{LinkGroup::IDLE, 0});
}

double
LinkGroupSlotOptions::Bound(uint32_t pattern) const
{
    double worth = 0;
    for (uint32_t n = 0; (pattern >> n) != 0; ++n)
    {
        if (pattern >> n & 1)
        {
            const auto& favourite = m_favourites[m_instance.LinkOf(n, pattern)];
            if (favourite.device == LinkGroup::IDLE)
            {
                return 0; // a transmitter of an active pattern must serve somebody
            }
            worth += favourite.worth;
        }
    }
    return worth;
}

bool
LinkGroupSlotOptions::TakeFavourites(uint32_t pattern, LinkGroup& group) const
{
    for (uint32_t n = 0; (pattern >> n) != 0; ++n)
    {
        if (pattern >> n & 1)
        {
            const int32_t device = m_favourites[m_instance.LinkOf(n, pattern)].device;
            const auto end = group.serves.begin() + n;
            if (std::find(group.serves.begin(), end, device) != end)
            {
                return false;
            }
            group.serves[n] = device;
        }
    }
    return true;
}

LinkGroupSlotOptions::Options
LinkGroupSlotOptions::Shortlist(uint32_t link) const
{
    Options options;
    const std::size_t depth = m_instance.Transmitters();
    for (uint32_t k = 0; k < m_instance.Devices(); ++k)
    {
        const double worth = m_worths(k, link);
        if (worth <= (options.size() == depth ? options.back().worth : 0))
        {
            continue;
        }
        // equal worths keep the earlier device first
        const auto place =
            std::upper_bound(options.begin(), options.end(), worth, [](double w, const Option& o) {
                return w > o.worth;
            });
        options.insert(place, {int32_t(k), worth});
        options.resize(std::min(options.size(), depth));
    }
    return options;
}

void
LinkGroupSlotOptions::AssignRest(uint32_t pattern,
                                 uint32_t transmitter,
                                 double worth,
                                 const std::vector<Options>& shortlists,
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
    for (const auto& option : shortlists[transmitter])
    {
        const auto end = group.serves.begin() + transmitter;
        if (std::find(group.serves.begin(), end, option.device) != end)
        {
            continue;
        }
        group.serves[transmitter] = option.device;
        AssignRest(pattern,
                   transmitter + 1,
                   worth + option.worth,
                   shortlists,
                   group,
                   highest,
                   best);
        group.serves[transmitter] = LinkGroup::IDLE;
    }
}

double
LinkGroupSlotOptions::Best(uint32_t pattern, LinkGroup& best) const
{
    const double bound = Bound(pattern);
    if (bound == 0)
    {
        return 0;
    }
    // mostly the favourites differ, and nothing is better
    LinkGroup group(m_instance.Transmitters());
    if (TakeFavourites(pattern, group))
    {
        best = group;
        return bound;
    }
    std::vector<Options> shortlists(m_instance.Transmitters());
    for (uint32_t n = 0; n < m_instance.Transmitters(); ++n)
    {
        if (pattern >> n & 1)
        {
            shortlists[n] = Shortlist(m_instance.LinkOf(n, pattern));
        }
    }
    double highest = 0;
    AssignRest(pattern,
               0,
               0,
               shortlists,
               group = LinkGroup(m_instance.Transmitters()),
               highest,
               best);
    return highest;
}

} // namespace sterna
} // namespace ns3
