/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-offer-decider.h"

#include "ns3/boolean.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/sterna-compat.h"
#include "ns3/sterna-error.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMigrationOfferDecider");

NS_OBJECT_ENSURE_REGISTERED(MigrationOfferDecider);

TypeId
MigrationOfferDecider::GetTypeId()
{
    using Rule = MigrationShares::Rule;
    static TypeId tid =
        TypeId("ns3::sterna::MigrationOfferDecider")
            .SetParent<MigrationDecider>()
            .SetGroupName("Sterna")
            .AddConstructor<MigrationOfferDecider>()
            .AddAttribute("Agent",
                          "The agent that decides.",
                          PointerValue(),
                          MakePointerAccessor(&MigrationOfferDecider::m_agent),
                          MakePointerChecker<Agent>())
            .AddAttribute("Shares",
                          "How the users of a satellite share it.",
                          EnumValue(Rule::NEED_FIRST),
                          EnumAccessor<Rule>(&MigrationOfferDecider::m_rule),
                          MakeEnumChecker(Rule::EQUAL,
                                          "Equal",
                                          Rule::PROPORTIONAL,
                                          "Proportional",
                                          Rule::NEED_FIRST,
                                          "NeedFirst",
                                          Rule::UTILITY,
                                          "Utility"))
            .AddAttribute("Horizon",
                          "Slots that users look ahead, the present one included.",
                          UintegerValue(12),
                          MakeUintegerAccessor(&MigrationOfferDecider::m_horizon),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Proposals",
                          "How often all users plan their paths before the first one chooses.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&MigrationOfferDecider::m_proposals),
                          MakeUintegerChecker<uint32_t>(0, 10))
            .AddAttribute("Guess",
                          "Whether users are told the worth of the best path from each satellite.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&MigrationOfferDecider::m_guess),
                          MakeBooleanChecker())
            .AddAttribute("Training",
                          "Whether the agent explores and learns.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&MigrationOfferDecider::m_training),
                          MakeBooleanChecker());
    return tid;
}

void
MigrationOfferDecider::Check(const MigrationProblem& problem)
{
    if (!m_agent)
    {
        throw InputError("MigrationOfferDecider has no agent; set its attribute Agent.");
    }
    m_encoder.emplace(problem, m_guess);
    AgentSpaces spaces;
    spaces.features = m_encoder->FeatureSize();
    spaces.blocks = problem.System().satellites;
    spaces.blockSize = MigrationOfferEncoder::OFFER;
    spaces.choices = problem.System().satellites;
    spaces.prior = m_guess;
    m_agent->Configure(spaces);
}

void
MigrationOfferDecider::BeginCycle(const MigrationProblem& problem, const MigrationState& state)
{
    if (!m_encoder)
    {
        Check(problem);
    }
    m_encoder.emplace(problem, m_guess); // problems of other episodes may be gone
    m_encoder->Begin(*state.plan);
    m_outlook.emplace(problem, m_rule, state.plan, m_horizon);
    m_turns.clear();
    m_trajectory.assign(problem.Users(), {});
}

std::vector<uint32_t>
MigrationOfferDecider::Turns(const MigrationState& state) const
{
    std::vector<uint32_t> users;
    for (uint32_t u = 0; u < state.plan->Users(); ++u)
    {
        if (state.Slot().IsActive(u))
        {
            users.push_back(u);
        }
    }
    std::stable_partition(users.begin(), users.end(), [&](uint32_t u) {
        return m_outlook->Place(0, u) < 0;
    });
    return users;
}

int
MigrationOfferDecider::TakeTurn(const MigrationState& state, uint32_t user)
{
    Turn turn{};
    turn.user = user;
    auto& mask = turn.observation.mask;
    m_encoder->Observe(state, *m_outlook, user, turn.observation.features, mask);
    if (!mask.any())
    {
        return -1;
    }
    turn.action =
        m_agent->Act(turn.observation, m_training ? Agent::Mode::EXPLORE : Agent::Mode::EXPLOIT);
    const int choice = turn.action.choice.size() == 1 ? turn.action.choice(0) : -1;
    if (choice < 0 || choice >= mask.cols() || !mask(0, choice))
    {
        NS_LOG_WARN("the agent chose " << choice << " for user " << user);
        return -1;
    }
    m_turns.push_back(std::move(turn));
    return choice;
}

MigrationDecision
MigrationOfferDecider::Decide(const MigrationProblem& problem, const MigrationState& state)
{
    m_turns.clear();
    EndTrajectories(state);
    m_outlook->Begin(state);
    for (uint32_t round = 0; round < m_proposals; ++round)
    {
        for (const uint32_t user : Turns(state))
        {
            m_outlook->Consider(state, user);
            m_outlook->Follow(state, m_outlook->Best());
        }
    }
    Eigen::VectorXi satellites = Eigen::VectorXi::Constant(problem.Users(), -1);
    for (const uint32_t user : Turns(state))
    {
        m_outlook->Consider(state, user);
        satellites(user) = TakeTurn(state, user);
        m_outlook->Follow(state, satellites(user));
    }
    m_state = state;
    m_decision = MigrationShares(problem, m_rule).Complete(state.Slot(), satellites);
    return m_decision;
}

double
MigrationOfferDecider::Harm(const MigrationProblem& problem,
                            const Eigen::ArrayXd& probabilities,
                            uint32_t user) const
{
    const auto& slot = m_state.Slot();
    const int satellite = m_decision.satellite(user);
    std::vector<uint32_t> others;
    double present = 0; // what they have beside the user
    for (uint32_t u = 0; u < problem.Users(); ++u)
    {
        if (u != user && m_decision.satellite(u) == satellite)
        {
            others.push_back(u);
            present += problem.Utility(slot, u, probabilities(u));
        }
    }
    return MigrationShares(problem, m_rule).Utility(slot, uint32_t(satellite), others) - present;
}

void
MigrationOfferDecider::Learn(const MigrationProblem& problem,
                             double,
                             const MigrationState& next,
                             bool last)
{
    if (!m_training)
    {
        return;
    }
    const auto probabilities = problem.TimelyProbabilities(m_state.Slot(), m_decision);
    for (auto& turn : m_turns)
    {
        double reward = next.utilities(turn.user) - Harm(problem, probabilities, turn.user);
        if (MigrationProblem::IsMigration(m_state, turn.user, turn.action.choice(0)))
        {
            reward -= problem.MigrationCost(turn.user);
        }
        turn.reward = float(reward / m_encoder->Reference());
        m_trajectory[turn.user].push_back(std::move(turn));
    }
    m_turns.clear();
    if (last)
    {
        for (const auto& trajectory : m_trajectory)
        {
            LearnFrom(trajectory);
        }
    }
}

void
MigrationOfferDecider::EndTrajectories(const MigrationState& state)
{
    for (uint32_t u = 0; u < m_trajectory.size(); ++u)
    {
        if (!state.Slot().IsActive(u) && !m_trajectory[u].empty())
        {
            m_trajectory[u].back().ends = true;
        }
    }
}

void
MigrationOfferDecider::LearnFrom(const std::vector<Turn>& trajectory)
{
    for (std::size_t k = 0; k < trajectory.size(); ++k)
    {
        const bool ends = trajectory[k].ends || k + 1 == trajectory.size();
        Transition transition;
        transition.observation = trajectory[k].observation;
        transition.action = trajectory[k].action;
        transition.reward = trajectory[k].reward;
        transition.terminated = ends;
        transition.next = trajectory[ends ? k : k + 1].observation;
        m_agent->Learn(transition);
    }
}

int64_t
MigrationOfferDecider::AssignStreams(int64_t stream)
{
    return m_agent ? m_agent->AssignStreams(stream) : 0;
}

Ptr<Agent>
MigrationOfferDecider::GetAgent() const
{
    return m_agent;
}

} // namespace sterna
} // namespace ns3
