/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-mlp.h"

#include "ns3/assert.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMlp");

Mlp::Mlp(const std::vector<Eigen::Index>& widths, Hidden hidden, Output output)
    : m_widths(widths),
      m_hidden(hidden),
      m_output(output)
{
    NS_LOG_FUNCTION(this << widths.size());
    if (widths.size() < 2 || *std::min_element(widths.begin(), widths.end()) < 1)
    {
        throw InputError("A perceptron needs at least two layer widths, all of them 1 or more.");
    }
    Eigen::Index offset = 0;
    for (size_t i = 0; i + 1 < widths.size(); ++i)
    {
        const Eigen::Index weights = widths[i] * widths[i + 1];
        m_layers.push_back({widths[i], widths[i + 1], offset, offset + weights});
        offset += weights + widths[i + 1];
    }
    m_parameters = Eigen::VectorXf::Zero(offset);
}

Mlp
Mlp::Load(const Safetensors& file,
          const std::string& prefix,
          Hidden hidden,
          Output output,
          const std::string& path)
{
    NS_LOG_FUNCTION(prefix << path);
    const auto name = [&prefix](size_t layer, const char* part) {
        return prefix + "." + std::to_string(layer) + "." + part;
    };
    std::vector<Eigen::Index> widths;
    for (size_t i = 0; i == 0 || file.tensors.count(name(i, "weight")) > 0; ++i)
    {
        const auto found = file.tensors.find(name(i, "weight"));
        if (found == file.tensors.end() || found->second.shape.size() != 2 ||
            found->second.data.empty())
        {
            throw InputError("Cannot read '" + path + "': a weight matrix '" + name(i, "weight") +
                             "' (outputs x inputs) was expected.");
        }
        if (i == 0)
        {
            widths.push_back(found->second.shape[1]);
        }
        widths.push_back(found->second.shape[0]);
    }
    Mlp mlp(widths, hidden, output);
    for (size_t i = 0; i < mlp.m_layers.size(); ++i)
    {
        const Layer& layer = mlp.m_layers[i];
        const auto& weight = file.Get(name(i, "weight"), {layer.outputs, layer.inputs}, path);
        const auto& bias = file.Get(name(i, "bias"), {layer.outputs}, path);
        std::copy(weight.data.begin(), weight.data.end(), mlp.m_parameters.data() + layer.weight);
        std::copy(bias.data.begin(), bias.data.end(), mlp.m_parameters.data() + layer.bias);
    }
    return mlp;
}

void
Mlp::Store(Safetensors& file, const std::string& prefix) const
{
    for (size_t i = 0; i < m_layers.size(); ++i)
    {
        const Layer& layer = m_layers[i];
        const std::string name = prefix + "." + std::to_string(i);
        const float* weight = m_parameters.data() + layer.weight;
        const float* bias = m_parameters.data() + layer.bias;
        file.tensors[name + ".weight"] = {{layer.outputs, layer.inputs}, {weight, bias}};
        file.tensors[name + ".bias"] = {{layer.outputs}, {bias, bias + layer.outputs}};
    }
}

void
Mlp::Initialize(Ptr<UniformRandomVariable> uniform)
{
    NS_LOG_FUNCTION(this << uniform);
    for (const Layer& layer : m_layers)
    {
        const double bound = 1.0 / std::sqrt(static_cast<double>(layer.inputs));
        for (Eigen::Index i = layer.weight; i < layer.bias + layer.outputs; ++i)
        {
            m_parameters[i] = static_cast<float>(uniform->GetValue(-bound, bound));
        }
    }
}

const std::vector<Eigen::Index>&
Mlp::GetWidths() const
{
    return m_widths;
}

Eigen::Index
Mlp::GetInputs() const
{
    return m_widths.empty() ? 0 : m_widths.front();
}

Eigen::Index
Mlp::GetOutputs() const
{
    return m_widths.empty() ? 0 : m_widths.back();
}

Eigen::VectorXf&
Mlp::GetParameters()
{
    return m_parameters;
}

const Eigen::VectorXf&
Mlp::GetParameters() const
{
    return m_parameters;
}

Eigen::Map<const RowMatrixXf>
Mlp::Weight(const Layer& layer) const
{
    return {m_parameters.data() + layer.weight, layer.outputs, layer.inputs};
}

Eigen::Map<const Eigen::VectorXf>
Mlp::Bias(const Layer& layer) const
{
    return {m_parameters.data() + layer.bias, layer.outputs};
}

bool
Mlp::EndsInTanh(size_t index) const
{
    return index + 1 < m_layers.size() ? m_hidden == Hidden::TANH : m_output == Output::TANH;
}

bool
Mlp::EndsInRelu(size_t index) const
{
    return index + 1 < m_layers.size() && m_hidden == Hidden::RELU;
}

template <typename Derived>
void
Mlp::Activate(size_t index, Eigen::MatrixBase<Derived>& values) const
{
    if (EndsInRelu(index))
    {
        // As std::max(y, 0): a NaN in y stays, so a broken policy shows.
        values = values.cwiseMax(0.0f);
    }
    else if (EndsInTanh(index))
    {
        values = values.array().tanh().matrix();
    }
}

const Eigen::VectorXf&
Mlp::Forward(const Eigen::Ref<const Eigen::VectorXf>& input, Workspace& workspace) const
{
    NS_ASSERT_MSG(input.size() == GetInputs(), "input of " << input.size());
    auto& outputs = workspace.single;
    outputs.resize(m_layers.size());
    for (size_t i = 0; i < m_layers.size(); ++i)
    {
        outputs[i] = Bias(m_layers[i]);
        if (i == 0)
        {
            outputs[i].noalias() += Weight(m_layers[i]) * input;
        }
        else
        {
            outputs[i].noalias() += Weight(m_layers[i]) * outputs[i - 1];
        }
        Activate(i, outputs[i]);
    }
    return outputs.back();
}

const RowMatrixXf&
Mlp::Continue(size_t first, Workspace& workspace) const
{
    auto& outputs = workspace.layers;
    for (size_t i = first; i < m_layers.size(); ++i)
    {
        outputs[i].noalias() = outputs[i - 1] * Weight(m_layers[i]).transpose();
        outputs[i].rowwise() += Bias(m_layers[i]).transpose();
        Activate(i, outputs[i]);
    }
    return outputs.back();
}

const RowMatrixXf&
Mlp::ForwardBatch(const Eigen::Ref<const RowMatrixXf>& inputs, Workspace& workspace) const
{
    NS_ASSERT_MSG(inputs.cols() == GetInputs(), "inputs of " << inputs.cols());
    workspace.layers.resize(m_layers.size());
    RowMatrixXf& first = workspace.layers[0];
    first.noalias() = inputs * Weight(m_layers[0]).transpose();
    first.rowwise() += Bias(m_layers[0]).transpose();
    Activate(0, first);
    return Continue(1, workspace);
}

const RowMatrixXf&
Mlp::ForwardShared(const Eigen::Ref<const Eigen::VectorXf>& shared,
                   const Eigen::Ref<const RowMatrixXf>& rows,
                   Workspace& workspace) const
{
    NS_ASSERT_MSG(shared.size() + rows.cols() == GetInputs(), "inputs of another length");
    workspace.layers.resize(m_layers.size());
    workspace.single.resize(1);
    Eigen::VectorXf& common = workspace.single[0];
    common = Bias(m_layers[0]);
    common.noalias() += Weight(m_layers[0]).leftCols(shared.size()) * shared;
    RowMatrixXf& first = workspace.layers[0];
    first.noalias() = rows * Weight(m_layers[0]).rightCols(rows.cols()).transpose();
    first.rowwise() += common.transpose();
    Activate(0, first);
    return Continue(1, workspace);
}

const RowMatrixXf&
Mlp::ForwardGroups(const Eigen::Ref<const RowMatrixXf>& shared,
                   const Eigen::Ref<const RowMatrixXf>& rows,
                   Workspace& workspace) const
{
    NS_ASSERT_MSG(shared.cols() + rows.cols() == GetInputs(), "inputs of another length");
    NS_ASSERT_MSG(shared.rows() > 0 && rows.rows() % shared.rows() == 0, "groups differ in size");
    workspace.layers.resize(m_layers.size());
    RowMatrixXf& common = workspace.common;
    common.noalias() = shared * Weight(m_layers[0]).leftCols(shared.cols()).transpose();
    common.rowwise() += Bias(m_layers[0]).transpose();
    RowMatrixXf& first = workspace.layers[0];
    first.noalias() = rows * Weight(m_layers[0]).rightCols(rows.cols()).transpose();
    const Eigen::Index size = rows.rows() / shared.rows();
    for (Eigen::Index i = 0; i < shared.rows(); ++i)
    {
        first.middleRows(i * size, size).rowwise() += common.row(i);
    }
    Activate(0, first);
    return Continue(1, workspace);
}

void
Mlp::Deactivate(size_t index, const RowMatrixXf& output, RowMatrixXf& gradient) const
{
    // The activations' derivatives follow from their outputs: [y > 0] and 1 - y^2.
    if (EndsInRelu(index))
    {
        gradient.array() *= (output.array() > 0.0f).cast<float>();
    }
    else if (EndsInTanh(index))
    {
        gradient.array() *= 1.0f - output.array().square();
    }
}

void
Mlp::Backward(const Eigen::Ref<const RowMatrixXf>& inputs,
              const Eigen::Ref<const RowMatrixXf>& outputGradient,
              Workspace& workspace,
              Eigen::VectorXf& gradient,
              RowMatrixXf* inputGradient) const
{
    NS_ASSERT_MSG(workspace.layers.size() == m_layers.size() &&
                      workspace.layers.back().rows() == inputs.rows(),
                  "Backward() needs ForwardBatch() with the same workspace");
    gradient.resize(m_parameters.size());
    auto& deltas = workspace.gradients;
    deltas.resize(m_layers.size());
    deltas.back() = outputGradient;
    for (size_t i = m_layers.size(); i-- > 0;)
    {
        const Layer& layer = m_layers[i];
        RowMatrixXf& delta = deltas[i];
        Deactivate(i, workspace.layers[i], delta);
        Eigen::Map<RowMatrixXf> weightGradient(gradient.data() + layer.weight,
                                               layer.outputs,
                                               layer.inputs);
        Eigen::Map<Eigen::RowVectorXf> biasGradient(gradient.data() + layer.bias, layer.outputs);
        biasGradient = delta.colwise().sum();
        if (i == 0)
        {
            weightGradient.noalias() = delta.transpose() * inputs;
        }
        else
        {
            weightGradient.noalias() = delta.transpose() * workspace.layers[i - 1];
            deltas[i - 1].noalias() = delta * Weight(layer);
        }
    }
    if (inputGradient != nullptr)
    {
        inputGradient->noalias() = deltas[0] * Weight(m_layers[0]);
    }
}

void
Mlp::BackwardInputs(const Eigen::Ref<const RowMatrixXf>& outputGradient,
                    Eigen::Index count,
                    Workspace& workspace,
                    RowMatrixXf& inputGradient) const
{
    NS_ASSERT_MSG(workspace.layers.size() == m_layers.size() &&
                      workspace.layers.back().rows() == outputGradient.rows(),
                  "BackwardInputs() needs ForwardBatch() with the same workspace");
    auto& deltas = workspace.gradients;
    deltas.resize(m_layers.size());
    deltas.back() = outputGradient;
    for (size_t i = m_layers.size(); i-- > 0;)
    {
        Deactivate(i, workspace.layers[i], deltas[i]);
        if (i > 0)
        {
            deltas[i - 1].noalias() = deltas[i] * Weight(m_layers[i]);
        }
    }
    inputGradient.noalias() = deltas[0] * Weight(m_layers[0]).rightCols(count);
}

} // namespace sterna
} // namespace ns3
