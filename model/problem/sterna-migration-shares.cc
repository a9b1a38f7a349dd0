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

/// Looks for the set of users whom a satellite should serve for the sake of utility.
class MigrationShares::Selection
{
  public:
    Selection(const MigrationShares& shares, Demands& demands)
        : m_shares(shares),
          m_demands(demands),
          m_order(Pointers(demands)),
          m_whole(shares.m_problem.System().maxBandwidth)
    {
    }

    /// Leaves the best shares in the demands.
    void Run()
    {
        const double logPrice = BestPrice(Begin());
        // Who is worth more than the price of a share should be in, and others out. No set is worth
        // more than this ideal one, which may not fit, less what others are worth that differ.
        double bound = std::exp(logPrice) * m_whole;
        std::vector<Candidate> candidates;
        for (auto* one : m_order)
        {
            candidates.push_back({one, one->Surplus(logPrice)});
            bound += std::max(0.0, candidates.back().surplus);
        }
        if (bound > m_best * (1 + 1e-12))
        {
            std::stable_sort(candidates.begin(), candidates.end(), [](auto& a, auto& b) {
                return std::abs(a.surplus) > std::abs(b.surplus);
            });
            m_set.clear();
            Visit(candidates, 0, bound, 0);
            Fill(m_bestSet);
        }
    }

  private:
    struct Candidate
    {
        Demand* demand;
        double surplus;
    };

    static constexpr uint32_t EFFORT = 5000; //!< sets to try, more than twelve users have

    /// Serves whoever fits, those that bring most per band first. \return ln nu
    double Begin()
    {
        m_order.erase(std::remove_if(m_order.begin(),
                                     m_order.end(),
                                     [&](const Demand* one) {
                                         return one->worth <= 0 || one->Share(0) >= m_whole;
                                     }),
                      m_order.end());
        const auto density = [](const Demand* one) {
            return one->worth * one->rate / one->arrivals;
        };
        std::stable_sort(m_order.begin(), m_order.end(), [&](const Demand* a, const Demand* b) {
            return density(a) > density(b);
        });
        double load = 0;
        for (auto* one : m_order)
        {
            if (load + one->Share(0) < m_whole)
            {
                load += one->Share(0);
                m_set.push_back(one);
            }
        }
        const double logPrice = Fill(m_set);
        m_best = TotalUtility(m_demands);
        m_bestSet = m_set;
        return logPrice;
    }

    /**
     * The price of the band that gives the least bound: there, those who are worth it would just
     * use it up. If the users chosen at first are those, their price is it.
     */
    double BestPrice(double logPrice) const
    {
        const auto excess = [&](double at) {
            double band = -m_whole;
            for (const auto* one : m_order)
            {
                band += one->Surplus(at) > 0 ? one->Share((one->logWorth - at) / one->deadline) : 0;
            }
            return band;
        };
        if (std::abs(excess(logPrice)) < 1e-9)
        {
            return logPrice;
        }
        double low = logPrice - 8;
        double high = logPrice + 8;
        for (uint32_t i = 0; i < 16; ++i)
        {
            const double middle = (low + high) / 2;
            (excess(middle) > 0 ? low : high) = middle;
        }
        return high;
    }

    /// \param bound that no set which begins like this one exceeds
    void Visit(const std::vector<Candidate>& candidates,
               std::size_t next,
               double bound,
               double load)
    {
        if (bound <= m_best * (1 + 1e-12) || m_effort >= EFFORT)
        {
            return;
        }
        if (next == candidates.size())
        {
            ++m_effort;
            Fill(m_set);
            const double utility = TotalUtility(m_demands);
            if (utility > m_best)
            {
                m_best = utility;
                m_bestSet = m_set;
            }
            return;
        }
        const auto& one = candidates[next];
        const bool ideal = one.surplus > 0;
        for (const bool in : {ideal, !ideal})
        {
            const double most = in == ideal ? bound : bound - std::abs(one.surplus);
            if (!in)
            {
                Visit(candidates, next + 1, most, load);
            }
            else if (load + one.demand->Share(0) < m_whole)
            {
                m_set.push_back(one.demand);
                Visit(candidates, next + 1, most, load + one.demand->Share(0));
                m_set.pop_back();
            }
        }
    }

    /// Shares the band among these only. \return ln nu
    double Fill(const std::vector<Demand*>& set)
    {
        for (auto* one : m_order)
        {
            one->share = 0;
        }
        return m_shares.Fill(set);
    }

    const MigrationShares& m_shares;
    Demands& m_demands;
    std::vector<Demand*> m_order; //!< who might be served
    double m_whole;
    double m_best{0};
    std::vector<Demand*> m_bestSet;
    std::vector<Demand*> m_set;
    uint32_t m_effort{0};
};

void
MigrationShares::ShareByUtility(Demands& demands) const
{
    Selection(*this, demands).Run();
}

} // namespace sterna
} // namespace ns3
