/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-priced.h"

#include "sterna-association-matching.h"
#include "sterna-association-rules.h"
#include "sterna-association-search.h"

#include "ns3/double.h"
#include "ns3/log.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAssociationPriced");

NS_OBJECT_ENSURE_REGISTERED(AssociationPricedMatching);

namespace
{

/// What a satellite's data (bit) cost later, when it has less left than it would send then.
double
StockCost(const AssociationProblem& problem,
          const AssociationState& state,
          const AssociationBound& ahead,
          uint32_t satellite,
          double volume)
{
    const double unit = problem.System().unit;
    const double spare = state.stock(satellite) / unit - ahead.SentLater()(satellite);
    return ahead.SatellitePrices()(satellite) * std::max(volume / unit - std::max(spare, 0.0), 0.0);
}

/// What a table's grants are worth, given what the slices after it bring and what stock is worth.
double
ForesightedUtility(const AssociationProblem& problem,
                   const AssociationState& state,
                   const AssociationBound& ahead,
                   const AssociationTable& table)
{
    const double unit = problem.System().unit;
    const auto rates = table.Rates();
    Eigen::ArrayXd offered = Eigen::ArrayXd::Zero(problem.Stations());
    double worth = 0;
    for (std::size_t g = 0; g < rates.size(); ++g)
    {
        const auto& grant = table.Decision()[g];
        const auto& contact = *state.Slice().Find(grant.satellite, grant.station);
        const double volume =
            std::min(AssociationProblem::Offer(contact, rates[g]), state.stock(grant.satellite));
        offered(grant.station - 1) += volume;
        worth -= StockCost(problem, state, ahead, grant.satellite, volume);
    }
    for (uint32_t station = 1; station <= problem.Stations(); ++station)
    {
        const double room = problem.Room(state, station);
        const double volume = std::min(offered(station - 1), room);
        const double later = std::min(ahead.StoredLater()(station - 1) * unit, room - volume);
        worth += problem.Utility(state.capacity(station - 1) - later, volume);
    }
    return worth;
}

/// What each contact could carry alone, at omega - lambda_j, less its cost to the stock.
std::vector<double>
PricedWeights(const AssociationProblem& problem,
              const AssociationState& state,
              const AssociationBound& ahead)
{
    const AssociationTable clean(problem, state);
    std::vector<double> weights;
    for (const auto& contact : state.Slice().Contacts())
    {
        const double volume = clean.CleanVolume(contact);
        const double margin =
            problem.System().dataWeight - ahead.StationPrices()(contact.station - 1);
        weights.push_back(margin * volume / problem.System().unit -
                          StockCost(problem, state, ahead, contact.satellite, volume));
    }
    return weights;
}

} // namespace

TypeId
AssociationPricedMatching::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::AssociationPricedMatching")
            .SetParent<AssociationDecider>()
            .SetGroupName("Sterna")
            .AddConstructor<AssociationPricedMatching>()
            .AddAttribute("Gap",
                          "The search for prices ends at this gap, as a share of the utility ahead",
                          DoubleValue(1e-3),
                          MakeDoubleAccessor(&AssociationPricedMatching::m_gap),
                          MakeDoubleChecker<double>(0));
    return tid;
}

AssociationDecision
AssociationPricedMatching::Decide(const AssociationProblem& problem, const AssociationState& state)
{
    AssociationBound ahead(m_gap);
    ahead.Solve(problem, state, AssociationBound::Knowledge::ESTIMATED);
    const AssociationSearch search(problem, state, [&](const AssociationTable& table) {
        return ForesightedUtility(problem, state, ahead, table);
    });
    const auto pairs = MaximumWeightMatching(state.Slice(),
                                             PricedWeights(problem, state, ahead),
                                             problem.System().channels);
    const auto matched = search.Improve(search.Colour(pairs));
    const auto greedy =
        search.Improve(CreateObject<AssociationGreedyUtility>()->Decide(problem, state));
    const bool better = search.Worth(matched) >= search.Worth(greedy);
    NS_LOG_LOGIC("slice " << state.slice << (better ? " matching" : " greedy"));
    return better ? matched : greedy;
}

} // namespace sterna
} // namespace ns3
