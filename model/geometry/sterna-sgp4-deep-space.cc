/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-sgp4-deep-space.h"

#include "sterna-sgp4.h"

#include "ns3/log.h"

#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaSgp4DeepSpace");

namespace
{

/// Rotation of the Earth (rad/min).
constexpr double EARTH_RATE = 4.37526908801129966e-3;

/// Step of the resonance's integration (min).
constexpr double STEP = 720.0;

/// The Sun's and the Moon's rates on the node are left out this close to the equator (3 deg).
constexpr double EQUATORIAL = 5.2359877e-2;

/// Below this inclination (0.2 rad) the periodic terms are added to components of the orbit's
/// normal, after Lyddane: node and perigee by themselves are hardly defined there.
constexpr double LYDDANE = 0.2;

/// Obliquity of the ecliptic in 1900.
constexpr double COS_OBLIQUITY = 0.91744867;
constexpr double SIN_OBLIQUITY = 0.39785416;

/// Days from noon on 31 December 1899, from which the Moon's and the Sun's elements count.
double
DaysSince1900(const JulianDate& date)
{
    return DaysBetween(JulianDate{2415020.0, 0.0}, date);
}

/// Both components of a product of two directions, as a quadratic in the sine and cosine of the
/// body's longitude has them: first x first, mixed, second x second.
Eigen::Array3d
Product(const Eigen::Array2d& a, const Eigen::Array2d& b)
{
    return {a[0] * b[0], a[0] * b[1] + a[1] * b[0], a[1] * b[1]};
}

double
Polynomial(double x, std::array<double, 4> c)
{
    return c[0] + x * (c[1] + x * (c[2] + x * c[3]));
}

} // namespace

struct Sgp4DeepSpace::BodyOrbit
{
    double meanMotion;     //!< (rad/min)
    double eccentricity;   //!<
    double strength;       //!< perturbation coefficient (rad/min)
    double meanAnomaly;    //!< at the epoch
    double cosInclination; //!< to the equator
    double sinInclination;
    double cosNode;
    double sinNode;
    double cosPerigee;
    double sinPerigee;
};

Sgp4DeepSpace::Sgp4DeepSpace(const Sgp4Elements& elements,
                             const JulianDate& epoch,
                             double siderealTime,
                             const Sgp4ZonalRates& zonal)
    : m_meanMotion(elements.meanMotion),
      m_perigee(elements.argumentOfPerigee),
      m_perigeeRate(zonal.argumentOfPerigee),
      m_siderealTime(siderealTime)
{
    NS_LOG_FUNCTION(this << epoch.ToString() << elements.meanMotion);
    const double days = DaysSince1900(epoch);
    BodyOrbit sun = SunOrbit();
    sun.meanAnomaly = std::fmod(6.2565837 + 0.017201977 * days, 2.0 * M_PI);
    m_bodies = {MakeBody(sun, elements), MakeBody(MoonOrbit(days), elements)};
    const Effects rates = m_bodies[0].rates + m_bodies[1].rates;
    const double sine = std::sin(elements.inclination);
    const double node = sine == 0.0 ? 0.0 : rates[4] / sine;
    m_rates =
        {0.0, rates[0], rates[1], node, rates[3] - std::cos(elements.inclination) * node, rates[2]};

    // limits of the mean motion (rad/min) around 1 and 2 revolutions a day
    const double n = elements.meanMotion;
    if (n > 0.0034906585 && n < 0.0052359877)
    {
        m_resonance = ONE_DAY;
        AddOneDayTerms(elements);
        m_resonantLongitude =
            elements.meanAnomaly + elements.node + elements.argumentOfPerigee - siderealTime;
        m_longitudeRate = zonal.meanAnomaly + zonal.argumentOfPerigee + zonal.node - EARTH_RATE +
                          m_rates.meanAnomaly + m_rates.argumentOfPerigee + m_rates.node - n;
    }
    else if (n >= 8.26e-3 && n <= 9.24e-3 && elements.eccentricity >= 0.5)
    {
        m_resonance = HALF_DAY;
        AddHalfDayTerms(elements);
        m_resonantLongitude = elements.meanAnomaly + 2.0 * (elements.node - siderealTime);
        m_longitudeRate = zonal.meanAnomaly + m_rates.meanAnomaly +
                          2.0 * (zonal.node + m_rates.node - EARTH_RATE) - n;
    }
    m_resonantLongitude = std::fmod(m_resonantLongitude, 2.0 * M_PI);
}

Sgp4DeepSpace::BodyOrbit
Sgp4DeepSpace::SunOrbit()
{
    // the Sun's node is where longitudes begin, its perigee at 281.2208 deg
    return {1.19459e-5,
            0.01675,
            2.9864797e-6,
            0.0,
            COS_OBLIQUITY,
            SIN_OBLIQUITY,
            1.0,
            0.0,
            0.1945905,
            -0.98088458};
}

Sgp4DeepSpace::BodyOrbit
Sgp4DeepSpace::MoonOrbit(double days)
{
    // the Moon's orbit is inclined by 5.145 deg to the ecliptic, on which its node goes round in
    // 18.6 years; the spherical triangle of both nodes gives its angles to the equator
    const double eclipticNode = std::fmod(4.5236020 - 9.2422029e-4 * days, 2.0 * M_PI);
    const double perigee = 5.8351514 + 0.0019443680 * days;
    const double cosNode = std::cos(eclipticNode);
    const double sinNode = std::sin(eclipticNode);
    BodyOrbit moon{};
    moon.meanMotion = 1.5835218e-4;
    moon.eccentricity = 0.05490;
    moon.strength = 4.7968065e-7;
    moon.meanAnomaly = std::fmod(4.7199672 + 0.22997150 * days - perigee, 2.0 * M_PI);
    moon.cosInclination = 0.91375164 - 0.03568096 * cosNode;
    moon.sinInclination = std::sqrt(1.0 - moon.cosInclination * moon.cosInclination);
    moon.sinNode = 0.089683511 * sinNode / moon.sinInclination;
    moon.cosNode = std::sqrt(1.0 - moon.sinNode * moon.sinNode);
    const double toEcliptic =
        std::atan2(SIN_OBLIQUITY * sinNode / moon.sinInclination,
                   moon.cosNode * cosNode + COS_OBLIQUITY * moon.sinNode * sinNode);
    const double argument = perigee + toEcliptic - eclipticNode;
    moon.cosPerigee = std::cos(argument);
    moon.sinPerigee = std::sin(argument);
    return moon;
}

Sgp4DeepSpace::Body
Sgp4DeepSpace::MakeBody(const BodyOrbit& b, const Sgp4Elements& elements)
{
    const double cosI = std::cos(elements.inclination);
    const double sinI = std::sin(elements.inclination);
    const double cosW = std::cos(elements.argumentOfPerigee);
    const double sinW = std::sin(elements.argumentOfPerigee);
    const double cosO = std::cos(elements.node);
    const double sinO = std::sin(elements.node);
    // the body's node, counted from the satellite's
    const double cosH = b.cosNode * cosO + b.sinNode * sinO;
    const double sinH = b.cosNode * sinO - b.sinNode * cosO;

    // The body's perigee direction and the one a quarter of a turn ahead (the two components), seen
    // along the satellite's node, across it in the orbit's plane, and along the orbit's normal
    // (report: a1 to a6).
    const Eigen::Array2d alongNode(b.cosPerigee * cosH + b.sinPerigee * b.cosInclination * sinH,
                                   -b.sinPerigee * cosH + b.cosPerigee * b.cosInclination * sinH);
    const Eigen::Array2d equatorial(-b.cosPerigee * sinH + b.sinPerigee * b.cosInclination * cosH,
                                    b.sinPerigee * sinH + b.cosPerigee * b.cosInclination * cosH);
    const Eigen::Array2d polar(b.sinPerigee * b.sinInclination, b.cosPerigee * b.sinInclination);
    const Eigen::Array2d acrossNode = cosI * equatorial + sinI * polar;
    const Eigen::Array2d normal = cosI * polar - sinI * equatorial;

    // The same along the satellite's perigee and across it (report: X1 to X8).
    const Eigen::Array2d perigee = cosW * alongNode + sinW * acrossNode;
    const Eigen::Array2d latus = cosW * acrossNode - sinW * alongNode;
    const Eigen::Array2d normalSine = sinW * normal;
    const Eigen::Array2d normalCosine = cosW * normal;

    // The perturbing function, averaged over a revolution (report: Z1 to Z33, S1 to S7).
    const double e = elements.eccentricity;
    const double e2 = e * e;
    const double beta2 = 1.0 - e2;
    const double beta = std::sqrt(beta2);
    const Eigen::Array3d z3 = 12.0 * Product(perigee, perigee) - 3.0 * Product(latus, latus);
    const Eigen::Array3d z =
        6.0 * (Product(alongNode, alongNode) + Product(acrossNode, acrossNode)) +
        (2.0 * e2 + beta2) * z3;
    const Eigen::Array3d z1 =
        -6.0 * Product(alongNode, normal) -
        e2 * (24.0 * Product(perigee, normalCosine) + 6.0 * Product(latus, normalSine));
    const Eigen::Array3d z2 =
        6.0 * Product(acrossNode, normal) +
        e2 * (24.0 * Product(perigee, normalSine) - 6.0 * Product(latus, normalCosine));
    const Eigen::Array3d pl = Product(perigee, latus);
    const double s3 = b.strength / elements.meanMotion;
    const double s2 = -0.5 * s3 / beta;
    const double s4 = s3 * beta;
    const double s1 = -15.0 * e * s4;

    Body body{b.meanMotion, b.eccentricity, b.meanAnomaly, {}, {}};
    const bool equatorialOrbit =
        elements.inclination < EQUATORIAL || elements.inclination > M_PI - EQUATORIAL;
    body.rates << s1 * (pl[0] + pl[2]), s2 * (z1[0] + z1[2]), -s3 * (z[0] + z[2] - 14.0 - 6.0 * e2),
        s4 * (z3[0] + z3[2] - 6.0), equatorialOrbit ? 0.0 : -s2 * (z2[0] + z2[2]);
    body.rates *= b.meanMotion;
    body.periodic << s1 * pl[1], s1 * (pl[2] - pl[0]), 0.0,                       //
        s2 * z1[1], s2 * (z1[2] - z1[0]), 0.0,                                    //
        -s3 * z[1], -s3 * (z[2] - z[0]), s3 * (21.0 + 9.0 * e2) * b.eccentricity, //
        s4 * z3[1], s4 * (z3[2] - z3[0]), -9.0 * s4 * b.eccentricity,             //
        -s2 * z2[1], -s2 * (z2[2] - z2[0]), 0.0;
    body.periodic *= 2.0;
    return body;
}

void
Sgp4DeepSpace::AddOneDayTerms(const Sgp4Elements& elements)
{
    // harmonics (3,1), (2,2), (3,3): Spacetrack Report No. 3, synchronous resonance
    const double e2 = elements.eccentricity * elements.eccentricity;
    const double n = elements.meanMotion;
    const double inverseAxis = std::cbrt(std::pow(n / SGP4_KE, 2.0));
    const double c = std::cos(elements.inclination);
    const double s2 = std::pow(std::sin(elements.inclination), 2.0);
    const double f220 = 0.75 * (1.0 + c) * (1.0 + c);
    const double f311 = 0.9375 * s2 * (1.0 + 3.0 * c) - 0.75 * (1.0 + c);
    const double f330 = 1.875 * std::pow(1.0 + c, 3.0);
    const double g200 = 1.0 + e2 * (-2.5 + 0.8125 * e2);
    const double g310 = 1.0 + 2.0 * e2;
    const double g300 = 1.0 + e2 * (-6.0 + 6.60937 * e2);
    const double scale = 3.0 * std::pow(n * inverseAxis, 2.0);
    m_terms = {{scale * inverseAxis * f311 * g310 * 2.1460748e-6, 0, 1, 0.13130908},
               {2.0 * scale * f220 * g200 * 1.7891679e-6, 0, 2, 2.0 * 2.8843198},
               {3.0 * scale * inverseAxis * f330 * g300 * 2.2123015e-7, 0, 3, 3.0 * 0.37448087}};
}

void
Sgp4DeepSpace::AddHalfDayTerms(const Sgp4Elements& elements)
{
    // Spacetrack Report No. 3, 12-hour resonance: eccentricity functions G as cubic fits in three
    // ranges, inclination functions F, and harmonics of degree 2 to 5
    const double e = elements.eccentricity;
    const bool low = e <= 0.65;
    const double g201 = -0.306 - 0.440 * (e - 0.64);
    const auto fit = [&](bool first, std::array<double, 4> a, std::array<double, 4> b) {
        return Polynomial(e, first ? a : b);
    };
    const double g211 =
        fit(low, {3.616, -13.2470, 16.2900, 0.0}, {-72.099, 331.819, -508.738, 266.724});
    const double g310 = fit(low,
                            {-19.302, 117.3900, -228.4190, 156.5910},
                            {-346.844, 1582.851, -2415.925, 1246.113});
    const double g322 = fit(low,
                            {-18.9068, 109.7927, -214.6334, 146.5816},
                            {-342.585, 1554.908, -2366.899, 1215.972});
    const double g410 = fit(low,
                            {-41.122, 242.6940, -471.0940, 313.9530},
                            {-1052.797, 4758.686, -7193.992, 3651.957});
    const double g422 = fit(low,
                            {-146.407, 841.8800, -1629.014, 1083.4350},
                            {-3581.690, 16178.110, -24462.770, 12422.520});
    const double g520 = low ? Polynomial(e, {-532.114, 3017.977, -5740.032, 3708.2760})
                            : fit(e > 0.715,
                                  {-5149.66, 29936.92, -54087.36, 31324.56},
                                  {1464.74, -4664.75, 3763.64, 0.0});
    const bool below7 = e < 0.7;
    const double g533 = fit(below7,
                            {-919.22770, 4988.6100, -9064.7700, 5542.21},
                            {-37995.780, 161616.52, -229838.20, 109377.94});
    const double g521 = fit(below7,
                            {-822.71072, 4568.6173, -8491.4146, 5337.524},
                            {-51752.104, 218913.95, -309468.16, 146349.42});
    const double g532 = fit(below7,
                            {-853.66600, 4690.2500, -8624.7700, 5341.4},
                            {-40023.880, 170470.89, -242699.48, 115605.82});

    const double c = std::cos(elements.inclination);
    const double s = std::sin(elements.inclination);
    const double s2 = s * s;
    const double c2 = c * c;
    const double f220 = 0.75 * (1.0 + 2.0 * c + c2);
    const double f221 = 1.5 * s2;
    const double f321 = 1.875 * s * (1.0 - 2.0 * c - 3.0 * c2);
    const double f322 = -1.875 * s * (1.0 + 2.0 * c - 3.0 * c2);
    const double f441 = 35.0 * s2 * f220;
    const double f442 = 39.3750 * s2 * s2;
    const double f522 =
        9.84375 * s * (s2 * (1.0 - 2.0 * c - 5.0 * c2) + 0.33333333 * (-2.0 + 4.0 * c + 6.0 * c2));
    const double f523 = s * (4.92187512 * s2 * (-2.0 - 4.0 * c + 10.0 * c2) +
                             6.56250012 * (1.0 + 2.0 * c - 3.0 * c2));
    const double f542 = 29.53125 * s * (2.0 - 8.0 * c + c2 * (-12.0 + 8.0 * c + 10.0 * c2));
    const double f543 = 29.53125 * s * (-2.0 - 8.0 * c + c2 * (12.0 + 8.0 * c - 10.0 * c2));

    // the harmonic's strength falls with the axis to the power of its degree
    const double n = elements.meanMotion;
    const double inverseAxis = std::cbrt(std::pow(n / SGP4_KE, 2.0));
    const double degree2 = 3.0 * std::pow(n * inverseAxis, 2.0);
    const double degree3 = degree2 * inverseAxis;
    const double degree4 = degree3 * inverseAxis;
    const double degree5 = degree4 * inverseAxis;
    const double root22 = degree2 * 1.7891679e-6;
    const double root32 = degree3 * 3.7393792e-7;
    const double root44 = 2.0 * degree4 * 7.3636953e-9;
    const double root52 = degree5 * 1.1428639e-7;
    const double root54 = 2.0 * degree5 * 2.1765803e-9;
    const double phase22 = 5.7686396;
    const double phase32 = 0.95240898;
    const double phase44 = 1.8014998;
    const double phase52 = 1.0508330;
    const double phase54 = 4.4108898;
    m_terms = {{root22 * f220 * g201, 2, 1, phase22},
               {root22 * f221 * g211, 0, 1, phase22},
               {root32 * f321 * g310, 1, 1, phase32},
               {root32 * f322 * g322, -1, 1, phase32},
               {root44 * f441 * g410, 2, 2, phase44},
               {root44 * f442 * g422, 0, 2, phase44},
               {root52 * f522 * g520, 1, 1, phase52},
               {root52 * f523 * g532, -1, 1, phase52},
               {root54 * f542 * g521, 1, 2, phase54},
               {root54 * f543 * g533, -1, 2, phase54}};
}

void
Sgp4DeepSpace::AddSecular(double minutes, Sgp4Elements& elements) const
{
    elements.eccentricity += m_rates.eccentricity * minutes;
    elements.inclination += m_rates.inclination * minutes;
    elements.argumentOfPerigee += m_rates.argumentOfPerigee * minutes;
    elements.node += m_rates.node * minutes;
    elements.meanAnomaly += m_rates.meanAnomaly * minutes;
    if (m_resonance != NONE)
    {
        Integrate(minutes, elements);
    }
}

Sgp4DeepSpace::Slope
Sgp4DeepSpace::SlopeAt(double minutes, double longitude, double meanMotion) const
{
    const double perigee = m_perigee + m_perigeeRate * minutes;
    Slope slope{meanMotion + m_longitudeRate, 0.0, 0.0};
    for (const ResonantTerm& term : m_terms)
    {
        const double angle = term.perigee * perigee + term.longitude * longitude - term.phase;
        slope.meanMotion += term.amplitude * std::sin(angle);
        slope.meanMotionDot += term.longitude * term.amplitude * std::cos(angle);
    }
    slope.meanMotionDot *= slope.longitude;
    return slope;
}

void
Sgp4DeepSpace::Integrate(double minutes, Sgp4Elements& elements) const
{
    // a Taylor step of second order; the last one ends at the time that is asked for
    double longitude = m_resonantLongitude;
    double meanMotion = m_meanMotion;
    const double step = minutes > 0.0 ? STEP : -STEP;
    double time = 0.0;
    for (bool last = false; !last;)
    {
        const Slope slope = SlopeAt(time, longitude, meanMotion);
        last = std::abs(minutes - time) < STEP;
        const double h = last ? minutes - time : step;
        longitude += (slope.longitude + 0.5 * slope.meanMotion * h) * h;
        meanMotion += (slope.meanMotion + 0.5 * slope.meanMotionDot * h) * h;
        time += h;
    }
    elements.meanMotion = meanMotion;
    const double siderealTime = m_siderealTime + std::fmod(minutes * EARTH_RATE, 2.0 * M_PI);
    if (m_resonance == HALF_DAY)
    {
        elements.meanAnomaly = longitude - 2.0 * elements.node + 2.0 * siderealTime;
    }
    else
    {
        elements.meanAnomaly =
            longitude - elements.node - elements.argumentOfPerigee + siderealTime;
    }
}

void
Sgp4DeepSpace::AddPeriodic(double minutes, Sgp4Elements& elements) const
{
    Effects effects = Effects::Zero();
    for (const Body& body : m_bodies)
    {
        // the true anomaly to first order in the eccentricity
        const double meanAnomaly = body.meanAnomaly + body.meanMotion * minutes;
        const double f = meanAnomaly + 2.0 * body.eccentricity * std::sin(meanAnomaly);
        const double sine = std::sin(f);
        effects += body.periodic *
                   Eigen::Vector3d(0.5 * sine * sine - 0.25, -0.5 * sine * std::cos(f), sine);
    }
    elements.eccentricity += effects[0];
    elements.inclination += effects[1];
    const double sinI = std::sin(elements.inclination);
    const double cosI = std::cos(elements.inclination);
    if (elements.inclination >= LYDDANE)
    {
        const double node = effects[4] / sinI;
        elements.argumentOfPerigee += effects[3] - cosI * node;
        elements.node += node;
        elements.meanAnomaly += effects[2];
        return;
    }
    const double sinO = std::sin(elements.node);
    const double cosO = std::cos(elements.node);
    const double alpha = sinI * sinO + effects[4] * cosO + effects[1] * cosI * sinO;
    const double beta = sinI * cosO - effects[4] * sinO + effects[1] * cosI * cosO;
    const double before = std::fmod(elements.node, 2.0 * M_PI);
    const double longitude = elements.meanAnomaly + elements.argumentOfPerigee + effects[2] +
                             effects[3] + (cosI - effects[1] * sinI) * before;
    double node = std::atan2(alpha, beta);
    if (std::abs(before - node) > M_PI)
    {
        node += node < before ? 2.0 * M_PI : -2.0 * M_PI;
    }
    elements.node = node;
    elements.meanAnomaly += effects[2];
    elements.argumentOfPerigee = longitude - elements.meanAnomaly - cosI * node;
}

} // namespace sterna
} // namespace ns3
