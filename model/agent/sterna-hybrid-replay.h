/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_HYBRID_REPLAY_H
#define STERNA_HYBRID_REPLAY_H

#include "sterna-agent.h"
#include "sterna-generator.h"
#include "sterna-mlp.h"
#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Transitions of hybrid actions side by side, one per row.
struct HybridBatch
{
    using Choices = Eigen::Matrix<int, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    RowMatrixXf inputs; //!< features, then the executed parameters, actor by actor
    RowMatrixXf mask;   //!< 1: valid, 0: not (batch x actors choices)
    Choices choices;    //!< executed choices, -1: none (batch x actors); no columns: no choices
    Eigen::VectorXf rewards;
    Eigen::VectorXf terminated; //!< 1: no bootstrap beyond, 0: otherwise
    RowMatrixXf nextInputs;     //!< next features, then room for parameters
    RowMatrixXf nextMask;       //!< as `mask`
};

/**
 * \ingroup sterna
 * The last `capacity` transitions of an agent with choices, masks and parameters, drawn uniformly
 * with replacement.
 *
 * Long states are kept once, not twice: as long as each transition starts where the last one ended,
 * its next state is the state of the following slot. Where that fails (an episode's end that is no
 * termination), the next state is kept apart. Masks take one bit per choice. A transition with F
 * features, U actors, S choices and P parameters then takes about 4 (F + U S / 16 + U (1 + P) + 2)
 * bytes: 3 kB for 600 features, 40 actors, 8 choices and 2 parameters.
 */
class HybridReplay
{
  public:
    HybridReplay(Eigen::Index capacity, const AgentSpaces& spaces);

    /// Keeps a transition of these shapes; an actor without a choice keeps parameters of 0.
    void Push(const Transition& transition);

    /// How many transitions it holds.
    Eigen::Index GetSize() const;
    /// How many next states are kept apart.
    Eigen::Index GetSeparateStates() const;

    /// Draws slots uniformly, with replacement; the buffer must not be empty.
    void DrawSlots(Generator& random, std::vector<Eigen::Index>& slots) const;
    /// Copies the transitions of some slots into a batch, in their order.
    void Gather(const std::vector<Eigen::Index>& slots, HybridBatch& batch) const;

    /// Adds `PREFIX.rows` (the filled slots), `PREFIX.ends` and the write position to a file.
    void Store(Safetensors& file, const std::string& prefix) const;
    /// Reads what Store() wrote; throws InputError if it does not fit.
    void Load(const Safetensors& file, const std::string& prefix, const std::string& path);

  private:
    /// Where a transition's next state is; a row holds it as a number.
    enum Next
    {
        FOLLOWS = 0, //!< it is the state of the next slot
        SEPARATE,    //!< among m_ends
        NONE         //!< nobody asks: the transition terminated
    };

    /// Features and packed mask in one row.
    void Pack(const Observation& observation, float* state) const;
    /// The reverse, into a batch's row.
    void Unpack(const float* state, RowMatrixXf& inputs, RowMatrixXf& mask, Eigen::Index i) const;
    /// Columns of a row.
    Eigen::Index StateSize() const;
    Eigen::Index ActionBegin() const;

    Eigen::Index m_capacity;
    AgentSpaces m_spaces;
    Eigen::Index m_flags; //!< choices of all actors
    Eigen::Index m_words; //!< numbers that hold them
    Eigen::Index m_size{0};
    Eigen::Index m_position{0}; //!< the slot that is written next
    /// One transition per row: state, next's place, reward, choices, parameters.
    RowMatrixXf m_rows;
    std::map<Eigen::Index, Eigen::VectorXf> m_ends; //!< next states of slots marked SEPARATE
    Eigen::VectorXf m_state;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_HYBRID_REPLAY_H */
