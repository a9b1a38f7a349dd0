/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_HELPER_H
#define STERNA_HELPER_H

#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"
#include "ns3/sterna-channel.h"
#include "ns3/sterna-core-network.h"
#include "ns3/sterna-net-device.h"
#include "ns3/sterna-orbit.h"
#include "ns3/sterna-terminal.h"
#include "ns3/trace-helper.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Puts Sterna devices on nodes: both bands with the values of Table I of Yuan et al., IEEE TWC
 * 2022, unless a script says otherwise.
 *
 * |                         | Ka band                 | C band              |
 * | ----------------------- | ----------------------- | ------------------- |
 * | carrier, bandwidth      | 30 GHz, 400 MHz         | 4 GHz, 20 MHz       |
 * | SINR threshold          | 1 dB                    | 3 dB                |
 * | rates                   | DVB-S2X                 | NR CQI              |
 * | path loss               | KaBandPropagationLossModel | CBandPropagationLossModel |
 * | fading                  | theirs: Rician Markov   | Rayleigh Markov     |
 * | antenna gains (not in the paper) | LEO 30, dual-mode UE 27, BS and TST 33 dBi | 0 dBi |
 *
 * Gateways and satellite users, which have Ka band only, have the gain of BSs. Powers in both
 * bands: LEO 100 W, BS and gateway 40 W, TST 2 W, UE and satellite user 0.2 W. What concerns a
 * channel must be set before the first device is installed. Devices are open; a scheduler makes
 * them managed.
 *
 * The default path loss in Ka band points the satellites' antennas at the middle of the terminals
 * that InstallTerminals() finds placed; a path loss that the script sets is left as it is.
 */
class SternaHelper : public PcapHelperForDevice, public AsciiTraceHelperForDevice
{
  public:
    SternaHelper();
    ~SternaHelper() override;

    /// \param band a band \param name of an attribute of SternaChannel \param value for it
    void SetChannelAttribute(Band band, const std::string& name, const AttributeValue& value);

    /**
     * Replace the path loss of a band.
     * \param band a band
     * \param type TypeId of a PropagationLossModel
     * \param arguments pairs of attribute names and values
     */
    template <typename... Arguments>
    void SetPathLoss(Band band, const std::string& type, Arguments&&... arguments);

    /**
     * Replace the fading of a band.
     * \param band a band
     * \param type TypeId of a PropagationLossModel, or the empty string for no fading
     * \param arguments pairs of attribute names and values
     */
    template <typename... Arguments>
    void SetFading(Band band, const std::string& type, Arguments&&... arguments);

    /**
     * Divide a band into channels that do not disturb each other; each is a SternaChannel with the
     * band's attributes, and every terminal has a device on each.
     * \param band a band
     * \param count how many, at least 1 (default 1)
     */
    void SetChannels(Band band, uint32_t count);

    /// \param name of an attribute of SternaNetDevice \param value for it, in all roles and bands
    void SetDeviceAttribute(const std::string& name, const AttributeValue& value);

    /**
     * \param role a role
     * \param band a band of it
     * \param name of an attribute of SternaNetDevice
     * \param value for it
     */
    void SetDeviceAttribute(Terminal::Role role,
                            Band band,
                            const std::string& name,
                            const AttributeValue& value);

    /// \param share of users with both bands, 0 to 1; they take turns with the others (default 0.5)
    void SetDualModeShare(double share);

    /**
     * \param node without a Terminal yet
     * \param role what it becomes
     * \return its devices: Ka before C
     */
    NetDeviceContainer Install(Ptr<Node> node, Terminal::Role role);

    /// \param satellites nodes \return their Ka devices
    NetDeviceContainer InstallSatellites(const NodeContainer& satellites);

    /**
     * \param satellites nodes without a MobilityModel
     * \param orbits one for each of them
     * \return their Ka devices
     */
    NetDeviceContainer InstallSatellites(const NodeContainer& satellites,
                                         const std::vector<CircularOrbit>& orbits);

    /// \param gateways base stations with satellite gateways only \return their Ka devices
    NetDeviceContainer InstallGateways(const NodeContainer& gateways);

    /// \param users with a satellite terminal only \return their Ka devices
    NetDeviceContainer InstallSatelliteUsers(const NodeContainer& users);

    /**
     * \param tst terrestrial-satellite terminals
     * \param bs base stations
     * \param ue users, cellular and dual-mode by SetDualModeShare()
     * \return the devices of all, node by node, Ka before C
     */
    NetDeviceContainer InstallTerminals(const NodeContainer& tst,
                                        const NodeContainer& bs,
                                        const NodeContainer& ue);

    /// \param band a band \param index of the channel \return it; all are made when first asked for
    Ptr<SternaChannel> GetChannel(Band band, uint32_t index = 0);

    /// \return the queues of managed devices.
    Ptr<CoreNetwork> GetCoreNetwork() const;

    /**
     * Fix the random streams of both channels.
     * \param stream first stream
     * \return how many were used
     */
    int64_t AssignStreams(int64_t stream);

  private:
    /// How a band is made.
    struct BandSetup
    {
        ObjectFactory channel;                   ///< SternaChannel.
        std::optional<ObjectFactory> pathLoss;   ///< Instead of the default.
        std::optional<ObjectFactory> fading;     ///< Instead of the default.
        bool hasFading{true};                    ///< Whether there is any.
        uint32_t count{1};                       ///< Channels of the band.
        std::vector<Ptr<SternaChannel>> created; ///< Once they are made.
    };

    void EnablePcapInternal(std::string prefix,
                            Ptr<NetDevice> nd,
                            bool promiscuous,
                            bool explicitFilename) override;
    void EnableAsciiInternal(Ptr<OutputStreamWrapper> stream,
                             std::string prefix,
                             Ptr<NetDevice> nd,
                             bool explicitFilename) override;

    /// Give a channel the losses that its band has by default, or those that were set.
    /// \tparam Model of the band \param setup of the band \param channel one of its channels
    template <typename Model>
    static void SetLosses(const BandSetup& setup, const Ptr<SternaChannel>& channel);
    /// \param band a band \return its setup; InputError if the channel exists already
    BandSetup& Change(Band band);
    /// Point the satellites' antennas at the middle of the terminals, by default.
    /// \param terminals nodes; those without a MobilityModel do not count
    void Steer(const NodeContainer& terminals);
    /// Install one role on many nodes.
    /// \param nodes the nodes \param role theirs \return their devices
    NetDeviceContainer InstallAll(const NodeContainer& nodes, Terminal::Role role);

    std::map<Band, BandSetup> m_bands;                                  ///< Both of them.
    std::map<std::pair<Terminal::Role, Band>, ObjectFactory> m_devices; ///< SternaNetDevice.
    Ptr<CoreNetwork> m_core;                                            ///< One for all.
    double m_dualModeShare{0.5};                                        ///< Of the users.
};

template <typename... Arguments>
void
SternaHelper::SetPathLoss(Band band, const std::string& type, Arguments&&... arguments)
{
    Change(band).pathLoss.emplace(type, std::forward<Arguments>(arguments)...);
}

template <typename... Arguments>
void
SternaHelper::SetFading(Band band, const std::string& type, Arguments&&... arguments)
{
    auto& setup = Change(band);
    setup.hasFading = !type.empty();
    if (setup.hasFading)
    {
        setup.fading.emplace(type, std::forward<Arguments>(arguments)...);
    }
}

} // namespace sterna
} // namespace ns3

#endif /* STERNA_HELPER_H */
