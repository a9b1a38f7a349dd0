/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_WOLPERTINGER_LEARNER_H
#define STERNA_WOLPERTINGER_LEARNER_H

#include "sterna-actor-critic.h"
#include "sterna-candidate-memory.h"
#include "sterna-feature-normalizer.h"
#include "sterna-generator.h"
#include "sterna-mlp.h"
#include "sterna-replay-buffer.h"
#include "sterna-safetensors.h"

#include "ns3/random-variable-stream.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Sizes and rates of a WolpertingerLearner; WolpertingerAgent's Attributes explain them.
struct WolpertingerSettings
{
    ActorCriticSettings networks;
    Eigen::Index replayCapacity{10000};
    Eigen::Index batchSize{128};
    double discount{0.9};
    double rewardScale{1.0};
    bool normalizeFeatures{false};
    bool ranksNextChoices{false};       //!< whether a target's action is one of the next choices
    Eigen::Index neighbours{10};        //!< k
    Eigen::Index targetCandidates{256}; //!< most next choices kept per transition
};

/**
 * \ingroup sterna
 * What a WolpertingerAgent learns with: networks, replay, normaliser, and one training step.
 *
 * It knows actions only as points of the actor's space, be they embeddings or parameters.
 */
class WolpertingerLearner
{
  public:
    /// The losses of one training step, each before its update.
    struct Losses
    {
        double critic;
        double actor;
    };

    /// All weights are 0 until Initialize() or Load().
    explicit WolpertingerLearner(const WolpertingerSettings& settings);

    /// Draws the weights from the stream, then the key of the replay's generator.
    void Initialize(Ptr<UniformRandomVariable> stream);

    /// The features as the networks see them; valid until the next call.
    const Eigen::VectorXf& Normalize(const Eigen::VectorXf& features);

    /**
     * Keeps a transition.
     * \param nextChoices embedded choices of the next state, one per row
     * \param nextValid those that are valid, ascending
     */
    void Add(const Eigen::VectorXf& features,
             const Eigen::VectorXf& action,
             float reward,
             const Eigen::VectorXf& nextFeatures,
             const RowMatrixXf& nextChoices,
             const std::vector<Eigen::Index>& nextValid,
             bool terminated);

    /// Moves critic, actor and targets by one step, on a batch drawn from the replay.
    Losses Train();

    /// Transitions ever added.
    int64_t GetTransitions() const;
    const ActorCritic& GetNetworks() const;
    /// For setting weights from outside.
    ActorCritic& GetNetworks();
    const FeatureNormalizer& GetNormalizer() const;

    /// Adds everything to a checkpoint.
    void Store(Safetensors& file) const;
    /// Reads what Store() wrote; throws InputError if it does not fit.
    void Load(const Safetensors& file, const std::string& path);

  private:
    /// What the critic is moved towards, for each sample of the batch.
    Eigen::VectorXf Targets();
    /// The target networks' values of the batch's next states.
    Eigen::VectorXf NextValues();
    /// Adds the candidates that the target's policy considers for sample `i`.
    void AddNeighbours(Eigen::Index i, const Eigen::VectorXf& proto);
    void AddAction(Eigen::Index owner, const Eigen::Ref<const Eigen::RowVectorXf>& action);

    WolpertingerSettings m_settings;
    int64_t m_transitions{0};
    ActorCritic m_networks;
    ReplayBuffer m_replay;
    CandidateMemory m_nextChoices; //!< slot for slot beside the replay
    FeatureNormalizer m_normalizer;
    Generator m_generator; //!< draws batches, and subsets of next choices

    Eigen::VectorXf m_normalized;
    std::vector<Eigen::Index> m_slots; //!< where the batch lies in the replay
    ReplayBatch m_batch;
    RowMatrixXf m_candidates;           //!< next choices of one sample
    RowMatrixXf m_actions;              //!< next actions that the target critic values
    std::vector<Eigen::Index> m_owners; //!< sample of each of them
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_WOLPERTINGER_LEARNER_H */
