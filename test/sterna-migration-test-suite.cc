/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * What deciders of service migration stand on: for how long a satellite stays in sight, and what
 * sets of users are worth to one. Whatever looks ahead adds these numbers up, so that a wrong one
 * would show only as a slightly worse decision. What deciders make of them is in the other files.
 */

#include "sterna-migration-decider-tests.h"

#include "ns3/sterna-migration-crowds.h"

#include <limits>
#include <set>

namespace ns3
{
namespace sterna
{
namespace tests
{

using namespace migration;

namespace
{

class PlanStayTest : public MigrationTestCase
{
  public:
    PlanStayTest()
        : MigrationTestCase("a satellite stays for as many slots as it is seen in a row")
    {
    }

  private:
    void DoRun() override
    {
        // satellite 0 and user 0, satellite 1 and user 1: slots in which they see each other
        const std::vector<int> first{1, 1, 0, 1, 1};
        const std::vector<int> second{0, 1, 1, 1, 0};
        std::vector<MigrationSlot> slots(5, BlindSlot(2, 2));
        for (int n = 0; n < 5; ++n)
        {
            slots[n].efficiency(0, 0) = first[n];
            slots[n].efficiency(1, 1) = 3 * second[n];
        }
        const MigrationPlan plan(slots);
        NS_TEST_EXPECT_MSG_EQ(plan.Slots(), 5, "slots");
        NS_TEST_EXPECT_MSG_EQ(plan.Satellites(), 2, "satellites");
        NS_TEST_EXPECT_MSG_EQ(plan.Users(), 2, "users");
        const std::vector<uint32_t> firstStay{2, 1, 0, 2, 1};
        const std::vector<uint32_t> secondStay{0, 3, 2, 1, 0};
        for (int n = 0; n < 5; ++n)
        {
            NS_TEST_EXPECT_MSG_EQ(plan.Stay(n, 0, 0), firstStay[n], "slot " << n);
            NS_TEST_EXPECT_MSG_EQ(plan.Stay(n, 1, 1), secondStay[n], "slot " << n);
            NS_TEST_EXPECT_MSG_EQ(plan.Stay(n, 0, 1), 0, "never seen, slot " << n);
            NS_TEST_EXPECT_MSG_EQ(plan.Stay(n, 1, 0), 0, "never seen, slot " << n);
            ExpectTrue(plan.Slot(n).IsVisible(0, 0) == (first[n] == 1), "in sight");
        }
    }
};

class BadPlanTest : public MigrationTestCase
{
  public:
    BadPlanTest()
        : MigrationTestCase("plans whose slots do not fit together are refused")
    {
    }

  private:
    void DoRun() override
    {
        ExpectRefused([] { MigrationPlan(std::vector<MigrationSlot>{}); }, "0 slots");
        const std::string must = "all slots must be for 2 and 3.";
        const auto refuse = [&](const MigrationSlot& second, const std::string& what) {
            ExpectRefused([&] { MigrationPlan({BlindSlot(2, 3), second}); }, "Slot 1");
            ExpectRefused([&] { MigrationPlan({BlindSlot(2, 3), second}); }, what);
            ExpectRefused([&] { MigrationPlan({BlindSlot(2, 3), second}); }, must);
        };
        refuse(BlindSlot(3, 3), "3 satellites and 3 users");
        refuse(BlindSlot(2, 4), "2 satellites and 4 users");
        auto arrivals = BlindSlot(2, 3);
        arrivals.arrivals = Eigen::ArrayXd::Ones(2);
        refuse(arrivals, "arrivals of 2");
        auto efficiency = BlindSlot(2, 3);
        efficiency.efficiency = Eigen::ArrayXXd::Zero(2, 5);
        refuse(efficiency, "2 satellites and 5 users");
        ExpectRefused([&] { MigrationPlan({arrivals}); }, "Slot 0");
    }
};

class CrowdBitsTest : public MigrationTestCase
{
  public:
    CrowdBitsTest()
        : MigrationTestCase("a crowd has exactly those users that were put in and not taken out")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(301);
        for (const uint32_t users : {1, 7, 8, 9, 16, 17, 40})
        {
            const MigrationProblem problem(RoundSystem(1, users, 3));
            MigrationCrowds crowds(problem, Rule::EQUAL, MakePlan({BlindSlot(1, users)}));
            auto crowd = crowds.Nobody();
            std::set<uint32_t> expected;
            for (int k = 0; k < 100; ++k)
            {
                const uint32_t user = draws.Integer(0, users - 1);
                MigrationCrowds::Flip(crowd, user);
                if (expected.erase(user) == 0)
                {
                    expected.insert(user);
                }
                NS_TEST_EXPECT_MSG_EQ(MigrationCrowds::Count(crowd), expected.size(), "how many");
                for (uint32_t u = 0; u < users; ++u)
                {
                    ExpectTrue(MigrationCrowds::Has(crowd, u) == (expected.count(u) > 0),
                               "user " + std::to_string(u));
                }
            }
        }
    }
};

class CrowdLimitsTest : public MigrationTestCase
{
  public:
    CrowdLimitsTest()
        : MigrationTestCase("more users than beams or compute are worth less than nothing")
    {
    }

  private:
    static double Utility(const MigrationSystem& system, uint32_t users)
    {
        const MigrationProblem problem(system);
        auto slot = BlindSlot(1, system.users.size());
        slot.efficiency.setConstant(100);
        MigrationCrowds crowds(problem, Rule::EQUAL, MakePlan({slot}));
        auto crowd = crowds.Nobody();
        for (uint32_t u = 0; u < users; ++u)
        {
            MigrationCrowds::Flip(crowd, u);
        }
        return crowds.Utility(0, 0, crowd);
    }

    void DoRun() override
    {
        const double never = -std::numeric_limits<double>::infinity();
        auto system = RoundSystem(1, 5, 3);
        ExpectNear(Utility(system, 0), 0, 0, "nobody");
        ExpectNear(Utility(system, 3), 300, 1e-9, "as many as beams");
        ExpectTrue(Utility(system, 4) == never, "one more than beams");
        system.beams = 5;
        system.maxCompute = 3.5;
        ExpectNear(Utility(system, 3), 300, 1e-9, "compute for three");
        ExpectTrue(Utility(system, 4) == never, "no compute for four");
        // 0.1 + 0.1 + 0.1 is a little above 0.3, which (20e) does not mind
        system.maxCompute = 0.3;
        for (auto& user : system.users)
        {
            user.minCompute = 0.1;
        }
        ExpectNear(Utility(system, 3), 300, 1e-9, "compute filled exactly");
        ExpectTrue(Utility(system, 4) == never, "compute exceeded");
    }
};

class CrowdUtilityTest : public MigrationTestCase
{
  public:
    CrowdUtilityTest()
        : MigrationTestCase("crowds are worth what their shares make of them, however often asked")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(302);
        for (int k = 0; k < 40; ++k)
        {
            const auto rule = static_cast<Rule>(draws.Integer(0, 3));
            const MigrationProblem problem(RoundSystem(3, 9, 9));
            const auto plan = MakePlan(DrawSlots(draws, 3, 9, 4));
            MigrationCrowds crowds(problem, rule, plan);
            for (int turn = 0; turn < 60; ++turn)
            {
                const uint32_t n = draws.Integer(turn < 30 ? 0 : 2, 3);
                const uint32_t s = draws.Integer(0, 2);
                if (turn == 30)
                {
                    crowds.Forget(2);
                }
                auto crowd = crowds.Nobody();
                Eigen::VectorXi satellites = Eigen::VectorXi::Constant(9, -1);
                for (uint32_t u = 0; u < 9; ++u)
                {
                    const auto& slot = plan->Slot(n);
                    if (slot.IsVisible(s, u) && slot.IsActive(u) && draws.Uniform(0, 1) < 0.6)
                    {
                        MigrationCrowds::Flip(crowd, u);
                        satellites(u) = int(s);
                    }
                }
                const double expected = SlotUtility(problem, rule, plan->Slot(n), satellites);
                ExpectNear(crowds.Utility(n, s, crowd), expected, 1e-9, "first");
                ExpectNear(crowds.Utility(n, s, crowd), expected, 1e-9, "again");
            }
        }
    }
};

/// Deciders of service migration.
class MigrationTestSuite : public TestSuite
{
  public:
    MigrationTestSuite()
        : TestSuite("sterna-migration", TestSuite::Type::UNIT)
    {
        AddTestCase(new PlanStayTest);
        AddTestCase(new BadPlanTest);
        AddTestCase(new CrowdBitsTest);
        AddTestCase(new CrowdLimitsTest);
        AddTestCase(new CrowdUtilityTest);
        for (const auto& make : {MakeMigrationOutlookTests,
                                 MakeMigrationEncoderTests,
                                 MakeMigrationGraphTests,
                                 MakeMigrationOfferTests,
                                 MakeMigrationJointTests,
                                 MakeMigrationLearningTests})
        {
            for (TestCase* test : make())
            {
                AddTestCase(test);
            }
        }
    }
};

MigrationTestSuite g_migrationTestSuite;

} // namespace
} // namespace tests
} // namespace sterna
} // namespace ns3
