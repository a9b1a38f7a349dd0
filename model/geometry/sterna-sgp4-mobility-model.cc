/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-sgp4-mobility-model.h"

#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaSgp4MobilityModel");

NS_OBJECT_ENSURE_REGISTERED(Sgp4MobilityModel);

TypeId
Sgp4MobilityModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::Sgp4MobilityModel")
                            .SetParent<FixedCourseMobilityModel>()
                            .SetGroupName("Sterna")
                            .AddConstructor<Sgp4MobilityModel>();
    return tid;
}

Sgp4MobilityModel::Sgp4MobilityModel()
{
    NS_LOG_FUNCTION(this);
}

Sgp4MobilityModel::~Sgp4MobilityModel()
{
    NS_LOG_FUNCTION(this);
}

void
Sgp4MobilityModel::SetOrbit(const Sgp4Orbit& orbit)
{
    NS_LOG_FUNCTION(this << orbit.GetElements().Describe());
    m_orbit = orbit;
    NotifyCourseChange();
}

const Sgp4Orbit&
Sgp4MobilityModel::GetOrbit() const
{
    if (!m_orbit)
    {
        throw InputError("A satellite without an orbit has no position; call SetOrbit() first.");
    }
    return *m_orbit;
}

Vector
Sgp4MobilityModel::PositionAt(double time_s) const
{
    return GetOrbit().PositionEcef(time_s);
}

Ptr<MobilityModel>
Sgp4MobilityModel::Copy() const
{
    return CopyObject(Ptr<const Sgp4MobilityModel>(this));
}

Vector
Sgp4MobilityModel::DoGetPosition() const
{
    return PositionAt(Simulator::Now().GetSeconds());
}

Vector
Sgp4MobilityModel::DoGetVelocity() const
{
    return GetOrbit().VelocityEcef(Simulator::Now().GetSeconds());
}

} // namespace sterna
} // namespace ns3
