/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-expectations.h"
#include "sterna-flight-tests.h"

#include "ns3/sterna-earth.h"
#include "ns3/sterna-flight-track-file.h"

#include <cmath>
#include <fstream>
#include <string>

/**
 * \file
 * \ingroup sterna-tests
 * Cases of the suite sterna-flight on files of recorded flights: what they say arrives, and each
 * mistake in one gets its sentence, word for word.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// Writes a file of the test's own. \return its name
std::string
Write(const std::string& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

const char* const HEADER = "time_s,latitude_deg,longitude_deg,altitude_m\n";

/// A recorded flight arrives as it was written, whatever stands between its lines.
class TrackFileTest : public ExpectationTestCase
{
  public:
    TrackFileTest()
        : ExpectationTestCase("a recorded flight is read as it was written")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = Write(CreateTempDirFilename("track.csv"),
                                       "\xEF\xBB\xBF# recorded in a test\r\n"
                                       "\n"
                                       "time_s, latitude_deg ,longitude_deg,altitude_m\r\n"
                                       "1714550400.5,-33.95,151.18,-61.5\r\n"
                                       "   # a comment\n"
                                       "1714550410.5,\t-34,-180 , 1.2e2\n"
                                       "  \n"
                                       "1714550411,90,180,30000");
        const FlightTrack track = ReadFlightTrackFile(path);
        const auto& points = track.GetWaypoints();
        ExpectTrue(points.size() == 3, "three reports");
        ExpectNear(points.at(0).time_s, 1714550400.5, 0, "seconds since 1970");
        ExpectNear(points.at(0).place.latitude, -33.95 * M_PI / 180, 1e-15, "latitude");
        ExpectNear(points.at(0).place.longitude, 151.18 * M_PI / 180, 1e-15, "longitude");
        ExpectNear(points.at(0).place.altitude, 0, 0, "below the sea counts as on it");
        ExpectNear(points.at(1).place.longitude, -M_PI, 1e-15, "the date line");
        ExpectNear(points.at(1).place.altitude, 120, 1e-12, "altitude");
        ExpectNear(points.at(2).place.latitude, M_PI_2, 1e-15, "the pole");
        ExpectNear(points.at(2).place.altitude, 30000, 0, "the highest");

        const std::string one =
            Write(CreateTempDirFilename("one.csv"), std::string(HEADER) + "0,1,2,3");
        ExpectTrue(ReadFlightTrackFile(one).GetWaypoints().size() == 1, "one report is enough");
    }
};

/// One mistake in a file, and the sentence that it gets after the file's name.
class TrackMistakeTest : public ExpectationTestCase
{
  public:
    TrackMistakeTest(const std::string& name, const std::string& text, const std::string& sentence)
        : ExpectationTestCase("recorded flight: " + name),
          m_text(text),
          m_sentence(sentence)
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = Write(CreateTempDirFilename("track.csv"), m_text);
        std::string sentence = "nothing was refused";
        try
        {
            ReadFlightTrackFile(path);
        }
        catch (const InputError& error)
        {
            sentence = error.what();
        }
        NS_TEST_EXPECT_MSG_EQ(sentence, "File '" + path + "'" + m_sentence, "the whole sentence");
    }

    std::string m_text;
    std::string m_sentence;
};

std::vector<TestCase*>
MakeMistakeTests()
{
    const std::string header = HEADER;
    const std::string good = header + "0,1,2,3\n";
    const std::string columns = "time_s,latitude_deg,longitude_deg,altitude_m";
    auto make = [](const char* name, const std::string& text, const std::string& sentence) {
        return new TrackMistakeTest(name, text, sentence);
    };
    return {
        make("time goes back",
             good + "10,1,2,3\n# between\n9.5,1,2,3\n",
             ", line 5: the time_s 9.5 must be later than 10 before it."),
        make("time stands",
             good + "1714550400.5,1,2,3\n1714550400.5,1,2,3\n",
             ", line 4: the time_s 1714550400.5 must be later than 1714550400.5 before it."),
        make("latitude 95",
             good + "1,95,2,3\n",
             ", line 3: the latitude_deg 95 must be from -90 to 90."),
        make("latitude -90.001",
             header + "1,-90.001,2,3\n",
             ", line 2: the latitude_deg -90.001 must be from -90 to 90."),
        make("longitude 181",
             good + "1,1,181,3\n",
             ", line 3: the longitude_deg 181 must be from -180 to 180."),
        make("altitude far below ground",
             good + "1,1,2,-501\n",
             ", line 3: the altitude_m -501 must be from -500 to 30000."),
        make("altitude in feet",
             good + "1,1,2,37000\n",
             ", line 3: the altitude_m 37000 must be from -500 to 30000."),
        make("three columns",
             good + "1,1,2\n",
             ", line 3: '1,1,2' has 3 columns but must have the 4 of the header, " + columns + "."),
        make("five columns",
             good + "1,1,2,3,\n",
             ", line 3: '1,1,2,3,' has 5 columns but must have the 4 of the header, " + columns +
                 "."),
        make("one column",
             good + "1;1;2;3\n",
             ", line 3: '1;1;2;3' has 1 column but must have the 4 of the header, " + columns +
                 "."),
        make("text",
             good + "1,north,2,3\n",
             ", line 3: the latitude_deg 'north' must be a finite decimal number."),
        make("text after a number",
             good + "1,1,2,3m\n",
             ", line 3: the altitude_m '3m' must be a finite decimal number."),
        make("a value left out",
             good + "1,1,,3\n",
             ", line 3: the longitude_deg '' must be a finite decimal number."),
        make("NaN",
             good + "1,1,nan,3\n",
             ", line 3: the longitude_deg 'nan' must be a finite decimal number."),
        make("inf",
             good + "inf,1,2,3\n",
             ", line 3: the time_s 'inf' must be a finite decimal number."),
        make("a number too large",
             good + "1e999,1,2,3\n",
             ", line 3: the time_s '1e999' must be a finite decimal number."),
        make("empty file",
             "",
             ", line 1: the file has no content; it must begin with the header '" + columns + "'."),
        make("comments only",
             "# nothing\n\n",
             ", line 2: the file has no content; it must begin with the header '" + columns + "'."),
        make("missing header",
             "# flight\n0,1,2,3\n",
             ", line 2: '0,1,2,3' must be the header '" + columns + "'."),
        make("header in another order",
             "time_s,longitude_deg,latitude_deg,altitude_m\n0,1,2,3\n",
             ", line 1: 'time_s,longitude_deg,latitude_deg,altitude_m' must be the header '" +
                 columns + "'."),
        make("header only",
             header,
             ", line 1: no report follows the header; there must be one at least."),
        make("antipodes in a row",
             header + "0,10,20,3\n5,-10,-160,3\n",
             ": The waypoints at 0 s and 5 s are antipodes; put a waypoint between them to say "
             "which way to fly."),
    };
}

/// A file that is not there, and a folder.
class MissingFileTest : public ExpectationTestCase
{
  public:
    MissingFileTest()
        : ExpectationTestCase("recorded flight: missing file")
    {
    }

  private:
    void DoRun() override
    {
        const std::string missing = CreateTempDirFilename("missing.csv");
        const std::string rest = "' cannot be read; it must be a recorded flight.";
        ExpectRefused([&] { ReadFlightTrackFile(missing); }, "File '" + missing + rest);
        const std::string folder = missing.substr(0, missing.rfind('/'));
        Write(CreateTempDirFilename("other"), "");
        ExpectRefused([&] { ReadFlightTrackFile(folder); }, "File '" + folder + rest);
    }
};

} // namespace

std::vector<TestCase*>
MakeFlightTrackFileTests()
{
    std::vector<TestCase*> tests = MakeMistakeTests();
    tests.push_back(new TrackFileTest);
    tests.push_back(new MissingFileTest);
    return tests;
}

} // namespace tests
} // namespace sterna
} // namespace ns3
