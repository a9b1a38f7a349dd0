/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-atmospheric-loss-model.h"

#include "sterna-propagation-checks.h"
#include "sterna-space-link.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAtmosphericLossModel");

NS_OBJECT_ENSURE_REGISTERED(AtmosphericLossModel);

TypeId
AtmosphericLossModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::AtmosphericLossModel")
            .SetParent<PropagationLossModel>()
            .SetGroupName("Sterna")
            .AddConstructor<AtmosphericLossModel>()
            .AddAttribute("CloudRainAttenuation",
                          "Specific attenuation chi by clouds and rain (dB/km): "
                          "0.1 clear, 0.5 light, 2 moderate, 5 heavy.",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&AtmosphericLossModel::SetCloudRainAttenuation,
                                             &AtmosphericLossModel::GetCloudRainAttenuation),
                          MakeDoubleChecker<double>())
            .AddAttribute("FlatEarth",
                          "Whether the sine of the elevation is altitude over distance, "
                          "as in the paper, instead of that on the spherical Earth.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&AtmosphericLossModel::m_flatEarth),
                          MakeBooleanChecker());
    return tid;
}

void
AtmosphericLossModel::SetCloudRainAttenuation(double attenuation)
{
    m_attenuation = RequireNonNegative("The cloud and rain attenuation chi (dB/km)", attenuation);
}

double
AtmosphericLossModel::GetCloudRainAttenuation() const
{
    return m_attenuation;
}

double
AtmosphericLossModel::DoCalcRxPower(double txPowerDbm,
                                    Ptr<MobilityModel> a,
                                    Ptr<MobilityModel> b) const
{
    constexpr double WEATHER_HEIGHT_KM = 3;
    const auto link = FindSpaceLink(a, b);
    if (!link)
    {
        return txPowerDbm;
    }
    const double sinElevation = std::sin(link->Elevation());
    if (sinElevation <= 0)
    {
        return NO_SIGNAL_DBM;
    }
    const double sine =
        m_flatEarth ? std::min(1.0, link->SatelliteAltitude() / link->Distance()) : sinElevation;
    // grazing rays would otherwise lose more than any signal has
    return std::max(NO_SIGNAL_DBM, txPowerDbm - WEATHER_HEIGHT_KM * m_attenuation / sine);
}

int64_t
AtmosphericLossModel::DoAssignStreams(int64_t stream)
{
    return 0;
}

} // namespace sterna
} // namespace ns3
