/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-matching.h"

#include "sterna-association-rules.h"
#include "sterna-association-search.h"

#include "ns3/log.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/successive_shortest_path_nonnegative_weights.hpp>
#include <cmath>
#include <map>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAssociationMatching");

NS_OBJECT_ENSURE_REGISTERED(AssociationMyopicMatching);

namespace
{

/**
 * The matching as a flow of least cost: from a source over a satellite (1 each) and a station (M)
 * to a sink, or from the satellite straight to the sink for those that are left out. A contact
 * costs what it stays below the largest weight, so no cost is negative, and being left out costs
 * the largest weight.
 *
 * A flow has a satellite's and a station's node each, and one shortest path per satellite: general
 * matching (boost::maximum_weighted_matching) would need M copies of each station, and the cube of
 * their number. Costs are whole numbers: the shortest paths must not meet a negative rounding error.
 */
class MatchingFlow
{
  public:
    MatchingFlow(uint32_t satellites, uint32_t stations, uint32_t channels)
        : m_graph(2 + satellites + stations),
          m_satellites(satellites)
    {
        for (uint32_t i = 0; i < satellites; ++i)
        {
            AddArc(SOURCE, 2 + i, 1, 0);
            AddArc(2 + i, SINK, 1, LARGEST);
        }
        for (uint32_t j = 0; j < stations; ++j)
        {
            AddArc(2 + satellites + j, SINK, channels, 0);
        }
    }

    /// \param share the contact's weight as a share of the largest one
    void AddContact(uint32_t satellite, uint32_t station, double share)
    {
        const auto cost = LARGEST - std::llround(share * double(LARGEST));
        m_contacts.push_back(AddArc(2 + satellite, 2 + m_satellites + station, 1, cost));
    }

    /// Per contact, whether it is chosen.
    std::vector<bool> Solve()
    {
        // While a satellite waits, every node is in reach (over the sink and back), so that no
        // distance is infinite; Boost adds distances up.
        boost::successive_shortest_path_nonnegative_weights(m_graph, SOURCE, SINK);
        const auto residual = boost::get(boost::edge_residual_capacity, m_graph);
        std::vector<bool> chosen;
        for (const auto& contact : m_contacts)
        {
            chosen.push_back(residual[contact] == 0);
        }
        return chosen;
    }

  private:
    using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
    using Arc = Traits::edge_descriptor;
    using Graph = boost::adjacency_list<
        boost::vecS,
        boost::vecS,
        boost::directedS,
        boost::no_property,
        boost::property<
            boost::edge_capacity_t,
            int64_t,
            boost::property<boost::edge_residual_capacity_t,
                            int64_t,
                            boost::property<boost::edge_reverse_t,
                                            Arc,
                                            boost::property<boost::edge_weight_t, int64_t>>>>>;

    static constexpr uint32_t SOURCE = 0;
    static constexpr uint32_t SINK = 1;
    static constexpr int64_t LARGEST = int64_t(1) << 48;

    Arc AddArc(uint32_t from, uint32_t to, int64_t capacity, int64_t cost)
    {
        const Arc forth = boost::add_edge(from, to, m_graph).first;
        const Arc back = boost::add_edge(to, from, m_graph).first;
        const auto set = [&](const Arc& arc, int64_t room, int64_t weight, const Arc& reverse) {
            boost::put(boost::edge_capacity, m_graph, arc, room);
            boost::put(boost::edge_weight, m_graph, arc, weight);
            boost::put(boost::edge_reverse, m_graph, arc, reverse);
        };
        set(forth, capacity, cost, back);
        set(back, 0, -cost, forth);
        return forth;
    }

    Graph m_graph;
    uint32_t m_satellites;
    std::vector<Arc> m_contacts;
};

/// Per satellite the contact with the largest positive weight; empty if a station has too many.
std::vector<std::size_t>
EachItsBest(const AssociationSlice& slice, const std::vector<double>& weights, uint32_t channels)
{
    const auto& contacts = slice.Contacts();
    std::vector<std::size_t> best;
    std::map<uint32_t, uint32_t> load;
    for (std::size_t c = 0; c < contacts.size();)
    {
        std::size_t choice = c;
        const uint32_t satellite = contacts[c].satellite;
        for (; c < contacts.size() && contacts[c].satellite == satellite; ++c)
        {
            choice = weights[c] > weights[choice] ? c : choice;
        }
        if (weights[choice] > 0)
        {
            best.push_back(choice);
            if (++load[contacts[choice].station] > channels)
            {
                return {};
            }
        }
    }
    return best;
}

} // namespace

std::vector<std::size_t>
MaximumWeightMatching(const AssociationSlice& slice,
                      const std::vector<double>& weights,
                      uint32_t channels)
{
    // Where channels abound there is nothing to match: the usual case of a sparse constellation.
    auto chosen = EachItsBest(slice, weights, channels);
    const double largest = weights.empty() ? 0 : *std::max_element(weights.begin(), weights.end());
    if (!chosen.empty() || largest <= 0)
    {
        return chosen;
    }
    std::map<uint32_t, uint32_t> satellites;
    std::map<uint32_t, uint32_t> stations;
    std::vector<std::size_t> useful;
    for (std::size_t c = 0; c < weights.size(); ++c)
    {
        if (weights[c] > 0)
        {
            useful.push_back(c);
            satellites.emplace(slice.Contacts()[c].satellite, satellites.size());
            stations.emplace(slice.Contacts()[c].station, stations.size());
        }
    }
    MatchingFlow flow(satellites.size(), stations.size(), channels);
    for (const std::size_t c : useful)
    {
        const auto& contact = slice.Contacts()[c];
        flow.AddContact(satellites[contact.satellite],
                        stations[contact.station],
                        weights[c] / largest);
    }
    const auto isChosen = flow.Solve();
    for (std::size_t u = 0; u < useful.size(); ++u)
    {
        if (isChosen[u])
        {
            chosen.push_back(useful[u]);
        }
    }
    return chosen;
}

TypeId
AssociationMyopicMatching::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationMyopicMatching")
                            .SetParent<AssociationDecider>()
                            .SetGroupName("Sterna")
                            .AddConstructor<AssociationMyopicMatching>();
    return tid;
}

AssociationDecision
AssociationMyopicMatching::Decide(const AssociationProblem& problem, const AssociationState& state)
{
    const AssociationTable clean(problem, state);
    std::vector<double> weights;
    for (const auto& contact : state.Slice().Contacts())
    {
        weights.push_back(
            problem.Utility(state.capacity(contact.station - 1), clean.CleanVolume(contact)));
    }
    const AssociationSearch search(problem, state, [](const AssociationTable& table) {
        return table.TotalUtility();
    });
    const auto pairs = MaximumWeightMatching(state.Slice(), weights, problem.System().channels);
    const auto matched = search.Improve(search.Colour(pairs));
    const auto greedy =
        search.Improve(CreateObject<AssociationGreedyUtility>()->Decide(problem, state));
    const bool better = search.Worth(matched) >= search.Worth(greedy);
    NS_LOG_LOGIC("slice " << state.slice << (better ? " matching" : " greedy"));
    return better ? matched : greedy;
}

} // namespace sterna
} // namespace ns3
