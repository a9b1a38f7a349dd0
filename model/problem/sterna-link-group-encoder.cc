/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{

namespace
{

/// [0, 1] to [-1, 1], with whatever lies outside cut off.
float
Centred(double share)
{
    return 2 * std::clamp(share, 0.0, 1.0) - 1;
}

/// What a link to `device` that delivers `volume` Mbit achieves, each in [-1, 1].
Eigen::RowVector4f
LinkFeatures(const LinkGroupProblem& problem,
             const LinkGroupProblem::State& state,
             uint32_t device,
             double volume)
{
    const double missing = std::max(0.0, state.threshold(device) - state.delivered(device));
    const double slotsLeft = double(problem.System().slotsPerCycle) - state.slot;
    const double slotsNeeded =
        volume > 0 ? missing / volume : std::numeric_limits<double>::infinity();
    const bool open = missing > 0;
    const double gap = state.Backlog(device);
    const double reduction = gap * gap - (gap - volume) * (gap - volume);
    const double largest = state.demand.maxCoeff();
    return {Centred(open ? std::min(volume, missing) / state.threshold(device) : 0),
            open && slotsLeft > 0 ? float(std::max(-1.0, 1 - slotsNeeded / slotsLeft)) : -1.0F,
            open && slotsNeeded <= 1 + 1e-9 ? 1.0F : -1.0F,
            Centred(std::sqrt(std::max(0.0, reduction)) / largest)};
}

} // namespace

LinkGroupEncoder::LinkGroupEncoder(Embedding embedding)
    : m_embedding(embedding)
{
}

Eigen::Index
LinkGroupEncoder::FeatureSize(const LinkGroupProblem& problem) const
{
    const Eigen::Index n = problem.Transmitters();
    const Eigen::Index k = problem.Devices();
    return m_embedding == Embedding::INDEX ? k * (n + 1) + 1 : PER_SLOT + 2 * PER_LINK * n;
}

Eigen::Index
LinkGroupEncoder::Blocks(const LinkGroupProblem& problem) const
{
    return m_embedding == Embedding::INDEX ? problem.Devices() : 2 * problem.Transmitters();
}

Eigen::Index
LinkGroupEncoder::BlockSize(const LinkGroupProblem& problem) const
{
    return m_embedding == Embedding::INDEX ? problem.Transmitters() + 1 : PER_LINK;
}

Eigen::Index
LinkGroupEncoder::EmbeddingSize(const LinkGroupProblem& problem) const
{
    return m_embedding == Embedding::INDEX ? 1 : PER_LINK * problem.Transmitters();
}

void
LinkGroupEncoder::Embed(const LinkGroupProblem& problem,
                        const LinkGroupProblem::State& state,
                        const LinkGroup& group,
                        const std::vector<double>& volumes,
                        std::size_t index,
                        std::size_t count,
                        Eigen::Ref<Eigen::RowVectorXf> row) const
{
    if (m_embedding == Embedding::INDEX)
    {
        row(0) = count > 1 ? 2.0F * index / (count - 1) - 1 : 0.0F;
        return;
    }
    for (uint32_t n = 0; n < problem.Transmitters(); ++n)
    {
        auto link = row.segment<PER_LINK>(PER_LINK * n);
        if (group.serves[n] == LinkGroup::IDLE)
        {
            link.setConstant(-1);
        }
        else
        {
            link = LinkFeatures(problem, state, group.serves[n], volumes[n]);
        }
    }
}

Eigen::VectorXf
LinkGroupEncoder::Features(const LinkGroupProblem& problem,
                           const LinkGroupProblem::State& state,
                           const Choices& choices) const
{
    const double slots = problem.System().slotsPerCycle;
    const double present = state.present;
    Eigen::VectorXf features(FeatureSize(problem));
    if (m_embedding == Embedding::INDEX)
    {
        Eigen::Index at = 0;
        features(at++) = Centred(state.slot / slots);
        for (uint32_t k = 0; k < problem.Devices(); ++k)
        {
            // an absent device wants as little as one that has got everything
            features(at++) =
                state.IsPresent(k) ? Centred(state.delivered(k) / state.demand(k)) : 1.0F;
            for (uint32_t n = 0; n < problem.Transmitters(); ++n)
            {
                // SNR from -20 to 40 dB over the range
                const double snr =
                    problem.IsValidLink(n, k) ? problem.Sinr(state, n, k, 1U << n) : 0.0;
                features(at++) = Centred((10 * std::log10(snr + 1e-6) + 20) / 60);
            }
        }
        return features;
    }
    const double missing =
        (state.demand > 0)
            .select((state.threshold - state.delivered).max(0.0) / state.threshold, 0.0)
            .sum() /
        present;
    features(0) = Centred(state.slot / slots);
    features(1) = Centred(state.served / present);
    features(2) = Centred(missing);
    features(3) = Centred(problem.Objective(state) / problem.IdleObjective(state));
    const Eigen::Index links = PER_LINK * problem.Transmitters();
    features.segment(PER_SLOT, links) = choices.colwise().maxCoeff().transpose();
    features.segment(PER_SLOT + links, links) = choices.colwise().mean().transpose();
    return features;
}

} // namespace sterna
} // namespace ns3
