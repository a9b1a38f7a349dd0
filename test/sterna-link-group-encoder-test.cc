/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-tests.h"

#include "ns3/sterna-link-group-encoder.h"

#include <limits>
#include <utility>

/**
 * \file
 * \ingroup sterna
 * Cases of the suite sterna-link-group: systems that are refused, and the encoder.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

constexpr auto STATION = GroundDevice::BASE_STATION;
constexpr auto CELLULAR = GroundDevice::CELLULAR_UE;
constexpr auto DUAL = GroundDevice::DUAL_MODE_UE;
using Embedding = LinkGroupEncoder::Embedding;

/// A system or a cycle that cannot be scheduled is refused; the sentence names the offending value.
class BadInputTest : public LinkGroupTestCase
{
  public:
    BadInputTest()
        : LinkGroupTestCase("impossible systems and demands are refused")
    {
    }

  private:
    void DoRun() override
    {
        const double infinity = std::numeric_limits<double>::infinity();
        ExpectSystem([](auto& s) { s.devices.clear(); }, "number of ground devices K is 0");
        ExpectSystem([](auto& s) { s.transmitters.clear(); }, "transmitters is 0; it must be 1");
        ExpectSystem([](auto& s) { s.transmitters.resize(13, s.transmitters[0]); }, "is 13; it");
        ExpectSystem([](auto& s) { s.transmitters[1].power = -40; }, "power of BS1 is -40 W");
        ExpectSystem([](auto& s) { s.transmitters[0].power = 0; }, "power of LEO1 is 0 W");
        ExpectSystem([](auto& s) { s.transmitters[0].power = NAN; }, "power of LEO1 is nan W");
        ExpectSystem([=](auto& s) { s.transmitters[0].power = infinity; }, "LEO1 is inf W");
        ExpectSystem([](auto& s) { s.c.bandwidth = 0; }, "C band's bandwidth is 0 Hz");
        ExpectSystem([](auto& s) { s.ka.bandwidth = -1; }, "Ka band's bandwidth is -1 Hz");
        ExpectSystem([](auto& s) { s.c.noisePower = 0; }, "C band's noise power is 0 W");
        ExpectSystem([](auto& s) { s.ka.noisePower = NAN; }, "Ka band's noise power is nan W");
        ExpectSystem([](auto& s) { s.ka.sinrThreshold = -1; }, "Ka band's SINR threshold is -1");
        ExpectSystem([](auto& s) { s.slotDuration = 0; }, "10 slots of 0 s is empty");
        ExpectSystem([](auto& s) { s.slotsPerCycle = 0; }, "0 slots of 0.1 s is empty");
        ExpectSystem([](auto& s) { s.airtime = Eigen::ArrayXXd::Constant(3, 2, 0.1); },
                     "airtime has 3 rows and 2 columns; there are 2 transmitters and 3 devices");
        ExpectSystem([](auto& s) { s.airtime = Eigen::ArrayXXd::Constant(2, 3, -0.1); },
                     "airtime of LEO1 to device 0 is -0.1 s");

        ExpectCycle({10, -1, 10}, {0.5, 0.5, 0.5}, 1, "demand of device 1 is -1 Mbit");
        ExpectCycle({0, 0, 0}, {0.5, 0.5, 0.5}, 1, "All devices are absent");
        ExpectCycle({10, 10, NAN}, {0.5, 0.5, 0.5}, 1, "demand of device 2 is nan Mbit");
        ExpectCycle({10, 10, 10}, {0.0, 0.5, 0.5}, 1, "threshold share of device 0 is 0");
        ExpectCycle({10, 10, 10}, {0.5, 1.5, 0.5}, 1, "threshold share of device 1 is 1.5");
        ExpectCycle({10, 10, 10}, {0.5, 0.5, 0.5}, -1, "emphasis on served devices is -1");
        const LinkGroupProblem problem(System());
        ExpectRefused(
            [&] { problem.BeginCycle(Eigen::ArrayXd::Ones(2), Eigen::ArrayXd::Ones(3), 1, {}); },
            "2 demands and 3 threshold shares for 3 devices");
    }

    static LinkGroupSystem System()
    {
        return MakeSystem(1, 1, 0, {STATION, CELLULAR, DUAL});
    }

    template <typename Spoil>
    void ExpectSystem(Spoil spoil, const std::string& text)
    {
        auto system = System();
        spoil(system);
        ExpectRefused([&] { LinkGroupProblem{system}; }, text);
    }

    void ExpectCycle(const Eigen::Array3d& demand,
                     const Eigen::Array3d& epsilon,
                     double emphasis,
                     const std::string& text)
    {
        const LinkGroupProblem problem(System());
        ExpectRefused([&] { problem.BeginCycle(demand, epsilon, emphasis, {}); }, text);
    }
};

/// Sizes: LINK_FEATURE does not grow with the devices (4 + 8 N and 4 N numbers), INDEX has the
/// state (22) and the slot, K (N + 1) + 1 numbers, and a group is one number.
class EncoderSizeTest : public LinkGroupTestCase
{
  public:
    EncoderSizeTest()
        : LinkGroupTestCase("sizes of features and embeddings")
    {
    }

  private:
    void DoRun() override
    {
        const LinkGroupEncoder index(Embedding::INDEX);
        const LinkGroupEncoder feature(Embedding::LINK_FEATURE);
        Draws draws(4);
        for (const uint32_t devices : {1, 7, 400})
        {
            const LinkGroupProblem problem(DrawInstance(draws, 1, 1, 2, devices, 1).system);
            NS_TEST_EXPECT_MSG_EQ(feature.FeatureSize(problem), 4 + 8 * 4, "LINK_FEATURE");
            NS_TEST_EXPECT_MSG_EQ(feature.EmbeddingSize(problem), 4 * 4, "LINK_FEATURE");
            NS_TEST_EXPECT_MSG_EQ(index.FeatureSize(problem), devices * 5 + 1, "INDEX");
            NS_TEST_EXPECT_MSG_EQ(index.EmbeddingSize(problem), 1, "INDEX");
            // What precedes the blocks: 4 numbers of the slot, and the slot alone.
            NS_TEST_EXPECT_MSG_EQ(feature.Blocks(problem), 8, "largest and mean of 4 transmitters");
            NS_TEST_EXPECT_MSG_EQ(feature.BlockSize(problem), 4, "LINK_FEATURE");
            NS_TEST_EXPECT_MSG_EQ(index.Blocks(problem), devices, "one per device");
            NS_TEST_EXPECT_MSG_EQ(index.BlockSize(problem), 5, "delivered, and 4 SNRs");
        }
    }
};

/// What the numbers mean. Expected: hand calculation for one BS and three devices.
class EncoderValueTest : public LinkGroupTestCase
{
  public:
    EncoderValueTest()
        : LinkGroupTestCase("features and embeddings of a state worked out by hand")
    {
    }

  private:
    void DoRun() override
    {
        const LinkGroupProblem problem(MakeSystem(0, 1, 0, {STATION, CELLULAR, CELLULAR}));
        Eigen::ArrayXXd gains = Eigen::ArrayXXd::Zero(1, 3);
        gains(0, 1) = 1e-12 / 40; // over 1e-13 W of noise: 10 dB
        gains(0, 2) = 1e-8 / 40;  // 50 dB
        auto state = problem.BeginCycle(Eigen::Array3d(20, 20, 40),
                                        Eigen::Array3d::Constant(0.5),
                                        1,
                                        LinkGains(gains));
        problem.Account(state, Eigen::Array3d(0, 4, 0));
        for (uint32_t t = 0; t < 3; ++t)
        {
            problem.Account(state, Eigen::Array3d::Zero());
        }
        // Slot 4 of 10; device 1 misses 6 of its 10 Mbit threshold and 16 of its 20 Mbit demand.
        ExpectRow(Embed(problem, state, 1, 3),
                  {2 * 3.0 / 10 - 1,                              // progress
                   1 - 2 / 6.0,                                   // two slots, six are left
                   -1,                                            // not yet
                   2 * std::sqrt(16.0 * 16 - 13 * 13) / 40 - 1}); // gap, of the largest demand
        ExpectRow(Embed(problem, state, 1, 8),
                  {2 * 6.0 / 10 - 1, 1 - 6.0 / 8 / 6, 1, 2 * std::sqrt(256.0 - 64) / 40 - 1});
        ExpectRow(Embed(problem, state, -1, 0), {-1, -1, -1, -1});
        ExpectFeatures(problem, state);

        // Device 1 served: only the gap, from 8 to 5 Mbit, still counts.
        problem.Account(state, Eigen::Array3d(0, 8, 0));
        ExpectRow(Embed(problem, state, 1, 3), {-1, -1, -1, 2 * std::sqrt(64.0 - 25) / 40 - 1});
        // Last slot: 3 of the 20 Mbit of device 2 do not reach the threshold in time, 20 do.
        while (state.slot < 9)
        {
            problem.Account(state, Eigen::Array3d::Zero());
        }
        ExpectNear(Embed(problem, state, 2, 3)(1), -1, 1e-6, "too late");
        ExpectNear(Embed(problem, state, 2, 20)(1), 0, 1e-6, "just in time");
        ExpectNear(Embed(problem, state, 2, 20)(2), 1, 1e-6, "just in time");
        // After the last slot there is no time left; a link that carries nothing completes nothing.
        problem.Account(state, Eigen::Array3d::Zero());
        ExpectNear(Embed(problem, state, 2, 20)(1), -1, 1e-6, "over");
        ExpectRow(Embed(problem, state, 2, 0), {-1, -1, -1, -1});
    }

    static Eigen::RowVectorXf Embed(const LinkGroupProblem& problem,
                                    const LinkGroupProblem::State& state,
                                    int32_t device,
                                    double volume)
    {
        Eigen::RowVectorXf row(4);
        LinkGroupEncoder(Embedding::LINK_FEATURE)
            .Embed(problem, state, ToGroup({device}), {volume}, 0, 1, row);
        return row;
    }

    void ExpectRow(const Eigen::VectorXf& row, const std::vector<double>& expected)
    {
        NS_TEST_EXPECT_MSG_EQ(row.size(), Eigen::Index(expected.size()), "numbers");
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
            ExpectNear(row(i), expected[i], 1e-6, "number " + std::to_string(i));
        }
    }

    void ExpectFeatures(const LinkGroupProblem& problem, const LinkGroupProblem::State& state)
    {
        LinkGroupEncoder::Choices choices(2, 4);
        choices << -1, 0.5, 1, 0, 0, -0.5, -1, 0.25;
        // Missing threshold shares 1, 0.6 and 1. eta_0 9 = (400 + 400 + 1600) / 3 = 800, so idle is
        // 1600; now it is 800 + (400 + 256 + 1600) / 3 = 1552.
        ExpectRow(LinkGroupEncoder(Embedding::LINK_FEATURE).Features(problem, state, choices),
                  {2 * 0.4 - 1,
                   -1,
                   2 * 2.6 / 3 - 1,
                   2 * 1552.0 / 1600 - 1,
                   0, // largest of each column
                   0.5,
                   1,
                   0.25,
                   -0.5, // mean of each column
                   0,
                   0,
                   0.125});
        // Slot; per device the delivered share and the SNR, -20 to 40 dB over the range, or -1 for
        // a link that does not exist.
        ExpectRow(LinkGroupEncoder(Embedding::INDEX).Features(problem, state, choices),
                  {2 * 0.4 - 1, -1, -1, 2 * 0.2 - 1, 0, -1, 1});
        for (const auto& [at, value] : {std::pair{0, -1.0}, {1, -0.5}, {4, 1.0}})
        {
            Eigen::RowVectorXf row(1);
            LinkGroupEncoder(Embedding::INDEX)
                .Embed(problem, state, ToGroup({1}), {3.0}, at, 5, row);
            ExpectNear(row(0), value, 1e-6, "number of a group, -1 to 1");
        }
        Eigen::RowVectorXf row(1);
        LinkGroupEncoder(Embedding::INDEX).Embed(problem, state, ToGroup({-1}), {0.0}, 0, 1, row);
        ExpectNear(row(0), 0, 0, "the only group");
    }
};

/// Whatever the state, all numbers are finite and lie in [-1, 1]: random cycles, every group,
/// links that deliver nothing, and the state after the last slot included.
class EncoderRangeTest : public LinkGroupTestCase
{
  public:
    EncoderRangeTest()
        : LinkGroupTestCase("all features and embeddings lie within -1 and 1")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(5);
        for (uint32_t i = 0; i < 30; ++i)
        {
            auto instance = DrawInstance(draws, 1, 1, 1, draws.Integer(1, 5), 4);
            instance.servedEmphasis = i % 3;
            instance.gains[1].setZero();
            instance.gains[2] *= 1e9;
            const LinkGroupProblem problem(instance.system);
            const auto groups = AllGroups(instance.system);
            const auto now = std::make_shared<uint32_t>(0);
            auto state = instance.Begin(problem, now);
            for (uint32_t t = 0; t <= 4; ++t)
            {
                ExpectInRange(problem, state, groups, Embedding::INDEX);
                ExpectInRange(problem, state, groups, Embedding::LINK_FEATURE);
                Eigen::ArrayXd volumes(problem.Devices());
                for (Eigen::Index k = 0; k < volumes.size(); ++k)
                {
                    volumes(k) = state.demand(k) * std::max(0.0, draws.Uniform(-0.5, 0.7));
                }
                problem.Account(state, volumes);
                *now = t + 1;
            }
        }
    }

    void ExpectInRange(const LinkGroupProblem& problem,
                       const LinkGroupProblem::State& state,
                       const std::vector<Serves>& groups,
                       Embedding embedding)
    {
        const LinkGroupEncoder encoder(embedding);
        LinkGroupEncoder::Choices choices(groups.size(), encoder.EmbeddingSize(problem));
        for (std::size_t g = 0; g < groups.size(); ++g)
        {
            const auto group = ToGroup(groups[g]);
            encoder.Embed(problem,
                          state,
                          group,
                          problem.Deliverable(state, group),
                          g,
                          groups.size(),
                          choices.row(g));
        }
        const auto features = encoder.Features(problem, state, choices);
        const std::string where = " in slot " + std::to_string(state.slot);
        NS_TEST_EXPECT_MSG_EQ(features.size(), encoder.FeatureSize(problem), "size" + where);
        ExpectTrue(choices.allFinite() && features.allFinite(), "all numbers are finite" + where);
        ExpectTrue(choices.cwiseAbs().maxCoeff() <= 1 && features.cwiseAbs().maxCoeff() <= 1,
                   "all numbers lie within -1 and 1" + where);
    }
};

} // namespace

std::vector<TestCase*>
MakeLinkGroupEncoderTests()
{
    return {new BadInputTest, new EncoderSizeTest, new EncoderValueTest, new EncoderRangeTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
