/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-instance.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupInstance");

double
LinkGroupInstance::Rate(uint32_t slot,
                        uint32_t transmitter,
                        uint32_t device,
                        uint32_t pattern) const
{
    return slot < Slots() ? rates[slot](device, LinkOf(transmitter, pattern)) : 0;
}

void
LinkGroupInstance::MakeLinks()
{
    const uint32_t patterns = 1U << Transmitters();
    links.clear();
    m_linkOf.assign(Transmitters() * patterns, -1);
    for (uint32_t pattern = 1; pattern < patterns; ++pattern)
    {
        for (uint32_t n = 0; n < Transmitters(); ++n)
        {
            if ((pattern >> n & 1) && (pattern & ~BandPattern(n)) == 0)
            {
                m_linkOf[n * patterns | pattern] = links.size();
                links.push_back({n, pattern});
            }
        }
    }
}

double
LinkGroupInstance::Objective(const Eigen::ArrayXd& volumes) const
{
    double gaps = 0;
    double missing = 0;
    for (uint32_t k = 0; k < Devices(); ++k)
    {
        const double gap = demand(k) - volumes(k);
        const double charged = literalObjective ? gap : std::max(0.0, gap);
        gaps += weight(k) * charged * charged;
        missing += !IsServed(k, volumes(k));
    }
    return servedWeight * missing * missing + gaps;
}

Eigen::ArrayXd
LinkGroupInstance::Delivered(const LinkGroupPlan& plan) const
{
    Eigen::ArrayXd volumes = delivered;
    for (std::size_t t = 0; t < plan.size(); ++t)
    {
        const uint32_t pattern = plan[t].Pattern();
        for (uint32_t n = 0; n < plan[t].serves.size(); ++n)
        {
            if (const int32_t k = plan[t].serves[n]; k != LinkGroup::IDLE)
            {
                volumes(k) += rates[t](k, LinkOf(n, pattern));
            }
        }
    }
    return literalObjective ? volumes : volumes.min(demand.max(delivered));
}

double
LinkGroupInstance::Objective(const LinkGroupPlan& plan) const
{
    return Objective(Delivered(plan));
}

double
LinkGroupInstance::IdleObjective() const
{
    return Objective(delivered);
}

std::string
LinkGroupInstance::Refusal(const LinkGroupPlan& plan) const
{
    std::ostringstream why;
    if (plan.size() > Slots())
    {
        why << "The plan has " << plan.size() << " slots; the instance has " << Slots() << ".";
        return why.str();
    }
    for (std::size_t t = 0; t < plan.size(); ++t)
    {
        const auto& serves = plan[t].serves;
        if (serves.size() != Transmitters())
        {
            why << "The group of slot " << t << " names " << serves.size()
                << " transmitters; there are " << Transmitters() << ".";
            return why.str();
        }
        for (uint32_t n = 0; n < serves.size(); ++n)
        {
            const int32_t k = serves[n];
            if (k == LinkGroup::IDLE)
            {
                continue;
            }
            if (k < 0 || k >= int32_t(Devices()))
            {
                why << "In slot " << t << " " << transmitters[n] << " is to serve device " << k
                    << "; devices are 0 to " << Devices() - 1 << ".";
            }
            else if (std::count(serves.begin(), serves.end(), k) > 1)
            {
                why << "In slot " << t << " device " << k
                    << " is served by more than one transmitter (9).";
            }
            else if (!(rates[t](k, LinkOf(n, plan[t].Pattern())) > 0))
            {
                why << "In slot " << t << " " << transmitters[n] << " cannot serve device " << k
                    << " in this group: its rate is 0 by (7), (8) or (14b).";
            }
            if (!why.str().empty())
            {
                return why.str();
            }
        }
    }
    return {};
}

namespace
{

/// An instance with all but its rates.
LinkGroupInstance
WithoutRates(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    LinkGroupInstance instance;
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        instance.transmitters.push_back(problem.System().transmitters[n].name);
        instance.satellites |= uint32_t(problem.System().transmitters[n].satellite) << n;
    }
    instance.MakeLinks();
    instance.demand = state.demand;
    instance.threshold = state.threshold;
    instance.weight = state.weight;
    instance.delivered = state.delivered;
    instance.servedWeight = state.servedWeight;
    instance.slotDuration = problem.System().slotDuration;
    instance.literalObjective = problem.System().literalObjective;
    return instance;
}

/// Slots of the given rates from the current one on.
LinkGroupInstance
FromGivenRates(const LinkGroupProblem& problem,
               const LinkGroupProblem::State& state,
               uint32_t slots)
{
    auto instance = WithoutRates(problem, state);
    const auto& rates = state.givenRates->rates;
    instance.rates.assign(rates.begin() + state.slot, rates.begin() + state.slot + slots);
    return instance;
}

} // namespace

LinkGroupProblem
MakeProblem(const LinkGroupInstance& instance)
{
    using Device = LinkGroupSystem::Device;
    LinkGroupSystem system;
    // (7) and (8) are in the rates already; only bandwidths are of interest here
    system.ka = {400e6, 1, 1, {}};
    system.c = {20e6, 1, 1, {}};
    for (uint32_t n = 0; n < instance.Transmitters(); ++n)
    {
        system.transmitters.push_back(
            {instance.transmitters[n], (instance.satellites >> n & 1) != 0, 1});
    }
    for (uint32_t k = 0; k < instance.Devices(); ++k)
    {
        bool sky = false;
        bool ground = false;
        for (const auto& slot : instance.rates)
        {
            for (std::size_t l = 0; l < instance.links.size(); ++l)
            {
                const bool satellite = instance.satellites >> instance.links[l].transmitter & 1;
                (satellite ? sky : ground) |= slot(k, l) > 0;
            }
        }
        system.devices.push_back(!sky     ? Device::CELLULAR_UE
                                 : ground ? Device::DUAL_MODE_UE
                                          : Device::BASE_STATION);
    }
    system.slotDuration = instance.slotDuration;
    system.slotsPerCycle = instance.Slots();
    system.literalObjective = instance.literalObjective;
    return LinkGroupProblem(std::move(system));
}

LinkGroupProblem::State
MakeState(std::shared_ptr<const LinkGroupInstance> instance)
{
    LinkGroupProblem::State state;
    state.demand = instance->demand;
    state.threshold = instance->threshold;
    state.weight = instance->weight;
    state.servedWeight = instance->servedWeight;
    state.delivered = instance->delivered;
    for (uint32_t k = 0; k < instance->Devices(); ++k)
    {
        state.present += state.IsPresent(k);
        state.served += state.IsServed(k);
    }
    state.givenRates = std::move(instance);
    return state;
}

LinkGroupInstance
MakeInstance(const LinkGroupProblem& problem,
             const LinkGroupProblem::State& state,
             uint32_t slots,
             const LinkGainAhead& gain)
{
    auto instance = WithoutRates(problem, state);
    Eigen::ArrayXXd gains(problem.Transmitters(), problem.Devices());
    for (uint32_t t = 0; t < slots; ++t)
    {
        for (uint32_t k = 0; k < problem.Devices(); ++k)
        {
            for (uint32_t n = 0; n < problem.Transmitters(); ++n)
            {
                gains(n, k) = problem.IsValidLink(n, k) ? gain(n, k, t) : 0;
            }
        }
        Eigen::ArrayXXd rates(problem.Devices(), instance.links.size());
        for (std::size_t l = 0; l < instance.links.size(); ++l)
        {
            const auto& link = instance.links[l];
            for (uint32_t k = 0; k < problem.Devices(); ++k)
            {
                rates(k, l) = gains(link.transmitter, k) > 0
                                  ? problem.Rate(gains, link.transmitter, k, link.pattern)
                                  : 0;
            }
        }
        instance.rates.push_back(std::move(rates));
    }
    NS_LOG_INFO("instance of " << problem.Devices() << " devices and " << slots << " slots");
    return instance;
}

LinkGroupInstance
MakeSlotInstance(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    return state.givenRates
               ? FromGivenRates(problem, state, 1)
               : MakeInstance(problem, state, 1, [&](uint32_t n, uint32_t k, uint32_t) {
                     return state.gains(n, k);
                 });
}

LinkGroupInstance
MakeInstance(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    const uint32_t slots = problem.System().slotsPerCycle - state.slot;
    return state.givenRates
               ? FromGivenRates(problem, state, slots)
               : MakeInstance(problem, state, slots, [&](uint32_t n, uint32_t k, uint32_t ahead) {
                     return state.gains.Ahead(n, k, ahead);
                 });
}

} // namespace sterna
} // namespace ns3
