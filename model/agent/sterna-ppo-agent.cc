/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-ppo-agent.h"

#include "sterna-beta-distribution.h"
#include "sterna-hidden-layers.h"
#include "sterna-neighbours.h"
#include "sterna-q-network.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaPpoAgent");

namespace
{

constexpr double ADAM_EPSILON = 1e-5;

/// Row numbers from, from + 1, ..., to - 1.
std::vector<Eigen::Index>
Range(Eigen::Index from, Eigen::Index to)
{
    std::vector<Eigen::Index> rows(static_cast<size_t>(to - from));
    std::iota(rows.begin(), rows.end(), from);
    return rows;
}

/// Fisher and Yates.
void
Shuffle(std::vector<Eigen::Index>& rows, Generator& random)
{
    for (size_t i = rows.size(); i > 1; --i)
    {
        std::swap(rows[i - 1], rows[static_cast<size_t>(random.Index(static_cast<int64_t>(i)))]);
    }
}

/// One row per sample below those before.
void
Append(RowMatrixXf& all, const RowMatrixXf& more)
{
    const Eigen::Index rows = all.rows();
    all.conservativeResize(rows + more.rows(), more.cols());
    all.bottomRows(more.rows()) = more;
}

PolicyEvaluation
Gather(const PolicyEvaluation& all, const std::vector<Eigen::Index>& rows)
{
    return {all.choices(rows, Eigen::all),
            all.parameters(rows, Eigen::all),
            all.entropies(rows, Eigen::all),
            all.values(rows, Eigen::all)};
}

} // namespace

PpoAgent::PpoAgent()
    : m_stream(CreateObject<UniformRandomVariable>())
{
    NS_LOG_FUNCTION(this);
}

void
PpoAgent::DoDispose()
{
    m_rollout = Rollout();
    m_stream = nullptr;
    Agent::DoDispose();
}

int64_t
PpoAgent::AssignStreams(int64_t stream)
{
    m_stream->SetStream(stream);
    return 1;
}

std::string
PpoAgent::GetName() const
{
    const std::string name = GetInstanceTypeId().GetName();
    return name.substr(name.rfind(':') + 1);
}

bool
PpoAgent::IsGraph() const
{
    return m_encoder == PolicyShape::GCN || m_encoder == PolicyShape::GAT ||
           m_encoder == PolicyShape::GATE;
}

void
PpoAgent::CheckSpaces(const AgentSpaces& spaces) const
{
    const std::string name = GetName();
    if (spaces.actors < 1 || spaces.features < 1 || spaces.choices < 0 || spaces.parameters < 0 ||
        spaces.choices + spaces.parameters < 1)
    {
        throw InputError(name +
                         " needs at least 1 actor, 1 feature, and choices or parameters; it "
                         "was given " +
                         std::to_string(spaces.actors) + " actors, " +
                         std::to_string(spaces.features) + " features, " +
                         std::to_string(spaces.choices) + " choices and " +
                         std::to_string(spaces.parameters) + " parameters.");
    }
    if (spaces.parameters > 0 && (!m_hybrid || m_encoder == PolicyShape::PER_CHOICE))
    {
        throw InputError(name + " chooses only, but each action has " +
                         std::to_string(spaces.parameters) +
                         " parameters: use HppoAgent or one of its kin.");
    }
    if (m_encoder == PolicyShape::PER_CHOICE)
    {
        QNetwork::MakeShape(spaces, QNetwork::Layout::PER_CHOICE, false, name + " with PerChoice");
        if (spaces.actors != 1 || spaces.embedding != 0 || m_normalizeObservations)
        {
            throw InputError(name + " with PerChoice decides for 1 actor without embedded choices, "
                                    "and does not normalise observations.");
        }
    }
    const Eigen::Index nodes = spaces.actors + spaces.choices;
    if (IsGraph() && (spaces.window < 1 || spaces.choices < 1 || spaces.blockSize < 1 ||
                      spaces.features != spaces.window * nodes * spaces.blockSize))
    {
        throw InputError(name +
                         " sees a graph: window x (choices + actors) x blockSize features; "
                         "it was given " +
                         std::to_string(spaces.features) + " features, a window of " +
                         std::to_string(spaces.window) + ", " + std::to_string(spaces.choices) +
                         " choices, " + std::to_string(spaces.actors) + " actors and blocks of " +
                         std::to_string(spaces.blockSize) + ".");
    }
    if (spaces.embedding > 0 && spaces.window < 1)
    {
        throw InputError(name + " takes embedded choices only as pairs of a graph, whose window is "
                                "above 0.");
    }
}

PolicyShape
PpoAgent::MakeShape(const AgentSpaces& spaces) const
{
    PolicyShape shape;
    shape.encoder = m_encoder;
    shape.spaces = spaces;
    shape.hidden = ParseHiddenLayers(m_hiddenLayers);
    shape.headWidth = m_headWidth;
    shape.nodeWidths = ParseHiddenLayers(m_nodeLayers, "NodeLayers");
    shape.attentionHeads = m_attentionHeads;
    shape.activation = m_activation == Activation::TANH ? Mlp::Hidden::TANH : Mlp::Hidden::RELU;
    shape.valuePerActor = m_ratio == PpoLossSettings::PER_ACTOR;
    return shape;
}

void
PpoAgent::Configure(const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(this << spaces.features << spaces.actors << spaces.choices);
    CheckSpaces(spaces);
    m_spaces = spaces;
    m_normalizer = FeatureNormalizer(IsGraph() ? spaces.blockSize : spaces.features);
    m_steps = 0;
    if (!m_policy.empty())
    {
        LoadPolicy(spaces);
        m_random.Seed(m_stream);
        return;
    }
    if (m_minibatches > m_horizon)
    {
        throw InputError(GetName() + " cannot divide a rollout of Horizon " +
                         std::to_string(m_horizon) + " transitions into " +
                         std::to_string(m_minibatches) + " Minibatches.");
    }
    m_networks = PolicyNetworks(MakeShape(spaces));
    m_random.Seed(m_stream);
    m_parameters = m_networks.Draw(m_random);
    m_adam = Adam(m_parameters.size(), m_learningRate, ADAM_EPSILON);
    const Eigen::Index columns = m_networks.GetShape().valuePerActor ? spaces.actors : 1;
    m_scaler = RewardScaler(columns, m_discount);
    m_rollout = Rollout(spaces, m_horizon, columns);
}

void
PpoAgent::CheckObservation(const Observation& observation) const
{
    ObservationBatch::CheckShape(GetName(), m_spaces, observation, IsGraph());
}

ObservationBatch
PpoAgent::Prepare(const Observation& observation) const
{
    CheckObservation(observation);
    ObservationBatch batch(m_spaces, 1);
    batch.Set(0, observation);
    Normalize(batch);
    return batch;
}

void
PpoAgent::Normalize(ObservationBatch& batch) const
{
    if (!m_normalizeObservations)
    {
        return;
    }
    if (!IsGraph())
    {
        m_normalizer.ApplyBatch(batch.features);
        return;
    }
    RowMatrixXf nodes = Eigen::Map<const RowMatrixXf>(batch.features.data(),
                                                      batch.features.size() / m_spaces.blockSize,
                                                      m_spaces.blockSize);
    m_normalizer.ApplyBatch(nodes);
    std::copy_n(nodes.data(), nodes.size(), batch.features.data());
}

void
PpoAgent::UpdateNormalizer(const ObservationBatch& batch)
{
    const Eigen::Index size = IsGraph() ? m_spaces.blockSize : m_spaces.features;
    const Eigen::Index latest =
        IsGraph() ? (m_spaces.choices + m_spaces.actors) * size : m_spaces.features;
    for (Eigen::Index row = 0; row < batch.GetCount(); ++row)
    {
        const auto features = batch.features.row(row).tail(latest);
        for (Eigen::Index i = 0; i < latest; i += size)
        {
            m_normalizer.Update(features.segment(i, size).transpose());
        }
    }
}

int
PpoAgent::Choose(const float* logits, const float* mask, Mode mode)
{
    const Eigen::Map<const Eigen::ArrayXf> values(logits, m_spaces.choices);
    const Eigen::Map<const Eigen::ArrayXf> flags(mask, m_spaces.choices);
    if ((flags == 0.0f).all())
    {
        return -1;
    }
    if (mode == Mode::EXPLOIT)
    {
        return BestChoice(logits, m_spaces.choices, nullptr);
    }
    // Masked ones underflow to 0.
    const Eigen::ArrayXd shares =
        (values.cast<double>() - static_cast<double>(values.maxCoeff())).exp();
    double remaining = m_random.Uniform() * shares.sum();
    int last = -1;
    for (Eigen::Index i = 0; i < m_spaces.choices; ++i)
    {
        if (shares[i] > 0.0)
        {
            last = static_cast<int>(i);
            remaining -= shares[i];
            if (remaining < 0.0)
            {
                break;
            }
        }
    }
    return last; // -1 only if a logit is NaN
}

Action
PpoAgent::Act(const Observation& observation, Mode mode)
{
    NS_LOG_FUNCTION(this);
    const ObservationBatch batch = Prepare(observation);
    const PolicyCode code = m_networks.Encode(m_parameters, batch);
    ActionBatch drawn;
    drawn.choices.setZero(1, m_spaces.actors);
    for (Eigen::Index actor = 0; m_spaces.choices > 0 && actor < m_spaces.actors; ++actor)
    {
        const Eigen::Index first = actor * m_spaces.choices;
        drawn.choices(0, actor) = Choose(&code.logits(0, first), &batch.mask(0, first), mode);
    }
    Action action;
    action.choice = drawn.choices.row(0).transpose();
    action.parameters.setZero(m_spaces.actors, m_spaces.parameters);
    if (m_spaces.parameters == 0)
    {
        return action;
    }
    const RowMatrixXf shapes = m_networks.Concentrations(m_parameters, batch, code, drawn);
    for (Eigen::Index i = 0; i < action.parameters.size(); ++i)
    {
        const Eigen::Index actor = i / m_spaces.parameters;
        if (action.choice[actor] >= 0)
        {
            const BetaDistribution beta(shapes(0, 2 * i), shapes(0, 2 * i + 1));
            const double share = mode == Mode::EXPLORE ? beta.Draw(m_random) : beta.GetMean();
            action.parameters(actor, i % m_spaces.parameters) =
                static_cast<float>(2.0 * share - 1.0);
        }
    }
    return action;
}

Eigen::VectorXf
PpoAgent::GetValues(const Observation& observation) const
{
    return m_networks.Values(m_parameters, Prepare(observation)).row(0).transpose();
}

void
PpoAgent::CheckTransition(const Transition& transition) const
{
    CheckObservation(transition.observation);
    if (!transition.terminated)
    {
        CheckObservation(transition.next);
    }
    const Action& action = transition.action;
    const Eigen::Index earners = transition.actorRewards.size();
    if (action.choice.size() != m_spaces.actors || action.parameters.rows() != m_spaces.actors ||
        action.parameters.cols() != m_spaces.parameters ||
        (earners != 0 && earners != m_spaces.actors))
    {
        throw InputError(GetName() + " was given a transition of " +
                         std::to_string(action.choice.size()) + " choices, " +
                         std::to_string(action.parameters.rows()) + " x " +
                         std::to_string(action.parameters.cols()) + " parameters and " +
                         std::to_string(earners) + " rewards of actors, but has " +
                         std::to_string(m_spaces.actors) + " actors with " +
                         std::to_string(m_spaces.parameters) + " parameters.");
    }
    // Written so that NaN fails.
    if (!std::isfinite(transition.reward) || !transition.actorRewards.allFinite() ||
        !(action.parameters.array().abs() <= 1.0f).all())
    {
        throw InputError(GetName() +
                         " was given a transition with a reward that is not finite, or "
                         "with a parameter outside [-1, 1] (reward " +
                         std::to_string(transition.reward) + ").");
    }
    const auto& mask = transition.observation.mask;
    for (Eigen::Index actor = 0; m_spaces.choices > 0 && actor < m_spaces.actors; ++actor)
    {
        const int choice = action.choice[actor];
        const bool none = mask.size() > 0 && !mask.row(actor).any();
        const bool valid =
            choice >= 0 && choice < m_spaces.choices && (mask.size() == 0 || mask(actor, choice));
        if (none ? choice != -1 : !valid)
        {
            throw InputError(GetName() + " was given choice " + std::to_string(choice) +
                             " of actor " + std::to_string(actor) +
                             ", which its mask did not leave: it could not have been drawn.");
        }
    }
}

void
PpoAgent::Learn(const Transition& transition)
{
    if (!m_policy.empty())
    {
        return;
    }
    CheckTransition(transition);
    m_rollout.Push(transition);
    ++m_steps;
    if (m_rollout.IsFull())
    {
        Train();
        m_rollout.Clear();
    }
}

double
PpoAgent::GetLearningRate() const
{
    if (m_decaySteps == 0)
    {
        return m_learningRate;
    }
    // As of the first transition of the rollout: the first update has the full rate.
    const auto done = static_cast<double>(m_steps - m_horizon);
    return m_learningRate * std::max(0.0, 1.0 - done / static_cast<double>(m_decaySteps));
}

PpoTargets
PpoAgent::MakeTargets(const ObservationBatch& observations, const RowMatrixXf& rewards) const
{
    // In parts as large as minibatches: all at once would need much memory.
    const Eigen::Index size = (m_horizon + m_minibatches - 1) / m_minibatches;
    PpoTargets targets;
    for (Eigen::Index from = 0; from < m_horizon; from += size)
    {
        const auto rows = Range(from, std::min<Eigen::Index>(from + size, m_horizon));
        const PolicyEvaluation part = m_networks.Evaluate(m_parameters,
                                                          observations.Gather(rows),
                                                          m_rollout.GatherActions(rows));
        Append(targets.old.choices, part.choices);
        Append(targets.old.parameters, part.parameters);
        Append(targets.old.entropies, part.entropies);
        Append(targets.old.values, part.values);
    }
    const RowMatrixXf& values = targets.old.values;
    RowMatrixXf next = RowMatrixXf::Zero(values.rows(), values.cols());
    next.topRows(values.rows() - 1) = values.bottomRows(values.rows() - 1);
    const auto& bootstrapRows = m_rollout.GetBootstrapRows();
    if (!bootstrapRows.empty())
    {
        ObservationBatch bootstraps = m_rollout.GetBootstraps();
        Normalize(bootstraps);
        next(bootstrapRows, Eigen::all) = m_networks.Values(m_parameters, bootstraps);
    }
    targets.advantages = GetAdvantages(rewards,
                                       values,
                                       next,
                                       m_rollout.GetTerminated(),
                                       m_rollout.GetCuts(),
                                       m_discount,
                                       m_lambda);
    targets.returns = targets.advantages + values;
    targets.active.setOnes(m_horizon, m_spaces.actors);
    if (m_spaces.choices > 0)
    {
        for (Eigen::Index i = 0; i < targets.active.size(); ++i)
        {
            const Eigen::Map<const Eigen::ArrayXf> flags(observations.mask.data() +
                                                             i * m_spaces.choices,
                                                         m_spaces.choices);
            targets.active.data()[i] = flags.maxCoeff();
        }
    }
    return targets;
}

PpoLoss
PpoAgent::Descend(const ObservationBatch& observations,
                  const PpoTargets& targets,
                  const std::vector<Eigen::Index>& rows)
{
    PpoTargets part{Gather(targets.old, rows),
                    targets.advantages(rows, Eigen::all),
                    targets.returns(rows, Eigen::all),
                    targets.active(rows, Eigen::all)};
    if (m_normalizeAdvantages)
    {
        part.advantages = NormalizeAdvantages(part.advantages, part.active);
    }
    const PpoLossSettings settings{m_ratio,
                                   m_clip,
                                   m_valueCoefficient,
                                   m_entropyCoefficient,
                                   m_clipValues};
    PpoLoss loss;
    m_networks.Gradient(
        m_parameters,
        observations.Gather(rows),
        m_rollout.GatherActions(rows),
        [&](const PolicyEvaluation& now) {
            loss = GetPpoLoss(settings, now, part);
            return loss.derivatives;
        },
        m_gradient);
    ClipNorm(m_gradient, m_gradientNorm);
    m_adam.Step(m_gradient, m_parameters);
    return loss;
}

void
PpoAgent::Train()
{
    RowMatrixXf rewards = m_rollout.GetRewards();
    if (m_scaleRewards)
    {
        m_scaler.Apply(rewards, m_rollout.GetCuts());
    }
    ObservationBatch observations = m_rollout.GetObservations();
    Normalize(observations);
    const PpoTargets targets = MakeTargets(observations, rewards);

    PpoUpdate update;
    update.steps = m_steps;
    update.learningRate = GetLearningRate();
    update.explainedVariance = GetExplainedVariance(targets.returns, targets.old.values);
    m_adam.SetLearningRate(update.learningRate);
    std::vector<Eigen::Index> rows = Range(0, m_horizon);
    const double count = static_cast<double>(m_epochs) * m_minibatches;
    for (uint32_t epoch = 0; epoch < m_epochs; ++epoch)
    {
        Shuffle(rows, m_random);
        // All rows once per epoch; sizes differ by at most one.
        for (uint64_t part = 0; part < m_minibatches; ++part)
        {
            const std::vector<Eigen::Index> chosen(
                rows.begin() + static_cast<int64_t>(part * m_horizon / m_minibatches),
                rows.begin() + static_cast<int64_t>((part + 1) * m_horizon / m_minibatches));
            const PpoLoss loss = Descend(observations, targets, chosen);
            update.policyLoss += loss.policy / count;
            update.valueLoss += loss.value / count;
            update.entropy += loss.entropy / count;
            update.clipFraction += loss.clipFraction / count;
            update.approximateKl += loss.approximateKl / count;
        }
    }
    if (m_normalizeObservations)
    {
        UpdateNormalizer(m_rollout.GetObservations());
    }
    NS_LOG_LOGIC(update.steps << " transitions, entropy " << update.entropy << ", clipped "
                              << update.clipFraction);
    m_updateTrace(update);
}

} // namespace sterna
} // namespace ns3
