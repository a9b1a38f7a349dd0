/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * The tensors of PolicyNetworks: their names, shapes and initial values.
 */

#include "sterna-orthogonal-matrix.h"
#include "sterna-policy-networks.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaPolicyLayout");

namespace
{

constexpr double ROOT2 = 1.4142135623730951; //!< gain of hidden layers

} // namespace

PolicyNetworks::PolicyNetworks(const PolicyShape& shape)
    : m_shape(shape)
{
    NS_LOG_FUNCTION(this << shape.encoder << shape.spaces.actors << shape.spaces.choices);
    UseOneThread();
    switch (shape.encoder)
    {
    case PolicyShape::FLAT:
        AddFlat();
        break;
    case PolicyShape::PER_CHOICE:
        AddPerChoice();
        break;
    default:
        AddGraph();
    }
}

void
PolicyNetworks::Add(const std::string& name, const std::vector<int64_t>& shape, Beginning beginning)
{
    m_layout.Add(name, shape, 1);
    if (!m_ofCritic)
    {
        m_policyLayout.Add(name, shape, 1);
    }
    m_beginnings.push_back(beginning);
}

void
PolicyNetworks::AddLayer(const std::string& name, Eigen::Index in, Eigen::Index out, double gain)
{
    Add(name + ".weight", {out, in}, {true, gain});
    Add(name + ".bias", {out}, {false, 0.0});
}

Eigen::Index
PolicyNetworks::AddTrunk(const std::string& name, Eigen::Index inputs)
{
    for (size_t i = 0; i < m_shape.hidden.size(); ++i)
    {
        AddLayer(name + "." + std::to_string(i), inputs, m_shape.hidden[i], ROOT2);
        inputs = m_shape.hidden[i];
    }
    return inputs;
}

void
PolicyNetworks::AddHead(const std::string& name, Eigen::Index in, Eigen::Index out, double gain)
{
    if (m_shape.headWidth > 0)
    {
        AddLayer(name + ".hidden", in, m_shape.headWidth, ROOT2);
        in = m_shape.headWidth;
    }
    AddLayer(name + ".output", in, out, gain);
}

void
PolicyNetworks::AddFlat()
{
    const AgentSpaces& spaces = m_shape.spaces;
    const Eigen::Index inputs = spaces.features + spaces.actors * spaces.choices * spaces.embedding;
    const Eigen::Index trunk = AddTrunk("actor", inputs);
    if (spaces.choices > 0)
    {
        AddHead("choice", trunk, spaces.actors * spaces.choices, 0.01);
    }
    for (Eigen::Index i = 0; i < spaces.parameters; ++i)
    {
        AddHead("parameter" + std::to_string(i), trunk, 2 * spaces.actors, 0.01);
    }
    m_ofCritic = true;
    AddLayer("critic.value",
             AddTrunk("critic", inputs),
             m_shape.valuePerActor ? spaces.actors : 1,
             1.0);
}

void
PolicyNetworks::AddGraph()
{
    const bool attends = m_shape.encoder == PolicyShape::GAT;
    Eigen::Index width = m_shape.spaces.blockSize;
    for (size_t i = 0; i < m_shape.nodeWidths.size(); ++i)
    {
        const std::string name = "node." + std::to_string(i);
        const Eigen::Index outputs = m_shape.nodeWidths[i];
        const Eigen::Index heads = attends ? m_shape.attentionHeads : 1;
        const bool joined = i + 1 < m_shape.nodeWidths.size();
        if (joined && outputs % heads != 0)
        {
            throw InputError("A graph layer of " + std::to_string(outputs) +
                             " numbers per node cannot be divided among " + std::to_string(heads) +
                             " attention heads.");
        }
        const Eigen::Index each = joined ? outputs / heads : outputs;
        Add(name + ".weight", {heads * each, width}, {true, ROOT2});
        if (attends)
        {
            Add(name + ".left", {heads, each}, {true, 1.0});
            Add(name + ".right", {heads, each}, {true, 1.0});
        }
        width = outputs;
    }
    if (m_shape.encoder == PolicyShape::GATE)
    {
        AddLayer("time", KERNEL * width, width, ROOT2);
        Add("norm.gain", {width}, {false, 1.0});
        Add("norm.shift", {width}, {false, 0.0});
    }
    const Eigen::Index trunk = AddTrunk("trunk", 3 * width);
    const Eigen::Index seen = trunk + width + m_shape.spaces.embedding;
    AddHead("choice", seen, 1, 0.01);
    for (Eigen::Index i = 0; i < m_shape.spaces.parameters; ++i)
    {
        AddHead("parameter" + std::to_string(i), seen, 2, 0.01);
    }
    m_ofCritic = true;
    AddHead("critic", trunk, 1, 1.0);
}

void
PolicyNetworks::AddPerChoice()
{
    const AgentSpaces& spaces = m_shape.spaces;
    const Eigen::Index global = spaces.features - spaces.choices * spaces.blockSize;
    AddLayer("choice", AddTrunk("actor", global + spaces.blockSize), 1, 0.01);
    if (spaces.prior)
    {
        Add("priorScale", {1}, {false, 0.0});
    }
    m_ofCritic = true;
    AddLayer("critic.value", AddTrunk("critic", global + 2 * spaces.blockSize), 1, 1.0);
}

const PolicyShape&
PolicyNetworks::GetShape() const
{
    return m_shape;
}

const ParameterLayout&
PolicyNetworks::GetLayout() const
{
    return m_layout;
}

const ParameterLayout&
PolicyNetworks::GetPolicyLayout() const
{
    return m_policyLayout;
}

Eigen::VectorXf
PolicyNetworks::Draw(Generator& random) const
{
    Eigen::VectorXf values(m_layout.GetSize());
    for (size_t i = 0; i < m_beginnings.size(); ++i)
    {
        const auto& entry = m_layout.GetEntries()[i];
        auto segment = values.segment(entry.offset, entry.size);
        if (m_beginnings[i].orthogonal)
        {
            const Eigen::Index rows = entry.shape[0];
            const RowMatrixXf matrix =
                DrawOrthogonal(rows, entry.size / rows, m_beginnings[i].value, random);
            segment = Eigen::Map<const Eigen::VectorXf>(matrix.data(), matrix.size());
        }
        else
        {
            segment.setConstant(static_cast<float>(m_beginnings[i].value));
        }
    }
    return values;
}

} // namespace sterna
} // namespace ns3
