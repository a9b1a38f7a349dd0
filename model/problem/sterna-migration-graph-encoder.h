/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_GRAPH_ENCODER_H
#define STERNA_MIGRATION_GRAPH_ENCODER_H

#include "sterna-migration-problem.h"

#include <Eigen/Core>
#include <deque>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The time-varying graph G_n of Section IV-A of the GATE-HPPO paper as numbers: satellites, then
 * users, joined where a user with demand sees a satellite, over a window of the latest slots.
 *
 * Each node has NODE numbers, zero where its kind has none:
 *
 *  0      1 for a satellite
 *  1-3    position over the orbit's radius (satellites) or the Earth's (users), ECEF
 *  4-6    satellite: bandwidth that the needs of the users it hosts leave, compute over F_max and
 *         beams over A_max that they leave
 *  7      user: priority, beta^2 over the largest one
 *  8      user: arrivals over the mean user's
 *  9      user: whether its service is somewhere
 * 10-12   user: position of its host, over the orbit's radius, in place of an identifier, so that
 *         one network fits any number of satellites
 * 13      user: whether its host sees it
 *
 * Each pair of user and satellite has one number: whether the satellite hosts the user. Before the
 * first slot the window is filled up with it. The mask leaves satellites in sight; users without
 * demand have no choice.
 */
class MigrationGraphEncoder
{
  public:
    static constexpr Eigen::Index NODE = 14;
    static constexpr Eigen::Index PAIR = 1;

    using Flags = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    /// \param window W, slots that the graph spans, at least 1
    explicit MigrationGraphEncoder(uint32_t window);

    /// W (S + U) NODE.
    Eigen::Index FeatureSize(const MigrationProblem& problem) const;
    /// An episode begins.
    void Begin();
    /**
     * Takes the state's slot into the window and shows all of it.
     *
     * \param features W (S + U) NODE numbers, the oldest slot first
     * \param pairs (U S) x PAIR, user by user
     * \param edges (W U) x S, the oldest slot first
     * \param mask U x S
     */
    void Observe(const MigrationProblem& problem,
                 const MigrationState& state,
                 Eigen::VectorXf& features,
                 Rows& pairs,
                 Flags& edges,
                 Flags& mask);

  private:
    /// One slot of the window.
    struct Frame
    {
        Rows nodes;  //!< (S + U) x NODE
        Flags edges; //!< U x S
    };

    static Frame Look(const MigrationProblem& problem, const MigrationState& state);
    static void DescribeSatellites(const MigrationProblem& problem,
                                   const MigrationState& state,
                                   Rows& nodes);
    static void DescribeUsers(const MigrationProblem& problem,
                              const MigrationState& state,
                              Rows& nodes);

    uint32_t m_window;
    std::deque<Frame> m_frames; //!< the oldest first
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_GRAPH_ENCODER_H */
