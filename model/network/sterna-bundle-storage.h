/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_BUNDLE_STORAGE_H
#define STERNA_BUNDLE_STORAGE_H

#include "ns3/object.h"
#include "ns3/packet.h"
#include "ns3/traced-callback.h"

#include <map>

namespace ns3
{
namespace sterna
{

class SternaNetDevice;

/**
 * \ingroup sterna
 * The finite storage of a base station: what its devices receive is kept, or refused if it is full.
 *
 * Aggregate it to the base station's node. It hangs on the devices' trace Delivered, so it holds only
 * what has arrived. A bundle that does not fit above the Reserve is refused as a whole and stays with
 * its sender, as an unacknowledged bundle of the Bundle Protocol would (RFC 9171).
 */
class BundleStorage : public Object
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    BundleStorage();
    ~BundleStorage() override;

    /// Keep what this device receives, once. \param device of the base station
    void Attach(Ptr<SternaNetDevice> device);

    /// \return capacity in bit, the reserve included.
    uint64_t GetCapacity() const;
    /// \return what is never filled, in bit.
    uint64_t GetReserve() const;
    /// \return bits that are kept.
    uint64_t GetStoredBits() const;
    /// \return bits that are free, the reserve included.
    uint64_t GetFreeBits() const;
    /// \param device attached before \return bits that came in by it and are kept
    uint64_t GetStoredBits(const Ptr<SternaNetDevice>& device) const;
    /// \return bundles that were refused so far.
    uint64_t GetRefusedBundles() const;

  private:
    /// A bundle has arrived. \param storage where \param device by which \param bundle it
    static void Receive(BundleStorage* storage, uint32_t device, Ptr<const Packet> bundle);

    uint64_t m_capacity;                     ///< Bit.
    uint64_t m_reserve;                      ///< Bit.
    uint64_t m_stored{0};                    ///< Bit.
    uint64_t m_refused{0};                   ///< Bundles.
    std::map<uint32_t, uint64_t> m_byDevice; ///< Bits kept, by the device's index on its node.

    TracedCallback<Ptr<const Packet>> m_storedTrace;  ///< Bundles that are kept.
    TracedCallback<Ptr<const Packet>> m_refusedTrace; ///< Bundles that are not.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_BUNDLE_STORAGE_H */
