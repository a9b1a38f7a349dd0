/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_PROBLEM_H
#define STERNA_MIGRATION_PROBLEM_H

#include "sterna-decider.h"
#include "sterna-migration-plan.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// The six-tuple of Section II-D of the GATE-HPPO paper; lambda_u is in the plan.
struct MigrationUser
{
    std::string name;
    double packetBits{1e6};     //!< d, mean size of a packet (bit)
    double deadline_s{0.5};     //!< t, longest sojourn time (s)
    double minCompute{1.0};     //!< zeta, compute share that the service needs
    double migrationCost{5000}; //!< beta^1, of one migration
    double utilityPerMbit{1};   //!< beta^2, of a Mbit in time
};

/// What does not change during an episode.
struct MigrationSystem
{
    std::vector<MigrationUser> users;
    uint32_t satellites{8};
    uint32_t beams{10};              //!< A_max, users of a satellite at once
    double bandwidth{28e6};          //!< W of a satellite (Hz)
    double maxBandwidth{1.0};        //!< B_max, sum of a satellite's bandwidth shares
    double maxCompute{12.0};         //!< F_max, sum of a satellite's compute shares
    double slotDuration{300};        //!< delta (s)
    double requiredProbability{0.9}; //!< of meeting the deadline, below which service fails
    double penalty{0.2};             //!< lambda_pen, weight of migration costs
};

/// Who is served by whom, and with what: a, b and f of (20).
struct MigrationDecision
{
    Eigen::VectorXi satellite; //!< of each user; -1: none
    Eigen::ArrayXd bandwidth;  //!< b, share of the satellite's bandwidth
    Eigen::ArrayXd compute;    //!< f, share of its compute
};

/// What is known when a slot is decided.
struct MigrationState
{
    uint32_t slot{0};                          //!< n, from 0
    Eigen::VectorXi host;                      //!< where each user's service is; -1: nowhere yet
    std::shared_ptr<const MigrationPlan> plan; //!< of the whole episode
    Eigen::ArrayXd utilities;                  //!< beta^2 C^2 of each user in the last slot
    std::vector<uint32_t> migrated;            //!< whose service moved for the last slot

    const MigrationSlot& Slot() const;
};

/// Something that a projection had to change.
struct MigrationChange
{
    /// Why; unscoped, because tests and traces print it.
    enum Reason
    {
        NO_SATELLITE,    //!< the number is none of a satellite
        OUT_OF_SIGHT,    //!< (20g): the user is left without service
        BEAMS,           //!< (20c): the user is left without service
        COMPUTE_MINIMUM, //!< (20e) with (20f): the user is left without service
        BANDWIDTH,       //!< (20d) or no number: another share
        COMPUTE          //!< (20e), (20f) or no number: another share
    };

    uint32_t user;
    Reason reason;
};

/**
 * \ingroup sterna
 * Service migration and resource allocation at the satellite edge, eq. (20) of the GATE-HPPO paper.
 *
 * In each slot every user is served by one satellite in sight at most (20b, 20g), which has A_max
 * beams (20c) and shares its bandwidth b (20d) and its compute f, at least zeta each (20e, 20f):
 *
 *     R  = b W log2(1 + SNR),    mu = R / d packets/s,                             (15)
 *     Pr(W <= t) = 1 - exp(-(mu - lambda) t)  if lambda < mu, otherwise 0          (18)
 *     C2 = lambda delta d Pr(W <= t),
 *     r  = sum of beta^2 C2 - lambda_pen sum of beta^1 C1.                         (29)
 *
 * C1 is 1 for a user whose service moves to another satellite; (16), an exclusive or for each
 * satellite, would count that twice. mu is per second like lambda; the paper's mu = R delta / d is
 * per slot. The objective (20a) prints the migration cost with a plus. Penalty(a) of (29) is left
 * to those who learn: what is granted violates nothing. A service begins without
 * migration, stays where it is while its user is not connected, and ends with the demand.
 */
class MigrationProblem
{
  public:
    static constexpr const char* Name = "Migration";
    using State = MigrationState;
    using Decision = MigrationDecision;

    /// \throws InputError naming the first value of the system that cannot be
    explicit MigrationProblem(MigrationSystem system);

    const MigrationSystem& System() const;
    uint32_t Users() const;

    /// An episode's start: no service is anywhere. Throws InputError for a plan of another system.
    State Begin(std::shared_ptr<const MigrationPlan> plan) const;
    /// A decision that serves nobody.
    Decision Nobody() const;

    /// Packets per second that a share of bandwidth serves, mu of (15).
    double ServiceRate(const MigrationSlot& slot,
                       uint32_t satellite,
                       uint32_t user,
                       double bandwidth) const;
    /// Pr(W <= t) of (18).
    double TimelyProbability(uint32_t user, double arrivals, double serviceRate) const;
    /// Share of bandwidth that serves a user, in sight, with no more than `margin` packets/s to
    /// spare: mu = lambda + margin.
    double Share(const MigrationSlot& slot, uint32_t satellite, uint32_t user, double margin) const;
    /// mu - lambda at which the deadline is met with the required probability.
    double RequiredMargin(uint32_t user) const;
    /// beta^2 C2 of a user that is in time with this probability.
    double Utility(const MigrationSlot& slot, uint32_t user, double probability) const;
    /// lambda_pen beta^1.
    double MigrationCost(uint32_t user) const;
    /// Whether serving the user from this satellite, now, is a migration.
    static bool IsMigration(const State& state, uint32_t user, int satellite);

    /// Pr(W <= t) of each user under a decision; 0 for who is not served.
    Eigen::ArrayXd TimelyProbabilities(const MigrationSlot& slot, const Decision& decision) const;

    /// Why a decision violates (20b) to (20g), or nothing if it does not.
    std::string Refusal(const State& state, const Decision& decision) const;
    /**
     * The nearest decision that satisfies (20b) to (20g), whatever was asked for.
     *
     * Grants that cannot be are left out. Where a satellite has too many users, those that it serves
     * already come first, then those that need the smaller share. Bandwidth shares of a satellite
     * shrink in proportion; compute shares shrink towards zeta. Whoever asks for no service gets
     * none.
     * \param changes gets what was changed, if not null
     */
    Decision Project(const State& state,
                     const Decision& wanted,
                     std::vector<MigrationChange>* changes = nullptr) const;

    /**
     * Books a slot and goes on to the next.
     *
     * \param timelyBits of each user, that met their deadline: lambda delta d Pr(W <= t), or counted
     * \return the reward (29); what each user brought is left in state.utilities
     */
    double Account(State& state, const Decision& decision, const Eigen::ArrayXd& timelyBits) const;
    /// What (18) expects to be in time (bit).
    Eigen::ArrayXd ExpectedTimelyBits(const MigrationSlot& slot, const Decision& decision) const;

  private:
    /// Whom a satellite serves of those that want it: as many as it has beams and compute for.
    std::vector<uint32_t> Admit(const State& state,
                                uint32_t satellite,
                                std::vector<uint32_t> users,
                                Decision& decision,
                                std::vector<MigrationChange>& changes) const;
    /// Shrinks what those that a satellite serves were given to what it has.
    void LimitShares(const std::vector<uint32_t>& served,
                     Decision& decision,
                     std::vector<MigrationChange>& changes) const;

    MigrationSystem m_system;
};

/// Who decides on service migration.
using MigrationDecider = Decider<MigrationProblem>;

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_PROBLEM_H */
