/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-wolpertinger-learner.h"

#include "sterna-neighbours.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaWolpertingerLearner");

using Copy = ActorCritic::Copy;

WolpertingerLearner::WolpertingerLearner(const WolpertingerSettings& settings)
    : m_settings(settings),
      m_networks(settings.networks),
      m_replay(settings.replayCapacity, settings.networks.features, settings.networks.action, 0),
      m_nextChoices(settings.ranksNextChoices ? settings.replayCapacity : 0,
                    settings.networks.action,
                    settings.targetCandidates),
      m_normalizer(settings.networks.features),
      m_slots(settings.batchSize)
{
    const Eigen::Index perSample =
        settings.ranksNextChoices ? std::min(settings.neighbours, settings.targetCandidates) : 1;
    m_actions.resize(settings.batchSize * perSample, settings.networks.action);
}

void
WolpertingerLearner::Initialize(Ptr<UniformRandomVariable> stream)
{
    m_networks.Initialize(stream);
    m_generator.Seed(stream);
}

const Eigen::VectorXf&
WolpertingerLearner::Normalize(const Eigen::VectorXf& features)
{
    if (!m_settings.normalizeFeatures)
    {
        return features;
    }
    m_normalizer.Apply(features, m_normalized);
    return m_normalized;
}

void
WolpertingerLearner::Add(const Eigen::VectorXf& features,
                         const Eigen::VectorXf& action,
                         float reward,
                         const Eigen::VectorXf& nextFeatures,
                         const RowMatrixXf& nextChoices,
                         const std::vector<Eigen::Index>& nextValid,
                         bool terminated)
{
    if (m_settings.normalizeFeatures)
    {
        m_normalizer.Update(features);
    }
    const Eigen::Index slot =
        m_replay.Push(features, action, reward, nextFeatures, nullptr, terminated);
    if (m_settings.ranksNextChoices)
    {
        m_nextChoices.Set(slot, nextChoices, nextValid, m_generator);
    }
    ++m_transitions;
}

WolpertingerLearner::Losses
WolpertingerLearner::Train()
{
    m_replay.DrawSlots(m_generator, m_slots);
    m_replay.Gather(m_slots, m_batch);
    if (m_settings.normalizeFeatures)
    {
        m_normalizer.ApplyBatch(m_batch.features);
        m_normalizer.ApplyBatch(m_batch.nextFeatures);
    }
    Losses losses{};
    losses.critic = m_networks.TrainCritic(m_batch.features, m_batch.actions, Targets());
    losses.actor = m_networks.TrainActor(m_batch.features);
    m_networks.UpdateTargets();
    NS_LOG_LOGIC("critic loss " << losses.critic << ", actor loss " << losses.actor);
    return losses;
}

Eigen::VectorXf
WolpertingerLearner::Targets()
{
    const auto scale = static_cast<float>(m_settings.rewardScale);
    const auto discount = static_cast<float>(m_settings.discount);
    return scale * m_batch.rewards.array() +
           discount * (1.0f - m_batch.terminated.array()) * NextValues().array();
}

Eigen::VectorXf
WolpertingerLearner::NextValues()
{
    const RowMatrixXf& next = m_batch.nextFeatures;
    const RowMatrixXf protos = m_networks.Actions(Copy::TARGET, next);
    m_owners.clear();
    for (Eigen::Index i = 0; i < next.rows(); ++i)
    {
        if (m_settings.ranksNextChoices)
        {
            AddNeighbours(i, protos.row(i));
        }
        if (m_owners.empty() || m_owners.back() != i)
        {
            AddAction(i, protos.row(i));
        }
    }
    const RowMatrixXf actions = m_actions.topRows(static_cast<Eigen::Index>(m_owners.size()));
    const Eigen::VectorXf values = m_networks.Values(Copy::TARGET, next, actions, m_owners);
    Eigen::VectorXf best =
        Eigen::VectorXf::Constant(next.rows(), -std::numeric_limits<float>::infinity());
    for (Eigen::Index j = 0; j < values.size(); ++j)
    {
        best(m_owners[j]) = std::max(best(m_owners[j]), values(j));
    }
    return best;
}

void
WolpertingerLearner::AddNeighbours(Eigen::Index i, const Eigen::VectorXf& proto)
{
    const Eigen::Index offered = m_nextChoices.Get(m_slots[i], m_candidates);
    if (offered == 0)
    {
        return;
    }
    // Of a subset, proportionally fewer neighbours cover the same part of the embedding.
    const double share = static_cast<double>(m_candidates.rows()) / static_cast<double>(offered);
    const auto wanted = std::lround(static_cast<double>(m_settings.neighbours) * share);
    for (const Eigen::Index row :
         NearestRows(m_candidates, nullptr, proto, std::max<Eigen::Index>(1, wanted)))
    {
        AddAction(i, m_candidates.row(row));
    }
}

void
WolpertingerLearner::AddAction(Eigen::Index owner,
                               const Eigen::Ref<const Eigen::RowVectorXf>& action)
{
    m_actions.row(static_cast<Eigen::Index>(m_owners.size())) = action;
    m_owners.push_back(owner);
}

int64_t
WolpertingerLearner::GetTransitions() const
{
    return m_transitions;
}

const ActorCritic&
WolpertingerLearner::GetNetworks() const
{
    return m_networks;
}

ActorCritic&
WolpertingerLearner::GetNetworks()
{
    return m_networks;
}

const FeatureNormalizer&
WolpertingerLearner::GetNormalizer() const
{
    return m_normalizer;
}

void
WolpertingerLearner::Store(Safetensors& file) const
{
    file.metadata["transitions"] = std::to_string(m_transitions);
    file.metadata["generator.replay"] = m_generator.GetState();
    m_networks.Store(file);
    m_normalizer.Store(file);
    m_replay.Store(file, "replay");
    if (m_settings.ranksNextChoices)
    {
        m_nextChoices.Store(file, "next-choices", m_replay.GetSize());
    }
}

void
WolpertingerLearner::Load(const Safetensors& file, const std::string& path)
{
    m_transitions = file.GetCount("transitions", path);
    m_generator.SetState(file.GetMetadata("generator.replay", path));
    m_networks.Load(file, path);
    m_normalizer.Load(file, path);
    m_replay.Load(file, "replay", path);
    if (m_settings.ranksNextChoices)
    {
        m_nextChoices.Load(file, "next-choices", m_replay.GetSize(), path);
    }
}

} // namespace sterna
} // namespace ns3
