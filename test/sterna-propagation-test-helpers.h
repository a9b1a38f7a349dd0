/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PROPAGATION_TEST_HELPERS_H
#define STERNA_PROPAGATION_TEST_HELPERS_H

#include "ns3/sterna-error.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Whether an action is refused by one sentence that names a value.
template <typename Action>
bool
Refuses(Action action, const std::string& value)
{
    try
    {
        action();
    }
    catch (const InputError& error)
    {
        return std::string(error.what()).find(value) != std::string::npos;
    }
    return false;
}

/// Whether counts fit expected frequencies by Pearson's chi-squared test, which a correct process
/// fails once in a million times (and this one, being deterministic, always or never).
inline bool
Fits(const std::vector<double>& counts, const std::vector<double>& expected, uint32_t constraints)
{
    double statistic = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
    {
        statistic += std::pow(counts[i] - expected[i], 2) / expected[i];
    }
    const boost::math::chi_squared distribution(counts.size() - constraints);
    return statistic < quantile(distribution, 1 - 1e-6);
}

} // namespace sterna
} // namespace ns3

#endif /* STERNA_PROPAGATION_TEST_HELPERS_H */
