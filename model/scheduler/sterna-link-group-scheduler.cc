/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-scheduler.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-grant.h"
#include "ns3/sterna-markov-fading-loss-model.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupScheduler");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupScheduler);

namespace
{

/// What the SINR may have fallen since its rate was chosen: 0.1 dB, more than geometry moves it
/// within a slot and less than any fading level does.
const double LINK_MARGIN = std::pow(10, -0.01);

LinkGroupSystem::Device
DeviceOf(Terminal::Role role)
{
    switch (role)
    {
    case Terminal::TST:
        return LinkGroupSystem::Device::TST;
    case Terminal::BASE_STATION:
        return LinkGroupSystem::Device::BASE_STATION;
    case Terminal::CELLULAR_UE:
        return LinkGroupSystem::Device::CELLULAR_UE;
    default:
        return LinkGroupSystem::Device::DUAL_MODE_UE;
    }
}

LinkGroupSystem::Band
BandOf(const Ptr<SternaChannel>& channel, const Ptr<SternaNetDevice>& receiver)
{
    LinkGroupSystem::Band band;
    band.bandwidth = channel->GetBandwidth();
    band.noisePower = channel->GetNoisePower(receiver);
    band.sinrThreshold = channel->GetSinrThreshold();
    const Ptr<RateModel> model = channel->GetRateModel();
    band.spectralEfficiency = [model](double sinr) { return model->GetSpectralEfficiency(sinr); };
    return band;
}

} // namespace

/// What the scheduler remembers of a link so that a gain costs no look-up.
struct LinkGroupScheduler::Link
{
    Ptr<SternaNetDevice> receiver;
    std::shared_ptr<MarkovFadingProcess> fading;
    double largeScaleGain{0};
    uint64_t cycle{~0ULL}; //!< for which largeScaleGain was fetched
    uint64_t pathEpoch{0}; //!< of the channel, at which largeScaleGain was fetched
};

TypeId
LinkGroupScheduler::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::LinkGroupScheduler")
            .SetParent<SlotScheduler>()
            .SetGroupName("Sterna")
            .AddConstructor<LinkGroupScheduler>()
            .AddAttribute("SlotsPerCycle",
                          "T, slots of a scheduling cycle.",
                          UintegerValue(10),
                          MakeUintegerAccessor(&LinkGroupScheduler::m_slotsPerCycle),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Cycles",
                          "Cycles after which the scheduler rests; 0: it never does.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&LinkGroupScheduler::m_cycles),
                          MakeUintegerChecker<uint64_t>())
            .AddAttribute("ServedEmphasis",
                          "eta_0 relative to the value that makes both terms of (14a) equal when "
                          "nothing is served.",
                          DoubleValue(1),
                          MakeDoubleAccessor(&LinkGroupScheduler::m_servedEmphasis),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("LiteralObjective",
                          "Charge for b_k > D_k, too, as (14a) is printed.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&LinkGroupScheduler::m_literalObjective),
                          MakeBooleanChecker())
            .AddAttribute("Decider",
                          "Who picks the link group.",
                          PointerValue(),
                          MakePointerAccessor(&LinkGroupScheduler::m_decider),
                          MakePointerChecker<LinkGroupDecider>())
            .AddAttribute("Traffic",
                          "Where demands come from.",
                          PointerValue(),
                          MakePointerAccessor(&LinkGroupScheduler::m_traffic),
                          MakePointerChecker<LinkGroupTraffic>())
            .AddTraceSource("Decision",
                            "A group was granted: slot, group.",
                            MakeTraceSourceAccessor(&LinkGroupScheduler::m_decisionTrace),
                            "ns3::sterna::LinkGroupScheduler::DecisionCallback")
            .AddTraceSource("Refused",
                            "A decision was refused and replaced by Greedy's: slot, why.",
                            MakeTraceSourceAccessor(&LinkGroupScheduler::m_refusedTrace),
                            "ns3::sterna::LinkGroupScheduler::RefusedCallback")
            .AddTraceSource("GroupSlot",
                            "What a slot came to.",
                            MakeTraceSourceAccessor(&LinkGroupScheduler::m_groupSlotTrace),
                            "ns3::sterna::LinkGroupScheduler::GroupSlotCallback")
            .AddTraceSource("CycleEnd",
                            "What a cycle came to.",
                            MakeTraceSourceAccessor(&LinkGroupScheduler::m_cycleEndTrace),
                            "ns3::sterna::LinkGroupScheduler::CycleEndCallback");
    return tid;
}

LinkGroupScheduler::LinkGroupScheduler()
    : m_fallback(CreateObject<LinkGroupGreedy>()),
      m_traffic(CreateObject<LinkGroupTraffic>()),
      m_ledger(CreateObject<DeliveryLedger>())
{
}

LinkGroupScheduler::~LinkGroupScheduler() = default;

void
LinkGroupScheduler::DoDispose()
{
    m_ka = nullptr;
    m_c = nullptr;
    m_core = nullptr;
    m_decider = nullptr;
    m_fallback = nullptr;
    m_traffic = nullptr;
    m_ledger = nullptr;
    m_transmitters.clear();
    m_devices.clear();
    m_queues.clear();
    m_links.clear();
    m_state.gains = LinkGains();
    SlotScheduler::DoDispose();
}

void
LinkGroupScheduler::SetNetwork(Ptr<SternaChannel> ka, Ptr<SternaChannel> c, Ptr<CoreNetwork> core)
{
    m_ka = ka;
    m_c = c;
    m_core = core;
}

void
LinkGroupScheduler::SetDecider(Ptr<LinkGroupDecider> decider)
{
    m_decider = decider;
}

Ptr<LinkGroupDecider>
LinkGroupScheduler::GetDecider() const
{
    return m_decider;
}

const LinkGroupProblem::State&
LinkGroupScheduler::GetState() const
{
    return m_state;
}

int64_t
LinkGroupScheduler::AssignStreams(int64_t stream)
{
    const int64_t traffic = m_traffic->AssignStreams(stream);
    return traffic + (m_decider ? m_decider->AssignStreams(stream + traffic) : 0);
}

void
LinkGroupScheduler::CollectTerminals()
{
    if (!m_ka || !m_c || !m_core)
    {
        throw InputError("LinkGroupScheduler has no network; call SetNetwork() before it starts.");
    }
    std::map<uint32_t, Ptr<Terminal>> terminals; // by node id: the same order in every run
    for (const auto& channel : {m_ka, m_c})
    {
        for (const auto& device : channel->GetDevices())
        {
            terminals[device->GetNode()->GetId()] = device->GetNode()->GetObject<Terminal>();
        }
    }
    const auto collect = [&](Terminal::Role role, Band band, bool sends, bool receives) {
        for (const auto& [id, terminal] : terminals)
        {
            if (terminal->GetRole() != role)
            {
                continue;
            }
            if (sends)
            {
                m_transmitters.push_back(terminal->GetDevice(band));
            }
            if (receives)
            {
                m_devices.push_back(terminal);
                m_nodeIds.push_back(id);
                m_queues.push_back(m_core->GetQueue(id));
            }
        }
    };
    collect(Terminal::SATELLITE, Band::KA, true, false);
    collect(Terminal::BASE_STATION, Band::C, true, true);
    collect(Terminal::TST, Band::C, true, true);
    collect(Terminal::CELLULAR_UE, Band::C, false, true);
    collect(Terminal::DUAL_MODE_UE, Band::C, false, true);
    for (const auto& transmitter : m_transmitters)
    {
        transmitter->SetManaged(true);
    }
    for (const auto& terminal : m_devices)
    {
        m_ledger->AttachNode(terminal->GetObject<Node>());
    }
}

Ptr<SternaNetDevice>
LinkGroupScheduler::Receiver(uint32_t transmitter, uint32_t device) const
{
    const Band band = m_transmitters[transmitter]->GetSternaChannel()->GetBand();
    return m_devices[device]->HasBand(band) ? m_devices[device]->GetDevice(band) : nullptr;
}

void
LinkGroupScheduler::BuildProblem()
{
    CollectTerminals();
    if (m_devices.empty() || m_transmitters.empty())
    {
        throw InputError("The network has " + std::to_string(m_transmitters.size()) +
                         " transmitters and K = " + std::to_string(m_devices.size()) +
                         " ground devices; both must be at least 1.");
    }
    LinkGroupSystem system;
    std::map<std::string, uint32_t> numbers;
    for (const auto& transmitter : m_transmitters)
    {
        const auto role = transmitter->GetNode()->GetObject<Terminal>()->GetRole();
        const std::string kind = role == Terminal::SATELLITE ? "LEO"
                                 : role == Terminal::TST     ? "TST"
                                                             : "BS";
        system.transmitters.push_back({kind + std::to_string(++numbers[kind]),
                                       role == Terminal::SATELLITE,
                                       transmitter->GetTxPower()});
    }
    for (const auto& terminal : m_devices)
    {
        system.devices.push_back(DeviceOf(terminal->GetRole()));
    }
    // Receivers of one band share a noise figure: a per-device noise would not change a decision.
    const auto& any = m_devices.front();
    system.ka = BandOf(m_ka, any->HasBand(Band::KA) ? any->GetDevice(Band::KA) : m_transmitters[0]);
    system.c = BandOf(m_c, any->GetDevice(Band::C));
    system.slotDuration = GetSlotDuration().GetSeconds();
    system.slotsPerCycle = m_slotsPerCycle;
    system.literalObjective = m_literalObjective;
    m_links.resize(m_transmitters.size() * m_devices.size());
    const uint32_t devices = m_devices.size();
    for (uint32_t n = 0; n < m_transmitters.size(); ++n)
    {
        for (uint32_t k = 0; k < devices; ++k)
        {
            m_links[n * devices + k].receiver = Receiver(n, k);
        }
    }
    m_problem = std::make_unique<LinkGroupProblem>(std::move(system));
}

const LinkGroupProblem&
LinkGroupScheduler::GetProblem()
{
    if (!m_problem)
    {
        BuildProblem();
    }
    return *m_problem;
}

LinkGroupScheduler::Link&
LinkGroupScheduler::LinkOf(uint32_t transmitter, uint32_t device)
{
    return m_links[transmitter * m_devices.size() + device];
}

LinkGroupScheduler::Link&
LinkGroupScheduler::UpToDate(uint32_t transmitter, uint32_t device)
{
    auto& link = LinkOf(transmitter, device);
    const auto& tx = m_transmitters[transmitter];
    const auto channel = tx->GetSternaChannel();
    const bool fresh = link.cycle == m_cycle && link.pathEpoch == channel->GetPathEpoch();
    if (!link.receiver || link.receiver == tx || fresh)
    {
        return link;
    }
    link.cycle = m_cycle;
    link.pathEpoch = channel->GetPathEpoch();
    link.largeScaleGain = channel->GetLargeScaleGain(tx, link.receiver);
    const Time delay = channel->GetDelay(tx, link.receiver);
    m_problem->SetAirtime(transmitter,
                          device,
                          SternaNetDevice::GetAirtime(GetSlotDuration(), delay).GetSeconds());
    const auto markov = DynamicCast<MarkovFadingLossModel>(channel->GetFading());
    if (markov && !link.fading)
    {
        link.fading = markov->GetProcess(tx->GetNode()->GetId(), link.receiver->GetNode()->GetId());
    }
    return link;
}

int64_t
LinkGroupScheduler::FadingSlot() const
{
    return Simulator::Now().GetTimeStep() / GetSlotDuration().GetTimeStep();
}

double
LinkGroupScheduler::Gain(uint32_t transmitter, uint32_t device, uint32_t slotsAhead)
{
    const auto& link = UpToDate(transmitter, device);
    const auto& tx = m_transmitters[transmitter];
    if (!link.receiver || link.receiver == tx)
    {
        return 0;
    }
    if (!link.fading)
    {
        return tx->GetSternaChannel()->GetGain(tx, link.receiver);
    }
    return link.largeScaleGain * link.fading->GainAt(FadingSlot() + slotsAhead);
}

/// Fading goes on from its present level as its Markov chain does; other fading is not foreseen.
class LinkGroupScheduler::Forecast : public LinkForecast
{
  public:
    explicit Forecast(LinkGroupScheduler& scheduler)
        : m_scheduler(scheduler)
    {
    }

    double Mean(uint32_t transmitter, uint32_t device) const override
    {
        return m_scheduler.UpToDate(transmitter, device).largeScaleGain;
    }

    void Draw(uint32_t transmitter,
              uint32_t device,
              const std::function<double()>& uniform,
              Eigen::Ref<Eigen::ArrayXd> gains) const override
    {
        const auto& link = m_scheduler.UpToDate(transmitter, device);
        gains.setConstant(link.largeScaleGain);
        if (!link.fading)
        {
            return;
        }
        const auto& chain = link.fading->GetChannel();
        uint32_t level = link.fading->LevelAt(m_scheduler.FadingSlot());
        for (double& gain : gains)
        {
            level = chain.NextLevel(level, uniform());
            gain *= chain.GetGain(level);
        }
    }

  private:
    LinkGroupScheduler& m_scheduler;
};

void
LinkGroupScheduler::Prepare()
{
    GetProblem();
    if (!m_decider)
    {
        throw InputError("LinkGroupScheduler has no decider; set its attribute Decider.");
    }
    m_flowMbit.assign(m_transmitters.size(), 0.0);
    m_ledgerBits.assign(m_transmitters.size(), 0);
    BeginCycle();
}

void
LinkGroupScheduler::BeginCycle()
{
    const Eigen::ArrayXd backlog = m_cycle == 0
                                       ? Eigen::ArrayXd::Zero(m_devices.size())
                                       : (m_state.demand - m_state.delivered).max(0.0).eval();
    const auto demands =
        m_traffic->Next(m_problem->System().devices, backlog, m_cycle * m_slotsPerCycle);
    m_state = m_problem->BeginCycle(
        demands.demand,
        demands.epsilon,
        m_servedEmphasis,
        LinkGains(
            m_transmitters.size(),
            m_devices.size(),
            [this](uint32_t n, uint32_t k, uint32_t ahead) { return Gain(n, k, ahead); },
            std::make_shared<Forecast>(*this)));
    if (GetFidelity() == Fidelity::PACKET)
    {
        for (uint32_t k = 0; k < m_devices.size(); ++k)
        {
            m_queues[k]->SetDemand(std::llround(demands.demand(k) * 1e6));
        }
        m_receivedBefore = m_ledger->GetTotalPackets();
        m_lostBefore = m_ledger->GetTotalLostPackets();
    }
    m_objective = m_problem->IdleObjective(m_state);
    m_refused = 0;
    m_decider->BeginCycle(*m_problem, m_state);
}

LinkGroup
LinkGroupScheduler::Checked(LinkGroup group)
{
    const std::string why = m_problem->Refusal(m_state, group);
    if (why.empty())
    {
        return group;
    }
    NS_LOG_WARN("refused: " << why);
    ++m_refused;
    m_refusedTrace(GetSlots(), why);
    return m_fallback->Decide(*m_problem, m_state);
}

void
LinkGroupScheduler::Decide()
{
    m_decision = Checked(m_decider->Decide(*m_problem, m_state));
    m_decidedSinr.assign(m_transmitters.size(), 0.0);
    const uint32_t pattern = m_decision.Pattern();
    for (uint32_t n = 0; n < m_transmitters.size(); ++n)
    {
        if (m_decision.serves[n] != LinkGroup::IDLE)
        {
            m_decidedSinr[n] = m_problem->Sinr(m_state, n, m_decision.serves[n], pattern);
        }
    }
    m_decided = true;
}

void
LinkGroupScheduler::Grant(Time duration)
{
    m_granted = m_decision;
    m_decisionTrace(GetSlots(), m_granted);
    const uint32_t pattern = m_granted.Pattern();
    for (uint32_t n = 0; n < m_transmitters.size(); ++n)
    {
        m_flowMbit[n] = 0;
        if (m_granted.serves[n] == LinkGroup::IDLE)
        {
            continue;
        }
        const uint32_t k = m_granted.serves[n];
        const double rate =
            1e6 * m_problem->RateAtSinr(n, k, m_decidedSinr[n]) / m_problem->GetAirtime(n, k);
        const double minSinr = m_decidedSinr[n] * LINK_MARGIN;
        const sterna::Grant grant{LinkOf(n, k).receiver, m_queues[k], rate, minSinr, duration};
        if (GetFidelity() == Fidelity::PACKET)
        {
            m_ledgerBits[n] = m_ledger->GetBits(m_nodeIds[k]);
            m_transmitters[n]->Transmit(grant);
        }
        else if (m_problem->Sinr(m_state, n, k, pattern) >= minSinr)
        {
            const Time airtime = m_transmitters[n]->GetAirtime(grant);
            m_flowMbit[n] = std::min(m_state.Backlog(k), 1e-6 * rate * airtime.GetSeconds());
        }
    }
}

double
LinkGroupScheduler::Account()
{
    std::vector<double> volumes(m_transmitters.size(), 0.0);
    double total = 0;
    for (uint32_t n = 0; n < m_granted.serves.size(); ++n)
    {
        if (const int32_t k = m_granted.serves[n]; k != LinkGroup::IDLE)
        {
            volumes[n] = GetFidelity() == Fidelity::PACKET
                             ? 1e-6 * double(m_ledger->GetBits(m_nodeIds[k]) - m_ledgerBits[n])
                             : m_flowMbit[n];
            total += volumes[n];
        }
    }
    LinkGroupSlot slot{GetSlots(), m_granted, total, 0, 0, 0, 0, 0};
    if (m_granted.serves.empty())
    {
        m_granted = LinkGroup(m_transmitters.size());
    }
    slot.reward = m_problem->Account(m_state, m_granted, volumes);
    m_objective -= slot.reward; // Lemma 2
    slot.objective = m_objective;
    slot.served = m_state.served;
    slot.idleObjective = m_problem->IdleObjective(m_state);
    slot.present = m_state.present;
    if (GetFidelity() == Fidelity::PACKET)
    {
        for (const int32_t k : m_granted.serves)
        {
            if (k != LinkGroup::IDLE) // what was lost on the air is still in demand
            {
                m_queues[k]->SetDemand(std::llround(m_state.Backlog(k) * 1e6));
            }
        }
    }
    m_groupSlotTrace(slot);
    const bool last = m_state.slot == m_slotsPerCycle;
    if (m_decided && !slot.group.serves.empty())
    {
        m_decider->Learn(*m_problem, slot.reward, m_state, last);
        m_decided = false;
    }
    m_granted = LinkGroup();
    if (last)
    {
        EndCycle();
    }
    return slot.reward;
}

void
LinkGroupScheduler::EndCycle()
{
    LinkGroupCycle report;
    report.cycle = m_cycle;
    report.objective = m_problem->Objective(m_state);
    report.idleObjective = m_problem->IdleObjective(m_state);
    report.served = m_state.served;
    report.deliveredMbit = m_state.delivered.sum();
    report.packetsSent = 0;
    report.packetsLost = 0;
    if (GetFidelity() == Fidelity::PACKET)
    {
        report.packetsLost = m_ledger->GetTotalLostPackets() - m_lostBefore;
        report.packetsSent = m_ledger->GetTotalPackets() - m_receivedBefore + report.packetsLost;
    }
    report.refused = m_refused;
    m_cycleEndTrace(report);
    ++m_cycle;
    if (GoesOn())
    {
        BeginCycle();
    }
}

bool
LinkGroupScheduler::GoesOn() const
{
    return m_cycles == 0 || m_cycle < m_cycles;
}

} // namespace sterna
} // namespace ns3
