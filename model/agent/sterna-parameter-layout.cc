/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-parameter-layout.h"

#include "ns3/log.h"

#include <cmath>
#include <functional>
#include <numeric>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaParameterLayout");

void
ParameterLayout::Add(const std::string& name,
                     const std::vector<int64_t>& shape,
                     Eigen::Index inputs)
{
    NS_LOG_FUNCTION(this << name << inputs);
    const Eigen::Index size =
        std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
    m_entries.push_back({name, shape, m_size, size, 1.0 / std::sqrt(inputs)});
    m_size += size;
}

const std::vector<ParameterLayout::Entry>&
ParameterLayout::GetEntries() const
{
    return m_entries;
}

Eigen::Index
ParameterLayout::GetSize() const
{
    return m_size;
}

Eigen::VectorXf
ParameterLayout::Draw(Generator& random) const
{
    Eigen::VectorXf values(m_size);
    for (const Entry& entry : m_entries)
    {
        for (float& value : values.segment(entry.offset, entry.size))
        {
            value = static_cast<float>(entry.bound * (2.0 * random.Uniform() - 1.0));
        }
    }
    return values;
}

void
ParameterLayout::Store(const Eigen::VectorXf& values,
                       Safetensors& file,
                       const std::string& prefix) const
{
    for (const Entry& entry : m_entries)
    {
        const float* begin = values.data() + entry.offset;
        file.tensors[prefix + "." + entry.name] = {entry.shape, {begin, begin + entry.size}};
    }
}

Eigen::VectorXf
ParameterLayout::Load(const Safetensors& file,
                      const std::string& prefix,
                      const std::string& path) const
{
    Eigen::VectorXf values(m_size);
    for (const Entry& entry : m_entries)
    {
        const auto& tensor = file.Get(prefix + "." + entry.name, entry.shape, path);
        std::copy(tensor.data.begin(), tensor.data.end(), values.data() + entry.offset);
    }
    return values;
}

void
StoreVector(const Eigen::VectorXf& values, Safetensors& file, const std::string& name)
{
    file.tensors[name] = {{static_cast<int64_t>(values.size())}, {values.begin(), values.end()}};
}

Eigen::VectorXf
LoadVector(const Safetensors& file,
           const std::string& name,
           Eigen::Index size,
           const std::string& path)
{
    const auto& tensor = file.Get(name, {static_cast<int64_t>(size)}, path);
    return Eigen::Map<const Eigen::VectorXf>(tensor.data.data(), size);
}

} // namespace sterna
} // namespace ns3
