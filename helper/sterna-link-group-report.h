/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_REPORT_H
#define STERNA_LINK_GROUP_REPORT_H

#include "sterna-link-group-experiment.h"
#include "sterna-output-folder.h"

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// CSV with a line per decider.
void WriteSummary(const std::vector<LinkGroupOutcome>& outcomes, std::ostream& file);

/// The same on the screen, with decision times.
void PrintTable(const std::vector<LinkGroupOutcome>& outcomes, const std::string& title);

/// Draws the objective as the slots of a cycle go by, as a share of the idle one, mean over cycles.
void DrawCycle(const std::vector<LinkGroupOutcome>& outcomes,
               const std::map<std::string, std::vector<double>>& objectiveBySlot,
               OutputFolder& folder);

/// Draws, cycle by cycle, how many devices each decider served: the same cycle is the same world.
void DrawServed(const std::vector<LinkGroupOutcome>& outcomes, OutputFolder& folder);

/// Draws the objective over the slots of a run with its updates, mean over runs.
void DrawRecovery(const std::vector<LinkGroupOutcome>& outcomes, OutputFolder& folder);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_REPORT_H */
