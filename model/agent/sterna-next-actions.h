/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_NEXT_ACTIONS_H
#define STERNA_NEXT_ACTIONS_H

#include "sterna-mlp.h"
#include "sterna-trajectory-memory.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The actions that a Wolpertinger policy considers in the next states of some tuples: what the
 * target of a temporal difference takes the largest value of.
 */
class NextActions
{
  public:
    /**
     * \param times the tuples
     * \param batch what was gathered of them
     * \param protos the proto-actions in their next states, one per row
     * \param neighbours choices considered per state; of a state of whose choices only a subset is
     *        kept proportionally fewer, so that they cover the same part of the embedding
     */
    NextActions(const TrajectoryMemory& memory,
                const std::vector<int64_t>& times,
                const TrajectoryBatch& batch,
                const RowMatrixXf& protos,
                Eigen::Index neighbours);

    /// One per row. A state without choices has its proto-action; so has one after a termination.
    const RowMatrixXf& GetActions() const;
    /// The tuple's place among `times` of each action.
    const std::vector<Eigen::Index>& GetOwners() const;

    /// \return r + discount max Q(s', a') of each tuple, and r after a termination
    Eigen::VectorXf Targets(const TrajectoryBatch& batch,
                            const Eigen::VectorXf& values,
                            double discount) const;

  private:
    void Add(Eigen::Index owner, const Eigen::Ref<const Eigen::RowVectorXf>& action);

    RowMatrixXf m_actions;
    std::vector<Eigen::Index> m_owners;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_NEXT_ACTIONS_H */
