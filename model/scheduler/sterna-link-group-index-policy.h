/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_INDEX_POLICY_H
#define STERNA_LINK_GROUP_INDEX_POLICY_H

#include "sterna-link-group-link-features.h"

#include "ns3/sterna-link-group-rolling-horizon.h"
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
 * of the highest total is found exactly (LinkGroupSlotOptions).
 *
 * A link that delivers v Mbit to a device has, in units of what the next completion lowers (14a)
 * by, C = eta_0 (2 (K - m) - 1), the index
 *
 *     eta_k (gap^2 - (gap - v)^2) / C  e^{h_0}  +  [not served] min(1, v / missing)  e^{h_1}  +  h_2,
 *
 * that is ThresholdProgress's two terms, corrected by what a network h sees of the link
 * (LinkGroupLinkFeatures). Nothing in it depends on K or on the number of transmitters, so one
 * policy serves any system.
 *
 * With Futures > 0 the group of the highest index competes with those with which the plans for some
 * drawn futures begin (LinkGroupRollingHorizon::Judge): of them, the one of the least
 *
 *     mean objective over the futures / C  -  Trust x sum of indices
 *
 * is served. A few futures are a noisy judge and the index is a prior that many have taught, so
 * both together do better than either. The time of a decision is nearly all theirs.
 *
 * Trained by TrainIndexPolicy(). Priority indices: Whittle, 'Restless bandits', 1988; learning one
 * network for all arms: Nakhleh et al., 'NeurWIN', 2021.
 *
 * Limits: links are worth what they are independently of each other, but for interference and (9).
 * Without Futures no link is ever seen more than a mean plan ahead.
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
    int64_t AssignStreams(int64_t stream) override;

    /// The network before any training: h = 0, and hidden weights from this stream.
    static Mlp Untrained(Ptr<UniformRandomVariable> stream);
    void SetNetwork(const Mlp& network);
    /// Writes the network as safetensors; `metadata` joins the policy's own.
    static void Save(const Mlp& network,
                     const std::string& path,
                     std::map<std::string, std::string> metadata);

    /// Whether a file holds such a network; throws InputError if it is no safetensors file.
    static bool IsPolicy(const std::string& path);

    /// What the last decision saw.
    const LinkGroupLinkFeatures& Observed() const;
    /// The index of a link, g e^h_0 + p e^h_1 + h_2.
    static double Index(double gapShare,
                        double progress,
                        const Eigen::Ref<const Eigen::RowVectorXf>& corrections);

  private:
    /// Lets the groups that look good in some futures compete with the one of highest index.
    LinkGroup LookAhead(const LinkGroupProblem& problem,
                        const LinkGroupProblem::State& state,
                        const LinkGroupInstance& slot,
                        const LinkGroup& first);

    std::string m_path;
    uint32_t m_futures;
    uint32_t m_attempts;
    double m_trust;
    Ptr<LinkGroupRollingHorizon> m_horizon;
    std::unique_ptr<Mlp> m_network;
    Mlp::Workspace m_workspace;
    LinkGroupLinkFeatures m_features;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_INDEX_POLICY_H */
