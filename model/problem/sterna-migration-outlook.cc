/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-outlook.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr double IMPOSSIBLE = -std::numeric_limits<double>::infinity();

} // namespace

MigrationOutlook::MigrationOutlook(const MigrationProblem& problem,
                                   MigrationShares::Rule rule,
                                   std::shared_ptr<const MigrationPlan> plan,
                                   uint32_t horizon)
    : m_problem(problem),
      m_crowds(problem, rule, plan),
      m_plan(std::move(plan)),
      m_horizon(horizon)
{
}

void
MigrationOutlook::Begin(const MigrationState& state)
{
    m_slot = state.slot;
    m_steps = std::min(m_horizon, m_plan->Slots() - m_slot);
    m_crowds.Forget(m_slot);
    const uint32_t satellites = m_plan->Satellites();
    m_members.assign(std::size_t(m_steps) * satellites, m_crowds.Nobody());
    m_load = Eigen::ArrayXXd::Zero(satellites, m_steps);
    m_places = Eigen::MatrixXi::Constant(m_problem.Users(), m_steps, -1);
    for (uint32_t u = 0; u < m_problem.Users(); ++u)
    {
        const int host = state.host(u);
        for (uint32_t k = 0; host >= 0 && k < m_steps; ++k)
        {
            const auto& slot = m_plan->Slot(m_slot + k);
            if (!slot.IsActive(u) || !slot.IsVisible(host, u))
            {
                break;
            }
            Set(k, u, host);
        }
    }
}

void
MigrationOutlook::Set(uint32_t step, uint32_t user, int satellite)
{
    const auto& slot = m_plan->Slot(m_slot + step);
    const double margin = m_problem.RequiredMargin(user);
    const auto flip = [&](int at, double sign) {
        if (at >= 0)
        {
            MigrationCrowds::Flip(m_members[step * m_plan->Satellites() + at], user);
            m_load(at, step) += sign * m_problem.Share(slot, at, user, margin);
        }
    };
    flip(m_places(user, step), -1);
    flip(satellite, 1);
    m_places(user, step) = satellite;
}

void
MigrationOutlook::Consider(const MigrationState& state, uint32_t user)
{
    const auto satellites = Eigen::Index(m_plan->Satellites());
    const double cost = m_problem.MigrationCost(user);
    m_user = user;
    m_gain = Eigen::ArrayXXd::Constant(satellites, m_steps, IMPOSSIBLE);
    m_next = Eigen::ArrayXXi::Constant(satellites + 1, m_steps, -1);
    Eigen::ArrayXd after = Eigen::ArrayXd::Zero(satellites + 1); // worth by host; last: nowhere
    for (uint32_t k = m_steps; k-- > 0;)
    {
        Set(k, user, -1);
        const auto& slot = m_plan->Slot(m_slot + k);
        Eigen::ArrayXd worth = Eigen::ArrayXd::Constant(satellites, IMPOSSIBLE);
        for (uint32_t s = 0; slot.IsActive(user) && s < satellites; ++s)
        {
            if (slot.IsVisible(s, user))
            {
                auto& members = m_members[k * satellites + s];
                const double alone = m_crowds.Utility(m_slot + k, s, members);
                MigrationCrowds::Flip(members, user);
                const double joined = m_crowds.Utility(m_slot + k, s, members);
                MigrationCrowds::Flip(members, user);
                // without the user there may be too many already: whoever waits stays expected
                m_gain(s, k) = joined > IMPOSSIBLE ? joined - alone : IMPOSSIBLE;
                worth(s) = m_gain(s, k) + after(s);
            }
        }
        Eigen::Index best = 0;
        const double most = worth.maxCoeff(&best);
        if (k == 0)
        {
            const int host = state.host(user);
            m_worth = worth;
            for (int s = 0; host >= 0 && s < satellites; ++s)
            {
                m_worth(s) -= s == host ? 0.0 : cost;
            }
        }
        for (Eigen::Index host = 0; host <= satellites; ++host)
        {
            const double moved = host < satellites ? most - cost : most;
            const double stays = host < satellites ? worth(host) : IMPOSSIBLE;
            const double nobody = slot.IsActive(user) ? after(host) : after(satellites);
            m_next(host, k) = -1;
            double value = nobody;
            if (stays > value)
            {
                value = stays;
                m_next(host, k) = int(host);
            }
            if (moved > value)
            {
                value = moved;
                m_next(host, k) = int(best);
            }
            after(host) = value;
        }
    }
}

void
MigrationOutlook::Follow(const MigrationState& state, int satellite)
{
    const int nowhere = int(m_plan->Satellites());
    int host = satellite;
    if (satellite >= 0)
    {
        Set(0, m_user, satellite);
    }
    else
    {
        const bool stays = state.host(m_user) >= 0 && m_plan->Slot(m_slot).IsActive(m_user);
        host = stays ? state.host(m_user) : nowhere;
    }
    for (uint32_t k = 1; k < m_steps; ++k)
    {
        const int next = m_next(host, k);
        Set(k, m_user, next);
        if (!m_plan->Slot(m_slot + k).IsActive(m_user))
        {
            host = nowhere;
        }
        else if (next >= 0)
        {
            host = next;
        }
    }
}

uint32_t
MigrationOutlook::Steps() const
{
    return m_steps;
}

bool
MigrationOutlook::IsOpen(uint32_t satellite) const
{
    return m_worth(satellite) > IMPOSSIBLE;
}

double
MigrationOutlook::Gain(uint32_t step, uint32_t satellite) const
{
    const double gain = m_gain(satellite, step);
    return gain > IMPOSSIBLE ? gain : 0.0;
}

double
MigrationOutlook::Worth(uint32_t satellite) const
{
    return m_worth(satellite);
}

int
MigrationOutlook::Best() const
{
    Eigen::Index best = 0;
    return m_worth.maxCoeff(&best) > IMPOSSIBLE ? int(best) : -1;
}

double
MigrationOutlook::Load(uint32_t step, uint32_t satellite) const
{
    return m_load(satellite, step);
}

uint32_t
MigrationOutlook::Users(uint32_t step, uint32_t satellite) const
{
    return MigrationCrowds::Count(m_members[step * m_plan->Satellites() + satellite]);
}

int
MigrationOutlook::Place(uint32_t step, uint32_t user) const
{
    return m_places(user, step);
}

} // namespace sterna
} // namespace ns3
