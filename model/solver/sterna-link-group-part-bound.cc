/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-part-bound.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr double NEVER = -std::numeric_limits<double>::infinity();

} // namespace

LinkGroupPart::LinkGroupPart(const LinkGroupOffers& offers)
    : served(offers.Devices(), OPEN),
      forbidden(offers.All().size(), 0),
      active(offers.Slots(), 0)
{
    for (int band = 0; band < 2; ++band)
    {
        fewest[band].assign(offers.Devices(), 0);
        most[band].assign(offers.Devices(), std::min(offers.Slots(), 255U));
    }
}

LinkGroupPartPrices&
LinkGroupPartPrices::operator+=(const LinkGroupPartPrices& other)
{
    volume.bits += other.volume.bits;
    volume.share += other.volume.share;
    slots[0] += other.slots[0];
    slots[1] += other.slots[1];
    return *this;
}

LinkGroupPartPrices
LinkGroupPartPrices::operator*(double factor) const
{
    return {{volume.bits * factor, volume.share * factor}, {slots[0] * factor, slots[1] * factor}};
}

double
LinkGroupPartPrices::Dot(const LinkGroupPartPrices& other) const
{
    return (volume.bits * other.volume.bits + volume.share * other.volume.share +
            slots[0] * other.slots[0] + slots[1] * other.slots[1])
        .sum();
}

LinkGroupPartBound::LinkGroupPartBound(const LinkGroupOffers& offers)
    : m_offers(offers),
      m_band(offers.All().size()),
      m_slotOf(offers.All().size()),
      m_worth(offers.All().size()),
      m_choices(offers.Slots()),
      m_served(offers.Devices())
{
    for (uint32_t t = 0; t < offers.Slots(); ++t)
    {
        std::fill(m_slotOf.begin() + offers.Begin(t), m_slotOf.begin() + offers.Begin(t + 1), t);
    }
    for (std::size_t i = 0; i < m_band.size(); ++i)
    {
        m_band[i] = offers.IsSatellite(offers.TransmitterOf(i)) ? KA_BAND : C_BAND;
    }
    const uint32_t devices = offers.Devices();
    m_slope = Extend({Eigen::ArrayXd::Zero(devices), Eigen::ArrayXd::Zero(devices)});
    const LinkGroupPart all(offers);
    for (int band = 0; band < 2; ++band)
    {
        m_largest[band].resize(devices * (offers.Slots() + 1));
        m_smallest[band].resize(devices * (offers.Slots() + 1));
        m_available[band].resize(devices);
        m_answers[band].resize(devices);
        m_meanRate[band].resize(devices);
    }
    FindRange(all);
    for (int band = 0; band < 2; ++band)
    {
        for (uint32_t k = 0; k < devices; ++k)
        {
            const uint32_t available = m_available[band][k];
            m_meanRate[band](k) =
                available == 0
                    ? 1.0
                    : std::max(1e-3,
                               m_largest[band][k * (offers.Slots() + 1) + available] / available);
        }
        m_scale[band] = 1 / m_meanRate[band];
    }
    m_volumeScale = m_scale[1].min(m_scale[0]);
}

LinkGroupPartPrices
LinkGroupPartBound::Scaled(const LinkGroupPartPrices& slope) const
{
    return {{slope.volume.bits * m_volumeScale, slope.volume.share * m_volumeScale},
            {slope.slots[0] * m_scale[0], slope.slots[1] * m_scale[1]}};
}

double
LinkGroupPartBound::Square(const LinkGroupPartPrices& direction) const
{
    return ((direction.volume.bits.square() + direction.volume.share.square()) / m_volumeScale +
            direction.slots[0].square() / m_scale[0] + direction.slots[1].square() / m_scale[1])
        .sum();
}

LinkGroupBand
LinkGroupPartBound::BandOf(uint32_t offer) const
{
    return m_band[offer];
}

uint32_t
LinkGroupPartBound::SlotOf(uint32_t offer) const
{
    return m_slotOf[offer];
}

LinkGroupPartPrices
LinkGroupPartBound::Extend(const LinkGroupPrices& prices) const
{
    const auto zero = Eigen::ArrayXd::Zero(m_offers.Devices());
    return {prices, {zero, zero}};
}

void
LinkGroupPartBound::SetPart(const LinkGroupPart& part)
{
    m_part = &part;
    FindRange(part);
}

void
LinkGroupPartBound::FindRange(const LinkGroupPart& part)
{
    const uint32_t slots = m_offers.Slots();
    const uint32_t devices = m_offers.Devices();
    // per band, device and slot: the largest and the smallest rate on offer
    static thread_local std::vector<double> high;
    static thread_local std::vector<double> low;
    high.assign(2 * devices * slots, NEVER);
    low.assign(2 * devices * slots, INFEASIBLE);
    for (std::size_t i = 0; i < m_band.size(); ++i)
    {
        if (!part.forbidden[i])
        {
            const auto& offer = m_offers.All()[i];
            const auto at = (m_band[i] * devices + offer.device) * slots + m_slotOf[i];
            high[at] = std::max(high[at], offer.bits);
            low[at] = std::min(low[at], offer.bits);
        }
    }
    for (int band = 0; band < 2; ++band)
    {
        for (uint32_t k = 0; k < devices; ++k)
        {
            const auto begin = (band * devices + k) * slots;
            std::sort(high.begin() + begin, high.begin() + begin + slots, std::greater<>());
            std::sort(low.begin() + begin, low.begin() + begin + slots);
            double* largest = &m_largest[band][k * (slots + 1)];
            double* smallest = &m_smallest[band][k * (slots + 1)];
            largest[0] = 0;
            smallest[0] = 0;
            uint8_t available = 0;
            while (available < slots && high[begin + available] > NEVER)
            {
                largest[available + 1] = largest[available] + high[begin + available];
                smallest[available + 1] = smallest[available] + low[begin + available];
                ++available;
            }
            m_available[band][k] = available;
        }
    }
}

LinkGroupPartBound::Answer
LinkGroupPartBound::Cheapest(uint32_t device, bool served, const LinkGroupPartPrices& prices) const
{
    const auto& part = *m_part;
    Answer best;
    const double gap = m_offers.gap(device);
    const double missing = m_offers.missing(device);
    const bool counts = missing > 0;
    const double weight = m_offers.weight(device);
    const double price = prices.volume.bits(device);
    const double wanted = weight > 0 ? gap - price / (2 * weight) : (price > 0 ? 0 : gap);
    const double perSlot[2] = {prices.slots[0](device) * m_meanRate[0](device),
                               prices.slots[1](device) * m_meanRate[1](device)};
    const uint32_t most[2] = {std::min(part.most[0][device], m_available[0][device]),
                              std::min(part.most[1][device], m_available[1][device])};
    const uint32_t stride = device * (m_offers.Slots() + 1);
    for (uint32_t b = part.fewest[1][device]; b <= most[1]; ++b)
    {
        for (uint32_t a = part.fewest[0][device]; a <= most[0] && a + b <= m_offers.Slots(); ++a)
        {
            double high = std::min(m_offers.most(device),
                                   m_largest[0][stride + a] + m_largest[1][stride + b]);
            const double sure = m_smallest[0][stride + a] + m_smallest[1][stride + b];
            // bits that come may be ignored, unless (14a) is literal
            double low = m_offers.literal ? sure : 0.0;
            if (counts && served)
            {
                low = std::max(low, missing);
            }
            else if (counts)
            {
                if (sure >= missing)
                {
                    break; // served whether it wants or not
                }
                high = std::min(high, missing);
            }
            if (high < low)
            {
                continue;
            }
            const double bits = std::max(low, std::min(high, wanted));
            const double cost = weight * (gap - bits) * (gap - bits) + price * bits +
                                a * perSlot[0] + b * perSlot[1];
            if (cost < best.cost)
            {
                best.cost = cost;
                best.bits = bits;
                best.slots = {uint8_t(a), uint8_t(b)};
            }
        }
    }
    if (counts && served)
    {
        best.cost += prices.volume.share(device) * missing;
    }
    return best;
}

double
LinkGroupPartBound::ServedPart(int64_t device, bool forced, std::vector<uint8_t>* served) const
{
    static thread_local std::vector<std::pair<double, uint32_t>> extra;
    extra.clear();
    double sum = 0;
    double left = m_offers.unserved;
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        double without = m_answers[0][k].cost;
        double with = m_answers[1][k].cost;
        if (int64_t(k) == device)
        {
            (forced ? without : with) = INFEASIBLE;
        }
        if (with == INFEASIBLE)
        {
            sum += without;
        }
        else if (without == INFEASIBLE)
        {
            sum += with;
            left -= 1;
            if (served)
            {
                (*served)[k] = 1;
            }
        }
        else
        {
            sum += without;
            extra.emplace_back(with - without, k);
        }
    }
    std::sort(extra.begin(), extra.end());
    sum += m_offers.servedWeight * left * left;
    for (const auto& [cost, k] : extra)
    {
        const double change = cost - m_offers.servedWeight * (2 * left - 1);
        if (change >= 0)
        {
            break;
        }
        sum += change;
        left -= 1;
        if (served)
        {
            (*served)[k] = 1;
        }
    }
    return sum;
}

double
LinkGroupPartBound::Evaluate(const LinkGroupPartPrices& prices)
{
    const auto& offers = m_offers.All();
    for (std::size_t i = 0; i < offers.size(); ++i)
    {
        const auto& o = offers[i];
        m_worth[i] = m_part->forbidden[i]
                         ? NEVER
                         : prices.volume.bits(o.device) * o.bits +
                               prices.volume.share(o.device) * o.share +
                               prices.slots[m_band[i]](o.device) * m_meanRate[m_band[i]](o.device);
    }
    double slots = 0;
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        m_choices[t] = m_offers.Best(t, m_worth, m_part->active[t]);
        slots += m_choices[t].value;
    }
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        const bool counts = m_offers.missing(k) > 0;
        const int8_t state = counts ? m_part->served[k] : int8_t(LinkGroupPart::NO);
        m_answers[0][k] = state == LinkGroupPart::YES ? Answer() : Cheapest(k, false, prices);
        m_answers[1][k] = state == LinkGroupPart::NO ? Answer() : Cheapest(k, true, prices);
    }
    static thread_local std::vector<uint8_t> served;
    served.assign(m_offers.Devices(), 0);
    m_devicePart = ServedPart(-1, false, &served);
    m_value = slots > NEVER && m_devicePart < INFEASIBLE ? m_devicePart - slots : INFEASIBLE;
    if (m_value < INFEASIBLE)
    {
        SetSlope(served);
    }
    return m_value;
}

void
LinkGroupPartBound::SetSlope(const std::vector<uint8_t>& served)
{
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        const auto& answer = m_answers[served[k]][k];
        m_served(k) = served[k];
        m_slope.volume.bits(k) = answer.bits;
        m_slope.volume.share(k) = served[k] ? m_offers.missing(k) : 0.0;
        m_slope.slots[0](k) = answer.slots[0] * m_meanRate[0](k);
        m_slope.slots[1](k) = answer.slots[1] * m_meanRate[1](k);
    }
    for (const auto& choice : m_choices)
    {
        for (uint32_t n = 0; n < m_offers.Transmitters(); ++n)
        {
            if (const int32_t i = choice.offers[n]; i != LinkGroupChoice::IDLE)
            {
                const auto& o = m_offers.All()[i];
                m_slope.volume.bits(o.device) -= o.bits;
                m_slope.volume.share(o.device) -= o.share;
                m_slope.slots[m_band[i]](o.device) -= m_meanRate[m_band[i]](o.device);
            }
        }
    }
}

double
LinkGroupPartBound::ValueIfServed(uint32_t device, bool served) const
{
    return m_value - m_devicePart + ServedPart(device, served, nullptr);
}

void
LinkGroupPartBound::ValuesIfUsed(std::vector<double>& values) const
{
    values.resize(m_worth.size());
    std::vector<double> favourite(m_offers.Links());
    std::vector<double> others(m_offers.Links());
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        std::fill(others.begin(), others.end(), NEVER);
        for (uint32_t l = 0; l < m_offers.Links(); ++l)
        {
            favourite[l] = NEVER;
            for (uint32_t i = m_offers.Begin(t, l); i < m_offers.Begin(t, l + 1); ++i)
            {
                favourite[l] = std::max(favourite[l], m_worth[i]);
            }
        }
        for (uint32_t pattern = 1; pattern < m_offers.Patterns(); ++pattern)
        {
            if (m_part->active[t] & ~pattern)
            {
                continue;
            }
            for (const uint32_t link : m_offers.LinksOf(pattern))
            {
                double sum = 0;
                for (const uint32_t other : m_offers.LinksOf(pattern))
                {
                    sum += other == link ? 0.0 : favourite[other];
                }
                others[link] = std::max(others[link], sum);
            }
        }
        for (uint32_t i = m_offers.Begin(t); i < m_offers.Begin(t + 1); ++i)
        {
            // (9) is not looked at here, which can only lower the value
            const double with = others[m_offers.All()[i].link] + m_worth[i];
            values[i] = with > NEVER ? m_value + m_choices[t].value - with : INFEASIBLE;
        }
    }
}

const Eigen::ArrayXd&
LinkGroupPartBound::Served() const
{
    return m_served;
}

uint32_t
LinkGroupPartBound::SlotsTaken(LinkGroupBand band, uint32_t device) const
{
    return m_answers[m_served(device) > 0][device].slots[band];
}

double
LinkGroupPartBound::MeanRate(LinkGroupBand band, uint32_t device) const
{
    return m_meanRate[band](device);
}

const LinkGroupPartPrices&
LinkGroupPartBound::Slope() const
{
    return m_slope;
}

const LinkGroupChoices&
LinkGroupPartBound::Choices() const
{
    return m_choices;
}

} // namespace sterna
} // namespace ns3
