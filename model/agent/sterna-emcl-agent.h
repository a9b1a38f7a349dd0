/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_EMCL_AGENT_H
#define STERNA_EMCL_AGENT_H

#include "sterna-agent.h"
#include "sterna-emcl-networks.h"
#include "sterna-meta-critic.h"
#include "sterna-trajectory-memory.h"

#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * One task of enhanced meta-critic learning (EMCL): Algorithm 2 of Yuan et al., 2022.
 *
 * The agent is a task-specific stochastic actor (33)(34) with a memory; what values its actions is
 * the MetaCritic, which it shares with the agents of other tasks. A sample of the policy is a
 * proto-action in the embedding's space; of the `Neighbours` valid choices nearest to it, the one
 * that the meta critic values most is executed (the Wolpertinger approach; 1 neighbour is the
 * paper's ablation without it).
 *
 * **Meta training**: one MetaCritic with `Tasks` = I, and I agents that hold it; per slot each
 * agent's Act(), then each one's Learn() (or one agent after the other: what counts is that every
 * agent learns once per slot). BeginTask() gives an agent a new task: new theta, empty memory.
 * **Online learning**: one agent whose meta critic is frozen. With the attribute `Policy` and no
 * MetaCritic the agent makes itself a frozen one from that file. Without either it makes itself a
 * new one, and is an actor-critic learner that looks at the recent past.
 *
 * What differs from the paper: the temporal difference (see HybridNetwork), a slow copy of omega
 * (see MetaCritic), a baseline in (29), and omega is kept from one learning episode to the next,
 * where line 3 would initialise it anew, and with it forget. Targets use the mean of the policy at
 * s' and no noise, and the full Wolpertinger policy. Theta and omega take steps of Adam. Eq. (29)
 * values the proto-action: the neighbours are not differentiated.
 *
 * Transitions of one task must follow each other: the window that identifies it is made of them.
 * Mode::EXPLORE samples the Gaussian, Mode::EXPLOIT takes its mean. If no choice is valid, or if a
 * value that decides is NaN, the choice is -1, which the caller refuses. Where nothing is learned,
 * Watch() keeps the window.
 *
 * All random numbers come from one generator, seeded from one ns-3 stream, whose state checkpoints
 * keep. The same streams give the same bytes on the same binary and BLAS. A checkpoint holds the
 * meta critic, too, as it is at that time.
 */
class EmclAgent : public Agent
{
  public:
    static TypeId GetTypeId();

    /// Receives a loss.
    typedef void (*LossTracedCallback)(double loss);

    EmclAgent();
    ~EmclAgent() override;

    /**
     * With the spaces that it has already, the agent stays as it is. Throws InputError if the spaces
     * are not those of one actor with embedded choices, or if they, or the file, do not fit the meta
     * critic.
     */
    void Configure(const AgentSpaces& spaces) override;
    Action Act(const Observation& observation, Mode mode) override;
    /// Throws InputError if the transition does not fit (see CheckTransition), or if a feature lies
    /// outside [-1, 1].
    void Learn(const Transition& transition) override;
    void Watch(const Observation& observation, const Action& action, float reward) override;

    /// Begins a new task: the actor as it was at first (drawn anew, or that of the file), no past.
    void BeginTask() override;

    /// The file is what the attribute Policy reads: this agent's actor and the meta critic.
    void SavePolicy(const std::string& path,
                    const std::map<std::string, std::string>& metadata) const override;
    void SaveCheckpoint(const std::string& path) const override;
    /// If it throws, the agent is as it was before.
    void LoadCheckpoint(const std::string& path) override;
    int64_t AssignStreams(int64_t stream) override;

    /// The meta critic; one is made if there is none.
    Ptr<MetaCritic> GetMetaCritic() const;

    /**
     * What the networks give: mean and deviation of the policy, then the value of every row of
     * `choices` (for tests and for those who look inside).
     * \param steps the window, `Window` rows, the oldest first
     */
    Eigen::VectorXf Evaluate(const Eigen::VectorXf& features,
                             const RowMatrixXf& steps,
                             const RowMatrixXf& choices) const;
    /// The window that the next decision sees.
    RowMatrixXf GetWindow() const;

  private:
    struct State;

    std::unique_ptr<State> MakeState() const;
    State& Started() const;
    void LoadPolicy();
    void CheckExample(const Safetensors& file) const;
    void AddExample(Safetensors& file) const;

    /// Algorithm 2, lines 10 and 12, or 23.
    void Train();
    /// Line 10: theta by (27).
    void UpdateActor();
    /// r + discount Q(s', a', D'), one per row of the batch.
    Eigen::VectorXf Targets();
    Eigen::VectorXf Sample(const RowMatrixXf& policy, Mode mode) const;

    AgentSpaces m_spaces;
    GaussianActor m_actor;
    mutable Ptr<MetaCritic> m_critic;
    mutable bool m_ownsCritic{false};
    uint32_t m_task{0};
    Eigen::VectorXf m_savedActor; //!< theta of the file; empty: none
    std::unique_ptr<State> m_state;
    Ptr<UniformRandomVariable> m_stream;

    uint32_t m_neighbours;
    GaussianActor::Estimator m_estimator;
    uint32_t m_samples;
    double m_rate;
    double m_discount;
    uint32_t m_batchSize;
    uint32_t m_capacity;
    uint32_t m_learningStarts;
    uint32_t m_trainInterval;
    double m_smallestDeviation;
    double m_largestDeviation;
    double m_gradientClip;
    double m_rewardScale;
    bool m_oldTasks;
    uint32_t m_targetCandidates;
    std::string m_path; //!< Attribute Policy
    bool m_policyActor;

    TracedCallback<double> m_loss;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_EMCL_AGENT_H */
