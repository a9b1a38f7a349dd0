/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SUM_TREE_H
#define STERNA_SUM_TREE_H

#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Non-negative weights that are changed, summed and searched by prefix sum in O(log n).
 *
 * The sums are doubles. Each is recomputed from its two parts, so it depends on the weights alone
 * and not on their history: no drift, and a tree rebuilt from its weights is the same to the bit.
 */
class SumTree
{
  public:
    /// \param size number of weights, > 0; all are 0
    explicit SumTree(int64_t size);

    /// Sets a weight, >= 0.
    void Set(int64_t index, double weight);
    double Get(int64_t index) const;
    /// The sum of all weights.
    double GetTotal() const;

    /**
     * The index i with w_0 + ... + w_(i-1) <= sum < w_0 + ... + w_i. A sum outside [0, total),
     * which rounding can produce, gives the nearest end; an index of weight 0 is never returned
     * while the total is above 0.
     */
    int64_t Find(double sum) const;

  private:
    int64_t m_leaves;            //!< size, rounded up to a power of two
    std::vector<double> m_nodes; //!< node i has the children 2i and 2i + 1; 1 is the root
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SUM_TREE_H */
