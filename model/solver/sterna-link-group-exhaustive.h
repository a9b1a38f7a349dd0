/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_EXHAUSTIVE_H
#define STERNA_LINK_GROUP_EXHAUSTIVE_H

#include "sterna-link-group-rules.h"

#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The exact optimum of a cycle, for tiny instances: every sequence of groups, with all future
 * fading known.
 *
 * Plans a whole cycle at its beginning and then plays the plan. A sequence is given up only when
 * even the largest conceivable rest could not make it the best, so the result is exact. Refuses a
 * cycle with more than MaxSequences sequences.
 */
class LinkGroupExhaustive : public LinkGroupDecider
{
  public:
    static TypeId GetTypeId();
    void Check(const LinkGroupProblem& problem) override;
    void BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) override;
    LinkGroup Decide(const LinkGroupProblem& problem,
                     const LinkGroupProblem::State& state) override;

    /// The objective that the plan reaches.
    double GetOptimum() const;

  private:
    struct Option
    {
        LinkGroup group;
        std::vector<double> rates; //!< Mbit per transmitter
    };

    std::vector<Option> Options(const LinkGroupProblem& problem,
                                const LinkGroupProblem::State& state,
                                uint32_t slot) const;
    void Search(const LinkGroupProblem& problem, const LinkGroupProblem::State& state);
    double LargestRest(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) const;

    double m_maxSequences;
    std::vector<std::vector<Option>> m_options; //!< per slot
    Eigen::ArrayXXd m_mostLeft;                 //!< Mbit a device could still get from a slot on
    std::vector<LinkGroup> m_path;
    std::vector<LinkGroup> m_plan;
    double m_optimum{0};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_EXHAUSTIVE_H */
