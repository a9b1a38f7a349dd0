/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-generator.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <cmath>
#include <limits>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaGenerator");

void
Generator::Seed(Ptr<UniformRandomVariable> stream)
{
    const uint32_t largest = std::numeric_limits<uint32_t>::max();
    const uint64_t high = stream->GetInteger(0, largest);
    const uint64_t low = stream->GetInteger(0, largest);
    NS_LOG_LOGIC("seed " << ((high << 32) | low));
    m_engine.seed((high << 32) | low);
}

double
Generator::Uniform()
{
    // The upper 53 bits fill a double's mantissa exactly.
    return static_cast<double>(m_engine() >> 11) * 0x1p-53;
}

double
Generator::Normal()
{
    const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
    return radius * std::cos(2.0 * M_PI * Uniform());
}

Eigen::Index
Generator::Index(Eigen::Index count)
{
    return static_cast<Eigen::Index>(Uniform() * static_cast<double>(count));
}

std::string
Generator::GetState() const
{
    std::ostringstream text;
    text << m_engine;
    return text.str();
}

void
Generator::SetState(const std::string& state)
{
    std::istringstream text(state);
    std::mt19937_64 engine;
    if (!(text >> engine))
    {
        throw InputError("A generator's state in the checkpoint is damaged: \"" +
                         state.substr(0, 20) + "...\" is not the 313 numbers it should be.");
    }
    m_engine = engine;
}

} // namespace sterna
} // namespace ns3
