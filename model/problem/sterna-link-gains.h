/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GAINS_H
#define STERNA_LINK_GAINS_H

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * What can be known now of gains to come: their mean, and how they may go on from here.
 */
class LinkForecast
{
  public:
    virtual ~LinkForecast() = default;

    /// Gain of link (transmitter, device) averaged over its fading.
    virtual double Mean(uint32_t transmitter, uint32_t device) const = 0;

    /**
     * Draws one future of a link; what is not foreseen stays at its mean.
     * \param uniform gives a number between 0 and 1 at each call
     * \param gains is filled with the gains 1, 2, ... slots from now
     */
    virtual void Draw(uint32_t transmitter,
                      uint32_t device,
                      const std::function<double()>& uniform,
                      Eigen::Ref<Eigen::ArrayXd> gains) const;
};

inline void
LinkForecast::Draw(uint32_t transmitter,
                   uint32_t device,
                   const std::function<double()>&,
                   Eigen::Ref<Eigen::ArrayXd> gains) const
{
    gains.setConstant(Mean(transmitter, device));
}

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

    LinkGains(uint32_t transmitters,
              uint32_t devices,
              Source source,
              std::shared_ptr<const LinkForecast> forecast = nullptr)
        : m_source(std::move(source)),
          m_forecast(std::move(forecast)),
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

    /// What online deciders may know of the future; null if nothing is.
    const LinkForecast* Forecast() const
    {
        return m_forecast.get();
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
    std::shared_ptr<const LinkForecast> m_forecast;
    mutable ByDevice<double> m_gain;
    mutable ByDevice<uint32_t> m_stamp;
    uint32_t m_now{1};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GAINS_H */
