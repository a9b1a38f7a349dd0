/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ORTHOGONAL_MATRIX_H
#define STERNA_ORTHOGONAL_MATRIX_H

#include "sterna-generator.h"
#include "sterna-mlp.h"

#include <Eigen/Core>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A random matrix whose rows, or columns where these are fewer, are orthogonal and `gain` long, drawn
 * uniformly (Saxe et al., ICLR 2014): how the weights of a policy begin.
 */
RowMatrixXf DrawOrthogonal(Eigen::Index rows, Eigen::Index columns, double gain, Generator& random);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ORTHOGONAL_MATRIX_H */
