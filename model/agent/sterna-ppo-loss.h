/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PPO_LOSS_H
#define STERNA_PPO_LOSS_H

#include "sterna-mlp.h"
#include "sterna-policy-networks.h"

#include <Eigen/Core>

namespace ns3
{
namespace sterna
{

/// Weights of the parts of PPO's loss.
struct PpoLossSettings
{
    /// What the clipped ratio of new to old probability is taken of.
    enum Ratio
    {
        PER_HEAD, //!< eq. (30): all choices together, and each parameter of all actors together
        JOINT,    //!< the whole action
        PER_ACTOR //!< each actor's part, as if it were a sample of its own
    };

    Ratio ratio{PER_HEAD};
    double clip{0.2};
    double valueCoefficient{0.5};
    double entropyCoefficient{0.01};
    bool clipValues{false};
};

/// A minibatch beside its observations and actions; C values per row.
struct PpoTargets
{
    PolicyEvaluation old;   //!< by the policy that drew the actions
    RowMatrixXf advantages; //!< batch x C, as they enter the loss
    RowMatrixXf returns;    //!< batch x C
    RowMatrixXf active;     //!< batch x U: 1 where an actor acted, else 0
};

/// PPO's loss of a minibatch, and what tells how the policy moved.
struct PpoLoss
{
    double policy{0};
    double value{0};
    double entropy{0};
    double clipFraction{0};  //!< share of the ratios beyond 1 +- clip
    double approximateKl{0}; //!< mean of r - 1 - log r over the ratios (Schulman, 2020)
    PolicyEvaluation derivatives;
};

/**
 * \ingroup sterna
 * Proximal policy optimisation (Schulman et al., 2017) and its hybrid form, eqs. (30) and (33) of
 * the GATE-HPPO paper, to be minimised:
 *
 *     -mean over samples of sum over ratios k of min(r_k A, clip(r_k, 1 - e, 1 + e) A)
 *     + valueCoefficient mean of 1/2 (V - R)^2 - entropyCoefficient mean of entropies
 *
 * A sample's entropy is the sum over its actors. With the ratio PER_ACTOR a sample is one actor that
 * acted, with the advantage of its column. With clipValues the squared error is the larger one of V
 * and of V clipped to V_old +- e.
 */
PpoLoss GetPpoLoss(const PpoLossSettings& settings,
                   const PolicyEvaluation& now,
                   const PpoTargets& targets);

/**
 * Advantages as they enter a minibatch's loss: less their mean, divided by their standard deviation
 * (n - 1) + 1e-8. Where there is one per actor, those of actors that did not act do not count.
 */
RowMatrixXf NormalizeAdvantages(const RowMatrixXf& advantages, const RowMatrixXf& active);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_PPO_LOSS_H */
