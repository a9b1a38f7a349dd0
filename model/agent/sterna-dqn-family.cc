/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * The types of the DQN family: what they share, and the table of what tells them apart.
 */

#include "sterna-dqn-agent.h"

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

NS_OBJECT_ENSURE_REGISTERED(DqnAgent);

TypeId
DqnAgent::GetTypeId()
{
    // clang-format off
    static const std::array<TypeId, 4> FAMILY{
        //                                        Double  Dueling  Prioritized
        Describe("ns3::sterna::DqnAgent",         false,  false,   false),
        Describe("ns3::sterna::DoubleDqnAgent",   true,   false,   false),
        Describe("ns3::sterna::DuelingDqnAgent",  false,  true,    false),
        Describe("ns3::sterna::PsddqnAgent",      true,   false,   true)};
    // clang-format on
    return FAMILY[0];
}

TypeId
DqnAgent::Describe(const char* name, bool isDouble, bool dueling, bool prioritized)
{
    // Each Attribute has a checker of its own: ObjectFactory::Set() tells Attributes by theirs.
    return TypeId(name)
        .SetParent<Agent>()
        .SetGroupName("Sterna")
        .AddConstructor<DqnAgent>()
        .AddAttribute("LearningRate",
                      "Step size of the optimiser.",
                      DoubleValue(2.5e-4),
                      MakeDoubleAccessor(&DqnAgent::m_learningRate),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("Discount",
                      "Worth of a reward one step later, 0 to 1.",
                      DoubleValue(0.99),
                      MakeDoubleAccessor(&DqnAgent::m_discount),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("BatchSize",
                      "Transitions per training step.",
                      UintegerValue(128),
                      MakeUintegerAccessor(&DqnAgent::m_batchSize),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("ReplayCapacity",
                      "Transitions kept for training.",
                      UintegerValue(10000),
                      MakeUintegerAccessor(&DqnAgent::m_replayCapacity),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("TargetUpdate",
                      "Transitions between copies of the online to the target network.",
                      UintegerValue(500),
                      MakeUintegerAccessor(&DqnAgent::m_targetUpdate),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("TrainInterval",
                      "Transitions from one time of training to the next.",
                      UintegerValue(10),
                      MakeUintegerAccessor(&DqnAgent::m_trainInterval),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("GradientSteps",
                      "Training steps each time.",
                      UintegerValue(1),
                      MakeUintegerAccessor(&DqnAgent::m_gradientSteps),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("LearningStarts",
                      "Transitions before the first training step.",
                      UintegerValue(1000),
                      MakeUintegerAccessor(&DqnAgent::m_learningStarts),
                      MakeUintegerChecker<uint32_t>())
        .AddAttribute("EpsilonStart",
                      "Share of random choices at first, 0 to 1.",
                      DoubleValue(1.0),
                      MakeDoubleAccessor(&DqnAgent::m_epsilonStart),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("EpsilonEnd",
                      "Share of random choices in the end, 0 to 1.",
                      DoubleValue(0.05),
                      MakeDoubleAccessor(&DqnAgent::m_epsilonEnd),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("EpsilonDecaySteps",
                      "Transitions from EpsilonStart to EpsilonEnd.",
                      UintegerValue(50000),
                      MakeUintegerAccessor(&DqnAgent::m_epsilonDecaySteps),
                      MakeUintegerChecker<uint32_t>())
        .AddAttribute("PriorityExponent",
                      "How far prioritised replay follows the errors, 0 (not) to 1 (fully).",
                      DoubleValue(0.6),
                      MakeDoubleAccessor(&DqnAgent::m_priorityExponent),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("BetaStart",
                      "How far prioritised replay is corrected for its bias at first, 0 to 1.",
                      DoubleValue(0.4),
                      MakeDoubleAccessor(&DqnAgent::m_betaStart),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("BetaSteps",
                      "Transitions until prioritised replay is fully corrected for its bias.",
                      UintegerValue(100000),
                      MakeUintegerAccessor(&DqnAgent::m_betaSteps),
                      MakeUintegerChecker<uint32_t>())
        .AddAttribute("HiddenLayers",
                      "Widths of the hidden layers, joined by hyphens.",
                      StringValue("64-32"),
                      MakeStringAccessor(&DqnAgent::m_hiddenLayers),
                      MakeStringChecker())
        .AddAttribute("Double",
                      "Let the online network select the next choice (Double Q-learning).",
                      BooleanValue(isDouble),
                      MakeBooleanAccessor(&DqnAgent::m_double),
                      MakeBooleanChecker())
        .AddAttribute("Dueling",
                      "Divide values into that of the state and the choices' advantages.",
                      BooleanValue(dueling),
                      MakeBooleanAccessor(&DqnAgent::m_dueling),
                      MakeBooleanChecker())
        .AddAttribute("PerChoice",
                      "One network values each choice by its own block of features; it fits "
                      "any number of choices.",
                      BooleanValue(false),
                      MakeBooleanAccessor(&DqnAgent::m_perChoice),
                      MakeBooleanChecker())
        .AddAttribute("Optimizer",
                      "Adam, or Sgd: plain gradient descent.",
                      EnumValue(Optimizer::ADAM),
                      EnumAccessor<Optimizer>(&DqnAgent::m_optimizer),
                      MakeEnumChecker(Optimizer::ADAM, "Adam", Optimizer::SGD, "Sgd"))
        .AddAttribute("Prioritized",
                      "Draw transitions by their last error instead of uniformly.",
                      BooleanValue(prioritized),
                      MakeBooleanAccessor(&DqnAgent::m_prioritized),
                      MakeBooleanChecker())
        .AddAttribute("Huber",
                      "Huber loss instead of a squared loss with a limited gradient norm.",
                      BooleanValue(false),
                      MakeBooleanAccessor(&DqnAgent::m_huber),
                      MakeBooleanChecker())
        .AddTraceSource("Loss",
                        "Transitions seen and loss of the batch, after every training step.",
                        MakeTraceSourceAccessor(&DqnAgent::m_lossTrace),
                        "ns3::sterna::DqnAgent::LossTracedCallback");
}

} // namespace sterna
} // namespace ns3
