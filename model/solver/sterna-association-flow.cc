/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-flow.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/successive_shortest_path_nonnegative_weights.hpp>
#include <cmath>
#include <utility>

namespace ns3
{
namespace sterna
{

namespace
{

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using Edge = Traits::edge_descriptor;
using Graph = boost::adjacency_list<
    boost::vecS,
    boost::vecS,
    boost::directedS,
    boost::no_property,
    boost::property<boost::edge_capacity_t,
                    long,
                    boost::property<boost::edge_residual_capacity_t,
                                    long,
                                    boost::property<boost::edge_reverse_t,
                                                    Edge,
                                                    boost::property<boost::edge_weight_t, long>>>>>;

/// Costs are whole numbers up to this: rounding must not make reduced costs negative, and a share of
/// 1e-12 of the largest weight matters to nobody.
constexpr double LARGEST_COST = 0x1p40;

/// A flow network whose edges have their reverse edges beside them, as Boost wants them.
class FlowNetwork
{
  public:
    explicit FlowNetwork(std::size_t vertices)
        : m_graph(vertices)
    {
    }

    Edge Connect(std::size_t from, std::size_t to, long capacity, long cost)
    {
        const Edge edge = boost::add_edge(from, to, m_graph).first;
        const Edge reverse = boost::add_edge(to, from, m_graph).first;
        Set(edge, reverse, capacity, cost);
        Set(reverse, edge, 0, -cost);
        return edge;
    }

    void Solve(std::size_t source, std::size_t sink)
    {
        boost::successive_shortest_path_nonnegative_weights(m_graph, source, sink);
    }

    bool Carries(const Edge& edge) const
    {
        return boost::get(boost::edge_residual_capacity, m_graph, edge) <
               boost::get(boost::edge_capacity, m_graph, edge);
    }

  private:
    void Set(const Edge& edge, const Edge& reverse, long capacity, long cost)
    {
        boost::put(boost::edge_capacity, m_graph, edge, capacity);
        boost::put(boost::edge_reverse, m_graph, edge, reverse);
        boost::put(boost::edge_weight, m_graph, edge, cost);
    }

    Graph m_graph;
};

} // namespace

std::vector<std::size_t>
BestAssociation(const AssociationSlice& slice,
                const Eigen::ArrayXd& weights,
                uint32_t stations,
                uint32_t channels)
{
    const auto& contacts = slice.Contacts();
    if (contacts.empty() || weights.maxCoeff() <= 0)
    {
        return {};
    }
    // Vertices: source, sink, stations, satellites. A satellite may flow past the stations.
    const double scale = LARGEST_COST / weights.maxCoeff();
    const std::size_t source = 0;
    const std::size_t sink = 1;
    FlowNetwork network(2 + stations + slice.Satellites().size());
    for (uint32_t j = 1; j <= stations; ++j)
    {
        network.Connect(1 + j, sink, channels, 0);
    }
    std::vector<std::pair<std::size_t, Edge>> edges;
    std::size_t satellite = 1 + stations;
    for (std::size_t c = 0; c < contacts.size(); ++c)
    {
        if (c == 0 || contacts[c].satellite != contacts[c - 1].satellite)
        {
            ++satellite;
            network.Connect(source, satellite, 1, 0);
            network.Connect(satellite, sink, 1, std::lround(LARGEST_COST));
        }
        if (weights(c) > 0)
        {
            const long cost = std::lround(LARGEST_COST - scale * weights(c));
            edges.emplace_back(c, network.Connect(satellite, 1 + contacts[c].station, 1, cost));
        }
    }
    network.Solve(source, sink);
    std::vector<std::size_t> chosen;
    for (const auto& [contact, edge] : edges)
    {
        if (network.Carries(edge))
        {
            chosen.push_back(contact);
        }
    }
    return chosen;
}

} // namespace sterna
} // namespace ns3
