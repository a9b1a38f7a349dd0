/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-circular-orbit-mobility-model.h"

#include "sterna-earth.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaCircularOrbitMobilityModel");

NS_OBJECT_ENSURE_REGISTERED(CircularOrbitMobilityModel);

TypeId
CircularOrbitMobilityModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::CircularOrbitMobilityModel")
            .SetParent<FixedCourseMobilityModel>()
            .SetGroupName("Sterna")
            .AddConstructor<CircularOrbitMobilityModel>()
            .AddAttribute("Altitude",
                          "Altitude above the spherical Earth (m), more than 0.",
                          DoubleValue(780e3),
                          MakeDoubleAccessor(&CircularOrbitMobilityModel::SetAltitude,
                                             &CircularOrbitMobilityModel::GetAltitude),
                          MakeDoubleChecker<double>())
            .AddAttribute("InclinationDeg",
                          "Inclination of the orbital plane to the equator (deg).",
                          DoubleValue(90.0),
                          MakeDoubleAccessor(&CircularOrbitMobilityModel::SetInclinationDeg,
                                             &CircularOrbitMobilityModel::GetInclinationDeg),
                          MakeDoubleChecker<double>())
            .AddAttribute("RaanDeg",
                          "Right ascension of the ascending node at time 0 (deg).",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&CircularOrbitMobilityModel::SetRaanDeg,
                                             &CircularOrbitMobilityModel::GetRaanDeg),
                          MakeDoubleChecker<double>())
            .AddAttribute("ArgumentOfLatitudeDeg",
                          "Angle from the ascending node to the satellite at time 0 (deg).",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&CircularOrbitMobilityModel::SetArgumentOfLatitudeDeg,
                                             &CircularOrbitMobilityModel::GetArgumentOfLatitudeDeg),
                          MakeDoubleChecker<double>())
            .AddAttribute("J2",
                          "Let the Earth's oblateness (J2) move node and argument of latitude.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&CircularOrbitMobilityModel::SetJ2,
                                              &CircularOrbitMobilityModel::GetJ2),
                          MakeBooleanChecker());
    return tid;
}

CircularOrbitMobilityModel::CircularOrbitMobilityModel()
{
    NS_LOG_FUNCTION(this);
}

CircularOrbitMobilityModel::~CircularOrbitMobilityModel()
{
    NS_LOG_FUNCTION(this);
}

void
CircularOrbitMobilityModel::SetOrbit(const CircularOrbit& orbit)
{
    NS_LOG_FUNCTION(this);
    m_orbit = orbit;
    NotifyCourseChange();
}

const CircularOrbit&
CircularOrbitMobilityModel::GetOrbit() const
{
    return m_orbit;
}

Vector
CircularOrbitMobilityModel::PositionAt(double time_s) const
{
    return m_orbit.PositionEcef(time_s);
}

Ptr<MobilityModel>
CircularOrbitMobilityModel::Copy() const
{
    return CopyObject(Ptr<const CircularOrbitMobilityModel>(this));
}

Vector
CircularOrbitMobilityModel::DoGetPosition() const
{
    return PositionAt(Simulator::Now().GetSeconds());
}

Vector
CircularOrbitMobilityModel::DoGetVelocity() const
{
    return m_orbit.VelocityEcef(Simulator::Now().GetSeconds());
}

void
CircularOrbitMobilityModel::SetAltitude(double altitude)
{
    CircularOrbitElements elements = m_orbit.GetElements();
    elements.altitude = altitude;
    SetOrbit(CircularOrbit(elements));
}

double
CircularOrbitMobilityModel::GetAltitude() const
{
    return m_orbit.GetElements().altitude;
}

void
CircularOrbitMobilityModel::SetInclinationDeg(double inclination)
{
    CircularOrbitElements elements = m_orbit.GetElements();
    elements.inclination = DegToRad(inclination);
    SetOrbit(CircularOrbit(elements));
}

double
CircularOrbitMobilityModel::GetInclinationDeg() const
{
    return RadToDeg(m_orbit.GetElements().inclination);
}

void
CircularOrbitMobilityModel::SetRaanDeg(double raan)
{
    CircularOrbitElements elements = m_orbit.GetElements();
    elements.raan = DegToRad(raan);
    SetOrbit(CircularOrbit(elements));
}

double
CircularOrbitMobilityModel::GetRaanDeg() const
{
    return RadToDeg(m_orbit.GetElements().raan);
}

void
CircularOrbitMobilityModel::SetArgumentOfLatitudeDeg(double argument)
{
    CircularOrbitElements elements = m_orbit.GetElements();
    elements.argumentOfLatitude = DegToRad(argument);
    SetOrbit(CircularOrbit(elements));
}

double
CircularOrbitMobilityModel::GetArgumentOfLatitudeDeg() const
{
    return RadToDeg(m_orbit.GetElements().argumentOfLatitude);
}

void
CircularOrbitMobilityModel::SetJ2(bool j2)
{
    CircularOrbitElements elements = m_orbit.GetElements();
    elements.j2 = j2;
    SetOrbit(CircularOrbit(elements));
}

bool
CircularOrbitMobilityModel::GetJ2() const
{
    return m_orbit.GetElements().j2;
}

} // namespace sterna
} // namespace ns3
