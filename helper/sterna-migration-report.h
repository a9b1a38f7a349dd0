/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_REPORT_H
#define STERNA_MIGRATION_REPORT_H

#include "sterna-migration-experiment.h"
#include "sterna-output-folder.h"

#include <iosfwd>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What every decider came to, as CSV: one row per decider and episode.
void WriteMigrationEpisodes(const std::vector<MigrationOutcome>& outcomes,
                            const std::vector<double>& bounds,
                            std::ostream& file);

/// The same as a table for people: means over the episodes.
void PrintMigrations(const std::vector<MigrationOutcome>& outcomes,
                     const std::vector<double>& bounds,
                     const std::string& title);

/// Pictures: reward and migrations over the slots.
void DrawMigrations(const std::vector<MigrationOutcome>& outcomes, OutputFolder& folder);

/// Geometry of the experiment's first episode, in the slots' middles: elevation.csv (slot, user,
/// sat, elevation_deg, range_m) of all pairs, rain.csv (user, sat, slot, attenuation_db) of those in
/// sight.
void DumpMigrationGeometry(const MigrationExperiment& experiment, OutputFolder& folder);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_REPORT_H */
