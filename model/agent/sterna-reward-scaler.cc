/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-reward-scaler.h"

#include "sterna-parameter-layout.h"

#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaRewardScaler");

RewardScaler::RewardScaler(Eigen::Index columns, double discount)
    : m_discount(static_cast<float>(discount)),
      m_return(Eigen::VectorXf::Zero(columns)),
      m_statistics(1)
{
    NS_LOG_FUNCTION(this << columns << discount);
}

void
RewardScaler::Apply(RowMatrixXf& rewards, const StepFlags& cuts)
{
    for (Eigen::Index t = 0; t < rewards.rows(); ++t)
    {
        m_return = m_discount * m_return + rewards.row(t).transpose();
        for (const float value : m_return)
        {
            m_statistics.Update(Eigen::VectorXf::Constant(1, value));
        }
        if (cuts[t])
        {
            m_return.setZero();
        }
    }
    rewards /= GetScale();
}

float
RewardScaler::GetScale() const
{
    return m_statistics.GetScale()[0];
}

void
RewardScaler::Store(Safetensors& file, const std::string& prefix) const
{
    StoreVector(m_return, file, prefix + ".return");
    m_statistics.Store(file, prefix);
}

void
RewardScaler::Load(const Safetensors& file, const std::string& prefix, const std::string& path)
{
    m_return = LoadVector(file, prefix + ".return", m_return.size(), path);
    m_statistics.Load(file, path, prefix);
}

} // namespace sterna
} // namespace ns3
