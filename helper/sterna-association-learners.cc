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

namespace ns3
{
namespace sterna
{

namespace
{

const std::string PROBLEM = AssociationProblem::Name;
const std::string FEATURES_KEY = "association.features";
const std::string AGENT = "ns3::sterna::DqnAgent::";
const std::string DECIDER = "ns3::sterna::AssociationAgentDecider::";

/// Table 2 of the paper; it leaves the exploration and the target's updates open.
void
SetPaper()
{
    constexpr uint32_t turns = 120; // of a slice: one training step per slice
    Config::SetDefault(DECIDER + "Features", StringValue("Paper"));
    Config::SetDefault(DECIDER + "Next", StringValue("SameSatellite"));
    Config::SetDefault(DECIDER + "Reward", StringValue("Own"));
    Config::SetDefault(DECIDER + "IdleTurns", BooleanValue(true));
    Config::SetDefault(AGENT + "PerChoice", BooleanValue(false));
    Config::SetDefault(AGENT + "Optimizer", StringValue("Sgd"));
    Config::SetDefault(AGENT + "LearningRate", DoubleValue(0.005));
    Config::SetDefault(AGENT + "BatchSize", UintegerValue(32));
    Config::SetDefault(AGENT + "ReplayCapacity", UintegerValue(2000));
    Config::SetDefault(AGENT + "HiddenLayers", StringValue("64-32"));
    Config::SetDefault(AGENT + "Discount", DoubleValue(0.9));
    Config::SetDefault(AGENT + "TrainInterval", UintegerValue(turns));
    Config::SetDefault(AGENT + "GradientSteps", UintegerValue(1));
    Config::SetDefault(AGENT + "LearningStarts", UintegerValue(turns));
    Config::SetDefault(AGENT + "TargetUpdate", UintegerValue(10 * turns));
    Config::SetDefault(AGENT + "EpsilonEnd", DoubleValue(0.05));
    Config::SetDefault(AGENT + "EpsilonDecaySteps", UintegerValue(20 * 30 * turns));
    Config::SetDefault(AGENT + "BetaSteps", UintegerValue(100 * 30 * turns));
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
    Config::SetDefault(DECIDER + "IdleTurns", BooleanValue(false));
    Config::SetDefault(AGENT + "PerChoice", BooleanValue(true));
    Config::SetDefault(AGENT + "Optimizer", StringValue("Adam"));
    Config::SetDefault(AGENT + "LearningRate", DoubleValue(1e-3));
    Config::SetDefault(AGENT + "BatchSize", UintegerValue(128));
    Config::SetDefault(AGENT + "ReplayCapacity", UintegerValue(1500));
    Config::SetDefault(AGENT + "HiddenLayers", StringValue("64-32"));
    Config::SetDefault(AGENT + "Discount", DoubleValue(0));
    Config::SetDefault(AGENT + "TrainInterval", UintegerValue(1));
    Config::SetDefault(AGENT + "GradientSteps", UintegerValue(8));
    Config::SetDefault(AGENT + "LearningStarts", UintegerValue(64));
    Config::SetDefault(AGENT + "TargetUpdate", UintegerValue(100));
    Config::SetDefault(AGENT + "EpsilonEnd", DoubleValue(0.005));
    Config::SetDefault(AGENT + "EpsilonDecaySteps", UintegerValue(150));
    Config::SetDefault(AGENT + "BetaSteps", UintegerValue(7000));
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
    if (!script)
    {
        const std::string features = Safetensors::Read(path).GetMetadata(FEATURES_KEY, path);
        if (!decider->SetAttributeFailSafe("Features", StringValue(features)))
        {
            throw InputError("Policy '" + path + "' sees the features '" + features +
                             "'; Offers or Paper was expected.");
        }
        decider->SetAttribute("IdleTurns", BooleanValue(features == "Paper"));
    }
    return decider;
}

std::map<std::string, std::string>
AssociationPolicyMetadata(const Ptr<AssociationDecider>& decider)
{
    StringValue features;
    decider->GetAttribute("Features", features);
    return {{FEATURES_KEY, features.Get()}};
}

} // namespace sterna
} // namespace ns3
