/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_RECOVERY_H
#define STERNA_LINK_GROUP_RECOVERY_H

#include "sterna-link-group-experiment.h"
#include "sterna-recovery-time.h"

#include "ns3/gnuplot.h"

#include <ostream>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Of what the recovery is measured.
enum class RecoveryMeasure
{
    OBJECTIVE,  //!< (14a) itself, which also moves with the load
    SHARE,      //!< (14a) as a share of the idle objective: 1 is as good as doing nothing
    IMPROVEMENT //!< 1 - share: where hundreds of devices are not served whatever is decided, the
                //!< share hardly moves, and this is what a decider makes of it
};

/// The measure, slot by slot.
std::vector<double> MeasuredSlots(const LinkGroupRun& run, RecoveryMeasure measure);

/// The recovery times of a run, one per update.
std::vector<Recovery> Recoveries(const LinkGroupRun& run, RecoveryMeasure measure);

/**
 * \ingroup sterna
 * Mean over runs, slot by slot, of objective and idle objective. Demands are drawn anew in every
 * cycle, so a single run of few devices keeps moving by more than the 5 % that a recovery allows;
 * the mean over runs moves less.
 *
 * \param runs at least one; those shorter than the first, such as the rest of an experiment, are
 * left out; the updates are the first one's
 */
LinkGroupRun MeanRun(const std::vector<LinkGroupRun>& runs);

/// A table of the recovery times: run by run, and of the mean over runs.
void PrintRecovery(const std::vector<LinkGroupOutcome>& outcomes, std::ostream& screen);

/// CSV with a line per decider, run (or `mean` over them), measure and update.
void WriteRecovery(const std::vector<LinkGroupOutcome>& outcomes, std::ostream& file);

/// Per decider the mean run's share of the idle objective, as dots, and its running mean, as a
/// line; and a bar at each update.
std::vector<Gnuplot2dDataset> RecoveryLines(const std::vector<LinkGroupOutcome>& outcomes);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_RECOVERY_H */
