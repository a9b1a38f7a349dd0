/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MAML_H
#define STERNA_MAML_H

#include "sterna-mlp.h"

#include <Eigen/Core>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * Model-agnostic meta-learning (Finn, Abbeel and Levine, 2017) of an actor and a critic.
 *
 * The losses of a batch are those of deterministic actor-critic learning:
 *
 *     L_c(w) = mean (Q(s, a; w) - y)^2,   L_a(t; w) = -mean Q(s, pi(s; t); w),  w a constant in L_a
 *
 * **Adaptation**: plain gradient steps, w <- w - alpha grad L_c(w) and t <- t - alpha grad L_a(t; w),
 * one per support batch, both from the same w. **Meta-gradient**: with w' and t' the adapted
 * parameters, that of L_c(w') on the query batch with respect to w, and that of L_a(t'; w') with
 * respect to t. The second-order one differentiates the steps, Hessians included; the first-order
 * one takes the steps' gradients for constants. A step that was clipped has its factor held
 * constant. LibTorch computes.
 */

namespace ns3
{
namespace sterna
{

/// Tuples for one step: what was seen, what was done, and what the critic is moved towards.
struct MamlBatch
{
    RowMatrixXf states;
    RowMatrixXf actions;
    Eigen::VectorXf targets;
};

/// An actor and a critic.
struct MamlNetworks
{
    Mlp actor;  //!< states to actions in [-1, 1], tanh after its last layer
    Mlp critic; //!< (state, action) to one value
};

/// Parameters, or their gradients, laid out as those of the networks.
struct MamlVectors
{
    Eigen::VectorXf actor;
    Eigen::VectorXf critic;
};

/// What one task contributes to the meta-initialisation.
struct MamlStep
{
    double actorLoss;     //!< after the adaptation, on the query batch
    double criticLoss;    //!< after the adaptation, on the query batch
    MamlVectors adapted;  //!< parameters after the adaptation
    MamlVectors gradient; //!< of the losses, with respect to the parameters before it
};

/// How networks adapt to a task.
struct MamlRule
{
    double rate{0.1};       //!< alpha, of the gradient steps
    double clip{0.0};       //!< largest norm of one network's gradient in a step; 0: any
    bool secondOrder{true}; //!< whether the meta-gradient goes through the steps' gradients
};

/// Parameters after one step per batch.
MamlVectors Adapt(const MamlNetworks& networks,
                  const std::vector<MamlBatch>& support,
                  const MamlRule& rule);

/// Adapted parameters, and the meta-gradient on a query batch.
MamlStep MetaGradient(const MamlNetworks& networks,
                      const std::vector<MamlBatch>& support,
                      const MamlBatch& query,
                      const MamlRule& rule);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MAML_H */
