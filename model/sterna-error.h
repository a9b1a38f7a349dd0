/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ERROR_H
#define STERNA_ERROR_H

#include <sstream>
#include <stdexcept>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Input that cannot be used: one sentence that names the offending value and what would be right.
 *
 * Thrown before anything is written or simulated. A program prints what() and exits with 1;
 * a script that does not catch it ends as after NS_FATAL_ERROR.
 */
class InputError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

/// A sentence from its parts, as operator<< writes them.
template <typename... Parts>
std::string
Sentence(const Parts&... parts)
{
    std::ostringstream text;
    (text << ... << parts);
    return text.str();
}

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ERROR_H */
