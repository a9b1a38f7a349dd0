/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_STATISTICS_H
#define STERNA_STATISTICS_H

#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/// A mean with the interval that holds it with 95 % confidence.
struct MeanInterval
{
    double mean;
    double low;
    double high;
};

/**
 * \ingroup sterna
 * Mean and 95 % percentile bootstrap interval (Efron, 1979; 2000 resamples) of a sample.
 *
 * \param sample at least one value
 * \param stream the ns-3 random stream that draws the resamples
 */
MeanInterval BootstrapMean(const std::vector<double>& sample, int64_t stream);

/**
 * \ingroup sterna
 * Interquartile mean (the mean of the middle half; a value on an edge counts in part) and its 95 %
 * percentile bootstrap interval, as Agarwal et al. (NeurIPS 2021) recommend for few runs.
 *
 * \param sample at least one value
 * \param stream the ns-3 random stream that draws the resamples
 */
MeanInterval BootstrapInterquartileMean(const std::vector<double>& sample, int64_t stream);

/// The mean of the middle half of a sample that is not empty.
double InterquartileMean(std::vector<double> sample);

/// The middle value (mean of the two middle ones) of a sample that is not empty.
double Median(std::vector<double> sample);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_STATISTICS_H */
