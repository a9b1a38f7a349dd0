/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_META_INITIALIZATION_H
#define STERNA_META_INITIALIZATION_H

#include "sterna-adam.h"
#include "sterna-agent.h"
#include "sterna-maml.h"
#include "sterna-safetensors.h"
#include "sterna-task-average.h"

#include "ns3/object.h"
#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <map>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The parameters from which the actors and critics of all tasks begin: what AC-MAML, a rival of EMCL
 * in Section V of Yuan et al., 2022, learns (Finn, Abbeel and Levine, 2017; see MetaGradient()).
 *
 * During meta training, each of `Tasks` AcMamlAgents contributes the meta-gradient of its task in
 * each step; when all have, the parameters take one step of Adam down the mean. During online
 * learning they are `Frozen`. The first ones come from one ns-3 stream, or, with their hidden layers,
 * from the file that `Weights` names.
 */
class MetaInitialization : public Object
{
  public:
    static TypeId GetTypeId();

    /// Receives a loss.
    typedef void (*LossTracedCallback)(double loss);

    MetaInitialization();
    ~MetaInitialization() override;

    /**
     * Fixes the shapes; every agent calls it. Throws InputError if they differ from those of an
     * earlier call or of the file, or if the file cannot be read.
     */
    void Configure(const AgentSpaces& spaces);
    /// \return the number of a task: 0, 1, ...
    uint32_t Join();

    const MamlNetworks& GetNetworks() const;
    MamlRule GetRule() const;
    uint32_t GetInnerSteps() const;
    bool IsFrozen() const;

    /**
     * Takes one task into account, and moves once every task has contributed. A task that
     * contributes a second time before that closes the round without those that did not.
     */
    void Contribute(uint32_t task, const MamlStep& step);

    /// Adds the parameters to a policy; `Weights` reads them.
    void Store(Safetensors& file) const;
    /// Writes a file that holds the initialisation alone.
    void SaveWeights(const std::string& path,
                     const std::map<std::string, std::string>& metadata) const;

    /// Adds parameters, optimiser and the open round to a checkpoint.
    void StoreCheckpoint(Safetensors& file) const;
    /// Reads what StoreCheckpoint() wrote; if it throws, nothing has changed.
    void LoadCheckpoint(const Safetensors& file, const std::string& path);

    /// \return the number of streams used
    int64_t AssignStreams(int64_t stream);

  private:
    /// All that is learned.
    struct State
    {
        bool started{false}; //!< whether there are parameters
        MamlNetworks networks;
        Adam adam; //!< over the actor's parameters, then the critic's
        TaskAverage round;
    };

    /// A state around networks, which need no parameters yet.
    State MakeState(const MamlNetworks& networks) const;
    State& Started() const;
    /// Networks of the sizes that the attributes say.
    MamlNetworks MakeNetworks(const AgentSpaces& spaces) const;
    /// Networks of any hidden layers; throws InputError if the file's do not fit the spaces.
    static MamlNetworks LoadNetworks(const AgentSpaces& spaces,
                                     const Safetensors& file,
                                     const std::string& path);
    void Update();

    AgentSpaces m_spaces;
    mutable State m_state;
    uint32_t m_joined{0};
    Ptr<UniformRandomVariable> m_stream;

    uint32_t m_tasks;
    double m_rate;
    double m_innerRate;
    uint32_t m_innerSteps;
    double m_innerClip;
    bool m_secondOrder;
    std::string m_hiddenLayers;
    double m_gradientClip;
    bool m_frozen;
    std::string m_path; //!< Attribute Weights

    TracedCallback<double> m_loss;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_META_INITIALIZATION_H */
