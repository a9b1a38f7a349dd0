/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SAC_AGENT_H
#define STERNA_SAC_AGENT_H

#include "sterna-agent.h"
#include "sterna-generator.h"
#include "sterna-hybrid-policy.h"
#include "sterna-sac-learner.h"
#include "sterna-safetensors.h"

#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Soft actor-critic (Haarnoja et al., 2018) for hybrid actions (Delalleau et al., 2019): any number
 * of actors, each with a choice, with parameters, or with both. Without choices it is the usual
 * continuous agent, without parameters a discrete one; written by hand on Mlp and Adam.
 *
 * HybridPolicy says what is learned, HybridCritic how the value of a joint action is taken apart,
 * and SacLearner gives the losses. Features are flat and should be of order 1.
 *
 * Each Learn() stores a transition; every TrainEvery transitions, from LearningStarts on,
 * GradientSteps batches are learned from. Until then exploration is uniform over valid choices and
 * parameters; afterwards it draws from the policy. Mode EXPLOIT takes the most probable choice and
 * the tanh of the mean. A termination ends the bootstrap; a time limit does not.
 *
 * Masks hold in training, too: an invalid choice has probability 0 and no part in values. An actor
 * without a valid choice answers -1 and parameters of 0, and contributes nothing. Such an answer of
 * an actor that had a choice is learned from as having done nothing. Where there are no choices, an
 * action's choices are 0.
 *
 * All actors share `reward`; Transition::actorRewards is not used.
 *
 * With the Attribute Policy the agent only decides, as the file says that SavePolicy() wrote:
 * HiddenLayers is then the file's, Learn() is ignored, and there are no checkpoints.
 *
 * AssignStreams() comes before Configure(), which draws the initial weights. The agent continues
 * from draws of its stream with two Generators (exploration, training), so that a checkpoint resumes
 * to the same bytes (same binary, same machine type).
 */
class SacAgent : public Agent
{
  public:
    /// Signature of the trace source Loss.
    typedef void (*LossTracedCallback)(uint64_t steps, double critic, double actor);
    /// Signature of the trace source Temperature.
    typedef void (*TemperatureTracedCallback)(uint64_t steps, double choices, double parameters);

    static TypeId GetTypeId();
    SacAgent();

    void Configure(const AgentSpaces& spaces) override;
    /// A choice is -1 if none is valid or if a valid one's logit is NaN.
    Action Act(const Observation& observation, Mode mode) override;
    void Learn(const Transition& transition) override;
    /**
     * Writes the policy's network as `actor.N.weight` and `actor.N.bias` (see Mlp; the last layer
     * is laid out as in HybridPolicy), with an example of input and output.
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

    /// What it learns with; null with the Attribute Policy.
    SacLearner* GetLearner();

  private:
    void DoDispose() override;
    void CheckSpaces(const AgentSpaces& spaces) const;
    void CheckObservation(const Observation& observation) const;
    void CheckAction(const Transition& transition) const;
    Action ActUniformly(const Observation& observation);
    /// Reads the Attribute Policy.
    void LoadPolicy();
    /// All that a policy must agree on with the agent that reads it.
    std::map<std::string, std::string> GetPolicySignature() const;
    /// All that a checkpoint must agree on with the agent that reads it.
    std::map<std::string, std::string> GetSignature() const;
    /// Throws InputError if there is no learner, and hence nothing to `what`.
    void CheckLearns(const std::string& what) const;

    std::string m_hiddenLayers;
    double m_learningRate;
    uint32_t m_batchSize;
    uint32_t m_replayCapacity;
    double m_discount;
    uint32_t m_learningStarts;
    uint32_t m_trainEvery;
    uint32_t m_gradientSteps;
    double m_tau;
    double m_gradientClip;
    double m_choiceEntropy;
    double m_parameterEntropy;
    double m_choiceTemperature;
    double m_parameterTemperature;
    bool m_learnTemperatures;
    std::string m_policyPath;

    AgentSpaces m_spaces;
    uint64_t m_steps{0};                   //!< transitions seen
    std::unique_ptr<SacLearner> m_learner; //!< null with the Attribute Policy
    HybridPolicy m_loaded;                 //!< the policy of a file
    Ptr<UniformRandomVariable> m_stream;
    Generator m_random; //!< exploration

    /// Fired after every training step.
    TracedCallback<uint64_t, double, double> m_lossTrace;
    TracedCallback<uint64_t, double, double> m_temperatureTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SAC_AGENT_H */
