/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_OFFER_ENCODER_H
#define STERNA_MIGRATION_OFFER_ENCODER_H

#include "sterna-migration-outlook.h"

#include <Eigen/Core>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * What one user sees at its turn, as numbers: each satellite described by the same few, so that one
 * network fits any number of users and satellites.
 *
 * Utilities are in units of the mean user's utility of a slot in time, needs in shares of a
 * satellite's bandwidth. Of the user: demand over the mean one, satellites in sight over 4, share of
 * slots left, whether its service is nowhere yet, whether its satellite is out of sight. Of each
 * satellite that is open to it (zero otherwise):
 *
 *  0  it is the service's host                10 share of slots until it sets, up to 3
 *  1  utility that the user adds now          11 mean utility that it adds over the horizon
 *  2  five times the share that it needs      12 needs of the others three slots ahead
 *  3  needs of the others there now           13 needs of the others at the horizon
 *  4  beams taken                             14 needs of those who lose their satellite soon
 *  5  elevation over 90 degrees               15-18 utility added 1, 2, 5 and 8 slots ahead
 *  6  spectral efficiency over 5 bit/s/Hz     19 worth of the best path from there, above that of
 *  7  it would be a migration                    the best satellite: a first guess, if asked for
 *  8  utility added 3 slots ahead
 *  9  share of slots until it sets, up to 12
 */
class MigrationOfferEncoder
{
  public:
    static constexpr Eigen::Index GLOBAL = 5; //!< numbers that describe the user
    static constexpr Eigen::Index OFFER = 20; //!< numbers that describe a satellite

    /// \param guess whether the first guess is told; 0 otherwise
    MigrationOfferEncoder(const MigrationProblem& problem, bool guess);

    Eigen::Index FeatureSize() const;

    /**
     * \param outlook in which the user is considered
     * \param features is filled, FeatureSize() long
     * \param mask is filled, one row: the satellites that are open
     */
    void Observe(const MigrationState& state,
                 const MigrationOutlook& outlook,
                 uint32_t user,
                 Eigen::VectorXf& features,
                 Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>& mask) const;

    /// What utilities are measured in: mean of beta^2 lambda delta d over users and slots with
    /// demand.
    static double ReferenceUtility(const MigrationProblem& problem, const MigrationPlan& plan);

    /// Sets the reference for an episode.
    void Begin(const MigrationPlan& plan);
    double Reference() const;

  private:
    void Describe(const MigrationState& state,
                  const MigrationOutlook& outlook,
                  uint32_t user,
                  uint32_t satellite,
                  float* offer) const;
    /// Needs at a satellite of users who lose theirs within a few slots, each shared among the
    /// satellites that it will see then.
    double Homeless(const MigrationState& state,
                    const MigrationOutlook& outlook,
                    uint32_t user,
                    uint32_t satellite) const;

    const MigrationProblem& m_problem;
    bool m_guess;
    double m_reference{1};
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_OFFER_ENCODER_H */
