/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-rain-loss-model.h"

#include "sterna-propagation-checks.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-earth.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaRainLossModel");

NS_OBJECT_ENSURE_REGISTERED(RainLossModel);

TypeId
RainLossModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::RainLossModel")
            .SetParent<PropagationLossModel>()
            .SetGroupName("Sterna")
            .AddConstructor<RainLossModel>()
            .AddAttribute(
                "Frequency",
                "Carrier frequency (Hz), from 1e9 to 1e12.",
                DoubleValue(14e9),
                MakeDoubleAccessor(&RainLossModel::SetFrequency, &RainLossModel::GetFrequency),
                MakeDoubleChecker<double>())
            .AddAttribute("PolarizationTiltDeg",
                          "Tilt of the polarization from the horizontal (deg): "
                          "0 horizontal, 45 circular, 90 vertical.",
                          DoubleValue(45),
                          MakeDoubleAccessor(&RainLossModel::SetPolarizationTiltDeg,
                                             &RainLossModel::GetPolarizationTiltDeg),
                          MakeDoubleChecker<double>())
            .AddAttribute("TropicalRainRate",
                          "Rain rate up to 23 deg of latitude (mm/h).",
                          DoubleValue(10),
                          MakeDoubleAccessor(&RainLossModel::SetTropicalRainRate,
                                             &RainLossModel::GetTropicalRainRate),
                          MakeDoubleChecker<double>())
            .AddAttribute(
                "RainRate",
                "Rain rate beyond 23 deg of latitude (mm/h).",
                DoubleValue(5),
                MakeDoubleAccessor(&RainLossModel::SetRainRate, &RainLossModel::GetRainRate),
                MakeDoubleChecker<double>());
    return tid;
}

void
RainLossModel::SetFrequency(double frequency)
{
    m_horizontal = HorizontalRainCoefficients(frequency);
    m_vertical = VerticalRainCoefficients(frequency);
    m_frequency = frequency;
}

double
RainLossModel::GetFrequency() const
{
    return m_frequency;
}

void
RainLossModel::SetPolarizationTiltDeg(double tiltDeg)
{
    Require(std::abs(tiltDeg) <= 90,
            "The tilt of the polarization (deg)",
            tiltDeg,
            "must be within -90 and 90");
    m_tilt = DegToRad(tiltDeg);
}

double
RainLossModel::GetPolarizationTiltDeg() const
{
    return RadToDeg(m_tilt);
}

void
RainLossModel::SetTropicalRainRate(double rainRate)
{
    m_tropicalRainRate = RequireNonNegative("The rain rate in the tropics (mm/h)", rainRate);
}

double
RainLossModel::GetTropicalRainRate() const
{
    return m_tropicalRainRate;
}

void
RainLossModel::SetRainRate(double rainRate)
{
    m_rainRate = RequireNonNegative("The rain rate beyond the tropics (mm/h)", rainRate);
}

double
RainLossModel::GetRainRate() const
{
    return m_rainRate;
}

double
RainLossModel::AttenuationDb(const SpaceLink& link) const
{
    const double elevation = link.Elevation();
    if (elevation < 0)
    {
        return std::numeric_limits<double>::infinity();
    }
    const Geodetic station = ToGeodetic(link.ground);
    const double path = RainSlantPath(elevation, station.altitude, RainHeight(station.latitude));
    const bool tropical = std::abs(station.latitude) <= RAINY_TROPICS;
    const double specific = TiltedRainCoefficients(m_horizontal, m_vertical, elevation, m_tilt)
                                .SpecificAttenuation(tropical ? m_tropicalRainRate : m_rainRate);
    return specific * path / 1e3;
}

double
RainLossModel::DoCalcRxPower(double txPowerDbm, Ptr<MobilityModel> a, Ptr<MobilityModel> b) const
{
    const auto link = FindSpaceLink(a, b);
    if (!link)
    {
        return txPowerDbm;
    }
    return std::max(NO_SIGNAL_DBM, txPowerDbm - AttenuationDb(*link));
}

int64_t
RainLossModel::DoAssignStreams(int64_t stream)
{
    return 0;
}

} // namespace sterna
} // namespace ns3
