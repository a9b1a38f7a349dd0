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

/// How agents learn satellite association.
struct AssociationLearning
{
    /// `offers`: what works best here; `paper`: Table 2 of the PSDDQN paper and its 156 numbers.
    std::string preset{"offers"};
    bool training{false};
};

/**
 * \ingroup sterna
 * Makes a decider of satellite association from a name: that of a rule or solver (`Greedy`) or of an
 * agent (`Psddqn`), which learns as said.
 *
 * \throws InputError for an unknown name, with the known ones, and for an unknown preset
 */
Ptr<AssociationDecider> CreateAssociationDecider(const std::string& name,
                                                 const AssociationLearning& learning = {});

/// The decider of a policy file; what it sees is told by the file.
Ptr<AssociationDecider> CreateAssociationPolicy(const std::string& path);

/// What a policy's metadata must hold for CreateAssociationPolicy().
std::map<std::string, std::string> AssociationPolicyMetadata(const AssociationLearning& learning);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_LEARNERS_H */
