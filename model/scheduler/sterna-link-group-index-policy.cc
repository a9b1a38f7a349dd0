/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-index-policy.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-plan-search.h"
#include "ns3/string.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupIndexPolicy");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupIndexPolicy);

namespace
{

/// What the network sees of a link.
constexpr Eigen::Index FEATURES = 20;
constexpr Eigen::Index HIDDEN = 16;
/// The two corrections.
constexpr Eigen::Index HEADS = 2;
const std::string KIND = "link-group-index";

/// log10 of a ratio, cut off at a factor of 1000 and scaled to [-1, 1].
float
LogRatio(double numerator, double denominator)
{
    constexpr double DECADES = 3;
    const double ratio = std::max(numerator, 1e-300) / std::max(denominator, 1e-300);
    return std::clamp(std::log10(ratio), -DECADES, DECADES) / DECADES;
}

} // namespace

TypeId
LinkGroupIndexPolicy::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::LinkGroupIndexPolicy")
                            .SetParent<LinkGroupDecider>()
                            .SetGroupName("Sterna")
                            .AddConstructor<LinkGroupIndexPolicy>()
                            .AddAttribute("Policy",
                                          "Path of the policy file.",
                                          StringValue(""),
                                          MakeStringAccessor(&LinkGroupIndexPolicy::m_path),
                                          MakeStringChecker());
    return tid;
}

LinkGroupIndexPolicy::LinkGroupIndexPolicy() = default;

Mlp
LinkGroupIndexPolicy::Untrained(Ptr<UniformRandomVariable> stream)
{
    Mlp network({FEATURES, HIDDEN, HEADS}, Mlp::Hidden::TANH, Mlp::Output::IDENTITY);
    network.Initialize(stream);
    network.GetParameters().tail(HIDDEN * HEADS + HEADS).setZero();
    return network;
}

void
LinkGroupIndexPolicy::SetNetwork(const Mlp& network)
{
    m_network = std::make_unique<Mlp>(network);
}

void
LinkGroupIndexPolicy::Save(const Mlp& network,
                           const std::string& path,
                           std::map<std::string, std::string> metadata)
{
    Safetensors file;
    file.metadata = std::move(metadata);
    file.metadata["sterna.kind"] = KIND;
    network.Store(file, "index");
    file.Write(path);
}

void
LinkGroupIndexPolicy::Check(const LinkGroupProblem&)
{
    if (m_network)
    {
        return;
    }
    if (m_path.empty())
    {
        throw InputError("LinkGroupIndexPolicy has no policy; set its attribute Policy.");
    }
    const auto file = Safetensors::Read(m_path);
    if (const auto& kind = file.GetMetadata("sterna.kind", m_path); kind != KIND)
    {
        throw InputError("The policy '" + m_path + "' is of kind '" + kind + "', not '" + KIND +
                         "'.");
    }
    auto network = Mlp::Load(file, "index", Mlp::Hidden::TANH, Mlp::Output::IDENTITY, m_path);
    if (network.GetInputs() != FEATURES || network.GetOutputs() != HEADS)
    {
        throw InputError("The policy '" + m_path + "' maps " + std::to_string(network.GetInputs()) +
                         " numbers to " + std::to_string(network.GetOutputs()) + "; it must map " +
                         std::to_string(FEATURES) + " to " + std::to_string(HEADS) + ".");
    }
    SetNetwork(network);
}

void
LinkGroupIndexPolicy::FetchMeanRates(const LinkGroupProblem& problem,
                                     const LinkGroupProblem::State& state)
{
    const auto* forecast = state.gains.Forecast();
    m_meanRate = Eigen::ArrayXXd::Zero(problem.Devices(), problem.Transmitters());
    if (state.givenRates)
    {
        m_meanRates = state.givenRates->rates.front();
        for (uint32_t t = 1; t < state.givenRates->Slots(); ++t)
        {
            m_meanRates += state.givenRates->rates[t];
        }
        m_meanRates /= double(state.givenRates->Slots());
    }
    else
    {
        m_meanRates = MakeInstance(problem, state, 1, [&](uint32_t n, uint32_t k, uint32_t) {
                          return forecast ? forecast->Mean(n, k) : state.gains(n, k);
                      }).rates.front();
    }
    const auto slot = MakeSlotInstance(problem, state);
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        m_meanRate.col(n) = m_meanRates.col(slot.LinkOf(n, 1U << n));
    }
}

void
LinkGroupIndexPolicy::BeginCycle(const LinkGroupProblem& problem,
                                 const LinkGroupProblem::State& state)
{
    Check(problem);
    FetchMeanRates(problem, state);
}

void
LinkGroupIndexPolicy::PlanAhead(const LinkGroupInstance& slot, uint32_t slots)
{
    auto horizon = slot;
    horizon.rates.resize(slots, m_meanRates);
    LinkGroupPlanSearch search(horizon);
    search.Construct();
    search.Descend();
    m_plan = search.Plan();
    m_planned = horizon.Delivered(m_plan);
    m_plannedSlots.setZero(slot.Devices(), slot.Transmitters());
    for (const auto& group : m_plan)
    {
        for (uint32_t n = 0; n < group.serves.size(); ++n)
        {
            if (group.serves[n] != LinkGroup::IDLE)
            {
                m_plannedSlots(group.serves[n], n) += 1;
            }
        }
    }
}

void
LinkGroupIndexPolicy::QueueUp(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    m_queue.setZero(problem.Devices(), problem.Transmitters());
    m_load.setZero(problem.Transmitters());
    std::vector<std::pair<double, uint32_t>> costs; // slots to completion, device
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        costs.clear();
        for (uint32_t k = 0; k < problem.Devices(); ++k)
        {
            if (!state.IsServed(k) && m_meanRate(k, n) > 0)
            {
                costs.emplace_back((state.threshold(k) - state.delivered(k)) / m_meanRate(k, n), k);
            }
        }
        std::sort(costs.begin(), costs.end());
        double sum = 0;
        for (const auto& [slots, k] : costs)
        {
            m_queue(k, n) = sum;
            sum += slots;
        }
        m_load(n) = sum;
    }
}

void
LinkGroupIndexPolicy::Observe(const LinkGroupProblem& problem,
                              const LinkGroupProblem::State& state,
                              const LinkGroupInstance& slot)
{
    const auto& rates = slot.rates.front();
    const double devices = problem.Devices();
    const double cycle = problem.System().slotsPerCycle;
    const double left = cycle - state.slot;
    const double completion =
        std::max(1e-12, state.servedWeight * (2 * (devices - state.served) - 1));
    const double objective = problem.Objective(state);
    QueueUp(problem, state);
    PlanAhead(slot, left);
    m_candidates.clear();
    m_features.resize(devices * slot.links.size(), FEATURES);
    for (uint32_t k = 0; k < problem.Devices(); ++k)
    {
        const double backlog = state.Backlog(k);
        if (backlog <= 0)
        {
            continue;
        }
        const bool open = !state.IsServed(k);
        const double missing = open ? state.threshold(k) - state.delivered(k) : backlog;
        for (uint32_t l = 0; l < slot.links.size(); ++l)
        {
            const double volume = std::min(backlog, rates(k, l));
            if (!(volume > 0))
            {
                continue;
            }
            const uint32_t n = slot.links[l].transmitter;
            double others = 0;
            for (uint32_t other = 0; other < problem.Transmitters(); ++other)
            {
                others = other == n ? others : std::max(others, m_meanRate(k, other));
            }
            const double gap = state.weight(k) * volume * (2 * backlog - volume) / completion;
            auto x = m_features.row(m_candidates.size());
            x << left / cycle, open ? 1.0F : -1.0F, std::min(1.0, volume / missing),
                LogRatio(missing, left * rates(k, l)), LogRatio(missing, left * m_meanRate(k, n)),
                LogRatio(rates(k, l), m_meanRate(k, n)), LogRatio(missing, left * others),
                state.served / devices, LogRatio(gap, 1), backlog / state.demand(k),
                volume >= missing ? 1.0F : -1.0F, LogRatio(completion * devices, objective),
                LogRatio(m_queue(k, n) + 0.1, left), LogRatio(m_load(n) + 0.1, left),
                LogRatio(backlog, left * m_meanRate(k, n)),
                LogRatio(state.weight(k) * backlog * backlog * devices, objective),
                m_plan.front().serves[n] == int32_t(k) ? 1.0F : -1.0F,
                slot.IsServed(k, m_planned(k)) ? 1.0F : -1.0F, m_plannedSlots(k, n) / left,
                (m_plannedSlots.row(k).sum() - m_plannedSlots(k, n)) / left;
            m_candidates.push_back({l, k, gap, open ? std::min(1.0, volume / missing) : 0.0});
        }
    }
}

LinkGroup
LinkGroupIndexPolicy::Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    const auto slot = MakeSlotInstance(problem, state);
    Observe(problem, state, slot);
    LinkGroup best(problem.Transmitters());
    if (m_candidates.empty())
    {
        return best;
    }
    const auto& corrections =
        m_network->ForwardBatch(m_features.topRows(m_candidates.size()), m_workspace);
    LinkGroupSlotOptions options(slot);
    for (std::size_t i = 0; i < m_candidates.size(); ++i)
    {
        const auto& candidate = m_candidates[i];
        options.Offer(candidate.link,
                      candidate.device,
                      candidate.gapShare * std::exp(double(corrections(i, 0))) +
                          candidate.progress * std::exp(double(corrections(i, 1))));
    }
    double highest = 0;
    for (uint32_t pattern = 1; pattern < 1U << problem.Transmitters(); ++pattern)
    {
        LinkGroup group(problem.Transmitters());
        if (const double worth = options.Best(pattern, group); worth > highest)
        {
            highest = worth;
            best = group;
        }
    }
    NS_LOG_LOGIC("slot " << state.slot << " pattern " << best.Pattern() << " index " << highest);
    return best;
}

} // namespace sterna
} // namespace ns3
