/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-rules.h"

#include <limits>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_OBJECT_ENSURE_REGISTERED(AssociationTurnDecider);
NS_OBJECT_ENSURE_REGISTERED(AssociationBestPair);
NS_OBJECT_ENSURE_REGISTERED(AssociationGreedy);
NS_OBJECT_ENSURE_REGISTERED(AssociationGreedyUtility);
NS_OBJECT_ENSURE_REGISTERED(AssociationRandom);

namespace
{

/// The pairs of station and channel that a satellite could take.
std::vector<AssociationGrant>
FreePairs(const AssociationProblem& problem,
          const AssociationState& state,
          const AssociationTable& table,
          uint32_t satellite)
{
    std::vector<AssociationGrant> pairs;
    const AssociationContact* first = nullptr;
    const AssociationContact* last = nullptr;
    state.Slice().Range(satellite, first, last);
    for (const auto* contact = first; contact != last; ++contact)
    {
        for (uint32_t channel = 0; channel < problem.System().channels; ++channel)
        {
            if (table.IsFree(contact->station, channel))
            {
                pairs.push_back({satellite, contact->station, channel});
            }
        }
    }
    return pairs;
}

} // namespace

TypeId
AssociationTurnDecider::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationTurnDecider")
                            .SetParent<AssociationDecider>()
                            .SetGroupName("Sterna");
    return tid;
}

AssociationDecision
AssociationTurnDecider::Decide(const AssociationProblem& problem, const AssociationState& state)
{
    AssociationTable table(problem, state);
    for (const uint32_t satellite : problem.Turns(state))
    {
        AssociationGrant grant{};
        if (Choose(problem, state, table, satellite, grant))
        {
            table.Add(grant);
        }
    }
    return table.Decision();
}

TypeId
AssociationBestPair::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationBestPair")
                            .SetParent<AssociationTurnDecider>()
                            .SetGroupName("Sterna");
    return tid;
}

bool
AssociationBestPair::Choose(const AssociationProblem& problem,
                            const AssociationState& state,
                            const AssociationTable& table,
                            uint32_t satellite,
                            AssociationGrant& grant)
{
    double best = AtLeast();
    bool found = false;
    for (const auto& pair : FreePairs(problem, state, table, satellite))
    {
        const auto& contact = *state.Slice().Find(satellite, pair.station);
        const double measure = Measure(table, contact, pair.channel);
        if (measure > best)
        {
            best = measure;
            grant = pair;
            found = true;
        }
    }
    return found;
}

TypeId
AssociationGreedy::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationGreedy")
                            .SetParent<AssociationBestPair>()
                            .SetGroupName("Sterna")
                            .AddConstructor<AssociationGreedy>();
    return tid;
}

double
AssociationGreedy::Measure(const AssociationTable& table,
                           const AssociationContact& contact,
                           uint32_t channel) const
{
    return table.Volume(contact, channel);
}

double
AssociationGreedy::AtLeast() const
{
    return -std::numeric_limits<double>::infinity();
}

TypeId
AssociationGreedyUtility::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationGreedyUtility")
                            .SetParent<AssociationBestPair>()
                            .SetGroupName("Sterna")
                            .AddConstructor<AssociationGreedyUtility>();
    return tid;
}

double
AssociationGreedyUtility::Measure(const AssociationTable& table,
                                  const AssociationContact& contact,
                                  uint32_t channel) const
{
    return table.UtilityGain(contact, channel);
}

double
AssociationGreedyUtility::AtLeast() const
{
    return 0;
}

TypeId
AssociationRandom::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationRandom")
                            .SetParent<AssociationTurnDecider>()
                            .SetGroupName("Sterna")
                            .AddConstructor<AssociationRandom>();
    return tid;
}

AssociationRandom::AssociationRandom()
    : m_random(CreateObject<UniformRandomVariable>())
{
}

int64_t
AssociationRandom::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1;
}

bool
AssociationRandom::Choose(const AssociationProblem& problem,
                          const AssociationState& state,
                          const AssociationTable& table,
                          uint32_t satellite,
                          AssociationGrant& grant)
{
    const auto pairs = FreePairs(problem, state, table, satellite);
    if (pairs.empty())
    {
        return false;
    }
    grant = pairs[m_random->GetInteger(0, pairs.size() - 1)];
    return true;
}

} // namespace sterna
} // namespace ns3
