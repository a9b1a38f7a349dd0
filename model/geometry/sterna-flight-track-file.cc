/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-flight-track-file.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFlightTrackFile");

namespace
{

const char* const HEADER = "time_s,latitude_deg,longitude_deg,altitude_m";
constexpr size_t COLUMNS = 4;

/// What a column may hold.
struct Column
{
    const char* name;
    double lowest;
    double highest;
};

constexpr Column LATITUDE{"latitude_deg", -90.0, 90.0};
constexpr Column LONGITUDE{"longitude_deg", -180.0, 180.0};
constexpr Column ALTITUDE{"altitude_m", -500.0, 30000.0};

std::string
Trim(const std::string& text)
{
    const char* blanks = " \t\r\f\v";
    const size_t first = text.find_first_not_of(blanks);
    return first == std::string::npos
               ? ""
               : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The values of a line, without the blanks around them; a line that ends with a comma has an empty
/// one at its end.
std::vector<std::string>
Split(const std::string& line)
{
    std::vector<std::string> values;
    size_t begin = 0;
    for (size_t comma = line.find(','); comma != std::string::npos; comma = line.find(',', begin))
    {
        values.push_back(Trim(line.substr(begin, comma - begin)));
        begin = comma + 1;
    }
    values.push_back(Trim(line.substr(begin)));
    return values;
}

std::string
Join(const std::vector<std::string>& values)
{
    std::string line;
    for (const std::string& value : values)
    {
        line += (line.empty() ? "" : ",") + value;
    }
    return line;
}

/// The lines of a file that mean something, one by one.
class LineSource
{
  public:
    LineSource(std::istream& stream, const std::string& file)
        : m_stream(stream),
          m_file(file)
    {
    }

    /// \return whether there was one more
    bool Next()
    {
        std::string text;
        while (std::getline(m_stream, text))
        {
            ++m_number;
            if (m_number == 1 && text.compare(0, 3, "\xEF\xBB\xBF") == 0)
            {
                text.erase(0, 3); // spreadsheets put a byte order mark there
            }
            m_text = Trim(text);
            if (!m_text.empty() && m_text[0] != '#')
            {
                return true;
            }
        }
        return false;
    }

    const std::string& Text() const
    {
        return m_text;
    }

    template <typename... Parts>
    [[noreturn]] void Refuse(const Parts&... parts) const
    {
        // a file without any line has no line 0 either
        const uint32_t number = std::max<uint32_t>(m_number, 1);
        throw InputError(Sentence("File '", m_file, "', line ", number, ": ", parts...));
    }

    double Number(const std::string& name, const std::string& text) const
    {
        double value = 0.0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        {
            Refuse("the ", name, " '", text, "' must be a finite decimal number.");
        }
        return value;
    }

    double Number(const Column& column, const std::string& text) const
    {
        const double value = Number(column.name, text);
        if (value < column.lowest || value > column.highest)
        {
            Refuse("the ",
                   column.name,
                   " ",
                   text,
                   " must be from ",
                   column.lowest,
                   " to ",
                   column.highest,
                   ".");
        }
        return value;
    }

  private:
    std::istream& m_stream;
    std::string m_file;
    uint32_t m_number{0};
    std::string m_text;
};

void
ReadHeader(LineSource& source)
{
    if (!source.Next())
    {
        source.Refuse("the file has no content; it must begin with the header '", HEADER, "'.");
    }
    if (Join(Split(source.Text())) != HEADER)
    {
        source.Refuse("'", source.Text(), "' must be the header '", HEADER, "'.");
    }
}

FlightWaypoint
ReadWaypoint(const LineSource& source)
{
    const std::vector<std::string> values = Split(source.Text());
    if (values.size() != COLUMNS)
    {
        source.Refuse("'",
                      source.Text(),
                      "' has ",
                      values.size(),
                      values.size() == 1 ? " column" : " columns",
                      " but must have the ",
                      COLUMNS,
                      " of the header, ",
                      HEADER,
                      ".");
    }
    const double time_s = source.Number("time_s", values[0]);
    const double latitude = source.Number(LATITUDE, values[1]);
    const double longitude = source.Number(LONGITUDE, values[2]);
    const double altitude = std::max(0.0, source.Number(ALTITUDE, values[3]));
    return {time_s, Geodetic::FromDegrees(latitude, longitude, altitude)};
}

} // namespace

FlightTrack
ReadFlightTrack(std::istream& lines, const std::string& name)
{
    NS_LOG_FUNCTION(name);
    LineSource source(lines, name);
    ReadHeader(source);
    std::vector<FlightWaypoint> waypoints;
    std::string lastTime;
    while (source.Next())
    {
        const FlightWaypoint waypoint = ReadWaypoint(source);
        // as it is written: a time since 1970 does not fit the digits that a stream prints
        const std::string time = Split(source.Text()).front();
        if (!waypoints.empty() && waypoint.time_s <= waypoints.back().time_s)
        {
            source.Refuse("the time_s ", time, " must be later than ", lastTime, " before it.");
        }
        lastTime = time;
        waypoints.push_back(waypoint);
    }
    if (waypoints.empty())
    {
        source.Refuse("no report follows the header; there must be one at least.");
    }
    try
    {
        return FlightTrack(waypoints);
    }
    catch (const InputError& error)
    {
        throw InputError(Sentence("File '", name, "': ", error.what()));
    }
}

FlightTrack
ReadFlightTrackFile(const std::string& path)
{
    NS_LOG_FUNCTION(path);
    std::ifstream file(path);
    // a folder opens, too, and fails at the first read
    if (!file || (file.peek() == std::ifstream::traits_type::eof() && file.bad()))
    {
        throw InputError("File '" + path + "' cannot be read; it must be a recorded flight.");
    }
    file.clear();
    return ReadFlightTrack(file, path);
}

} // namespace sterna
} // namespace ns3
