/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_REPORT_H
#define STERNA_ASSOCIATION_REPORT_H

#include "sterna-association-experiment.h"
#include "sterna-output-folder.h"

#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What every decider came to, as CSV: one row per decider and episode.
void WriteEpisodes(const std::vector<AssociationOutcome>& outcomes,
                   const std::vector<double>& bounds,
                   std::ostream& file);

/// The same as a table for people: means over the episodes.
void PrintAssociations(const std::vector<AssociationOutcome>& outcomes,
                       const std::vector<double>& bounds,
                       const std::string& title);

/// Pictures: utility over slices, and what is left at the stations.
void DrawAssociations(const std::vector<AssociationOutcome>& outcomes, OutputFolder& folder);

/// Geometry of the experiment's first episode: positions.csv (t_s, sat, x_m, y_m, z_m: every
/// `step`) and windows.csv (bs, sat, start_s, end_s).
void DumpGeometry(const AssociationExperiment& experiment, Time step, OutputFolder& folder);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_REPORT_H */
