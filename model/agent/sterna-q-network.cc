/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-q-network.h"

#include "ns3/assert.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaQNetwork");

namespace
{

Eigen::Index
CountInputs(const QNetwork::Shape& shape)
{
    return shape.global + shape.blockSize;
}

Eigen::Index
CountOutputs(const QNetwork::Shape& shape)
{
    const Eigen::Index values = shape.layout == QNetwork::Layout::FLAT ? shape.choices : 1;
    return values + (shape.dueling ? 1 : 0);
}

/// A metadata string that must be one of two and may be absent. \return whether it is the second
bool
IsSecond(const Safetensors& file,
         const std::string& key,
         const std::string& first,
         const std::string& second,
         const std::string& path)
{
    const auto found = file.metadata.find(key);
    if (found == file.metadata.end() || found->second == first)
    {
        return false;
    }
    if (found->second != second)
    {
        throw InputError("Policy '" + path + "' has " + key + " '" + found->second + "', not " +
                         first + " or " + second + ".");
    }
    return true;
}

void
CheckCount(const std::string& path, const char* what, Eigen::Index has, Eigen::Index wanted)
{
    if (has != wanted)
    {
        throw InputError("Policy '" + path + "' has " + std::to_string(has) + " " + what +
                         " of its first network, but " + std::to_string(wanted) +
                         " are needed here.");
    }
}

} // namespace

QNetwork::Shape
QNetwork::MakeShape(const AgentSpaces& spaces,
                    Layout layout,
                    bool dueling,
                    const std::string& owner)
{
    if (layout == Layout::FLAT)
    {
        return {layout, dueling, spaces.features, 0, spaces.choices, false};
    }
    const Eigen::Index global = spaces.features - spaces.blocks * spaces.blockSize;
    if (spaces.blocks != spaces.choices || spaces.blocks < 1 || spaces.blockSize < 1 || global < 0)
    {
        throw InputError(owner + " needs features that end in one block for each of the " +
                         std::to_string(spaces.choices) + " choices; it was given " +
                         std::to_string(spaces.blocks) + " blocks of " +
                         std::to_string(spaces.blockSize) + " among " +
                         std::to_string(spaces.features) + " features.");
    }
    return {layout, dueling, global, spaces.blockSize, 0, spaces.prior};
}

QNetwork::Shape
QNetwork::LoadShape(const Safetensors& file, const std::string& path)
{
    Shape shape;
    shape.dueling = IsSecond(file, "sterna.dueling", "false", "true", path);
    shape.global = static_cast<Eigen::Index>(file.GetCount("sterna.features", path));
    shape.choices = static_cast<Eigen::Index>(file.GetCount("sterna.choices", path));
    if (!IsSecond(file, "sterna.layout", "flat", "per-choice", path))
    {
        return shape;
    }
    const Eigen::Index features = shape.global;
    shape.layout = Layout::PER_CHOICE;
    shape.global = static_cast<Eigen::Index>(file.GetCount("sterna.global", path));
    shape.blockSize = static_cast<Eigen::Index>(file.GetCount("sterna.block", path));
    shape.prior = IsSecond(file, "sterna.prior", "false", "true", path);
    if (shape.choices != 0)
    {
        throw InputError("Policy '" + path + "' has " + std::to_string(shape.choices) +
                         " choices, but one of layout per-choice has 0, which is any number.");
    }
    if (shape.blockSize < 1 || features <= shape.global ||
        (features - shape.global) % shape.blockSize != 0)
    {
        throw InputError("Policy '" + path + "' has " + std::to_string(features) +
                         " features, which are not " + std::to_string(shape.global) +
                         " and then whole blocks of " + std::to_string(shape.blockSize) + ".");
    }
    return shape;
}

void
QNetwork::StoreShape(Safetensors& file, const Shape& shape)
{
    file.metadata["sterna.choices"] = std::to_string(shape.choices);
    file.metadata["sterna.dueling"] = shape.dueling ? "true" : "false";
    file.metadata["sterna.layout"] = shape.layout == Layout::FLAT ? "flat" : "per-choice";
    if (shape.layout == Layout::PER_CHOICE)
    {
        file.metadata["sterna.global"] = std::to_string(shape.global);
        file.metadata["sterna.block"] = std::to_string(shape.blockSize);
        file.metadata["sterna.prior"] = shape.prior ? "true" : "false";
    }
}

QNetwork::QNetwork(const Shape& shape,
                   const std::vector<Eigen::Index>& hidden,
                   Mlp::Hidden activation)
    : m_shape(shape)
{
    NS_LOG_FUNCTION(this << shape.global << shape.blockSize << shape.choices << shape.dueling);
    std::vector<Eigen::Index> widths = hidden;
    widths.insert(widths.begin(), CountInputs(shape));
    widths.push_back(CountOutputs(shape));
    m_mlp = Mlp(widths, activation, Mlp::Output::IDENTITY);
}

QNetwork
QNetwork::Load(const Safetensors& file,
               const std::string& prefix,
               const Shape& shape,
               Mlp::Hidden activation,
               const std::string& path)
{
    NS_LOG_FUNCTION(prefix << path);
    QNetwork network;
    network.m_shape = shape;
    network.m_mlp = Mlp::Load(file, prefix, activation, Mlp::Output::IDENTITY, path);
    CheckCount(path, "inputs", network.m_mlp.GetInputs(), CountInputs(shape));
    CheckCount(path, "outputs", network.m_mlp.GetOutputs(), CountOutputs(shape));
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

const QNetwork::Shape&
QNetwork::GetShape() const
{
    return m_shape;
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

Eigen::Index
QNetwork::CountChoices(Eigen::Index features) const
{
    if (m_shape.layout == Layout::FLAT)
    {
        return m_shape.choices;
    }
    NS_ASSERT_MSG((features - m_shape.global) % m_shape.blockSize == 0,
                  features << " features are not " << m_shape.global << " and whole blocks of "
                           << m_shape.blockSize);
    return (features - m_shape.global) / m_shape.blockSize;
}

const Eigen::VectorXf&
QNetwork::Forward(const Eigen::Ref<const Eigen::VectorXf>& features, Workspace& workspace) const
{
    const bool flat = m_shape.layout == Layout::FLAT;
    if (flat && !m_shape.dueling)
    {
        return m_mlp.Forward(features, workspace.mlp);
    }
    Eigen::VectorXf& values = workspace.single;
    if (flat)
    {
        const Eigen::VectorXf& outputs = m_mlp.Forward(features, workspace.mlp);
        values = outputs.tail(m_shape.choices);
        values.array() += outputs[0] - values.mean();
        return values;
    }
    const Eigen::Map<const RowMatrixXf> blocks(features.data() + m_shape.global,
                                               CountChoices(features.size()),
                                               m_shape.blockSize);
    const RowMatrixXf& outputs =
        m_mlp.ForwardShared(features.head(m_shape.global), blocks, workspace.mlp);
    values = outputs.rightCols(1);
    if (m_shape.dueling)
    {
        values.array() += outputs.col(0).mean() - values.mean();
    }
    if (m_shape.prior)
    {
        values += blocks.rightCols(1);
    }
    return values;
}

const RowMatrixXf&
QNetwork::ForwardBatch(const Eigen::Ref<const RowMatrixXf>& features, Workspace& workspace) const
{
    if (m_shape.layout == Layout::PER_CHOICE)
    {
        return ForwardBlocks(features, workspace);
    }
    const RowMatrixXf& outputs = m_mlp.ForwardBatch(features, workspace.mlp);
    if (!m_shape.dueling)
    {
        return outputs;
    }
    RowMatrixXf& values = workspace.values;
    values = outputs.rightCols(m_shape.choices);
    // Evaluated before the sum, which would change the means column by column.
    workspace.single = outputs.col(0) - values.rowwise().mean();
    values.colwise() += workspace.single;
    return values;
}

const RowMatrixXf&
QNetwork::ForwardBlocks(const Eigen::Ref<const RowMatrixXf>& features, Workspace& workspace) const
{
    using RowMap = Eigen::Map<RowMatrixXf>;
    const Eigen::Index choices = CountChoices(features.cols());
    const Eigen::Index length = choices * m_shape.blockSize;
    workspace.blocks.resize(features.rows() * choices, m_shape.blockSize);
    RowMap(workspace.blocks.data(), features.rows(), length) = features.rightCols(length);
    const RowMatrixXf& outputs =
        m_mlp.ForwardGroups(features.leftCols(m_shape.global), workspace.blocks, workspace.mlp);
    RowMatrixXf& values = workspace.values;
    values.resize(features.rows(), choices);
    RowMap(values.data(), values.size(), 1) = outputs.rightCols(1);
    if (m_shape.dueling)
    {
        for (Eigen::Index i = 0; i < values.rows(); ++i)
        {
            const float state = outputs.col(0).segment(i * choices, choices).mean();
            values.row(i).array() += state - values.row(i).mean();
        }
    }
    if (m_shape.prior)
    {
        RowMap(values.data(), values.size(), 1) += workspace.blocks.rightCols(1);
    }
    return values;
}

void
QNetwork::FillOutputGradient(const Eigen::Ref<const RowMatrixXf>& valueGradient,
                             Workspace& workspace) const
{
    // Every Q(s, a) contains V(s) once, A(s, a) once, and every advantage -1 / choices times.
    const Eigen::Index choices = valueGradient.cols();
    const Eigen::VectorXf sums = valueGradient.rowwise().sum();
    const Eigen::VectorXf means = sums / static_cast<float>(choices);
    RowMatrixXf& gradient = workspace.outputGradient;
    if (m_shape.layout == Layout::FLAT)
    {
        gradient.resize(valueGradient.rows(), choices + 1);
        gradient.col(0) = sums;
        gradient.rightCols(choices) = valueGradient.colwise() - means;
        return;
    }
    gradient.resize(valueGradient.size(), m_shape.dueling ? 2 : 1);
    for (Eigen::Index i = 0; i < valueGradient.rows(); ++i)
    {
        auto rows = gradient.middleRows(i * choices, choices);
        rows.rightCols(1) = valueGradient.row(i).transpose();
        if (m_shape.dueling)
        {
            rows.rightCols(1).array() -= means[i];
            rows.col(0).setConstant(means[i]);
        }
    }
}

void
QNetwork::Backward(const Eigen::Ref<const RowMatrixXf>& features,
                   const Eigen::Ref<const RowMatrixXf>& valueGradient,
                   Workspace& workspace,
                   Eigen::VectorXf& gradient) const
{
    const bool flat = m_shape.layout == Layout::FLAT;
    if (flat && !m_shape.dueling)
    {
        m_mlp.Backward(features, valueGradient, workspace.mlp, gradient);
        return;
    }
    FillOutputGradient(valueGradient, workspace);
    if (flat)
    {
        m_mlp.Backward(features, workspace.outputGradient, workspace.mlp, gradient);
        return;
    }
    BackwardBlocks(features, workspace, gradient);
}

void
QNetwork::BackwardBlocks(const Eigen::Ref<const RowMatrixXf>& features,
                         Workspace& workspace,
                         Eigen::VectorXf& gradient) const
{
    const RowMatrixXf& outputGradient = workspace.outputGradient;
    std::vector<Eigen::Index> rows;
    for (Eigen::Index row = 0; row < outputGradient.rows(); ++row)
    {
        if ((outputGradient.row(row).array() != 0.0f).any())
        {
            rows.push_back(row);
        }
    }
    if (rows.empty())
    {
        gradient.setZero(m_mlp.GetParameters().size());
        return;
    }
    const auto count = static_cast<Eigen::Index>(rows.size());
    const Eigen::Index choices = CountChoices(features.cols());
    workspace.inputs.resize(count, CountInputs(m_shape));
    for (Eigen::Index i = 0; i < count; ++i)
    {
        workspace.inputs.row(i) << features.row(rows[i] / choices).head(m_shape.global),
            workspace.blocks.row(rows[i]);
    }
    workspace.active.layers.resize(workspace.mlp.layers.size());
    for (size_t layer = 0; layer < workspace.mlp.layers.size(); ++layer)
    {
        workspace.active.layers[layer] = workspace.mlp.layers[layer](rows, Eigen::all);
    }
    m_mlp.Backward(workspace.inputs, outputGradient(rows, Eigen::all), workspace.active, gradient);
}

bool
QNetwork::ChoicesAreIndependent() const
{
    return m_shape.layout == Layout::PER_CHOICE && !m_shape.dueling;
}

const Eigen::VectorXf&
QNetwork::ForwardChosen(const Eigen::Ref<const RowMatrixXf>& features,
                        const Eigen::Ref<const RowMatrixXf>& choices,
                        Workspace& workspace) const
{
    const Eigen::Index batch = features.rows();
    const Eigen::Index size = m_shape.blockSize;
    workspace.chosen.resize(batch);
    if (!ChoicesAreIndependent())
    {
        const RowMatrixXf& values = ForwardBatch(features, workspace);
        for (Eigen::Index i = 0; i < batch; ++i)
        {
            workspace.chosen(i) = values(i, static_cast<Eigen::Index>(choices(i, 0)));
        }
        return workspace.chosen;
    }
    workspace.inputs.resize(batch, CountInputs(m_shape));
    workspace.inputs.leftCols(m_shape.global) = features.leftCols(m_shape.global);
    for (Eigen::Index i = 0; i < batch; ++i)
    {
        const auto choice = static_cast<Eigen::Index>(choices(i, 0));
        workspace.inputs.row(i).tail(size) =
            features.row(i).segment(m_shape.global + choice * size, size);
    }
    workspace.chosen = m_mlp.ForwardBatch(workspace.inputs, workspace.active).col(0);
    if (m_shape.prior)
    {
        workspace.chosen += workspace.inputs.rightCols(1);
    }
    return workspace.chosen;
}

void
QNetwork::BackwardChosen(const Eigen::Ref<const RowMatrixXf>& features,
                         const Eigen::Ref<const RowMatrixXf>& choices,
                         const Eigen::VectorXf& valueGradient,
                         Workspace& workspace,
                         Eigen::VectorXf& gradient) const
{
    if (ChoicesAreIndependent())
    {
        const Eigen::Map<const RowMatrixXf> column(valueGradient.data(), valueGradient.size(), 1);
        m_mlp.Backward(workspace.inputs, column, workspace.active, gradient);
        return;
    }
    workspace.chosenGradient.setZero(features.rows(), CountChoices(features.cols()));
    for (Eigen::Index i = 0; i < features.rows(); ++i)
    {
        workspace.chosenGradient(i, static_cast<Eigen::Index>(choices(i, 0))) = valueGradient(i);
    }
    Backward(features, workspace.chosenGradient, workspace, gradient);
}

} // namespace sterna
} // namespace ns3
