/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PRIORITIZED_REPLAY_H
#define STERNA_PRIORITIZED_REPLAY_H

#include "sterna-generator.h"
#include "sterna-safetensors.h"
#include "sterna-sum-tree.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Draws replay slots in proportion to how much was learned from them: proportional prioritised
 * replay of Schaul et al., ICLR 2016.
 *
 * It knows slots, not transitions: a ReplayBuffer holds those. Slot i has the weight
 * p_i^alpha with p_i = |error_i| + 1e-6, and a transition just added has the largest weight so far.
 * A draw divides the total into as many equal ranges as slots are wanted and takes one from each.
 */
class PrioritizedReplay
{
  public:
    /// Slots that were drawn.
    struct Draw
    {
        std::vector<Eigen::Index> slots;
        std::vector<uint64_t> tickets; //!< which transition was in the slot at that time
        /// (N P(i))^-beta, divided by the largest of the draw; multiplies the loss of a sample
        Eigen::VectorXf weights;
    };

    /**
     * \param capacity number of slots, > 0
     * \param exponent alpha, how far draws follow the errors: 0 (not) to 1 (in proportion)
     */
    explicit PrioritizedReplay(Eigen::Index capacity, double exponent = 0.6);

    /// A new transition went to `slot`.
    void Add(Eigen::Index slot);

    /**
     * \param count how many slots are wanted; at least one must have been added
     * \param beta how far the weights correct for the draw's bias, 0 (not) to 1 (fully)
     */
    void Sample(size_t count, double beta, Generator& random, Draw& draw) const;

    /**
     * Sets the priorities of drawn slots.
     * \param errors temporal-difference errors; a slot that was overwritten since the draw keeps
     * its priority, and so does one whose error is not finite
     */
    void Update(const Draw& draw, const Eigen::VectorXf& errors);

    /// The weight p^alpha of a slot; 0 if it was never filled.
    double GetWeight(Eigen::Index slot) const;

    /// Adds the weights as `PREFIX.weights`, and the largest one.
    void Store(Safetensors& file, const std::string& prefix) const;
    /// Reads what Store() wrote; throws InputError if the capacity differs.
    void Load(const Safetensors& file, const std::string& prefix, const std::string& path);

  private:
    Eigen::Index m_capacity;
    double m_exponent;               //!< alpha
    Eigen::Index m_filled{0};        //!< slots with a transition
    float m_largest{1};              //!< the largest weight so far
    uint64_t m_nextTicket{0};        //!< counts the transitions
    std::vector<uint64_t> m_tickets; //!< the ticket of the transition in each slot
    SumTree m_tree;                  //!< weights, rounded to float so that a file holds them
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_PRIORITIZED_REPLAY_H */
