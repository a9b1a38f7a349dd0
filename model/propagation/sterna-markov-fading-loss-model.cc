/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-markov-fading-loss-model.h"

#include "sterna-propagation-checks.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/sterna-compat.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaMarkovFadingLossModel");

NS_OBJECT_ENSURE_REGISTERED(MarkovFadingLossModel);

TypeId
MarkovFadingLossModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::MarkovFadingLossModel")
            .SetParent<PropagationLossModel>()
            .SetGroupName("Sterna")
            .AddConstructor<MarkovFadingLossModel>()
            .AddAttribute("Fading",
                          "Distribution of the gain.",
                          EnumValue(RICIAN),
                          EnumAccessor<Fading>(&MarkovFadingLossModel::m_fading),
                          MakeEnumChecker(RICIAN, "Rician", RAYLEIGH, "Rayleigh"))
            .AddAttribute("RicianK",
                          "Rician factor: line of sight over scatter (dB).",
                          DoubleValue(10),
                          MakeDoubleAccessor(&MarkovFadingLossModel::SetRicianK,
                                             &MarkovFadingLossModel::GetRicianK),
                          MakeDoubleChecker<double>())
            .AddAttribute("Levels",
                          "Number of equally likely levels (1 to 256).",
                          UintegerValue(8),
                          MakeUintegerAccessor(&MarkovFadingLossModel::SetLevels,
                                               &MarkovFadingLossModel::GetLevels),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("NormalizedDoppler",
                          "Doppler frequency times slot duration, f_d T; 0 freezes the channel.",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&MarkovFadingLossModel::SetNormalizedDoppler,
                                             &MarkovFadingLossModel::GetNormalizedDoppler),
                          MakeDoubleChecker<double>())
            .AddAttribute("SlotDuration",
                          "How long a level lasts before the next draw (s).",
                          TimeValue(MilliSeconds(100)),
                          MakeTimeAccessor(&MarkovFadingLossModel::SetSlotDuration,
                                           &MarkovFadingLossModel::GetSlotDuration),
                          MakeTimeChecker());
    return tid;
}

std::shared_ptr<MarkovFadingProcess>
MarkovFadingLossModel::GetProcess(uint32_t nodeA, uint32_t nodeB) const
{
    if (!m_channel || m_channelFading != m_fading)
    {
        Reset();
        const double factor = m_fading == RAYLEIGH ? 0 : std::pow(10, m_ricianK / 10);
        m_channel = FiniteStateMarkovChannel::GetShared(factor, m_levels, m_normalizedDoppler);
        m_channelFading = m_fading;
    }
    const auto [lower, higher] = std::minmax(nodeA, nodeB);
    auto& process = m_processes[(uint64_t{lower} << 32) | higher];
    if (!process)
    {
        NS_LOG_DEBUG("new process for nodes " << lower << " and " << higher);
        process = std::make_shared<MarkovFadingProcess>(m_channel, m_keys.GetKey(nodeA, nodeB));
    }
    return process;
}

int64_t
MarkovFadingLossModel::GetSlot() const
{
    return Simulator::Now().GetTimeStep() / m_slotDuration.GetTimeStep();
}

void
MarkovFadingLossModel::SetLevels(uint32_t levels)
{
    Require(levels >= 1 && levels <= FiniteStateMarkovChannel::MAX_LEVELS,
            "The number of fading levels",
            levels,
            "must be 1 to 256");
    m_levels = levels;
    Reset();
}

uint32_t
MarkovFadingLossModel::GetLevels() const
{
    return m_levels;
}

void
MarkovFadingLossModel::SetRicianK(double factorDb)
{
    m_ricianK = RequireRicianK(factorDb);
    Reset();
}

double
MarkovFadingLossModel::GetRicianK() const
{
    return m_ricianK;
}

void
MarkovFadingLossModel::SetNormalizedDoppler(double normalizedDoppler)
{
    m_normalizedDoppler = RequireNonNegative("The normalized Doppler f_d T", normalizedDoppler);
    Reset();
}

double
MarkovFadingLossModel::GetNormalizedDoppler() const
{
    return m_normalizedDoppler;
}

void
MarkovFadingLossModel::SetSlotDuration(Time duration)
{
    RequirePositive("The slot duration (s)", duration.GetSeconds());
    m_slotDuration = duration;
}

Time
MarkovFadingLossModel::GetSlotDuration() const
{
    return m_slotDuration;
}

void
MarkovFadingLossModel::DoDispose()
{
    Reset();
    PropagationLossModel::DoDispose();
}

double
MarkovFadingLossModel::DoCalcRxPower(double txPowerDbm,
                                     Ptr<MobilityModel> a,
                                     Ptr<MobilityModel> b) const
{
    const double gain = GetProcess(GetNodeId(a), GetNodeId(b))->GainAt(GetSlot());
    return txPowerDbm + 10 * std::log10(gain);
}

int64_t
MarkovFadingLossModel::DoAssignStreams(int64_t stream)
{
    Reset();
    return m_keys.AssignStreams(stream);
}

void
MarkovFadingLossModel::Reset() const
{
    m_channel.reset();
    m_processes.clear();
}

} // namespace sterna
} // namespace ns3
