/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * What a PpoAgent writes and reads: policies and checkpoints.
 */

#include "sterna-ppo-agent.h"

#include "sterna-hidden-layers.h"
#include "sterna-q-network.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaPpoFiles");

namespace
{

constexpr float EXAMPLE_TOLERANCE = 1e-4f;

const char*
ToText(PolicyShape::Encoder encoder)
{
    switch (encoder)
    {
    case PolicyShape::FLAT:
        return "flat";
    case PolicyShape::GCN:
        return "gcn";
    case PolicyShape::GAT:
        return "gat";
    case PolicyShape::GATE:
        return "gate";
    default:
        return "per-choice";
    }
}

std::string
ToText(const std::vector<Eigen::Index>& widths)
{
    std::string text;
    for (const Eigen::Index width : widths)
    {
        text += (text.empty() ? "" : "-") + std::to_string(width);
    }
    return text;
}

/// The numbers of a policy's spaces, by the name that a file has for them.
std::map<std::string, Eigen::Index>
GetNumbers(const AgentSpaces& spaces)
{
    return {{"sterna.features", spaces.features},
            {"sterna.block", spaces.blockSize},
            {"sterna.actors", spaces.actors},
            {"sterna.choices", spaces.choices},
            {"sterna.embedding", spaces.embedding},
            {"sterna.parameters", spaces.parameters},
            {"sterna.window", spaces.window}};
}

} // namespace

Observation
PpoAgent::MakeExample() const
{
    Observation example;
    example.features = Eigen::VectorXf::LinSpaced(m_spaces.features, -1.0f, 0.9f);
    if (m_spaces.embedding > 0)
    {
        const Eigen::Index rows = m_spaces.actors * m_spaces.choices;
        example.choices = Eigen::VectorXf::LinSpaced(rows * m_spaces.embedding, 1.0f, -0.9f)
                              .reshaped<Eigen::RowMajor>(rows, m_spaces.embedding);
    }
    example.edges.resize(m_spaces.window * m_spaces.actors, m_spaces.choices);
    for (Eigen::Index i = 0; i < example.edges.size(); ++i)
    {
        example.edges.data()[i] = i % 3 != 1;
    }
    return example;
}

Eigen::VectorXf
PpoAgent::GetExampleOutput(const Observation& example) const
{
    const ObservationBatch batch = Prepare(example);
    const PolicyCode code = m_networks.Encode(m_parameters, batch);
    ActionBatch first;
    first.choices.setZero(1, m_spaces.actors);
    RowMatrixXf shapes(1, 0);
    if (m_spaces.parameters > 0)
    {
        shapes = m_networks.Concentrations(m_parameters, batch, code, first);
    }
    Eigen::VectorXf output(code.logits.size() + shapes.size());
    output << code.logits.reshaped(), shapes.reshaped();
    return output;
}

void
PpoAgent::StorePerChoice(Safetensors& file) const
{
    file.metadata["sterna.kind"] = "q";
    file.metadata["sterna.activation"] = m_activation == Activation::TANH ? "tanh" : "relu";
    file.metadata["sterna.embedding"] = "0";
    file.metadata["sterna.parameters"] = "0";
    file.metadata["sterna.features"] = std::to_string(m_spaces.features);
    const auto shape =
        QNetwork::MakeShape(m_spaces, QNetwork::Layout::PER_CHOICE, false, GetName());
    QNetwork::StoreShape(file, shape);
    const size_t hidden = m_networks.GetShape().hidden.size();
    Safetensors tensors;
    m_networks.GetPolicyLayout().Store(m_parameters.head(m_networks.GetPolicyLayout().GetSize()),
                                       tensors,
                                       "policy");
    for (size_t i = 0; i <= hidden; ++i)
    {
        const std::string layer =
            i < hidden ? "policy.actor." + std::to_string(i) : std::string("policy.choice");
        for (const char* part : {".weight", ".bias"})
        {
            file.tensors["q." + std::to_string(i) + part] = tensors.tensors.at(layer + part);
        }
    }
    if (shape.prior)
    {
        // The file's values are network + prior; a factor above 0 leaves the best choice what it is.
        const float scale = std::exp(tensors.tensors.at("policy.priorScale").data[0]);
        for (const char* part : {".weight", ".bias"})
        {
            for (float& value : file.tensors["q." + std::to_string(hidden) + part].data)
            {
                value /= scale;
            }
        }
    }
    const Observation example = MakeExample();
    const QNetwork network =
        QNetwork::Load(file,
                       "q",
                       shape,
                       m_activation == Activation::TANH ? Mlp::Hidden::TANH : Mlp::Hidden::RELU,
                       "");
    QNetwork::Workspace workspace;
    StoreVector(example.features, file, "example.features");
    StoreVector(network.Forward(example.features, workspace), file, "example.output");
}

void
PpoAgent::StoreNetworks(Safetensors& file) const
{
    const PolicyShape& shape = m_networks.GetShape();
    file.metadata["sterna.kind"] = "policy";
    file.metadata["sterna.encoder"] = ToText(shape.encoder);
    for (const auto& [key, number] : GetNumbers(m_spaces))
    {
        file.metadata[key] = std::to_string(number);
    }
    file.metadata["sterna.hidden"] = ToText(shape.hidden);
    file.metadata["sterna.head"] = std::to_string(shape.headWidth);
    file.metadata["sterna.nodes"] = ToText(shape.nodeWidths);
    file.metadata["sterna.heads"] = std::to_string(shape.attentionHeads);
    file.metadata["sterna.activation"] = shape.activation == Mlp::Hidden::TANH ? "tanh" : "relu";
    const ParameterLayout& layout = m_networks.GetPolicyLayout();
    layout.Store(m_parameters.head(layout.GetSize()), file, "policy");
    if (m_normalizeObservations)
    {
        m_normalizer.Store(file);
    }
    const Observation example = MakeExample();
    StoreVector(GetExampleOutput(example), file, "example.output");
}

void
PpoAgent::SavePolicy(const std::string& path,
                     const std::map<std::string, std::string>& metadata) const
{
    NS_LOG_FUNCTION(this << path);
    Safetensors file;
    if (m_encoder == PolicyShape::PER_CHOICE)
    {
        StorePerChoice(file);
    }
    else
    {
        StoreNetworks(file);
    }
    file.metadata["sterna.agent"] = GetInstanceTypeId().GetName();
    file.metadata.insert(metadata.begin(), metadata.end());
    file.Write(path);
}

PolicyShape
PpoAgent::LoadShape(const Safetensors& file, const AgentSpaces& spaces) const
{
    const std::string& kind = file.GetMetadata("sterna.kind", m_policy);
    if (kind != "policy")
    {
        throw InputError("Policy '" + m_policy + "' is of kind '" + kind + "', not policy" +
                         (kind == "q" ? ": FrozenPolicy reads it." : "."));
    }
    const std::string& encoder = file.GetMetadata("sterna.encoder", m_policy);
    if (encoder != ToText(m_encoder))
    {
        throw InputError("Policy '" + m_policy + "' has the encoder '" + encoder + "', but " +
                         GetName() + " has '" + ToText(m_encoder) + "'.");
    }
    for (const auto& [key, number] : GetNumbers(spaces))
    {
        // The weights of a graph do not depend on the numbers of actors and choices.
        const bool free = IsGraph() && (key == "sterna.features" || key == "sterna.actors" ||
                                        key == "sterna.choices");
        const auto has = static_cast<Eigen::Index>(file.GetCount(key, m_policy));
        if (!free && has != number)
        {
            throw InputError("Policy '" + m_policy + "' has " + key + " " + std::to_string(has) +
                             ", but " + std::to_string(number) + " are needed here.");
        }
    }
    PolicyShape shape;
    shape.encoder = m_encoder;
    shape.hidden = ParseHiddenLayers(file.GetMetadata("sterna.hidden", m_policy),
                                     "The policy's sterna.hidden");
    shape.headWidth = static_cast<Eigen::Index>(file.GetCount("sterna.head", m_policy));
    shape.nodeWidths =
        ParseHiddenLayers(file.GetMetadata("sterna.nodes", m_policy), "The policy's sterna.nodes");
    shape.attentionHeads = static_cast<Eigen::Index>(file.GetCount("sterna.heads", m_policy));
    shape.activation = file.GetMetadata("sterna.activation", m_policy) == "tanh"
                           ? Mlp::Hidden::TANH
                           : Mlp::Hidden::RELU;
    return shape;
}

void
PpoAgent::LoadPolicy(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << m_policy);
    const Safetensors file = Safetensors::Read(m_policy);
    PolicyShape shape = LoadShape(file, spaces);
    const auto load = [&](const AgentSpaces& of) {
        m_spaces = of;
        shape.spaces = of;
        m_networks = PolicyNetworks(shape);
    };
    // First as it was trained, for its example.
    AgentSpaces trained = spaces;
    trained.features = static_cast<Eigen::Index>(file.GetCount("sterna.features", m_policy));
    trained.actors = static_cast<Eigen::Index>(file.GetCount("sterna.actors", m_policy));
    trained.choices = static_cast<Eigen::Index>(file.GetCount("sterna.choices", m_policy));
    CheckSpaces(trained);
    load(trained);
    const ParameterLayout& layout = m_networks.GetPolicyLayout();
    m_parameters.setZero(m_networks.GetLayout().GetSize()); // the critic stays 0
    m_parameters.head(layout.GetSize()) = layout.Load(file, "policy", m_policy);
    m_normalizeObservations = file.metadata.count("normalizer.count") > 0;
    if (m_normalizeObservations)
    {
        m_normalizer.Load(file, m_policy);
    }
    const Eigen::VectorXf computed = GetExampleOutput(MakeExample());
    const Eigen::VectorXf expected = LoadVector(file, "example.output", computed.size(), m_policy);
    for (Eigen::Index i = 0; i < computed.size(); ++i)
    {
        const float allowed = EXAMPLE_TOLERANCE * std::max(1.0f, std::abs(expected[i]));
        // Written so that NaN fails.
        if (!(std::abs(computed[i] - expected[i]) <= allowed))
        {
            throw InputError("Policy '" + m_policy + "' gives " + std::to_string(computed[i]) +
                             " where its own example says " + std::to_string(expected[i]) +
                             ": the file is damaged or was written for another network.");
        }
    }
    load(spaces);
}

std::map<std::string, std::string>
PpoAgent::GetSignature() const
{
    const PolicyShape& shape = m_networks.GetShape();
    std::map<std::string, std::string> signature{
        {"ppo.Encoder", ToText(shape.encoder)},
        {"ppo.HiddenLayers", ToText(shape.hidden)},
        {"ppo.HeadWidth", std::to_string(shape.headWidth)},
        {"ppo.NodeLayers", ToText(shape.nodeWidths)},
        {"ppo.AttentionHeads", std::to_string(shape.attentionHeads)},
        {"ppo.Activation", m_activation == Activation::TANH ? "Tanh" : "Relu"},
        {"ppo.Horizon", std::to_string(m_horizon)},
        {"ppo.valuePerActor", shape.valuePerActor ? "true" : "false"},
        {"ppo.NormalizeObservations", m_normalizeObservations ? "true" : "false"},
        {"ppo.ScaleRewards", m_scaleRewards ? "true" : "false"}};
    for (const auto& [key, number] : GetNumbers(m_spaces))
    {
        signature["ppo." + key.substr(key.find('.') + 1)] = std::to_string(number);
    }
    return signature;
}

void
PpoAgent::SaveCheckpoint(const std::string& path) const
{
    NS_LOG_FUNCTION(this << path);
    if (!m_policy.empty())
    {
        Agent::SaveCheckpoint(path); // refuses
    }
    Safetensors file;
    file.metadata = GetSignature();
    file.metadata["ppo.steps"] = std::to_string(m_steps);
    file.metadata["ppo.random"] = m_random.GetState();
    m_networks.GetLayout().Store(m_parameters, file, "network");
    m_adam.Store(file, "adam");
    m_normalizer.Store(file);
    m_scaler.Store(file, "scaler");
    m_rollout.Store(file, "rollout");
    file.Write(path);
}

void
PpoAgent::LoadCheckpoint(const std::string& path)
{
    NS_LOG_FUNCTION(this << path);
    if (!m_policy.empty())
    {
        Agent::LoadCheckpoint(path); // refuses
    }
    const Safetensors file = Safetensors::Read(path);
    for (const auto& [key, value] : GetSignature())
    {
        const std::string& has = file.GetMetadata(key, path);
        if (has != value)
        {
            throw InputError("Checkpoint '" + path + "' has " + key + " '" + has +
                             "', but this agent has '" + value + "'.");
        }
    }
    const auto steps = file.GetCount("ppo.steps", path);
    Generator random;
    random.SetState(file.GetMetadata("ppo.random", path));
    const Eigen::VectorXf parameters = m_networks.GetLayout().Load(file, "network", path);
    m_adam.Load(file, "adam", path);
    m_normalizer.Load(file, path);
    m_scaler.Load(file, "scaler", path);
    m_rollout.Load(file, "rollout", path);
    m_parameters = parameters;
    m_random = random;
    m_steps = steps;
}

} // namespace sterna
} // namespace ns3
