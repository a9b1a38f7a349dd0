/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_SOLUTION_H
#define STERNA_LINK_GROUP_SOLUTION_H

#include "sterna-link-group-experiment.h"

#include "ns3/sterna-link-group-instance.h"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What a decider made of an instance.
struct LinkGroupSolution
{
    std::string decider;
    double objective; //!< (14a)
    uint32_t refused; //!< groups that were not valid and left idle
    double seconds;   //!< wall time of all its decisions
    LinkGroupPlan plan;
};

/**
 * \ingroup sterna
 * Plays a decider through an instance: planners see all of it, online deciders one slot after the
 * other.
 */
LinkGroupSolution SolveInstance(std::shared_ptr<const LinkGroupInstance> instance,
                                const std::string& name,
                                Ptr<LinkGroupDecider> decider);

/// The first cycle of an experiment as an instance.
LinkGroupInstance FirstInstance(const LinkGroupExperiment& experiment);

/**
 * \ingroup sterna
 * JSON: per decider its `objective`, the `certified_lower_bound` of the instance, and its `plan`,
 * per slot a list of [transmitter, device].
 */
void WriteSolutions(const LinkGroupInstance& instance,
                    double bound,
                    const std::vector<LinkGroupSolution>& solutions,
                    std::ostream& stream);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_SOLUTION_H */
