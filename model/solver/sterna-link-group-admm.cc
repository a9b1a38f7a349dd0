/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-admm.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr uint32_t MAX_SLOT_STEPS = 500;
constexpr double TIE = 1e-9; //!< weights that differ by less are equal

} // namespace

LinkGroupAdmm::LinkGroupAdmm(const LinkGroupOffers& offers, const Options& options)
    : m_offers(offers),
      m_options(options),
      m_rho(options.rho * offers.weight.mean()),
      m_columns(offers.Slots(), {{LinkGroupChoice(), 1.0}}),
      m_missing(offers.Devices()),
      m_served(Eigen::ArrayXd::Zero(offers.Devices())),
      m_slack(m_served),
      m_price(m_served),
      m_bits(m_served),
      m_share(m_served),
      m_gaps(offers.Slots(), 0.0),
      m_worth(offers.All().size())
{
    const LinkGroupDescent descent(offers);
    for (uint32_t k = 0; k < offers.Devices(); ++k)
    {
        m_missing(k) = offers.CanServe(k) ? offers.missing(k) : 0.0;
    }
    m_gapLimit = options.tolerance * descent.Objective(LinkGroupChoices(offers.Slots()));
}

void
LinkGroupAdmm::Relax()
{
    for (uint32_t i = 0; i < m_options.iterations; ++i)
    {
        Iterate();
    }
}

void
LinkGroupAdmm::Iterate()
{
    if (!m_options.parallel)
    {
        for (uint32_t t = 0; t < m_offers.Slots(); ++t)
        {
            SolveSlot(t); // (18)
        }
        SolveServed(); // (19)
        SolveSlack();  // (20)
        m_price += m_rho * (m_slack - m_missing * m_served + m_share);
        return;
    }
    const Eigen::ArrayXd bits = m_bits;
    const Eigen::ArrayXd share = m_share;
    const Eigen::ArrayXd served = m_served;
    const Eigen::ArrayXd slack = m_slack;
    SolveServed();
    const Eigen::ArrayXd nextServed = m_served;
    m_served = served;
    SolveSlack();
    const Eigen::ArrayXd nextSlack = m_slack;
    m_slack = slack;
    const Eigen::ArrayXd nextPrice = m_price + m_rho * (slack - m_missing * served + share);
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        m_bits = bits;
        m_share = share;
        SolveSlot(t);
    }
    m_bits.setZero();
    m_share.setZero();
    for (const auto& columns : m_columns)
    {
        Book(columns, 1);
    }
    m_served = nextServed;
    m_slack = nextSlack;
    m_price = nextPrice;
}

void
LinkGroupAdmm::Book(const std::vector<Column>& columns, double sign)
{
    for (const auto& [choice, weight] : columns)
    {
        for (uint32_t n = 0; n < m_offers.Transmitters(); ++n)
        {
            if (choice.offers[n] != LinkGroupChoice::IDLE)
            {
                const auto& o = m_offers.All()[choice.offers[n]];
                m_bits(o.device) += sign * weight * o.bits;
                m_share(o.device) += sign * weight * o.share;
            }
        }
    }
}

double
LinkGroupAdmm::Worth(uint32_t offer) const
{
    const auto& o = m_offers.All()[offer];
    const uint32_t k = o.device;
    const double gap = m_offers.gap(k) - m_bits(k);
    const double charged = m_offers.literal ? gap : std::max(0.0, gap);
    const double residual = m_slack(k) - m_missing(k) * m_served(k) + m_share(k);
    return 2 * m_offers.weight(k) * charged * o.bits - (m_price(k) + m_rho * residual) * o.share;
}

double
LinkGroupAdmm::Worth(const LinkGroupChoice& choice) const
{
    double sum = 0;
    for (uint32_t n = 0; n < m_offers.Transmitters(); ++n)
    {
        sum += choice.offers[n] == LinkGroupChoice::IDLE ? 0.0 : Worth(choice.offers[n]);
    }
    return sum;
}

void
LinkGroupAdmm::SolveSlot(uint32_t slot)
{
    bool moved = true;
    for (uint32_t i = 0; i < MAX_SLOT_STEPS && moved; ++i)
    {
        m_gaps[slot] = StepSlot(slot, moved);
    }
}

double
LinkGroupAdmm::StepSlot(uint32_t slot, bool& moved)
{
    moved = false;
    for (uint32_t i = m_offers.Begin(slot); i < m_offers.Begin(slot + 1); ++i)
    {
        m_worth[i] = Worth(i);
    }
    const auto best = m_offers.Best(slot, m_worth);
    auto& columns = m_columns[slot];
    double mean = 0;
    std::size_t from = 0;
    double least = 0;
    for (std::size_t c = 0; c < columns.size(); ++c)
    {
        const double worth = Worth(columns[c].first);
        mean += columns[c].second * worth;
        if (c == 0 || worth < least)
        {
            least = worth;
            from = c;
        }
    }
    const double gap = best.value - mean;
    if (gap <= m_gapLimit)
    {
        return gap;
    }
    auto to = std::find_if(columns.begin(), columns.end(), [&](const auto& column) {
        return column.first.offers == best.offers;
    });
    if (to == columns.end())
    {
        columns.emplace_back(best, 0.0);
        to = columns.end() - 1;
    }
    m_changes.clear();
    Collect(columns[from].first, -1);
    Collect(best, 1);
    double length = columns[from].second;
    if (SlopeAt(length) > 0)
    {
        double below = 0;
        double above = length;
        for (int i = 0; i < 40; ++i) // the slope is monotonic: halve
        {
            length = (below + above) / 2;
            (SlopeAt(length) > 0 ? above : below) = length;
        }
    }
    for (const auto& change : m_changes)
    {
        m_bits(change.device) += length * change.bits;
        m_share(change.device) += length * change.share;
    }
    to->second += length;
    columns[from].second -= length;
    moved = length > 0;
    columns.erase(std::remove_if(columns.begin(),
                                 columns.end(),
                                 [](const auto& column) { return !(column.second > 0); }),
                  columns.end());
    return gap;
}

void
LinkGroupAdmm::Collect(const LinkGroupChoice& choice, double sign)
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
        change->share += sign * o.share;
    }
}

double
LinkGroupAdmm::SlopeAt(double length) const
{
    double slope = 0;
    for (const auto& c : m_changes)
    {
        const uint32_t k = c.device;
        const double gap = m_offers.gap(k) - m_bits(k) - length * c.bits;
        const double charged = m_offers.literal ? gap : std::max(0.0, gap);
        const double residual =
            m_slack(k) - m_missing(k) * m_served(k) + m_share(k) + length * c.share;
        slope +=
            -2 * m_offers.weight(k) * charged * c.bits + (m_price(k) + m_rho * residual) * c.share;
    }
    return slope;
}

void
LinkGroupAdmm::SolveServed()
{
    // d/dy_k of (17): -2 eta_0 left - d (lambda + rho (q - d y)), with q = z + sum s x
    const auto servedAt = [this](double left) {
        Eigen::ArrayXd served = Eigen::ArrayXd::Zero(m_offers.Devices());
        for (uint32_t k = 0; k < m_offers.Devices(); ++k)
        {
            if (const double d = m_missing(k); d > 0)
            {
                const double pull = 2 * m_offers.servedWeight * left + d * m_price(k) +
                                    m_rho * d * (m_slack(k) + m_share(k));
                served(k) = std::clamp(pull / (m_rho * d * d), 0.0, 1.0);
            }
        }
        return served;
    };
    double below = 0;
    double above = m_offers.unserved;
    for (int i = 0; i < 60; ++i) // left + sum y(left) grows with left: halve
    {
        const double left = (below + above) / 2;
        (left + servedAt(left).sum() > m_offers.unserved ? above : below) = left;
    }
    m_served = servedAt(above);
}

void
LinkGroupAdmm::SolveSlack()
{
    m_slack = (m_missing * m_served - m_share - m_price / m_rho).min(0.0);
}

LinkGroupChoices
LinkGroupAdmm::Round() const
{
    LinkGroupChoices plan(m_offers.Slots());
    const LinkGroupChoice idle;
    for (uint32_t t = 0; t < m_offers.Slots(); ++t)
    {
        double most = 0;
        for (const auto& [choice, weight] : m_columns[t])
        {
            if (choice.offers == idle.offers)
            {
                continue;
            }
            if (weight > most + TIE || (weight > most - TIE && choice.offers < plan[t].offers))
            {
                most = std::max(most, weight);
                plan[t] = choice;
            }
        }
    }
    return plan;
}

double
LinkGroupAdmm::RelaxedValue() const
{
    double left = m_offers.unserved;
    double sum = 0;
    for (uint32_t k = 0; k < m_offers.Devices(); ++k)
    {
        sum += m_offers.GapTerm(k, m_bits(k));
        if (m_missing(k) > 0)
        {
            left -= std::min(1.0, m_share(k) / m_missing(k));
        }
    }
    return sum + m_offers.servedWeight * left * left;
}

const std::vector<std::vector<LinkGroupAdmm::Column>>&
LinkGroupAdmm::Columns() const
{
    return m_columns;
}

const Eigen::ArrayXd&
LinkGroupAdmm::Served() const
{
    return m_served;
}

const Eigen::ArrayXd&
LinkGroupAdmm::Slack() const
{
    return m_slack;
}

const Eigen::ArrayXd&
LinkGroupAdmm::Prices() const
{
    return m_price;
}

double
LinkGroupAdmm::Rho() const
{
    return m_rho;
}

double
LinkGroupAdmm::Residual() const
{
    return (m_slack - m_missing * m_served + m_share).abs().maxCoeff();
}

double
LinkGroupAdmm::SlotGap(uint32_t slot) const
{
    return m_gaps[slot];
}

} // namespace sterna
} // namespace ns3
