/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * MigrationOutlook on plans that are small enough to try all paths of a user: what it says about a
 * satellite must be what (29) of all users makes of the best path from there. Both what learners see
 * and their first guess come from it.
 */

#include "sterna-migration-decider-tests.h"

#include "ns3/sterna-migration-outlook.h"

#include <limits>
#include <optional>

namespace ns3
{
namespace sterna
{
namespace tests
{

using namespace migration;

namespace
{

constexpr double NEVER = -std::numeric_limits<double>::infinity();

/// All that one user could do, slot by slot, while the others do what they are expected to do.
class AllPaths
{
  public:
    /// \param others places of all, users x steps; the user's own do not matter
    AllPaths(const MigrationProblem& problem,
             Rule rule,
             const MigrationState& state,
             const Eigen::MatrixXi& others,
             uint32_t user)
        : m_plan(*state.plan),
          m_slot(state.slot),
          m_host(state.host(user)),
          m_user(user)
    {
        const auto steps = others.cols();
        const auto satellites = Eigen::Index(m_plan.Satellites());
        gain = Eigen::ArrayXXd::Constant(satellites, steps, NEVER);
        for (Eigen::Index k = 0; k < steps; ++k)
        {
            Eigen::VectorXi places = others.col(k);
            places(user) = -1;
            const auto& slot = m_plan.Slot(m_slot + k);
            const double without = SlotUtility(problem, rule, slot, places);
            for (int s = 0; s < satellites; ++s)
            {
                const bool beam = (places.array() == s).count() < problem.System().beams;
                if (beam && slot.arrivals(user) > 0 && slot.efficiency(s, user) > 0)
                {
                    places(user) = s;
                    gain(s, k) = SlotUtility(problem, rule, slot, places) - without;
                }
            }
        }
    }

    /// Worth of a path, one satellite a step; -infinity if it cannot be.
    double Worth(const std::vector<int>& path) const
    {
        double worth = 0;
        int host = m_host;
        for (std::size_t k = 0; k < path.size(); ++k)
        {
            const int s = path[k];
            if (s >= 0)
            {
                worth += gain(s, k) - (host >= 0 && host != s ? 50 : 0);
                host = s;
            }
            if (!(m_plan.Slot(m_slot + k).arrivals(m_user) > 0))
            {
                host = -1;
            }
        }
        return worth;
    }

    /// The best path that begins with a satellite.
    double Best(int first) const
    {
        std::vector<int> path{first};
        return Best(path);
    }

    Eigen::ArrayXXd gain; //!< what the user adds to the sum over all users

  private:
    double Best(std::vector<int>& path) const
    {
        if (Eigen::Index(path.size()) == gain.cols())
        {
            return Worth(path);
        }
        double best = NEVER;
        for (int s = -1; s < gain.rows(); ++s)
        {
            path.push_back(s);
            best = std::max(best, Best(path));
            path.pop_back();
        }
        return best;
    }

    const MigrationPlan& m_plan;
    uint32_t m_slot;
    int m_host;
    uint32_t m_user;
};

/// Who is expected where.
Eigen::MatrixXi
Places(const MigrationOutlook& outlook, uint32_t users)
{
    Eigen::MatrixXi places(users, outlook.Steps());
    for (uint32_t k = 0; k < outlook.Steps(); ++k)
    {
        for (uint32_t u = 0; u < users; ++u)
        {
            places(u, k) = outlook.Place(k, u);
        }
    }
    return places;
}

class OutlookSearchTest : public MigrationTestCase
{
  public:
    OutlookSearchTest()
        : MigrationTestCase("gains, worths and paths are those of a search through all paths")
    {
    }

  private:
    struct Trial
    {
        MigrationProblem problem;
        MigrationState state;
        uint32_t horizon;
        Rule rule;
    };

    static Trial Draw(Draws& draws)
    {
        const uint32_t satellites = draws.Integer(2, 3);
        const uint32_t users = draws.Integer(2, 4);
        auto system = RoundSystem(satellites, users, draws.Integer(1, 3));
        for (auto& user : system.users)
        {
            user.utilityPerMbit = draws.Uniform(0.5, 2);
        }
        Trial trial{MigrationProblem(system), {}, draws.Integer(1, 6), Rule(draws.Integer(0, 3))};
        trial.state = trial.problem.Begin(MakePlan(DrawSlots(draws, satellites, users, 5)));
        trial.state.slot = draws.Integer(0, 2);
        for (uint32_t u = 0; u < users; ++u)
        {
            trial.state.host(u) = int(draws.Integer(0, satellites)) - 1;
        }
        return trial;
    }

    /// Users stay where they are while they see it and ask for service.
    void ExpectStay(const Trial& trial, const MigrationOutlook& outlook)
    {
        const auto& state = trial.state;
        for (uint32_t u = 0; u < trial.problem.Users(); ++u)
        {
            bool there = state.host(u) >= 0;
            for (uint32_t k = 0; k < outlook.Steps(); ++k)
            {
                const auto& slot = state.plan->Slot(state.slot + k);
                there = there && slot.arrivals(u) > 0 && slot.efficiency(state.host(u), u) > 0;
                NS_TEST_EXPECT_MSG_EQ(outlook.Place(k, u), there ? state.host(u) : -1, "stay");
            }
        }
    }

    void ExpectCrowds(const Trial& trial, const MigrationOutlook& outlook)
    {
        const auto places = Places(outlook, trial.problem.Users());
        for (uint32_t k = 0; k < outlook.Steps(); ++k)
        {
            const auto& slot = trial.state.plan->Slot(trial.state.slot + k);
            for (int s = 0; s < slot.efficiency.rows(); ++s)
            {
                double load = 0;
                uint32_t count = 0;
                for (uint32_t u = 0; u < trial.problem.Users(); ++u)
                {
                    if (places(u, k) == s)
                    {
                        load += (slot.arrivals(u) + 1) / slot.efficiency(s, u);
                        ++count;
                    }
                }
                ExpectNear(outlook.Load(k, s), load, 1e-9, "load");
                NS_TEST_EXPECT_MSG_EQ(outlook.Users(k, s), count, "users");
            }
        }
    }

    void ExpectConsidered(const MigrationOutlook& outlook, const AllPaths& all)
    {
        double best = NEVER;
        for (int s = 0; s < all.gain.rows(); ++s)
        {
            const double worth = all.Best(s);
            best = std::max(best, worth);
            ExpectTrue(outlook.IsOpen(s) == (worth > NEVER), "open");
            ExpectTrue(worth > NEVER ? std::abs(outlook.Worth(s) - worth) < 1e-6
                                     : outlook.Worth(s) == NEVER,
                       "worth");
            m_full += all.gain(s, 0) == NEVER;
            m_open += worth > NEVER;
            for (uint32_t k = 0; k < outlook.Steps(); ++k)
            {
                const double gain = all.gain(s, k) == NEVER ? 0 : all.gain(s, k);
                ExpectNear(outlook.Gain(k, s), gain, 1e-6, "gain");
            }
        }
        const int chosen = outlook.Best();
        ExpectTrue((chosen >= 0) == (best > NEVER), "whether there is a best one");
        if (chosen >= 0)
        {
            ExpectNear(all.Best(chosen), best, 1e-6, "the best one");
        }
    }

    void Play(Draws& draws)
    {
        const auto trial = Draw(draws);
        const uint32_t users = trial.problem.Users();
        MigrationOutlook outlook(trial.problem, trial.rule, trial.state.plan, trial.horizon);
        outlook.Begin(trial.state);
        NS_TEST_EXPECT_MSG_EQ(outlook.Steps(),
                              std::min(trial.horizon, 5 - trial.state.slot),
                              "steps");
        ExpectStay(trial, outlook);
        ExpectCrowds(trial, outlook);
        for (int turn = 0; turn < 6; ++turn)
        {
            const uint32_t user = draws.Integer(0, users - 1);
            outlook.Consider(trial.state, user);
            auto others = Places(outlook, users);
            ExpectTrue((others.row(user).array() == -1).all(), "the considered user is nowhere");
            ExpectCrowds(trial, outlook);
            const AllPaths all(trial.problem, trial.rule, trial.state, others, user);
            ExpectConsidered(outlook, all);
            // the best one, none, or any other that is open
            int taken = turn % 3 == 0 ? -1 : outlook.Best();
            const int other = int(draws.Integer(0, all.gain.rows() - 1));
            taken = turn % 3 == 2 && outlook.IsOpen(other) ? other : taken;
            outlook.Follow(trial.state, taken);
            const auto places = Places(outlook, users);
            std::vector<int> path;
            for (uint32_t k = 0; k < outlook.Steps(); ++k)
            {
                path.push_back(places(user, k));
                m_waits += k > 0 && path[k] < 0 && path[k - 1] >= 0;
                m_moves += k > 0 && path[k] >= 0 && path[k - 1] >= 0 && path[k] != path[k - 1];
            }
            NS_TEST_EXPECT_MSG_EQ(path[0], taken, "taken");
            ExpectNear(all.Worth(path), all.Best(taken), 1e-6, "the best path from there");
            others.row(user) = places.row(user);
            ExpectTrue(others == places, "the others' paths stay");
            ExpectCrowds(trial, outlook);
        }
    }

    void DoRun() override
    {
        Draws draws(311);
        for (int k = 0; k < 400; ++k)
        {
            Play(draws);
        }
        ExpectTrue(m_open > 1000 && m_full > 1000, "satellites are open, and are not");
        ExpectTrue(m_waits > 100 && m_moves > 100, "paths wait and move");
    }

    uint32_t m_open{0};
    uint32_t m_full{0};
    uint32_t m_waits{0};
    uint32_t m_moves{0};
};

/**
 * One user, alone on whatever serves it: a slot is worth 100 (1 - 10^-(e - 1)), a migration 50.
 * Efficiencies over the slots, 0 out of sight:
 *
 *     satellite 0   4 0 4 0
 *     satellite 1   0 0 3 3
 */
class OutlookWaitTest : public MigrationTestCase
{
  public:
    OutlookWaitTest()
        : MigrationTestCase(
              "services wait where they are, end with the demand, and then begin anew")
    {
    }

  private:
    static constexpr double GOOD = 100 * (1 - 1e-3);
    static constexpr double FAIR = 100 * (1 - 1e-2);

    /// Considers the user. \param host where its service is; \param demand in slot 1, in which nobody
    /// is in sight
    MigrationOutlook& Look(const MigrationProblem& problem, int host, bool demand)
    {
        std::vector<MigrationSlot> slots(4, BlindSlot(2, 1));
        slots[0].efficiency << 4, 0;
        slots[2].efficiency << 4, 3;
        slots[3].efficiency << 0, 3;
        slots[1].arrivals(0) = demand;
        m_state = problem.Begin(MakePlan(slots));
        m_state.host(0) = host;
        m_outlook.emplace(problem, Rule::EQUAL, m_state.plan, 12);
        m_outlook->Begin(m_state);
        m_outlook->Consider(m_state, 0);
        return *m_outlook;
    }

    void ExpectPath(int first, const std::vector<int>& path)
    {
        m_outlook->Follow(m_state, first);
        for (std::size_t k = 0; k < path.size(); ++k)
        {
            NS_TEST_EXPECT_MSG_EQ(m_outlook->Place(k, 0), path[k], "step " << k);
        }
    }

    void DoRun() override
    {
        const MigrationProblem problem(RoundSystem(2, 1, 1));
        // waits at 0 through slot 1; one migration, in slot 3 or before
        auto& waiting = Look(problem, -1, true);
        ExpectTrue(waiting.IsOpen(0) && !waiting.IsOpen(1), "only 0 is in sight");
        ExpectNear(waiting.Worth(0), GOOD + GOOD + FAIR - 50, 1e-9, "waits");
        NS_TEST_EXPECT_MSG_EQ(waiting.Best(), 0, "best");
        ExpectPath(0, {0, -1, 0, 1});
        // the service is at 1, out of sight: two migrations there and back
        ExpectNear(Look(problem, 1, true).Worth(0), GOOD + GOOD + FAIR - 100, 1e-9, "and back");
        ExpectPath(0, {0, -1, 0, 1});
        // who takes nothing now stays at 1, and need not move at all
        Look(problem, 1, true);
        ExpectPath(-1, {-1, -1, 1, 1});
        // the demand pauses, the service ends: it begins at 1 for nothing
        auto& pausing = Look(problem, -1, false);
        ExpectNear(pausing.Worth(0), GOOD + FAIR + FAIR, 1e-9, "begins anew");
        ExpectPath(0, {0, -1, 1, 1});
        // nothing is asked for in slot 1, so nothing is open
        m_state.slot = 1;
        m_state.host(0) = 0;
        pausing.Begin(m_state);
        pausing.Consider(m_state, 0);
        NS_TEST_EXPECT_MSG_EQ(pausing.Steps(), 3, "to the end");
        NS_TEST_EXPECT_MSG_EQ(pausing.Best(), -1, "no demand");
        ExpectTrue(!pausing.IsOpen(0) && !pausing.IsOpen(1), "no demand");
        ExpectNear(pausing.Gain(0, 0), 0, 0, "nothing to gain");
        ExpectPath(-1, {-1, 1, 1}); // the service at 0 has ended
    }

    MigrationState m_state;
    std::optional<MigrationOutlook> m_outlook;
};

/**
 * Satellite 0 has one beam. Users 0 and 1 both left their services there: 0 lost sight of it, 1 took
 * the beam, and now both see it. Where users who wait make a satellite overfull nothing is open, and
 * nothing is counted that is no number.
 */
class OutlookOverfullTest : public MigrationTestCase
{
  public:
    OutlookOverfullTest()
        : MigrationTestCase("satellites with more services than beams are full, not strange")
    {
    }

  private:
    void DoRun() override
    {
        const MigrationProblem problem(RoundSystem(2, 3, 1));
        auto slot = BlindSlot(2, 3);
        slot.efficiency.setConstant(4);
        auto state = problem.Begin(MakePlan({slot, slot}));
        state.host << 0, 0, 0;
        MigrationOutlook outlook(problem, Rule::NEED_FIRST, state.plan, 2);
        outlook.Begin(state);
        NS_TEST_EXPECT_MSG_EQ(outlook.Users(0, 0), 3, "all are expected to stay");
        outlook.Consider(state, 2);
        ExpectTrue(!outlook.IsOpen(0), "0 is full");
        ExpectTrue(outlook.Worth(0) == NEVER, "0 is worth nothing");
        ExpectNear(outlook.Gain(1, 0), 0, 0, "nothing to gain");
        NS_TEST_EXPECT_MSG_EQ(outlook.Best(), 1, "1 is free");
        ExpectNear(outlook.Worth(1), 2 * 99.9 - 50, 1e-9, "all of 1");
        outlook.Follow(state, 1);
        outlook.Consider(state, 1);
        NS_TEST_EXPECT_MSG_EQ(outlook.Best(), -1, "nothing is free any more");
        outlook.Follow(state, -1);
        outlook.Consider(state, 0);
        NS_TEST_EXPECT_MSG_EQ(outlook.Best(), 0, "the last one has 0 for itself");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationOutlookTests()
{
    return {new OutlookSearchTest, new OutlookWaitTest, new OutlookOverfullTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
