/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-scenario.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/sterna-circular-orbit-mobility-model.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-ground-position.h"
#include "ns3/sterna-horizon-loss-model.h"
#include "ns3/sterna-rate-model.h"
#include "ns3/sterna-sgp4-mobility-model.h"
#include "ns3/sterna-tle.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr uint32_t CHANNELS = 4;
constexpr double CARRIER = 20e9;
constexpr double BANDWIDTH = 30e6;
constexpr double EIRP_DENSITY = 4;        // dBW/MHz
constexpr double SATELLITE_GAIN = 30;     // dBi; only its sum with the power counts
constexpr double FIGURE_OF_MERIT = 15.9;  // G/T, dB/K
constexpr double NOISE_TEMPERATURE = 290; // K, where a noise figure is 0 dB
constexpr double BOLTZMANN = 1.380649e-23;
constexpr double LAST_EPOCH = 30 * 86400.0;
constexpr double LAST_TLE_EPOCH = 86400.0; // element sets age

/// Below it a receiver loses the carrier; far below what any rate of a contact needs.
constexpr double SINR_THRESHOLD = -20;

double
ToDb(double linear)
{
    return 10 * std::log10(linear);
}

} // namespace

std::vector<GatewaySite>
AssociationSetting::TeleportSites()
{
    return {{"Lario", Geodetic::FromDegrees(46.16, 9.41, 0)},
            {"Rambouillet", Geodetic::FromDegrees(48.55, 1.78, 0)},
            {"Raisting", Geodetic::FromDegrees(47.90, 11.11, 0)},
            {"Chalfont", Geodetic::FromDegrees(51.62, -0.57, 0)},
            {"Usingen", Geodetic::FromDegrees(50.33, 8.48, 0)}};
}

AssociationScenario::AssociationScenario(const AssociationSetting& setting, int64_t stream)
    : m_setting(setting),
      m_stream(stream),
      m_epoch(setting.epoch_s)
{
    const auto epoch = CreateObject<UniformRandomVariable>();
    epoch->SetStream(m_stream++);
    const double drawn = epoch->GetValue(0, setting.tle.empty() ? LAST_EPOCH : LAST_TLE_EPOCH);
    if (std::isnan(m_epoch))
    {
        m_epoch = drawn;
    }
    m_setting.tle.empty() ? PlaceWalker() : PlaceTle();
    PlaceGateways();
    SetUpNetwork();
}

void
AssociationScenario::PlaceWalker()
{
    const auto orbits = WalkerDelta(m_setting.pattern, m_setting.shell);
    m_satellites.Create(orbits.size());
    for (uint32_t i = 0; i < orbits.size(); ++i)
    {
        const auto mobility = CreateObject<CircularOrbitMobilityModel>();
        mobility->SetOrbit(After(orbits[i], m_epoch));
        m_satellites.Get(i)->AggregateObject(mobility);
    }
}

void
AssociationScenario::PlaceTle()
{
    const auto sets = ReadTleFile(m_setting.tle);
    JulianDate start = sets.front().epoch;
    for (const auto& set : sets)
    {
        start = DaysBetween(start, set.epoch) > 0 ? set.epoch : start;
    }
    if (!m_setting.start.empty())
    {
        start = JulianDate::FromText(m_setting.start);
    }
    start = start.After(m_epoch);
    CheckEpochs(sets, start);
    m_satellites.Create(sets.size());
    for (uint32_t i = 0; i < sets.size(); ++i)
    {
        const auto mobility = CreateObject<Sgp4MobilityModel>();
        mobility->SetOrbit(Sgp4Orbit(sets[i], start));
        m_satellites.Get(i)->AggregateObject(mobility);
    }
}

void
AssociationScenario::PlaceGateways()
{
    m_gateways.Create(m_setting.sites.size());
    for (uint32_t j = 0; j < m_setting.sites.size(); ++j)
    {
        m_gateways.Get(j)->AggregateObject(GroundPosition(m_setting.sites[j].place));
    }
}

void
AssociationScenario::SetUpNetwork()
{
    m_network.SetChannels(Band::KA, CHANNELS);
    const auto set = [this](const char* name, const AttributeValue& value) {
        m_network.SetChannelAttribute(Band::KA, name, value);
    };
    set("Frequency", DoubleValue(CARRIER));
    set("Bandwidth", DoubleValue(BANDWIDTH));
    set("NoiseDensity", DoubleValue(ToDb(BOLTZMANN * NOISE_TEMPERATURE) + 30));
    set("SinrThreshold", DoubleValue(SINR_THRESHOLD));
    set("Isolation", DoubleValue(m_setting.isolationDb));
    set("LargeScaleUpdateInterval", TimeValue(Seconds(1)));
    if (m_setting.rates == AssociationSetting::Rates::SHANNON)
    {
        set("RateModel", PointerValue(CreateObject<ShannonRateModel>()));
    }
    m_network.SetPathLoss(Band::KA,
                          "ns3::FriisPropagationLossModel",
                          "Frequency",
                          DoubleValue(CARRIER));
    m_network.SetFading(Band::KA, "");
    const double eirp = EIRP_DENSITY + ToDb(BANDWIDTH / 1e6);
    const auto device = [this](Terminal::Role role, const char* name, double value) {
        m_network.SetDeviceAttribute(role, Band::KA, name, DoubleValue(value));
    };
    device(Terminal::SATELLITE, "TxPower", std::pow(10, (eirp - SATELLITE_GAIN) / 10));
    device(Terminal::SATELLITE, "AntennaGain", SATELLITE_GAIN);
    device(Terminal::GATEWAY, "AntennaGain", FIGURE_OF_MERIT + ToDb(NOISE_TEMPERATURE));
    m_network.InstallSatellites(m_satellites);
    m_network.InstallGateways(m_gateways);
    for (uint32_t channel = 0; channel < CHANNELS; ++channel)
    {
        m_network.GetChannel(Band::KA, channel)
            ->GetPathLoss()
            ->SetNext(CreateObject<HorizonLossModel>());
    }
}

Ptr<AssociationScheduler>
AssociationScenario::Install(Ptr<AssociationDecider> decider, SlotScheduler::Fidelity fidelity)
{
    const auto scheduler = CreateObject<AssociationScheduler>();
    scheduler->SetAttribute("SlotDuration", TimeValue(m_setting.slice));
    scheduler->SetAttribute("Slices", UintegerValue(m_setting.slices));
    scheduler->SetAttribute("Fidelity", EnumValue(fidelity));
    std::vector<Ptr<SternaChannel>> channels;
    for (uint32_t channel = 0; channel < CHANNELS; ++channel)
    {
        channels.push_back(m_network.GetChannel(Band::KA, channel));
    }
    scheduler->SetNetwork(channels);
    scheduler->SetDecider(decider);
    scheduler->AssignStreams(m_stream);
    m_gateways.Get(0)->AddApplication(scheduler);
    return scheduler;
}

double
AssociationScenario::Epoch() const
{
    return m_epoch;
}

SternaHelper&
AssociationScenario::Network()
{
    return m_network;
}

const NodeContainer&
AssociationScenario::Satellites() const
{
    return m_satellites;
}

const NodeContainer&
AssociationScenario::Gateways() const
{
    return m_gateways;
}

} // namespace sterna
} // namespace ns3
