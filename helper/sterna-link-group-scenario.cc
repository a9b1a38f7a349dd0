/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-scenario.h"

#include "sterna-scheduler-helper.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/sterna-circular-orbit-mobility-model.h"
#include "ns3/sterna-earth.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-ground-position.h"
#include "ns3/sterna-link-group-event-traffic.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <functional>
#include <map>
#include <sstream>

namespace ns3
{
namespace sterna
{

namespace
{

const Geodetic CENTRE{DegToRad(45), DegToRad(10), 0};
constexpr double DISC_RADIUS = 3000;
constexpr double TST_DISTANCE = 2200;
constexpr double HOT_SPOT_RADIUS = 400;
constexpr double LEO_ALTITUDE = 780e3;
constexpr double TOP_ELEVATION = M_PI / 3;
constexpr uint32_t TSTS = 2;

/// A place east and north (m) of the centre; the disc is small against the Earth.
Geodetic
Offset(double east, double north)
{
    return {CENTRE.latitude + north / EARTH_RADIUS,
            CENTRE.longitude + east / (EARTH_RADIUS * std::cos(CENTRE.latitude)),
            0};
}

} // namespace

LinkGroupPreset
LinkGroupPreset::FromName(const std::string& name)
{
    if (name == "small")
    {
        return {20, 1, 1};
    }
    if (name == "learn")
    {
        return {20, 2, 5};
    }
    if (name == "paper")
    {
        return {500, 3, 1};
    }
    throw InputError("There is no preset '" + name + "'; known ones are small, learn and paper.");
}

void
LinkGroupPreset::SetDefaults() const
{
    Config::SetDefault("ns3::sterna::LinkGroupTraffic::Scale", DoubleValue(trafficScale));
    Config::SetDefault("ns3::sterna::LinkGroupScheduler::ServedEmphasis",
                       DoubleValue(servedEmphasis));
}

LinkGroupDynamics
LinkGroupDynamics::FromName(const std::string& name)
{
    const std::map<std::string, Kind> kinds{{"none", Kind::NONE},
                                            {"users", Kind::USERS},
                                            {"demand", Kind::DEMAND},
                                            {"channel", Kind::CHANNEL}};
    const auto found = kinds.find(name);
    if (found == kinds.end())
    {
        throw InputError("There are no dynamics '" + name +
                         "'; known ones are none, users, demand and channel.");
    }
    return {found->second};
}

void
LinkGroupDynamics::SetDefaults() const
{
    Config::SetDefault("ns3::sterna::LinkGroupTraffic::CarryOver",
                       BooleanValue(kind != Kind::NONE));
    Config::SetDefault("ns3::sterna::LinkGroupEventTraffic::Order",
                       EnumValue(kind == Kind::USERS ? LinkGroupEventTraffic::LOW_FIRST
                                                     : LinkGroupEventTraffic::HIGH_FIRST));
}

LinkGroupScenario::LinkGroupScenario(const LinkGroupSetting& setting,
                                     Time passDuration,
                                     int64_t stream)
    : m_stream(stream),
      m_dynamics(setting.dynamics),
      m_updates(std::make_shared<std::vector<uint64_t>>())
{
    if (setting.devices <= TSTS + 1)
    {
        throw InputError("The number of ground devices K is " + std::to_string(setting.devices) +
                         "; with 1 BS and 2 TSTs it must be at least 4.");
    }
    m_leo.Create(1);
    m_bs.Create(1);
    m_tst.Create(TSTS);
    m_ue.Create(setting.devices - 1 - TSTS);
    PlaceSatellite(passDuration);
    PlaceTerminals();
    SetUpNetwork(setting);
    m_network.InstallSatellites(m_leo);
    m_network.InstallTerminals(m_tst, m_bs, m_ue);
    m_stream += m_network.AssignStreams(m_stream);
    if (m_dynamics.kind == LinkGroupDynamics::Kind::CHANNEL)
    {
        AddShocks();
    }
}

void
LinkGroupScenario::AddShocks()
{
    m_shocks = CreateObject<ChannelShocks>();
    m_shocks->AddChannel(m_network.GetChannel(Band::KA));
    m_shocks->AddChannel(m_network.GetChannel(Band::C));
    m_stream += m_shocks->AssignStreams(m_stream);
    ListenTo(m_shocks);
    m_bs.Get(0)->AddApplication(m_shocks);
}

void
LinkGroupScenario::ListenTo(Ptr<Object> source)
{
    const std::function<void(uint64_t)> keep = [updates = m_updates](uint64_t slot) {
        updates->push_back(slot);
    };
    source->TraceConnectWithoutContext("Update", Callback<void, uint64_t>(keep));
}

void
LinkGroupScenario::SetUpNetwork(const LinkGroupSetting& setting)
{
    for (const Band band : {Band::KA, Band::C})
    {
        // geometry moves gains by less than 0.1 dB in a cycle of 1 s
        m_network.SetChannelAttribute(band, "LargeScaleUpdateInterval", TimeValue(Seconds(1)));
        if (setting.rates == LinkGroupSetting::Rates::SHANNON)
        {
            m_network.SetChannelAttribute(band,
                                          "RateModel",
                                          PointerValue(CreateObject<ShannonRateModel>()));
        }
    }
    const auto power = [this](Terminal::Role role, Band band, const char* who, double watt) {
        if (!(watt > 0))
        {
            std::ostringstream text;
            text << "The transmit power of the " << who << " is " << watt
                 << " W; it must be positive.";
            throw InputError(text.str());
        }
        m_network.SetDeviceAttribute(role, band, "TxPower", DoubleValue(watt));
    };
    power(Terminal::SATELLITE, Band::KA, "LEO", setting.leoPower);
    power(Terminal::BASE_STATION, Band::C, "BS", setting.bsPower);
    power(Terminal::TST, Band::C, "TST", setting.tstPower);
}

void
LinkGroupScenario::PlaceTerminals()
{
    const auto random = CreateObject<UniformRandomVariable>();
    random->SetStream(m_stream++);
    const auto place = [&](const Ptr<Node>& node, double east, double north) {
        node->AggregateObject(GroundPosition(Offset(east, north)));
    };
    place(m_bs.Get(0), 0, 0);
    const double tstEast[TSTS] = {TST_DISTANCE, -TST_DISTANCE};
    for (uint32_t s = 0; s < TSTS; ++s)
    {
        place(m_tst.Get(s), tstEast[s], 0);
    }
    for (uint32_t u = 0; u < m_ue.GetN(); ++u)
    {
        // pairs of a cellular and a dual-mode UE take turns: hot spot, disc, other hot spot, disc
        const bool hot = (u / 2) % 2 == 0;
        const double radius = hot ? HOT_SPOT_RADIUS : DISC_RADIUS;
        const double east = hot ? tstEast[(u / 4) % TSTS] : 0;
        const double distance = radius * std::sqrt(random->GetValue(0, 1)); // uniform in area
        const double bearing = random->GetValue(0, 2 * M_PI);
        place(m_ue.Get(u), east + distance * std::sin(bearing), distance * std::cos(bearing));
    }
}

void
LinkGroupScenario::PlaceSatellite(Time passDuration)
{
    // Earth-central angle at the top elevation: cos(E + psi) = R cos(E) / (R + h)
    const double psi =
        std::acos(EARTH_RADIUS * std::cos(TOP_ELEVATION) / (EARTH_RADIUS + LEO_ALTITUDE)) -
        TOP_ELEVATION;
    // A polar track along the meridian at that distance; Napier's rules for the right triangle of
    // the centre, the pole and the nearest point of the track.
    const double meridian = std::asin(std::sin(psi) / std::cos(CENTRE.latitude));
    const double nearest = std::atan2(std::tan(CENTRE.latitude), std::cos(meridian));
    const double middle = passDuration.GetSeconds() / 2;

    CircularOrbitElements elements;
    elements.altitude = LEO_ALTITUDE;
    elements.inclination = M_PI_2;
    elements.raan = CENTRE.longitude - meridian + EARTH_ROTATION_RATE * middle;
    elements.argumentOfLatitude = nearest - CircularOrbit(elements).ArgumentRate() * middle;
    const auto mobility = CreateObject<CircularOrbitMobilityModel>();
    mobility->SetOrbit(CircularOrbit(elements));
    m_leo.Get(0)->AggregateObject(mobility);
}

Ptr<LinkGroupScheduler>
LinkGroupScenario::Install(Ptr<LinkGroupDecider> decider,
                           SlotScheduler::Fidelity fidelity,
                           uint32_t cycles)
{
    SternaSchedulerHelper helper("ns3::sterna::LinkGroupScheduler");
    helper.SetAttribute("Fidelity", EnumValue(fidelity));
    helper.SetAttribute("Cycles", UintegerValue(cycles));
    helper.SetDecider(decider);
    if (m_dynamics.kind == LinkGroupDynamics::Kind::USERS)
    {
        helper.SetTraffic("ns3::sterna::LinkGroupUserTraffic");
    }
    else if (m_dynamics.kind == LinkGroupDynamics::Kind::DEMAND)
    {
        helper.SetTraffic("ns3::sterna::LinkGroupBurstyTraffic");
    }
    const auto applications = helper.Install(m_network);
    const auto scheduler = DynamicCast<LinkGroupScheduler>(applications.Get(0));
    AssignSchedulerStreams(scheduler);
    PointerValue traffic;
    scheduler->GetAttribute("Traffic", traffic);
    ListenTo(traffic.GetObject());
    if (m_shocks && cycles > 0)
    {
        UintegerValue slots;
        scheduler->GetAttribute("SlotsPerCycle", slots);
        m_shocks->SetStopTime(scheduler->GetSlotDuration() * int64_t(cycles * slots.Get()));
    }
    return scheduler;
}

const std::vector<uint64_t>&
LinkGroupScenario::Updates() const
{
    return *m_updates;
}

void
LinkGroupScenario::AssignSchedulerStreams(Ptr<LinkGroupScheduler> scheduler) const
{
    scheduler->AssignStreams(m_stream);
}

SternaHelper&
LinkGroupScenario::Network()
{
    return m_network;
}

const NodeContainer&
LinkGroupScenario::Satellites() const
{
    return m_leo;
}

const NodeContainer&
LinkGroupScenario::Ues() const
{
    return m_ue;
}

} // namespace sterna
} // namespace ns3
