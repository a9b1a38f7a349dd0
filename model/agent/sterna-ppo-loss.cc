/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-ppo-loss.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaPpoLoss");

namespace
{

/// One logarithm per ratio (batch x ratios): sums of those of choices and parameters.
RowMatrixXf
GetLogarithms(PpoLossSettings::Ratio ratio, const PolicyEvaluation& evaluation)
{
    const Eigen::Index batch = evaluation.entropies.rows();
    const Eigen::Index actors = evaluation.entropies.cols();
    const Eigen::Index each = evaluation.parameters.cols() / actors;
    const Eigen::Index chosen = evaluation.choices.cols() > 0 ? 1 : 0;
    RowMatrixXf sums;
    switch (ratio)
    {
    case PpoLossSettings::JOINT:
        sums = evaluation.choices.rowwise().sum() + evaluation.parameters.rowwise().sum();
        break;
    case PpoLossSettings::PER_ACTOR:
        sums.setZero(batch, actors);
        sums.leftCols(evaluation.choices.cols()) = evaluation.choices;
        for (Eigen::Index i = 0; i < evaluation.parameters.cols(); ++i)
        {
            sums.col(i / each) += evaluation.parameters.col(i);
        }
        break;
    case PpoLossSettings::PER_HEAD:
        sums.setZero(batch, chosen + each);
        sums.leftCols(chosen) = evaluation.choices.rowwise().sum().leftCols(chosen);
        for (Eigen::Index i = 0; i < evaluation.parameters.cols(); ++i)
        {
            sums.col(chosen + i % each) += evaluation.parameters.col(i);
        }
    }
    return sums;
}

/// Hands each ratio's derivative on to the logarithms it is a sum of.
void
SpreadDerivatives(PpoLossSettings::Ratio ratio,
                  const RowMatrixXf& derivatives,
                  PolicyEvaluation& out)
{
    const Eigen::Index actors = out.entropies.cols();
    const Eigen::Index each = out.parameters.cols() / actors;
    const Eigen::Index chosen = out.choices.cols() > 0 ? 1 : 0;
    const bool perActor = ratio == PpoLossSettings::PER_ACTOR;
    const bool perHead = ratio == PpoLossSettings::PER_HEAD;
    for (Eigen::Index actor = 0; actor < out.choices.cols(); ++actor)
    {
        out.choices.col(actor) = derivatives.col(perActor ? actor : 0);
    }
    for (Eigen::Index i = 0; i < out.parameters.cols(); ++i)
    {
        const Eigen::Index head = perHead ? chosen + i % each : 0;
        out.parameters.col(i) = derivatives.col(perActor ? i / each : head);
    }
}

/// The clipped surrogate and its derivatives.
void
AddPolicyLoss(const PpoLossSettings& settings,
              const PolicyEvaluation& now,
              const PpoTargets& targets,
              PpoLoss& loss)
{
    const bool perActor = settings.ratio == PpoLossSettings::PER_ACTOR;
    const RowMatrixXf logarithms =
        GetLogarithms(settings.ratio, now) - GetLogarithms(settings.ratio, targets.old);
    const double samples =
        perActor ? std::max(1.0f, targets.active.sum()) : static_cast<double>(logarithms.rows());
    RowMatrixXf derivatives = RowMatrixXf::Zero(logarithms.rows(), logarithms.cols());
    double ratios = 0;
    double clipped = 0;
    for (Eigen::Index i = 0; i < logarithms.rows(); ++i)
    {
        for (Eigen::Index k = 0; k < logarithms.cols(); ++k)
        {
            if (perActor && targets.active(i, k) == 0.0f)
            {
                continue;
            }
            const double advantage = targets.advantages(i, targets.advantages.cols() > 1 ? k : 0);
            const double ratio = std::exp(static_cast<double>(logarithms(i, k)));
            const double bounded = std::clamp(ratio, 1.0 - settings.clip, 1.0 + settings.clip);
            loss.policy -= std::min(ratio * advantage, bounded * advantage) / samples;
            if (ratio * advantage <= bounded * advantage)
            {
                derivatives(i, k) = static_cast<float>(-ratio * advantage / samples);
            }
            ratios += 1;
            clipped += std::abs(ratio - 1.0) > settings.clip ? 1 : 0;
            loss.approximateKl += ratio - 1.0 - logarithms(i, k);
        }
    }
    loss.clipFraction = clipped / std::max(ratios, 1.0);
    loss.approximateKl /= std::max(ratios, 1.0);
    SpreadDerivatives(settings.ratio, derivatives, loss.derivatives);
}

/// Half the squared error of the critic.
void
AddValueLoss(const PpoLossSettings& settings,
             const PolicyEvaluation& now,
             const PpoTargets& targets,
             PpoLoss& loss)
{
    const auto clip = static_cast<float>(settings.clip);
    const auto count = static_cast<double>(now.values.size());
    for (Eigen::Index i = 0; i < now.values.size(); ++i)
    {
        const float value = now.values.data()[i];
        const float old = targets.old.values.data()[i];
        const double error = value - targets.returns.data()[i];
        const float bounded = old + std::clamp(value - old, -clip, clip);
        const double boundedError = bounded - targets.returns.data()[i];
        // Within the bounds both are one, but for rounding, which must not decide.
        const bool isBounded = settings.clipValues && std::abs(value - old) > clip &&
                               boundedError * boundedError > error * error;
        const double counted = isBounded ? boundedError : error;
        loss.value += 0.5 * counted * counted / count;
        // Where the bounded value counts, it does not move.
        loss.derivatives.values.data()[i] =
            isBounded ? 0.0f : static_cast<float>(settings.valueCoefficient * error / count);
    }
}

} // namespace

PpoLoss
GetPpoLoss(const PpoLossSettings& settings, const PolicyEvaluation& now, const PpoTargets& targets)
{
    NS_LOG_FUNCTION(now.entropies.rows() << now.entropies.cols());
    PpoLoss loss;
    loss.derivatives = now; // for the shapes
    AddPolicyLoss(settings, now, targets, loss);
    AddValueLoss(settings, now, targets, loss);
    const bool perActor = settings.ratio == PpoLossSettings::PER_ACTOR;
    const double samples =
        perActor ? std::max(1.0f, targets.active.sum()) : static_cast<double>(now.entropies.rows());
    loss.entropy = now.entropies.sum() / samples;
    loss.derivatives.entropies.setConstant(
        static_cast<float>(-settings.entropyCoefficient / samples));
    return loss;
}

RowMatrixXf
NormalizeAdvantages(const RowMatrixXf& advantages, const RowMatrixXf& active)
{
    Eigen::ArrayXXd weights = Eigen::ArrayXXd::Ones(advantages.rows(), advantages.cols());
    if (advantages.cols() == active.cols())
    {
        weights = active.array().cast<double>();
    }
    const double count = weights.sum();
    if (count < 2)
    {
        return advantages;
    }
    const Eigen::ArrayXXd values = advantages.array().cast<double>();
    const double mean = (weights * values).sum() / count;
    const double deviation = std::sqrt((weights * (values - mean).square()).sum() / (count - 1.0));
    return ((values - mean) / (deviation + 1e-8)).cast<float>().matrix();
}

} // namespace sterna
} // namespace ns3
