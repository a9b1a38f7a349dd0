/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-tests.h"

#include "ns3/sterna-association-encoder.h"

#include <array>

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

using Mask = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// What a satellite sees.
struct View
{
    Eigen::VectorXf features;
    Mask mask;
};

View
Look(AssociationEncoder::Features features,
     const AssociationProblem& problem,
     const AssociationState& state,
     const AssociationTable& table,
     uint32_t satellite,
     const std::vector<uint32_t>& waiting = {})
{
    View view;
    AssociationEncoder(features).Observe(problem,
                                         state,
                                         table,
                                         AssociationOutlook(problem, *state.plan),
                                         satellite,
                                         waiting,
                                         view.features,
                                         view.mask);
    return view;
}

/// The paper's system: 120 one-hot, 6 times, 6 capacities, 24 channels.
class PaperFeaturesTest : public AssociationTestCase
{
  public:
    PaperFeaturesTest()
        : AssociationTestCase("the paper's 156 numbers in their order")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationProblem problem(MakeAssociationSystem(120, 4, {200, 200, 200, 200, 200}));
        auto state = BeginPlan(problem,
                               {{MakeContact(17, 2, 3, 0, 25),
                                 MakeContact(17, 5, 3, 0, 100),
                                 MakeContact(16, 2, 3),
                                 MakeContact(3, 4, 3)}});
        state.capacity(0) = 150 * ASSOCIATION_UNIT;
        state.capacity(4) = 20 * ASSOCIATION_UNIT;
        AssociationTable table(problem, state);
        table.Add({16, 2, 3});
        table.Add({3, 4, 0});
        const auto view = Look(AssociationEncoder::PAPER, problem, state, table, 17);
        NS_TEST_ASSERT_MSG_EQ(view.features.size(), 156, "numbers");
        Eigen::VectorXf expected = Eigen::VectorXf::Zero(156);
        expected(17) = 1;                                  // which satellite
        expected(120 + 2) = 0.25;                          // time with BS2
        expected(120 + 5) = 1;                             // time with BS5
        expected.segment(126, 6) << 1, 0.75, 1, 1, 1, 0.1; // capacity left, BS0 first
        expected(132 + 2 * 4 + 3) = 1;                     // taken at BS2
        expected(132 + 4 * 4 + 0) = 1;                     // taken at BS4
        for (Eigen::Index f = 0; f < 156; ++f)
        {
            ExpectNear(view.features(f), expected(f), 1e-7, "number " + std::to_string(f));
        }
        NS_TEST_EXPECT_MSG_EQ(AssociationEncoder::Choices(problem), 24, "choices");
        NS_TEST_EXPECT_MSG_EQ(AssociationEncoder(AssociationEncoder::PAPER).Blocks(problem),
                              0,
                              "blocks");
    }
};

class MaskTest : public AssociationTestCase
{
  public:
    MaskTest()
        : AssociationTestCase("free channels in view are valid; the virtual station by its rule")
    {
    }

  private:
    void ExpectValid(AssociationEncoder::Features features,
                     const AssociationDecision& grants,
                     uint32_t satellite,
                     const std::vector<bool>& valid)
    {
        const AssociationProblem problem(MakeAssociationSystem(4, 2, {9, 9}));
        const auto state = BeginPlan(problem,
                                     {{MakeContact(0, 1, 1),
                                       MakeContact(1, 1, 1),
                                       MakeContact(2, 1, 1),
                                       MakeContact(2, 2, 1)}});
        AssociationTable table(problem, state);
        for (const auto& grant : grants)
        {
            table.Add(grant);
        }
        const auto view = Look(features, problem, state, table, satellite);
        NS_TEST_ASSERT_MSG_EQ(view.mask.rows(), 1, "one actor");
        NS_TEST_ASSERT_MSG_EQ(view.mask.cols(), 6, "three stations with two channels");
        for (int c = 0; c < 6; ++c)
        {
            NS_TEST_EXPECT_MSG_EQ(view.mask(0, c),
                                  valid[c],
                                  "satellite " << satellite << ", choice " << c);
        }
    }

    void DoRun() override
    {
        for (const auto features : {AssociationEncoder::PAPER, AssociationEncoder::OFFERS})
        {
            const bool idle = features == AssociationEncoder::OFFERS;
            ExpectValid(features, {}, 2, {idle, false, true, true, true, true});
            ExpectValid(features, {{0, 1, 1}}, 2, {idle, false, true, false, true, true});
            ExpectValid(features, {{2, 2, 0}}, 1, {idle, false, true, true, false, false});
            // nothing else is left, and nothing is in view
            ExpectValid(features,
                        {{0, 1, 0}, {2, 1, 1}},
                        1,
                        {true, false, false, false, false, false});
            ExpectValid(features, {}, 3, {true, false, false, false, false, false});
        }
    }
};

class DecodeTest : public AssociationTestCase
{
  public:
    DecodeTest()
        : AssociationTestCase("a choice is station x M + channel")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationProblem problem(MakeAssociationSystem(4, 4, {9, 9, 9, 9, 9}));
        AssociationGrant grant{};
        ExpectTrue(!AssociationEncoder::Decode(problem, 3, 0, grant), "virtual");
        ExpectTrue(!AssociationEncoder::Decode(problem, 3, 3, grant), "virtual");
        ExpectTrue(AssociationEncoder::Decode(problem, 3, 4, grant), "BS1");
        ExpectTrue(grant == AssociationGrant{3, 1, 0}, "BS1, first channel");
        ExpectTrue(AssociationEncoder::Decode(problem, 2, 23, grant), "BS5");
        ExpectTrue(grant == AssociationGrant{2, 5, 3}, "BS5, last channel");
    }
};

/**
 * Satellite 1 chooses, satellite 0 is on channel 0 of BS1, satellite 2 waits. All see both
 * stations; data of a slice are log2(1 + SNR) units, the reference is 5 units, worth 3.5.
 *
 *     SNR   BS1  BS2
 *     0      15    1
 *     1       7    3
 *     2       3    1
 */
class OfferFeaturesTest : public AssociationTestCase
{
  public:
    OfferFeaturesTest()
        : AssociationTestCase("the thirteen numbers of each offer by hand")
    {
    }

    static AssociationSystem System(uint32_t satellites)
    {
        return MakeAssociationSystem(satellites, 2, {20, 8});
    }

    static View LookAt(const AssociationProblem& problem)
    {
        auto state = BeginPlan(problem,
                               {{MakeContact(0, 1, 15),
                                 MakeContact(0, 2, 1),
                                 MakeContact(1, 1, 7),
                                 MakeContact(1, 2, 3),
                                 MakeContact(2, 1, 3),
                                 MakeContact(2, 2, 1)},
                                {MakeContact(2, 1, 3), MakeContact(2, 2, 3, 50, 100)}});
        state.capacity << 10 * ASSOCIATION_UNIT, 4 * ASSOCIATION_UNIT; // half is left
        AssociationTable table(problem, state);
        table.Add({0, 1, 0});
        return Look(AssociationEncoder::OFFERS, problem, state, table, 1, {2});
    }

  private:
    void ExpectOffer(const View& view, uint32_t choice, const std::array<double, 13>& expected)
    {
        for (int f = 0; f < 13; ++f)
        {
            ExpectNear(view.features(1 + choice * 13 + f),
                       expected[f],
                       1e-6,
                       "choice " + std::to_string(choice) + ", number " + std::to_string(f));
        }
    }

    void DoRun() override
    {
        const AssociationProblem problem(System(3));
        const auto view = LookAt(problem);
        NS_TEST_ASSERT_MSG_EQ(view.features.size(), 1 + 6 * 13, "one global number, six blocks");
        ExpectNear(view.features(0), 1, 0, "all slices are left");
        const double xiKappa = 3;
        const auto worth = [=](double left, double units) {
            return 0.7 * units + xiKappa * std::log((left - units) / left);
        };
        // BS1, channel 1: 3 units beside the 4 of satellite 0, who is not disturbed
        const double first = worth(10, 7) - worth(10, 4);
        // BS2, channel 0: 3 / (1 + 1); satellite 0 falls to 15 / (1 + 7)
        const double disturbed = std::log2(2.5);
        const double lost = 4 - std::log2(1 + 15.0 / 8);
        const double second = worth(4, disturbed) - (worth(10, 4) - worth(10, 4 - lost));
        // BS2, channel 1: 2 units
        const double third = worth(4, 2);
        ExpectTrue(first > 0 && second < 0 && third < 0, "BS1 is the only good offer");
        ExpectOffer(view, 0, {1});
        ExpectOffer(view, 1, {});
        ExpectOffer(view, 2, {}); // taken
        // To come: satellite 2 with half of 2 units for BS1, half of 1 for BS2. It would lose 2 - 1
        // if it had to leave BS1; BS2 has a channel for both. On channel 1 BS2 would suffer with
        // one waiting for two channels, BS1 with one for one.
        ExpectOffer(view,
                    3,
                    {0,
                     first / 3.5,
                     3 / 5.,
                     3 / 5.,
                     0,
                     0.5,
                     3 / 7.,
                     1 / 20.,
                     0.5,
                     0.5,
                     0.2,
                     0.5,
                     first / 3.5});
        ExpectOffer(view,
                    4,
                    {0,
                     (second - first) / 3.5,
                     disturbed / 5,
                     2 / 5.,
                     lost / 5,
                     0.5,
                     0.75 / 0.7,
                     0.5 / 8,
                     1,
                     0.5,
                     0,
                     0,
                     second / 3.5});
        ExpectOffer(view,
                    5,
                    {0,
                     (third - first) / 3.5,
                     2 / 5.,
                     2 / 5.,
                     0,
                     0.5,
                     0.75 / 0.7,
                     0.5 / 8,
                     1,
                     0.5,
                     0,
                     1,
                     third / 3.5});
    }
};

class OfferInvarianceTest : public AssociationTestCase
{
  public:
    OfferInvarianceTest()
        : AssociationTestCase("satellites elsewhere change nothing that one sees")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationProblem small(OfferFeaturesTest::System(3));
        const AssociationProblem large(OfferFeaturesTest::System(1584));
        const auto a = OfferFeaturesTest::LookAt(small);
        const auto b = OfferFeaturesTest::LookAt(large);
        ExpectTrue(a.features == b.features, "features");
        ExpectTrue((a.mask == b.mask).all(), "mask");
        const AssociationEncoder encoder(AssociationEncoder::OFFERS);
        NS_TEST_EXPECT_MSG_EQ(encoder.FeatureSize(large), 79, "numbers");
        NS_TEST_EXPECT_MSG_EQ(encoder.Blocks(large) * encoder.BlockSize(), 78, "in blocks");
    }
};

class OfferLimitsTest : public AssociationTestCase
{
  public:
    OfferLimitsTest()
        : AssociationTestCase("offers of nearly full stations stay finite, their price is cut off")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationProblem problem(MakeAssociationSystem(2, 1, {5}));
        auto state = BeginPlan(problem, {{MakeContact(0, 1, 3)}, {}});
        state.capacity(0) = 0.1 * ASSOCIATION_UNIT; // the reserve
        const AssociationTable table(problem, state);
        const auto view = Look(AssociationEncoder::OFFERS, problem, state, table, 0);
        ExpectTrue(view.features.allFinite(), "finite");
        ExpectNear(view.features(1 + 13 + 2), 0, 0, "no room");
        ExpectNear(view.features(1 + 13 + 6), 3, 0, "price");
    }
};

} // namespace

std::vector<TestCase*>
MakeAssociationEncoderTests()
{
    return {new PaperFeaturesTest,
            new MaskTest,
            new DecodeTest,
            new OfferFeaturesTest,
            new OfferInvarianceTest,
            new OfferLimitsTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
