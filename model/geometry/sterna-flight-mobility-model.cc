/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-flight-mobility-model.h"

#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFlightMobilityModel");

NS_OBJECT_ENSURE_REGISTERED(FlightMobilityModel);

TypeId
FlightMobilityModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::FlightMobilityModel")
                            .SetParent<FixedCourseMobilityModel>()
                            .SetGroupName("Sterna")
                            .AddConstructor<FlightMobilityModel>();
    return tid;
}

FlightMobilityModel::FlightMobilityModel()
{
    NS_LOG_FUNCTION(this);
}

FlightMobilityModel::~FlightMobilityModel()
{
    NS_LOG_FUNCTION(this);
}

void
FlightMobilityModel::SetTrack(const FlightTrack& track)
{
    NS_LOG_FUNCTION(this << track.GetWaypoints().size());
    m_track = track;
    NotifyCourseChange();
}

const FlightTrack&
FlightMobilityModel::GetTrack() const
{
    if (!m_track)
    {
        throw InputError("A flight without a track has no position; call SetTrack() first.");
    }
    return *m_track;
}

Vector
FlightMobilityModel::PositionAt(double time_s) const
{
    return GetTrack().PositionEcef(time_s);
}

Ptr<MobilityModel>
FlightMobilityModel::Copy() const
{
    return CopyObject(Ptr<const FlightMobilityModel>(this));
}

Vector
FlightMobilityModel::DoGetPosition() const
{
    return PositionAt(Simulator::Now().GetSeconds());
}

Vector
FlightMobilityModel::DoGetVelocity() const
{
    return GetTrack().VelocityEcef(Simulator::Now().GetSeconds());
}

} // namespace sterna
} // namespace ns3
