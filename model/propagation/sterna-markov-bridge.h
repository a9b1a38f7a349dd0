/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MARKOV_BRIDGE_H
#define STERNA_MARKOV_BRIDGE_H

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Draws the middle state of a Markov chain between two known states, 2^(d+1) slots apart.
 *
 * Given both ends, state m in the middle has probability proportional to
 * P^(2^d)(from, m) P^(2^d)(m, to). Halving again and again reaches any slot of a path in Depth()
 * draws, without walking through the slots before it: Levy's midpoint construction of Brownian
 * motion, carried over to a finite chain. Symmetric chains only (uniform stationary distribution).
 *
 * After 2^Depth() slots the chain has forgotten its state (each probability within 1e-12 of 1/L),
 * so states that far apart are drawn independently. A chain that has not forgotten after 2^40 slots
 * is treated as frozen: it keeps its state for ever.
 */
class MarkovBridge
{
  public:
    /// Deepest halving that is ever made; callers may size their caches by it.
    static constexpr uint32_t MAX_DEPTH = 40;

    /// Most states that are supported.
    static constexpr uint32_t MAX_STATES = 256;

    /**
     * \param transitions L x L, symmetric, rows that sum to 1
     * \throws InputError if L is 0 or above MAX_STATES
     */
    explicit MarkovBridge(const Eigen::MatrixXd& transitions);

    /// Number of states L.
    uint32_t GetStates() const
    {
        return m_states;
    }

    /// States 2^Depth() slots apart are independent.
    uint32_t GetDepth() const
    {
        return m_powers.size();
    }

    /// Whether the chain never leaves its state.
    bool IsFrozen() const
    {
        return m_frozen;
    }

    /**
     * \param depth d, below GetDepth()
     * \param from state 2^d slots before the one asked for
     * \param to state 2^d slots after it
     * \param uniform a uniform variable, above 0 and below 1
     * \return the state in the middle
     */
    uint32_t Midpoint(uint32_t depth, uint32_t from, uint32_t to, double uniform) const;

  private:
    uint32_t m_states;
    bool m_frozen{false};
    std::vector<std::vector<double>> m_powers; ///< rows of P^(2^d), one after the other
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MARKOV_BRIDGE_H */
