/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_CANDIDATES_H
#define STERNA_LINK_GROUP_CANDIDATES_H

#include "ns3/sterna-link-group-problem.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/// A group that a learner may choose, and what its links would deliver (Mbit per transmitter).
struct LinkGroupCandidate
{
    LinkGroup group;
    std::vector<double> volumes;
};

/**
 * \ingroup sterna
 * The groups of a slot that a learner chooses from: few, promising, and reaching every device.
 *
 * |G| grows like K^4, so groups are never enumerated blindly. Per transmitter and interference
 * pattern the most promising devices are kept (reward in units of one completion, plus progress
 * towards the threshold), as many as `limit` groups allow; for each open device that is then in no
 * group, its best single link is added. The idle group is always the first.
 *
 * \param limit largest number of groups before single links are added, at least 1
 */
std::vector<LinkGroupCandidate> CandidateGroups(const LinkGroupProblem& problem,
                                                const LinkGroupProblem::State& state,
                                                uint32_t limit);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_CANDIDATES_H */
