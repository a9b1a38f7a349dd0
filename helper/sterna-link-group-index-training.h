/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_INDEX_TRAINING_H
#define STERNA_LINK_GROUP_INDEX_TRAINING_H

#include "sterna-link-group-experiment.h"

#include "ns3/sterna-link-group-index-lessons.h"
#include "ns3/sterna-mlp.h"

#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// On what and how an index is trained.
struct LinkGroupIndexRecipe
{
    /// Sizes and loads that take turns, run by run.
    std::vector<LinkGroupPreset> loads{MixedLoads()};
    uint32_t rounds{6};   //!< of play and fit
    uint32_t futures{15}; //!< in which the teacher judges a group
    LinkGroupIndexFit fit;

    /// small and learn in turn; of 20 runs one is paper and one a fifth of it, which take long.
    static std::vector<LinkGroupPreset> MixedLoads();
};

/**
 * \ingroup sterna
 * Trains LinkGroupIndexPolicy's network by imitation with costs, as DAgger does it (Ross, Gordon
 * and Bagnell, 2011): in each round some cycles are played at flow level, in each slot a teacher
 * (LinkGroupRollingHorizon with many futures) judges the groups that come into question, among them
 * the index's own, and the index is fitted to all that was judged so far. The teacher leads the
 * first round and the index the others, so it learns to get out of its own mistakes, and what it
 * wrongly likes is judged next time.
 *
 * The runs are some that no evaluation sees (their numbers begin 2^32 above the current one). Where
 * `checkpoint` exists, training goes on from it; it is written again after each round, atomically.
 *
 * \param experiment `cycles` is the length of the training; sizes and loads are the recipe's
 * \param recipe throws InputError if it has no load or no round
 * \param checkpoint path of the file, or empty for none
 * \param onCycle called with the number of cycles that are done and the latest cycle
 */
Mlp TrainIndexPolicy(const LinkGroupExperiment& experiment,
                     const LinkGroupIndexRecipe& recipe,
                     const std::string& checkpoint,
                     const std::function<void(uint32_t, const LinkGroupCycle&)>& onCycle);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_INDEX_TRAINING_H */
