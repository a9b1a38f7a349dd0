/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-bound.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMigrationBound");

namespace
{

using Eigen::ArrayXd;
using Eigen::ArrayXXd;

/// Users that a satellite can serve: its beams, or fewer if even the least needs of compute add up
/// to too much.
double
MostUsers(const MigrationSystem& system)
{
    std::vector<double> needs;
    for (const auto& user : system.users)
    {
        needs.push_back(user.minCompute);
    }
    std::sort(needs.begin(), needs.end());
    double compute = 0;
    uint32_t most = 0;
    while (most < needs.size() && most < system.beams &&
           compute + needs[most] <= system.maxCompute * (1 + 1e-9))
    {
        compute += needs[most++];
    }
    return most;
}

/// The dual function with a subgradient.
class Lagrangian
{
  public:
    /// Prices, or what is left at prices; slots ahead x satellites.
    struct Goods
    {
        ArrayXXd band;
        ArrayXXd beams;
    };

    Lagrangian(const MigrationProblem& problem, const MigrationState& state)
        : m_problem(problem),
          m_state(state),
          m_slots(state.plan->Slots() - state.slot),
          m_satellites(problem.System().satellites),
          m_beams(MostUsers(problem.System()))
    {
        for (uint32_t u = 0; u < problem.Users(); ++u)
        {
            m_users.push_back(FindStages(u));
        }
    }

    Goods Nothing() const
    {
        const ArrayXXd zero = ArrayXXd::Zero(m_slots, m_satellites);
        return {zero, zero};
    }

    /// w of the active users.
    double MeanWorth() const
    {
        double worth = 0;
        uint32_t count = 0;
        for (const auto& stages : m_users)
        {
            for (const auto& stage : stages)
            {
                worth += stage.worth;
                count += stage.active;
            }
        }
        return worth / std::max(count, 1U);
    }

    /// The dual value; `left` gets a subgradient, what the best paths leave of each satellite.
    double Value(const Goods& prices, Goods& left) const
    {
        const double whole = m_problem.System().maxBandwidth;
        const ArrayXXd logBand = prices.band.log();
        left.band.setConstant(whole);
        left.beams.setConstant(m_beams);
        double value = prices.band.sum() * whole + prices.beams.sum() * m_beams;
        for (uint32_t u = 0; u < m_users.size(); ++u)
        {
            value += TakeBestPath(u, prices, logBand, left);
        }
        return value;
    }

  private:
    /// A satellite that could serve a user in a slot.
    struct Option
    {
        uint32_t satellite;
        double most;     //!< margin that the whole band leaves (packets/s)
        double rate;     //!< a
        double logWorth; //!< ln(w a t)
    };

    /// A slot for a user.
    struct Stage
    {
        bool active;
        double arrivals; //!< lambda
        double worth;    //!< w
        std::vector<Option> options;
    };

    /// How the best path gets to a place: served by it now, or not, from which place.
    struct Step
    {
        uint32_t from;
        bool served;
        double share;
    };

    std::vector<Stage> FindStages(uint32_t u) const
    {
        std::vector<Stage> stages;
        for (uint32_t n = 0; n < m_slots; ++n)
        {
            const auto& slot = m_state.plan->Slot(m_state.slot + n);
            Stage stage{slot.IsActive(u), slot.arrivals(u), m_problem.Utility(slot, u, 1), {}};
            for (uint32_t s = 0; s < m_satellites && stage.active && stage.worth > 0; ++s)
            {
                const double rate = m_problem.ServiceRate(slot, s, u, 1);
                const double most = rate * m_problem.System().maxBandwidth - stage.arrivals;
                if (slot.IsVisible(s, u) && most > 0)
                {
                    stage.options.push_back(
                        {s, most, rate, std::log(stage.worth * rate * Deadline(u))});
                }
            }
            stages.push_back(std::move(stage));
        }
        return stages;
    }

    double Deadline(uint32_t user) const
    {
        return m_problem.System().users[user].deadline_s;
    }

    /// v_usn, and the share with which it is reached.
    double Surplus(const Stage& stage,
                   const Option& option,
                   double deadline,
                   double bandPrice,
                   double logBandPrice,
                   double beamPrice,
                   double& share) const
    {
        const double inner = (option.logWorth - logBandPrice) / deadline;
        const double margin = std::clamp(inner, 0.0, option.most);
        // Where the margin is an inner one, exp(-x t) = p / (w a t).
        const double late = margin == inner ? bandPrice / (option.rate * deadline)
                                            : stage.worth * std::exp(-margin * deadline);
        share = (stage.arrivals + margin) / option.rate;
        return stage.worth - late - bandPrice * share - beamPrice;
    }

    double TakeBestPath(uint32_t u, const Goods& prices, const ArrayXXd& logBand, Goods& left) const
    {
        const uint32_t nowhere = m_satellites;
        const auto place = [&](int host) { return host >= 0 ? uint32_t(host) : nowhere; };
        const double cost = m_problem.MigrationCost(u);
        ArrayXd value = ArrayXd::Constant(m_satellites + 1, -INFINITY);
        value(place(m_state.host(u))) = 0;
        m_steps.resize(m_slots * (m_satellites + 1));
        for (uint32_t n = 0; n < m_slots; ++n)
        {
            const auto& stage = m_users[u][n];
            Step* steps = &m_steps[n * (m_satellites + 1)];
            Eigen::Index best = 0;
            const double most = value.maxCoeff(&best);
            if (!stage.active)
            {
                value.setConstant(-INFINITY);
                value(nowhere) = most;
                steps[nowhere] = {uint32_t(best), false, 0};
                continue;
            }
            for (uint32_t p = 0; p <= m_satellites; ++p)
            {
                steps[p] = {p, false, 0};
            }
            const double begins = value(nowhere);
            for (const auto& option : stage.options)
            {
                const uint32_t s = option.satellite;
                double share = 0;
                const double gain = Surplus(stage,
                                            option,
                                            Deadline(u),
                                            prices.band(n, s),
                                            logBand(n, s),
                                            prices.beams(n, s),
                                            share);
                Step step{s, true, share};
                double before = value(s);
                if (begins > before)
                {
                    before = begins;
                    step.from = nowhere;
                }
                if (most - cost > before)
                {
                    before = most - cost;
                    step.from = uint32_t(best);
                }
                if (before + gain > value(s))
                {
                    value(s) = before + gain;
                    steps[s] = step;
                }
            }
        }
        Eigen::Index at = 0;
        const double worth = value.maxCoeff(&at);
        for (uint32_t n = m_slots; n-- > 0;)
        {
            const auto& step = m_steps[n * (m_satellites + 1) + at];
            if (step.served)
            {
                left.band(n, at) -= step.share;
                left.beams(n, at) -= 1;
            }
            at = step.from;
        }
        return worth;
    }

    const MigrationProblem& m_problem;
    const MigrationState& m_state;
    uint32_t m_slots;
    uint32_t m_satellites;
    double m_beams;
    std::vector<std::vector<Stage>> m_users;
    mutable std::vector<Step> m_steps; //!< by slot and place; kept for its memory
};

/// One kind of price on its way down the dual function.
class Descent
{
  public:
    /// \param length of the first steps
    Descent(const ArrayXXd& prices, double length)
        : m_mean(ArrayXXd::Zero(prices.rows(), prices.cols())),
          m_square(m_mean),
          m_length(length)
    {
    }

    /// \param part of the length that a step has by now
    void Move(ArrayXXd& prices, const ArrayXXd& subgradient, double part)
    {
        m_mean = 0.9 * m_mean + 0.1 * subgradient;
        m_square = 0.99 * m_square + 0.01 * subgradient.square();
        prices = (prices - part * m_length * m_mean / (m_square.sqrt() + 1e-9)).max(0.0);
    }

  private:
    ArrayXXd m_mean;
    ArrayXXd m_square;
    double m_length;
};

} // namespace

MigrationBound::MigrationBound(uint32_t iterations)
    : m_iterations(iterations)
{
}

void
MigrationBound::Solve(const MigrationProblem& problem, std::shared_ptr<const MigrationPlan> plan)
{
    Solve(problem, problem.Begin(std::move(plan)));
}

void
MigrationBound::Solve(const MigrationProblem& problem, const MigrationState& state)
{
    const Lagrangian lagrangian(problem, state);
    auto prices = lagrangian.Nothing();
    auto left = prices;
    auto best = prices;
    double least = INFINITY;
    // Lengths in proportion to what prices are like: found by trying in the default scenario.
    Descent band(prices.band, 0.15 * lagrangian.MeanWorth());
    Descent beams(prices.beams, 0.05 * lagrangian.MeanWorth());
    for (uint32_t i = 0; i < m_iterations; ++i)
    {
        const double value = lagrangian.Value(prices, left);
        if (value < least)
        {
            least = value;
            best = prices;
        }
        const double part = 1 / (1 + double(i) / 100);
        band.Move(prices.band, left.band, part);
        beams.Move(prices.beams, left.beams, part);
    }
    m_bandPrices = best.band;
    m_beamPrices = best.beams;
    m_value = Dual(problem, state, m_bandPrices, m_beamPrices);
    NS_LOG_LOGIC("dual value " << m_value << ", in the search " << least);
}

double
MigrationBound::Value() const
{
    return m_value;
}

const Eigen::ArrayXXd&
MigrationBound::BandPrices() const
{
    return m_bandPrices;
}

const Eigen::ArrayXXd&
MigrationBound::BeamPrices() const
{
    return m_beamPrices;
}

double
MigrationBound::Dual(const MigrationProblem& problem,
                     const MigrationState& state,
                     const Eigen::ArrayXXd& bandPrices,
                     const Eigen::ArrayXXd& beamPrices)
{
    const auto& system = problem.System();
    double dual = system.maxBandwidth * bandPrices.sum() + MostUsers(system) * beamPrices.sum();
    for (uint32_t u = 0; u < problem.Users(); ++u)
    {
        // Worth of the best path to each place of the service; the last place is nowhere.
        ArrayXd worth = ArrayXd::Constant(system.satellites + 1, -INFINITY);
        worth(state.host(u) >= 0 ? state.host(u) : int(system.satellites)) = 0;
        for (uint32_t n = 0; n < bandPrices.rows(); ++n)
        {
            const auto& slot = state.plan->Slot(state.slot + n);
            const ArrayXd before = worth;
            if (!slot.IsActive(u))
            {
                worth.setConstant(-INFINITY);
                worth(system.satellites) = before.maxCoeff();
                continue;
            }
            for (uint32_t s = 0; s < system.satellites; ++s)
            {
                if (!slot.IsVisible(s, u))
                {
                    continue;
                }
                const double t = system.users[u].deadline_s;
                const double rate = problem.ServiceRate(slot, s, u, 1);
                const double most = system.maxBandwidth * rate - slot.arrivals(u);
                const double w = problem.Utility(slot, u, 1);
                const double p = bandPrices(n, s);
                const double x =
                    std::clamp(std::log(w * rate * t / p) / t, 0.0, std::max(0.0, most));
                const double served = problem.Utility(slot, u, -std::expm1(-x * t)) -
                                      p * problem.Share(slot, s, u, x) - beamPrices(n, s);
                for (uint32_t from = 0; from <= system.satellites; ++from)
                {
                    const bool moves = from != s && from != system.satellites;
                    worth(s) =
                        std::max(worth(s),
                                 before(from) + served - (moves ? problem.MigrationCost(u) : 0.0));
                }
            }
        }
        dual += worth.maxCoeff();
    }
    return dual;
}

} // namespace sterna
} // namespace ns3
