/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_MATCHING_H
#define STERNA_ASSOCIATION_MATCHING_H

#include "ns3/sterna-association-table.h"

#include <Eigen/Core>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Decides for all satellites of a slice at once: the best association without interference, then
 * channels, then a descent.
 *
 * BestAssociation() is exact for the worth of interference-free data. Channels are given to its
 * contacts one by one, those with most other stations in view first, each where it adds most. Then
 * single satellites move to where they add more, and two satellites of a station change channels,
 * until nothing improves. The same descent starts from what satellites would choose one after the
 * other, and the better end counts, so the decision is never worse than that.
 */
class AssociationMatching : public AssociationDecider
{
  public:
    static TypeId GetTypeId();

    AssociationDecision Decide(const AssociationProblem& problem,
                               const AssociationState& state) override;

  protected:
    /// Worth of a contact's interference-free data.
    virtual double Weight(const AssociationProblem& problem,
                          const AssociationState& state,
                          const AssociationTable& table,
                          const AssociationContact& contact) const = 0;
    /// What a grant adds to the worth of a table's grants, the loss of others included.
    virtual double Gain(const AssociationTable& table,
                        const AssociationContact& contact,
                        uint32_t channel) const = 0;

  private:
    class Slice;
};

/// What is best for this slice alone, at the storage costs of the moment.
class AssociationMyopicMatching : public AssociationMatching
{
  public:
    static TypeId GetTypeId();

  private:
    double Weight(const AssociationProblem& problem,
                  const AssociationState& state,
                  const AssociationTable& table,
                  const AssociationContact& contact) const override;
    double Gain(const AssociationTable& table,
                const AssociationContact& contact,
                uint32_t channel) const override;
};

/**
 * \ingroup sterna
 * What is best at the prices that AssociationBound puts on storage for the rest of the plan, found
 * anew in each slice from the channel estimates: it saves stations for those who see no other.
 */
class AssociationPricedMatching : public AssociationMatching
{
  public:
    static TypeId GetTypeId();

    AssociationDecision Decide(const AssociationProblem& problem,
                               const AssociationState& state) override;

  private:
    double Weight(const AssociationProblem& problem,
                  const AssociationState& state,
                  const AssociationTable& table,
                  const AssociationContact& contact) const override;
    double Gain(const AssociationTable& table,
                const AssociationContact& contact,
                uint32_t channel) const override;

    Eigen::ArrayXd m_worth; //!< of a bit at each station (units of data)
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_MATCHING_H */
