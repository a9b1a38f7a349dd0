/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_FORESIGHT_H
#define STERNA_MIGRATION_FORESIGHT_H

#include "ns3/node.h"
#include "ns3/sterna-channel.h"
#include "ns3/sterna-cruise-phase.h"
#include "ns3/sterna-migration-problem.h"
#include "ns3/sterna-terminal.h"

#include <vector>

namespace ns3
{
namespace sterna
{

/// A user of satellite edge servers.
struct MigrationSubscriber
{
    Ptr<Node> node;                      //!< a terminal with a MobilityModel
    MigrationUser service;               //!< what it asks for
    double arrivalRate{0};               //!< lambda while it has demand (packets/s)
    std::vector<CruisePhase> activity{}; //!< when it has demand; empty: always

    /// Whether it has demand at a simulation time (s).
    bool IsActive(double time_s) const;
};

/// How far and how exactly to look ahead.
struct MigrationForesight
{
    uint32_t slots;
    Time slot;
    double minElevation; //!< (rad)
};

/**
 * \ingroup sterna
 * The slots of an episode that begins now, each as it is in its middle: who sees whom, how well,
 * and who has demand.
 *
 * SNR comes from the channel's path loss, rain from the RainLossModel in its chain, if there is one.
 * Satellites need a FixedCourseMobilityModel; users that have none stand still. Throws InputError
 * for a satellite whose course cannot be foreseen.
 */
MigrationPlan ForeseeMigration(const std::vector<Ptr<Terminal>>& satellites,
                               const std::vector<MigrationSubscriber>& users,
                               const Ptr<SternaChannel>& channel,
                               const MigrationForesight& foresight);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_FORESIGHT_H */
