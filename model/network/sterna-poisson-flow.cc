/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-poisson-flow.h"

#include "sterna-destination-queue.h"
#include "sterna-net-device.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"
#include "ns3/tag.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaPoissonFlow");

NS_OBJECT_ENSURE_REGISTERED(PoissonFlow);

namespace
{

constexpr double LONGEST_GAP = 1e9; // s: 30 years, of the 292 that ns-3 can count

/// Which flow has made a packet, and when.
class CreationTag : public Tag
{
  public:
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::sterna::CreationTag")
                                .SetParent<Tag>()
                                .SetGroupName("Sterna")
                                .AddConstructor<CreationTag>();
        return tid;
    }

    TypeId GetInstanceTypeId() const override
    {
        return GetTypeId();
    }

    uint32_t GetSerializedSize() const override
    {
        return sizeof(flow) + sizeof(creation);
    }

    void Serialize(TagBuffer buffer) const override
    {
        buffer.WriteU32(flow);
        buffer.WriteU64(static_cast<uint64_t>(creation));
    }

    void Deserialize(TagBuffer buffer) override
    {
        flow = buffer.ReadU32();
        creation = static_cast<int64_t>(buffer.ReadU64());
    }

    void Print(std::ostream& os) const override
    {
        os << "flow=" << flow << " creation=" << creation;
    }

    uint32_t flow{0};    ///< Its number.
    int64_t creation{0}; ///< Time step.
};

NS_OBJECT_ENSURE_REGISTERED(CreationTag);

uint32_t g_flows = 0; // made so far in this process; only whether two numbers are equal matters

} // namespace

TypeId
PoissonFlow::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::PoissonFlow")
            .SetParent<Object>()
            .SetGroupName("Sterna")
            .AddConstructor<PoissonFlow>()
            .AddAttribute("MeanSize",
                          "Mean size of a packet, in bit.",
                          DoubleValue(1e6),
                          MakeDoubleAccessor(&PoissonFlow::m_meanSize),
                          MakeDoubleChecker<double>(8.0, 1e9))
            .AddAttribute("Deadline",
                          "Packets are on time up to this sojourn time, which does not include "
                          "the propagation delay.",
                          TimeValue(Seconds(0.5)),
                          MakeTimeAccessor(&PoissonFlow::m_deadline),
                          MakeTimeChecker(Seconds(0)))
            .AddTraceSource("Sojourn",
                            "The sojourn time of a packet that was received.",
                            MakeTraceSourceAccessor(&PoissonFlow::m_sojourn),
                            "ns3::Time::TracedCallback");
    return tid;
}

PoissonFlow::PoissonFlow()
    : m_id(g_flows++),
      m_gaps(CreateObject<ExponentialRandomVariable>()),
      m_sizes(CreateObject<ExponentialRandomVariable>())
{
}

PoissonFlow::~PoissonFlow()
{
    Disconnect();
}

void
PoissonFlow::Connect(Ptr<DestinationQueue> queue, Ptr<SternaNetDevice> receiver)
{
    NS_LOG_FUNCTION(this << queue << receiver);
    if (!queue || !receiver || m_queue)
    {
        throw InputError(m_queue ? "A flow that has a queue and a receiver cannot be given others: "
                                   "make another flow."
                                 : "A flow without a queue and a receiver cannot be followed: name "
                                   "both.");
    }
    m_queue = queue;
    m_receiver = receiver;
    m_queue->TraceConnectWithoutContext("Expired", MakeCallback(&PoissonFlow::Expire, this));
    m_receiver->TraceConnectWithoutContext("Reception", MakeCallback(&PoissonFlow::Receive, this));
}

void
PoissonFlow::Disconnect()
{
    m_next.Cancel();
    if (m_queue)
    {
        m_queue->TraceDisconnectWithoutContext("Expired", MakeCallback(&PoissonFlow::Expire, this));
        m_receiver->TraceDisconnectWithoutContext("Reception",
                                                  MakeCallback(&PoissonFlow::Receive, this));
    }
    m_queue = nullptr;
    m_receiver = nullptr;
}

void
PoissonFlow::SetRate(double rate)
{
    NS_LOG_FUNCTION(this << rate);
    if (!(rate >= 0.0) || std::isinf(rate))
    {
        throw InputError(Sentence("A rate of ",
                                  rate,
                                  " packets per second cannot be used: it must be 0 or more and "
                                  "finite."));
    }
    if (!m_queue)
    {
        throw InputError("A flow without a queue and a receiver cannot send: call Connect first.");
    }
    if (rate == m_rate)
    {
        return;
    }
    m_rate = rate;
    m_next.Cancel();
    ScheduleNext();
}

double
PoissonFlow::GetRate() const
{
    return m_rate;
}

void
PoissonFlow::ScheduleNext()
{
    if (m_rate == 0.0)
    {
        return;
    }
    const double gap = m_gaps->GetValue() / m_rate;
    if (gap < LONGEST_GAP)
    {
        m_next = Simulator::Schedule(Seconds(gap), &PoissonFlow::Generate, this);
    }
}

void
PoissonFlow::Generate()
{
    // Whoever sees the packet may change the rate.
    ScheduleNext();
    const double bytes = std::round(m_sizes->GetValue() * m_meanSize / 8.0);
    const auto packet = Create<Packet>(static_cast<uint32_t>(std::clamp(bytes, 1.0, 4294967295.0)));
    CreationTag tag;
    tag.flow = m_id;
    tag.creation = Simulator::Now().GetTimeStep();
    packet->AddPacketTag(tag);
    Add(m_account.generated, packet);
    if (!m_queue->Enqueue(packet, FLOW_PROTOCOL))
    {
        Add(m_account.refused, packet);
    }
}

int64_t
PoissonFlow::GetCreation(const Ptr<const Packet>& packet) const
{
    CreationTag tag;
    return packet->PeekPacketTag(tag) && tag.flow == m_id ? tag.creation : -1;
}

void
PoissonFlow::Receive(Ptr<const Packet> packet, Time delay, bool decoded)
{
    const int64_t creation = GetCreation(packet);
    if (creation < 0)
    {
        return;
    }
    if (!decoded)
    {
        Add(m_account.lost, packet);
        return;
    }
    const Time sojourn = Simulator::Now() - TimeStep(creation) - delay;
    Add(sojourn <= m_deadline ? m_account.onTime : m_account.late, packet);
    m_sojourn(sojourn);
}

void
PoissonFlow::Expire(Ptr<const Packet> packet)
{
    if (GetCreation(packet) >= 0)
    {
        Add(m_account.expired, packet);
    }
}

void
PoissonFlow::Add(Count& count, const Ptr<const Packet>& packet)
{
    ++count.packets;
    count.bits += 8 * static_cast<uint64_t>(packet->GetSize());
}

const PoissonFlow::Account&
PoissonFlow::GetAccount() const
{
    return m_account;
}

PoissonFlow::Count
PoissonFlow::GetDelivered() const
{
    return {m_account.onTime.packets + m_account.late.packets,
            m_account.onTime.bits + m_account.late.bits};
}

PoissonFlow::Count
PoissonFlow::GetQueued() const
{
    return m_queue ? Count{m_queue->GetPackets(), m_queue->GetPacketBits()} : Count{};
}

PoissonFlow::Count
PoissonFlow::GetInFlight() const
{
    Count rest = m_account.generated;
    for (const auto& done : {m_account.onTime,
                             m_account.late,
                             m_account.lost,
                             m_account.expired,
                             m_account.refused,
                             GetQueued()})
    {
        rest.packets -= done.packets;
        rest.bits -= done.bits;
    }
    return rest;
}

int64_t
PoissonFlow::AssignStreams(int64_t stream)
{
    m_gaps->SetStream(stream);
    m_sizes->SetStream(stream + 1);
    return 2;
}

void
PoissonFlow::DoDispose()
{
    Disconnect();
    Object::DoDispose();
}

} // namespace sterna
} // namespace ns3
