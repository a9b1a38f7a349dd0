/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-orthogonal-matrix.h"

#include "ns3/log.h"

#include <Eigen/QR>
#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaOrthogonalMatrix");

RowMatrixXf
DrawOrthogonal(Eigen::Index rows, Eigen::Index columns, double gain, Generator& random)
{
    NS_LOG_FUNCTION(rows << columns << gain);
    Eigen::MatrixXd normal(std::max(rows, columns), std::min(rows, columns));
    for (Eigen::Index i = 0; i < normal.size(); ++i)
    {
        normal.data()[i] = random.Normal();
    }
    const Eigen::HouseholderQR<Eigen::MatrixXd> factors(normal);
    Eigen::MatrixXd q =
        factors.householderQ() * Eigen::MatrixXd::Identity(normal.rows(), normal.cols());
    // Without this the distribution would not be uniform over all rotations (Mezzadri, 2007).
    for (Eigen::Index i = 0; i < q.cols(); ++i)
    {
        q.col(i) *= factors.matrixQR()(i, i) < 0.0 ? -gain : gain;
    }
    if (rows < columns)
    {
        return q.transpose().cast<float>();
    }
    return q.cast<float>();
}

} // namespace sterna
} // namespace ns3
