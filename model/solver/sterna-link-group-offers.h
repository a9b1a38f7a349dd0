/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_OFFERS_H
#define STERNA_LINK_GROUP_OFFERS_H

#include "ns3/sterna-link-group-instance.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Some transmitter may serve a device in some slot while a pattern of its band is active.
struct LinkGroupOffer
{
    uint32_t device;
    uint32_t link; //!< of LinkGroupInstance::links
    double bits;   //!< what counts of R (12), Mbit: min(R, D_k - b_k), or R if (14a) is literal
    /// what counts towards the threshold, Mbit: min(R, D'_k - b_k); 0 if it is out of reach
    double share;
};

/// A group of one slot as offers, and what it is worth.
struct LinkGroupChoice
{
    static constexpr int32_t IDLE = -1;

    double value{0};
    std::array<int32_t, MAX_LINK_GROUP_TRANSMITTERS> offers; //!< per transmitter, or IDLE

    LinkGroupChoice()
    {
        offers.fill(IDLE);
    }
};

/**
 * \ingroup sterna
 * The valid links of an instance without the zeros, and the best group of a slot for worths that
 * add up over links: the linear subproblem of every relaxation of P1 here.
 *
 * Groups are never enumerated. While the transmitters of a pattern are active, a group separates
 * over them but for (9), that they serve different devices; a transmitter whose favourite is taken
 * by one of the N - 1 others finds another among its N best. So the choice is exact, and a slot
 * costs one look at each of its offers.
 */
class LinkGroupOffers
{
  public:
    explicit LinkGroupOffers(const LinkGroupInstance& instance);

    uint32_t Slots() const;
    uint32_t Transmitters() const;
    uint32_t Devices() const;
    uint32_t Links() const;
    /// Number of patterns of active transmitters, the idle one included.
    uint32_t Patterns() const;

    /// All offers, slot after slot and link after link.
    const std::vector<LinkGroupOffer>& All() const
    {
        return m_offers;
    }

    /// First offer of a slot (Slots(): the end of all).
    uint32_t Begin(uint32_t slot) const
    {
        return m_begin[slot * m_links];
    }

    /// First offer of a link in a slot; the next link's first one is its end.
    uint32_t Begin(uint32_t slot, uint32_t link) const
    {
        return m_begin[slot * m_links + link];
    }

    /// Links that a pattern of transmitters switches on, one per transmitter.
    const std::vector<uint32_t>& LinksOf(uint32_t pattern) const;
    uint32_t TransmitterOf(uint32_t offer) const;
    uint32_t TransmitterOfLink(uint32_t link) const;
    bool IsSatellite(uint32_t transmitter) const;

    /**
     * The group of a slot with the largest sum of worths; the idle one is worth 0.
     *
     * \param slot the slot
     * \param worth per offer (of all slots); -infinity forbids one
     * \param active transmitters that must be active; the value is -infinity if they cannot
     */
    LinkGroupChoice Best(uint32_t slot,
                         const std::vector<double>& worth,
                         uint32_t active = 0) const;

    LinkGroup ToGroup(const LinkGroupChoice& choice) const;
    /// The group with this offer instead of what its transmitter did and what its device got;
    /// links that then miss their threshold are dropped. \return whether the offer itself holds
    bool Insert(uint32_t offer, const LinkGroupChoice& into, LinkGroupChoice& choice) const;
    /// The group without one transmitter.
    LinkGroupChoice Without(uint32_t transmitter, const LinkGroupChoice& choice) const;
    /// The offers of a group; links below their SINR threshold are dropped, and the rest follows.
    LinkGroupChoice FromGroup(uint32_t slot, LinkGroup group) const;

    /// Whether a device that is not served yet can be.
    bool CanServe(uint32_t device) const
    {
        return missing(device) > 0 && most(device) >= missing(device);
    }

    /// eta_k times the square of what a device still wants after so many bits (Mbit).
    double GapTerm(uint32_t device, double bits) const
    {
        const double left = gap(device) - bits;
        const double charged = literal ? left : std::max(0.0, left);
        return weight(device) * charged * charged;
    }

    Eigen::ArrayXd gap;     //!< D_k - b_k at the start, Mbit, at least 0 unless (14a) is literal
    Eigen::ArrayXd missing; //!< D'_k - b_k at the start, Mbit; 0: served already
    Eigen::ArrayXd most;    //!< the most bits that the slots can bring to a device, Mbit
    Eigen::ArrayXd weight;  //!< eta_k
    double servedWeight;    //!< eta_0
    double unserved;        //!< devices that are not served at the start
    bool literal;           //!< (14a) as printed charges for more than D_k, too

  private:
    struct Favourite
    {
        double worth;
        int32_t offer;
    };

    /// The offer of a transmitter to a device under a pattern, or LinkGroupChoice::IDLE.
    int32_t Find(uint32_t slot, uint32_t transmitter, uint32_t pattern, uint32_t device) const;
    uint32_t SlotOf(uint32_t offer) const;
    void Collect(const LinkGroupInstance& instance);
    /// The favourites of a pattern's transmitters if they are all different devices.
    bool Distinct(uint32_t pattern,
                  const std::vector<Favourite>& favourites,
                  LinkGroupChoice& choice) const;
    void Assign(uint32_t slot,
                uint32_t pattern,
                const std::vector<double>& worth,
                LinkGroupChoice& best) const;

    std::vector<LinkGroupOffer> m_offers;
    std::vector<uint32_t> m_begin; //!< [slot * links + link], and the end
    std::vector<std::vector<uint32_t>> m_linksOf;
    std::vector<uint32_t> m_transmitterOf; //!< of a link
    std::vector<uint32_t> m_pattern;       //!< of a link
    std::vector<uint32_t> m_band;          //!< pattern of a transmitter's band
    uint32_t m_satellites;
    uint32_t m_slots;
    uint32_t m_links;
    uint32_t m_transmitters;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_OFFERS_H */
