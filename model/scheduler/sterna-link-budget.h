/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_BUDGET_H
#define STERNA_LINK_BUDGET_H

#include "ns3/mobility-model.h"
#include "ns3/sterna-channel.h"
#include "ns3/sterna-terminal.h"
#include "ns3/vector.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * SNR of a satellite at a terminal wherever the two are: what a scheduler that looks ahead asks.
 *
 * The whole transmit power goes to the terminal, or the share of it that its share of the
 * bandwidth gets, which is the same. There is no fading.
 */
class LinkBudget
{
  public:
    /// \param channel on which both have a device
    LinkBudget(const Ptr<SternaChannel>& channel,
               const Ptr<Terminal>& satellite,
               const Ptr<Terminal>& terminal);

    /// Linear SNR with both at these places (ECEF, m).
    double Snr(const Vector& satellite, const Vector& terminal) const;

  private:
    Ptr<SternaChannel> m_channel;
    Ptr<MobilityModel> m_high;
    Ptr<MobilityModel> m_low;
    double m_budget; //!< SNR without path loss
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_BUDGET_H */
