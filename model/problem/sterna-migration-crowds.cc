/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-crowds.h"

#include <bitset>
#include <limits>
#include <utility>

namespace ns3
{
namespace sterna
{

namespace
{

/// Minima that fill the compute exactly fit, as in MigrationProblem::Project().
constexpr double ROUNDING = 1e-9;

} // namespace

MigrationCrowds::MigrationCrowds(const MigrationProblem& problem,
                                 MigrationShares::Rule rule,
                                 std::shared_ptr<const MigrationPlan> plan)
    : m_problem(problem),
      m_shares(problem, rule),
      m_plan(std::move(plan)),
      m_utilities(std::size_t(m_plan->Slots()) * m_plan->Satellites())
{
}

MigrationCrowds::Crowd
MigrationCrowds::Nobody() const
{
    return Crowd((m_problem.Users() + 7) / 8, '\0');
}

bool
MigrationCrowds::Has(const Crowd& crowd, uint32_t user)
{
    return (crowd[user / 8] >> (user % 8)) & 1;
}

void
MigrationCrowds::Flip(Crowd& crowd, uint32_t user)
{
    crowd[user / 8] = char(crowd[user / 8] ^ (1 << (user % 8)));
}

uint32_t
MigrationCrowds::Count(const Crowd& crowd)
{
    uint32_t count = 0;
    for (const char byte : crowd)
    {
        count += uint32_t(std::bitset<8>(static_cast<unsigned char>(byte)).count());
    }
    return count;
}

double
MigrationCrowds::Utility(uint32_t slot, uint32_t satellite, const Crowd& crowd)
{
    auto& known = m_utilities[std::size_t(slot) * m_plan->Satellites() + satellite];
    const auto found = known.find(crowd);
    if (found != known.end())
    {
        return found->second;
    }
    const double utility = WorkOut(slot, satellite, crowd);
    known.emplace(crowd, utility);
    return utility;
}

double
MigrationCrowds::WorkOut(uint32_t slot, uint32_t satellite, const Crowd& crowd) const
{
    const auto& system = m_problem.System();
    std::vector<uint32_t> users;
    double compute = 0;
    for (uint32_t u = 0; u < m_problem.Users(); ++u)
    {
        if (Has(crowd, u))
        {
            users.push_back(u);
            compute += system.users[u].minCompute;
        }
    }
    if (users.size() > system.beams || compute > system.maxCompute + ROUNDING)
    {
        return -std::numeric_limits<double>::infinity();
    }
    return m_shares.Utility(m_plan->Slot(slot), satellite, users);
}

void
MigrationCrowds::Forget(uint32_t slot)
{
    for (std::size_t k = 0; k < std::size_t(slot) * m_plan->Satellites(); ++k)
    {
        m_utilities[k] = {};
    }
}

} // namespace sterna
} // namespace ns3
