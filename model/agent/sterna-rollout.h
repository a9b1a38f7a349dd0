/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ROLLOUT_H
#define STERNA_ROLLOUT_H

#include "sterna-advantage.h"
#include "sterna-agent.h"
#include "sterna-observation-batch.h"
#include "sterna-policy-networks.h"
#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The transitions of one stretch of training, in their order, over the ends of episodes.
 *
 * What follows a transition is the next one's observation, and is stored again only where that is
 * not so: at a time limit and after the last transition, if the episode did not terminate.
 */
class Rollout
{
  public:
    Rollout() = default;
    /// \param columns rewards per transition: one, or one per actor
    Rollout(const AgentSpaces& spaces, Eigen::Index horizon, Eigen::Index columns);

    /// Takes one more; must not be full. An actor without a reward of its own gets the common one.
    void Push(const Transition& transition);
    bool IsFull() const;
    void Clear();

    /// Transitions, once it is full.
    const ObservationBatch& GetObservations() const;
    const RowMatrixXf& GetRewards() const;
    const StepFlags& GetTerminated() const;
    /// Where an episode ended, by termination or by a time limit.
    const StepFlags& GetCuts() const;
    ActionBatch GatherActions(const std::vector<Eigen::Index>& rows) const;

    /// Rows that are not followed by the next row's observation, though their episode goes on.
    const std::vector<Eigen::Index>& GetBootstrapRows() const;
    /// What follows them, one observation for each.
    ObservationBatch GetBootstraps() const;

    void Store(Safetensors& file, const std::string& prefix) const;
    void Load(const Safetensors& file, const std::string& prefix, const std::string& path);

  private:
    AgentSpaces m_spaces;
    Eigen::Index m_count{0};
    ObservationBatch m_observations;
    ActionBatch m_actions;
    RowMatrixXf m_rewards;
    StepFlags m_terminated;
    StepFlags m_cuts;
    std::vector<Eigen::Index> m_bootstrapRows;
    ObservationBatch m_bootstraps; //!< as many rows count as there are bootstrap rows
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ROLLOUT_H */
