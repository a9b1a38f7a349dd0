/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-user-traffic.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupUserTraffic");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupUserTraffic);

namespace
{

/// A user who lacks less than this (Mbit) has got everything: a few packets, so that the last
/// packet of a link, which is sent at packet level and not in closed form, makes no difference.
constexpr double NOTHING_LEFT = 0.1;

} // namespace

TypeId
LinkGroupUserTraffic::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::LinkGroupUserTraffic")
            .SetParent<LinkGroupEventTraffic>()
            .SetGroupName("Sterna")
            .AddConstructor<LinkGroupUserTraffic>()
            .AddAttribute("ActiveShare",
                          "Mean share of the UEs that are present while nobody leaves served.",
                          DoubleValue(0.4),
                          MakeDoubleAccessor(&LinkGroupUserTraffic::m_activeShare),
                          MakeDoubleChecker<double>(0, 1))
            .AddAttribute("MeanDwell",
                          "Mean of the exponential time that a user stays, in cycles.",
                          DoubleValue(5),
                          MakeDoubleAccessor(&LinkGroupUserTraffic::SetMeanDwell,
                                             &LinkGroupUserTraffic::GetMeanDwell),
                          MakeDoubleChecker<double>())
            .AddAttribute("HighFactor",
                          "Factor on the arrival rate in an event with very many arrivals.",
                          DoubleValue(3),
                          MakeDoubleAccessor(&LinkGroupUserTraffic::m_highFactor),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("LowFactor",
                          "Factor on the arrival rate in an event with very few arrivals.",
                          DoubleValue(0),
                          MakeDoubleAccessor(&LinkGroupUserTraffic::m_lowFactor),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("EventCycles",
                          "How long an event lasts, in cycles.",
                          UintegerValue(5),
                          MakeUintegerAccessor(&LinkGroupUserTraffic::m_eventCycles),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("LeaveWhenServed",
                          "Whether a user who has got everything leaves at the end of the cycle.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&LinkGroupUserTraffic::m_leaveWhenServed),
                          MakeBooleanChecker());
    return tid;
}

LinkGroupUserTraffic::LinkGroupUserTraffic()
    : m_gap(CreateObject<ExponentialRandomVariable>()),
      m_dwell(CreateObject<ExponentialRandomVariable>()),
      m_place(CreateObject<UniformRandomVariable>())
{
}

void
LinkGroupUserTraffic::SetMeanDwell(double cycles)
{
    if (!(cycles > 0 && std::isfinite(cycles)))
    {
        throw InputError("The mean dwell time is " + std::to_string(cycles) +
                         " cycles; it must be positive.");
    }
    m_meanDwell = cycles;
}

double
LinkGroupUserTraffic::GetMeanDwell() const
{
    return m_meanDwell;
}

int64_t
LinkGroupUserTraffic::AssignStreams(int64_t stream)
{
    int64_t used = LinkGroupEventTraffic::AssignStreams(stream);
    m_gap->SetStream(stream + used++);
    m_dwell->SetStream(stream + used++);
    m_place->SetStream(stream + used++);
    return used;
}

uint32_t
LinkGroupUserTraffic::GetArrivals() const
{
    return m_arrivals;
}

uint32_t
LinkGroupUserTraffic::GetUsers() const
{
    return m_users;
}

void
LinkGroupUserTraffic::FindUes(const std::vector<LinkGroupSystem::Device>& devices)
{
    using Device = LinkGroupSystem::Device;
    for (uint32_t k = 0; k < devices.size(); ++k)
    {
        if (devices[k] == Device::CELLULAR_UE || devices[k] == Device::DUAL_MODE_UE)
        {
            m_ues.push_back(k);
        }
    }
    m_absentFrom.assign(devices.size(), 0);
}

bool
LinkGroupUserTraffic::IsPresent(uint32_t device) const
{
    return m_absentFrom[device] > m_cycle;
}

uint32_t
LinkGroupUserTraffic::DrawPoisson(double mean)
{
    uint32_t points = 0;
    for (double at = m_gap->GetValue(); at < mean; at += m_gap->GetValue())
    {
        ++points;
    }
    return points;
}

uint32_t
LinkGroupUserTraffic::DrawArrivals(uint64_t slot)
{
    if (Update(slot))
    {
        m_eventLeft = m_eventCycles;
    }
    const double users = m_activeShare * m_ues.size();
    if (m_cycle == 0)
    {
        return DrawPoisson(users); // as if arrivals had gone on for ever
    }
    double factor = 1;
    if (m_eventLeft > 0)
    {
        --m_eventLeft;
        factor = GetEvent() == Event::HIGH ? m_highFactor : m_lowFactor;
    }
    return DrawPoisson(factor * users * -std::expm1(-1 / m_meanDwell));
}

void
LinkGroupUserTraffic::Arrive()
{
    // Whoever is turned away is drawn, too: the arrivals to come must not depend on it.
    const auto first = uint32_t(m_place->GetValue(0, 1) * m_ues.size());
    const double dwell = std::ceil(m_meanDwell * m_dwell->GetValue());
    for (uint32_t i = 0; i < m_ues.size(); ++i)
    {
        const uint32_t k = m_ues[(first + i) % m_ues.size()];
        if (!IsPresent(k))
        {
            m_absentFrom[k] = m_cycle + std::max<uint64_t>(1, dwell);
            return;
        }
    }
}

LinkGroupTraffic::Demands
LinkGroupUserTraffic::Next(const std::vector<LinkGroupSystem::Device>& devices,
                           const Eigen::ArrayXd& backlog,
                           uint64_t slot)
{
    if (m_cycle == 0)
    {
        FindUes(devices);
    }
    Eigen::ArrayXd kept = backlog;
    for (const uint32_t k : m_ues)
    {
        if (m_leaveWhenServed && m_cycle > 0 && backlog(k) < NOTHING_LEFT)
        {
            m_absentFrom[k] = 0;
        }
        kept(k) = IsPresent(k) ? backlog(k) : 0; // who comes does not want what another wanted
    }
    m_arrivals = DrawArrivals(slot);
    for (uint32_t i = 0; i < m_arrivals; ++i)
    {
        Arrive();
    }
    auto next = LinkGroupTraffic::Next(devices, kept, slot);
    m_users = 0;
    for (const uint32_t k : m_ues)
    {
        m_users += IsPresent(k);
        next.demand(k) = IsPresent(k) ? next.demand(k) : 0;
    }
    NS_LOG_INFO("cycle " << m_cycle << ": " << m_arrivals << " arrivals, " << m_users << " users");
    ++m_cycle;
    return next;
}

} // namespace sterna
} // namespace ns3
