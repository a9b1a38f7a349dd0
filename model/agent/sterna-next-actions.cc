/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-next-actions.h"

#include "sterna-neighbours.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaNextActions");

NextActions::NextActions(const TrajectoryMemory& memory,
                         const std::vector<int64_t>& times,
                         const TrajectoryBatch& batch,
                         const RowMatrixXf& protos,
                         Eigen::Index neighbours)
    : m_actions(protos.rows() * neighbours, protos.cols())
{
    NS_LOG_FUNCTION(this << times.size() << neighbours);
    RowMatrixXf choices;
    for (Eigen::Index i = 0; i < protos.rows(); ++i)
    {
        std::vector<Eigen::Index> rows;
        if (batch.terminated[i] == 0.0f)
        {
            const auto offered = static_cast<double>(memory.GetNextChoices(times[i], choices));
            const double share = offered > 0 ? static_cast<double>(choices.rows()) / offered : 1.0;
            const auto wanted = std::lround(static_cast<double>(neighbours) * share);
            rows = NearestRows(choices,
                               nullptr,
                               protos.row(i).transpose(),
                               std::max<Eigen::Index>(1, wanted));
        }
        for (const Eigen::Index row : rows)
        {
            Add(i, choices.row(row));
        }
        if (rows.empty())
        {
            Add(i, protos.row(i));
        }
    }
    m_actions.conservativeResize(static_cast<Eigen::Index>(m_owners.size()), Eigen::NoChange);
}

void
NextActions::Add(Eigen::Index owner, const Eigen::Ref<const Eigen::RowVectorXf>& action)
{
    m_actions.row(static_cast<Eigen::Index>(m_owners.size())) = action;
    m_owners.push_back(owner);
}

const RowMatrixXf&
NextActions::GetActions() const
{
    return m_actions;
}

const std::vector<Eigen::Index>&
NextActions::GetOwners() const
{
    return m_owners;
}

Eigen::VectorXf
NextActions::Targets(const TrajectoryBatch& batch,
                     const Eigen::VectorXf& values,
                     double discount) const
{
    Eigen::ArrayXf best =
        Eigen::ArrayXf::Constant(batch.rewards.size(), -std::numeric_limits<float>::infinity());
    for (Eigen::Index j = 0; j < values.size(); ++j)
    {
        best(m_owners[j]) = std::max(best(m_owners[j]), values(j));
    }
    return (batch.terminated.array() > 0.0f)
        .select(batch.rewards, batch.rewards.array() + static_cast<float>(discount) * best);
}

} // namespace sterna
} // namespace ns3
