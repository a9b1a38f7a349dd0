/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FINITE_STATE_MARKOV_CHANNEL_H
#define STERNA_FINITE_STATE_MARKOV_CHANNEL_H

#include "sterna-fading-statistics.h"
#include "sterna-markov-bridge.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Finite-state Markov channel, eqs. (5) and (6) of Yuan et al., 2022: fading in L levels, which
 * change from slot to slot by a transition matrix P.
 *
 * The levels are equally likely, each stands for its conditional mean gain (linear; they average to
 * 1), and P is symmetric, so that the stationary distribution is uniform. P is the level-crossing
 * form while f_d T is at most a third of its limit 1 / (2.15 L), where both forms agree to 0.01,
 * and the integral of the bivariate distribution above: near its limit the level-crossing form is
 * off by up to 0.3, and beyond it yields no probabilities at all. With f_d T = 0 nothing ever
 * changes.
 *
 * Limits: first-order memory, isotropic scatter, a line of sight without Doppler (compensated).
 * Immutable, so all links of a kind share one.
 */
class FiniteStateMarkovChannel
{
  public:
    /// Most levels that are supported.
    static constexpr uint32_t MAX_LEVELS = MarkovBridge::MAX_STATES;

    /**
     * \param fading distribution of the gain
     * \param levels L, 1 to MAX_LEVELS
     * \param normalizedDoppler f_d T >= 0: Doppler frequency times slot duration
     * \throws InputError if one of them is out of range
     */
    FiniteStateMarkovChannel(const FadingDistribution& fading,
                             uint32_t levels,
                             double normalizedDoppler);

    /// The one that all users of these parameters share; made when the first asks for it.
    static std::shared_ptr<const FiniteStateMarkovChannel> GetShared(double ricianFactor,
                                                                     uint32_t levels,
                                                                     double normalizedDoppler);

    /// Number of levels L.
    uint32_t GetLevels() const
    {
        return m_gains.size();
    }

    /// Power gain of a level, 0 being the weakest (linear, unit mean).
    double GetGain(uint32_t level) const
    {
        return m_gains[level];
    }

    /// Gains between the levels: L + 1, from 0 to infinity.
    const std::vector<double>& GetThresholds() const
    {
        return m_thresholds;
    }

    /// P of eq. (5): L x L, row = this slot's level, column = next slot's.
    const Eigen::MatrixXd& GetTransitions() const
    {
        return m_transitions;
    }

    /// The level that follows on this one; `uniform` is above 0 and below 1.
    uint32_t NextLevel(uint32_t level, double uniform) const
    {
        uint32_t next = 0;
        for (double rest = uniform; next + 1 < GetLevels(); ++next)
        {
            rest -= m_transitions(level, next);
            if (rest < 0)
            {
                break;
            }
        }
        return next;
    }

    /// Draws levels between known ones.
    const MarkovBridge& GetBridge() const
    {
        return m_bridge;
    }

  private:
    std::vector<double> m_thresholds;
    std::vector<double> m_gains;
    Eigen::MatrixXd m_transitions;
    MarkovBridge m_bridge;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FINITE_STATE_MARKOV_CHANNEL_H */
