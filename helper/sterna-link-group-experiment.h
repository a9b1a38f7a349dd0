/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_EXPERIMENT_H
#define STERNA_LINK_GROUP_EXPERIMENT_H

#include "sterna-link-group-scenario.h"
#include "sterna-statistics.h"

#include "ns3/sterna-agent.h"

#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What is compared: how large, how exactly, how long.
struct LinkGroupExperiment
{
    LinkGroupSetting setting;
    SlotScheduler::Fidelity fidelity{SlotScheduler::Fidelity::PACKET};
    uint32_t cycles{30};

    /// Cycles of one simulation; then new places are drawn with the next run number.
    uint32_t cyclesPerRun{10};
};

/// One slot of a decider's: what it came to, and how long the decision took (wall time).
struct LinkGroupSlotRecord
{
    uint64_t run;
    LinkGroupSlot slot;
    double decisionSeconds;
    bool update; //!< whether dynamics have changed the world with this slot
};

/// The slots of one simulation.
struct LinkGroupRun
{
    std::vector<double> objective;     //!< (14a) after each slot
    std::vector<double> idleObjective; //!< what it would be without deliveries in its cycle
    std::vector<uint64_t> updates;     //!< first slots of the updates
};

/// All that one decider did in an experiment.
struct LinkGroupOutcome
{
    std::string decider;
    std::vector<LinkGroupCycle> cycles;
    double candidateGroups{0};           //!< mean number offered to a learner; 0 for the others
    double allGroups{0};                 //!< |G|
    std::vector<double> decisionSeconds; //!< one per decision
    std::vector<LinkGroupRun> runs;      //!< one per simulation

    MeanInterval Objective(int64_t stream) const;
    /// Percent by which the objective is below the idle one, per cycle.
    MeanInterval Improvement(int64_t stream) const;
    double Mean(const std::function<double(const LinkGroupCycle&)>& value) const;
    uint64_t Sum(const std::function<uint64_t(const LinkGroupCycle&)>& value) const;
};

/**
 * \ingroup sterna
 * Runs one decider through an experiment. Every decider sees the same places, demands and channels.
 *
 * Starts and destroys simulations; run numbers count up from the current one, which is restored.
 *
 * \param makeDecider makes the decider for one simulation
 * \param onSlot called at the end of every slot
 * \param onCycle called with the number of cycles that are done
 */
LinkGroupOutcome RunDecider(const LinkGroupExperiment& experiment,
                            const std::string& name,
                            const std::function<Ptr<LinkGroupDecider>()>& makeDecider,
                            const std::function<void(const LinkGroupSlotRecord&)>& onSlot,
                            const std::function<void(uint32_t)>& onCycle);

/// A kind of world that an agent learns in.
struct LinkGroupTask
{
    LinkGroupSetting setting;
    /// Makes the attributes' defaults those of this world; empty: they stay as they are.
    std::function<void()> setDefaults;
};

/// Told after each cycle: how many are done, and what the latest of the first task came to.
using TrainingProgress = std::function<void(uint32_t done, const LinkGroupCycle& cycle)>;

/**
 * \ingroup sterna
 * Trains one agent per task at flow level, all tasks side by side in one simulation: in every slot
 * each agent decides and learns, as in Algorithm 2 of Yuan et al., 2022. Each run is an episode that
 * begins new tasks; an only agent has one task, which goes on from run to run. No evaluation sees
 * these runs (their numbers begin 2^32 above the current one). Where `checkpoint` exists, training goes on from it; it is written again every few runs,
 * atomically.
 *
 * \param agents what learns; they may share a meta learner
 * \param tasks as many
 * \param length `cycles` of the training, and cycles per run; the rest of it is not looked at
 * \param checkpoint path of the file, or empty for none; agents beyond the first add a number
 * \param onCycle shows progress
 */
void TrainTasks(const std::vector<Ptr<Agent>>& agents,
                const std::vector<LinkGroupTask>& tasks,
                const LinkGroupExperiment& length,
                const std::string& checkpoint,
                const TrainingProgress& onCycle);

/// Trains one agent in the experiment's own setting.
void TrainAgent(Ptr<Agent> agent,
                const LinkGroupExperiment& experiment,
                const std::string& checkpoint,
                const TrainingProgress& onCycle);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_EXPERIMENT_H */
