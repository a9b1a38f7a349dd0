/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-statistics.h"

#include "ns3/random-variable-stream.h"

#include <algorithm>
#include <numeric>

namespace ns3
{
namespace sterna
{

namespace
{

double
Mean(const std::vector<double>& sample)
{
    return std::accumulate(sample.begin(), sample.end(), 0.0) / sample.size();
}

/// A statistic of a sample, and the interval that its resamples' lie in (Efron, 1979).
template <typename Statistic>
MeanInterval
Bootstrap(const std::vector<double>& sample, const Statistic& statistic, int64_t stream)
{
    constexpr uint32_t RESAMPLES = 2000;
    const auto random = CreateObject<UniformRandomVariable>();
    random->SetStream(stream);
    std::vector<double> values(RESAMPLES);
    std::vector<double> resample(sample.size());
    for (auto& value : values)
    {
        for (auto& drawn : resample)
        {
            drawn = sample[random->GetInteger(0, sample.size() - 1)];
        }
        value = statistic(resample);
    }
    std::sort(values.begin(), values.end());
    return {statistic(sample), values[RESAMPLES * 25 / 1000], values[RESAMPLES * 975 / 1000 - 1]};
}

} // namespace

MeanInterval
BootstrapMean(const std::vector<double>& sample, int64_t stream)
{
    return Bootstrap(sample, Mean, stream);
}

MeanInterval
BootstrapInterquartileMean(const std::vector<double>& sample, int64_t stream)
{
    return Bootstrap(sample, InterquartileMean, stream);
}

double
InterquartileMean(std::vector<double> sample)
{
    std::sort(sample.begin(), sample.end());
    const double quarter = sample.size() / 4.0;
    double sum = 0;
    for (std::size_t i = 0; i < sample.size(); ++i)
    {
        // the share of this value's stretch [i, i + 1] that lies in the middle half
        const double from = std::max(double(i), quarter);
        const double to = std::min(i + 1.0, sample.size() - quarter);
        sum += std::max(0.0, to - from) * sample[i];
    }
    return sum / (sample.size() - 2 * quarter);
}

double
Median(std::vector<double> sample)
{
    const auto middle = sample.begin() + sample.size() / 2;
    std::nth_element(sample.begin(), middle, sample.end());
    if (sample.size() % 2 == 1)
    {
        return *middle;
    }
    return (*middle + *std::max_element(sample.begin(), middle)) / 2;
}

} // namespace sterna
} // namespace ns3
