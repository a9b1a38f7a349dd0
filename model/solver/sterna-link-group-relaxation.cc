/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-relaxation.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr double ROUNDING = 0.1; //!< half width of the rounded kink of min(1, w)

/// min(1, w), rounded off: concave, and equal to it beyond the kink.
double
Reached(double w)
{
    if (w <= 1 - ROUNDING)
    {
        return w;
    }
    const double into = std::min(w, 1 + ROUNDING) - (1 - ROUNDING);
    return std::min(w, 1 + ROUNDING) - into * into / (4 * ROUNDING);
}

double
ReachedSlope(double w)
{
    return std::clamp((1 + ROUNDING - w) / (2 * ROUNDING), 0.0, 1.0);
}

} // namespace

LinkGroupRelaxation::LinkGroupRelaxation(const LinkGroupOffers& offers)
    : m_offers(offers),
      m_columns(offers.Slots(), {{LinkGroupChoice(), 1.0}}),
      m_bits(Eigen::ArrayXd::Zero(offers.Devices())),
      m_share(Eigen::ArrayXd::Zero(offers.Devices())),
      m_bitsPrice(offers.Devices()),
      m_shareSlope(offers.Devices()),
      m_perMissing(Eigen::ArrayXd::Zero(offers.Devices())),
      m_left(offers.unserved),
      m_worth(offers.All().size())
{
    for (uint32_t k = 0; k < offers.Devices(); ++k)
    {
        if (offers.CanServe(k))
        {
            m_perMissing(k) = 1 / offers.missing(k);
        }
        Refresh(k);
    }
}

void
LinkGroupRelaxation::Refresh(uint32_t device)
{
    const double gap = m_offers.gap(device) - m_bits(device);
    m_bitsPrice(device) =
        2 * m_offers.weight(device) * (m_offers.literal ? gap : std::max(0.0, gap));
    m_shareSlope(device) = m_perMissing(device) * ReachedSlope(m_share(device));
}

double
LinkGroupRelaxation::Worth(uint32_t offer) const
{
    const auto& o = m_offers.All()[offer];
    return m_bitsPrice(o.device) * o.bits +
           2 * m_offers.servedWeight * m_left * m_shareSlope(o.device) * o.share;
}

double
LinkGroupRelaxation::Worth(const LinkGroupChoice& choice) const
{
    double sum = 0;
    for (uint32_t n = 0; n < m_offers.Transmitters(); ++n)
    {
        sum += choice.offers[n] == LinkGroupChoice::IDLE ? 0.0 : Worth(choice.offers[n]);
    }
    return sum;
}

bool
LinkGroupRelaxation::Step()
{
    bool moved = false;
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        moved = StepSlot(t) || moved;
    }
    return moved;
}

bool
LinkGroupRelaxation::StepSlot(uint32_t slot)
{
    const double perShare = 2 * m_offers.servedWeight * m_left;
    const auto& offers = m_offers.All();
    for (uint32_t i = m_offers.Begin(slot); i < m_offers.Begin(slot + 1); ++i)
    {
        const auto& o = offers[i];
        m_worth[i] = m_bitsPrice(o.device) * o.bits + perShare * m_shareSlope(o.device) * o.share;
    }
    const auto best = m_offers.Best(slot, m_worth);
    auto& columns = m_columns[slot];
    auto to = std::find_if(columns.begin(), columns.end(), [&](const auto& column) {
        return column.first.offers == best.offers;
    });
    if (to == columns.end())
    {
        columns.emplace_back(best, 0.0);
        to = columns.end() - 1;
    }
    auto from = std::min_element(columns.begin(), columns.end(), [&](const auto& a, const auto& b) {
        return Worth(a.first) < Worth(b.first);
    });
    double moved = 0;
    if (from != to)
    {
        moved = Move(from->first, to->first, from->second);
        from->second -= moved;
        to->second += moved;
    }
    columns.erase(std::remove_if(columns.begin(),
                                 columns.end(),
                                 [](const auto& column) { return !(column.second > 1e-12); }),
                  columns.end());
    return moved > 0;
}

void
LinkGroupRelaxation::Collect(const LinkGroupChoice& choice, double sign)
{
    for (uint32_t n = 0; n < m_offers.Transmitters(); ++n)
    {
        if (choice.offers[n] == LinkGroupChoice::IDLE)
        {
            continue;
        }
        const auto& o = m_offers.All()[choice.offers[n]];
        auto change = std::find_if(m_changes.begin(), m_changes.end(), [&](const auto& c) {
            return c.device == o.device;
        });
        if (change == m_changes.end())
        {
            m_changes.push_back({o.device, 0, 0});
            change = m_changes.end() - 1;
        }
        change->bits += sign * o.bits;
        change->share += sign * o.share * m_perMissing(o.device);
    }
}

double
LinkGroupRelaxation::SlopeAt(double length) const
{
    double left = m_left;
    double reaching = 0;
    double slope = 0;
    for (const auto& c : m_changes)
    {
        const double gap = m_offers.gap(c.device) - m_bits(c.device) - length * c.bits;
        const double charged = m_offers.literal ? gap : std::max(0.0, gap);
        slope -= 2 * m_offers.weight(c.device) * charged * c.bits;
        const double w = m_share(c.device) + length * c.share;
        left -= Reached(w) - Reached(m_share(c.device));
        reaching += ReachedSlope(w) * c.share;
    }
    return slope - 2 * m_offers.servedWeight * left * reaching;
}

double
LinkGroupRelaxation::Move(const LinkGroupChoice& from, const LinkGroupChoice& to, double most)
{
    m_changes.clear();
    Collect(from, -1);
    Collect(to, 1);
    if (SlopeAt(0) >= 0)
    {
        return 0;
    }
    double least = 0;
    double length = most;
    if (SlopeAt(most) > 0)
    {
        double above = most;
        for (int i = 0; i < 30; ++i) // the slope is monotonic: halve
        {
            length = (least + above) / 2;
            (SlopeAt(length) > 0 ? above : least) = length;
        }
    }
    Apply(length);
    return length;
}

void
LinkGroupRelaxation::Apply(double length)
{
    for (const auto& c : m_changes)
    {
        m_bits(c.device) += length * c.bits;
        m_left += Reached(m_share(c.device));
        m_share(c.device) += length * c.share;
        m_left -= Reached(m_share(c.device));
        Refresh(c.device);
    }
}

LinkGroupPrices
LinkGroupRelaxation::Prices() const
{
    return {m_bitsPrice, 2 * m_offers.servedWeight * m_left * m_shareSlope};
}

double
LinkGroupRelaxation::Value() const
{
    double left = m_offers.unserved;
    double sum = 0;
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        const double gap = m_offers.gap(k) - m_bits(k);
        const double charged = m_offers.literal ? gap : std::max(0.0, gap);
        sum += m_offers.weight(k) * charged * charged;
        left -= std::min(1.0, m_share(k));
    }
    return sum + m_offers.servedWeight * left * left;
}

const std::vector<std::vector<LinkGroupRelaxation::Column>>&
LinkGroupRelaxation::Columns() const
{
    return m_columns;
}

} // namespace sterna
} // namespace ns3
