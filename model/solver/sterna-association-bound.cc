/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-bound.h"

#include "sterna-association-matching.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAssociationBound");

namespace
{

using Eigen::ArrayXd;

/// Prices of a unit of data: at a station, and from a satellite.
struct Prices
{
    ArrayXd stations;
    ArrayXd satellites;
};

/// What matchings carry (units of data), or a direction between two such loads.
struct Load
{
    ArrayXd stations;
    ArrayXd satellites;
    ArrayXd stored; //!< of the stations' data, what comes after the first slice
    ArrayXd sent;   //!< of the satellites' data, what goes after the first slice

    Load Toward(const Load& other, double step) const
    {
        return {stations + step * (other.stations - stations),
                satellites + step * (other.satellites - satellites),
                stored + step * (other.stored - stored),
                sent + step * (other.sent - sent)};
    }
};

/// The slices ahead without interference: its dual function, and its penalised primal.
class Relaxation
{
  public:
    Relaxation(const AssociationProblem& problem,
               const AssociationState& state,
               AssociationTable::Knowledge knowledge)
        : m_system(problem.System()),
          m_state(state)
    {
        m_capacity = state.capacity / m_system.unit;
        m_stock = (state.stock / m_system.unit).max(0);
        m_room.resize(problem.Stations());
        for (uint32_t station = 1; station <= problem.Stations(); ++station)
        {
            m_room(station - 1) = problem.Room(state, station) / m_system.unit;
        }
        // Where a price would be as high as the data's weight, if so much too much were stored.
        m_roomStiffness = m_system.dataWeight / (SLACK * m_room).max(SMALL);
        m_stockStiffness = m_system.dataWeight / (SLACK * m_stock).max(SMALL);
        m_multipliers = {ArrayXd::Zero(m_room.size()), ArrayXd::Zero(m_stock.size())};
        FindVolumes(problem, knowledge);
    }

    Load Nothing() const
    {
        const ArrayXd stations = ArrayXd::Zero(m_room.size());
        const ArrayXd satellites = ArrayXd::Zero(m_stock.size());
        return {stations, satellites, stations, satellites};
    }

    /// Marginal costs of a load, penalties of what exceeds room and stock included.
    Prices MarginalCost(const Load& load) const
    {
        return {MarginalStorageCost(load.stations) + Penalty(load).stations,
                Penalty(load).satellites};
    }

    /**
     * Makes the penalties of a load the multipliers of the next round.
     *
     * \return whether that changed them
     */
    bool UpdateMultipliers(const Load& load)
    {
        const Prices old = std::exchange(m_multipliers, Penalty(load));
        const double change =
            std::max((m_multipliers.stations - old.stations).abs().maxCoeff(),
                     (m_multipliers.satellites - old.satellites).abs().maxCoeff());
        return change > 1e-4 * m_system.dataWeight;
    }

    /// What a load is worth beside what it would cost at fixed prices.
    double Linear(const Load& load, const Prices& prices) const
    {
        return (load.stations * (m_system.dataWeight - prices.stations)).sum() -
               (load.satellites * prices.satellites).sum();
    }

    /// Value of the best matchings at fixed prices, and their load.
    double Match(const Prices& prices, Load& load) const
    {
        load = Nothing();
        double value = 0;
        for (std::size_t t = 0; t < m_volumes.size(); ++t)
        {
            const auto& slice = m_state.plan->at(m_state.slice + t);
            std::vector<double> weights;
            for (std::size_t c = 0; c < m_volumes[t].size(); ++c)
            {
                const auto& contact = slice.Contacts()[c];
                const double margin = m_system.dataWeight - prices.stations(contact.station - 1) -
                                      prices.satellites(contact.satellite);
                weights.push_back(std::max(margin, 0.0) * m_volumes[t][c]);
            }
            for (const std::size_t c : MaximumWeightMatching(slice, weights, m_system.channels))
            {
                const auto& contact = slice.Contacts()[c];
                value += weights[c];
                load.stations(contact.station - 1) += m_volumes[t][c];
                load.satellites(contact.satellite) += m_volumes[t][c];
                load.stored(contact.station - 1) += t > 0 ? m_volumes[t][c] : 0;
                load.sent(contact.satellite) += t > 0 ? m_volumes[t][c] : 0;
            }
        }
        return value;
    }

    /// The dual function, from the value of the best matchings at these prices.
    double Dual(const Prices& prices, double matched) const
    {
        double dual = matched + (prices.satellites * m_stock).sum();
        for (Eigen::Index j = 0; j < m_room.size(); ++j)
        {
            dual += StationDual(j, prices.stations(j));
        }
        return dual;
    }

    /// How far to go from a load toward another, for the largest penalised primal.
    double LineSearch(const Load& from, const Load& to) const
    {
        const Load direction{to.stations - from.stations, to.satellites - from.satellites, {}, {}};
        double low = 0;
        double high = 1;
        for (uint32_t i = 0; i < 30; ++i)
        {
            const double middle = (low + high) / 2;
            const bool rises =
                Linear(direction, MarginalCost(from.Toward(to, middle))) > 0; // it is concave
            (rises ? low : high) = middle;
        }
        return (low + high) / 2;
    }

  private:
    static constexpr double SLACK = 0.02; // of room and stock, see above
    static constexpr double SMALL = 1e-6; // units; a station that is full has no room

    void FindVolumes(const AssociationProblem& problem, AssociationTable::Knowledge knowledge)
    {
        AssociationState at = m_state;
        for (; at.slice < m_state.plan->size(); ++at.slice)
        {
            const AssociationTable table(problem, at, knowledge);
            m_volumes.emplace_back();
            for (const auto& contact : at.Slice().Contacts())
            {
                m_volumes.back().push_back(table.CleanVolume(contact) / m_system.unit);
            }
        }
    }

    ArrayXd MarginalStorageCost(const ArrayXd& stored) const
    {
        return m_system.costWeight * m_system.storageCost / (m_capacity - stored.min(m_room));
    }

    Prices Penalty(const Load& load) const
    {
        return {(m_multipliers.stations + m_roomStiffness * (load.stations - m_room)).max(0),
                (m_multipliers.satellites + m_stockStiffness * (load.satellites - m_stock)).max(0)};
    }

    /// The largest lambda X - xi kappa ln(C / (C - X)): where the marginal cost is lambda.
    double StationDual(Eigen::Index j, double price) const
    {
        const double cost = m_system.costWeight * m_system.storageCost;
        const double stored =
            price > 0 ? std::clamp(m_capacity(j) - cost / price, 0.0, m_room(j)) : 0.0;
        return price * stored + cost * std::log1p(-stored / m_capacity(j));
    }

    const AssociationSystem& m_system;
    const AssociationState& m_state;
    ArrayXd m_capacity;
    ArrayXd m_room;
    ArrayXd m_stock;
    ArrayXd m_roomStiffness;
    ArrayXd m_stockStiffness;
    Prices m_multipliers;
    std::vector<std::vector<double>> m_volumes; //!< [slice][contact]
};

} // namespace

AssociationBound::AssociationBound(double gap)
    : m_gap(gap)
{
}

void
AssociationBound::Solve(const AssociationProblem& problem,
                        std::shared_ptr<const AssociationPlan> plan)
{
    Solve(problem, problem.Begin(std::move(plan)), Knowledge::ACTUAL);
}

void
AssociationBound::Solve(const AssociationProblem& problem,
                        const AssociationState& state,
                        Knowledge knowledge)
{
    constexpr uint32_t ROUNDS = 6;
    constexpr uint32_t STEPS = 40;

    Relaxation relaxation(problem, state, knowledge);
    Load load = relaxation.Nothing();
    Load matched;
    m_value = INFINITY;
    m_iterations = 0;
    for (uint32_t round = 0; round < ROUNDS; ++round)
    {
        for (uint32_t step = 0; step < STEPS; ++step)
        {
            const Prices prices = relaxation.MarginalCost(load);
            const double matching = relaxation.Match(prices, matched);
            const double dual = relaxation.Dual(prices, matching);
            ++m_iterations;
            if (dual < m_value)
            {
                m_value = dual;
                m_stationPrices = prices.stations;
                m_satellitePrices = prices.satellites;
            }
            if (matching - relaxation.Linear(load, prices) <= m_gap * m_value)
            {
                break;
            }
            load = load.Toward(matched, relaxation.LineSearch(load, matched));
        }
        if (!relaxation.UpdateMultipliers(load))
        {
            break;
        }
    }
    m_storedLater = load.stored;
    m_sentLater = load.sent;
    NS_LOG_LOGIC("slice " << state.slice << " bound " << m_value << " after " << m_iterations
                          << " iterations");
}

double
AssociationBound::Value() const
{
    return m_value;
}

const Eigen::ArrayXd&
AssociationBound::StationPrices() const
{
    return m_stationPrices;
}

const Eigen::ArrayXd&
AssociationBound::SatellitePrices() const
{
    return m_satellitePrices;
}

const Eigen::ArrayXd&
AssociationBound::StoredLater() const
{
    return m_storedLater;
}

const Eigen::ArrayXd&
AssociationBound::SentLater() const
{
    return m_sentLater;
}

uint32_t
AssociationBound::Iterations() const
{
    return m_iterations;
}

} // namespace sterna
} // namespace ns3
