/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-agent-decider.h"

#include "ns3/boolean.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/sterna-compat.h"
#include "ns3/sterna-error.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupAgentDecider");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupAgentDecider);

TypeId
LinkGroupAgentDecider::GetTypeId()
{
    using Embedding = LinkGroupEncoder::Embedding;
    static TypeId tid =
        TypeId("ns3::sterna::LinkGroupAgentDecider")
            .SetParent<LinkGroupDecider>()
            .SetGroupName("Sterna")
            .AddConstructor<LinkGroupAgentDecider>()
            .AddAttribute("Agent",
                          "The agent that decides.",
                          PointerValue(),
                          MakePointerAccessor(&LinkGroupAgentDecider::m_agent),
                          MakePointerChecker<Agent>())
            .AddAttribute(
                "Embedding",
                "How states and groups become numbers: Index (the paper) or LinkFeature.",
                EnumValue(Embedding::LINK_FEATURE),
                EnumAccessor<Embedding>(&LinkGroupAgentDecider::m_embedding),
                MakeEnumChecker(Embedding::INDEX, "Index", Embedding::LINK_FEATURE, "LinkFeature"))
            .AddAttribute("MaxCandidateGroups",
                          "Largest number of groups offered to the agent, before the single links "
                          "that keep every device reachable.",
                          UintegerValue(256),
                          MakeUintegerAccessor(&LinkGroupAgentDecider::m_maxCandidates),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Training",
                          "Whether the agent explores and learns.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&LinkGroupAgentDecider::m_training),
                          MakeBooleanChecker());
    return tid;
}

void
LinkGroupAgentDecider::Check(const LinkGroupProblem& problem)
{
    if (!m_agent)
    {
        throw InputError("LinkGroupAgentDecider has no agent; set its attribute Agent.");
    }
    m_encoder = std::make_unique<LinkGroupEncoder>(m_embedding);
    AgentSpaces spaces;
    spaces.features = m_encoder->FeatureSize(problem);
    spaces.blocks = m_encoder->Blocks(problem);
    spaces.blockSize = m_encoder->BlockSize(problem);
    spaces.embedding = m_encoder->EmbeddingSize(problem);
    m_agent->Configure(spaces);
    m_configured = true;
}

void
LinkGroupAgentDecider::BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State&)
{
    if (!m_configured)
    {
        Check(problem);
    }
    m_observed = false;
}

void
LinkGroupAgentDecider::Observe(const LinkGroupProblem& problem,
                               const LinkGroupProblem::State& state,
                               std::vector<LinkGroupCandidate>& candidates,
                               Observation& observation) const
{
    candidates = CandidateGroups(problem, state, m_maxCandidates);
    observation.choices.resize(candidates.size(), m_encoder->EmbeddingSize(problem));
    for (std::size_t g = 0; g < candidates.size(); ++g)
    {
        m_encoder->Embed(problem,
                         state,
                         candidates[g].group,
                         candidates[g].volumes,
                         g,
                         candidates.size(),
                         observation.choices.row(g));
    }
    observation.features = m_encoder->Features(problem, state, observation.choices);
}

LinkGroup
LinkGroupAgentDecider::Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    if (!m_observed)
    {
        Observe(problem, state, m_candidates, m_observation);
    }
    m_observed = false;
    m_decisions += 1;
    m_offered += m_candidates.size();
    m_action =
        m_agent->Act(m_observation, m_training ? Agent::Mode::EXPLORE : Agent::Mode::EXPLOIT);
    const int choice = m_action.choice.size() == 1 ? m_action.choice(0) : -1;
    if (choice < 0 || choice >= int(m_candidates.size()))
    {
        NS_LOG_WARN("the agent chose " << choice << " of " << m_candidates.size() << " groups");
        m_action.choice.resize(0);
        return LinkGroup();
    }
    return m_candidates[choice].group;
}

void
LinkGroupAgentDecider::Learn(const LinkGroupProblem& problem,
                             double reward,
                             const LinkGroupProblem::State& next,
                             bool last)
{
    if (m_action.choice.size() == 0)
    {
        return;
    }
    const float share = reward / problem.IdleObjective(next) * problem.System().slotsPerCycle;
    if (!m_training)
    {
        m_agent->Watch(m_observation, m_action, share);
        return;
    }
    Transition transition;
    transition.observation = m_observation;
    transition.action = m_action;
    transition.reward = share;
    transition.terminated = last;
    if (!last) // nothing is looked at beyond the end of a cycle
    {
        Observe(problem, next, m_candidates, m_observation);
        m_observed = true;
    }
    transition.next = m_observation;
    m_agent->Learn(transition);
}

int64_t
LinkGroupAgentDecider::AssignStreams(int64_t stream)
{
    return m_agent ? m_agent->AssignStreams(stream) : 0;
}

Ptr<Agent>
LinkGroupAgentDecider::GetAgent() const
{
    return m_agent;
}

double
LinkGroupAgentDecider::GetMeanCandidates() const
{
    return m_decisions > 0 ? m_offered / m_decisions : 0;
}

} // namespace sterna
} // namespace ns3
