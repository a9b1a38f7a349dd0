/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_TESTS_H
#define STERNA_MIGRATION_TESTS_H

#include "sterna-draws.h"
#include "sterna-expectations.h"

#include "ns3/sterna-migration-problem.h"
#include "ns3/test.h"

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

/**
 * \file
 * \ingroup sterna-tests
 * What the suites of service migration share: systems with round numbers, plans, random problems.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

using MigrationTestCase = ExpectationTestCase;

/**
 * Bands of 1 MHz, packets of 1 Mbit, slots of 100 s, a deadline of 1 s, migrations that cost 20: a
 * user with lambda packets/s is worth 100 lambda a slot, a band serves as many packets/s as the
 * link has bit/s/Hz, and a margin of 2 packets/s meets the deadline with just the probability
 * required.
 */
inline MigrationSystem
MakeMigrationSystem(uint32_t satellites, uint32_t users, uint32_t beams = 10)
{
    MigrationSystem system;
    system.satellites = satellites;
    system.beams = beams;
    system.bandwidth = 1e6;
    system.slotDuration = 100;
    system.requiredProbability = 1 - std::exp(-2.0);
    for (uint32_t u = 0; u < users; ++u)
    {
        MigrationUser user;
        user.deadline_s = 1;
        user.migrationCost = 100;
        system.users.push_back(user);
    }
    return system;
}

/// \param efficiency (bit/s/Hz) by satellite and user, 0 for out of sight; the more, the higher up
/// \param arrivals (packets/s) of each user
inline MigrationSlot
MakeMigrationSlot(const std::vector<std::vector<double>>& efficiency,
                  const std::vector<double>& arrivals)
{
    MigrationSlot slot;
    slot.efficiency.resize(efficiency.size(), arrivals.size());
    for (std::size_t s = 0; s < efficiency.size(); ++s)
    {
        for (std::size_t u = 0; u < arrivals.size(); ++u)
        {
            slot.efficiency(s, u) = efficiency[s][u];
        }
    }
    slot.elevation = slot.efficiency / 100;
    slot.range = Eigen::ArrayXXd::Constant(efficiency.size(), arrivals.size(), 2e7);
    slot.rain = Eigen::ArrayXXd::Zero(efficiency.size(), arrivals.size());
    slot.arrivals = Eigen::Map<const Eigen::ArrayXd>(arrivals.data(), arrivals.size());
    return slot;
}

/// A state at the start of a plan, with services at these satellites (-1: nowhere yet).
inline MigrationState
BeginMigration(const MigrationProblem& problem,
               std::vector<MigrationSlot> slots,
               const std::vector<int>& hosts = {})
{
    auto state = problem.Begin(std::make_shared<const MigrationPlan>(std::move(slots)));
    for (std::size_t u = 0; u < hosts.size(); ++u)
    {
        state.host(u) = hosts[u];
    }
    return state;
}

/// A problem and where it begins.
struct MigrationInstance
{
    MigrationProblem problem;
    MigrationState state;
};

/// Some satellites out of sight, some users without demand, all users different, hosts anywhere.
inline MigrationInstance
DrawMigration(Draws& draws, uint32_t satellites, uint32_t users, uint32_t slots)
{
    auto system = MakeMigrationSystem(satellites, users, draws.Integer(1, users));
    system.maxCompute = draws.Uniform(1, users + 1);
    for (auto& user : system.users)
    {
        user.deadline_s = draws.Uniform(0.5, 2);
        user.packetBits = draws.Uniform(0.5e6, 2e6);
        user.migrationCost = draws.Uniform(0, 1000);
        user.utilityPerMbit = draws.Uniform(0.5, 2);
        user.minCompute = draws.Uniform(0.5, 1);
    }
    std::vector<MigrationSlot> plan;
    for (uint32_t n = 0; n < slots; ++n)
    {
        std::vector<std::vector<double>> efficiency(satellites, std::vector<double>(users));
        std::vector<double> arrivals(users);
        for (uint32_t u = 0; u < users; ++u)
        {
            arrivals[u] = draws.Uniform(0, 1) < 0.9 ? draws.Uniform(0.2, 4) : 0.0;
            for (uint32_t s = 0; s < satellites; ++s)
            {
                efficiency[s][u] = draws.Uniform(0, 1) < 0.7 ? draws.Uniform(3, 12) : 0.0;
            }
        }
        plan.push_back(MakeMigrationSlot(efficiency, arrivals));
    }
    std::vector<int> hosts;
    for (uint32_t u = 0; u < users; ++u)
    {
        hosts.push_back(int(draws.Integer(0, satellites)) - 1);
    }
    MigrationProblem problem(std::move(system));
    auto state = BeginMigration(problem, std::move(plan), hosts);
    return {std::move(problem), std::move(state)};
}

/// Cases of the suite sterna-migration-solver on the problem.
std::vector<TestCase*> MakeMigrationProblemTests();
/// Cases of the suite sterna-migration-solver on shares.
std::vector<TestCase*> MakeMigrationSharesTests();
/// Cases of the suite sterna-migration-solver on rules.
std::vector<TestCase*> MakeMigrationRulesTests();

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_TESTS_H */
