/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-scenario.h"

#include "sterna-world-sites.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/pointer.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/random-variable-stream.h"
#include "ns3/sterna-circular-orbit-mobility-model.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-flight-mobility-model.h"
#include "ns3/sterna-flight-profile.h"
#include "ns3/sterna-flight-track-file.h"
#include "ns3/sterna-ground-position.h"
#include "ns3/sterna-horizon-loss-model.h"
#include "ns3/sterna-rain-loss-model.h"
#include "ns3/sterna-rate-model.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <utility>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr double BOLTZMANN = 1.380649e-23;

/// Seen from the Earth the rosette of 8 looks the same, but for the satellites' numbers, after this
/// time (s).
constexpr double REPETITION = 10770.5;

/// Below it a receiver loses the carrier; far below what any user in sight has.
constexpr double SINR_THRESHOLD = -20; // dB

/// Interference between satellites, which work on disjoint bands where they see the same users.
constexpr double ISOLATION = 300; // dB

constexpr double DRAWN_LATITUDE = 60; // degrees, of the users farthest from the equator

double
ToDb(double linear)
{
    return 10 * std::log10(linear);
}

void
CheckAtMost(const char* name, uint32_t value, std::size_t most)
{
    if (value > most)
    {
        throw InputError(
            Sentence("The number of ", name, " is ", value, "; there are ", most, "."));
    }
}

void
CheckDemand(const char* name, double value)
{
    if (!(value >= 0) || std::isinf(value))
    {
        throw InputError(Sentence(name, " is ", value, "; it must be 0 or more and finite."));
    }
}

} // namespace

MigrationScenario::MigrationScenario(const MigrationSetting& setting, int64_t stream)
    : m_setting(setting),
      m_stream(stream),
      m_epoch(setting.epoch_s)
{
    CheckAtMost("cities", setting.cities, LargestCities().size());
    CheckAtMost("flights", setting.flights, LongHaulRoutes().size());
    CheckDemand("The mean arrival rate of ground users (packets/s)", setting.arrivalRate);
    CheckDemand("The share of it that a flight has", setting.flightShare);
    const auto epoch = CreateObject<UniformRandomVariable>();
    epoch->SetStream(m_stream++);
    const double drawn = epoch->GetValue(0, REPETITION);
    if (std::isnan(m_epoch))
    {
        m_epoch = drawn;
    }
    PlaceSatellites();
    PlaceCities();
    PlaceDrawn();
    PlaceFlights();
    SetUpNetwork();
}

void
MigrationScenario::PlaceSatellites()
{
    const auto& s = m_setting;
    const bool whole = s.phasing >= 0 && s.phasing < s.planes && s.phasing == std::floor(s.phasing);
    if (s.pattern == MigrationSetting::Pattern::WALKER && !whole)
    {
        throw InputError(Sentence("The phasing of a Walker delta is ",
                                  s.phasing,
                                  "; it must be a whole number from 0 to below the ",
                                  s.planes,
                                  " planes."));
    }
    const auto orbits = s.pattern == MigrationSetting::Pattern::ROSETTE
                            ? Rosette(s.satellites, s.planes, s.phasing, s.shell)
                            : WalkerDelta({s.satellites, s.planes, uint32_t(s.phasing)}, s.shell);
    m_satellites.Create(orbits.size());
    for (uint32_t i = 0; i < orbits.size(); ++i)
    {
        const auto mobility = CreateObject<CircularOrbitMobilityModel>();
        mobility->SetOrbit(After(orbits[i], m_epoch));
        m_satellites.Get(i)->AggregateObject(mobility);
    }
}

void
MigrationScenario::AddUser(const std::string& name,
                           Ptr<MobilityModel> mobility,
                           double arrivalRate,
                           std::vector<CruisePhase> activity)
{
    MigrationSubscriber user;
    user.node = CreateObject<Node>();
    user.node->AggregateObject(mobility);
    user.service = m_setting.service;
    user.service.name = name;
    user.arrivalRate = arrivalRate;
    user.activity = std::move(activity);
    m_users.push_back(std::move(user));
}

void
MigrationScenario::PlaceCities()
{
    double people = 0;
    for (uint32_t c = 0; c < m_setting.cities; ++c)
    {
        people += LargestCities()[c].population;
    }
    for (uint32_t c = 0; c < m_setting.cities; ++c)
    {
        const auto& city = LargestCities()[c];
        AddUser(city.name,
                GroundPosition(city.place),
                m_setting.arrivalRate * city.population * m_setting.cities / people,
                {});
    }
}

void
MigrationScenario::PlaceDrawn()
{
    const auto place = CreateObject<UniformRandomVariable>();
    const auto demand = CreateObject<ExponentialRandomVariable>();
    place->SetStream(m_stream++);
    demand->SetStream(m_stream++);
    std::vector<double> demands;
    double sum = 0;
    for (uint32_t k = 0; k < m_setting.drawn; ++k)
    {
        demands.push_back(demand->GetValue(1, 0));
        sum += demands.back();
    }
    for (uint32_t k = 0; k < m_setting.drawn; ++k)
    {
        // uniform on the sphere: the sine of the latitude is
        const double edge = std::sin(DegToRad(DRAWN_LATITUDE));
        const double latitude = std::asin(place->GetValue(-edge, edge));
        const double longitude = place->GetValue(-M_PI, M_PI);
        AddUser("Site " + std::to_string(k + 1),
                GroundPosition({latitude, longitude, 0}),
                m_setting.arrivalRate * demands[k] * m_setting.drawn / sum,
                {});
    }
}

void
MigrationScenario::PlaceFlights()
{
    const auto add = [this](const std::string& name,
                            const FlightTrack& track,
                            std::vector<CruisePhase> cruise) {
        const auto mobility = CreateObject<FlightMobilityModel>();
        mobility->SetTrack(track);
        AddUser(name, mobility, m_setting.flightShare * m_setting.arrivalRate, std::move(cruise));
    };
    for (uint32_t f = 0; f < m_setting.flights; ++f)
    {
        const auto& route = LongHaulRoutes()[f];
        const auto profile = PlanFlight(MakeFlightPlan(route));
        add(route.flight, profile.track, {profile.cruise});
    }
    for (const auto& path : m_setting.tracks)
    {
        const auto track = ReadFlightTrackFile(path);
        auto cruise = FindCruise(track);
        if (cruise.empty())
        {
            throw InputError("The track '" + path +
                             "' has no cruise, so nobody on board asks for service; give a flight "
                             "that stays level for some minutes.");
        }
        add(path, track, std::move(cruise));
    }
}

void
MigrationScenario::SetUpNetwork()
{
    const auto set = [this](const char* name, const AttributeValue& value) {
        m_network.SetChannelAttribute(Band::KA, name, value);
    };
    const auto& s = m_setting;
    set("Frequency", DoubleValue(s.carrier));
    set("Bandwidth", DoubleValue(s.bandwidth));
    set("NoiseDensity", DoubleValue(ToDb(BOLTZMANN * s.noiseTemperature) + 30));
    set("SinrThreshold", DoubleValue(SINR_THRESHOLD));
    set("Isolation", DoubleValue(ISOLATION));
    set("LargeScaleUpdateInterval", TimeValue(Seconds(10)));
    set("RateModel", PointerValue(CreateObject<ShannonRateModel>()));
    m_network.SetPathLoss(Band::KA,
                          "ns3::FriisPropagationLossModel",
                          "Frequency",
                          DoubleValue(s.carrier));
    m_network.SetFading(Band::KA, "");
    const auto device = [this](Terminal::Role role, const char* name, double value) {
        m_network.SetDeviceAttribute(role, Band::KA, name, DoubleValue(value));
    };
    device(Terminal::SATELLITE, "TxPower", s.power);
    device(Terminal::SATELLITE, "AntennaGain", s.transmitGain - s.feederLoss);
    device(Terminal::SATELLITE_UE, "AntennaGain", s.receiveGain);
    m_network.InstallSatellites(m_satellites);
    NodeContainer users;
    for (const auto& user : m_users)
    {
        users.Add(user.node);
    }
    m_network.InstallSatelliteUsers(users);
    const auto rain = CreateObject<RainLossModel>();
    rain->SetFrequency(s.carrier);
    rain->SetNext(CreateObject<HorizonLossModel>());
    m_network.GetChannel(Band::KA)->GetPathLoss()->SetNext(rain);
}

Ptr<MigrationScheduler>
MigrationScenario::Install(Ptr<MigrationDecider> decider, SlotScheduler::Fidelity fidelity)
{
    const auto scheduler = CreateObject<MigrationScheduler>();
    scheduler->SetAttribute("SlotDuration", TimeValue(m_setting.slot));
    scheduler->SetAttribute("Slots", UintegerValue(m_setting.slots));
    scheduler->SetAttribute("Fidelity", EnumValue(fidelity));
    scheduler->SetNetwork(m_network.GetChannel(Band::KA), m_network.GetCoreNetwork());
    for (const auto& user : m_users)
    {
        scheduler->AddUser(user);
    }
    scheduler->SetDecider(decider);
    scheduler->AssignStreams(m_stream);
    m_satellites.Get(0)->AddApplication(scheduler);
    return scheduler;
}

double
MigrationScenario::Epoch() const
{
    return m_epoch;
}

SternaHelper&
MigrationScenario::Network()
{
    return m_network;
}

const NodeContainer&
MigrationScenario::Satellites() const
{
    return m_satellites;
}

const std::vector<MigrationSubscriber>&
MigrationScenario::Users() const
{
    return m_users;
}

} // namespace sterna
} // namespace ns3
