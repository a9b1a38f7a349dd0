/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_RECORDING_H
#define STERNA_LINK_GROUP_RECORDING_H

#include "sterna-link-group-experiment.h"

#include "ns3/sterna-link-group-problem.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A cycle with all its gains, taken from a simulation: any decider can be played on it again, at
 * flow level and without a simulator, which is what many evaluations of one policy want.
 */
class LinkGroupRecording
{
  public:
    LinkGroupRecording(const LinkGroupProblem& problem, const LinkGroupProblem::State& state);

    /// The cycle's start, with the recorded gains.
    LinkGroupProblem::State Start(const uint32_t& slot) const;
    const LinkGroupProblem& Problem() const;
    /// (14a) at the end of the cycle; a group that is not valid leaves its slot idle.
    double Play(LinkGroupDecider& decider) const;

  private:
    struct Gains;

    std::shared_ptr<const LinkGroupProblem> m_problem;
    LinkGroupProblem::State m_start;
    std::shared_ptr<const Gains> m_gains;
};

/// All cycles of an experiment, whose run numbers count up from `firstRun`.
std::vector<LinkGroupRecording> RecordCycles(const LinkGroupExperiment& experiment,
                                             uint64_t firstRun);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_RECORDING_H */
