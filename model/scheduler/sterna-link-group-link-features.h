/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_LINK_FEATURES_H
#define STERNA_LINK_GROUP_LINK_FEATURES_H

#include "ns3/sterna-link-group-instance.h"
#include "ns3/sterna-mlp.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * What a learner sees of each link that could carry something in a slot.
 *
 * All is relative - slots that a completion takes, shares, logarithms of ratios - so that neither K
 * nor the demands' scale matters: what the slot would bring; how the rate stands against its mean,
 * against other transmitters' and against the same link without interference; how long the devices
 * that are cheaper to complete keep its transmitter busy; what a plan for the rest of the cycle at
 * mean rates (LinkGroupPlanSearch) makes of the device; and how the cycle stands.
 */
class LinkGroupLinkFeatures
{
  public:
    /// Numbers per link.
    static constexpr Eigen::Index COUNT = 26;

    /// A link that could carry v Mbit to a device that has a backlog.
    struct Candidate
    {
        uint32_t link; //!< of the slot's instance
        uint32_t device;
        double gapShare; //!< eta_k (gap^2 - (gap - v)^2) / C, C being the next completion's worth
        double progress; //!< min(1, v / missing); 0 if the device is served
    };

    /// Once per cycle: mean rates.
    void BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State& state);
    /// All candidates of a slot; `slot` is its instance.
    void Observe(const LinkGroupProblem& problem,
                 const LinkGroupProblem::State& state,
                 const LinkGroupInstance& slot);

    const std::vector<Candidate>& Candidates() const;
    /// One row per candidate; there may be further rows.
    const RowMatrixXf& Rows() const;
    /// The candidate of a link and a device, or -1.
    int32_t Find(uint32_t link, uint32_t device) const;
    /// C = eta_0 (2 (K - m) - 1): what the next completion lowers (14a) by.
    static double Completion(const LinkGroupProblem::State& state);

  private:
    /// Slots that the devices ahead of each one would need if the cheapest were served first.
    void QueueUp(const LinkGroupProblem::State& state);
    /// A plan for the rest of the cycle at mean rates.
    void PlanAhead(const LinkGroupProblem::State& state,
                   const LinkGroupInstance& slot,
                   uint32_t slots);
    void Describe(const LinkGroupProblem& problem,
                  const LinkGroupProblem::State& state,
                  const LinkGroupInstance& slot,
                  uint32_t device);

    Eigen::ArrayXXd m_meanRates;    //!< Mbit per slot (devices x links)
    Eigen::ArrayXXd m_meanRate;     //!< the same alone on the air (devices x transmitters)
    Eigen::ArrayXXd m_queue;        //!< slots until a device's turn (devices x transmitters)
    Eigen::ArrayXd m_load;          //!< slots that all open devices would need, per transmitter
    LinkGroupPlan m_plan;           //!< at mean rates
    Eigen::ArrayXd m_planned;       //!< b_k after it, Mbit
    Eigen::ArrayXXd m_plannedSlots; //!< it gives to each link (devices x transmitters)
    double m_plannedServed{0};      //!< share of the devices that it serves
    std::vector<Candidate> m_candidates;
    Eigen::ArrayXXi m_index; //!< of candidates (devices x links), -1: none
    RowMatrixXf m_rows;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_LINK_FEATURES_H */
