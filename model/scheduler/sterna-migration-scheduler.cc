/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-scheduler.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/sterna-destination-queue.h"
#include "ns3/sterna-earth.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-grant.h"
#include "ns3/sterna-net-device.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMigrationScheduler");

NS_OBJECT_ENSURE_REGISTERED(MigrationScheduler);

namespace
{

PoissonFlow::Count
Since(const PoissonFlow::Count& now, const PoissonFlow::Count& before)
{
    return {now.packets - before.packets, now.bits - before.bits};
}

PoissonFlow::Account
Since(const PoissonFlow::Account& now, const PoissonFlow::Account& before)
{
    return {Since(now.generated, before.generated),
            Since(now.onTime, before.onTime),
            Since(now.late, before.late),
            Since(now.lost, before.lost),
            Since(now.expired, before.expired),
            Since(now.refused, before.refused)};
}

/// What a slot's packets say of Pr(W <= t): those in time, of those whose fate is known.
double
TimelyShare(const PoissonFlow::Account& packets)
{
    const uint64_t failed = packets.late.packets + packets.lost.packets + packets.expired.packets +
                            packets.refused.packets;
    const uint64_t known = packets.onTime.packets + failed;
    return known > 0 ? double(packets.onTime.packets) / double(known) : 0.0;
}

} // namespace

bool
MigrationSlotReport::IsUnsuccessful(uint32_t user) const
{
    // a share that is just met may be missed by a rounding
    return active[user] &&
           (decision.satellite(user) < 0 || probabilities(user) < requiredProbability - 1e-9);
}

TypeId
MigrationScheduler::GetTypeId()
{
    // Each Attribute has a checker of its own: ObjectFactory::Set() tells Attributes by theirs.
    static TypeId tid =
        TypeId("ns3::sterna::MigrationScheduler")
            .SetParent<SlotScheduler>()
            .SetGroupName("Sterna")
            .AddConstructor<MigrationScheduler>()
            .AddAttribute("Slots",
                          "N, slots of an episode, after which the scheduler rests.",
                          UintegerValue(60),
                          MakeUintegerAccessor(&MigrationScheduler::m_slots),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("MinElevationDeg",
                          "Lowest elevation at which a satellite serves a user, degrees.",
                          DoubleValue(15),
                          MakeDoubleAccessor(&MigrationScheduler::m_minElevationDeg),
                          MakeDoubleChecker<double>(0, 89))
            .AddAttribute("Beams",
                          "A_max, users that a satellite serves at once.",
                          UintegerValue(10),
                          MakeUintegerAccessor(&MigrationScheduler::m_beams),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("MaxBandwidth",
                          "B_max, largest sum of a satellite's bandwidth shares.",
                          DoubleValue(1),
                          MakeDoubleAccessor(&MigrationScheduler::m_maxBandwidth),
                          MakeDoubleChecker<double>(0, 1))
            .AddAttribute("MaxCompute",
                          "F_max, largest sum of a satellite's compute shares.",
                          DoubleValue(12),
                          MakeDoubleAccessor(&MigrationScheduler::m_maxCompute),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("RequiredProbability",
                          "Of meeting the deadline, below which service is unsuccessful.",
                          DoubleValue(0.9),
                          MakeDoubleAccessor(&MigrationScheduler::m_requiredProbability),
                          MakeDoubleChecker<double>(0, 1))
            .AddAttribute("MigrationPenalty",
                          "lambda_pen, weight of the costs of migration in the reward.",
                          DoubleValue(0.2),
                          MakeDoubleAccessor(&MigrationScheduler::m_penalty),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("MigrationPause",
                          "For how long a service that moves serves nobody.",
                          TimeValue(MilliSeconds(200)),
                          MakeTimeAccessor(&MigrationScheduler::m_pause),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("PacketLifetime",
                          "Packets that waited for longer are dropped; 0: none.",
                          TimeValue(Seconds(2)),
                          MakeTimeAccessor(&MigrationScheduler::m_lifetime),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("Decider",
                          "Who says which satellite serves whom.",
                          PointerValue(),
                          MakePointerAccessor(&MigrationScheduler::m_decider),
                          MakePointerChecker<MigrationDecider>())
            .AddTraceSource("Decision",
                            "Grants have been given: slot, decision.",
                            MakeTraceSourceAccessor(&MigrationScheduler::m_decisionTrace),
                            "ns3::sterna::MigrationScheduler::DecisionCallback")
            .AddTraceSource("Projected",
                            "A decision violated constraints and was changed: slot, changes.",
                            MakeTraceSourceAccessor(&MigrationScheduler::m_projectedTrace),
                            "ns3::sterna::MigrationScheduler::ProjectedCallback")
            .AddTraceSource("Slot",
                            "What a slot came to.",
                            MakeTraceSourceAccessor(&MigrationScheduler::m_slotTrace),
                            "ns3::sterna::MigrationScheduler::SlotCallback");
    return tid;
}

MigrationScheduler::MigrationScheduler() = default;
MigrationScheduler::~MigrationScheduler() = default;

void
MigrationScheduler::DoDispose()
{
    for (auto& launch : m_launches)
    {
        launch.Cancel();
    }
    m_launches.clear();
    for (auto& flow : m_flows)
    {
        flow->Dispose();
    }
    m_flows.clear();
    m_channel = nullptr;
    m_core = nullptr;
    m_decider = nullptr;
    m_users.clear();
    m_satellites.clear();
    SlotScheduler::DoDispose();
}

void
MigrationScheduler::SetNetwork(Ptr<SternaChannel> channel, Ptr<CoreNetwork> core)
{
    m_channel = channel;
    m_core = core;
}

void
MigrationScheduler::AddUser(const MigrationSubscriber& user)
{
    m_users.push_back(user);
    m_flows.push_back(CreateObject<PoissonFlow>());
}

void
MigrationScheduler::SetDecider(Ptr<MigrationDecider> decider)
{
    m_decider = decider;
}

Ptr<MigrationDecider>
MigrationScheduler::GetDecider() const
{
    return m_decider;
}

const MigrationState&
MigrationScheduler::GetState() const
{
    return m_state;
}

int64_t
MigrationScheduler::AssignStreams(int64_t stream)
{
    const int64_t first = stream;
    for (const auto& flow : m_flows)
    {
        stream += flow->AssignStreams(stream);
    }
    stream += m_decider ? m_decider->AssignStreams(stream) : 0;
    return stream - first;
}

void
MigrationScheduler::CollectSatellites()
{
    if (!m_channel || !m_core)
    {
        throw InputError("MigrationScheduler has no network; call SetNetwork() before it starts.");
    }
    std::map<uint32_t, Ptr<Terminal>> satellites; // by node id: the same order in every run
    for (const auto& device : m_channel->GetDevices())
    {
        const auto terminal = device->GetNode()->GetObject<Terminal>();
        if (terminal->GetRole() == Terminal::SATELLITE)
        {
            satellites[device->GetNode()->GetId()] = terminal;
        }
    }
    m_satellites.clear(); // an earlier try may have been refused
    for (const auto& [id, satellite] : satellites)
    {
        m_satellites.push_back(satellite);
        const auto device = satellite->GetDevice(m_channel->GetBand());
        device->SetManaged(true);
        device->SetAttribute("Beams", UintegerValue(m_beams));
    }
}

void
MigrationScheduler::BuildProblem()
{
    CollectSatellites();
    MigrationSystem system;
    system.satellites = m_satellites.size();
    for (const auto& user : m_users)
    {
        const auto terminal = user.node->GetObject<Terminal>();
        if (!terminal || !terminal->GetDevice(m_channel->GetBand()))
        {
            throw InputError(Sentence("User node ",
                                      user.node->GetId(),
                                      " has no device on the satellites' channel; install one."));
        }
        system.users.push_back(user.service);
    }
    system.beams = m_beams;
    system.bandwidth = m_channel->GetBandwidth();
    system.maxBandwidth = m_maxBandwidth;
    system.maxCompute = m_maxCompute;
    system.slotDuration = GetSlotDuration().GetSeconds();
    system.requiredProbability = m_requiredProbability;
    system.penalty = m_penalty;
    auto problem = std::make_unique<MigrationProblem>(std::move(system));
    m_plan = std::make_shared<MigrationPlan>(
        ForeseeMigration(m_satellites,
                         m_users,
                         m_channel,
                         {m_slots, GetSlotDuration(), DegToRad(m_minElevationDeg)}));
    m_problem = std::move(problem); // last: with it, both are there
}

const MigrationProblem&
MigrationScheduler::GetProblem()
{
    if (!m_problem)
    {
        BuildProblem();
    }
    return *m_problem;
}

std::shared_ptr<const MigrationPlan>
MigrationScheduler::GetPlan()
{
    GetProblem();
    return m_plan;
}

void
MigrationScheduler::PrepareFlows()
{
    for (std::size_t u = 0; u < m_users.size(); ++u)
    {
        const auto queue = m_core->GetQueue(m_users[u].node->GetId());
        queue->SetAttribute("Lifetime", TimeValue(m_lifetime));
        // the lifetime limits what waits; a limit in bytes would tell users apart by their demand
        queue->SetAttribute("MaxBytes", UintegerValue(std::numeric_limits<uint64_t>::max()));
        m_flows[u]->SetAttribute("MeanSize", DoubleValue(m_users[u].service.packetBits));
        m_flows[u]->SetAttribute("Deadline", TimeValue(Seconds(m_users[u].service.deadline_s)));
        const auto terminal = m_users[u].node->GetObject<Terminal>();
        m_flows[u]->Connect(queue, terminal->GetDevice(m_channel->GetBand()));
    }
    SetArrivals();
}

void
MigrationScheduler::SetArrivals()
{
    m_before.clear();
    for (std::size_t u = 0; u < m_users.size(); ++u)
    {
        m_before.push_back(m_flows[u]->GetAccount());
        m_flows[u]->SetRate(m_state.slot < m_slots ? m_state.Slot().arrivals(u) : 0.0);
    }
}

void
MigrationScheduler::Prepare()
{
    GetProblem();
    if (!m_decider)
    {
        throw InputError("MigrationScheduler has no decider; set its attribute Decider.");
    }
    m_state = m_problem->Begin(m_plan);
    m_granted = m_problem->Nobody();
    m_served_s = Eigen::ArrayXd::Zero(m_problem->Users());
    if (GetFidelity() == Fidelity::PACKET)
    {
        PrepareFlows();
    }
    m_decider->BeginCycle(*m_problem, m_state);
}

void
MigrationScheduler::Decide()
{
    m_decision = m_decider->Decide(*m_problem, m_state);
}

void
MigrationScheduler::Grant(Time duration)
{
    // It is this slot's state that counts, for which a late decision may not have been made.
    m_granted = m_problem->Project(m_state, m_decision, &m_changes);
    m_learns = true;
    m_decisionTrace(GetSlots(), m_granted);
    if (!m_changes.empty())
    {
        m_projectedTrace(GetSlots(), m_changes);
    }
    m_launches.clear();
    for (uint32_t u = 0; u < m_problem->Users(); ++u)
    {
        const int s = m_granted.satellite(u);
        if (s < 0)
        {
            continue;
        }
        const bool moves = MigrationProblem::IsMigration(m_state, u, s);
        const Time pause = moves ? std::min(m_pause, duration) : Seconds(0);
        m_served_s(u) = (duration - pause).GetSeconds();
        const double share = std::min(1.0, m_granted.bandwidth(u)); // but for a rounding
        const double rate = m_problem->ServiceRate(m_state.Slot(), s, u, share) *
                            m_problem->System().users[u].packetBits;
        if (GetFidelity() == Fidelity::FLOW || rate <= 0 || pause == duration)
        {
            continue;
        }
        m_launches.push_back(Simulator::Schedule(pause,
                                                 &MigrationScheduler::Launch,
                                                 this,
                                                 u,
                                                 rate,
                                                 share,
                                                 duration - pause));
    }
}

void
MigrationScheduler::Launch(uint32_t user, double rate, double share, Time duration)
{
    const auto band = m_channel->GetBand();
    const auto sender = m_satellites[m_granted.satellite(user)]->GetDevice(band);
    const auto& node = m_users[user].node;
    sender->Transmit({node->GetObject<Terminal>()->GetDevice(band),
                      m_core->GetQueue(node->GetId()),
                      rate,
                      m_channel->GetSinrThreshold(),
                      duration,
                      share});
}

std::vector<PoissonFlow::Account>
MigrationScheduler::SlotAccounts() const
{
    std::vector<PoissonFlow::Account> accounts;
    for (std::size_t u = 0; u < m_flows.size(); ++u)
    {
        accounts.push_back(Since(m_flows[u]->GetAccount(), m_before[u]));
    }
    return accounts;
}

Eigen::ArrayXd
MigrationScheduler::ExpectedBits() const
{
    return m_problem->ExpectedTimelyBits(m_state.Slot(), m_granted) * m_served_s /
           GetSlotDuration().GetSeconds();
}

Eigen::ArrayXd
MigrationScheduler::CountedBits(const std::vector<PoissonFlow::Account>& packets) const
{
    Eigen::ArrayXd bits(m_problem->Users());
    for (uint32_t u = 0; u < m_problem->Users(); ++u)
    {
        bits(u) = double(packets[u].onTime.packets) * m_problem->System().users[u].packetBits;
    }
    return bits;
}

double
MigrationScheduler::Account()
{
    const auto& slot = m_state.Slot();
    MigrationSlotReport report{};
    report.slot = GetSlots();
    report.probabilities = m_problem->TimelyProbabilities(slot, m_granted);
    report.timely = report.probabilities;
    Eigen::ArrayXd bits;
    if (GetFidelity() == Fidelity::PACKET)
    {
        report.packets = SlotAccounts();
        bits = CountedBits(report.packets);
        for (uint32_t u = 0; u < m_problem->Users(); ++u)
        {
            report.timely(u) = TimelyShare(report.packets[u]);
        }
    }
    else
    {
        bits = ExpectedBits();
    }
    for (uint32_t u = 0; u < m_problem->Users(); ++u)
    {
        report.active.push_back(slot.IsActive(u));
    }
    report.requiredProbability = m_requiredProbability;
    report.reward = m_problem->Account(m_state, m_granted, bits);
    report.decision = std::exchange(m_granted, m_problem->Nobody());
    report.changes = std::exchange(m_changes, {});
    report.migrated = m_state.migrated;
    report.utilities = m_state.utilities;
    m_served_s.setZero();
    m_slotTrace(report);
    if (m_learns)
    {
        m_decider->Learn(*m_problem, report.reward, m_state, m_state.slot == m_slots);
        m_learns = false;
    }
    if (GetFidelity() == Fidelity::PACKET)
    {
        SetArrivals();
    }
    return report.reward;
}

bool
MigrationScheduler::GoesOn() const
{
    return m_state.slot < m_slots;
}

} // namespace sterna
} // namespace ns3
