/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-wolpertinger-agent.h"

#include "sterna-agent-checks.h"
#include "sterna-hidden-layers.h"
#include "sterna-neighbours.h"
#include "sterna-wolpertinger-learner.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaWolpertingerAgent");

NS_OBJECT_ENSURE_REGISTERED(WolpertingerAgent);

namespace
{

using Copy = ActorCritic::Copy;

Safetensors::Tensor
ToTensor(const std::vector<int64_t>& shape, const float* data)
{
    const auto count = std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
    return {shape, {data, data + count}};
}

} // namespace

/// What the agent owns once its shapes are known.
struct WolpertingerAgent::State
{
    explicit State(const WolpertingerSettings& settings)
        : learner(settings)
    {
    }

    bool started{false}; //!< whether weights and generators are drawn
    WolpertingerLearner learner;
    Generator exploration; //!< noise and random actions
    Mlp::Workspace actorSpace;
    Mlp::Workspace criticSpace;
};

TypeId
WolpertingerAgent::GetTypeId()
{
    static TypeId tid = AddAttributes(TypeId("ns3::sterna::WolpertingerAgent")
                                          .SetParent<Agent>()
                                          .SetGroupName("Sterna")
                                          .AddConstructor<WolpertingerAgent>(),
                                      10);
    return tid;
}

TypeId
WolpertingerAgent::AddAttributes(TypeId tid, uint32_t neighbours)
{
    using Self = WolpertingerAgent;
    return tid
        .AddAttribute("ActorLearningRate",
                      "Adam's learning rate for the actor",
                      DoubleValue(1e-3),
                      MakeDoubleAccessor(&Self::m_actorRate),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("CriticLearningRate",
                      "Adam's learning rate for the critic",
                      DoubleValue(1e-3),
                      MakeDoubleAccessor(&Self::m_criticRate),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("Discount",
                      "Weight of the next step's value, 0 to 1",
                      DoubleValue(0.9),
                      MakeDoubleAccessor(&Self::m_discount),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("Tau",
                      "Share of the new weights in each update of the target networks, 0 to 1",
                      DoubleValue(0.005),
                      MakeDoubleAccessor(&Self::m_tau),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("BatchSize",
                      "Transitions per update",
                      UintegerValue(128),
                      MakeUintegerAccessor(&Self::m_batchSize),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("ReplayCapacity",
                      "Transitions in the replay memory",
                      UintegerValue(10000),
                      MakeUintegerAccessor(&Self::m_replayCapacity),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("HiddenLayers",
                      "Widths of the hidden layers of actor and critic, joined by hyphens",
                      StringValue("64-64"),
                      MakeStringAccessor(&Self::m_hiddenLayers),
                      MakeStringChecker())
        .AddAttribute("LearningStarts",
                      "Transitions before the first update; until then exploration is uniform",
                      UintegerValue(1000),
                      MakeUintegerAccessor(&Self::m_learningStarts),
                      MakeUintegerChecker<uint32_t>())
        .AddAttribute("TrainInterval",
                      "Transitions from one update to the next",
                      UintegerValue(1),
                      MakeUintegerAccessor(&Self::m_trainInterval),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("Neighbours",
                      "k: choices nearest to the proto-action that the critic ranks",
                      UintegerValue(neighbours),
                      MakeUintegerAccessor(&Self::m_neighbours),
                      MakeUintegerChecker<uint32_t>(1))
        .AddAttribute("GradientClip",
                      "Largest Euclidean norm of a network's gradient; 0: any",
                      DoubleValue(10.0),
                      MakeDoubleAccessor(&Self::m_gradientClip),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("RewardScale",
                      "Factor on every reward",
                      DoubleValue(1.0),
                      MakeDoubleAccessor(&Self::m_rewardScale),
                      MakeDoubleChecker<double>())
        .AddAttribute("NormalizeFeatures",
                      "Whether the networks see features of running mean 0 and deviation 1",
                      BooleanValue(false),
                      MakeBooleanAccessor(&Self::m_normalizeFeatures),
                      MakeBooleanChecker())
        .AddAttribute("NoiseStart",
                      "Standard deviation of the exploration noise at first",
                      DoubleValue(0.3),
                      MakeDoubleAccessor(&Self::m_noiseStart),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("NoiseEnd",
                      "Standard deviation of the exploration noise after NoiseDecaySteps",
                      DoubleValue(0.05),
                      MakeDoubleAccessor(&Self::m_noiseEnd),
                      MakeDoubleChecker<double>(0.0))
        .AddAttribute("NoiseDecaySteps",
                      "Transitions over which the noise goes linearly from start to end",
                      UintegerValue(10000),
                      MakeUintegerAccessor(&Self::m_noiseDecaySteps),
                      MakeUintegerChecker<uint32_t>())
        .AddAttribute("RandomChoice",
                      "Probability of a uniformly random action while exploring, 0 to 1",
                      DoubleValue(0.0),
                      MakeDoubleAccessor(&Self::m_randomChoice),
                      MakeDoubleChecker<double>(0.0, 1.0))
        .AddAttribute("FullPolicyTarget",
                      "Whether the target's next action is the whole policy's (Dulac-Arnold "
                      "et al., 2015) or the proto-action",
                      BooleanValue(true),
                      MakeBooleanAccessor(&Self::m_fullPolicyTarget),
                      MakeBooleanChecker())
        .AddAttribute("TargetCandidates",
                      "Most next choices kept per transition for FullPolicyTarget",
                      UintegerValue(256),
                      MakeUintegerAccessor(&Self::m_targetCandidates),
                      MakeUintegerChecker<uint32_t>(1))
        .AddTraceSource("CriticLoss",
                        "Mean squared temporal difference of a batch, before its update",
                        MakeTraceSourceAccessor(&Self::m_criticLoss),
                        "ns3::sterna::WolpertingerAgent::LossTracedCallback")
        .AddTraceSource("ActorLoss",
                        "Mean of -Q(s, actor(s)) over a batch, before its update",
                        MakeTraceSourceAccessor(&Self::m_actorLoss),
                        "ns3::sterna::WolpertingerAgent::LossTracedCallback");
}

WolpertingerAgent::WolpertingerAgent()
    : m_stream(CreateObject<UniformRandomVariable>())
{
}

WolpertingerAgent::~WolpertingerAgent() = default;

int64_t
WolpertingerAgent::AssignStreams(int64_t stream)
{
    m_stream->SetStream(stream);
    return 1;
}

void
WolpertingerAgent::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << spaces.features << spaces.embedding << spaces.parameters);
    if (spaces.features < 1)
    {
        throw InputError("WolpertingerAgent was given 0 features; it needs at least 1.");
    }
    if (spaces.actors != 1)
    {
        throw InputError("WolpertingerAgent decides for 1 actor, not for " +
                         std::to_string(spaces.actors) + ".");
    }
    if ((spaces.embedding > 0) == (spaces.parameters > 0))
    {
        throw InputError("WolpertingerAgent needs either embedded choices or parameters, but was "
                         "given " +
                         std::to_string(spaces.embedding) + " embedding columns and " +
                         std::to_string(spaces.parameters) + " parameters.");
    }
    m_spaces = spaces;
    m_action = spaces.embedding + spaces.parameters;
    m_state = MakeState();
}

bool
WolpertingerAgent::IsEmbedded() const
{
    return m_spaces.embedding > 0;
}

std::unique_ptr<WolpertingerAgent::State>
WolpertingerAgent::MakeState() const
{
    WolpertingerSettings settings;
    settings.networks.features = m_spaces.features;
    settings.networks.action = m_action;
    settings.networks.hidden = ParseHiddenLayers(m_hiddenLayers);
    settings.networks.actorRate = m_actorRate;
    settings.networks.criticRate = m_criticRate;
    settings.networks.tau = m_tau;
    settings.networks.gradientClip = m_gradientClip;
    settings.replayCapacity = m_replayCapacity;
    settings.batchSize = m_batchSize;
    settings.discount = m_discount;
    settings.rewardScale = m_rewardScale;
    settings.normalizeFeatures = m_normalizeFeatures;
    settings.ranksNextChoices = IsEmbedded() && m_fullPolicyTarget;
    settings.neighbours = m_neighbours;
    settings.targetCandidates = m_targetCandidates;
    return std::make_unique<State>(settings);
}

WolpertingerAgent::State&
WolpertingerAgent::Started() const
{
    CheckConfigured();
    State& state = *m_state;
    if (!state.started)
    {
        state.learner.Initialize(m_stream);
        state.exploration.Seed(m_stream);
        state.started = true;
    }
    return state;
}

void
WolpertingerAgent::CheckConfigured() const
{
    if (!m_state)
    {
        throw InputError("WolpertingerAgent was used before Configure().");
    }
}

Action
WolpertingerAgent::Act(const Observation& observation, Mode mode)
{
    Started();
    CheckObservation(m_spaces, observation);
    Action action;
    action.choice = Eigen::VectorXi::Zero(1);
    action.parameters.resize(1, m_spaces.parameters);
    if (IsEmbedded())
    {
        action.choice(0) = ActEmbedded(observation, mode);
    }
    else
    {
        action.parameters.row(0) = ActContinuous(observation, mode);
    }
    return action;
}

bool
WolpertingerAgent::DrawsAtRandom(Mode mode) const
{
    if (mode == Mode::EXPLOIT)
    {
        return false;
    }
    return m_state->learner.GetTransitions() < m_learningStarts ||
           (m_randomChoice > 0.0 && m_state->exploration.Uniform() < m_randomChoice);
}

double
WolpertingerAgent::NoiseDeviation() const
{
    const auto transitions = static_cast<double>(m_state->learner.GetTransitions());
    const double share = transitions < m_noiseDecaySteps ? transitions / m_noiseDecaySteps : 1.0;
    return m_noiseStart + share * (m_noiseEnd - m_noiseStart);
}

Eigen::VectorXf
WolpertingerAgent::Point(const Eigen::VectorXf& features, Mode mode) const
{
    State& state = *m_state;
    Eigen::VectorXf point =
        state.learner.GetNetworks().GetActor(Copy::ONLINE).Forward(features, state.actorSpace);
    if (mode == Mode::EXPLORE)
    {
        const double deviation = NoiseDeviation();
        for (float& coordinate : point)
        {
            coordinate += static_cast<float>(deviation * state.exploration.Normal());
            coordinate = std::clamp(coordinate, -1.0f, 1.0f);
        }
    }
    return point;
}

int
WolpertingerAgent::ActEmbedded(const Observation& observation, Mode mode) const
{
    State& state = *m_state;
    if (DrawsAtRandom(mode))
    {
        const auto valid = ValidRows(observation);
        const auto count = static_cast<Eigen::Index>(valid.size());
        return count == 0 ? -1 : static_cast<int>(valid[state.exploration.Index(count)]);
    }
    const Eigen::VectorXf& features = state.learner.Normalize(observation.features);
    const Eigen::VectorXf proto = Point(features, mode);
    const Mlp& critic = state.learner.GetNetworks().GetCritic(Copy::ONLINE);
    return WolpertingerChoice(observation.choices,
                              ValidFlags(observation),
                              proto,
                              m_neighbours,
                              [&](const RowMatrixXf& near) -> Eigen::VectorXf {
                                  return critic.ForwardShared(features, near, state.criticSpace);
                              });
}

Eigen::VectorXf
WolpertingerAgent::ActContinuous(const Observation& observation, Mode mode) const
{
    if (!DrawsAtRandom(mode))
    {
        return Point(m_state->learner.Normalize(observation.features), mode);
    }
    Eigen::VectorXf action(m_action);
    for (float& coordinate : action)
    {
        coordinate = static_cast<float>(2.0 * m_state->exploration.Uniform() - 1.0);
    }
    return action;
}

void
WolpertingerAgent::Learn(const Transition& transition)
{
    State& state = Started();
    CheckTransition(m_spaces, transition);
    const Eigen::VectorXf executed =
        IsEmbedded()
            ? Eigen::VectorXf(transition.observation.choices.row(transition.action.choice(0)))
            : Eigen::VectorXf(transition.action.parameters.reshaped());
    // The value beyond a termination is not used; the last state stands in for the missing one.
    const bool terminated = transition.terminated;
    const Observation& next = terminated ? transition.observation : transition.next;
    state.learner.Add(transition.observation.features,
                      executed,
                      transition.reward,
                      next.features,
                      next.choices,
                      ValidRows(next),
                      terminated);
    const int64_t transitions = state.learner.GetTransitions();
    if (transitions > m_learningStarts && transitions % m_trainInterval == 0)
    {
        const auto losses = state.learner.Train();
        m_criticLoss(losses.critic);
        m_actorLoss(losses.actor);
    }
}

void
WolpertingerAgent::SavePolicy(const std::string& path,
                              const std::map<std::string, std::string>& metadata) const
{
    const WolpertingerLearner& learner = Started().learner;
    Safetensors file;
    file.metadata = metadata;
    file.metadata["sterna.kind"] = IsEmbedded() ? "wolpertinger" : "actor";
    file.metadata["sterna.agent"] = GetInstanceTypeId().GetName();
    file.metadata["sterna.features"] = std::to_string(m_spaces.features);
    file.metadata["sterna.choices"] = "0";
    file.metadata["sterna.embedding"] = std::to_string(m_spaces.embedding);
    file.metadata["sterna.parameters"] = std::to_string(m_spaces.parameters);
    file.metadata["sterna.activation"] = "relu";
    learner.GetNetworks().GetActor(Copy::ONLINE).Store(file, "actor");
    if (IsEmbedded())
    {
        file.metadata["sterna.neighbours"] = std::to_string(m_neighbours);
        learner.GetNetworks().GetCritic(Copy::ONLINE).Store(file, "critic");
    }
    if (m_normalizeFeatures)
    {
        const std::vector<int64_t> shape{m_spaces.features};
        file.tensors["normalizer.mean"] = ToTensor(shape, learner.GetNormalizer().GetMean().data());
        file.tensors["normalizer.scale"] =
            ToTensor(shape, learner.GetNormalizer().GetScale().data());
    }
    AddExample(file);
    file.Write(path);
}

void
WolpertingerAgent::AddExample(Safetensors& file) const
{
    const WolpertingerLearner& learner = m_state->learner;
    const Eigen::Index rows = IsEmbedded() ? 4 : 0;
    // Any numbers would do; these differ from each other and lie where the networks were trained.
    RowMatrixXf features(1, m_spaces.features);
    for (Eigen::Index i = 0; i < features.cols(); ++i)
    {
        const auto wave = static_cast<float>(std::sin(1.0 + static_cast<double>(i)));
        features(0, i) =
            learner.GetNormalizer().GetMean()(i) + learner.GetNormalizer().GetScale()(i) * wave;
    }
    RowMatrixXf choices(rows, m_action);
    for (Eigen::Index i = 0; i < choices.size(); ++i)
    {
        choices.data()[i] = static_cast<float>(std::cos(1.0 + static_cast<double>(i)));
    }
    file.tensors["example.features"] = ToTensor({m_spaces.features}, features.data());
    if (m_normalizeFeatures)
    {
        learner.GetNormalizer().ApplyBatch(features);
    }
    const RowMatrixXf actions = learner.GetNetworks().Actions(Copy::ONLINE, features);
    Eigen::VectorXf output(m_action + rows);
    output.head(m_action) = actions.row(0);
    if (IsEmbedded())
    {
        file.tensors["example.choices"] = ToTensor({rows, m_action}, choices.data());
        output.tail(rows) = learner.GetNetworks().Values(Copy::ONLINE,
                                                         features,
                                                         choices,
                                                         std::vector<Eigen::Index>(rows, 0));
    }
    file.tensors["example.output"] = ToTensor({output.size()}, output.data());
}

void
WolpertingerAgent::SaveCheckpoint(const std::string& path) const
{
    const State& state = Started();
    Safetensors file;
    file.metadata["sterna.checkpoint"] = GetInstanceTypeId().GetName();
    file.metadata["generator.exploration"] = state.exploration.GetState();
    state.learner.Store(file);
    file.Write(path);
}

void
WolpertingerAgent::LoadCheckpoint(const std::string& path)
{
    CheckConfigured();
    const Safetensors file = Safetensors::Read(path);
    const std::string name = GetInstanceTypeId().GetName();
    const std::string& writer = file.GetMetadata("sterna.checkpoint", path);
    if (writer != name)
    {
        throw InputError("The checkpoint '" + path + "' was written by " + writer + ", not by " +
                         name + ".");
    }
    std::unique_ptr<State> state = MakeState();
    state->exploration.SetState(file.GetMetadata("generator.exploration", path));
    state->learner.Load(file, path);
    state->started = true;
    m_state = std::move(state);
}

} // namespace sterna
} // namespace ns3
