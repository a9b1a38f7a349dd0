/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SGP4_DEEP_SPACE_H
#define STERNA_SGP4_DEEP_SPACE_H

#include "sterna-julian-date.h"

#include <Eigen/Core>
#include <array>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Elements as SGP4 moves them, in its units: radians and minutes.
struct Sgp4Elements
{
    double meanMotion;        //!< Brouwer's (rad/min)
    double eccentricity;      //!<
    double inclination;       //!<
    double node;              //!< right ascension of the ascending node
    double argumentOfPerigee; //!<
    double meanAnomaly;       //!<
};

/// Rates of the angles that the Earth's zonal harmonics cause (rad/min).
struct Sgp4ZonalRates
{
    double meanAnomaly;
    double argumentOfPerigee;
    double node;
};

/**
 * \ingroup sterna
 * What the Moon, the Sun and resonance with the Earth's rotation add to orbits with a period of 225
 * minutes or more: the deep-space part of SGP4, which Spacetrack Report No. 3 (Hoots and Roehrich,
 * 1980) calls SDP4, as revised in Vallado, Crawford, Hujsak and Kelso, Revisiting Spacetrack Report
 * No. 3, AIAA 2006-6753.
 *
 * Moon and Sun act in two ways: rates, averaged over the satellite's revolutions and theirs, and
 * periodic terms, averaged over the satellite's revolutions only. An orbit of one day, or an
 * eccentric one of half a day, meets the same tesseral harmonics again and again: their effect on
 * mean motion and mean longitude is integrated in steps of half a day from the epoch on.
 * Everything is a function of time: nothing is kept from call to call.
 */
class Sgp4DeepSpace
{
  public:
    /**
     * \param elements at the epoch
     * \param epoch of the elements
     * \param siderealTime of Greenwich at the epoch (rad)
     * \param zonal rates of the same orbit
     */
    Sgp4DeepSpace(const Sgp4Elements& elements,
                  const JulianDate& epoch,
                  double siderealTime,
                  const Sgp4ZonalRates& zonal);

    /// Adds what has gathered since the epoch; the elements have the zonal rates' part already.
    void AddSecular(double minutes, Sgp4Elements& elements) const;

    /// Adds the periodic terms at a time since the epoch.
    void AddPeriodic(double minutes, Sgp4Elements& elements) const;

  private:
    /// Effects on e, i, mean longitude's l, perigee's g + cos(i) h, and node's sin(i) h, in this
    /// order.
    using Effects = Eigen::Matrix<double, 5, 1>;

    /// How the Sun or the Moon stands and what it does.
    struct Body
    {
        double meanMotion;   //!< (rad/min)
        double eccentricity; //!<
        double meanAnomaly;  //!< at the epoch
        Effects rates;       //!< secular (1/min)

        /// Amplitudes of the periodic terms F2 = sin^2(f)/2 - 1/4, F3 = -sin(f)cos(f)/2 and sin f.
        Eigen::Matrix<double, 5, 3> periodic;
    };

    /// A body's orbit, seen from the equator: where its node and perigee are.
    struct BodyOrbit;

    /// One term of the resonance: amplitude * sin(p * perigee + q * longitude - phase).
    struct ResonantTerm
    {
        double amplitude; //!< (rad/min^2)
        int perigee;      //!< p
        int longitude;    //!< q
        double phase;     //!< (rad)
    };

    /// What the terms give at a point of the integration.
    struct Slope
    {
        double longitude;     //!< (rad/min)
        double meanMotion;    //!< (rad/min^2)
        double meanMotionDot; //!< (rad/min^3)
    };

    enum Resonance
    {
        NONE,
        ONE_DAY,
        HALF_DAY
    };

    static BodyOrbit SunOrbit();
    static BodyOrbit MoonOrbit(double days);
    static Body MakeBody(const BodyOrbit& orbit, const Sgp4Elements& elements);

    void AddHalfDayTerms(const Sgp4Elements& elements);
    void AddOneDayTerms(const Sgp4Elements& elements);
    Slope SlopeAt(double minutes, double longitude, double meanMotion) const;
    void Integrate(double minutes, Sgp4Elements& elements) const;

    std::array<Body, 2> m_bodies;
    Sgp4Elements m_rates; //!< of all elements, Moon and Sun together (1/min)
    Resonance m_resonance{NONE};
    std::vector<ResonantTerm> m_terms;
    double m_meanMotion;             //!< at the epoch
    double m_perigee;                //!< argument of perigee at the epoch
    double m_perigeeRate;            //!< zonal
    double m_siderealTime;           //!< at the epoch
    double m_resonantLongitude{0.0}; //!< at the epoch
    double m_longitudeRate{0.0};     //!< of the resonant longitude, beyond the mean motion
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SGP4_DEEP_SPACE_H */
