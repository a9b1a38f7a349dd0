/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-sgp4.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaSgp4");

namespace
{

// Zonal harmonics of WGS 72.
constexpr double J2 = 0.001082616;
constexpr double J3 = -0.00000253881;
constexpr double J4 = -0.00000165597;

/// Period from which an orbit is in deep space (min).
constexpr double DEEP_SPACE_PERIOD = 225.0;

/// Rate of sidereal time (rad/s): the derivative of the IAU 1982 model in 2000.
constexpr double SIDEREAL_RATE = 7.2921158553e-5;

/// Below this eccentricity some drag terms, which divide by it, are left out.
constexpr double NEARLY_CIRCULAR = 1e-4;

double
Square(double x)
{
    return x * x;
}

double
Cube(double x)
{
    return x * x * x;
}

/// The angle without whole turns, from 0 to 2 pi.
double
WithoutTurns(double angle)
{
    const double rest = std::fmod(angle, 2.0 * M_PI);
    return rest < 0.0 ? rest + 2.0 * M_PI : rest;
}

double
AxisOf(double meanMotion)
{
    return std::cbrt(Square(SGP4_KE / meanMotion));
}

/// Kepler's equation in the variables of nearly circular orbits: the eccentric anomaly plus the
/// argument of perigee, for the mean argument u and the eccentricity vector (ax, ay).
double
SolveKepler(double u, double ax, double ay)
{
    constexpr double tolerance = 1e-12;
    constexpr double longestStep = 0.95; // keeps Newton's method from jumping when e is near 1
    double anomaly = u;
    for (int i = 0; i < 10; ++i)
    {
        const double sine = std::sin(anomaly);
        const double cosine = std::cos(anomaly);
        const double step =
            (u - ay * cosine + ax * sine - anomaly) / (1.0 - ax * cosine - ay * sine);
        anomaly += std::clamp(step, -longestStep, longestStep);
        if (std::abs(step) < tolerance)
        {
            break;
        }
    }
    return anomaly;
}

/// From TEME to Earth-fixed axes.
Vector
Turn(const Vector& teme, double siderealTime)
{
    const double cosine = std::cos(siderealTime);
    const double sine = std::sin(siderealTime);
    return {cosine * teme.x + sine * teme.y, cosine * teme.y - sine * teme.x, teme.z};
}

} // namespace

Sgp4Orbit::Sgp4Orbit(const TwoLineElements& elements, const JulianDate& start)
    : m_lines(elements),
      m_start(start),
      m_epoch{elements.meanMotion * 60.0,
              elements.eccentricity,
              elements.inclination,
              elements.raan,
              elements.argumentOfPerigee,
              elements.meanAnomaly}
{
    NS_LOG_FUNCTION(this << elements.Describe() << start.ToString());
    if (!(m_epoch.meanMotion > 0.0 && m_epoch.eccentricity >= 0.0 && m_epoch.eccentricity < 1.0))
    {
        std::ostringstream why;
        why << "its mean motion is " << elements.meanMotion << " rad/s and its eccentricity "
            << elements.eccentricity << "; more than 0, and from 0 to less than 1, are needed";
        Refuse(0.0, why.str());
    }
    RecoverMeanMotion();
    SetZonalRates();
    SetDrag();
    if (2.0 * M_PI / m_epoch.meanMotion >= DEEP_SPACE_PERIOD)
    {
        m_deepSpace = std::make_shared<Sgp4DeepSpace>(m_epoch,
                                                      elements.epoch,
                                                      GreenwichMeanSiderealTime(elements.epoch),
                                                      m_zonal);
    }
    StateAt(MinutesAt(0.0));
}

void
Sgp4Orbit::RecoverMeanMotion()
{
    // Spacetrack Report No. 3, SGP4: a1, delta1, a0, delta0. The lines have Kozai's mean motion,
    // the theory wants Brouwer's.
    const double beta2 = 1.0 - Square(m_epoch.eccentricity);
    const double oblateness = 0.75 * J2 * (3.0 * Square(std::cos(m_epoch.inclination)) - 1.0) /
                              (beta2 * std::sqrt(beta2));
    const double a1 = AxisOf(m_epoch.meanMotion);
    const double delta1 = oblateness / Square(a1);
    const double a0 = a1 * (1.0 - delta1 * (1.0 / 3.0 + delta1 * (1.0 + delta1 * 134.0 / 81.0)));
    m_epoch.meanMotion /= 1.0 + oblateness / Square(a0);
    m_axis = AxisOf(m_epoch.meanMotion);
}

void
Sgp4Orbit::SetZonalRates()
{
    // Spacetrack Report No. 3, SGP4: secular effects of gravitation on M, omega and Omega
    const double theta = std::cos(m_epoch.inclination);
    const double theta2 = theta * theta;
    const double theta4 = theta2 * theta2;
    const double beta2 = 1.0 - Square(m_epoch.eccentricity);
    const double beta = std::sqrt(beta2);
    const double n = m_epoch.meanMotion;
    const double inverseParameter2 = 1.0 / Square(m_axis * beta2);
    const double first = 1.5 * J2 * inverseParameter2 * n;
    const double second = 0.5 * first * J2 * inverseParameter2;
    const double fourth = -0.46875 * J4 * Square(inverseParameter2) * n;
    m_zonal.meanAnomaly = n + 0.5 * first * beta * (3.0 * theta2 - 1.0) +
                          0.0625 * second * beta * (13.0 - 78.0 * theta2 + 137.0 * theta4);
    m_zonal.argumentOfPerigee = -0.5 * first * (1.0 - 5.0 * theta2) +
                                0.0625 * second * (7.0 - 114.0 * theta2 + 395.0 * theta4) +
                                fourth * (3.0 - 36.0 * theta2 + 49.0 * theta4);
    m_zonal.node = theta * (-first + 0.5 * second * (4.0 - 19.0 * theta2) +
                            2.0 * fourth * (3.0 - 7.0 * theta2));
}

void
Sgp4Orbit::SetDrag()
{
    // Spacetrack Report No. 3, SGP4: s, q0, xi, eta, C1 to C5. The atmosphere's density falls with
    // the fourth power of the height above s (78 km), which is lowered for low perigees.
    const double e = m_epoch.eccentricity;
    const double perigee = (m_axis * (1.0 - e) - 1.0) * SGP4_EARTH_RADIUS; // height, km
    const double sKm = perigee < 98.0 ? 20.0 : (perigee < 156.0 ? perigee - 78.0 : 78.0);
    const double s = sKm / SGP4_EARTH_RADIUS + 1.0;
    const double xi = 1.0 / (m_axis - s);
    const double eta = m_axis * e * xi;
    const double eta2 = eta * eta;
    const double eEta = e * eta;
    const double psi2 = std::abs(1.0 - eta2);
    const double beta2 = 1.0 - e * e;
    const double theta2 = Square(std::cos(m_epoch.inclination));
    const double sinI = std::sin(m_epoch.inclination);
    const double n = m_epoch.meanMotion;
    const double bstar = m_lines.bstar;
    const double density = Square(Square((120.0 - sKm) / SGP4_EARTH_RADIUS * xi));
    const double scaled = density / std::pow(psi2, 3.5);
    const double c2 =
        scaled * n *
        (m_axis * (1.0 + 1.5 * eta2 + eEta * (4.0 + eta2)) +
         0.375 * J2 * xi / psi2 * (3.0 * theta2 - 1.0) * (8.0 + 3.0 * eta2 * (8.0 + eta2)));
    m_drag.eta = eta;
    m_drag.c1 = bstar * c2;
    m_drag.c4 = 2.0 * n * scaled * m_axis * beta2 *
                (eta * (2.0 + 0.5 * eta2) + e * (0.5 + 2.0 * eta2) -
                 J2 * xi / (m_axis * psi2) *
                     (-3.0 * (3.0 * theta2 - 1.0) * (1.0 - 2.0 * eEta + eta2 * (1.5 - 0.5 * eEta)) +
                      0.75 * (1.0 - theta2) * (2.0 * eta2 - eEta * (1.0 + eta2)) *
                          std::cos(2.0 * m_epoch.argumentOfPerigee)));
    m_drag.node =
        -5.25 * J2 * n * std::cos(m_epoch.inclination) / (Square(m_axis) * beta2) * m_drag.c1;
    m_drag.t2 = 1.5 * m_drag.c1;
    m_drag.simple = perigee < 220.0 || 2.0 * M_PI / n >= DEEP_SPACE_PERIOD;
    if (m_drag.simple)
    {
        return;
    }
    m_drag.c5 = 2.0 * scaled * m_axis * beta2 * (1.0 + 2.75 * (eta2 + eEta) + eEta * eta2);
    if (e > NEARLY_CIRCULAR)
    {
        const double c3 = -2.0 * density * xi * (J3 / J2) * n * sinI / e;
        m_drag.perigee = bstar * c3 * std::cos(m_epoch.argumentOfPerigee);
        m_drag.meanAnomaly = -2.0 / 3.0 * density * bstar / eEta;
    }
    SetLongDragTerms(m_axis, xi, s);
}

void
Sgp4Orbit::SetLongDragTerms(double axis, double xi, double s)
{
    // Spacetrack Report No. 3, SGP4: D2 to D4, and the series of the mean longitude
    const double c1 = m_drag.c1;
    const double c12 = c1 * c1;
    m_drag.d2 = 4.0 * axis * xi * c12;
    const double third = m_drag.d2 * xi * c1 / 3.0;
    m_drag.d3 = (17.0 * axis + s) * third;
    m_drag.d4 = 0.5 * third * axis * xi * (221.0 * axis + 31.0 * s) * c1;
    m_drag.t3 = m_drag.d2 + 2.0 * c12;
    m_drag.t4 = 0.25 * (3.0 * m_drag.d3 + c1 * (12.0 * m_drag.d2 + 10.0 * c12));
    m_drag.t5 = 0.2 * (3.0 * m_drag.d4 + 12.0 * c1 * m_drag.d3 + 6.0 * Square(m_drag.d2) +
                       15.0 * c12 * (2.0 * m_drag.d2 + c12));
}

Sgp4Orbit::MeanState
Sgp4Orbit::MeanAt(double t) const
{
    // Spacetrack Report No. 3, SGP4: secular effects of gravitation and drag
    Sgp4Elements e = m_epoch;
    e.meanAnomaly += m_zonal.meanAnomaly * t;
    e.argumentOfPerigee += m_zonal.argumentOfPerigee * t;
    e.node += (m_zonal.node + m_drag.node * t) * t;
    double axisFactor = 1.0 - m_drag.c1 * t;
    double eccentricityLoss = m_lines.bstar * m_drag.c4 * t;
    double longitudeGain = m_drag.t2 * t * t;
    if (!m_drag.simple)
    {
        const double atEpoch = Cube(1.0 + m_drag.eta * std::cos(m_epoch.meanAnomaly));
        const double now = Cube(1.0 + m_drag.eta * std::cos(e.meanAnomaly));
        const double shift = m_drag.perigee * t + m_drag.meanAnomaly * (now - atEpoch);
        e.meanAnomaly += shift;
        e.argumentOfPerigee -= shift;
        axisFactor -= t * t * (m_drag.d2 + t * (m_drag.d3 + t * m_drag.d4));
        eccentricityLoss +=
            m_lines.bstar * m_drag.c5 * (std::sin(e.meanAnomaly) - std::sin(m_epoch.meanAnomaly));
        longitudeGain += t * t * t * (m_drag.t3 + t * (m_drag.t4 + t * m_drag.t5));
    }
    if (m_deepSpace)
    {
        m_deepSpace->AddSecular(t, e);
    }
    if (!(e.meanMotion > 0.0))
    {
        Refuse(t, "its mean motion has fallen to 0");
    }
    const double axis = AxisOf(e.meanMotion) * Square(axisFactor);
    e.meanMotion = SGP4_KE / (axis * std::sqrt(axis));
    e.eccentricity -= eccentricityLoss;
    if (!(e.eccentricity < 1.0 && e.eccentricity >= -0.001))
    {
        std::ostringstream why;
        why << "its mean eccentricity has become " << e.eccentricity
            << ", which is not from 0 to less than 1";
        Refuse(t, why.str());
    }
    e.eccentricity = std::max(e.eccentricity, 1e-6);
    e.meanAnomaly += m_epoch.meanMotion * longitudeGain;
    const double longitude = WithoutTurns(e.meanAnomaly + e.argumentOfPerigee + e.node);
    e.node = std::fmod(e.node, 2.0 * M_PI);
    e.argumentOfPerigee = WithoutTurns(e.argumentOfPerigee);
    e.meanAnomaly = WithoutTurns(longitude - e.argumentOfPerigee - e.node);
    return {e, axis};
}

TemeState
Sgp4Orbit::StateAt(double minutes) const
{
    NS_LOG_FUNCTION(this << minutes);
    if (!std::isfinite(minutes))
    {
        throw InputError("The " + m_lines.Describe() + " has no position " +
                         std::to_string(minutes) +
                         " min after its epoch; the time must be finite.");
    }
    MeanState mean = MeanAt(minutes);
    if (m_deepSpace)
    {
        Sgp4Elements& e = mean.elements;
        m_deepSpace->AddPeriodic(minutes, e);
        if (e.inclination < 0.0)
        {
            e.inclination = -e.inclination;
            e.node += M_PI;
            e.argumentOfPerigee -= M_PI;
        }
        if (!(e.eccentricity >= 0.0 && e.eccentricity <= 1.0))
        {
            std::ostringstream why;
            why << "Moon and Sun have made its eccentricity " << e.eccentricity
                << ", which is not from 0 to 1";
            Refuse(minutes, why.str());
        }
    }
    return ToState(mean, minutes);
}

TemeState
Sgp4Orbit::ToState(const MeanState& mean, double minutes) const
{
    const Sgp4Elements& e = mean.elements;
    const double a = mean.axis;
    const double sinI = std::sin(e.inclination);
    const double cosI = std::cos(e.inclination);

    // Spacetrack Report No. 3, SGP4: long-period terms, and Kepler's equation. At an inclination of
    // 180 deg the longitude's term has no limit, and the divisor is kept from 0.
    const double inverse = 1.0 / (a * (1.0 - Square(e.eccentricity)));
    const double ax = e.eccentricity * std::cos(e.argumentOfPerigee);
    const double ay =
        e.eccentricity * std::sin(e.argumentOfPerigee) - 0.5 * (J3 / J2) * sinI * inverse;
    const double divisor = std::abs(cosI + 1.0) > 1.5e-12 ? 1.0 + cosI : 1.5e-12;
    const double longTerm = -0.25 * (J3 / J2) * sinI * (3.0 + 5.0 * cosI) / divisor * inverse * ax;
    const double u = WithoutTurns(e.meanAnomaly + e.argumentOfPerigee + longTerm);
    const double anomaly = SolveKepler(u, ax, ay);

    // Preliminary quantities for the short-period terms.
    const double sinE = std::sin(anomaly);
    const double cosE = std::cos(anomaly);
    const double eCosE = ax * cosE + ay * sinE;
    const double eSinE = ax * sinE - ay * cosE;
    const double e2 = ax * ax + ay * ay;
    const double parameter = a * (1.0 - e2);
    if (!(parameter >= 0.0))
    {
        Refuse(minutes, "its orbit has opened: the semi-latus rectum is negative");
    }
    const double r = a * (1.0 - eCosE);
    const double beta = std::sqrt(1.0 - e2);
    const double slant = eSinE / (1.0 + beta);
    const double sinU = a / r * (sinE - ay - ax * slant);
    const double cosU = a / r * (cosE - ax + ay * slant);
    const double sin2U = 2.0 * sinU * cosU;
    const double cos2U = 1.0 - 2.0 * sinU * sinU;

    // Short-period terms of J2, in radius, argument of latitude, node, inclination and their rates.
    const double cos2I = cosI * cosI;
    const double first = 0.5 * J2 / parameter;
    const double second = first / parameter;
    const double radius =
        r * (1.0 - 1.5 * second * beta * (3.0 * cos2I - 1.0)) + 0.5 * first * (1.0 - cos2I) * cos2U;
    const double argument = std::atan2(sinU, cosU) - 0.25 * second * (7.0 * cos2I - 1.0) * sin2U;
    const double node = e.node + 1.5 * second * cosI * sin2U;
    const double inclination = e.inclination + 1.5 * second * cosI * sinI * cos2U;
    const double perKe = e.meanMotion * first / SGP4_KE;
    const double radialSpeed = std::sqrt(a) * eSinE / r - perKe * (1.0 - cos2I) * sin2U;
    const double crossSpeed =
        std::sqrt(parameter) / r + perKe * ((1.0 - cos2I) * cos2U + 1.5 * (3.0 * cos2I - 1.0));
    if (!(radius >= 1.0))
    {
        std::ostringstream why;
        why << "it has decayed: its distance from the Earth's centre is "
            << radius * SGP4_EARTH_RADIUS << " km, less than the Earth's radius";
        Refuse(minutes, why.str());
    }

    // Unit vectors outwards and, a quarter of a turn ahead, in the orbit's plane.
    const double sinA = std::sin(argument);
    const double cosA = std::cos(argument);
    const Vector alongNode(std::cos(node), std::sin(node), 0.0);
    const Vector acrossNode(-std::sin(node) * std::cos(inclination),
                            std::cos(node) * std::cos(inclination),
                            std::sin(inclination));
    const auto inPlane = [&](double along, double across) {
        return Vector(along * alongNode.x + across * acrossNode.x,
                      along * alongNode.y + across * acrossNode.y,
                      along * alongNode.z + across * acrossNode.z);
    };
    const double metres = SGP4_EARTH_RADIUS * 1e3;
    const double speed = metres * SGP4_KE / 60.0;
    return {inPlane(metres * radius * cosA, metres * radius * sinA),
            inPlane(speed * (radialSpeed * cosA - crossSpeed * sinA),
                    speed * (radialSpeed * sinA + crossSpeed * cosA))};
}

Vector
Sgp4Orbit::PositionEcef(double time_s) const
{
    return Turn(StateAt(MinutesAt(time_s)).position, SiderealTimeAt(time_s));
}

Vector
Sgp4Orbit::VelocityEcef(double time_s) const
{
    const double siderealTime = SiderealTimeAt(time_s);
    const TemeState state = StateAt(MinutesAt(time_s));
    const Vector position = Turn(state.position, siderealTime);
    const Vector velocity = Turn(state.velocity, siderealTime);
    return {velocity.x + SIDEREAL_RATE * position.y,
            velocity.y - SIDEREAL_RATE * position.x,
            velocity.z};
}

double
Sgp4Orbit::Period() const
{
    return 2.0 * M_PI / m_zonal.meanAnomaly * 60.0;
}

const TwoLineElements&
Sgp4Orbit::GetElements() const
{
    return m_lines;
}

const JulianDate&
Sgp4Orbit::GetStart() const
{
    return m_start;
}

double
Sgp4Orbit::MinutesAt(double time_s) const
{
    return DaysBetween(m_lines.epoch, m_start) * 1440.0 + time_s / 60.0;
}

double
Sgp4Orbit::SiderealTimeAt(double time_s) const
{
    return GreenwichMeanSiderealTime(m_start.After(time_s));
}

void
Sgp4Orbit::Refuse(double minutes, const std::string& why) const
{
    std::ostringstream sentence;
    sentence << "The " << m_lines.Describe() << " has no position at "
             << m_lines.epoch.After(minutes * 60.0).ToString() << ", " << std::setprecision(10)
             << minutes << " min after its epoch: " << why << ".";
    throw InputError(sentence.str());
}

} // namespace sterna
} // namespace ns3
