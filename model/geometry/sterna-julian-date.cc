/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-julian-date.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <cmath>
#include <cstdio>
#include <iomanip>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaJulianDate");

namespace
{

constexpr double SECONDS_PER_DAY = 86400.0;
constexpr double DAYS_PER_CENTURY = 36525.0;
constexpr double J2000 = 2451545.0; // 2000-01-01 12:00
constexpr int EPOCH_1970 = 2440588; // number of the Julian day that has its noon on 1970-01-01

struct CalendarDay
{
    int year;
    int month;
    int day;
};

/// Days since 1970-01-01. Years begin in March here, so that the leap day is a year's last: then
/// the days before month m (0 is March) are (153 m + 2) / 5.
int
DaysSince1970(const CalendarDay& date)
{
    const int month = (date.month + 9) % 12;
    const int year = date.year - (month >= 10 ? 1 : 0);
    const int leapDays = year / 4 - year / 100 + year / 400;
    return 365 * year + leapDays + (153 * month + 2) / 5 + date.day - 1 - 719468;
}

/// The inverse, by guessing the year and correcting it.
CalendarDay
FromDaysSince1970(int days)
{
    int year = 1970 + static_cast<int>(std::floor(days / 365.2425));
    while (DaysSince1970({year + 1, 1, 1}) <= days)
    {
        ++year;
    }
    while (DaysSince1970({year, 1, 1}) > days)
    {
        --year;
    }
    int month = 12;
    while (DaysSince1970({year, month, 1}) > days)
    {
        --month;
    }
    return {year, month, days - DaysSince1970({year, month, 1}) + 1};
}

bool
Exists(const CalendarDay& date)
{
    // 1583 is the first whole year of the Gregorian calendar
    if (date.year < 1583 || date.year > 9999 || date.month < 1 || date.month > 12)
    {
        return false;
    }
    const CalendarDay same = FromDaysSince1970(DaysSince1970(date));
    return same.month == date.month && same.day == date.day;
}

} // namespace

JulianDate
JulianDate::FromUtc(int year, int month, int day, int hour, int minute, double second)
{
    NS_LOG_FUNCTION(year << month << day << hour << minute << second);
    if (!Exists({year, month, day}) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        !(second >= 0.0 && second < 60.0))
    {
        std::ostringstream sentence;
        sentence << year << "-" << month << "-" << day << " " << hour << ":" << minute << ":"
                 << second << " is no date and time; year-month-day hour:minute:second are needed.";
        throw InputError(sentence.str());
    }
    return {EPOCH_1970 - 0.5 + DaysSince1970({year, month, day}),
            (hour * 3600.0 + minute * 60.0 + second) / SECONDS_PER_DAY};
}

JulianDate
JulianDate::FromText(const std::string& utc)
{
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    double second = 0;
    char zone = 'Z';
    char rest = 0;
    const int fields = std::sscanf(utc.c_str(),
                                   "%4d-%2d-%2dT%2d:%2d:%lf%c%c",
                                   &year,
                                   &month,
                                   &day,
                                   &hour,
                                   &minute,
                                   &second,
                                   &zone,
                                   &rest);
    const bool isDate = fields == 3 && utc.size() == 10;
    const bool isTime = fields == 6 || (fields == 7 && zone == 'Z');
    if (!isDate && !isTime)
    {
        throw InputError("The time '" + utc + "' cannot be read; write it as 2026-11-25T06:30:00.");
    }
    return FromUtc(year, month, day, hour, minute, second);
}

JulianDate
JulianDate::After(double seconds) const
{
    const double later = fraction + seconds / SECONDS_PER_DAY;
    const double days = std::floor(later);
    return {day + days, later - days};
}

std::string
JulianDate::ToString() const
{
    const double sinceMidnight = day + 0.5 - EPOCH_1970;
    const double wholeDays = std::floor(sinceMidnight);
    const double seconds = (sinceMidnight - wholeDays + fraction) * SECONDS_PER_DAY;
    const auto rounded = static_cast<long>(std::lround(seconds));
    const long daysMore = static_cast<long>(std::floor(rounded / SECONDS_PER_DAY));
    const long second = rounded - daysMore * static_cast<long>(SECONDS_PER_DAY);
    const CalendarDay date = FromDaysSince1970(static_cast<int>(wholeDays + daysMore));
    std::ostringstream text;
    text << std::setfill('0') << date.year << "-" << std::setw(2) << date.month << "-"
         << std::setw(2) << date.day << " " << std::setw(2) << second / 3600 << ":" << std::setw(2)
         << second / 60 % 60 << ":" << std::setw(2) << second % 60 << " UTC";
    return text.str();
}

double
DaysBetween(const JulianDate& from, const JulianDate& to)
{
    return (to.day - from.day) + (to.fraction - from.fraction);
}

double
GreenwichMeanSiderealTime(const JulianDate& ut1)
{
    const double days = ut1.day - J2000;
    const double centuries = (days + ut1.fraction) / DAYS_PER_CENTURY;
    // 876600 h a century are 24 h a day: whole days are left out, which saves their digits
    const double ofDay = SECONDS_PER_DAY * (days - std::floor(days) + ut1.fraction);
    const double seconds =
        67310.54841 + ofDay +
        centuries * (8640184.812866 + centuries * (0.093104 - centuries * 6.2e-6));
    const double turns = seconds / SECONDS_PER_DAY;
    return 2.0 * M_PI * (turns - std::floor(turns));
}

} // namespace sterna
} // namespace ns3
