/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_FLOW_H
#define STERNA_ASSOCIATION_FLOW_H

#include "ns3/sterna-association-plan.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The contacts of largest total weight such that each satellite has one at most and each station as
 * many as it has channels.
 *
 * A transportation problem, so a minimum-cost flow (Boost.Graph's successive shortest paths) solves
 * it exactly, without a vertex for each channel. Contacts whose weight is not positive are left out.
 *
 * \param slice whose contacts they are
 * \param weights of the contacts, in their order
 * \param stations number of stations, without the virtual one
 * \param channels of each station
 * \return indices of the chosen contacts, ascending
 */
std::vector<std::size_t> BestAssociation(const AssociationSlice& slice,
                                         const Eigen::ArrayXd& weights,
                                         uint32_t stations,
                                         uint32_t channels);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_FLOW_H */
