/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_REWARD_SCALER_H
#define STERNA_REWARD_SCALER_H

#include "sterna-advantage.h"
#include "sterna-feature-normalizer.h"
#include "sterna-mlp.h"
#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Divides rewards by the standard deviation of the discounted return G_t = discount G_t-1 + r_t as
 * seen so far, over all columns together; G begins again at 0 after an episode's end. The mean is
 * left as it is: to take it away would reward or punish the length of an episode.
 */
class RewardScaler
{
  public:
    RewardScaler() = default;
    RewardScaler(Eigen::Index columns, double discount);

    /// Takes a stretch of rewards (steps x columns) into account, then scales all of it alike.
    void Apply(RowMatrixXf& rewards, const StepFlags& cuts);
    /// What rewards are divided by.
    float GetScale() const;

    void Store(Safetensors& file, const std::string& prefix) const;
    void Load(const Safetensors& file, const std::string& prefix, const std::string& path);

  private:
    float m_discount{0};
    Eigen::VectorXf m_return; //!< G of each column
    FeatureNormalizer m_statistics;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_REWARD_SCALER_H */
