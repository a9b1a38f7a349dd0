/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_INSTANCE_H
#define STERNA_LINK_GROUP_INSTANCE_H

#include "sterna-link-group-problem.h"

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Per slot the group that is scheduled.
using LinkGroupPlan = std::vector<LinkGroup>;

/**
 * \ingroup sterna
 * Problem P1 of Yuan et al., IEEE TWC 2022, as plain numbers: a cycle, or what is left of one, with
 * the rates of all slots known.
 *
 * Offline solvers, rolling horizons and bounds work on it, and files carry it to other programs.
 * Within a band the rate of a transmitter depends on which others are active, so there is one
 * column of rates per pair of transmitter and pattern.
 */
struct LinkGroupInstance
{
    /// A transmitter at work while the transmitters of `pattern` (all of its band) are active.
    struct Link
    {
        uint32_t transmitter;
        uint32_t pattern; //!< bit n: transmitter n is active
    };

    std::vector<std::string> transmitters; //!< their names
    uint32_t satellites{0};                //!< bit pattern of the transmitters in Ka band
    std::vector<Link> links;
    /// Per slot R (12) in Mbit, (devices x links); 0: forbidden by (7), (8) or (14b).
    std::vector<Eigen::ArrayXXd> rates;
    Eigen::ArrayXd demand;    //!< D_k, Mbit
    Eigen::ArrayXd threshold; //!< D'_k, Mbit
    Eigen::ArrayXd weight;    //!< eta_k
    Eigen::ArrayXd delivered; //!< b_k before the first slot, Mbit
    double servedWeight{0};   //!< eta_0
    double slotDuration{0.1}; //!< Phi, s
    bool literalObjective{false};

    uint32_t Slots() const
    {
        return rates.size();
    }

    uint32_t Devices() const
    {
        return demand.size();
    }

    uint32_t Transmitters() const
    {
        return transmitters.size();
    }

    /// Bit pattern of the transmitters that share the band of `transmitter`.
    uint32_t BandPattern(uint32_t transmitter) const
    {
        const uint32_t all = (1U << Transmitters()) - 1;
        return (satellites >> transmitter & 1) ? satellites : all & ~satellites;
    }

    /// Column of `rates` for a transmitter within any pattern of activity.
    uint32_t LinkOf(uint32_t transmitter, uint32_t pattern) const
    {
        return m_linkOf[(transmitter << Transmitters()) | (pattern & BandPattern(transmitter))];
    }

    /// R of a link in Mbit; 0 beyond the last slot.
    double Rate(uint32_t slot, uint32_t transmitter, uint32_t device, uint32_t pattern) const;
    /// Fills `links` with all pairs of pattern and transmitter; wants names and satellites.
    void MakeLinks();

    /// Whether device k has got its D'_k when b_k Mbit have been delivered.
    bool IsServed(uint32_t device, double volume) const
    {
        return volume >= threshold(device) - LinkGroupProblem::TOLERANCE;
    }

    /// (14a) when b_k Mbit (`volumes`) have been delivered.
    double Objective(const Eigen::ArrayXd& volumes) const;
    /// b_k after a plan: what the default objective counts is capped at D_k, the literal one's is
    /// not. Slots beyond the plan are idle.
    Eigen::ArrayXd Delivered(const LinkGroupPlan& plan) const;
    /// (14a) at the end of a plan.
    double Objective(const LinkGroupPlan& plan) const;
    /// (14a) if nothing more is delivered.
    double IdleObjective() const;
    /// Empty if every group of the plan obeys (7)-(10) and (14b), otherwise says why not.
    std::string Refusal(const LinkGroupPlan& plan) const;

    /// Reads a file of doc/sterna.rst, 'Instance files'; throws InputError if it is not one.
    static LinkGroupInstance Read(const std::string& path);
    /// Writes one; throws InputError if it cannot, or if there is not exactly one satellite.
    void Write(std::ostream& stream) const;

  private:
    std::vector<int32_t> m_linkOf; //!< [transmitter << N | pattern of its band]
};

/**
 * \ingroup sterna
 * The problem of an instance that came from elsewhere, so that any decider can be asked about it.
 * Devices are told apart by which rates they have; bandwidths are those of Table I.
 */
LinkGroupProblem MakeProblem(const LinkGroupInstance& instance);

/// The start of the instance's cycle; its rates are given ones.
LinkGroupProblem::State MakeState(std::shared_ptr<const LinkGroupInstance> instance);

/// Power gain of a link (transmitter, device), so many slots after the first.
using LinkGainAhead =
    std::function<double(uint32_t transmitter, uint32_t device, uint32_t slotsAhead)>;

/**
 * \ingroup sterna
 * What is left of a cycle, `slots` slots from the current one on, with gains as given.
 */
LinkGroupInstance MakeInstance(const LinkGroupProblem& problem,
                               const LinkGroupProblem::State& state,
                               uint32_t slots,
                               const LinkGainAhead& gain);

/// The current slot alone.
LinkGroupInstance MakeSlotInstance(const LinkGroupProblem& problem,
                                   const LinkGroupProblem::State& state);

/// The same to the end of the cycle with the gains that will be, which only offline solvers know.
LinkGroupInstance MakeInstance(const LinkGroupProblem& problem,
                               const LinkGroupProblem::State& state);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_INSTANCE_H */
