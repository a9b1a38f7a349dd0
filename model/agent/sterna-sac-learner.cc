/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-sac-learner.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaSacLearner");

SacLearner::SacLearner(const SacSettings& settings)
    : m_settings(settings),
      m_policy(settings.spaces, settings.hidden),
      m_policyAdam(m_policy.GetNetwork().GetParameters().size(), settings.learningRate),
      m_logTemperatures(2),
      m_temperatureAdam(2, settings.learningRate),
      m_replay(settings.replayCapacity, settings.spaces),
      m_slots(settings.batchSize)
{
    NS_LOG_FUNCTION(this);
    for (Critic& critic : m_critics)
    {
        critic.online = HybridCritic(settings.spaces, settings.hidden);
        critic.target = critic.online;
        critic.adam =
            Adam(critic.online.GetNetwork().GetParameters().size(), settings.learningRate);
    }
    m_logTemperatures << static_cast<float>(std::log(settings.choiceTemperature)),
        static_cast<float>(std::log(settings.parameterTemperature));
}

void
SacLearner::Initialize(Ptr<UniformRandomVariable> stream)
{
    m_policy.GetNetwork().Initialize(stream);
    for (Critic& critic : m_critics)
    {
        critic.online.GetNetwork().Initialize(stream);
        critic.target = critic.online;
    }
    m_generator.Seed(stream);
}

void
SacLearner::Add(const Transition& transition)
{
    m_replay.Push(transition);
}

HybridPolicy&
SacLearner::GetPolicy()
{
    return m_policy;
}

const HybridPolicy&
SacLearner::GetPolicy() const
{
    return m_policy;
}

HybridCritic&
SacLearner::GetCritic(int twin)
{
    return m_critics.at(twin).online;
}

HybridCritic&
SacLearner::GetTarget(int twin)
{
    return m_critics.at(twin).target;
}

double
SacLearner::GetTemperature(Temperature which) const
{
    return std::exp(static_cast<double>(m_logTemperatures[which]));
}

const HybridReplay&
SacLearner::GetReplay() const
{
    return m_replay;
}

void
SacLearner::DrawNoise(RowMatrixXf& noise)
{
    noise.resize(m_settings.batchSize, m_settings.spaces.actors * m_settings.spaces.parameters);
    for (Eigen::Index i = 0; i < noise.size(); ++i)
    {
        noise.data()[i] = static_cast<float>(m_generator.Normal());
    }
}

Eigen::VectorXf
SacLearner::Targets(HybridBatch& batch, const RowMatrixXf& noise)
{
    const auto alpha = static_cast<float>(GetTemperature(CHOICES));
    const auto beta = static_cast<float>(GetTemperature(PARAMETERS));
    const HybridDecisions& next = m_nextDecisions;
    m_policy.Decide(batch.nextInputs.leftCols(m_settings.spaces.features),
                    batch.nextMask,
                    noise,
                    m_nextDecisions);
    batch.nextInputs.rightCols(next.parameters.cols()) = next.parameters;
    const Eigen::VectorXf values =
        m_critics[0]
            .target.ExpectedValues(batch.nextInputs, next.probabilities)
            .cwiseMin(m_critics[1].target.ExpectedValues(batch.nextInputs, next.probabilities));
    const Eigen::ArrayXf soft = (values + alpha * next.entropy - beta * next.logDensity).array();
    const auto discount = static_cast<float>(m_settings.discount);
    return batch.rewards.array() + discount * (1.0f - batch.terminated.array()) * soft;
}

double
SacLearner::CriticGradient(int twin,
                           const HybridBatch& batch,
                           const Eigen::VectorXf& targets,
                           Eigen::VectorXf& gradient)
{
    HybridCritic& critic = GetCritic(twin);
    const Eigen::VectorXf errors = critic.Values(batch.inputs, batch.choices) - targets;
    const auto count = static_cast<float>(errors.size());
    critic.Backward(batch.inputs, batch.choices, errors / count, gradient);
    return 0.5 * errors.squaredNorm() / count;
}

double
SacLearner::ActorGradient(const HybridBatch& batch,
                          const RowMatrixXf& noise,
                          Eigen::VectorXf& gradient)
{
    const auto features = batch.inputs.leftCols(m_settings.spaces.features);
    const auto share = 1.0f / static_cast<float>(batch.inputs.rows());
    const auto alpha = static_cast<float>(GetTemperature(CHOICES));
    const auto beta = static_cast<float>(GetTemperature(PARAMETERS));
    HybridDecisions& now = m_decisions;
    m_policy.Decide(features, batch.mask, noise, now);
    m_inputs = batch.inputs;
    m_inputs.rightCols(now.parameters.cols()) = now.parameters;

    HybridCritic& first = m_critics[0].online;
    HybridCritic& second = m_critics[1].online;
    const Eigen::VectorXf values = first.ExpectedValues(m_inputs, now.probabilities);
    const Eigen::VectorXf twins = second.ExpectedValues(m_inputs, now.probabilities);
    // 1 where the first critic is the smaller one and the gradient passes through it.
    const Eigen::VectorXf smaller = (values.array() <= twins.array()).cast<float>();
    const Eigen::VectorXf larger = 1.0f - smaller.array();
    m_parameterSlope.setZero(now.parameters.rows(), now.parameters.cols());
    if (now.parameters.cols() > 0)
    {
        first.BackwardParameters(now.probabilities, -share * smaller, m_parameterSlope);
        second.BackwardParameters(now.probabilities, -share * larger, m_twinSlope);
        m_parameterSlope += m_twinSlope;
    }
    m_probabilitySlope = alpha * now.logProbabilities;
    m_probabilitySlope -= smaller.asDiagonal() * first.GetBranches();
    m_probabilitySlope -= larger.asDiagonal() * second.GetBranches();
    m_probabilitySlope *= share;
    m_policy.Backward(features, now, m_probabilitySlope, m_parameterSlope, beta * share, gradient);
    return (beta * now.logDensity - alpha * now.entropy - values.cwiseMin(twins)).mean();
}

Eigen::VectorXf
SacLearner::TemperatureGradient() const
{
    const HybridDecisions& now = m_decisions;
    Eigen::VectorXf gradient(2);
    const auto choices = static_cast<float>(m_settings.choiceEntropy);
    const auto parameters = static_cast<float>(m_settings.parameterEntropy);
    gradient[CHOICES] = (now.entropy - choices * now.logValid).mean();
    gradient[PARAMETERS] = (-now.logDensity - parameters * now.reals).mean();
    return gradient;
}

void
SacLearner::Descend(Adam& adam, Mlp& network)
{
    ClipNorm(m_gradient, m_settings.gradientClip);
    adam.Step(m_gradient, network.GetParameters());
}

SacLearner::Losses
SacLearner::Train()
{
    m_replay.DrawSlots(m_generator, m_slots);
    m_replay.Gather(m_slots, m_batch);
    Losses losses{0.0, 0.0};
    DrawNoise(m_noise);
    const Eigen::VectorXf targets = Targets(m_batch, m_noise);
    for (int twin = 0; twin < 2; ++twin)
    {
        losses.critic += 0.5 * CriticGradient(twin, m_batch, targets, m_gradient);
        Descend(m_critics[twin].adam, m_critics[twin].online.GetNetwork());
    }
    DrawNoise(m_noise);
    losses.actor = ActorGradient(m_batch, m_noise, m_gradient);
    Descend(m_policyAdam, m_policy.GetNetwork());
    if (m_settings.learnTemperatures)
    {
        m_temperatureAdam.Step(TemperatureGradient(), m_logTemperatures);
    }
    const auto tau = static_cast<float>(m_settings.tau);
    for (Critic& critic : m_critics)
    {
        Eigen::VectorXf& target = critic.target.GetNetwork().GetParameters();
        target += tau * (critic.online.GetNetwork().GetParameters() - target);
    }
    return losses;
}

void
SacLearner::Store(Safetensors& file) const
{
    m_policy.GetNetwork().Store(file, "actor");
    m_policyAdam.Store(file, "adam.actor");
    for (size_t twin = 0; twin < m_critics.size(); ++twin)
    {
        const std::string name = "critic" + std::to_string(twin);
        m_critics[twin].online.GetNetwork().Store(file, name);
        m_critics[twin].target.GetNetwork().Store(file, "target." + name);
        m_critics[twin].adam.Store(file, "adam." + name);
    }
    file.tensors["temperatures"] = {{2}, {m_logTemperatures.begin(), m_logTemperatures.end()}};
    m_temperatureAdam.Store(file, "adam.temperatures");
    m_replay.Store(file, "replay");
    file.metadata["sac.learner"] = m_generator.GetState();
}

void
SacLearner::Load(const Safetensors& file, const std::string& path)
{
    const auto load = [&](const std::string& name, Mlp& network) {
        Mlp read = Mlp::Load(file, name, Mlp::Hidden::RELU, Mlp::Output::IDENTITY, path);
        if (read.GetWidths() != network.GetWidths())
        {
            throw InputError("Checkpoint '" + path + "' has other layers in its network '" + name +
                             "' than this agent.");
        }
        network = std::move(read);
    };
    load("actor", m_policy.GetNetwork());
    m_policyAdam.Load(file, "adam.actor", path);
    for (size_t twin = 0; twin < m_critics.size(); ++twin)
    {
        const std::string name = "critic" + std::to_string(twin);
        load(name, m_critics[twin].online.GetNetwork());
        load("target." + name, m_critics[twin].target.GetNetwork());
        m_critics[twin].adam.Load(file, "adam." + name, path);
    }
    const auto& temperatures = file.Get("temperatures", {2}, path).data;
    std::copy(temperatures.begin(), temperatures.end(), m_logTemperatures.begin());
    m_temperatureAdam.Load(file, "adam.temperatures", path);
    m_replay.Load(file, "replay", path);
    m_generator.SetState(file.GetMetadata("sac.learner", path));
}

} // namespace sterna
} // namespace ns3
