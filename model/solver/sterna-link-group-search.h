/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_SEARCH_H
#define STERNA_LINK_GROUP_SEARCH_H

#include "ns3/sterna-link-group-problem.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace ns3
{
namespace sterna
{

/// One link of a group with what it would carry and what a rule thinks of it.
struct ScoredLink
{
    int32_t device;
    double volume; //!< Mbit: min(backlog, rate)
    double score;
};

/**
 * \ingroup sterna
 * The best group of a slot by a score that adds up over links, found without enumerating groups.
 *
 * For a given pattern of active transmitters the interference is fixed and a group separates over
 * its transmitters, but for the rule that they serve different devices. With N transmitters at most
 * N - 1 devices of a transmitter's ranking can be taken by others, so its N best suffice and the
 * result is exact. The cost is 2^N patterns times K links, and up to (N + 1)^N groups when they are
 * compared: it is meant for a handful of transmitters.
 */
class LinkGroupSearch
{
  public:
    /// Value of delivering `volume` Mbit to a device in this slot, not falling with the volume;
    /// links worth <= 0 are left out.
    using Score = std::function<double(uint32_t device, double volume)>;

    /**
     * \param problem the system
     * \param state what is known in this slot
     * \param score what a link is worth
     * \param depth devices kept per transmitter and pattern; at least the number of transmitters
     *        for an exact result
     */
    LinkGroupSearch(const LinkGroupProblem& problem,
                    const LinkGroupProblem::State& state,
                    const Score& score,
                    uint32_t depth);

    /// The best `depth` links of a transmitter while `pattern` is active, best first.
    const std::vector<ScoredLink>& Ranking(uint32_t transmitter, uint32_t pattern) const;

    /// The group with the highest sum of scores (the idle one if none is positive).
    LinkGroup Best() const;

    /// Calls `visit` for every group that the rankings allow, the idle one included.
    void ForEach(const std::function<void(const LinkGroup&, const std::vector<double>& volumes)>&
                     visit) const;

  private:
    void Rank(const LinkGroupProblem::State& state, const Score& score, uint32_t depth);
    /// The links of a transmitter that is alone on the air, each at the best it can be.
    std::vector<ScoredLink> LinksAlone(const LinkGroupProblem::State& state,
                                       const Score& score,
                                       uint32_t transmitter) const;
    uint32_t Patterns() const;

    const LinkGroupProblem& m_problem;
    /// [transmitter][pattern of its band]; only patterns in which it is active are filled
    std::vector<std::vector<std::vector<ScoredLink>>> m_rankings;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_SEARCH_H */
