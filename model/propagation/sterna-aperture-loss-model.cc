/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-aperture-loss-model.h"

#include "sterna-aperture-pattern.h"
#include "sterna-propagation-checks.h"
#include "sterna-space-link.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/sterna-compat.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaApertureLossModel");

NS_OBJECT_ENSURE_REGISTERED(ApertureLossModel);

namespace
{

/// Angle between two directions (rad), accurate for small angles, too.
double
AngleBetween(const Vector& a, const Vector& b)
{
    const Vector cross(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
    return std::atan2(cross.GetLength(), a.x * b.x + a.y * b.y + a.z * b.z);
}

} // namespace

TypeId
ApertureLossModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::ApertureLossModel")
            .SetParent<PropagationLossModel>()
            .SetGroupName("Sterna")
            .AddConstructor<ApertureLossModel>()
            .AddAttribute("Boresight",
                          "Where the satellite's antenna points.",
                          EnumValue(STEERED),
                          EnumAccessor<Boresight>(&ApertureLossModel::m_boresight),
                          MakeEnumChecker(STEERED, "Steered", NADIR, "Nadir"))
            .AddAttribute("SteeringTarget",
                          "Earth-fixed point (m) that a steered antenna points at; "
                          "the Earth's centre means the nadir.",
                          VectorValue(Vector(0, 0, 0)),
                          MakeVectorAccessor(&ApertureLossModel::m_target),
                          MakeVectorChecker())
            .AddAttribute("Diameter",
                          "Diameter of the aperture (m). The default has 30 dBi at 30 GHz.",
                          DoubleValue(0.13),
                          MakeDoubleAccessor(&ApertureLossModel::SetDiameter,
                                             &ApertureLossModel::GetDiameter),
                          MakeDoubleChecker<double>())
            .AddAttribute("Frequency",
                          "Carrier frequency (Hz).",
                          DoubleValue(30e9),
                          MakeDoubleAccessor(&ApertureLossModel::SetFrequency,
                                             &ApertureLossModel::GetFrequency),
                          MakeDoubleChecker<double>())
            .AddAttribute("MinGainDb",
                          "Lowest gain relative to the peak (dB).",
                          DoubleValue(-60),
                          MakeDoubleAccessor(&ApertureLossModel::SetMinGainDb,
                                             &ApertureLossModel::GetMinGainDb),
                          MakeDoubleChecker<double>());
    return tid;
}

double
ApertureLossModel::GetGainDb(double offBoresight) const
{
    const double gain = AperturePattern(offBoresight, m_diameter, m_frequency);
    return std::max(m_minGainDb, 10 * std::log10(gain));
}

void
ApertureLossModel::SetFrequency(double frequency)
{
    m_frequency = RequirePositive("The frequency (Hz)", frequency);
}

double
ApertureLossModel::GetFrequency() const
{
    return m_frequency;
}

void
ApertureLossModel::SetDiameter(double diameter)
{
    m_diameter = RequirePositive("The aperture's diameter (m)", diameter);
}

double
ApertureLossModel::GetDiameter() const
{
    return m_diameter;
}

void
ApertureLossModel::SetMinGainDb(double minGainDb)
{
    Require(std::isfinite(minGainDb) && minGainDb <= 0,
            "The lowest relative gain (dB)",
            minGainDb,
            "must be finite and 0 or less");
    m_minGainDb = minGainDb;
}

double
ApertureLossModel::GetMinGainDb() const
{
    return m_minGainDb;
}

double
ApertureLossModel::DoCalcRxPower(double txPowerDbm,
                                 Ptr<MobilityModel> a,
                                 Ptr<MobilityModel> b) const
{
    const auto link = FindSpaceLink(a, b);
    if (!link)
    {
        return txPowerDbm;
    }
    const Vector earthCentre(0, 0, 0);
    const Vector aim = m_boresight == STEERED ? m_target : earthCentre;
    const double offBoresight = AngleBetween(aim - link->satellite, link->ground - link->satellite);
    NS_LOG_LOGIC("off boresight by " << offBoresight << " rad");
    return txPowerDbm + GetGainDb(offBoresight);
}

int64_t
ApertureLossModel::DoAssignStreams(int64_t stream)
{
    return 0;
}

} // namespace sterna
} // namespace ns3
