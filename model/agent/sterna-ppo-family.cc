/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * The types of the PPO family: what they share, and the table of what tells them apart.
 */

#include "sterna-ppo-agent.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/sterna-compat.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <array>

namespace ns3
{
namespace sterna
{

NS_OBJECT_ENSURE_REGISTERED(PpoAgent);

struct PpoAgent::Member
{
    const char* name;
    PolicyShape::Encoder encoder;
    bool hybrid;
    const char* hiddenLayers;
    uint32_t headWidth;
    Activation activation;
};

TypeId
PpoAgent::GetTypeId()
{
    // The GATE-HPPO paper has a trunk of 1024-512 and heads of 256, which take ten times as long.
    // clang-format off
    static const std::array<TypeId, 5> FAMILY{
        //                                     Encoder            Hybrid HiddenLayers HeadWidth Activation
        Describe({"ns3::sterna::PpoAgent",      PolicyShape::FLAT, false, "64-64",  0,  TANH}),
        Describe({"ns3::sterna::HppoAgent",     PolicyShape::FLAT, true,  "64-64",  0,  TANH}),
        Describe({"ns3::sterna::GhppoAgent",    PolicyShape::GCN,  true,  "128-64", 64, RELU}),
        Describe({"ns3::sterna::GatHppoAgent",  PolicyShape::GAT,  true,  "128-64", 64, RELU}),
        Describe({"ns3::sterna::GateHppoAgent", PolicyShape::GATE, true,  "128-64", 64, RELU})};
    // clang-format on
    return FAMILY[0];
}

TypeId
PpoAgent::Describe(const Member& member)
{
    // Each Attribute has a checker of its own: ObjectFactory::Set() tells Attributes by theirs.
    return TypeId(member.name)
        .SetParent<Agent>()
        .SetGroupName("Sterna")
        .AddConstructor<PpoAgent>()
        .AddAttribute("Encoder",
                      "How the observation is seen: Flat, Gcn, Gat, Gate, PerChoice.",
                      EnumValue(member.encoder),
                      EnumAccessor<PolicyShape::Encoder>(&PpoAgent::m_encoder),
                      MakeEnumChecker(PolicyShape::FLAT,
                                      "Flat",
                                      PolicyShape::GCN,
                                      "Gcn",
                                      PolicyShape::GAT,
                                      "Gat",
                                      PolicyShape::GATE,
                                      "Gate",
                                      PolicyShape::PER_CHOICE,
                                      "PerChoice"))
        .AddAttribute("Hybrid",
                      "Whether actions may have parameters.",
                      BooleanValue(member.hybrid),
                      MakeBooleanAccessor(&PpoAgent::m_hybrid),
                      MakeBooleanChecker())
        .AddAttribute("HiddenLayers",
                      "Widths of the trunk's layers, joined by hyphens.",
                      StringValue(member.hiddenLayers),
                      MakeStringAccessor(&PpoAgent::m_hiddenLayers),
                      MakeStringChecker())
        .AddAttribute("HeadWidth",
                      "Width of the hidden layer of each head; 0: none. Not with PerChoice.",
                      UintegerValue(member.headWidth),
                      MakeUintegerAccessor(&PpoAgent::m_headWidth),
                      MakeUintegerChecker<uint32_t>(0, 65536))
        .AddAttribute("NodeLayers",
                      "Widths of the graph layers, joined by hyphens.",
                      StringValue("32-16"),
                      MakeStringAccessor(&PpoAgent::m_nodeLayers),
                      MakeStringChecker())
        .AddAttribute("AttentionHeads",
                      "Heads of graph attention; they divide each graph layer but the last.",
                      UintegerValue(4),
                      MakeUintegerAccessor(&PpoAgent::m_attentionHeads),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("Activation",
                      "What follows the layers of trunk and heads: Tanh or Relu.",
                      EnumValue(member.activation),
                      EnumAccessor<Activation>(&PpoAgent::m_activation),
                      MakeEnumChecker(Activation::TANH, "Tanh", Activation::RELU, "Relu"))
        .AddAttribute("Horizon",
                      "Transitions per update.",
                      UintegerValue(512),
                      MakeUintegerAccessor(&PpoAgent::m_horizon),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("Epochs",
                      "Times that an update goes through all transitions.",
                      UintegerValue(4),
                      MakeUintegerAccessor(&PpoAgent::m_epochs),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("Minibatches",
                      "Parts into which each epoch divides the transitions.",
                      UintegerValue(4),
                      MakeUintegerAccessor(&PpoAgent::m_minibatches),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("LearningRate",
                      "Step size of Adam.",
                      DoubleValue(2.5e-4),
                      MakeDoubleAccessor(&PpoAgent::m_learningRate),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("DecaySteps",
                      "Transitions over which the step size falls linearly to 0; 0: it stays.",
                      UintegerValue(0),
                      MakeUintegerAccessor(&PpoAgent::m_decaySteps),
                      MakeUintegerChecker<uint64_t>())
        .AddAttribute("Discount",
                      "Worth of a reward one step later, 0 to 1.",
                      DoubleValue(0.99),
                      MakeDoubleAccessor(&PpoAgent::m_discount),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("Lambda",
                      "Of generalised advantages: 0 trusts the critic, 1 the rewards.",
                      DoubleValue(0.95),
                      MakeDoubleAccessor(&PpoAgent::m_lambda),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("Ratio",
                      "What is clipped: PerHead (eq. (30): each kind of decision of all actors), "
                      "Joint (the whole action), PerActor (each actor by itself, with rewards and "
                      "values of its own).",
                      EnumValue(PpoLossSettings::PER_HEAD),
                      EnumAccessor<PpoLossSettings::Ratio>(&PpoAgent::m_ratio),
                      MakeEnumChecker(PpoLossSettings::PER_HEAD,
                                      "PerHead",
                                      PpoLossSettings::JOINT,
                                      "Joint",
                                      PpoLossSettings::PER_ACTOR,
                                      "PerActor"))
        .AddAttribute("Clip",
                      "How far a ratio may leave 1 and still be followed.",
                      DoubleValue(0.2),
                      MakeDoubleAccessor(&PpoAgent::m_clip),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("ClipValues",
                      "Whether the critic's values are followed only as far as Clip, too.",
                      BooleanValue(false),
                      MakeBooleanAccessor(&PpoAgent::m_clipValues),
                      MakeBooleanChecker())
        .AddAttribute("ValueCoefficient",
                      "Weight of the critic's loss.",
                      DoubleValue(0.5),
                      MakeDoubleAccessor(&PpoAgent::m_valueCoefficient),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("EntropyCoefficient",
                      "Weight of the policy's entropy.",
                      DoubleValue(0.01),
                      MakeDoubleAccessor(&PpoAgent::m_entropyCoefficient),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("NormalizeAdvantages",
                      "Whether each minibatch's advantages are brought to mean 0 and deviation 1.",
                      BooleanValue(true),
                      MakeBooleanAccessor(&PpoAgent::m_normalizeAdvantages),
                      MakeBooleanChecker())
        .AddAttribute("GradientNorm",
                      "Largest norm of a gradient; 0: any.",
                      DoubleValue(0.5),
                      MakeDoubleAccessor(&PpoAgent::m_gradientNorm),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("NormalizeObservations",
                      "Whether features are brought to mean 0 and deviation 1 as seen so far.",
                      BooleanValue(false),
                      MakeBooleanAccessor(&PpoAgent::m_normalizeObservations),
                      MakeBooleanChecker())
        .AddAttribute("ScaleRewards",
                      "Whether rewards are divided by the deviation of their discounted sum.",
                      BooleanValue(false),
                      MakeBooleanAccessor(&PpoAgent::m_scaleRewards),
                      MakeBooleanChecker())
        .AddAttribute("Policy",
                      "The safetensors file of a trained policy, which then only decides; empty: "
                      "the agent learns.",
                      StringValue(""),
                      MakeStringAccessor(&PpoAgent::m_policy),
                      MakeStringChecker())
        .AddTraceSource("Update",
                        "What an update did.",
                        MakeTraceSourceAccessor(&PpoAgent::m_updateTrace),
                        "ns3::sterna::PpoAgent::UpdateTracedCallback");
}

} // namespace sterna
} // namespace ns3
