/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_DRAWS_H
#define STERNA_DRAWS_H

#include <cstdint>
#include <random>

namespace ns3
{
namespace sterna
{
namespace tests
{

/// Reproducible numbers that depend neither on the ns-3 seed nor on the standard library.
class Draws
{
  public:
    explicit Draws(uint64_t seed)
        : m_engine(seed)
    {
    }

    double Uniform(double least, double most)
    {
        return least + (most - least) * double(m_engine() >> 11) * 0x1p-53;
    }

    uint32_t Integer(uint32_t least, uint32_t most)
    {
        return least + m_engine() % (most - least + 1);
    }

  private:
    std::mt19937_64 m_engine;
};

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_DRAWS_H */
