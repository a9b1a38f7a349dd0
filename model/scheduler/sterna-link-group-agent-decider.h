/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_AGENT_DECIDER_H
#define STERNA_LINK_GROUP_AGENT_DECIDER_H

#include "ns3/sterna-agent.h"
#include "ns3/sterna-link-group-candidates.h"
#include "ns3/sterna-link-group-encoder.h"
#include "ns3/sterna-link-group-rules.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A decider made of an encoder, an agent and a decoder: any agent whose spaces fit can drive
 * link-group scheduling.
 *
 * The action is one index among the candidate groups of the slot. An answer outside of them (an
 * index out of range, or the -1 that stands for NaN) becomes an empty group, which the scheduler
 * refuses. Rewards are handed to the agent as shares of the idle objective per slot, so that one
 * learning rate fits all scales.
 */
class LinkGroupAgentDecider : public LinkGroupDecider
{
  public:
    static TypeId GetTypeId();

    /// Fixes the agent's spaces to the problem; done by the first cycle unless called before.
    void Check(const LinkGroupProblem& problem) override;
    void BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) override;
    LinkGroup Decide(const LinkGroupProblem& problem,
                     const LinkGroupProblem::State& state) override;
    void Learn(const LinkGroupProblem& problem,
               double reward,
               const LinkGroupProblem::State& next,
               bool last) override;
    int64_t AssignStreams(int64_t stream) override;

    Ptr<Agent> GetAgent() const;
    /// Mean number of candidate groups per decision so far.
    double GetMeanCandidates() const;

  private:
    /// Candidates and what the agent sees of them.
    void Observe(const LinkGroupProblem& problem,
                 const LinkGroupProblem::State& state,
                 std::vector<LinkGroupCandidate>& candidates,
                 Observation& observation) const;

    Ptr<Agent> m_agent;
    LinkGroupEncoder::Embedding m_embedding;
    uint32_t m_maxCandidates;
    bool m_training;

    bool m_configured{false};
    std::unique_ptr<LinkGroupEncoder> m_encoder;
    std::vector<LinkGroupCandidate> m_candidates;
    Observation m_observation;
    bool m_observed{false}; //!< whether m_observation is of the coming slot
    Action m_action;
    double m_decisions{0};
    double m_offered{0};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_AGENT_DECIDER_H */
