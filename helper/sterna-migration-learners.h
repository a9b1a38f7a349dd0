/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_LEARNERS_H
#define STERNA_MIGRATION_LEARNERS_H

#include "ns3/sterna-agent.h"
#include "ns3/sterna-migration-problem.h"

#include <map>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * How agents learn service migration: makes it the default of the deciders that hold agents and of
 * the agents, as Config::SetDefault() does, so that single attributes can still be set.
 *
 * \param name `offers`: users choose in turn, which works best here; `paper`: one action for all
 * users, as in the GATE-HPPO paper
 * \throws InputError for another name
 */
void SetMigrationLearning(const std::string& name);

/**
 * \ingroup sterna
 * Makes a decider of service migration from a name: that of a rule or solver (`OverloadBump`) or of
 * an agent (`GateHppo`).
 *
 * \param learning as for SetMigrationLearning(): which decider holds an agent
 * \param training whether an agent explores and learns
 * \throws InputError for an unknown name, with the known ones
 */
Ptr<MigrationDecider> CreateMigrationDecider(const std::string& name,
                                             const std::string& learning,
                                             bool training = false);

/// The decider of a policy file; what it sees is told by the file.
Ptr<MigrationDecider> CreateMigrationPolicy(const std::string& path);

/// What the metadata of a decider's policy must hold for CreateMigrationPolicy().
std::map<std::string, std::string> MigrationPolicyMetadata(const Ptr<MigrationDecider>& decider);

/// The agent of a decider; null if it has none.
Ptr<Agent> MigrationAgentOf(const Ptr<MigrationDecider>& decider);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_LEARNERS_H */
