/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-agent-decider.h"

#include "ns3/boolean.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/sterna-compat.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAssociationAgentDecider");

NS_OBJECT_ENSURE_REGISTERED(AssociationAgentDecider);

namespace
{

/// Where NextTurn keeps the one turn that waits: it waits for whoever comes next.
constexpr uint32_t ANYBODY = 0;

} // namespace

TypeId
AssociationAgentDecider::GetTypeId()
{
    using Features = AssociationEncoder::Features;
    static TypeId tid =
        TypeId("ns3::sterna::AssociationAgentDecider")
            .SetParent<AssociationDecider>()
            .SetGroupName("Sterna")
            .AddConstructor<AssociationAgentDecider>()
            .AddAttribute("Agent",
                          "The agent that decides.",
                          PointerValue(),
                          MakePointerAccessor(&AssociationAgentDecider::m_agent),
                          MakePointerChecker<Agent>())
            .AddAttribute("Features",
                          "What the agent sees: Paper (156 numbers) or Offers.",
                          EnumValue(Features::OFFERS),
                          EnumAccessor<Features>(&AssociationAgentDecider::m_features),
                          MakeEnumChecker(Features::PAPER, "Paper", Features::OFFERS, "Offers"))
            .AddAttribute("Prior",
                          "With Offers: whether agents learn what to add to the utility at hand.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&AssociationAgentDecider::m_prior),
                          MakeBooleanChecker())
            .AddAttribute(
                "Next",
                "The next state: SameSatellite, one slice later, or NextTurn.",
                EnumValue(Next::SAME_SATELLITE),
                EnumAccessor<Next>(&AssociationAgentDecider::m_next),
                MakeEnumChecker(Next::SAME_SATELLITE, "SameSatellite", Next::NEXT_TURN, "NextTurn"))
            .AddAttribute("Reward",
                          "A grant's Own utility, or Difference: less what it cost others.",
                          EnumValue(Reward::DIFFERENCE),
                          EnumAccessor<Reward>(&AssociationAgentDecider::m_reward),
                          MakeEnumChecker(Reward::OWN, "Own", Reward::DIFFERENCE, "Difference"))
            .AddAttribute("Turns",
                          "The order in which satellites choose: Index or LargestOffer first.",
                          EnumValue(AssociationSystem::LARGEST_OFFER),
                          EnumAccessor<AssociationSystem::Turns>(&AssociationAgentDecider::m_order),
                          MakeEnumChecker(AssociationSystem::INDEX,
                                          "Index",
                                          AssociationSystem::LARGEST_OFFER,
                                          "LargestOffer"))
            .AddAttribute("IdleTurns",
                          "Whether satellites that see no station take turns, too.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&AssociationAgentDecider::m_idleTurns),
                          MakeBooleanChecker())
            .AddAttribute("Training",
                          "Whether the agent explores and learns.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&AssociationAgentDecider::m_training),
                          MakeBooleanChecker());
    return tid;
}

void
AssociationAgentDecider::Check(const AssociationProblem& problem)
{
    if (!m_agent)
    {
        throw InputError("AssociationAgentDecider has no agent; set its attribute Agent.");
    }
    m_encoder.emplace(m_features);
    AgentSpaces spaces;
    spaces.features = m_encoder->FeatureSize(problem);
    spaces.blocks = m_encoder->Blocks(problem);
    spaces.blockSize = m_encoder->BlockSize();
    spaces.choices = AssociationEncoder::Choices(problem);
    spaces.prior = m_prior && spaces.blocks > 0;
    m_agent->Configure(spaces);
}

void
AssociationAgentDecider::BeginCycle(const AssociationProblem& problem,
                                    const AssociationState& state)
{
    if (!m_encoder)
    {
        Check(problem);
    }
    m_outlook = AssociationOutlook(problem, *state.plan);
    m_open.clear();
    m_turns.clear();
}

std::vector<uint32_t>
AssociationAgentDecider::Choosers(const AssociationProblem& problem,
                                  const AssociationState& state) const
{
    if (!m_idleTurns)
    {
        return problem.Turns(state, m_order);
    }
    std::vector<uint32_t> everybody(problem.System().satellites);
    std::iota(everybody.begin(), everybody.end(), 0);
    return everybody;
}

AssociationDecision
AssociationAgentDecider::Decide(const AssociationProblem& problem, const AssociationState& state)
{
    AssociationTable table(problem, state);
    std::vector<uint32_t> waiting = Choosers(problem, state);
    std::reverse(waiting.begin(), waiting.end()); // the next is the last, and leaves
    m_turns.clear();
    while (!waiting.empty())
    {
        Turn turn{};
        turn.satellite = waiting.back();
        waiting.pop_back();
        auto& observation = turn.observation;
        m_encoder->Observe(problem,
                           state,
                           table,
                           m_outlook,
                           turn.satellite,
                           waiting,
                           observation.features,
                           observation.mask);
        Follow(turn);
        turn.action =
            m_agent->Act(observation, m_training ? Agent::Mode::EXPLORE : Agent::Mode::EXPLOIT);
        Take(problem, turn, table);
        m_turns.push_back(std::move(turn));
    }
    if (m_next == Next::SAME_SATELLITE)
    {
        Finish(); // who does not choose again has nothing more to come
    }
    m_state = state;
    return table.Decision();
}

void
AssociationAgentDecider::Take(const AssociationProblem& problem,
                              const Turn& turn,
                              AssociationTable& table) const
{
    const int choice = turn.action.choice.size() == 1 ? turn.action.choice(0) : -1;
    const auto& mask = turn.observation.mask;
    if (choice < 0 || choice >= mask.cols() || !mask(0, choice))
    {
        NS_LOG_WARN("the agent chose " << choice << " for satellite " << turn.satellite);
        return; // the virtual station: nobody is ever put on a channel that is taken
    }
    AssociationGrant grant{};
    if (AssociationEncoder::Decode(problem, turn.satellite, choice, grant))
    {
        table.Add(grant);
    }
}

void
AssociationAgentDecider::Follow(const Turn& turn)
{
    const auto open = m_open.find(m_next == Next::NEXT_TURN ? ANYBODY : turn.satellite);
    if (open != m_open.end())
    {
        LearnFrom(open->second, &turn.observation);
        m_open.erase(open);
    }
}

void
AssociationAgentDecider::LearnFrom(const Turn& turn, const Observation* next)
{
    if (turn.action.choice.size() != 1 || turn.action.choice(0) < 0)
    {
        return;
    }
    if (!m_training)
    {
        m_agent->Watch(turn.observation, turn.action, turn.reward);
        return;
    }
    Transition transition;
    transition.observation = turn.observation;
    transition.action = turn.action;
    transition.reward = turn.reward;
    transition.terminated = next == nullptr;
    transition.next = next ? *next : turn.observation;
    m_agent->Learn(transition);
}

void
AssociationAgentDecider::Finish()
{
    for (const auto& [satellite, turn] : m_open)
    {
        LearnFrom(turn, nullptr);
    }
    m_open.clear();
}

void
AssociationAgentDecider::Settle(const AssociationProblem& problem, const AssociationState& next)
{
    const auto& system = problem.System();
    const double scale =
        system.unit / (system.dataWeight * AssociationEncoder::ReferenceVolume(problem));
    AssociationTable table(problem, m_state, AssociationTable::Knowledge::ACTUAL);
    for (const auto& grant : next.grants)
    {
        table.Add(grant);
    }
    for (std::size_t g = 0; g < next.grants.size(); ++g)
    {
        const auto& grant = next.grants[g];
        double reward = next.utilities[g];
        if (m_reward == Reward::DIFFERENCE)
        {
            table.Remove(grant.satellite);
            const auto& contact = *m_state.Slice().Find(grant.satellite, grant.station);
            reward -= table.UtilityLoss(contact, grant.channel);
            table.Add(grant);
        }
        const auto turn = std::find_if(m_turns.begin(), m_turns.end(), [&](const Turn& one) {
            return one.satellite == grant.satellite;
        });
        if (turn != m_turns.end())
        {
            turn->reward = float(reward * scale);
        }
    }
}

void
AssociationAgentDecider::Learn(const AssociationProblem& problem,
                               double,
                               const AssociationState& next,
                               bool last)
{
    Settle(problem, next);
    for (std::size_t k = 0; k < m_turns.size(); ++k)
    {
        if (m_next == Next::SAME_SATELLITE)
        {
            m_open[m_turns[k].satellite] = std::move(m_turns[k]);
        }
        else if (k + 1 < m_turns.size())
        {
            LearnFrom(m_turns[k], &m_turns[k + 1].observation);
        }
        else
        {
            m_open[ANYBODY] = std::move(m_turns[k]);
        }
    }
    m_turns.clear();
    if (last)
    {
        Finish();
    }
}

int64_t
AssociationAgentDecider::AssignStreams(int64_t stream)
{
    return m_agent ? m_agent->AssignStreams(stream) : 0;
}

Ptr<Agent>
AssociationAgentDecider::GetAgent() const
{
    return m_agent;
}

} // namespace sterna
} // namespace ns3
