/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-bound.h"

#include "sterna-association-flow.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr uint32_t FRANK_WOLFE_STEPS = 60;
constexpr uint32_t SUBGRADIENT_STEPS = 120;

/// The relaxation in units of data, and its dual.
class Relaxation
{
  public:
    Relaxation(const AssociationProblem& problem,
               const AssociationState& state,
               AssociationBound::Knowledge knowledge)
        : m_system(problem.System()),
          m_cost(m_system.costWeight * m_system.storageCost),
          m_capacity(state.capacity / m_system.unit),
          m_room((m_capacity - m_system.reserve / m_system.unit).max(0.0)),
          m_stock(state.stock / m_system.unit)
    {
        for (std::size_t t = state.slice; t < state.plan->size(); ++t)
        {
            const auto& slice = (*state.plan)[t];
            m_slices.push_back(&slice);
            auto& data = m_data.emplace_back(slice.Contacts().size());
            for (std::size_t c = 0; c < slice.Contacts().size(); ++c)
            {
                const auto& contact = slice.Contacts()[c];
                const double snr = knowledge == AssociationBound::Knowledge::ACTUAL
                                       ? contact.snr
                                       : contact.estimatedSnr;
                const double offer = AssociationProblem::Offer(contact, problem.Rate(snr));
                data(c) = std::min(offer / m_system.unit, m_stock(contact.satellite));
            }
        }
    }

    /// The dual at some prices; what the association that attains it loads and takes.
    double Dual(const Eigen::ArrayXd& storagePrice, const Eigen::ArrayXd& stockPrice)
    {
        m_loads = Eigen::ArrayXd::Zero(m_capacity.size());
        m_taken = Eigen::ArrayXd::Zero(m_stock.size());
        double value = (stockPrice * m_stock).sum();
        for (std::size_t t = 0; t < m_slices.size(); ++t)
        {
            value += DualOfSlice(t, storagePrice, stockPrice);
        }
        m_wanted = (m_capacity - m_cost / storagePrice.max(1e-12)).max(0.0).min(m_room);
        return value + (storagePrice * m_wanted + StorageWorth(m_wanted)).sum();
    }

    /// Worth of loads (units): negative, the cost of storing them.
    Eigen::ArrayXd StorageWorth(const Eigen::ArrayXd& loads) const
    {
        return m_cost * ((m_capacity - loads) / m_capacity).log();
    }

    /// d cost / d load.
    Eigen::ArrayXd MarginalCost(const Eigen::ArrayXd& loads) const
    {
        return m_cost / (m_capacity - loads.min(m_room));
    }

    /// Of the association behind the last Dual().
    const Eigen::ArrayXd& Loads() const
    {
        return m_loads;
    }

    const Eigen::ArrayXd& Taken() const
    {
        return m_taken;
    }

    /// Loads that the storage prices of the last Dual() pay for.
    const Eigen::ArrayXd& Wanted() const
    {
        return m_wanted;
    }

    const Eigen::ArrayXd& Stock() const
    {
        return m_stock;
    }

  private:
    double DualOfSlice(std::size_t t,
                       const Eigen::ArrayXd& storagePrice,
                       const Eigen::ArrayXd& stockPrice)
    {
        const auto& contacts = m_slices[t]->Contacts();
        Eigen::ArrayXd weights(contacts.size());
        for (std::size_t c = 0; c < contacts.size(); ++c)
        {
            const double price =
                storagePrice(contacts[c].station - 1) + stockPrice(contacts[c].satellite);
            weights(c) = (m_system.dataWeight - price) * m_data[t](c);
        }
        double value = 0;
        for (const std::size_t c :
             BestAssociation(*m_slices[t], weights, m_capacity.size(), m_system.channels))
        {
            value += weights(c);
            m_loads(contacts[c].station - 1) += m_data[t](c);
            m_taken(contacts[c].satellite) += m_data[t](c);
        }
        return value;
    }

    const AssociationSystem& m_system;
    double m_cost; //!< xi kappa
    Eigen::ArrayXd m_capacity;
    Eigen::ArrayXd m_room;
    Eigen::ArrayXd m_stock;
    std::vector<const AssociationSlice*> m_slices;
    std::vector<Eigen::ArrayXd> m_data; //!< v_ij of each slice's contacts
    Eigen::ArrayXd m_loads;
    Eigen::ArrayXd m_taken;
    Eigen::ArrayXd m_wanted;
};

} // namespace

AssociationBound::Result
AssociationBound::Solve(const AssociationProblem& problem, const AssociationPlan& plan) const
{
    // the plan outlives the state, which only looks at it
    const std::shared_ptr<const AssociationPlan> view(&plan, [](const AssociationPlan*) {});
    return Solve(problem, problem.Begin(view), Knowledge::ACTUAL);
}

AssociationBound::Result
AssociationBound::Solve(const AssociationProblem& problem,
                        const AssociationState& state,
                        Knowledge knowledge) const
{
    Relaxation relaxation(problem, state, knowledge);
    const Eigen::ArrayXd& stock = relaxation.Stock();
    Eigen::ArrayXd loads = Eigen::ArrayXd::Zero(state.capacity.size());
    Eigen::ArrayXd storagePrice = relaxation.MarginalCost(loads);
    Eigen::ArrayXd stockPrice = Eigen::ArrayXd::Zero(stock.size());
    Result best{std::numeric_limits<double>::infinity(), storagePrice, stockPrice};
    const auto attempt = [&]() {
        const double value = relaxation.Dual(storagePrice, stockPrice);
        if (value < best.value)
        {
            best = {value, storagePrice, stockPrice};
        }
        return value;
    };
    for (uint32_t k = 0; k < FRANK_WOLFE_STEPS; ++k)
    {
        attempt();
        loads += 2.0 / (k + 2) * (relaxation.Loads() - loads);
        storagePrice = relaxation.MarginalCost(loads);
    }
    // Polyak's steps towards a value that is a little better than the best one
    double ambition = 0.01 * std::abs(best.value) + 1e-9;
    storagePrice = best.storagePrice;
    for (uint32_t k = 0; k < SUBGRADIENT_STEPS; ++k)
    {
        const double before = best.value;
        const double value = attempt();
        ambition *= best.value < before ? 1.0 : 0.93;
        const Eigen::ArrayXd storageSlope = relaxation.Wanted() - relaxation.Loads();
        const Eigen::ArrayXd stockSlope = stock - relaxation.Taken();
        const Eigen::ArrayXd active = (stockPrice > 0 || stockSlope < 0)
                                          .select(stockSlope, Eigen::ArrayXd::Zero(stock.size()));
        const double norm = storageSlope.square().sum() + active.square().sum();
        if (norm < 1e-18)
        {
            break;
        }
        const double step = (value - best.value + ambition) / norm;
        storagePrice = (storagePrice - step * storageSlope).max(0.0);
        stockPrice = (stockPrice - step * active).max(0.0);
    }
    return best;
}

} // namespace sterna
} // namespace ns3
