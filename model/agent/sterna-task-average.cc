/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-task-average.h"

#include "sterna-parameter-layout.h"

#include "ns3/assert.h"
#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaTaskAverage");

TaskAverage::TaskAverage(Eigen::Index size, uint32_t tasks)
    : m_tasks(tasks),
      m_gradient(Eigen::VectorXf::Zero(size))
{
    NS_LOG_FUNCTION(this << size << tasks);
}

bool
TaskAverage::Has(uint32_t task) const
{
    return m_contributors.count(task) > 0;
}

void
TaskAverage::Add(uint32_t task, double loss, const Eigen::VectorXf& gradient)
{
    NS_ASSERT_MSG(!Has(task), "task " << task << " contributes twice to one round");
    m_contributors.insert(task);
    m_loss += static_cast<float>(loss);
    m_gradient += gradient;
}

bool
TaskAverage::IsComplete() const
{
    return m_contributors.size() >= m_tasks;
}

bool
TaskAverage::IsEmpty() const
{
    return m_contributors.empty();
}

double
TaskAverage::Close(Eigen::VectorXf& gradient)
{
    NS_LOG_LOGIC(m_contributors.size() << " of " << m_tasks << " tasks contributed");
    const auto count = static_cast<float>(m_contributors.size());
    gradient = m_gradient / count;
    const double loss = m_loss / count;
    m_contributors.clear();
    m_loss = 0;
    m_gradient.setZero();
    return loss;
}

void
TaskAverage::Store(Safetensors& file, const std::string& prefix) const
{
    Eigen::VectorXf contributors(static_cast<Eigen::Index>(m_contributors.size()));
    std::copy(m_contributors.begin(), m_contributors.end(), contributors.begin());
    file.metadata[prefix + ".count"] = std::to_string(m_contributors.size());
    StoreVector(contributors, file, prefix + ".contributors");
    StoreVector(Eigen::VectorXf::Constant(1, m_loss), file, prefix + ".loss");
    StoreVector(m_gradient, file, prefix + ".gradient");
}

void
TaskAverage::Load(const Safetensors& file, const std::string& prefix, const std::string& path)
{
    const auto count = static_cast<Eigen::Index>(file.GetCount(prefix + ".count", path));
    const auto contributors = LoadVector(file, prefix + ".contributors", count, path);
    const auto loss = LoadVector(file, prefix + ".loss", 1, path);
    m_gradient = LoadVector(file, prefix + ".gradient", m_gradient.size(), path);
    m_loss = loss[0];
    m_contributors.clear();
    for (const float contributor : contributors)
    {
        m_contributors.insert(static_cast<uint32_t>(contributor));
    }
}

} // namespace sterna
} // namespace ns3
