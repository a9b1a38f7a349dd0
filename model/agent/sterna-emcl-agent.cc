/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-emcl-agent.h"

#include "sterna-agent-checks.h"
#include "sterna-neighbours.h"
#include "sterna-next-actions.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/sterna-compat.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaEmclAgent");

NS_OBJECT_ENSURE_REGISTERED(EmclAgent);

namespace
{

using Copy = MetaCritic::Copy;
using Estimator = GaussianActor::Estimator;

constexpr float EXAMPLE_TOLERANCE = 1e-4f;
constexpr Eigen::Index EXAMPLE_CHOICES = 4;

/// Any numbers would do; these differ from each other and lie in [-1, 1].
RowMatrixXf
Wave(Eigen::Index rows, Eigen::Index columns)
{
    RowMatrixXf wave(rows, columns);
    for (Eigen::Index i = 0; i < wave.size(); ++i)
    {
        wave.data()[i] = static_cast<float>(std::sin(1.0 + static_cast<double>(i)));
    }
    return wave;
}

} // namespace

/// What the agent owns once its shapes are known.
struct EmclAgent::State
{
    bool started{false}; //!< whether theta and the generator are drawn
    Generator random;
    Eigen::VectorXf theta;
    Adam adam;
    TrajectoryMemory memory;

    // One batch, and what is made of it.
    std::vector<int64_t> times;
    TrajectoryBatch batch;
    Eigen::VectorXf gradient;
};

TypeId
EmclAgent::GetTypeId()
{
    using Self = EmclAgent;
    static TypeId tid =
        TypeId("ns3::sterna::EmclAgent")
            .SetParent<Agent>()
            .SetGroupName("Sterna")
            .AddConstructor<EmclAgent>()
            .AddAttribute("MetaCritic",
                          "The meta critic, shared with other tasks; null: one of its own",
                          PointerValue(),
                          MakePointerAccessor(&Self::m_critic),
                          MakePointerChecker<MetaCritic>())
            .AddAttribute("Neighbours",
                          "M: choices nearest to the proto-action that the meta critic ranks",
                          UintegerValue(10),
                          MakeUintegerAccessor(&Self::m_neighbours),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute(
                "ActorGradient",
                "Likelihood: (29), score function with a baseline; Pathwise: through the critic",
                EnumValue(Estimator::PATHWISE),
                EnumAccessor<Estimator>(&Self::m_estimator),
                MakeEnumChecker(Estimator::LIKELIHOOD,
                                "Likelihood",
                                Estimator::PATHWISE,
                                "Pathwise"))
            .AddAttribute("Samples",
                          "Actions sampled per state of a batch for the actor's gradient",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Self::m_samples),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("LearningRate",
                          "Adam's learning rate for theta",
                          DoubleValue(1e-3),
                          MakeDoubleAccessor(&Self::m_rate),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("Discount",
                          "Weight of the next step's value, 0 to 1",
                          DoubleValue(0.9),
                          MakeDoubleAccessor(&Self::m_discount),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("BatchSize",
                          "Tuples per update",
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
            .AddAttribute("SmallestDeviation",
                          "Smallest standard deviation of the policy",
                          DoubleValue(0.2),
                          MakeDoubleAccessor(&Self::m_smallestDeviation),
                          MakeDoubleChecker<double>(1e-6))
            .AddAttribute("LargestDeviation",
                          "Largest standard deviation of the policy",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&Self::m_largestDeviation),
                          MakeDoubleChecker<double>(1e-6))
            .AddAttribute("GradientClip",
                          "Largest Euclidean norm of the actor's gradient; 0: any",
                          DoubleValue(10.0),
                          MakeDoubleAccessor(&Self::m_gradientClip),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("RewardScale",
                          "Factor on every reward",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&Self::m_rewardScale),
                          MakeDoubleChecker<double>())
            .AddAttribute("OldTasks",
                          "Whether the meta critic also learns from the memory of earlier tasks",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Self::m_oldTasks),
                          MakeBooleanChecker())
            .AddAttribute("TargetCandidates",
                          "Most choices kept per state, for the next action of targets",
                          UintegerValue(256),
                          MakeUintegerAccessor(&Self::m_targetCandidates),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Policy",
                          "A safetensors file of SavePolicy(); its meta critic is used, frozen, "
                          "unless MetaCritic is set",
                          StringValue(""),
                          MakeStringAccessor(&Self::m_path),
                          MakeStringChecker())
            .AddAttribute("PolicyActor",
                          "Whether Policy's actor is used, too; if not, theta is drawn",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Self::m_policyActor),
                          MakeBooleanChecker())
            .AddTraceSource("ActorLoss",
                            "Mean of -Q over a batch (25), before its update",
                            MakeTraceSourceAccessor(&Self::m_loss),
                            "ns3::sterna::EmclAgent::LossTracedCallback");
    return tid;
}

EmclAgent::EmclAgent()
    : m_stream(CreateObject<UniformRandomVariable>())
{
}

EmclAgent::~EmclAgent() = default;

Ptr<MetaCritic>
EmclAgent::GetMetaCritic() const
{
    if (!m_critic)
    {
        m_critic = CreateObject<MetaCritic>();
        m_critic->SetAttribute("Weights", StringValue(m_path));
        m_critic->SetAttribute("Frozen", BooleanValue(!m_path.empty()));
        m_ownsCritic = true;
    }
    return m_critic;
}

int64_t
EmclAgent::AssignStreams(int64_t stream)
{
    m_stream->SetStream(stream);
    GetMetaCritic();
    return 1 + (m_ownsCritic ? m_critic->AssignStreams(stream + 1) : 0);
}

void
EmclAgent::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << spaces.features << spaces.blocks << spaces.embedding);
    CheckEmbeddedSpaces("EmclAgent", spaces);
    if (m_state && IsSame(m_spaces, spaces))
    {
        return; // a scheduler of another run: what was learned stays
    }
    if (m_smallestDeviation > m_largestDeviation)
    {
        throw InputError("EmclAgent's SmallestDeviation " + std::to_string(m_smallestDeviation) +
                         " is above its LargestDeviation " + std::to_string(m_largestDeviation) +
                         ".");
    }
    const bool isFirst = !m_state;
    GetMetaCritic()->Configure(spaces);
    m_spaces = spaces;
    m_actor =
        GaussianActor(m_critic->GetNetwork().GetShape(), m_smallestDeviation, m_largestDeviation);
    if (!m_path.empty())
    {
        LoadPolicy();
    }
    m_state = MakeState();
    m_task = isFirst ? m_critic->Join() : m_task;
}

std::unique_ptr<EmclAgent::State>
EmclAgent::MakeState() const
{
    auto state = std::make_unique<State>();
    TrajectorySettings settings;
    settings.spaces = m_spaces;
    settings.capacity = m_capacity;
    settings.window = m_critic->GetNetwork().GetShape().window;
    settings.candidates = m_targetCandidates;
    state->memory = TrajectoryMemory(settings);
    state->adam = Adam(m_actor.GetLayout().GetSize(), m_rate);
    state->times.resize(m_batchSize);
    return state;
}

EmclAgent::State&
EmclAgent::Started() const
{
    if (!m_state)
    {
        throw InputError("EmclAgent was used before Configure().");
    }
    State& state = *m_state;
    if (!state.started)
    {
        state.random.Seed(m_stream);
        const Eigen::VectorXf drawn = m_actor.GetLayout().Draw(state.random);
        state.theta = m_savedActor.size() > 0 ? m_savedActor : drawn;
        state.started = true;
    }
    return state;
}

void
EmclAgent::BeginTask()
{
    State& state = Started();
    const Eigen::VectorXf drawn = m_actor.GetLayout().Draw(state.random);
    state.theta = m_savedActor.size() > 0 ? m_savedActor : drawn;
    state.adam = Adam(state.theta.size(), m_rate);
    state.memory.BeginTask();
}

Eigen::VectorXf
EmclAgent::Sample(const RowMatrixXf& policy, Mode mode) const
{
    const Eigen::Index n = m_spaces.embedding;
    Eigen::VectorXf proto = policy.row(0).head(n).transpose(); // mu
    if (mode == Mode::EXPLORE)
    {
        for (Eigen::Index i = 0; i < n; ++i)
        {
            proto[i] += policy(0, n + i) * static_cast<float>(m_state->random.Normal());
        }
    }
    return proto;
}

Action
EmclAgent::Act(const Observation& observation, Mode mode)
{
    State& state = Started();
    CheckObservation(m_spaces, observation);
    const RowMatrixXf features = observation.features.transpose();
    const auto value = [&](const RowMatrixXf& near) -> Eigen::VectorXf {
        if (near.rows() == 1)
        {
            return Eigen::VectorXf::Zero(1); // the simple approach ranks nothing
        }
        RowMatrixXf window;
        state.memory.GatherLatest(window);
        const RowMatrixXf code = m_critic->Encode(Copy::ONLINE, features, window);
        return m_critic->Values(Copy::ONLINE,
                                code,
                                near,
                                std::vector<Eigen::Index>(near.rows(), 0)); // line 6: (32)
    };
    const RowMatrixXf policy = m_actor.Policies(state.theta, features); // line 7: (33)
    const Eigen::VectorXf proto = Sample(policy, mode);                 // (34), (35)
    const int choice = WolpertingerChoice(observation.choices,
                                          ValidFlags(observation),
                                          proto,
                                          m_neighbours,
                                          value); // line 8
    Action action;
    action.choice = Eigen::VectorXi::Constant(1, choice);
    action.parameters.resize(1, 0);
    return action;
}

void
EmclAgent::Learn(const Transition& transition)
{
    State& state = Started();
    CheckTransition(m_spaces, transition);
    CheckUnitFeatures(transition.observation);
    state.memory.Push(transition.observation, // line 9
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

void
EmclAgent::Watch(const Observation& observation, const Action& action, float reward)
{
    State& state = Started();
    const int choice = action.choice.size() == 1 ? action.choice(0) : -1;
    if (choice < 0 || choice >= observation.choices.rows() || !std::isfinite(reward))
    {
        return;
    }
    state.memory.Push(observation,
                      observation.choices.row(choice),
                      static_cast<float>(m_rewardScale) * reward,
                      nullptr,
                      false,
                      state.random);
}

void
EmclAgent::Train()
{
    State& state = *m_state;
    if (!state.memory.Draw(state.random, true, state.times))
    {
        return; // no tuple whose next state is known
    }
    state.memory.Gather(state.times, state.batch);
    UpdateActor();
    if (m_critic->IsFrozen())
    {
        return;
    }
    if (m_oldTasks && state.memory.GetTaskCount() < state.memory.GetCount())
    {
        state.memory.Draw(state.random, false, state.times);
        state.memory.Gather(state.times, state.batch);
    }
    const Eigen::Index window = m_critic->GetNetwork().GetShape().window;
    m_critic->Contribute(m_task,
                         state.batch.states,
                         state.batch.steps.topRows(window * m_batchSize),
                         state.batch.actions,
                         Targets());
}

void
EmclAgent::UpdateActor()
{
    State& state = *m_state;
    const Eigen::Index window = m_critic->GetNetwork().GetShape().window;
    RowMatrixXf noise(Eigen::Index(m_batchSize) * m_samples, m_spaces.embedding);
    std::generate(noise.data(), noise.data() + noise.size(), [&state]() {
        return static_cast<float>(state.random.Normal());
    });
    const RowMatrixXf codes = m_critic->Encode(Copy::ONLINE,
                                               state.batch.states,
                                               state.batch.steps.topRows(window * m_batchSize));
    const double loss = m_actor.Gradient(m_estimator,
                                         state.theta,
                                         m_critic->GetNetwork(),
                                         m_critic->GetWeights(Copy::ONLINE),
                                         state.batch.states,
                                         codes,
                                         noise,
                                         state.gradient); // (25), (29)
    ClipNorm(state.gradient, m_gradientClip);
    state.adam.Step(state.gradient, state.theta); // (27)
    m_loss(loss);
}

Eigen::VectorXf
EmclAgent::Targets()
{
    const TrajectoryBatch& batch = m_state->batch;
    if (batch.terminated.minCoeff() > 0.0f)
    {
        return batch.rewards;
    }
    const RowMatrixXf& next = batch.nextStates;
    const Eigen::Index window = m_critic->GetNetwork().GetShape().window;
    const RowMatrixXf means = m_actor.Policies(m_state->theta, next).leftCols(m_spaces.embedding);
    const NextActions actions(m_state->memory, m_state->times, batch, means, m_neighbours);
    const RowMatrixXf codes =
        m_critic->Encode(Copy::TARGET, next, batch.steps.bottomRows(window * m_batchSize));
    const Eigen::VectorXf values =
        m_critic->Values(Copy::TARGET, codes, actions.GetActions(), actions.GetOwners());
    return actions.Targets(batch, values, m_discount);
}

Eigen::VectorXf
EmclAgent::Evaluate(const Eigen::VectorXf& features,
                    const RowMatrixXf& steps,
                    const RowMatrixXf& choices) const
{
    const State& state = Started();
    const RowMatrixXf row = features.transpose();
    const RowMatrixXf policy = m_actor.Policies(state.theta, row);
    const RowMatrixXf code = m_critic->Encode(Copy::ONLINE, row, steps);
    Eigen::VectorXf output(policy.cols() + choices.rows());
    output << policy.row(0).transpose(),
        m_critic->Values(Copy::ONLINE, code, choices, std::vector<Eigen::Index>(choices.rows(), 0));
    return output;
}

RowMatrixXf
EmclAgent::GetWindow() const
{
    RowMatrixXf window;
    Started().memory.GatherLatest(window);
    return window;
}

void
EmclAgent::SavePolicy(const std::string& path,
                      const std::map<std::string, std::string>& metadata) const
{
    const State& state = Started();
    Safetensors file;
    file.metadata = metadata;
    file.metadata["sterna.kind"] = "emcl";
    file.metadata["sterna.agent"] = GetInstanceTypeId().GetName();
    m_critic->Store(file);
    m_actor.GetLayout().Store(state.theta, file, "actor");
    file.tensors["actor.deviations"] = {
        {2},
        {static_cast<float>(m_smallestDeviation), static_cast<float>(m_largestDeviation)}};
    AddExample(file);
    file.Write(path);
}

void
EmclAgent::AddExample(Safetensors& file) const
{
    const EmclShape& shape = m_critic->GetNetwork().GetShape();
    const RowMatrixXf features = Wave(m_spaces.features, 1);
    const Eigen::VectorXf output = Evaluate(features,
                                            Wave(shape.window, shape.step),
                                            Wave(EXAMPLE_CHOICES, m_spaces.embedding));
    StoreVector(output, file, "example.output");
}

void
EmclAgent::LoadPolicy()
{
    const Safetensors file = Safetensors::Read(m_path);
    if (!m_policyActor)
    {
        return;
    }
    const std::string& kind = file.GetMetadata("sterna.kind", m_path);
    if (kind != "emcl")
    {
        throw InputError("Policy '" + m_path + "' is of kind '" + kind +
                         "', not emcl: it has no actor of EMCL.");
    }
    m_savedActor = m_actor.GetLayout().Load(file, "actor", m_path);
    const auto deviations = LoadVector(file, "actor.deviations", 2, m_path);
    if (!(deviations[0] > 0.0f && deviations[1] >= deviations[0]))
    {
        throw InputError("Policy '" + m_path + "' bounds the policy's deviation by " +
                         std::to_string(deviations[0]) + " and " + std::to_string(deviations[1]) +
                         ", not by two ascending numbers above 0.");
    }
    m_actor = GaussianActor(m_critic->GetNetwork().GetShape(), deviations[0], deviations[1]);
    if (m_ownsCritic)
    {
        CheckExample(file);
    }
}

void
EmclAgent::CheckExample(const Safetensors& file) const
{
    const EmclShape& shape = m_critic->GetNetwork().GetShape();
    const RowMatrixXf features = Wave(1, m_spaces.features);
    const RowMatrixXf choices = Wave(EXAMPLE_CHOICES, m_spaces.embedding);
    const RowMatrixXf policy = m_actor.Policies(m_savedActor, features);
    Eigen::VectorXf computed(policy.cols() + EXAMPLE_CHOICES);
    computed << policy.row(0).transpose(),
        m_critic->Values(Copy::ONLINE,
                         m_critic->Encode(Copy::ONLINE, features, Wave(shape.window, shape.step)),
                         choices,
                         std::vector<Eigen::Index>(EXAMPLE_CHOICES, 0));
    const auto expected = LoadVector(file, "example.output", computed.size(), m_path);
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

void
EmclAgent::SaveCheckpoint(const std::string& path) const
{
    const State& state = Started();
    Safetensors file;
    file.metadata["sterna.checkpoint"] = GetInstanceTypeId().GetName();
    file.metadata["generator"] = state.random.GetState();
    m_actor.GetLayout().Store(state.theta, file, "actor");
    state.adam.Store(file, "actor-adam");
    state.memory.Store(file);
    m_critic->StoreCheckpoint(file);
    file.Write(path);
}

void
EmclAgent::LoadCheckpoint(const std::string& path)
{
    if (!m_state)
    {
        throw InputError("EmclAgent was used before Configure().");
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
    state->theta = m_actor.GetLayout().Load(file, "actor", path);
    state->adam.Load(file, "actor-adam", path);
    state->memory.Load(file, path);
    state->started = true;
    m_critic->LoadCheckpoint(file, path); // if it throws, nothing has changed
    m_state = std::move(state);
}

} // namespace sterna
} // namespace ns3
