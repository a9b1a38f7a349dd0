/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_GRANT_H
#define STERNA_GRANT_H

#include "ns3/nstime.h"
#include "ns3/ptr.h"

namespace ns3
{
namespace sterna
{

class DestinationQueue;
class SternaNetDevice;

/**
 * \ingroup sterna
 * Leave to send: which device may receive, from which queue, how fast and for how long.
 *
 * It starts when it is handed to SternaNetDevice::Transmit. The last bit has arrived before
 * `duration` is over, so the propagation delay is a guard time inside the grant.
 *
 * A device with several beams divides its bandwidth and power among them. Both in the same
 * proportion leave the SNR as it is, so only the rate, which the grant names, follows the share.
 */
struct Grant
{
    Ptr<SternaNetDevice> receiver; ///< A device on the transmitter's channel.
    Ptr<DestinationQueue> queue;   ///< Where the transmitter pulls its packets from.
    double rate{0.0};              ///< Net rate of the packets, without framing, in bit/s.
    double minSinr{0.0};           ///< Packets received below this linear SINR are lost.
    Time duration;                 ///< From now to the end of the grant.
    double share{1.0};             ///< Of the transmitter's bandwidth and power, in (0, 1].
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_GRANT_H */
