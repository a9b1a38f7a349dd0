/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-agent-decider.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/sterna-compat.h"
#include "ns3/sterna-error.h"
#include "ns3/uinteger.h"

#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMigrationAgentDecider");

NS_OBJECT_ENSURE_REGISTERED(MigrationAgentDecider);

TypeId
MigrationAgentDecider::GetTypeId()
{
    using Rule = MigrationShares::Rule;
    // Each Attribute has a checker of its own: ObjectFactory::Set() tells Attributes by theirs.
    static TypeId tid =
        TypeId("ns3::sterna::MigrationAgentDecider")
            .SetParent<MigrationDecider>()
            .SetGroupName("Sterna")
            .AddConstructor<MigrationAgentDecider>()
            .AddAttribute("Agent",
                          "The agent that decides.",
                          PointerValue(),
                          MakePointerAccessor(&MigrationAgentDecider::m_agent),
                          MakePointerChecker<Agent>())
            .AddAttribute("Resources",
                          "Whether the agent decides on bandwidth and compute, too.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&MigrationAgentDecider::m_resources),
                          MakeBooleanChecker())
            .AddAttribute("Shares",
                          "Without Resources: how the users of a satellite share it.",
                          EnumValue(Rule::EQUAL),
                          EnumAccessor<Rule>(&MigrationAgentDecider::m_rule),
                          MakeEnumChecker(Rule::EQUAL,
                                          "Equal",
                                          Rule::PROPORTIONAL,
                                          "Proportional",
                                          Rule::NEED_FIRST,
                                          "NeedFirst",
                                          Rule::UTILITY,
                                          "Utility"))
            .AddAttribute("Window",
                          "W, slots that the agent's graph spans.",
                          UintegerValue(3),
                          MakeUintegerAccessor(&MigrationAgentDecider::m_window),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Graph",
                          "Whether the agent is told who sees whom, or only the nodes' numbers.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&MigrationAgentDecider::m_graph),
                          MakeBooleanChecker())
            .AddAttribute("ViolationPenalty",
                          "What a change by the projection costs, times lambda_pen, in learning.",
                          DoubleValue(0),
                          MakeDoubleAccessor(&MigrationAgentDecider::m_violationPenalty),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("RewardPerUser",
                          "Whether the agent is told what each user earned by itself.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&MigrationAgentDecider::m_rewardPerUser),
                          MakeBooleanChecker())
            .AddAttribute("Training",
                          "Whether the agent explores and learns.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&MigrationAgentDecider::m_training),
                          MakeBooleanChecker());
    return tid;
}

void
MigrationAgentDecider::Check(const MigrationProblem& problem)
{
    if (!m_agent)
    {
        throw InputError("MigrationAgentDecider has no agent; set its attribute Agent.");
    }
    m_encoder.emplace(m_window);
    AgentSpaces spaces;
    spaces.features = m_encoder->FeatureSize(problem);
    spaces.actors = problem.Users();
    spaces.choices = problem.System().satellites;
    spaces.parameters = m_resources ? 2 : 0;
    if (m_graph)
    {
        spaces.window = m_window;
        spaces.blockSize = MigrationGraphEncoder::NODE;
        spaces.blocks = spaces.features / spaces.blockSize;
        spaces.embedding = MigrationGraphEncoder::PAIR;
    }
    m_agent->Configure(spaces);
}

void
MigrationAgentDecider::BeginCycle(const MigrationProblem& problem, const MigrationState& state)
{
    if (!m_encoder)
    {
        Check(problem);
    }
    m_encoder->Begin();
    m_open.reset();
    m_settled = false;
    double sum = 0;
    for (uint32_t n = 0; n < state.plan->Slots(); ++n)
    {
        for (uint32_t u = 0; u < state.plan->Users(); ++u)
        {
            sum += problem.Utility(state.plan->Slot(n), u, 1);
        }
    }
    m_reference = sum > 0 ? sum / state.plan->Slots() : 1.0;
}

Observation
MigrationAgentDecider::Observe(const MigrationProblem& problem, const MigrationState& state)
{
    Observation observation;
    m_encoder->Observe(problem,
                       state,
                       observation.features,
                       observation.choices,
                       observation.edges,
                       observation.mask);
    if (!m_graph)
    {
        observation.choices.resize(0, 0);
        observation.edges.resize(0, 0);
    }
    return observation;
}

MigrationDecision
MigrationAgentDecider::Decode(const MigrationProblem& problem,
                              const MigrationState& state,
                              const Action& action) const
{
    const auto& system = problem.System();
    const auto users = Eigen::Index(problem.Users());
    if (action.choice.size() != users ||
        (m_resources && (action.parameters.rows() != users || action.parameters.cols() != 2)))
    {
        NS_LOG_WARN("the agent's action is for " << action.choice.size() << " users");
        return problem.Nobody();
    }
    if (!m_resources)
    {
        return MigrationShares(problem, m_rule).Complete(state.Slot(), action.choice);
    }
    const Eigen::ArrayXXd shares = (action.parameters.cast<double>().array() + 1) / 2;
    return {action.choice, shares.col(0), shares.col(1) * system.maxCompute / system.beams};
}

MigrationDecision
MigrationAgentDecider::Decide(const MigrationProblem& problem, const MigrationState& state)
{
    Transition transition;
    transition.observation = Observe(problem, state);
    Conclude(&transition.observation);
    transition.action = m_agent->Act(transition.observation,
                                     m_training ? Agent::Mode::EXPLORE : Agent::Mode::EXPLOIT);
    const auto decision = Decode(problem, state, transition.action);
    problem.Project(state, decision, &m_changes);
    m_open = std::move(transition);
    m_settled = false;
    return decision;
}

void
MigrationAgentDecider::Conclude(const Observation* next)
{
    if (m_open && m_settled)
    {
        m_open->terminated = next == nullptr;
        m_open->next = next ? *next : m_open->observation;
        m_agent->Learn(*m_open);
    }
    m_open.reset();
}

void
MigrationAgentDecider::Learn(const MigrationProblem& problem,
                             double reward,
                             const MigrationState& next,
                             bool last)
{
    if (!m_training || !m_open)
    {
        return;
    }
    const double violation = problem.System().penalty * m_violationPenalty;
    m_open->reward = float((reward - violation * double(m_changes.size())) / m_reference);
    if (m_rewardPerUser)
    {
        Eigen::ArrayXd rewards = next.utilities;
        for (const uint32_t u : next.migrated)
        {
            rewards(u) -= problem.MigrationCost(u);
        }
        for (const auto& change : m_changes)
        {
            rewards(change.user) -= violation;
        }
        m_open->actorRewards = (rewards * double(problem.Users()) / m_reference).cast<float>();
    }
    m_settled = true;
    if (last)
    {
        Conclude(nullptr);
    }
}

int64_t
MigrationAgentDecider::AssignStreams(int64_t stream)
{
    return m_agent ? m_agent->AssignStreams(stream) : 0;
}

Ptr<Agent>
MigrationAgentDecider::GetAgent() const
{
    return m_agent;
}

} // namespace sterna
} // namespace ns3
