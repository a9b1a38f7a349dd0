/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-index-policy.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupIndexPolicy");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupIndexPolicy);

namespace
{

constexpr Eigen::Index HIDDEN = 32;
/// The three corrections.
constexpr Eigen::Index HEADS = 3;
const std::string KIND = "link-group-index";

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
                                          MakeStringChecker())
                            .AddAttribute("Futures",
                                          "Futures of the channel in which groups are tried; 0: "
                                          "the index alone decides.",
                                          UintegerValue(4),
                                          MakeUintegerAccessor(&LinkGroupIndexPolicy::m_futures),
                                          MakeUintegerChecker<uint32_t>())
                            .AddAttribute("Attempts",
                                          "How often the search for a future's plan tries to leave "
                                          "a local optimum.",
                                          UintegerValue(2),
                                          MakeUintegerAccessor(&LinkGroupIndexPolicy::m_attempts),
                                          MakeUintegerChecker<uint32_t>())
                            .AddAttribute("Trust",
                                          "Weight of the index against the futures' verdict.",
                                          DoubleValue(1),
                                          MakeDoubleAccessor(&LinkGroupIndexPolicy::m_trust),
                                          MakeDoubleChecker<double>(0));
    return tid;
}

LinkGroupIndexPolicy::LinkGroupIndexPolicy()
    : m_horizon(CreateObject<LinkGroupRollingHorizon>())
{
}

int64_t
LinkGroupIndexPolicy::AssignStreams(int64_t stream)
{
    return m_horizon->AssignStreams(stream);
}

Mlp
LinkGroupIndexPolicy::Untrained(Ptr<UniformRandomVariable> stream)
{
    Mlp network({LinkGroupLinkFeatures::COUNT, HIDDEN, HIDDEN, HEADS},
                Mlp::Hidden::TANH,
                Mlp::Output::IDENTITY);
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

bool
LinkGroupIndexPolicy::IsPolicy(const std::string& path)
{
    const auto metadata = Safetensors::Read(path).metadata;
    const auto kind = metadata.find("sterna.kind");
    return kind != metadata.end() && kind->second == KIND;
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
    if (network.GetInputs() != LinkGroupLinkFeatures::COUNT || network.GetOutputs() != HEADS)
    {
        throw InputError("The policy '" + m_path + "' maps " + std::to_string(network.GetInputs()) +
                         " numbers to " + std::to_string(network.GetOutputs()) + "; it must map " +
                         std::to_string(LinkGroupLinkFeatures::COUNT) + " to " +
                         std::to_string(HEADS) + ".");
    }
    SetNetwork(network);
}

void
LinkGroupIndexPolicy::BeginCycle(const LinkGroupProblem& problem,
                                 const LinkGroupProblem::State& state)
{
    Check(problem);
    m_features.BeginCycle(problem, state);
    m_horizon->SetAttribute("Futures", UintegerValue(m_futures));
    m_horizon->SetAttribute("Attempts", UintegerValue(m_attempts));
}

const LinkGroupLinkFeatures&
LinkGroupIndexPolicy::Observed() const
{
    return m_features;
}

double
LinkGroupIndexPolicy::Index(double gapShare,
                            double progress,
                            const Eigen::Ref<const Eigen::RowVectorXf>& corrections)
{
    return gapShare * std::exp(double(corrections(0))) +
           progress * std::exp(double(corrections(1))) + double(corrections(2));
}

LinkGroup
LinkGroupIndexPolicy::Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    const auto slot = MakeSlotInstance(problem, state);
    m_features.Observe(problem, state, slot);
    const auto& candidates = m_features.Candidates();
    LinkGroup best(problem.Transmitters());
    if (candidates.empty())
    {
        return best;
    }
    const auto& corrections =
        m_network->ForwardBatch(m_features.Rows().topRows(candidates.size()), m_workspace);
    LinkGroupSlotOptions options(slot);
    for (std::size_t i = 0; i < candidates.size(); ++i)
    {
        options.Offer(candidates[i].link,
                      candidates[i].device,
                      Index(candidates[i].gapShare, candidates[i].progress, corrections.row(i)));
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
    return m_futures > 0 ? LookAhead(problem, state, slot, best) : best;
}

LinkGroup
LinkGroupIndexPolicy::LookAhead(const LinkGroupProblem& problem,
                                const LinkGroupProblem::State& state,
                                const LinkGroupInstance& slot,
                                const LinkGroup& first)
{
    const auto& corrections = m_workspace.layers.back();
    const double completion = LinkGroupLinkFeatures::Completion(state);
    LinkGroup best = first;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& [group, objective] : m_horizon->Judge(problem, state, {first}))
    {
        double index = 0;
        const uint32_t pattern = group.Pattern();
        for (uint32_t n = 0; n < group.serves.size(); ++n)
        {
            if (group.serves[n] != LinkGroup::IDLE)
            {
                const int32_t i = m_features.Find(slot.LinkOf(n, pattern), group.serves[n]);
                if (i >= 0)
                {
                    const auto& candidate = m_features.Candidates()[i];
                    index += Index(candidate.gapShare, candidate.progress, corrections.row(i));
                }
            }
        }
        const double loss = objective / completion - m_trust * index;
        if (loss < least)
        {
            least = loss;
            best = group;
        }
    }
    return best;
}

} // namespace sterna
} // namespace ns3
