/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_ENUMERATION_H
#define STERNA_LINK_GROUP_ENUMERATION_H

#include "sterna-link-group-part-bound.h"

#include <limits>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * All plans of a part, where few enough are left: cheaper than to split it further.
 */
class LinkGroupEnumeration
{
  public:
    explicit LinkGroupEnumeration(const LinkGroupOffers& offers);

    /**
     * Looks at all plans of a part. Of what a part demands, the offers that it forbids and the
     * transmitters that must be active are respected; plans that break its other demands may be
     * looked at, too, which does no harm.
     *
     * \param part the part
     * \param mostPlans gives up if there are more
     * \return whether all plans were looked at
     */
    bool Search(const LinkGroupPart& part, double mostPlans);

    /// (14a) of the best plan of the last search; infinity if there was none.
    double Value() const;
    const LinkGroupChoices& Plan() const;

  private:
    bool Collect(const LinkGroupPart& part, double mostPlans);
    void Combine(uint32_t slot, const std::vector<uint32_t>& links, std::size_t i);
    void Descend(uint32_t slot);
    double Objective() const;

    const LinkGroupOffers& m_offers;
    const LinkGroupPart* m_part{nullptr};
    std::vector<LinkGroupChoices> m_groups; //!< per slot
    LinkGroupChoice m_group;
    LinkGroupChoices m_path;
    LinkGroupChoices m_plan;
    Eigen::ArrayXd m_bits;
    double m_value{std::numeric_limits<double>::infinity()};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_ENUMERATION_H */
