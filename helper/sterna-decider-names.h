/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_DECIDER_NAMES_H
#define STERNA_DECIDER_NAMES_H

#include "ns3/object.h"
#include "ns3/sterna-agent.h"

#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Makes a decider of a problem, or an agent, from its name: `Greedy` stands for
 * `ns3::sterna::LinkGroupGreedy` in link-group scheduling, `Dqn` for `ns3::sterna::DqnAgent`.
 *
 * \param problem name of the problem, such as LinkGroup
 * \param name short or full
 * \return the object, or null if there is none of this name
 */
Ptr<Object> CreateByName(const std::string& problem, const std::string& name);

/// Says that there is no such decider of a problem, and which there are. \throws InputError
[[noreturn]] void RefuseDecider(const std::string& problem, const std::string& name);

/// Makes an agent from its name (`Wolpertinger`, `ns3::sterna::WolpertingerAgent`).
/// \throws InputError for an unknown name, with the known ones of the problem
Ptr<Agent> CreateAgent(const std::string& problem, const std::string& name);

/// The agent that a policy file asks for: TorchScriptPolicy for `.pt`, FrozenPolicy for the kinds
/// that it knows, otherwise the agent that saved it.
Ptr<Agent> CreatePolicy(const std::string& path);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_DECIDER_NAMES_H */
