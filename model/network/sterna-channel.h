/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CHANNEL_H
#define STERNA_CHANNEL_H

#include "sterna-band.h"
#include "sterna-rate-model.h"

#include "ns3/channel.h"
#include "ns3/mac48-address.h"
#include "ns3/mobility-model.h"
#include "ns3/nstime.h"
#include "ns3/propagation-delay-model.h"
#include "ns3/propagation-loss-model.h"

#include <deque>
#include <limits>
#include <unordered_map>
#include <vector>

namespace ns3
{
namespace sterna
{

class SternaNetDevice;

/**
 * \ingroup sterna
 * One band: who hears whom, how well and how late.
 *
 * The gain of a link is path loss (a chain of large-scale PropagationLossModels), fading (a second
 * chain) and both antenna gains. Path loss is kept per link for LargeScaleUpdateInterval, fading
 * for one instant, so asking twice at one time gives one answer. Gains are reciprocal: the models
 * are always asked with the device that was attached first as transmitter.
 *
 * Transmitters under a grant interfere with each other; the set of them changes only when a grant
 * begins or ends, and GetActivityEpoch() tells when it did. Open transmissions see noise only.
 * Nothing here is done per attached device: cost follows the links that are asked about.
 */
class SternaChannel : public Channel
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    SternaChannel();
    ~SternaChannel() override;

    std::size_t GetNDevices() const override;
    Ptr<NetDevice> GetDevice(std::size_t i) const override;

    /**
     * Add a device; called by SternaNetDevice::SetChannel.
     * \param device a device with an address that nobody has here yet
     * \return its index on this channel
     */
    uint32_t Attach(Ptr<SternaNetDevice> device);

    /**
     * \param address a device's address
     * \return the device, or null if nobody has this address
     */
    Ptr<SternaNetDevice> Find(Mac48Address address) const;

    /**
     * A device has another address from now on.
     * \param device the device
     * \param old its address until now
     */
    void Readdress(Ptr<SternaNetDevice> device, Mac48Address old);

    /// \return the devices, in the order they were attached.
    const std::vector<Ptr<SternaNetDevice>>& GetDevices() const;

    /// \return the band.
    Band GetBand() const;
    /// \return the carrier frequency in Hz.
    double GetFrequency() const;
    /// \return the bandwidth in Hz.
    double GetBandwidth() const;
    /// \return the linear SINR below which nothing is decoded.
    double GetSinrThreshold() const;
    /// \return the share of an interferer's power that comes in, linear.
    double GetInterferenceShare() const;
    /// \return the large-scale chain, or null.
    Ptr<PropagationLossModel> GetPathLoss() const;
    /// \return the small-scale chain, or null.
    Ptr<PropagationLossModel> GetFading() const;
    /// \return the rate model.
    Ptr<RateModel> GetRateModel() const;

    /// \param band the band that this channel stands for
    void SetBand(Band band);
    /// \param hz carrier frequency in Hz, above 0
    void SetFrequency(double hz);
    /// \param hz bandwidth in Hz, above 0
    void SetBandwidth(double hz);
    /// \param model gives the rate of open transmissions and of whoever asks
    void SetRateModel(Ptr<RateModel> model);
    /// \param model the large-scale chain
    void SetPathLoss(Ptr<PropagationLossModel> model);
    /// The large-scale chain gives other losses from now on: nothing that was kept holds any longer.
    void ForgetPathLoss();
    /// \return a number that changes whenever ForgetPathLoss() or SetPathLoss() was called.
    uint64_t GetPathEpoch() const;
    /// \param model the small-scale chain, or null for none
    void SetFading(Ptr<PropagationLossModel> model);

    /**
     * \param tx one end of a link
     * \param rx its other end
     * \return linear power gain from antenna port to antenna port, now: path, fading, antennas
     */
    double GetGain(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx);

    /// As GetGain, without the fading. \param tx one end \param rx other end \return linear gain
    double GetLargeScaleGain(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx);

    /**
     * \param rx the receiver, whose noise figure counts
     * \return noise power over the bandwidth in W
     */
    double GetNoisePower(const Ptr<SternaNetDevice>& rx) const;

    /// \param tx transmitter \param rx receiver \return linear signal to noise ratio, now
    double GetSnr(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx);

    /**
     * \param tx transmitter
     * \param rx receiver
     * \return linear SINR, now: the interference comes from all other transmitters with a running
     * grant except the receiver itself (eq. (11) with the physical channels), less the Isolation
     */
    double GetSinr(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx);

    /// \param tx transmitter \param rx receiver \return propagation delay of the link, now
    Time GetDelay(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx);

    /**
     * The rate of an open transmission.
     * \param snr linear; below the threshold counts as the threshold
     * \return bandwidth times efficiency in bit/s
     */
    double GetOpenRate(double snr) const;

    /**
     * Granted transmissions of this device run from now on; this replaces what was said before.
     * \param tx the transmitter
     * \param duration how long it interferes, with whichever of them; 0: no longer
     */
    void Activate(const Ptr<SternaNetDevice>& tx, Time duration);

    /// \return a number that changes whenever the set of granted transmitters or all path losses
    /// have changed.
    uint64_t GetActivityEpoch();

    /// \return how long a link's path loss, and so a grant's SINR, is kept.
    Time GetLargeScaleUpdateInterval() const;

    /**
     * Fix the random streams of path loss, fading and delay models.
     * \param stream first stream
     * \return how many were used
     */
    int64_t AssignStreams(int64_t stream);

  protected:
    void DoDispose() override;

  private:
    /// What is known about a pair of devices.
    struct Link
    {
        Ptr<MobilityModel> first;  ///< Of the device with the lower index.
        Ptr<MobilityModel> second; ///< Of the device with the higher index.
        double pathGain{0.0};      ///< Large-scale gain without antennas, linear.
        int64_t pathUntil{-1};     ///< Time step at which pathGain is out of date.
        double fadingGain{1.0};    ///< Linear.
        int64_t fadingAt{-1};      ///< Time step of fadingGain.
    };

    /// A transmitter with a running grant.
    struct Active
    {
        Ptr<SternaNetDevice> device; ///< The transmitter.
        int64_t until;               ///< Time step at which its grant is over.
    };

    /// \param tx one end \param rx other end \return the pair's entry, made when first asked for
    Link& GetLink(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx);
    /// Bring pathGain up to date. \param link the pair
    void UpdatePath(Link& link) const;
    /// Bring fadingGain up to date. \param link the pair
    void UpdateFading(Link& link) const;
    /// \param tx one end \param rx other end \return product of the antenna gains, linear
    static double GetAntennaGains(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx);
    /// Forget the grants that are over.
    void ExpireGrants();
    /// \param dbm power spectral density of the noise in dBm/Hz
    void SetNoiseDensity(double dbm);
    /// \return power spectral density of the noise in dBm/Hz
    double GetNoiseDensity() const;
    /// \param db threshold in dB
    void SetSinrThresholdDb(double db);
    /// \return threshold in dB
    double GetSinrThresholdDb() const;
    /// \param db by how much directive antennas weaken interference
    void SetIsolationDb(double db);
    /// \return isolation in dB
    double GetIsolationDb() const;

    std::vector<Ptr<SternaNetDevice>> m_devices;            ///< By index.
    std::unordered_map<uint64_t, uint32_t> m_byAddress;     ///< Index by 48-bit address.
    std::unordered_map<uint64_t, uint32_t> m_linkByIndices; ///< Into m_links, by both indices.
    std::deque<Link> m_links;                               ///< Never moves its elements.

    std::vector<Active> m_active;                              ///< Running grants.
    int64_t m_nextExpiry{std::numeric_limits<int64_t>::max()}; ///< Earliest end of one.
    uint64_t m_epoch{0};     ///< Changes with m_active and with m_pathEpoch.
    uint64_t m_pathEpoch{0}; ///< Changes with the path losses of all links.

    Band m_band{Band::C};                 ///< The band.
    double m_frequency{0.0};              ///< Hz.
    double m_bandwidth{0.0};              ///< Hz.
    double m_noiseDensity{0.0};           ///< W/Hz.
    double m_threshold{0.0};              ///< Linear.
    double m_isolation{1.0};              ///< Share of interference that comes in, linear.
    Ptr<RateModel> m_rateModel;           ///< Efficiency over SINR.
    Ptr<PropagationLossModel> m_pathLoss; ///< Large scale.
    Ptr<PropagationLossModel> m_fading;   ///< Small scale, may be null.
    Ptr<PropagationDelayModel> m_delay;   ///< Propagation delay.
    Time m_largeScaleInterval;            ///< How long pathGain is kept.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_CHANNEL_H */
