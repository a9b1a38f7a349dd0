/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_ENCODER_H
#define STERNA_LINK_GROUP_ENCODER_H

#include "sterna-link-group-problem.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Turns the state of link-group scheduling and its candidate groups into numbers for a learner.
 *
 * - `INDEX` is the paper's: the state (22), channel coefficients and delivered data of every
 *   device, and a group is its number. Its size grows with K; neighbouring numbers mean nothing.
 * - `LINK_FEATURE` describes each link of a group by what it would achieve. Its size depends on the
 *   number of transmitters only, so one policy serves any number of devices.
 *
 * All entries lie in [-1, 1].
 */
class LinkGroupEncoder
{
  public:
    enum Embedding
    {
        INDEX,
        LINK_FEATURE
    };

    using Choices = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    explicit LinkGroupEncoder(Embedding embedding);

    Eigen::Index FeatureSize(const LinkGroupProblem& problem) const;
    /**
     * The last features are this many blocks of BlockSize() numbers: of INDEX one per device, of
     * LINK_FEATURE one per transmitter with the largest, then one per transmitter with the mean
     * embedding among the candidates.
     */
    Eigen::Index Blocks(const LinkGroupProblem& problem) const;
    Eigen::Index BlockSize(const LinkGroupProblem& problem) const;
    Eigen::Index EmbeddingSize(const LinkGroupProblem& problem) const;

    /// Embeds a group in a row; `volumes` are its deliverable Mbit per transmitter.
    void Embed(const LinkGroupProblem& problem,
               const LinkGroupProblem::State& state,
               const LinkGroup& group,
               const std::vector<double>& volumes,
               std::size_t index,
               std::size_t count,
               Eigen::Ref<Eigen::RowVectorXf> row) const;

    /// The state as seen by the learner; `choices` are the embedded candidates of this slot.
    Eigen::VectorXf Features(const LinkGroupProblem& problem,
                             const LinkGroupProblem::State& state,
                             const Choices& choices) const;

  private:
    /// Numbers per link in LINK_FEATURE: progress, feasibility, completion, gap reduction.
    static constexpr Eigen::Index PER_LINK = 4;
    /// Numbers that describe the whole slot in LINK_FEATURE.
    static constexpr Eigen::Index PER_SLOT = 4;

    Embedding m_embedding;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_ENCODER_H */
