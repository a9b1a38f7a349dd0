/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-tle.h"

#include "sterna-earth.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <cctype>
#include <cmath>
#include <fstream>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaTle");

namespace
{

constexpr size_t LINE_LENGTH = 69;
constexpr double REVOLUTIONS_PER_DAY = 2.0 * M_PI / 86400.0; // in rad/s

/// Columns of a field as the format counts them, from 1, both included.
struct Field
{
    const char* name;
    size_t first;
    size_t last;
};

std::string
Trim(const std::string& text)
{
    const char* blanks = " \t\r\f\v";
    const size_t first = text.find_first_not_of(blanks);
    return first == std::string::npos
               ? ""
               : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool
IsNumber(const std::string& text)
{
    size_t digits = 0;
    size_t points = 0;
    for (size_t i = 0; i < text.size(); ++i)
    {
        const bool sign = i == 0 && (text[i] == '-' || text[i] == '+');
        digits += std::isdigit(static_cast<unsigned char>(text[i])) ? 1 : 0;
        points += text[i] == '.' ? 1 : 0;
        if (!sign && text[i] != '.' && !std::isdigit(static_cast<unsigned char>(text[i])))
        {
            return false;
        }
    }
    return digits > 0 && points <= 1;
}

/// A line of a file, which knows where it stands.
struct NumberedLine
{
    const std::string& file;
    uint32_t number;
    std::string text;

    [[noreturn]] void Refuse(const std::string& sentence) const
    {
        std::ostringstream all;
        all << "File '" << file << "', line " << number << ": " << sentence;
        throw InputError(all.str());
    }

    std::string Get(const Field& field) const
    {
        return Trim(text.substr(field.first - 1, field.last - field.first + 1));
    }

    [[noreturn]] void RefuseField(const Field& field, const std::string& needed) const
    {
        std::ostringstream sentence;
        sentence << "the " << field.name << " '" << Get(field) << "' in columns " << field.first
                 << " to " << field.last << " must be " << needed << ".";
        Refuse(sentence.str());
    }

    double Number(const Field& field) const
    {
        const std::string value = Get(field);
        if (!IsNumber(value))
        {
            RefuseField(field, "a decimal number");
        }
        return std::stod(value);
    }

    double Angle(const Field& field, double highest) const
    {
        const double degrees = Number(field);
        if (!(degrees >= 0.0 && degrees <= highest))
        {
            std::ostringstream needed;
            needed << "from 0 to " << highest << " deg";
            RefuseField(field, needed.str());
        }
        return DegToRad(degrees);
    }

    /// A number from 0 that may be left blank, as the columns' width allows.
    uint32_t Count(const Field& field) const
    {
        const std::string value = Get(field);
        if (value.find_first_not_of("0123456789") != std::string::npos)
        {
            RefuseField(field, "digits only");
        }
        return value.empty() ? 0 : static_cast<uint32_t>(std::stoul(value));
    }

    /// Digits with the decimal point left out before them, and a power of ten: -11606-4.
    double Scientific(const Field& field) const
    {
        std::string value = Get(field);
        const char* needed = "like -11606-4, for -0.11606e-4";
        const bool negative = !value.empty() && value[0] == '-';
        if (!value.empty() && (value[0] == '-' || value[0] == '+'))
        {
            value.erase(0, 1);
        }
        const size_t width = value.size();
        const std::string digits = value.substr(0, width < 2 ? 0 : width - 2);
        // a few writers leave the sign of the exponent of zero blank
        if (width < 3 || digits.find_first_not_of("0123456789") != std::string::npos ||
            std::string("+- ").find(value[width - 2]) == std::string::npos ||
            !std::isdigit(static_cast<unsigned char>(value[width - 1])))
        {
            RefuseField(field, needed);
        }
        const double exponent = (value[width - 2] == '-' ? -1.0 : 1.0) * (value[width - 1] - '0');
        return (negative ? -1.0 : 1.0) * std::stod("0." + digits) * std::pow(10.0, exponent);
    }
};

/// Alpha-5: a letter for 10 to 33 in the first place; I and O are left out.
uint32_t
CatalogueNumber(const NumberedLine& line)
{
    const Field field{"catalogue number", 3, 7};
    std::string value = line.Get(field);
    const std::string letters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    uint32_t base = 0;
    if (value.size() == 5 && letters.find(value[0]) != std::string::npos)
    {
        base = 100000 + 10000 * static_cast<uint32_t>(letters.find(value[0]));
        value.erase(0, 1);
    }
    if (value.empty() || value.find_first_not_of("0123456789") != std::string::npos)
    {
        line.RefuseField(field, "5 digits, or a letter except I and O and 4 digits");
    }
    return base + static_cast<uint32_t>(std::stoul(value));
}

JulianDate
Epoch(const NumberedLine& line)
{
    const Field yearField{"epoch year", 19, 20};
    const Field dayField{"epoch day", 21, 32};
    const std::string years = line.Get(yearField);
    if (years.empty() || years.find_first_not_of("0123456789") != std::string::npos)
    {
        line.RefuseField(yearField, "two digits");
    }
    // Sputnik 1, the first satellite, flew in 1957
    const int twoDigits = std::stoi(years);
    const int year = twoDigits + (twoDigits < 57 ? 2000 : 1900);
    const double day = line.Number(dayField);
    const JulianDate newYear = JulianDate::FromUtc(year, 1, 1);
    const double days = DaysBetween(newYear, JulianDate::FromUtc(year + 1, 1, 1));
    if (!(day >= 1.0 && day < days + 1.0))
    {
        std::ostringstream needed;
        needed << "from 1 to less than " << days + 1.0 << ", since " << year << " has " << days
               << " days";
        line.RefuseField(dayField, needed.str());
    }
    const double whole = std::floor(day);
    return {newYear.day + whole - 1.0, day - whole};
}

/// What both lines have: their length, and a checksum of all digits, where a minus counts 1.
void
CheckLine(const NumberedLine& line)
{
    if (line.text.size() != LINE_LENGTH)
    {
        std::ostringstream sentence;
        sentence << "'" << line.text << "' has " << line.text.size() << " characters; line "
                 << line.text[0] << " of an element set must have " << LINE_LENGTH << ".";
        line.Refuse(sentence.str());
    }
    int sum = 0;
    for (size_t i = 0; i + 1 < LINE_LENGTH; ++i)
    {
        const char c = line.text[i];
        sum += std::isdigit(static_cast<unsigned char>(c)) ? c - '0' : (c == '-' ? 1 : 0);
    }
    if (line.text.back() != '0' + sum % 10)
    {
        std::ostringstream sentence;
        sentence << "the checksum is '" << line.text.back() << "', but the line's characters give "
                 << sum % 10 << "; a character of it must be wrong.";
        line.Refuse(sentence.str());
    }
}

void
ReadFirst(const NumberedLine& line, TwoLineElements& set)
{
    CheckLine(line);
    set.catalogueNumber = CatalogueNumber(line);
    set.designator = line.Get({"designator", 10, 17});
    set.epoch = Epoch(line);
    const double day = 86400.0;
    set.meanMotionDot =
        line.Number({"derivative of the mean motion", 34, 43}) * REVOLUTIONS_PER_DAY / day;
    set.meanMotionDotDot = line.Scientific({"second derivative of the mean motion", 45, 52}) *
                           REVOLUTIONS_PER_DAY / (day * day);
    set.bstar = line.Scientific({"drag term B*", 54, 61});
    set.elementSetNumber = line.Count({"element set number", 65, 68});
    const uint32_t type = line.Count({"ephemeris type", 63, 63});
    if (type == 4)
    {
        line.Refuse("the ephemeris type is 4, SGP4-XP, which is another model; it must be 0.");
    }
}

void
ReadSecond(const NumberedLine& line, TwoLineElements& set)
{
    CheckLine(line);
    const uint32_t number = CatalogueNumber(line);
    if (number != set.catalogueNumber)
    {
        std::ostringstream sentence;
        sentence << "the catalogue number " << number << " must be that of line 1, "
                 << set.catalogueNumber << ".";
        line.Refuse(sentence.str());
    }
    set.inclination = line.Angle({"inclination", 9, 16}, 180.0);
    set.raan = line.Angle({"right ascension of the ascending node", 18, 25}, 360.0);
    set.argumentOfPerigee = line.Angle({"argument of perigee", 35, 42}, 360.0);
    set.meanAnomaly = line.Angle({"mean anomaly", 44, 51}, 360.0);
    const Field eccentricity{"eccentricity", 27, 33};
    const std::string digits = line.Get(eccentricity);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos)
    {
        line.RefuseField(eccentricity, "7 digits, the places after the decimal point");
    }
    set.eccentricity = std::stod("0." + digits);
    const Field meanMotion{"mean motion", 53, 63};
    set.meanMotion = line.Number(meanMotion) * REVOLUTIONS_PER_DAY;
    if (!(set.meanMotion > 0.0))
    {
        line.RefuseField(meanMotion, "more than 0 revolutions per day");
    }
    set.revolutionNumber = line.Count({"revolution number", 64, 68});
}

bool
IsElementLine(const std::string& text, char which)
{
    return text.size() >= 2 && text[0] == which && text[1] == ' ';
}

/// The lines of a stream one by one, without those that mean nothing.
class LineSource
{
  public:
    LineSource(std::istream& stream, const std::string& file)
        : m_stream(stream),
          m_line{file, 0, ""}
    {
    }

    /// \return whether there was one more
    bool Next()
    {
        std::string text;
        while (std::getline(m_stream, text))
        {
            ++m_line.number;
            // a blank before column 1 would shift every field, so only the end is trimmed
            text.erase(text.find_last_not_of(" \t\r\f\v") + 1);
            if (!text.empty() && text[0] != '#')
            {
                m_line.text = text;
                return true;
            }
        }
        return false;
    }

    /// The line after the current one, which must be line 1 or 2 of a set.
    void Require(char which)
    {
        const NumberedLine before = m_line;
        const std::string needed = std::string("line ") + which +
                                   " of the element set, which begins with '" + which + " '";
        if (!Next())
        {
            before.Refuse("after '" + before.text.substr(0, 24) + "' the file ends; " + needed +
                          ", must follow.");
        }
        if (!IsElementLine(m_line.text, which))
        {
            m_line.Refuse("'" + m_line.text + "' must be " + needed + ".");
        }
    }

    const NumberedLine& Current() const
    {
        return m_line;
    }

  private:
    std::istream& m_stream;
    NumberedLine m_line;
};

} // namespace

std::string
TwoLineElements::Describe() const
{
    return "satellite " + std::to_string(catalogueNumber) + (name.empty() ? "" : " (" + name + ")");
}

std::vector<TwoLineElements>
ReadTle(std::istream& lines, const std::string& name)
{
    NS_LOG_FUNCTION(name);
    std::vector<TwoLineElements> sets;
    LineSource source(lines, name);
    while (source.Next())
    {
        TwoLineElements set;
        set.file = name;
        if (IsElementLine(source.Current().text, '2'))
        {
            source.Current().Refuse("line 2 of an element set stands here, and no line 1 before "
                                    "it; both must be there.");
        }
        if (!IsElementLine(source.Current().text, '1'))
        {
            const std::string& text = source.Current().text;
            set.name = Trim(text.substr(IsElementLine(text, '0') ? 2 : 0));
            source.Require('1');
        }
        set.line = source.Current().number;
        ReadFirst(source.Current(), set);
        source.Require('2');
        ReadSecond(source.Current(), set);
        sets.push_back(set);
    }
    if (sets.empty())
    {
        throw InputError("File '" + name +
                         "', line 1: the file holds no two-line element set; it "
                         "must hold one at least.");
    }
    return sets;
}

std::vector<TwoLineElements>
ReadTleFile(const std::string& path)
{
    NS_LOG_FUNCTION(path);
    std::ifstream file(path);
    // a folder opens, too, and fails at the first read
    if (!file || (file.peek() == std::ifstream::traits_type::eof() && file.bad()))
    {
        throw InputError("File '" + path +
                         "' cannot be read; it must be a file of two-line "
                         "element sets.");
    }
    file.clear();
    return ReadTle(file, path);
}

void
CheckEpochs(const std::vector<TwoLineElements>& sets, const JulianDate& start, double maxDays)
{
    NS_LOG_FUNCTION(sets.size() << start.ToString() << maxDays);
    for (const TwoLineElements& set : sets)
    {
        const double days = DaysBetween(set.epoch, start);
        if (!(std::abs(days) <= maxDays))
        {
            std::ostringstream sentence;
            sentence << "File '" << set.file << "', line " << set.line << ": the epoch "
                     << set.epoch.ToString() << " of " << set.Describe() << " is " << std::abs(days)
                     << " days " << (days > 0.0 ? "before" : "after") << " the start "
                     << start.ToString() << "; it must be within " << maxDays << " days of it.";
            throw InputError(sentence.str());
        }
    }
}

} // namespace sterna
} // namespace ns3
