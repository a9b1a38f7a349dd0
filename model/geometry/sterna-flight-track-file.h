/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FLIGHT_TRACK_FILE_H
#define STERNA_FLIGHT_TRACK_FILE_H

#include "sterna-flight-track.h"

#include <istream>
#include <string>

/**
 * \file
 * \ingroup sterna
 * Recorded flights, as receivers of ADS-B log them: comma-separated values.
 *
 *     # SQ23, recorded 2024-05-01
 *     time_s,latitude_deg,longitude_deg,altitude_m
 *     0,40.6398,-73.7789,4
 *     10.5,40.6402,-73.7801,40
 *
 * The header must be the first line, but for comments. Blank lines and lines that begin with # are
 * skipped over, blanks around a value too; lines end with LF or CR LF; a byte order mark before the
 * first is ignored. The rules for values:
 *
 * - time_s (s) increases strictly. The simulation's time 0 is the track's time 0.
 * - latitude_deg is from -90 to 90, longitude_deg from -180 to 180 (WGS84, north and east
 *   positive).
 * - altitude_m is from -500 to 30 000. ADS-B reports pressure altitude, which on a runway under a
 *   high of 1050 hPa is -300 m, and the lowest airport, at the Dead Sea, is at -378 m: both stand
 *   on the ground, so what is negative is read as 0. Nothing that is tracked flies above 30 km; a
 *   higher number is an altitude in feet.
 */

namespace ns3
{
namespace sterna
{

/**
 * Reads a recorded flight.
 *
 * \throws InputError if the file cannot be read, lacks the header or any report, or a line has not
 *         four columns, a value that is no finite number, or one that breaks its rule. The sentence
 *         has the file's name, the number of the line, the value and what would be right.
 */
FlightTrack ReadFlightTrackFile(const std::string& path);

/// The same from a stream. \param name what sentences call it
FlightTrack ReadFlightTrack(std::istream& lines, const std::string& name);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FLIGHT_TRACK_FILE_H */
