/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * The graph of Section IV-A of the GATE-HPPO paper, number by number against computation by hand: its
 * nodes, its edges, its pairs, its window; and that numbering and size do not matter.
 */

#include "sterna-migration-decider-tests.h"

#include "ns3/sterna-migration-graph-encoder.h"

#include <array>

namespace ns3
{
namespace sterna
{
namespace tests
{

using namespace migration;

namespace
{

using Rows = MigrationGraphEncoder::Rows;

Observation
Look(MigrationGraphEncoder& encoder, const MigrationProblem& problem, const MigrationState& state)
{
    Observation seen;
    encoder.Observe(problem, state, seen.features, seen.choices, seen.edges, seen.mask);
    return seen;
}

/// The nodes of a slot of the window.
Rows
NodesOf(const Observation& seen, Eigen::Index nodes, Eigen::Index slot)
{
    return Eigen::Map<const Rows>(seen.features.data() + slot * nodes * 14, nodes, 14);
}

/**
 * Two satellites with four beams and a compute of 8, three users. All see satellite 0 with an
 * efficiency of 10; user 0 sees satellite 1 with 5. Users 0 and 1 are at satellite 0, user 2 is at
 * satellite 1, which it does not see. Slot n has arrivals of 1, 2 and 3, plus n.
 */
class GraphNumbersTest : public MigrationTestCase
{
  public:
    GraphNumbersTest()
        : MigrationTestCase("the 14 numbers of each node, edges, pairs and mask by hand")
    {
    }

  private:
    static MigrationState State(const MigrationProblem& problem)
    {
        std::vector<MigrationSlot> slots(3, BlindSlot(2, 3));
        for (int n = 0; n < 3; ++n)
        {
            slots[n].efficiency.row(0).setConstant(10);
            slots[n].efficiency(1, 0) = 5;
            slots[n].arrivals << 1 + n, 2 + n, 3 + n;
            slots[n].satellites.col(0) << 0.1 + n, 0.2, 0.3;
            slots[n].satellites.col(1) << -0.1, -0.2 - n, -0.3;
            slots[n].users.col(0) << 0.5, 0.6, 0.7 + n;
            slots[n].users.col(1) << 0.8, 0.9, 1;
            slots[n].users.col(2) << -0.8, -0.9, -1;
        }
        slots[2].arrivals(1) = 0;
        auto state = problem.Begin(MakePlan(slots));
        state.host << 0, 0, 1;
        return state;
    }

    void ExpectNode(const Rows& nodes, int node, const std::array<double, 14>& expected)
    {
        for (int f = 0; f < 14; ++f)
        {
            ExpectNear(nodes(node, f),
                       expected[f],
                       1e-6,
                       "node " + std::to_string(node) + ", number " + std::to_string(f));
        }
    }

    /// A slot in which all hosts are as at the beginning and all have demand.
    void ExpectNodes(const Rows& nodes, int n)
    {
        const double needs = (1 + n + 1) / 10.0 + (2 + n + 1) / 10.0;
        const double mean = 2 + n;
        ExpectNode(nodes, 0, {1, 0.1 + n, 0.2, 0.3, 1 - needs, 1 - 2 / 8.0, 1 - 2 / 4.0});
        ExpectNode(nodes, 1, {1, -0.1, -0.2 - n, -0.3, 1, 1, 1});
        ExpectNode(nodes,
                   2,
                   {0, 0.5, 0.6, 0.7 + n, 0, 0, 0, 0.5, (1 + n) / mean, 1, 0.1 + n, 0.2, 0.3, 1});
        ExpectNode(nodes, 3, {0, 0.8, 0.9, 1, 0, 0, 0, 1, (2 + n) / mean, 1, 0.1 + n, 0.2, 0.3, 1});
        ExpectNode(nodes,
                   4,
                   {0, -0.8, -0.9, -1, 0, 0, 0, 0.25, (3 + n) / mean, 1, -0.1, -0.2 - n, -0.3, 0});
    }

    void ExpectFlags(const MigrationGraphEncoder::Flags& flags,
                     const std::vector<std::vector<bool>>& expected,
                     const std::string& what)
    {
        for (std::size_t u = 0; u < expected.size(); ++u)
        {
            for (std::size_t s = 0; s < expected[u].size(); ++s)
            {
                NS_TEST_EXPECT_MSG_EQ(flags(u, s), expected[u][s], what << " " << u << " " << s);
            }
        }
    }

    void DoRun() override
    {
        auto system = RoundSystem(2, 3, 4);
        system.maxCompute = 8;
        system.users[0].utilityPerMbit = 1;
        system.users[1].utilityPerMbit = 2;
        system.users[2].utilityPerMbit = 0.5;
        const MigrationProblem problem(system);
        auto state = State(problem);
        MigrationGraphEncoder encoder(3);
        NS_TEST_EXPECT_MSG_EQ(encoder.FeatureSize(problem), 3 * 5 * 14, "numbers");
        encoder.Begin();
        auto seen = Look(encoder, problem, state);
        NS_TEST_ASSERT_MSG_EQ(seen.features.size(), 3 * 5 * 14, "numbers");
        NS_TEST_ASSERT_MSG_EQ(seen.edges.rows(), 9, "edges of three users in three slots");
        NS_TEST_ASSERT_MSG_EQ(seen.edges.cols(), 2, "to two satellites");
        NS_TEST_ASSERT_MSG_EQ(seen.choices.rows(), 6, "pairs");
        NS_TEST_ASSERT_MSG_EQ(seen.choices.cols(), 1, "one number each");
        const std::vector<std::vector<bool>> all{{true, true}, {true, false}, {true, false}};
        for (int w = 0; w < 3; ++w) // the first slot fills the window
        {
            ExpectNodes(NodesOf(seen, 5, w), 0);
            ExpectFlags(seen.edges.middleRows(3 * w, 3), all, "edge");
        }
        ExpectFlags(seen.mask, all, "mask");
        const std::vector<float> pairs{1, 0, 1, 0, 0, 1}; // host, user by user
        for (int p = 0; p < 6; ++p)
        {
            ExpectNear(seen.choices(p, 0), pairs[p], 0, "pair " + std::to_string(p));
        }
        state.slot = 1;
        seen = Look(encoder, problem, state);
        ExpectNodes(NodesOf(seen, 5, 0), 0);
        ExpectNodes(NodesOf(seen, 5, 1), 0);
        ExpectNodes(NodesOf(seen, 5, 2), 1);
        // user 1 asks for nothing, 0 has moved, the service of 2 is nowhere
        state.slot = 2;
        state.host << 1, -1, -1;
        seen = Look(encoder, problem, state);
        ExpectNodes(NodesOf(seen, 5, 0), 0);
        ExpectNodes(NodesOf(seen, 5, 1), 1);
        const auto last = NodesOf(seen, 5, 2);
        ExpectNode(last, 0, {1, 2.1, 0.2, 0.3, 1, 1, 1});
        ExpectNode(last, 1, {1, -0.1, -2.2, -0.3, 1 - 4 / 5.0, 1 - 1 / 8.0, 1 - 1 / 4.0});
        ExpectNode(last, 2, {0, 0.5, 0.6, 2.7, 0, 0, 0, 0.5, 3 / 4., 1, -0.1, -2.2, -0.3, 1});
        ExpectNode(last, 3, {0, 0.8, 0.9, 1, 0, 0, 0, 1, 0, 0});
        ExpectNode(last, 4, {0, -0.8, -0.9, -1, 0, 0, 0, 0.25, 5 / 4., 0});
        const std::vector<std::vector<bool>> two{{true, true}, {false, false}, {true, false}};
        ExpectFlags(seen.edges.middleRows(0, 3), all, "oldest edge");
        ExpectFlags(seen.edges.middleRows(3, 3), all, "older edge");
        ExpectFlags(seen.edges.middleRows(6, 3), two, "latest edge");
        ExpectFlags(seen.mask, two, "mask");
        ExpectTrue(seen.choices.sum() == 1 && seen.choices(1, 0) == 1, "one pair is left");
        // another episode: the window is forgotten
        encoder.Begin();
        state.slot = 0;
        state.host << 0, 0, 1;
        seen = Look(encoder, problem, state);
        for (int w = 0; w < 3; ++w)
        {
            ExpectNodes(NodesOf(seen, 5, w), 0);
        }
    }
};

class GraphRenumberingTest : public MigrationTestCase
{
  public:
    GraphRenumberingTest()
        : MigrationTestCase("numbering satellites and users anew renumbers the graph, and no more")
    {
    }

  private:
    static constexpr int SATELLITES = 4;
    static constexpr int USERS = 5;

    void ExpectRenumbered(const Observation& a,
                          const Observation& b,
                          const std::vector<int>& satellites,
                          const std::vector<int>& users)
    {
        for (int w = 0; w < 2; ++w)
        {
            const auto before = NodesOf(a, SATELLITES + USERS, w);
            const auto after = NodesOf(b, SATELLITES + USERS, w);
            for (int t = 0; t < SATELLITES; ++t)
            {
                ExpectNear((after.row(t) - before.row(satellites[t])).norm(), 0, 1e-6, "satellite");
            }
            for (int v = 0; v < USERS; ++v)
            {
                const auto was = before.row(SATELLITES + users[v]);
                ExpectNear((after.row(SATELLITES + v) - was).norm(), 0, 1e-6, "user");
                for (int t = 0; t < SATELLITES; ++t)
                {
                    ExpectTrue(b.edges(w * USERS + v, t) ==
                                   a.edges(w * USERS + users[v], satellites[t]),
                               "edge");
                }
            }
        }
        for (int v = 0; v < USERS; ++v)
        {
            for (int t = 0; t < SATELLITES; ++t)
            {
                ExpectTrue(b.mask(v, t) == a.mask(users[v], satellites[t]), "mask");
                ExpectTrue(b.choices(v * SATELLITES + t, 0) ==
                               a.choices(users[v] * SATELLITES + satellites[t], 0),
                           "pair");
            }
        }
    }

    void DoRun() override
    {
        Draws draws(331);
        const std::vector<int> satellites{2, 0, 3, 1};
        const std::vector<int> inverse{1, 3, 0, 2};
        const std::vector<int> users{4, 2, 0, 1, 3};
        const MigrationProblem problem(RoundSystem(SATELLITES, USERS, 3));
        for (int k = 0; k < 30; ++k)
        {
            const auto slots = DrawSlots(draws, SATELLITES, USERS, 2);
            auto state = problem.Begin(MakePlan(slots));
            auto renumbered = problem.Begin(MakePlan(Renumber(slots, satellites, users)));
            MigrationGraphEncoder encoder(2);
            MigrationGraphEncoder other(2);
            for (int n = 0; n < 2; ++n)
            {
                state.slot = renumbered.slot = n;
                for (int u = 0; u < USERS; ++u)
                {
                    state.host(u) = int(draws.Integer(0, SATELLITES)) - 1;
                }
                for (int v = 0; v < USERS; ++v)
                {
                    const int host = state.host(users[v]);
                    renumbered.host(v) = host < 0 ? -1 : inverse[host];
                }
                const auto a = Look(encoder, problem, state);
                const auto b = Look(other, problem, renumbered);
                NS_TEST_ASSERT_MSG_EQ(b.features.size(), 2 * 9 * 14, "numbers");
                ExpectRenumbered(a, b, satellites, users);
            }
        }
    }
};

class GraphLimitsTest : public MigrationTestCase
{
  public:
    GraphLimitsTest()
        : MigrationTestCase("slots without demand and services without value leave finite numbers")
    {
    }

  private:
    void DoRun() override
    {
        auto system = RoundSystem(2, 2, 2);
        system.users[0].utilityPerMbit = system.users[1].utilityPerMbit = 0;
        const MigrationProblem problem(system);
        auto slot = BlindSlot(2, 2);
        slot.arrivals.setZero();
        slot.efficiency.setConstant(3);
        auto state = problem.Begin(MakePlan({slot}));
        state.host << 1, 1;
        MigrationGraphEncoder encoder(1);
        const auto seen = Look(encoder, problem, state);
        ExpectTrue(seen.features.allFinite(), "finite");
        const auto nodes = NodesOf(seen, 4, 0);
        ExpectNear(nodes(1, 4) + nodes(1, 5) + nodes(1, 6), 3, 0, "nobody takes anything");
        ExpectNear(nodes(2, 7) + nodes(2, 8), 0, 0, "neither priority nor demand");
        ExpectTrue(!seen.mask.any() && !seen.edges.any(), "nobody has a choice");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationGraphTests()
{
    return {new GraphNumbersTest, new GraphRenumberingTest, new GraphLimitsTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
