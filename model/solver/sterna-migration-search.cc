/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-search.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace sterna
{

MigrationSearch::MigrationSearch(const MigrationProblem& problem,
                                 MigrationShares::Rule rule,
                                 std::shared_ptr<const MigrationPlan> plan,
                                 uint32_t largestGroup)
    : m_problem(problem),
      m_crowds(problem, rule, plan),
      m_plan(std::move(plan)),
      m_largestGroup(largestGroup),
      m_satellites(Eigen::MatrixXi::Constant(problem.Users(), m_plan->Slots(), -1)),
      m_members(m_plan->Slots() * m_plan->Satellites(), m_crowds.Nobody())
{
    m_host = Eigen::VectorXi::Constant(problem.Users(), -1);
}

MigrationCrowds::Crowd&
MigrationSearch::Members(uint32_t slot, uint32_t satellite)
{
    return m_members[slot * m_plan->Satellites() + satellite];
}

double
MigrationSearch::Utility(uint32_t slot, uint32_t satellite)
{
    return m_crowds.Utility(slot, satellite, Members(slot, satellite));
}

void
MigrationSearch::Set(uint32_t slot, uint32_t user, int satellite)
{
    int& present = m_satellites(user, slot);
    if (present >= 0)
    {
        MigrationCrowds::Flip(Members(slot, present), user);
    }
    if (satellite >= 0)
    {
        MigrationCrowds::Flip(Members(slot, satellite), user);
    }
    present = satellite;
}

Eigen::VectorXi
MigrationSearch::Satellites(uint32_t slot) const
{
    return m_satellites.col(slot);
}

void
MigrationSearch::Focus(const MigrationState& state, uint32_t slots)
{
    m_first = state.slot;
    m_last = std::min(m_first + std::min(slots, m_plan->Slots()), m_plan->Slots());
    m_host = state.host;
    m_competing = Eigen::ArrayXXi::Zero(m_problem.Users(), m_problem.Users());
    for (uint32_t n = m_first; n < m_last; ++n)
    {
        const auto& slot = m_plan->Slot(n);
        for (uint32_t s = 0; s < m_plan->Satellites(); ++s)
        {
            const Eigen::ArrayXi wants = (slot.efficiency.row(s).transpose() > 0).cast<int>() *
                                         (slot.arrivals > 0).cast<int>();
            m_competing += (wants.matrix() * wants.matrix().transpose()).array();
        }
    }
}

void
MigrationSearch::Choose(uint32_t slot, const Eigen::VectorXi& satellites)
{
    for (uint32_t u = 0; u < m_problem.Users(); ++u)
    {
        Set(slot, u, -1);
    }
    const auto& now = m_plan->Slot(slot);
    for (uint32_t u = 0; u < m_problem.Users(); ++u)
    {
        const int s = satellites(u);
        if (s < 0 || !now.IsActive(u) || !now.IsVisible(s, u))
        {
            continue;
        }
        Set(slot, u, s);
        if (std::isinf(Utility(slot, s)))
        {
            Set(slot, u, -1);
        }
    }
}

bool
MigrationSearch::Moves(int host, int satellite)
{
    return satellite >= 0 && host >= 0 && host != satellite;
}

int
MigrationSearch::Next(uint32_t slot, uint32_t user, int host, int satellite) const
{
    if (!m_plan->Slot(slot).IsActive(user))
    {
        return -1;
    }
    return satellite >= 0 ? satellite : host;
}

double
MigrationSearch::Worth()
{
    double worth = 0;
    Eigen::VectorXi host = m_host;
    for (uint32_t n = m_first; n < m_last; ++n)
    {
        for (uint32_t s = 0; s < m_plan->Satellites(); ++s)
        {
            worth += Utility(n, s);
        }
        for (uint32_t u = 0; u < m_problem.Users(); ++u)
        {
            const int s = m_satellites(u, n);
            worth -= Moves(host(u), s) ? m_problem.MigrationCost(u) : 0.0;
            host(u) = Next(n, u, host(u), s);
        }
    }
    return worth;
}

std::vector<MigrationSearch::Option>
MigrationSearch::Options(uint32_t slot, const Group& group)
{
    const auto& now = m_plan->Slot(slot);
    std::vector<Option> options{{{}, 0}};
    for (const uint32_t u : group)
    {
        std::vector<Option> longer;
        for (const auto& option : options)
        {
            for (int s = -1; s < int(m_plan->Satellites()); ++s)
            {
                if (s < 0 || (now.IsActive(u) && now.IsVisible(s, u)))
                {
                    longer.push_back(option);
                    longer.back().satellites.push_back(s);
                }
            }
        }
        options = std::move(longer);
    }
    std::vector<double> without(m_plan->Satellites());
    for (uint32_t s = 0; s < m_plan->Satellites(); ++s)
    {
        without[s] = Utility(slot, s);
    }
    for (auto& option : options)
    {
        const auto comeOrLeave = [&] {
            for (std::size_t g = 0; g < group.size(); ++g)
            {
                if (option.satellites[g] >= 0)
                {
                    MigrationCrowds::Flip(Members(slot, option.satellites[g]), group[g]);
                }
            }
        };
        comeOrLeave();
        for (auto s = option.satellites.begin(); s != option.satellites.end(); ++s)
        {
            const bool first = std::find(option.satellites.begin(), s, *s) == s;
            option.gain += *s >= 0 && first ? Utility(slot, *s) - without[*s] : 0.0;
        }
        comeOrLeave();
    }
    return options;
}

uint32_t
MigrationSearch::Place(const std::vector<int>& hosts) const
{
    uint32_t place = 0;
    for (const int host : hosts)
    {
        place = place * (m_plan->Satellites() + 1) + uint32_t(host + 1);
    }
    return place;
}

void
MigrationSearch::Advance(uint32_t slot,
                         const Group& group,
                         const std::vector<Option>& options,
                         const std::vector<Step>& before,
                         std::vector<Step>& after) const
{
    std::vector<int> hosts(group.size());
    std::vector<int> next(group.size());
    for (uint32_t place = 0; place < before.size(); ++place)
    {
        if (std::isinf(before[place].worth))
        {
            continue;
        }
        uint32_t digits = place;
        for (std::size_t g = group.size(); g-- > 0;)
        {
            hosts[g] = int(digits % (m_plan->Satellites() + 1)) - 1;
            digits /= m_plan->Satellites() + 1;
        }
        for (uint32_t o = 0; o < options.size(); ++o)
        {
            double worth = before[place].worth + options[o].gain;
            for (std::size_t g = 0; g < group.size(); ++g)
            {
                const int s = options[o].satellites[g];
                worth -= Moves(hosts[g], s) ? m_problem.MigrationCost(group[g]) : 0.0;
                next[g] = Next(slot, group[g], hosts[g], s);
            }
            auto& step = after[Place(next)];
            if (worth > step.worth)
            {
                step = {worth, place, o};
            }
        }
    }
}

double
MigrationSearch::PresentWorth(const Group& group, const Paths& paths) const
{
    double worth = 0;
    Eigen::VectorXi host = m_host;
    for (std::size_t n = 0; n < paths.present.size(); ++n)
    {
        const auto& satellites = paths.present[n];
        worth +=
            std::find_if(paths.options[n].begin(), paths.options[n].end(), [&](const auto& option) {
                return option.satellites == satellites;
            })->gain;
        for (std::size_t g = 0; g < group.size(); ++g)
        {
            int& at = host(group[g]);
            worth -= Moves(at, satellites[g]) ? m_problem.MigrationCost(group[g]) : 0.0;
            at = Next(m_first + n, group[g], at, satellites[g]);
        }
    }
    return worth;
}

bool
MigrationSearch::ImproveGroup(const Group& group)
{
    Paths paths;
    std::vector<int> hosts;
    uint32_t places = 1;
    for (const uint32_t u : group)
    {
        hosts.push_back(m_host(u));
        places *= m_plan->Satellites() + 1;
    }
    paths.steps.emplace_back(places);
    paths.steps[0][Place(hosts)].worth = 0;
    for (uint32_t slot = m_first; slot < m_last; ++slot)
    {
        paths.present.emplace_back();
        for (const uint32_t u : group)
        {
            paths.present.back().push_back(m_satellites(u, slot));
            Set(slot, u, -1);
        }
        paths.options.push_back(Options(slot, group));
        paths.steps.emplace_back(places);
        Advance(slot, group, paths.options.back(), *(paths.steps.end() - 2), paths.steps.back());
    }
    const auto best =
        std::max_element(paths.steps.back().begin(),
                         paths.steps.back().end(),
                         [](const Step& a, const Step& b) { return a.worth < b.worth; });
    const double present = PresentWorth(group, paths);
    const bool better = best->worth > present + 1e-9 * (1 + std::abs(present));
    uint32_t place = best - paths.steps.back().begin();
    for (uint32_t n = m_last - m_first; n-- > 0;)
    {
        const auto& step = paths.steps[n + 1][place];
        const auto& choice = better ? paths.options[n][step.option].satellites : paths.present[n];
        for (std::size_t g = 0; g < group.size(); ++g)
        {
            Set(m_first + n, group[g], choice[g]);
        }
        place = step.from;
    }
    return better;
}

bool
MigrationSearch::Competes(const Group& group) const
{
    return std::all_of(group.begin(), group.end(), [&](uint32_t a) {
        return std::any_of(group.begin(), group.end(), [&](uint32_t b) {
            return (a != b || group.size() == 1) && m_competing(a, b) > 0;
        });
    });
}

bool
MigrationSearch::ImproveGroups(uint32_t size, Group& group, uint32_t next)
{
    if (group.size() == size)
    {
        return Competes(group) && ImproveGroup(group);
    }
    bool better = false;
    for (uint32_t u = next; u < m_problem.Users(); ++u)
    {
        group.push_back(u);
        better |= ImproveGroups(size, group, u + 1);
        group.pop_back();
    }
    return better;
}

void
MigrationSearch::Improve()
{
    const uint32_t largest = std::min(m_largestGroup, m_problem.Users());
    for (uint32_t size = 1; size <= largest;)
    {
        Group group;
        size = ImproveGroups(size, group, 0) ? 1 : size + 1;
    }
}

} // namespace sterna
} // namespace ns3
