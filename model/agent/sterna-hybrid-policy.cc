/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-hybrid-policy.h"

#include "sterna-neighbours.h"
#include "sterna-tanh-gaussian.h"

#include "ns3/assert.h"
#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaHybridPolicy");

namespace
{

std::vector<Eigen::Index>
Widths(const AgentSpaces& spaces, const std::vector<Eigen::Index>& hidden)
{
    std::vector<Eigen::Index> widths{spaces.features};
    widths.insert(widths.end(), hidden.begin(), hidden.end());
    widths.push_back(HybridPolicy::GetOutputs(spaces));
    return widths;
}

/// A draw with probabilities proportional to exp(logits); -1 if none is valid or one is NaN.
int
DrawChoice(const float* logits, Eigen::Index count, const bool* valid, Generator& random)
{
    const int best = BestChoice(logits, count, valid);
    if (best < 0)
    {
        return -1;
    }
    const auto weight = [&](Eigen::Index a) {
        return valid != nullptr && !valid[a]
                   ? 0.0
                   : std::exp(static_cast<double>(logits[a]) - logits[best]);
    };
    double sum = 0.0;
    for (Eigen::Index a = 0; a < count; ++a)
    {
        sum += weight(a);
    }
    double rest = random.Uniform() * sum;
    for (Eigen::Index a = 0; a < count; ++a)
    {
        rest -= weight(a);
        if (rest < 0.0)
        {
            return static_cast<int>(a);
        }
    }
    return best; // rounding left a little over
}

} // namespace

HybridPolicy::HybridPolicy(const AgentSpaces& spaces, const std::vector<Eigen::Index>& hidden)
    : HybridPolicy(spaces, Mlp(Widths(spaces, hidden), Mlp::Hidden::RELU, Mlp::Output::IDENTITY))
{
}

HybridPolicy::HybridPolicy(const AgentSpaces& spaces, const Mlp& network)
    : m_spaces(spaces),
      m_network(network)
{
    NS_LOG_FUNCTION(this << spaces.actors << spaces.choices << spaces.parameters);
    NS_ASSERT(network.GetInputs() == spaces.features && network.GetOutputs() == GetOutputs(spaces));
}

Eigen::Index
HybridPolicy::GetOutputs(const AgentSpaces& spaces)
{
    return spaces.actors * (spaces.choices + 2 * spaces.parameters);
}

Mlp&
HybridPolicy::GetNetwork()
{
    return m_network;
}

const Mlp&
HybridPolicy::GetNetwork() const
{
    return m_network;
}

Eigen::Index
HybridPolicy::Flags() const
{
    return m_spaces.actors * m_spaces.choices;
}

Eigen::Index
HybridPolicy::Reals() const
{
    return m_spaces.actors * m_spaces.parameters;
}

Action
HybridPolicy::ActBest(const Observation& observation)
{
    const Eigen::VectorXf& outputs = m_network.Forward(observation.features, m_workspace);
    Action action;
    action.choice.setZero(m_spaces.actors);
    action.parameters.setZero(m_spaces.actors, m_spaces.parameters);
    const bool* flags = observation.mask.size() > 0 ? observation.mask.data() : nullptr;
    for (Eigen::Index u = 0; u < m_spaces.actors; ++u)
    {
        const Eigen::Index begin = u * m_spaces.choices;
        if (m_spaces.choices > 0)
        {
            action.choice[u] = BestChoice(outputs.data() + begin,
                                          m_spaces.choices,
                                          flags == nullptr ? nullptr : flags + begin);
        }
        for (Eigen::Index p = 0; action.choice[u] >= 0 && p < m_spaces.parameters; ++p)
        {
            action.parameters(u, p) = std::tanh(outputs[Flags() + u * m_spaces.parameters + p]);
        }
    }
    return action;
}

Action
HybridPolicy::ActRandomly(const Observation& observation, Generator& random)
{
    const Eigen::VectorXf& outputs = m_network.Forward(observation.features, m_workspace);
    Action action;
    action.choice.setZero(m_spaces.actors);
    action.parameters.setZero(m_spaces.actors, m_spaces.parameters);
    const bool* flags = observation.mask.size() > 0 ? observation.mask.data() : nullptr;
    for (Eigen::Index u = 0; u < m_spaces.actors; ++u)
    {
        const Eigen::Index begin = u * m_spaces.choices;
        if (m_spaces.choices > 0)
        {
            action.choice[u] = DrawChoice(outputs.data() + begin,
                                          m_spaces.choices,
                                          flags == nullptr ? nullptr : flags + begin,
                                          random);
        }
        for (Eigen::Index p = 0; action.choice[u] >= 0 && p < m_spaces.parameters; ++p)
        {
            const float* mean = outputs.data() + Flags() + u * m_spaces.parameters + p;
            const double deviation = std::exp(TanhGaussian::LogDeviation(mean[Reals()]));
            action.parameters(u, p) =
                static_cast<float>(std::tanh(*mean + deviation * random.Normal()));
        }
    }
    return action;
}

void
HybridPolicy::Decide(const Eigen::Ref<const RowMatrixXf>& features,
                     const RowMatrixXf& mask,
                     const RowMatrixXf& noise,
                     HybridDecisions& decisions)
{
    const Eigen::Index batch = features.rows();
    NS_ASSERT_MSG(mask.cols() == Flags() && noise.cols() == Reals(), "mask or noise do not fit");
    m_network.ForwardBatch(features, m_workspace);
    decisions.probabilities.setZero(batch, Flags());
    decisions.logProbabilities.setZero(batch, Flags());
    decisions.parameters.setZero(batch, Reals());
    decisions.spreads.setZero(batch, Reals());
    decisions.entropy.setZero(batch);
    decisions.logValid.setZero(batch);
    decisions.logDensity.setZero(batch);
    decisions.reals.setZero(batch);
    for (Eigen::Index i = 0; i < batch; ++i)
    {
        for (Eigen::Index u = 0; u < m_spaces.actors; ++u)
        {
            if (m_spaces.choices > 0 && !DecideChoice(i, u, mask, decisions))
            {
                continue;
            }
            for (Eigen::Index p = 0; p < m_spaces.parameters; ++p)
            {
                const Eigen::Index column = u * m_spaces.parameters + p;
                DecideParameter(i, column, noise(i, column), decisions);
            }
        }
    }
}

bool
HybridPolicy::DecideChoice(Eigen::Index i,
                           Eigen::Index actor,
                           const RowMatrixXf& mask,
                           HybridDecisions& decisions) const
{
    const Eigen::Index begin = actor * m_spaces.choices;
    const float* logits = m_workspace.layers.back().row(i).data() + begin;
    const float* flags = mask.row(i).data() + begin;
    float largest = -std::numeric_limits<float>::infinity();
    int valid = 0;
    for (Eigen::Index a = 0; a < m_spaces.choices; ++a)
    {
        if (flags[a] != 0.0f)
        {
            largest = std::max(largest, logits[a]);
            ++valid;
        }
    }
    if (valid == 0)
    {
        return false;
    }
    float* probabilities = decisions.probabilities.row(i).data() + begin;
    float* logs = decisions.logProbabilities.row(i).data() + begin;
    float sum = 0.0f;
    for (Eigen::Index a = 0; a < m_spaces.choices; ++a)
    {
        if (flags[a] != 0.0f)
        {
            sum += std::exp(logits[a] - largest);
        }
    }
    const float logSum = largest + std::log(sum);
    for (Eigen::Index a = 0; a < m_spaces.choices; ++a)
    {
        if (flags[a] != 0.0f)
        {
            logs[a] = logits[a] - logSum;
            probabilities[a] = std::exp(logs[a]);
            decisions.entropy[i] -= probabilities[a] * logs[a];
        }
    }
    decisions.logValid[i] += std::log(static_cast<float>(valid));
    return true;
}

void
HybridPolicy::DecideParameter(Eigen::Index i,
                              Eigen::Index column,
                              double noise,
                              HybridDecisions& decisions) const
{
    const float* mean = m_workspace.layers.back().row(i).data() + Flags() + column;
    const double logDeviation = TanhGaussian::LogDeviation(mean[Reals()]);
    const double spread = std::exp(logDeviation) * noise;
    const double u = *mean + spread;
    decisions.parameters(i, column) = static_cast<float>(std::tanh(u));
    decisions.spreads(i, column) = static_cast<float>(spread);
    decisions.logDensity[i] += static_cast<float>(TanhGaussian::LogDensity(noise, logDeviation, u));
    decisions.reals[i] += 1.0f;
}

void
HybridPolicy::Backward(const Eigen::Ref<const RowMatrixXf>& features,
                       const HybridDecisions& decisions,
                       const RowMatrixXf& probabilitySlope,
                       const RowMatrixXf& parameterSlope,
                       float densitySlope,
                       Eigen::VectorXf& gradient)
{
    const RowMatrixXf& outputs = m_workspace.layers.back();
    m_outputSlope.setZero(outputs.rows(), outputs.cols());
    for (Eigen::Index i = 0; i < outputs.rows(); ++i)
    {
        for (Eigen::Index u = 0; u < m_spaces.actors; ++u)
        {
            const Eigen::Index begin = u * m_spaces.choices;
            const auto pi = decisions.probabilities.row(i).segment(begin, m_spaces.choices);
            if (m_spaces.choices > 0 && pi.isZero(0.0f))
            {
                continue;
            }
            // Softmax: d pi_a / d logit_b = pi_a ([a = b] - pi_b).
            const auto slope = probabilitySlope.row(i).segment(begin, m_spaces.choices);
            m_outputSlope.row(i).segment(begin, m_spaces.choices) =
                pi.array() * (slope.array() - pi.dot(slope));
            for (Eigen::Index p = 0; p < m_spaces.parameters; ++p)
            {
                // Of u = mean + spread: d x / d u = 1 - x^2, d log p / d u = 2 x, and log p falls
                // one for one with the log of the deviation besides.
                const Eigen::Index column = u * m_spaces.parameters + p;
                const float x = decisions.parameters(i, column);
                const float towards =
                    densitySlope * 2.0f * x + parameterSlope(i, column) * (1.0f - x * x);
                const float head = outputs(i, Flags() + Reals() + column);
                m_outputSlope(i, Flags() + column) = towards;
                m_outputSlope(i, Flags() + Reals() + column) =
                    (towards * decisions.spreads(i, column) - densitySlope) *
                    static_cast<float>(TanhGaussian::LogDeviationSlope(head));
            }
        }
    }
    m_network.Backward(features, m_outputSlope, m_workspace, gradient);
}

} // namespace sterna
} // namespace ns3
