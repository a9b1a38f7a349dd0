/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_OFFER_DECIDER_H
#define STERNA_MIGRATION_OFFER_DECIDER_H

#include "ns3/sterna-agent.h"
#include "ns3/sterna-migration-offer-encoder.h"

#include <optional>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Lets an agent choose each user's satellite, one user after the other within a slot, from what the
 * satellites offer to it: any agent that chooses among blocks of alike features under a mask.
 *
 * A slot begins with everybody where it is. `Proposals` times every user then plans its best path
 * against the others' (see MigrationOutlook), so that all have an idea of where the others will be.
 * Then users choose in turn, those without a satellite first, and MigrationShares gives shares.
 *
 * What a user earns is what all would lose without it: its own utility, less what its presence
 * takes from the others on its satellite, less the cost of a migration, over the mean user's
 * utility. Its next state is what it sees at its turn in the next slot; the trajectory ends with
 * its demand or with the episode. Trajectories are learned from when the episode is over, user by
 * user.
 */
class MigrationOfferDecider : public MigrationDecider
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
    /// What a user saw and did at its turn; the reward once it is known.
    struct Turn
    {
        uint32_t user;
        Observation observation;
        Action action;
        float reward;
        bool ends; //!< the user had no demand afterwards
    };

    /// Users with demand, those that nobody is expected to serve first.
    std::vector<uint32_t> Turns(const MigrationState& state) const;
    /// Lets the agent choose. \return a satellite that is open, or -1
    int TakeTurn(const MigrationState& state, uint32_t user);
    /// What others on its satellite lose by a user's presence; all are in time with these
    /// probabilities.
    double Harm(const MigrationProblem& problem,
                const Eigen::ArrayXd& probabilities,
                uint32_t user) const;
    /// Trajectories of users without demand end: services are not kept.
    void EndTrajectories(const MigrationState& state);
    /// Learns from a user's turns of the whole episode.
    void LearnFrom(const std::vector<Turn>& trajectory);

    Ptr<Agent> m_agent;
    MigrationShares::Rule m_rule;
    uint32_t m_horizon;
    uint32_t m_proposals;
    bool m_guess;
    bool m_training;

    std::optional<MigrationOfferEncoder> m_encoder;
    std::optional<MigrationOutlook> m_outlook;
    MigrationState m_state;                      //!< that was decided on
    MigrationDecision m_decision;                //!< what came of it
    std::vector<Turn> m_turns;                   //!< of this slot
    std::vector<std::vector<Turn>> m_trajectory; //!< of this episode, by user
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_OFFER_DECIDER_H */
