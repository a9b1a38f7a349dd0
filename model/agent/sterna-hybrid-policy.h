/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_HYBRID_POLICY_H
#define STERNA_HYBRID_POLICY_H

#include "sterna-agent.h"
#include "sterna-generator.h"
#include "sterna-mlp.h"

#include "ns3/random-variable-stream.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What a HybridPolicy decides for a batch, and what the way back needs.
struct HybridDecisions
{
    RowMatrixXf probabilities;    //!< of every choice, 0 where invalid (batch x actors choices)
    RowMatrixXf logProbabilities; //!< their logarithms, 0 where invalid
    RowMatrixXf parameters;       //!< tanh(u); 0 of actors without a valid choice
    RowMatrixXf spreads;          //!< deviation x noise, u less its mean; 0 likewise
    Eigen::VectorXf entropy;      //!< of the choices, all actors together
    Eigen::VectorXf logValid;     //!< the largest such entropy: sum of log(valid choices)
    Eigen::VectorXf logDensity;   //!< of the parameters, all actors together
    Eigen::VectorXf reals;        //!< how many parameters belong to actors that act
};

/**
 * \ingroup sterna
 * The policy of hybrid soft actor-critic: one network, with heads for all actors on its last layer.
 *
 *     pi(a, x | s) = product over actors u of  pi_u(a_u | s)  product over p of  pi_up(x_up | s)
 *
 * pi_u is categorical over the valid choices of u (softmax; an invalid one has probability 0), and
 * pi_up a TanhGaussian whose mean and deviation depend on s. Choices and parameters are independent
 * given s, the simplest of the hybrid policies of Delalleau et al. (2019): parameters do not depend
 * on which choice was drawn. The limit: where a worse choice with parameters that suit it beats the
 * best choice with these, learning may settle on the worse one. An actor without a valid choice answers -1 and parameters of 0, and
 * has no part in entropies and densities.
 *
 * The network's outputs are the logits (actor by actor), then all means, then the numbers that
 * TanhGaussian::LogDeviation() maps to deviations.
 */
class HybridPolicy
{
  public:
    HybridPolicy() = default;
    /// All weights are 0.
    HybridPolicy(const AgentSpaces& spaces, const std::vector<Eigen::Index>& hidden);
    /// A network that was read. \pre its widths fit: inputs are features, outputs GetOutputs()
    HybridPolicy(const AgentSpaces& spaces, const Mlp& network);

    /// Outputs that the network of such a policy has.
    static Eigen::Index GetOutputs(const AgentSpaces& spaces);

    Mlp& GetNetwork();
    const Mlp& GetNetwork() const;

    /// The most probable choices and tanh(mean).
    Action ActBest(const Observation& observation);
    /// A draw from the policy.
    Action ActRandomly(const Observation& observation, Generator& random);

    /**
     * Decides for a batch.
     * \param mask 1: valid, 0: not (batch x actors choices)
     * \param noise standard normal numbers (batch x actors parameters)
     */
    void Decide(const Eigen::Ref<const RowMatrixXf>& features,
                const RowMatrixXf& mask,
                const RowMatrixXf& noise,
                HybridDecisions& decisions);

    /**
     * Gradient of a loss, after Decide() with the same features.
     * \param probabilitySlope d loss / d probabilities; what is common to an actor's does not count
     * \param parameterSlope d loss / d parameters, without what comes through logDensity
     * \param densitySlope d loss / d logDensity, the same for all samples
     * \param gradient is set to d loss / d network's parameters
     */
    void Backward(const Eigen::Ref<const RowMatrixXf>& features,
                  const HybridDecisions& decisions,
                  const RowMatrixXf& probabilitySlope,
                  const RowMatrixXf& parameterSlope,
                  float densitySlope,
                  Eigen::VectorXf& gradient);

  private:
    Eigen::Index Flags() const; //!< choices of all actors
    Eigen::Index Reals() const; //!< parameters of all actors
    /// One actor's categorical, in row `i` of the decisions. \return whether a choice is valid
    bool DecideChoice(Eigen::Index i,
                      Eigen::Index actor,
                      const RowMatrixXf& mask,
                      HybridDecisions& decisions) const;
    /// One parameter, in row `i` of the decisions.
    void DecideParameter(Eigen::Index i,
                         Eigen::Index column,
                         double noise,
                         HybridDecisions& decisions) const;

    AgentSpaces m_spaces;
    Mlp m_network;
    Mlp::Workspace m_workspace;
    RowMatrixXf m_outputSlope;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_HYBRID_POLICY_H */
