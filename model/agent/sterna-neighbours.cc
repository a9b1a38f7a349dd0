/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-neighbours.h"

#include "ns3/assert.h"
#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaNeighbours");

std::vector<Eigen::Index>
NearestRows(
    const Eigen::Ref<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>&
        points,
    const bool* valid,
    const Eigen::Ref<const Eigen::VectorXf>& point,
    Eigen::Index count)
{
    NS_LOG_FUNCTION(points.rows() << count);
    NS_ASSERT_MSG(points.rows() == 0 || points.cols() == point.size(),
                  "rows of " << points.cols() << " coordinates, a point of " << point.size());
    std::vector<std::pair<float, Eigen::Index>> distances;
    distances.reserve(points.rows());
    for (Eigen::Index row = 0; row < points.rows(); ++row)
    {
        if (valid != nullptr && !valid[row])
        {
            continue;
        }
        const float distance = (points.row(row).transpose() - point).squaredNorm();
        // NaN has no place in an order, and would break the sort's.
        if (!std::isnan(distance))
        {
            distances.emplace_back(distance, row);
        }
    }
    // Pairs compare by distance, then by row: ties go to the lower index.
    const auto wanted = std::min<Eigen::Index>(std::max<Eigen::Index>(count, 0),
                                               static_cast<Eigen::Index>(distances.size()));
    std::partial_sort(distances.begin(), distances.begin() + wanted, distances.end());
    std::vector<Eigen::Index> rows(wanted);
    std::transform(distances.begin(), distances.begin() + wanted, rows.begin(), [](auto& entry) {
        return entry.second;
    });
    return rows;
}

int
BestChoice(const float* values, Eigen::Index count, const bool* valid)
{
    Eigen::Index best = -1;
    for (Eigen::Index i = 0; i < count; ++i)
    {
        if (valid != nullptr && !valid[i])
        {
            continue;
        }
        if (std::isnan(values[i]))
        {
            return -1;
        }
        if (best < 0 || values[i] > values[best])
        {
            best = i;
        }
    }
    return static_cast<int>(best);
}

int
WolpertingerChoice(
    const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>& choices,
    const bool* valid,
    const Eigen::VectorXf& proto,
    Eigen::Index count,
    const std::function<Eigen::VectorXf(
        const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>&)>& value)
{
    const auto rows = NearestRows(choices, valid, proto, count);
    if (rows.empty())
    {
        return -1;
    }
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> near(rows.size(),
                                                                               choices.cols());
    for (size_t i = 0; i < rows.size(); ++i)
    {
        near.row(static_cast<Eigen::Index>(i)) = choices.row(rows[i]);
    }
    const Eigen::VectorXf values = value(near);
    const int best = BestChoice(values.data(), values.size(), nullptr);
    return best < 0 ? -1 : static_cast<int>(rows[best]);
}

} // namespace sterna
} // namespace ns3
