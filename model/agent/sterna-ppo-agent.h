/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PPO_AGENT_H
#define STERNA_PPO_AGENT_H

#include "sterna-adam.h"
#include "sterna-agent.h"
#include "sterna-feature-normalizer.h"
#include "sterna-generator.h"
#include "sterna-mlp.h"
#include "sterna-policy-networks.h"
#include "sterna-ppo-loss.h"
#include "sterna-reward-scaler.h"
#include "sterna-rollout.h"

#include "ns3/traced-callback.h"

#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// One update of a PpoAgent: means over its minibatches, but for the explained variance.
struct PpoUpdate
{
    uint64_t steps{0};           //!< transitions seen
    double learningRate{0};      //!< Adam's step size
    double policyLoss{0};        //!< the clipped surrogate
    double valueLoss{0};         //!< half the squared error
    double entropy{0};           //!< of a sample
    double clipFraction{0};      //!< see PpoLoss
    double approximateKl{0};     //!< see PpoLoss
    double explainedVariance{0}; //!< how well the critic foresaw the returns, before the update
};

/**
 * \ingroup sterna
 * Proximal policy optimisation (Schulman et al., 2017) of one or many actors that choose, set
 * parameters, or do both (hybrid PPO), with the graph encoders of the GATE-HPPO paper.
 *
 * The class is registered under five names, which differ in the initial values of some Attributes
 * (the table is in sterna-ppo-family.cc): `PpoAgent` chooses only; `HppoAgent` also sets parameters;
 * `GhppoAgent`, `GatHppoAgent` and `GateHppoAgent` see a graph. See PolicyNetworks for the encoders,
 * GetPpoLoss() for the loss, GetAdvantages() for the advantages.
 *
 * Learn() collects `Horizon` transitions, over the ends of episodes, and then updates: `Epochs`
 * times all of them in random order, in `Minibatches` parts, one step of Adam for each. What the
 * policy thought of its actions and the critic of the states is computed when the rollout is full,
 * with the weights that were in force throughout it; so Act() has nothing to remember, and actions
 * may have been drawn anywhere. Transition::truncated tells where a time limit ended an episode.
 * Transition::actorRewards count with Ratio PerActor only; all else is taught by Transition::reward.
 *
 * Running statistics of observations and rewards, if used, advance once per rollout: those of the
 * observations after its update, so that all of a rollout was seen through the same ones. In a graph
 * they are one per number of a node, over all nodes of the latest step.
 *
 * With the Attribute Policy the agent only decides. Sizes of the networks are then the file's.
 *
 * AssignStreams() comes before Configure(), which draws the initial weights. The agent continues
 * from one draw of its stream with a Generator, so that a checkpoint resumes to the same bytes
 * (same binary, same machine type, one thread).
 */
class PpoAgent : public Agent
{
  public:
    /// Signature of the trace source Update.
    typedef void (*UpdateTracedCallback)(const PpoUpdate& update);

    /// What follows hidden layers.
    enum Activation
    {
        TANH,
        RELU
    };

    static TypeId GetTypeId();
    PpoAgent();

    void Configure(const AgentSpaces& spaces) override;
    /**
     * EXPLORE draws; EXPLOIT takes the most probable choice, of equal ones the first, and the mean
     * of each Beta distribution. An actor without a valid choice answers -1 and parameters of 0;
     * without choices at all the index is 0.
     */
    Action Act(const Observation& observation, Mode mode) override;
    /// Throws InputError if the transition does not fit, or if its action could not have been drawn.
    void Learn(const Transition& transition) override;
    /**
     * Writes what is needed to decide, with an example of input and output. The encoder PerChoice
     * writes kind `q` of FrozenPolicy, layout `per-choice`: its values are the logits, divided by
     * the prior's scale.
     */
    void SavePolicy(const std::string& path,
                    const std::map<std::string, std::string>& metadata) const override;
    void SaveCheckpoint(const std::string& path) const override;
    /**
     * Throws InputError if the file does not fit this agent's shapes and Attributes. The agent is
     * then to be discarded or configured anew.
     */
    void LoadCheckpoint(const std::string& path) override;
    int64_t AssignStreams(int64_t stream) override;

    /// The critic's values of an observation: one, or one per actor. Not with the Attribute Policy.
    Eigen::VectorXf GetValues(const Observation& observation) const;

  private:
    /// What a member of the family starts with.
    struct Member;
    static TypeId Describe(const Member& member);

    void DoDispose() override;
    std::string GetName() const;
    PolicyShape MakeShape(const AgentSpaces& spaces) const;
    void CheckSpaces(const AgentSpaces& spaces) const;
    void CheckObservation(const Observation& observation) const;
    void CheckTransition(const Transition& transition) const;
    bool IsGraph() const;
    /// An observation as the networks see it.
    ObservationBatch Prepare(const Observation& observation) const;
    /// The running statistics' normalisation, if it is used.
    void Normalize(ObservationBatch& batch) const;
    void UpdateNormalizer(const ObservationBatch& batch);
    int Choose(const float* logits, const float* mask, Mode mode);

    /// Learns from a full rollout and empties it.
    void Train();
    /// Old evaluations, advantages and returns of the rollout.
    PpoTargets MakeTargets(const ObservationBatch& observations, const RowMatrixXf& rewards) const;
    /// One step of Adam on some rows of the rollout. \return the loss before it
    PpoLoss Descend(const ObservationBatch& observations,
                    const PpoTargets& targets,
                    const std::vector<Eigen::Index>& rows);
    double GetLearningRate() const;

    void LoadPolicy(const AgentSpaces& spaces);
    /// The example's answers: logits, then concentrations of the first choice.
    Eigen::VectorXf GetExampleOutput(const Observation& example) const;
    /// Any observation of the spaces, always the same.
    Observation MakeExample() const;
    void StoreNetworks(Safetensors& file) const;
    void StorePerChoice(Safetensors& file) const;
    /// The sizes that a policy's file states.
    PolicyShape LoadShape(const Safetensors& file, const AgentSpaces& spaces) const;
    /// All that a checkpoint must agree on with the agent that reads it.
    std::map<std::string, std::string> GetSignature() const;

    PolicyShape::Encoder m_encoder;
    bool m_hybrid;
    std::string m_hiddenLayers;
    uint32_t m_headWidth;
    std::string m_nodeLayers;
    uint32_t m_attentionHeads;
    Activation m_activation;
    uint32_t m_horizon;
    uint32_t m_epochs;
    uint32_t m_minibatches;
    double m_learningRate;
    uint64_t m_decaySteps;
    double m_discount;
    double m_lambda;
    PpoLossSettings::Ratio m_ratio;
    double m_clip;
    bool m_clipValues;
    double m_valueCoefficient;
    double m_entropyCoefficient;
    bool m_normalizeAdvantages;
    double m_gradientNorm;
    bool m_normalizeObservations;
    bool m_scaleRewards;
    std::string m_policy; //!< path; empty: learns

    AgentSpaces m_spaces;
    uint64_t m_steps{0}; //!< transitions seen
    PolicyNetworks m_networks;
    Eigen::VectorXf m_parameters;
    Adam m_adam;
    FeatureNormalizer m_normalizer;
    RewardScaler m_scaler;
    Rollout m_rollout;
    Ptr<UniformRandomVariable> m_stream;
    Generator m_random;
    Eigen::VectorXf m_gradient;

    TracedCallback<const PpoUpdate&> m_updateTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_PPO_AGENT_H */
