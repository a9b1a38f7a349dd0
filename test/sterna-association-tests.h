/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_TESTS_H
#define STERNA_ASSOCIATION_TESTS_H

#include "sterna-draws.h"
#include "sterna-expectations.h"

#include "ns3/sterna-association-table.h"
#include "ns3/sterna-error.h"
#include "ns3/test.h"

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * What the suites of satellite association share: systems with round numbers, and random problems.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

/// 1 bit/s/Hz over a whole slice of MakeAssociationSystem() (bit).
constexpr double ASSOCIATION_UNIT = 1e8;

using AssociationTestCase = ExpectationTestCase;

/// Slices of 100 s, channels of 1 MHz, Shannon's rates: a whole slice at an SNR of 1 is one unit.
inline AssociationSystem
MakeAssociationSystem(uint32_t satellites, uint32_t channels, const std::vector<double>& units)
{
    AssociationSystem system;
    system.satellites = satellites;
    system.channels = channels;
    for (const double capacity : units)
    {
        system.capacity.push_back(std::round(capacity * ASSOCIATION_UNIT));
    }
    system.stock = 100 * ASSOCIATION_UNIT;
    system.bandwidth = 1e6;
    system.sliceDuration = 100;
    system.unit = ASSOCIATION_UNIT;
    system.storageCost = 10;
    system.reserve = 0.1 * ASSOCIATION_UNIT;
    system.spectralEfficiency = [](double sinr) { return std::log2(1 + sinr); };
    return system;
}

/// A contact that carries bits from beginning to end, and is known exactly.
inline AssociationContact
MakeContact(uint32_t satellite, uint32_t station, double snr, double start = 0, double end = 100)
{
    return {satellite, station, start, end - start, end - start, snr, snr};
}

/// A state at the start of a plan.
inline AssociationState
BeginPlan(const AssociationProblem& problem, std::vector<std::vector<AssociationContact>> slices)
{
    AssociationPlan plan;
    for (auto& contacts : slices)
    {
        plan.emplace_back(std::move(contacts));
    }
    return problem.Begin(std::make_shared<const AssociationPlan>(std::move(plan)));
}

/// How random problems are drawn.
struct AssociationDraw
{
    uint32_t satellites{4};
    uint32_t stations{2};
    uint32_t channels{2};
    uint32_t slices{2};
    double isolation{1};
    double mostCapacity{12}; //!< units
    double mostStock{8};     //!< units
    double mostCost{12};     //!< kappa
    double share{0.8};       //!< of pairs that see each other
};

inline std::vector<AssociationContact>
DrawContacts(Draws& draws, const AssociationDraw& draw)
{
    std::vector<AssociationContact> contacts;
    for (uint32_t i = 0; i < draw.satellites; ++i)
    {
        for (uint32_t j = 1; j <= draw.stations; ++j)
        {
            const double start = std::max(0.0, draws.Uniform(-40, 60));
            const double end = std::min(100.0, draws.Uniform(start + 5, 150));
            auto contact = MakeContact(i, j, std::exp(draws.Uniform(-1, 4)), start, end);
            contact.estimatedSnr *= draws.Uniform(0.7, 1.3);
            contact.airtime_s -= draws.Uniform(0.001, 0.01);
            if (draws.Uniform(0, 1) < draw.share)
            {
                contacts.push_back(contact);
            }
        }
    }
    return contacts;
}

/// A problem and where it begins.
struct AssociationInstance
{
    AssociationProblem problem;
    AssociationState state;
};

inline AssociationInstance
DrawAssociation(Draws& draws, const AssociationDraw& draw)
{
    std::vector<double> capacity;
    for (uint32_t j = 0; j < draw.stations; ++j)
    {
        capacity.push_back(draws.Uniform(0.5, draw.mostCapacity));
    }
    auto system = MakeAssociationSystem(draw.satellites, draw.channels, capacity);
    system.isolation = draw.isolation;
    system.stock = std::round(draws.Uniform(0.5, draw.mostStock) * ASSOCIATION_UNIT);
    system.storageCost = draws.Uniform(0, draw.mostCost);
    std::vector<std::vector<AssociationContact>> slices;
    for (uint32_t t = 0; t < draw.slices; ++t)
    {
        slices.push_back(DrawContacts(draws, draw));
    }
    AssociationProblem problem(std::move(system));
    auto state = BeginPlan(problem, std::move(slices));
    return {std::move(problem), std::move(state)};
}

/// The same satellites and stations in various sizes, with and without interference.
inline AssociationDraw
DrawSizes(Draws& draws)
{
    AssociationDraw draw;
    draw.satellites = draws.Integer(1, 7);
    draw.stations = draws.Integer(1, 3);
    draw.channels = draws.Integer(1, 3);
    draw.isolation = std::vector<double>{0, 0.1, 1}[draws.Integer(0, 2)];
    return draw;
}

/// Grants some of the satellites something, at random.
inline void
DrawGrants(Draws& draws, const AssociationState& state, uint32_t channels, AssociationTable& table)
{
    for (const uint32_t satellite : state.Slice().Satellites())
    {
        const AssociationContact* first = nullptr;
        const AssociationContact* last = nullptr;
        state.Slice().Range(satellite, first, last);
        const auto& contact = first[draws.Integer(0, last - first - 1)];
        const uint32_t channel = draws.Integer(0, channels - 1);
        if (draws.Uniform(0, 1) < 0.7 && table.IsFree(contact.station, channel))
        {
            table.Add({satellite, contact.station, channel});
        }
    }
}

/// Whether a decision gives a channel to two satellites, or a satellite two grants.
inline bool
HasConflict(const AssociationDecision& decision)
{
    for (std::size_t a = 0; a < decision.size(); ++a)
    {
        for (std::size_t b = 0; b < a; ++b)
        {
            const bool place = decision[a].station == decision[b].station &&
                               decision[a].channel == decision[b].channel;
            if (place || decision[a].satellite == decision[b].satellite)
            {
                return true;
            }
        }
    }
    return false;
}

/// Cases of the suite sterna-association on what is delivered and booked.
std::vector<TestCase*> MakeAssociationSettleTests();
/// Cases of the suite sterna-association on what agents see.
std::vector<TestCase*> MakeAssociationEncoderTests();
/// Cases of the suite sterna-association-scheduler on contacts.
std::vector<TestCase*> MakeAssociationContactTests();
/// Cases of the suite sterna-association-scheduler on agents.
std::vector<TestCase*> MakeAssociationLearningTests();

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_TESTS_H */
