/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-command-line-check.h"

#include "ns3/global-value.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"
#include "ns3/type-id.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

namespace ns3
{
namespace sterna
{

namespace
{

struct Argument
{
    std::string name;
    std::string value;
};

Argument
Parse(const std::string& argument)
{
    const auto begin = argument.find_first_not_of('-');
    if (begin == std::string::npos || begin == 0)
    {
        throw InputError("The argument '" + argument +
                         "' is unknown; options look like --name=value.");
    }
    const auto equals = argument.find('=');
    return {argument.substr(begin, equals == std::string::npos ? equals : equals - begin),
            equals == std::string::npos ? "" : argument.substr(equals + 1)};
}

/// An attribute's default, --ns3::Class::Attribute=value.
void
CheckAttribute(const Argument& argument)
{
    const auto colons = argument.name.rfind("::");
    const std::string type = argument.name.substr(0, colons);
    const std::string attribute = argument.name.substr(colons + 2);
    TypeId tid;
    if (!TypeId::LookupByNameFailSafe(type, &tid))
    {
        throw InputError("There is no class '" + type + "' to set an attribute of.");
    }
    TypeId::AttributeInformation info;
    if (!tid.LookupAttributeByName(attribute, &info))
    {
        throw InputError("The class '" + type + "' has no attribute '" + attribute + "'.");
    }
    if (!info.checker->CreateValidValue(StringValue(argument.value)))
    {
        throw InputError("The value '" + argument.value + "' does not fit the attribute '" +
                         argument.name + "', which is " + info.checker->GetValueTypeName() +
                         (info.checker->HasUnderlyingTypeInformation()
                              ? " " + info.checker->GetUnderlyingTypeInformation()
                              : "") +
                         ": " + info.help);
    }
}

void
CheckWholeNumber(const Argument& argument)
{
    const bool digits = !argument.value.empty() && argument.value.size() < 10 &&
                        argument.value.find_first_not_of("0123456789") == std::string::npos;
    if (!digits)
    {
        throw InputError("The value '" + argument.value + "' of --" + argument.name +
                         " is not a whole number from 0 to 999999999.");
    }
}

void
CheckNumber(const Argument& argument)
{
    char* end = nullptr;
    const double value = std::strtod(argument.value.c_str(), &end);
    if (*end != '\0' || !std::isfinite(value))
    {
        throw InputError("The value '" + argument.value + "' of --" + argument.name +
                         " is not a number.");
    }
}

bool
IsGlobalValue(const std::string& name)
{
    return std::any_of(GlobalValue::Begin(), GlobalValue::End(), [&](const GlobalValue* value) {
        return value->GetName() == name;
    });
}

} // namespace

void
CheckArguments(const std::vector<std::string>& arguments,
               const std::vector<std::string>& options,
               const std::vector<std::string>& integers,
               const std::vector<std::string>& reals)
{
    static const std::vector<std::string> HELP{"h",
                                               "help",
                                               "version",
                                               "PrintHelp",
                                               "PrintVersion",
                                               "PrintGlobals",
                                               "PrintGroups",
                                               "PrintGroup",
                                               "PrintTypeIds",
                                               "PrintAttributes"};
    const auto isOneOf = [](const std::string& name, const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const auto& text : arguments)
    {
        const Argument argument = Parse(text);
        if (argument.name.rfind("ns3::", 0) == 0)
        {
            CheckAttribute(argument);
        }
        else if (isOneOf(argument.name, options) && argument.value.empty())
        {
            throw InputError("The option --" + argument.name + " has no value.");
        }
        else if (isOneOf(argument.name, integers))
        {
            CheckWholeNumber(argument);
        }
        else if (isOneOf(argument.name, reals))
        {
            CheckNumber(argument);
        }
        else if (!isOneOf(argument.name, options) && !isOneOf(argument.name, HELP) &&
                 !IsGlobalValue(argument.name))
        {
            std::string known;
            for (const auto& option : options)
            {
                known += (known.empty() ? "--" : ", --") + option;
            }
            throw InputError("There is no option '" + text + "'; known ones are " + known + ".");
        }
    }
}

std::vector<std::string>
SplitList(const std::string& list)
{
    std::vector<std::string> parts;
    std::istringstream stream(list);
    for (std::string part; std::getline(stream, part, ',');)
    {
        if (!part.empty())
        {
            parts.push_back(part);
        }
    }
    return parts;
}

std::vector<std::string>
FiguresFromList(const std::string& list, const std::string& known)
{
    const auto all = SplitList(known);
    const auto figures = SplitList(list);
    for (const auto& figure : figures)
    {
        if (std::find(all.begin(), all.end(), figure) == all.end())
        {
            throw InputError("There is no figure '" + figure + "'; there are " + known + ".");
        }
    }
    if (figures.empty())
    {
        throw InputError("The list of figures is empty; there are " + known + ".");
    }
    return figures;
}

SlotScheduler::Fidelity
FidelityFromName(const std::string& name)
{
    if (name != "packet" && name != "flow")
    {
        throw InputError("The fidelity '" + name + "' is unknown; it is packet or flow.");
    }
    return name == "packet" ? SlotScheduler::Fidelity::PACKET : SlotScheduler::Fidelity::FLOW;
}

bool
IsGiven(const std::vector<std::string>& arguments, const std::string& option)
{
    return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& text) {
        return text.rfind("--" + option + "=", 0) == 0;
    });
}

} // namespace sterna
} // namespace ns3
