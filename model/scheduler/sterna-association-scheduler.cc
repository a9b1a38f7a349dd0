/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-scheduler.h"

#include "sterna-association-contacts.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/sterna-association-rules.h"
#include "ns3/sterna-association-table.h"
#include "ns3/sterna-compat.h"
#include "ns3/sterna-earth.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-grant.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <map>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAssociationScheduler");

NS_OBJECT_ENSURE_REGISTERED(AssociationScheduler);

TypeId
AssociationScheduler::GetTypeId()
{
    using Turns = AssociationSystem::Turns;
    // Each Attribute has a checker of its own: ObjectFactory::Set() tells Attributes by theirs.
    static TypeId tid =
        TypeId("ns3::sterna::AssociationScheduler")
            .SetParent<SlotScheduler>()
            .SetGroupName("Sterna")
            .AddConstructor<AssociationScheduler>()
            .AddAttribute("Slices",
                          "Slices of an episode, after which the scheduler rests.",
                          UintegerValue(30),
                          MakeUintegerAccessor(&AssociationScheduler::m_slices),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("MinElevationDeg",
                          "Lowest elevation of a contact, degrees.",
                          DoubleValue(10),
                          MakeDoubleAccessor(&AssociationScheduler::m_minElevationDeg),
                          MakeDoubleChecker<double>(0, 90))
            .AddAttribute("CsiErrorVariance",
                          "Variance of the error of channel estimates, relative to the gain.",
                          DoubleValue(0),
                          MakeDoubleAccessor(&AssociationScheduler::m_csiErrorVariance),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("Capacity",
                          "Storage of a gateway that has no BundleStorage of its own, in bit.",
                          UintegerValue(1600000000000),
                          MakeUintegerAccessor(&AssociationScheduler::m_capacity),
                          MakeUintegerChecker<uint64_t>())
            .AddAttribute("Reserve",
                          "Of this, what is never filled, in bit.",
                          UintegerValue(8000000000),
                          MakeUintegerAccessor(&AssociationScheduler::m_reserve),
                          MakeUintegerChecker<uint64_t>())
            .AddAttribute("Stock",
                          "What each satellite holds at the start, in bit.",
                          UintegerValue(96000000000),
                          MakeUintegerAccessor(&AssociationScheduler::m_stock),
                          MakeUintegerChecker<uint64_t>())
            .AddAttribute("Unit",
                          "The unit of data in utilities and costs, in bit.",
                          UintegerValue(8000000000),
                          MakeUintegerAccessor(&AssociationScheduler::m_unit),
                          MakeUintegerChecker<uint64_t>(1))
            .AddAttribute("DataWeight",
                          "omega, worth of a unit of data.",
                          DoubleValue(0.7),
                          MakeDoubleAccessor(&AssociationScheduler::m_dataWeight),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("CostWeight",
                          "xi, weight of the storage cost.",
                          DoubleValue(0.3),
                          MakeDoubleAccessor(&AssociationScheduler::m_costWeight),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("StorageCost",
                          "kappa: a unit costs kappa / C where C units are left.",
                          DoubleValue(200),
                          MakeDoubleAccessor(&AssociationScheduler::m_storageCost),
                          MakeDoubleChecker<double>(0))
            .AddAttribute(
                "Turns",
                "The order in which satellites choose: Index or LargestOffer first.",
                EnumValue(Turns::INDEX),
                EnumAccessor<Turns>(&AssociationScheduler::m_turns),
                MakeEnumChecker(Turns::INDEX, "Index", Turns::LARGEST_OFFER, "LargestOffer"))
            .AddAttribute("BundleSize",
                          "Bytes of a bundle.",
                          UintegerValue(64000),
                          MakeUintegerAccessor(&AssociationScheduler::m_bundleSize),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Decider",
                          "Who associates satellites with stations and channels.",
                          PointerValue(),
                          MakePointerAccessor(&AssociationScheduler::m_decider),
                          MakePointerChecker<AssociationDecider>())
            .AddTraceSource("Decision",
                            "Grants have been given: slice, grants.",
                            MakeTraceSourceAccessor(&AssociationScheduler::m_decisionTrace),
                            "ns3::sterna::AssociationScheduler::DecisionCallback")
            .AddTraceSource("Refused",
                            "A decision was refused and replaced by Greedy's: slice, why.",
                            MakeTraceSourceAccessor(&AssociationScheduler::m_refusedTrace),
                            "ns3::sterna::AssociationScheduler::RefusedCallback")
            .AddTraceSource("Slice",
                            "What a slice came to.",
                            MakeTraceSourceAccessor(&AssociationScheduler::m_sliceTrace),
                            "ns3::sterna::AssociationScheduler::SliceCallback");
    return tid;
}

AssociationScheduler::AssociationScheduler()
    : m_fallback(CreateObject<AssociationGreedy>()),
      m_estimates(CreateObject<UniformRandomVariable>())
{
}

AssociationScheduler::~AssociationScheduler() = default;

void
AssociationScheduler::DoDispose()
{
    for (auto& launch : m_launches)
    {
        launch.Cancel();
    }
    m_launches.clear();
    m_channels.clear();
    m_decider = nullptr;
    m_fallback = nullptr;
    m_estimates = nullptr;
    m_satellites.clear();
    m_gateways.clear();
    m_storage.clear();
    m_stocks.clear();
    SlotScheduler::DoDispose();
}

void
AssociationScheduler::SetNetwork(const std::vector<Ptr<SternaChannel>>& channels)
{
    m_channels = channels;
}

void
AssociationScheduler::SetDecider(Ptr<AssociationDecider> decider)
{
    m_decider = decider;
}

Ptr<AssociationDecider>
AssociationScheduler::GetDecider() const
{
    return m_decider;
}

const AssociationState&
AssociationScheduler::GetState() const
{
    return m_state;
}

int64_t
AssociationScheduler::AssignStreams(int64_t stream)
{
    m_estimates->SetStream(stream);
    return 1 + (m_decider ? m_decider->AssignStreams(stream + 1) : 0);
}

void
AssociationScheduler::CollectTerminals()
{
    if (m_channels.empty())
    {
        throw InputError(
            "AssociationScheduler has no network; call SetNetwork() before it starts.");
    }
    std::map<uint32_t, Ptr<Terminal>> terminals; // by node id: the same order in every run
    for (const auto& device : m_channels.front()->GetDevices())
    {
        const auto terminal = device->GetNode()->GetObject<Terminal>();
        if (!terminal->GetDevice(device->GetSternaChannel()->GetBand(), m_channels.size() - 1))
        {
            throw InputError(Sentence("Node ",
                                      device->GetNode()->GetId(),
                                      " does not have a device on each of the ",
                                      m_channels.size(),
                                      " channels; call SetChannels() before it is installed."));
        }
        terminals[device->GetNode()->GetId()] = terminal;
    }
    for (const auto& [id, terminal] : terminals)
    {
        if (terminal->GetRole() == Terminal::SATELLITE)
        {
            m_satellites.push_back(terminal);
        }
        else if (terminal->GetRole() == Terminal::GATEWAY)
        {
            m_gateways.push_back(terminal);
        }
    }
    m_stocks.resize(m_satellites.size());
    for (const auto& satellite : m_satellites)
    {
        for (uint32_t m = 0; m < m_channels.size(); ++m)
        {
            satellite->GetDevice(m_channels[m]->GetBand(), m)->SetManaged(true);
        }
    }
}

void
AssociationScheduler::PrepareStorage()
{
    for (const auto& gateway : m_gateways)
    {
        auto storage = gateway->GetObject<BundleStorage>();
        if (!storage)
        {
            storage = CreateObject<BundleStorage>();
            storage->SetAttribute("Capacity", UintegerValue(m_capacity));
            storage->SetAttribute("Reserve", UintegerValue(m_reserve));
            gateway->AggregateObject(storage);
        }
        if (storage->GetReserve() != m_reserve)
        {
            throw InputError(Sentence("The storage of a gateway has a reserve of ",
                                      storage->GetReserve(),
                                      " bit, the scheduler one of ",
                                      m_reserve,
                                      " bit; they must be equal."));
        }
        for (uint32_t m = 0; m < m_channels.size(); ++m)
        {
            storage->Attach(gateway->GetDevice(m_channels[m]->GetBand(), m));
        }
        m_storage.push_back(storage);
    }
}

void
AssociationScheduler::BuildProblem()
{
    CollectTerminals();
    if (m_satellites.empty() || m_gateways.empty())
    {
        throw InputError(Sentence("The network has ",
                                  m_satellites.size(),
                                  " satellites and ",
                                  m_gateways.size(),
                                  " gateways; both must be at least 1."));
    }
    PrepareStorage();
    const auto& channel = m_channels.front();
    AssociationSystem system;
    system.satellites = m_satellites.size();
    system.channels = m_channels.size();
    for (const auto& storage : m_storage)
    {
        system.capacity.push_back(double(storage->GetFreeBits()));
    }
    system.stock = double(m_stock);
    system.bandwidth = channel->GetBandwidth();
    system.sliceDuration = GetSlotDuration().GetSeconds();
    system.isolation = channel->GetInterferenceShare();
    system.unit = double(m_unit);
    system.dataWeight = m_dataWeight;
    system.costWeight = m_costWeight;
    system.storageCost = m_storageCost;
    system.reserve = double(m_reserve);
    system.turns = m_turns;
    const double threshold = channel->GetSinrThreshold();
    const Ptr<RateModel> rates = channel->GetRateModel();
    system.spectralEfficiency = [rates, threshold](double sinr) {
        return sinr < threshold ? 0.0 : rates->GetSpectralEfficiency(sinr);
    };
    m_problem = std::make_unique<AssociationProblem>(std::move(system));

    AssociationContactSetting setting{};
    setting.slices = m_slices;
    setting.slice = GetSlotDuration();
    setting.minElevation = DegToRad(m_minElevationDeg);
    setting.csiErrorVariance = m_csiErrorVariance;
    setting.key = uint64_t(m_estimates->GetValue(0, 0x1p53));
    m_plan = std::make_shared<AssociationPlan>(
        ForeseeContacts(m_satellites, m_gateways, channel, setting));
}

const AssociationProblem&
AssociationScheduler::GetProblem()
{
    if (!m_problem)
    {
        BuildProblem();
    }
    return *m_problem;
}

std::shared_ptr<const AssociationPlan>
AssociationScheduler::GetPlan()
{
    GetProblem();
    return m_plan;
}

void
AssociationScheduler::Prepare()
{
    GetProblem();
    if (!m_decider)
    {
        throw InputError("AssociationScheduler has no decider; set its attribute Decider.");
    }
    m_state = m_problem->Begin(m_plan);
    m_decider->BeginCycle(*m_problem, m_state);
}

AssociationDecision
AssociationScheduler::Checked(AssociationDecision decision)
{
    const std::string why = m_problem->Refusal(m_state, decision);
    m_refused = !why.empty();
    if (!m_refused)
    {
        return decision;
    }
    NS_LOG_WARN("refused: " << why);
    m_refusedTrace(GetSlots(), why);
    return m_fallback->Decide(*m_problem, m_state);
}

void
AssociationScheduler::Decide()
{
    m_decision = Checked(m_decider->Decide(*m_problem, m_state));
}

void
AssociationScheduler::Grant(Time duration)
{
    const double late = (GetSlotDuration() - duration).GetSeconds();
    if (late > 0)
    {
        (*m_plan)[m_state.slice] = m_state.Slice().After(late);
    }
    AssociationTable table(*m_problem, m_state, AssociationTable::Knowledge::ACTUAL);
    for (const auto& grant : m_decision)
    {
        if (m_state.Slice().Find(grant.satellite, grant.station)) // unless it came too late
        {
            table.Add(grant);
        }
    }
    m_granted = table.Decision();
    m_learns = true;
    m_decisionTrace(GetSlots(), m_granted);
    if (GetFidelity() == Fidelity::FLOW)
    {
        m_volumes = table.Settle();
        return;
    }
    const auto rates = table.Rates();
    m_storedBefore.clear();
    m_launches.clear();
    for (std::size_t g = 0; g < m_granted.size(); ++g)
    {
        const auto& grant = m_granted[g];
        m_storedBefore.push_back(StoredBits(grant));
        if (rates[g] > 0)
        {
            const auto& contact = *m_state.Slice().Find(grant.satellite, grant.station);
            const Time start = Seconds(contact.start_s - late);
            // two roundings must not carry the last bundle beyond the slice
            const Time length = std::min(Seconds(contact.duration_s), duration - start);
            m_launches.push_back(Simulator::Schedule(start,
                                                     &AssociationScheduler::Launch,
                                                     this,
                                                     grant,
                                                     rates[g],
                                                     length));
        }
    }
}

void
AssociationScheduler::Launch(AssociationGrant grant, double rate, Time duration)
{
    auto& stock = m_stocks[grant.satellite];
    if (!stock)
    {
        stock = CreateObject<DestinationQueue>();
        stock->SetAttribute("BulkPacketSize", UintegerValue(m_bundleSize));
    }
    stock->SetDemand(uint64_t(m_state.stock(grant.satellite)) / 8 * 8); // whole bytes that it has
    const auto& channel = m_channels[grant.channel];
    const auto sender = m_satellites[grant.satellite]->GetDevice(channel->GetBand(), grant.channel);
    const auto receiver =
        m_gateways[grant.station - 1]->GetDevice(channel->GetBand(), grant.channel);
    sender->Transmit({receiver, stock, rate, channel->GetSinrThreshold(), duration});
}

uint64_t
AssociationScheduler::StoredBits(const AssociationGrant& grant) const
{
    const auto device =
        m_gateways[grant.station - 1]->GetDevice(m_channels[grant.channel]->GetBand(),
                                                 grant.channel);
    return m_storage[grant.station - 1]->GetStoredBits(device);
}

double
AssociationScheduler::Account()
{
    if (GetFidelity() == Fidelity::PACKET)
    {
        m_volumes.clear();
        for (std::size_t g = 0; g < m_granted.size(); ++g)
        {
            m_volumes.push_back(double(StoredBits(m_granted[g]) - m_storedBefore[g]));
        }
    }
    AssociationSliceReport report;
    report.slice = GetSlots();
    report.contacts = m_state.Slice().Contacts().size();
    report.choosers = m_state.Slice().Satellites().size();
    report.refused = std::exchange(m_refused, false);
    report.utility = m_problem->Account(m_state, m_granted, m_volumes);
    report.grants = std::move(m_granted);
    report.volumes = std::move(m_volumes);
    report.utilities = m_state.utilities;
    report.capacity = m_state.capacity;
    m_granted.clear();
    m_volumes.clear();
    m_sliceTrace(report);
    if (m_learns)
    {
        m_decider->Learn(*m_problem, report.utility, m_state, m_state.slice == m_slices);
        m_learns = false;
    }
    return report.utility;
}

bool
AssociationScheduler::GoesOn() const
{
    return GetSlots() < m_slices;
}

} // namespace sterna
} // namespace ns3
