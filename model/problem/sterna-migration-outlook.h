/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_OUTLOOK_H
#define STERNA_MIGRATION_OUTLOOK_H

#include "sterna-migration-crowds.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Where services are expected to be over the next slots, and what one more user would add where.
 *
 * Every user has a path: a satellite for each slot of the horizon. At first users stay where their
 * service is for as long as they see that satellite. Against the paths of all others, the best path
 * of one user is a dynamic programme over slots and satellites: a slot is worth what the user adds
 * to the utility of the satellite that serves it, and a change of satellite costs
 * lambda_pen beta^1.
 */
class MigrationOutlook
{
  public:
    /// \param horizon slots that it looks ahead, this one included; at least 1
    MigrationOutlook(const MigrationProblem& problem,
                     MigrationShares::Rule rule,
                     std::shared_ptr<const MigrationPlan> plan,
                     uint32_t horizon);

    /// A slot begins: everybody stays while in sight.
    void Begin(const MigrationState& state);
    /// Takes a user's path away and works out what it could do; what follows is about this user.
    void Consider(const MigrationState& state, uint32_t user);
    /// The user takes this satellite now (-1: none), and its best path from there.
    void Follow(const MigrationState& state, int satellite);

    /// Slots ahead that are known, this one included.
    uint32_t Steps() const;
    /// Whether the satellite is in sight of the considered user and has a beam for it, now.
    bool IsOpen(uint32_t satellite) const;
    /// Utility that the considered user adds at a satellite, some steps ahead: negative if it takes
    /// more from the others than it gets, 0 if it cannot be.
    double Gain(uint32_t step, uint32_t satellite) const;
    /// Worth of taking an open satellite now and its best path then, less the cost of migrations.
    double Worth(uint32_t satellite) const;
    /// The open satellite of the greatest worth; -1 if none is open.
    int Best() const;

    /// Sum of the shares that a satellite's expected users need, without the considered one.
    double Load(uint32_t step, uint32_t satellite) const;
    /// How many they are.
    uint32_t Users(uint32_t step, uint32_t satellite) const;
    /// Where a user is expected to be; -1: nowhere.
    int Place(uint32_t step, uint32_t user) const;

  private:
    void Set(uint32_t step, uint32_t user, int satellite);

    const MigrationProblem& m_problem;
    MigrationCrowds m_crowds;
    std::shared_ptr<const MigrationPlan> m_plan;
    uint32_t m_horizon;
    uint32_t m_slot{0};
    uint32_t m_steps{0};
    std::vector<MigrationCrowds::Crowd> m_members; //!< [step * satellites + satellite]
    Eigen::ArrayXXd m_load;                        //!< satellites x steps
    Eigen::MatrixXi m_places;                      //!< users x steps

    uint32_t m_user{0};     //!< the considered one
    Eigen::ArrayXXd m_gain; //!< satellites x steps; -infinity: it cannot be
    Eigen::ArrayXd m_worth; //!< of each satellite now
    Eigen::ArrayXXi m_next; //!< (satellites + 1) x steps: from where the service is to whom
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_OUTLOOK_H */
