/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_RULES_H
#define STERNA_ASSOCIATION_RULES_H

#include "ns3/random-variable-stream.h"
#include "ns3/sterna-association-table.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Rules by which satellites choose one after the other, in the problem's order of turns.
 */
class AssociationTurnDecider : public AssociationDecider
{
  public:
    static TypeId GetTypeId();

    AssociationDecision Decide(const AssociationProblem& problem,
                               const AssociationState& state) override;

  protected:
    /// What a satellite takes beside the grants so far; false for the virtual station.
    virtual bool Choose(const AssociationProblem& problem,
                        const AssociationState& state,
                        const AssociationTable& table,
                        uint32_t satellite,
                        AssociationGrant& grant) = 0;
};

/// The free pair of station and channel in view of which some measure is largest.
class AssociationBestPair : public AssociationTurnDecider
{
  public:
    static TypeId GetTypeId();

  protected:
    bool Choose(const AssociationProblem& problem,
                const AssociationState& state,
                const AssociationTable& table,
                uint32_t satellite,
                AssociationGrant& grant) override;

    virtual double Measure(const AssociationTable& table,
                           const AssociationContact& contact,
                           uint32_t channel) const = 0;
    /// A pair whose measure is not above this is not taken.
    virtual double AtLeast() const = 0;
};

/// Most data with the interference present, whatever it costs: the paper's greedy allocation.
class AssociationGreedy : public AssociationBestPair
{
  public:
    static TypeId GetTypeId();

  private:
    double Measure(const AssociationTable& table,
                   const AssociationContact& contact,
                   uint32_t channel) const override;
    double AtLeast() const override;
};

/// Most utility, the loss of others included; nothing where all would lose.
class AssociationGreedyUtility : public AssociationBestPair
{
  public:
    static TypeId GetTypeId();

  private:
    double Measure(const AssociationTable& table,
                   const AssociationContact& contact,
                   uint32_t channel) const override;
    double AtLeast() const override;
};

/// Any free pair in view, all with the same probability: the paper's random allocation, which draws
/// again where a channel is taken.
class AssociationRandom : public AssociationTurnDecider
{
  public:
    static TypeId GetTypeId();
    AssociationRandom();

    int64_t AssignStreams(int64_t stream) override;

  private:
    bool Choose(const AssociationProblem& problem,
                const AssociationState& state,
                const AssociationTable& table,
                uint32_t satellite,
                AssociationGrant& grant) override;

    Ptr<UniformRandomVariable> m_random;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_RULES_H */
