/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_COMMAND_LINE_CHECK_H
#define STERNA_COMMAND_LINE_CHECK_H

#include "ns3/sterna-slot-scheduler.h"

#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Looks at a program's arguments before ns-3's CommandLine does, which answers a mistake with its
 * whole usage.
 *
 * \param arguments without the program's name
 * \param options the program's own, without dashes
 * \param integers those of them that take a whole number
 * \param reals those of them that take a number
 * \throws InputError naming the first argument that is not an option of the program, an attribute
 *         (--ns3::Class::Attribute=value) with a value it takes, a global value, or help
 */
void CheckArguments(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& options,
                    const std::vector<std::string>& integers,
                    const std::vector<std::string>& reals);

/// The parts of a comma-separated list; empty ones do not count.
std::vector<std::string> SplitList(const std::string& list);

/// The figures asked for, of a comma-separated list of those that there are. \throws InputError for
/// another one, and if there is none
std::vector<std::string> FiguresFromList(const std::string& list, const std::string& known);

/// `packet` or `flow`. \throws InputError for another name
SlotScheduler::Fidelity FidelityFromName(const std::string& name);

/// Whether --option stands among the arguments.
bool IsGiven(const std::vector<std::string>& arguments, const std::string& option);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_COMMAND_LINE_CHECK_H */
