/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-adam.h"

#include "ns3/assert.h"
#include "ns3/log.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAdam");

namespace
{

constexpr double BETA1 = 0.9;
constexpr double BETA2 = 0.999;

} // namespace

Adam::Adam(Eigen::Index size, double learningRate, double epsilon)
    : m_learningRate(learningRate),
      m_epsilon(epsilon),
      m_first(Eigen::ArrayXf::Zero(size)),
      m_second(Eigen::ArrayXf::Zero(size))
{
    NS_LOG_FUNCTION(this << size << learningRate);
}

void
Adam::Step(const Eigen::VectorXf& gradient, Eigen::VectorXf& parameters)
{
    NS_ASSERT_MSG(gradient.size() == m_first.size() && parameters.size() == m_first.size(),
                  "Adam over " << m_first.size() << " parameters got " << gradient.size());
    ++m_steps;
    const auto steps = static_cast<double>(m_steps);
    const auto rate = static_cast<float>(m_learningRate / (1.0 - std::pow(BETA1, steps)));
    const auto scale = static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(BETA2, steps)));
    const auto epsilon = static_cast<float>(m_epsilon);
    const auto g = gradient.array();
    m_first = static_cast<float>(BETA1) * m_first + static_cast<float>(1.0 - BETA1) * g;
    m_second = static_cast<float>(BETA2) * m_second + static_cast<float>(1.0 - BETA2) * g.square();
    parameters.array() -= rate * m_first / (scale * m_second.sqrt() + epsilon);
}

void
Adam::Store(Safetensors& file, const std::string& prefix) const
{
    const auto size = static_cast<int64_t>(m_first.size());
    file.tensors[prefix + ".m"] = {{size}, {m_first.begin(), m_first.end()}};
    file.tensors[prefix + ".v"] = {{size}, {m_second.begin(), m_second.end()}};
    file.metadata[prefix + ".steps"] = std::to_string(m_steps);
}

void
Adam::Load(const Safetensors& file, const std::string& prefix, const std::string& path)
{
    const auto size = static_cast<int64_t>(m_first.size());
    const auto& first = file.Get(prefix + ".m", {size}, path);
    const auto& second = file.Get(prefix + ".v", {size}, path);
    m_steps = static_cast<int64_t>(file.GetCount(prefix + ".steps", path));
    std::copy(first.data.begin(), first.data.end(), m_first.begin());
    std::copy(second.data.begin(), second.data.end(), m_second.begin());
}

void
ClipNorm(Eigen::VectorXf& gradient, double largest)
{
    const float norm = gradient.norm();
    if (largest > 0.0 && norm > largest)
    {
        gradient *= static_cast<float>(largest) / norm;
    }
}

} // namespace sterna
} // namespace ns3
