/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_TASK_AVERAGE_H
#define STERNA_TASK_AVERAGE_H

#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <cstdint>
#include <set>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The mean of a loss and its gradient over the tasks that learn side by side: the sums over i of
 * eqs. (24) and (28) of Yuan et al., 2022.
 *
 * A round is over once every task has contributed. A task that contributes a second time has gone a
 * step further than another one, which skipped its step; it finds the round closed without that one.
 */
class TaskAverage
{
  public:
    TaskAverage() = default;
    /// \param size length of a gradient; \param tasks how many contribute, > 0
    TaskAverage(Eigen::Index size, uint32_t tasks);

    /// Whether the open round has a contribution of this task already.
    bool Has(uint32_t task) const;
    void Add(uint32_t task, double loss, const Eigen::VectorXf& gradient);
    /// Whether every task has contributed.
    bool IsComplete() const;
    /// Whether no task has.
    bool IsEmpty() const;

    /// Closes the round: the means over those that contributed. \return the mean loss
    double Close(Eigen::VectorXf& gradient);

    /// Adds the open round to a checkpoint.
    void Store(Safetensors& file, const std::string& prefix) const;
    /// Reads what Store() wrote; throws InputError if it does not fit.
    void Load(const Safetensors& file, const std::string& prefix, const std::string& path);

  private:
    uint32_t m_tasks{1};
    std::set<uint32_t> m_contributors;
    float m_loss{0};
    Eigen::VectorXf m_gradient; //!< sum so far
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_TASK_AVERAGE_H */
