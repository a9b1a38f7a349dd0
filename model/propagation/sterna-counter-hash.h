/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_COUNTER_HASH_H
#define STERNA_COUNTER_HASH_H

#include <cstdint>

namespace ns3
{
namespace sterna
{

/// Increment of SplitMix64: the odd integer nearest to 2^64 / golden ratio.
constexpr uint64_t SPLIT_MIX_INCREMENT = 0x9E3779B97F4A7C15ULL;

/**
 * \ingroup sterna
 * Scrambles 64 bits so that each input bit flips each output bit with probability 1/2.
 *
 * A bijection: the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
 * number generators", OOPSLA 2014) with the constants of Stafford's variant 13.
 *
 * \param bits any value
 * \return the scrambled value
 */
inline uint64_t
ScrambleBits(uint64_t bits)
{
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
    return bits ^ (bits >> 31);
}

/**
 * \ingroup sterna
 * Number `counter` of the SplitMix64 sequence that starts at `key`, without its predecessors.
 *
 * \param key names the sequence
 * \param counter position in the sequence
 * \return 64 random bits
 */
inline uint64_t
CounterBits(uint64_t key, uint64_t counter)
{
    return ScrambleBits(key + (counter + 1) * SPLIT_MIX_INCREMENT);
}

/**
 * \ingroup sterna
 * A uniform variable that is a function of (key, counter) alone.
 *
 * Neither 0 nor 1 ever comes out, so its logarithm is always finite.
 *
 * \param key names the sequence
 * \param counter position in the sequence
 * \return an odd multiple of 2^-53 between 0 and 1
 */
inline double
CounterUniform(uint64_t key, uint64_t counter)
{
    return (static_cast<double>(CounterBits(key, counter) >> 12) + 0.5) * 0x1p-52;
}

} // namespace sterna
} // namespace ns3

#endif /* STERNA_COUNTER_HASH_H */
