/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-exhaustive.h"

#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupExhaustive");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupExhaustive);

TypeId
LinkGroupExhaustive::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::LinkGroupExhaustive")
                            .SetParent<LinkGroupDecider>()
                            .SetGroupName("Sterna")
                            .AddConstructor<LinkGroupExhaustive>()
                            .AddAttribute("MaxSequences",
                                          "Largest number of group sequences that is searched.",
                                          DoubleValue(1e12),
                                          MakeDoubleAccessor(&LinkGroupExhaustive::m_maxSequences),
                                          MakeDoubleChecker<double>(1));
    return tid;
}

std::vector<LinkGroupExhaustive::Option>
LinkGroupExhaustive::Options(const LinkGroupProblem& problem,
                             const LinkGroupProblem::State& state,
                             uint32_t slot) const
{
    std::vector<LinkGroup> groups{LinkGroup(problem.Transmitters())};
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        const auto shorter = groups.size();
        for (std::size_t g = 0; g < shorter; ++g)
        {
            for (uint32_t k = 0; k < problem.Devices(); ++k)
            {
                const auto& serves = groups[g].serves;
                if (problem.IsValidLink(n, k) && state.IsPresent(k) &&
                    std::find(serves.begin(), serves.end(), int32_t(k)) == serves.end())
                {
                    groups.push_back(groups[g]);
                    groups.back().serves[n] = k;
                }
            }
        }
    }
    std::vector<Option> options;
    for (const auto& group : groups)
    {
        Option option{group, std::vector<double>(problem.Transmitters(), 0.0)};
        bool valid = true;
        for (uint32_t n = 0; n < problem.Transmitters() && valid; ++n)
        {
            if (group.serves[n] != LinkGroup::IDLE)
            {
                option.rates[n] =
                    problem.RateAhead(state, n, group.serves[n], group.Pattern(), slot);
                valid = option.rates[n] > 0;
            }
        }
        if (valid)
        {
            options.push_back(std::move(option));
        }
    }
    return options;
}

void
LinkGroupExhaustive::Check(const LinkGroupProblem& problem)
{
    const uint32_t slots = problem.System().slotsPerCycle;
    const double sequences = std::pow(problem.CountGroups(), slots);
    if (sequences > m_maxSequences)
    {
        std::ostringstream text;
        text << "An exhaustive search over " << problem.CountGroups() << " groups in " << slots
             << " slots has " << sequences << " sequences; it takes at most " << m_maxSequences
             << " (attribute MaxSequences): use fewer devices or slots.";
        throw InputError(text.str());
    }
}

void
LinkGroupExhaustive::BeginCycle(const LinkGroupProblem& problem,
                                const LinkGroupProblem::State& state)
{
    Check(problem);
    const uint32_t slots = problem.System().slotsPerCycle;
    m_options.clear();
    m_mostLeft = Eigen::ArrayXXd::Zero(problem.Devices(), slots + 1);
    for (uint32_t t = 0; t < slots; ++t)
    {
        m_options.push_back(Options(problem, state, t));
    }
    for (uint32_t t = slots; t-- > 0;)
    {
        Eigen::ArrayXd most = Eigen::ArrayXd::Zero(problem.Devices());
        for (const auto& option : m_options[t])
        {
            for (uint32_t n = 0; n < problem.Transmitters(); ++n)
            {
                if (const int32_t k = option.group.serves[n]; k != LinkGroup::IDLE)
                {
                    most(k) = std::max(most(k), option.rates[n]);
                }
            }
        }
        m_mostLeft.col(t) = m_mostLeft.col(t + 1) + most;
    }
    m_path.clear();
    m_plan.clear();
    m_optimum = std::numeric_limits<double>::infinity();
    Search(problem, state);
    NS_LOG_INFO("optimum " << m_optimum);
}

double
LinkGroupExhaustive::LargestRest(const LinkGroupProblem& problem,
                                 const LinkGroupProblem::State& state) const
{
    LinkGroupProblem::State rest = state;
    for (uint32_t k = 0; k < problem.Devices(); ++k)
    {
        rest.delivered(k) += std::min(rest.Backlog(k), m_mostLeft(k, state.slot));
        rest.served += !state.IsServed(k) && rest.IsServed(k);
    }
    return problem.Objective(state) - problem.Objective(rest);
}

void
LinkGroupExhaustive::Search(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    const double objective = problem.Objective(state);
    if (objective < m_optimum)
    {
        m_optimum = objective;
        m_plan = m_path;
    }
    if (state.slot == m_options.size() || objective - LargestRest(problem, state) >= m_optimum)
    {
        return;
    }
    for (const auto& option : m_options[state.slot])
    {
        auto volumes = option.rates;
        for (uint32_t n = 0; n < problem.Transmitters(); ++n)
        {
            if (const int32_t k = option.group.serves[n]; k != LinkGroup::IDLE)
            {
                volumes[n] = std::min(volumes[n], state.Backlog(k));
            }
        }
        LinkGroupProblem::State next = state;
        problem.Account(next, option.group, volumes);
        m_path.push_back(option.group);
        Search(problem, next);
        m_path.pop_back();
    }
}

LinkGroup
LinkGroupExhaustive::Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
{
    return state.slot < m_plan.size() ? m_plan[state.slot] : LinkGroup(problem.Transmitters());
}

double
LinkGroupExhaustive::GetOptimum() const
{
    return m_optimum;
}

} // namespace sterna
} // namespace ns3
