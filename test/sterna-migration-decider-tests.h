/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_DECIDER_TESTS_H
#define STERNA_MIGRATION_DECIDER_TESTS_H

#include "sterna-draws.h"
#include "sterna-expectations.h"

#include "ns3/sterna-agent.h"
#include "ns3/sterna-migration-shares.h"

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/**
 * \file
 * \ingroup sterna-tests
 * What the cases of the suite sterna-migration share: systems with round numbers, hand-made and
 * random plans, an agent that says what it is told to say, and episodes without a simulation.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

/// Names of this suite's builders, which other suites have, too.
namespace migration
{

using Rule = MigrationShares::Rule;
using MigrationTestCase = ExpectationTestCase;

/**
 * A share b of a satellite with the spectral efficiency e serves b e packets/s; x packets/s to spare
 * are in time with 1 - 10^-x, so that 1 suffices for the required 0.9. A packet/s in time earns 100
 * in a slot, a migration costs 50.
 */
inline MigrationSystem
RoundSystem(uint32_t satellites, uint32_t users, uint32_t beams)
{
    MigrationSystem system;
    system.satellites = satellites;
    system.beams = beams;
    system.bandwidth = 1e6;
    system.maxCompute = beams;
    system.slotDuration = 100;
    system.penalty = 0.5;
    MigrationUser user;
    user.packetBits = 1e6;
    user.deadline_s = std::log(10);
    user.migrationCost = 100;
    system.users.assign(users, user);
    return system;
}

/// Pr(W <= t) in a RoundSystem().
inline double
Timely(double margin)
{
    return margin > 0 ? 1 - std::pow(10, -margin) : 0;
}

/// A slot in which nobody sees anybody, and all ask for one packet/s.
inline MigrationSlot
BlindSlot(uint32_t satellites, uint32_t users)
{
    MigrationSlot slot;
    slot.elevation = Eigen::ArrayXXd::Zero(satellites, users);
    slot.efficiency = slot.elevation;
    slot.arrivals = Eigen::ArrayXd::Ones(users);
    slot.satellites = Eigen::Matrix3Xd::Zero(3, satellites);
    slot.users = Eigen::Matrix3Xd::Zero(3, users);
    return slot;
}

inline std::shared_ptr<const MigrationPlan>
MakePlan(std::vector<MigrationSlot> slots)
{
    return std::make_shared<const MigrationPlan>(std::move(slots));
}

/// Half of all pairs see each other; one user in five has no demand.
inline std::vector<MigrationSlot>
DrawSlots(Draws& draws, uint32_t satellites, uint32_t users, uint32_t slots)
{
    std::vector<MigrationSlot> drawn;
    for (uint32_t n = 0; n < slots; ++n)
    {
        MigrationSlot slot = BlindSlot(satellites, users);
        for (uint32_t u = 0; u < users; ++u)
        {
            slot.arrivals(u) = draws.Uniform(0, 1) < 0.2 ? 0 : draws.Uniform(0.3, 3);
            slot.users.col(u) << draws.Uniform(-1, 1), draws.Uniform(-1, 1), draws.Uniform(-1, 1);
            for (uint32_t s = 0; s < satellites; ++s)
            {
                slot.elevation(s, u) = draws.Uniform(0, M_PI_2);
                slot.efficiency(s, u) = draws.Uniform(0, 1) < 0.5 ? 0 : draws.Uniform(2, 8);
            }
        }
        for (uint32_t s = 0; s < satellites; ++s)
        {
            slot.satellites.col(s) << draws.Uniform(-1, 1), draws.Uniform(-1, 1),
                draws.Uniform(-1, 1);
        }
        drawn.push_back(slot);
    }
    return drawn;
}

/// The same slots where satellite k was numbered satellites[k], and users likewise.
inline std::vector<MigrationSlot>
Renumber(std::vector<MigrationSlot> slots,
         const std::vector<int>& satellites,
         const std::vector<int>& users)
{
    for (auto& slot : slots)
    {
        slot.elevation = Eigen::ArrayXXd(slot.elevation(satellites, users));
        slot.efficiency = Eigen::ArrayXXd(slot.efficiency(satellites, users));
        slot.arrivals = Eigen::ArrayXd(slot.arrivals(users));
        slot.satellites = Eigen::Matrix3Xd(slot.satellites(Eigen::all, satellites));
        slot.users = Eigen::Matrix3Xd(slot.users(Eigen::all, users));
    }
    return slots;
}

/// The first sum of (29) in a RoundSystem(): users on these satellites, with shares by a rule.
inline double
SlotUtility(const MigrationProblem& problem,
            Rule rule,
            const MigrationSlot& slot,
            const Eigen::VectorXi& satellites)
{
    const auto shares = MigrationShares(problem, rule).Complete(slot, satellites).bandwidth;
    double utility = 0;
    for (Eigen::Index u = 0; u < satellites.size(); ++u)
    {
        if (satellites(u) >= 0)
        {
            const double rate = shares(u) * slot.efficiency(satellites(u), u);
            utility += 100 * slot.arrivals(u) * problem.System().users[u].utilityPerMbit *
                       Timely(rate - slot.arrivals(u));
        }
    }
    return utility;
}

/// Answers what it is told to answer, and keeps all that it is shown and taught.
class ScriptedAgent : public Agent
{
  public:
    std::function<Action(const Observation&)> answer;
    AgentSpaces spaces;
    std::vector<Observation> seen;
    std::vector<Action> answers;
    std::vector<Mode> modes;
    std::vector<Transition> learned;

    void Configure(const AgentSpaces& of) override
    {
        spaces = of;
    }

    Action Act(const Observation& observation, Mode mode) override
    {
        seen.push_back(observation);
        modes.push_back(mode);
        answers.push_back(answer(observation));
        return answers.back();
    }

    void Learn(const Transition& transition) override
    {
        learned.push_back(transition);
    }

    int64_t AssignStreams(int64_t) override
    {
        return 0;
    }
};

/// An answer of one actor without parameters.
inline Action
Choice(int choice)
{
    Action action;
    action.choice = Eigen::VectorXi::Constant(1, choice);
    return action;
}

/// Whether two observations hold the same numbers and flags.
inline bool
IsEqual(const Observation& a, const Observation& b)
{
    return a.features == b.features && a.choices == b.choices && a.mask.rows() == b.mask.rows() &&
           (a.mask == b.mask).all() && a.edges.size() == b.edges.size() &&
           (a.edges == b.edges).all();
}

/// What an episode leaves behind, slot by slot.
struct Episode
{
    std::vector<MigrationState> states;     //!< that were decided on
    std::vector<MigrationDecision> wanted;  //!< what was decided
    std::vector<MigrationDecision> granted; //!< its projection
    std::vector<double> rewards;            //!< (29)
    std::vector<std::size_t> turns;         //!< how often the agent had been asked by then
    MigrationState end;
};

/// An episode as MigrationScheduler plays it at flow level.
inline Episode
Play(const MigrationProblem& problem,
     std::shared_ptr<const MigrationPlan> plan,
     const Ptr<MigrationDecider>& decider,
     const Ptr<ScriptedAgent>& agent)
{
    Episode episode;
    auto state = problem.Begin(std::move(plan));
    decider->BeginCycle(problem, state);
    while (state.slot < state.plan->Slots())
    {
        episode.states.push_back(state);
        episode.turns.push_back(agent->seen.size());
        episode.wanted.push_back(decider->Decide(problem, state));
        episode.granted.push_back(problem.Project(state, episode.wanted.back()));
        const auto bits = problem.ExpectedTimelyBits(state.Slot(), episode.granted.back());
        episode.rewards.push_back(problem.Account(state, episode.granted.back(), bits));
        decider->Learn(problem, episode.rewards.back(), state, state.slot == state.plan->Slots());
    }
    episode.turns.push_back(agent->seen.size());
    episode.end = state;
    return episode;
}

} // namespace migration

/// Cases of the suite sterna-migration on what users expect of each other.
std::vector<TestCase*> MakeMigrationOutlookTests();
/// Cases of the suite sterna-migration on what agents that choose in turn see.
std::vector<TestCase*> MakeMigrationEncoderTests();
/// Cases of the suite sterna-migration on the graph that agents see.
std::vector<TestCase*> MakeMigrationGraphTests();
/// Cases of the suite sterna-migration on agents that choose in turn.
std::vector<TestCase*> MakeMigrationOfferTests();
/// Cases of the suite sterna-migration on agents that decide for all users at once.
std::vector<TestCase*> MakeMigrationJointTests();
/// Cases of the suite sterna-migration on training and policies.
std::vector<TestCase*> MakeMigrationLearningTests();

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_DECIDER_TESTS_H */
