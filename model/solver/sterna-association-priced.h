/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_PRICED_H
#define STERNA_ASSOCIATION_PRICED_H

#include "sterna-association-bound.h"

#include "ns3/sterna-association-problem.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Plans ahead by prices: each slice is matched and searched as by AssociationMyopicMatching, but
 * room is kept for what later slices bring, and stock for the better station to come.
 *
 * Before each slice, AssociationBound finds the prices of storage and of stocks for the slices
 * ahead, from the estimated SNRs, and what its plan brings and takes in later slices. The matching
 * weighs data at omega - lambda_j; data that a satellite would send later cost mu_i in addition.
 * The search then values a decision with all interference by the slice's utility after the storage
 * that later slices will take, less that cost of stock; in the last slice that is the utility
 * itself.
 *
 * The plan knows no interference in later slices. Where interference governs everything (many
 * satellites, no isolation) it keeps too much room, and AssociationMyopicMatching earns more.
 */
class AssociationPricedMatching : public AssociationDecider
{
  public:
    static TypeId GetTypeId();
    AssociationDecision Decide(const AssociationProblem& problem,
                               const AssociationState& state) override;

  private:
    double m_gap; //!< of the bound
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_PRICED_H */
