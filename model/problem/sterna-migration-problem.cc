/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-problem.h"

#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ns3
{
namespace sterna
{

namespace
{

/// Sums of shares may exceed their limit by this much, which rounding explains. Devices, which add
/// in another order, take twice as much for a rounding.
constexpr double ROUNDING = 0.5e-9;

void
CheckPositive(const char* name, double value)
{
    if (!(value > 0) || std::isinf(value))
    {
        throw InputError(Sentence(name, " is ", value, "; it must be above 0 and finite."));
    }
}

void
CheckNotNegative(const char* name, double value)
{
    if (!(value >= 0) || std::isinf(value))
    {
        throw InputError(Sentence(name, " is ", value, "; it must be 0 or more and finite."));
    }
}

/**
 * Reduces shares in proportion, so that they sum up to a limit at most.
 *
 * \return whether they had to be
 */
bool
Shrink(std::vector<double>& shares, double limit)
{
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (sum <= limit + ROUNDING)
    {
        return false;
    }
    // As parts of the largest one: sums of the largest numbers that there are would be infinite.
    const double largest = *std::max_element(shares.begin(), shares.end());
    double parts = 0;
    for (auto& share : shares)
    {
        share /= largest;
        parts += share;
    }
    for (auto& share : shares)
    {
        share *= limit / parts;
    }
    return true;
}

} // namespace

const MigrationSlot&
MigrationState::Slot() const
{
    return plan->Slot(slot);
}

MigrationProblem::MigrationProblem(MigrationSystem system)
    : m_system(std::move(system))
{
    CheckPositive("The number of users", double(m_system.users.size()));
    CheckPositive("The number of satellites", m_system.satellites);
    CheckPositive("The number of beams", m_system.beams);
    CheckPositive("The bandwidth (Hz)", m_system.bandwidth);
    CheckPositive("The largest sum of bandwidth shares", m_system.maxBandwidth);
    CheckPositive("The largest sum of compute shares", m_system.maxCompute);
    CheckPositive("The length of a slot (s)", m_system.slotDuration);
    CheckNotNegative("The weight of migration costs", m_system.penalty);
    if (!(m_system.requiredProbability > 0 && m_system.requiredProbability < 1))
    {
        throw InputError(Sentence("The required probability is ",
                                  m_system.requiredProbability,
                                  "; it must be above 0 and below 1."));
    }
    for (const auto& user : m_system.users)
    {
        CheckPositive("The mean size of a packet (bit)", user.packetBits);
        CheckPositive("The deadline of a packet (s)", user.deadline_s);
        CheckNotNegative("The compute share that a service needs", user.minCompute);
        CheckNotNegative("The cost of a migration", user.migrationCost);
        CheckNotNegative("The utility of a Mbit", user.utilityPerMbit);
    }
}

const MigrationSystem&
MigrationProblem::System() const
{
    return m_system;
}

uint32_t
MigrationProblem::Users() const
{
    return m_system.users.size();
}

MigrationProblem::State
MigrationProblem::Begin(std::shared_ptr<const MigrationPlan> plan) const
{
    if (plan->Satellites() != m_system.satellites || plan->Users() != Users())
    {
        throw InputError(Sentence("The plan is for ",
                                  plan->Satellites(),
                                  " satellites and ",
                                  plan->Users(),
                                  " users, the system has ",
                                  m_system.satellites,
                                  " and ",
                                  Users(),
                                  "; they must be equal."));
    }
    State state;
    state.host = Eigen::VectorXi::Constant(Users(), -1);
    state.utilities = Eigen::ArrayXd::Zero(Users());
    state.plan = std::move(plan);
    return state;
}

MigrationProblem::Decision
MigrationProblem::Nobody() const
{
    return {Eigen::VectorXi::Constant(Users(), -1),
            Eigen::ArrayXd::Zero(Users()),
            Eigen::ArrayXd::Zero(Users())};
}

double
MigrationProblem::ServiceRate(const MigrationSlot& slot,
                              uint32_t satellite,
                              uint32_t user,
                              double bandwidth) const
{
    return bandwidth * m_system.bandwidth * slot.efficiency(satellite, user) /
           m_system.users[user].packetBits;
}

double
MigrationProblem::TimelyProbability(uint32_t user, double arrivals, double serviceRate) const
{
    const double margin = serviceRate - arrivals;
    return margin > 0 ? -std::expm1(-margin * m_system.users[user].deadline_s) : 0.0;
}

double
MigrationProblem::Share(const MigrationSlot& slot,
                        uint32_t satellite,
                        uint32_t user,
                        double margin) const
{
    return (slot.arrivals(user) + margin) / ServiceRate(slot, satellite, user, 1);
}

double
MigrationProblem::RequiredMargin(uint32_t user) const
{
    return -std::log1p(-m_system.requiredProbability) / m_system.users[user].deadline_s;
}

double
MigrationProblem::Utility(const MigrationSlot& slot, uint32_t user, double probability) const
{
    const auto& one = m_system.users[user];
    return one.utilityPerMbit * slot.arrivals(user) * m_system.slotDuration * one.packetBits *
           probability / 1e6;
}

double
MigrationProblem::MigrationCost(uint32_t user) const
{
    return m_system.penalty * m_system.users[user].migrationCost;
}

bool
MigrationProblem::IsMigration(const State& state, uint32_t user, int satellite)
{
    return satellite >= 0 && state.host(user) >= 0 && state.host(user) != satellite;
}

Eigen::ArrayXd
MigrationProblem::TimelyProbabilities(const MigrationSlot& slot, const Decision& decision) const
{
    Eigen::ArrayXd probabilities = Eigen::ArrayXd::Zero(Users());
    for (uint32_t u = 0; u < Users(); ++u)
    {
        if (decision.satellite(u) >= 0)
        {
            const double rate = ServiceRate(slot, decision.satellite(u), u, decision.bandwidth(u));
            probabilities(u) = TimelyProbability(u, slot.arrivals(u), rate);
        }
    }
    return probabilities;
}

std::string
MigrationProblem::Refusal(const State& state, const Decision& decision) const
{
    const auto users = Eigen::Index(Users());
    if (decision.satellite.size() != users || decision.bandwidth.size() != users ||
        decision.compute.size() != users)
    {
        return Sentence("The decision is for ", decision.satellite.size(), " users, not ", users);
    }
    Eigen::ArrayXd bandwidth = Eigen::ArrayXd::Zero(m_system.satellites);
    Eigen::ArrayXd compute = bandwidth;
    Eigen::ArrayXi beams = Eigen::ArrayXi::Zero(m_system.satellites);
    for (uint32_t u = 0; u < Users(); ++u)
    {
        const int s = decision.satellite(u);
        if (s == -1)
        {
            continue;
        }
        if (s < -1 || s >= int(m_system.satellites))
        {
            return Sentence("User ", u, " is given satellite ", s, ", which does not exist");
        }
        if (!state.Slot().IsActive(u) || !state.Slot().IsVisible(s, u))
        {
            return Sentence("User ", u, " has no demand or does not see satellite ", s);
        }
        if (!(decision.bandwidth(u) >= 0) ||
            !(decision.compute(u) >= m_system.users[u].minCompute - ROUNDING))
        {
            return Sentence("User ",
                            u,
                            " is given ",
                            decision.bandwidth(u),
                            " of the bandwidth and ",
                            decision.compute(u),
                            " of the compute");
        }
        ++beams(s);
        bandwidth(s) += decision.bandwidth(u);
        compute(s) += decision.compute(u);
    }
    for (uint32_t s = 0; s < m_system.satellites; ++s)
    {
        if (beams(s) > int(m_system.beams) || !(bandwidth(s) <= m_system.maxBandwidth + ROUNDING) ||
            !(compute(s) <= m_system.maxCompute + ROUNDING))
        {
            return Sentence("Satellite ",
                            s,
                            " is given ",
                            beams(s),
                            " users, ",
                            bandwidth(s),
                            " of its bandwidth and ",
                            compute(s),
                            " of its compute");
        }
    }
    return {};
}

MigrationProblem::Decision
MigrationProblem::Project(const State& state,
                          const Decision& wanted,
                          std::vector<MigrationChange>* changes) const
{
    const auto& slot = state.Slot();
    std::vector<MigrationChange> made;
    Decision decision = Nobody();
    std::vector<std::vector<uint32_t>> users(m_system.satellites);
    for (uint32_t u = 0; u < Users() && u < wanted.satellite.size(); ++u)
    {
        const int s = wanted.satellite(u);
        if (!slot.IsActive(u) || s == -1)
        {
            continue;
        }
        if (s < -1 || s >= int(m_system.satellites))
        {
            made.push_back({u, MigrationChange::NO_SATELLITE});
        }
        else if (!slot.IsVisible(s, u))
        {
            made.push_back({u, MigrationChange::OUT_OF_SIGHT});
        }
        else
        {
            users[s].push_back(u);
            decision.bandwidth(u) = u < wanted.bandwidth.size() ? wanted.bandwidth(u) : NAN;
            decision.compute(u) = u < wanted.compute.size() ? wanted.compute(u) : NAN;
        }
    }
    for (uint32_t s = 0; s < m_system.satellites; ++s)
    {
        const auto served = Admit(state, s, std::move(users[s]), decision, made);
        LimitShares(served, decision, made);
    }
    if (changes)
    {
        *changes = std::move(made);
    }
    return decision;
}

std::vector<uint32_t>
MigrationProblem::Admit(const State& state,
                        uint32_t satellite,
                        std::vector<uint32_t> users,
                        Decision& decision,
                        std::vector<MigrationChange>& changes) const
{
    const auto& slot = state.Slot();
    const auto rank = [&](uint32_t u) {
        return std::make_pair(state.host(u) != int(satellite),
                              Share(slot, satellite, u, RequiredMargin(u)));
    };
    std::stable_sort(users.begin(), users.end(), [&](uint32_t a, uint32_t b) {
        return rank(a) < rank(b);
    });
    std::vector<uint32_t> served;
    double minimum = 0; // compute that nobody can take from them
    for (const uint32_t u : users)
    {
        const double need = m_system.users[u].minCompute;
        const bool fits = minimum + need <= m_system.maxCompute + ROUNDING;
        if (served.size() >= m_system.beams || !fits)
        {
            changes.push_back(
                {u, fits ? MigrationChange::BEAMS : MigrationChange::COMPUTE_MINIMUM});
            decision.bandwidth(u) = 0;
            decision.compute(u) = 0;
            continue;
        }
        decision.satellite(u) = int(satellite);
        minimum += need;
        served.push_back(u);
    }
    return served;
}

void
MigrationProblem::LimitShares(const std::vector<uint32_t>& served,
                              Decision& decision,
                              std::vector<MigrationChange>& changes) const
{
    std::vector<double> bandwidth;
    std::vector<double> above; // compute beyond the minima
    double minimum = 0;
    for (const uint32_t u : served)
    {
        const double need = m_system.users[u].minCompute;
        minimum += need;
        const double b = decision.bandwidth(u);
        const double f = decision.compute(u);
        const bool isShare = b >= 0 && !std::isinf(b);
        const bool suffices = f >= need && !std::isinf(f);
        bandwidth.push_back(isShare ? b : 0.0);
        above.push_back(suffices ? f - need : 0.0);
        if (!isShare)
        {
            changes.push_back({u, MigrationChange::BANDWIDTH});
        }
        if (!suffices)
        {
            changes.push_back({u, MigrationChange::COMPUTE});
        }
    }
    const bool wide = Shrink(bandwidth, m_system.maxBandwidth);
    const bool busy = Shrink(above, std::max(0.0, m_system.maxCompute - minimum));
    for (std::size_t k = 0; k < served.size(); ++k)
    {
        const uint32_t u = served[k];
        decision.bandwidth(u) = bandwidth[k];
        decision.compute(u) = m_system.users[u].minCompute + above[k];
        if (wide)
        {
            changes.push_back({u, MigrationChange::BANDWIDTH});
        }
        if (busy)
        {
            changes.push_back({u, MigrationChange::COMPUTE});
        }
    }
}

double
MigrationProblem::Account(State& state,
                          const Decision& decision,
                          const Eigen::ArrayXd& timelyBits) const
{
    const auto& slot = state.Slot();
    double reward = 0;
    state.migrated.clear();
    for (uint32_t u = 0; u < Users(); ++u)
    {
        const int s = decision.satellite(u);
        state.utilities(u) = m_system.users[u].utilityPerMbit * timelyBits(u) / 1e6;
        reward += state.utilities(u);
        if (IsMigration(state, u, s))
        {
            reward -= MigrationCost(u);
            state.migrated.push_back(u);
        }
        if (!slot.IsActive(u))
        {
            state.host(u) = -1;
        }
        else if (s >= 0)
        {
            state.host(u) = s;
        }
    }
    ++state.slot;
    return reward;
}

Eigen::ArrayXd
MigrationProblem::ExpectedTimelyBits(const MigrationSlot& slot, const Decision& decision) const
{
    Eigen::ArrayXd bits = TimelyProbabilities(slot, decision) * slot.arrivals;
    for (uint32_t u = 0; u < Users(); ++u)
    {
        bits(u) *= m_system.slotDuration * m_system.users[u].packetBits;
    }
    return bits;
}

} // namespace sterna
} // namespace ns3
