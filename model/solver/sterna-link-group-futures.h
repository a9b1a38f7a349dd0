/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_FUTURES_H
#define STERNA_LINK_GROUP_FUTURES_H

#include "ns3/random-variable-stream.h"
#include "ns3/sterna-link-group-instance.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The rest of the cycle as it may become: this slot as it is, then gains drawn from the present
 * levels of the fading (LinkForecast). Where rates are given, each device's future slots are drawn
 * from all that are.
 */
LinkGroupInstance DrawFuture(const LinkGroupProblem& problem,
                             const LinkGroupProblem::State& state,
                             Ptr<UniformRandomVariable> random);

/// The rest of the cycle with the gains to come at their mean.
LinkGroupInstance MeanFuture(const LinkGroupProblem& problem, const LinkGroupProblem::State& state);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_FUTURES_H */
