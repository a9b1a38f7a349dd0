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
            if (satellites(u) == int(s))
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

std::vector<MigrationShares::Demand>
MigrationShares::Demands(const MigrationSlot& slot,
                         uint32_t satellite,
                         const std::vector<uint32_t>& users) const
{
    std::vector<Demand> demands;
    for (std::size_t k = 0; k < users.size(); ++k)
    {
        const uint32_t u = users[k];
        demands.push_back({k,
                           slot.arrivals(u),
                           m_problem.ServiceRate(slot, satellite, u, 1),
                           m_problem.Utility(slot, u, 1),
                           m_problem.System().users[u].deadline_s,
                           m_rule == NEED_FIRST ? m_problem.RequiredMargin(u) : 0.0});
    }
    return demands;
}

std::vector<double>
MigrationShares::Bandwidth(const MigrationSlot& slot,
                           uint32_t satellite,
                           const std::vector<uint32_t>& users) const
{
    const double whole = m_problem.System().maxBandwidth;
    std::vector<double> shares(users.size(), whole / double(users.size()));
    if (m_rule == PROPORTIONAL)
    {
        double sum = 0;
        for (std::size_t k = 0; k < users.size(); ++k)
        {
            shares[k] = slot.arrivals(users[k]) * m_problem.System().users[users[k]].packetBits;
            sum += shares[k];
        }
        for (auto& share : shares)
        {
            share *= whole / sum;
        }
    }
    else if (m_rule == NEED_FIRST)
    {
        ShareByNeed(Demands(slot, satellite, users), shares);
    }
    else if (m_rule == UTILITY)
    {
        ShareByUtility(Demands(slot, satellite, users), shares);
    }
    return shares;
}

double
MigrationShares::Utility(const MigrationSlot& slot,
                         uint32_t satellite,
                         const std::vector<uint32_t>& users) const
{
    const auto shares = Bandwidth(slot, satellite, users);
    double utility = 0;
    for (std::size_t k = 0; k < users.size(); ++k)
    {
        const double rate = m_problem.ServiceRate(slot, satellite, users[k], shares[k]);
        const double probability =
            m_problem.TimelyProbability(users[k], slot.arrivals(users[k]), rate);
        utility += m_problem.Utility(slot, users[k], probability);
    }
    return utility;
}

double
MigrationShares::Fill(const std::vector<Demand>& demands, std::vector<double>& shares) const
{
    std::vector<bool> atLeast(demands.size(), false);
    double logPrice = 0;
    const auto margin = [&](std::size_t k) {
        const auto& one = demands[k];
        return (std::log(one.worth * one.rate * one.deadline) - logPrice) / one.deadline;
    };
    for (bool again = true; again;)
    {
        // ln nu from the band that users above their least margins share
        double band = m_problem.System().maxBandwidth;
        double weighted = 0;
        double weight = 0;
        for (std::size_t k = 0; k < demands.size(); ++k)
        {
            const auto& one = demands[k];
            band -= (one.arrivals + (atLeast[k] ? one.least : 0.0)) / one.rate;
            if (!atLeast[k])
            {
                const double per = 1 / (one.rate * one.deadline);
                weighted += per * std::log(one.worth * one.rate * one.deadline);
                weight += per;
            }
        }
        again = false;
        logPrice = weight > 0 ? (weighted - band) / weight : 0.0;
        for (std::size_t k = 0; k < demands.size(); ++k)
        {
            if (!atLeast[k] && margin(k) < demands[k].least)
            {
                atLeast[k] = true; // it stays so: the price only rises
                again = true;
            }
        }
    }
    double utility = 0;
    for (std::size_t k = 0; k < demands.size(); ++k)
    {
        const auto& one = demands[k];
        const double x = atLeast[k] ? one.least : margin(k);
        shares[one.index] = (one.arrivals + x) / one.rate;
        utility += one.worth * -std::expm1(-x * one.deadline);
    }
    return utility;
}

void
MigrationShares::ShareByNeed(std::vector<Demand> demands, std::vector<double>& shares) const
{
    const auto need = [](const Demand& one) { return (one.arrivals + one.least) / one.rate; };
    std::stable_sort(demands.begin(), demands.end(), [&](const Demand& a, const Demand& b) {
        return need(a) < need(b);
    });
    std::fill(shares.begin(), shares.end(), 0.0);
    double left = m_problem.System().maxBandwidth;
    std::size_t met = 0;
    while (met < demands.size() && need(demands[met]) <= left)
    {
        left -= need(demands[met++]);
    }
    const bool overloaded = met < demands.size();
    if (overloaded)
    {
        demands.resize(met + 1);
        demands.back().least = 0;
        if (demands.back().arrivals / demands.back().rate < left)
        {
            auto with = shares;
            const double all = Fill(demands, with);
            demands.pop_back();
            if (all > Fill(demands, shares))
            {
                shares = std::move(with);
            }
            return;
        }
        demands.pop_back();
    }
    Fill(demands, shares);
}

void
MigrationShares::ShareByUtility(std::vector<Demand> demands, std::vector<double>& shares) const
{
    const auto load = [](const std::vector<Demand>& some) {
        double sum = 0;
        for (const auto& one : some)
        {
            sum += one.arrivals / one.rate;
        }
        return sum;
    };
    // Of an overloaded satellite's users, those bring least per band that are left out first.
    std::stable_sort(demands.begin(), demands.end(), [](const Demand& a, const Demand& b) {
        return a.worth * a.rate / a.arrivals > b.worth * b.rate / b.arrivals;
    });
    const std::vector<double> nothing(shares.size(), 0.0);
    shares = nothing;
    while (load(demands) >= m_problem.System().maxBandwidth)
    {
        demands.pop_back();
    }
    double best = Fill(demands, shares);
    for (bool better = true; better && demands.size() > 1;)
    {
        better = false;
        for (std::size_t k = 0; k < demands.size() && !better; ++k)
        {
            auto fewer = demands;
            fewer.erase(fewer.begin() + std::ptrdiff_t(k));
            auto trial = nothing;
            const double utility = Fill(fewer, trial);
            if (utility > best)
            {
                best = utility;
                demands = std::move(fewer);
                shares = std::move(trial);
                better = true;
            }
        }
    }
}

} // namespace sterna
} // namespace ns3
