/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-matching.h"

#include "sterna-association-bound.h"
#include "sterna-association-flow.h"

#include <algorithm>
#include <vector>

namespace ns3
{
namespace sterna
{

NS_OBJECT_ENSURE_REGISTERED(AssociationMatching);
NS_OBJECT_ENSURE_REGISTERED(AssociationMyopicMatching);
NS_OBJECT_ENSURE_REGISTERED(AssociationPricedMatching);

namespace
{

/// Rounds of the descent; it ends by itself after a few.
constexpr uint32_t LARGEST_ROUND = 20;
/// A gain that is rounding error is none (units of data).
constexpr double LEAST_GAIN = 1e-9;

} // namespace

/// One slice, worked on with a decider's idea of worth.
class AssociationMatching::Slice
{
  public:
    Slice(const AssociationMatching& decider,
          const AssociationProblem& problem,
          const AssociationState& state)
        : m_decider(decider),
          m_problem(problem),
          m_state(state),
          m_slice(state.Slice())
    {
    }

    /// The best association without interference, with channels.
    AssociationTable FromAssociation() const
    {
        AssociationTable table(m_problem, m_state);
        const auto& contacts = m_slice.Contacts();
        Eigen::ArrayXd weights(contacts.size());
        for (std::size_t c = 0; c < contacts.size(); ++c)
        {
            weights(c) = m_decider.Weight(m_problem, m_state, table, contacts[c]);
        }
        auto chosen =
            BestAssociation(m_slice, weights, m_problem.Stations(), m_problem.System().channels);
        std::stable_sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
            return Views(contacts[a].satellite) > Views(contacts[b].satellite);
        });
        for (const std::size_t c : chosen)
        {
            double gain = 0;
            AddBest(table, &contacts[c], &contacts[c] + 1, gain);
        }
        return table;
    }

    /// What satellites would choose one after the other.
    AssociationTable FromTurns() const
    {
        AssociationTable table(m_problem, m_state);
        for (const uint32_t satellite : m_problem.Turns(m_state))
        {
            double gain = 0;
            AddBest(table, satellite, gain);
        }
        return table;
    }

    void Descend(AssociationTable& table) const
    {
        bool improved = true;
        for (uint32_t round = 0; improved && round < LARGEST_ROUND; ++round)
        {
            improved = MoveSatellites(table);
            improved = SwapChannels(table) || improved;
        }
    }

    double Worth(const AssociationDecision& decision) const
    {
        AssociationTable table(m_problem, m_state);
        double worth = 0;
        for (const auto& grant : decision)
        {
            worth += m_decider.Gain(table, *ContactOf(grant), grant.channel);
            table.Add(grant);
        }
        return worth;
    }

  private:
    const AssociationContact* ContactOf(const AssociationGrant& grant) const
    {
        return m_slice.Find(grant.satellite, grant.station);
    }

    /// Stations that a satellite sees.
    std::ptrdiff_t Views(uint32_t satellite) const
    {
        const AssociationContact* first = nullptr;
        const AssociationContact* last = nullptr;
        m_slice.Range(satellite, first, last);
        return last - first;
    }

    /// Adds the grant that gains most among some contacts of a satellite, if one gains anything.
    bool AddBest(AssociationTable& table,
                 const AssociationContact* first,
                 const AssociationContact* last,
                 double& gain) const
    {
        gain = 0;
        AssociationGrant best{};
        for (const auto* contact = first; contact != last; ++contact)
        {
            for (uint32_t channel = 0; channel < m_problem.System().channels; ++channel)
            {
                if (!table.IsFree(contact->station, channel))
                {
                    continue;
                }
                const double here = m_decider.Gain(table, *contact, channel);
                if (here > gain)
                {
                    gain = here;
                    best = {contact->satellite, contact->station, channel};
                }
            }
        }
        if (gain > 0)
        {
            table.Add(best);
        }
        return gain > 0;
    }

    bool AddBest(AssociationTable& table, uint32_t satellite, double& gain) const
    {
        const AssociationContact* first = nullptr;
        const AssociationContact* last = nullptr;
        m_slice.Range(satellite, first, last);
        return AddBest(table, first, last, gain);
    }

    bool MoveSatellites(AssociationTable& table) const
    {
        bool improved = false;
        for (const uint32_t satellite : m_slice.Satellites())
        {
            const auto before = table.Decision();
            const auto grant = std::find_if(before.begin(), before.end(), [&](const auto& one) {
                return one.satellite == satellite;
            });
            double had = 0;
            if (grant != before.end())
            {
                table.Remove(satellite);
                had = m_decider.Gain(table, *ContactOf(*grant), grant->channel);
            }
            double gain = 0;
            AddBest(table, satellite, gain);
            if (gain > had + LEAST_GAIN)
            {
                improved = true;
            }
            else if (grant != before.end()) // as it was, or idle where it lost
            {
                table.Remove(satellite);
                table.Add(*grant);
            }
        }
        return improved;
    }

    bool SwapChannels(AssociationTable& table) const
    {
        bool improved = false;
        for (std::size_t a = 0; a < table.Decision().size(); ++a)
        {
            for (std::size_t b = a + 1; b < table.Decision().size(); ++b)
            {
                const auto& grants = table.Decision();
                if (grants[a].station == grants[b].station && Swap(table, grants[a], grants[b]))
                {
                    improved = true;
                }
            }
        }
        return improved;
    }

    /// Lets two satellites of a station change channels, if that adds worth.
    bool Swap(AssociationTable& table, AssociationGrant one, AssociationGrant other) const
    {
        const auto pair = [&](const AssociationGrant& x, const AssociationGrant& y) {
            double gain = m_decider.Gain(table, *ContactOf(x), x.channel);
            table.Add(x);
            gain += m_decider.Gain(table, *ContactOf(y), y.channel);
            table.Add(y);
            return gain;
        };
        const auto remove = [&]() {
            table.Remove(one.satellite);
            table.Remove(other.satellite);
        };
        remove();
        const double before = pair(one, other);
        remove();
        AssociationGrant first = one;
        AssociationGrant second = other;
        std::swap(first.channel, second.channel);
        if (pair(first, second) > before + LEAST_GAIN)
        {
            return true;
        }
        remove();
        pair(one, other);
        return false;
    }

    const AssociationMatching& m_decider;
    const AssociationProblem& m_problem;
    const AssociationState& m_state;
    const AssociationSlice& m_slice;
};

TypeId
AssociationMatching::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationMatching")
                            .SetParent<AssociationDecider>()
                            .SetGroupName("Sterna");
    return tid;
}

AssociationDecision
AssociationMatching::Decide(const AssociationProblem& problem, const AssociationState& state)
{
    const Slice slice(*this, problem, state);
    auto matched = slice.FromAssociation();
    slice.Descend(matched);
    auto chosen = slice.FromTurns();
    slice.Descend(chosen);
    return slice.Worth(matched.Decision()) >= slice.Worth(chosen.Decision()) ? matched.Decision()
                                                                             : chosen.Decision();
}

TypeId
AssociationMyopicMatching::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationMyopicMatching")
                            .SetParent<AssociationMatching>()
                            .SetGroupName("Sterna")
                            .AddConstructor<AssociationMyopicMatching>();
    return tid;
}

double
AssociationMyopicMatching::Weight(const AssociationProblem& problem,
                                  const AssociationState& state,
                                  const AssociationTable& table,
                                  const AssociationContact& contact) const
{
    return problem.Utility(state.capacity(contact.station - 1), table.CleanVolume(contact));
}

double
AssociationMyopicMatching::Gain(const AssociationTable& table,
                                const AssociationContact& contact,
                                uint32_t channel) const
{
    return table.UtilityGain(contact, channel);
}

TypeId
AssociationPricedMatching::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::AssociationPricedMatching")
                            .SetParent<AssociationMatching>()
                            .SetGroupName("Sterna")
                            .AddConstructor<AssociationPricedMatching>();
    return tid;
}

AssociationDecision
AssociationPricedMatching::Decide(const AssociationProblem& problem, const AssociationState& state)
{
    const auto bound =
        AssociationBound().Solve(problem, state, AssociationBound::Knowledge::ESTIMATED);
    const auto& system = problem.System();
    m_worth = (system.dataWeight - bound.storagePrice) / system.unit;
    return AssociationMatching::Decide(problem, state);
}

double
AssociationPricedMatching::Weight(const AssociationProblem&,
                                  const AssociationState&,
                                  const AssociationTable& table,
                                  const AssociationContact& contact) const
{
    return m_worth(contact.station - 1) * table.CleanVolume(contact);
}

double
AssociationPricedMatching::Gain(const AssociationTable& table,
                                const AssociationContact& contact,
                                uint32_t channel) const
{
    return m_worth(contact.station - 1) * table.Volume(contact, channel) -
           table.Harm(contact, channel, m_worth);
}

} // namespace sterna
} // namespace ns3
