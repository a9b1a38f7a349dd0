/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-torch-test.h"

#include "ns3/sterna-actor-critic.h"
#include "ns3/sterna-candidate-memory.h"
#include "ns3/sterna-feature-normalizer.h"
#include "ns3/sterna-wolpertinger-learner.h"

#include <cmath>
#include <functional>
#include <map>

using namespace ns3;
using namespace ns3::sterna;
using namespace ns3::sterna::test;

namespace
{

using Copy = ActorCritic::Copy;

/**
 * LibTorch's gradients of both losses, against central differences of a plain double-precision
 * implementation of the same losses. It fails if the views are laid out wrongly, if the critic's
 * loss has the sign of the paper's eq. (24), or if a part of the network is cut off from autograd.
 */
class GradientTest : public TestCase
{
  public:
    GradientTest()
        : TestCase("gradients of actor and critic equal finite differences")
    {
    }

  private:
    static constexpr Eigen::Index FEATURES = 3;
    static constexpr Eigen::Index ACTION = 2;
    static constexpr Eigen::Index BATCH = 6;

    void DoRun() override;

    /// d loss / d parameters by central differences.
    static Eigen::VectorXd Differences(const std::function<double(const Eigen::VectorXd&)>& loss,
                                       const Eigen::VectorXd& at);
    void CheckEqual(const Eigen::VectorXf& actual, const Eigen::VectorXd& expected);
};

Eigen::VectorXd
GradientTest::Differences(const std::function<double(const Eigen::VectorXd&)>& loss,
                          const Eigen::VectorXd& at)
{
    const double step = 1e-6;
    Eigen::VectorXd gradient(at.size());
    for (Eigen::Index i = 0; i < at.size(); ++i)
    {
        Eigen::VectorXd moved = at;
        moved[i] = at[i] + step;
        const double above = loss(moved);
        moved[i] = at[i] - step;
        gradient[i] = (above - loss(moved)) / (2.0 * step);
    }
    return gradient;
}

void
GradientTest::CheckEqual(const Eigen::VectorXf& actual, const Eigen::VectorXd& expected)
{
    NS_TEST_ASSERT_MSG_EQ(actual.size(), expected.size(), "number of parameters");
    NS_TEST_EXPECT_MSG_GT(expected.norm(), 1e-3, "a gradient of 0 would prove nothing");
    for (Eigen::Index i = 0; i < actual.size(); ++i)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(actual[i], expected[i], 2e-6, "derivative " << i);
    }
}

void
GradientTest::DoRun()
{
    ActorCriticSettings settings;
    settings.features = FEATURES;
    settings.action = ACTION;
    settings.hidden = {7, 5};
    ActorCritic networks(settings);
    networks.Initialize(MakeStream(1));
    auto uniform = MakeStream(2);
    const RowMatrixXf features = RandomMatrix(BATCH, FEATURES, uniform);
    const RowMatrixXf actions = RandomMatrix(BATCH, ACTION, uniform);
    const Eigen::VectorXf targets = RandomMatrix(BATCH, 1, uniform).col(0);
    const std::vector<Eigen::Index> actorWidths{FEATURES, 7, 5, ACTION};
    const std::vector<Eigen::Index> criticWidths{FEATURES + ACTION, 7, 5, 1};
    const Eigen::VectorXd actor = networks.GetActor(Copy::ONLINE).GetParameters().cast<double>();
    const Eigen::VectorXd critic = networks.GetCritic(Copy::ONLINE).GetParameters().cast<double>();
    const auto value =
        [&](const Eigen::VectorXd& parameters, Eigen::Index i, const Eigen::VectorXd& action) {
            Eigen::VectorXd input(FEATURES + ACTION);
            input << features.row(i).transpose().cast<double>(), action;
            return PlainForward(criticWidths, parameters, input, false)[0];
        };
    const auto criticLoss = [&](const Eigen::VectorXd& parameters) {
        double sum = 0.0;
        for (Eigen::Index i = 0; i < BATCH; ++i)
        {
            const Eigen::VectorXd action = actions.row(i).transpose().cast<double>();
            sum += std::pow(value(parameters, i, action) - targets[i], 2);
        }
        return sum / BATCH;
    };
    const auto actorLoss = [&](const Eigen::VectorXd& parameters) {
        double sum = 0.0;
        for (Eigen::Index i = 0; i < BATCH; ++i)
        {
            const Eigen::VectorXd state = features.row(i).transpose().cast<double>();
            sum -= value(critic, i, PlainForward(actorWidths, parameters, state, true));
        }
        return sum / BATCH;
    };
    Eigen::VectorXf gradient;
    const double ofCritic = networks.CriticGradient(features, actions, targets, gradient);
    NS_TEST_EXPECT_MSG_EQ_TOL(ofCritic, criticLoss(critic), 1e-6, "loss of the critic");
    CheckEqual(gradient, Differences(criticLoss, critic));
    const double ofActor = networks.ActorGradient(features, gradient);
    NS_TEST_EXPECT_MSG_EQ_TOL(ofActor, actorLoss(actor), 1e-6, "loss of the actor");
    CheckEqual(gradient, Differences(actorLoss, actor));

    // The actor's step must leave the critic alone, and the critic's step the actor.
    networks.TrainActor(features);
    NS_TEST_EXPECT_MSG_EQ(
        (networks.GetCritic(Copy::ONLINE).GetParameters().cast<double>() == critic),
        true,
        "the critic is frozen in the actor's step");
    const Eigen::VectorXf moved = networks.GetActor(Copy::ONLINE).GetParameters();
    NS_TEST_EXPECT_MSG_EQ((moved.cast<double>() == actor), false, "the actor moves");
    networks.TrainCritic(features, actions, targets);
    NS_TEST_EXPECT_MSG_EQ((networks.GetActor(Copy::ONLINE).GetParameters() == moved),
                          true,
                          "the actor stays in the critic's step");
}

/**
 * LibTorch and Eigen give the same outputs from the same memory, also where LibTorch shares the
 * features' part of the first layer between the actions of one state.
 */
class SharedMemoryTest : public TestCase
{
  public:
    SharedMemoryTest()
        : TestCase("LibTorch and Eigen compute the same network")
    {
    }

  private:
    void DoRun() override
    {
        ActorCriticSettings settings;
        settings.features = 5;
        settings.action = 3;
        settings.hidden = {16, 8};
        ActorCritic networks(settings);
        networks.Initialize(MakeStream(3));
        auto uniform = MakeStream(4);
        const RowMatrixXf features = RandomMatrix(2, 5, uniform);
        const RowMatrixXf actions = RandomMatrix(3, 3, uniform);
        const std::vector<Eigen::Index> owners{0, 1, 1};
        for (const Copy copy : {Copy::ONLINE, Copy::TARGET})
        {
            const RowMatrixXf acted = networks.Actions(copy, features);
            const Eigen::VectorXf values = networks.Values(copy, features, actions, owners);
            for (Eigen::Index i = 0; i < 3; ++i)
            {
                Eigen::VectorXd input(8);
                input << features.row(owners[i]).transpose().cast<double>(),
                    actions.row(i).transpose().cast<double>();
                const Eigen::VectorXd critic =
                    networks.GetCritic(copy).GetParameters().cast<double>();
                NS_TEST_EXPECT_MSG_EQ_TOL(values[i],
                                          PlainForward({8, 16, 8, 1}, critic, input, false)[0],
                                          1e-6,
                                          "value " << i);
            }
            const Eigen::VectorXd actor = networks.GetActor(copy).GetParameters().cast<double>();
            const Eigen::VectorXd state = features.row(1).transpose().cast<double>();
            const Eigen::VectorXd expected = PlainForward({5, 16, 8, 3}, actor, state, true);
            NS_TEST_EXPECT_MSG_LT((acted.row(1).transpose().cast<double>() - expected).norm(),
                                  1e-6,
                                  "action");
        }
    }
};

/**
 * The target of the critic, on networks small enough to follow by hand. All online weights are 0,
 * so that Q(s, a) = 0, the actor's proto-action is tanh 0 = 0, and the loss of a batch of one is
 * the target squared. The target critic is Q'(s, a) = 3 max(0, s + 2 a + 0.5) - 1, the next state
 * s' = 0.25, the discount 0.5, the reward 2 and its scale 0.5. So
 *
 *     Q'(a = -0.5) = -1    Q'(0) = 1.25    Q'(0.1) = 1.85    Q'(0.2) = 2.45    Q'(0.9) = 6.65
 */
class TargetTest : public TestCase
{
  public:
    TargetTest()
        : TestCase("targets of the critic equal hand calculation")
    {
    }

  private:
    /// How the next state is, and what is done about it.
    struct Situation
    {
        Eigen::Index neighbours;
        std::vector<Eigen::Index> valid;
        bool ranks{true};
        bool terminated{false};
    };

    static double Target(const Situation& situation);
    void DoRun() override;
};

double
TargetTest::Target(const Situation& situation)
{
    WolpertingerSettings settings;
    settings.networks.features = 1;
    settings.networks.action = 1;
    settings.networks.hidden = {1};
    settings.replayCapacity = 4;
    settings.batchSize = 1;
    settings.discount = 0.5;
    settings.rewardScale = 0.5;
    settings.ranksNextChoices = situation.ranks;
    settings.neighbours = situation.neighbours;
    WolpertingerLearner learner(settings);
    learner.GetNetworks().GetCritic(Copy::TARGET).GetParameters() << 1.0f, 2.0f, 0.5f, 3.0f, -1.0f;
    RowMatrixXf choices(4, 1);
    choices << -0.5f, 0.1f, 0.2f, 0.9f;
    learner.Add(Eigen::VectorXf::Constant(1, 0.7f),
                Eigen::VectorXf::Constant(1, -0.3f),
                2.0f,
                Eigen::VectorXf::Constant(1, 0.25f),
                choices,
                situation.valid,
                situation.terminated);
    return std::sqrt(learner.Train().critic);
}

void
TargetTest::DoRun()
{
    // Next choices are kept with 16 bits: 1 / 65534 off at most, times 0.5 x 3 x 2.
    const double tolerance = 1e-4;
    const std::vector<Eigen::Index> all{0, 1, 2, 3};
    NS_TEST_EXPECT_MSG_EQ_TOL(Target({2, all}), 1 + 0.5 * 2.45, tolerance, "k = 2: 0.1 and 0.2");
    NS_TEST_EXPECT_MSG_EQ_TOL(Target({1, all}), 1 + 0.5 * 1.85, tolerance, "k = 1: 0.1");
    NS_TEST_EXPECT_MSG_EQ_TOL(Target({3, {0, 1, 2}}),
                              1 + 0.5 * 2.45,
                              tolerance,
                              "k = 3: the largest value, not that of the farthest, -0.5");
    NS_TEST_EXPECT_MSG_EQ_TOL(Target({9, all}), 1 + 0.5 * 6.65, tolerance, "k > 4: all");
    NS_TEST_EXPECT_MSG_EQ_TOL(Target({1, {0, 3}}), 1 - 0.5, tolerance, "0.1 and 0.2 are invalid");
    NS_TEST_EXPECT_MSG_EQ_TOL(Target({2, {}}), 1 + 0.5 * 1.25, tolerance, "none: proto-action");
    NS_TEST_EXPECT_MSG_EQ_TOL(Target({2, all, false}), 1 + 0.5 * 1.25, tolerance, "proto-action");
    NS_TEST_EXPECT_MSG_EQ_TOL(Target({2, all, true, true}), 1.0, tolerance, "termination");
}

/// Targets follow their networks by tau: hand calculation, 2 + 0.25 (6 - 2) = 3.
class PolyakTest : public TestCase
{
  public:
    PolyakTest()
        : TestCase("target networks follow by tau")
    {
    }

  private:
    void DoRun() override
    {
        ActorCriticSettings settings;
        settings.features = 1;
        settings.action = 1;
        settings.hidden = {1};
        settings.tau = 0.25;
        ActorCritic networks(settings);
        networks.GetActor(Copy::ONLINE).GetParameters().setConstant(6.0f);
        networks.GetActor(Copy::TARGET).GetParameters().setConstant(2.0f);
        networks.UpdateTargets();
        NS_TEST_EXPECT_MSG_EQ_TOL(networks.GetActor(Copy::TARGET).GetParameters()[1],
                                  3.0f,
                                  1e-6f,
                                  "target");
        NS_TEST_EXPECT_MSG_EQ(networks.GetActor(Copy::ONLINE).GetParameters()[1],
                              6.0f,
                              "the network itself stays");
    }
};

/**
 * Of too many next choices every subset is equally likely: of 6 pairs among 4, 6000 draws give each
 * 1000 times, with a standard deviation of sqrt(6000 x 1/6 x 5/6) = 28.9; 5 of them are allowed.
 */
class CandidateTest : public TestCase
{
  public:
    CandidateTest()
        : TestCase("a random subset of the next choices is kept")
    {
    }

  private:
    void DoRun() override
    {
        CandidateMemory memory(2, 1, 2);
        Generator generator;
        generator.Seed(MakeStream(5));
        RowMatrixXf choices(5, 1);
        choices << -1.0f, -0.5f, 0.25f, 0.75f, 1.0f;
        RowMatrixXf kept;
        std::map<std::pair<int, int>, int> counts;
        for (int draw = 0; draw < 6000; ++draw)
        {
            memory.Set(1, choices, {0, 1, 3, 4}, generator);
            NS_TEST_ASSERT_MSG_EQ(memory.Get(1, kept), 4, "how many were offered");
            NS_TEST_ASSERT_MSG_EQ(kept.rows(), 2, "how many are kept");
            ++counts[{std::lround(kept(0, 0) * 100), std::lround(kept(1, 0) * 100)}];
        }
        NS_TEST_EXPECT_MSG_EQ(counts.size(), 6, "4 over 2 pairs");
        for (const auto& [pair, count] : counts)
        {
            NS_TEST_EXPECT_MSG_LT(pair.first, pair.second, "in the order they had");
            NS_TEST_EXPECT_MSG_EQ_TOL(count, 1000, 145, "pair " << pair.first);
        }
        memory.Set(1, choices, {2}, generator);
        NS_TEST_EXPECT_MSG_EQ(memory.Get(1, kept), 1, "offered");
        NS_TEST_EXPECT_MSG_EQ_TOL(kept(0, 0), 0.25, 1.0 / 65534, "16 bits per coordinate");
    }
};

/// Running mean and deviation against the closed form for 1, 2, ..., 5: mean 3, variance 2.
class NormalizerTest : public TestCase
{
  public:
    NormalizerTest()
        : TestCase("features are normalised by their running mean and deviation")
    {
    }

  private:
    void DoRun() override
    {
        FeatureNormalizer normalizer(2);
        for (int i = 1; i <= 5; ++i)
        {
            normalizer.Update(Eigen::Vector2f(static_cast<float>(i), 7.0f));
        }
        Eigen::VectorXf out;
        normalizer.Apply(Eigen::Vector2f(5.0f, 7.0f), out);
        NS_TEST_EXPECT_MSG_EQ_TOL(out[0], 2.0 / std::sqrt(2.0), 1e-6, "(5 - 3) / sqrt 2");
        NS_TEST_EXPECT_MSG_EQ_TOL(out[1], 0.0, 1e-6, "a constant feature is 0");
        RowMatrixXf batch(1, 2);
        batch << -100.0f, 8.0f;
        normalizer.ApplyBatch(batch);
        NS_TEST_EXPECT_MSG_EQ(batch(0, 0), -10.0f, "clipped");
        NS_TEST_EXPECT_MSG_EQ(batch(0, 1), 10.0f, "clipped");
        normalizer.Apply(Eigen::Vector2f(std::nanf(""), 7.0f), out);
        NS_TEST_EXPECT_MSG_EQ(std::isnan(out[0]), true, "NaN stays NaN");
    }
};

} // namespace

std::vector<TestCase*>
ns3::sterna::test::MakeActorCriticTests()
{
    return {new GradientTest,
            new SharedMemoryTest,
            new TargetTest,
            new PolyakTest,
            new CandidateTest,
            new NormalizerTest};
}
