/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-maml.h"

#include "ns3/log.h"

#include <cmath>

// Last, because no header of Sterna may depend on these.
#include "sterna-tensor-views.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMaml");

namespace
{

using torch::Tensor;
/// Weights and biases of a perceptron, layer by layer.
using Parameters = std::vector<Tensor>;

/// The parameters of a network as variables.
Parameters
Variables(const Mlp& network)
{
    Parameters parameters;
    const auto& widths = network.GetWidths();
    float* position = const_cast<float*>(network.GetParameters().data());
    for (size_t i = 0; i + 1 < widths.size(); ++i)
    {
        parameters.push_back(torch::from_blob(position, {widths[i + 1], widths[i]}));
        position += widths[i + 1] * widths[i];
        parameters.push_back(torch::from_blob(position, {widths[i + 1]}));
        position += widths[i + 1];
    }
    for (Tensor& parameter : parameters)
    {
        parameter = parameter.detach().requires_grad_();
    }
    return parameters;
}

Parameters
Constants(const Parameters& parameters)
{
    Parameters constants;
    for (const Tensor& parameter : parameters)
    {
        constants.push_back(parameter.detach());
    }
    return constants;
}

Eigen::VectorXf
Flat(const Parameters& parameters)
{
    Parameters flat;
    for (const Tensor& parameter : parameters)
    {
        flat.push_back(parameter.detach().reshape(-1));
    }
    const Tensor all = at::cat(flat);
    return Eigen::Map<const Eigen::VectorXf>(all.data_ptr<float>(), all.size(0));
}

Tensor
Forward(const Parameters& network, Tensor values)
{
    for (size_t i = 0; i < network.size(); i += 2)
    {
        values = at::linear(i > 0 ? at::relu(values) : values, network[i], network[i + 1]);
    }
    return values;
}

Tensor
CriticLoss(const Parameters& critic, const MamlBatch& batch)
{
    const Tensor inputs = at::cat({View(batch.states), View(batch.actions)}, 1);
    return at::mse_loss(Forward(critic, inputs).squeeze(1), View(batch.targets));
}

Tensor
ActorLoss(const Parameters& actor, const Parameters& critic, const MamlBatch& batch)
{
    const Tensor states = View(batch.states);
    const Tensor actions = at::tanh(Forward(actor, states));
    return -Forward(Constants(critic), at::cat({states, actions}, 1)).mean();
}

/// One gradient step; the graph through its gradient is kept for a second-order meta-gradient.
Parameters
Descend(const Parameters& parameters, const Tensor& loss, const MamlRule& rule)
{
    const auto gradient =
        torch::autograd::grad({loss}, parameters, {}, rule.secondOrder, rule.secondOrder);
    double norm = 0;
    for (const Tensor& part : gradient)
    {
        norm += part.detach().square().sum().item<double>();
    }
    norm = std::sqrt(norm);
    const double shortened = rule.clip > 0 && norm > rule.clip ? rule.clip / norm : 1.0;
    Parameters stepped;
    for (size_t i = 0; i < parameters.size(); ++i)
    {
        stepped.push_back(parameters[i] - rule.rate * shortened * gradient[i]);
    }
    return stepped;
}

/// Moves both networks by one step per batch.
void
Descend(Parameters& actor,
        Parameters& critic,
        const std::vector<MamlBatch>& support,
        const MamlRule& rule)
{
    for (const MamlBatch& batch : support)
    {
        const Parameters nextActor = Descend(actor, ActorLoss(actor, critic, batch), rule);
        critic = Descend(critic, CriticLoss(critic, batch), rule);
        actor = nextActor;
    }
}

} // namespace

MamlVectors
Adapt(const MamlNetworks& networks, const std::vector<MamlBatch>& support, const MamlRule& rule)
{
    NS_LOG_FUNCTION(support.size());
    at::set_num_threads(1);
    MamlRule plain = rule;
    plain.secondOrder = false;
    Parameters actor = Variables(networks.actor);
    Parameters critic = Variables(networks.critic);
    Descend(actor, critic, support, plain);
    return {Flat(actor), Flat(critic)};
}

MamlStep
MetaGradient(const MamlNetworks& networks,
             const std::vector<MamlBatch>& support,
             const MamlBatch& query,
             const MamlRule& rule)
{
    NS_LOG_FUNCTION(support.size() << rule.secondOrder);
    // Two threads are slower than one on networks of this size.
    at::set_num_threads(1);
    const Parameters actor = Variables(networks.actor);
    const Parameters critic = Variables(networks.critic);
    Parameters adaptedActor = actor;
    Parameters adaptedCritic = critic;
    Descend(adaptedActor, adaptedCritic, support, rule);
    const Tensor actorLoss = ActorLoss(adaptedActor, adaptedCritic, query);
    const Tensor criticLoss = CriticLoss(adaptedCritic, query);
    MamlStep step;
    step.actorLoss = actorLoss.item<float>();
    step.criticLoss = criticLoss.item<float>();
    step.adapted = {Flat(adaptedActor), Flat(adaptedCritic)};
    step.gradient = {Flat(torch::autograd::grad({actorLoss}, actor)),
                     Flat(torch::autograd::grad({criticLoss}, critic))};
    return step;
}

} // namespace sterna
} // namespace ns3
