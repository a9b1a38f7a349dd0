/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-hidden-layers.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaHiddenLayers");

std::vector<Eigen::Index>
ParseHiddenLayers(const std::string& text, const std::string& attribute)
{
    constexpr unsigned long widest = 65536;
    std::vector<Eigen::Index> widths;
    size_t begin = 0;
    while (begin <= text.size())
    {
        const size_t end = std::min(text.find('-', begin), text.size());
        const std::string width = text.substr(begin, end - begin);
        const bool isNumber = !width.empty() && width.size() < 6 &&
                              width.find_first_not_of("0123456789") == std::string::npos;
        const unsigned long value = isNumber ? std::stoul(width) : 0;
        if (value < 1 || value > widest)
        {
            throw InputError(attribute + " is \"" + text +
                             "\", but must be widths from 1 to 65536 joined by hyphens, such as "
                             "\"64-64\".");
        }
        widths.push_back(static_cast<Eigen::Index>(value));
        begin = end + 1;
    }
    return widths;
}

} // namespace sterna
} // namespace ns3
