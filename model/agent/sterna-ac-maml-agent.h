/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_AC_MAML_AGENT_H
#define STERNA_AC_MAML_AGENT_H

#include "sterna-agent.h"
#include "sterna-maml.h"
#include "sterna-meta-initialization.h"
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
 * One task of AC-MAML, a rival of EmclAgent in Section V of Yuan et al., 2022: actor-critic learning
 * whose initial parameters are meta-learned. The paper says no more of it than that; here it is
 * deterministic actor-critic learning with fully connected networks, and the choice is the one
 * nearest to the actor's point (the simple approach: `Neighbours` = 1).
 *
 * **Meta training**: one MetaInitialization with `Tasks` = I, and I agents that hold it. In every
 * step an agent adapts from the present initialisation, with one plain gradient step on each of
 * `InnerSteps` batches, acts with the adapted networks from then on, and contributes the meta-gradient
 * on one more batch. **Online learning**: the initialisation is frozen. The agent begins with it, and
 * every step takes one plain gradient step on. Without a MetaInitialization, it makes itself one: a
 * frozen one from the file `Policy`, or a new one.
 *
 * Targets are r + discount Q'(s', a'), by slow copies of the task's networks; a' is the choice
 * nearest to the slow actor's point. Mode::EXPLORE adds Gaussian noise to the point, whose deviation
 * falls linearly from NoiseStart to NoiseEnd over the NoiseDecaySteps first tuples of a task.
 *
 * All random numbers come from one generator, seeded from one ns-3 stream, whose state checkpoints
 * keep; the same streams give the same bytes on the same binary and BLAS.
 */
class AcMamlAgent : public Agent
{
  public:
    static TypeId GetTypeId();

    /// Receives a loss.
    typedef void (*LossTracedCallback)(double loss);

    AcMamlAgent();
    ~AcMamlAgent() override;

    /// As EmclAgent::Configure().
    void Configure(const AgentSpaces& spaces) override;
    Action Act(const Observation& observation, Mode mode) override;
    /// Throws InputError if the transition does not fit (see CheckTransition), or if a feature lies
    /// outside [-1, 1].
    void Learn(const Transition& transition) override;

    /// Begins a new task: from the present initialisation.
    void BeginTask() override;

    /// The file is what FrozenPolicy reads, with the initialisation beside it.
    void SavePolicy(const std::string& path,
                    const std::map<std::string, std::string>& metadata) const override;
    void SaveCheckpoint(const std::string& path) const override;
    /// If it throws, the agent is as it was before.
    void LoadCheckpoint(const std::string& path) override;
    int64_t AssignStreams(int64_t stream) override;

    /// The initialisation; one is made if there is none.
    Ptr<MetaInitialization> GetMetaInitialization() const;

  private:
    struct State;

    std::unique_ptr<State> MakeState() const;
    State& Started() const;
    void Train();
    /// A batch of the present task with its targets. \return whether there was one
    bool Draw(MamlBatch& batch);
    double NoiseDeviation() const;

    AgentSpaces m_spaces;
    mutable Ptr<MetaInitialization> m_initialization;
    mutable bool m_ownsInitialization{false};
    uint32_t m_task{0};
    std::unique_ptr<State> m_state;
    Ptr<UniformRandomVariable> m_stream;

    uint32_t m_neighbours;
    double m_discount;
    double m_tau;
    uint32_t m_batchSize;
    uint32_t m_capacity;
    uint32_t m_learningStarts;
    uint32_t m_trainInterval;
    double m_rewardScale;
    double m_noiseStart;
    double m_noiseEnd;
    uint32_t m_noiseDecaySteps;
    uint32_t m_targetCandidates;
    std::string m_path; //!< Attribute Policy

    TracedCallback<double> m_criticLoss;
    TracedCallback<double> m_actorLoss;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_AC_MAML_AGENT_H */
