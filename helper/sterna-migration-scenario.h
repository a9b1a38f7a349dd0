/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_SCENARIO_H
#define STERNA_MIGRATION_SCENARIO_H

#include "sterna-helper.h"

#include "ns3/node-container.h"
#include "ns3/nstime.h"
#include "ns3/sterna-constellation.h"
#include "ns3/sterna-migration-scheduler.h"

#include <limits>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What does not change from run to run.
struct MigrationSetting
{
    /// How the satellites' orbits are spread.
    enum class Pattern
    {
        ROSETTE, //!< Rosette() with the harmonic factor `phasing`
        WALKER   //!< WalkerDelta() T/P/F with F = `phasing`
    };

    Pattern pattern{Pattern::ROSETTE};
    uint32_t satellites{8};
    uint32_t planes{8};
    double phasing{6}; //!< of a rosette of 8: the only one with continuous cover at 15 degrees
    OrbitShell shell{20191137.0, DegToRad(53), false}; //!< a = 26 562.137 km

    uint32_t cities{34}; //!< ground users: the largest ones of LargestCities()
    uint32_t flights{6}; //!< flight users: the first ones of LongHaulRoutes()
    uint32_t drawn{0};   //!< ground users at places drawn for each run, up to 60 degrees
                         //!< latitude, with exponential shares of the demand
    std::vector<std::string> tracks; //!< files of recorded flights, further flight users
    double arrivalRate{7};           //!< lambda_0, mean of a ground user (packets/s)
    double flightShare{0.3};         //!< of lambda_0, a flight user in cruise
    MigrationUser service;           //!< what all of them ask for

    double power{28};             //!< P_TX (W)
    double transmitGain{36};      //!< G_TX (dBi)
    double feederLoss{1};         //!< L_TX (dB)
    double receiveGain{38};       //!< G_RX (dBi)
    double noiseTemperature{290}; //!< F_RX (K)
    double bandwidth{28e6};       //!< W = W_RF (Hz)
    double carrier{14e9};         //!< (Hz)

    uint32_t slots{60};
    Time slot{Seconds(300)};
    /// When the episode begins on the clock of the orbits (s), at whose 0 the Greenwich meridian
    /// points to the vernal equinox. Not a number: drawn for each run, from the time in which the
    /// pattern of the eight satellites repeats. Flights leave by the episode's clock.
    double epoch_s{std::numeric_limits<double>::quiet_NaN()};
};

/**
 * \ingroup sterna
 * Edge servers in MEO that serve cities and flights: the system of the GATE-HPPO paper, ready to
 * run.
 *
 * The band is at 14 GHz, one carrier of 28 MHz per satellite; satellites do not disturb each other.
 * Free space and rain lie between: the SNR is 4 to 16 dB.
 */
class MigrationScenario
{
  public:
    /**
     * Makes nodes, places them and connects them.
     *
     * \param setting throws InputError for what cannot be
     * \param stream first of the random streams
     */
    MigrationScenario(const MigrationSetting& setting, int64_t stream);

    /// Puts a scheduler over the network; its streams follow the scenario's.
    Ptr<MigrationScheduler> Install(Ptr<MigrationDecider> decider,
                                    SlotScheduler::Fidelity fidelity);

    /// When the episode begins (s).
    double Epoch() const;
    SternaHelper& Network();
    const NodeContainer& Satellites() const;
    const std::vector<MigrationSubscriber>& Users() const;

  private:
    void PlaceSatellites();
    void PlaceCities();
    void PlaceDrawn();
    void PlaceFlights();
    void AddUser(const std::string& name,
                 Ptr<MobilityModel> mobility,
                 double arrivalRate,
                 std::vector<CruisePhase> activity);
    void SetUpNetwork();

    MigrationSetting m_setting;
    int64_t m_stream;
    double m_epoch;
    NodeContainer m_satellites;
    std::vector<MigrationSubscriber> m_users;
    SternaHelper m_network;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_SCENARIO_H */
