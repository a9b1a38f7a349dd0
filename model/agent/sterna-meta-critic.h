/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_META_CRITIC_H
#define STERNA_META_CRITIC_H

#include "sterna-adam.h"
#include "sterna-agent.h"
#include "sterna-emcl-networks.h"
#include "sterna-generator.h"
#include "sterna-safetensors.h"
#include "sterna-task-average.h"

#include "ns3/object.h"
#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The meta critic of EMCL (Section IV of Yuan et al., 2022): one value network for all tasks, which
 * the tasks' actors share.
 *
 * It tells tasks apart by what lately happened in them, so it can teach the actor of a task that it
 * has never seen. During meta training, each of `Tasks` EmclAgents contributes the loss of a batch
 * in each step; when all have, omega takes one step (26) down the mean gradient, and its slow copy,
 * which values next states, follows by `Tau`. (The paper has no such copy. Without one, the network
 * chases its own values, as with every critic learnt by temporal differences.) During online
 * learning it is `Frozen`.
 *
 * Its sizes are those of its attributes, or those of the file that `Weights` names. The first weights
 * come from a generator that is seeded from one ns-3 stream.
 */
class MetaCritic : public Object
{
  public:
    static TypeId GetTypeId();

    /// Receives a loss.
    typedef void (*LossTracedCallback)(double loss);

    /// Which copy of the weights.
    enum class Copy
    {
        ONLINE,
        TARGET
    };

    MetaCritic();
    ~MetaCritic() override;

    /**
     * Fixes the shapes; every agent calls it. Throws InputError if they differ from those of an
     * earlier call or of the file, or if the file cannot be read.
     */
    void Configure(const AgentSpaces& spaces);
    /// \return the number of a task: 0, 1, ...
    uint32_t Join();

    const HybridNetwork& GetNetwork() const;
    const Eigen::VectorXf& GetWeights(Copy copy) const;
    bool IsFrozen() const;

    /// What the network makes of states and windows, see HybridNetwork::Encode().
    RowMatrixXf Encode(Copy copy,
                       const RowMatrixXf& states,
                       const Eigen::Ref<const RowMatrixXf>& steps) const;
    /// The values (32) of many actions, each with the code that `owners` says.
    Eigen::VectorXf Values(Copy copy,
                           const RowMatrixXf& codes,
                           const RowMatrixXf& actions,
                           const std::vector<Eigen::Index>& owners) const;

    /**
     * Takes the batch of one task into account, and updates omega once every task has contributed.
     * A task that contributes a second time before that closes the round without those that did not.
     */
    void Contribute(uint32_t task,
                    const RowMatrixXf& states,
                    const Eigen::Ref<const RowMatrixXf>& steps,
                    const RowMatrixXf& actions,
                    const Eigen::VectorXf& targets);

    /// Adds sizes and weights to a policy; `Weights` reads them.
    void Store(Safetensors& file) const;
    /// Writes a file that holds the meta critic alone.
    void SaveWeights(const std::string& path,
                     const std::map<std::string, std::string>& metadata) const;

    /// Adds weights, optimiser and the open round to a checkpoint.
    void StoreCheckpoint(Safetensors& file) const;
    /// Reads what StoreCheckpoint() wrote; if it throws, nothing has changed.
    void LoadCheckpoint(const Safetensors& file, const std::string& path);

    /// \return the number of streams used
    int64_t AssignStreams(int64_t stream);

  private:
    /// All that is learned.
    struct State
    {
        bool started{false}; //!< whether there are weights
        Eigen::VectorXf weights;
        Eigen::VectorXf target;
        Adam adam;
        TaskAverage round;
    };

    State MakeState() const;
    State& Started() const;
    /// The sizes that the attributes say.
    EmclShape GetShape(const AgentSpaces& spaces) const;
    void LoadWeights(const AgentSpaces& spaces);
    /// Algorithm 2, line 12.
    void Update();

    HybridNetwork m_network;
    AgentSpaces m_spaces;
    mutable State m_state;
    uint32_t m_joined{0};
    Ptr<UniformRandomVariable> m_stream;

    uint32_t m_tasks;
    double m_rate;
    double m_tau;
    uint32_t m_window;
    uint32_t m_filters;
    uint32_t m_bins;
    uint32_t m_hidden;
    uint32_t m_cells;
    uint32_t m_embedding;
    double m_gradientClip;
    bool m_frozen;
    std::string m_path; //!< Attribute Weights

    TracedCallback<double> m_loss;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_META_CRITIC_H */
