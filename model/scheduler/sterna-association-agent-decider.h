/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_AGENT_DECIDER_H
#define STERNA_ASSOCIATION_AGENT_DECIDER_H

#include "ns3/sterna-agent.h"
#include "ns3/sterna-association-encoder.h"

#include <map>
#include <optional>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Lets an agent associate satellites, which take turns within a slice: algorithm 1 of the PSDDQN
 * paper with any agent that chooses one of a fixed number of choices under a mask.
 *
 * Rewards settle at the slice's end, because later turns change the SINR of earlier ones. They are
 * (20) over the worth of a reference volume, so data and cost are within [0, 1]: with `Own` the
 * utility of the satellite's own grant; with `Difference` less what its interference cost the
 * others, so that what is good for one is good for all.
 *
 * The next state of a transition is what the same satellite sees at its turn in the next slice
 * (`SameSatellite`, the paper), or what the next satellite sees at its turn, in this slice or a later
 * one (`NextTurn`): the value of what a choice leaves to the others. Where nobody's turn comes any
 * more, the transition is terminal.
 *
 * Satellites take turns in an order of the controller's own (`Turns`), whatever that of the rules.
 * With `IdleTurns` they take them by their number, and those that see nobody do, too, as in the
 * paper; otherwise who does not choose in the next slice has come to an end, and no transition from
 * virtual to virtual station is learned from.
 */
class AssociationAgentDecider : public AssociationDecider
{
  public:
    /// Whose turn the next state of a transition is.
    enum Next
    {
        SAME_SATELLITE,
        NEXT_TURN
    };

    /// What a grant is worth to the agent.
    enum Reward
    {
        OWN,
        DIFFERENCE
    };

    static TypeId GetTypeId();

    void Check(const AssociationProblem& problem) override;
    void BeginCycle(const AssociationProblem& problem, const AssociationState& state) override;
    AssociationDecision Decide(const AssociationProblem& problem,
                               const AssociationState& state) override;
    void Learn(const AssociationProblem& problem,
               double reward,
               const AssociationState& next,
               bool last) override;
    int64_t AssignStreams(int64_t stream) override;

    Ptr<Agent> GetAgent() const;

  private:
    /// What a satellite did at its turn; the reward once it is known.
    struct Turn
    {
        uint32_t satellite;
        Observation observation;
        Action action;
        float reward;
    };

    /// The satellites that choose in this slice, in the order of their turns.
    std::vector<uint32_t> Choosers(const AssociationProblem& problem,
                                   const AssociationState& state) const;
    /// Does what a turn's choice means; whatever is not valid means the virtual station.
    void Take(const AssociationProblem& problem, const Turn& turn, AssociationTable& table) const;
    /// A satellite's turn has come: turns that waited for this as their next state are learned.
    void Follow(const Turn& turn);
    /// Learns from a settled turn; without a next state it is terminal.
    void LearnFrom(const Turn& turn, const Observation* next);
    /// Learns from all turns that still wait, as terminal ones.
    void Finish();
    /// Gives the slice's turns their rewards.
    void Settle(const AssociationProblem& problem, const AssociationState& next);

    Ptr<Agent> m_agent;
    AssociationEncoder::Features m_features;
    Next m_next;
    Reward m_reward;
    AssociationSystem::Turns m_order;
    bool m_prior;
    bool m_idleTurns;
    bool m_training;

    std::optional<AssociationEncoder> m_encoder;
    AssociationOutlook m_outlook;
    AssociationState m_state;        //!< that was decided on
    std::vector<Turn> m_turns;       //!< of this slice
    std::map<uint32_t, Turn> m_open; //!< settled, waiting for their next state, by satellite
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_AGENT_DECIDER_H */
