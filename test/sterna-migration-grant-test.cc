/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-draws.h"
#include "sterna-migration-trial.h"

#include <algorithm>
#include <limits>
#include <set>

/**
 * \file
 * \ingroup sterna
 * What the scheduler of service migration grants, however wild the decider: (20b) to (20g) hold in
 * the decisions it traces and in the frames that satellites send, and what was changed is told.
 * Learners explore, so whatever can be asked for will be.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

constexpr double BAND = 28e6; // Hz

/// What a trial allows.
struct Limits
{
    int beams{10};
    double compute{12};
    double minCompute{1};
};

/// Checks what was granted and what was sent.
class LawTestCase : public ExpectationTestCase
{
  public:
    using ExpectationTestCase::ExpectationTestCase;

  protected:
    void ExpectLawful(const MigrationOutcomeOfTrial& outcome, const Limits& limits)
    {
        for (const auto& [n, decision] : outcome.decisions)
        {
            const auto& slot = outcome.plan.Slot(n);
            const auto users = slot.arrivals.size();
            NS_TEST_ASSERT_MSG_EQ(decision.satellite.size(), users, "one satellite per user (20b)");
            NS_TEST_ASSERT_MSG_EQ(decision.bandwidth.size(), users, "shares");
            NS_TEST_ASSERT_MSG_EQ(decision.compute.size(), users, "shares");
            std::vector<int> served(8, 0);
            std::vector<double> bandwidth(8, 0);
            std::vector<double> compute(8, 0);
            for (uint32_t u = 0; u < users; ++u)
            {
                const int s = decision.satellite(u);
                if (s == -1)
                {
                    continue;
                }
                NS_TEST_ASSERT_MSG_EQ((s >= 0 && s < 8), true, "a satellite that exists");
                ExpectTrue(slot.arrivals(u) > 0, "who is served has demand");
                ExpectTrue(slot.elevation(s, u) >= DegToRad(15), "(20g)");
                ExpectTrue(decision.bandwidth(u) >= 0, "(20h)");
                ExpectTrue(decision.compute(u) >= limits.minCompute - 1e-9, "(20f)");
                ++served[s];
                bandwidth[s] += decision.bandwidth(u);
                compute[s] += decision.compute(u);
            }
            for (uint32_t s = 0; s < 8; ++s)
            {
                ExpectTrue(served[s] <= limits.beams, "(20c)");
                ExpectTrue(bandwidth[s] <= 1 + 1e-8, "(20d)");
                ExpectTrue(compute[s] <= limits.compute + 1e-8, "(20e)");
            }
        }
    }

    /// The same of what satellites sent in slots of 10 s: beams and band at the start of each frame.
    void ExpectLawfulFrames(const MigrationOutcomeOfTrial& outcome, const Limits& limits)
    {
        std::map<uint64_t, const MigrationDecision*> decisions;
        for (const auto& [n, decision] : outcome.decisions)
        {
            decisions[n] = &decision;
        }
        std::vector<std::vector<MigrationFrame>> onAir(8);
        for (const auto& frame : outcome.frames)
        {
            const auto n = uint32_t(frame.begin_s / 10);
            const auto& slot = outcome.plan.Slot(n);
            ExpectTrue(decisions.count(n) &&
                           decisions[n]->satellite(frame.user) == int(frame.satellite),
                       "only who is granted sends");
            ExpectTrue(slot.elevation(frame.satellite, frame.user) >= DegToRad(15), "(20g) on air");
            auto& others = onAir[frame.satellite];
            others.erase(std::remove_if(others.begin(),
                                        others.end(),
                                        [&](const auto& other) {
                                            return other.end_s <= frame.begin_s + 2e-9;
                                        }),
                         others.end());
            others.push_back(frame);
            ExpectTrue(int(others.size()) <= limits.beams, "(20c) on air");
            double band = 0;
            for (const auto& other : others)
            {
                // times are whole ns
                band += other.bits / (other.end_s - other.begin_s + 2e-9) /
                        (BAND * slot.efficiency(other.satellite, other.user));
            }
            ExpectTrue(band <= 1 + 1e-6, "(20d) on air");
        }
    }
};

class WildDeciderTest : public LawTestCase
{
  public:
    WildDeciderTest()
        : LawTestCase("whatever a decider asks for, what is granted satisfies (20b) to (20g)")
    {
    }

  private:
    using Reasons = std::set<MigrationChange::Reason>;

    /// \param reasons all that the projection must tell, and nothing else
    void Expect(const std::string& what,
                const MigrationAnswers::Function& wild,
                const Reasons& reasons,
                MigrationTrial trial = {},
                const Limits& limits = {})
    {
        trial.setting.slots = 2;
        trial.watches = true;
        MigrationOutcomeOfTrial outcome;
        try
        {
            outcome = trial.Run(wild);
        }
        catch (const std::exception& error)
        {
            ExpectNames(error.what(), "nothing should be thrown: " + what);
            return;
        }
        NS_TEST_ASSERT_MSG_EQ(outcome.slots.size(), 2, "both slots: " << what);
        NS_TEST_ASSERT_MSG_EQ(outcome.decisions.size(), 2, "both decisions: " << what);
        ExpectLawful(outcome, limits);
        ExpectLawfulFrames(outcome, limits);
        for (const auto& slot : outcome.slots)
        {
            Reasons told;
            for (const auto& change : outcome.changes[slot.slot])
            {
                told.insert(change.reason);
            }
            ExpectTrue(told == reasons, "what the projection tells: " + what);
            ExpectTrue(slot.changes.size() == outcome.changes[slot.slot].size(), "reported");
        }
        m_frames += outcome.frames.size();
    }

    /// The highest satellite with these shares.
    static MigrationAnswers::Function Shares(double bandwidth, double compute)
    {
        return [=](const auto& problem, const auto& state) {
            auto decision = HighestForAll(problem, state);
            decision.bandwidth.setConstant(bandwidth);
            decision.compute.setConstant(compute);
            return decision;
        };
    }

    static MigrationAnswers::Function Satellite(int satellite)
    {
        return [=](const auto& problem, const auto& state) {
            auto decision = HighestForAll(problem, state);
            decision.satellite.setConstant(satellite);
            return decision;
        };
    }

    void ExpectShares()
    {
        const Reasons both{MigrationChange::BANDWIDTH, MigrationChange::COMPUTE};
        const double infinity = std::numeric_limits<double>::infinity();
        const double most = std::numeric_limits<double>::max();
        Expect("not numbers", Shares(NAN, NAN), both);
        Expect("infinite", Shares(infinity, infinity), both);
        Expect("negative", Shares(-1, -1), both);
        Expect("minus infinite", Shares(-infinity, -infinity), both);
        Expect("the largest numbers", Shares(most, most), both);
        Expect("large numbers", Shares(1e6, 1e6), both);
        Expect("tiny shares", Shares(std::numeric_limits<double>::denorm_min(), 1), {});
    }

    void ExpectSizes()
    {
        Expect("no shares",
               [](const auto& problem, const auto& state) {
                   return MigrationDecision{HighestForAll(problem, state).satellite, {}, {}};
               },
               {MigrationChange::BANDWIDTH, MigrationChange::COMPUTE});
        Expect("nothing at all", [](const auto&, const auto&) { return MigrationDecision{}; }, {});
        Expect("half the users",
               [](const auto& problem, const auto& state) {
                   auto decision = HighestForAll(problem, state);
                   decision.satellite.conservativeResize(20);
                   decision.bandwidth.conservativeResize(20);
                   decision.compute.conservativeResize(20);
                   return decision;
               },
               {});
        Expect("too many users",
               [](const auto& problem, const auto& state) {
                   auto decision = HighestForAll(problem, state);
                   decision.satellite.conservativeResize(1000);
                   decision.bandwidth.conservativeResize(1000);
                   decision.compute.conservativeResize(1000);
                   decision.satellite.tail(960).setZero();
                   decision.bandwidth.tail(960).setOnes();
                   decision.compute.tail(960).setOnes();
                   return decision;
               },
               {});
    }

    void ExpectSatellites()
    {
        Expect("satellite 8", Satellite(8), {MigrationChange::NO_SATELLITE});
        Expect("satellite -2", Satellite(-2), {MigrationChange::NO_SATELLITE});
        Expect("the first number",
               Satellite(std::numeric_limits<int>::min()),
               {MigrationChange::NO_SATELLITE});
        Expect("the last number",
               Satellite(std::numeric_limits<int>::max()),
               {MigrationChange::NO_SATELLITE});
        Expect("everybody on one satellite with its whole band",
               [](const auto& problem, const auto& state) {
                   auto decision = problem.Nobody();
                   const Eigen::ArrayXXd inSight =
                       (state.Slot().elevation >= DegToRad(15)).template cast<double>();
                   Eigen::Index most = 0; // more users see it than it has beams
                   inSight.rowwise().sum().maxCoeff(&most);
                   decision.satellite.setConstant(int(most));
                   decision.bandwidth.setOnes();
                   decision.compute.setConstant(12);
                   return decision;
               },
               {MigrationChange::OUT_OF_SIGHT,
                MigrationChange::BEAMS,
                MigrationChange::BANDWIDTH,
                MigrationChange::COMPUTE});
        Expect("the lowest satellite",
               [](const auto& problem, const auto& state) {
                   auto decision = HighestForAll(problem, state);
                   for (uint32_t u = 0; u < problem.Users(); ++u)
                   {
                       state.Slot().elevation.col(u).minCoeff(&decision.satellite(u));
                   }
                   return decision;
               },
               {MigrationChange::OUT_OF_SIGHT});
        MigrationTrial few;
        few.attributes["Beams"] = "2";
        Limits two;
        two.beams = 2;
        Expect("two beams", HighestForAll, {MigrationChange::BEAMS}, few, two);
        MigrationTrial needy;
        needy.setting.service.minCompute = 5;
        Limits five;
        five.minCompute = 5;
        Expect("services of 5 of 12",
               HighestForAll,
               {MigrationChange::COMPUTE_MINIMUM, MigrationChange::COMPUTE},
               needy,
               five);
    }

    void DoRun() override
    {
        ExpectShares();
        ExpectSizes();
        ExpectSatellites();
        ExpectTrue(m_frames > 10000, "satellites sent something");
    }

    std::size_t m_frames{0};
};

/// Shares whose sum is at the edge of what devices take for one, where the order of adding counts.
class EdgeOfOneTest : public LawTestCase
{
  public:
    EdgeOfOneTest()
        : LawTestCase("shares that make one but for a rounding are granted, added in any order")
    {
    }

  private:
    static MigrationDecision NearOne(const MigrationProblem& problem,
                                     const MigrationState& state,
                                     Draws& draws)
    {
        auto decision = HighestForAll(problem, state);
        for (int s = 0; s < 8; ++s)
        {
            uint32_t last = 0;
            double sum = 0;
            double others = 0; // without the last one
            const double count = (decision.satellite.array() == s).count();
            for (uint32_t u = 0; u < problem.Users(); ++u)
            {
                if (decision.satellite(u) == s)
                {
                    others = sum;
                    decision.bandwidth(u) = draws.Uniform(0.3, 1) / count;
                    sum += decision.bandwidth(u);
                    last = u;
                }
            }
            if (count == 0)
            {
                continue;
            }
            // the first number with which the sum, as a device adds, is beyond the edge
            double& share = decision.bandwidth(last);
            for (share = 1 + 1e-9 - others - 1e-15; others + share <= 1 + 1e-9;)
            {
                share = std::nextafter(share, 2);
            }
        }
        return decision;
    }

    void DoRun() override
    {
        Draws draws(7);
        MigrationTrial trial;
        trial.setting.slots = 60;
        trial.setting.slot = MilliSeconds(300);
        std::string thrown;
        MigrationOutcomeOfTrial outcome;
        try
        {
            outcome = trial.Run([&](const auto& problem, const auto& state) {
                return NearOne(problem, state, draws);
            });
        }
        catch (const std::exception& error)
        {
            thrown = error.what();
        }
        NS_TEST_EXPECT_MSG_EQ(thrown, "", "no grant is refused by a device");
        ExpectTrue(outcome.slots.size() == 60, "all slots");
        ExpectLawful(outcome, {});
    }
};

class AirtimeTest : public LawTestCase
{
  public:
    AirtimeTest()
        : LawTestCase("satellites send at the rate b W log2(1 + SNR) of the share that was granted")
    {
    }

  private:
    void DoRun() override
    {
        MigrationTrial trial;
        trial.watches = true;
        const auto outcome = trial.Run(HighestForAll);
        ExpectLawful(outcome, {});
        ExpectLawfulFrames(outcome, {});
        NS_TEST_ASSERT_MSG_EQ(outcome.slots.size(), 6, "all slots");
        std::size_t large = 0;
        for (const auto& frame : outcome.frames)
        {
            if (frame.bits < 1e5) // 1 ns of some ms is nothing
            {
                continue;
            }
            const auto n = uint32_t(frame.begin_s / 10);
            const double share = outcome.slots[n].decision.bandwidth(frame.user);
            const double rate =
                share * BAND * outcome.plan.Slot(n).efficiency(frame.satellite, frame.user);
            ExpectNear(frame.bits / (frame.end_s - frame.begin_s) / rate, 1, 1e-6, "rate");
            ++large;
        }
        ExpectTrue(large > 5000, "frames");
    }
};

class ProjectedTraceTest : public LawTestCase
{
  public:
    ProjectedTraceTest()
        : LawTestCase("the Projected trace names each user that was changed and why, and only "
                      "when there was one")
    {
    }

  private:
    void DoRun() override
    {
        MigrationTrial trial;
        trial.fidelity = SlotScheduler::FLOW;
        const auto outcome = trial.Run([](const auto& problem, const auto& state) {
            auto decision = HighestForAll(problem, state);
            if (state.slot == 2)
            {
                decision.satellite(0) = 99;
                state.Slot().elevation.col(1).minCoeff(&decision.satellite(1));
                decision.bandwidth(2) = NAN;
                decision.compute(3) = 0.5;
            }
            return decision;
        });
        NS_TEST_ASSERT_MSG_EQ(outcome.slots.size(), 6, "all slots");
        ExpectTrue(outcome.changes.size() == 1, "one slot was changed");
        NS_TEST_ASSERT_MSG_EQ(outcome.changes.count(2), 1, "it is slot 2");
        std::set<std::pair<uint32_t, int>> told;
        for (const auto& change : outcome.changes.at(2))
        {
            told.insert({change.user, change.reason});
        }
        const std::set<std::pair<uint32_t, int>> expected{{0, MigrationChange::NO_SATELLITE},
                                                          {1, MigrationChange::OUT_OF_SIGHT},
                                                          {2, MigrationChange::BANDWIDTH},
                                                          {3, MigrationChange::COMPUTE}};
        ExpectTrue(told == expected, "these four");
        const auto& granted = outcome.slots[2].decision;
        ExpectTrue(granted.satellite(0) == -1 && granted.satellite(1) == -1, "two are left out");
        ExpectTrue(granted.satellite(2) >= 0 && granted.bandwidth(2) == 0, "one has no band");
        ExpectTrue(granted.satellite(3) >= 0 && granted.compute(3) == 1, "one has its minimum");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationGrantTests()
{
    return {new WildDeciderTest, new EdgeOfOneTest, new AirtimeTest, new ProjectedTraceTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
