/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-policy-networks.h"

#include "sterna-beta-distribution.h"

#include "ns3/log.h"

#include <cmath>

// Last, because no header of Sterna may depend on these.
#include "sterna-graph-layers.h"
#include "sterna-tensor-views.h"

#include <ATen/Parallel.h>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaPolicyNetworks");

namespace
{

using torch::Tensor;

constexpr double MASKED = -1e9; //!< logit of a masked choice: probability 0, but no NaN

/// What a policy and its critic say of a batch, before anything is drawn.
struct Heads
{
    Tensor logits;    //!< batch x U x S
    Tensor trunk;     //!< batch x U x width, or batch x width without a graph
    GraphNodes nodes; //!< graph only
};

/// Layers of one network, on a batch.
class Network
{
  public:
    Network(const PolicyShape& shape, const TensorViews& views, const ObservationBatch& batch)
        : m_shape(shape),
          m_views(views),
          m_batch(batch),
          m_count(batch.GetCount())
    {
    }

    Heads GetHeads() const
    {
        switch (m_shape.encoder)
        {
        case PolicyShape::FLAT:
            return GetFlatHeads();
        case PolicyShape::PER_CHOICE:
            return GetPerChoiceHeads();
        default:
            return GetGraphHeads();
        }
    }

    /// Alpha and beta (batch x U x P x 2) of the choices (batch x U; none may be below 0).
    Tensor GetConcentrations(const Heads& heads, const Tensor& choices) const
    {
        std::vector<Tensor> all;
        Tensor input = heads.trunk;
        if (heads.nodes.choices.defined())
        {
            const int64_t width = heads.nodes.choices.size(2);
            const Tensor index = choices.unsqueeze(2).expand({-1, -1, width});
            input = at::cat({input, heads.nodes.choices.gather(1, index)}, 2);
            if (GetSpaces().embedding > 0)
            {
                const Tensor row =
                    choices.unsqueeze(2).unsqueeze(3).expand({-1, -1, 1, GetSpaces().embedding});
                input = at::cat({input, GetPairs().gather(2, row).squeeze(2)}, 2);
            }
        }
        for (int64_t i = 0; i < GetSpaces().parameters; ++i)
        {
            const Tensor outputs = Head(input, "parameter" + std::to_string(i));
            all.push_back(outputs.reshape({m_count, GetSpaces().actors, 1, 2}));
        }
        return at::softplus(at::cat(all, 2)) + 1.0;
    }

    /// batch x 1, or x U
    Tensor GetValues(const Heads& heads) const
    {
        if (m_shape.encoder == PolicyShape::FLAT)
        {
            return m_views.Linear(Perceptron(GetFlatInput(), "critic"), "critic.value");
        }
        if (m_shape.encoder == PolicyShape::PER_CHOICE)
        {
            return m_views.Linear(Perceptron(Summarize(), "critic"), "critic.value");
        }
        const Tensor trunk = m_shape.valuePerActor ? heads.trunk : heads.trunk.mean(1, true);
        return Head(trunk, "critic").squeeze(2);
    }

    /// 1 where an actor has a valid choice (batch x U).
    Tensor GetActive() const
    {
        return GetSpaces().choices > 0 ? std::get<0>(GetMask().max(2))
                                       : at::ones({m_count, GetSpaces().actors});
    }

  private:
    const AgentSpaces& GetSpaces() const
    {
        return m_shape.spaces;
    }

    Tensor GetMask() const
    {
        return View(m_batch.mask).view({m_count, GetSpaces().actors, GetSpaces().choices});
    }

    Tensor GetPairs() const
    {
        return View(m_batch.pairs)
            .view({m_count, GetSpaces().actors, GetSpaces().choices, GetSpaces().embedding});
    }

    Tensor Activate(const Tensor& values) const
    {
        return m_shape.activation == Mlp::Hidden::TANH ? at::tanh(values) : at::relu(values);
    }

    Tensor Perceptron(Tensor values, const std::string& name) const
    {
        for (size_t i = 0; i < m_shape.hidden.size(); ++i)
        {
            values = Activate(m_views.Linear(values, name + "." + std::to_string(i)));
        }
        return values;
    }

    Tensor Head(const Tensor& input, const std::string& name) const
    {
        return m_views.Linear(
            m_shape.headWidth > 0 ? Activate(m_views.Linear(input, name + ".hidden")) : input,
            name + ".output");
    }

    Tensor Mask(const Tensor& logits) const
    {
        return logits.masked_fill(GetMask() == 0.0, MASKED);
    }

    Tensor GetFlatInput() const
    {
        const Tensor features = View(m_batch.features);
        return m_batch.pairs.size() > 0
                   ? at::cat({features, View(m_batch.pairs).view({m_count, -1})}, 1)
                   : features;
    }

    Heads GetFlatHeads() const
    {
        Heads heads;
        heads.trunk = Perceptron(GetFlatInput(), "actor");
        if (GetSpaces().choices > 0)
        {
            heads.logits = Mask(Head(heads.trunk, "choice").view(GetMask().sizes()));
        }
        return heads;
    }

    /// Features before the blocks (batch x 1 x numbers).
    Tensor GetGlobal() const
    {
        const int64_t blocks = GetSpaces().choices * GetSpaces().blockSize;
        return View(m_batch.features).narrow(1, 0, GetSpaces().features - blocks).unsqueeze(1);
    }

    /// batch x S x blockSize
    Tensor GetBlocks() const
    {
        const int64_t blocks = GetSpaces().choices * GetSpaces().blockSize;
        return View(m_batch.features)
            .narrow(1, GetSpaces().features - blocks, blocks)
            .reshape({m_count, GetSpaces().choices, GetSpaces().blockSize});
    }

    Heads GetPerChoiceHeads() const
    {
        Heads heads;
        const Tensor blocks = GetBlocks();
        const Tensor inputs =
            at::cat({GetGlobal().expand({-1, GetSpaces().choices, -1}), blocks}, 2);
        Tensor logits = m_views.Linear(Perceptron(inputs, "actor"), "choice").squeeze(2);
        if (GetSpaces().prior)
        {
            logits = logits +
                     at::exp(m_views["priorScale"]) * blocks.select(2, GetSpaces().blockSize - 1);
        }
        heads.trunk = GetGlobal();
        heads.logits = Mask(logits.unsqueeze(1));
        return heads;
    }

    /// What the critic of PER_CHOICE sees.
    Tensor Summarize() const
    {
        const Tensor valid = GetMask().view({m_count, -1, 1});
        const Tensor blocks = GetBlocks();
        const Tensor mean = (blocks * valid).sum(1) / valid.sum(1).clamp_min(1.0);
        const Tensor largest = std::get<0>(blocks.masked_fill(valid == 0.0, MASKED).max(1));
        const Tensor any = std::get<0>(valid.max(1));
        return at::cat({GetGlobal().squeeze(1), mean, at::where(any > 0.0, largest, any)}, 1);
    }

    Heads GetGraphHeads() const
    {
        Heads heads;
        heads.nodes = EncodeNodes();
        const Tensor& choices = heads.nodes.choices;
        const Tensor& actors = heads.nodes.actors;
        const Tensor input = at::cat({actors,
                                      choices.mean(1, true).expand_as(actors),
                                      actors.mean(1, true).expand_as(actors)},
                                     2);
        heads.trunk = Perceptron(input, "trunk");
        heads.logits = Mask(PairHead(heads, "choice"));
        return heads;
    }

    /**
     * A head that sees every pair of actor and choice, without building these inputs: the first
     * layer is the sum of its parts.
     */
    Tensor PairHead(const Heads& heads, const std::string& name) const
    {
        const std::string first = name + (m_shape.headWidth > 0 ? ".hidden" : ".output");
        const Tensor& weight = m_views[first + ".weight"];
        const int64_t trunk = heads.trunk.size(2);
        const int64_t node = heads.nodes.choices.size(2);
        Tensor values =
            at::linear(heads.trunk, weight.narrow(1, 0, trunk), m_views[first + ".bias"])
                .unsqueeze(2) +
            at::linear(heads.nodes.choices, weight.narrow(1, trunk, node)).unsqueeze(1);
        if (GetSpaces().embedding > 0)
        {
            values = values +
                     at::linear(GetPairs(), weight.narrow(1, trunk + node, GetSpaces().embedding));
        }
        return (m_shape.headWidth > 0 ? m_views.Linear(Activate(values), name + ".output") : values)
            .squeeze(3);
    }

    /// A code per node, of the latest step or of the whole window.
    GraphNodes EncodeNodes() const
    {
        const int64_t choices = GetSpaces().choices;
        const int64_t actors = GetSpaces().actors;
        const bool temporal = m_shape.encoder == PolicyShape::GATE;
        const int64_t steps = temporal ? GetSpaces().window : 1;
        const int64_t first = GetSpaces().window - steps;
        const Tensor features =
            View(m_batch.features)
                .view({m_count, GetSpaces().window, choices + actors, GetSpaces().blockSize})
                .narrow(1, first, steps)
                .reshape({m_count * steps, choices + actors, GetSpaces().blockSize});
        const Tensor edges = View(m_batch.edges)
                                 .view({m_count, GetSpaces().window, actors, choices})
                                 .narrow(1, first, steps)
                                 .reshape({m_count * steps, actors, choices});
        GraphNodes nodes{features.narrow(1, 0, choices), features.narrow(1, choices, actors)};
        const GraphLayers layers(m_views,
                                 static_cast<int64_t>(m_shape.nodeWidths.size()),
                                 m_shape.attentionHeads);
        nodes = m_shape.encoder == PolicyShape::GAT ? layers.Attend(nodes, edges)
                                                    : layers.Convolve(nodes, edges);
        return temporal ? layers.ConvolveOverTime(nodes, m_count) : nodes;
    }

    const PolicyShape& m_shape;
    const TensorViews& m_views;
    const ObservationBatch& m_batch;
    int64_t m_count;
};

/// PolicyEvaluation as tensors.
struct Evaluation
{
    Tensor choices;
    Tensor parameters;
    Tensor entropies;
    Tensor values;
};

/// The indices with 0 where there is none.
Tensor
ToIndices(const ActionBatch& actions)
{
    return torch::from_blob(const_cast<int*>(actions.choices.data()),
                            {actions.choices.rows(), actions.choices.cols()},
                            torch::kInt32)
        .to(torch::kInt64)
        .clamp_min(0);
}

/// log B(alpha, beta)
Tensor
LogBeta(const Tensor& alpha, const Tensor& beta)
{
    return at::lgamma(alpha) + at::lgamma(beta) - at::lgamma(alpha + beta);
}

Evaluation
EvaluateTensors(const PolicyShape& shape,
                const TensorViews& views,
                const ObservationBatch& batch,
                const ActionBatch& actions)
{
    const Network network(shape, views, batch);
    const Heads heads = network.GetHeads();
    const Tensor active = network.GetActive();
    const int64_t count = batch.GetCount();
    Evaluation evaluation;
    evaluation.values = network.GetValues(heads);
    evaluation.choices = at::zeros({count, 0});
    evaluation.entropies = at::zeros({count, shape.spaces.actors});
    const Tensor indices = ToIndices(actions);
    if (shape.spaces.choices > 0)
    {
        const Tensor logarithms = at::log_softmax(heads.logits, 2);
        evaluation.choices = logarithms.gather(2, indices.unsqueeze(2)).squeeze(2) * active;
        evaluation.entropies = -(logarithms.exp() * logarithms).sum(2) * active;
    }
    evaluation.parameters = at::zeros({count, shape.spaces.actors * shape.spaces.parameters});
    if (shape.spaces.parameters > 0)
    {
        const Tensor concentrations = network.GetConcentrations(heads, indices);
        const Tensor alpha = concentrations.select(3, 0);
        const Tensor beta = concentrations.select(3, 1);
        const Tensor share = ((View(actions.parameters).view(alpha.sizes()) + 1.0) / 2.0)
                                 .clamp(BetaDistribution::MARGIN, 1.0 - BetaDistribution::MARGIN);
        const Tensor norm = LogBeta(alpha, beta);
        // Of y = 2 x - 1: the density is half that of x, the entropy is larger by log 2.
        const Tensor densities = (alpha - 1.0) * at::log(share) + (beta - 1.0) * at::log1p(-share) -
                                 norm - std::log(2.0);
        const Tensor entropies = norm - (alpha - 1.0) * at::digamma(alpha) -
                                 (beta - 1.0) * at::digamma(beta) +
                                 (alpha + beta - 2.0) * at::digamma(alpha + beta) + std::log(2.0);
        evaluation.parameters = (densities * active.unsqueeze(2)).flatten(1);
        evaluation.entropies = evaluation.entropies + entropies.sum(2) * active;
    }
    return evaluation;
}

PolicyEvaluation
ToEigen(const Evaluation& evaluation)
{
    return {ToMatrix(evaluation.choices.detach()),
            ToMatrix(evaluation.parameters.detach()),
            ToMatrix(evaluation.entropies.detach()),
            ToMatrix(evaluation.values.detach())};
}

} // namespace

void
PolicyNetworks::UseOneThread()
{
    // Two threads are slower than one on networks of this size.
    at::set_num_threads(1);
}

PolicyCode
PolicyNetworks::Encode(const Eigen::VectorXf& parameters, const ObservationBatch& batch) const
{
    const c10::InferenceMode inference;
    const TensorViews views(m_policyLayout, parameters);
    const Heads heads = Network(m_shape, views, batch).GetHeads();
    PolicyCode code;
    code.trunk = ToMatrix(heads.trunk.reshape({-1, heads.trunk.size(-1)}));
    if (heads.logits.defined())
    {
        code.logits = ToMatrix(heads.logits.flatten(1));
    }
    if (heads.nodes.choices.defined())
    {
        const Tensor nodes = at::cat({heads.nodes.choices, heads.nodes.actors}, 1);
        code.nodes = ToMatrix(nodes.flatten(0, 1));
    }
    return code;
}

RowMatrixXf
PolicyNetworks::Concentrations(const Eigen::VectorXf& parameters,
                               const ObservationBatch& batch,
                               const PolicyCode& code,
                               const ActionBatch& actions) const
{
    const c10::InferenceMode inference;
    const TensorViews views(m_policyLayout, parameters);
    const int64_t count = batch.GetCount();
    Heads heads;
    heads.trunk = View(code.trunk);
    if (code.nodes.size() > 0)
    {
        heads.trunk = heads.trunk.view({count, m_shape.spaces.actors, -1});
        heads.nodes.choices = View(code.nodes)
                                  .view({count, code.nodes.rows() / count, -1})
                                  .narrow(1, 0, m_shape.spaces.choices);
    }
    return ToMatrix(
        Network(m_shape, views, batch).GetConcentrations(heads, ToIndices(actions)).flatten(1));
}

PolicyEvaluation
PolicyNetworks::Evaluate(const Eigen::VectorXf& parameters,
                         const ObservationBatch& batch,
                         const ActionBatch& actions) const
{
    const c10::InferenceMode inference;
    return ToEigen(EvaluateTensors(m_shape, TensorViews(m_layout, parameters), batch, actions));
}

RowMatrixXf
PolicyNetworks::Values(const Eigen::VectorXf& parameters, const ObservationBatch& batch) const
{
    const c10::InferenceMode inference;
    const TensorViews views(m_layout, parameters);
    const Network network(m_shape, views, batch);
    const bool shared =
        m_shape.encoder != PolicyShape::FLAT && m_shape.encoder != PolicyShape::PER_CHOICE;
    return ToMatrix(network.GetValues(shared ? network.GetHeads() : Heads()));
}

void
PolicyNetworks::Gradient(const Eigen::VectorXf& parameters,
                         const ObservationBatch& batch,
                         const ActionBatch& actions,
                         const Loss& loss,
                         Eigen::VectorXf& gradient) const
{
    const TensorViews views(m_layout, parameters, gradient);
    const Evaluation evaluation = EvaluateTensors(m_shape, views, batch, actions);
    const PolicyEvaluation derivatives = loss(ToEigen(evaluation));
    // Its gradient is the sum of derivatives times gradients: that of the loss.
    ((evaluation.choices * View(derivatives.choices)).sum() +
     (evaluation.parameters * View(derivatives.parameters)).sum() +
     (evaluation.entropies * View(derivatives.entropies)).sum() +
     (evaluation.values * View(derivatives.values)).sum())
        .backward();
}

} // namespace sterna
} // namespace ns3
