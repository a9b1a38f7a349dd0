/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_REPLAY_BUFFER_H
#define STERNA_REPLAY_BUFFER_H

#include "sterna-generator.h"
#include "sterna-mlp.h"
#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Transitions side by side, one per row.
struct ReplayBatch
{
    RowMatrixXf features;       //!< what was seen (batch x features)
    RowMatrixXf actions;        //!< what was done (batch x actions)
    Eigen::VectorXf rewards;    //!< length batch
    RowMatrixXf nextFeatures;   //!< what was seen next (batch x features)
    RowMatrixXf nextMask;       //!< 1: choice was valid next, 0: it was not (batch x choices)
    Eigen::VectorXf terminated; //!< 1: no bootstrap beyond, 0: otherwise
};

/**
 * \ingroup sterna
 * The last `capacity` transitions of fixed size, in flat storage, drawn uniformly with replacement.
 *
 * When it is full, a new transition takes the slot of the oldest one.
 */
class ReplayBuffer
{
  public:
    /**
     * \param capacity how many transitions are kept, > 0
     * \param features length of an observation
     * \param actions numbers per action (an index is one number)
     * \param choices length of the next state's mask; 0: there is none
     */
    ReplayBuffer(Eigen::Index capacity,
                 Eigen::Index features,
                 Eigen::Index actions,
                 Eigen::Index choices);

    /**
     * Adds a transition.
     * \param nextMask `choices` flags; null: all are valid
     * \return the slot it went to
     */
    Eigen::Index Push(const Eigen::Ref<const Eigen::VectorXf>& features,
                      const Eigen::Ref<const Eigen::VectorXf>& action,
                      float reward,
                      const Eigen::Ref<const Eigen::VectorXf>& nextFeatures,
                      const bool* nextMask,
                      bool terminated);

    /// How many transitions it holds.
    Eigen::Index GetSize() const;
    Eigen::Index GetCapacity() const;

    /// Draws slots uniformly, with replacement; the buffer must not be empty.
    void DrawSlots(Generator& random, std::vector<Eigen::Index>& slots) const;

    /// Copies the transitions of some slots into a batch, in their order.
    void Gather(const std::vector<Eigen::Index>& slots, ReplayBatch& batch) const;

    /// Adds `PREFIX.rows` (the filled slots) and the write position to a file.
    void Store(Safetensors& file, const std::string& prefix) const;
    /// Reads what Store() wrote; throws InputError if the sizes differ.
    void Load(const Safetensors& file, const std::string& prefix, const std::string& path);

  private:
    Eigen::Index m_capacity;
    Eigen::Index m_features;
    Eigen::Index m_actions;
    Eigen::Index m_choices;
    Eigen::Index m_size{0};
    Eigen::Index m_position{0}; //!< the slot that is written next
    /// One transition per row: features, action, reward, terminated, next features, next mask.
    RowMatrixXf m_rows;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_REPLAY_BUFFER_H */
