/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-problem.h"

#include "sterna-association-table.h"

#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace ns3
{
namespace sterna
{

namespace
{

void
CheckPositive(double value, const char* what)
{
    if (!(value > 0) || !std::isfinite(value))
    {
        throw InputError(Sentence("The ", what, " is ", value, "; it must be positive."));
    }
}

void
CheckNotNegative(double value, const char* what)
{
    if (!(value >= 0) || !std::isfinite(value))
    {
        throw InputError(Sentence("The ", what, " is ", value, "; it must not be negative."));
    }
}

void
Check(const AssociationSystem& system)
{
    CheckPositive(system.satellites, "number of satellites");
    CheckPositive(system.channels, "number of channels");
    CheckPositive(system.capacity.size(), "number of stations");
    CheckPositive(system.bandwidth, "bandwidth of a channel in Hz");
    CheckPositive(system.sliceDuration, "duration of a slice in s");
    CheckPositive(system.unit, "unit of data in bit");
    CheckNotNegative(system.stock, "stock of a satellite in bit");
    CheckPositive(system.reserve, "reserve of a station in bit"); // a full one would cost infinity
    CheckPositive(system.dataWeight, "weight of the data");
    CheckNotNegative(system.costWeight, "weight of the cost");
    CheckNotNegative(system.storageCost, "storage cost");
    CheckNotNegative(system.isolation, "share of interference that antennas let in");
    if (system.isolation > 1)
    {
        throw InputError(Sentence("The share of interference that antennas let in is ",
                                  system.isolation,
                                  "; it must not be above 1."));
    }
    for (const double capacity : system.capacity)
    {
        if (!(capacity > system.reserve))
        {
            throw InputError(Sentence("A station's capacity is ",
                                      capacity,
                                      " bit; it must be above the reserve of ",
                                      system.reserve,
                                      " bit."));
        }
    }
    if (!system.spectralEfficiency)
    {
        throw InputError("The system has no rate model; set its spectralEfficiency.");
    }
}

} // namespace

bool
AssociationGrant::operator==(const AssociationGrant& other) const
{
    return satellite == other.satellite && station == other.station && channel == other.channel;
}

const AssociationSlice&
AssociationState::Slice() const
{
    return plan->at(slice);
}

AssociationProblem::AssociationProblem(AssociationSystem system)
    : m_system(std::move(system))
{
    Check(m_system);
}

const AssociationSystem&
AssociationProblem::System() const
{
    return m_system;
}

uint32_t
AssociationProblem::Stations() const
{
    return m_system.capacity.size();
}

AssociationState
AssociationProblem::Begin(std::shared_ptr<const AssociationPlan> plan) const
{
    State state;
    state.capacity = Eigen::Map<const Eigen::ArrayXd>(m_system.capacity.data(), Stations());
    state.stock = Eigen::ArrayXd::Constant(m_system.satellites, m_system.stock);
    state.plan = std::move(plan);
    return state;
}

std::string
AssociationProblem::Refusal(const State& state, const Decision& decision) const
{
    std::set<uint32_t> satellites;
    std::set<std::pair<uint32_t, uint32_t>> channels;
    for (const auto& grant : decision)
    {
        if (grant.channel >= m_system.channels)
        {
            return Sentence("Channel ",
                            grant.channel,
                            " is none of the ",
                            m_system.channels,
                            " that a station has.");
        }
        if (!state.Slice().Find(grant.satellite, grant.station))
        {
            return Sentence("Satellite ",
                            grant.satellite,
                            " does not see station ",
                            grant.station,
                            " in slice ",
                            state.slice,
                            ".");
        }
        if (!satellites.insert(grant.satellite).second)
        {
            return Sentence("Satellite ", grant.satellite, " has two grants in one slice.");
        }
        if (!channels.emplace(grant.station, grant.channel).second)
        {
            return Sentence("Two satellites are on channel ",
                            grant.channel,
                            " of station ",
                            grant.station,
                            ".");
        }
    }
    return "";
}

std::vector<uint32_t>
AssociationProblem::Turns(const State& state) const
{
    return Turns(state, m_system.turns);
}

std::vector<uint32_t>
AssociationProblem::Turns(const State& state, AssociationSystem::Turns order) const
{
    std::vector<uint32_t> turns = state.Slice().Satellites();
    if (order == AssociationSystem::Turns::INDEX)
    {
        return turns;
    }
    const AssociationTable table(*this, state);
    Eigen::ArrayXd offers = Eigen::ArrayXd::Zero(m_system.satellites);
    for (const auto& contact : state.Slice().Contacts())
    {
        double& offer = offers(contact.satellite);
        offer = std::max(offer, table.CleanVolume(contact));
    }
    std::stable_sort(turns.begin(), turns.end(), [&](uint32_t a, uint32_t b) {
        return offers(a) > offers(b);
    });
    return turns;
}

double
AssociationProblem::Utility(double capacity, double volume) const
{
    return m_system.dataWeight * volume / m_system.unit +
           m_system.costWeight * m_system.storageCost * std::log1p(-volume / capacity);
}

double
AssociationProblem::Room(const State& state, uint32_t station) const
{
    return std::max(state.capacity(station - 1) - m_system.reserve, 0.0);
}

double
AssociationProblem::Rate(double sinr) const
{
    return m_system.bandwidth * m_system.spectralEfficiency(sinr);
}

double
AssociationProblem::Offer(const AssociationContact& contact, double rate)
{
    return rate * contact.airtime_s;
}

double
AssociationProblem::Account(State& state,
                            const Decision& decision,
                            const std::vector<double>& volumes) const
{
    state.grants = decision;
    state.volumes = volumes;
    state.utilities.assign(decision.size(), 0.0);
    double total = 0;
    for (std::size_t g = 0; g < decision.size(); ++g)
    {
        double& capacity = state.capacity(decision[g].station - 1);
        state.utilities[g] = Utility(capacity, volumes[g]);
        total += state.utilities[g];
        capacity -= volumes[g];
        state.stock(decision[g].satellite) -= volumes[g];
    }
    ++state.slice;
    return total;
}

} // namespace sterna
} // namespace ns3
