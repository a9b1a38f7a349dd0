/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-sac-agent.h"

#include "sterna-hidden-layers.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaSacAgent");
NS_OBJECT_ENSURE_REGISTERED(SacAgent);

namespace
{

constexpr float EXAMPLE_TOLERANCE = 1e-4f;

/// Throws InputError if a file's metadata are not those of the agent that reads it.
void
CheckSame(const std::map<std::string, std::string>& signature,
          const Safetensors& file,
          const std::string& path)
{
    for (const auto& [key, value] : signature)
    {
        const std::string& has = file.GetMetadata(key, path);
        if (has != value)
        {
            throw InputError("'" + path + "' has " + key + " '" + has +
                             "', but this SacAgent has '" + value + "'.");
        }
    }
}

/// What a policy's example shows its network; it has values of both signs at every width.
Eigen::VectorXf
ExampleFeatures(Eigen::Index features)
{
    return Eigen::VectorXf::LinSpaced(features, -1.0f, 0.9f);
}

} // namespace

TypeId
SacAgent::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::SacAgent")
            .SetParent<Agent>()
            .SetGroupName("Sterna")
            .AddConstructor<SacAgent>()
            .AddAttribute("HiddenLayers",
                          "Widths of the hidden layers of policy and critics, joined by hyphens.",
                          StringValue("256-256"),
                          MakeStringAccessor(&SacAgent::m_hiddenLayers),
                          MakeStringChecker())
            .AddAttribute("LearningRate",
                          "Adam's step size for policy, critics and temperatures.",
                          DoubleValue(3e-4),
                          MakeDoubleAccessor(&SacAgent::m_learningRate),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("BatchSize",
                          "Transitions per training step.",
                          UintegerValue(256),
                          MakeUintegerAccessor(&SacAgent::m_batchSize),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("ReplayCapacity",
                          "Transitions kept for training; HybridReplay tells their size.",
                          UintegerValue(100000),
                          MakeUintegerAccessor(&SacAgent::m_replayCapacity),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Discount",
                          "Worth of a reward one step later, 0 to 1.",
                          DoubleValue(0.99),
                          MakeDoubleAccessor(&SacAgent::m_discount),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("LearningStarts",
                          "Transitions before the first training step; until then exploration is "
                          "uniform.",
                          UintegerValue(1000),
                          MakeUintegerAccessor(&SacAgent::m_learningStarts),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("TrainEvery",
                          "Transitions from one time of training to the next.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&SacAgent::m_trainEvery),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("GradientSteps",
                          "Training steps each time.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&SacAgent::m_gradientSteps),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Tau",
                          "Share of the new weights in each update of the target critics, 0 to 1.",
                          DoubleValue(0.005),
                          MakeDoubleAccessor(&SacAgent::m_tau),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("GradientClip",
                          "Largest Euclidean norm of a network's gradient; 0: any.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&SacAgent::m_gradientClip),
                          MakeDoubleChecker<double>(0.0))
            .AddAttribute("ChoiceEntropy",
                          "Entropy that an actor's choice is to keep, as a share of "
                          "log(valid choices), 0 to 1.",
                          DoubleValue(0.98),
                          MakeDoubleAccessor(&SacAgent::m_choiceEntropy),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("ParameterEntropy",
                          "Entropy that a parameter is to keep; uniform on [-1, 1] has log 2.",
                          DoubleValue(-1.0),
                          MakeDoubleAccessor(&SacAgent::m_parameterEntropy),
                          MakeDoubleChecker<double>())
            .AddAttribute("ChoiceTemperature",
                          "Worth of the choices' entropy in units of reward, at first.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&SacAgent::m_choiceTemperature),
                          MakeDoubleChecker<double>(1e-30))
            .AddAttribute("ParameterTemperature",
                          "Worth of the parameters' entropy in units of reward, at first.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&SacAgent::m_parameterTemperature),
                          MakeDoubleChecker<double>(1e-30))
            .AddAttribute("LearnTemperatures",
                          "Move the temperatures until the entropies are those wanted.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&SacAgent::m_learnTemperatures),
                          MakeBooleanChecker())
            .AddAttribute("Policy",
                          "The safetensors file of a trained policy, to decide without learning; "
                          "empty: learn.",
                          StringValue(""),
                          MakeStringAccessor(&SacAgent::m_policyPath),
                          MakeStringChecker())
            .AddTraceSource("Loss",
                            "Transitions seen, mean loss of the critics and loss of the policy, "
                            "after every training step.",
                            MakeTraceSourceAccessor(&SacAgent::m_lossTrace),
                            "ns3::sterna::SacAgent::LossTracedCallback")
            .AddTraceSource("Temperature",
                            "Transitions seen, temperatures of choices and of parameters, after "
                            "every training step.",
                            MakeTraceSourceAccessor(&SacAgent::m_temperatureTrace),
                            "ns3::sterna::SacAgent::TemperatureTracedCallback");
    return tid;
}

SacAgent::SacAgent()
    : m_stream(CreateObject<UniformRandomVariable>())
{
    NS_LOG_FUNCTION(this);
}

void
SacAgent::DoDispose()
{
    m_learner.reset();
    m_stream = nullptr;
    Agent::DoDispose();
}

int64_t
SacAgent::AssignStreams(int64_t stream)
{
    m_stream->SetStream(stream);
    return 1;
}

SacLearner*
SacAgent::GetLearner()
{
    return m_learner.get();
}

void
SacAgent::CheckSpaces(const AgentSpaces& spaces) const
{
    if (spaces.features < 1 || spaces.actors < 1 || spaces.choices < 0 || spaces.parameters < 0 ||
        spaces.choices + spaces.parameters < 1 || spaces.embedding != 0 || spaces.window != 0)
    {
        throw InputError(
            "SacAgent decides from flat features for 1 or more actors, each with a "
            "fixed number of choices, parameters or both; it was given " +
            std::to_string(spaces.features) + " features, " + std::to_string(spaces.actors) +
            " actors, " + std::to_string(spaces.choices) + " choices, " +
            std::to_string(spaces.parameters) + " parameters, " + std::to_string(spaces.embedding) +
            " embedding columns and a window of " + std::to_string(spaces.window) + ".");
    }
}

void
SacAgent::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << spaces.features << spaces.actors << spaces.choices);
    CheckSpaces(spaces);
    m_spaces = spaces;
    m_steps = 0;
    m_learner.reset();
    if (!m_policyPath.empty())
    {
        LoadPolicy();
        m_random.Seed(m_stream);
        return;
    }
    SacSettings settings;
    settings.spaces = spaces;
    settings.hidden = ParseHiddenLayers(m_hiddenLayers);
    settings.replayCapacity = m_replayCapacity;
    settings.batchSize = m_batchSize;
    settings.learningRate = m_learningRate;
    settings.discount = m_discount;
    settings.tau = m_tau;
    settings.gradientClip = m_gradientClip;
    settings.choiceEntropy = m_choiceEntropy;
    settings.parameterEntropy = m_parameterEntropy;
    settings.choiceTemperature = m_choiceTemperature;
    settings.parameterTemperature = m_parameterTemperature;
    settings.learnTemperatures = m_learnTemperatures;
    m_learner = std::make_unique<SacLearner>(settings);
    m_learner->Initialize(m_stream);
    m_random.Seed(m_stream);
}

void
SacAgent::CheckObservation(const Observation& observation) const
{
    const bool fits =
        observation.features.size() == m_spaces.features && observation.features.allFinite() &&
        (observation.mask.size() == 0 || (observation.mask.rows() == m_spaces.actors &&
                                          observation.mask.cols() == m_spaces.choices));
    if (!fits)
    {
        throw InputError("SacAgent was given an observation that does not fit: " +
                         std::to_string(m_spaces.features) + " finite features and a mask of " +
                         std::to_string(m_spaces.actors) + " x " +
                         std::to_string(m_spaces.choices) + " (or none) were expected, not " +
                         std::to_string(observation.features.size()) + " features and a mask of " +
                         std::to_string(observation.mask.rows()) + " x " +
                         std::to_string(observation.mask.cols()) + ".");
    }
}

Action
SacAgent::Act(const Observation& observation, Mode mode)
{
    CheckObservation(observation);
    HybridPolicy& policy = m_learner ? m_learner->GetPolicy() : m_loaded;
    if (mode == Mode::EXPLOIT)
    {
        return policy.ActBest(observation);
    }
    return m_learner && m_steps < m_learningStarts ? ActUniformly(observation)
                                                   : policy.ActRandomly(observation, m_random);
}

Action
SacAgent::ActUniformly(const Observation& observation)
{
    Action action;
    action.choice.setZero(m_spaces.actors);
    action.parameters.setZero(m_spaces.actors, m_spaces.parameters);
    const bool all = observation.mask.size() == 0;
    for (Eigen::Index u = 0; u < m_spaces.actors; ++u)
    {
        if (m_spaces.choices > 0)
        {
            const Eigen::Index valid = all ? m_spaces.choices : observation.mask.row(u).count();
            Eigen::Index remaining = valid > 0 ? m_random.Index(valid) : 0;
            action.choice[u] = -1;
            for (Eigen::Index a = 0; a < m_spaces.choices && action.choice[u] < 0; ++a)
            {
                if ((all || observation.mask(u, a)) && remaining-- == 0)
                {
                    action.choice[u] = static_cast<int>(a);
                }
            }
        }
        for (Eigen::Index p = 0; action.choice[u] >= 0 && p < m_spaces.parameters; ++p)
        {
            action.parameters(u, p) = static_cast<float>(2.0 * m_random.Uniform() - 1.0);
        }
    }
    return action;
}

void
SacAgent::CheckAction(const Transition& transition) const
{
    const Action& action = transition.action;
    if ((m_spaces.choices > 0 && action.choice.size() != m_spaces.actors) ||
        action.parameters.size() != m_spaces.actors * m_spaces.parameters)
    {
        throw InputError("SacAgent was given an action of " + std::to_string(action.choice.size()) +
                         " choices and " + std::to_string(action.parameters.size()) +
                         " parameters, not of " + std::to_string(m_spaces.actors) + " and " +
                         std::to_string(m_spaces.actors * m_spaces.parameters) + ".");
    }
    for (Eigen::Index u = 0; m_spaces.choices > 0 && u < m_spaces.actors; ++u)
    {
        const int choice = action.choice[u];
        const auto& mask = transition.observation.mask;
        if (choice < -1 || choice >= m_spaces.choices ||
            (choice >= 0 && mask.size() > 0 && !mask(u, choice)))
        {
            throw InputError("SacAgent was given the executed choice " + std::to_string(choice) +
                             " of actor " + std::to_string(u) + ", which is not a valid one of " +
                             std::to_string(m_spaces.choices) + " choices, nor -1 for none.");
        }
    }
    for (Eigen::Index i = 0; i < action.parameters.size(); ++i)
    {
        // Written so that NaN fails, too.
        const float value = action.parameters.data()[i];
        if (!(std::abs(value) <= 1.0f))
        {
            throw InputError("SacAgent was given the executed parameter " + std::to_string(value) +
                             ", which is not in [-1, 1].");
        }
    }
}

void
SacAgent::Learn(const Transition& transition)
{
    if (!m_learner)
    {
        return;
    }
    CheckObservation(transition.observation);
    CheckAction(transition);
    if (!transition.terminated)
    {
        CheckObservation(transition.next);
    }
    if (!std::isfinite(transition.reward))
    {
        throw InputError("SacAgent was given the reward " + std::to_string(transition.reward) +
                         ", which is not finite.");
    }
    m_learner->Add(transition);
    ++m_steps;
    if (m_steps < m_learningStarts || m_steps % m_trainEvery != 0)
    {
        return;
    }
    for (uint32_t i = 0; i < m_gradientSteps; ++i)
    {
        const SacLearner::Losses losses = m_learner->Train();
        m_lossTrace(m_steps, losses.critic, losses.actor);
        m_temperatureTrace(m_steps,
                           m_learner->GetTemperature(SacLearner::CHOICES),
                           m_learner->GetTemperature(SacLearner::PARAMETERS));
    }
}

std::map<std::string, std::string>
SacAgent::GetPolicySignature() const
{
    return {{"sterna.kind", "hybrid"},
            {"sterna.features", std::to_string(m_spaces.features)},
            {"sterna.actors", std::to_string(m_spaces.actors)},
            {"sterna.choices", std::to_string(m_spaces.choices)},
            {"sterna.embedding", "0"},
            {"sterna.parameters", std::to_string(m_spaces.parameters)},
            {"sterna.activation", "relu"}};
}

void
SacAgent::SavePolicy(const std::string& path,
                     const std::map<std::string, std::string>& metadata) const
{
    NS_LOG_FUNCTION(this << path);
    Safetensors file;
    file.metadata = GetPolicySignature();
    file.metadata["sterna.agent"] = GetInstanceTypeId().GetName();
    file.metadata.insert(metadata.begin(), metadata.end());
    const Mlp& network = (m_learner ? m_learner->GetPolicy() : m_loaded).GetNetwork();
    network.Store(file, "actor");
    const Eigen::VectorXf features = ExampleFeatures(m_spaces.features);
    Mlp::Workspace workspace;
    const Eigen::VectorXf& output = network.Forward(features, workspace);
    file.tensors["example.features"] = {{features.size()}, {features.begin(), features.end()}};
    file.tensors["example.output"] = {{output.size()}, {output.begin(), output.end()}};
    file.Write(path);
}

void
SacAgent::LoadPolicy()
{
    const Safetensors file = Safetensors::Read(m_policyPath);
    CheckSame(GetPolicySignature(), file, m_policyPath);
    const Mlp network =
        Mlp::Load(file, "actor", Mlp::Hidden::RELU, Mlp::Output::IDENTITY, m_policyPath);
    const Eigen::Index outputs = HybridPolicy::GetOutputs(m_spaces);
    if (network.GetInputs() != m_spaces.features || network.GetOutputs() != outputs)
    {
        throw InputError("Policy '" + m_policyPath + "' has a network from " +
                         std::to_string(network.GetInputs()) + " to " +
                         std::to_string(network.GetOutputs()) + " numbers, not from " +
                         std::to_string(m_spaces.features) + " to " + std::to_string(outputs) +
                         ".");
    }
    const auto& features = file.Get("example.features", {m_spaces.features}, m_policyPath).data;
    const auto& expected = file.Get("example.output", {outputs}, m_policyPath).data;
    Mlp::Workspace workspace;
    const Eigen::VectorXf& output =
        network.Forward(Eigen::Map<const Eigen::VectorXf>(features.data(), m_spaces.features),
                        workspace);
    for (Eigen::Index i = 0; i < outputs; ++i)
    {
        // Written so that NaN fails.
        const float allowed = EXAMPLE_TOLERANCE * std::max(1.0f, std::abs(expected[i]));
        if (!(std::abs(output[i] - expected[i]) <= allowed))
        {
            throw InputError("Policy '" + m_policyPath + "' gives " + std::to_string(output[i]) +
                             " where its own example says " + std::to_string(expected[i]) +
                             ": the file is damaged or was written for another network.");
        }
    }
    m_loaded = HybridPolicy(m_spaces, network);
}

std::map<std::string, std::string>
SacAgent::GetSignature() const
{
    return {{"sac.features", std::to_string(m_spaces.features)},
            {"sac.actors", std::to_string(m_spaces.actors)},
            {"sac.choices", std::to_string(m_spaces.choices)},
            {"sac.parameters", std::to_string(m_spaces.parameters)},
            {"sac.HiddenLayers", m_hiddenLayers},
            {"sac.ReplayCapacity", std::to_string(m_replayCapacity)}};
}

void
SacAgent::CheckLearns(const std::string& what) const
{
    if (!m_learner)
    {
        throw InputError("SacAgent cannot " + what +
                         ": it was not configured, or its Attribute "
                         "Policy ('" +
                         m_policyPath + "') makes it decide without learning.");
    }
}

void
SacAgent::SaveCheckpoint(const std::string& path) const
{
    NS_LOG_FUNCTION(this << path);
    CheckLearns("write the checkpoint '" + path + "'");
    Safetensors file;
    file.metadata = GetSignature();
    file.metadata["sac.steps"] = std::to_string(m_steps);
    file.metadata["sac.random"] = m_random.GetState();
    m_learner->Store(file);
    file.Write(path);
}

void
SacAgent::LoadCheckpoint(const std::string& path)
{
    NS_LOG_FUNCTION(this << path);
    CheckLearns("read the checkpoint '" + path + "'");
    const Safetensors file = Safetensors::Read(path);
    CheckSame(GetSignature(), file, path);
    const uint64_t steps = file.GetCount("sac.steps", path);
    Generator random;
    random.SetState(file.GetMetadata("sac.random", path));
    m_learner->Load(file, path);
    m_steps = steps;
    m_random = random;
}

} // namespace sterna
} // namespace ns3
