/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-actor-critic.h"

#include "ns3/log.h"

// Last, because no header of Sterna may depend on these.
#include <ATen/Parallel.h>
#include <torch/types.h>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaActorCritic");

namespace
{

/// The parameters of an Mlp as tensors that share its memory.
class NetworkView
{
  public:
    /**
     * \param mlp outlives the view; its buffer must not be reallocated
     * \param squash whether tanh follows the last layer
     */
    NetworkView(Mlp& mlp, bool squash)
        : m_squash(squash)
    {
        const auto& widths = mlp.GetWidths();
        float* position = mlp.GetParameters().data();
        for (size_t i = 0; i + 1 < widths.size(); ++i)
        {
            m_weights.push_back(torch::from_blob(position, {widths[i + 1], widths[i]}));
            position += widths[i + 1] * widths[i];
            m_biases.push_back(torch::from_blob(position, {widths[i + 1]}));
            position += widths[i + 1];
        }
    }

    torch::Tensor Forward(const torch::Tensor& inputs) const
    {
        return Continue(at::linear(inputs, m_weights[0], m_biases[0]));
    }

    /// As Forward() of (features of the action's owner, action), with less work.
    torch::Tensor ForwardShared(const torch::Tensor& features,
                                const torch::Tensor& actions,
                                const torch::Tensor& owners) const
    {
        const int64_t split = features.size(1);
        const auto& weight = m_weights[0];
        const auto ofFeatures = at::linear(features, weight.narrow(1, 0, split));
        const auto ofActions =
            at::linear(actions, weight.narrow(1, split, actions.size(1)), m_biases[0]);
        return Continue(ofActions + ofFeatures.index_select(0, owners));
    }

    /**
     * A twin that autograd follows, and whose gradients it adds up in a flat buffer laid out as the
     * parameters. The buffer must be 0 before each backward pass.
     */
    NetworkView Tracked(Eigen::VectorXf& gradient) const
    {
        NetworkView twin = *this;
        float* position = gradient.data();
        for (size_t i = 0; i < m_weights.size(); ++i)
        {
            twin.m_weights[i] = Track(m_weights[i], position);
            position += m_weights[i].numel();
            twin.m_biases[i] = Track(m_biases[i], position);
            position += m_biases[i].numel();
        }
        return twin;
    }

  private:
    static torch::Tensor Track(const torch::Tensor& tensor, float* gradient)
    {
        torch::Tensor tracked = tensor.detach().requires_grad_();
        tracked.mutable_grad() = torch::from_blob(gradient, tensor.sizes());
        return tracked;
    }

    /// Everything after the first layer's affine part.
    torch::Tensor Continue(torch::Tensor values) const
    {
        for (size_t i = 1; i < m_weights.size(); ++i)
        {
            values = at::linear(at::relu(values), m_weights[i], m_biases[i]);
        }
        return m_squash ? at::tanh(values) : values;
    }

    bool m_squash;
    std::vector<torch::Tensor> m_weights;
    std::vector<torch::Tensor> m_biases;
};

/// A batch as a tensor that shares its memory.
torch::Tensor
View(const RowMatrixXf& batch)
{
    return torch::from_blob(const_cast<float*>(batch.data()), {batch.rows(), batch.cols()});
}

torch::Tensor
View(const Eigen::VectorXf& vector)
{
    return torch::from_blob(const_cast<float*>(vector.data()), {vector.size()});
}

std::vector<Eigen::Index>
Widths(Eigen::Index inputs, const std::vector<Eigen::Index>& hidden, Eigen::Index outputs)
{
    std::vector<Eigen::Index> widths{inputs};
    widths.insert(widths.end(), hidden.begin(), hidden.end());
    widths.push_back(outputs);
    return widths;
}

} // namespace

struct ActorCritic::Views
{
    NetworkView actor;
    NetworkView actorTarget;
    NetworkView critic;
    NetworkView criticTarget;
};

ActorCritic::ActorCritic(const ActorCriticSettings& settings)
    : m_settings(settings)
{
    // Two threads are slower than one on networks of this size.
    at::set_num_threads(1);
    const auto prepare = [](Learner& learner,
                            const std::vector<Eigen::Index>& widths,
                            Mlp::Output output,
                            double rate) {
        learner.online = Mlp(widths, Mlp::Hidden::RELU, output);
        learner.target = learner.online;
        const Eigen::Index size = learner.online.GetParameters().size();
        learner.adam = Adam(size, rate);
        learner.gradient = Eigen::VectorXf::Zero(size);
    };
    prepare(m_actor,
            Widths(settings.features, settings.hidden, settings.action),
            Mlp::Output::TANH,
            settings.actorRate);
    prepare(m_critic,
            Widths(settings.features + settings.action, settings.hidden, 1),
            Mlp::Output::IDENTITY,
            settings.criticRate);
    m_views = std::make_unique<Views>(Views{NetworkView(m_actor.online, true),
                                            NetworkView(m_actor.target, true),
                                            NetworkView(m_critic.online, false),
                                            NetworkView(m_critic.target, false)});
    NS_LOG_INFO("actor with " << m_actor.gradient.size() << ", critic with "
                              << m_critic.gradient.size() << " parameters");
}

ActorCritic::~ActorCritic() = default;

void
ActorCritic::Initialize(Ptr<UniformRandomVariable> uniform)
{
    for (Learner* learner : {&m_actor, &m_critic})
    {
        learner->online.Initialize(uniform);
        learner->target.GetParameters() = learner->online.GetParameters();
    }
}

Mlp&
ActorCritic::GetActor(Copy copy)
{
    return copy == Copy::ONLINE ? m_actor.online : m_actor.target;
}

Mlp&
ActorCritic::GetCritic(Copy copy)
{
    return copy == Copy::ONLINE ? m_critic.online : m_critic.target;
}

const Mlp&
ActorCritic::GetActor(Copy copy) const
{
    return copy == Copy::ONLINE ? m_actor.online : m_actor.target;
}

const Mlp&
ActorCritic::GetCritic(Copy copy) const
{
    return copy == Copy::ONLINE ? m_critic.online : m_critic.target;
}

RowMatrixXf
ActorCritic::Actions(Copy copy, const RowMatrixXf& features) const
{
    const c10::InferenceMode inference;
    const auto& actor = copy == Copy::ONLINE ? m_views->actor : m_views->actorTarget;
    const torch::Tensor actions = actor.Forward(View(features)).contiguous();
    return Eigen::Map<const RowMatrixXf>(actions.data_ptr<float>(),
                                         features.rows(),
                                         m_settings.action);
}

Eigen::VectorXf
ActorCritic::Values(Copy copy,
                    const RowMatrixXf& features,
                    const RowMatrixXf& actions,
                    const std::vector<Eigen::Index>& owners) const
{
    static_assert(sizeof(Eigen::Index) == sizeof(int64_t), "owners are handed on as they are");
    const c10::InferenceMode inference;
    const auto& critic = copy == Copy::ONLINE ? m_views->critic : m_views->criticTarget;
    const torch::Tensor rows = torch::from_blob(const_cast<Eigen::Index*>(owners.data()),
                                                {static_cast<int64_t>(owners.size())},
                                                torch::kInt64);
    const torch::Tensor values =
        critic.ForwardShared(View(features), View(actions), rows).contiguous();
    return Eigen::Map<const Eigen::VectorXf>(values.data_ptr<float>(), actions.rows());
}

double
ActorCritic::CriticGradient(const RowMatrixXf& features,
                            const RowMatrixXf& actions,
                            const Eigen::VectorXf& targets,
                            Eigen::VectorXf& gradient) const
{
    gradient.setZero(m_critic.gradient.size());
    const NetworkView critic = m_views->critic.Tracked(gradient);
    const torch::Tensor values = critic.Forward(at::cat({View(features), View(actions)}, 1));
    const torch::Tensor loss = at::mse_loss(values.squeeze(1), View(targets));
    loss.backward();
    return loss.item<float>();
}

double
ActorCritic::ActorGradient(const RowMatrixXf& features, Eigen::VectorXf& gradient) const
{
    gradient.setZero(m_actor.gradient.size());
    const NetworkView actor = m_views->actor.Tracked(gradient);
    const torch::Tensor states = View(features);
    // The critic is the view that autograd does not follow: it is a constant here.
    const torch::Tensor values =
        m_views->critic.Forward(at::cat({states, actor.Forward(states)}, 1));
    const torch::Tensor loss = -values.mean();
    loss.backward();
    return loss.item<float>();
}

double
ActorCritic::TrainCritic(const RowMatrixXf& features,
                         const RowMatrixXf& actions,
                         const Eigen::VectorXf& targets)
{
    const double loss = CriticGradient(features, actions, targets, m_critic.gradient);
    Step(m_critic);
    return loss;
}

double
ActorCritic::TrainActor(const RowMatrixXf& features)
{
    const double loss = ActorGradient(features, m_actor.gradient);
    Step(m_actor);
    return loss;
}

void
ActorCritic::Step(Learner& learner) const
{
    const auto clip = static_cast<float>(m_settings.gradientClip);
    const float norm = clip > 0.0f ? learner.gradient.norm() : 0.0f;
    if (norm > clip)
    {
        learner.gradient *= clip / norm;
    }
    learner.adam.Step(learner.gradient, learner.online.GetParameters());
}

void
ActorCritic::UpdateTargets()
{
    const auto tau = static_cast<float>(m_settings.tau);
    for (Learner* learner : {&m_actor, &m_critic})
    {
        Eigen::VectorXf& target = learner->target.GetParameters();
        target += tau * (learner->online.GetParameters() - target);
    }
}

void
ActorCritic::Store(Safetensors& file) const
{
    m_actor.online.Store(file, "actor");
    m_actor.target.Store(file, "actor-target");
    m_actor.adam.Store(file, "actor-adam");
    m_critic.online.Store(file, "critic");
    m_critic.target.Store(file, "critic-target");
    m_critic.adam.Store(file, "critic-adam");
}

void
ActorCritic::Load(const Safetensors& file, const std::string& path)
{
    const auto load = [&](Learner& learner, const std::string& name) {
        for (Mlp* mlp : {&learner.online, &learner.target})
        {
            const std::string prefix = mlp == &learner.online ? name : name + "-target";
            const auto& widths = mlp->GetWidths();
            float* position = mlp->GetParameters().data();
            for (size_t i = 0; i + 1 < widths.size(); ++i)
            {
                const std::string layer = prefix + "." + std::to_string(i);
                const auto& weight = file.Get(layer + ".weight", {widths[i + 1], widths[i]}, path);
                position = std::copy(weight.data.begin(), weight.data.end(), position);
                const auto& bias = file.Get(layer + ".bias", {widths[i + 1]}, path);
                position = std::copy(bias.data.begin(), bias.data.end(), position);
            }
        }
        learner.adam.Load(file, name + "-adam", path);
    };
    load(m_actor, "actor");
    load(m_critic, "critic");
}

} // namespace sterna
} // namespace ns3
