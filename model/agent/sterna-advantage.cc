/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-advantage.h"

#include "ns3/assert.h"
#include "ns3/log.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaAdvantage");

namespace
{

double
GetVariance(const Eigen::ArrayXXd& values)
{
    return (values - values.mean()).square().mean();
}

} // namespace

RowMatrixXf
GetAdvantages(const RowMatrixXf& rewards,
              const RowMatrixXf& values,
              const RowMatrixXf& nextValues,
              const StepFlags& terminated,
              const StepFlags& cut,
              double discount,
              double lambda)
{
    NS_LOG_FUNCTION(rewards.rows() << discount << lambda);
    NS_ASSERT_MSG(values.rows() == rewards.rows() && nextValues.rows() == rewards.rows() &&
                      terminated.size() == rewards.rows() && cut.size() == rewards.rows(),
                  "one reward, value and flag per step");
    RowMatrixXf advantages(rewards.rows(), rewards.cols());
    Eigen::RowVectorXd later = Eigen::RowVectorXd::Zero(rewards.cols());
    for (Eigen::Index t = rewards.rows() - 1; t >= 0; --t)
    {
        Eigen::RowVectorXd sum = rewards.row(t).cast<double>() - values.row(t).cast<double>();
        if (!terminated[t])
        {
            sum += discount * nextValues.row(t).cast<double>();
        }
        if (!terminated[t] && !cut[t])
        {
            sum += discount * lambda * later;
        }
        advantages.row(t) = sum.cast<float>();
        later = sum;
    }
    return advantages;
}

double
GetExplainedVariance(const RowMatrixXf& returns, const RowMatrixXf& values)
{
    const Eigen::ArrayXXd target = returns.array().cast<double>();
    const double variance = GetVariance(target);
    return variance > 0.0 ? 1.0 - GetVariance(target - values.array().cast<double>()) / variance
                          : 0.0;
}

} // namespace sterna
} // namespace ns3
