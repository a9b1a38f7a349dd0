/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-keys.h"

#include "sterna-counter-hash.h"

#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkKeys");

LinkKeys::LinkKeys()
    : m_stream(CreateObject<UniformRandomVariable>())
{
}

uint64_t
LinkKeys::GetKey(uint32_t nodeA, uint32_t nodeB)
{
    if (!m_base)
    {
        constexpr uint32_t MOST = std::numeric_limits<uint32_t>::max();
        const uint64_t high = m_stream->GetInteger(0, MOST);
        m_base = (high << 32) | m_stream->GetInteger(0, MOST);
        NS_LOG_INFO("base key " << *m_base);
    }
    const auto [lower, higher] = std::minmax(nodeA, nodeB);
    // scrambled again: a key must not be a point of another key's own sequence
    return ScrambleBits(~CounterBits(*m_base, (uint64_t{lower} << 32) | higher));
}

int64_t
LinkKeys::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    m_stream->SetStream(stream);
    m_base.reset();
    return 1;
}

uint32_t
GetNodeId(Ptr<MobilityModel> mobility)
{
    const Ptr<Node> node = mobility->GetObject<Node>();
    if (!node)
    {
        throw InputError("A mobility model at an end of a fading link is aggregated to no Node; "
                         "fading needs one to tell links apart.");
    }
    return node->GetId();
}

} // namespace sterna
} // namespace ns3
