/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-problem.h"

#include "sterna-link-group-instance.h"

#include "ns3/sterna-error.h"

#include <algorithm>
#include <boost/math/special_functions/binomial.hpp>
#include <cmath>

namespace ns3
{
namespace sterna
{

namespace
{

using Device = LinkGroupSystem::Device;

/// Also false for NaN and infinity.
bool
IsPositive(double value)
{
    return value > 0 && std::isfinite(value);
}

void
CheckBand(const LinkGroupSystem::Band& band, const char* name)
{
    if (!IsPositive(band.bandwidth))
    {
        throw InputError(Sentence("The ",
                                  name,
                                  " band's bandwidth is ",
                                  band.bandwidth,
                                  " Hz; it must be positive."));
    }
    if (!IsPositive(band.noisePower))
    {
        throw InputError(Sentence("The ",
                                  name,
                                  " band's noise power is ",
                                  band.noisePower,
                                  " W; it must be positive."));
    }
    if (!(band.sinrThreshold >= 0))
    {
        throw InputError(Sentence("The ",
                                  name,
                                  " band's SINR threshold is ",
                                  band.sinrThreshold,
                                  "; a linear ratio must not be negative."));
    }
}

void
CheckAirtime(const LinkGroupSystem& system)
{
    const auto& airtime = system.airtime;
    const Eigen::Index transmitters = system.transmitters.size();
    const Eigen::Index devices = system.devices.size();
    if (airtime.size() == 0)
    {
        return;
    }
    if (airtime.rows() != transmitters || airtime.cols() != devices)
    {
        throw InputError(Sentence("The airtime has ",
                                  airtime.rows(),
                                  " rows and ",
                                  airtime.cols(),
                                  " columns; there are ",
                                  transmitters,
                                  " transmitters and ",
                                  devices,
                                  " devices."));
    }
    for (Eigen::Index n = 0; n < transmitters; ++n)
    {
        for (Eigen::Index k = 0; k < devices; ++k)
        {
            if (!(airtime(n, k) >= 0 && airtime(n, k) <= system.slotDuration))
            {
                throw InputError(Sentence("The airtime of ",
                                          system.transmitters[n].name,
                                          " to device ",
                                          k,
                                          " is ",
                                          airtime(n, k),
                                          " s; it must be 0 to ",
                                          system.slotDuration,
                                          " s."));
            }
        }
    }
}

void
CheckDemands(const Eigen::ArrayXd& demand, const Eigen::ArrayXd& epsilon, double servedEmphasis)
{
    for (Eigen::Index k = 0; k < demand.size(); ++k)
    {
        if (!(demand(k) >= 0 && std::isfinite(demand(k))))
        {
            throw InputError(Sentence("The demand of device ",
                                      k,
                                      " is ",
                                      demand(k),
                                      " Mbit; it must be positive, or 0 if the device is absent."));
        }
        if (demand(k) > 0 && !(epsilon(k) > 0 && epsilon(k) <= 1))
        {
            throw InputError(Sentence("The threshold share of device ",
                                      k,
                                      " is ",
                                      epsilon(k),
                                      "; it must be above 0 and at most 1."));
        }
    }
    if (!(demand > 0).any())
    {
        throw InputError("All devices are absent; at least one must have a demand.");
    }
    if (!(servedEmphasis >= 0 && std::isfinite(servedEmphasis)))
    {
        throw InputError(Sentence("The emphasis on served devices is ",
                                  servedEmphasis,
                                  "; it must not be negative."));
    }
}

} // namespace

uint32_t
LinkGroup::Pattern() const
{
    uint32_t pattern = 0;
    for (uint32_t n = 0; n < serves.size(); ++n)
    {
        pattern |= (serves[n] != IDLE) << n;
    }
    return pattern;
}

bool
LinkGroup::operator==(const LinkGroup& other) const
{
    return serves == other.serves;
}

double
LinkGroupProblem::State::Backlog(uint32_t device) const
{
    return std::max(0.0, demand(device) - delivered(device));
}

bool
LinkGroupProblem::State::IsServed(uint32_t device) const
{
    return IsPresent(device) && delivered(device) >= threshold(device) - TOLERANCE;
}

LinkGroupProblem::LinkGroupProblem(LinkGroupSystem system)
    : m_system(std::move(system))
{
    if (m_system.devices.empty())
    {
        throw InputError("The number of ground devices K is 0; at least one is needed.");
    }
    if (m_system.transmitters.empty() || m_system.transmitters.size() > MAX_LINK_GROUP_TRANSMITTERS)
    {
        throw InputError(Sentence("The number of transmitters is ",
                                  m_system.transmitters.size(),
                                  "; it must be 1 to ",
                                  MAX_LINK_GROUP_TRANSMITTERS,
                                  "."));
    }
    CheckBand(m_system.ka, "Ka");
    CheckBand(m_system.c, "C");
    if (!(m_system.slotDuration > 0) || m_system.slotsPerCycle == 0)
    {
        throw InputError(Sentence("A cycle of ",
                                  m_system.slotsPerCycle,
                                  " slots of ",
                                  m_system.slotDuration,
                                  " s is empty; both must be positive."));
    }
    for (uint32_t n = 0; n < Transmitters(); ++n)
    {
        const auto& transmitter = m_system.transmitters[n];
        if (!IsPositive(transmitter.power))
        {
            throw InputError(Sentence("The transmit power of ",
                                      transmitter.name,
                                      " is ",
                                      transmitter.power,
                                      " W; it must be positive."));
        }
        m_satellites |= uint32_t(transmitter.satellite) << n;
    }
    if (m_system.airtime.size() == 0)
    {
        m_system.airtime =
            Eigen::ArrayXXd::Constant(Transmitters(), Devices(), m_system.slotDuration);
    }
    CheckAirtime(m_system);
}

const LinkGroupSystem&
LinkGroupProblem::System() const
{
    return m_system;
}

uint32_t
LinkGroupProblem::Transmitters() const
{
    return m_system.transmitters.size();
}

uint32_t
LinkGroupProblem::Devices() const
{
    return m_system.devices.size();
}

const LinkGroupSystem::Band&
LinkGroupProblem::BandOf(uint32_t transmitter) const
{
    return m_system.transmitters[transmitter].satellite ? m_system.ka : m_system.c;
}

uint32_t
LinkGroupProblem::BandPattern(uint32_t transmitter) const
{
    const uint32_t all = (1U << Transmitters()) - 1;
    return m_system.transmitters[transmitter].satellite ? m_satellites : all & ~m_satellites;
}

LinkGroupProblem::State
LinkGroupProblem::BeginCycle(const Eigen::ArrayXd& demand,
                             const Eigen::ArrayXd& epsilon,
                             double servedEmphasis,
                             LinkGains gains) const
{
    if (demand.size() != Devices() || epsilon.size() != Devices())
    {
        throw InputError(Sentence("There are ",
                                  demand.size(),
                                  " demands and ",
                                  epsilon.size(),
                                  " threshold shares for ",
                                  Devices(),
                                  " devices."));
    }
    CheckDemands(demand, epsilon, servedEmphasis);
    State state;
    state.demand = demand;
    state.threshold = (demand > 0).select(epsilon * demand, 0.0);
    state.present = (demand > 0).count();
    const double present = state.present;
    state.weight = (demand > 0).cast<double>() / present;
    state.servedWeight =
        servedEmphasis * (state.weight * demand.square()).sum() / (present * present);
    state.delivered = Eigen::ArrayXd::Zero(Devices());
    state.gains = std::move(gains);
    return state;
}

void
LinkGroupProblem::SetAirtime(uint32_t transmitter, uint32_t device, double airtime)
{
    m_system.airtime(transmitter, device) = airtime;
}

double
LinkGroupProblem::GetAirtime(uint32_t transmitter, uint32_t device) const
{
    return m_system.airtime(transmitter, device);
}

bool
LinkGroupProblem::IsValidLink(uint32_t transmitter, uint32_t device) const
{
    const auto kind = m_system.devices[device];
    return m_system.transmitters[transmitter].satellite
               ? kind != Device::CELLULAR_UE                                  // (8)
               : kind == Device::CELLULAR_UE || kind == Device::DUAL_MODE_UE; // (7)
}

template <typename Gain>
double
LinkGroupProblem::SinrOf(const Gain& gain,
                         uint32_t transmitter,
                         uint32_t device,
                         uint32_t pattern) const
{
    double disturbance = BandOf(transmitter).noisePower;
    const uint32_t others = pattern & BandPattern(transmitter) & ~(1U << transmitter);
    for (uint32_t n = 0; (others >> n) != 0; ++n)
    {
        if (others >> n & 1)
        {
            disturbance += m_system.transmitters[n].power * gain(n, device);
        }
    }
    return m_system.transmitters[transmitter].power * gain(transmitter, device) / disturbance;
}

double
LinkGroupProblem::Sinr(const State& state,
                       uint32_t transmitter,
                       uint32_t device,
                       uint32_t pattern) const
{
    if (state.givenRates)
    {
        const double capacity =
            1e-6 * m_system.airtime(transmitter, device) * BandOf(transmitter).bandwidth;
        return std::exp2(Rate(state, transmitter, device, pattern) / capacity) - 1;
    }
    return SinrOf(state.gains, transmitter, device, pattern);
}

double
LinkGroupProblem::RateAtSinr(uint32_t transmitter, uint32_t device, double sinr) const
{
    const auto& band = BandOf(transmitter);
    if (!(sinr >= band.sinrThreshold)) // (14b); NaN does not pass
    {
        return 0;
    }
    const double efficiency =
        band.spectralEfficiency ? band.spectralEfficiency(sinr) : std::log2(1 + sinr);
    return 1e-6 * m_system.airtime(transmitter, device) * band.bandwidth * efficiency; // (12)
}

double
LinkGroupProblem::Rate(const State& state,
                       uint32_t transmitter,
                       uint32_t device,
                       uint32_t pattern) const
{
    if (state.givenRates)
    {
        return state.givenRates->Rate(state.slot, transmitter, device, pattern);
    }
    return RateAtSinr(transmitter, device, Sinr(state, transmitter, device, pattern));
}

double
LinkGroupProblem::RateAhead(const State& state,
                            uint32_t transmitter,
                            uint32_t device,
                            uint32_t pattern,
                            uint32_t slots) const
{
    if (state.givenRates)
    {
        return state.givenRates->Rate(state.slot + slots, transmitter, device, pattern);
    }
    const auto gain = [&](uint32_t n, uint32_t k) { return state.gains.Ahead(n, k, slots); };
    return RateAtSinr(transmitter, device, SinrOf(gain, transmitter, device, pattern));
}

double
LinkGroupProblem::Rate(const Eigen::ArrayXXd& gains,
                       uint32_t transmitter,
                       uint32_t device,
                       uint32_t pattern) const
{
    return RateAtSinr(transmitter, device, SinrOf(gains, transmitter, device, pattern));
}

std::string
LinkGroupProblem::Refusal(const State& state, const LinkGroup& group) const
{
    if (group.serves.size() != Transmitters())
    {
        return Sentence("The group names ",
                        group.serves.size(),
                        " transmitters; there are ",
                        Transmitters(),
                        ".");
    }
    const uint32_t pattern = group.Pattern();
    for (uint32_t n = 0; n < Transmitters(); ++n)
    {
        const int32_t k = group.serves[n];
        if (k == LinkGroup::IDLE)
        {
            continue;
        }
        const auto& name = m_system.transmitters[n].name;
        if (k < 0 || k >= int32_t(Devices()))
        {
            return Sentence(name,
                            " is to serve device ",
                            k,
                            "; devices are 0 to ",
                            Devices() - 1,
                            ".");
        }
        if (!IsValidLink(n, k))
        {
            return Sentence(name, " can never serve device ", k, " by (7) and (8).");
        }
        if (!state.IsPresent(k))
        {
            return Sentence(name, " is to serve device ", k, ", which is absent.");
        }
        if (std::count(group.serves.begin(), group.serves.end(), k) > 1)
        {
            return Sentence("Device ", k, " is served by more than one transmitter (9).");
        }
        if (!(Rate(state, n, k, pattern) > 0))
        {
            return Sentence("The SINR of ",
                            name,
                            " to device ",
                            k,
                            " is ",
                            Sinr(state, n, k, pattern),
                            ", below its threshold ",
                            BandOf(n).sinrThreshold,
                            " (14b).");
        }
    }
    return {};
}

std::vector<double>
LinkGroupProblem::Deliverable(const State& state, const LinkGroup& group) const
{
    const uint32_t pattern = group.Pattern();
    std::vector<double> volumes(Transmitters(), 0.0);
    for (uint32_t n = 0; n < Transmitters(); ++n)
    {
        if (group.serves[n] != LinkGroup::IDLE)
        {
            const uint32_t k = group.serves[n];
            volumes[n] = std::min(state.Backlog(k), Rate(state, n, k, pattern));
        }
    }
    return volumes;
}

double
LinkGroupProblem::GapTerm(const State& state, uint32_t device, double delivered) const
{
    const double gap = state.demand(device) - delivered;
    const double charged = m_system.literalObjective ? gap : std::max(0.0, gap);
    return state.weight(device) * charged * charged;
}

double
LinkGroupProblem::ServedTerm(const State& state, double served) const
{
    const double missing = served - state.present;
    return state.servedWeight * missing * missing;
}

double
LinkGroupProblem::Objective(const State& state) const
{
    double sum = ServedTerm(state, state.served);
    for (uint32_t k = 0; k < Devices(); ++k)
    {
        sum += GapTerm(state, k, state.delivered(k));
    }
    return sum;
}

double
LinkGroupProblem::IdleObjective(const State& state) const
{
    return ServedTerm(state, 0) + (state.weight * state.demand.square()).sum();
}

double
LinkGroupProblem::Reward(const State& state, uint32_t device, double volume) const
{
    const double after = state.delivered(device) + volume;
    const bool newlyServed = state.IsPresent(device) && !state.IsServed(device) &&
                             after >= state.threshold(device) - TOLERANCE;
    return GapTerm(state, device, state.delivered(device)) - GapTerm(state, device, after) +
           (newlyServed ? ServedTerm(state, state.served) - ServedTerm(state, state.served + 1.0)
                        : 0.0);
}

double
LinkGroupProblem::Reward(const State& state,
                         const LinkGroup& group,
                         const std::vector<double>& volumes) const
{
    double gaps = 0;
    double served = state.served;
    for (uint32_t n = 0; n < Transmitters(); ++n)
    {
        if (group.serves[n] == LinkGroup::IDLE)
        {
            continue;
        }
        const uint32_t k = group.serves[n];
        const double after = state.delivered(k) + volumes[n];
        gaps += GapTerm(state, k, state.delivered(k)) - GapTerm(state, k, after);
        served +=
            state.IsPresent(k) && !state.IsServed(k) && after >= state.threshold(k) - TOLERANCE;
    }
    return gaps + ServedTerm(state, state.served) - ServedTerm(state, served);
}

void
LinkGroupProblem::Deliver(State& state, uint32_t device, double volume) const
{
    const bool before = state.IsServed(device);
    state.delivered(device) += volume;
    state.served += !before && state.IsServed(device);
}

double
LinkGroupProblem::Account(State& state, const Eigen::ArrayXd& volumes) const
{
    const double before = Objective(state);
    for (uint32_t k = 0; k < Devices(); ++k)
    {
        Deliver(state, k, volumes(k));
    }
    ++state.slot;
    state.gains.NextSlot();
    return before - Objective(state);
}

double
LinkGroupProblem::Account(State& state,
                          const LinkGroup& group,
                          const std::vector<double>& volumes) const
{
    const double reward = Reward(state, group, volumes);
    for (uint32_t n = 0; n < Transmitters(); ++n)
    {
        if (group.serves[n] != LinkGroup::IDLE)
        {
            Deliver(state, group.serves[n], volumes[n]);
        }
    }
    ++state.slot;
    state.gains.NextSlot();
    return reward;
}

double
LinkGroupProblem::CountGroups() const
{
    using boost::math::binomial_coefficient;
    const auto count = [this](Device kind) {
        return std::count(m_system.devices.begin(), m_system.devices.end(), kind);
    };
    // ordered choices of r out of n devices
    const auto permutations = [](double n, unsigned r) {
        double choices = 1;
        for (unsigned i = 0; i < r; ++i)
        {
            choices *= std::max(0.0, n - i);
        }
        return choices;
    };
    const unsigned satellites = std::count_if(m_system.transmitters.begin(),
                                              m_system.transmitters.end(),
                                              [](const auto& t) { return t.satellite; });
    const unsigned terrestrial = Transmitters() - satellites;
    const double dual = count(Device::DUAL_MODE_UE);
    const double cellular = count(Device::CELLULAR_UE);
    const double skyward = Devices() - cellular;
    double groups = 0;
    for (unsigned active = 0; active <= terrestrial; ++active)
    {
        for (unsigned onDual = 0; onDual <= active; ++onDual)
        {
            double sky = 0;
            for (unsigned s = 0; s <= satellites; ++s)
            {
                sky +=
                    binomial_coefficient<double>(satellites, s) * permutations(skyward - onDual, s);
            }
            groups += binomial_coefficient<double>(terrestrial, active) *
                      binomial_coefficient<double>(active, onDual) * permutations(dual, onDual) *
                      permutations(cellular, active - onDual) * sky;
        }
    }
    return groups;
}

} // namespace sterna
} // namespace ns3
