/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-core-network.h"

#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaCoreNetwork");

NS_OBJECT_ENSURE_REGISTERED(CoreNetwork);

TypeId
CoreNetwork::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::CoreNetwork")
                            .SetParent<Object>()
                            .SetGroupName("Sterna")
                            .AddConstructor<CoreNetwork>()
                            .AddAttribute("BackhaulDelay",
                                          "Time from the core to the transmitters, for queues "
                                          "made from now on.",
                                          TimeValue(Seconds(0)),
                                          MakeTimeAccessor(&CoreNetwork::m_backhaulDelay),
                                          MakeTimeChecker(Seconds(0)));
    return tid;
}

CoreNetwork::CoreNetwork() = default;
CoreNetwork::~CoreNetwork() = default;

Ptr<DestinationQueue>
CoreNetwork::GetQueue(uint32_t nodeId)
{
    auto& queue = m_queues[nodeId];
    if (!queue)
    {
        NS_LOG_LOGIC("a queue for node " << nodeId);
        queue = CreateObject<DestinationQueue>();
        queue->SetAttribute("BackhaulDelay", TimeValue(m_backhaulDelay));
    }
    return queue;
}

void
CoreNetwork::DoDispose()
{
    for (auto& entry : m_queues)
    {
        entry.second->Dispose();
    }
    m_queues.clear();
    Object::DoDispose();
}

} // namespace sterna
} // namespace ns3
