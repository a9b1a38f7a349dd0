/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_ENCODER_H
#define STERNA_ASSOCIATION_ENCODER_H

#include "sterna-association-table.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * How much data the rest of an episode may bring to each station: what is still to come matters to
 * whoever fills a storage now.
 */
class AssociationOutlook
{
  public:
    AssociationOutlook() = default;
    /// Every contact counts with its interference-free data, shared among the stations in view.
    AssociationOutlook(const AssociationProblem& problem, const AssociationPlan& plan);

    /// Bits that the slices after this one may bring to a station.
    double After(uint32_t slice, uint32_t station) const;

  private:
    Eigen::ArrayXXd m_after; //!< slices x stations
};

/**
 * \ingroup sterna
 * What a satellite sees at its turn, as numbers, and what its choice means.
 *
 * Choices are pairs (station, channel), the virtual station first: index = station x M + channel,
 * as in Fig. 4 of the paper; of the virtual station only channel 0 is ever valid.
 *
 * PAPER is the state of the paper's Section 4.1.1, N + (J + 1) (2 + M) numbers (156 for the paper's
 * system): which satellite (one-hot), valid communication time with each station over the slice,
 * capacity left, and which channels are taken. The virtual station is valid only where nothing else
 * is.
 *
 * OFFERS describes each choice by the same few numbers, so that one network fits any number of
 * satellites and stations; the virtual station is always valid. Data are in reference volumes, the
 * data of a whole slice at 5 bit/s/Hz. Globally: the share of slices left. For each choice:
 *
 *  0  it is the virtual station            7  data to come, of the initial capacity
 *  1  utility above that of the best       8  share of free channels
 *     other station                        9  satellites still to choose that see it, per channel
 *  2  data with the interference present   10 regret of whom it may displace: what the last of
 *  3  data without interference               those still to choose with room would lose elsewhere
 *  4  data that others lose                11 free channels that it would disturb elsewhere,
 *  5  capacity left                           weighted by the demand for them
 *  6  price xi kappa / C, of omega         12 utility that it adds, the loss of others included: a
 *                                             first guess of its value
 *
 * Of the virtual station only the first is not 0. Crowds (4, 7, 9, 11) count up to 1, so that
 * features keep their range in constellations that training never saw.
 */
class AssociationEncoder
{
  public:
    /// Unscoped, because enum attributes are numbers in older releases of ns-3.
    enum Features
    {
        PAPER,
        OFFERS
    };

    explicit AssociationEncoder(Features features);

    /// J + 1 stations with M channels each.
    static Eigen::Index Choices(const AssociationProblem& problem);
    Eigen::Index FeatureSize(const AssociationProblem& problem) const;
    /// Blocks of features that are alike, one for each choice; 0 for PAPER.
    Eigen::Index Blocks(const AssociationProblem& problem) const;
    Eigen::Index BlockSize() const;

    /// Bits of a whole slice at 5 bit/s/Hz: what data are measured in.
    static double ReferenceVolume(const AssociationProblem& problem);

    /**
     * \param table the slice so far
     * \param outlook of the plan; only OFFERS looks at it
     * \param satellite whose turn it is
     * \param waiting satellites whose turns come after it
     * \param features is filled, FeatureSize() long
     * \param mask is filled, one row of Choices()
     */
    void Observe(const AssociationProblem& problem,
                 const AssociationState& state,
                 const AssociationTable& table,
                 const AssociationOutlook& outlook,
                 uint32_t satellite,
                 const std::vector<uint32_t>& waiting,
                 Eigen::VectorXf& features,
                 Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>& mask) const;

    /// The grant that a choice means; false for the virtual station.
    static bool Decode(const AssociationProblem& problem,
                       uint32_t satellite,
                       int choice,
                       AssociationGrant& grant);

  private:
    static void ObservePaper(const AssociationProblem& problem,
                             const AssociationState& state,
                             const AssociationTable& table,
                             uint32_t satellite,
                             Eigen::VectorXf& features);
    static void ObserveOffers(const AssociationProblem& problem,
                              const AssociationState& state,
                              const AssociationTable& table,
                              const AssociationOutlook& outlook,
                              uint32_t satellite,
                              const std::vector<uint32_t>& waiting,
                              Eigen::VectorXf& features);

    Features m_features;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_ENCODER_H */
