/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_MATCHING_H
#define STERNA_ASSOCIATION_MATCHING_H

#include "ns3/sterna-association-problem.h"

#include <cstddef>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * The contacts of a slice with the largest sum of weights, at most one a satellite and `channels` a
 * station: a maximum-weight b-matching. Contacts without a positive weight are never chosen.
 *
 * Exact up to 2^-48 of the largest weight for each contact chosen.
 *
 * \param slice the contacts
 * \param weights of the contacts, in their order
 * \param channels M of every station
 * \return indices of contacts, ascending
 */
std::vector<std::size_t> MaximumWeightMatching(const AssociationSlice& slice,
                                               const std::vector<double>& weights,
                                               uint32_t channels);

/**
 * \ingroup sterna
 * The best of a slice for itself: a maximum-weight matching of satellites and stations by the
 * utility of what they could offload alone, channels that disturb each other least, and a local
 * search of the utility with all interference (AssociationSearch).
 *
 * Never below AssociationGreedyUtility in a slice's estimated utility, because the better of both
 * is taken.
 */
class AssociationMyopicMatching : public AssociationDecider
{
  public:
    static TypeId GetTypeId();
    AssociationDecision Decide(const AssociationProblem& problem,
                               const AssociationState& state) override;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_MATCHING_H */
