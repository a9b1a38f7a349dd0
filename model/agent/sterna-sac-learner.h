/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SAC_LEARNER_H
#define STERNA_SAC_LEARNER_H

#include "sterna-adam.h"
#include "sterna-generator.h"
#include "sterna-hybrid-critic.h"
#include "sterna-hybrid-policy.h"
#include "sterna-hybrid-replay.h"
#include "sterna-safetensors.h"

#include "ns3/random-variable-stream.h"

#include <Eigen/Core>
#include <array>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Sizes and rates of a SacLearner; SacAgent's Attributes explain them.
struct SacSettings
{
    AgentSpaces spaces;
    std::vector<Eigen::Index> hidden;
    Eigen::Index replayCapacity{100000};
    Eigen::Index batchSize{256};
    double learningRate{3e-4};
    double discount{0.99};
    double tau{0.005};
    double gradientClip{0.0};
    double choiceEntropy{0.98};       //!< target, as a share of log(valid choices)
    double parameterEntropy{-1.0};    //!< target per parameter
    double choiceTemperature{1.0};    //!< at first
    double parameterTemperature{1.0}; //!< at first
    bool learnTemperatures{true};
};

/**
 * \ingroup sterna
 * What a SacAgent learns with: policy, twin critics and their targets, temperatures, replay, and
 * one training step of soft actor-critic (Haarnoja et al., 2018, with learned temperatures; hybrid
 * actions as in Delalleau et al., 2019).
 *
 * With H the entropy of all actors' choices and log p the density of their parameters, both at a
 * state, with E Q_k the value of critic k expected over all choices (exactly), and with parameters
 * x drawn from the policy:
 *
 *     y    = r + discount (min_k E Q_k,target(s', ., x') + alpha H(s') - beta log p(x' | s'))
 *     L_k  = mean of (Q_k(s, a, x) - y)^2 / 2
 *     J    = mean of beta log p(x | s) - alpha H(s) - min_k E Q_k(s, ., x)
 *     L_alpha = log alpha  mean of (H - choiceEntropy  sum of log(valid choices))
 *     L_beta  = log beta  mean of (-log p - parameterEntropy  parameters of actors that act)
 *
 * In y the policy is the current one: it has no target. A termination leaves y = r; a time limit
 * does not. In J the gradient passes through x to the policy (x = tanh(mean + deviation noise)), the
 * critics being constants; in the last two lines H and log p are. Each step moves both critics, then
 * the policy, then the temperatures, then the target critics by tau.
 */
class SacLearner
{
  public:
    /// The losses of one training step, each before its update.
    struct Losses
    {
        double critic; //!< mean of the twins'
        double actor;
    };

    /// Temperatures in this order.
    enum Temperature
    {
        CHOICES,   //!< alpha
        PARAMETERS //!< beta
    };

    /// All weights are 0 until Initialize() or Load().
    explicit SacLearner(const SacSettings& settings);
    /// Draws the weights from the stream, then the key of the learner's generator.
    void Initialize(Ptr<UniformRandomVariable> stream);

    /// Keeps a transition.
    void Add(const Transition& transition);
    /// One training step on a batch drawn from the replay.
    Losses Train();

    HybridPolicy& GetPolicy();
    const HybridPolicy& GetPolicy() const;
    /// \param twin 0 or 1
    HybridCritic& GetCritic(int twin);
    HybridCritic& GetTarget(int twin);
    double GetTemperature(Temperature which) const;
    const HybridReplay& GetReplay() const;

    /// y of every sample. \param noise of the next parameters (batch x actors parameters)
    Eigen::VectorXf Targets(HybridBatch& batch, const RowMatrixXf& noise);
    /// L_k and its gradient.
    double CriticGradient(int twin,
                          const HybridBatch& batch,
                          const Eigen::VectorXf& targets,
                          Eigen::VectorXf& gradient);
    /// J and its gradient. \param noise of the parameters (batch x actors parameters)
    double ActorGradient(const HybridBatch& batch,
                         const RowMatrixXf& noise,
                         Eigen::VectorXf& gradient);
    /// d L / d log temperature of both, for the states of the last ActorGradient().
    Eigen::VectorXf TemperatureGradient() const;

    /// Adds everything to a checkpoint.
    void Store(Safetensors& file) const;
    /// Reads what Store() wrote; throws InputError if it does not fit.
    void Load(const Safetensors& file, const std::string& path);

  private:
    struct Critic
    {
        HybridCritic online;
        HybridCritic target;
        Adam adam;
    };

    void DrawNoise(RowMatrixXf& noise);
    void Descend(Adam& adam, Mlp& network);

    SacSettings m_settings;
    HybridPolicy m_policy;
    Adam m_policyAdam;
    std::array<Critic, 2> m_critics;
    Eigen::VectorXf m_logTemperatures;
    Adam m_temperatureAdam;
    HybridReplay m_replay;
    Generator m_generator; //!< draws batches and noise

    std::vector<Eigen::Index> m_slots; //!< buffers reused by every training step
    HybridBatch m_batch;
    RowMatrixXf m_noise;
    HybridDecisions m_decisions;     //!< at the batch's states
    HybridDecisions m_nextDecisions; //!< at the states that follow
    RowMatrixXf m_inputs;            //!< features, parameters of m_decisions
    RowMatrixXf m_probabilitySlope;
    RowMatrixXf m_parameterSlope;
    RowMatrixXf m_twinSlope;
    Eigen::VectorXf m_gradient;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SAC_LEARNER_H */
