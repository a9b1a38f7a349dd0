/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-rollout.h"

#include "sterna-parameter-layout.h"

#include "ns3/assert.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <numeric>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaRollout");

namespace
{

/// Whole numbers far below 2^24, which floats hold exactly.
template <typename Derived>
Eigen::VectorXf
ToFloats(const Eigen::DenseBase<Derived>& values)
{
    Eigen::VectorXf floats(values.size());
    for (Eigen::Index i = 0; i < values.size(); ++i)
    {
        floats[i] = static_cast<float>(values.derived().data()[i]);
    }
    return floats;
}

Eigen::VectorXf
Flatten(const RowMatrixXf& matrix)
{
    return Eigen::Map<const Eigen::VectorXf>(matrix.data(), matrix.size());
}

} // namespace

Rollout::Rollout(const AgentSpaces& spaces, Eigen::Index horizon, Eigen::Index columns)
    : m_spaces(spaces),
      m_observations(spaces, horizon),
      m_rewards(RowMatrixXf::Zero(horizon, columns)),
      m_terminated(StepFlags::Constant(horizon, false)),
      m_cuts(StepFlags::Constant(horizon, false)),
      m_bootstraps(spaces, horizon)
{
    NS_LOG_FUNCTION(this << horizon << columns);
    m_actions.choices.setZero(horizon, spaces.actors);
    m_actions.parameters.setZero(horizon, spaces.actors * spaces.parameters);
}

void
Rollout::Push(const Transition& transition)
{
    NS_ASSERT_MSG(!IsFull(), "a full rollout takes no more");
    const Eigen::Index row = m_count++;
    m_observations.Set(row, transition.observation);
    m_actions.choices.row(row) = transition.action.choice.transpose();
    for (Eigen::Index i = 0; i < m_actions.parameters.cols(); ++i)
    {
        m_actions.parameters(row, i) =
            transition.action.parameters(i / m_spaces.parameters, i % m_spaces.parameters);
    }
    if (m_rewards.cols() > 1 && transition.actorRewards.size() > 0)
    {
        m_rewards.row(row) = transition.actorRewards.transpose();
    }
    else
    {
        m_rewards.row(row).setConstant(transition.reward);
    }
    m_terminated[row] = transition.terminated;
    m_cuts[row] = transition.terminated || transition.truncated;
    if (!transition.terminated && (transition.truncated || IsFull()))
    {
        m_bootstraps.Set(static_cast<Eigen::Index>(m_bootstrapRows.size()), transition.next);
        m_bootstrapRows.push_back(row);
    }
}

bool
Rollout::IsFull() const
{
    return m_count == m_rewards.rows();
}

void
Rollout::Clear()
{
    m_count = 0;
    m_bootstrapRows.clear();
}

const ObservationBatch&
Rollout::GetObservations() const
{
    return m_observations;
}

const RowMatrixXf&
Rollout::GetRewards() const
{
    return m_rewards;
}

const StepFlags&
Rollout::GetTerminated() const
{
    return m_terminated;
}

const StepFlags&
Rollout::GetCuts() const
{
    return m_cuts;
}

ActionBatch
Rollout::GatherActions(const std::vector<Eigen::Index>& rows) const
{
    return {m_actions.choices(rows, Eigen::all), m_actions.parameters(rows, Eigen::all)};
}

const std::vector<Eigen::Index>&
Rollout::GetBootstrapRows() const
{
    return m_bootstrapRows;
}

ObservationBatch
Rollout::GetBootstraps() const
{
    std::vector<Eigen::Index> first(m_bootstrapRows.size());
    std::iota(first.begin(), first.end(), 0);
    return m_bootstraps.Gather(first);
}

void
Rollout::Store(Safetensors& file, const std::string& prefix) const
{
    file.metadata[prefix + ".count"] = std::to_string(m_count);
    file.metadata[prefix + ".bootstraps"] = std::to_string(m_bootstrapRows.size());
    m_observations.Store(file, prefix + ".observations");
    GetBootstraps().Store(file, prefix + ".bootstraps");
    StoreVector(ToFloats(m_actions.choices), file, prefix + ".choices");
    StoreVector(Flatten(m_actions.parameters), file, prefix + ".parameters");
    StoreVector(Flatten(m_rewards), file, prefix + ".rewards");
    StoreVector(ToFloats(m_terminated), file, prefix + ".terminated");
    StoreVector(ToFloats(m_cuts), file, prefix + ".cuts");
    const Eigen::Map<const Eigen::Matrix<Eigen::Index, Eigen::Dynamic, 1>> rows(
        m_bootstrapRows.data(),
        static_cast<Eigen::Index>(m_bootstrapRows.size()));
    StoreVector(ToFloats(rows), file, prefix + ".bootstrapRows");
}

void
Rollout::Load(const Safetensors& file, const std::string& prefix, const std::string& path)
{
    const auto read = [&](const char* name, Eigen::Index size) {
        return LoadVector(file, prefix + name, size, path);
    };
    const Eigen::Index horizon = m_rewards.rows();
    m_count = static_cast<Eigen::Index>(file.GetCount(prefix + ".count", path));
    const auto bootstraps = static_cast<Eigen::Index>(file.GetCount(prefix + ".bootstraps", path));
    if (m_count >= horizon || bootstraps > m_count)
    {
        throw InputError("Checkpoint '" + path + "' is damaged: a rollout of " +
                         std::to_string(horizon) + " transitions holds " + std::to_string(m_count) +
                         " of which " + std::to_string(bootstraps) + " end by a time limit.");
    }
    m_observations =
        ObservationBatch::Load(file, prefix + ".observations", m_spaces, horizon, path);
    m_actions.choices.reshaped<Eigen::RowMajor>() =
        read(".choices", m_actions.choices.size()).cast<int>();
    m_actions.parameters.reshaped<Eigen::RowMajor>() =
        read(".parameters", m_actions.parameters.size());
    m_rewards.reshaped<Eigen::RowMajor>() = read(".rewards", m_rewards.size());
    m_terminated = read(".terminated", horizon).array() != 0.0f;
    m_cuts = read(".cuts", horizon).array() != 0.0f;
    m_bootstrapRows.clear();
    for (const float row : read(".bootstrapRows", bootstraps))
    {
        m_bootstrapRows.push_back(static_cast<Eigen::Index>(row));
    }
    if (bootstraps > 0)
    {
        // Room for as many as there may be; what lies beyond those that were stored is not read.
        std::vector<Eigen::Index> rows(static_cast<size_t>(horizon), 0);
        std::iota(rows.begin(), rows.begin() + bootstraps, 0);
        m_bootstraps =
            ObservationBatch::Load(file, prefix + ".bootstraps", m_spaces, bootstraps, path)
                .Gather(rows);
    }
}

} // namespace sterna
} // namespace ns3
