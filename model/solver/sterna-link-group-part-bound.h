/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_PART_BOUND_H
#define STERNA_LINK_GROUP_PART_BOUND_H

#include "sterna-link-group-descent.h"
#include "sterna-link-group-dual.h"

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace ns3
{
namespace sterna
{

/// The two bands, as indices.
enum LinkGroupBand : uint8_t
{
    C_BAND = 0,
    KA_BAND = 1
};

/// A part of all plans: what a node of a search tree allows.
struct LinkGroupPart
{
    enum Served : int8_t
    {
        OPEN = -1,
        NO = 0,
        YES = 1
    };

    std::vector<int8_t> served;     //!< per device, Served; of those not served at the start
    std::vector<uint8_t> forbidden; //!< per offer
    std::vector<uint32_t> active;   //!< per slot the transmitters that must be active
    /// Per band and device the fewest and the most slots in which it is served.
    std::array<std::vector<uint8_t>, 2> fewest;
    std::array<std::vector<uint8_t>, 2> most;

    explicit LinkGroupPart(const LinkGroupOffers& offers);
};

/// What a device pays: per Mbit as in LinkGroupPrices, and per slot of a band, of any sign.
struct LinkGroupPartPrices
{
    LinkGroupPrices volume;
    std::array<Eigen::ArrayXd, 2> slots; //!< per Mbit of the device's mean rate in that band

    LinkGroupPartPrices& operator+=(const LinkGroupPartPrices& other);
    LinkGroupPartPrices operator*(double factor) const;
    double Dot(const LinkGroupPartPrices& other) const;
};

/**
 * \ingroup sterna
 * The Lagrangian dual function of LinkGroupDual, made stronger for search trees: devices take whole
 * slots.
 *
 * Besides its bits u_k and y_k, a device chooses in how many slots it is served in each band, a_k
 * in C band and b_k in Ka band; both are priced (sigma), and
 *
 *     u_k <= U_k(a_k, b_k), the sum of its a_k largest C-band and b_k largest Ka-band rates,
 *     y_k = 0 only if the smallest such sum is below D'_k - b_k.
 *
 * The convex hull over whole numbers of slots is what makes the difference where one slot of the
 * satellite finishes a device: eta (D - u)^2 between no slot and one is the chord, not the parabola.
 * All of it respects a part of the plans, and the bound holds for every plan of the part.
 */
class LinkGroupPartBound
{
  public:
    static constexpr double INFEASIBLE = std::numeric_limits<double>::infinity();

    explicit LinkGroupPartBound(const LinkGroupOffers& offers);

    /// Makes a part the current one.
    void SetPart(const LinkGroupPart& part);
    /// The bound on the current part; INFEASIBLE if it holds no plan.
    double Evaluate(const LinkGroupPartPrices& prices);
    /// A supergradient at the prices of the last call.
    const LinkGroupPartPrices& Slope() const;
    /// The groups that the slots chose at the prices of the last call.
    const LinkGroupChoices& Choices() const;
    /// y_k at the prices of the last call; devices that were served at the start not included.
    const Eigen::ArrayXd& Served() const;
    /// Slots of a band that a device chose at the prices of the last call.
    uint32_t SlotsTaken(LinkGroupBand band, uint32_t device) const;
    /// Mean of a device's largest rates per slot, Mbit; 1 if it has none.
    double MeanRate(LinkGroupBand band, uint32_t device) const;
    /// The bound at the prices of the last call, were the device served, or not.
    double ValueIfServed(uint32_t device, bool served) const;
    /// No more than the bound at the prices of the last call, were the offer used, per offer.
    void ValuesIfUsed(std::vector<double>& values) const;

    /// Prices to start from.
    LinkGroupPartPrices Extend(const LinkGroupPrices& prices) const;
    /// A slope with each component divided by the device's rate: prices of links that carry much
    /// move as far, relative to what they are, as those of links that carry little.
    LinkGroupPartPrices Scaled(const LinkGroupPartPrices& slope) const;
    /// Square of the norm in which a scaled slope is the steepest ascent.
    double Square(const LinkGroupPartPrices& direction) const;
    LinkGroupBand BandOf(uint32_t offer) const;
    uint32_t SlotOf(uint32_t offer) const;

  private:
    /// A device's cheapest answer.
    struct Answer
    {
        double cost{INFEASIBLE};
        double bits{0};
        std::array<uint8_t, 2> slots{};
    };

    void FindRange(const LinkGroupPart& part);
    Answer Cheapest(uint32_t device, bool served, const LinkGroupPartPrices& prices) const;
    double ServedPart(int64_t device, bool forced, std::vector<uint8_t>* served) const;
    void SetSlope(const std::vector<uint8_t>& served);

    const LinkGroupOffers& m_offers;
    const LinkGroupPart* m_part{nullptr};
    std::array<Eigen::ArrayXd, 2> m_meanRate; //!< unit of the slots' prices, Mbit
    std::array<Eigen::ArrayXd, 2> m_scale;    //!< 1 / what a slot of that band brings, 1 / Mbit
    Eigen::ArrayXd m_volumeScale;             //!< of the faster band
    std::vector<LinkGroupBand> m_band;        //!< per offer
    std::vector<uint32_t> m_slotOf;           //!< per offer
    /// Per band [device * (slots + 1) + count]: largest and smallest sum of rates of so many slots
    std::array<std::vector<double>, 2> m_largest;
    std::array<std::vector<double>, 2> m_smallest;
    std::array<std::vector<uint8_t>, 2> m_available; //!< slots in which a device can be served

    std::vector<double> m_worth;
    LinkGroupChoices m_choices;
    std::array<std::vector<Answer>, 2> m_answers; //!< unserved and served, per device
    LinkGroupPartPrices m_slope;
    Eigen::ArrayXd m_served;
    double m_devicePart{0};
    double m_value{0};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_PART_BOUND_H */
