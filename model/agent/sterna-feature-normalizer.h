/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FEATURE_NORMALIZER_H
#define STERNA_FEATURE_NORMALIZER_H

#include "sterna-mlp.h"
#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Brings features to mean 0 and standard deviation 1 as seen so far: (x - mean) / scale, clipped to
 * [-10, 10], scale = sqrt(variance + 1e-8). Before two samples it changes nothing but the clipping.
 *
 * Mean and variance run in double precision (Welford, 1962).
 */
class FeatureNormalizer
{
  public:
    FeatureNormalizer() = default;
    explicit FeatureNormalizer(Eigen::Index features);

    /// Takes one more sample into account.
    void Update(const Eigen::VectorXf& features);
    void Apply(const Eigen::Ref<const Eigen::VectorXf>& features, Eigen::VectorXf& out) const;
    /// Normalises each row.
    void ApplyBatch(RowMatrixXf& features) const;

    const Eigen::ArrayXf& GetMean() const;
    const Eigen::ArrayXf& GetScale() const;

    /// Adds the state to a checkpoint, to the last bit.
    void Store(Safetensors& file, const std::string& prefix = "normalizer") const;
    void Load(const Safetensors& file,
              const std::string& path,
              const std::string& prefix = "normalizer");

  private:
    void Refresh();

    int64_t m_count{0};
    Eigen::ArrayXd m_runningMean;
    Eigen::ArrayXd m_squares; //!< sum of squared distances from the mean
    Eigen::ArrayXf m_mean;
    Eigen::ArrayXf m_scale;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_FEATURE_NORMALIZER_H */
