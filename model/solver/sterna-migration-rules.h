/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_RULES_H
#define STERNA_MIGRATION_RULES_H

#include "sterna-migration-chooser.h"
#include "sterna-migration-loads.h"

#include "ns3/random-variable-stream.h"

#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A satellite in sight, drawn uniformly: for users whose own is not, and for each other one with
 * the probability `Redraw`. Beams are not asked for: who is one too many gets no service. With
 * equal shares (`Shares`) it comes to what the GATE-HPPO paper reports of its random policy.
 */
class MigrationRandom : public MigrationChooser
{
  public:
    static TypeId GetTypeId();
    MigrationRandom();
    int64_t AssignStreams(int64_t stream) override;

  protected:
    Eigen::VectorXi Choose(const MigrationProblem& problem, const MigrationState& state) override;

  private:
    double m_redraw;
    Ptr<UniformRandomVariable> m_random;
};

/**
 * \ingroup sterna
 * Users stay while their satellite is in sight, and then change to the one with a free beam that
 * will be in sight for longest; of equals, to the highest.
 */
class MigrationLongestVisibility : public MigrationChooser
{
  public:
    static TypeId GetTypeId();

  protected:
    Eigen::VectorXi Choose(const MigrationProblem& problem, const MigrationState& state) override;
};

/**
 * \ingroup sterna
 * In every slot, the highest satellite with a free beam.
 */
class MigrationMaxElevation : public MigrationChooser
{
  public:
    static TypeId GetTypeId();

  protected:
    Eigen::VectorXi Choose(const MigrationProblem& problem, const MigrationState& state) override;
};

/**
 * \ingroup sterna
 * In every slot anew, each user goes where most beams are free; of equals to where it is, then to
 * where most bandwidth is left beyond all needs. Users with the fewest satellites in sight choose
 * first, then those with the largest needs.
 */
class MigrationLoadBalanced : public MigrationChooser
{
  public:
    static TypeId GetTypeId();

  protected:
    Eigen::VectorXi Choose(const MigrationProblem& problem, const MigrationState& state) override;
};

/**
 * \ingroup sterna
 * Users stay, unless their satellite sets or is overloaded: there, the user leaves whose move frees
 * most, for a satellite with room for its need. If there is none, a user of another satellite makes
 * room by moving on, one bump deep. Users without a satellite in sight go where most room is left,
 * and bump a user if there is too little.
 */
class MigrationOverloadBump : public MigrationChooser
{
  public:
    static TypeId GetTypeId();

  protected:
    Eigen::VectorXi Choose(const MigrationProblem& problem, const MigrationState& state) override;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_RULES_H */
