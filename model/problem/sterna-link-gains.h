/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GAINS_H
#define STERNA_LINK_GAINS_H

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <utility>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Power gains h_{k,n} of this slot (linear, end to end), looked up only when somebody asks.
 *
 * A decision touches few of the N x K links, so a gain is fetched from its source on first use and
 * kept until NextSlot().
 */
class LinkGains
{
  public:
    /// Gain of link (transmitter, device), so many slots after the current one.
    using Source =
        std::function<double(uint32_t transmitter, uint32_t device, uint32_t slotsAhead)>;

    LinkGains() = default;

    LinkGains(uint32_t transmitters, uint32_t devices, Source source)
        : m_source(std::move(source)),
          m_gain(transmitters, devices),
          m_stamp(decltype(m_stamp)::Zero(transmitters, devices))
    {
    }

    /// Gains that stay as they are (transmitters x devices).
    explicit LinkGains(const Eigen::ArrayXXd& gains)
        : LinkGains(gains.rows(), gains.cols(), [gains](uint32_t n, uint32_t k, uint32_t) {
              return gains(n, k);
          })
    {
    }

    double operator()(uint32_t transmitter, uint32_t device) const
    {
        if (m_stamp(transmitter, device) != m_now)
        {
            m_stamp(transmitter, device) = m_now;
            m_gain(transmitter, device) = m_source(transmitter, device, 0);
        }
        return m_gain(transmitter, device);
    }

    /// For offline solvers, which know all future fading.
    double Ahead(uint32_t transmitter, uint32_t device, uint32_t slots) const
    {
        return m_source(transmitter, device, slots);
    }

    /// Forgets what was fetched: the channel has moved on.
    void NextSlot()
    {
        ++m_now;
    }

  private:
    template <typename T>
    using ByDevice = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;

    Source m_source;
    mutable ByDevice<double> m_gain;
    mutable ByDevice<uint32_t> m_stamp;
    uint32_t m_now{1};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GAINS_H */
