/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-decider-names.h"

#include "ns3/boolean.h"
#include "ns3/object-factory.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-safetensors.h"
#include "ns3/string.h"

#include <cctype>
#include <set>

namespace ns3
{
namespace sterna
{

namespace
{

const std::string PREFIX = "ns3::sterna::";

bool
EndsWith(const std::string& text, const std::string& end)
{
    return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Short names of all deciders of a problem and of all agents that are registered.
std::set<std::string>
KnownNames(const std::string& problem)
{
    const TypeId decider = TypeId::LookupByName(PREFIX + problem + "Decider");
    std::set<std::string> names;
    for (uint16_t i = 0; i < TypeId::GetRegisteredN(); ++i)
    {
        const TypeId tid = TypeId::GetRegistered(i);
        const bool decides = tid.IsChildOf(decider) || tid.IsChildOf(Agent::GetTypeId());
        TypeId::AttributeInformation agent; // who needs one is not made from a name alone
        if (!decides || !tid.HasConstructor() || tid.LookupAttributeByName("Agent", &agent))
        {
            continue;
        }
        std::string name = tid.GetName().substr(PREFIX.size());
        if (name.rfind(problem, 0) == 0)
        {
            name = name.substr(problem.size());
        }
        else if (EndsWith(name, "Agent"))
        {
            name = name.substr(0, name.size() - 5);
        }
        names.insert(name);
    }
    return names;
}

/// The agent that a policy's file asks for; one that cannot be read is FrozenPolicy's to refuse.
std::string
AgentOf(const std::string& path)
{
    static const std::set<std::string> FROZEN{"q", "actor", "wolpertinger"};
    try
    {
        const auto file = Safetensors::Read(path);
        const std::string& kind = file.GetMetadata("sterna.kind", path);
        if (kind == "emcl")
        {
            return PREFIX + "EmclAgent";
        }
        return FROZEN.count(kind) > 0 ? PREFIX + "FrozenPolicy"
                                      : file.GetMetadata("sterna.agent", path);
    }
    catch (const InputError&)
    {
        return PREFIX + "FrozenPolicy";
    }
}

/// Makes an agent of the PPO family what it was when it saved a file, whatever the defaults are now.
void
SetAsSaved(const Ptr<Agent>& agent, const std::string& path)
{
    const auto file = Safetensors::Read(path);
    const auto encoder = file.metadata.find("sterna.encoder");
    const auto parameters = file.metadata.find("sterna.parameters");
    if (encoder == file.metadata.end() || encoder->second.empty() ||
        parameters == file.metadata.end())
    {
        return;
    }
    std::string name = encoder->second;
    name[0] = char(std::toupper(static_cast<unsigned char>(name[0])));
    agent->SetAttributeFailSafe("Encoder", StringValue(name)); // one it cannot be it will refuse
    agent->SetAttributeFailSafe("Hybrid", BooleanValue(parameters->second != "0"));
}

} // namespace

Ptr<Object>
CreateByName(const std::string& problem, const std::string& name)
{
    for (const auto& full : {name, PREFIX + problem + name, PREFIX + name + "Agent", PREFIX + name})
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

void
RefuseDecider(const std::string& problem, const std::string& name)
{
    std::string known;
    for (const auto& one : KnownNames(problem))
    {
        known += (known.empty() ? "" : ", ") + one;
    }
    throw InputError("There is no decider '" + name + "'; known ones are " + known + ".");
}

Ptr<Agent>
CreateAgent(const std::string& problem, const std::string& name)
{
    const auto agent = DynamicCast<Agent>(CreateByName(problem, name));
    if (!agent)
    {
        RefuseDecider(problem, name);
    }
    return agent;
}

Ptr<Agent>
CreatePolicy(const std::string& path)
{
    const std::string name = EndsWith(path, ".pt") ? PREFIX + "TorchScriptPolicy" : AgentOf(path);
    TypeId tid;
    if (!TypeId::LookupByNameFailSafe(name, &tid) || !tid.IsChildOf(Agent::GetTypeId()))
    {
        throw InputError("Policy '" + path + "' is for '" + name +
                         "', which is no agent that this Sterna knows.");
    }
    ObjectFactory factory;
    factory.SetTypeId(tid);
    factory.Set("Policy", StringValue(path));
    const auto agent = factory.Create<Agent>();
    TypeId::AttributeInformation encoder;
    if (tid.LookupAttributeByName("Encoder", &encoder))
    {
        SetAsSaved(agent, path);
    }
    return agent;
}

} // namespace sterna
} // namespace ns3
