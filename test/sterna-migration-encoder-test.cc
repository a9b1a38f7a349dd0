/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * What a user sees of the satellites at its turn, number by number against computation by hand, and
 * what must not matter: how users and satellites are numbered, and how many others there are. A
 * trained policy is worth nothing if a single one of these numbers changes its meaning.
 */

#include "sterna-migration-decider-tests.h"

#include "ns3/sterna-migration-offer-encoder.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace ns3
{
namespace sterna
{
namespace tests
{

using namespace migration;

namespace
{

using Encoder = MigrationOfferEncoder;
using Offer = std::array<double, Encoder::OFFER>;

/// What a user sees, as a plain observation.
Observation
Look(const MigrationProblem& problem,
     const MigrationState& state,
     uint32_t user,
     Rule rule,
     uint32_t horizon,
     bool guess)
{
    MigrationOutlook outlook(problem, rule, state.plan, horizon);
    outlook.Begin(state);
    outlook.Consider(state, user);
    Encoder encoder(problem, guess);
    encoder.Begin(*state.plan);
    Observation observation;
    encoder.Observe(state, outlook, user, observation.features, observation.mask);
    return observation;
}

/**
 * Three satellites with four beams, three users, twelve slots; slot 2 + k is step k. User 0 chooses:
 * its service is at satellite 1, that of user 1 too, that of user 2 at satellite 0. Shares are equal.
 * Spectral efficiencies and the steps at which they see each other:
 *
 *     satellite    user 0      user 1      user 2
 *     0            10, 0-9     12, 0-9     20, 0-9
 *     1             8, 0-1      9, 0-1
 *     2             6, 5-9      7, 0-9
 */
class OfferNumbersTest : public MigrationTestCase
{
  public:
    OfferNumbersTest()
        : MigrationTestCase("the 5 numbers of a user and the 20 of each offer by hand")
    {
    }

  private:
    static double Lambda(int user, int k)
    {
        return user == 0 ? 1 + 0.05 * k : user == 1 ? 2 : 0.5 + 0.1 * k;
    }

    static MigrationProblem Problem()
    {
        auto system = RoundSystem(3, 3, 4);
        system.users[1].utilityPerMbit = 3;
        return MigrationProblem(system);
    }

    static std::shared_ptr<const MigrationPlan> Plan()
    {
        std::vector<MigrationSlot> slots(12, BlindSlot(3, 3));
        for (int k = 0; k < 10; ++k)
        {
            auto& slot = slots[2 + k];
            slot.arrivals << Lambda(0, k), Lambda(1, k), Lambda(2, k);
            slot.efficiency.row(0) << 10, 12, 20;
            slot.efficiency(1, 0) = k <= 1 ? 8 : 0;
            slot.efficiency(1, 1) = k <= 1 ? 9 : 0;
            slot.efficiency(2, 0) = k >= 5 ? 6 : 0;
            slot.efficiency(2, 1) = 7;
            slot.elevation.col(0) << M_PI / 3, M_PI / 6, 0;
        }
        slots[0].arrivals << 0, 0, 4;
        slots[1].arrivals << 0, 5, 0;
        return MakePlan(slots);
    }

    /// Mean over users and slots with demand of 100 lambda and the user's weight.
    static double Reference()
    {
        double sum = 100 * 4 + 3 * 100 * 5;
        for (int k = 0; k < 10; ++k)
        {
            sum += 100 * (Lambda(0, k) + 3 * Lambda(1, k) + Lambda(2, k));
        }
        return sum / 32;
    }

    /// 100 lambda Pr(W <= t) of a user with one part of n of the band.
    static double Utility(int user, int k, double efficiency, int n)
    {
        const double lambda = Lambda(user, k);
        return 100 * lambda * (1 - std::pow(10, lambda - efficiency / n));
    }

    /// What user 0 adds at satellite 0, where it shares with user 2.
    static double First(int k)
    {
        return Utility(0, k, 10, 2) + Utility(2, k, 20, 2) - Utility(2, k, 20, 1);
    }

    /// What it adds at satellite 1, where it shares with user 1 for two steps.
    static double Second(int k)
    {
        return k > 1 ? 0 : Utility(0, k, 8, 2) + 3 * (Utility(1, k, 9, 2) - Utility(1, k, 9, 1));
    }

    void ExpectOffer(const Observation& seen, int satellite, const Offer& expected)
    {
        for (Eigen::Index f = 0; f < Encoder::OFFER; ++f)
        {
            ExpectNear(seen.features(Encoder::GLOBAL + satellite * Encoder::OFFER + f),
                       expected[f],
                       2e-6,
                       "satellite " + std::to_string(satellite) + ", number " + std::to_string(f));
        }
    }

    void ExpectUser(const Observation& seen, const std::array<double, 5>& expected)
    {
        for (int f = 0; f < 5; ++f)
        {
            ExpectNear(seen.features(f), expected[f], 1e-6, "the user's " + std::to_string(f));
        }
    }

    static Offer FirstOffer(double worth)
    {
        const double r = Reference();
        double mean = 0;
        for (int k = 0; k < 10; ++k)
        {
            mean += First(k) / 10;
        }
        // user 1 loses satellite 1 in two slots and may then go to 0 or 2
        const double homeless = (2 + 1) / 12.0 / 2;
        return {0,
                First(0) / r,
                5 * (1 + 1) / 10.0,
                (0.5 + 1) / 20,
                1 / 4.0,
                2 / 3.0,
                10 / 5.0,
                1,
                First(3) / r,
                10 / 12.0,
                1,
                mean / r,
                (0.8 + 1) / 20,
                (1.4 + 1) / 20,
                homeless,
                First(1) / r,
                First(2) / r,
                First(5) / r,
                First(8) / r,
                worth};
    }

    static Offer SecondOffer(double worth)
    {
        const double r = Reference();
        return {1,
                Second(0) / r,
                5 * (1 + 1) / 8.0,
                (2 + 1) / 9.0,
                1 / 4.0,
                1 / 3.0,
                8 / 5.0,
                0,
                0,
                2 / 12.0,
                2 / 3.0,
                (Second(0) + Second(1)) / 10 / r,
                0,
                0,
                0, // user 2 keeps its satellite
                Second(1) / r,
                0,
                0,
                0,
                worth};
    }

    void DoRun() override
    {
        const auto problem = Problem();
        auto state = problem.Begin(Plan());
        ExpectNear(Encoder::ReferenceUtility(problem, *state.plan), Reference(), 1e-9, "reference");
        state.slot = 2;
        state.host << 1, 1, 0;
        const double r = Reference();
        auto seen = Look(problem, state, 0, Rule::EQUAL, 10, true);
        NS_TEST_ASSERT_MSG_EQ(seen.features.size(), 65, "numbers");
        NS_TEST_ASSERT_MSG_EQ(seen.mask.size(), 3, "satellites");
        ExpectTrue(seen.mask(0, 0) && seen.mask(0, 1) && !seen.mask(0, 2), "0 and 1 are open");
        ExpectUser(seen, {100 / r, 2 / 4.0, 10 / 12.0, 0, 0});
        // Both ways cost one migration, since 1 sets; staying for one step more is worth it or not.
        double first = -50;
        double second = Second(0) - 50;
        for (int k = 0; k < 10; ++k)
        {
            first += First(k);
            second += k == 0 ? 0 : k == 1 ? std::max(First(1), Second(1)) : First(k);
        }
        ExpectTrue(first > second, "0 is the better one");
        ExpectOffer(seen, 0, FirstOffer(0));
        ExpectOffer(seen, 1, SecondOffer((second - first) / r));
        ExpectOffer(seen, 2, {});
        // the first guess is told if asked for only
        seen = Look(problem, state, 0, Rule::EQUAL, 10, false);
        ExpectOffer(seen, 1, SecondOffer(0));
        // two slots ahead: nothing is known of the third, and the horizon is the second
        seen = Look(problem, state, 0, Rule::EQUAL, 2, false);
        auto offer = FirstOffer(0);
        offer[8] = offer[16] = offer[17] = offer[18] = 0;
        offer[11] = (First(0) + First(1)) / 2 / r;
        offer[12] = offer[13] = (0.6 + 1) / 20;
        ExpectOffer(seen, 0, offer);
        // a service that is nowhere yet, and one whose satellite is out of sight
        state.host(0) = -1;
        seen = Look(problem, state, 0, Rule::EQUAL, 10, false);
        ExpectUser(seen, {100 / r, 2 / 4.0, 10 / 12.0, 1, 0});
        offer = FirstOffer(0);
        offer[7] = 0;
        ExpectOffer(seen, 0, offer);
        state.host(0) = 2;
        seen = Look(problem, state, 0, Rule::EQUAL, 10, false);
        ExpectUser(seen, {100 / r, 2 / 4.0, 10 / 12.0, 0, 1});
        offer = SecondOffer(0);
        offer[0] = 0;
        offer[7] = 1;
        ExpectOffer(seen, 1, offer);
    }
};

/// Who is to move soon counts for those satellites that will be there, and for nobody else's turn.
class HomelessTest : public MigrationTestCase
{
  public:
    HomelessTest()
        : MigrationTestCase("needs of those who lose their satellite soon")
    {
    }

  private:
    /// What user 0 is told of satellite 0, if user 1 sees satellites for so many slots.
    double Needs(const std::vector<int>& stays, int host, double arrivals = 1)
    {
        const MigrationProblem problem(RoundSystem(3, 2, 4));
        std::vector<MigrationSlot> slots(6, BlindSlot(3, 2));
        for (int n = 0; n < 6; ++n)
        {
            slots[n].efficiency(0, 0) = 5;
            slots[n].arrivals(1) = arrivals;
            for (int s = 0; s < 3; ++s)
            {
                slots[n].efficiency(s, 1) = n < stays[s] ? 10 : 0;
            }
        }
        auto state = problem.Begin(MakePlan(slots));
        state.host(1) = host;
        return Look(problem, state, 0, Rule::NEED_FIRST, 6, false).features(5 + 14);
    }

    void DoRun() override
    {
        ExpectNear(Needs({4, 3, 0}, 1), 0.2, 1e-6, "0 will be the only one");
        ExpectNear(Needs({4, 4, 0}, 1), 0, 0, "1 stays for long enough");
        ExpectNear(Needs({3, 3, 6}, 1), 0, 0, "0 will be gone, too");
        ExpectNear(Needs({4, 1, 5}, 1), 0.1, 1e-6, "0 or 2");
        ExpectNear(Needs({6, 6, 5}, -1), 0.2 / 3, 1e-6, "a service that is nowhere");
        ExpectNear(Needs({6, 0, 5}, 1), 0.1, 1e-6, "a service out of sight");
        ExpectNear(Needs({6, 3, 3}, 0), 0, 0, "it is there already");
        ExpectNear(Needs({6, 3, 0}, 1, 0), 0, 0, "no demand");
    }
};

class FullSatelliteTest : public MigrationTestCase
{
  public:
    FullSatelliteTest()
        : MigrationTestCase("satellites without a free beam are masked and blank")
    {
    }

  private:
    void DoRun() override
    {
        const MigrationProblem problem(RoundSystem(2, 2, 1));
        auto slot = BlindSlot(2, 2);
        slot.efficiency.setConstant(5);
        auto state = problem.Begin(MakePlan({slot}));
        state.host(1) = 0;
        auto seen = Look(problem, state, 0, Rule::EQUAL, 5, true);
        ExpectTrue(!seen.mask(0, 0) && seen.mask(0, 1), "0 is full");
        ExpectTrue((seen.features.segment(5, 20).array() == 0).all(), "and blank");
        ExpectNear(seen.features(1), 0.5, 0, "but in sight");
        // who is there may stay
        seen = Look(problem, state, 1, Rule::EQUAL, 5, true);
        ExpectTrue(seen.mask(0, 0) && seen.mask(0, 1), "both are open");
        slot.efficiency.col(0).setZero();
        state.plan = MakePlan({slot});
        seen = Look(problem, state, 0, Rule::EQUAL, 5, true);
        ExpectTrue(!seen.mask.any(), "nothing is open");
        ExpectTrue((seen.features.tail(40).array() == 0).all(), "and nothing is shown");
    }
};

class OfferRenumberingTest : public MigrationTestCase
{
  public:
    OfferRenumberingTest()
        : MigrationTestCase("numbering satellites and users anew renumbers offers, and no more")
    {
    }

  private:
    static std::vector<int> Shuffled(Draws& draws, int count)
    {
        std::vector<int> order(count);
        std::iota(order.begin(), order.end(), 0);
        for (int k = count; k > 1; --k)
        {
            std::swap(order[k - 1], order[draws.Integer(0, k - 1)]);
        }
        return order;
    }

    void Compare(Draws& draws)
    {
        constexpr int SATELLITES = 4;
        constexpr int USERS = 6;
        const MigrationProblem problem(RoundSystem(SATELLITES, USERS, 3));
        const auto slots = DrawSlots(draws, SATELLITES, USERS, 8);
        const auto satellites = Shuffled(draws, SATELLITES);
        const auto users = Shuffled(draws, USERS);
        auto state = problem.Begin(MakePlan(slots));
        auto renumbered = problem.Begin(MakePlan(Renumber(slots, satellites, users)));
        for (int u = 0; u < USERS; ++u)
        {
            state.host(u) = int(draws.Integer(0, SATELLITES)) - 1;
        }
        for (int v = 0; v < USERS; ++v)
        {
            const int host = state.host(users[v]);
            const auto at = std::find(satellites.begin(), satellites.end(), host);
            renumbered.host(v) = host < 0 ? -1 : int(at - satellites.begin());
        }
        for (int v = 0; v < USERS; ++v)
        {
            const auto a = Look(problem, state, users[v], Rule::NEED_FIRST, 5, true);
            const auto b = Look(problem, renumbered, v, Rule::NEED_FIRST, 5, true);
            ExpectNear((a.features.head(5) - b.features.head(5)).norm(), 0, 1e-6, "the user");
            for (int t = 0; t < SATELLITES; ++t)
            {
                const auto before = a.features.segment(5 + 20 * satellites[t], 20);
                const auto after = b.features.segment(5 + 20 * t, 20);
                ExpectTrue(a.mask(0, satellites[t]) == b.mask(0, t), "mask");
                ExpectNear((before - after).cwiseAbs().maxCoeff(), 0, 1e-4, "offer");
                m_open += b.mask(0, t);
            }
        }
    }

    void DoRun() override
    {
        Draws draws(321);
        for (int k = 0; k < 50; ++k)
        {
            Compare(draws);
        }
        ExpectTrue(m_open > 300, "there were offers");
    }

    uint32_t m_open{0};
};

class OfferSizesTest : public MigrationTestCase
{
  public:
    OfferSizesTest()
        : MigrationTestCase("satellites and users far away change nothing but the size")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(322);
        for (int k = 0; k < 30; ++k)
        {
            const auto slots = DrawSlots(draws, 3, 4, 6);
            auto wide = std::vector<MigrationSlot>(6, BlindSlot(7, 9));
            for (int n = 0; n < 6; ++n)
            {
                wide[n].efficiency.topLeftCorner(3, 4) = slots[n].efficiency;
                wide[n].elevation.topLeftCorner(3, 4) = slots[n].elevation;
                wide[n].arrivals << slots[n].arrivals, Eigen::ArrayXd::Zero(5);
            }
            const MigrationProblem small(RoundSystem(3, 4, 2));
            const MigrationProblem large(RoundSystem(7, 9, 2));
            auto state = small.Begin(MakePlan(slots));
            auto other = large.Begin(MakePlan(wide));
            for (int u = 0; u < 4; ++u)
            {
                other.host(u) = state.host(u) = int(draws.Integer(0, 3)) - 1;
            }
            const auto a = Look(small, state, 2, Rule::UTILITY, 6, true);
            const auto b = Look(large, other, 2, Rule::UTILITY, 6, true);
            NS_TEST_ASSERT_MSG_EQ(a.features.size(), 5 + 3 * 20, "small");
            NS_TEST_ASSERT_MSG_EQ(b.features.size(), 5 + 7 * 20, "large");
            ExpectNear((a.features - b.features.head(65)).cwiseAbs().maxCoeff(), 0, 1e-5, "seen");
            ExpectTrue((b.features.tail(80).array() == 0).all(), "blank");
            ExpectTrue((a.mask == b.mask.leftCols(3)).all(), "mask");
            ExpectTrue(!b.mask.rightCols(4).any(), "masked");
        }
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationEncoderTests()
{
    return {new OfferNumbersTest,
            new HomelessTest,
            new FullSatelliteTest,
            new OfferRenumberingTest,
            new OfferSizesTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
