/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_TLE_H
#define STERNA_TLE_H

#include "sterna-julian-date.h"

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * Two-line element sets (TLE), the text in which NORAD and CelesTrak publish orbits.
 *
 * A set is an optional name line, which may begin with "0 ", and two lines of 69 characters with
 * fields at fixed columns (CelesTrak, Frequently asked questions: two-line element set format).
 * Blank lines, lines that begin with # and spaces at the end of a line are
 * skipped over. Lines end with LF or CR LF. Everything else must be as the format says.
 */

namespace ns3
{
namespace sterna
{

/// One element set. Angles are in radians, times in seconds; the elements are mean ones, as SGP4
/// defines them, and mean nothing to any other model.
struct TwoLineElements
{
    std::string name;              //!< empty if there was no name line
    uint32_t catalogueNumber{0};   //!< of the satellite, up to 339999 (Alpha-5)
    std::string designator;        //!< international designator: launch and piece; may be empty
    JulianDate epoch;              //!< UTC
    double meanMotion{0.0};        //!< Kozai's, as the lines have it (rad/s)
    double eccentricity{0.0};      //!< from 0 to less than 1
    double inclination{0.0};       //!< from 0 to pi
    double raan{0.0};              //!< right ascension of the ascending node
    double argumentOfPerigee{0.0}; //!<
    double meanAnomaly{0.0};       //!<
    double bstar{0.0};             //!< drag term (1/Earth radii)
    double meanMotionDot{0.0};     //!< half the first derivative (rad/s^2); SGP4 ignores it
    double meanMotionDotDot{0.0};  //!< a sixth of the second (rad/s^3); SGP4 ignores it
    uint32_t elementSetNumber{0};  //!<
    uint32_t revolutionNumber{0};  //!< at the epoch
    std::string file;              //!< where the set was read
    uint32_t line{0};              //!< number of its line 1 in that file, from 1

    /// What a sentence calls it: "satellite 25544 (ISS)".
    std::string Describe() const;
};

/**
 * Reads all sets of a file.
 *
 * \throws InputError if the file cannot be read, holds no set, or a line is not as it must be: not
 *         69 characters long, a wrong checksum, a field that is no number or out of range, line 1
 *         and line 2 of different satellites, a line that is missing. The sentence has the file's
 *         name, the number of the line and the value.
 */
std::vector<TwoLineElements> ReadTleFile(const std::string& path);

/// The same from a stream. \param name what sentences call it
std::vector<TwoLineElements> ReadTle(std::istream& lines, const std::string& name);

/**
 * Refuses element sets whose epoch is far from when a simulation starts: SGP4 is off by kilometres
 * after days, and by anything after months.
 *
 * \param maxDays how far the epoch may be before or after the start
 * \throws InputError that names file, line, satellite, epoch and start.
 */
void CheckEpochs(const std::vector<TwoLineElements>& sets,
                 const JulianDate& start,
                 double maxDays = 30.0);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_TLE_H */
