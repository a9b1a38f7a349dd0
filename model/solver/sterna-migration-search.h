/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_SEARCH_H
#define STERNA_MIGRATION_SEARCH_H

#include "ns3/sterna-migration-crowds.h"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A local search for the satellites of all users over a range of slots, on the reward (29) itself
 * with the shares of MigrationShares and the timely bits of (18).
 *
 * A group of users, the others' satellites unchanged, has a best joint path through slots and
 * satellites: dynamic programming over where their services are, in which a slot is worth what the
 * group adds to the utility of the satellites that serve it, and a change costs
 * lambda_pen beta^1. The search gives single users their best paths, then ever larger groups of
 * users that compete for a satellite, back to single ones after every improvement, until no group
 * up to the largest size has a better path. So it never ends below its start, and with groups of
 * all users it is exact.
 */
class MigrationSearch
{
  public:
    /**
     * At first nobody is served.
     *
     * \param problem outlives the search
     * \param largestGroup of users that get their paths together, 1 or more
     */
    MigrationSearch(const MigrationProblem& problem,
                    MigrationShares::Rule rule,
                    std::shared_ptr<const MigrationPlan> plan,
                    uint32_t largestGroup);

    /**
     * What Improve() works on: `slots` slots from that of a state, or fewer at the plan's end, with
     * services where the state has them. The satellites chosen for these slots are kept.
     */
    void Focus(const MigrationState& state, uint32_t slots);
    /// Chooses the satellites of a slot; users that they cannot serve are left out.
    void Choose(uint32_t slot, const Eigen::VectorXi& satellites);
    /// Goes on until no group has a better path.
    void Improve();

    /// The satellite of each user in a slot; -1: none.
    Eigen::VectorXi Satellites(uint32_t slot) const;
    /// Reward of the slots in focus.
    double Worth();

  private:
    using Group = std::vector<uint32_t>;

    /// What a group may do in a slot.
    struct Option
    {
        std::vector<int> satellites; //!< of each user of the group; -1: none
        double gain;                 //!< utility that the group adds
    };

    /// How a path gets to where services are after a slot.
    struct Step
    {
        double worth{-INFINITY}; //!< of the best path to here
        uint32_t from{0};        //!< where services were before
        uint32_t option{0};
    };

    /// What is needed to improve a group's paths, by slot in focus.
    struct Paths
    {
        std::vector<std::vector<int>> present; //!< satellites of the group's users
        std::vector<std::vector<Option>> options;
        std::vector<std::vector<Step>> steps; //!< by where services are after it
    };

    /// Whom a satellite serves in a slot.
    MigrationCrowds::Crowd& Members(uint32_t slot, uint32_t satellite);
    /// Sum of beta^2 C2 of a satellite's members; -inf if it cannot have them all.
    double Utility(uint32_t slot, uint32_t satellite);
    void Set(uint32_t slot, uint32_t user, int satellite);
    /// All that a group, which is nowhere in this slot, may do.
    std::vector<Option> Options(uint32_t slot, const Group& group);
    /// Whether serving a user from this satellite moves its service.
    static bool Moves(int host, int satellite);
    /// Where a user's service is after a slot.
    int Next(uint32_t slot, uint32_t user, int host, int satellite) const;
    /// Where a group's services are as a number, with a digit for each user: 0 for nowhere.
    uint32_t Place(const std::vector<int>& hosts) const;
    /// Goes from the best paths to the places before a slot to those after it.
    void Advance(uint32_t slot,
                 const Group& group,
                 const std::vector<Option>& options,
                 const std::vector<Step>& before,
                 std::vector<Step>& after) const;
    /// Reward of a group's present paths, beside the others'.
    double PresentWorth(const Group& group, const Paths& paths) const;
    /// Gives a group its best path. \return whether that is better than the present one
    bool ImproveGroup(const Group& group);
    /// Gives all groups of this size their best paths, one after the other.
    bool ImproveGroups(uint32_t size, Group& group, uint32_t next);
    /// Whether everybody in a group competes with somebody in it: with itself, in a group of one.
    bool Competes(const Group& group) const;

    const MigrationProblem& m_problem;
    MigrationCrowds m_crowds;
    std::shared_ptr<const MigrationPlan> m_plan;
    uint32_t m_largestGroup;
    uint32_t m_first{0};
    uint32_t m_last{0}; //!< not included
    Eigen::VectorXi m_host;
    Eigen::ArrayXXi m_competing;  //!< users x users: slots in which both want the same satellite
    Eigen::MatrixXi m_satellites; //!< users x slots
    std::vector<MigrationCrowds::Crowd> m_members; //!< [slot * satellites + satellite]
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_SEARCH_H */
