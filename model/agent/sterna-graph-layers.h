/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_GRAPH_LAYERS_H
#define STERNA_GRAPH_LAYERS_H

#include "sterna-policy-networks.h"
#include "sterna-tensor-views.h"

#include <cstdint>
#include <limits>
#include <string>
#include <torch/types.h>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * Layers on graphs of choices and actors, see PolicyNetworks. Private to the sources of this folder
 * that are compiled with LibTorch: no other header includes it.
 */

namespace ns3
{
namespace sterna
{

/// The codes of a graph's nodes.
struct GraphNodes
{
    torch::Tensor choices; //!< graphs x S x width
    torch::Tensor actors;  //!< graphs x U x width
};

/**
 * \ingroup sterna
 * What PolicyNetworks does to the nodes of graphs. An edge joins an actor and a choice, never two of
 * one kind; edges are flags, 0 or 1 (graphs x U x S). The tensors are named `node.N.*`, `time.*` and
 * `norm.*`.
 */
class GraphLayers
{
  public:
    static constexpr double LEAK = 0.2; //!< slope of LeakyReLU in graph attention

    /// \param layers on each graph
    /// \param heads of attention
    GraphLayers(const TensorViews& views, int64_t layers, int64_t heads)
        : m_views(views),
          m_layers(layers),
          m_heads(heads)
    {
    }

    /// Eqs. (23) and (24). Edges join actors and choices only, so A_hat H has two small products.
    GraphNodes Convolve(GraphNodes nodes, const torch::Tensor& edges) const
    {
        const torch::Tensor ofChoices = at::rsqrt(edges.sum(1) + 1.0).unsqueeze(2);
        const torch::Tensor ofActors = at::rsqrt(edges.sum(2) + 1.0).unsqueeze(2);
        const torch::Tensor back = edges.transpose(1, 2);
        for (int64_t i = 0; i < m_layers; ++i)
        {
            const torch::Tensor& weight = m_views["node." + std::to_string(i) + ".weight"];
            const torch::Tensor choices = at::linear(nodes.choices, weight) * ofChoices;
            const torch::Tensor actors = at::linear(nodes.actors, weight) * ofActors;
            nodes = {at::relu(ofChoices * (choices + at::bmm(back, actors))),
                     at::relu(ofActors * (actors + at::bmm(edges, choices)))};
        }
        return nodes;
    }

    /// Graph attention.
    GraphNodes Attend(GraphNodes nodes, const torch::Tensor& edges) const
    {
        const torch::Tensor back = edges.transpose(1, 2);
        for (int64_t i = 0; i < m_layers; ++i)
        {
            const std::string layer = "node." + std::to_string(i);
            const bool last = i + 1 == m_layers;
            const Side choices = GetSide(nodes.choices, layer);
            const Side actors = GetSide(nodes.actors, layer);
            const auto join = [last](const torch::Tensor& heads) {
                return at::elu(last ? heads.mean(1) : heads.transpose(1, 2).flatten(2));
            };
            nodes = {join(AttendSide(choices, actors, back)),
                     join(AttendSide(actors, choices, edges))};
        }
        return nodes;
    }

    /// Eq. (27), node by node; see PolicyNetworks for windows that are not of the kernel's length.
    GraphNodes ConvolveOverTime(const GraphNodes& nodes, int64_t count) const
    {
        torch::Tensor codes = at::cat({nodes.choices, nodes.actors}, 1);
        const int64_t width = codes.size(2);
        const int64_t kernel = PolicyNetworks::KERNEL;
        codes = codes.view({count, -1, codes.size(1), width});
        if (codes.size(1) < kernel)
        {
            const torch::Tensor before =
                at::zeros({count, kernel - codes.size(1), codes.size(2), width});
            codes = at::cat({before, codes}, 1);
        }
        const int64_t outputs = codes.size(1) - kernel + 1;
        std::vector<torch::Tensor> taps;
        for (int64_t tap = 0; tap < kernel; ++tap)
        {
            taps.push_back(codes.narrow(1, tap, outputs));
        }
        const torch::Tensor convolved = m_views.Linear(at::cat(taps, 3), "time");
        const torch::Tensor normal =
            at::layer_norm(convolved, {width}, m_views["norm.gain"], m_views["norm.shift"]);
        const torch::Tensor mean = at::relu(normal).mean(1);
        return {mean.narrow(1, 0, nodes.choices.size(1)),
                mean.narrow(1, nodes.choices.size(1), nodes.actors.size(1))};
    }

  private:
    /// One side's part of a layer of graph attention.
    struct Side
    {
        torch::Tensor values; //!< W h (graphs x heads x nodes x width)
        torch::Tensor left;   //!< a's first half times that (graphs x heads x nodes)
        torch::Tensor right;  //!< a's second half times that
    };

    Side GetSide(const torch::Tensor& nodes, const std::string& layer) const
    {
        const torch::Tensor values = at::linear(nodes, m_views[layer + ".weight"])
                                         .view({nodes.size(0), nodes.size(1), m_heads, -1})
                                         .transpose(1, 2);
        const auto weigh = [&](const char* half) {
            return (values * m_views[layer + half].view({1, m_heads, 1, -1})).sum(3);
        };
        return {values, weigh(".left"), weigh(".right")};
    }

    /// New codes of `own`, from themselves and the `other` ones that edges join to them.
    static torch::Tensor AttendSide(const Side& own, const Side& other, const torch::Tensor& edges)
    {
        const torch::Tensor toOthers =
            at::leaky_relu(own.left.unsqueeze(3) + other.right.unsqueeze(2), LEAK)
                .masked_fill(edges.unsqueeze(1) == 0.0, -std::numeric_limits<double>::infinity());
        const torch::Tensor toItself = at::leaky_relu(own.left + own.right, LEAK).unsqueeze(3);
        const torch::Tensor shares = at::softmax(at::cat({toItself, toOthers}, 3), 3);
        return shares.narrow(3, 0, 1) * own.values +
               at::matmul(shares.narrow(3, 1, edges.size(2)), other.values);
    }

    const TensorViews& m_views;
    int64_t m_layers;
    int64_t m_heads;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_GRAPH_LAYERS_H */
