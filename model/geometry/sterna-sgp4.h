/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SGP4_H
#define STERNA_SGP4_H

#include "sterna-sgp4-deep-space.h"
#include "sterna-tle.h"

#include "ns3/vector.h"

#include <memory>

namespace ns3
{
namespace sterna
{

/// Equatorial radius of the Earth in SGP4 (km), WGS 72.
constexpr double SGP4_EARTH_RADIUS = 6378.135;

/// Square root of the Earth's gravitational parameter in SGP4's units, Earth radii and minutes:
/// 60 sqrt(398600.8 / 6378.135^3), WGS 72.
constexpr double SGP4_KE = 0.07436691613317342;

/// Position (m) and velocity (m/s) in TEME, the frame of the true equator and mean equinox of date,
/// which does not turn with the Earth.
struct TemeState
{
    Vector position;
    Vector velocity;
};

/**
 * \ingroup sterna
 * A satellite on the orbit of a two-line element set, predicted by SGP4 and seen from the rotating
 * Earth.
 *
 * The model is that of Spacetrack Report No. 3 (Hoots and Roehrich, 1980) with the corrections of
 * Vallado, Crawford, Hujsak and Kelso, Revisiting Spacetrack Report No. 3, AIAA 2006-6753, in its
 * improved mode and with the constants of WGS 72: zonal harmonics J2 to J4, drag in a power-law
 * atmosphere, and for periods of 225 minutes or more Sgp4DeepSpace.
 *
 * Earth-fixed (ECEF) axes follow from TEME by Greenwich mean sidereal time; the motion of the poles
 * (some 10 m on the ground) is left out, and UTC stands for UT1. Positions are not scaled to the
 * sphere of 6371 km that the rest of Sterna stands on: compared with the height above the
 * ellipsoid, the height above that sphere is 7 km greater at the equator and 14 km less at the
 * poles.
 */
class Sgp4Orbit
{
  public:
    /**
     * \param elements of the satellite
     * \param start the instant (UTC) that is time 0
     * \throws InputError if the satellite has no position at the start, as PositionEcef().
     */
    Sgp4Orbit(const TwoLineElements& elements, const JulianDate& start);

    /**
     * Where the satellite is at a time (m).
     *
     * \throws InputError if it has decayed by then, or the elements no longer describe an orbit; it
     *         names the satellite and the time.
     */
    Vector PositionEcef(double time_s) const;

    /**
     * How fast it moves against the rotating Earth (m/s): SGP4's velocity, which leaves out small
     * terms, so that it is the derivative of PositionEcef() to about 2 cm/s.
     *
     * \throws InputError as PositionEcef().
     */
    Vector VelocityEcef(double time_s) const;

    /**
     * The state in TEME, for comparison with other programs.
     *
     * \param minutes since the epoch of the elements, negative before it
     * \throws InputError as PositionEcef().
     */
    TemeState StateAt(double minutes) const;

    /// The satellite's mean period at its epoch (s).
    double Period() const;

    const TwoLineElements& GetElements() const;

    const JulianDate& GetStart() const;

  private:
    /// Coefficients of the atmosphere's drag; those from d2 on are 0 for a perigee below 220 km and
    /// in deep space.
    struct Drag
    {
        double c1{0.0};
        double c4{0.0};
        double c5{0.0};
        double d2{0.0};
        double d3{0.0};
        double d4{0.0};
        double t2{0.0}; //!< of the mean longitude, by powers of time
        double t3{0.0};
        double t4{0.0};
        double t5{0.0};
        double perigee{0.0};     //!< of the argument of perigee, linear in time
        double meanAnomaly{0.0}; //!< of the anomaly, with the cube of 1 + eta cos M
        double node{0.0};        //!< of the node, quadratic in time
        double eta{0.0};
        bool simple{false};
    };

    /// The mean elements at a time, and the axis (Earth radii) after drag.
    struct MeanState
    {
        Sgp4Elements elements;
        double axis;
    };

    void RecoverMeanMotion();
    void SetZonalRates();
    void SetDrag();
    void SetLongDragTerms(double axis, double xi, double s);
    MeanState MeanAt(double minutes) const;
    TemeState ToState(const MeanState& mean, double minutes) const;
    double MinutesAt(double time_s) const;
    double SiderealTimeAt(double time_s) const;
    [[noreturn]] void Refuse(double minutes, const std::string& why) const;

    TwoLineElements m_lines;
    JulianDate m_start;
    Sgp4Elements m_epoch; //!< elements at the epoch
    double m_axis;        //!< at the epoch (Earth radii)
    Sgp4ZonalRates m_zonal;
    Drag m_drag;
    std::shared_ptr<const Sgp4DeepSpace> m_deepSpace; //!< null near the Earth; copies share it
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SGP4_H */
