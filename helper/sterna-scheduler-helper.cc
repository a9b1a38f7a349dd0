/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-scheduler-helper.h"

#include "ns3/boolean.h"
#include "ns3/pointer.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-agent-decider.h"
#include "ns3/sterna-link-group-index-policy.h"
#include "ns3/string.h"

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

const std::string PROBLEM = LinkGroupProblem::Name;

} // namespace

Ptr<LinkGroupDecider>
CreateLinkGroupDecider(const std::string& name)
{
    const auto object = CreateByName(PROBLEM, name);
    if (const auto decider = DynamicCast<LinkGroupDecider>(object))
    {
        return decider;
    }
    if (const auto agent = DynamicCast<Agent>(object))
    {
        return CreateLinkGroupDecider(agent);
    }
    RefuseDecider(PROBLEM, name);
}

Ptr<Agent>
CreateAgent(const std::string& name)
{
    return CreateAgent(PROBLEM, name);
}

Ptr<LinkGroupDecider>
CreateLinkGroupDecider(Ptr<Agent> agent, bool training)
{
    auto decider = CreateObject<LinkGroupAgentDecider>();
    decider->SetAttribute("Agent", PointerValue(agent));
    decider->SetAttribute("Training", BooleanValue(training));
    return decider;
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
