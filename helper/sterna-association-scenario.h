/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_SCENARIO_H
#define STERNA_ASSOCIATION_SCENARIO_H

#include "sterna-helper.h"

#include "ns3/node-container.h"
#include "ns3/sterna-association-scheduler.h"
#include "ns3/sterna-constellation.h"
#include "ns3/sterna-earth.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// A base station with a satellite gateway.
struct GatewaySite
{
    std::string name;
    Geodetic place;
};

/// What does not change from run to run.
struct AssociationSetting
{
    /// How SINR becomes bits.
    enum class Rates
    {
        SHANNON, //!< log2(1 + SINR), as in the paper
        DVB_S2X  //!< its modulation and coding schemes
    };

    std::string tle;                                 //!< file of two-line elements; none: Walker
    std::string start;                               //!< UTC for it; none: the latest epoch there
    WalkerPattern pattern{120, 12, 1};               //!< Walker delta T/P/F
    OrbitShell shell{550e3, DegToRad(45), false};    //!< of the Walker delta
    std::vector<GatewaySite> sites{TeleportSites()}; //!< BS1, BS2, ...
    Rates rates{Rates::SHANNON};
    double isolationDb{0}; //!< by which antennas weaken interference
    uint32_t slices{30};
    Time slice{Seconds(210)};
    /// When the episode begins (s): the Greenwich meridian points to the vernal equinox at 0; with
    /// two-line elements that is the start. Not a number: drawn for each run, from the first 30 days,
    /// or with two-line elements from the first day.
    double epoch_s{std::numeric_limits<double>::quiet_NaN()};

    /// Five teleport areas in Europe whose views overlap: Lario, Rambouillet, Raisting, Chalfont,
    /// Usingen.
    static std::vector<GatewaySite> TeleportSites();
};

/**
 * \ingroup sterna
 * Satellites that offload their data to gateways: the system of the PSDDQN paper, ready to run.
 *
 * Each gateway has 4 orthogonal channels of 30 MHz at 20 GHz. Satellites send 4 dBW/MHz EIRP,
 * gateways have 15.9 dB/K, and nothing but free space lies between: the SNR is 4.9 dB at 10 degrees
 * and 15 dB in the zenith.
 */
class AssociationScenario
{
  public:
    /**
     * Makes nodes, places them and connects them.
     *
     * \param setting throws InputError for what cannot be
     * \param stream first of the random streams
     */
    AssociationScenario(const AssociationSetting& setting, int64_t stream);

    /// Puts a scheduler over the network; its streams follow the scenario's.
    Ptr<AssociationScheduler> Install(Ptr<AssociationDecider> decider,
                                      SlotScheduler::Fidelity fidelity);

    /// When the episode begins (s).
    double Epoch() const;
    SternaHelper& Network();
    const NodeContainer& Satellites() const;
    const NodeContainer& Gateways() const;

  private:
    void PlaceWalker();
    void PlaceTle();
    void PlaceGateways();
    void SetUpNetwork();

    AssociationSetting m_setting;
    int64_t m_stream;
    double m_epoch;
    NodeContainer m_satellites;
    NodeContainer m_gateways;
    SternaHelper m_network;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_SCENARIO_H */
