/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_JULIAN_DATE_H
#define STERNA_JULIAN_DATE_H

#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * An instant as a Julian date, split so that a double resolves well below a microsecond.
 *
 * The date is day + fraction. A day begins at midnight, so day ends in .5, and the fraction is from
 * 0 to 1; both are only sums, though, and other splits mean the same instant.
 */
struct JulianDate
{
    double day{2451544.5}; //!< 2000-01-01 00:00
    double fraction{0.0};

    /**
     * The Julian date of a calendar date (Gregorian) and time.
     *
     * \throws InputError if there is no such date or time. A leap second (60) is none.
     */
    static JulianDate FromUtc(int year,
                              int month,
                              int day,
                              int hour = 0,
                              int minute = 0,
                              double second = 0.0);

    /**
     * The same from a text: 2026-11-25T06:30:00, with or without a Z, or only the date.
     *
     * \throws InputError if it is no such text
     */
    static JulianDate FromText(const std::string& utc);

    /// The instant that many seconds later.
    JulianDate After(double seconds) const;

    /// As people write it, to the second: 2006-06-25 19:46:43 UTC.
    std::string ToString() const;
};

/// Days from one instant to another; negative if the second one is earlier.
double DaysBetween(const JulianDate& from, const JulianDate& to);

/**
 * Greenwich mean sidereal time (rad, from 0 to 2 pi): the IAU 1982 model (Aoki et al., The new
 * definition of universal time, Astronomy and Astrophysics 105, 1982).
 *
 * It turns TEME, the frame of SGP4, into Earth-fixed axes. It wants UT1, which is never more than
 * 0.9 s from UTC: taking one for the other shifts a place on the equator by 420 m at most.
 */
double GreenwichMeanSiderealTime(const JulianDate& ut1);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_JULIAN_DATE_H */
