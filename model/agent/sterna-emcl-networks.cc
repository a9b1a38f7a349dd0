/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-emcl-networks.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>

// Last, because no header of Sterna may depend on these.
#include "sterna-tensor-views.h"

#include <ATen/Parallel.h>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaEmclNetworks");

namespace
{

using torch::Tensor;

/// Numbers of a state that are not part of a block.
Eigen::Index
GlobalNumbers(const EmclShape& shape)
{
    return shape.spaces.features - shape.spaces.blocks * shape.spaces.blockSize;
}

/// Blocks that are pooled together; 1: none are.
Eigen::Index
StretchLength(const EmclShape& shape)
{
    return std::max<Eigen::Index>(1, (shape.spaces.blocks + shape.bins - 1) / shape.bins);
}

/// Numbers that the convolutions make of a state.
Eigen::Index
ConvolvedNumbers(const EmclShape& shape)
{
    const Eigen::Index length = StretchLength(shape);
    const Eigen::Index stretches = (shape.spaces.blocks + length - 1) / length;
    return GlobalNumbers(shape) + stretches * shape.filters * (length > 1 ? 2 : 1);
}

void
AddLayer(ParameterLayout& layout,
         const std::string& name,
         Eigen::Index inputs,
         Eigen::Index outputs)
{
    layout.Add(name + ".weight", {outputs, inputs}, inputs);
    layout.Add(name + ".bias", {outputs}, inputs);
}

void
AddConvolutions(ParameterLayout& layout, const EmclShape& shape)
{
    if (shape.spaces.blocks > 0)
    {
        AddLayer(layout, "block", shape.spaces.blockSize, shape.filters);
        AddLayer(layout, "neighbourhood", 3 * shape.filters, shape.filters);
    }
}

/// Maximum and mean over each stretch of blocks (batch x blocks x channels), one row per state.
Tensor
Pool(const Tensor& maps, int64_t length)
{
    // An image with the channels last, as it lies in memory: LibTorch's fastest way.
    const Tensor image = maps.unsqueeze(2).permute({0, 3, 1, 2});
    const Tensor largest =
        at::max_pool2d(image, {length, 1}, {length, 1}, {0, 0}, {1, 1}, true).flatten(1);
    const Tensor mean = at::avg_pool2d(image, {length, 1}, {length, 1}, {0, 0}, true).flatten(1);
    return at::cat({largest, mean}, 1);
}

/// The two convolutions and the pooling; global numbers come first.
Tensor
Convolve(const TensorViews& network, const EmclShape& shape, const Tensor& states)
{
    const int64_t blocks = shape.spaces.blocks;
    if (blocks == 0)
    {
        return states;
    }
    const int64_t batch = states.size(0);
    const int64_t global = GlobalNumbers(shape);
    const Tensor table =
        states.narrow(1, global, states.size(1) - global).reshape({batch, blocks, -1});
    // Kernel and stride are one block: a linear layer of each block.
    const Tensor first = at::relu(network.Linear(table, "block"));
    // A kernel over three blocks, with zeros beyond the ends.
    const Tensor edge = at::zeros({batch, 1, shape.filters});
    const Tensor before = at::cat({edge, first.narrow(1, 0, blocks - 1)}, 1);
    const Tensor after = at::cat({first.narrow(1, 1, blocks - 1), edge}, 1);
    const Tensor second =
        at::relu(network.Linear(at::cat({before, first, after}, 2), "neighbourhood"));
    const int64_t length = StretchLength(shape);
    const Tensor pooled = length > 1 ? Pool(second, length) : second.reshape({batch, -1});
    return at::cat({states.narrow(1, 0, global), pooled}, 1);
}

/// xi_2 of each window (window x batch x step), eq. (31).
Tensor
Identify(const TensorViews& network, const EmclShape& shape, const Tensor& windows)
{
    const Tensor start = at::zeros({1, windows.size(1), shape.cells});
    const Tensor outputs = std::get<0>(at::lstm(windows,
                                                {start, start},
                                                {network["lstm.input.weight"],
                                                 network["lstm.state.weight"],
                                                 network["lstm.input.bias"],
                                                 network["lstm.state.bias"]},
                                                true,
                                                1,
                                                0.0,
                                                false,
                                                false,
                                                false));
    return at::tanh(network.Linear(outputs[-1], "task"));
}

/// What HybridNetwork::Encode() returns: the state's share of xi_1 before its ReLU, and xi_2.
Tensor
Code(const TensorViews& network,
     const EmclShape& shape,
     const Tensor& states,
     const Eigen::Ref<const RowMatrixXf>& steps)
{
    const Tensor state = network.Linear(Convolve(network, shape, states), "state");
    if (shape.window == 0)
    {
        return state;
    }
    const Tensor windows = torch::from_blob(const_cast<float*>(steps.data()),
                                            {shape.window, states.size(0), shape.step});
    return at::cat({state, Identify(network, shape, windows)}, 1);
}

/// Eqs. (30) and (32) from a code per row and an action per row.
Tensor
Head(const TensorViews& network, const EmclShape& shape, const Tensor& codes, const Tensor& actions)
{
    const Tensor state = codes.narrow(1, 0, shape.hidden);
    const Tensor general = at::relu(state + at::linear(actions, network["action.weight"]));
    const Tensor task = codes.narrow(1, shape.hidden, codes.size(1) - shape.hidden);
    const Tensor hidden = at::relu(network.Linear(at::cat({general, task}, 1), "ann"));
    return network.Linear(hidden, "value").squeeze(1);
}

} // namespace

HybridNetwork::HybridNetwork(const EmclShape& shape)
    : m_shape(shape)
{
    // Two threads are slower than one on networks of this size.
    at::set_num_threads(1);
    const Eigen::Index action = shape.spaces.embedding;
    const Eigen::Index convolved = ConvolvedNumbers(shape);
    const Eigen::Index embedding = shape.window > 0 ? shape.embedding : 0;
    AddConvolutions(m_layout, shape);
    AddLayer(m_layout, "state", convolved, shape.hidden);
    m_layout.Add("action.weight", {shape.hidden, action}, action);
    if (shape.window > 0)
    {
        m_layout.Add("lstm.input.weight", {4 * shape.cells, shape.step}, shape.cells);
        m_layout.Add("lstm.state.weight", {4 * shape.cells, shape.cells}, shape.cells);
        m_layout.Add("lstm.input.bias", {4 * shape.cells}, shape.cells);
        m_layout.Add("lstm.state.bias", {4 * shape.cells}, shape.cells);
        AddLayer(m_layout, "task", shape.cells, embedding);
    }
    AddLayer(m_layout, "ann", shape.hidden + embedding, shape.hidden);
    AddLayer(m_layout, "value", shape.hidden, 1);
    NS_LOG_INFO("hybrid network of " << m_layout.GetSize() << " parameters");
}

const ParameterLayout&
HybridNetwork::GetLayout() const
{
    return m_layout;
}

const EmclShape&
HybridNetwork::GetShape() const
{
    return m_shape;
}

RowMatrixXf
HybridNetwork::Encode(const Eigen::VectorXf& parameters,
                      const RowMatrixXf& states,
                      const Eigen::Ref<const RowMatrixXf>& steps) const
{
    const c10::InferenceMode inference;
    return ToMatrix(Code(TensorViews(m_layout, parameters), m_shape, View(states), steps));
}

Eigen::VectorXf
HybridNetwork::Values(const Eigen::VectorXf& parameters,
                      const RowMatrixXf& codes,
                      const RowMatrixXf& actions,
                      const std::vector<Eigen::Index>& owners) const
{
    static_assert(sizeof(Eigen::Index) == sizeof(int64_t), "owners are handed on as they are");
    const c10::InferenceMode inference;
    const Tensor rows = torch::from_blob(const_cast<Eigen::Index*>(owners.data()),
                                         {static_cast<int64_t>(owners.size())},
                                         torch::kInt64);
    const Tensor values = Head(TensorViews(m_layout, parameters),
                               m_shape,
                               View(codes).index_select(0, rows),
                               View(actions))
                              .contiguous();
    return Eigen::Map<const Eigen::VectorXf>(values.data_ptr<float>(), values.size(0));
}

double
HybridNetwork::Gradient(const Eigen::VectorXf& parameters,
                        const RowMatrixXf& states,
                        const Eigen::Ref<const RowMatrixXf>& steps,
                        const RowMatrixXf& actions,
                        const Eigen::VectorXf& targets,
                        Eigen::VectorXf& gradient) const
{
    const TensorViews network(m_layout, parameters, gradient);
    const Tensor values =
        Head(network, m_shape, Code(network, m_shape, View(states), steps), View(actions));
    const Tensor loss = at::mse_loss(values, View(targets));
    loss.backward();
    return loss.item<float>();
}

GaussianActor::GaussianActor(const EmclShape& shape,
                             double smallestDeviation,
                             double largestDeviation)
    : m_shape(shape),
      m_smallest(smallestDeviation),
      m_largest(largestDeviation)
{
    AddConvolutions(m_layout, shape);
    AddLayer(m_layout, "hidden1", ConvolvedNumbers(shape), shape.hidden);
    AddLayer(m_layout, "hidden2", shape.hidden, shape.hidden);
    AddLayer(m_layout, "policy", shape.hidden, 2 * shape.spaces.embedding);
    NS_LOG_INFO("actor of " << m_layout.GetSize() << " parameters");
}

const ParameterLayout&
GaussianActor::GetLayout() const
{
    return m_layout;
}

namespace
{

/// Mean and deviation, eq. (33).
std::pair<Tensor, Tensor>
Policy(const TensorViews& network,
       const EmclShape& shape,
       const Tensor& states,
       double smallest,
       double largest)
{
    const Tensor first = at::relu(network.Linear(Convolve(network, shape, states), "hidden1"));
    const Tensor second = at::relu(network.Linear(first, "hidden2"));
    const Tensor both = at::tanh(network.Linear(second, "policy"));
    const int64_t n = shape.spaces.embedding;
    const double middle = 0.5 * std::log(smallest * largest);
    const double reach = 0.5 * std::log(largest / smallest);
    return {both.narrow(1, 0, n), at::exp(both.narrow(1, n, n) * reach + middle)};
}

} // namespace

RowMatrixXf
GaussianActor::Policies(const Eigen::VectorXf& parameters, const RowMatrixXf& states) const
{
    const c10::InferenceMode inference;
    const auto [mean, deviation] =
        Policy(TensorViews(m_layout, parameters), m_shape, View(states), m_smallest, m_largest);
    return ToMatrix(at::cat({mean, deviation}, 1));
}

double
GaussianActor::Gradient(Estimator estimator,
                        const Eigen::VectorXf& parameters,
                        const HybridNetwork& critic,
                        const Eigen::VectorXf& criticParameters,
                        const RowMatrixXf& states,
                        const RowMatrixXf& codes,
                        const RowMatrixXf& noise,
                        Eigen::VectorXf& gradient) const
{
    const TensorViews actor(m_layout, parameters, gradient);
    const TensorViews constant(critic.GetLayout(), criticParameters);
    const int64_t samples = noise.rows() / states.rows();
    const auto value = [&](const Tensor& actions, const Tensor& ofCodes) {
        return Head(constant, critic.GetShape(), ofCodes, actions.clamp(-1.0, 1.0));
    };
    const auto [means, deviations] = Policy(actor, m_shape, View(states), m_smallest, m_largest);
    const Tensor code = View(codes);
    const Tensor manyCodes = code.repeat_interleave(samples, 0);
    const Tensor mean = means.repeat_interleave(samples, 0);
    const Tensor deviation = deviations.repeat_interleave(samples, 0);
    const Tensor actions = mean + deviation * View(noise);
    if (estimator == Estimator::PATHWISE)
    {
        const Tensor loss = -value(actions, manyCodes).mean();
        loss.backward();
        return loss.item<float>();
    }
    const Tensor sampled = actions.detach();
    const Tensor q = value(sampled, manyCodes);
    const Tensor baseline = value(means.detach(), code).repeat_interleave(samples, 0);
    const Tensor logarithm =
        -(0.5 * at::square((sampled - mean) / deviation) + at::log(deviation)).sum(1);
    (-((q - baseline) * logarithm).mean()).backward();
    return -q.mean().item<float>();
}

} // namespace sterna
} // namespace ns3
