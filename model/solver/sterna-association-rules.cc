/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-rules.h"

#include "ns3/log.h"

#include <vector>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAssociationRules");

NS_OBJECT_ENSURE_REGISTERED(AssociationTurnDecider);
NS_OBJECT_ENSURE_REGISTERED(AssociationRandom);
NS_OBJECT_ENSURE_REGISTERED(AssociationGreedy);
NS_OBJECT_ENSURE_REGISTERED(AssociationGreedyUtility);

namespace
{

/// Calls visit(contact, channel) for every free channel of every station that a satellite sees.
template <typename Visit>
void
ForEachOption(const AssociationProblem& problem,
              const AssociationState& state,
              const AssociationTable& table,
              uint32_t satellite,
              Visit visit)
{
    const AssociationContact* first;
    const AssociationContact* last;
    state.Slice().Range(satellite, first, last);
    for (const auto* contact = first; contact != last; ++contact)
    {
        for (uint32_t channel = 0; channel < problem.System().channels; ++channel)
        {
            if (table.IsFree(contact->station, channel))
            {
                visit(*contact, channel);
            }
        }
    }
}

/**
 * The option with the largest value, the first of equals.
 *
 * \param least an option is taken only if its value is larger
 * \return whether there is one
 */
template <typename Value>
bool
ChooseLargest(const AssociationProblem& problem,
              const AssociationState& state,
              const AssociationTable& table,
              uint32_t satellite,
              double least,
              Value value,
              AssociationGrant& grant)
{
    bool found = false;
    ForEachOption(problem, state, table, satellite, [&](const auto& contact, uint32_t channel) {
        const double worth = value(contact, channel);
        if (worth > least)
        {
            least = worth;
            grant = {satellite, contact.station, channel};
            found = true;
        }
    });
    return found;
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
    NS_LOG_LOGIC("slice " << state.slice << " grants " << table.Decision().size());
    return table.Decision();
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
    std::vector<AssociationGrant> options;
    ForEachOption(problem, state, table, satellite, [&](const auto& contact, uint32_t channel) {
        options.push_back({satellite, contact.station, channel});
    });
    if (options.empty())
    {
        return false;
    }
    grant = options[m_random->GetInteger(0, options.size() - 1)];
    return true;
}

TypeId
AssociationGreedy::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationGreedy")
                            .SetParent<AssociationTurnDecider>()
                            .SetGroupName("Sterna")
                            .AddConstructor<AssociationGreedy>();
    return tid;
}

bool
AssociationGreedy::Choose(const AssociationProblem& problem,
                          const AssociationState& state,
                          const AssociationTable& table,
                          uint32_t satellite,
                          AssociationGrant& grant)
{
    // Without data to offload a channel would be blocked, and disturbed, for nothing.
    const auto volume = [&](const auto& contact, uint32_t channel) {
        return table.Volume(contact, channel);
    };
    return ChooseLargest(problem, state, table, satellite, 0.0, volume, grant);
}

TypeId
AssociationGreedyUtility::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationGreedyUtility")
                            .SetParent<AssociationTurnDecider>()
                            .SetGroupName("Sterna")
                            .AddConstructor<AssociationGreedyUtility>();
    return tid;
}

bool
AssociationGreedyUtility::Choose(const AssociationProblem& problem,
                                 const AssociationState& state,
                                 const AssociationTable& table,
                                 uint32_t satellite,
                                 AssociationGrant& grant)
{
    const auto gain = [&](const auto& contact, uint32_t channel) {
        return table.UtilityGain(contact, channel);
    };
    return ChooseLargest(problem, state, table, satellite, 0.0, gain, grant);
}

} // namespace sterna
} // namespace ns3
