/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CANDIDATE_MEMORY_H
#define STERNA_CANDIDATE_MEMORY_H

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

/**
 * \ingroup sterna
 * The embedded choices of next states, beside a ReplayBuffer: slot for slot the same transition.
 *
 * A critic's target ranks the next choices anew as the networks change, so they must be kept.
 * Their number varies, and they are most of the memory of a replay. Therefore
 *  - each coordinate takes 16 bits (steps of 1 / 32767 over [-1, 1]: finer than any embedding), and
 *  - of more than `limit` choices a uniformly drawn subset of that size is kept, together with the
 *    number there were.
 * 10 000 slots of 256 choices with 8 coordinates take 41 MB.
 */
class CandidateMemory
{
  public:
    /**
     * \param slots capacity of the ReplayBuffer
     * \param embedding columns of the choices
     * \param limit most choices kept per slot
     */
    CandidateMemory(Eigen::Index slots, Eigen::Index embedding, Eigen::Index limit);

    /**
     * Keeps the choices of one transition in place of those that lay there.
     * \param choices one per row, coordinates in [-1, 1]
     * \param valid the rows of `choices` that are valid, ascending
     * \param random draws the subset
     */
    void Set(Eigen::Index slot,
             const RowMatrixXf& choices,
             std::vector<Eigen::Index> valid,
             Generator& random);

    /**
     * \param choices is set to what is kept, one choice per row, in the order they had
     * \return how many valid choices there were before the subset was drawn
     */
    Eigen::Index Get(Eigen::Index slot, RowMatrixXf& choices) const;

    /// Adds `PREFIX.counts` and `PREFIX.values` of the first `size` slots to a file.
    void Store(Safetensors& file, const std::string& prefix, Eigen::Index size) const;
    /// Reads what Store() wrote; throws InputError if it does not fit this memory.
    void Load(const Safetensors& file,
              const std::string& prefix,
              Eigen::Index size,
              const std::string& path);

  private:
    /// The choices of one slot.
    struct Slot
    {
        int32_t offered{0};          //!< valid choices before the subset was drawn
        std::vector<int16_t> values; //!< those that were kept, row by row
    };

    Eigen::Index m_embedding;
    Eigen::Index m_limit;
    std::vector<Slot> m_slots;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_CANDIDATE_MEMORY_H */
