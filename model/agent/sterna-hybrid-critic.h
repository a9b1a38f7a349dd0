/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_HYBRID_CRITIC_H
#define STERNA_HYBRID_CRITIC_H

#include "sterna-agent.h"
#include "sterna-hybrid-replay.h"
#include "sterna-mlp.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The value of a joint hybrid action, with one branch per actor:
 *
 *     Q(s, a, x) = V(s, x) + sum over actors u with a choice of  A_u(s, x, a_u)
 *
 * One network maps (features, all actors' parameters x) to V and to A_u of every choice: 1 + U S
 * outputs in place of one for each of the S^U joint choices. Its branches are those of branching
 * Q-networks (Tavakoli et al., 2018), but they are added up, as in value decomposition (Sunehag et
 * al., 2018), and the sum is fitted, not each branch by itself. That has three consequences which
 * soft actor-critic needs. The expectation over all actors' choices is exact and costs no more than
 * one value,
 *
 *     E Q(s, ., x) = V(s, x) + sum over u, a of  pi_u(a | s) A_u(s, x, a);
 *
 * the policy of the largest Q plus temperature times entropy is exactly a product over actors,
 * pi_u(a) proportional to exp(A_u(s, x, a) / temperature); and what one actor earns is not noise in
 * the branches of the others. The limit: given s and x, choices add up. That two actors crowd one
 * choice shows only in what s and x say about it.
 *
 * A branch may trade constants with V and with other branches, so only sums have a meaning: of two
 * such critics the smaller is found by their (expected) sums, not branch by branch. Without choices
 * V(s, x) remains, the critic of continuous soft actor-critic.
 */
class HybridCritic
{
  public:
    HybridCritic() = default;
    /// All weights are 0.
    HybridCritic(const AgentSpaces& spaces, const std::vector<Eigen::Index>& hidden);

    Mlp& GetNetwork();
    const Mlp& GetNetwork() const;

    /// Q of executed choices. \param inputs features, then parameters, one sample per row
    Eigen::VectorXf Values(const RowMatrixXf& inputs, const HybridBatch::Choices& choices);
    /// E Q over choices of these probabilities (batch x actors choices).
    Eigen::VectorXf ExpectedValues(const RowMatrixXf& inputs, const RowMatrixXf& probabilities);
    /// A_u of every choice after either call (batch x actors choices).
    Eigen::Block<const RowMatrixXf> GetBranches() const;

    /**
     * Gradient of a loss, after Values() with the same arguments.
     * \param slope d loss / d values
     * \param gradient is set to d loss / d network's parameters
     */
    void Backward(const RowMatrixXf& inputs,
                  const HybridBatch::Choices& choices,
                  const Eigen::VectorXf& slope,
                  Eigen::VectorXf& gradient);
    /**
     * After ExpectedValues(): what a loss that these values move says about the parameters.
     * \param slope d loss / d values
     * \param parameterSlope is set to d loss / d parameters (batch x actors parameters)
     */
    void BackwardParameters(const RowMatrixXf& probabilities,
                            const Eigen::VectorXf& slope,
                            RowMatrixXf& parameterSlope);

  private:
    Eigen::Index m_choices{0}; //!< per actor
    Eigen::Index m_reals{0};   //!< parameters of all actors
    Mlp m_network;
    Mlp::Workspace m_workspace;
    RowMatrixXf m_outputSlope;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_HYBRID_CRITIC_H */
