/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-feature-normalizer.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFeatureNormalizer");

namespace
{

constexpr float LIMIT = 10.0f;

/// NaN stays NaN, so that it shows.
template <typename Derived>
auto
Clip(const Eigen::ArrayBase<Derived>& values)
{
    return values.unaryExpr([](float value) { return std::clamp(value, -LIMIT, LIMIT); });
}

/// Doubles as hexadecimal text, which loses no bit.
std::string
ToText(const Eigen::ArrayXd& values)
{
    std::ostringstream text;
    text << std::hexfloat;
    for (const double value : values)
    {
        text << value << ' ';
    }
    return text.str();
}

Eigen::ArrayXd
FromText(const std::string& text, Eigen::Index size, const std::string& path)
{
    Eigen::ArrayXd values(size);
    const char* position = text.c_str();
    for (double& value : values)
    {
        char* end = nullptr;
        value = std::strtod(position, &end);
        if (end == position)
        {
            throw InputError("The checkpoint " + path +
                             " holds normaliser statistics of fewer than " + std::to_string(size) +
                             " features.");
        }
        position = end;
    }
    return values;
}

} // namespace

FeatureNormalizer::FeatureNormalizer(Eigen::Index features)
    : m_runningMean(Eigen::ArrayXd::Zero(features)),
      m_squares(Eigen::ArrayXd::Zero(features)),
      m_mean(Eigen::ArrayXf::Zero(features)),
      m_scale(Eigen::ArrayXf::Ones(features))
{
    NS_LOG_LOGIC(features << " features");
}

void
FeatureNormalizer::Update(const Eigen::VectorXf& features)
{
    ++m_count;
    const Eigen::ArrayXd x = features.array().cast<double>();
    const Eigen::ArrayXd before = x - m_runningMean;
    m_runningMean += before / static_cast<double>(m_count);
    m_squares += before * (x - m_runningMean);
    Refresh();
}

void
FeatureNormalizer::Refresh()
{
    if (m_count < 2)
    {
        return;
    }
    m_mean = m_runningMean.cast<float>();
    m_scale = (m_squares / static_cast<double>(m_count) + 1e-8).sqrt().cast<float>();
}

void
FeatureNormalizer::Apply(const Eigen::Ref<const Eigen::VectorXf>& features,
                         Eigen::VectorXf& out) const
{
    out = Clip((features.array() - m_mean) / m_scale);
}

void
FeatureNormalizer::ApplyBatch(RowMatrixXf& features) const
{
    features.array().rowwise() -= m_mean.transpose();
    features.array().rowwise() /= m_scale.transpose();
    features = Clip(features.array());
}

const Eigen::ArrayXf&
FeatureNormalizer::GetMean() const
{
    return m_mean;
}

const Eigen::ArrayXf&
FeatureNormalizer::GetScale() const
{
    return m_scale;
}

void
FeatureNormalizer::Store(Safetensors& file, const std::string& prefix) const
{
    file.metadata[prefix + ".count"] = std::to_string(m_count);
    file.metadata[prefix + ".mean"] = ToText(m_runningMean);
    file.metadata[prefix + ".squares"] = ToText(m_squares);
}

void
FeatureNormalizer::Load(const Safetensors& file, const std::string& path, const std::string& prefix)
{
    const Eigen::Index size = m_mean.size();
    m_count = file.GetCount(prefix + ".count", path);
    m_runningMean = FromText(file.GetMetadata(prefix + ".mean", path), size, path);
    m_squares = FromText(file.GetMetadata(prefix + ".squares", path), size, path);
    Refresh();
}

} // namespace sterna
} // namespace ns3
