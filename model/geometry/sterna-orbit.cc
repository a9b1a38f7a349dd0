/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-orbit.h"

#include "sterna-earth.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaOrbit");

namespace
{

void
CheckAngle(const char* name, double angle)
{
    if (!std::isfinite(angle))
    {
        std::ostringstream sentence;
        sentence << "The " << name << " of an orbit is " << angle << "; it must be a finite angle.";
        throw InputError(sentence.str());
    }
}

void
Check(const CircularOrbitElements& elements)
{
    if (!(elements.altitude > 0.0) || std::isinf(elements.altitude))
    {
        std::ostringstream sentence;
        sentence << "Altitude " << elements.altitude
                 << " m is no orbit; it must be above the ground, more than 0 m.";
        throw InputError(sentence.str());
    }
    CheckAngle("inclination", elements.inclination);
    CheckAngle("right ascension of the ascending node", elements.raan);
    CheckAngle("argument of latitude", elements.argumentOfLatitude);
}

} // namespace

CircularOrbit::CircularOrbit(const CircularOrbitElements& elements)
    : m_elements(elements),
      m_radius(EARTH_RADIUS + elements.altitude),
      m_cosInclination(std::cos(elements.inclination)),
      m_sinInclination(std::sin(elements.inclination)),
      m_nodeRate(0.0),
      m_argumentRate(std::sqrt(EARTH_MU / m_radius) / m_radius)
{
    NS_LOG_FUNCTION(this << elements.altitude << elements.inclination << elements.raan
                         << elements.argumentOfLatitude << elements.j2);
    Check(elements);
    if (elements.j2)
    {
        const double ratio = EARTH_EQUATORIAL_RADIUS / m_radius;
        const double drift = 1.5 * m_argumentRate * EARTH_J2 * ratio * ratio;
        m_nodeRate = -drift * m_cosInclination;
        m_argumentRate += drift * (4.0 * m_cosInclination * m_cosInclination - 1.0);
    }
}

Vector
CircularOrbit::PositionEcef(double time_s) const
{
    const double argument = m_elements.argumentOfLatitude + m_argumentRate * time_s;
    const double node = m_elements.raan + (m_nodeRate - EARTH_ROTATION_RATE) * time_s;
    const double along = m_radius * std::cos(argument);
    const double across = m_radius * std::sin(argument);
    const double equatorial = across * m_cosInclination;
    const double cosNode = std::cos(node);
    const double sinNode = std::sin(node);
    return {along * cosNode - equatorial * sinNode,
            along * sinNode + equatorial * cosNode,
            across * m_sinInclination};
}

Vector
CircularOrbit::VelocityEcef(double time_s) const
{
    // the motion along the orbit is where the satellite will be a quarter of a turn later, times
    // its rate; the drift of the node against the Earth turns the position about the axis
    const double argument = m_elements.argumentOfLatitude + m_argumentRate * time_s;
    const double earthFixedNodeRate = m_nodeRate - EARTH_ROTATION_RATE;
    const double node = m_elements.raan + earthFixedNodeRate * time_s;
    const double speed = m_radius * m_argumentRate;
    const double along = -speed * std::sin(argument);
    const double across = speed * std::cos(argument);
    const double equatorial = across * m_cosInclination;
    const double cosNode = std::cos(node);
    const double sinNode = std::sin(node);
    const Vector position = PositionEcef(time_s);
    return {along * cosNode - equatorial * sinNode - earthFixedNodeRate * position.y,
            along * sinNode + equatorial * cosNode + earthFixedNodeRate * position.x,
            across * m_sinInclination};
}

double
CircularOrbit::Period() const
{
    return 2.0 * M_PI / m_argumentRate;
}

double
CircularOrbit::Radius() const
{
    return m_radius;
}

double
CircularOrbit::NodeRate() const
{
    return m_nodeRate;
}

double
CircularOrbit::ArgumentRate() const
{
    return m_argumentRate;
}

const CircularOrbitElements&
CircularOrbit::GetElements() const
{
    return m_elements;
}

} // namespace sterna
} // namespace ns3
