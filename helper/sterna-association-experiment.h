/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_EXPERIMENT_H
#define STERNA_ASSOCIATION_EXPERIMENT_H

#include "sterna-association-scenario.h"
#include "sterna-statistics.h"

#include "ns3/sterna-agent.h"

#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What is compared: where, how exactly, how often.
struct AssociationExperiment
{
    AssociationSetting setting;
    SlotScheduler::Fidelity fidelity{SlotScheduler::Fidelity::PACKET};
    uint32_t runs{10}; //!< episodes, each with the next run number
};

/// One slice of a decider's: what it came to, and how long the decision took (wall time).
struct AssociationSliceRecord
{
    uint64_t run;
    AssociationSliceReport report;
    double decisionSeconds;
};

/// What an episode came to. Data are in units.
struct AssociationEpisode
{
    uint64_t run{0};
    double epoch_s{0};
    double utility{0};
    double offloaded{0};
    std::vector<double> capacity; //!< left at each station in the end
    uint64_t choices{0};          //!< satellites that saw a station, over all slices
    uint64_t grants{0};
    uint64_t refusedDecisions{0};
    uint64_t storedBundles{0};  //!< 0 at flow level, as the next two
    uint64_t refusedBundles{0}; //!< arrived at a full storage
    uint64_t lostBundles{0};    //!< on the air
    std::vector<double> utilityBySlice;
    std::vector<std::vector<double>> capacityBySlice; //!< [slice][station]
};

/// All that one decider did in an experiment.
struct AssociationOutcome
{
    std::string decider;
    std::vector<AssociationEpisode> episodes;
    std::vector<double> decisionSeconds; //!< one per slice

    std::vector<double> Values(const std::function<double(const AssociationEpisode&)>& value) const;
    double Mean(const std::function<double(const AssociationEpisode&)>& value) const;
};

/**
 * \ingroup sterna
 * Runs one decider through an experiment. Every decider sees the same orbits and channels.
 *
 * Starts and destroys simulations; run numbers count up from the current one, which is restored.
 *
 * \param makeDecider makes the decider for one episode
 * \param onSlice called at the end of every slice
 * \param onRun called with the number of episodes that are done
 */
AssociationOutcome RunAssociation(const AssociationExperiment& experiment,
                                  const std::string& name,
                                  const std::function<Ptr<AssociationDecider>()>& makeDecider,
                                  const std::function<void(const AssociationSliceRecord&)>& onSlice,
                                  const std::function<void(uint32_t)>& onRun);

/// The certified upper bound on the utility of each of an experiment's episodes.
std::vector<double> BoundEpisodes(const AssociationExperiment& experiment);

/// Told after each episode of training: how many are done, and what the latest came to.
using AssociationTrainingProgress =
    std::function<void(uint32_t done, const AssociationEpisode& episode)>;

/**
 * \ingroup sterna
 * Trains an agent at flow level, one episode after the other, each with orbits from a new epoch. No
 * evaluation sees these runs (their numbers begin 2^32 above the current one). Where `checkpoint`
 * exists, training goes on from it; it is written again every few episodes, atomically.
 *
 * \param decider an AssociationAgentDecider that trains
 * \param settings at least one; episodes take turns with them
 * \param episodes how many
 * \param checkpoint path of the file, or empty for none
 */
void TrainAssociation(Ptr<AssociationDecider> decider,
                      const std::vector<AssociationSetting>& settings,
                      uint32_t episodes,
                      const std::string& checkpoint,
                      const AssociationTrainingProgress& onEpisode);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_EXPERIMENT_H */
