/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-evolution-strategy.h"

#include "ns3/log.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaEvolutionStrategy");

namespace
{

/// Ranks of the losses, from -1/2 for the smallest to 1/2 for the largest.
std::vector<float>
CentredRanks(const std::vector<double>& losses)
{
    std::vector<std::size_t> order(losses.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return losses[a] < losses[b];
    });
    std::vector<float> ranks(losses.size());
    for (std::size_t i = 0; i < order.size(); ++i)
    {
        ranks[order[i]] = static_cast<float>(i) / static_cast<float>(order.size() - 1) - 0.5F;
    }
    return ranks;
}

} // namespace

EvolutionStrategy::EvolutionStrategy(const EvolutionSettings& settings,
                                     const Eigen::VectorXf& start)
    : m_settings(settings),
      m_parameters(start),
      m_adam(start.size(), settings.learningRate)
{
    NS_LOG_FUNCTION(this << start.size());
}

void
EvolutionStrategy::Seed(Ptr<UniformRandomVariable> stream)
{
    m_generator.Seed(stream);
}

void
EvolutionStrategy::Step(const Loss& loss)
{
    const auto deviation = static_cast<float>(m_settings.deviation);
    std::vector<Eigen::VectorXf> directions(m_settings.pairs);
    std::vector<double> losses;
    for (auto& direction : directions)
    {
        direction = m_parameters.unaryExpr(
            [this](float) { return static_cast<float>(m_generator.Normal()); });
        losses.push_back(loss(m_parameters + deviation * direction));
        losses.push_back(loss(m_parameters - deviation * direction));
    }
    const auto ranks = CentredRanks(losses);
    Eigen::VectorXf gradient = static_cast<float>(m_settings.decay) * m_parameters;
    for (std::size_t i = 0; i < directions.size(); ++i)
    {
        const float share =
            (ranks[2 * i] - ranks[2 * i + 1]) / (static_cast<float>(losses.size()) * deviation);
        gradient += share * directions[i];
    }
    m_adam.Step(gradient, m_parameters);
    NS_LOG_LOGIC("losses " << *std::min_element(losses.begin(), losses.end()) << " to "
                           << *std::max_element(losses.begin(), losses.end()));
}

const Eigen::VectorXf&
EvolutionStrategy::GetParameters() const
{
    return m_parameters;
}

void
EvolutionStrategy::Store(Safetensors& file) const
{
    file.tensors["evolution.parameters"] = {
        {m_parameters.size()},
        std::vector<float>(m_parameters.begin(), m_parameters.end())};
    m_adam.Store(file, "evolution.adam");
    file.metadata["generator.evolution"] = m_generator.GetState();
}

void
EvolutionStrategy::Load(const Safetensors& file, const std::string& path)
{
    const auto& parameters = file.Get("evolution.parameters", {m_parameters.size()}, path);
    std::copy(parameters.data.begin(), parameters.data.end(), m_parameters.begin());
    m_adam.Load(file, "evolution.adam", path);
    m_generator.SetState(file.GetMetadata("generator.evolution", path));
}

} // namespace sterna
} // namespace ns3
