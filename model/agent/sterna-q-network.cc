/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-q-network.h"

#include "ns3/sterna-error.h"

#include <utility>

namespace ns3
{
namespace sterna
{

QNetwork::QNetwork(const AgentSpaces& spaces,
                   const std::vector<Eigen::Index>& hidden,
                   Layout layout,
                   bool dueling)
    : m_choices(spaces.choices),
      m_layout(layout),
      m_dueling(dueling)
{
    std::vector<Eigen::Index> widths = hidden;
    if (layout == Layout::FLAT)
    {
        widths.insert(widths.begin(), spaces.features);
        widths.push_back(dueling ? spaces.choices + 1 : spaces.choices);
    }
    else
    {
        if (spaces.blocks != spaces.choices || spaces.blockSize < 1)
        {
            throw InputError(Sentence("A network that values each choice by itself was given ",
                                      spaces.choices,
                                      " choices and ",
                                      spaces.blocks,
                                      " blocks of ",
                                      spaces.blockSize,
                                      " features; it needs a block for each choice."));
        }
        m_block = spaces.blockSize;
        m_prior = spaces.prior;
        m_global = spaces.features - spaces.blocks * spaces.blockSize;
        widths.insert(widths.begin(), m_global + m_block);
        widths.push_back(dueling ? 2 : 1);
    }
    m_mlp = Mlp(widths, Mlp::Hidden::RELU, Mlp::Output::IDENTITY);
}

QNetwork
QNetwork::Load(const Safetensors& file,
               const std::string& prefix,
               const AgentSpaces& spaces,
               Layout layout,
               bool dueling,
               Mlp::Hidden activation,
               const std::string& path)
{
    Mlp mlp = Mlp::Load(file, prefix, activation, Mlp::Output::IDENTITY, path);
    QNetwork network(spaces, {}, layout, dueling);
    const auto& wanted = network.GetWidths();
    if (mlp.GetInputs() != wanted.front() || mlp.GetOutputs() != wanted.back())
    {
        throw InputError(Sentence("The network '",
                                  prefix,
                                  "' of '",
                                  path,
                                  "' maps ",
                                  mlp.GetInputs(),
                                  " inputs to ",
                                  mlp.GetOutputs(),
                                  " outputs, but ",
                                  wanted.front(),
                                  " and ",
                                  wanted.back(),
                                  " are needed here."));
    }
    network.m_mlp = std::move(mlp);
    return network;
}

void
QNetwork::Store(Safetensors& file, const std::string& prefix) const
{
    m_mlp.Store(file, prefix);
}

void
QNetwork::Initialize(Ptr<UniformRandomVariable> uniform)
{
    m_mlp.Initialize(uniform);
}

const std::vector<Eigen::Index>&
QNetwork::GetWidths() const
{
    return m_mlp.GetWidths();
}

Eigen::VectorXf&
QNetwork::GetParameters()
{
    return m_mlp.GetParameters();
}

const Eigen::VectorXf&
QNetwork::GetParameters() const
{
    return m_mlp.GetParameters();
}

QNetwork::Layout
QNetwork::GetLayout() const
{
    return m_layout;
}

bool
QNetwork::IsDueling() const
{
    return m_dueling;
}

void
QNetwork::Split(const Eigen::Ref<const RowMatrixXf>& features, RowMatrixXf& rows) const
{
    rows.resize(features.rows() * m_choices, m_global + m_block);
    for (Eigen::Index i = 0; i < features.rows(); ++i)
    {
        const auto sample = features.row(i);
        for (Eigen::Index a = 0; a < m_choices; ++a)
        {
            auto row = rows.row(i * m_choices + a);
            row.head(m_global) = sample.head(m_global);
            row.tail(m_block) = sample.segment(m_global + a * m_block, m_block);
        }
    }
}

void
QNetwork::Combine(const RowMatrixXf& outputs, RowMatrixXf& values) const
{
    if (m_layout == Layout::FLAT)
    {
        // dueling, or there is nothing to combine: (V, A of choice 0, A of choice 1, ...)
        values = outputs.rightCols(m_choices);
        values.colwise() += outputs.col(0) - values.rowwise().mean();
        return;
    }
    const Eigen::Index batch = outputs.rows() / m_choices;
    using Strided = Eigen::Map<const RowMatrixXf, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
    const Eigen::Index width = outputs.cols();
    const Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic> stride(m_choices * width, width);
    values = Strided(outputs.data() + width - 1, batch, m_choices, stride);
    if (m_dueling)
    {
        const Strided states(outputs.data(), batch, m_choices, stride);
        values.colwise() += states.rowwise().mean() - values.rowwise().mean();
    }
}

void
QNetwork::AddPrior(const RowMatrixXf& rows, RowMatrixXf& values) const
{
    for (Eigen::Index i = 0; m_prior && i < values.rows(); ++i)
    {
        values.row(i) += rows.col(rows.cols() - 1).segment(i * m_choices, m_choices).transpose();
    }
}

void
QNetwork::Distribute(const RowMatrixXf& valueGradient, RowMatrixXf& rawGradient) const
{
    const Eigen::Index batch = valueGradient.rows();
    const Eigen::VectorXf sums = valueGradient.rowwise().sum();
    const auto share = 1.0f / static_cast<float>(m_choices);
    if (m_layout == Layout::FLAT)
    {
        rawGradient.resize(batch, m_choices + 1);
        rawGradient.col(0) = sums;
        rawGradient.rightCols(m_choices) = valueGradient.colwise() - sums * share;
        return;
    }
    rawGradient.resize(batch * m_choices, m_dueling ? 2 : 1);
    for (Eigen::Index i = 0; i < batch; ++i)
    {
        for (Eigen::Index a = 0; a < m_choices; ++a)
        {
            auto raw = rawGradient.row(i * m_choices + a);
            raw(raw.size() - 1) = valueGradient(i, a) - (m_dueling ? sums(i) * share : 0.0f);
            if (m_dueling)
            {
                raw(0) = sums(i) * share;
            }
        }
    }
}

const Eigen::VectorXf&
QNetwork::Forward(const Eigen::VectorXf& features, Workspace& workspace) const
{
    if (m_layout == Layout::FLAT && !m_dueling)
    {
        return m_mlp.Forward(features, workspace.mlp);
    }
    const Eigen::Map<const RowMatrixXf> sample(features.data(), 1, features.size());
    if (m_layout == Layout::FLAT)
    {
        Combine(m_mlp.ForwardBatch(sample, workspace.mlp), workspace.values);
    }
    else
    {
        Split(sample, workspace.rows);
        Combine(m_mlp.ForwardBatch(workspace.rows, workspace.mlp), workspace.values);
        AddPrior(workspace.rows, workspace.values);
    }
    workspace.single = workspace.values.row(0);
    return workspace.single;
}

const RowMatrixXf&
QNetwork::ForwardBatch(const RowMatrixXf& features, Workspace& workspace) const
{
    if (m_layout == Layout::FLAT)
    {
        const RowMatrixXf& outputs = m_mlp.ForwardBatch(features, workspace.mlp);
        if (!m_dueling)
        {
            return outputs;
        }
        Combine(outputs, workspace.values);
    }
    else
    {
        Split(features, workspace.rows);
        Combine(m_mlp.ForwardBatch(workspace.rows, workspace.mlp), workspace.values);
        AddPrior(workspace.rows, workspace.values);
    }
    return workspace.values;
}

void
QNetwork::Backward(const RowMatrixXf& features,
                   const RowMatrixXf& valueGradient,
                   Workspace& workspace,
                   Eigen::VectorXf& gradient) const
{
    if (m_layout == Layout::FLAT && !m_dueling)
    {
        m_mlp.Backward(features, valueGradient, workspace.mlp, gradient);
        return;
    }
    Distribute(valueGradient, workspace.rawGradient);
    m_mlp.Backward(m_layout == Layout::FLAT ? features : workspace.rows,
                   workspace.rawGradient,
                   workspace.mlp,
                   gradient);
}

bool
QNetwork::ChoicesAreIndependent() const
{
    return m_layout == Layout::PER_CHOICE && !m_dueling;
}

const Eigen::VectorXf&
QNetwork::ForwardChosen(const RowMatrixXf& features,
                        const RowMatrixXf& choices,
                        Workspace& workspace) const
{
    const Eigen::Index batch = features.rows();
    workspace.chosen.resize(batch);
    if (ChoicesAreIndependent())
    {
        workspace.rows.resize(batch, m_global + m_block);
        workspace.rows.leftCols(m_global) = features.leftCols(m_global);
        for (Eigen::Index i = 0; i < batch; ++i)
        {
            const auto choice = static_cast<Eigen::Index>(choices(i, 0));
            workspace.rows.row(i).tail(m_block) =
                features.row(i).segment(m_global + choice * m_block, m_block);
        }
        workspace.chosen = m_mlp.ForwardBatch(workspace.rows, workspace.mlp).col(0);
        if (m_prior)
        {
            workspace.chosen += workspace.rows.rightCols(1);
        }
        return workspace.chosen;
    }
    const RowMatrixXf& values = ForwardBatch(features, workspace);
    for (Eigen::Index i = 0; i < batch; ++i)
    {
        workspace.chosen(i) = values(i, static_cast<Eigen::Index>(choices(i, 0)));
    }
    return workspace.chosen;
}

void
QNetwork::BackwardChosen(const RowMatrixXf& features,
                         const RowMatrixXf& choices,
                         const Eigen::VectorXf& valueGradient,
                         Workspace& workspace,
                         Eigen::VectorXf& gradient) const
{
    if (ChoicesAreIndependent())
    {
        const Eigen::Map<const RowMatrixXf> column(valueGradient.data(), valueGradient.size(), 1);
        m_mlp.Backward(workspace.rows, column, workspace.mlp, gradient);
        return;
    }
    workspace.chosenGradient.setZero(features.rows(), m_choices);
    for (Eigen::Index i = 0; i < features.rows(); ++i)
    {
        workspace.chosenGradient(i, static_cast<Eigen::Index>(choices(i, 0))) = valueGradient(i);
    }
    Backward(features, workspace.chosenGradient, workspace, gradient);
}

} // namespace sterna
} // namespace ns3
