/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-prioritized-replay.h"

#include "ns3/assert.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaPrioritizedReplay");

namespace
{

constexpr double EPSILON = 1e-6;

} // namespace

PrioritizedReplay::PrioritizedReplay(Eigen::Index capacity, double exponent)
    : m_capacity(capacity),
      m_exponent(exponent),
      m_tickets(capacity, 0),
      m_tree(capacity)
{
    NS_LOG_FUNCTION(this << capacity << exponent);
}

void
PrioritizedReplay::Add(Eigen::Index slot)
{
    NS_ASSERT_MSG(slot >= 0 && slot < m_capacity, "slot " << slot);
    m_filled += m_tree.Get(slot) == 0.0 ? 1 : 0;
    m_tree.Set(slot, m_largest);
    m_tickets[slot] = m_nextTicket++;
}

void
PrioritizedReplay::Sample(size_t count, double beta, Generator& random, Draw& draw) const
{
    NS_ASSERT_MSG(m_filled > 0, "nothing to draw");
    draw.slots.resize(count);
    draw.tickets.resize(count);
    draw.weights.resize(static_cast<Eigen::Index>(count));
    const double total = m_tree.GetTotal();
    const double range = total / static_cast<double>(count);
    for (size_t i = 0; i < count; ++i)
    {
        const double sum = (static_cast<double>(i) + random.Uniform()) * range;
        const Eigen::Index slot = std::min<Eigen::Index>(m_tree.Find(sum), m_capacity - 1);
        const double probability = m_tree.Get(slot) / total;
        draw.slots[i] = slot;
        draw.tickets[i] = m_tickets[slot];
        draw.weights[static_cast<Eigen::Index>(i)] =
            static_cast<float>(std::pow(static_cast<double>(m_filled) * probability, -beta));
    }
    draw.weights /= draw.weights.maxCoeff();
}

void
PrioritizedReplay::Update(const Draw& draw, const Eigen::VectorXf& errors)
{
    for (size_t i = 0; i < draw.slots.size(); ++i)
    {
        const double error = errors[static_cast<Eigen::Index>(i)];
        if (m_tickets[draw.slots[i]] != draw.tickets[i] || !std::isfinite(error))
        {
            continue;
        }
        const double priority = std::abs(error) + EPSILON;
        const auto weight = static_cast<float>(std::pow(priority, m_exponent));
        m_largest = std::max(m_largest, weight);
        m_tree.Set(draw.slots[i], weight);
    }
}

double
PrioritizedReplay::GetWeight(Eigen::Index slot) const
{
    return m_tree.Get(slot);
}

void
PrioritizedReplay::Store(Safetensors& file, const std::string& prefix) const
{
    Safetensors::Tensor weights{{m_capacity}, {}};
    for (Eigen::Index slot = 0; slot < m_capacity; ++slot)
    {
        weights.data.push_back(static_cast<float>(m_tree.Get(slot)));
    }
    file.tensors[prefix + ".weights"] = weights;
    file.tensors[prefix + ".largest"] = {{1}, {m_largest}};
}

void
PrioritizedReplay::Load(const Safetensors& file, const std::string& prefix, const std::string& path)
{
    const auto& weights = file.Get(prefix + ".weights", {m_capacity}, path);
    const float largest = file.Get(prefix + ".largest", {1}, path).data[0];
    if (*std::min_element(weights.data.begin(), weights.data.end()) < 0.0f || largest <= 0.0f)
    {
        throw InputError("Cannot read '" + path + "': it holds a negative replay priority.");
    }
    m_filled = 0;
    m_largest = largest;
    for (Eigen::Index slot = 0; slot < m_capacity; ++slot)
    {
        const float weight = weights.data[slot];
        m_filled += weight > 0.0f ? 1 : 0;
        m_tree.Set(slot, weight);
        m_tickets[slot] = m_nextTicket++; // draws before the load are void
    }
}

} // namespace sterna
} // namespace ns3
