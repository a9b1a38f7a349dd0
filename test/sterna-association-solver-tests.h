/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_SOLVER_TESTS_H
#define STERNA_ASSOCIATION_SOLVER_TESTS_H

#include "sterna-link-group-tests.h"

#include "ns3/sterna-association-problem.h"
#include "ns3/sterna-association-table.h"

#include <cmath>
#include <memory>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * What the suites sterna-association and sterna-association-solver share: random tiny problems, and
 * everything that can be decided in them.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

/// Bandwidth 10 MHz, units of 1 Gbit, Shannon's rate.
inline AssociationSystem
MakeAssociationSystem(uint32_t satellites, uint32_t channels, std::vector<double> capacity)
{
    AssociationSystem system;
    system.satellites = satellites;
    system.channels = channels;
    system.capacity = std::move(capacity);
    system.bandwidth = 10e6;
    system.unit = 1e9;
    system.stock = 1e12;
    system.reserve = 1e9;
    system.storageCost = 10;
    system.spectralEfficiency = [](double sinr) { return std::log2(1 + sinr); };
    return system;
}

/// A contact of the whole slice (100 s) whose SNR is known.
inline AssociationContact
MakeContact(uint32_t satellite, uint32_t station, double snr)
{
    return {satellite, station, 0, 100, 100, snr, snr};
}

/// Each pair meets with a probability of `density`, for a while, with an SNR of 0 to 20 dB.
inline AssociationSlice
DrawAssociationSlice(Draws& draws, uint32_t satellites, uint32_t stations, double density)
{
    std::vector<AssociationContact> contacts;
    for (uint32_t i = 0; i < satellites; ++i)
    {
        for (uint32_t j = 1; j <= stations; ++j)
        {
            if (draws.Uniform(0, 1) < density)
            {
                auto contact = MakeContact(i, j, std::pow(10.0, draws.Uniform(0, 2)));
                contact.start_s = draws.Uniform(0, 50);
                contact.duration_s = draws.Uniform(10, 50);
                contact.airtime_s = contact.duration_s;
                contacts.push_back(contact);
            }
        }
    }
    return AssociationSlice(contacts);
}

/// What a random problem may be short of.
struct AssociationShortage
{
    bool stock;     //!< a satellite holds less than it could offload
    bool room;      //!< a station fills up, at a low cost
    bool isolation; //!< antennas let interference in
};

inline AssociationSystem
DrawAssociationSystem(Draws& draws,
                      uint32_t satellites,
                      uint32_t stations,
                      uint32_t channels,
                      AssociationShortage shortage)
{
    std::vector<double> capacity;
    for (uint32_t j = 0; j < stations; ++j)
    {
        capacity.push_back(std::floor(draws.Uniform(2e9, shortage.room ? 4e9 : 20e9)));
    }
    auto system = MakeAssociationSystem(satellites, channels, capacity);
    system.stock = shortage.stock ? std::floor(draws.Uniform(0.5e9, 3e9)) : 1e12;
    system.storageCost = shortage.room ? draws.Uniform(0, 0.5) : draws.Uniform(0, 30);
    system.isolation = shortage.isolation ? draws.Uniform(0, 1) : 0;
    return system;
}

inline std::shared_ptr<const AssociationPlan>
DrawAssociationPlan(Draws& draws,
                    uint32_t satellites,
                    uint32_t stations,
                    uint32_t slices,
                    double density)
{
    AssociationPlan plan;
    for (uint32_t t = 0; t < slices; ++t)
    {
        plan.push_back(DrawAssociationSlice(draws, satellites, stations, density));
    }
    return std::make_shared<const AssociationPlan>(std::move(plan));
}

/// Every decision of a slice that breaks no rule, by trying all.
inline std::vector<AssociationDecision>
AllAssociations(const AssociationProblem& problem, const AssociationState& state)
{
    std::vector<AssociationDecision> all{{}};
    for (const uint32_t satellite : state.Slice().Satellites())
    {
        const auto shorter = all;
        for (const auto& decision : shorter)
        {
            for (uint32_t station = 1; station <= problem.Stations(); ++station)
            {
                for (uint32_t channel = 0; channel < problem.System().channels; ++channel)
                {
                    auto longer = decision;
                    longer.push_back({satellite, station, channel});
                    if (problem.Refusal(state, longer).empty())
                    {
                        all.push_back(longer);
                    }
                }
            }
        }
    }
    return all;
}

/// A decision on a table.
inline AssociationTable
TableOf(const AssociationProblem& problem,
        const AssociationState& state,
        const AssociationDecision& decision,
        AssociationTable::Knowledge knowledge = AssociationTable::Knowledge::ESTIMATED)
{
    AssociationTable table(problem, state, knowledge);
    for (const auto& grant : decision)
    {
        table.Add(grant);
    }
    return table;
}

/// Plays one slice as the air has it; returns its utility.
inline double
PlaySlice(const AssociationProblem& problem,
          AssociationState& state,
          const AssociationDecision& decision)
{
    const auto table = TableOf(problem, state, decision, AssociationTable::Knowledge::ACTUAL);
    return problem.Account(state, decision, table.Settle());
}

/// Plays a whole episode; returns its utility.
inline double
PlayEpisode(const AssociationProblem& problem, AssociationState& state, AssociationDecider& decider)
{
    decider.BeginCycle(problem, state);
    double total = 0;
    while (state.slice < state.plan->size())
    {
        total += PlaySlice(problem, state, decider.Decide(problem, state));
    }
    return total;
}

/// Cases of the suite sterna-association-solver on the calibrated scenario.
std::vector<TestCase*> MakeAssociationScenarioTests();

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_SOLVER_TESTS_H */
