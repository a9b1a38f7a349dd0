/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_LOADS_H
#define STERNA_MIGRATION_LOADS_H

#include "ns3/sterna-migration-problem.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Users given to satellites one by one within a slot, and what is left of each satellite: beams,
 * compute, and the bandwidth beyond what its users need to meet their deadlines with the required
 * probability.
 */
class MigrationLoads
{
  public:
    /// \param problem and \param slot outlive the loads
    MigrationLoads(const MigrationProblem& problem, const MigrationSlot& slot);

    /// Share of the satellite's bandwidth with which the user, in sight, is just in time.
    double Need(uint32_t satellite, uint32_t user) const;
    /// Satellites in sight of the user, ascending.
    const std::vector<uint32_t>& InSight(uint32_t user) const;
    /// Bandwidth that the users' needs leave; negative on an overloaded satellite.
    double Room(uint32_t satellite) const;
    /// Whether the users' needs exceed the bandwidth.
    bool IsOverloaded(uint32_t satellite) const;
    /// Whether the satellite has a beam and compute left for a user in sight.
    bool HasBeam(uint32_t satellite, uint32_t user) const;
    /// Whether it has bandwidth for the user's need as well.
    bool Fits(uint32_t satellite, uint32_t user) const;

    void Place(uint32_t user, uint32_t satellite);
    void Remove(uint32_t user);

    /// Users of a satellite, in the order of their coming.
    const std::vector<uint32_t>& Served(uint32_t satellite) const;
    /// The satellite of each user; -1: none.
    const Eigen::VectorXi& Satellites() const;

    /// Places a user where the most room is left; false if no satellite in sight has a beam.
    bool PlaceRoomiest(uint32_t user);
    /// Users with the fewest satellites in sight come first, then those with the largest needs.
    void SortByChoices(std::vector<uint32_t>& users) const;

  private:
    const MigrationProblem& m_problem;
    Eigen::ArrayXXd m_need; //!< satellites x users; meaningless out of sight
    Eigen::ArrayXd m_room;
    Eigen::ArrayXd m_compute; //!< that the users' minima leave
    Eigen::VectorXi m_satellites;
    std::vector<std::vector<uint32_t>> m_inSight;
    std::vector<std::vector<uint32_t>> m_served;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_LOADS_H */
