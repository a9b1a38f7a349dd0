/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_AGENT_DECIDER_H
#define STERNA_MIGRATION_AGENT_DECIDER_H

#include "ns3/sterna-agent.h"
#include "ns3/sterna-migration-graph-encoder.h"
#include "ns3/sterna-migration-shares.h"

#include <optional>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Lets an agent decide for all users at once, as in algorithm 1 of the GATE-HPPO paper: a satellite
 * for each user and, with `Resources`, its bandwidth and compute.
 *
 * Bandwidth is the agent's number in [-1, 1] brought to [0, 1]; compute likewise, times F_max over
 * A_max. What violates (20b) to (20g) is projected by the scheduler; each change costs
 * lambda_pen times `ViolationPenalty` in what the agent learns from, which is Penalty(a) of (29).
 * Without `Resources` shares follow the attribute `Shares`: equal ones in the paper's `Ppo`.
 *
 * Rewards are those of (29) over the mean utility of all users in a slot; with `RewardPerUser` the
 * agent is also told what each user earned by itself.
 */
class MigrationAgentDecider : public MigrationDecider
{
  public:
    static TypeId GetTypeId();

    void Check(const MigrationProblem& problem) override;
    void BeginCycle(const MigrationProblem& problem, const MigrationState& state) override;
    MigrationDecision Decide(const MigrationProblem& problem, const MigrationState& state) override;
    void Learn(const MigrationProblem& problem,
               double reward,
               const MigrationState& next,
               bool last) override;
    int64_t AssignStreams(int64_t stream) override;

    Ptr<Agent> GetAgent() const;

  private:
    Observation Observe(const MigrationProblem& problem, const MigrationState& state);
    /// The decision that an action means.
    MigrationDecision Decode(const MigrationProblem& problem,
                             const MigrationState& state,
                             const Action& action) const;
    /// Learns from the last action, now that the next state is known, or that there is none.
    void Conclude(const Observation* next);

    Ptr<Agent> m_agent;
    MigrationShares::Rule m_rule;
    uint32_t m_window;
    bool m_resources;
    bool m_graph;
    double m_violationPenalty;
    bool m_rewardPerUser;
    bool m_training;

    std::optional<MigrationGraphEncoder> m_encoder;
    double m_reference{1};                  //!< mean utility of all users in a slot
    std::vector<MigrationChange> m_changes; //!< that the decision needs
    std::optional<Transition> m_open;       //!< waits for its next state
    bool m_settled{false};                  //!< its reward is known
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_AGENT_DECIDER_H */
