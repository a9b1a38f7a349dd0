/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-slot-scheduler.h"

#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/sterna-compat.h"
#include "ns3/trace-source-accessor.h"

#include <chrono>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaSlotScheduler");

NS_OBJECT_ENSURE_REGISTERED(SlotScheduler);

TypeId
SlotScheduler::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::SlotScheduler")
            .SetParent<Application>()
            .SetGroupName("Sterna")
            .AddAttribute("SlotDuration",
                          "Length of a slot.",
                          TimeValue(MilliSeconds(100)),
                          MakeTimeAccessor(&SlotScheduler::m_slotDuration),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("DecisionDelay",
                          "Time from the start of a slot until its decision takes effect.",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&SlotScheduler::m_decisionDelay),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("DecisionDelayModel",
                          "Fixed: DecisionDelay; Measured: the wall time that the decision took.",
                          EnumValue(Delay::FIXED),
                          EnumAccessor<Delay>(&SlotScheduler::m_delay),
                          MakeEnumChecker(Delay::FIXED, "Fixed", Delay::MEASURED, "Measured"))
            .AddAttribute("Fidelity",
                          "Packet: delivered bits are what receivers got; Flow: closed form.",
                          EnumValue(Fidelity::PACKET),
                          EnumAccessor<Fidelity>(&SlotScheduler::m_fidelity),
                          MakeEnumChecker(Fidelity::PACKET, "Packet", Fidelity::FLOW, "Flow"))
            .AddTraceSource("SlotEnd",
                            "A slot has ended: number, reward, wall time of its decision.",
                            MakeTraceSourceAccessor(&SlotScheduler::m_slotEndTrace),
                            "ns3::sterna::SlotScheduler::SlotEndCallback");
    return tid;
}

void
SlotScheduler::DoDispose()
{
    m_pendingDecision.Cancel();
    m_slotClock.Cancel();
    Application::DoDispose();
}

Time
SlotScheduler::GetSlotDuration() const
{
    return m_slotDuration;
}

SlotScheduler::Fidelity
SlotScheduler::GetFidelity() const
{
    return m_fidelity;
}

uint64_t
SlotScheduler::GetSlots() const
{
    return m_slot;
}

void
SlotScheduler::StartApplication()
{
    Prepare();
    BeginSlot();
}

void
SlotScheduler::StopApplication()
{
    m_pendingDecision.Cancel();
    m_slotClock.Cancel();
}

void
SlotScheduler::BeginSlot()
{
    NS_LOG_FUNCTION(this << m_slot);
    m_slotEnd = Simulator::Now() + m_slotDuration;
    m_wallTime = Seconds(0);
    if (m_pendingDecision.IsExpired())
    {
        const auto begin = std::chrono::steady_clock::now();
        Decide();
        const auto wall = std::chrono::steady_clock::now() - begin;
        m_wallTime = NanoSeconds(std::chrono::nanoseconds(wall).count());
        const Time delay = m_delay == Delay::MEASURED ? m_wallTime : m_decisionDelay;
        if (delay.IsZero())
        {
            Grant(m_slotDuration);
        }
        else
        {
            m_pendingDecision = Simulator::Schedule(delay, &SlotScheduler::ApplyDecision, this);
        }
    }
    m_slotClock = Simulator::Schedule(m_slotEnd - Simulator::Now(), &SlotScheduler::EndSlot, this);
}

void
SlotScheduler::ApplyDecision()
{
    const Time left = m_slotEnd - Simulator::Now();
    if (left.IsZero()) // ready just as a slot ends: it takes effect in the next one
    {
        m_pendingDecision = Simulator::ScheduleNow(&SlotScheduler::ApplyDecision, this);
        return;
    }
    Grant(left);
}

void
SlotScheduler::EndSlot()
{
    const double reward = Account();
    m_slotEndTrace(m_slot, reward, m_wallTime);
    ++m_slot;
    if (GoesOn())
    {
        BeginSlot();
    }
    else
    {
        m_pendingDecision.Cancel();
    }
}

bool
SlotScheduler::GoesOn() const
{
    return true;
}

} // namespace sterna
} // namespace ns3
