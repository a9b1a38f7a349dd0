/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-checks.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <cmath>
#include <string>
#include <tuple>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAgentChecks");

namespace
{

void
CheckCount(const std::string& what, Eigen::Index actual, Eigen::Index expected)
{
    if (actual != expected)
    {
        throw InputError("The " + what + " number " + std::to_string(actual) + ", not the " +
                         std::to_string(expected) + " that the agent was configured for.");
    }
}

/// Written so that NaN fails, too.
template <typename Derived>
void
CheckUnit(const std::string& what, const Eigen::DenseBase<Derived>& values)
{
    for (Eigen::Index row = 0; row < values.rows(); ++row)
    {
        for (Eigen::Index column = 0; column < values.cols(); ++column)
        {
            const float value = values.derived()(row, column);
            if (!(std::abs(value) <= 1.0f))
            {
                throw InputError(what + " holds " + std::to_string(value) +
                                 ", which is not in [-1, 1].");
            }
        }
    }
}

} // namespace

std::vector<Eigen::Index>
ValidRows(const Observation& observation)
{
    std::vector<Eigen::Index> rows;
    for (Eigen::Index row = 0; row < observation.choices.rows(); ++row)
    {
        if (observation.mask.size() == 0 || observation.mask(0, row))
        {
            rows.push_back(row);
        }
    }
    return rows;
}

const bool*
ValidFlags(const Observation& observation)
{
    return observation.mask.size() == 0 ? nullptr : observation.mask.data();
}

void
CheckObservation(const AgentSpaces& spaces, const Observation& observation)
{
    CheckCount("observation's features", observation.features.size(), spaces.features);
    if (spaces.embedding == 0)
    {
        return;
    }
    const Eigen::Index rows = observation.choices.rows();
    if (rows > 0)
    {
        CheckCount("embedding's columns", observation.choices.cols(), spaces.embedding);
    }
    if (spaces.choices > 0)
    {
        CheckCount("observation's choices", rows, spaces.choices);
    }
    if (observation.mask.size() > 0)
    {
        CheckCount("mask's flags", observation.mask.size(), rows);
    }
}

void
CheckTransition(const AgentSpaces& spaces, const Transition& transition)
{
    CheckObservation(spaces, transition.observation);
    if (!transition.terminated)
    {
        CheckObservation(spaces, transition.next);
    }
    const bool finite = std::isfinite(transition.reward) &&
                        transition.observation.features.allFinite() &&
                        (transition.terminated || transition.next.features.allFinite());
    if (!finite)
    {
        throw InputError("A transition holds a reward or a feature that is not finite (reward " +
                         std::to_string(transition.reward) +
                         "); learning from it would spoil all "
                         "weights.");
    }
    if (spaces.embedding == 0)
    {
        CheckCount("executed action's parameters",
                   transition.action.parameters.size(),
                   spaces.parameters);
        CheckUnit("The executed action", transition.action.parameters);
        return;
    }
    const int choice = transition.action.choice.size() == 1 ? transition.action.choice(0) : -1;
    if (choice < 0 || choice >= transition.observation.choices.rows())
    {
        throw InputError("The executed choice " + std::to_string(choice) + " is not one of the " +
                         std::to_string(transition.observation.choices.rows()) +
                         " choices that were observed.");
    }
    CheckUnit("The embedding of a choice", transition.observation.choices.row(choice));
    CheckUnit("The embedding of a next choice", transition.next.choices);
}

void
CheckEmbeddedSpaces(const std::string& agent, const AgentSpaces& spaces)
{
    NS_LOG_FUNCTION(agent << spaces.features << spaces.embedding);
    if (spaces.features < 1)
    {
        throw InputError(agent + " was given 0 features; it needs at least 1.");
    }
    if (spaces.actors != 1 || spaces.embedding < 1 || spaces.parameters != 0)
    {
        throw InputError(agent + " decides for 1 actor among embedded choices, not for " +
                         std::to_string(spaces.actors) + " with " +
                         std::to_string(spaces.embedding) + " embedding columns and " +
                         std::to_string(spaces.parameters) + " parameters.");
    }
    if (spaces.blocks < 0 || spaces.blockSize < 0 ||
        spaces.blocks * spaces.blockSize > spaces.features)
    {
        throw InputError(agent + " was given " + std::to_string(spaces.blocks) + " blocks of " +
                         std::to_string(spaces.blockSize) + " features, but there are only " +
                         std::to_string(spaces.features) + " features.");
    }
}

bool
IsSame(const AgentSpaces& these, const AgentSpaces& those)
{
    const auto numbers = [](const AgentSpaces& spaces) {
        return std::make_tuple(spaces.features,
                               spaces.blocks,
                               spaces.blockSize,
                               spaces.prior,
                               spaces.actors,
                               spaces.choices,
                               spaces.embedding,
                               spaces.parameters,
                               spaces.window);
    };
    return numbers(these) == numbers(those);
}

void
CheckUnitFeatures(const Observation& observation)
{
    CheckUnit("An observation's features", observation.features);
}

} // namespace sterna
} // namespace ns3
