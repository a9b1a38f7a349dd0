/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_EXPERIMENT_H
#define STERNA_MIGRATION_EXPERIMENT_H

#include "sterna-migration-scenario.h"

#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What is compared: where, how exactly, how often.
struct MigrationExperiment
{
    MigrationSetting setting;
    SlotScheduler::Fidelity fidelity{SlotScheduler::Fidelity::PACKET};
    uint32_t runs{10}; //!< episodes, each with the next run number
};

/// One slot of a decider's: what it came to, and how long the decision took (wall time).
struct MigrationSlotRecord
{
    uint64_t run;
    MigrationSlotReport report;
    double decisionSeconds;
};

/// What an episode came to. Data are in Mbit.
struct MigrationEpisode
{
    uint64_t run{0};
    double epoch_s{0};
    double reward{0};
    uint64_t migrations{0};
    uint64_t activeSlots{0};       //!< of all users together
    uint64_t unsuccessfulSlots{0}; //!< of these
    uint64_t changes{0};           //!< that the projection made
    uint64_t packets{0};           //!< generated; 0 at flow level, as the next three
    uint64_t lateOrLost{0};        //!< of those whose fate is known
    uint64_t knownPackets{0};
    std::vector<double> rewardBySlot;
    std::vector<uint32_t> migrationsBySlot;
    std::vector<uint32_t> migrationsByUser;
    std::vector<std::vector<double>> utilityByUser; //!< [slot][user]

    /// Share of active user-slots that were unsuccessful (%).
    double UnsuccessfulShare() const;
    /// Share of packets late or lost (%); 0 at flow level.
    double LateShare() const;
};

/// All that one decider did in an experiment.
struct MigrationOutcome
{
    std::string decider;
    std::vector<MigrationEpisode> episodes;
    std::vector<double> decisionSeconds; //!< one per slot

    std::vector<double> Values(const std::function<double(const MigrationEpisode&)>& value) const;
    double Mean(const std::function<double(const MigrationEpisode&)>& value) const;
};

/**
 * \ingroup sterna
 * Runs one decider through an experiment. Every decider sees the same orbits, users and arrivals.
 *
 * Starts and destroys simulations; run numbers count up from the current one, which is restored.
 *
 * \param makeDecider makes the decider for one episode
 * \param onSlot called at the end of every slot
 * \param onRun called with the number of episodes that are done
 */
MigrationOutcome RunMigration(const MigrationExperiment& experiment,
                              const std::string& name,
                              const std::function<Ptr<MigrationDecider>()>& makeDecider,
                              const std::function<void(const MigrationSlotRecord&)>& onSlot,
                              const std::function<void(uint32_t)>& onRun);

/// The certified upper bound on the reward of each of an experiment's episodes.
std::vector<double> BoundMigration(const MigrationExperiment& experiment);

/// Told after each episode of training: how many are done, and what the latest came to.
using MigrationTrainingProgress =
    std::function<void(uint32_t done, const MigrationEpisode& episode)>;

/**
 * \ingroup sterna
 * Trains an agent at flow level, one episode after the other, each from a new epoch. No evaluation
 * sees these runs (their numbers begin 2^32 above the current one). Where `checkpoint` exists,
 * training goes on from it; it is written again every few episodes, atomically.
 *
 * \param decider a MigrationAgentDecider or MigrationOfferDecider that trains
 * \param episodes how many
 * \param checkpoint path of the file, or empty for none
 */
void TrainMigration(Ptr<MigrationDecider> decider,
                    const MigrationSetting& setting,
                    uint32_t episodes,
                    const std::string& checkpoint,
                    const MigrationTrainingProgress& onEpisode);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_EXPERIMENT_H */
