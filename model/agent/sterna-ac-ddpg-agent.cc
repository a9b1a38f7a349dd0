/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-ac-ddpg-agent.h"

#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAcDdpgAgent");

NS_OBJECT_ENSURE_REGISTERED(AcDdpgAgent);

TypeId
AcDdpgAgent::GetTypeId()
{
    static TypeId tid = AddAttributes(TypeId("ns3::sterna::AcDdpgAgent")
                                          .SetParent<Agent>()
                                          .SetGroupName("Sterna")
                                          .AddConstructor<AcDdpgAgent>(),
                                      1);
    return tid;
}

} // namespace sterna
} // namespace ns3
