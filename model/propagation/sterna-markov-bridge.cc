/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-markov-bridge.h"

#include "sterna-propagation-checks.h"

#include "ns3/log.h"

#include <array>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMarkovBridge");

MarkovBridge::MarkovBridge(const Eigen::MatrixXd& transitions)
    : m_states(transitions.rows())
{
    Require(m_states >= 1 && m_states <= MAX_STATES,
            "The number of states of a Markov chain",
            m_states,
            "must be 1 to 256");
    constexpr double FORGOTTEN = 1e-12;
    Eigen::MatrixXd power = transitions;
    while ((power.array() - 1.0 / m_states).abs().maxCoeff() > FORGOTTEN)
    {
        if (m_powers.size() == MAX_DEPTH)
        {
            NS_LOG_INFO("a chain of " << m_states << " states is taken as frozen");
            m_powers.clear();
            m_frozen = true;
            return;
        }
        m_powers.emplace_back(power.data(), power.data() + power.size());
        power = power * power;
        // without this, the rounding error of the row sums would double with each squaring
        power.diagonal().array() += 1 - power.rowwise().sum().array();
    }
    NS_LOG_DEBUG(m_states << " states forgotten after 2^" << m_powers.size() << " slots");
}

uint32_t
MarkovBridge::Midpoint(uint32_t depth, uint32_t from, uint32_t to, double uniform) const
{
    // the matrix is symmetric, so column `to` is row `to`, which lies together in memory
    const double* before = &m_powers[depth][from * m_states];
    const double* after = &m_powers[depth][to * m_states];
    std::array<double, MAX_STATES> upTo;
    double total = 0;
    for (uint32_t state = 0; state < m_states; ++state)
    {
        upTo[state] = total += before[state] * after[state];
    }
    // counting has no branch that a processor could mispredict, unlike a search
    const double target = uniform * total;
    uint32_t drawn = 0;
    for (uint32_t state = 0; state + 1 < m_states; ++state)
    {
        drawn += upTo[state] <= target;
    }
    // a product that rounds up to the total means the last state that is possible at all
    while (before[drawn] * after[drawn] == 0)
    {
        --drawn;
    }
    return drawn;
}

} // namespace sterna
} // namespace ns3
