/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_INDEX_POLICY_H
#define STERNA_LINK_GROUP_INDEX_POLICY_H

#include "ns3/sterna-link-group-rules.h"
#include "ns3/sterna-link-group-slot-options.h"
#include "ns3/sterna-mlp.h"

#include <Eigen/Core>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A learned priority index: a small network says what each link of a slot is worth, and the group
 * of the highest total is served, found exactly (LinkGroupSlotOptions).
 *
 * A link that delivers v Mbit to a device, in units of what the next completion is worth
 * (C = eta_0 (2 (K - m) - 1)), has the index
 *
 *     w (gap^2 - (gap - v)^2) / C  e^{h_0}  +  [not served] min(1, v / missing)  e^{h_1},
 *
 * that is ThresholdProgress's two terms, each corrected by what a network h sees of the link: how
 * many slots its device would need on it now and at its mean rate, how its rate stands against its
 * mean and against other transmitters', and how the cycle stands. Its size depends neither on K nor
 * on the number of transmitters, so one policy serves any system. Trained by TrainIndexPolicy().
 */
class LinkGroupIndexPolicy : public LinkGroupDecider
{
  public:
    static TypeId GetTypeId();
    LinkGroupIndexPolicy();

    /// Reads the policy file unless parameters were set; throws InputError if it does not fit.
    void Check(const LinkGroupProblem& problem) override;
    void BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) override;
    LinkGroup Decide(const LinkGroupProblem& problem,
                     const LinkGroupProblem::State& state) override;

    /// The network before any training: h = 0, and hidden weights from this stream.
    static Mlp Untrained(Ptr<UniformRandomVariable> stream);
    void SetNetwork(const Mlp& network);
    /// Writes the network as safetensors; `metadata` joins the policy's own.
    static void Save(const Mlp& network,
                     const std::string& path,
                     std::map<std::string, std::string> metadata);

  private:
    /// A link that could carry something in this slot.
    struct Candidate
    {
        uint32_t link;
        uint32_t device;
        double gapShare; //!< decrease of the gap term / C
        double progress; //!< min(1, v / missing), 0 if served
    };

    void FetchMeanRates(const LinkGroupProblem& problem, const LinkGroupProblem::State& state);
    /// Slots that the devices ahead of each one would need if the cheapest were served first.
    void QueueUp(const LinkGroupProblem& problem, const LinkGroupProblem::State& state);
    /// A plan for the rest of the cycle at mean rates.
    void PlanAhead(const LinkGroupInstance& slot, uint32_t slots);
    /// All links of a slot, and what the network sees of each.
    void Observe(const LinkGroupProblem& problem,
                 const LinkGroupProblem::State& state,
                 const LinkGroupInstance& slot);

    std::string m_path;
    std::unique_ptr<Mlp> m_network;
    Mlp::Workspace m_workspace;
    Eigen::ArrayXXd m_meanRate; //!< alone on the air, Mbit per slot (devices x transmitters)
    Eigen::ArrayXXd m_meanRates; //!< the same for all patterns (devices x links)
    LinkGroupPlan m_plan;
    Eigen::ArrayXd m_planned;       //!< b_k after it, Mbit
    Eigen::ArrayXXd m_plannedSlots; //!< it gives to each link (devices x transmitters)
    Eigen::ArrayXXd m_queue;    //!< slots until a device's turn (devices x transmitters)
    Eigen::ArrayXd m_load;      //!< slots that all open devices would need, per transmitter
    std::vector<Candidate> m_candidates;
    RowMatrixXf m_features;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_INDEX_POLICY_H */
