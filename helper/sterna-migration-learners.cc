/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-learners.h"

#include "sterna-decider-names.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/object-factory.h"
#include "ns3/pointer.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-migration-agent-decider.h"
#include "ns3/sterna-migration-offer-decider.h"
#include "ns3/sterna-safetensors.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <vector>

namespace ns3
{
namespace sterna
{

namespace
{

const std::string PROBLEM = MigrationProblem::Name;
const std::string PREFIX = "ns3::sterna::";
const std::string OFFERS = PREFIX + "MigrationOfferDecider";
const std::string JOINT = PREFIX + "MigrationAgentDecider";
const std::vector<std::string> FAMILY{"PpoAgent",
                                      "HppoAgent",
                                      "GhppoAgent",
                                      "GatHppoAgent",
                                      "GateHppoAgent"};

/// What a policy's file must tell of how it was trained: attributes of its decider.
const std::map<std::string, std::vector<std::string>> TOLD{
    {OFFERS, {"Shares", "Horizon", "Proposals", "Guess"}},
    {JOINT, {"Resources", "Shares", "Window", "Graph"}}};

/// Agents that decide for all users at once, and what they can be told and asked: the paper's
/// names. What an agent can is left to the decider's attributes.
struct JointAgent
{
    const char* name;
    bool graph;
    bool resources;
    bool window; //!< sees more than the present slot
};

constexpr JointAgent JOINT_AGENTS[]{{"PpoAgent", false, false, false},
                                    {"SacAgent", false, true, false},
                                    {"HppoAgent", false, true, false},
                                    {"GhppoAgent", true, true, false},
                                    {"GatHppoAgent", true, true, false},
                                    {"GateHppoAgent", true, true, true}};

/// Makes a value the default of the whole PPO family.
void
SetFamily(const std::string& attribute, const AttributeValue& value)
{
    for (const auto& member : FAMILY)
    {
        Config::SetDefault(PREFIX + member + "::" + attribute, value);
    }
}

/// Undoes what another way of learning set: the family's members start as they were written.
void
ResetFamily()
{
    for (const auto& member : FAMILY)
    {
        const TypeId tid = TypeId::LookupByName(PREFIX + member);
        for (std::size_t k = 0; k < tid.GetAttributeN(); ++k)
        {
            Config::SetDefault(tid.GetAttributeFullName(k),
                               *tid.GetAttribute(k).originalInitialValue);
        }
    }
}

/// The paper gives the clipping, the learning rate and the layers (1024-512 and 256, which
/// take ten times as long); the rest is open. SAC trains after every fourth slot.
void
SetPaper()
{
    SetFamily("LearningRate", DoubleValue(1e-4));
    SetFamily("Clip", DoubleValue(0.2));
    SetFamily("Horizon", UintegerValue(240));
    SetFamily("Epochs", UintegerValue(10));
    SetFamily("Minibatches", UintegerValue(4));
    SetFamily("Discount", DoubleValue(0.95));
    SetFamily("EntropyCoefficient", DoubleValue(0.001));
    SetFamily("ScaleRewards", BooleanValue(true));
    Config::SetDefault(PREFIX + "SacAgent::LearningStarts", UintegerValue(240));
    Config::SetDefault(PREFIX + "SacAgent::TrainEvery", UintegerValue(4));
    Config::SetDefault(PREFIX + "SacAgent::BatchSize", UintegerValue(128));
    Config::SetDefault(PREFIX + "SacAgent::ReplayCapacity", UintegerValue(20000));
    Config::SetDefault(PREFIX + "SacAgent::Discount", DoubleValue(0.95));
    Config::SetDefault(PREFIX + "SacAgent::ChoiceEntropy", DoubleValue(0.3));
}

/// A rollout is some nine episodes of 2270 turns.
void
SetOffers()
{
    SetFamily("Encoder", StringValue("PerChoice"));
    SetFamily("Hybrid", BooleanValue(false));
    SetFamily("HiddenLayers", StringValue("64-64"));
    SetFamily("Activation", StringValue("Tanh"));
    SetFamily("LearningRate", DoubleValue(2e-3));
    SetFamily("Horizon", UintegerValue(20000));
    SetFamily("Epochs", UintegerValue(4));
    SetFamily("Minibatches", UintegerValue(20));
    SetFamily("Discount", DoubleValue(0.98));
    SetFamily("Lambda", DoubleValue(0.95));
    SetFamily("EntropyCoefficient", DoubleValue(0.01));
}

Ptr<MigrationDecider>
DeciderOf(const Ptr<Agent>& agent, const std::string& type, bool training)
{
    ObjectFactory factory;
    factory.SetTypeId(type);
    const auto decider = factory.Create<MigrationDecider>();
    decider->SetAttribute("Agent", PointerValue(agent));
    decider->SetAttribute("Training", BooleanValue(training));
    return decider;
}

void
CheckLearning(const std::string& name)
{
    if (name != "offers" && name != "paper")
    {
        throw InputError("There is no way of learning '" + name + "'; it is offers or paper.");
    }
}

} // namespace

void
SetMigrationLearning(const std::string& name)
{
    CheckLearning(name);
    ResetFamily();
    name == "paper" ? SetPaper() : SetOffers();
}

Ptr<MigrationDecider>
CreateMigrationDecider(const std::string& name, const std::string& learning, bool training)
{
    CheckLearning(learning);
    const auto object = CreateByName(PROBLEM, name);
    if (const auto decider = DynamicCast<MigrationDecider>(object))
    {
        return decider;
    }
    const auto agent = DynamicCast<Agent>(object);
    if (!agent)
    {
        RefuseDecider(PROBLEM, name);
    }
    const auto decider = DeciderOf(agent, learning == "offers" ? OFFERS : JOINT, training);
    for (const auto& joint : JOINT_AGENTS)
    {
        if (learning != "paper" || agent->GetInstanceTypeId().GetName() != PREFIX + joint.name)
        {
            continue;
        }
        if (!joint.graph)
        {
            decider->SetAttribute("Graph", BooleanValue(false));
        }
        if (!joint.resources)
        {
            decider->SetAttribute("Resources", BooleanValue(false));
        }
        if (!joint.window)
        {
            decider->SetAttribute("Window", UintegerValue(1));
        }
    }
    return decider;
}

Ptr<MigrationDecider>
CreateMigrationPolicy(const std::string& path)
{
    const bool script = path.size() > 3 && path.substr(path.size() - 3) == ".pt";
    if (script)
    {
        return DeciderOf(CreatePolicy(path), OFFERS, false); // the attributes' defaults count
    }
    const auto file = Safetensors::Read(path);
    const std::string type = PREFIX + file.GetMetadata("migration.Decider", path);
    const auto told = TOLD.find(type);
    if (told == TOLD.end())
    {
        throw InputError("Policy '" + path + "' was trained in a decider '" + type +
                         "', which does not exist.");
    }
    const auto decider = DeciderOf(CreatePolicy(path), type, false);
    for (const auto& attribute : told->second)
    {
        const std::string value = file.GetMetadata("migration." + attribute, path);
        if (!decider->SetAttributeFailSafe(attribute, StringValue(value)))
        {
            throw InputError("Policy '" + path + "' was trained with the " + attribute + " '" +
                             value + "', which " + type + " does not know.");
        }
    }
    return decider;
}

std::map<std::string, std::string>
MigrationPolicyMetadata(const Ptr<MigrationDecider>& decider)
{
    const std::string type = decider->GetInstanceTypeId().GetName();
    std::map<std::string, std::string> metadata{{"migration.Decider", type.substr(PREFIX.size())}};
    for (const auto& attribute : TOLD.at(type))
    {
        StringValue value;
        decider->GetAttribute(attribute, value);
        metadata["migration." + attribute] = value.Get();
    }
    return metadata;
}

Ptr<Agent>
MigrationAgentOf(const Ptr<MigrationDecider>& decider)
{
    if (const auto offers = DynamicCast<MigrationOfferDecider>(decider))
    {
        return offers->GetAgent();
    }
    const auto joint = DynamicCast<MigrationAgentDecider>(decider);
    return joint ? joint->GetAgent() : nullptr;
}

} // namespace sterna
} // namespace ns3
