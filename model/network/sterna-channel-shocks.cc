/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-channel-shocks.h"

#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaChannelShocks");

NS_OBJECT_ENSURE_REGISTERED(ChannelShocks);

TypeId
ChannelShocks::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::ChannelShocks")
            .SetParent<Application>()
            .SetGroupName("Sterna")
            .AddConstructor<ChannelShocks>()
            .AddAttribute("UpdatePeriod",
                          "Slots from one update to the next.",
                          UintegerValue(200),
                          MakeUintegerAccessor(&ChannelShocks::m_updatePeriod),
                          MakeUintegerChecker<uint64_t>(1))
            .AddAttribute("SlotDuration",
                          "Length of a slot.",
                          TimeValue(MilliSeconds(100)),
                          MakeTimeAccessor(&ChannelShocks::m_slotDuration),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddTraceSource("Update",
                            "From this slot on links have other losses than before.",
                            MakeTraceSourceAccessor(&ChannelShocks::m_updateTrace),
                            "ns3::sterna::ChannelShocks::UpdateCallback");
    return tid;
}

ChannelShocks::ChannelShocks() = default;
ChannelShocks::~ChannelShocks() = default;

Ptr<ShockLossModel>
ChannelShocks::AddChannel(Ptr<SternaChannel> channel)
{
    auto last = channel->GetPathLoss();
    if (!last)
    {
        throw InputError("A channel without a path loss cannot be hit: set its attribute PathLoss "
                         "before AddChannel().");
    }
    while (last->GetNext())
    {
        last = last->GetNext();
    }
    const auto shock = CreateObject<ShockLossModel>();
    last->SetNext(shock);
    m_channels.emplace_back(channel, shock);
    return shock;
}

int64_t
ChannelShocks::AssignStreams(int64_t stream)
{
    const int64_t first = stream;
    for (const auto& [channel, shock] : m_channels)
    {
        stream += shock->AssignStreams(stream);
    }
    return stream - first;
}

void
ChannelShocks::DoDispose()
{
    m_next.Cancel();
    m_channels.clear();
    Application::DoDispose();
}

void
ChannelShocks::StartApplication()
{
    Wait();
}

void
ChannelShocks::StopApplication()
{
    m_next.Cancel();
}

void
ChannelShocks::Wait()
{
    // Scheduled a whole period ahead, it comes before all younger events of its instant.
    const Time period = m_slotDuration * int64_t(m_updatePeriod);
    m_next = Simulator::Schedule(period, &ChannelShocks::Update, this);
}

void
ChannelShocks::Update()
{
    ++m_updates;
    NS_LOG_INFO("update " << m_updates);
    for (const auto& [channel, shock] : m_channels)
    {
        shock->SetUpdate(m_updates);
        channel->ForgetPathLoss();
    }
    m_updateTrace(m_updates * m_updatePeriod);
    Wait();
}

} // namespace sterna
} // namespace ns3
