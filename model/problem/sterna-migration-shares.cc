/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-shares.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace sterna
{

namespace
{

/// Needs that fill the band exactly fit.
constexpr double ROUNDING = 1e-12;

} // namespace

MigrationShares::MigrationShares(const MigrationProblem& problem, Rule rule)
    : m_problem(problem),
      m_rule(rule)
{
}

MigrationDecision
MigrationShares::Complete(const MigrationSlot& slot, const Eigen::VectorXi& satellites) const
{
    const auto& system = m_problem.System();
    MigrationDecision decision = m_problem.Nobody();
    decision.satellite = satellites;
    for (uint32_t s = 0; s < system.satellites; ++s)
    {
        std::vector<uint32_t> users;
        double compute = system.maxCompute;
        for (uint32_t u = 0; u < m_problem.Users(); ++u)
        {
            if (satellites(u) == int(s) && slot.IsActive(u) && slot.IsVisible(s, u))
            {
                users.push_back(u);
                compute -= system.users[u].minCompute;
            }
        }
        const auto shares = Bandwidth(slot, s, users);
        for (std::size_t k = 0; k < users.size(); ++k)
        {
            decision.bandwidth(users[k]) = shares[k];
            decision.compute(users[k]) =
                system.users[users[k]].minCompute + std::max(0.0, compute) / double(users.size());
        }
    }
    return decision;
}

double
MigrationShares::Demand::Share(double margin) const
{
    return (arrivals + margin) / rate;
}

double
MigrationShares::Demand::Utility() const
{
    const double margin = share * rate - arrivals;
    return margin > 0 ? worth * -std::expm1(-margin * deadline) : 0.0;
}

double
MigrationShares::TotalUtility(const Demands& demands)
{
    double utility = 0;
    for (const auto& one : demands)
    {
        utility += one.Utility();
    }
    return utility;
}

std::vector<MigrationShares::Demand*>
MigrationShares::Pointers(Demands& demands)
{
    std::vector<Demand*> pointers;
    pointers.reserve(demands.size());
    for (auto& one : demands)
    {
        pointers.push_back(&one);
    }
    return pointers;
}

double
MigrationShares::Demand::Surplus(double logPrice) const
{
    const double margin = std::max(0.0, (logWorth - logPrice) / deadline);
    return worth * -std::expm1(-margin * deadline) - std::exp(logPrice) * Share(margin);
}

MigrationShares::Demands
MigrationShares::Solve(const MigrationSlot& slot,
                       uint32_t satellite,
                       const std::vector<uint32_t>& users) const
{
    const double whole = m_problem.System().maxBandwidth;
    Demands demands;
    demands.reserve(users.size());
    double sum = 0;
    for (const uint32_t u : users)
    {
        const auto& user = m_problem.System().users[u];
        const double rate = m_problem.ServiceRate(slot, satellite, u, 1);
        const double worth = m_problem.Utility(slot, u, 1);
        demands.push_back({slot.arrivals(u),
                           rate,
                           worth,
                           user.deadline_s,
                           m_rule == NEED_FIRST ? m_problem.RequiredMargin(u) : 0.0,
                           std::log(worth * rate * user.deadline_s),
                           0,
                           false});
        sum += slot.arrivals(u) * user.packetBits;
    }
    for (std::size_t k = 0; k < users.size(); ++k)
    {
        const double demand =
            slot.arrivals(users[k]) * m_problem.System().users[users[k]].packetBits;
        demands[k].share = m_rule == EQUAL          ? whole / double(users.size())
                           : m_rule == PROPORTIONAL ? whole * demand / sum
                                                    : 0.0;
    }
    if (m_rule == NEED_FIRST)
    {
        ShareByNeed(demands);
    }
    else if (m_rule == UTILITY)
    {
        ShareByUtility(demands);
    }
    return demands;
}

std::vector<double>
MigrationShares::Bandwidth(const MigrationSlot& slot,
                           uint32_t satellite,
                           const std::vector<uint32_t>& users) const
{
    std::vector<double> shares;
    for (const auto& demand : Solve(slot, satellite, users))
    {
        shares.push_back(demand.share);
    }
    return shares;
}

double
MigrationShares::Utility(const MigrationSlot& slot,
                         uint32_t satellite,
                         const std::vector<uint32_t>& users) const
{
    return TotalUtility(Solve(slot, satellite, users));
}

double
MigrationShares::Fill(const std::vector<Demand*>& some) const
{
    for (auto* one : some)
    {
        one->atLeast = one->worth <= 0;
    }
    double logPrice = -INFINITY;
    const auto margin = [&](const Demand& one) {
        return one.atLeast ? one.least : (one.logWorth - logPrice) / one.deadline;
    };
    for (bool again = true; again;)
    {
        // ln nu from the band that users above their least margins share
        double band = m_problem.System().maxBandwidth;
        double weighted = 0;
        double weight = 0;
        for (const auto* one : some)
        {
            band -= one->Share(one->atLeast ? one->least : 0);
            if (!one->atLeast)
            {
                const double per = 1 / (one->rate * one->deadline);
                weighted += per * one->logWorth;
                weight += per;
            }
        }
        again = false;
        logPrice = weight > 0 ? (weighted - band) / weight : logPrice;
        for (auto* one : some)
        {
            if (!one->atLeast && margin(*one) < one->least)
            {
                one->atLeast = true; // it stays so: the price only rises
                again = true;
            }
        }
    }
    for (auto* one : some)
    {
        one->share = one->Share(margin(*one));
    }
    return logPrice;
}

void
MigrationShares::ShareByNeed(Demands& demands) const
{
    const auto need = [](const Demand* one) { return one->Share(one->least); };
    auto order = Pointers(demands);
    std::stable_sort(order.begin(), order.end(), [&](const Demand* a, const Demand* b) {
        return need(a) < need(b);
    });
    double left = m_problem.System().maxBandwidth;
    std::size_t met = 0;
    while (met < order.size() && need(order[met]) <= left + ROUNDING)
    {
        left -= need(order[met++]);
    }
    auto* next = met < order.size() ? order[met] : nullptr;
    order.resize(met);
    Fill(order);
    if (next && next->Share(0) < left)
    {
        const double without = TotalUtility(demands);
        next->least = 0;
        order.push_back(next);
        Fill(order);
        if (TotalUtility(demands) <= without)
        {
            next->share = 0;
            order.pop_back();
            Fill(order);
        }
    }
}

void
MigrationShares::ShareByUtility(Demands& demands) const
{
    // Of an overloaded satellite's users, those bring least per band that are left out first.
    auto in = Pointers(demands);
    in.erase(
        std::remove_if(in.begin(), in.end(), [](const Demand* one) { return one->worth <= 0; }),
        in.end());
    const auto density = [](const Demand* one) { return one->worth * one->rate / one->arrivals; };
    std::stable_sort(in.begin(), in.end(), [&](const Demand* a, const Demand* b) {
        return density(a) > density(b);
    });
    const auto all = std::exchange(in, {});
    std::vector<Demand*> out;
    for (auto* one : all)
    {
        in.push_back(one);
        if (Load(in) >= m_problem.System().maxBandwidth)
        {
            in.pop_back();
            out.push_back(one);
        }
    }
    double logPrice = Fill(in);
    while (Exchange(demands, in, out, logPrice))
    {
    }
}

bool
MigrationShares::Exchange(Demands& demands,
                          std::vector<Demand*>& in,
                          std::vector<Demand*>& out,
                          double& logPrice) const
{
    // nu is the price of the band. By duality, other users bring more by at most what they are worth
    // beyond the price of their shares.
    const double before = TotalUtility(demands);
    const double least = 1e-12 * before;
    const auto surplus = [&](const Demand* one) { return one ? one->Surplus(logPrice) : 0.0; };
    for (std::size_t i = 0; i <= in.size(); ++i)
    {
        for (std::size_t o = 0; o <= out.size(); ++o)
        {
            Demand* leaves = i < in.size() ? in[i] : nullptr;
            Demand* comes = o < out.size() ? out[o] : nullptr;
            if (surplus(comes) - surplus(leaves) <= least)
            {
                continue;
            }
            auto trial = in;
            Replace(trial, leaves, comes);
            if (Load(trial) >= m_problem.System().maxBandwidth)
            {
                continue;
            }
            const double price = Fill(trial);
            if (leaves)
            {
                leaves->share = 0;
            }
            if (TotalUtility(demands) > before + least)
            {
                in = std::move(trial);
                Replace(out, comes, leaves);
                logPrice = price;
                return true;
            }
            if (comes)
            {
                comes->share = 0;
            }
            Fill(in);
        }
    }
    return false;
}

void
MigrationShares::Replace(std::vector<Demand*>& some, const Demand* leaves, Demand* comes)
{
    some.erase(std::remove(some.begin(), some.end(), leaves), some.end());
    if (comes)
    {
        some.push_back(comes);
    }
}

double
MigrationShares::Load(const std::vector<Demand*>& some)
{
    double load = 0;
    for (const auto* one : some)
    {
        load += one->Share(0);
    }
    return load;
}

} // namespace sterna
} // namespace ns3
