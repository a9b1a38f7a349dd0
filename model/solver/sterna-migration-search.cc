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
      m_shares(problem, rule),
      m_plan(std::move(plan)),
      m_largestGroup(largestGroup),
      m_satellites(Eigen::MatrixXi::Constant(problem.Users(), m_plan->Slots(), -1)),
      m_nodes(m_plan->Slots() * m_plan->Satellites(), Node{Members(problem.Users(), false), {}})
{
    m_host = Eigen::VectorXi::Constant(problem.Users(), -1);
}

MigrationSearch::Node&
MigrationSearch::At(uint32_t slot, uint32_t satellite)
{
    return m_nodes[slot * m_plan->Satellites() + satellite];
}

double
MigrationSearch::Utility(uint32_t slot, uint32_t satellite)
{
    auto& node = At(slot, satellite);
    const auto found = node.utility.find(node.members);
    if (found != node.utility.end())
    {
        return found->second;
    }
    const auto& system = m_problem.System();
    std::vector<uint32_t> users;
    double compute = 0;
    for (uint32_t u = 0; u < m_problem.Users(); ++u)
    {
        if (node.members[u])
        {
            users.push_back(u);
            compute += system.users[u].minCompute;
        }
    }
    const bool possible = users.size() <= system.beams && compute <= system.maxCompute;
    const double utility =
        possible ? m_shares.Utility(m_plan->Slot(slot), satellite, users) : -INFINITY;
    return node.utility.emplace(node.members, utility).first->second;
}

void
MigrationSearch::Set(uint32_t slot, uint32_t user, int satellite)
{
    int& present = m_satellites(user, slot);
    if (present >= 0)
    {
        At(slot, present).members[user] = false;
    }
    if (satellite >= 0)
    {
        At(slot, satellite).members[user] = true;
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
        const auto put = [&](bool there) {
            for (std::size_t g = 0; g < group.size(); ++g)
            {
                if (option.satellites[g] >= 0)
                {
                    At(slot, option.satellites[g]).members[group[g]] = there;
                }
            }
        };
        put(true);
        for (auto s = option.satellites.begin(); s != option.satellites.end(); ++s)
        {
            const bool first = std::find(option.satellites.begin(), s, *s) == s;
            option.gain += *s >= 0 && first ? Utility(slot, *s) - without[*s] : 0.0;
        }
        put(false);
    }
    return options;
}

bool
MigrationSearch::ImproveGroup(const Group& group)
{
    // Where the group's services are is a number with a digit for each user: 0 for nowhere yet.
    const uint32_t base = m_plan->Satellites() + 1;
    std::vector<uint32_t> weights;
    uint32_t places = 1;
    uint32_t start = 0;
    for (const uint32_t u : group)
    {
        weights.push_back(places);
        start += places * uint32_t(m_host(u) + 1);
        places *= base;
    }

    struct Step
    {
        double worth{-INFINITY};
        uint32_t from{0};
        uint32_t option{0};
    };

    const uint32_t slots = m_last - m_first;
    std::vector<std::vector<Step>> steps(slots + 1, std::vector<Step>(places));
    std::vector<std::vector<Option>> options;
    steps[0][start].worth = 0;
    double present = 0;
    uint32_t presentPlace = start;
    std::vector<std::vector<int>> old;
    for (uint32_t n = 0; n < slots; ++n)
    {
        const uint32_t slot = m_first + n;
        old.emplace_back();
        for (const uint32_t u : group)
        {
            old[n].push_back(m_satellites(u, slot));
            Set(slot, u, -1);
        }
        options.push_back(Options(slot, group));
        bool passed = false;
        for (uint32_t place = 0; place < places; ++place)
        {
            const double so = steps[n][place].worth;
            if (std::isinf(so))
            {
                continue;
            }
            for (uint32_t o = 0; o < options[n].size(); ++o)
            {
                const auto& option = options[n][o];
                double gain = option.gain;
                uint32_t next = 0;
                for (std::size_t g = 0; g < group.size(); ++g)
                {
                    const int host = int(place / weights[g] % base) - 1;
                    const int s = option.satellites[g];
                    gain -= Moves(host, s) ? m_problem.MigrationCost(group[g]) : 0.0;
                    next += weights[g] * uint32_t(Next(slot, group[g], host, s) + 1);
                }
                auto& step = steps[n + 1][next];
                if (so + gain > step.worth)
                {
                    step = {so + gain, place, o};
                }
                if (!passed && place == presentPlace && option.satellites == old[n])
                {
                    present += gain;
                    presentPlace = next;
                    passed = true;
                }
            }
        }
    }
    uint32_t place = 0;
    for (uint32_t other = 1; other < places; ++other)
    {
        place = steps[slots][other].worth > steps[slots][place].worth ? other : place;
    }
    const bool better = steps[slots][place].worth > present + 1e-9 * (1 + std::abs(present));
    for (uint32_t n = slots; n-- > 0;)
    {
        const auto& step = steps[n + 1][place];
        const auto& choice = better ? options[n][step.option].satellites : old[n];
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
