/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_NEIGHBOURS_H
#define STERNA_NEIGHBOURS_H

#include <Eigen/Core>
#include <functional>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * The valid rows of `points` nearest to `point` (squared Euclidean distance), nearest first; of
 * equally near rows the one with the lower index comes first.
 *
 * Brute force: for the few hundred or thousand embedded choices of one decision it is faster than
 * building an index, because the choices differ from one decision to the next.
 *
 * \param points one point per row (n x d)
 * \param valid n flags; null: all rows are valid
 * \param point d coordinates
 * \param count how many rows are wanted, > 0
 * \return min(count, valid rows) row numbers; a row at a distance that is NaN is never returned
 */
std::vector<Eigen::Index> NearestRows(
    const Eigen::Ref<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>&
        points,
    const bool* valid,
    const Eigen::Ref<const Eigen::VectorXf>& point,
    Eigen::Index count);

/**
 * The valid choice of the largest value; of equal values the one with the lower index.
 *
 * \param values `count` values
 * \param valid `count` flags; null: all choices are valid
 * \return the index; -1 if no choice is valid or if the value of a valid one is NaN
 */
int BestChoice(const float* values, Eigen::Index count, const bool* valid);

/**
 * The Wolpertinger mapping (Dulac-Arnold et al., 2015; Section IV-B-2 of Yuan et al., 2022): of the
 * `count` valid choices nearest to the proto-action, the one of the largest value. `count` = 1 is
 * the simple approach, `count` = all choices the greedy one. Of equal values the nearer one wins.
 *
 * \param choices one embedded choice per row
 * \param valid one flag per row; null: all are valid
 * \param proto the proto-action
 * \param value gives the values of some embedded choices, one per row
 * \return the row; -1 if no choice is valid, or if a value or the proto-action is NaN
 */
int WolpertingerChoice(
    const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>& choices,
    const bool* valid,
    const Eigen::VectorXf& proto,
    Eigen::Index count,
    const std::function<Eigen::VectorXf(
        const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>&)>& value);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_NEIGHBOURS_H */
