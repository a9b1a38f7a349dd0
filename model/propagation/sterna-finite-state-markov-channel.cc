/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-finite-state-markov-channel.h"

#include "sterna-propagation-checks.h"

#include "ns3/log.h"

#include <map>
#include <mutex>
#include <tuple>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFiniteStateMarkovChannel");

namespace
{

uint32_t
CheckedLevels(uint32_t levels)
{
    Require(levels >= 1 && levels <= FiniteStateMarkovChannel::MAX_LEVELS,
            "The number of fading levels",
            levels,
            "must be 1 to 256");
    return levels;
}

Eigen::MatrixXd
Transitions(const FadingDistribution& fading,
            const std::vector<double>& thresholds,
            double normalizedDoppler)
{
    const double crossingLimit = LevelCrossingLimit(thresholds.size() - 1) / 3;
    const double correlation = ScatterCorrelation(normalizedDoppler);
    return normalizedDoppler <= crossingLimit
               ? LevelCrossingTransitions(fading, thresholds, normalizedDoppler)
               : IntegratedTransitions(fading, thresholds, correlation);
}

} // namespace

FiniteStateMarkovChannel::FiniteStateMarkovChannel(const FadingDistribution& fading,
                                                   uint32_t levels,
                                                   double normalizedDoppler)
    : m_thresholds(EqualProbabilityThresholds(fading, CheckedLevels(levels))),
      m_gains(ConditionalMeans(fading, m_thresholds)),
      m_transitions(Transitions(fading, m_thresholds, normalizedDoppler)),
      m_bridge(m_transitions)
{
    NS_LOG_INFO(levels << " levels, Rician factor " << fading.RicianFactor() << ", f_d T "
                       << normalizedDoppler);
}

std::shared_ptr<const FiniteStateMarkovChannel>
FiniteStateMarkovChannel::GetShared(double ricianFactor, uint32_t levels, double normalizedDoppler)
{
    using Parameters = std::tuple<double, uint32_t, double>;
    static std::map<Parameters, std::weak_ptr<const FiniteStateMarkovChannel>> channels;
    static std::mutex access;
    const std::lock_guard<std::mutex> lock(access);
    auto& kept = channels[{ricianFactor, levels, normalizedDoppler}];
    auto channel = kept.lock();
    if (!channel)
    {
        channel = std::make_shared<FiniteStateMarkovChannel>(FadingDistribution(ricianFactor),
                                                             levels,
                                                             normalizedDoppler);
        kept = channel;
    }
    return channel;
}

} // namespace sterna
} // namespace ns3
