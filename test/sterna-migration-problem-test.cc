/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-tests.h"

#include <limits>
#include <string>

/**
 * \file
 * \ingroup sterna-tests
 * The problem of service migration: eq. (15), (18) and (29) by hand, and a projection that nothing
 * gets past.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

constexpr double TINY = 1e-12;

MigrationDecision
MakeDecision(const std::vector<int>& satellites,
             const std::vector<double>& bandwidth,
             const std::vector<double>& compute)
{
    return {Eigen::Map<const Eigen::VectorXi>(satellites.data(), satellites.size()),
            Eigen::Map<const Eigen::ArrayXd>(bandwidth.data(), bandwidth.size()),
            Eigen::Map<const Eigen::ArrayXd>(compute.data(), compute.size())};
}

class MigrationFormulaTest : public MigrationTestCase
{
  public:
    MigrationFormulaTest()
        : MigrationTestCase("rates, probabilities and utilities by hand")
    {
    }

  private:
    void DoRun() override
    {
        auto system = MakeMigrationSystem(1, 2);
        system.users[1].packetBits = 2e6;
        system.users[1].deadline_s = 0.5;
        system.users[1].utilityPerMbit = 3;
        const MigrationProblem problem(system);
        const auto slot = MakeMigrationSlot({{8, 8}}, {1, 1});
        ExpectNear(problem.ServiceRate(slot, 0, 0, 0.25), 2, TINY, "(15)");
        ExpectNear(problem.ServiceRate(slot, 0, 1, 0.25), 1, TINY, "(15), larger packets");
        ExpectNear(problem.TimelyProbability(0, 1, 1 + std::log(4.0)), 0.75, TINY, "(18)");
        ExpectNear(problem.TimelyProbability(1, 1, 1 + std::log(4.0)), 0.5, TINY, "half the time");
        ExpectNear(problem.TimelyProbability(0, 1, 1), 0, 0, "(18), lambda = mu");
        ExpectNear(problem.TimelyProbability(0, 2, 1), 0, 0, "(18), lambda > mu");
        ExpectNear(problem.RequiredMargin(0), 2, TINY, "1 - exp(-2) within 1 s");
        ExpectNear(problem.RequiredMargin(1), 4, TINY, "1 - exp(-2) within 0.5 s");
        ExpectNear(problem.Share(slot, 0, 1, 1), 0.5, TINY, "2 of 4 packets/s");
        ExpectNear(problem.Utility(slot, 1, 0.5), 300, 1e-9, "3 x 100 s x 2 Mbit x 0.5");
        ExpectNear(problem.MigrationCost(0), 20, TINY, "0.2 x 100");
        const auto decision = MakeDecision({0, -1}, {0.25, 0.5}, {1, 1});
        const auto bits = problem.ExpectedTimelyBits(slot, decision);
        ExpectNear(bits(0), 1e8 * (1 - std::exp(-1.0)), 1, "lambda delta d Pr");
        ExpectNear(bits(1), 0, 0, "not served");
    }
};

/// Where services are, what counts as a migration, and what a slot is worth.
class MigrationAccountTest : public MigrationTestCase
{
  public:
    MigrationAccountTest()
        : MigrationTestCase("services begin, stay, move and end")
    {
    }

  private:
    void DoRun() override
    {
        const MigrationProblem problem(MakeMigrationSystem(2, 3));
        const auto busy = MakeMigrationSlot({{10, 10, 10}, {10, 10, 10}}, {1, 1, 1});
        const auto quiet = MakeMigrationSlot({{10, 10, 10}, {10, 10, 10}}, {1, 1, 0});
        auto state = BeginMigration(problem, {busy, busy, busy, quiet, busy});
        const auto account = [&](const std::vector<int>& satellites) {
            return problem.Account(state,
                                   MakeDecision(satellites, {0, 0, 0}, {1, 1, 1}),
                                   Eigen::ArrayXd::Constant(3, 1e7));
        };
        // 10 Mbit each, 20 for a migration.
        ExpectNear(account({0, -1, 1}), 30, TINY, "services begin for nothing");
        ExpectNear(account({1, 1, -1}), 10, TINY, "one moves, one begins, one is left out");
        ExpectTrue(state.migrated == std::vector<uint32_t>{0}, "who moved");
        ExpectNear(account({1, 0, 0}), -10, TINY, "left out, then elsewhere, is a move");
        ExpectTrue(state.migrated == std::vector<uint32_t>({1, 2}), "both");
        ExpectNear(state.utilities.sum(), 30, TINY, "utilities are kept");
        ExpectNear(account({1, 0, -1}), 30, TINY, "nobody moves");
        ExpectTrue(state.host(2) == -1, "a service ends with its demand");
        ExpectNear(account({1, 0, 1}), 30, TINY, "and begins again");
        NS_TEST_EXPECT_MSG_EQ(state.slot, 5, "slots go by");
    }
};

class MigrationRefusalTest : public MigrationTestCase
{
  public:
    MigrationRefusalTest()
        : MigrationTestCase("every violation is named and mended")
    {
    }

  private:
    using Reasons = std::vector<std::pair<uint32_t, MigrationChange::Reason>>;

    MigrationDecision Expect(const MigrationDecision& wanted,
                             const std::string& refusal,
                             const Reasons& reasons)
    {
        const auto why = m_problem.Refusal(m_state, wanted);
        ExpectNames(why, refusal);
        ExpectTrue(why.empty() == refusal.empty(), "refused or not: " + refusal);
        std::vector<MigrationChange> changes;
        const auto decision = m_problem.Project(m_state, wanted, &changes);
        NS_TEST_EXPECT_MSG_EQ(m_problem.Refusal(m_state, decision), "", refusal);
        Reasons made;
        for (const auto& change : changes)
        {
            made.emplace_back(change.user, change.reason);
        }
        ExpectTrue(made == reasons, "changes where " + refusal);
        return decision;
    }

    void DoRun() override
    {
        using Change = MigrationChange;
        // Good as it is; whoever asks for nothing gets nothing.
        auto good = MakeDecision({0, 0, 1, -1}, {0.5, 0.5, 1, 7}, {1, 1, 12, 7});
        auto decision = Expect(good, "", {});
        ExpectTrue(decision.satellite == good.satellite, "unchanged");
        ExpectTrue((decision.bandwidth.head(3) == good.bandwidth.head(3)).all(), "unchanged");
        ExpectNear(decision.bandwidth(3), 0, 0, "no service, no share");

        decision = Expect(MakeDecision({2, -2, 1, -1}, {1, 1, 1, 0}, {1, 1, 1, 0}),
                          "does not exist",
                          {{0, Change::NO_SATELLITE}, {1, Change::NO_SATELLITE}});
        ExpectTrue(decision.satellite == Eigen::VectorXi(Eigen::Vector4i(-1, -1, 1, -1)), "left");
        Expect(MakeDecision({1, -1, -1, -1}, {1, 0, 0, 0}, {1, 0, 0, 0}),
               "does not see",
               {{0, Change::OUT_OF_SIGHT}});
        decision =
            Expect(MakeDecision({-1, -1, -1, 0}, {0, 0, 0, 0.1}, {0, 0, 0, 1}), "no demand", {});
        ExpectTrue(decision.satellite(3) == -1, "no service without demand");

        // Two beams; user 2 is there already, and of the others user 0 needs least.
        decision = Expect(MakeDecision({0, 0, 0, -1}, {0.1, 0.1, 0.1, 0}, {1, 1, 1, 0}),
                          "3 users",
                          {{1, Change::BEAMS}});
        ExpectTrue(decision.satellite == Eigen::VectorXi(Eigen::Vector4i(0, -1, 0, -1)), "beams");

        // Bandwidth 0.5 + 1.5 shrinks to 0.25 + 0.75.
        decision = Expect(MakeDecision({0, 0, -1, -1}, {0.5, 1.5, 0, 0}, {1, 1, 0, 0}),
                          "2 of its bandwidth",
                          {{0, Change::BANDWIDTH}, {1, Change::BANDWIDTH}});
        ExpectNear(decision.bandwidth(0), 0.25, TINY, "in proportion");
        ExpectNear(decision.bandwidth(1), 0.75, TINY, "in proportion");
        decision = Expect(MakeDecision({0, 0, -1, -1}, {-1, NAN, 0, 0}, {1, 1, 0, 0}),
                          "-1 of the bandwidth",
                          {{0, Change::BANDWIDTH}, {1, Change::BANDWIDTH}});
        ExpectNear(decision.bandwidth.sum(), 0, 0, "no number is no share");

        // Compute 5 + 17 of 12, 1 each at least: of the 10 beyond, 2 and 8.
        decision = Expect(MakeDecision({0, 0, -1, -1}, {0.1, 0.1, 0, 0}, {5, 17, 0, 0}),
                          "22 of its compute",
                          {{0, Change::COMPUTE}, {1, Change::COMPUTE}});
        ExpectNear(decision.compute(0), 3, TINY, "towards the minimum");
        ExpectNear(decision.compute(1), 9, TINY, "towards the minimum");
        decision = Expect(MakeDecision({0, 0, -1, -1}, {0.1, 0.1, 0, 0}, {0.5, NAN, 0, 0}),
                          "0.5 of the compute",
                          {{0, Change::COMPUTE}, {1, Change::COMPUTE}});
        ExpectNear(decision.compute(1), 1, TINY, "the minimum");
        const double huge = std::numeric_limits<double>::max();
        decision = Expect(MakeDecision({0, 0, -1, -1}, {huge, huge, 0, 0}, {huge, huge, 0, 0}),
                          "inf of its bandwidth",
                          {{0, Change::BANDWIDTH},
                           {0, Change::COMPUTE},
                           {1, Change::BANDWIDTH},
                           {1, Change::COMPUTE}});
        ExpectNear(decision.bandwidth(1), 0.5, TINY, "half of it, without overflow");
        ExpectNear(decision.compute(1), 6, TINY, "half of it, without overflow");
        Expect(MakeDecision({0, 0}, {1}, {1, 1, 1}), "for 2 users", {{1, Change::BANDWIDTH}});
        ExpectMinimum();
    }

    /// Minima of 1 each do not fit a maximum of 1.5.
    void ExpectMinimum()
    {
        auto system = MakeMigrationSystem(1, 2);
        system.maxCompute = 1.5;
        const MigrationProblem problem(system);
        const auto state = BeginMigration(problem, {MakeMigrationSlot({{10, 5}}, {1, 1})});
        std::vector<MigrationChange> changes;
        const auto decision =
            problem.Project(state, MakeDecision({0, 0}, {0.5, 0.5}, {1, 1}), &changes);
        ExpectTrue(changes.size() == 1 && changes[0].user == 1 &&
                       changes[0].reason == MigrationChange::COMPUTE_MINIMUM,
                   "the larger need is left out");
        ExpectTrue(decision.satellite(1) == -1 && decision.bandwidth(1) == 0, "without a share");
    }

    /// User 0 does not see satellite 1; user 3 has no demand; user 2 is served by satellite 0.
    const MigrationProblem m_problem{MakeMigrationSystem(2, 4, 2)};
    const MigrationState m_state{
        BeginMigration(m_problem,
                       {MakeMigrationSlot({{10, 8, 6, 10}, {0, 8, 6, 10}}, {1, 1, 1, 0})},
                       {-1, -1, 0, -1})};
};

class MigrationProjectionTest : public MigrationTestCase
{
  public:
    MigrationProjectionTest()
        : MigrationTestCase("whatever is wanted, what is granted is allowed")
    {
    }

  private:
    static double Wild(Draws& draws)
    {
        using Limits = std::numeric_limits<double>;
        const double numbers[] = {NAN,
                                  INFINITY,
                                  -INFINITY,
                                  Limits::max(),
                                  Limits::lowest(),
                                  Limits::denorm_min(),
                                  0,
                                  -0.0,
                                  1e300,
                                  1e-300,
                                  draws.Uniform(-1, 2),
                                  draws.Uniform(0, 1),
                                  draws.Uniform(0, 20)};
        return numbers[draws.Integer(0, 12)];
    }

    void DoRun() override
    {
        Draws draws(4);
        for (uint32_t i = 0; i < 20000; ++i)
        {
            const uint32_t users = draws.Integer(1, 6);
            const auto instance = DrawMigration(draws, draws.Integer(1, 3), users, 1);
            const auto size = [&] {
                return draws.Uniform(0, 1) < 0.8 ? users : draws.Integer(0, users + 2);
            };
            MigrationDecision wanted{Eigen::VectorXi(size()),
                                     Eigen::ArrayXd(size()),
                                     Eigen::ArrayXd(size())};
            for (auto& s : wanted.satellite)
            {
                s = draws.Uniform(0, 1) < 0.9 ? int(draws.Integer(0, 4)) - 1
                                              : int(draws.Integer(0, UINT32_MAX - 1));
            }
            for (auto* shares : {&wanted.bandwidth, &wanted.compute})
            {
                for (auto& share : *shares)
                {
                    share = Wild(draws);
                }
            }
            const auto decision = instance.problem.Project(instance.state, wanted);
            NS_TEST_ASSERT_MSG_EQ(instance.problem.Refusal(instance.state, decision), "", i);
            ExpectTrue(decision.bandwidth.allFinite() && decision.compute.allFinite(), "finite");
            std::vector<MigrationChange> changes;
            const auto again = instance.problem.Project(instance.state, decision, &changes);
            ExpectTrue(again.satellite == decision.satellite, "mended once, mended for good");
        }
    }
};

class MigrationInputTest : public MigrationTestCase
{
  public:
    MigrationInputTest()
        : MigrationTestCase("systems and plans that cannot be are refused")
    {
    }

  private:
    template <typename Change>
    void ExpectSystemRefused(Change change, const std::string& text)
    {
        auto system = MakeMigrationSystem(2, 2);
        change(system);
        ExpectRefused([&] { MigrationProblem{system}; }, text);
    }

    void DoRun() override
    {
        ExpectSystemRefused([](auto& s) { s.users.clear(); }, "number of users is 0");
        ExpectSystemRefused([](auto& s) { s.satellites = 0; }, "number of satellites is 0");
        ExpectSystemRefused([](auto& s) { s.beams = 0; }, "number of beams is 0");
        ExpectSystemRefused([](auto& s) { s.bandwidth = NAN; }, "bandwidth (Hz) is nan");
        ExpectSystemRefused([](auto& s) { s.maxBandwidth = -1; }, "bandwidth shares is -1");
        ExpectSystemRefused([](auto& s) { s.maxCompute = INFINITY; }, "compute shares is inf");
        ExpectSystemRefused([](auto& s) { s.slotDuration = 0; }, "length of a slot (s) is 0");
        ExpectSystemRefused([](auto& s) { s.penalty = -1; }, "migration costs is -1");
        ExpectSystemRefused([](auto& s) { s.requiredProbability = 1; }, "probability is 1");
        ExpectSystemRefused([](auto& s) { s.users[1].packetBits = 0; }, "packet (bit) is 0");
        ExpectSystemRefused([](auto& s) { s.users[1].deadline_s = -2; }, "packet (s) is -2");
        ExpectSystemRefused([](auto& s) { s.users[1].minCompute = -3; }, "service needs is -3");
        ExpectSystemRefused([](auto& s) { s.users[1].migrationCost = -4; }, "migration is -4");
        ExpectSystemRefused([](auto& s) { s.users[1].utilityPerMbit = -5; }, "Mbit is -5");
        const MigrationProblem problem(MakeMigrationSystem(2, 2));
        const auto slot = MakeMigrationSlot({{1}}, {1});
        ExpectRefused([&] { BeginMigration(problem, {slot}); }, "1 satellites and 1 users");
        ExpectRefused([] { MigrationPlan(std::vector<MigrationSlot>{}); }, "0 slots");
        ExpectRefused(
            [&] {
                MigrationPlan({slot, MakeMigrationSlot({{1, 1}}, {1, 1})});
            },
            "Slot 1");
        const MigrationPlan plan({slot, slot, MakeMigrationSlot({{0}}, {1}), slot});
        NS_TEST_EXPECT_MSG_EQ(plan.Stay(0, 0, 0), 2, "in sight for two slots");
        NS_TEST_EXPECT_MSG_EQ(plan.Stay(2, 0, 0), 0, "not in sight");
        NS_TEST_EXPECT_MSG_EQ(plan.Stay(3, 0, 0), 1, "to the end");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationProblemTests()
{
    return {new MigrationFormulaTest,
            new MigrationAccountTest,
            new MigrationRefusalTest,
            new MigrationProjectionTest,
            new MigrationInputTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
