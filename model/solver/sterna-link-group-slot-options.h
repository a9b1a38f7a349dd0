/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_SLOT_OPTIONS_H
#define STERNA_LINK_GROUP_SLOT_OPTIONS_H

#include "ns3/sterna-link-group-instance.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The best group of a slot when links have worths that add up.
 *
 * For a pattern of active transmitters a group separates over them, but for the rule that they
 * serve different devices (9). At most N - 1 of a transmitter's favourites can be taken by others,
 * so its N best devices are all that is kept, and the result is exact.
 */
class LinkGroupSlotOptions
{
  public:
    /// \param instance outlives this; its links are meant
    explicit LinkGroupSlotOptions(const LinkGroupInstance& instance);

    void Clear();

    /// Link `link` of the instance could serve a device; worths <= 0 are left out.
    void Offer(uint32_t link, uint32_t device, double worth)
    {
        if (worth > 0)
        {
            m_worths(device, link) = worth;
            if (worth > m_favourites[link].worth) // equal worths: the earlier device
            {
                m_favourites[link] = {int32_t(device), worth};
            }
        }
    }

    /**
     * The best way to give each transmitter of the pattern a device, all different.
     * \return its worth; 0 if there is none, and `best` stays as it is
     */
    double Best(uint32_t pattern, LinkGroup& best) const;
    /// No way is worth more than this: favourites, whether or not they differ; 0 if there is none.
    double Bound(uint32_t pattern) const;

  private:
    /// A device for a transmitter, and what that is worth.
    struct Option
    {
        int32_t device;
        double worth;
    };

    using Options = std::vector<Option>;

    /// Every transmitter's favourite; false if these do not differ.
    bool TakeFavourites(uint32_t pattern, LinkGroup& group) const;
    /// The N best devices of a link, best first.
    Options Shortlist(uint32_t link) const;
    void AssignRest(uint32_t pattern,
                    uint32_t transmitter,
                    double worth,
                    const std::vector<Options>& shortlists,
                    LinkGroup& group,
                    double& highest,
                    LinkGroup& best) const;

    const LinkGroupInstance& m_instance;
    Eigen::ArrayXXd m_worths;         //!< (devices x links), 0 where nothing is offered
    std::vector<Option> m_favourites; //!< per link; IDLE and 0 if nothing is offered
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_SLOT_OPTIONS_H */
