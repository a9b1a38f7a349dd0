/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-markov-fading-process.h"

#include "sterna-counter-hash.h"

#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMarkovFadingProcess");

MarkovFadingProcess::MarkovFadingProcess(std::shared_ptr<const FiniteStateMarkovChannel> channel,
                                         uint64_t key)
    : m_channel(std::move(channel)),
      m_key(key),
      m_shortest(m_channel->GetBridge().GetDepth() + 1)
{
    NS_LOG_FUNCTION(this << key);
}

uint32_t
MarkovFadingProcess::LevelAt(int64_t slot)
{
    const MarkovBridge& bridge = m_channel->GetBridge();
    if (bridge.IsFrozen())
    {
        return Anchor(0);
    }
    // the shortest known interval that holds both this slot and the last one
    const auto differing = static_cast<uint64_t>(slot ^ m_slot);
    uint32_t depth = m_shortest;
    while (depth <= bridge.GetDepth() && differing >> depth != 0)
    {
        ++depth;
    }
    if (depth > bridge.GetDepth())
    {
        depth = bridge.GetDepth();
        const int64_t block = slot >> depth;
        m_around[depth] = {Anchor(block), Anchor(block + 1)};
    }
    else if (depth > m_shortest)
    {
        // the two slots part here, and the level in the middle is known from the last one's half
        const Ends last = m_around[--depth];
        const Ends both = m_around[depth + 1];
        m_around[depth] = slot > m_slot ? Ends{last.next, both.next} : Ends{both.first, last.first};
    }
    // halve it until the slot is the first of an interval
    const auto bits = static_cast<uint64_t>(slot);
    while ((bits & ((uint64_t{1} << depth) - 1)) != 0)
    {
        const Ends ends = m_around[depth--];
        const uint64_t half = uint64_t{1} << depth;
        const uint64_t middle = (bits & ~(half - 1)) | half;
        const auto level = static_cast<uint8_t>(
            bridge.Midpoint(depth, ends.first, ends.next, CounterUniform(m_key, middle)));
        m_around[depth] = (bits & half) != 0 ? Ends{level, ends.next} : Ends{ends.first, level};
    }
    m_slot = slot;
    m_shortest = depth;
    return m_around[depth].first;
}

uint8_t
MarkovFadingProcess::Anchor(int64_t block) const
{
    const uint64_t slot = static_cast<uint64_t>(block) << m_channel->GetBridge().GetDepth();
    return static_cast<uint8_t>(CounterUniform(m_key, slot) * m_channel->GetLevels());
}

} // namespace sterna
} // namespace ns3
