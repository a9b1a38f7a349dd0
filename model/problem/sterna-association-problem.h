/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_PROBLEM_H
#define STERNA_ASSOCIATION_PROBLEM_H

#include "sterna-association-plan.h"
#include "sterna-decider.h"

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Which satellite offloads to which base station on which channel: a_ij = b_im = 1.
struct AssociationGrant
{
    uint32_t satellite; //!< from 0
    uint32_t station;   //!< from 1
    uint32_t channel;   //!< from 0

    bool operator==(const AssociationGrant& other) const;
};

/// The grants of a slice. Whoever has none is associated with the virtual station 0.
using AssociationDecision = std::vector<AssociationGrant>;

/// What does not change during an episode. Data are in bit, costs and utilities in units of data.
struct AssociationSystem
{
    /// In which order satellites take their turns within a slice; unscoped, because enum attributes
    /// are numbers in older releases of ns-3.
    enum Turns
    {
        INDEX,        //!< by their number, as the paper's loop does
        LARGEST_OFFER //!< who could offload most, if alone, comes first
    };

    uint32_t satellites{120};     //!< N
    uint32_t channels{4};         //!< M, of each station
    std::vector<double> capacity; //!< C_j at the start (bit); [0] is station 1
    double stock{96e9};           //!< of each satellite at the start (bit)
    double bandwidth{30e6};       //!< B of a channel (Hz)
    double sliceDuration{210};    //!< (s)
    double isolation{1.0};        //!< share of an interferer's power that antennas let in, 0 to 1
    double unit{8e9};             //!< unit of data (bit)
    double dataWeight{0.7};       //!< omega
    double costWeight{0.3};       //!< xi
    double storageCost{200.0};    //!< kappa (units of data)
    double reserve{8e9};          //!< what a station never gives away (bit): c_j diverges at 0
    Turns turns{Turns::INDEX};    //!< order of the satellites within a slice
    /// Spectral efficiency at a linear SINR (bit/s/Hz).
    std::function<double(double)> spectralEfficiency;
};

/// What is known when a slice is decided.
struct AssociationState
{
    uint32_t slice{0};                           //!< t, from 0
    Eigen::ArrayXd capacity;                     //!< C_j(t) (bit); [0] is station 1
    Eigen::ArrayXd stock;                        //!< what each satellite still holds (bit)
    std::shared_ptr<const AssociationPlan> plan; //!< contacts of all slices
    AssociationDecision grants;                  //!< that were in effect in the last slice
    std::vector<double> volumes;                 //!< what each of them delivered (bit)
    std::vector<double> utilities;               //!< what each of them was worth (units of data)

    /// The contacts of this slice.
    const AssociationSlice& Slice() const;
};

/**
 * \ingroup sterna
 * Joint satellite association and channel allocation: maximise the utility of data that satellites
 * offload to base stations whose storage fills up (PSDDQN, Wireless Communications and Mobile
 * Computing 2022, article 1177544).
 *
 * A satellite is associated with one station per slice, a station has M channels, and each serves
 * one satellite at most. A grant of the pair (i, j) on channel m has
 *
 *     SINR = p_ij g_ij / (sum over i' on m at other stations, in view of j: p g_i'j + N0 B)
 *     R    = B log2(1 + SINR)   (or another rate model),   offered data: R tau_ij,
 *
 * and what arrives is bounded by the satellite's stock and the station's room. Storing x at a
 * station with C left costs the integral of c = kappa / C: the utility is
 * omega x - xi kappa ln(C / (C - x)) in units of data. Grants of one station are charged in the
 * decision's order; their sum does not depend on it.
 */
class AssociationProblem
{
  public:
    static constexpr const char* Name = "Association";
    using State = AssociationState;
    using Decision = AssociationDecision;

    /// \throws InputError naming the first value of the system that cannot be
    explicit AssociationProblem(AssociationSystem system);

    const AssociationSystem& System() const;
    /// J, without the virtual station.
    uint32_t Stations() const;

    /// An episode's start: stations empty, satellites full.
    State Begin(std::shared_ptr<const AssociationPlan> plan) const;
    /// Why a decision cannot be, or nothing if it can.
    std::string Refusal(const State& state, const Decision& decision) const;
    /// The satellites that see a station in this slice, in the order of their turns.
    std::vector<uint32_t> Turns(const State& state) const;
    /// The same in an order of one's own.
    std::vector<uint32_t> Turns(const State& state, AssociationSystem::Turns order) const;

    /// omega x - xi kappa ln(C / (C - x)): storing `volume` where `capacity` is left (bit).
    double Utility(double capacity, double volume) const;
    /// What a station can still take (bit): its capacity above the reserve.
    double Room(const State& state, uint32_t station) const;
    /// R (bit/s) at a linear SINR.
    double Rate(double sinr) const;
    /// The data that a contact carries at a rate (bit), if nothing else limits it.
    static double Offer(const AssociationContact& contact, double rate);

    /**
     * Books what the grants delivered and goes on to the next slice.
     *
     * \param volumes bits per grant, whole numbers
     * \return the slice's utility (units of data); that of each grant is left in state.utilities
     */
    double Account(State& state,
                   const Decision& decision,
                   const std::vector<double>& volumes) const;

  private:
    AssociationSystem m_system;
};

/// Who decides on satellite association.
using AssociationDecider = Decider<AssociationProblem>;

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_PROBLEM_H */
