/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-sum-tree.h"

#include "ns3/assert.h"
#include "ns3/log.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaSumTree");

SumTree::SumTree(int64_t size)
    : m_leaves(1)
{
    NS_LOG_FUNCTION(this << size);
    while (m_leaves < size)
    {
        m_leaves *= 2;
    }
    m_nodes.assign(2 * m_leaves, 0.0);
}

void
SumTree::Set(int64_t index, double weight)
{
    NS_ASSERT_MSG(index >= 0 && index < m_leaves && weight >= 0, index << ": " << weight);
    int64_t node = m_leaves + index;
    m_nodes[node] = weight;
    while (node > 1)
    {
        node /= 2;
        m_nodes[node] = m_nodes[2 * node] + m_nodes[2 * node + 1];
    }
}

double
SumTree::Get(int64_t index) const
{
    return m_nodes[m_leaves + index];
}

double
SumTree::GetTotal() const
{
    return m_nodes[1];
}

int64_t
SumTree::Find(double sum) const
{
    int64_t node = 1;
    sum = std::max(sum, 0.0);
    while (node < m_leaves)
    {
        node *= 2;
        // Rounding may ask for more than the right part holds: an empty part is never entered.
        if (sum >= m_nodes[node] && m_nodes[node + 1] > 0)
        {
            sum -= m_nodes[node];
            ++node;
        }
    }
    return node - m_leaves;
}

} // namespace sterna
} // namespace ns3
