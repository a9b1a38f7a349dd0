/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-dqn-agent.h"

#include "sterna-hidden-layers.h"
#include "sterna-neighbours.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaDqnAgent");

namespace
{

constexpr float MAX_GRADIENT_NORM = 10.0f;

double
Interpolate(double from, double to, uint64_t step, uint64_t steps)
{
    return step >= steps
               ? to
               : from + (to - from) * static_cast<double>(step) / static_cast<double>(steps);
}

} // namespace

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
    m_online =
        QNetwork(QNetwork::MakeShape(spaces, GetLayout(), m_dueling, "DqnAgent with PerChoice"),
                 ParseHiddenLayers(m_hiddenLayers),
                 Mlp::Hidden::RELU);
    m_online.Initialize(m_stream);
    m_target = m_online;
    m_random.Seed(m_stream);
    m_adam = Adam(m_online.GetParameters().size(), m_learningRate);
    m_replay = std::make_unique<ReplayBuffer>(m_replayCapacity, spaces.features, 1, spaces.choices);
    m_priorities = m_prioritized
                       ? std::make_unique<PrioritizedReplay>(m_replayCapacity, m_priorityExponent)
                       : nullptr;
    m_steps = 0;
}

QNetwork::Layout
DqnAgent::GetLayout() const
{
    return m_perChoice ? QNetwork::Layout::PER_CHOICE : QNetwork::Layout::FLAT;
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
        for (uint32_t i = 0; i < m_gradientSteps; ++i)
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
        const double beta = Interpolate(m_betaStart, 1.0, m_steps, m_betaSteps);
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
    const float norm = m_gradient.norm();
    if (!m_huber && norm > MAX_GRADIENT_NORM)
    {
        m_gradient *= MAX_GRADIENT_NORM / norm;
    }
    if (m_optimizer == Optimizer::ADAM)
    {
        m_adam.Step(m_gradient, m_online.GetParameters());
    }
    else
    {
        m_online.GetParameters() -= static_cast<float>(m_learningRate) * m_gradient;
    }
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
            {"dqn.block", std::to_string(m_online.GetShape().blockSize)},
            {"dqn.HiddenLayers", m_hiddenLayers},
            {"dqn.ReplayCapacity", std::to_string(m_replayCapacity)},
            {"dqn.Prioritized", m_prioritized ? "true" : "false"},
            {"dqn.Dueling", m_dueling ? "true" : "false"},
            {"dqn.PerChoice", m_perChoice ? "true" : "false"},
            {"dqn.Optimizer", m_optimizer == Optimizer::ADAM ? "Adam" : "Sgd"}};
}

void
DqnAgent::CheckSignature(const Safetensors& file, const std::string& path) const
{
    // What checkpoints from before these variants were do not say.
    static const std::map<std::string, std::string> DEFAULTS{{"dqn.block", "0"},
                                                             {"dqn.Dueling", "false"},
                                                             {"dqn.PerChoice", "false"},
                                                             {"dqn.Optimizer", "Adam"}};
    for (const auto& [key, value] : GetSignature())
    {
        const bool absent = file.metadata.count(key) == 0 && DEFAULTS.count(key) > 0;
        const std::string has = absent ? DEFAULTS.at(key) : file.GetMetadata(key, path);
        if (has != value)
        {
            throw InputError("Checkpoint '" + path + "' has " + key + " '" + has +
                             "', but this agent has '" + value + "'.");
        }
    }
}

void
DqnAgent::SavePolicy(const std::string& path,
                     const std::map<std::string, std::string>& metadata) const
{
    NS_LOG_FUNCTION(this << path);
    Safetensors file;
    file.metadata = {{"sterna.kind", "q"},
                     {"sterna.features", std::to_string(m_spaces.features)},
                     {"sterna.embedding", "0"},
                     {"sterna.parameters", "0"},
                     {"sterna.activation", "relu"},
                     {"sterna.agent", GetInstanceTypeId().GetName()}};
    QNetwork::StoreShape(file, m_online.GetShape());
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
    if (m_optimizer == Optimizer::ADAM)
    {
        m_adam.Store(file, "adam");
    }
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
    CheckSignature(file, path);
    const auto steps = file.GetCount("dqn.steps", path);
    Generator random;
    random.SetState(file.GetMetadata("dqn.random", path));
    const auto load = [&](const char* prefix) {
        QNetwork network =
            QNetwork::Load(file, prefix, m_online.GetShape(), Mlp::Hidden::RELU, path);
        if (network.GetWidths() != m_online.GetWidths())
        {
            throw InputError("Checkpoint '" + path + "' has other layers in its network '" +
                             prefix + "' than it states.");
        }
        return network;
    };
    QNetwork online = load("online");
    QNetwork target = load("target");
    if (m_optimizer == Optimizer::ADAM)
    {
        m_adam.Load(file, "adam", path);
    }
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
