/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_TESTS_H
#define STERNA_LINK_GROUP_TESTS_H

#include "sterna-draws.h"
#include "sterna-expectations.h"

#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-problem.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * What the suites sterna-link-group and sterna-link-group-solver share: random tiny instances, and
 * the paper's equations written down a second time, as plainly as possible, to referee the module.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

using GroundDevice = LinkGroupSystem::Device;

/// Per transmitter the device it serves, or -1.
using Serves = std::vector<int32_t>;

using LinkGroupTestCase = ExpectationTestCase;

/// A C band of 20 MHz and a Ka band of 400 MHz; noise -100 dBm and -90 dBm; thresholds 3 and 1 dB.
inline LinkGroupSystem
MakeSystem(uint32_t satellites,
           uint32_t stations,
           uint32_t terminals,
           std::vector<GroundDevice> devices)
{
    LinkGroupSystem system;
    for (uint32_t n = 0; n < satellites; ++n)
    {
        system.transmitters.push_back({"LEO" + std::to_string(n + 1), true, 100.0});
    }
    for (uint32_t n = 0; n < stations; ++n)
    {
        system.transmitters.push_back({"BS" + std::to_string(n + 1), false, 40.0});
    }
    for (uint32_t n = 0; n < terminals; ++n)
    {
        system.transmitters.push_back({"TST" + std::to_string(n + 1), false, 2.0});
    }
    system.devices = std::move(devices);
    system.c = {20e6, 1e-13, std::pow(10.0, 0.3), {}};
    system.ka = {400e6, 1e-12, std::pow(10.0, 0.1), {}};
    return system;
}

/// (7) and (8), as the paper's text lists the links.
inline bool
IsAllowed(bool satellite, GroundDevice device)
{
    switch (device)
    {
    case GroundDevice::TST:
    case GroundDevice::BASE_STATION:
        return satellite;
    case GroundDevice::CELLULAR_UE:
        return !satellite;
    default:
        return true;
    }
}

/// Every group that obeys (7)-(10), by trying everything.
inline std::vector<Serves>
AllGroups(const LinkGroupSystem& system)
{
    std::vector<Serves> groups{Serves{}};
    for (const auto& transmitter : system.transmitters)
    {
        std::vector<Serves> longer;
        for (const auto& group : groups)
        {
            for (int32_t k = -1; k < int32_t(system.devices.size()); ++k)
            {
                const bool taken = std::count(group.begin(), group.end(), k) > 0;
                if (k < 0 || (!taken && IsAllowed(transmitter.satellite, system.devices[k])))
                {
                    longer.push_back(group);
                    longer.back().push_back(k);
                }
            }
        }
        groups = std::move(longer);
    }
    return groups;
}

/// (11) with the interference of the other active transmitters of the band, (14b) and (12): Mbit
/// per transmitter of a group. Empty if a link misses its threshold.
inline std::vector<double>
ReferenceRates(const LinkGroupSystem& system, const Eigen::ArrayXXd& gains, const Serves& group)
{
    std::vector<double> rates(group.size(), 0.0);
    for (std::size_t n = 0; n < group.size(); ++n)
    {
        if (group[n] < 0)
        {
            continue;
        }
        const bool satellite = system.transmitters[n].satellite;
        const auto& band = satellite ? system.ka : system.c;
        double disturbance = band.noisePower;
        for (std::size_t m = 0; m < group.size(); ++m)
        {
            if (m != n && group[m] >= 0 && system.transmitters[m].satellite == satellite)
            {
                disturbance += system.transmitters[m].power * gains(m, group[n]);
            }
        }
        const double sinr = system.transmitters[n].power * gains(n, group[n]) / disturbance;
        if (sinr < band.sinrThreshold)
        {
            return {};
        }
        rates[n] = system.slotDuration * band.bandwidth * std::log2(1 + sinr) / 1e6;
    }
    return rates;
}

/// (14a) from the delivered Mbit of every device.
inline double
ReferenceObjective(const LinkGroupProblem::State& state,
                   const Eigen::ArrayXd& delivered,
                   bool literal)
{
    double served = 0;
    double gaps = 0;
    for (Eigen::Index k = 0; k < delivered.size(); ++k)
    {
        served += delivered(k) >= state.threshold(k) - 1e-9;
        const double gap = state.demand(k) - delivered(k);
        gaps += gap > 0 || literal ? state.weight(k) * gap * gap : 0.0;
    }
    return state.servedWeight * std::pow(served - double(delivered.size()), 2) + gaps;
}

/// The state's deliveries after one more group at these rates: min(backlog, rate) each.
inline Eigen::ArrayXd
AfterGroup(const LinkGroupProblem::State& state,
           const Eigen::ArrayXd& delivered,
           const Serves& group,
           const std::vector<double>& rates)
{
    Eigen::ArrayXd after = delivered;
    for (std::size_t n = 0; n < group.size(); ++n)
    {
        if (group[n] >= 0)
        {
            const double backlog = std::max(0.0, state.demand(group[n]) - delivered(group[n]));
            after(group[n]) += std::min(backlog, rates[n]);
        }
    }
    return after;
}

inline LinkGroup
ToGroup(const Serves& serves)
{
    LinkGroup group(serves.size());
    std::copy(serves.begin(), serves.end(), group.serves.begin());
    return group;
}

inline Serves
ToServes(const LinkGroup& group)
{
    return {group.serves.begin(), group.serves.end()};
}

/// A system, the gains of all its slots, and its demands.
struct Instance
{
    LinkGroupSystem system;
    std::vector<Eigen::ArrayXXd> gains; //!< per slot, transmitters x devices
    Eigen::ArrayXd demand;
    Eigen::ArrayXd epsilon;
    double servedEmphasis{1};

    /// A state at the start of the cycle; `*now` is the slot that it shows the gains of.
    LinkGroupProblem::State Begin(
        const LinkGroupProblem& problem,
        std::shared_ptr<uint32_t> now = std::make_shared<uint32_t>(0)) const
    {
        const auto known = gains;
        return problem.BeginCycle(
            demand,
            epsilon,
            servedEmphasis,
            LinkGains(problem.Transmitters(),
                      problem.Devices(),
                      [known, now](uint32_t n, uint32_t k, uint32_t ahead) {
                          return known[std::min<std::size_t>(*now + ahead, known.size() - 1)](n, k);
                      }));
    }
};

/// SNRs of -5 to 25 dB without interference: some links below their threshold, some far above.
inline Eigen::ArrayXXd
DrawGains(Draws& draws, const LinkGroupSystem& system)
{
    Eigen::ArrayXXd gains(system.transmitters.size(), system.devices.size());
    for (Eigen::Index n = 0; n < gains.rows(); ++n)
    {
        const auto& transmitter = system.transmitters[n];
        const auto& band = transmitter.satellite ? system.ka : system.c;
        for (Eigen::Index k = 0; k < gains.cols(); ++k)
        {
            const double snr = std::pow(10.0, 0.1 * draws.Uniform(-5, 25));
            gains(n, k) = snr * band.noisePower / transmitter.power;
        }
    }
    return gains;
}

/// One BS and so many more devices of any kind; demands of one to a few slots.
inline Instance
DrawInstance(Draws& draws,
             uint32_t satellites,
             uint32_t stations,
             uint32_t terminals,
             uint32_t devices,
             uint32_t slots)
{
    std::vector<GroundDevice> kinds{GroundDevice::BASE_STATION};
    while (kinds.size() < devices)
    {
        kinds.push_back(GroundDevice(draws.Integer(0, 3)));
    }
    Instance instance;
    instance.system = MakeSystem(satellites, stations, terminals, kinds);
    instance.system.slotsPerCycle = slots;
    for (uint32_t t = 0; t < slots; ++t)
    {
        instance.gains.push_back(DrawGains(draws, instance.system));
    }
    instance.demand.resize(devices);
    instance.epsilon.resize(devices);
    for (uint32_t k = 0; k < devices; ++k)
    {
        const bool large = kinds[k] != GroundDevice::CELLULAR_UE;
        instance.demand(k) = large ? draws.Uniform(20, 400) : draws.Uniform(4, 40);
        instance.epsilon(k) = draws.Uniform(0.3, 0.6);
    }
    return instance;
}

/// The state of an instance in which some devices have got something and some everything.
inline LinkGroupProblem::State
DrawState(Draws& draws, const Instance& instance, const LinkGroupProblem& problem)
{
    auto state = instance.Begin(problem);
    Eigen::ArrayXd delivered(problem.Devices());
    for (Eigen::Index k = 0; k < delivered.size(); ++k)
    {
        delivered(k) = state.demand(k) * std::clamp(draws.Uniform(-0.5, 1.2), 0.0, 1.0);
    }
    problem.Account(state, delivered);
    return state;
}

/// Cases of the suite sterna-link-group on bad input and on the encoder.
std::vector<TestCase*> MakeLinkGroupEncoderTests();
/// Cases of the suite sterna-link-group-solver on random groups and on candidate groups.
std::vector<TestCase*> MakeLinkGroupDrawTests();

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_TESTS_H */
