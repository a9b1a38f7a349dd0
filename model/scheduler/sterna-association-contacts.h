/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_CONTACTS_H
#define STERNA_ASSOCIATION_CONTACTS_H

#include "ns3/nstime.h"
#include "ns3/sterna-association-plan.h"
#include "ns3/sterna-channel.h"
#include "ns3/sterna-terminal.h"

#include <vector>

namespace ns3
{
namespace sterna
{

/// What a contact plan is made for.
struct AssociationContactSetting
{
    uint32_t slices;         //!< how many
    Time slice;              //!< how long each is
    double minElevation;     //!< of a contact (rad)
    double csiErrorVariance; //!< of the estimates, relative to the channel's power gain
    uint64_t key;            //!< names the sequence of the estimates' errors
};

/**
 * \ingroup sterna
 * Foresees all contacts between satellites and gateways, from now on.
 *
 * The SNR of a contact is that of the channel's path loss, powers and antennas with both ends where
 * they are in the middle of the contact. All channels of the band are taken to be alike.
 *
 * \param satellites terminals with a course that is known (FixedCourseMobilityModel)
 * \param gateways terminals that stand still
 * \param channel the band's first
 * \throws InputError if a satellite's course is not known
 */
AssociationPlan ForeseeContacts(const std::vector<Ptr<Terminal>>& satellites,
                                const std::vector<Ptr<Terminal>>& gateways,
                                const Ptr<SternaChannel>& channel,
                                const AssociationContactSetting& setting);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_CONTACTS_H */
