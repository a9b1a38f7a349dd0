/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-meta-initialization.h"

#include "sterna-hidden-layers.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMetaInitialization");

NS_OBJECT_ENSURE_REGISTERED(MetaInitialization);

namespace
{

Eigen::VectorXf
Joined(const MamlVectors& vectors)
{
    Eigen::VectorXf both(vectors.actor.size() + vectors.critic.size());
    both << vectors.actor, vectors.critic;
    return both;
}

} // namespace

TypeId
MetaInitialization::GetTypeId()
{
    using Self = MetaInitialization;
    static TypeId tid =
        TypeId("ns3::sterna::MetaInitialization")
            .SetParent<Object>()
            .SetGroupName("Sterna")
            .AddConstructor<MetaInitialization>()
            .AddAttribute("Tasks",
                          "I: tasks whose contributions make one update",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Self::m_tasks),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("LearningRate",
                          "Adam's learning rate for the initial parameters",
                          DoubleValue(1e-3),
                          MakeDoubleAccessor(&Self::m_rate),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("InnerRate",
                          "Step of the plain gradient descent that adapts to a task",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&Self::m_innerRate),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("InnerSteps",
                          "Gradient steps of an adaptation during meta training",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Self::m_innerSteps),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("InnerClip",
                          "Largest Euclidean norm of a network's gradient in such a step; 0: any",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&Self::m_innerClip),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("SecondOrder",
                          "Whether the meta-gradient goes through the gradients of those steps",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Self::m_secondOrder),
                          MakeBooleanChecker())
            .AddAttribute("HiddenLayers",
                          "Widths of the hidden layers of actor and critic, joined by hyphens",
                          StringValue("64-64"),
                          MakeStringAccessor(&Self::m_hiddenLayers),
                          MakeStringChecker())
            .AddAttribute("GradientClip",
                          "Largest Euclidean norm of the meta-gradient; 0: any",
                          DoubleValue(10.0),
                          MakeDoubleAccessor(&Self::m_gradientClip),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("Frozen",
                          "Whether the initial parameters stay as they are: online learning",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Self::m_frozen),
                          MakeBooleanChecker())
            .AddAttribute("Weights",
                          "A safetensors file of SaveWeights() or AcMamlAgent::SavePolicy(), whose "
                          "initialisation to take; empty: it is drawn",
                          StringValue(""),
                          MakeStringAccessor(&Self::m_path),
                          MakeStringChecker())
            .AddTraceSource("Loss",
                            "The critics' loss after adaptation, mean over the tasks",
                            MakeTraceSourceAccessor(&Self::m_loss),
                            "ns3::sterna::MetaInitialization::LossTracedCallback");
    return tid;
}

MetaInitialization::MetaInitialization()
    : m_stream(CreateObject<UniformRandomVariable>())
{
}

MetaInitialization::~MetaInitialization() = default;

int64_t
MetaInitialization::AssignStreams(int64_t stream)
{
    m_stream->SetStream(stream);
    return 1;
}

void
MetaInitialization::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << spaces.features << spaces.embedding);
    if (m_spaces.features > 0)
    {
        if (m_spaces.features != spaces.features || m_spaces.embedding != spaces.embedding)
        {
            throw InputError("The meta-initialisation that these agents share has " +
                             std::to_string(m_spaces.features) + " features and " +
                             std::to_string(m_spaces.embedding) + " embedding columns, but " +
                             std::to_string(spaces.features) + " and " +
                             std::to_string(spaces.embedding) + " are needed here.");
        }
        return;
    }
    if (m_path.empty())
    {
        m_state = MakeState(MakeNetworks(spaces));
    }
    else
    {
        m_state = MakeState(LoadNetworks(spaces, Safetensors::Read(m_path), m_path));
        m_state.started = true;
    }
    m_spaces = spaces;
}

MamlNetworks
MetaInitialization::MakeNetworks(const AgentSpaces& spaces) const
{
    std::vector<Eigen::Index> actor{spaces.features};
    std::vector<Eigen::Index> critic{spaces.features + spaces.embedding};
    for (const Eigen::Index width : ParseHiddenLayers(m_hiddenLayers))
    {
        actor.push_back(width);
        critic.push_back(width);
    }
    actor.push_back(spaces.embedding);
    critic.push_back(1);
    return {Mlp(actor, Mlp::Hidden::RELU, Mlp::Output::TANH),
            Mlp(critic, Mlp::Hidden::RELU, Mlp::Output::IDENTITY)};
}

MetaInitialization::State
MetaInitialization::MakeState(const MamlNetworks& networks) const
{
    State state;
    state.networks = networks;
    const Eigen::Index size =
        networks.actor.GetParameters().size() + networks.critic.GetParameters().size();
    state.adam = Adam(size, m_rate);
    state.round = TaskAverage(size, m_tasks);
    return state;
}

MamlNetworks
MetaInitialization::LoadNetworks(const AgentSpaces& spaces,
                                 const Safetensors& file,
                                 const std::string& path)
{
    const auto load = [&](const std::string& name,
                          Mlp::Output output,
                          Eigen::Index inputs,
                          Eigen::Index outputs) {
        const Mlp network = Mlp::Load(file, name, Mlp::Hidden::RELU, output, path);
        if (network.GetInputs() != inputs || network.GetOutputs() != outputs)
        {
            throw InputError("Policy '" + path + "' has " + std::to_string(network.GetInputs()) +
                             " inputs and " + std::to_string(network.GetOutputs()) +
                             " outputs in '" + name + "', but " + std::to_string(inputs) + " and " +
                             std::to_string(outputs) + " are needed here.");
        }
        return network;
    };
    const Eigen::Index features = spaces.features;
    const Eigen::Index action = spaces.embedding;
    return {load("init.actor", Mlp::Output::TANH, features, action),
            load("init.critic", Mlp::Output::IDENTITY, features + action, 1)};
}

MetaInitialization::State&
MetaInitialization::Started() const
{
    if (m_spaces.features == 0)
    {
        throw InputError("The meta-initialisation was used before Configure().");
    }
    if (!m_state.started)
    {
        m_state.networks.actor.Initialize(m_stream);
        m_state.networks.critic.Initialize(m_stream);
        m_state.started = true;
    }
    return m_state;
}

uint32_t
MetaInitialization::Join()
{
    return m_joined++;
}

const MamlNetworks&
MetaInitialization::GetNetworks() const
{
    return Started().networks;
}

MamlRule
MetaInitialization::GetRule() const
{
    return {m_innerRate, m_innerClip, m_secondOrder};
}

uint32_t
MetaInitialization::GetInnerSteps() const
{
    return m_innerSteps;
}

bool
MetaInitialization::IsFrozen() const
{
    return m_frozen;
}

void
MetaInitialization::Contribute(uint32_t task, const MamlStep& step)
{
    State& state = Started();
    if (state.round.Has(task))
    {
        Update();
    }
    state.round.Add(task, step.criticLoss, Joined(step.gradient));
    if (state.round.IsComplete())
    {
        Update();
    }
}

void
MetaInitialization::Update()
{
    Eigen::VectorXf gradient;
    const double loss = m_state.round.Close(gradient);
    ClipNorm(gradient, m_gradientClip);
    Eigen::VectorXf& actor = m_state.networks.actor.GetParameters();
    Eigen::VectorXf& critic = m_state.networks.critic.GetParameters();
    Eigen::VectorXf both = Joined({actor, critic});
    m_state.adam.Step(gradient, both);
    actor = both.head(actor.size());
    critic = both.tail(critic.size());
    NS_LOG_LOGIC("critics' loss after adaptation " << loss);
    m_loss(loss);
}

void
MetaInitialization::Store(Safetensors& file) const
{
    const State& state = Started();
    state.networks.actor.Store(file, "init.actor");
    state.networks.critic.Store(file, "init.critic");
}

void
MetaInitialization::SaveWeights(const std::string& path,
                                const std::map<std::string, std::string>& metadata) const
{
    Safetensors file;
    file.metadata = metadata;
    file.metadata["sterna.kind"] = "meta-initialization";
    file.metadata["sterna.agent"] = GetInstanceTypeId().GetName();
    Store(file);
    file.Write(path);
}

void
MetaInitialization::StoreCheckpoint(Safetensors& file) const
{
    Store(file);
    m_state.adam.Store(file, "init-adam");
    m_state.round.Store(file, "init-round");
}

void
MetaInitialization::LoadCheckpoint(const Safetensors& file, const std::string& path)
{
    State state = MakeState(LoadNetworks(m_spaces, file, path));
    if (state.networks.actor.GetWidths() != m_state.networks.actor.GetWidths())
    {
        throw InputError("The checkpoint '" + path +
                         "' was written with other hidden layers than those of this agent.");
    }
    state.adam.Load(file, "init-adam", path);
    state.round.Load(file, "init-round", path);
    state.started = true;
    m_state = state;
}

} // namespace sterna
} // namespace ns3
