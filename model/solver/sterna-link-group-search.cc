/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-search.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

namespace
{

/// Keeps the best links in a short sorted list; equal scores keep the lower device first.
void
Insert(std::vector<ScoredLink>& ranking, const ScoredLink& link, uint32_t depth)
{
    if (ranking.size() == depth && link.score <= ranking.back().score)
    {
        return;
    }
    const auto place =
        std::upper_bound(ranking.begin(), ranking.end(), link, [](const auto& a, const auto& b) {
            return a.score > b.score;
        });
    ranking.insert(place, link);
    if (ranking.size() > depth)
    {
        ranking.pop_back();
    }
}

/// Walks over all ways to give each active transmitter a device of its ranking.
class Assignment
{
  public:
    Assignment(const LinkGroupSearch& search, uint32_t transmitters, uint32_t pattern)
        : m_group(transmitters),
          m_volumes(transmitters, 0.0)
    {
        for (uint32_t n = 0; n < transmitters; ++n)
        {
            m_rankings.push_back((pattern >> n & 1) ? &search.Ranking(n, pattern) : nullptr);
        }
    }

    template <typename Visit>
    void Walk(uint32_t transmitter, double score, const Visit& visit)
    {
        if (transmitter == m_rankings.size())
        {
            visit(m_group, m_volumes, score);
            return;
        }
        if (m_rankings[transmitter] == nullptr)
        {
            Walk(transmitter + 1, score, visit);
            return;
        }
        for (const auto& link : *m_rankings[transmitter])
        {
            if (IsTaken(link.device))
            {
                continue;
            }
            m_group.serves[transmitter] = link.device;
            m_volumes[transmitter] = link.volume;
            Walk(transmitter + 1, score + link.score, visit);
            m_group.serves[transmitter] = LinkGroup::IDLE;
        }
    }

  private:
    bool IsTaken(int32_t device) const
    {
        return std::find(m_group.serves.begin(), m_group.serves.end(), device) !=
               m_group.serves.end();
    }

    std::vector<const std::vector<ScoredLink>*> m_rankings;
    LinkGroup m_group;
    std::vector<double> m_volumes;
};

} // namespace

LinkGroupSearch::LinkGroupSearch(const LinkGroupProblem& problem,
                                 const LinkGroupProblem::State& state,
                                 const Score& score,
                                 uint32_t depth)
    : m_problem(problem),
      m_rankings(problem.Transmitters(),
                 std::vector<std::vector<ScoredLink>>(1U << problem.Transmitters()))
{
    Rank(state, score, depth);
}

uint32_t
LinkGroupSearch::Patterns() const
{
    return 1U << m_problem.Transmitters();
}

void
LinkGroupSearch::Rank(const LinkGroupProblem::State& state, const Score& score, uint32_t depth)
{
    for (uint32_t n = 0; n < m_problem.Transmitters(); ++n)
    {
        const auto alone = LinksAlone(state, score, n);
        const uint32_t band = m_problem.BandPattern(n);
        for (uint32_t pattern = 0; pattern < Patterns(); ++pattern)
        {
            if ((pattern & band) != pattern || !(pattern >> n & 1))
            {
                continue;
            }
            auto& ranking = m_rankings[n][pattern];
            for (const auto& link : alone)
            {
                // Interference only lowers a link's volume, and so its score.
                if (ranking.size() == depth && link.score <= ranking.back().score)
                {
                    continue;
                }
                const uint32_t k = link.device;
                const double volume =
                    std::min(state.Backlog(k), m_problem.Rate(state, n, k, pattern));
                const double worth = volume > 0 ? score(k, volume) : 0;
                if (worth > 0)
                {
                    Insert(ranking, {link.device, volume, worth}, depth);
                }
            }
        }
    }
}

std::vector<ScoredLink>
LinkGroupSearch::LinksAlone(const LinkGroupProblem::State& state,
                            const Score& score,
                            uint32_t transmitter) const
{
    std::vector<ScoredLink> links;
    for (uint32_t k = 0; k < m_problem.Devices(); ++k)
    {
        const double backlog = state.Backlog(k);
        if (backlog > 0 && m_problem.IsValidLink(transmitter, k))
        {
            const double volume =
                std::min(backlog, m_problem.Rate(state, transmitter, k, 1U << transmitter));
            const double worth = volume > 0 ? score(k, volume) : 0;
            if (worth > 0)
            {
                links.push_back({int32_t(k), volume, worth});
            }
        }
    }
    return links;
}

const std::vector<ScoredLink>&
LinkGroupSearch::Ranking(uint32_t transmitter, uint32_t pattern) const
{
    return m_rankings[transmitter][pattern & m_problem.BandPattern(transmitter)];
}

LinkGroup
LinkGroupSearch::Best() const
{
    LinkGroup best(m_problem.Transmitters());
    double highest = 0;
    for (uint32_t pattern = 1; pattern < Patterns(); ++pattern)
    {
        Assignment(*this, m_problem.Transmitters(), pattern)
            .Walk(0, 0.0, [&](const LinkGroup& group, const std::vector<double>&, double score) {
                if (score > highest)
                {
                    highest = score;
                    best = group;
                }
            });
    }
    return best;
}

void
LinkGroupSearch::ForEach(
    const std::function<void(const LinkGroup&, const std::vector<double>&)>& visit) const
{
    for (uint32_t pattern = 0; pattern < Patterns(); ++pattern)
    {
        Assignment(*this, m_problem.Transmitters(), pattern)
            .Walk(0, 0.0, [&](const LinkGroup& group, const std::vector<double>& volumes, double) {
                visit(group, volumes);
            });
    }
}

} // namespace sterna
} // namespace ns3
