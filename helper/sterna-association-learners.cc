/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-learners.h"

#include "sterna-decider-names.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/pointer.h"
#include "ns3/sterna-error.h"
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

const std::string PROBLEM = AssociationProblem::Name;
/// What a policy's file must tell of how it was trained: attributes of its decider.
const std::vector<std::string> TOLD{"Features", "Turns", "IdleTurns"};
const std::vector<std::string> FAMILY{"DqnAgent",
                                      "DoubleDqnAgent",
                                      "DuelingDqnAgent",
                                      "PsddqnAgent"};
const std::string DECIDER = "ns3::sterna::AssociationAgentDecider::";

/// Makes a value the default of the whole DQN family.
void
SetFamily(const std::string& attribute, const AttributeValue& value)
{
    for (const auto& member : FAMILY)
    {
        Config::SetDefault("ns3::sterna::" + member + "::" + attribute, value);
    }
}

/// Table 2 of the paper; it leaves the exploration and the target's updates open.
void
SetPaper()
{
    constexpr uint32_t turns = 120; // of a slice: one training step per slice
    Config::SetDefault(DECIDER + "Features", StringValue("Paper"));
    Config::SetDefault(DECIDER + "Next", StringValue("SameSatellite"));
    Config::SetDefault(DECIDER + "Reward", StringValue("Own"));
    Config::SetDefault(DECIDER + "Turns", StringValue("Index"));
    Config::SetDefault(DECIDER + "IdleTurns", BooleanValue(true));
    SetFamily("PerChoice", BooleanValue(false));
    SetFamily("Optimizer", StringValue("Sgd"));
    SetFamily("LearningRate", DoubleValue(0.005));
    SetFamily("BatchSize", UintegerValue(32));
    SetFamily("ReplayCapacity", UintegerValue(2000));
    SetFamily("HiddenLayers", StringValue("64-32"));
    SetFamily("Discount", DoubleValue(0.9));
    SetFamily("TrainInterval", UintegerValue(turns));
    SetFamily("GradientSteps", UintegerValue(1));
    SetFamily("LearningStarts", UintegerValue(turns));
    SetFamily("TargetUpdate", UintegerValue(10 * turns));
    SetFamily("EpsilonEnd", DoubleValue(0.05));
    SetFamily("EpsilonDecaySteps", UintegerValue(20 * 30 * turns));
    SetFamily("BetaSteps", UintegerValue(100 * 30 * turns));
}

/// Counted in real choices, of which an episode has some 140. What comes later tells little of a
/// choice but adds noise, so nothing is discounted into it; what others do disturbs its worth, so
/// exploration ends soon and what was seen meanwhile is forgotten.
void
SetOffers()
{
    Config::SetDefault(DECIDER + "Features", StringValue("Offers"));
    Config::SetDefault(DECIDER + "Next", StringValue("SameSatellite"));
    Config::SetDefault(DECIDER + "Reward", StringValue("Difference"));
    Config::SetDefault(DECIDER + "Turns", StringValue("LargestOffer"));
    Config::SetDefault(DECIDER + "IdleTurns", BooleanValue(false));
    Config::SetDefault(DECIDER + "Prior", BooleanValue(true));
    SetFamily("PerChoice", BooleanValue(true));
    SetFamily("Optimizer", StringValue("Adam"));
    SetFamily("LearningRate", DoubleValue(1e-3));
    SetFamily("BatchSize", UintegerValue(128));
    SetFamily("ReplayCapacity", UintegerValue(1500));
    SetFamily("HiddenLayers", StringValue("64-32"));
    SetFamily("Discount", DoubleValue(0));
    SetFamily("TrainInterval", UintegerValue(1));
    SetFamily("GradientSteps", UintegerValue(8));
    SetFamily("LearningStarts", UintegerValue(64));
    SetFamily("TargetUpdate", UintegerValue(100));
    SetFamily("EpsilonEnd", DoubleValue(0.005));
    SetFamily("EpsilonDecaySteps", UintegerValue(150));
    SetFamily("BetaSteps", UintegerValue(7000));
}

Ptr<AssociationDecider>
DeciderOf(const Ptr<Agent>& agent, bool training)
{
    const auto decider = CreateObject<AssociationAgentDecider>();
    decider->SetAttribute("Agent", PointerValue(agent));
    decider->SetAttribute("Training", BooleanValue(training));
    return decider;
}

} // namespace

void
SetAssociationLearning(const std::string& name)
{
    if (name != "offers" && name != "paper")
    {
        throw InputError("There is no way of learning '" + name + "'; it is offers or paper.");
    }
    name == "paper" ? SetPaper() : SetOffers();
}

Ptr<AssociationDecider>
CreateAssociationDecider(const std::string& name, bool training)
{
    const auto object = CreateByName(PROBLEM, name);
    if (const auto decider = DynamicCast<AssociationDecider>(object))
    {
        return decider;
    }
    const auto agent = DynamicCast<Agent>(object);
    if (!agent)
    {
        RefuseDecider(PROBLEM, name);
    }
    return DeciderOf(agent, training);
}

Ptr<AssociationDecider>
CreateAssociationPolicy(const std::string& path)
{
    const auto decider = DeciderOf(CreatePolicy(path), false);
    const bool script = path.size() > 3 && path.substr(path.size() - 3) == ".pt";
    if (script)
    {
        return decider; // it tells nothing: the attributes' defaults count
    }
    const auto file = Safetensors::Read(path);
    for (const auto& attribute : TOLD)
    {
        const std::string value = file.GetMetadata("association." + attribute, path);
        if (!decider->SetAttributeFailSafe(attribute, StringValue(value)))
        {
            throw InputError("Policy '" + path + "' was trained with the " + attribute + " '" +
                             value + "', which AssociationAgentDecider does not know.");
        }
    }
    return decider;
}

std::map<std::string, std::string>
AssociationPolicyMetadata(const Ptr<AssociationDecider>& decider)
{
    std::map<std::string, std::string> metadata;
    for (const auto& attribute : TOLD)
    {
        StringValue value;
        decider->GetAttribute(attribute, value);
        metadata["association." + attribute] = value.Get();
    }
    return metadata;
}

} // namespace sterna
} // namespace ns3
