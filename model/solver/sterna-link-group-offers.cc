/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-offers.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr double NEVER = -std::numeric_limits<double>::infinity();

/// Tries all ways to give the transmitters of a pattern different devices of their rankings.
class Assignment
{
  public:
    Assignment(const std::vector<std::vector<std::pair<double, int32_t>>>& rankings,
               const std::vector<LinkGroupOffer>& offers)
        : m_rankings(rankings),
          m_offers(offers),
          m_devices(rankings.size()),
          m_chosen(rankings.size())
    {
    }

    /// Whether something better than `floor` was found.
    bool Search(double floor)
    {
        m_best = floor;
        m_found = false;
        Descend(0, 0);
        return m_found;
    }

    double Value() const
    {
        return m_best;
    }

    const std::vector<int32_t>& Offers() const
    {
        return m_result;
    }

  private:
    void Descend(std::size_t i, double value)
    {
        if (i == m_rankings.size())
        {
            if (value > m_best)
            {
                m_best = value;
                m_result = m_chosen;
                m_found = true;
            }
            return;
        }
        for (const auto& [worth, offer] : m_rankings[i])
        {
            const uint32_t device = m_offers[offer].device;
            if (std::find(m_devices.begin(), m_devices.begin() + i, device) ==
                m_devices.begin() + i)
            {
                m_devices[i] = device;
                m_chosen[i] = offer;
                Descend(i + 1, value + worth);
            }
        }
    }

    const std::vector<std::vector<std::pair<double, int32_t>>>& m_rankings;
    const std::vector<LinkGroupOffer>& m_offers;
    std::vector<uint32_t> m_devices;
    std::vector<int32_t> m_chosen;
    std::vector<int32_t> m_result;
    double m_best{0};
    bool m_found{false};
};

} // namespace

LinkGroupOffers::LinkGroupOffers(const LinkGroupInstance& instance)
    : gap(instance.demand - instance.delivered),
      missing(Eigen::ArrayXd::Zero(instance.Devices())),
      most(Eigen::ArrayXd::Zero(instance.Devices())),
      weight(instance.weight),
      servedWeight(instance.servedWeight),
      unserved(0),
      literal(instance.literalObjective),
      m_linksOf(1U << instance.Transmitters()),
      m_satellites(instance.satellites),
      m_slots(instance.Slots()),
      m_links(instance.links.size()),
      m_transmitters(instance.Transmitters())
{
    if (!literal)
    {
        gap = gap.max(0.0);
    }
    for (uint32_t k = 0; k < instance.Devices(); ++k)
    {
        if (!instance.IsServed(k, instance.delivered(k)))
        {
            missing(k) =
                instance.threshold(k) - LinkGroupProblem::TOLERANCE - instance.delivered(k);
            ++unserved;
        }
    }
    for (uint32_t pattern = 1; pattern < m_linksOf.size(); ++pattern)
    {
        for (uint32_t n = 0; n < m_transmitters; ++n)
        {
            if (pattern >> n & 1)
            {
                m_linksOf[pattern].push_back(instance.LinkOf(n, pattern));
            }
        }
    }
    for (const auto& link : instance.links)
    {
        m_transmitterOf.push_back(link.transmitter);
        m_pattern.push_back(link.pattern);
    }
    for (uint32_t n = 0; n < m_transmitters; ++n)
    {
        m_band.push_back(instance.BandPattern(n));
    }
    Collect(instance);
}

void
LinkGroupOffers::Collect(const LinkGroupInstance& instance)
{
    m_begin.reserve(m_slots * m_links + 1);
    Eigen::ArrayXd bestOfSlot(instance.Devices());
    for (uint32_t t = 0; t < m_slots; ++t)
    {
        bestOfSlot.setZero();
        for (uint32_t l = 0; l < m_links; ++l)
        {
            m_begin.push_back(m_offers.size());
            for (uint32_t k = 0; k < instance.Devices(); ++k)
            {
                if (const double rate = instance.rates[t](k, l); rate > 0)
                {
                    const double bits = literal ? rate : std::min(rate, gap(k));
                    m_offers.push_back({k, l, bits, std::min(rate, missing(k))});
                    bestOfSlot(k) = std::max(bestOfSlot(k), bits);
                }
            }
        }
        most += bestOfSlot;
    }
    m_begin.push_back(m_offers.size());
    for (auto& offer : m_offers)
    {
        offer.share = CanServe(offer.device) ? offer.share : 0.0;
    }
}

uint32_t
LinkGroupOffers::Slots() const
{
    return m_slots;
}

uint32_t
LinkGroupOffers::Transmitters() const
{
    return m_transmitters;
}

uint32_t
LinkGroupOffers::Devices() const
{
    return gap.size();
}

uint32_t
LinkGroupOffers::Links() const
{
    return m_links;
}

uint32_t
LinkGroupOffers::Patterns() const
{
    return m_linksOf.size();
}

const std::vector<uint32_t>&
LinkGroupOffers::LinksOf(uint32_t pattern) const
{
    return m_linksOf[pattern];
}

uint32_t
LinkGroupOffers::TransmitterOf(uint32_t offer) const
{
    return m_transmitterOf[m_offers[offer].link];
}

uint32_t
LinkGroupOffers::TransmitterOfLink(uint32_t link) const
{
    return m_transmitterOf[link];
}

bool
LinkGroupOffers::IsSatellite(uint32_t transmitter) const
{
    return m_satellites >> transmitter & 1;
}

bool
LinkGroupOffers::Distinct(uint32_t pattern,
                          const std::vector<Favourite>& favourites,
                          LinkGroupChoice& choice) const
{
    std::array<uint32_t, MAX_LINK_GROUP_TRANSMITTERS> devices;
    uint32_t count = 0;
    for (const uint32_t link : m_linksOf[pattern])
    {
        const int32_t offer = favourites[link].offer;
        const uint32_t device = m_offers[offer].device;
        if (std::find(devices.begin(), devices.begin() + count, device) != devices.begin() + count)
        {
            return false;
        }
        devices[count++] = device;
        choice.offers[m_transmitterOf[link]] = offer;
    }
    return true;
}

void
LinkGroupOffers::Assign(uint32_t slot,
                        uint32_t pattern,
                        const std::vector<double>& worth,
                        LinkGroupChoice& best) const
{
    const auto& links = m_linksOf[pattern];
    std::vector<std::vector<std::pair<double, int32_t>>> rankings;
    for (const uint32_t link : links)
    {
        std::vector<std::pair<double, int32_t>> ranking;
        for (uint32_t i = Begin(slot, link); i < Begin(slot, link + 1); ++i)
        {
            if (worth[i] > NEVER)
            {
                ranking.emplace_back(worth[i], i);
            }
        }
        const auto kept = std::min(ranking.size(), links.size());
        std::partial_sort(ranking.begin(),
                          ranking.begin() + kept,
                          ranking.end(),
                          [](const auto& a, const auto& b) {
                              return a.first > b.first ||
                                     (a.first == b.first && a.second < b.second);
                          });
        ranking.resize(kept);
        rankings.push_back(std::move(ranking));
    }
    Assignment assignment(rankings, m_offers);
    if (assignment.Search(best.value))
    {
        best = LinkGroupChoice();
        best.value = assignment.Value();
        for (const int32_t offer : assignment.Offers())
        {
            best.offers[TransmitterOf(offer)] = offer;
        }
    }
}

LinkGroupChoice
LinkGroupOffers::Best(uint32_t slot, const std::vector<double>& worth, uint32_t active) const
{
    thread_local std::vector<Favourite> favourites;
    favourites.assign(m_links, {NEVER, LinkGroupChoice::IDLE});
    for (uint32_t l = 0; l < m_links; ++l)
    {
        double most = NEVER;
        int32_t offer = LinkGroupChoice::IDLE;
        for (uint32_t i = Begin(slot, l); i < Begin(slot, l + 1); ++i)
        {
            if (worth[i] > most)
            {
                most = worth[i];
                offer = i;
            }
        }
        favourites[l] = {most, offer};
    }
    LinkGroupChoice best;
    best.value = active == 0 ? 0 : NEVER;
    for (uint32_t pattern = 1; pattern < m_linksOf.size(); ++pattern)
    {
        if (active & ~pattern)
        {
            continue;
        }
        double value = 0;
        for (const uint32_t link : m_linksOf[pattern])
        {
            value += favourites[link].worth;
        }
        if (value > best.value)
        {
            LinkGroupChoice choice;
            if (Distinct(pattern, favourites, choice))
            {
                best = choice;
                best.value = value;
            }
            else
            {
                Assign(slot, pattern, worth, best);
            }
        }
    }
    return best;
}

LinkGroup
LinkGroupOffers::ToGroup(const LinkGroupChoice& choice) const
{
    LinkGroup group(m_transmitters);
    for (uint32_t n = 0; n < m_transmitters; ++n)
    {
        if (choice.offers[n] != LinkGroupChoice::IDLE)
        {
            group.serves[n] = m_offers[choice.offers[n]].device;
        }
    }
    return group;
}

int32_t
LinkGroupOffers::Find(uint32_t slot, uint32_t transmitter, uint32_t pattern, uint32_t device) const
{
    for (const uint32_t link : m_linksOf[pattern])
    {
        if (m_transmitterOf[link] == transmitter)
        {
            const auto end = m_offers.begin() + Begin(slot, link + 1);
            const auto found = std::lower_bound(
                m_offers.begin() + Begin(slot, link),
                end,
                device,
                [](const LinkGroupOffer& offer, uint32_t k) { return offer.device < k; });
            return found != end && found->device == device ? int32_t(found - m_offers.begin())
                                                           : LinkGroupChoice::IDLE;
        }
    }
    return LinkGroupChoice::IDLE;
}

uint32_t
LinkGroupOffers::SlotOf(uint32_t offer) const
{
    return (std::upper_bound(m_begin.begin(), m_begin.end(), offer) - m_begin.begin() - 1) /
           m_links;
}

LinkGroupChoice
LinkGroupOffers::FromGroup(uint32_t slot, LinkGroup group) const
{
    while (true)
    {
        LinkGroupChoice choice;
        const uint32_t pattern = group.Pattern();
        bool complete = true;
        for (uint32_t n = 0; n < m_transmitters && complete; ++n)
        {
            if (group.serves[n] != LinkGroup::IDLE)
            {
                choice.offers[n] = Find(slot, n, pattern, group.serves[n]);
                if (choice.offers[n] == LinkGroupChoice::IDLE)
                {
                    group.serves[n] = LinkGroup::IDLE;
                    complete = false;
                }
            }
        }
        if (complete)
        {
            return choice;
        }
    }
}

bool
LinkGroupOffers::Insert(uint32_t offer, const LinkGroupChoice& into, LinkGroupChoice& choice) const
{
    const int32_t device = m_offers[offer].device;
    const uint32_t link = m_offers[offer].link;
    const uint32_t transmitter = m_transmitterOf[link];
    LinkGroup group = ToGroup(into);
    std::replace(group.serves.begin(), group.serves.end(), device, LinkGroup::IDLE);
    group.serves[transmitter] = device;
    for (uint32_t n = 0; n < m_transmitters; ++n)
    {
        // those of the offer's band that its pattern does not know fall silent
        if (n != transmitter && group.serves[n] != LinkGroup::IDLE &&
            (m_band[n] >> transmitter & 1) && !(m_pattern[link] >> n & 1))
        {
            group.serves[n] = LinkGroup::IDLE;
        }
    }
    choice = FromGroup(SlotOf(offer), group);
    return choice.offers[transmitter] != LinkGroupChoice::IDLE;
}

LinkGroupChoice
LinkGroupOffers::Without(uint32_t transmitter, const LinkGroupChoice& choice) const
{
    LinkGroup group = ToGroup(choice);
    group.serves[transmitter] = LinkGroup::IDLE;
    return FromGroup(SlotOf(choice.offers[transmitter]), group);
}

} // namespace sterna
} // namespace ns3
