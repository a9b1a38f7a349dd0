/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-orbit-tests.h"

#include "ns3/sterna-tle.h"

#include <cmath>
#include <functional>
#include <sstream>

/**
 * \file
 * \ingroup sterna
 * Cases of the suite sterna-orbit-prediction on dates and on reading two-line element sets. The
 * sets are those of AIAA 2006-6753 for satellites 5 and 6251, and variants of them.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

const std::string FIRST = "1 06251U 62025E   06176.82412014  .00008885  00000-0  12808-3 0  3985";
const std::string SECOND = "2 06251  58.0579  54.0425 0030035 139.1568 221.1854 15.56387291  6774";

/// A line with some characters replaced, from a column that counts from 1, and the checksum made
/// right again.
std::string
Changed(std::string line, size_t column, const std::string& text)
{
    line.replace(column - 1, text.size(), text);
    int sum = 0;
    for (char c : line.substr(0, 68))
    {
        sum += c >= '0' && c <= '9' ? c - '0' : (c == '-' ? 1 : 0);
    }
    line[68] = static_cast<char>('0' + sum % 10);
    return line;
}

std::vector<TwoLineElements>
Read(const std::string& text)
{
    std::istringstream lines(text);
    return ReadTle(lines, "made.tle");
}

/// Julian dates and sidereal time: the example 3-5 of Vallado, Fundamentals of Astrodynamics and
/// Applications (1992-08-20 12:14 UT1: 152.578788 deg), example 3-4 (1996-10-26 14:20: JD
/// 2450383.09722222), and calendar dates around the ends of years and of February.
class DateTest : public GeometryTestCase
{
  public:
    DateTest()
        : GeometryTestCase("Julian dates and Greenwich mean sidereal time of published examples")
    {
    }

  private:
    void ExpectDate(const JulianDate& date, const std::string& text)
    {
        NS_TEST_EXPECT_MSG_EQ(date.ToString(), text, "calendar date");
    }

    void DoRun() override
    {
        const JulianDate example = JulianDate::FromUtc(1996, 10, 26, 14, 20, 0);
        ExpectNear(example.day + example.fraction, 2450383.09722222, 1e-8, "Julian date");
        const double angle = GreenwichMeanSiderealTime(JulianDate::FromUtc(1992, 8, 20, 12, 14));
        ExpectNear(RadToDeg(angle), 152.578788, 5e-7, "sidereal time");
        const JulianDate j2000{2451545.0, 0.0};
        ExpectNear(RadToDeg(GreenwichMeanSiderealTime(j2000)), 280.46061837, 1e-8, "in 2000");
        ExpectNear(GreenwichMeanSiderealTime({2451545.25, 0.3}),
                   GreenwichMeanSiderealTime({2451545.0, 0.55}),
                   1e-12,
                   "however the date is split");

        ExpectDate(j2000, "2000-01-01 12:00:00 UTC");
        ExpectDate(JulianDate::FromUtc(2026, 12, 31, 23, 59, 59.7), "2027-01-01 00:00:00 UTC");
        ExpectDate(JulianDate::FromUtc(2024, 2, 29, 1, 2, 3), "2024-02-29 01:02:03 UTC");
        ExpectDate(JulianDate::FromUtc(2024, 2, 29, 12).After(86400), "2024-03-01 12:00:00 UTC");
        ExpectDate(JulianDate::FromUtc(1900, 2, 28).After(86400), "1900-03-01 00:00:00 UTC");
        ExpectDate(JulianDate::FromUtc(2000, 3, 1).After(-1), "2000-02-29 23:59:59 UTC");
        ExpectNear(DaysBetween(JulianDate::FromUtc(1957, 10, 4), JulianDate::FromUtc(2006, 6, 25)),
                   17796.0,
                   0.0,
                   "days between dates");
        ExpectRefused([] { JulianDate::FromUtc(2026, 2, 29); }, "2026-2-29");
        ExpectRefused([] { JulianDate::FromUtc(2026, 13, 1); }, "2026-13-1");
        ExpectRefused([] { JulianDate::FromUtc(2026, 1, 1, 24); }, "24:0:0");
        ExpectRefused([] { JulianDate::FromUtc(2026, 1, 1, 0, 0, NAN); }, "nan");
    }
};

/// Every field of a set arrives in its unit; name lines in both forms, blank lines, comments and
/// DOS line ends do no harm.
class ReadTest : public GeometryTestCase
{
  public:
    ReadTest()
        : GeometryTestCase("element sets with and without a name line are read")
    {
    }

  private:
    void CheckFields(const TwoLineElements& set)
    {
        const double degree = M_PI / 180.0;
        const double revolutionsPerDay = 2.0 * M_PI / 86400.0;
        NS_TEST_EXPECT_MSG_EQ(set.catalogueNumber, 6251, "catalogue number");
        NS_TEST_EXPECT_MSG_EQ(set.designator, "62025E", "designator");
        NS_TEST_EXPECT_MSG_EQ(set.epoch.ToString(), "2006-06-25 19:46:44 UTC", "epoch");
        ExpectNear(DaysBetween(JulianDate::FromUtc(2006, 1, 1), set.epoch),
                   175.82412014,
                   1e-12,
                   "epoch to its last digit");
        ExpectNear(set.meanMotionDot, 0.00008885 * revolutionsPerDay / 86400, 1e-22, "n dot");
        ExpectNear(set.meanMotionDotDot, 0.0, 0.0, "n dot dot");
        ExpectNear(set.bstar, 0.12808e-3, 1e-18, "B*");
        NS_TEST_EXPECT_MSG_EQ(set.elementSetNumber, 398, "element set");
        ExpectNear(set.inclination, 58.0579 * degree, 1e-14, "inclination");
        ExpectNear(set.raan, 54.0425 * degree, 1e-14, "node");
        ExpectNear(set.eccentricity, 0.0030035, 1e-17, "eccentricity");
        ExpectNear(set.argumentOfPerigee, 139.1568 * degree, 1e-14, "perigee");
        ExpectNear(set.meanAnomaly, 221.1854 * degree, 1e-14, "anomaly");
        ExpectNear(set.meanMotion, 15.56387291 * revolutionsPerDay, 1e-16, "mean motion");
        NS_TEST_EXPECT_MSG_EQ(set.revolutionNumber, 677, "revolution");
    }

    void DoRun() override
    {
        const std::string text = "# a comment\n\n" + FIRST + "\n" + SECOND + "\nDELTA 1 DEB  \r\n" +
                                 FIRST + "\r\n" + SECOND + "\r\n\r\n0 DELTA 1 DEB\n" + FIRST +
                                 "\n\n" + SECOND;
        const auto sets = Read(text);
        NS_TEST_ASSERT_MSG_EQ(sets.size(), 3, "three sets");
        const uint32_t lines[] = {3, 6, 10};
        for (size_t i = 0; i < sets.size(); ++i)
        {
            CheckFields(sets[i]);
            NS_TEST_EXPECT_MSG_EQ(sets[i].name, (i == 0 ? "" : "DELTA 1 DEB"), "name");
            NS_TEST_EXPECT_MSG_EQ(sets[i].line, lines[i], "line");
        }
        NS_TEST_EXPECT_MSG_EQ(sets[1].Describe(), "satellite 6251 (DELTA 1 DEB)", "description");
        const auto negative =
            Read(Changed(Changed(FIRST, 45, "-30915-6"), 54, "-13525+1") + "\n" + SECOND);
        ExpectNear(negative[0].bstar, -1.3525, 1e-15, "negative B*");
        ExpectNear(negative[0].meanMotionDotDot,
                   -0.30915e-6 * 2.0 * M_PI / std::pow(86400.0, 3.0),
                   1e-32,
                   "negative n dot dot");
    }
};

/// Catalogue numbers above 99999 have a letter in front (Space-Track: A0000 is 100000, E8493 is
/// 148493, J2931 is 182931, P4018 is 234018, W1928 is 301928, Z9999 is 339999).
class AlphaFiveTest : public GeometryTestCase
{
  public:
    AlphaFiveTest()
        : GeometryTestCase("catalogue numbers with a letter, and epochs of two centuries")
    {
    }

  private:
    void DoRun() override
    {
        const std::pair<const char*, uint32_t> numbers[] = {{"A0000", 100000},
                                                            {"E8493", 148493},
                                                            {"J2931", 182931},
                                                            {"P4018", 234018},
                                                            {"W1928", 301928},
                                                            {"Z9999", 339999},
                                                            {"    5", 5}};
        for (const auto& [text, number] : numbers)
        {
            const auto sets = Read(Changed(FIRST, 3, text) + "\n" + Changed(SECOND, 3, text));
            NS_TEST_EXPECT_MSG_EQ(sets[0].catalogueNumber, number, text);
        }
        const auto epoch = [](const char* text) {
            return Read(Changed(FIRST, 19, text) + "\n" + SECOND)[0].epoch.ToString();
        };
        NS_TEST_EXPECT_MSG_EQ(epoch("57001.00000000"), "1957-01-01 00:00:00 UTC", "year 57");
        NS_TEST_EXPECT_MSG_EQ(epoch("56366.50000000"), "2056-12-31 12:00:00 UTC", "year 56");
    }
};

/// Everything that is not as the format says is refused with the line it stands on and its value.
class BadTleTest : public GeometryTestCase
{
  public:
    BadTleTest()
        : GeometryTestCase("wrong element sets are refused by line and value")
    {
    }

  private:
    void ExpectBad(const std::string& text, int line, const std::string& value)
    {
        const std::string where = "File 'made.tle', line " + std::to_string(line) + ": ";
        ExpectRefused([&] { Read(text); }, where);
        ExpectRefused([&] { Read(text); }, value);
    }

    void CheckLines()
    {
        ExpectBad("", 1, "no two-line element set");
        ExpectBad("\n# only a comment\n\n", 1, "no two-line element set");
        std::string wrong = SECOND;
        wrong[20] = '9';
        ExpectBad(FIRST + "\n" + wrong, 2, "checksum is '4', but the line's characters give 3");
        wrong = FIRST;
        wrong[68] = ' ';
        wrong += "x";
        ExpectBad(wrong + "\n" + SECOND, 1, "70 characters");
        wrong = FIRST;
        wrong[68] = '4';
        ExpectBad("A NAME\n" + wrong + "\n" + SECOND, 2, "checksum is '4'");
        ExpectBad(FIRST.substr(0, 40) + "\n" + SECOND, 1, "40 characters");
        ExpectBad(FIRST + "\n" + SECOND.substr(0, 68), 2, "68 characters");
        ExpectBad(FIRST, 1, "the file ends");
        ExpectBad("A NAME\n\n", 1, "'A NAME'");
        ExpectBad(SECOND + "\n" + FIRST, 1, "no line 1");
        ExpectBad(FIRST + "\n\nA NAME\n" + SECOND, 3, "'A NAME'");
        ExpectBad("A NAME\nANOTHER\n" + FIRST + "\n" + SECOND, 2, "'ANOTHER'");
        ExpectBad(FIRST + "\n" + SECOND + "\n" + FIRST + "\n" + FIRST, 4, "line 2");
        ExpectBad(FIRST + "\n" + Changed(SECOND, 3, "06252"), 2, "6252");
    }

    void CheckFields()
    {
        const auto first = [this](size_t column, const std::string& text, const char* value) {
            ExpectBad("\n" + Changed(FIRST, column, text) + "\n" + SECOND, 2, value);
        };
        const auto second = [this](size_t column, const std::string& text, const char* value) {
            ExpectBad(FIRST + "\n" + Changed(SECOND, column, text), 2, value);
        };
        first(3, "I6251", "'I6251'");
        first(3, "     ", "''");
        first(19, "x6", "'x6'");
        first(21, "000.50000000", "'000.50000000'");
        first(21, "366.00000000", "2006 has 365 days");
        first(21, "17 .50000000", "'17 .50000000'");
        first(34, " .0000x885", "'.0000x885'");
        first(45, " 00x00-0", "'00x00-0'");
        first(54, " 12808x3", "'12808x3'");
        first(54, "        ", "''");
        first(63, "4", "SGP4-XP");
        first(65, " 3x8", "'3x8'");
        second(9, "180.0001", "'180.0001'");
        second(9, " -0.0001", "'-0.0001'");
        second(18, "360.5000", "'360.5000'");
        second(27, "00300 5", "'00300 5'");
        second(27, ".003003", "'.003003'");
        second(35, "139.15.8", "'139.15.8'");
        second(44, "      - ", "'-'");
        second(53, " 0.00000000", "'0.00000000'");
        second(53, "-1.00000000", "'-1.00000000'");
        second(64, " 67x7", "'67x7'");
    }

    void DoRun() override
    {
        CheckLines();
        CheckFields();
        ExpectRefused([] { ReadTleFile("no-such-folder/x.tle"); }, "'no-such-folder/x.tle'");
        ExpectRefused([] { ReadTleFile("/"); }, "'/'");
    }
};

/// Sets from another time than the simulation's are refused with their line, on either side.
class EpochTest : public GeometryTestCase
{
  public:
    EpochTest()
        : GeometryTestCase("an epoch far from the simulation's start is refused by line")
    {
    }

  private:
    void DoRun() override
    {
        const auto sets = Read("NAME\n" + FIRST + "\n" + SECOND);
        const JulianDate near = JulianDate::FromUtc(2006, 7, 25);
        CheckEpochs(sets, near);
        CheckEpochs(sets, JulianDate::FromUtc(2006, 5, 27));
        CheckEpochs(sets, JulianDate::FromUtc(2007, 6, 25), 365.0);
        ExpectRefused([&] { CheckEpochs(sets, near, 29.0); }, "29.1759 days before");
        ExpectRefused([&] { CheckEpochs(sets, JulianDate::FromUtc(2026, 1, 1)); },
                      "File 'made.tle', line 2: the epoch 2006-06-25 19:46:44 UTC of satellite "
                      "6251 (NAME)");
        ExpectRefused([&] { CheckEpochs(sets, JulianDate::FromUtc(2006, 5, 1)); },
                      "after the start");
    }
};

} // namespace

std::vector<TestCase*>
MakeTleTests()
{
    return {new DateTest, new ReadTest, new AlphaFiveTest, new BadTleTest, new EpochTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
