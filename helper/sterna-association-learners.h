/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_LEARNERS_H
#define STERNA_ASSOCIATION_LEARNERS_H

#include "ns3/sterna-association-agent-decider.h"

#include <map>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * How agents learn satellite association: makes it the default of AssociationAgentDecider and of
 * the DQN family, as Config::SetDefault() does, so that single attributes can still be set.
 *
 * \param name `offers`: what works best here; `paper`: the PSDDQN paper's 156 inputs and Table 2
 * \throws InputError for another name
 */
void SetAssociationLearning(const std::string& name);

/**
 * \ingroup sterna
 * Makes a decider of satellite association from a name: that of a rule or solver (`Greedy`) or of
 * an agent (`Psddqn`).
 *
 * \param training whether an agent explores and learns
 * \throws InputError for an unknown name, with the known ones
 */
Ptr<AssociationDecider> CreateAssociationDecider(const std::string& name, bool training = false);

/// The decider of a policy file; what it sees is told by the file.
Ptr<AssociationDecider> CreateAssociationPolicy(const std::string& path);

/// What the metadata of a decider's policy must hold for CreateAssociationPolicy().
std::map<std::string, std::string> AssociationPolicyMetadata(
    const Ptr<AssociationDecider>& decider);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_LEARNERS_H */
