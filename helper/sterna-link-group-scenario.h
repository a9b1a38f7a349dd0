/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_SCENARIO_H
#define STERNA_LINK_GROUP_SCENARIO_H

#include "sterna-helper.h"

#include "ns3/node-container.h"
#include "ns3/sterna-channel-shocks.h"
#include "ns3/sterna-link-group-scheduler.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// The size and load of a scenario of link-group scheduling.
struct LinkGroupPreset
{
    uint32_t devices;      //!< K, with the BS and the TSTs
    double trafficScale;   //!< factor on the demands of `small`
    double servedEmphasis; //!< factor on the default eta_0

    /// `small`, `learn` or `paper`; throws InputError for another name.
    static LinkGroupPreset FromName(const std::string& name);
    /// Makes the load the default of the attributes concerned, as Config::SetDefault() does.
    void SetDefaults() const;
};

/// What upsets a scenario every 200 slots: Figs. 4 to 6 of Yuan et al., IEEE TWC 2022.
struct LinkGroupDynamics
{
    enum class Kind
    {
        NONE,   //!< nothing: cycles are independent of each other
        USERS,  //!< very many or very few users arrive: LinkGroupUserTraffic
        DEMAND, //!< demands jump: LinkGroupBurstyTraffic
        CHANNEL //!< links are cut: ChannelShocks
    };

    Kind kind{Kind::NONE};

    /// `none`, `users`, `demand` or `channel`; throws InputError for another name.
    static LinkGroupDynamics FromName(const std::string& name);
    /// Makes the paper's ways the default, as Config::SetDefault() does: unserved demand carries
    /// over to the next cycle, and users first stay away, as in Fig. 4.
    void SetDefaults() const;
};

/// What does not change from run to run.
struct LinkGroupSetting
{
    /// How SINR becomes bits.
    enum class Rates
    {
        SHANNON, //!< log2(1 + SINR), (12) of the paper
        STANDARD //!< DVB-S2X in Ka band, NR CQI in C band
    };

    uint32_t devices{20}; //!< K, with the BS and the TSTs
    Rates rates{Rates::SHANNON};
    double leoPower{100}; //!< W
    double bsPower{40};   //!< W
    double tstPower{2};   //!< W
    LinkGroupDynamics dynamics;
};

/**
 * \ingroup sterna
 * The over-loaded LEO-terrestrial system of Yuan et al., IEEE TWC 2022, ready to run: 1 LEO at
 * 780 km, 1 BS, 2 TSTs and UEs, half of them dual-mode.
 *
 * The BS stands in the middle of a disc of 3 km; the TSTs at 2.2 km on opposite sides; half of the
 * UEs in hot spots of 400 m around the TSTs, the others anywhere on the disc. The satellite passes
 * so that its highest elevation over the disc is 60 degrees, in the middle of `passDuration`.
 */
class LinkGroupScenario
{
  public:
    /**
     * Makes nodes, places them and connects them.
     *
     * \param setting throws InputError if K leaves no UE, or for a negative power
     * \param passDuration simulated time around the satellite's culmination
     * \param stream first of the random streams for places and channels
     */
    LinkGroupScenario(const LinkGroupSetting& setting, Time passDuration, int64_t stream);

    /// Puts a scheduler over the network; its streams follow the scenario's.
    Ptr<LinkGroupScheduler> Install(Ptr<LinkGroupDecider> decider,
                                    SlotScheduler::Fidelity fidelity,
                                    uint32_t cycles);

    /// Fixes the streams of traffic and decider once more.
    void AssignSchedulerStreams(Ptr<LinkGroupScheduler> scheduler) const;

    /// First slots of the updates so far; filled by the schedulers that Install() made.
    const std::vector<uint64_t>& Updates() const;

    SternaHelper& Network();
    const NodeContainer& Satellites() const;
    const NodeContainer& Ues() const;

  private:
    void PlaceTerminals();
    void PlaceSatellite(Time passDuration);
    void SetUpNetwork(const LinkGroupSetting& setting);
    void AddShocks();
    /// Lets a trace source `Update` tell Updates().
    void ListenTo(Ptr<Object> source);

    int64_t m_stream;
    LinkGroupDynamics m_dynamics;
    std::shared_ptr<std::vector<uint64_t>> m_updates; //!< trace sinks keep it alive
    Ptr<ChannelShocks> m_shocks;                      //!< null if nothing hits the channels
    NodeContainer m_leo;
    NodeContainer m_bs;
    NodeContainer m_tst;
    NodeContainer m_ue;
    SternaHelper m_network;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_SCENARIO_H */
