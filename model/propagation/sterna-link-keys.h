/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_KEYS_H
#define STERNA_LINK_KEYS_H

#include "ns3/mobility-model.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <optional>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A random 64-bit key for each pair of nodes, the same in both directions.
 *
 * One base key is drawn from an ns-3 stream at first use; a pair's key is a hash of the base and
 * the two node ids. So keys depend on RngSeed, RngRun and the stream number, and not on which pair
 * was asked for first.
 */
class LinkKeys
{
  public:
    LinkKeys();

    /// The key of an unordered pair of nodes.
    uint64_t GetKey(uint32_t nodeA, uint32_t nodeB);

    /// Sets the stream and forgets the base key; returns the number of streams used (1).
    int64_t AssignStreams(int64_t stream);

  private:
    Ptr<UniformRandomVariable> m_stream;
    std::optional<uint64_t> m_base;
};

/**
 * \ingroup sterna
 * Id of the node that a mobility model is aggregated to.
 *
 * \throws InputError if there is none: fading belongs to pairs of nodes, since mobility models can
 * be
 *         copies (from ns-3.46 on)
 */
uint32_t GetNodeId(Ptr<MobilityModel> mobility);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_KEYS_H */
