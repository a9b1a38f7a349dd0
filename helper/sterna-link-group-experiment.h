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

/**
 * \ingroup sterna
 * Trains an agent at flow level, in runs that no evaluation sees (their numbers begin 2^32 above
 * the current one). Where `checkpoint` exists, training goes on from it; it is written again every
 * few runs, atomically.
 *
 * \param agent what learns
 * \param experiment how large; `cycles` is the length of the training
 * \param checkpoint path of the file, or empty for none
 * \param onCycle called with the number of cycles that are done and the latest cycle
 */
void TrainAgent(Ptr<Agent> agent,
                const LinkGroupExperiment& experiment,
                const std::string& checkpoint,
                const std::function<void(uint32_t, const LinkGroupCycle&)>& onCycle);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_EXPERIMENT_H */
