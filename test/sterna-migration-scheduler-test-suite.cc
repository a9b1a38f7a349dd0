/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-trial.h"

#include "ns3/sterna-ground-position.h"

#include <algorithm>
#include <chrono>
#include <numeric>

/**
 * \file
 * \ingroup sterna
 * The scheduler of service migration at work: packets against (18), what a migration costs and
 * stops, late decisions, and what is refused. The deciders are the test's own, so nothing here hangs
 * on rules and learners.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

using Account = PoissonFlow::Account;

constexpr double ORBIT_DELAY = 0.067; // s, of light from the zenith

/// A user that sees at least two satellites in each slot, and the first two.
struct Chooser
{
    uint32_t user;
    int first;
    int second;
};

Chooser
FindChooser(const MigrationPlan& plan)
{
    for (uint32_t u = 0; u < 34; ++u)
    {
        const auto satellites = InSight(plan.Slot(0), u);
        const bool stays = satellites.size() >= 2 &&
                           plan.Stay(0, satellites[0], u) == plan.Slots() &&
                           plan.Stay(0, satellites[1], u) == plan.Slots();
        if (stays)
        {
            return {u, satellites[0], satellites[1]};
        }
    }
    return {0, 0, 0};
}

/// A decision that serves one user only, with half a band.
MigrationDecision
ServeOne(const MigrationProblem& problem, uint32_t user, int satellite)
{
    auto decision = problem.Nobody();
    decision.satellite(user) = satellite;
    decision.bandwidth(user) = 0.5;
    decision.compute(user) = 1;
    return decision;
}

MigrationPlan
PlanOf(const MigrationTrial& trial)
{
    const RunScope scope;
    MigrationScenario scenario(trial.setting, 500);
    return *scenario.Install(nullptr, SlotScheduler::FLOW)->GetPlan();
}

/**
 * Eight cities, each with its own margin mu - lambda, for 40 min: M/M/1 queues that (18) describes
 * exactly, but for 0.1 s of each slot in which nothing is on the air.
 *
 * Sojourns are correlated over 1 / (sqrt(mu) - sqrt(lambda))^2, so T seconds hold T over twice that
 * independent ones. The interval is four standard deviations of the share that this gives, and of
 * Poisson arrivals: one false alarm in 16 000.
 */
class SojournTest : public ExpectationTestCase
{
  public:
    SojournTest()
        : ExpectationTestCase("packets in time are as many as (18) expects, within 4 standard "
                              "deviations")
    {
    }

  private:
    static constexpr double DURATION = 2400; // s

    static double Margin(uint32_t user)
    {
        return 2.5 + 0.5 * user;
    }

    static MigrationTrial MakeTrial()
    {
        MigrationTrial trial;
        trial.setting.slots = 8;
        trial.setting.slot = Seconds(300);
        trial.setting.cities = 8;
        trial.setting.flights = 0;
        trial.setting.arrivalRate = 4;
        trial.attributes["MigrationPause"] = "0s";
        trial.attributes["PacketLifetime"] = "0s";
        return trial;
    }

    static MigrationDecision WithMargins(const MigrationProblem& problem,
                                         const MigrationState& state)
    {
        auto decision = HighestForAll(problem, state);
        for (uint32_t u = 0; u < problem.Users(); ++u)
        {
            const double wholeBand =
                28e6 * state.Slot().efficiency(decision.satellite(u), u) / 1e6; // packets/s
            decision.bandwidth(u) = (state.Slot().arrivals(u) + Margin(u)) / wholeBand;
        }
        return decision;
    }

    void DoRun() override
    {
        auto trial = MakeTrial();
        const auto packet = trial.Run(WithMargins);
        trial.fidelity = SlotScheduler::FLOW;
        const auto flow = trial.Run(WithMargins);
        NS_TEST_ASSERT_MSG_EQ(packet.slots.size(), 8, "all slots");
        NS_TEST_ASSERT_MSG_EQ(flow.slots.size(), 8, "all slots");
        ExpectTrue(packet.changes.empty(), "all shares fit");
        double total = 0;
        double expectedTotal = 0;
        double variance = 0;
        for (uint32_t u = 0; u < 8; ++u)
        {
            const double lambda = packet.plan.Slot(0).arrivals(u);
            const double mu = lambda + Margin(u);
            const double inTime = 1 - std::exp(-0.5 * Margin(u));
            const double relaxation = 1 / std::pow(std::sqrt(mu) - std::sqrt(lambda), 2);
            const double shareVariance =
                inTime * (1 - inTime) * (2 * relaxation / DURATION + 1 / (lambda * DURATION));
            const double onTime = packet.Packets(&Account::onTime, int(u));
            const double late = packet.Packets(&Account::late, int(u));
            ExpectNear(late / (late + onTime),
                       1 - inTime,
                       4 * std::sqrt(shareVariance),
                       "late share of user " + std::to_string(u));
            total += onTime;
            expectedTotal += lambda * DURATION * inTime;
            variance += lambda * DURATION * inTime + std::pow(lambda * DURATION, 2) * shareVariance;
            for (const auto& slot : flow.slots)
            {
                ExpectNear(slot.probabilities(u), inTime, 1e-9, "(18)");
                ExpectNear(slot.utilities(u), lambda * 300 * inTime, 1e-6, "C2 in Mbit");
            }
        }
        ExpectNear(total, expectedTotal, 4 * std::sqrt(variance), "packets in time");
        ExpectTrue(4 * std::sqrt(variance) < 0.05 * expectedTotal, "a narrow interval");
        double rewards = 0;
        for (const auto& slot : packet.slots)
        {
            rewards += slot.reward;
        }
        // Bits count as packets of the mean size; five changes of the highest satellite at most
        // cost 1000 each.
        std::size_t migrations = 0;
        for (const auto& slot : packet.slots)
        {
            migrations += slot.migrated.size();
        }
        ExpectNear(rewards + 1000 * double(migrations), total, 1e-6, "(29)");
    }
};

class MigrationCountTest : public ExpectationTestCase
{
  public:
    MigrationCountTest()
        : ExpectationTestCase("a service that moves migrates once, and once more when it returns")
    {
    }

  private:
    /// Users that migrate in each slot for a sequence of satellites: 1, 2, or 0 for none.
    void Expect(const std::vector<int>& sequence, const std::vector<std::size_t>& migrations)
    {
        MigrationTrial trial;
        trial.fidelity = SlotScheduler::FLOW;
        trial.setting.slots = sequence.size();
        const auto plan = PlanOf(trial);
        const auto chooser = FindChooser(plan);
        NS_TEST_ASSERT_MSG_NE(chooser.first, chooser.second, "somebody who can choose");
        const auto decider =
            CreateObject<MigrationAnswers>([&](const auto& problem, const auto& state) {
                const int satellites[] = {-1, chooser.first, chooser.second};
                return ServeOne(problem, chooser.user, satellites[sequence[state.slot]]);
            });
        const auto outcome = trial.Run(decider);
        NS_TEST_ASSERT_MSG_EQ(outcome.slots.size(), sequence.size(), "all slots");
        NS_TEST_ASSERT_MSG_EQ(decider->rewards.size(), sequence.size(), "told of every slot");
        for (std::size_t n = 0; n < sequence.size(); ++n)
        {
            const auto& slot = outcome.slots[n];
            ExpectTrue(slot.migrated.size() == migrations[n],
                       "migrations in slot " + std::to_string(n));
            // half a band serves some 40 packets/s of 10 Mbit or more: all are in time
            const double utility = slot.utilities(chooser.user);
            ExpectTrue((utility > 0) == (sequence[n] != 0), "served");
            ExpectNear(slot.reward, utility - 1000 * double(migrations[n]), 1e-9, "(29)");
            ExpectTrue(decider->rewards[n] == slot.reward, "what the decider is told");
            ExpectTrue(decider->lasts[n] == (n + 1 == sequence.size()), "the last one");
            const bool fails = sequence[n] == 0;
            ExpectTrue(slot.IsUnsuccessful(chooser.user) == fails, "unsuccessful");
        }
    }

    void DoRun() override
    {
        Expect({1, 1, 2, 2, 1, 1}, {0, 0, 1, 0, 1, 0});
        Expect({1, 2, 1, 2}, {0, 1, 1, 1});
        Expect({0, 1, 0, 1, 0, 2, 0}, {0, 0, 0, 0, 0, 1, 0});
    }
};

class PauseTest : public ExpectationTestCase
{
  public:
    PauseTest()
        : ExpectationTestCase("a service that moves serves nobody during the pause")
    {
    }

  private:
    /// First delivery (s) to a user at or after a time.
    static double FirstAfter(const MigrationOutcomeOfTrial& outcome, uint32_t user, double time_s)
    {
        for (const auto& delivery : outcome.deliveries)
        {
            if (delivery.user == user && delivery.time_s >= time_s)
            {
                return delivery.time_s;
            }
        }
        return INFINITY;
    }

    MigrationAnswers::Function Moves(const Chooser& chooser) const
    {
        return [chooser](const auto& problem, const auto& state) {
            const bool moved = state.slot >= 3;
            auto decision = HighestForAll(problem, state);
            for (uint32_t u = 0; u < problem.Users(); ++u)
            {
                const bool there = decision.satellite(u) == chooser.second ||
                                   decision.satellite(u) == chooser.first;
                decision.satellite(u) = there ? -1 : decision.satellite(u);
            }
            decision.satellite(chooser.user) = moved ? chooser.second : chooser.first;
            decision.bandwidth(chooser.user) = 1;
            decision.compute(chooser.user) = 1;
            return decision;
        };
    }

    void DoRun() override
    {
        MigrationTrial trial;
        trial.setting.arrivalRate = 14;
        const auto chooser = FindChooser(PlanOf(trial));
        NS_TEST_ASSERT_MSG_NE(chooser.first, chooser.second, "somebody who can choose");
        for (const double pause_s : {0.0, 0.2, 3.0, 10.0, 25.0})
        {
            trial.attributes["MigrationPause"] = std::to_string(pause_s) + "s";
            trial.fidelity = SlotScheduler::PACKET;
            const auto packet = trial.Run(Moves(chooser));
            NS_TEST_ASSERT_MSG_EQ(packet.slots.size(), 6, "all slots");
            NS_TEST_ASSERT_MSG_EQ(packet.slots[3].migrated.size(), 1, "one moves");
            ExpectTrue(packet.slots[3].migrated[0] == chooser.user, "it is the chooser");
            // the service is paused in the slot in which it moves, and no longer
            const double pause = std::min(pause_s, 10.0);
            const double first = FirstAfter(packet, chooser.user, 30);
            const std::string what = "pause of " + std::to_string(pause_s) + " s";
            ExpectTrue(first >= 30 + pause + ORBIT_DELAY, "not in the " + what);
            ExpectTrue(first < 30 + pause + 1.5, "soon after the " + what);
            std::size_t others = 0;
            for (const auto& delivery : packet.deliveries)
            {
                others += delivery.time_s > 30 && delivery.time_s < 33;
            }
            ExpectTrue(others > 50, "others are served during the " + what);
            trial.fidelity = SlotScheduler::FLOW;
            const auto flow = trial.Run(Moves(chooser));
            NS_TEST_ASSERT_MSG_EQ(flow.slots.size(), 6, "all slots");
            const double lambda = flow.plan.Slot(3).arrivals(chooser.user);
            ExpectNear(flow.slots[3].utilities(chooser.user),
                       lambda * (10 - pause) * flow.slots[3].probabilities(chooser.user),
                       1e-9 * lambda,
                       "at flow level, " + what);
        }
    }
};

class LateDecisionTest : public ExpectationTestCase
{
  public:
    LateDecisionTest()
        : ExpectationTestCase("late decisions serve for the rest of the slot only")
    {
    }

  private:
    /// From when on each slot of 10 s is served (s after its start), 10 for not at all.
    void Expect(const std::string& delay, const std::vector<double>& starts)
    {
        MigrationTrial trial;
        trial.attributes["DecisionDelay"] = delay;
        trial.attributes["MigrationPause"] = "0s";
        const auto packet = trial.Run(HighestForAll);
        NS_TEST_ASSERT_MSG_EQ(packet.slots.size(), 6, "all slots");
        std::vector<double> firsts(6, 10);
        for (const auto& delivery : packet.deliveries)
        {
            const auto n = std::size_t(delivery.time_s / 10);
            NS_TEST_ASSERT_MSG_LT(n, 6, "nothing arrives after the end");
            firsts[n] = std::min(firsts[n], delivery.time_s - 10.0 * double(n));
        }
        trial.fidelity = SlotScheduler::FLOW;
        const auto flow = trial.Run(HighestForAll);
        NS_TEST_ASSERT_MSG_EQ(flow.slots.size(), 6, "all slots");
        for (std::size_t n = 0; n < 6; ++n)
        {
            const std::string what = "slot " + std::to_string(n) + " of " + delay;
            if (starts[n] == 10)
            {
                ExpectTrue(firsts[n] == 10, "nothing arrives in " + what);
                ExpectTrue(flow.slots[n].reward == 0, "nothing is earned in " + what);
                ExpectTrue((flow.slots[n].decision.satellite.array() == -1).all(), what);
                continue;
            }
            ExpectTrue(firsts[n] >= starts[n] + ORBIT_DELAY, "not too early in " + what);
            ExpectTrue(firsts[n] < starts[n] + 0.5, "but soon in " + what);
            const auto& slot = flow.slots[n];
            for (uint32_t u = 0; u < 34; ++u)
            {
                const double lambda = flow.plan.Slot(n).arrivals(u);
                ExpectNear(slot.utilities(u),
                           lambda * (10 - starts[n]) * slot.probabilities(u),
                           1e-9 * lambda,
                           "at flow level in " + what);
            }
        }
    }

    void DoRun() override
    {
        Expect("0s", {0, 0, 0, 0, 0, 0});
        Expect("4s", {4, 4, 4, 4, 4, 4});
        // a decision that takes longer than a slot serves in the next, where another begins after it
        Expect("10s", {10, 0, 10, 0, 10, 0});
        Expect("14s", {10, 4, 10, 4, 10, 4});
        Expect("1h", {10, 10, 10, 10, 10, 10});
    }
};

class SlowDecisionTest : public ExpectationTestCase
{
  public:
    SlowDecisionTest()
        : ExpectationTestCase("measured delays are the wall times of decisions")
    {
    }

  private:
    void DoRun() override
    {
        MigrationTrial trial;
        trial.setting.slots = 3;
        trial.fidelity = SlotScheduler::FLOW;
        trial.attributes["DecisionDelayModel"] = "Measured";
        const auto outcome = trial.Run([](const auto& problem, const auto& state) {
            const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
            while (std::chrono::steady_clock::now() < end)
            {
            }
            return HighestForAll(problem, state);
        });
        NS_TEST_ASSERT_MSG_EQ(outcome.slots.size(), 3, "all slots");
        NS_TEST_ASSERT_MSG_EQ(outcome.wallTimes_s.size(), 3, "all wall times");
        for (std::size_t n = 0; n < 3; ++n)
        {
            const auto& slot = outcome.slots[n];
            const double wall_s = outcome.wallTimes_s[n];
            ExpectTrue(wall_s >= 0.05, "at least what the decider takes");
            for (uint32_t u = 0; wall_s < 10 && u < 34; ++u) // else the machine stood still
            {
                const double lambda = outcome.plan.Slot(n).arrivals(u);
                ExpectNear(slot.utilities(u),
                           lambda * (10 - wall_s) * slot.probabilities(u),
                           1e-7 * lambda,
                           "the rest of the slot");
            }
        }
    }
};

/// Starts outside of the simulator, which loses the event that a refusal ends.
class StartableScheduler : public MigrationScheduler
{
  public:
    using MigrationScheduler::Prepare;
};

class RefusalTest : public ExpectationTestCase
{
  public:
    RefusalTest()
        : ExpectationTestCase("a scheduler without network, decider or user devices is refused")
    {
    }

  private:
    void DoRun() override
    {
        const RunScope scope;
        ExpectRefused([] { CreateObject<MigrationScheduler>()->GetPlan(); }, "no network");
        MigrationScenario scenario(MigrationTrial().setting, 500);
        const auto lonely = CreateObject<StartableScheduler>();
        lonely->SetNetwork(scenario.Network().GetChannel(Band::KA),
                           scenario.Network().GetCoreNetwork());
        ExpectRefused([&] { lonely->GetPlan(); }, "number of users is 0");
        MigrationSubscriber user;
        user.node = CreateObject<Node>();
        user.node->AggregateObject(GroundPosition(Geodetic::FromDegrees(10, 20, 0)));
        lonely->AddUser(user);
        ExpectRefused([&] { lonely->GetPlan(); },
                      "node " + std::to_string(user.node->GetId()) + " has no device");
        scenario.Network().InstallSatelliteUsers(NodeContainer(user.node));
        ExpectTrue(lonely->GetPlan()->Satellites() == 8, "each satellite once, after refusals");
        ExpectRefused([&] { lonely->Prepare(); }, "no decider");
    }
};

/// Service migration at work.
class MigrationSchedulerTestSuite : public TestSuite
{
  public:
    MigrationSchedulerTestSuite()
        : TestSuite("sterna-migration-scheduler", TestSuite::Type::UNIT)
    {
        AddTestCase(new SojournTest);
        AddTestCase(new MigrationCountTest);
        AddTestCase(new PauseTest);
        AddTestCase(new LateDecisionTest);
        AddTestCase(new SlowDecisionTest);
        AddTestCase(new RefusalTest);
        for (const auto& make : {MakeMigrationPacketTests,
                                 MakeMigrationGrantTests,
                                 MakeMigrationForesightTests,
                                 MakeMigrationScenarioTests})
        {
            for (TestCase* test : make())
            {
                AddTestCase(test);
            }
        }
    }
};

MigrationSchedulerTestSuite g_migrationSchedulerTestSuite;

} // namespace
} // namespace tests
} // namespace sterna
} // namespace ns3
