/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-fading-loss-model.h"

#include "sterna-counter-hash.h"
#include "sterna-propagation-checks.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/sterna-compat.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFadingLossModel");

NS_OBJECT_ENSURE_REGISTERED(FadingLossModel);

TypeId
FadingLossModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::FadingLossModel")
                            .SetParent<PropagationLossModel>()
                            .SetGroupName("Sterna")
                            .AddConstructor<FadingLossModel>()
                            .AddAttribute("Fading",
                                          "Distribution of the gain.",
                                          EnumValue(RICIAN),
                                          EnumAccessor<Fading>(&FadingLossModel::m_fading),
                                          MakeEnumChecker(RICIAN, "Rician", RAYLEIGH, "Rayleigh"))
                            .AddAttribute("RicianK",
                                          "Rician factor: line of sight over scatter (dB).",
                                          DoubleValue(10),
                                          MakeDoubleAccessor(&FadingLossModel::SetRicianK,
                                                             &FadingLossModel::GetRicianK),
                                          MakeDoubleChecker<double>())
                            .AddAttribute("SlotDuration",
                                          "How long a gain lasts before the next draw (s).",
                                          TimeValue(MilliSeconds(100)),
                                          MakeTimeAccessor(&FadingLossModel::SetSlotDuration,
                                                           &FadingLossModel::GetSlotDuration),
                                          MakeTimeChecker());
    return tid;
}

double
FadingLossModel::GetGain(uint32_t nodeA, uint32_t nodeB, int64_t slot) const
{
    const uint64_t key = m_keys.GetKey(nodeA, nodeB);
    const uint64_t first = 2 * static_cast<uint64_t>(slot);
    // Box and Muller, 1958: the scatter's power is exponential and its phase uniform
    const double scatterPower = -std::log(CounterUniform(key, first));
    const double phase = 2 * M_PI * CounterUniform(key, first + 1);
    const double factor = m_fading == RAYLEIGH ? 0 : std::pow(10, m_ricianK / 10);
    const double lineOfSight = std::sqrt(factor);
    const double inPhase = lineOfSight + std::sqrt(scatterPower) * std::cos(phase);
    const double quadrature = std::sqrt(scatterPower) * std::sin(phase);
    return (inPhase * inPhase + quadrature * quadrature) / (1 + factor);
}

void
FadingLossModel::SetRicianK(double factorDb)
{
    m_ricianK = RequireRicianK(factorDb);
}

double
FadingLossModel::GetRicianK() const
{
    return m_ricianK;
}

void
FadingLossModel::SetSlotDuration(Time duration)
{
    RequirePositive("The slot duration (s)", duration.GetSeconds());
    m_slotDuration = duration;
}

Time
FadingLossModel::GetSlotDuration() const
{
    return m_slotDuration;
}

double
FadingLossModel::DoCalcRxPower(double txPowerDbm, Ptr<MobilityModel> a, Ptr<MobilityModel> b) const
{
    const int64_t slot = Simulator::Now().GetTimeStep() / m_slotDuration.GetTimeStep();
    return txPowerDbm + 10 * std::log10(GetGain(GetNodeId(a), GetNodeId(b), slot));
}

int64_t
FadingLossModel::DoAssignStreams(int64_t stream)
{
    return m_keys.AssignStreams(stream);
}

} // namespace sterna
} // namespace ns3
