/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-channel.h"

#include "sterna-net-device.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaChannel");

NS_OBJECT_ENSURE_REGISTERED(SternaChannel);

namespace
{

double
DbToLinear(double db)
{
    return std::pow(10.0, db / 10.0);
}

double
LinearToDb(double linear)
{
    return 10.0 * std::log10(linear);
}

uint64_t
ToKey(Mac48Address address)
{
    uint8_t bytes[6];
    address.CopyTo(bytes);
    uint64_t key = 0;
    for (const uint8_t byte : bytes)
    {
        key = key << 8 | byte;
    }
    return key;
}

void
RequirePositive(double hz, const char* what)
{
    if (!(hz > 0.0) || std::isinf(hz))
    {
        std::ostringstream text;
        text << what << " of " << hz << " Hz cannot be used: it must be above 0 and finite.";
        throw InputError(text.str());
    }
}

Ptr<MobilityModel>
GetMobility(const Ptr<SternaNetDevice>& device)
{
    auto mobility = device->GetNode()->GetObject<MobilityModel>();
    if (!mobility)
    {
        throw InputError("Node " + std::to_string(device->GetNode()->GetId()) +
                         " has no MobilityModel: install one before its devices are used.");
    }
    return mobility;
}

/// The linear gain of a chain of models: what 0 dBm arrive as.
double
CalcGain(const Ptr<PropagationLossModel>& model,
         const Ptr<MobilityModel>& first,
         const Ptr<MobilityModel>& second)
{
    const double gain = DbToLinear(model->CalcRxPower(0.0, first, second));
    if (!std::isfinite(gain))
    {
        std::ostringstream text;
        text << model->GetInstanceTypeId().GetName() << " gives a gain of " << gain
             << " between positions " << first->GetPosition() << " and " << second->GetPosition()
             << ": it must be a finite number.";
        throw InputError(text.str());
    }
    return gain;
}

} // namespace

TypeId
SternaChannel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::sterna::SternaChannel")
            .SetParent<Channel>()
            .SetGroupName("Sterna")
            .AddConstructor<SternaChannel>()
            .AddAttribute(
                "Frequency",
                "Carrier frequency in Hz.",
                DoubleValue(4e9),
                MakeDoubleAccessor(&SternaChannel::SetFrequency, &SternaChannel::GetFrequency),
                MakeDoubleChecker<double>())
            .AddAttribute(
                "Bandwidth",
                "Bandwidth in Hz.",
                DoubleValue(20e6),
                MakeDoubleAccessor(&SternaChannel::SetBandwidth, &SternaChannel::GetBandwidth),
                MakeDoubleChecker<double>())
            .AddAttribute("NoiseDensity",
                          "Power spectral density of the noise in dBm/Hz.",
                          DoubleValue(-174.0),
                          MakeDoubleAccessor(&SternaChannel::SetNoiseDensity,
                                             &SternaChannel::GetNoiseDensity),
                          MakeDoubleChecker<double>())
            .AddAttribute("SinrThreshold",
                          "Open packets below this SNR are lost, in dB.",
                          DoubleValue(3.0),
                          MakeDoubleAccessor(&SternaChannel::SetSinrThresholdDb,
                                             &SternaChannel::GetSinrThresholdDb),
                          MakeDoubleChecker<double>())
            .AddAttribute(
                "Isolation",
                "By how much directive antennas weaken what a receiver gets from "
                "transmitters that it does not listen to, in dB; 0: not at all.",
                DoubleValue(0.0),
                MakeDoubleAccessor(&SternaChannel::SetIsolationDb, &SternaChannel::GetIsolationDb),
                MakeDoubleChecker<double>(0.0))
            .AddAttribute(
                "RateModel",
                "Spectral efficiency over SINR.",
                StringValue("ns3::sterna::ShannonRateModel"),
                MakePointerAccessor(&SternaChannel::SetRateModel, &SternaChannel::GetRateModel),
                MakePointerChecker<RateModel>())
            .AddAttribute(
                "PathLoss",
                "Chain of large-scale loss models.",
                PointerValue(),
                MakePointerAccessor(&SternaChannel::SetPathLoss, &SternaChannel::GetPathLoss),
                MakePointerChecker<PropagationLossModel>())
            .AddAttribute("Fading",
                          "Chain of small-scale loss models; null for none.",
                          PointerValue(),
                          MakePointerAccessor(&SternaChannel::SetFading, &SternaChannel::GetFading),
                          MakePointerChecker<PropagationLossModel>())
            .AddAttribute("PropagationDelay",
                          "The propagation delay; speed of light by default.",
                          StringValue("ns3::ConstantSpeedPropagationDelayModel"),
                          MakePointerAccessor(&SternaChannel::m_delay),
                          MakePointerChecker<PropagationDelayModel>())
            .AddAttribute("LargeScaleUpdateInterval",
                          "How long a link's path loss is kept.",
                          TimeValue(MilliSeconds(100)),
                          MakeTimeAccessor(&SternaChannel::m_largeScaleInterval),
                          MakeTimeChecker(Seconds(0)));
    return tid;
}

SternaChannel::SternaChannel() = default;
SternaChannel::~SternaChannel() = default;

std::size_t
SternaChannel::GetNDevices() const
{
    return m_devices.size();
}

Ptr<NetDevice>
SternaChannel::GetDevice(std::size_t i) const
{
    return m_devices.at(i);
}

const std::vector<Ptr<SternaNetDevice>>&
SternaChannel::GetDevices() const
{
    return m_devices;
}

uint32_t
SternaChannel::Attach(Ptr<SternaNetDevice> device)
{
    NS_LOG_FUNCTION(this << device);
    const auto index = static_cast<uint32_t>(m_devices.size());
    const auto address = Mac48Address::ConvertFrom(device->GetAddress());
    if (!m_byAddress.emplace(ToKey(address), index).second)
    {
        std::ostringstream text;
        text << "Address " << address << " is on this channel already: every device needs its own.";
        throw InputError(text.str());
    }
    m_devices.push_back(device);
    return index;
}

Ptr<SternaNetDevice>
SternaChannel::Find(Mac48Address address) const
{
    const auto found = m_byAddress.find(ToKey(address));
    return found == m_byAddress.end() ? nullptr : m_devices[found->second];
}

void
SternaChannel::Readdress(Ptr<SternaNetDevice> device, Mac48Address old)
{
    m_byAddress.erase(ToKey(old));
    m_byAddress[ToKey(Mac48Address::ConvertFrom(device->GetAddress()))] = device->GetChannelIndex();
}

Band
SternaChannel::GetBand() const
{
    return m_band;
}

void
SternaChannel::SetBand(Band band)
{
    m_band = band;
}

double
SternaChannel::GetFrequency() const
{
    return m_frequency;
}

void
SternaChannel::SetFrequency(double hz)
{
    RequirePositive(hz, "A frequency");
    m_frequency = hz;
}

double
SternaChannel::GetBandwidth() const
{
    return m_bandwidth;
}

void
SternaChannel::SetBandwidth(double hz)
{
    RequirePositive(hz, "A bandwidth");
    m_bandwidth = hz;
}

double
SternaChannel::GetSinrThreshold() const
{
    return m_threshold;
}

void
SternaChannel::SetSinrThresholdDb(double db)
{
    m_threshold = DbToLinear(db);
}

double
SternaChannel::GetSinrThresholdDb() const
{
    return LinearToDb(m_threshold);
}

void
SternaChannel::SetIsolationDb(double db)
{
    m_isolation = DbToLinear(-db);
}

double
SternaChannel::GetIsolationDb() const
{
    return -LinearToDb(m_isolation);
}

double
SternaChannel::GetInterferenceShare() const
{
    return m_isolation;
}

void
SternaChannel::SetNoiseDensity(double dbm)
{
    m_noiseDensity = DbToLinear(dbm - 30.0);
}

double
SternaChannel::GetNoiseDensity() const
{
    return LinearToDb(m_noiseDensity) + 30.0;
}

Ptr<RateModel>
SternaChannel::GetRateModel() const
{
    return m_rateModel;
}

void
SternaChannel::SetRateModel(Ptr<RateModel> model)
{
    if (!model)
    {
        throw InputError("A channel without a RateModel has no rate: set one, for example "
                         "ns3::sterna::ShannonRateModel.");
    }
    m_rateModel = model;
}

Ptr<PropagationLossModel>
SternaChannel::GetPathLoss() const
{
    return m_pathLoss;
}

Ptr<PropagationLossModel>
SternaChannel::GetFading() const
{
    return m_fading;
}

void
SternaChannel::SetPathLoss(Ptr<PropagationLossModel> model)
{
    m_pathLoss = model;
    ForgetPathLoss();
}

void
SternaChannel::ForgetPathLoss()
{
    for (auto& link : m_links)
    {
        link.pathUntil = -1;
    }
    ++m_pathEpoch;
    ++m_epoch;
}

uint64_t
SternaChannel::GetPathEpoch() const
{
    return m_pathEpoch;
}

void
SternaChannel::SetFading(Ptr<PropagationLossModel> model)
{
    m_fading = model;
    for (auto& link : m_links)
    {
        link.fadingAt = -1;
    }
}

SternaChannel::Link&
SternaChannel::GetLink(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx)
{
    const uint64_t low = std::min(tx->GetChannelIndex(), rx->GetChannelIndex());
    const uint64_t high = std::max(tx->GetChannelIndex(), rx->GetChannelIndex());
    const auto [entry, isNew] =
        m_linkByIndices.emplace(high << 32 | low, static_cast<uint32_t>(m_links.size()));
    if (isNew)
    {
        Link link;
        link.first = GetMobility(m_devices[low]);
        link.second = GetMobility(m_devices[high]);
        m_links.push_back(link);
    }
    return m_links[entry->second];
}

void
SternaChannel::UpdatePath(Link& link) const
{
    const int64_t now = Simulator::Now().GetTimeStep();
    if (now < link.pathUntil)
    {
        return;
    }
    if (!m_pathLoss)
    {
        throw InputError("A channel without a path loss has no gain: set its attribute PathLoss.");
    }
    link.pathGain = CalcGain(m_pathLoss, link.first, link.second);
    // With an interval of zero the value still holds for the current instant.
    link.pathUntil = now + std::max<int64_t>(1, m_largeScaleInterval.GetTimeStep());
}

void
SternaChannel::UpdateFading(Link& link) const
{
    const int64_t now = Simulator::Now().GetTimeStep();
    if (m_fading && link.fadingAt != now)
    {
        link.fadingGain = CalcGain(m_fading, link.first, link.second);
        link.fadingAt = now;
    }
}

double
SternaChannel::GetAntennaGains(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx)
{
    return tx->GetLinearAntennaGain() * rx->GetLinearAntennaGain();
}

double
SternaChannel::GetGain(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx)
{
    Link& link = GetLink(tx, rx);
    UpdatePath(link);
    UpdateFading(link);
    return link.pathGain * (m_fading ? link.fadingGain : 1.0) * GetAntennaGains(tx, rx);
}

double
SternaChannel::GetLargeScaleGain(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx)
{
    Link& link = GetLink(tx, rx);
    UpdatePath(link);
    return link.pathGain * GetAntennaGains(tx, rx);
}

double
SternaChannel::GetNoisePower(const Ptr<SternaNetDevice>& rx) const
{
    return m_noiseDensity * m_bandwidth * rx->GetLinearNoiseFigure();
}

double
SternaChannel::GetSnr(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx)
{
    return tx->GetTxPower() * GetGain(tx, rx) / GetNoisePower(rx);
}

double
SternaChannel::GetSinr(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx)
{
    ExpireGrants();
    double interference = 0.0;
    for (const auto& other : m_active)
    {
        if (other.device != tx && other.device != rx)
        {
            interference += other.device->GetTxPower() * GetGain(other.device, rx);
        }
    }
    return tx->GetTxPower() * GetGain(tx, rx) / (m_isolation * interference + GetNoisePower(rx));
}

Time
SternaChannel::GetDelay(const Ptr<SternaNetDevice>& tx, const Ptr<SternaNetDevice>& rx)
{
    const Link& link = GetLink(tx, rx);
    return m_delay->GetDelay(link.first, link.second);
}

double
SternaChannel::GetOpenRate(double snr) const
{
    const double efficiency = m_rateModel->GetSpectralEfficiency(std::max(snr, m_threshold));
    if (!(efficiency > 0.0))
    {
        std::ostringstream text;
        text << "A SinrThreshold of " << GetSinrThresholdDb()
             << " dB lies below the lowest rate of " << m_rateModel->GetInstanceTypeId().GetName()
             << ": choose a higher one.";
        throw InputError(text.str());
    }
    return m_bandwidth * efficiency;
}

void
SternaChannel::Activate(const Ptr<SternaNetDevice>& tx, Time duration)
{
    ExpireGrants();
    const int64_t until = (Simulator::Now() + duration).GetTimeStep();
    const auto found = std::find_if(m_active.begin(), m_active.end(), [&tx](const Active& active) {
        return active.device == tx;
    });
    if (found == m_active.end())
    {
        m_active.push_back({tx, until});
    }
    else
    {
        found->until = until;
    }
    // The earliest end may be out of date after a replacement; expiring then finds nothing.
    m_nextExpiry = std::min(m_nextExpiry, until);
    ++m_epoch;
}

void
SternaChannel::ExpireGrants()
{
    const int64_t now = Simulator::Now().GetTimeStep();
    if (now < m_nextExpiry)
    {
        return;
    }
    m_active.erase(std::remove_if(m_active.begin(),
                                  m_active.end(),
                                  [now](const Active& active) { return active.until <= now; }),
                   m_active.end());
    m_nextExpiry = std::numeric_limits<int64_t>::max();
    for (const auto& active : m_active)
    {
        m_nextExpiry = std::min(m_nextExpiry, active.until);
    }
    ++m_epoch;
}

uint64_t
SternaChannel::GetActivityEpoch()
{
    ExpireGrants();
    return m_epoch;
}

Time
SternaChannel::GetLargeScaleUpdateInterval() const
{
    return m_largeScaleInterval;
}

int64_t
SternaChannel::AssignStreams(int64_t stream)
{
    const int64_t begin = stream;
    if (m_pathLoss)
    {
        stream += m_pathLoss->AssignStreams(stream);
    }
    if (m_fading)
    {
        stream += m_fading->AssignStreams(stream);
    }
    stream += m_delay->AssignStreams(stream);
    return stream - begin;
}

void
SternaChannel::DoDispose()
{
    m_devices.clear();
    m_byAddress.clear();
    m_linkByIndices.clear();
    m_links.clear();
    m_active.clear();
    m_pathLoss = nullptr;
    m_fading = nullptr;
    m_delay = nullptr;
    m_rateModel = nullptr;
    Channel::DoDispose();
}

} // namespace sterna
} // namespace ns3
