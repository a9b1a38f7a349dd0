/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_DQN_AGENT_H
#define STERNA_DQN_AGENT_H

#include "sterna-adam.h"
#include "sterna-agent.h"
#include "sterna-generator.h"
#include "sterna-prioritized-replay.h"
#include "sterna-q-network.h"
#include "sterna-replay-buffer.h"

#include "ns3/traced-callback.h"

#include <memory>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Deep Q-network (Mnih et al., 2015), with Double Q-learning (van Hasselt et al., 2016), dueling
 * networks (Wang et al., 2016) and prioritised replay (Schaul et al., 2016) as Attributes; written
 * by hand on QNetwork and Adam.
 *
 * The class is registered under four names, which differ in the initial values of three Attributes
 * (the table is in sterna-dqn-family.cc): `DqnAgent` has none of them, `DoubleDqnAgent` has Double,
 * `DuelingDqnAgent` has Dueling, and `PsddqnAgent` has Double and Prioritized. Every Attribute can
 * be set under each name. CreateObject<DqnAgent>() makes the first; ObjectFactory makes all.
 *
 * One actor chooses among a fixed number of choices. With PerChoice the features end in one block
 * per choice, and the policy fits other numbers of choices (see QNetwork). Each Learn() stores a
 * transition; every TrainInterval transitions, from LearningStarts on, GradientSteps batches move
 * Q(s, a) towards r + Discount * max over the valid a' of Q_target(s', a'). A termination, or a
 * next state without a valid choice, ends the bootstrap; a time limit does not. The target network
 * equals the online one at the start and after every TargetUpdate transitions.
 *
 * The loss is half the squared error, times the replay's weight, and the gradient's norm is limited to 10. With Huber it is
 * linear above an error of 1 instead, which suits rewards with outliers but follows the median:
 * rare terminations then count too little, and values may grow without bound (CartPole shows it).
 *
 * Exploration falls linearly with the number of transitions and draws among the valid choices. The
 * correction exponent of prioritised replay rises linearly from BetaStart to 1 over BetaSteps.
 *
 * AssignStreams() comes before Configure(), which draws the initial weights. The agent continues
 * from one draw of its stream with a Generator, so that a checkpoint resumes to the same bytes
 * (same binary, same machine type).
 */
class DqnAgent : public Agent
{
  public:
    /// Signature of the trace source Loss: transitions seen, loss of the batch.
    typedef void (*LossTracedCallback)(uint64_t steps, double loss);

    /// How a gradient becomes a step.
    enum Optimizer
    {
        ADAM,
        SGD //!< p <- p - LearningRate g
    };

    static TypeId GetTypeId();
    DqnAgent();

    void Configure(const AgentSpaces& spaces) override;
    /// A choice is -1 if no choice is valid or if a valid one's value is NaN.
    Action Act(const Observation& observation, Mode mode) override;
    void Learn(const Transition& transition) override;
    /// Writes kind `q` of FrozenPolicy, with an example of input and output.
    void SavePolicy(const std::string& path,
                    const std::map<std::string, std::string>& metadata) const override;
    void SaveCheckpoint(const std::string& path) const override;
    /**
     * Throws InputError if the file does not fit this agent's shapes and Attributes. The agent is
     * then to be discarded or configured anew.
     */
    void LoadCheckpoint(const std::string& path) override;
    int64_t AssignStreams(int64_t stream) override;

    /**
     * What Q(s, a) is moved towards, one value per sample.
     * \param nextOnline values that select the next choice (batch x choices)
     * \param nextTarget values that judge it; for plain DQN the same matrix
     * \param batch rewards, next masks, terminations
     */
    static Eigen::VectorXf GetTargets(const RowMatrixXf& nextOnline,
                                      const RowMatrixXf& nextTarget,
                                      const ReplayBatch& batch,
                                      float discount);

    /// The online network's values of all choices.
    const Eigen::VectorXf& GetValues(const Eigen::VectorXf& features);

  private:
    /// Registers a member of the family: a name, and what it starts with.
    static TypeId Describe(const char* name, bool isDouble, bool dueling, bool prioritized);

    void DoDispose() override;
    QNetwork::Layout GetLayout() const;
    void CheckTransition(const Transition& transition) const;
    int Explore(const Observation& observation);
    double GetEpsilon() const;
    void Train();
    /// GetTargets() of the batch.
    Eigen::VectorXf ComputeTargets();
    /// Moves the online network down the gradient.
    void Descend();
    /// d loss / d values of the chosen choices; the others have none.
    void FillGradient(const Eigen::VectorXf& errors);
    /// All that a checkpoint must agree on with the agent that reads it.
    std::map<std::string, std::string> GetSignature() const;
    /// Throws InputError if a checkpoint's signature is another one.
    void CheckSignature(const Safetensors& file, const std::string& path) const;

    double m_learningRate;
    double m_discount;
    uint32_t m_batchSize;
    uint32_t m_replayCapacity;
    uint32_t m_targetUpdate;
    uint32_t m_trainInterval;
    uint32_t m_gradientSteps;
    uint32_t m_learningStarts;
    double m_epsilonStart;
    double m_epsilonEnd;
    uint32_t m_epsilonDecaySteps;
    double m_priorityExponent;
    double m_betaStart;
    uint32_t m_betaSteps;
    std::string m_hiddenLayers;
    Optimizer m_optimizer;
    bool m_double;
    bool m_dueling;
    bool m_perChoice;
    bool m_prioritized;
    bool m_huber;

    AgentSpaces m_spaces;
    uint64_t m_steps{0}; //!< transitions seen
    QNetwork m_online;
    QNetwork m_target;
    Adam m_adam;
    std::unique_ptr<ReplayBuffer> m_replay;
    std::unique_ptr<PrioritizedReplay> m_priorities; //!< null: uniform draws
    Ptr<UniformRandomVariable> m_stream;
    Generator m_random;

    PrioritizedReplay::Draw m_draw; //!< buffers reused by every training step
    ReplayBatch m_batch;
    Eigen::VectorXf m_valueGradient;
    Eigen::VectorXf m_gradient;
    QNetwork::Workspace m_onlineWorkspace;
    QNetwork::Workspace m_nextWorkspace;
    QNetwork::Workspace m_targetWorkspace;
    QNetwork::Workspace m_actWorkspace;

    /// Fired after every training step: transitions seen, loss of the batch.
    TracedCallback<uint64_t, double> m_lossTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_DQN_AGENT_H */
