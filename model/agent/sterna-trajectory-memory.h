/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_TRAJECTORY_MEMORY_H
#define STERNA_TRAJECTORY_MEMORY_H

#include "sterna-agent.h"
#include "sterna-candidate-memory.h"
#include "sterna-generator.h"
#include "sterna-mlp.h"
#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Sizes of a TrajectoryMemory.
struct TrajectorySettings
{
    AgentSpaces spaces;
    Eigen::Index capacity{10000}; //!< tuples
    Eigen::Index window{10};      //!< steps of a window; 0: there are no windows
    Eigen::Index candidates{256}; //!< most choices kept per state
};

/// Some tuples, one per row, with their windows.
struct TrajectoryBatch
{
    RowMatrixXf states;
    RowMatrixXf actions;
    Eigen::VectorXf rewards;
    RowMatrixXf nextStates;     //!< 0 after a termination
    Eigen::VectorXf terminated; //!< 1: no bootstrap beyond, 0: otherwise
    /**
     * Row `j * batch + i`: step t_i - window + j of sample i, j = 0 ... window. So the upper
     * window * batch rows are D_[t-window, t-1], the lower ones D_[t-window+1, t]. A step that lies
     * before the first tuple is 0.
     */
    RowMatrixXf steps;
};

/**
 * \ingroup sterna
 * The last tuples (s_t, a_t, r_t) of one task after the other, in the order in which they happened.
 *
 * Algorithm 2 of Yuan et al., 2022, needs of a tuple its next state, and the window
 * D_[t - window, t - 1] of the tuples that strictly precede it. Both are tuples of the same memory:
 * every state is kept once, in 16 bits per number, and a window is a range of times, not a copy.
 * 10 000 states of 2501 numbers take 50 MB.
 *
 * Tuples are counted by time t = 0, 1, ...; tuple t lies in slot t mod capacity. A tuple can be
 * drawn once its next state is known, that is with the next tuple, or if it terminated; not if the
 * next tuple began with another state than the one it led to (it was cut off), and not if part of
 * its window has been overwritten. No window reaches back into the task before.
 *
 * In a window a state of at most 64 numbers stands as it is. A larger one is condensed to its
 * global numbers, and the mean and the largest value over its blocks at each place of a block: the
 * window is to tell tasks apart, and with 1000 devices it would be 50 000 numbers else.
 */
class TrajectoryMemory
{
  public:
    /// A range of times, [begin, end).
    struct Range
    {
        int64_t begin;
        int64_t end;
    };

    TrajectoryMemory() = default;
    explicit TrajectoryMemory(const TrajectorySettings& settings);

    /// Numbers per step of a window: state, action and reward.
    static Eigen::Index StepSize(const AgentSpaces& spaces);
    Eigen::Index GetStepSize() const;
    /// Tuples ever added.
    int64_t GetCount() const;

    /**
     * Adds a tuple.
     * \param next the state it led to; null: it terminated, or the next state is unknown
     * \param terminated whether it terminated
     * \param random draws the subset of choices, if they are too many
     */
    void Push(const Observation& observation,
              const Eigen::Ref<const Eigen::RowVectorXf>& action,
              float reward,
              const Eigen::VectorXf* next,
              bool terminated,
              Generator& random);
    /// What comes next is of another task.
    void BeginTask();
    /// Tuples ever added of the present task.
    int64_t GetTaskCount() const;

    /// Times of the window of tuple `time`: [time - window, time), less what is not kept and what
    /// is of an earlier task.
    Range GetWindow(int64_t time) const;
    /// Times whose window is not overwritten; `sameTask`: of the present task only.
    Range GetWhole(bool sameTask) const;
    bool CanDraw(int64_t time) const;

    /**
     * Draws times of tuples, uniformly and with replacement.
     * \param sameTask whether of the present task only
     * \return false if there is none
     */
    bool Draw(Generator& random, bool sameTask, std::vector<int64_t>& times) const;
    void Gather(const std::vector<int64_t>& times, TrajectoryBatch& batch) const;
    /// The window of the tuple that comes next (window x step).
    void GatherLatest(RowMatrixXf& steps) const;
    /// The choices kept of the state after tuple `time`. \return how many there had been
    Eigen::Index GetNextChoices(int64_t time, RowMatrixXf& choices) const;

    /// Adds everything to a checkpoint.
    void Store(Safetensors& file) const;
    /// Reads what Store() wrote; throws InputError if it does not fit.
    void Load(const Safetensors& file, const std::string& path);

  private:
    /// What follows a tuple.
    enum class Link : uint8_t
    {
        OPEN,       //!< not known yet
        NEXT,       //!< the tuple after it
        TERMINATED, //!< nothing
        CUT         //!< something that is not kept
    };

    Eigen::Index Slot(int64_t time) const;
    int64_t GetOldest() const;
    Eigen::Index GetSize() const;
    void Reserve(Eigen::Index slot);
    void ReadState(int64_t time, Eigen::Ref<Eigen::RowVectorXf> row) const;
    /// Writes a state as it stands in windows.
    void Condense(const Eigen::VectorXf& state, Eigen::Ref<Eigen::RowVectorXf> row) const;

    TrajectorySettings m_settings;
    Eigen::Index m_condensed{0}; //!< numbers of a state in a window
    int64_t m_count{0};
    int64_t m_taskBegin{0};        //!< when the present task began
    std::vector<int16_t> m_states; //!< slot by slot
    std::vector<float> m_steps;    //!< slot by slot: condensed state, action, reward
    std::vector<Link> m_links;
    std::vector<uint16_t> m_ages; //!< tuples of the same task before this one, or the window
    Eigen::VectorXf m_expected;   //!< the state that the latest tuple led to
    CandidateMemory m_choices{0, 1, 1};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_TRAJECTORY_MEMORY_H */
