/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_EMCL_NETWORKS_H
#define STERNA_EMCL_NETWORKS_H

#include "sterna-agent.h"
#include "sterna-mlp.h"
#include "sterna-parameter-layout.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Sizes of EMCL's networks.
struct EmclShape
{
    AgentSpaces spaces;
    Eigen::Index filters{8};   //!< channels of each convolution
    Eigen::Index bins{8};      //!< stretches of blocks that are pooled, each by itself
    Eigen::Index hidden{64};   //!< width of fully connected layers
    Eigen::Index window{10};   //!< steps that the LSTM sees; 0: none
    Eigen::Index step{0};      //!< numbers per step
    Eigen::Index cells{32};    //!< of the LSTM
    Eigen::Index embedding{8}; //!< length of xi_2, which identifies the task
};

/**
 * \ingroup sterna
 * The meta critic's hybrid network, eqs. (30) to (32) of Yuan et al., 2022:
 *
 *     xi_1 = f_cnn(s, a),   xi_2 = f_lstm(D_[t-window, t-1]),   Q = f_ann(xi_1, xi_2)
 *
 * **CNN.** A convolution whose kernel and stride are one block of the state (the numbers of one
 * device), a second one over three neighbouring blocks, ReLU after each, then mean and maximum over
 * each of `bins` stretches of blocks (few blocks are not pooled). A linear layer joins that, the
 * global numbers and the action, ReLU. A state without blocks goes to the linear layer as it is.
 * **LSTM.** Over the steps (s, a, r) of the window (see TrajectoryMemory), then a linear layer of its
 * last output, tanh. **ANN.** One hidden layer with ReLU.
 *
 * The paper allows xi_1 and xi_2 to be scalars; here they are vectors, which can hold more than one
 * unknown of a task (the place of an optimum and its height are two).
 *
 * What does not depend on the action is computed once per state: its code, of `hidden` + `embedding`
 * numbers. Valuing an action then takes two small layers. Parameters are the caller's; LibTorch
 * computes.
 */
class HybridNetwork
{
  public:
    HybridNetwork() = default;
    explicit HybridNetwork(const EmclShape& shape);

    const ParameterLayout& GetLayout() const;
    const EmclShape& GetShape() const;

    /**
     * \param states one per row
     * \param steps the windows: row `j * states + i` is step j of state i; rows beyond are not read
     * \return one code per row
     */
    RowMatrixXf Encode(const Eigen::VectorXf& parameters,
                       const RowMatrixXf& states,
                       const Eigen::Ref<const RowMatrixXf>& steps) const;

    /**
     * \param actions one per row
     * \param owners row of `codes` that each action belongs to
     */
    Eigen::VectorXf Values(const Eigen::VectorXf& parameters,
                           const RowMatrixXf& codes,
                           const RowMatrixXf& actions,
                           const std::vector<Eigen::Index>& owners) const;

    /**
     * The mean of (Q(s, a, D) - y)^2, eq. (24) for one task, and its gradient.
     *
     * The temporal difference is r + discount Q(s', a', D') - Q(s, a, D). Eq. (24) prints it with
     * the two values exchanged, which would move the value of the next state towards that of the
     * present one; this is the usual one, and y is a constant.
     */
    double Gradient(const Eigen::VectorXf& parameters,
                    const RowMatrixXf& states,
                    const Eigen::Ref<const RowMatrixXf>& steps,
                    const RowMatrixXf& actions,
                    const Eigen::VectorXf& targets,
                    Eigen::VectorXf& gradient) const;

  private:
    EmclShape m_shape;
    ParameterLayout m_layout;
};

/**
 * \ingroup sterna
 * EMCL's actor, eqs. (33) and (34) of Yuan et al., 2022: a CNN as that of HybridNetwork, two hidden
 * layers, and a Gaussian policy N(mu, vartheta^2) with independent coordinates.
 *
 * mu = tanh(.) lies in [-1, 1]; the deviation vartheta lies between two bounds, on a logarithmic
 * scale: too small a one would stop exploring, too large a one would only ever hit the edges.
 */
class GaussianActor
{
  public:
    /// How the gradient of J(theta) = -E[Q], eq. (25), is estimated.
    enum Estimator
    {
        LIKELIHOOD, //!< eq. (29), less a baseline: -(Q(s, a) - Q(s, mu)) grad log pi(a)
        PATHWISE    //!< -grad Q(s, mu + vartheta noise)
    };

    GaussianActor() = default;
    GaussianActor(const EmclShape& shape, double smallestDeviation, double largestDeviation);

    const ParameterLayout& GetLayout() const;

    /// \return mean and deviation of each state (states x 2 n)
    RowMatrixXf Policies(const Eigen::VectorXf& parameters, const RowMatrixXf& states) const;

    /**
     * -Q's mean over the batch, eq. (25), and the estimate of its gradient.
     *
     * Actions are sampled afresh from the present policy: those in the memory were drawn by older
     * ones. What leaves [-1, 1] is cut off before the critic values it.
     *
     * \param codes of the states, from HybridNetwork::Encode()
     * \param noise standard normal numbers (a multiple of states x n), as many rows per state
     */
    double Gradient(Estimator estimator,
                    const Eigen::VectorXf& parameters,
                    const HybridNetwork& critic,
                    const Eigen::VectorXf& criticParameters,
                    const RowMatrixXf& states,
                    const RowMatrixXf& codes,
                    const RowMatrixXf& noise,
                    Eigen::VectorXf& gradient) const;

  private:
    EmclShape m_shape;
    double m_smallest{0};
    double m_largest{0};
    ParameterLayout m_layout;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_EMCL_NETWORKS_H */
