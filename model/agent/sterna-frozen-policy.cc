/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-frozen-policy.h"

#include "sterna-neighbours.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFrozenPolicy");
NS_OBJECT_ENSURE_REGISTERED(FrozenPolicy);

namespace
{

constexpr float NORMALIZED_LIMIT = 10.0f;
constexpr float EXAMPLE_TOLERANCE = 1e-4f;

void
CheckEqual(const std::string& path, const std::string& what, Eigen::Index has, Eigen::Index wanted)
{
    if (has != wanted)
    {
        throw InputError("Policy '" + path + "' has " + std::to_string(has) + " " + what +
                         ", but " + std::to_string(wanted) + " are needed here.");
    }
}

Eigen::VectorXf
ToVector(const Safetensors::Tensor& tensor)
{
    return Eigen::Map<const Eigen::VectorXf>(tensor.data.data(),
                                             static_cast<Eigen::Index>(tensor.data.size()));
}

} // namespace

TypeId
FrozenPolicy::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::FrozenPolicy")
                            .SetParent<Agent>()
                            .SetGroupName("Sterna")
                            .AddConstructor<FrozenPolicy>()
                            .AddAttribute("Policy",
                                          "The safetensors file of the trained policy.",
                                          StringValue(""),
                                          MakeStringAccessor(&FrozenPolicy::m_path),
                                          MakeStringChecker());
    return tid;
}

void
FrozenPolicy::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << m_path);
    if (m_path.empty())
    {
        throw InputError("FrozenPolicy's Attribute Policy is empty: the path of a safetensors file "
                         "was expected.");
    }
    const Safetensors file = Safetensors::Read(m_path);
    LoadHeader(file);
    LoadNetworks(file);
    LoadNormalizer(file);
    CheckSpaces(spaces);
    CheckExample(file);
}

void
FrozenPolicy::LoadHeader(const Safetensors& file)
{
    m_metadata = file.metadata;
    const std::string& kind = file.GetMetadata("sterna.kind", m_path);
    if (kind != "q" && kind != "actor" && kind != "wolpertinger")
    {
        throw InputError("Policy '" + m_path + "' is of kind '" + kind +
                         "', not q, actor or wolpertinger.");
    }
    m_kind = kind == "q" ? Kind::Q : kind == "actor" ? Kind::ACTOR : Kind::WOLPERTINGER;
    m_spaces.features = static_cast<Eigen::Index>(file.GetCount("sterna.features", m_path));
    m_spaces.choices = static_cast<Eigen::Index>(file.GetCount("sterna.choices", m_path));
    m_spaces.embedding = static_cast<Eigen::Index>(file.GetCount("sterna.embedding", m_path));
    m_spaces.parameters = static_cast<Eigen::Index>(file.GetCount("sterna.parameters", m_path));
    if (m_kind == Kind::WOLPERTINGER)
    {
        m_neighbours = static_cast<Eigen::Index>(file.GetCount("sterna.neighbours", m_path));
        if (m_neighbours < 1)
        {
            throw InputError("Policy '" + m_path + "' asks for 0 neighbours, not for 1 or more.");
        }
    }
}

void
FrozenPolicy::LoadNetworks(const Safetensors& file)
{
    const std::string& activation = file.GetMetadata("sterna.activation", m_path);
    if (activation != "relu" && activation != "tanh")
    {
        throw InputError("Policy '" + m_path + "' has the activation '" + activation +
                         "', not relu or tanh.");
    }
    const auto hidden = activation == "relu" ? Mlp::Hidden::RELU : Mlp::Hidden::TANH;
    if (m_kind == Kind::Q)
    {
        m_q = QNetwork::Load(file, "q", QNetwork::LoadShape(file, m_path), hidden, m_path);
        return;
    }
    m_actor = Mlp::Load(file, "actor", hidden, Mlp::Output::TANH, m_path);
    CheckEqual(m_path, "inputs of its first network", m_actor.GetInputs(), m_spaces.features);
    const Eigen::Index outputs = m_kind == Kind::ACTOR ? m_spaces.parameters : m_spaces.embedding;
    CheckEqual(m_path, "outputs of its first network", m_actor.GetOutputs(), outputs);
    if (m_kind == Kind::WOLPERTINGER)
    {
        m_critic = Mlp::Load(file, "critic", hidden, Mlp::Output::IDENTITY, m_path);
        CheckEqual(m_path,
                   "inputs of its critic",
                   m_critic.GetInputs(),
                   m_spaces.features + m_spaces.embedding);
        CheckEqual(m_path, "outputs of its critic", m_critic.GetOutputs(), 1);
    }
}

void
FrozenPolicy::LoadNormalizer(const Safetensors& file)
{
    m_mean.resize(0);
    m_scale.resize(0);
    if (file.tensors.count("normalizer.mean") + file.tensors.count("normalizer.scale") == 0)
    {
        return;
    }
    if (m_kind == Kind::Q && m_q.GetShape().layout == QNetwork::Layout::PER_CHOICE)
    {
        throw InputError("Policy '" + m_path +
                         "' of layout per-choice has tensors 'normalizer.*', which only the layout "
                         "flat may have.");
    }
    m_mean = ToVector(file.Get("normalizer.mean", {m_spaces.features}, m_path));
    m_scale = ToVector(file.Get("normalizer.scale", {m_spaces.features}, m_path));
    if ((m_scale <= 0.0f).any())
    {
        throw InputError("Policy '" + m_path +
                         "' has a value in 'normalizer.scale' that is not above 0.");
    }
}

void
FrozenPolicy::CheckSpaces(const AgentSpaces& spaces) const
{
    const bool perChoice =
        m_kind == Kind::Q && m_q.GetShape().layout == QNetwork::Layout::PER_CHOICE;
    if (!perChoice)
    {
        CheckEqual(m_path, "features", m_spaces.features, spaces.features);
    }
    CheckEqual(m_path, "actors", 1, spaces.actors);
    CheckEqual(m_path, "embedding columns", m_spaces.embedding, spaces.embedding);
    CheckEqual(m_path, "parameters", m_spaces.parameters, spaces.parameters);
    if (perChoice)
    {
        CheckBlocks(spaces);
    }
    else if (m_kind == Kind::Q)
    {
        CheckEqual(m_path, "choices", m_spaces.choices, spaces.choices);
    }
}

void
FrozenPolicy::CheckBlocks(const AgentSpaces& spaces) const
{
    const auto wanted = QNetwork::MakeShape(spaces,
                                            QNetwork::Layout::PER_CHOICE,
                                            false,
                                            "Policy '" + m_path + "' of layout per-choice");
    const auto& shape = m_q.GetShape();
    CheckEqual(m_path, "features before the blocks", shape.global, wanted.global);
    CheckEqual(m_path, "features per block", shape.blockSize, wanted.blockSize);
}

void
FrozenPolicy::CheckExample(const Safetensors& file)
{
    const auto output = file.tensors.find("example.output");
    if (output == file.tensors.end())
    {
        return;
    }
    const Eigen::VectorXf features =
        ToVector(file.Get("example.features", {m_spaces.features}, m_path));
    RowMatrixXf choices(0, m_spaces.embedding);
    if (m_kind == Kind::WOLPERTINGER)
    {
        const auto rows = static_cast<int64_t>(output->second.data.size()) - m_spaces.embedding;
        const auto& tensor =
            file.Get("example.choices", {std::max<int64_t>(rows, 0), m_spaces.embedding}, m_path);
        choices = Eigen::Map<const RowMatrixXf>(tensor.data.data(), rows, m_spaces.embedding);
    }
    const Eigen::VectorXf computed = Evaluate(features, choices);
    const Eigen::VectorXf expected =
        ToVector(file.Get("example.output", {computed.size()}, m_path));
    for (Eigen::Index i = 0; i < computed.size(); ++i)
    {
        const float allowed = EXAMPLE_TOLERANCE * std::max(1.0f, std::abs(expected[i]));
        // Written so that NaN fails.
        if (!(std::abs(computed[i] - expected[i]) <= allowed))
        {
            throw InputError("Policy '" + m_path + "' gives " + std::to_string(computed[i]) +
                             " where its own example says " + std::to_string(expected[i]) +
                             ": the file is damaged or was written for another network.");
        }
    }
}

const Eigen::VectorXf&
FrozenPolicy::Normalize(const Eigen::VectorXf& features)
{
    if (m_mean.size() == 0)
    {
        return features;
    }
    m_normalized =
        ((features.array() - m_mean) / m_scale).max(-NORMALIZED_LIMIT).min(NORMALIZED_LIMIT);
    return m_normalized;
}

Eigen::VectorXf
FrozenPolicy::Evaluate(const Eigen::VectorXf& features, const RowMatrixXf& choices)
{
    const Eigen::VectorXf& seen = Normalize(features);
    if (m_kind == Kind::Q)
    {
        return m_q.Forward(seen, m_qWorkspace);
    }
    const Eigen::VectorXf& first = m_actor.Forward(seen, m_actorWorkspace);
    if (m_kind != Kind::WOLPERTINGER)
    {
        return first;
    }
    Eigen::VectorXf output(first.size() + choices.rows());
    output << first, m_critic.ForwardShared(seen, choices, m_criticWorkspace).col(0);
    return output;
}

Action
FrozenPolicy::Act(const Observation& observation, Mode mode)
{
    NS_LOG_FUNCTION(this);
    Action action;
    action.parameters.resize(1, m_kind == Kind::ACTOR ? m_spaces.parameters : 0);
    if (m_kind == Kind::ACTOR)
    {
        action.parameters.row(0) =
            m_actor.Forward(Normalize(observation.features), m_actorWorkspace).transpose();
        action.choice = Eigen::VectorXi::Zero(1);
        return action;
    }
    action.choice = Eigen::VectorXi::Constant(1,
                                              m_kind == Kind::Q ? ActQ(observation)
                                                                : ActWolpertinger(observation));
    return action;
}

int
FrozenPolicy::ActQ(const Observation& observation)
{
    const Eigen::VectorXf& values = m_q.Forward(Normalize(observation.features), m_qWorkspace);
    return BestChoice(values.data(),
                      values.size(),
                      observation.mask.size() > 0 ? observation.mask.data() : nullptr);
}

int
FrozenPolicy::ActWolpertinger(const Observation& observation)
{
    const Eigen::VectorXf& seen = Normalize(observation.features);
    const auto rows = NearestRows(observation.choices,
                                  observation.mask.size() > 0 ? observation.mask.data() : nullptr,
                                  m_actor.Forward(seen, m_actorWorkspace),
                                  m_neighbours);
    if (rows.empty())
    {
        return -1;
    }
    m_candidates.resize(static_cast<Eigen::Index>(rows.size()), m_spaces.embedding);
    for (size_t i = 0; i < rows.size(); ++i)
    {
        m_candidates.row(static_cast<Eigen::Index>(i)) = observation.choices.row(rows[i]);
    }
    const RowMatrixXf& values = m_critic.ForwardShared(seen, m_candidates, m_criticWorkspace);
    const int best = BestChoice(values.data(), values.size(), nullptr);
    return best < 0 ? -1 : static_cast<int>(rows[best]);
}

int64_t
FrozenPolicy::AssignStreams(int64_t stream)
{
    return 0;
}

const std::map<std::string, std::string>&
FrozenPolicy::GetMetadata() const
{
    return m_metadata;
}

} // namespace sterna
} // namespace ns3
