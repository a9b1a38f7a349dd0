/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_WOLPERTINGER_AGENT_H
#define STERNA_WOLPERTINGER_AGENT_H

#include "sterna-agent.h"
#include "sterna-mlp.h"

#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Deterministic actor-critic learning with the Wolpertinger action mapping.
 *
 * The learner is DDPG (Lillicrap et al., 2016): an actor that gives a point in [-1, 1]^n, a critic
 * that values (features, point), slow copies of both, and a replay memory. What the point means
 * depends on the spaces (one actor):
 *  - **embedded choices** (embedding > 0, parameters = 0): the point is a proto-action. Of the k
 *    valid choices nearest to it, the one that the critic values most is executed (Dulac-Arnold et
 *    al., 2015; Section IV-B-2 of Yuan et al., 2022). k = 1 is the paper's simple approach, k =
 *    all choices its greedy one. The embedding of the executed choice is what the critic learns
 *    from; the actor follows the critic's gradient at its own proto-action.
 *  - **parameters** (embedding = 0, parameters > 0): the point is the action: plain DDPG.
 *
 * Mode::EXPLORE takes uniformly random valid actions until LearningStarts transitions have been
 * learned from; then it adds clipped Gaussian noise to the point, and with probability RandomChoice
 * takes a random valid choice. Mode::EXPLOIT does neither. If nothing is valid, or if a value that
 * decides is NaN, the choice is -1, which the caller refuses.
 *
 * Learn() learns from the action that was **executed**, whoever chose it. The target of the critic
 * is RewardScale r + Discount Q'(s', a'), or RewardScale r after a termination. With
 * FullPolicyTarget, a' is what the target networks' Wolpertinger policy chooses at s'; otherwise,
 * and if s' has no valid choice, it is the target actor's proto-action. No noise enters a'. Of more
 * than TargetCandidates choices at s', a random subset is kept; k then shrinks in proportion, so
 * that the neighbours cover the same part of the embedding.
 *
 * All random numbers come from one ns-3 stream: the first weights directly, and the seeds of two
 * generators whose states checkpoints keep (exploration; sampling). LibTorch draws none. The same
 * streams give the same bytes on the same binary and BLAS. Streams count if they are assigned
 * before the first Act(), Learn() or Save...().
 */
class WolpertingerAgent : public Agent
{
  public:
    static TypeId GetTypeId();

    /// Receives a loss.
    typedef void (*LossTracedCallback)(double loss);

    WolpertingerAgent();
    ~WolpertingerAgent() override;

    /// Throws InputError if the spaces are neither of the two kinds, or HiddenLayers is unreadable.
    void Configure(const AgentSpaces& spaces) override;
    /// Throws InputError if the observation's shape is not the configured one.
    Action Act(const Observation& observation, Mode mode) override;
    /**
     * Throws InputError if the transition's shape is not the configured one, if the executed choice
     * is not one of the choices, if an embedding or a parameter lies outside [-1, 1], or if a
     * number is not finite.
     */
    void Learn(const Transition& transition) override;

    /// The file is what FrozenPolicy reads: kind `wolpertinger` or `actor`, with an example.
    void SavePolicy(const std::string& path,
                    const std::map<std::string, std::string>& metadata) const override;
    void SaveCheckpoint(const std::string& path) const override;
    /// If it throws, the agent is as it was before.
    void LoadCheckpoint(const std::string& path) override;
    int64_t AssignStreams(int64_t stream) override;

  protected:
    /**
     * Adds this class's attributes and trace sources to the TypeId of a class derived from it, whose
     * default number of neighbours differs. (ns-3 knows no other default for an inherited attribute:
     * therefore the TypeId of such a class is a child of Agent's.)
     */
    static TypeId AddAttributes(TypeId tid, uint32_t neighbours);

  private:
    struct State;

    bool IsEmbedded() const;
    /// A state of the configured shapes, without weights.
    std::unique_ptr<State> MakeState() const;
    /// The state, with weights and generators drawn at the first call.
    State& Started() const;
    void CheckConfigured() const;

    /// The actor's point, with noise if it explores.
    Eigen::VectorXf Point(const Eigen::VectorXf& features, Mode mode) const;
    double NoiseDeviation() const;
    /// Whether this action is to be drawn uniformly.
    bool DrawsAtRandom(Mode mode) const;
    int ActEmbedded(const Observation& observation, Mode mode) const;
    Eigen::VectorXf ActContinuous(const Observation& observation, Mode mode) const;

    /// Tensors `example.*`, computed by LibTorch.
    void AddExample(Safetensors& file) const;

    AgentSpaces m_spaces;
    Eigen::Index m_action{0}; //!< length of the actor's output
    std::unique_ptr<State> m_state;
    Ptr<UniformRandomVariable> m_stream;

    double m_actorRate;
    double m_criticRate;
    double m_discount;
    double m_tau;
    uint32_t m_batchSize;
    uint32_t m_replayCapacity;
    std::string m_hiddenLayers;
    uint32_t m_learningStarts;
    uint32_t m_trainInterval;
    uint32_t m_neighbours;
    double m_gradientClip;
    double m_rewardScale;
    bool m_normalizeFeatures;
    double m_noiseStart;
    double m_noiseEnd;
    uint32_t m_noiseDecaySteps;
    double m_randomChoice;
    bool m_fullPolicyTarget;
    uint32_t m_targetCandidates;

    TracedCallback<double> m_criticLoss;
    TracedCallback<double> m_actorLoss;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_WOLPERTINGER_AGENT_H */
