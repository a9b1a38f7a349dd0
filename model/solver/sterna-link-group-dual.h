/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_DUAL_H
#define STERNA_LINK_GROUP_DUAL_H

#include "sterna-link-group-offers.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What a device pays per Mbit: lambda_k for bits and mu_k for bits towards its threshold.
struct LinkGroupPrices
{
    Eigen::ArrayXd bits;
    Eigen::ArrayXd share;
};

/**
 * \ingroup sterna
 * The Lagrangian dual function of P1: any prices certify a lower bound on (14a).
 *
 * Let u_k be the bits that device k takes and y_k whether it is served. With what a link counts
 * capped, c = min(R, D_k - b_k) and s = min(R, D'_k - b_k), every plan obeys
 *
 *     u_k <= sum c x,    (D'_k - b_k) y_k <= sum s x,    u_k >= D'_k - b_k if y_k = 1, else below.
 *
 * Pricing the first two, with lambda_k, mu_k >= 0, leaves devices and slots on their own:
 *
 *     L = min over y, u of eta_0 (M - sum y)^2
 *             + sum_k [eta_k (D_k - b_k - u_k)^2 + lambda_k u_k + mu_k (D'_k - b_k) y_k]
 *         - sum_t max over groups g of sum over links of g of (lambda_k c + mu_k s),
 *
 * M being the number of devices not served at the start. y stays binary: with a device's best costs
 * for y_k = 0 and 1 at hand, the best set of m devices is found by sorting, for all m at once. The
 * caps need the one-sided objective; for the literal one c = R, u_k = sum c x, and lambda_k may
 * have any sign.
 */
class LinkGroupDual
{
  public:
    explicit LinkGroupDual(const LinkGroupOffers& offers);

    /// Lets y_k be anything in [0, 1] and forgets that it bounds u_k: a bound on the continuous
    /// relaxation of P1 with capped coefficients, instead of on P1.
    void SetContinuous(bool continuous);

    /// L at these prices; negative ones count as 0 where they must not be negative.
    double Evaluate(const LinkGroupPrices& prices);

    /// A supergradient at the prices of the last call: what is taken less what the slots bring.
    const LinkGroupPrices& Slope() const;
    /// The best group per slot at the prices of the last call.
    const std::vector<LinkGroupChoice>& Choices() const;
    /// y_k at the prices of the last call; devices that were served at the start not included.
    const Eigen::ArrayXd& Served() const;

  private:
    double SlotPart();
    double DevicePart();
    /// The cheapest u_k in [least, most], and its cost.
    double Take(uint32_t device, double least, double most, double& taken) const;
    double ServeDevices();
    double ServeContinuously();

    const LinkGroupOffers& m_offers;
    bool m_continuous{false};
    LinkGroupPrices m_prices;
    LinkGroupPrices m_slope;
    std::vector<double> m_worth; //!< per offer
    std::vector<LinkGroupChoice> m_choices;
    Eigen::ArrayXd m_served;
    std::vector<std::pair<double, uint32_t>> m_extra; //!< cost of serving a device, which device
    Eigen::ArrayXd m_takenIfServed;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_DUAL_H */
