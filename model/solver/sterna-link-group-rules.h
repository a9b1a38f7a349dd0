/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_RULES_H
#define STERNA_LINK_GROUP_RULES_H

#include "ns3/random-variable-stream.h"
#include "ns3/sterna-decider.h"
#include "ns3/sterna-link-group-problem.h"

namespace ns3
{
namespace sterna
{

using LinkGroupDecider = Decider<LinkGroupProblem>;

/**
 * \ingroup sterna
 * A group drawn at random: each transmitter in a random order picks, uniformly, a device that has
 * backlog and is not yet taken; links that miss their SINR threshold are then dropped.
 */
class LinkGroupRandom : public LinkGroupDecider
{
  public:
    static TypeId GetTypeId();
    LinkGroupRandom();
    LinkGroup Decide(const LinkGroupProblem& problem,
                     const LinkGroupProblem::State& state) override;
    int64_t AssignStreams(int64_t stream) override;

  private:
    /// A device with backlog that is not taken, or IDLE.
    int32_t Draw(const LinkGroupProblem& problem,
                 const LinkGroupProblem::State& state,
                 const LinkGroup& group,
                 uint32_t transmitter);

    Ptr<UniformRandomVariable> m_random;
};

/**
 * \ingroup sterna
 * The paper's GRD: the group that lowers the objective most in this slot.
 *
 * Groups are searched over each transmitter's most rewarding devices (LinkGroupSearch) and compared
 * by their joint reward (23), because completions do not add up: c of them are worth
 * eta_0 (2 (K - m) c - c^2). The result is exact unless several completions in one slot compete
 * with devices beyond those rankings, which is rare.
 */
class LinkGroupGreedy : public LinkGroupDecider
{
  public:
    static TypeId GetTypeId();
    LinkGroup Decide(const LinkGroupProblem& problem,
                     const LinkGroupProblem::State& state) override;
};

/**
 * \ingroup sterna
 * Greedy with foresight for thresholds: a link's worth is the decrease of its gap term plus, if the
 * device can reach D'_k on this link before the cycle ends, the worth of its completion times the
 * share of what it still misses that this slot brings.
 *
 * Greedy sees a completion only in the slot in which it happens, so it never works towards one.
 */
class LinkGroupThresholdProgress : public LinkGroupDecider
{
  public:
    static TypeId GetTypeId();
    LinkGroup Decide(const LinkGroupProblem& problem,
                     const LinkGroupProblem::State& state) override;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_RULES_H */
