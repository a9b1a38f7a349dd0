/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-learners.h"

#include "sterna-decider-names.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/pointer.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-safetensors.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

namespace
{

const std::string PROBLEM = AssociationProblem::Name;
const std::string FEATURES_KEY = "association.features";

using Features = AssociationEncoder::Features;

Features
FeaturesOf(const std::string& preset)
{
    if (preset != "offers" && preset != "paper")
    {
        throw InputError("There is no way of learning '" + preset + "'; it is offers or paper.");
    }
    return preset == "paper" ? Features::PAPER : Features::OFFERS;
}

/// Table 2 of the paper; it leaves the exploration and the target's updates open.
void
SetPaper(const Ptr<Agent>& agent)
{
    constexpr uint32_t turns = 120; // of a slice: one training step per slice
    agent->SetAttribute("Optimizer", StringValue("Sgd"));
    agent->SetAttribute("LearningRate", DoubleValue(0.005));
    agent->SetAttribute("BatchSize", UintegerValue(32));
    agent->SetAttribute("ReplayCapacity", UintegerValue(2000));
    agent->SetAttribute("HiddenLayers", StringValue("64-32"));
    agent->SetAttribute("Discount", DoubleValue(0.9));
    agent->SetAttribute("TrainInterval", UintegerValue(turns));
    agent->SetAttribute("LearningStarts", UintegerValue(turns));
    agent->SetAttribute("TargetUpdate", UintegerValue(10 * turns));
    agent->SetAttribute("EpsilonDecaySteps", UintegerValue(20 * 30 * turns));
    agent->SetAttribute("BetaSteps", UintegerValue(100 * 30 * turns));
}

/// Counted in real choices, of which an episode has some 140.
void
SetOffers(const Ptr<Agent>& agent)
{
    agent->SetAttribute("PerChoice", BooleanValue(true));
    agent->SetAttribute("LearningRate", DoubleValue(1e-3));
    agent->SetAttribute("BatchSize", UintegerValue(32));
    agent->SetAttribute("ReplayCapacity", UintegerValue(10000));
    agent->SetAttribute("HiddenLayers", StringValue("64-32"));
    agent->SetAttribute("Discount", DoubleValue(0.9));
    agent->SetAttribute("TrainInterval", UintegerValue(1));
    agent->SetAttribute("GradientSteps", UintegerValue(2));
    agent->SetAttribute("LearningStarts", UintegerValue(64));
    agent->SetAttribute("TargetUpdate", UintegerValue(100));
    agent->SetAttribute("EpsilonEnd", DoubleValue(0.02));
    agent->SetAttribute("EpsilonDecaySteps", UintegerValue(1000));
    agent->SetAttribute("BetaSteps", UintegerValue(7000));
}

Ptr<AssociationDecider>
DeciderOf(const Ptr<Agent>& agent, Features features, bool training)
{
    const bool paper = features == Features::PAPER;
    const auto decider = CreateObject<AssociationAgentDecider>();
    decider->SetAttribute("Agent", PointerValue(agent));
    decider->SetAttribute("Features", EnumValue(features));
    decider->SetAttribute("Training", BooleanValue(training));
    if (paper)
    {
        decider->SetAttribute("Next", EnumValue(AssociationAgentDecider::SAME_SATELLITE));
        decider->SetAttribute("Reward", EnumValue(AssociationAgentDecider::OWN));
        decider->SetAttribute("IdleTurns", BooleanValue(true));
    }
    return decider;
}

} // namespace

Ptr<AssociationDecider>
CreateAssociationDecider(const std::string& name, const AssociationLearning& learning)
{
    const Features features = FeaturesOf(learning.preset);
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
    TypeId::AttributeInformation any;
    if (agent->GetInstanceTypeId().LookupAttributeByName("TargetUpdate", &any)) // the DQN family
    {
        features == Features::PAPER ? SetPaper(agent) : SetOffers(agent);
    }
    return DeciderOf(agent, features, learning.training);
}

Ptr<AssociationDecider>
CreateAssociationPolicy(const std::string& path)
{
    const bool script = path.size() > 3 && path.substr(path.size() - 3) == ".pt";
    const Features features =
        script ? Features::OFFERS
               : FeaturesOf(Safetensors::Read(path).GetMetadata(FEATURES_KEY, path));
    return DeciderOf(CreatePolicy(path), features, false);
}

std::map<std::string, std::string>
AssociationPolicyMetadata(const AssociationLearning& learning)
{
    return {{FEATURES_KEY, learning.preset}};
}

} // namespace sterna
} // namespace ns3
