/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-propagation-test-helpers.h"

#include "ns3/boolean.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/node.h"
#include "ns3/object-factory.h"
#include "ns3/pointer.h"
#include "ns3/sterna-aperture-loss-model.h"
#include "ns3/sterna-aperture-pattern.h"
#include "ns3/sterna-atmospheric-loss-model.h"
#include "ns3/sterna-c-band-propagation-loss-model.h"
#include "ns3/sterna-fading-loss-model.h"
#include "ns3/sterna-horizon-loss-model.h"
#include "ns3/sterna-ka-band-propagation-loss-model.h"
#include "ns3/sterna-markov-fading-loss-model.h"
#include "ns3/sterna-space-link.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <string>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

constexpr double RADIUS = 6371e3;  // of the spherical Earth (m), 3GPP TR 38.811
constexpr double ALTITUDE = 780e3; // of the satellite (m), Table I of Yuan et al., 2022
constexpr double DEGREE = M_PI / 180;

/// Slant range (m) at an elevation (rad): 3GPP TR 38.811 eq. (6.6-3).
double
SlantRangeAt(double elevation)
{
    const double rise = RADIUS * std::sin(elevation);
    return std::sqrt(rise * rise + ALTITUDE * ALTITUDE + 2 * ALTITUDE * RADIUS) - rise;
}

/// A mobility model at an Earth-fixed position, aggregated to a node of its own.
Ptr<MobilityModel>
At(const Vector& position)
{
    auto mobility = CreateObject<ConstantPositionMobilityModel>();
    mobility->SetPosition(position);
    CreateObject<Node>()->AggregateObject(mobility);
    return mobility;
}

/// The terminal of these tests: latitude and longitude 0, where up is x.
Ptr<MobilityModel>
Ground()
{
    return At(Vector(RADIUS, 0, 0));
}

/// A satellite at 780 km that the terminal sees at this elevation, in the equatorial plane.
Ptr<MobilityModel>
SatelliteAt(double elevation)
{
    const double d = SlantRangeAt(elevation);
    return At(Vector(RADIUS + d * std::sin(elevation), d * std::cos(elevation), 0));
}

/// J1(x) by Bessel's integral, (1/pi) times that of cos(t - x sin t) over 0 to pi; the trapezoidal
/// rule is exact to rounding for a periodic function.
double
BesselJ1(double x)
{
    constexpr uint32_t POINTS = 200;
    double sum = 0;
    for (uint32_t i = 0; i < POINTS; ++i)
    {
        const double t = 2 * M_PI * i / POINTS;
        sum += std::cos(t - x * std::sin(t));
    }
    return sum / POINTS;
}

/// The pattern at the points that textbooks tabulate: half power, first null, first side lobe.
class AperturePatternTestCase : public TestCase
{
  public:
    AperturePatternTestCase()
        : TestCase("the circular aperture's pattern at its known points")
    {
    }

  private:
    void DoRun() override
    {
        const double diameter = 0.13;
        const double ka = M_PI * diameter * 30e9 / 299792458.0;
        auto gainDb = [&](double kaSine) {
            return 10 * std::log10(AperturePattern(std::asin(kaSine / ka), diameter, 30e9));
        };
        NS_TEST_EXPECT_MSG_EQ(AperturePattern(0, diameter, 30e9), 1, "boresight");
        NS_TEST_EXPECT_MSG_EQ_TOL(AperturePattern(1e-9, diameter, 30e9), 1, 1e-12, "next to it");
        // 3GPP TR 38.811 section 6.4.1, derived: k a sin theta = 1.61634 at half power
        NS_TEST_EXPECT_MSG_EQ_TOL(gainDb(1.61634), -3.0103, 1e-4, "half power");
        // first zero of J1: 3.83171 (Abramowitz and Stegun, Table 9.5)
        NS_TEST_EXPECT_MSG_LT(gainDb(3.83171), -100, "first null");
        // first side lobe of the Airy pattern: 0.0175 at 5.1356 (Born and Wolf, Table 8.2)
        NS_TEST_EXPECT_MSG_EQ_TOL(gainDb(5.1356), 10 * std::log10(0.0175), 0.01, "first lobe");
        NS_TEST_EXPECT_MSG_EQ(AperturePattern(91 * DEGREE, diameter, 30e9), 0, "behind it");
        // TR 38.821 Table 6.1.1.1-1: 2 m at 2 GHz have a 3 dB beamwidth of 4.4127 degrees; the
        // table's widths are up to 0.2 % smaller than the pattern's
        NS_TEST_EXPECT_MSG_EQ_TOL(10 * std::log10(AperturePattern(2.20635 * DEGREE, 2, 2e9)),
                                  -3.01,
                                  0.02,
                                  "S-band beam");
    }
};

/// The diameter that goes with a gain: an antenna's size and its peak gain must tell the same
/// story.
class ApertureDiameterTestCase : public TestCase
{
  public:
    ApertureDiameterTestCase()
        : TestCase("aperture diameter from peak gain")
    {
    }

  private:
    void DoRun() override
    {
        // by hand: sqrt(1000 / 0.6) = 40.825; times wavelength 9.99308 mm over pi: 129.86 mm
        NS_TEST_EXPECT_MSG_EQ_TOL(ApertureDiameter(30, 30e9, 0.6), 0.12986, 1e-5, "satellite");
        // TR 38.821 Table 6.1.1.1-3: the VSAT of 0.6 m has 39.7 dBi at 20 GHz (efficiency 0.6)
        NS_TEST_EXPECT_MSG_EQ_TOL(ApertureDiameter(39.7, 20e9, 0.6), 0.6, 0.006, "terminal");
        // the model's default must be consistent with 30 dBi at an efficiency of 0.6
        NS_TEST_EXPECT_MSG_EQ_TOL(CreateObject<ApertureLossModel>()->GetDiameter(),
                                  ApertureDiameter(30, 30e9, 0.6),
                                  2e-4,
                                  "default");
        NS_TEST_EXPECT_MSG_EQ(Refuses([] { ApertureDiameter(30, 30e9, 1.5); }, "1.5"), true, "eta");
        NS_TEST_EXPECT_MSG_EQ(Refuses([] { ApertureDiameter(30, -3, 0.6); }, "-3"), true, "f");
    }
};

/// Pointing: the angle off boresight must come from the true geometry, for either boresight, either
/// direction of the link, and must leave terrestrial pairs alone.
class ApertureLossTestCase : public TestCase
{
  public:
    ApertureLossTestCase()
        : TestCase("pointing loss of a steered and of a nadir antenna")
    {
    }

  private:
    void DoRun() override
    {
        const auto ground = Ground();
        const auto satellite = SatelliteAt(60 * DEGREE);
        auto model = CreateObject<ApertureLossModel>();

        // by hand, law of sines: sin theta = R cos 60 / (R + h) = 0.445462, theta = 26.45 degrees
        const double sine = RADIUS * 0.5 / (RADIUS + ALTITUDE);
        NS_TEST_EXPECT_MSG_EQ_TOL(std::asin(sine) / DEGREE, 26.45, 0.01, "the geometry itself");
        const double x = M_PI * 0.13 * 30e9 / 299792458.0 * sine;
        const double nadirDb = 20 * std::log10(2 * std::abs(BesselJ1(x)) / x);

        model->SetAttribute("Boresight", StringValue("Nadir"));
        NS_TEST_EXPECT_MSG_EQ_TOL(model->CalcRxPower(40, satellite, ground),
                                  40 + nadirDb,
                                  1e-6,
                                  "nadir");
        NS_TEST_EXPECT_MSG_EQ_TOL(model->CalcRxPower(40, ground, satellite),
                                  40 + nadirDb,
                                  1e-6,
                                  "the satellite is the higher end, whoever sends");

        model->SetAttribute("Boresight", StringValue("Steered"));
        NS_TEST_EXPECT_MSG_EQ_TOL(model->CalcRxPower(40, satellite, ground),
                                  40 + nadirDb,
                                  1e-6,
                                  "a steered antenna without target looks down");
        model->SetAttribute("SteeringTarget", VectorValue(ground->GetPosition()));
        NS_TEST_EXPECT_MSG_EQ_TOL(model->CalcRxPower(40, satellite, ground), 40, 1e-9, "steered");

        // 3 km beside the target, across the line of sight: 3 / 885.0 rad off axis
        const auto beside = At(Vector(RADIUS, 0, 3000));
        const double y = M_PI * 0.13 * 30e9 / 299792458.0 *
                         std::sin(std::atan(3000 / SlantRangeAt(60 * DEGREE)));
        NS_TEST_EXPECT_MSG_EQ_TOL(model->CalcRxPower(40, satellite, beside),
                                  40 + 20 * std::log10(2 * BesselJ1(y) / y),
                                  1e-6,
                                  "3 km off target");

        NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(40, ground, beside), 40, "terrestrial pair");

        // a target straight above the satellite: the ground is behind the aperture
        const Vector up = satellite->GetPosition();
        model->SetAttribute("SteeringTarget", VectorValue(Vector(2 * up.x, 2 * up.y, 2 * up.z)));
        model->SetAttribute("MinGainDb", DoubleValue(-45));
        NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(40, satellite, ground), -5, "MinGainDb");

        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { model->SetDiameter(0); }, "0"), true, "diameter");
        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { model->SetFrequency(-5); }, "-5"), true, "frequency");
        NS_TEST_EXPECT_MSG_EQ(
            Refuses([&] { model->SetAttribute("MinGainDb", DoubleValue(3)); }, "3"),
            true,
            "a lowest gain above the peak");
    }
};

/// Cloud and rain: eq. (3) with its sign corrected, on both Earths.
class AtmosphericLossTestCase : public TestCase
{
  public:
    AtmosphericLossTestCase()
        : TestCase("cloud and rain attenuation by elevation")
    {
    }

  private:
    void DoRun() override
    {
        const auto ground = Ground();
        auto model = CreateObject<AtmosphericLossModel>();
        auto lossAt = [&](double elevationDeg) {
            return -model->CalcRxPower(0, SatelliteAt(elevationDeg * DEGREE), ground);
        };
        // by hand: 3 x 0.5 / sin
        NS_TEST_EXPECT_MSG_EQ_TOL(lossAt(90), 1.5, 1e-9, "zenith");
        NS_TEST_EXPECT_MSG_EQ_TOL(lossAt(60), 1.7320508, 1e-6, "60 degrees: 1.5 / (sqrt(3) / 2)");
        NS_TEST_EXPECT_MSG_EQ_TOL(lossAt(30), 3.0, 1e-6, "30 degrees");
        NS_TEST_EXPECT_MSG_EQ_TOL(model->CalcRxPower(0, ground, SatelliteAt(M_PI / 6)),
                                  -3.0,
                                  1e-6,
                                  "uplink");
        model->SetAttribute("FlatEarth", BooleanValue(true));
        // TR 38.811 eq. (6.6-3) by hand: d = 4549.1 - 3185.5 = 1363.6 km at 30 degrees, and
        // 1.5 x 1363.6 / 780 = 2.622
        NS_TEST_EXPECT_MSG_EQ_TOL(lossAt(30), 1.5 * SlantRangeAt(M_PI / 6) / ALTITUDE, 1e-9, "H/d");
        NS_TEST_EXPECT_MSG_EQ_TOL(lossAt(30), 2.622, 0.001, "H/d by hand");
        NS_TEST_EXPECT_MSG_EQ_TOL(lossAt(90), 1.5, 1e-9, "both Earths agree at the zenith");

        NS_TEST_EXPECT_MSG_EQ(lossAt(-1), -NO_SIGNAL_DBM, "below the horizon");
        NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(7, ground, At(Vector(RADIUS, 9e5, 0))),
                              7,
                              "terrestrial pair");
        model->SetAttribute("FlatEarth", BooleanValue(false));
        NS_TEST_EXPECT_MSG_EQ(lossAt(1e-7), -NO_SIGNAL_DBM, "a grazing ray");
        model->SetCloudRainAttenuation(0);
        NS_TEST_EXPECT_MSG_EQ(lossAt(5), 0, "a clear sky");
        NS_TEST_EXPECT_MSG_EQ(
            Refuses([&] { model->SetAttribute("CloudRainAttenuation", DoubleValue(-0.5)); },
                    "-0.5"),
            true,
            "chi < 0 would amplify");
        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { model->SetCloudRainAttenuation(NAN); }, "nan"),
                              true,
                              "chi that is no number");
    }
};

/// Below the horizon nothing may be received, whatever else is in the chain; terrestrial pairs,
/// which see each other at negative elevations all the time, must not be affected.
class HorizonTestCase : public TestCase
{
  public:
    HorizonTestCase()
        : TestCase("satellites below the horizon are never received")
    {
    }

  private:
    void DoRun() override
    {
        const auto ground = Ground();
        auto model = CreateObject<HorizonLossModel>();
        NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(9, SatelliteAt(0.01 * DEGREE), ground), 9, "up");
        NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(9, SatelliteAt(-0.01 * DEGREE), ground),
                              NO_SIGNAL_DBM,
                              "down");
        NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(9, ground, At(Vector(-RADIUS - ALTITUDE, 0, 0))),
                              NO_SIGNAL_DBM,
                              "on the other side of the Earth");
        model->SetAttribute("MinElevationDeg", DoubleValue(10));
        NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(9, SatelliteAt(10.01 * DEGREE), ground), 9, "10+");
        NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(9, SatelliteAt(9.99 * DEGREE), ground),
                              NO_SIGNAL_DBM,
                              "10-");
        const auto across = At(Vector(0, RADIUS, 0));
        NS_TEST_EXPECT_MSG_EQ(model->CalcRxPower(9, ground, across), 9, "terrestrial pair");
        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { model->SetMinElevationDeg(91); }, "91"), true, "91");

        auto ka = CreateObject<KaBandPropagationLossModel>();
        for (double elevationDeg : {-0.01, -5.0, -60.0})
        {
            const auto hidden = SatelliteAt(elevationDeg * DEGREE);
            NS_TEST_EXPECT_MSG_LT(ka->CalcRxPower(100, hidden, ground), -900, "whole chain down");
            NS_TEST_EXPECT_MSG_LT(ka->CalcRxPower(100, ground, hidden), -900, "whole chain up");
        }
    }
};

/// The Ka-band model is the product of eq. (2): the link budget must be that of the system's page.
class KaBandTestCase : public TestCase
{
  public:
    KaBandTestCase()
        : TestCase("Ka-band link budget and its parts")
    {
    }

  private:
    void DoRun() override
    {
        const auto ground = Ground();
        const auto satellite = SatelliteAt(60 * DEGREE);
        auto ka = CreateObject<KaBandPropagationLossModel>();
        ka->GetAperture()->SetAttribute("SteeringTarget", VectorValue(ground->GetPosition()));

        // TR 38.811 eq. (6.6-2): 32.45 + 20 log10(f in GHz) + 20 log10(d in m), rounded constant
        const double freeSpace =
            32.45 + 20 * std::log10(30) + 20 * std::log10(SlantRangeAt(60 * DEGREE));
        const auto large = ka->GetLargeScale();
        NS_TEST_EXPECT_MSG_EQ_TOL(large->CalcRxPower(50, satellite, ground),
                                  50 - freeSpace - std::sqrt(3),
                                  0.01,
                                  "free space and cloud, chi = 0.5 dB/km");

        // 100 W (50 dBm), 30 and 27 dBi, -174 dBm/Hz over 400 MHz: the calibrated clear-sky SNR is
        // 13.7 / 12.3 / 7.1 / -3.3 dB for chi 0.1 / 0.5 / 2 / 5, and -21 dB with a nadir boresight
        auto snr = [&](double chi) {
            ka->GetAtmosphere()->SetCloudRainAttenuation(chi);
            const double received = large->CalcRxPower(50, satellite, ground) + 30 + 27;
            return received - (-174 + 10 * std::log10(400e6));
        };
        NS_TEST_EXPECT_MSG_EQ_TOL(snr(0.1), 13.7, 0.06, "clear");
        NS_TEST_EXPECT_MSG_EQ_TOL(snr(2), 7.1, 0.06, "moderate rain");
        NS_TEST_EXPECT_MSG_EQ_TOL(snr(5), -3.3, 0.06, "heavy rain");
        NS_TEST_EXPECT_MSG_EQ_TOL(snr(0.5), 12.3, 0.06, "default");
        ka->GetAperture()->SetAttribute("Boresight", StringValue("Nadir"));
        NS_TEST_EXPECT_MSG_EQ_TOL(snr(0.5), -21, 0.6, "nadir boresight");

        // the whole is the large scale times the fading
        const double fadingDb = ka->GetFading()->CalcRxPower(0, satellite, ground);
        NS_TEST_EXPECT_MSG_NE(fadingDb, 0, "there is fading by default");
        NS_TEST_EXPECT_MSG_EQ_TOL(ka->CalcRxPower(50, satellite, ground),
                                  large->CalcRxPower(50, satellite, ground) + fadingDb,
                                  1e-9,
                                  "separable");
        PointerValue fading;
        ka->GetAttribute("SmallScaleFading", fading);
        NS_TEST_EXPECT_MSG_EQ((DynamicCast<MarkovFadingLossModel>(fading.GetObject()) != nullptr),
                              true,
                              "default fading");
        ka->SetFading(nullptr);
        NS_TEST_EXPECT_MSG_EQ(ka->CalcRxPower(50, satellite, ground),
                              large->CalcRxPower(50, satellite, ground),
                              "no fading");

        // half the frequency: 6.02 dB less free-space loss, and the aperture follows
        const double before = large->CalcRxPower(0, satellite, ground);
        ka->SetAttribute("Frequency", DoubleValue(15e9));
        NS_TEST_EXPECT_MSG_EQ(ka->GetAperture()->GetFrequency(), 15e9, "one frequency for all");
        ka->GetAperture()->SetAttribute("Boresight", StringValue("Steered"));
        ka->GetAperture()->SetAttribute("SteeringTarget", VectorValue(ground->GetPosition()));
        ka->SetAttribute("Frequency", DoubleValue(30e9));
        const double steered = large->CalcRxPower(0, satellite, ground);
        ka->SetAttribute("Frequency", DoubleValue(15e9));
        NS_TEST_EXPECT_MSG_EQ_TOL(large->CalcRxPower(0, satellite, ground) - steered,
                                  6.0206,
                                  1e-3,
                                  "free space by frequency");
        NS_TEST_EXPECT_MSG_LT(before, steered, "pointing costs");
        NS_TEST_EXPECT_MSG_EQ(
            Refuses([&] { ka->SetAttribute("Frequency", DoubleValue(-30)); }, "-30"),
            true,
            "negative frequency");
    }
};

/// The C-band model is the product of eq. (4).
class CBandTestCase : public TestCase
{
  public:
    CBandTestCase()
        : TestCase("C-band free space and fading")
    {
    }

  private:
    void DoRun() override
    {
        const auto station = Ground();
        const auto user = At(Vector(RADIUS, 3000, 0));
        auto c = CreateObject<CBandPropagationLossModel>();
        // TR 38.811 eq. (6.6-2) by hand: 32.45 + 12.04 + 69.54 = 114.03 dB at 4 GHz and 3 km
        NS_TEST_EXPECT_MSG_EQ_TOL(c->GetLargeScale()->CalcRxPower(46, station, user),
                                  46 - 114.03,
                                  0.01,
                                  "free space");
        const double fadingDb = c->GetFading()->CalcRxPower(0, station, user);
        NS_TEST_EXPECT_MSG_EQ_TOL(c->CalcRxPower(46, station, user),
                                  c->GetLargeScale()->CalcRxPower(46, station, user) + fadingDb,
                                  1e-9,
                                  "separable");
        // no antenna is nearer than the near field: never a gain
        c->SetFading(nullptr);
        const auto same = Ground();
        NS_TEST_EXPECT_MSG_EQ(c->CalcRxPower(46, station, same), 46, "no distance");
        NS_TEST_EXPECT_MSG_EQ(c->CalcRxPower(46, station, At(Vector(RADIUS + 0.001, 0, 0))),
                              46,
                              "1 mm");
        NS_TEST_EXPECT_MSG_EQ(Refuses([&] { c->SetFrequency(0); }, "0"), true, "no frequency");
    }
};

/// Any of the models must chain with ns-3's in either order, which is what users do with them.
class ChainingTestCase : public TestCase
{
  public:
    ChainingTestCase()
        : TestCase("chaining with the stock models of ns-3")
    {
    }

  private:
    void DoRun() override
    {
        const auto ground = Ground();
        const auto satellite = SatelliteAt(60 * DEGREE);
        for (const char* type : {"ns3::sterna::ApertureLossModel",
                                 "ns3::sterna::AtmosphericLossModel",
                                 "ns3::sterna::HorizonLossModel",
                                 "ns3::sterna::FadingLossModel",
                                 "ns3::sterna::MarkovFadingLossModel",
                                 "ns3::sterna::KaBandPropagationLossModel",
                                 "ns3::sterna::CBandPropagationLossModel"})
        {
            ObjectFactory factory(type);
            const auto model = factory.Create<PropagationLossModel>();
            const double alone = model->CalcRxPower(30, satellite, ground);
            auto after = CreateObject<MatrixPropagationLossModel>();
            after->SetDefaultLoss(7);
            model->SetNext(after);
            NS_TEST_EXPECT_MSG_EQ_TOL(model->CalcRxPower(30, satellite, ground),
                                      alone - 7,
                                      1e-9,
                                      type << " before a stock model");
            auto before = CreateObject<MatrixPropagationLossModel>();
            before->SetDefaultLoss(11);
            before->SetNext(model);
            NS_TEST_EXPECT_MSG_EQ_TOL(before->CalcRxPower(30, satellite, ground),
                                      alone - 18,
                                      1e-9,
                                      type << " between two stock models");
        }
        auto ka = CreateObject<KaBandPropagationLossModel>();
        auto random = CreateObject<RandomPropagationLossModel>();
        ka->SetNext(random);
        NS_TEST_EXPECT_MSG_EQ(ka->AssignStreams(10), 2, "one stream of its own, one of the next");
    }
};

class PropagationTestSuite : public TestSuite
{
  public:
    PropagationTestSuite()
        : TestSuite("sterna-propagation", TestSuite::Type::UNIT)
    {
        AddTestCase(new AperturePatternTestCase);
        AddTestCase(new ApertureDiameterTestCase);
        AddTestCase(new ApertureLossTestCase);
        AddTestCase(new AtmosphericLossTestCase);
        AddTestCase(new HorizonTestCase);
        AddTestCase(new KaBandTestCase);
        AddTestCase(new CBandTestCase);
        AddTestCase(new ChainingTestCase);
    }
};

PropagationTestSuite g_propagationTestSuite;

} // namespace
