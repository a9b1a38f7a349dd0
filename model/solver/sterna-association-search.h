/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_SEARCH_H
#define STERNA_ASSOCIATION_SEARCH_H

#include "ns3/sterna-association-table.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Channels for pairs that are already chosen, and a local search around a decision.
 *
 * A value says what the grants of a table are worth, interference included. The search tries to
 * move a satellite to any free channel in view, to the virtual station, and to exchange the
 * channels of two satellites at a station, and keeps whatever is worth more, until nothing is or
 * the effort is spent. So it never ends below its start.
 */
class AssociationSearch
{
  public:
    /// What the grants of a table are worth together.
    using Value = std::function<double(const AssociationTable& table)>;

    /// \param problem and \param state outlive the search
    AssociationSearch(const AssociationProblem& problem,
                      const AssociationState& state,
                      Value value);

    /**
     * Gives channels to pairs, one by one, each the channel that is worth most; who would be
     * disturbed by most others comes first.
     *
     * \param pairs indices of contacts, at most M a station and one a satellite
     */
    AssociationDecision Colour(const std::vector<std::size_t>& pairs) const;

    /// A decision that is worth as much or more, and nearby.
    AssociationDecision Improve(const AssociationDecision& decision) const;

    /// What a decision is worth.
    double Worth(const AssociationDecision& decision) const;

  private:
    /// Tables that may be tried by Improve(): some 0.2 s where all stations are busy.
    static constexpr uint32_t EFFORT = 20000;

    AssociationTable TableOf(const AssociationDecision& decision) const;
    /// In how many pairs' way each pair is: satellites in view of the other's station.
    std::vector<uint32_t> Degrees(const std::vector<std::size_t>& pairs) const;
    /// The best place of a satellite, the rest unchanged; raises `worth` if there is a better one.
    bool MoveOne(AssociationTable& table,
                 uint32_t satellite,
                 double& worth,
                 uint32_t& effort) const;
    /// The first exchange of a satellite's channel with another's that is worth more.
    bool SwapOne(AssociationTable& table,
                 uint32_t satellite,
                 double& worth,
                 uint32_t& effort) const;

    const AssociationProblem& m_problem;
    const AssociationState& m_state;
    Value m_value;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_SEARCH_H */
