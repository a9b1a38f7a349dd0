/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_TABLE_H
#define STERNA_ASSOCIATION_TABLE_H

#include "sterna-association-problem.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A slice being decided: who has which channel so far, and what it would earn.
 *
 * All values follow from one knowledge of the channels: the controller's estimates while deciding,
 * or the air's own when the slice is settled.
 */
class AssociationTable
{
  public:
    /// Whose SNR counts.
    enum class Knowledge
    {
        ESTIMATED, //!< AssociationContact::estimatedSnr
        ACTUAL     //!< AssociationContact::snr
    };

    /// \param problem and \param state outlive the table
    AssociationTable(const AssociationProblem& problem,
                     const AssociationState& state,
                     Knowledge knowledge = Knowledge::ESTIMATED);

    bool IsFree(uint32_t station, uint32_t channel) const;
    uint32_t FreeChannels(uint32_t station) const;
    /// Gives a channel away. \throws InputError if it is taken or the pair has no contact
    void Add(const AssociationGrant& grant);
    /// Takes a grant back.
    void Remove(uint32_t satellite);
    /// The grants so far, in the order of Add().
    const AssociationDecision& Decision() const;

    /// SINR of a contact on a channel, beside the grants so far.
    double Sinr(const AssociationContact& contact, uint32_t channel) const;
    /// Data that it would carry (bit), bounded by stock and room, beside the grants so far.
    double Volume(const AssociationContact& contact, uint32_t channel) const;
    /// The same without any interference.
    double CleanVolume(const AssociationContact& contact) const;
    /// By how much the grant would raise TotalUtility(), what it takes from others included.
    double UtilityGain(const AssociationContact& contact, uint32_t channel) const;
    /// Utility that others would lose by its interference (units of data).
    double UtilityLoss(const AssociationContact& contact, uint32_t channel) const;
    /// Data that others would lose by its interference (bit).
    double Harm(const AssociationContact& contact, uint32_t channel) const;
    /// Utility of all grants so far (units of data).
    double TotalUtility() const;

    /// R of each grant (bit/s), in their order.
    std::vector<double> Rates() const;
    /**
     * What each grant delivers (whole bits), in their order: rate x airtime, at most the stock. A
     * station without room for all fills up in the order of time, shared by who sends at once.
     */
    std::vector<double> Settle() const;

  private:
    double Snr(const AssociationContact& contact) const;
    /// SINR beside the grants so far, and beside another satellite on the same channel, if any.
    double SinrAmong(const AssociationContact& contact,
                     uint32_t channel,
                     const AssociationContact* with) const;
    /// Data that a contact carries (bit), bounded by the stock.
    double OfferAt(const AssociationContact& contact, double sinr) const;
    /// Sum of the offers of a station's grants (bit).
    double Offered(uint32_t station) const;
    double StationUtility(uint32_t station, double offered) const;
    /// What a grant's offer loses (bit) if another satellite sends on its channel.
    double Lost(const AssociationGrant& victim, const AssociationContact& intruder) const;
    void SettleStation(uint32_t station,
                       const std::vector<double>& rates,
                       std::vector<double>& volumes) const;

    /// When a grant would send.
    struct Stream
    {
        std::size_t grant;
        double start;
        double end;
    };

    /// Shares the room of a station that is too small among its streams, in the order of time.
    static void Fill(double room,
                     const std::vector<Stream>& streams,
                     const std::vector<double>& rates,
                     std::vector<double>& volumes);

    const AssociationProblem& m_problem;
    const AssociationState& m_state;
    const AssociationSlice& m_slice;
    Knowledge m_knowledge;
    AssociationDecision m_grants;
    std::vector<bool> m_taken; //!< [(station - 1) * M + channel]
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_TABLE_H */
