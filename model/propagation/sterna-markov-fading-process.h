/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MARKOV_FADING_PROCESS_H
#define STERNA_MARKOV_FADING_PROCESS_H

#include "sterna-finite-state-markov-channel.h"

#include <array>
#include <cstdint>
#include <memory>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Fading of one link over the slots: a stationary sample path of a finite-state Markov channel.
 *
 * The path is a function of the link's key alone. Slots may be asked for in any order, any number
 * of times, by anybody: the answers are those of one walk through all slots. Hence a link that
 * nobody asks about costs nothing, and looking ahead disturbs nothing.
 *
 * States 2^depth slots apart are independent and drawn by hash; those between come from halving
 * (MarkovBridge), each from a uniform variable hashed from (key, slot). The intervals around the
 * last slot are kept, so the next slot takes one draw on average and any slot at most `depth` (8
 * for f_d T = 0.1). Memory is constant, about 130 bytes.
 */
class MarkovFadingProcess
{
  public:
    /**
     * \param channel what the path is a path of
     * \param key names the path; equal keys walk the same path
     */
    MarkovFadingProcess(std::shared_ptr<const FiniteStateMarkovChannel> channel, uint64_t key);

    /// Level in a slot, 0 being the weakest. Slots may be negative.
    uint32_t LevelAt(int64_t slot);

    /// Power gain in a slot (linear, unit mean over time).
    double GainAt(int64_t slot)
    {
        return m_channel->GetGain(LevelAt(slot));
    }

    /// The chain whose path this is.
    const FiniteStateMarkovChannel& GetChannel() const
    {
        return *m_channel;
    }

  private:
    /// Levels at both ends of an interval of slots.
    struct Ends
    {
        uint8_t first; ///< at its first slot
        uint8_t next;  ///< at the first slot after it
    };

    /// The independent state at the start of a block of 2^depth slots.
    uint8_t Anchor(int64_t block) const;

    std::shared_ptr<const FiniteStateMarkovChannel> m_channel;
    uint64_t m_key;
    int64_t m_slot{0};      ///< last slot asked for
    uint32_t m_shortest{0}; ///< intervals of 2^m_shortest slots and more around m_slot are known
    std::array<Ends, MarkovBridge::MAX_DEPTH + 1> m_around; ///< [d]: of the 2^d slots with m_slot
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MARKOV_FADING_PROCESS_H */
