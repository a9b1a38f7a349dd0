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

MeanInterval
BootstrapMean(const std::vector<double>& sample, int64_t stream)
{
    constexpr uint32_t RESAMPLES = 2000;
    const auto random = CreateObject<UniformRandomVariable>();
    random->SetStream(stream);
    std::vector<double> means(RESAMPLES);
    for (auto& mean : means)
    {
        double sum = 0;
        for (std::size_t i = 0; i < sample.size(); ++i)
        {
            sum += sample[random->GetInteger(0, sample.size() - 1)];
        }
        mean = sum / sample.size();
    }
    std::sort(means.begin(), means.end());
    const double mean = std::accumulate(sample.begin(), sample.end(), 0.0) / sample.size();
    return {mean, means[RESAMPLES * 25 / 1000], means[RESAMPLES * 975 / 1000 - 1]};
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
