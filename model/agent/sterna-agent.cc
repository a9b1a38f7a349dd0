/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent.h"

#include "ns3/sterna-error.h"

namespace ns3
{
namespace sterna
{

NS_OBJECT_ENSURE_REGISTERED(Agent);

TypeId
Agent::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::Agent").SetParent<Object>().SetGroupName("Sterna");
    return tid;
}

void
Agent::BeginTask()
{
}

void
Agent::Learn(const Transition&)
{
}

void
Agent::Watch(const Observation&, const Action&, float)
{
}

void
Agent::SavePolicy(const std::string&, const std::map<std::string, std::string>&) const
{
    throw InputError(GetInstanceTypeId().GetName() + " has no policy that could be saved.");
}

void
Agent::SaveCheckpoint(const std::string&) const
{
    throw InputError(GetInstanceTypeId().GetName() + " does not learn: it has no checkpoint.");
}

void
Agent::LoadCheckpoint(const std::string&)
{
    throw InputError(GetInstanceTypeId().GetName() + " does not learn: it takes no checkpoint.");
}

} // namespace sterna
} // namespace ns3
