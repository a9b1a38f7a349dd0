/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_POLICY_NETWORKS_H
#define STERNA_POLICY_NETWORKS_H

#include "sterna-agent.h"
#include "sterna-generator.h"
#include "sterna-mlp.h"
#include "sterna-observation-batch.h"
#include "sterna-parameter-layout.h"

#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Sizes of a policy and its critic.
struct PolicyShape
{
    /// How a policy sees its observation; see PolicyNetworks.
    enum Encoder
    {
        FLAT,
        GCN,
        GAT,
        GATE,
        PER_CHOICE
    };

    Encoder encoder{FLAT};
    AgentSpaces spaces;
    std::vector<Eigen::Index> hidden;             //!< widths of the trunk's layers
    Eigen::Index headWidth{0};                    //!< width of each head's hidden layer; 0: none
    std::vector<Eigen::Index> nodeWidths{32, 16}; //!< of graph layers
    Eigen::Index attentionHeads{4};               //!< GAT only
    Mlp::Hidden activation{Mlp::Hidden::TANH};    //!< after hidden layers of trunk and heads
    bool valuePerActor{false};                    //!< one value per actor instead of one
};

/// What U actors with P parameters each did, one action per row.
struct ActionBatch
{
    Eigen::Matrix<int, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> choices; //!< U; -1: none
    RowMatrixXf parameters; //!< U P, actor by actor, in [-1, 1]
};

/// What a policy and its critic say of actions, or a loss's derivatives with respect to that.
struct PolicyEvaluation
{
    RowMatrixXf
        choices; //!< log-probability of each actor's choice (batch x U; x 0 if there are none)
    RowMatrixXf parameters; //!< log-density of each parameter in [-1, 1] (batch x U P)
    RowMatrixXf entropies;  //!< of each actor, all its heads together (batch x U)
    RowMatrixXf values;     //!< the critic's (batch x 1, or U if there is one per actor)
};

/// What a policy makes of observations before anything is drawn.
struct PolicyCode
{
    RowMatrixXf logits; //!< of the choices, masked ones about -1e9 (batch x U S)
    RowMatrixXf trunk;  //!< graph: one row per actor (batch U x width); else one per observation
    RowMatrixXf nodes;  //!< graph: one row per node, choices first (batch (S + U) x width)
};

/**
 * \ingroup sterna
 * A stochastic policy of U actors and its critic. Each actor draws one of S choices from a
 * categorical distribution, and P parameters, each y = 2 x - 1 with x from a Beta distribution whose
 * alpha and beta are 1 + softplus(.), so log p(y) = log p(x) - log 2. LibTorch computes; parameters
 * are the caller's.
 *
 * Masked choices have probability 0. An actor without any valid choice draws nothing: its
 * log-probabilities and its entropy are 0.
 *
 * **FLAT.** A perceptron sees all features, and Observation::choices where there are any, and has a
 * head of U S logits and one head of 2 U per parameter. The critic is a perceptron of its own.
 *
 * **GCN, GAT, GATE.** The observation is a graph (AgentSpaces::window). An encoder makes a code of
 * every node:
 *  - GCN: H <- ReLU(A_hat H W) per layer, A_hat = D^-1/2 (A + I) D^-1/2, eqs. (23) and (24) of the
 *    GATE-HPPO paper, on the latest step only;
 *  - GAT: graph attention (Velickovic et al., ICLR 2018) on the latest step only: coefficients are
 *    the softmax over a node's neighbours and itself of LeakyReLU_0.2(a^T [W h_i, W h_j]); several
 *    heads, joined in all layers but the last, whose heads are averaged; ELU;
 *  - GATE: the GCN on each step, then one convolution over time of every node by itself, kernel 3,
 *    LayerNorm, ReLU, eq. (27). It has no padding: a window of 3 gives one code, as in the paper;
 *    one of W > 3 gives W - 2, of which the mean is taken; a shorter one is preceded by zeros.
 *
 * For each actor a perceptron, the trunk, sees [its code, mean code of all choices, mean code of all
 * actors]. All heads see [trunk, code of a choice, numbers of the pair]: one head gives the choice's
 * logit, one per parameter gives alpha and beta for the choice that was drawn. The critic's head sees
 * the mean of the actors' trunks, or, with one value per actor, each trunk. No weight depends on U
 * or S, so a policy decides for other numbers of actors and choices than it was trained with.
 *
 * **PER_CHOICE.** One actor; features end in one block per choice. A perceptron sees the features
 * before the blocks and the block of a choice, and gives its logit; where the spaces have a prior,
 * the block's last feature times exp(s) is added, s being learned from 0. The critic is a perceptron
 * that sees the features before the blocks, and mean and maximum over the valid blocks.
 */
class PolicyNetworks
{
  public:
    static constexpr int KERNEL = 3; //!< of the convolution over time

    PolicyNetworks() = default;
    /// Throws InputError if the sizes do not fit together.
    explicit PolicyNetworks(const PolicyShape& shape);

    const PolicyShape& GetShape() const;
    /// All tensors; those of the policy come first, those of the critic alone are named `critic.*`.
    const ParameterLayout& GetLayout() const;
    /// Those that are needed to decide.
    const ParameterLayout& GetPolicyLayout() const;

    /**
     * Initial values: orthogonal matrices, sqrt(2) long in hidden layers, 0.01 in the heads of the
     * policy and 1 in that of the critic; biases are 0.
     */
    Eigen::VectorXf Draw(Generator& random) const;

    PolicyCode Encode(const Eigen::VectorXf& parameters, const ObservationBatch& batch) const;

    /**
     * Alpha and beta of every parameter, after Encode().
     * \param choices of each actor (batch x U), where the heads depend on it; -1: any
     * \return batch x U P 2
     */
    RowMatrixXf Concentrations(const Eigen::VectorXf& parameters,
                               const ObservationBatch& batch,
                               const PolicyCode& code,
                               const ActionBatch& actions) const;

    PolicyEvaluation Evaluate(const Eigen::VectorXf& parameters,
                              const ObservationBatch& batch,
                              const ActionBatch& actions) const;
    /// PolicyEvaluation::values.
    RowMatrixXf Values(const Eigen::VectorXf& parameters, const ObservationBatch& batch) const;

    /// A loss: what it makes of an evaluation. \return its derivatives
    using Loss = std::function<PolicyEvaluation(const PolicyEvaluation&)>;
    /// Sets `gradient` to a loss's gradient with respect to the parameters.
    void Gradient(const Eigen::VectorXf& parameters,
                  const ObservationBatch& batch,
                  const ActionBatch& actions,
                  const Loss& loss,
                  Eigen::VectorXf& gradient) const;

  private:
    /// How a tensor begins.
    struct Beginning
    {
        bool orthogonal; //!< a matrix of orthogonal rows or columns; else a constant
        double value;    //!< their length, or the constant
    };

    static void UseOneThread();
    void Add(const std::string& name, const std::vector<int64_t>& shape, Beginning beginning);
    void AddLayer(const std::string& name, Eigen::Index in, Eigen::Index out, double gain);
    /// A perceptron without its last layer. \return its width
    Eigen::Index AddTrunk(const std::string& name, Eigen::Index inputs);
    /// `NAME.hidden`, if heads have one, and `NAME.output`.
    void AddHead(const std::string& name, Eigen::Index in, Eigen::Index out, double gain);
    void AddFlat();
    void AddGraph();
    void AddPerChoice();

    PolicyShape m_shape;
    bool m_ofCritic{false}; //!< what is added belongs to the critic alone
    ParameterLayout m_layout;
    ParameterLayout m_policyLayout;
    std::vector<Beginning> m_beginnings;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_POLICY_NETWORKS_H */
