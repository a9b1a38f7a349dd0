/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-dqn-agent.h"

#include "sterna-hidden-layers.h"
#include "sterna-neighbours.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/sterna-compat.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaDqnAgent");
NS_OBJECT_ENSURE_REGISTERED(DqnAgent);

namespace
{

constexpr double BETA_START = 0.4;
constexpr float MAX_GRADIENT_NORM = 10.0f;

double
Interpolate(double from, double to, uint64_t step, uint64_t steps)
{
    return step >= steps
               ? to
               : from + (to - from) * static_cast<double>(step) / static_cast<double>(steps);
}

} // namespace

TypeId
DqnAgent::GetTypeId()
{
    const auto count = MakeUintegerChecker<uint32_t>(1);
    const auto share = MakeDoubleChecker<double>(0.0, 1.0);
    static TypeId tid =
        TypeId("ns3::sterna::DqnAgent")
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
                          share)
            .AddAttribute("BatchSize",
                          "Transitions per training step.",
                          UintegerValue(128),
                          MakeUintegerAccessor(&DqnAgent::m_batchSize),
                          count)
            .AddAttribute("ReplayCapacity",
                          "Transitions kept for training.",
                          UintegerValue(10000),
                          MakeUintegerAccessor(&DqnAgent::m_replayCapacity),
                          count)
            .AddAttribute("TargetUpdate",
                          "Transitions between copies of the online to the target network.",
                          UintegerValue(500),
                          MakeUintegerAccessor(&DqnAgent::m_targetUpdate),
                          count)
            .AddAttribute("TrainInterval",
                          "Transitions between training steps.",
                          UintegerValue(10),
                          MakeUintegerAccessor(&DqnAgent::m_trainInterval),
                          count)
            .AddAttribute("GradientSteps",
                          "Batches of each training step.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&DqnAgent::m_gradientSteps),
                          count)
            .AddAttribute("LearningStarts",
                          "Transitions before the first training step.",
                          UintegerValue(1000),
                          MakeUintegerAccessor(&DqnAgent::m_learningStarts),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("EpsilonStart",
                          "Share of random choices at first, 0 to 1.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&DqnAgent::m_epsilonStart),
                          share)
            .AddAttribute("EpsilonEnd",
                          "Share of random choices in the end, 0 to 1.",
                          DoubleValue(0.05),
                          MakeDoubleAccessor(&DqnAgent::m_epsilonEnd),
                          share)
            .AddAttribute("EpsilonDecaySteps",
                          "Transitions from EpsilonStart to EpsilonEnd.",
                          UintegerValue(50000),
                          MakeUintegerAccessor(&DqnAgent::m_epsilonDecaySteps),
                          MakeUintegerChecker<uint32_t>())
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
            .AddAttribute("Optimizer",
                          "Adam, or Sgd: plain gradient descent.",
                          EnumValue(Optimizer::ADAM),
                          EnumAccessor<Optimizer>(&DqnAgent::m_optimizer),
                          MakeEnumChecker(Optimizer::ADAM, "Adam", Optimizer::SGD, "Sgd"))
            .AddAttribute("Double",
                          "Let the online network select the next choice (Double Q-learning).",
                          BooleanValue(false),
                          MakeBooleanAccessor(&DqnAgent::m_double),
                          MakeBooleanChecker())
            .AddAttribute("Dueling",
                          "Give the network a value of the state and advantages of the choices.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&DqnAgent::m_dueling),
                          MakeBooleanChecker())
            .AddAttribute("PerChoice",
                          "Value each choice by its own block of features, all with one network.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&DqnAgent::m_perChoice),
                          MakeBooleanChecker())
            .AddAttribute("Prioritized",
                          "Draw transitions by their last error instead of uniformly.",
                          BooleanValue(false),
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
    return tid;
}

DqnAgent::DqnAgent()
    : m_stream(CreateObject<UniformRandomVariable>())
{
    NS_LOG_FUNCTION(this);
}

void
DqnAgent::DoDispose()
{
    m_replay.reset();
    m_priorities.reset();
    m_stream = nullptr;
    Agent::DoDispose();
}

int64_t
DqnAgent::AssignStreams(int64_t stream)
{
    m_stream->SetStream(stream);
    return 1;
}

void
DqnAgent::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << spaces.features << spaces.choices);
    if (spaces.actors != 1 || spaces.choices < 1 || spaces.embedding != 0 ||
        spaces.parameters != 0 || spaces.features < 1)
    {
        throw InputError(
            "DqnAgent decides for 1 actor among a fixed number of choices without parameters; it "
            "was given " +
            std::to_string(spaces.actors) + " actors, " + std::to_string(spaces.choices) +
            " choices, " + std::to_string(spaces.embedding) + " embedding columns, " +
            std::to_string(spaces.parameters) + " parameters and " +
            std::to_string(spaces.features) + " features.");
    }
    m_spaces = spaces;
    m_online = QNetwork(spaces, ParseHiddenLayers(m_hiddenLayers), GetLayout(), m_dueling);
    m_online.Initialize(m_stream);
    m_target = m_online;
    m_random.Seed(m_stream);
    m_adam = Adam(m_online.GetParameters().size(), m_learningRate);
    m_replay = std::make_unique<ReplayBuffer>(m_replayCapacity, spaces.features, 1, spaces.choices);
    m_priorities = m_prioritized ? std::make_unique<PrioritizedReplay>(m_replayCapacity) : nullptr;
    m_steps = 0;
}

const Eigen::VectorXf&
DqnAgent::GetValues(const Eigen::VectorXf& features)
{
    return m_online.Forward(features, m_actWorkspace);
}

Action
DqnAgent::Act(const Observation& observation, Mode mode)
{
    Action action;
    action.choice.resize(1);
    action.parameters.resize(1, 0);
    if (mode == Mode::EXPLORE && m_random.Uniform() < GetEpsilon())
    {
        action.choice[0] = Explore(observation);
        return action;
    }
    const Eigen::VectorXf& values = GetValues(observation.features);
    action.choice[0] = BestChoice(values.data(),
                                  values.size(),
                                  observation.mask.size() > 0 ? observation.mask.data() : nullptr);
    return action;
}

int
DqnAgent::Explore(const Observation& observation)
{
    if (observation.mask.size() == 0)
    {
        return static_cast<int>(m_random.Index(m_spaces.choices));
    }
    const Eigen::Index valid = observation.mask.count();
    Eigen::Index remaining = valid > 0 ? m_random.Index(valid) : 0;
    for (Eigen::Index i = 0; i < observation.mask.size(); ++i)
    {
        if (observation.mask.data()[i] && remaining-- == 0)
        {
            return static_cast<int>(i);
        }
    }
    return -1;
}

double
DqnAgent::GetEpsilon() const
{
    return Interpolate(m_epsilonStart, m_epsilonEnd, m_steps, m_epsilonDecaySteps);
}

void
DqnAgent::CheckTransition(const Transition& transition) const
{
    const auto fits = [this](const Observation& observation) {
        return observation.features.size() == m_spaces.features &&
               observation.features.allFinite() &&
               (observation.mask.size() == 0 || observation.mask.size() == m_spaces.choices);
    };
    const Eigen::VectorXi& choice = transition.action.choice;
    if (!fits(transition.observation) || !fits(transition.next) ||
        !std::isfinite(transition.reward) || choice.size() != 1 || choice[0] < 0 ||
        choice[0] >= m_spaces.choices)
    {
        throw InputError("DqnAgent was given a transition that does not fit: finite features (" +
                         std::to_string(m_spaces.features) + "), a finite reward and one of " +
                         std::to_string(m_spaces.choices) + " choices were expected, not reward " +
                         std::to_string(transition.reward) + " and choice " +
                         (choice.size() > 0 ? std::to_string(choice[0]) : "none") + ".");
    }
}

void
DqnAgent::Learn(const Transition& transition)
{
    CheckTransition(transition);
    const auto& mask = transition.next.mask;
    const auto choice = static_cast<float>(transition.action.choice[0]);
    const Eigen::Index slot = m_replay->Push(transition.observation.features,
                                             Eigen::VectorXf::Constant(1, choice),
                                             transition.reward,
                                             transition.next.features,
                                             mask.size() > 0 ? mask.data() : nullptr,
                                             transition.terminated);
    if (m_priorities)
    {
        m_priorities->Add(slot);
    }
    ++m_steps;
    if (m_steps >= m_learningStarts && m_steps % m_trainInterval == 0)
    {
        for (uint32_t step = 0; step < m_gradientSteps; ++step)
        {
            Train();
        }
    }
    if (m_steps % m_targetUpdate == 0)
    {
        m_target.GetParameters() = m_online.GetParameters();
    }
}

Eigen::VectorXf
DqnAgent::GetTargets(const RowMatrixXf& nextOnline,
                     const RowMatrixXf& nextTarget,
                     const ReplayBatch& batch,
                     float discount)
{
    Eigen::VectorXf targets = batch.rewards;
    for (Eigen::Index i = 0; i < targets.size(); ++i)
    {
        Eigen::Index best = -1;
        for (Eigen::Index a = 0; a < nextOnline.cols(); ++a)
        {
            // The mask comes before the maximum: an invalid choice may have any value.
            if (batch.nextMask(i, a) != 0.0f &&
                (best < 0 || nextOnline(i, a) > nextOnline(i, best)))
            {
                best = a;
            }
        }
        if (batch.terminated[i] == 0.0f && best >= 0)
        {
            targets[i] += discount * nextTarget(i, best);
        }
    }
    return targets;
}

void
DqnAgent::Train()
{
    if (m_priorities)
    {
        const double beta = Interpolate(BETA_START, 1.0, m_steps, m_betaSteps);
        m_priorities->Sample(m_batchSize, beta, m_random, m_draw);
    }
    else
    {
        m_draw.slots.resize(m_batchSize);
        m_draw.weights.setOnes(m_batchSize);
        m_replay->DrawSlots(m_random, m_draw.slots);
    }
    m_replay->Gather(m_draw.slots, m_batch);

    // Now the targets; then the errors Q(s, a) - target.
    Eigen::VectorXf errors = -ComputeTargets();
    errors += m_online.ForwardChosen(m_batch.features, m_batch.actions, m_onlineWorkspace);
    if (m_priorities)
    {
        m_priorities->Update(m_draw, errors);
    }
    FillGradient(errors);
    m_online.BackwardChosen(m_batch.features,
                            m_batch.actions,
                            m_valueGradient,
                            m_onlineWorkspace,
                            m_gradient);
    Descend();
}

Eigen::VectorXf
DqnAgent::ComputeTargets()
{
    if (m_discount == 0)
    {
        return m_batch.rewards; // nobody asks what comes next
    }
    const RowMatrixXf& nextTarget = m_target.ForwardBatch(m_batch.nextFeatures, m_targetWorkspace);
    const RowMatrixXf& nextOnline =
        m_double ? m_online.ForwardBatch(m_batch.nextFeatures, m_nextWorkspace) : nextTarget;
    return GetTargets(nextOnline, nextTarget, m_batch, static_cast<float>(m_discount));
}

void
DqnAgent::Descend()
{
    if (!m_huber)
    {
        ClipNorm(m_gradient, MAX_GRADIENT_NORM);
    }
    if (m_optimizer == Optimizer::SGD)
    {
        m_online.GetParameters() -= static_cast<float>(m_learningRate) * m_gradient;
    }
    else
    {
        m_adam.Step(m_gradient, m_online.GetParameters());
    }
}

QNetwork::Layout
DqnAgent::GetLayout() const
{
    return m_perChoice ? QNetwork::Layout::PER_CHOICE : QNetwork::Layout::FLAT;
}

void
DqnAgent::FillGradient(const Eigen::VectorXf& errors)
{
    const auto count = static_cast<float>(errors.size());
    m_valueGradient.resize(errors.size());
    double loss = 0;
    for (Eigen::Index i = 0; i < errors.size(); ++i)
    {
        const float error = errors[i];
        // Huber: e^2 / 2 up to 1, |e| - 1/2 beyond.
        const float slope = m_huber ? std::clamp(error, -1.0f, 1.0f) : error;
        const float weight = m_draw.weights[i] / count;
        loss += weight * slope * (error - 0.5f * slope);
        m_valueGradient(i) = weight * slope;
    }
    m_lossTrace(m_steps, loss);
}

std::map<std::string, std::string>
DqnAgent::GetSignature() const
{
    return {{"dqn.features", std::to_string(m_spaces.features)},
            {"dqn.choices", std::to_string(m_spaces.choices)},
            {"dqn.HiddenLayers", m_hiddenLayers},
            {"dqn.ReplayCapacity", std::to_string(m_replayCapacity)},
            {"dqn.Prioritized", m_prioritized ? "true" : "false"},
            {"dqn.Dueling", m_dueling ? "true" : "false"},
            {"dqn.PerChoice", m_perChoice ? "true" : "false"},
            {"dqn.prior", m_spaces.prior ? "true" : "false"}};
}

void
DqnAgent::SavePolicy(const std::string& path,
                     const std::map<std::string, std::string>& metadata) const
{
    NS_LOG_FUNCTION(this << path);
    Safetensors file;
    file.metadata = {{"sterna.kind", "q"},
                     {"sterna.features", std::to_string(m_spaces.features)},
                     {"sterna.choices", std::to_string(m_spaces.choices)},
                     {"sterna.block", std::to_string(m_perChoice ? m_spaces.blockSize : 0)},
                     {"sterna.embedding", "0"},
                     {"sterna.parameters", "0"},
                     {"sterna.activation", "relu"},
                     {"sterna.prior", m_spaces.prior ? "true" : "false"},
                     {"sterna.layout", m_perChoice ? "per-choice" : "flat"},
                     {"sterna.dueling", m_dueling ? "true" : "false"},
                     {"sterna.agent", GetInstanceTypeId().GetName()}};
    file.metadata.insert(metadata.begin(), metadata.end());
    m_online.Store(file, "q");
    // Any input would do; this one has values of both signs at every width.
    const Eigen::VectorXf features = Eigen::VectorXf::LinSpaced(m_spaces.features, -1.0f, 0.9f);
    QNetwork::Workspace workspace;
    const Eigen::VectorXf& values = m_online.Forward(features, workspace);
    file.tensors["example.features"] = {{features.size()}, {features.begin(), features.end()}};
    file.tensors["example.output"] = {{values.size()}, {values.begin(), values.end()}};
    file.Write(path);
}

void
DqnAgent::SaveCheckpoint(const std::string& path) const
{
    NS_LOG_FUNCTION(this << path);
    Safetensors file;
    file.metadata = GetSignature();
    file.metadata["dqn.steps"] = std::to_string(m_steps);
    file.metadata["dqn.random"] = m_random.GetState();
    m_online.Store(file, "online");
    m_target.Store(file, "target");
    m_adam.Store(file, "adam");
    m_replay->Store(file, "replay");
    if (m_priorities)
    {
        m_priorities->Store(file, "priorities");
    }
    file.Write(path);
}

void
DqnAgent::LoadCheckpoint(const std::string& path)
{
    NS_LOG_FUNCTION(this << path);
    const Safetensors file = Safetensors::Read(path);
    for (const auto& [key, value] : GetSignature())
    {
        if (file.GetMetadata(key, path) != value)
        {
            throw InputError("Checkpoint '" + path + "' has " + key + " '" +
                             file.GetMetadata(key, path) + "', but this agent has '" + value +
                             "'.");
        }
    }
    const auto steps = file.GetCount("dqn.steps", path);
    Generator random;
    random.SetState(file.GetMetadata("dqn.random", path));
    const auto load = [&](const char* prefix) {
        QNetwork network =
            QNetwork::Load(file, prefix, m_spaces, GetLayout(), m_dueling, Mlp::Hidden::RELU, path);
        if (network.GetWidths() != m_online.GetWidths())
        {
            throw InputError("Checkpoint '" + path + "' has other layers in its network '" +
                             prefix + "' than it states.");
        }
        return network;
    };
    QNetwork online = load("online");
    QNetwork target = load("target");
    m_adam.Load(file, "adam", path);
    m_replay->Load(file, "replay", path);
    if (m_priorities)
    {
        m_priorities->Load(file, "priorities", path);
    }
    m_online = std::move(online);
    m_target = std::move(target);
    m_steps = steps;
    m_random = random;
}

} // namespace sterna
} // namespace ns3
