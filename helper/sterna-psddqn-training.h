/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PSDDQN_TRAINING_H
#define STERNA_PSDDQN_TRAINING_H

#include "sterna-association-scenario.h"
#include "sterna-learner.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What a training came to.
struct PsddqnTrained
{
    std::string policy;          //!< path of its file
    std::vector<double> utility; //!< of each episode
    std::vector<double> loss;    //!< mean over the episode's batches; 0 before the first one
};

/**
 * \ingroup sterna
 * Trains a learner, or reads what an earlier run left of the same training.
 *
 * \param setting what it learns in
 * \param seed trainings with different numbers see different orbits and draw different weights
 * \param folder where policies and curves are kept
 */
PsddqnTrained TrainPsddqnLearner(const Learner& learner,
                                 const AssociationSetting& setting,
                                 uint32_t seed,
                                 const std::string& folder);

/// The first episode from which the mean over five stays within 5 % of the mean over the last ten;
/// the number of episodes if it never does.
uint32_t SettlingEpisode(const std::vector<double>& curve);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_PSDDQN_TRAINING_H */
