/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PROPAGATION_CHECKS_H
#define STERNA_PROPAGATION_CHECKS_H

#include "ns3/sterna-error.h"

#include <cmath>
#include <sstream>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Refuses a value that does not satisfy a requirement.
 *
 * \param satisfied whether it does
 * \param name what the value is, with its unit
 * \param value the value
 * \param requirement what would be right, as "must be ..."
 * \throws InputError with one sentence made of all three
 */
inline void
Require(bool satisfied, const std::string& name, double value, const std::string& requirement)
{
    if (!satisfied)
    {
        std::ostringstream sentence;
        sentence << name << " is " << value << " but " << requirement << ".";
        throw InputError(sentence.str());
    }
}

/// The value itself, if it is finite and above 0; throws InputError otherwise.
inline double
RequirePositive(const std::string& name, double value)
{
    Require(std::isfinite(value) && value > 0, name, value, "must be finite and above 0");
    return value;
}

/// The value itself, if it is finite and not below 0; throws InputError otherwise.
inline double
RequireNonNegative(const std::string& name, double value)
{
    Require(std::isfinite(value) && value >= 0, name, value, "must be finite and 0 or more");
    return value;
}

/// A Rician factor (dB) itself, if it is within -100 and 60; throws InputError otherwise.
inline double
RequireRicianK(double factorDb)
{
    Require(factorDb >= -100 && factorDb <= 60,
            "The Rician factor K (dB)",
            factorDb,
            "must be within -100 and 60");
    return factorDb;
}

} // namespace sterna
} // namespace ns3

#endif /* STERNA_PROPAGATION_CHECKS_H */
