/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ADVANTAGE_H
#define STERNA_ADVANTAGE_H

#include "sterna-mlp.h"

#include <Eigen/Core>

namespace ns3
{
namespace sterna
{

/// A flag per step.
using StepFlags = Eigen::Array<bool, Eigen::Dynamic, 1>;

/**
 * \ingroup sterna
 * Generalised advantage estimation (Schulman et al., ICLR 2016), eqs. (31) and (32) of the
 * GATE-HPPO paper, over one stretch of steps that may hold several episodes:
 *
 *     delta_t = r_t + discount V(s_t+1) (1 - terminated_t) - V(s_t)
 *     A_t     = delta_t + discount lambda (1 - cut_t) A_t+1
 *
 * A termination has no value beyond. A time limit does: its delta still holds V(s_t+1). After either
 * of them the next step belongs to another episode, so the sum is cut. It ends after the last step.
 *
 * Each column is a sum of its own (one per actor, or only one). Sums run in double precision.
 *
 * \param rewards r, one row per step
 * \param values V(s_t)
 * \param nextValues V(s_t+1); not read where `terminated`
 * \param terminated no value beyond
 * \param cut the episode ended, by termination or by a time limit
 */
RowMatrixXf GetAdvantages(const RowMatrixXf& rewards,
                          const RowMatrixXf& values,
                          const RowMatrixXf& nextValues,
                          const StepFlags& terminated,
                          const StepFlags& cut,
                          double discount,
                          double lambda);

/**
 * 1 - Var(returns - values) / Var(returns): 1 if the values foresaw all, 0 if they did no better
 * than a constant, negative if they did worse; 0 if all returns are equal.
 */
double GetExplainedVariance(const RowMatrixXf& returns, const RowMatrixXf& values);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ADVANTAGE_H */
