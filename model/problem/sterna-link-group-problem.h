/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_PROBLEM_H
#define STERNA_LINK_GROUP_PROBLEM_H

#include "sterna-link-gains.h"

#include <Eigen/Core>
#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Transmitters that one controller may coordinate; patterns of activity are enumerated over them.
constexpr uint32_t MAX_LINK_GROUP_TRANSMITTERS = 12;

struct LinkGroupInstance;

/**
 * \ingroup sterna
 * A link group g: per transmitter the device it serves, or IDLE. One link per transmitter, (10), by
 * construction.
 */
struct LinkGroup
{
    static constexpr int32_t IDLE = -1;

    boost::container::static_vector<int32_t, MAX_LINK_GROUP_TRANSMITTERS> serves;

    LinkGroup() = default;

    explicit LinkGroup(uint32_t transmitters)
        : serves(transmitters, IDLE)
    {
    }

    /// Bit n is set when transmitter n is active.
    uint32_t Pattern() const;
    bool operator==(const LinkGroup& other) const;
};

/// What the controller knows of its system and what does not change from slot to slot.
struct LinkGroupSystem
{
    /// Class of a ground device (the sets S, B, M1, M2 of the paper).
    enum class Device
    {
        TST,
        BASE_STATION,
        CELLULAR_UE,
        DUAL_MODE_UE
    };

    struct Transmitter
    {
        std::string name;
        bool satellite; //!< Ka band if true, C band otherwise
        double power;   //!< W
    };

    struct Band
    {
        double bandwidth;     //!< Hz
        double noisePower;    //!< W over the bandwidth
        double sinrThreshold; //!< linear, gamma-bar of (14b)
        /// bit/s/Hz at a linear SINR; log2(1 + SINR) of (12) if empty
        std::function<double(double)> spectralEfficiency;
    };

    std::vector<Transmitter> transmitters;
    std::vector<Device> devices;
    Band ka;
    Band c;
    double slotDuration{0.1};   //!< Phi, s
    uint32_t slotsPerCycle{10}; //!< T
    /// Seconds of a slot that carry data, per link (transmitters x devices); empty: the whole slot.
    Eigen::ArrayXXd airtime;
    /// (14a) as printed also charges for more than D_k; by default it does not.
    bool literalObjective{false};
};

/**
 * \ingroup sterna
 * Link-group scheduling, problem P1 of Yuan et al., IEEE TWC 2022: plain mathematics.
 *
 * Volumes are in Mbit. Interference is the physical one: at device k served by n, the sum over the
 * other active transmitters of the same band of p_n' h_{k,n'}; (11) as printed mixes up channels.
 */
class LinkGroupProblem
{
  public:
    static constexpr const char* Name = "LinkGroup";
    using Decision = LinkGroup;

    /// A delivery that misses its threshold by no more than this (Mbit) has met it: a thousandth of
    /// a bit, which only rounding can lose.
    static constexpr double TOLERANCE = 1e-9;

    /// Demands of a cycle and how far they are met.
    struct State
    {
        Eigen::ArrayXd demand;    //!< D_k, Mbit; 0: the device is absent
        Eigen::ArrayXd threshold; //!< D'_k, Mbit: served from here on
        Eigen::ArrayXd weight;    //!< eta_k; 0 if the device is absent
        double servedWeight{0};   //!< eta_0
        Eigen::ArrayXd delivered; //!< b_k, Mbit
        uint32_t slot{0};         //!< t, 0 ... T - 1 within the cycle
        uint32_t served{0};       //!< number of present devices with b_k >= D'_k
        uint32_t present{0};      //!< number of devices with a demand: the K of (14a)
        LinkGains gains;
        /// Where it is set, rates are these, and gains are not asked for.
        std::shared_ptr<const LinkGroupInstance> givenRates;

        /// Demand that is still open, Mbit.
        double Backlog(uint32_t device) const;

        bool IsPresent(uint32_t device) const
        {
            return demand(device) > 0;
        }

        bool IsServed(uint32_t device) const;
    };

    /// Throws InputError for a system that cannot be scheduled (no device, no BS, power <= 0, ...).
    explicit LinkGroupProblem(LinkGroupSystem system);

    const LinkGroupSystem& System() const;
    uint32_t Transmitters() const;
    uint32_t Devices() const;
    const LinkGroupSystem::Band& BandOf(uint32_t transmitter) const;
    /// Transmitters of the band of `transmitter`, as a bit pattern.
    uint32_t BandPattern(uint32_t transmitter) const;

    /**
     * A state at the start of a cycle. Weights are eta_k = 1/K, and eta_0 makes both terms equal
     * when nothing is served, times `servedEmphasis`. K counts the devices that are present: one
     * without a demand is absent, adds nothing to (14a), and no group may serve it.
     *
     * Throws InputError for values out of range.
     *
     * \param demand D_k in Mbit, > 0 if the device is present; at least one is
     * \param epsilon D'_k / D_k, above 0 and at most 1; of absent devices anything
     * \param servedEmphasis >= 0
     * \param gains of this cycle's links
     */
    State BeginCycle(const Eigen::ArrayXd& demand,
                     const Eigen::ArrayXd& epsilon,
                     double servedEmphasis,
                     LinkGains gains) const;

    /// Seconds of a slot that carry data on this link from now on: satellites come and go.
    void SetAirtime(uint32_t transmitter, uint32_t device, double airtime);
    double GetAirtime(uint32_t transmitter, uint32_t device) const;

    /// (7) and (8): may this transmitter ever serve this device?
    bool IsValidLink(uint32_t transmitter, uint32_t device) const;
    /// SINR (linear) of a link while the transmitters of `pattern` are active; where rates are
    /// given, the one that (12) would need for them.
    double Sinr(const State& state, uint32_t transmitter, uint32_t device, uint32_t pattern) const;
    /// (12) in Mbit: what the link could carry in this slot; 0 below the SINR threshold (14b).
    double Rate(const State& state, uint32_t transmitter, uint32_t device, uint32_t pattern) const;
    /// The same from gains so many slots ahead.
    double RateAhead(const State& state,
                     uint32_t transmitter,
                     uint32_t device,
                     uint32_t pattern,
                     uint32_t slots) const;
    /// (12) in Mbit from gains (transmitters x devices); 0 below the SINR threshold (14b).
    double Rate(const Eigen::ArrayXXd& gains,
                uint32_t transmitter,
                uint32_t device,
                uint32_t pattern) const;
    /// Linear SINR to Mbit per slot on this link.
    double RateAtSinr(uint32_t transmitter, uint32_t device, double sinr) const;

    /// Empty if the group obeys (7)-(10) and (14b) and serves present devices only, otherwise a
    /// sentence that says why not.
    std::string Refusal(const State& state, const LinkGroup& group) const;
    /// Delivered Mbit per link of a group: min(backlog, rate), in the order of the transmitters.
    std::vector<double> Deliverable(const State& state, const LinkGroup& group) const;

    /// (14a).
    double Objective(const State& state) const;
    /// The objective if nothing at all were delivered.
    double IdleObjective(const State& state) const;
    /// (23) for the delivery of `volume` to `device` alone: the decrease of (14a).
    double Reward(const State& state, uint32_t device, double volume) const;
    /// (23) for simultaneous deliveries to several devices; `volumes` goes with `group`.
    double Reward(const State& state,
                  const LinkGroup& group,
                  const std::vector<double>& volumes) const;

    /// Books delivered volumes (Mbit per device), advances the slot and returns the reward (23).
    double Account(State& state, const Eigen::ArrayXd& volumes) const;
    /// The same for the deliveries of one group.
    double Account(State& state, const LinkGroup& group, const std::vector<double>& volumes) const;

    /// |G|: how many groups obey (7)-(10), the idle one included.
    double CountGroups() const;

  private:
    /// SINR from gains given as a function of (transmitter, device).
    template <typename Gain>
    double SinrOf(const Gain& gain, uint32_t transmitter, uint32_t device, uint32_t pattern) const;
    double GapTerm(const State& state, uint32_t device, double delivered) const;
    double ServedTerm(const State& state, double served) const;
    void Deliver(State& state, uint32_t device, double volume) const;

    LinkGroupSystem m_system;
    uint32_t m_satellites{0}; //!< bit pattern of the transmitters in Ka band
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_PROBLEM_H */
