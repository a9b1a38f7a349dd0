/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-graph-encoder.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

MigrationGraphEncoder::MigrationGraphEncoder(uint32_t window)
    : m_window(window)
{
}

Eigen::Index
MigrationGraphEncoder::FeatureSize(const MigrationProblem& problem) const
{
    return Eigen::Index(m_window) * NODE *
           Eigen::Index(problem.System().satellites + problem.Users());
}

void
MigrationGraphEncoder::Begin()
{
    m_frames.clear();
}

void
MigrationGraphEncoder::DescribeSatellites(const MigrationProblem& problem,
                                          const MigrationState& state,
                                          Rows& nodes)
{
    const auto& system = problem.System();
    const auto& slot = state.Slot();
    for (uint32_t s = 0; s < system.satellites; ++s)
    {
        double bandwidth = 1;
        double compute = 1;
        double beams = 1;
        for (uint32_t u = 0; u < problem.Users(); ++u)
        {
            if (state.host(u) == int(s) && slot.IsActive(u) && slot.IsVisible(s, u))
            {
                bandwidth -= problem.Share(slot, s, u, problem.RequiredMargin(u));
                compute -= system.users[u].minCompute / system.maxCompute;
                beams -= 1.0 / system.beams;
            }
        }
        nodes(s, 0) = 1;
        nodes.block(s, 1, 1, 3) = slot.satellites.col(s).transpose().cast<float>();
        nodes(s, 4) = float(bandwidth);
        nodes(s, 5) = float(compute);
        nodes(s, 6) = float(beams);
    }
}

void
MigrationGraphEncoder::DescribeUsers(const MigrationProblem& problem,
                                     const MigrationState& state,
                                     Rows& nodes)
{
    const auto& slot = state.Slot();
    const uint32_t satellites = problem.System().satellites;
    double priority = 0;
    double arrivals = 0;
    double active = 0;
    for (uint32_t u = 0; u < problem.Users(); ++u)
    {
        priority = std::max(priority, problem.System().users[u].utilityPerMbit);
        arrivals += slot.arrivals(u);
        active += slot.IsActive(u);
    }
    for (uint32_t u = 0; u < problem.Users(); ++u)
    {
        auto node = nodes.row(satellites + u);
        const int host = state.host(u);
        node.segment(1, 3) = slot.users.col(u).transpose().cast<float>();
        node(7) = priority > 0 ? float(problem.System().users[u].utilityPerMbit / priority) : 0;
        node(8) = arrivals > 0 ? float(slot.arrivals(u) * active / arrivals) : 0;
        node(9) = host >= 0;
        if (host >= 0)
        {
            node.segment(10, 3) = slot.satellites.col(host).transpose().cast<float>();
            node(13) = slot.IsVisible(host, u);
        }
    }
}

MigrationGraphEncoder::Frame
MigrationGraphEncoder::Look(const MigrationProblem& problem, const MigrationState& state)
{
    const auto& slot = state.Slot();
    const uint32_t satellites = problem.System().satellites;
    Frame frame{Rows::Zero(satellites + problem.Users(), NODE),
                Flags::Constant(problem.Users(), satellites, false)};
    DescribeSatellites(problem, state, frame.nodes);
    DescribeUsers(problem, state, frame.nodes);
    for (uint32_t u = 0; u < problem.Users(); ++u)
    {
        for (uint32_t s = 0; s < satellites; ++s)
        {
            frame.edges(u, s) = slot.IsActive(u) && slot.IsVisible(s, u);
        }
    }
    return frame;
}

void
MigrationGraphEncoder::Observe(const MigrationProblem& problem,
                               const MigrationState& state,
                               Eigen::VectorXf& features,
                               Rows& pairs,
                               Flags& edges,
                               Flags& mask)
{
    const auto frame = Look(problem, state);
    m_frames.resize(m_window, frame); // an episode's first slot fills the window
    m_frames.pop_front();
    m_frames.push_back(frame);
    const Eigen::Index users = problem.Users();
    const Eigen::Index satellites = problem.System().satellites;
    const Eigen::Index numbers = frame.nodes.size();
    features.resize(Eigen::Index(m_window) * numbers);
    edges.resize(Eigen::Index(m_window) * users, satellites);
    for (Eigen::Index w = 0; w < Eigen::Index(m_window); ++w)
    {
        features.segment(w * numbers, numbers) =
            Eigen::Map<const Eigen::VectorXf>(m_frames[w].nodes.data(), numbers);
        edges.middleRows(w * users, users) = m_frames[w].edges;
    }
    mask = frame.edges;
    pairs = Rows::Zero(users * satellites, PAIR);
    for (Eigen::Index u = 0; u < users; ++u)
    {
        if (state.host(u) >= 0)
        {
            pairs(u * satellites + state.host(u), 0) = 1;
        }
    }
}

} // namespace sterna
} // namespace ns3
