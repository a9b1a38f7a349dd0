/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-ac-maml-agent.h"

#include "sterna-agent-checks.h"
#include "sterna-neighbours.h"
#include "sterna-next-actions.h"
#include "sterna-parameter-layout.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAcMamlAgent");

NS_OBJECT_ENSURE_REGISTERED(AcMamlAgent);

/// What the agent owns once its shapes are known.
struct AcMamlAgent::State
{
    bool started{false}; //!< whether networks and generator are there
    Generator random;
    MamlNetworks networks; //!< those of the task
    MamlNetworks slow;     //!< their slow copies
    TrajectoryMemory memory;

    std::vector<int64_t> times;
    TrajectoryBatch batch;
    Mlp::Workspace actorSpace;
    Mlp::Workspace criticSpace;
};

TypeId
AcMamlAgent::GetTypeId()
{
    using Self = AcMamlAgent;
    static TypeId tid =
        TypeId("ns3::sterna::AcMamlAgent")
            .SetParent<Agent>()
            .SetGroupName("Sterna")
            .AddConstructor<AcMamlAgent>()
            .AddAttribute("MetaInitialization",
                          "The initial parameters, shared with other tasks; null: some of its own",
                          PointerValue(),
                          MakePointerAccessor(&Self::m_initialization),
                          MakePointerChecker<MetaInitialization>())
            .AddAttribute("Neighbours",
                          "k: choices nearest to the actor's point that the critic ranks",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Self::m_neighbours),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Discount",
                          "Weight of the next step's value, 0 to 1",
                          DoubleValue(0.9),
                          MakeDoubleAccessor(&Self::m_discount),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("Tau",
                          "Share of the new weights in each update of the slow copies, 0 to 1",
                          DoubleValue(0.005),
                          MakeDoubleAccessor(&Self::m_tau),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("BatchSize",
                          "Tuples per gradient",
                          UintegerValue(128),
                          MakeUintegerAccessor(&Self::m_batchSize),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("ReplayCapacity",
                          "Tuples in the memory",
                          UintegerValue(10000),
                          MakeUintegerAccessor(&Self::m_capacity),
                          MakeUintegerChecker<uint32_t>(2))
            .AddAttribute("LearningStarts",
                          "Tuples of a task before its first update",
                          UintegerValue(128),
                          MakeUintegerAccessor(&Self::m_learningStarts),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("TrainInterval",
                          "Tuples from one update to the next",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Self::m_trainInterval),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("RewardScale",
                          "Factor on every reward",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&Self::m_rewardScale),
                          MakeDoubleChecker<double>())
            .AddAttribute("NoiseStart",
                          "Standard deviation of the exploration noise at a task's beginning",
                          DoubleValue(0.3),
                          MakeDoubleAccessor(&Self::m_noiseStart),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("NoiseEnd",
                          "Standard deviation of the exploration noise after NoiseDecaySteps",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&Self::m_noiseEnd),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("NoiseDecaySteps",
                          "Tuples of a task over which the noise goes from start to end",
                          UintegerValue(1000),
                          MakeUintegerAccessor(&Self::m_noiseDecaySteps),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("TargetCandidates",
                          "Most choices kept per state, for the next action of targets",
                          UintegerValue(256),
                          MakeUintegerAccessor(&Self::m_targetCandidates),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Policy",
                          "A safetensors file of SavePolicy(), whose initialisation to take, "
                          "frozen, unless MetaInitialization is set",
                          StringValue(""),
                          MakeStringAccessor(&Self::m_path),
                          MakeStringChecker())
            .AddTraceSource("CriticLoss",
                            "Mean squared temporal difference, after adaptation (meta training)",
                            MakeTraceSourceAccessor(&Self::m_criticLoss),
                            "ns3::sterna::AcMamlAgent::LossTracedCallback")
            .AddTraceSource("ActorLoss",
                            "Mean of -Q(s, actor(s)), after adaptation (meta training)",
                            MakeTraceSourceAccessor(&Self::m_actorLoss),
                            "ns3::sterna::AcMamlAgent::LossTracedCallback");
    return tid;
}

AcMamlAgent::AcMamlAgent()
    : m_stream(CreateObject<UniformRandomVariable>())
{
}

AcMamlAgent::~AcMamlAgent() = default;

Ptr<MetaInitialization>
AcMamlAgent::GetMetaInitialization() const
{
    if (!m_initialization)
    {
        m_initialization = CreateObject<MetaInitialization>();
        m_initialization->SetAttribute("Weights", StringValue(m_path));
        m_initialization->SetAttribute("Frozen", BooleanValue(!m_path.empty()));
        m_ownsInitialization = true;
    }
    return m_initialization;
}

int64_t
AcMamlAgent::AssignStreams(int64_t stream)
{
    m_stream->SetStream(stream);
    GetMetaInitialization();
    return 1 + (m_ownsInitialization ? m_initialization->AssignStreams(stream + 1) : 0);
}

void
AcMamlAgent::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << spaces.features << spaces.embedding);
    CheckEmbeddedSpaces("AcMamlAgent", spaces);
    if (m_state && IsSame(m_spaces, spaces))
    {
        return; // a scheduler of another run: what was learned stays
    }
    const bool isFirst = !m_state;
    GetMetaInitialization()->Configure(spaces);
    m_spaces = spaces;
    m_state = MakeState();
    m_task = isFirst ? m_initialization->Join() : m_task;
}

std::unique_ptr<AcMamlAgent::State>
AcMamlAgent::MakeState() const
{
    auto state = std::make_unique<State>();
    TrajectorySettings settings;
    settings.spaces = m_spaces;
    settings.capacity = m_capacity;
    settings.window = 0;
    settings.candidates = m_targetCandidates;
    state->memory = TrajectoryMemory(settings);
    state->times.resize(m_batchSize);
    return state;
}

AcMamlAgent::State&
AcMamlAgent::Started() const
{
    if (!m_state)
    {
        throw InputError("AcMamlAgent was used before Configure().");
    }
    State& state = *m_state;
    if (!state.started)
    {
        state.random.Seed(m_stream);
        state.networks = m_initialization->GetNetworks();
        state.slow = state.networks;
        state.started = true;
    }
    return state;
}

void
AcMamlAgent::BeginTask()
{
    State& state = Started();
    state.networks = m_initialization->GetNetworks();
    state.slow = state.networks;
    state.memory.BeginTask();
}

double
AcMamlAgent::NoiseDeviation() const
{
    const auto count = static_cast<double>(m_state->memory.GetTaskCount());
    const double share = count < m_noiseDecaySteps ? count / m_noiseDecaySteps : 1.0;
    return m_noiseStart + share * (m_noiseEnd - m_noiseStart);
}

Action
AcMamlAgent::Act(const Observation& observation, Mode mode)
{
    State& state = Started();
    CheckObservation(m_spaces, observation);
    Eigen::VectorXf point = state.networks.actor.Forward(observation.features, state.actorSpace);
    if (mode == Mode::EXPLORE)
    {
        const double deviation = NoiseDeviation();
        for (float& coordinate : point)
        {
            coordinate += static_cast<float>(deviation * state.random.Normal());
        }
    }
    const auto value = [&](const RowMatrixXf& near) -> Eigen::VectorXf {
        return state.networks.critic.ForwardShared(observation.features, near, state.criticSpace);
    };
    Action action;
    action.choice = Eigen::VectorXi::Constant(1,
                                              WolpertingerChoice(observation.choices,
                                                                 ValidFlags(observation),
                                                                 point,
                                                                 m_neighbours,
                                                                 value));
    action.parameters.resize(1, 0);
    return action;
}

void
AcMamlAgent::Learn(const Transition& transition)
{
    State& state = Started();
    CheckTransition(m_spaces, transition);
    CheckUnitFeatures(transition.observation);
    state.memory.Push(transition.observation,
                      transition.observation.choices.row(transition.action.choice(0)),
                      static_cast<float>(m_rewardScale) * transition.reward,
                      transition.terminated ? nullptr : &transition.next.features,
                      transition.terminated,
                      state.random);
    const int64_t count = state.memory.GetTaskCount();
    if (count >= m_learningStarts && count % m_trainInterval == 0)
    {
        Train();
    }
}

bool
AcMamlAgent::Draw(MamlBatch& batch)
{
    State& state = *m_state;
    if (!state.memory.Draw(state.random, true, state.times))
    {
        return false;
    }
    state.memory.Gather(state.times, state.batch);
    batch.states = state.batch.states;
    batch.actions = state.batch.actions;
    if (state.batch.terminated.minCoeff() > 0.0f)
    {
        batch.targets = state.batch.rewards;
        return true;
    }
    const RowMatrixXf& next = state.batch.nextStates;
    const RowMatrixXf& protos = state.slow.actor.ForwardBatch(next, state.actorSpace);
    const NextActions actions(state.memory, state.times, state.batch, protos, m_neighbours);
    const auto& owners = actions.GetOwners();
    RowMatrixXf inputs(actions.GetActions().rows(), m_spaces.features + m_spaces.embedding);
    for (Eigen::Index j = 0; j < inputs.rows(); ++j)
    {
        inputs.row(j) << next.row(owners[j]), actions.GetActions().row(j);
    }
    const RowMatrixXf& values = state.slow.critic.ForwardBatch(inputs, state.criticSpace);
    batch.targets = actions.Targets(state.batch, values.col(0), m_discount);
    return true;
}

void
AcMamlAgent::Train()
{
    State& state = *m_state;
    const bool online = m_initialization->IsFrozen();
    std::vector<MamlBatch> support(online ? 1 : m_initialization->GetInnerSteps());
    MamlBatch query;
    for (MamlBatch& batch : support)
    {
        if (!Draw(batch))
        {
            return; // no tuple whose next state is known
        }
    }
    MamlVectors adapted;
    if (online)
    {
        adapted = Adapt(state.networks, support, m_initialization->GetRule());
    }
    else
    {
        Draw(query);
        const MamlStep step = MetaGradient(m_initialization->GetNetworks(),
                                           support,
                                           query,
                                           m_initialization->GetRule());
        adapted = step.adapted;
        m_initialization->Contribute(m_task, step);
        m_criticLoss(step.criticLoss);
        m_actorLoss(step.actorLoss);
    }
    state.networks.actor.GetParameters() = adapted.actor;
    state.networks.critic.GetParameters() = adapted.critic;
    const auto tau = static_cast<float>(m_tau);
    const auto follow = [tau](Mlp& slow, const Mlp& network) {
        slow.GetParameters() += tau * (network.GetParameters() - slow.GetParameters());
    };
    follow(state.slow.actor, state.networks.actor);
    follow(state.slow.critic, state.networks.critic);
}

void
AcMamlAgent::SavePolicy(const std::string& path,
                        const std::map<std::string, std::string>& metadata) const
{
    const State& state = Started();
    Safetensors file;
    file.metadata = metadata;
    file.metadata["sterna.kind"] = "wolpertinger";
    file.metadata["sterna.agent"] = GetInstanceTypeId().GetName();
    file.metadata["sterna.features"] = std::to_string(m_spaces.features);
    file.metadata["sterna.choices"] = "0";
    file.metadata["sterna.embedding"] = std::to_string(m_spaces.embedding);
    file.metadata["sterna.parameters"] = "0";
    file.metadata["sterna.activation"] = "relu";
    file.metadata["sterna.neighbours"] = std::to_string(m_neighbours);
    state.networks.actor.Store(file, "actor");
    state.networks.critic.Store(file, "critic");
    m_initialization->Store(file);
    file.Write(path);
}

void
AcMamlAgent::SaveCheckpoint(const std::string& path) const
{
    const State& state = Started();
    Safetensors file;
    file.metadata["sterna.checkpoint"] = GetInstanceTypeId().GetName();
    file.metadata["generator"] = state.random.GetState();
    const auto store = [&file](const Mlp& network, const std::string& name) {
        StoreVector(network.GetParameters(), file, name);
    };
    store(state.networks.actor, "actor");
    store(state.networks.critic, "critic");
    store(state.slow.actor, "actor-slow");
    store(state.slow.critic, "critic-slow");
    state.memory.Store(file);
    m_initialization->StoreCheckpoint(file);
    file.Write(path);
}

void
AcMamlAgent::LoadCheckpoint(const std::string& path)
{
    if (!m_state)
    {
        throw InputError("AcMamlAgent was used before Configure().");
    }
    const Safetensors file = Safetensors::Read(path);
    const std::string name = GetInstanceTypeId().GetName();
    const std::string& writer = file.GetMetadata("sterna.checkpoint", path);
    if (writer != name)
    {
        throw InputError("The checkpoint '" + path + "' was written by " + writer + ", not by " +
                         name + ".");
    }
    std::unique_ptr<State> state = MakeState();
    state->random.SetState(file.GetMetadata("generator", path));
    state->networks = m_initialization->GetNetworks();
    state->slow = state->networks;
    const auto load = [&](Mlp& network, const std::string& from) {
        const Eigen::Index size = network.GetParameters().size();
        network.GetParameters() = LoadVector(file, from, size, path);
    };
    load(state->networks.actor, "actor");
    load(state->networks.critic, "critic");
    load(state->slow.actor, "actor-slow");
    load(state->slow.critic, "critic-slow");
    state->memory.Load(file, path);
    state->started = true;
    m_initialization->LoadCheckpoint(file, path); // if it throws, nothing has changed
    m_state = std::move(state);
}

} // namespace sterna
} // namespace ns3
