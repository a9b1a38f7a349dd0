/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-dual.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

LinkGroupDual::LinkGroupDual(const LinkGroupOffers& offers)
    : m_offers(offers),
      m_worth(offers.All().size()),
      m_choices(offers.Slots())
{
    m_slope.bits.resize(offers.Devices());
    m_slope.share.resize(offers.Devices());
    m_served.resize(offers.Devices());
    m_takenIfServed.resize(offers.Devices());
}

void
LinkGroupDual::SetContinuous(bool continuous)
{
    m_continuous = continuous;
}

double
LinkGroupDual::Evaluate(const LinkGroupPrices& prices)
{
    m_prices = prices;
    m_prices.share = m_prices.share.max(0.0);
    if (!m_offers.literal)
    {
        m_prices.bits = m_prices.bits.max(0.0);
    }
    return DevicePart() - SlotPart();
}

double
LinkGroupDual::SlotPart()
{
    const auto& offers = m_offers.All();
    for (std::size_t i = 0; i < offers.size(); ++i)
    {
        const auto& offer = offers[i];
        m_worth[i] =
            m_prices.bits(offer.device) * offer.bits + m_prices.share(offer.device) * offer.share;
    }
    double sum = 0;
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        m_choices[t] = m_offers.Best(t, m_worth);
        sum += m_choices[t].value;
        for (const int32_t i : m_choices[t].offers)
        {
            if (i != LinkGroupChoice::IDLE)
            {
                m_slope.bits(offers[i].device) -= offers[i].bits;
                m_slope.share(offers[i].device) -= offers[i].share;
            }
        }
    }
    return sum;
}

double
LinkGroupDual::Take(uint32_t device, double least, double most, double& taken) const
{
    const double gap = m_offers.gap(device);
    const double weight = m_offers.weight(device);
    const double price = m_prices.bits(device);
    // d/du of eta (gap - u)^2 + lambda u
    const double best = weight > 0 ? gap - price / (2 * weight) : (price > 0 ? least : most);
    taken = std::max(least, std::min(most, best));
    return weight * (gap - taken) * (gap - taken) + price * taken;
}

double
LinkGroupDual::DevicePart()
{
    m_extra.clear();
    m_served.setZero();
    double sum = 0;
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        const double missing = m_offers.missing(k);
        const double most = m_offers.most(k);
        m_slope.share(k) = 0;
        const bool open = m_offers.CanServe(k);
        if (!open || m_continuous)
        {
            sum += Take(k, 0, most, m_slope.bits(k));
            if (open)
            {
                m_takenIfServed(k) = m_slope.bits(k);
                m_extra.emplace_back(m_prices.share(k) * missing, k);
            }
            continue;
        }
        const double without = Take(k, 0, missing, m_slope.bits(k));
        const double with =
            Take(k, missing, most, m_takenIfServed(k)) + m_prices.share(k) * missing;
        sum += without;
        m_extra.emplace_back(with - without, k);
    }
    std::sort(m_extra.begin(), m_extra.end());
    return sum + (m_continuous ? ServeContinuously() : ServeDevices());
}

double
LinkGroupDual::ServeDevices()
{
    // eta_0 (M - m)^2 + the m cheapest: convex in m, so the first m that does not pay is the last
    double left = m_offers.unserved;
    double sum = m_offers.servedWeight * left * left;
    for (const auto& [extra, k] : m_extra)
    {
        const double change = extra - m_offers.servedWeight * (2 * left - 1);
        if (change >= 0)
        {
            break;
        }
        sum += change;
        left -= 1;
        m_served(k) = 1;
        m_slope.bits(k) = m_takenIfServed(k);
        m_slope.share(k) = m_offers.missing(k);
    }
    return sum;
}

double
LinkGroupDual::ServeContinuously()
{
    double left = m_offers.unserved;
    double cost = 0;
    for (const auto& [price, k] : m_extra)
    {
        // d/dy of eta_0 (left - y)^2 + price y
        const double y =
            m_offers.servedWeight > 0
                ? std::min(1.0, std::max(0.0, left - price / (2 * m_offers.servedWeight)))
                : 0.0;
        cost += price * y;
        left -= y;
        m_served(k) = y;
        m_slope.share(k) = m_offers.missing(k) * y;
        if (y < 1)
        {
            break;
        }
    }
    return cost + m_offers.servedWeight * left * left;
}

const LinkGroupPrices&
LinkGroupDual::Slope() const
{
    return m_slope;
}

const std::vector<LinkGroupChoice>&
LinkGroupDual::Choices() const
{
    return m_choices;
}

const Eigen::ArrayXd&
LinkGroupDual::Served() const
{
    return m_served;
}

} // namespace sterna
} // namespace ns3
