/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_AGENT_H
#define STERNA_AGENT_H

#include "ns3/object.h"

#include <Eigen/Core>
#include <cstdint>
#include <map>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * What an agent may look at and choose from; a problem's encoder and decoder fill and read it.
 *
 * One action is `actors` decisions, each an index among the choices and `parameters` reals in
 * [-1, 1]. The four published systems are four fillings of these numbers:
 *  - one index among many candidate groups (1 actor, embedded choices, 0 parameters),
 *  - one index per actor, taken in turn, with masks (1 actor per call, fixed choices),
 *  - an index and two shares per user (U actors, S choices, 2 parameters),
 *  - an index and a power per independent agent (1 actor, N choices, 1 parameter).
 */
struct AgentSpaces
{
    Eigen::Index features{0};   //!< length of Observation::features
    Eigen::Index blocks{0};     //!< the last blocks x blockSize features are alike, block by block
    Eigen::Index blockSize{0};  //!< features per block; what precedes the blocks is global
    bool prior{false};          //!< a block's last feature is a first guess of its choice's value
    Eigen::Index actors{1};     //!< decisions in one action
    Eigen::Index choices{0};    //!< fixed number of choices per actor; 0: as many as embedded rows
    Eigen::Index embedding{0};  //!< columns of Observation::choices; 0: choices are not embedded
    Eigen::Index parameters{0}; //!< reals per actor, in [-1, 1]
    /// Above 0: the observation is a graph whose nodes are the choices and then the actors, over the
    /// latest `window` time steps. Features are then window x (choices + actors) x blockSize numbers,
    /// the oldest step first, and `embedding` numbers describe each pair of actor and choice now.
    Eigen::Index window{0};
};

/// What an agent sees before it acts.
struct Observation
{
    Eigen::VectorXf features; //!< state, length AgentSpaces::features
    /// Embedded choices, one per row (choices x embedding), normalised to [-1, 1]; empty if fixed.
    /// In a graph one row per pair, actor by actor (actors choices x embedding).
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> choices;
    /// Which choices are valid, (actors x choices); empty: all are.
    Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> mask;
    /// In a graph, which actor is joined to which choice (window actors x choices), the oldest step
    /// first; empty otherwise.
    Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> edges;
};

/// What an agent answers: per actor an index and its parameters.
struct Action
{
    Eigen::VectorXi choice;     //!< one index per actor
    Eigen::MatrixXf parameters; //!< (actors x parameters), each in [-1, 1]
};

/// What happened after an action.
struct Transition
{
    Observation observation;
    Action action; //!< the action that was executed
    float reward{0};
    Eigen::VectorXf actorRewards; //!< what each actor earned by itself; empty: all share `reward`
    Observation next;
    bool terminated{false}; //!< no bootstrap beyond; a mere time limit is not a termination
    /// A mere time limit ended the episode: `next` still has a value, but the transition that comes
    /// after this one begins elsewhere. Otherwise that one's observation is this one's `next`.
    bool truncated{false};
};

/**
 * \ingroup sterna
 * A learner or a learned policy. It knows shapes, not satellites.
 *
 * Configure() comes first. Act() must not change what is learned; Learn() takes one transition and
 * may train. Everything random comes from the streams that AssignStreams() sets.
 */
class Agent : public Object
{
  public:
    static TypeId GetTypeId();

    /// Whether Act() explores (training) or gives the best known action (evaluation).
    enum class Mode
    {
        EXPLORE,
        EXPLOIT
    };

    /**
     * Fixes the shapes. Throws InputError if this agent, or the policy file it reads, does not fit.
     */
    virtual void Configure(const AgentSpaces& spaces) = 0;
    virtual Action Act(const Observation& observation, Mode mode) = 0;
    /// A new task begins: what was learned for the last one alone is forgotten. Agents that know of
    /// no tasks ignore it.
    virtual void BeginTask();
    /// Takes one transition; agents that do not learn ignore it.
    virtual void Learn(const Transition& transition);
    /**
     * Takes note of what an action came to where nothing is to be learned from it. Agents whose
     * decisions depend on the recent past need it; all others ignore it.
     */
    virtual void Watch(const Observation& observation, const Action& action, float reward);

    /// Writes the acting part as safetensors; `metadata` joins the agent's own (see Safetensors).
    virtual void SavePolicy(const std::string& path,
                            const std::map<std::string, std::string>& metadata) const;
    /// Writes all that resuming needs (weights, optimisers, replay, generators, counters),
    /// atomically.
    virtual void SaveCheckpoint(const std::string& path) const;
    /// Reads what SaveCheckpoint() wrote, after Configure() with the same shapes.
    virtual void LoadCheckpoint(const std::string& path);

    /// \return the number of streams used
    virtual int64_t AssignStreams(int64_t stream) = 0;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_AGENT_H */
