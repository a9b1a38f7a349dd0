/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_RULES_H
#define STERNA_ASSOCIATION_RULES_H

#include "ns3/random-variable-stream.h"
#include "ns3/sterna-association-problem.h"
#include "ns3/sterna-association-table.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Satellites take turns within a slice, each with what earlier ones left, as in the PSDDQN paper.
 *
 * Only those that see a station are asked, in the order of AssociationProblem::Turns(). Whoever
 * chooses nothing is associated with the virtual station.
 */
class AssociationTurnDecider : public AssociationDecider
{
  public:
    static TypeId GetTypeId();
    AssociationDecision Decide(const AssociationProblem& problem,
                               const AssociationState& state) override;

  protected:
    /**
     * What a satellite does at its turn.
     *
     * \param table what earlier satellites chose
     * \param [out] grant its choice: a station in view and a free channel
     * \return false for the virtual station
     */
    virtual bool Choose(const AssociationProblem& problem,
                        const AssociationState& state,
                        const AssociationTable& table,
                        uint32_t satellite,
                        AssociationGrant& grant) = 0;
};

/**
 * \ingroup sterna
 * A free channel of a station in view, drawn uniformly; the virtual station if there is none.
 */
class AssociationRandom : public AssociationTurnDecider
{
  public:
    static TypeId GetTypeId();
    AssociationRandom();
    int64_t AssignStreams(int64_t stream) override;

  protected:
    bool Choose(const AssociationProblem& problem,
                const AssociationState& state,
                const AssociationTable& table,
                uint32_t satellite,
                AssociationGrant& grant) override;

  private:
    Ptr<UniformRandomVariable> m_random;
};

/**
 * \ingroup sterna
 * The paper's greedy: most offloadable data, beside the interference of earlier satellites; the
 * next best when a station is full, the first of equals. It does not ask what storage costs.
 */
class AssociationGreedy : public AssociationTurnDecider
{
  public:
    static TypeId GetTypeId();

  protected:
    bool Choose(const AssociationProblem& problem,
                const AssociationState& state,
                const AssociationTable& table,
                uint32_t satellite,
                AssociationGrant& grant) override;
};

/**
 * \ingroup sterna
 * Whatever raises the slice's utility most, with what its interference takes from earlier
 * satellites; the virtual station if nothing raises it.
 */
class AssociationGreedyUtility : public AssociationTurnDecider
{
  public:
    static TypeId GetTypeId();

  protected:
    bool Choose(const AssociationProblem& problem,
                const AssociationState& state,
                const AssociationTable& table,
                uint32_t satellite,
                AssociationGrant& grant) override;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_RULES_H */
