/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-encoder.h"

#include <algorithm>
#include <functional>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr Eigen::Index OFFER_FEATURES = 13;
constexpr double REFERENCE_EFFICIENCY = 5.0; // bit/s/Hz, about the best of DVB-S2X
constexpr double LARGEST_PRICE = 3.0;        // of omega; more changes no choice

/// What one satellite's turn looks like, choice by choice.
class OfferView
{
  public:
    OfferView(const AssociationProblem& problem,
              const AssociationState& state,
              const AssociationTable& table,
              uint32_t satellite,
              const std::vector<uint32_t>& waiting)
        : m_problem(problem),
          m_state(state),
          m_table(table),
          m_waiting(problem.Stations() + 1, 0.0),
          m_displaced(problem.Stations() + 1, 0.0),
          m_gain((problem.Stations() + 1) * problem.System().channels, 0.0),
          m_bestGain(problem.Stations() + 1, 0.0)
    {
        state.Slice().Range(satellite, m_first, m_last);
        CountWaiting(waiting);
        for (const auto* contact = m_first; contact != m_last; ++contact)
        {
            for (uint32_t channel = 0; channel < problem.System().channels; ++channel)
            {
                if (table.IsFree(contact->station, channel))
                {
                    const double gain = table.UtilityGain(*contact, channel);
                    m_gain[contact->station * problem.System().channels + channel] = gain;
                    auto& best = m_bestGain[contact->station];
                    best = std::max(best, gain);
                }
            }
        }
    }

    const AssociationContact* begin() const
    {
        return m_first;
    }

    const AssociationContact* end() const
    {
        return m_last;
    }

    /// Satellites still to choose that see a station.
    double Waiting(uint32_t station) const
    {
        return m_waiting[station];
    }

    /// What the last of them that could find room at a station would lose by going elsewhere (bit).
    double Displaced(uint32_t station) const
    {
        return m_displaced[station];
    }

    /// Utility that a free pair in view adds, the loss of others included (units of data).
    double Gain(uint32_t station, uint32_t channel) const
    {
        return m_gain[station * m_problem.System().channels + channel];
    }

    /// Largest utility that stations other than this one offer; 0 where they offer none.
    double BestElsewhere(uint32_t station) const
    {
        double best = 0;
        for (uint32_t other = 1; other < m_bestGain.size(); ++other)
        {
            best = other == station ? best : std::max(best, m_bestGain[other]);
        }
        return best;
    }

    /// Channels of other stations that a sender on this channel would disturb, by their demand.
    double Disturbed(uint32_t station, uint32_t channel) const
    {
        double disturbed = 0;
        for (const auto* contact = m_first; contact != m_last; ++contact)
        {
            if (contact->station != station && m_table.IsFree(contact->station, channel))
            {
                disturbed +=
                    std::min(1.0,
                             m_waiting[contact->station] / m_table.FreeChannels(contact->station));
            }
        }
        return m_problem.System().isolation * disturbed;
    }

  private:
    void CountWaiting(const std::vector<uint32_t>& waiting)
    {
        std::vector<std::vector<double>> regrets(m_waiting.size());
        for (const uint32_t satellite : waiting)
        {
            const AssociationContact* first = nullptr;
            const AssociationContact* last = nullptr;
            m_state.Slice().Range(satellite, first, last);
            for (const auto* contact = first; contact != last; ++contact)
            {
                m_waiting[contact->station] += 1;
                double elsewhere = 0;
                for (const auto* other = first; other != last; ++other)
                {
                    if (other != contact && m_table.FreeChannels(other->station) > 0)
                    {
                        elsewhere = std::max(elsewhere, m_table.CleanVolume(*other));
                    }
                }
                regrets[contact->station].push_back(
                    std::max(m_table.CleanVolume(*contact) - elsewhere, 0.0));
            }
        }
        for (uint32_t station = 1; station < m_waiting.size(); ++station)
        {
            auto& list = regrets[station];
            const uint32_t free = m_table.FreeChannels(station);
            if (free > 0 && list.size() >= free)
            {
                std::nth_element(list.begin(),
                                 list.begin() + (free - 1),
                                 list.end(),
                                 std::greater<>());
                m_displaced[station] = list[free - 1];
            }
        }
    }

    const AssociationProblem& m_problem;
    const AssociationState& m_state;
    const AssociationTable& m_table;
    const AssociationContact* m_first{nullptr};
    const AssociationContact* m_last{nullptr};
    std::vector<double> m_waiting;
    std::vector<double> m_displaced;
    std::vector<double> m_gain; //!< [station * M + channel]
    std::vector<double> m_bestGain;
};

} // namespace

AssociationOutlook::AssociationOutlook(const AssociationProblem& problem,
                                       const AssociationPlan& plan)
    : m_after(Eigen::ArrayXXd::Zero(plan.size(), problem.Stations()))
{
    for (std::size_t t = plan.size(); t-- > 1;)
    {
        m_after.row(t - 1) = m_after.row(t);
        for (const uint32_t satellite : plan[t].Satellites())
        {
            const AssociationContact* first = nullptr;
            const AssociationContact* last = nullptr;
            plan[t].Range(satellite, first, last);
            for (const auto* contact = first; contact != last; ++contact)
            {
                m_after(t - 1, contact->station - 1) +=
                    AssociationProblem::Offer(*contact, problem.Rate(contact->estimatedSnr)) /
                    double(last - first);
            }
        }
    }
}

double
AssociationOutlook::After(uint32_t slice, uint32_t station) const
{
    return m_after(slice, station - 1);
}

AssociationEncoder::AssociationEncoder(Features features)
    : m_features(features)
{
}

Eigen::Index
AssociationEncoder::Choices(const AssociationProblem& problem)
{
    return Eigen::Index(problem.Stations() + 1) * problem.System().channels;
}

Eigen::Index
AssociationEncoder::FeatureSize(const AssociationProblem& problem) const
{
    if (m_features == Features::OFFERS)
    {
        return 1 + Choices(problem) * OFFER_FEATURES;
    }
    return problem.System().satellites + 2 * (problem.Stations() + 1) + Choices(problem);
}

Eigen::Index
AssociationEncoder::Blocks(const AssociationProblem& problem) const
{
    return m_features == Features::OFFERS ? Choices(problem) : 0;
}

Eigen::Index
AssociationEncoder::BlockSize() const
{
    return m_features == Features::OFFERS ? OFFER_FEATURES : 0;
}

double
AssociationEncoder::ReferenceVolume(const AssociationProblem& problem)
{
    const auto& system = problem.System();
    return REFERENCE_EFFICIENCY * system.bandwidth * system.sliceDuration;
}

void
AssociationEncoder::Observe(
    const AssociationProblem& problem,
    const AssociationState& state,
    const AssociationTable& table,
    const AssociationOutlook& outlook,
    uint32_t satellite,
    const std::vector<uint32_t>& waiting,
    Eigen::VectorXf& features,
    Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>& mask) const
{
    const auto& system = problem.System();
    features.setZero(FeatureSize(problem));
    mask.setConstant(1, Choices(problem), false);
    const AssociationContact* first = nullptr;
    const AssociationContact* last = nullptr;
    state.Slice().Range(satellite, first, last);
    for (const auto* contact = first; contact != last; ++contact)
    {
        for (uint32_t channel = 0; channel < system.channels; ++channel)
        {
            mask(0, contact->station * system.channels + channel) =
                table.IsFree(contact->station, channel);
        }
    }
    mask(0, 0) = m_features == Features::OFFERS || !mask.any();
    if (m_features == Features::PAPER)
    {
        ObservePaper(problem, state, table, satellite, features);
    }
    else
    {
        ObserveOffers(problem, state, table, outlook, satellite, waiting, features);
    }
}

void
AssociationEncoder::ObserveOffers(const AssociationProblem& problem,
                                  const AssociationState& state,
                                  const AssociationTable& table,
                                  const AssociationOutlook& outlook,
                                  uint32_t satellite,
                                  const std::vector<uint32_t>& waiting,
                                  Eigen::VectorXf& features)
{
    const auto& system = problem.System();
    const OfferView view(problem, state, table, satellite, waiting);
    const double reference = ReferenceVolume(problem);
    const double referenceUtility = system.dataWeight * reference / system.unit;
    features(0) = 1 - double(state.slice) / state.plan->size();
    const auto block = [&](uint32_t station, uint32_t channel) {
        return features.segment(1 + (station * system.channels + channel) * OFFER_FEATURES,
                                OFFER_FEATURES);
    };
    block(0, 0)(0) = 1;
    for (const auto& contact : view)
    {
        const uint32_t j = contact.station;
        const double initial = system.capacity[j - 1];
        const double left = state.capacity(j - 1);
        const double price = system.costWeight * system.storageCost * system.unit / left;
        for (uint32_t channel = 0; channel < system.channels; ++channel)
        {
            if (!table.IsFree(j, channel))
            {
                continue;
            }
            auto x = block(j, channel);
            const double gain = view.Gain(j, channel);
            x(1) = (gain - view.BestElsewhere(j)) / referenceUtility;
            x(2) = table.Volume(contact, channel) / reference;
            x(3) = table.CleanVolume(contact) / reference;
            x(4) = std::min(table.Harm(contact, channel) / reference, 1.0);
            x(5) = left / initial;
            x(6) = std::min(price / system.dataWeight, LARGEST_PRICE);
            x(7) = std::min(outlook.After(state.slice, j) / initial, 1.0);
            x(8) = double(table.FreeChannels(j)) / system.channels;
            x(9) = std::min(view.Waiting(j) / system.channels, 1.0);
            x(10) = view.Displaced(j) / reference;
            x(11) = std::min(view.Disturbed(j, channel), 1.0);
            x(12) = gain / referenceUtility;
        }
    }
}

void
AssociationEncoder::ObservePaper(const AssociationProblem& problem,
                                 const AssociationState& state,
                                 const AssociationTable& table,
                                 uint32_t satellite,
                                 Eigen::VectorXf& features)
{
    const auto& system = problem.System();
    const Eigen::Index stations = problem.Stations() + 1;
    const Eigen::Index times = system.satellites;
    const Eigen::Index capacities = times + stations;
    const Eigen::Index channels = capacities + stations;
    features(satellite) = 1;
    features(capacities) = 1; // the virtual station is never full
    for (Eigen::Index j = 1; j < stations; ++j)
    {
        if (const auto* contact = state.Slice().Find(satellite, j))
        {
            features(times + j) = contact->duration_s / system.sliceDuration;
        }
        features(capacities + j) = state.capacity(j - 1) / system.capacity[j - 1];
        for (uint32_t channel = 0; channel < system.channels; ++channel)
        {
            features(channels + j * system.channels + channel) = !table.IsFree(j, channel);
        }
    }
}

bool
AssociationEncoder::Decode(const AssociationProblem& problem,
                           uint32_t satellite,
                           int choice,
                           AssociationGrant& grant)
{
    const auto channels = int(problem.System().channels);
    grant = {satellite, uint32_t(choice / channels), uint32_t(choice % channels)};
    return grant.station > 0;
}

} // namespace sterna
} // namespace ns3
