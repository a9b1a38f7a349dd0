/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-loads.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace sterna
{

namespace
{

/// Sums of shares are rounded: what fills a satellite exactly fits.
constexpr double ROUNDING = 1e-9;

} // namespace

MigrationLoads::MigrationLoads(const MigrationProblem& problem, const MigrationSlot& slot)
    : m_problem(problem),
      m_need(slot.efficiency.rows(), slot.efficiency.cols()),
      m_room(Eigen::ArrayXd::Constant(m_need.rows(), problem.System().maxBandwidth)),
      m_compute(Eigen::ArrayXd::Constant(m_need.rows(), problem.System().maxCompute)),
      m_satellites(Eigen::VectorXi::Constant(m_need.cols(), -1)),
      m_inSight(m_need.cols()),
      m_served(m_need.rows())
{
    for (uint32_t u = 0; u < m_inSight.size(); ++u)
    {
        for (uint32_t s = 0; s < m_served.size(); ++s)
        {
            if (slot.IsVisible(s, u))
            {
                m_inSight[u].push_back(s);
                m_need(s, u) = problem.Share(slot, s, u, problem.RequiredMargin(u));
            }
        }
    }
}

double
MigrationLoads::Need(uint32_t satellite, uint32_t user) const
{
    return m_need(satellite, user);
}

const std::vector<uint32_t>&
MigrationLoads::InSight(uint32_t user) const
{
    return m_inSight[user];
}

double
MigrationLoads::Room(uint32_t satellite) const
{
    return m_room(satellite);
}

bool
MigrationLoads::IsOverloaded(uint32_t satellite) const
{
    return Room(satellite) < -2 * ROUNDING; // never where all users fitted when they came
}

bool
MigrationLoads::HasBeam(uint32_t satellite, uint32_t user) const
{
    return m_served[satellite].size() < m_problem.System().beams &&
           m_compute(satellite) + ROUNDING >= m_problem.System().users[user].minCompute;
}

bool
MigrationLoads::Fits(uint32_t satellite, uint32_t user) const
{
    return HasBeam(satellite, user) && Room(satellite) + ROUNDING >= Need(satellite, user);
}

void
MigrationLoads::Place(uint32_t user, uint32_t satellite)
{
    m_satellites(user) = int(satellite);
    m_served[satellite].push_back(user);
    m_room(satellite) -= Need(satellite, user);
    m_compute(satellite) -= m_problem.System().users[user].minCompute;
}

void
MigrationLoads::Remove(uint32_t user)
{
    const uint32_t satellite = m_satellites(user);
    auto& served = m_served[satellite];
    served.erase(std::find(served.begin(), served.end(), user));
    m_satellites(user) = -1;
    m_room(satellite) += Need(satellite, user);
    m_compute(satellite) += m_problem.System().users[user].minCompute;
}

const std::vector<uint32_t>&
MigrationLoads::Served(uint32_t satellite) const
{
    return m_served[satellite];
}

const Eigen::VectorXi&
MigrationLoads::Satellites() const
{
    return m_satellites;
}

bool
MigrationLoads::PlaceRoomiest(uint32_t user)
{
    double most = -INFINITY;
    int choice = -1;
    for (const uint32_t s : InSight(user))
    {
        if (HasBeam(s, user) && Room(s) - Need(s, user) > most)
        {
            most = Room(s) - Need(s, user);
            choice = int(s);
        }
    }
    if (choice >= 0)
    {
        Place(user, choice);
    }
    return choice >= 0;
}

void
MigrationLoads::SortByChoices(std::vector<uint32_t>& users) const
{
    const auto rank = [this](uint32_t u) {
        double least = INFINITY;
        for (const uint32_t s : InSight(u))
        {
            least = std::min(least, Need(s, u));
        }
        return std::make_pair(InSight(u).size(), -least);
    };
    std::stable_sort(users.begin(), users.end(), [&](uint32_t a, uint32_t b) {
        return rank(a) < rank(b);
    });
}

} // namespace sterna
} // namespace ns3
