/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-scheduler-helper.h"

#include "ns3/boolean.h"
#include "ns3/pointer.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-agent-decider.h"
#include "ns3/sterna-link-group-index-policy.h"
#include "ns3/sterna-safetensors.h"
#include "ns3/string.h"

#include <algorithm>
#include <set>

namespace ns3
{
namespace sterna
{

SternaSchedulerHelper::SternaSchedulerHelper(const std::string& scheduler)
{
    m_scheduler.SetTypeId(scheduler);
    m_traffic.SetTypeId(LinkGroupTraffic::GetTypeId());
}

void
SternaSchedulerHelper::SetAttribute(const std::string& name, const AttributeValue& value)
{
    m_scheduler.Set(name, value);
}

void
SternaSchedulerHelper::SetTraffic(const std::string& traffic)
{
    m_traffic.SetTypeId(traffic);
}

void
SternaSchedulerHelper::SetTrafficAttribute(const std::string& name, const AttributeValue& value)
{
    m_traffic.Set(name, value);
}

void
SternaSchedulerHelper::SetDecider(Ptr<LinkGroupDecider> decider)
{
    m_decider = decider;
}

ApplicationContainer
SternaSchedulerHelper::Install(SternaHelper& network)
{
    if (!m_decider)
    {
        throw InputError("The scheduler has no decider; call SetDecider() before Install().");
    }
    Ptr<Node> controller;
    for (const auto& device : network.GetChannel(Band::C)->GetDevices())
    {
        if (device->GetNode()->GetObject<Terminal>()->GetRole() == Terminal::BASE_STATION)
        {
            controller = device->GetNode();
            break;
        }
    }
    if (!controller)
    {
        throw InputError("The number of base stations is 0; at least one is needed.");
    }
    auto scheduler = m_scheduler.Create<LinkGroupScheduler>();
    scheduler->SetNetwork(network.GetChannel(Band::KA),
                          network.GetChannel(Band::C),
                          network.GetCoreNetwork());
    scheduler->SetAttribute("Traffic", PointerValue(m_traffic.Create<LinkGroupTraffic>()));
    scheduler->SetDecider(m_decider);
    controller->AddApplication(scheduler);
    return ApplicationContainer(scheduler);
}

int64_t
SternaSchedulerHelper::AssignStreams(const ApplicationContainer& schedulers, int64_t stream)
{
    const int64_t first = stream;
    for (auto it = schedulers.Begin(); it != schedulers.End(); ++it)
    {
        if (const auto scheduler = DynamicCast<LinkGroupScheduler>(*it))
        {
            stream += scheduler->AssignStreams(stream);
        }
    }
    return stream - first;
}

namespace
{

const std::string PREFIX = "ns3::sterna::";

/// Short names of all deciders and learning agents that are registered.
std::set<std::string>
KnownNames()
{
    std::set<std::string> names;
    for (uint16_t i = 0; i < TypeId::GetRegisteredN(); ++i)
    {
        const TypeId tid = TypeId::GetRegistered(i);
        const bool decides =
            tid.IsChildOf(LinkGroupDecider::GetTypeId()) || tid.IsChildOf(Agent::GetTypeId());
        if (!decides || !tid.HasConstructor() || tid.GetName() == PREFIX + "LinkGroupAgentDecider")
        {
            continue;
        }
        std::string name = tid.GetName().substr(PREFIX.size());
        if (name.rfind("LinkGroup", 0) == 0)
        {
            name = name.substr(std::string("LinkGroup").size());
        }
        else if (name.size() > 5 && name.substr(name.size() - 5) == "Agent")
        {
            name = name.substr(0, name.size() - 5);
        }
        names.insert(name);
    }
    return names;
}

} // namespace

namespace
{

/// Makes an object that decides from its short or full name; null if there is none.
Ptr<Object>
CreateByName(const std::string& name)
{
    for (const auto& full :
         {name, PREFIX + "LinkGroup" + name, PREFIX + name + "Agent", PREFIX + name})
    {
        TypeId tid;
        if (TypeId::LookupByNameFailSafe(full, &tid) && tid.HasConstructor())
        {
            ObjectFactory factory;
            factory.SetTypeId(tid);
            return factory.Create();
        }
    }
    return nullptr;
}

[[noreturn]] void
RefuseName(const std::string& name)
{
    std::string known;
    for (const auto& one : KnownNames())
    {
        known += (known.empty() ? "" : ", ") + one;
    }
    throw InputError("There is no decider '" + name + "'; known ones are " + known + ".");
}

} // namespace

Ptr<LinkGroupDecider>
CreateLinkGroupDecider(const std::string& name)
{
    const auto object = CreateByName(name);
    if (const auto decider = DynamicCast<LinkGroupDecider>(object))
    {
        return decider;
    }
    if (const auto agent = DynamicCast<Agent>(object))
    {
        return CreateLinkGroupDecider(agent);
    }
    RefuseName(name);
}

Ptr<Agent>
CreateAgent(const std::string& name)
{
    const auto agent = DynamicCast<Agent>(CreateByName(name));
    if (!agent)
    {
        RefuseName(name);
    }
    return agent;
}

Ptr<LinkGroupDecider>
CreateLinkGroupDecider(Ptr<Agent> agent, bool training)
{
    auto decider = CreateObject<LinkGroupAgentDecider>();
    decider->SetAttribute("Agent", PointerValue(agent));
    decider->SetAttribute("Training", BooleanValue(training));
    return decider;
}

namespace
{

/// Whether a file is a policy of EmclAgent; one that cannot be read is FrozenPolicy's to refuse.
bool
IsEmclPolicy(const std::string& path)
{
    try
    {
        return Safetensors::Read(path).GetMetadata("sterna.kind", path) == "emcl";
    }
    catch (const InputError&)
    {
        return false;
    }
}

} // namespace

Ptr<Agent>
CreatePolicy(const std::string& path)
{
    const bool script = path.size() > 3 && path.substr(path.size() - 3) == ".pt";
    ObjectFactory factory;
    factory.SetTypeId(PREFIX + (script               ? "TorchScriptPolicy"
                                : IsEmclPolicy(path) ? "EmclAgent"
                                                     : "FrozenPolicy"));
    factory.Set("Policy", StringValue(path));
    return factory.Create<Agent>();
}

Ptr<LinkGroupDecider>
CreatePolicyDecider(const std::string& path)
{
    const bool script = path.size() > 3 && path.substr(path.size() - 3) == ".pt";
    if (!script && LinkGroupIndexPolicy::IsPolicy(path))
    {
        const auto decider = CreateObject<LinkGroupIndexPolicy>();
        decider->SetAttribute("Policy", StringValue(path));
        return decider;
    }
    return CreateLinkGroupDecider(CreatePolicy(path));
}

} // namespace sterna
} // namespace ns3
