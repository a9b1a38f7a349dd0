/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_AGENT_CHECKS_H
#define STERNA_AGENT_CHECKS_H

#include "sterna-agent.h"

#include <Eigen/Core>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Numbers of the choices that the mask leaves, ascending.
std::vector<Eigen::Index> ValidRows(const Observation& observation);
/// The mask's flags; null: all choices are valid.
const bool* ValidFlags(const Observation& observation);

/// Whether an agent for these spaces is one for those.
bool IsSame(const AgentSpaces& these, const AgentSpaces& those);
/// Throws InputError if the spaces are not those of one actor that chooses among embedded choices.
void CheckEmbeddedSpaces(const std::string& agent, const AgentSpaces& spaces);
/// Throws InputError if the observation's shape is not the configured one.
void CheckObservation(const AgentSpaces& spaces, const Observation& observation);
/// Throws InputError if a feature lies outside [-1, 1].
void CheckUnitFeatures(const Observation& observation);
/**
 * Throws InputError if the transition's shape is not the configured one, if the executed choice is
 * not one of the choices, if an embedding or a parameter lies outside [-1, 1], or if a number is not
 * finite.
 */
void CheckTransition(const AgentSpaces& spaces, const Transition& transition);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_AGENT_CHECKS_H */
