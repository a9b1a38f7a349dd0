/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-table.h"

#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

AssociationTable::AssociationTable(const AssociationProblem& problem,
                                   const AssociationState& state,
                                   Knowledge knowledge)
    : m_problem(problem),
      m_state(state),
      m_slice(state.Slice()),
      m_knowledge(knowledge),
      m_taken(problem.Stations() * problem.System().channels, false)
{
}

bool
AssociationTable::IsFree(uint32_t station, uint32_t channel) const
{
    return !m_taken[(station - 1) * m_problem.System().channels + channel];
}

uint32_t
AssociationTable::FreeChannels(uint32_t station) const
{
    uint32_t free = 0;
    for (uint32_t channel = 0; channel < m_problem.System().channels; ++channel)
    {
        free += IsFree(station, channel);
    }
    return free;
}

void
AssociationTable::Add(const AssociationGrant& grant)
{
    if (!m_slice.Find(grant.satellite, grant.station) || !IsFree(grant.station, grant.channel))
    {
        throw InputError(Sentence("Satellite ",
                                  grant.satellite,
                                  " cannot have channel ",
                                  grant.channel,
                                  " of station ",
                                  grant.station,
                                  "; the station must be in view and the channel free."));
    }
    m_taken[(grant.station - 1) * m_problem.System().channels + grant.channel] = true;
    m_grants.push_back(grant);
}

void
AssociationTable::Remove(uint32_t satellite)
{
    const auto grant = std::find_if(m_grants.begin(), m_grants.end(), [&](const auto& one) {
        return one.satellite == satellite;
    });
    if (grant != m_grants.end())
    {
        m_taken[(grant->station - 1) * m_problem.System().channels + grant->channel] = false;
        m_grants.erase(grant);
    }
}

const AssociationDecision&
AssociationTable::Decision() const
{
    return m_grants;
}

double
AssociationTable::Snr(const AssociationContact& contact) const
{
    return m_knowledge == Knowledge::ACTUAL ? contact.snr : contact.estimatedSnr;
}

double
AssociationTable::SinrAmong(const AssociationContact& contact,
                            uint32_t channel,
                            const AssociationContact* with) const
{
    double interference = 0; // over the noise power
    const auto add = [&](uint32_t satellite) {
        if (const auto* path = m_slice.Find(satellite, contact.station))
        {
            interference += m_problem.System().isolation * Snr(*path);
        }
    };
    for (const auto& other : m_grants)
    {
        if (other.channel == channel && other.station != contact.station &&
            other.satellite != contact.satellite)
        {
            add(other.satellite);
        }
    }
    if (with)
    {
        add(with->satellite);
    }
    return Snr(contact) / (1 + interference);
}

double
AssociationTable::Sinr(const AssociationContact& contact, uint32_t channel) const
{
    return SinrAmong(contact, channel, nullptr);
}

double
AssociationTable::OfferAt(const AssociationContact& contact, double sinr) const
{
    return std::min(AssociationProblem::Offer(contact, m_problem.Rate(sinr)),
                    m_state.stock(contact.satellite));
}

double
AssociationTable::Volume(const AssociationContact& contact, uint32_t channel) const
{
    const double room = m_problem.Room(m_state, contact.station) - Offered(contact.station);
    return std::clamp(OfferAt(contact, Sinr(contact, channel)), 0.0, std::max(room, 0.0));
}

double
AssociationTable::CleanVolume(const AssociationContact& contact) const
{
    return std::min(OfferAt(contact, Snr(contact)), m_problem.Room(m_state, contact.station));
}

double
AssociationTable::Offered(uint32_t station) const
{
    double offered = 0;
    for (const auto& grant : m_grants)
    {
        if (grant.station == station)
        {
            const auto& contact = *m_slice.Find(grant.satellite, station);
            offered += OfferAt(contact, Sinr(contact, grant.channel));
        }
    }
    return offered;
}

double
AssociationTable::StationUtility(uint32_t station, double offered) const
{
    const double volume = std::min(offered, m_problem.Room(m_state, station));
    return m_problem.Utility(m_state.capacity(station - 1), volume);
}

double
AssociationTable::Lost(const AssociationGrant& victim, const AssociationContact& intruder) const
{
    const auto& contact = *m_slice.Find(victim.satellite, victim.station);
    return OfferAt(contact, Sinr(contact, victim.channel)) -
           OfferAt(contact, SinrAmong(contact, victim.channel, &intruder));
}

double
AssociationTable::Harm(const AssociationContact& contact, uint32_t channel) const
{
    double harm = 0;
    for (const auto& other : m_grants)
    {
        if (other.channel == channel && other.station != contact.station)
        {
            harm += Lost(other, contact);
        }
    }
    return harm;
}

double
AssociationTable::UtilityLoss(const AssociationContact& contact, uint32_t channel) const
{
    double loss = 0;
    for (const auto& other : m_grants)
    {
        // a channel has one user per station, so every victim is at a station of its own
        if (other.channel == channel && other.station != contact.station)
        {
            const double offered = Offered(other.station);
            loss += StationUtility(other.station, offered) -
                    StationUtility(other.station, offered - Lost(other, contact));
        }
    }
    return loss;
}

double
AssociationTable::UtilityGain(const AssociationContact& contact, uint32_t channel) const
{
    const double before = Offered(contact.station);
    const double after = before + OfferAt(contact, Sinr(contact, channel));
    return StationUtility(contact.station, after) - StationUtility(contact.station, before) -
           UtilityLoss(contact, channel);
}

double
AssociationTable::TotalUtility() const
{
    double total = 0;
    for (uint32_t station = 1; station <= m_problem.Stations(); ++station)
    {
        total += StationUtility(station, Offered(station));
    }
    return total;
}

std::vector<double>
AssociationTable::Rates() const
{
    std::vector<double> rates;
    for (const auto& grant : m_grants)
    {
        const auto& contact = *m_slice.Find(grant.satellite, grant.station);
        rates.push_back(m_problem.Rate(Sinr(contact, grant.channel)));
    }
    return rates;
}

std::vector<double>
AssociationTable::Settle() const
{
    const auto rates = Rates();
    std::vector<double> volumes(m_grants.size(), 0.0);
    for (uint32_t station = 1; station <= m_problem.Stations(); ++station)
    {
        SettleStation(station, rates, volumes);
    }
    for (double& volume : volumes)
    {
        volume = std::floor(volume);
    }
    return volumes;
}

void
AssociationTable::SettleStation(uint32_t station,
                                const std::vector<double>& rates,
                                std::vector<double>& volumes) const
{
    std::vector<Stream> streams;
    double wanted = 0;
    for (std::size_t g = 0; g < m_grants.size(); ++g)
    {
        if (m_grants[g].station == station && rates[g] > 0)
        {
            const auto& contact = *m_slice.Find(m_grants[g].satellite, station);
            const double airtime =
                std::min(contact.airtime_s, m_state.stock(contact.satellite) / rates[g]);
            streams.push_back({g, contact.start_s, contact.start_s + airtime});
            // in one piece: with room, no rounding of pieces may cost the last bit
            volumes[g] = std::min(rates[g] * contact.airtime_s, m_state.stock(contact.satellite));
            wanted += volumes[g];
        }
    }
    if (wanted > m_problem.Room(m_state, station))
    {
        Fill(m_problem.Room(m_state, station), streams, rates, volumes);
    }
}

void
AssociationTable::Fill(double room,
                       const std::vector<Stream>& streams,
                       const std::vector<double>& rates,
                       std::vector<double>& volumes)
{
    std::vector<double> times;
    for (const auto& stream : streams)
    {
        volumes[stream.grant] = 0;
        times.push_back(stream.start);
        times.push_back(stream.end);
    }
    std::sort(times.begin(), times.end());
    for (std::size_t i = 0; i + 1 < times.size() && room > 0; ++i)
    {
        double total = 0;
        for (const auto& stream : streams)
        {
            total += stream.start <= times[i] && times[i] < stream.end ? rates[stream.grant] : 0;
        }
        const double offered = total * (times[i + 1] - times[i]);
        const double share = offered > room ? room / offered : 1;
        for (const auto& stream : streams)
        {
            if (stream.start <= times[i] && times[i] < stream.end)
            {
                volumes[stream.grant] += share * rates[stream.grant] * (times[i + 1] - times[i]);
            }
        }
        room -= std::min(offered, room);
    }
}

} // namespace sterna
} // namespace ns3
