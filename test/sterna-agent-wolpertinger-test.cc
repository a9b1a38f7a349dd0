/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-test.h"
#include "sterna-agent-torch-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/sterna-frozen-policy.h"
#include "ns3/sterna-safetensors.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>

using namespace ns3;
using namespace ns3::sterna;
using namespace ns3::sterna::test;

namespace
{

using Mode = Agent::Mode;

constexpr Eigen::Index FEATURES = 4;

AgentSpaces
EmbeddedSpaces(Eigen::Index embedding = 3)
{
    AgentSpaces spaces;
    spaces.features = FEATURES;
    spaces.embedding = embedding;
    return spaces;
}

AgentSpaces
ContinuousSpaces()
{
    AgentSpaces spaces;
    spaces.features = FEATURES;
    spaces.parameters = 2;
    return spaces;
}

/// A small agent that starts to train after 20 transitions.
Ptr<WolpertingerAgent>
MakeAgent(int64_t stream)
{
    auto agent = CreateObject<WolpertingerAgent>();
    agent->SetAttribute("HiddenLayers", StringValue("16-16"));
    agent->SetAttribute("BatchSize", UintegerValue(16));
    agent->SetAttribute("ReplayCapacity", UintegerValue(100));
    agent->SetAttribute("LearningStarts", UintegerValue(20));
    agent->SetAttribute("TargetCandidates", UintegerValue(6));
    agent->SetAttribute("Neighbours", UintegerValue(4));
    agent->SetAttribute("NormalizeFeatures", BooleanValue(true));
    agent->AssignStreams(stream);
    return agent;
}

/// Features far from mean 0, 5 to 14 choices, some of them masked; never all of them.
Observation
RandomObservation(const AgentSpaces& spaces, Ptr<UniformRandomVariable> uniform)
{
    Observation observation;
    observation.features = 3.0f * RandomMatrix(spaces.features, 1, uniform).array() + 2.0f;
    if (spaces.embedding == 0)
    {
        return observation;
    }
    const auto count = static_cast<Eigen::Index>(uniform->GetInteger(5, 14));
    observation.choices = RandomMatrix(count, spaces.embedding, uniform);
    observation.mask = (RandomMatrix(1, count, uniform).array() > -0.4f);
    observation.mask(0, uniform->GetInteger(0, count - 1)) = true;
    return observation;
}

/// Lets an agent act and learn in a made-up world, which depends on the step and on nothing else.
void
Live(Ptr<Agent> agent, const AgentSpaces& spaces, int begin, int end)
{
    for (int step = begin; step < end; ++step)
    {
        Transition transition;
        transition.observation = RandomObservation(spaces, MakeStream(1000 + step));
        transition.next = RandomObservation(spaces, MakeStream(1001 + step));
        transition.action = agent->Act(transition.observation, Mode::EXPLORE);
        transition.reward =
            spaces.embedding > 0
                ? transition.observation.choices.row(transition.action.choice(0)).sum()
                : transition.action.parameters.sum();
        transition.terminated = step % 10 == 9;
        agent->Learn(transition);
    }
}

std::string
GetCheckpoint(Ptr<Agent> agent, const std::string& path)
{
    agent->SaveCheckpoint(path);
    return ReadBytes(path);
}

/**
 * One state, 60 choices on a plane, and a reward that falls with the squared distance from a point:
 * the best choice is the one nearest to that point, found here by brute force. The agent must find
 * it. It fails if the actor climbs the wrong way, or if the critic learns from the proto-action
 * instead of the executed choice.
 */
class BanditTest : public TestCase
{
  public:
    BanditTest()
        : TestCase("a bandit with embedded choices: the best choice is found")
    {
    }

  private:
    void DoRun() override
    {
        auto agent = CreateObject<WolpertingerAgent>();
        agent->SetAttribute("HiddenLayers", StringValue("32-32"));
        agent->SetAttribute("BatchSize", UintegerValue(64));
        agent->SetAttribute("LearningStarts", UintegerValue(200));
        agent->SetAttribute("Neighbours", UintegerValue(6));
        agent->SetAttribute("NoiseDecaySteps", UintegerValue(1000));
        agent->AssignStreams(7);
        AgentSpaces spaces = EmbeddedSpaces(2);
        spaces.choices = 60;
        agent->Configure(spaces);
        Transition transition;
        transition.observation.features = Eigen::VectorXf::Constant(FEATURES, 0.5f);
        transition.observation.choices = RandomMatrix(60, 2, MakeStream(8));
        transition.next = transition.observation;
        transition.terminated = true;
        const Eigen::VectorXf rewards =
            -(transition.observation.choices.rowwise() - Eigen::RowVector2f(0.6f, -0.5f))
                 .rowwise()
                 .squaredNorm();
        Eigen::Index best = 0;
        rewards.maxCoeff(&best);
        for (int step = 0; step < 1500; ++step)
        {
            transition.action = agent->Act(transition.observation, Mode::EXPLORE);
            transition.reward = rewards[transition.action.choice(0)];
            agent->Learn(transition);
        }
        const Action action = agent->Act(transition.observation, Mode::EXPLOIT);
        NS_TEST_EXPECT_MSG_EQ(action.choice(0), best, "the choice of the largest reward");
    }
};

/**
 * The mapping at its two ends: with as many neighbours as choices it is argmax Q, with one it is
 * the choice nearest to the proto-action. Both are found by brute force, from the saved weights and
 * in double precision.
 */
class MappingTest : public TestCase
{
  public:
    MappingTest()
        : TestCase("k = all is greedy, k = 1 is nearest")
    {
    }

  private:
    void DoRun() override;

    static Eigen::VectorXd Parameters(const Safetensors& file, const std::string& prefix);
};

Eigen::VectorXd
MappingTest::Parameters(const Safetensors& file, const std::string& prefix)
{
    std::vector<double> all;
    for (int layer = 0; layer < 3; ++layer)
    {
        for (const char* part : {".weight", ".bias"})
        {
            const auto& data = file.tensors.at(prefix + "." + std::to_string(layer) + part).data;
            all.insert(all.end(), data.begin(), data.end());
        }
    }
    return Eigen::Map<const Eigen::VectorXd>(all.data(), static_cast<Eigen::Index>(all.size()));
}

void
MappingTest::DoRun()
{
    const std::string path = CreateTempDirFilename("mapping.safetensors");
    const AgentSpaces spaces = EmbeddedSpaces();
    auto uniform = MakeStream(20);
    int different = 0;
    for (const bool greedy : {true, false})
    {
        auto agent = MakeAgent(21);
        agent->SetAttribute("NormalizeFeatures", BooleanValue(false));
        agent->SetAttribute("Neighbours", UintegerValue(greedy ? 1000 : 1));
        agent->Configure(spaces);
        agent->SavePolicy(path, {});
        const Safetensors file = Safetensors::Read(path);
        const Eigen::VectorXd actor = Parameters(file, "actor");
        const Eigen::VectorXd critic = Parameters(file, "critic");
        for (int i = 0; i < 100; ++i)
        {
            const Observation observation = RandomObservation(spaces, uniform);
            const Eigen::VectorXd state = observation.features.cast<double>();
            const Eigen::VectorXd proto = PlainForward({FEATURES, 16, 16, 3}, actor, state, true);
            Eigen::Index best = -1;
            Eigen::Index nearest = -1;
            double largest = 0.0;
            double shortest = 0.0;
            for (Eigen::Index row = 0; row < observation.choices.rows(); ++row)
            {
                if (!observation.mask(0, row))
                {
                    continue;
                }
                const Eigen::VectorXd choice =
                    observation.choices.row(row).transpose().cast<double>();
                Eigen::VectorXd input(FEATURES + 3);
                input << state, choice;
                const double value =
                    PlainForward({FEATURES + 3, 16, 16, 1}, critic, input, false)[0];
                if (best < 0 || value > largest)
                {
                    best = row;
                    largest = value;
                }
                if (nearest < 0 || (choice - proto).norm() < shortest)
                {
                    nearest = row;
                    shortest = (choice - proto).norm();
                }
            }
            different += best != nearest ? 1 : 0;
            NS_TEST_EXPECT_MSG_EQ(agent->Act(observation, Mode::EXPLOIT).choice(0),
                                  (greedy ? best : nearest),
                                  "observation " << i);
        }
    }
    NS_TEST_EXPECT_MSG_GT(different, 100, "the two must differ often for this to prove anything");
}

/**
 * Exploration: uniform before LearningStarts (mean 0, variance 1/3), Gaussian of the given
 * deviation afterwards, always in [-1, 1]. Tolerances are 5 standard errors of 4000 samples:
 * 5 sqrt(1/3 / 4000) = 0.046 of the mean, and 5 / sqrt(2 x 4000) = 5.6 % of the deviation.
 */
class ExplorationTest : public TestCase
{
  public:
    ExplorationTest()
        : TestCase("exploration is uniform first, then Gaussian")
    {
    }

  private:
    void DoRun() override
    {
        const AgentSpaces spaces = ContinuousSpaces();
        const Observation observation = RandomObservation(spaces, MakeStream(30));
        for (const uint32_t starts : {1, 0})
        {
            auto agent = MakeAgent(31);
            agent->SetAttribute("LearningStarts", UintegerValue(starts));
            agent->SetAttribute("NoiseStart", DoubleValue(0.1));
            agent->Configure(spaces);
            const float center =
                starts > 0 ? 0.0f : agent->Act(observation, Mode::EXPLOIT).parameters(0, 0);
            NS_TEST_ASSERT_MSG_LT(std::abs(center), 0.5f, "far enough from the clipping");
            double sum = 0.0;
            double squares = 0.0;
            for (int i = 0; i < 4000; ++i)
            {
                const float value = agent->Act(observation, Mode::EXPLORE).parameters(0, 0);
                NS_TEST_ASSERT_MSG_LT_OR_EQ(std::abs(value), 1.0f, "in range");
                sum += value - center;
                squares += std::pow(value - center, 2);
            }
            const double expected = starts > 0 ? std::sqrt(1.0 / 3.0) : 0.1;
            NS_TEST_EXPECT_MSG_EQ_TOL(sum / 4000, 0.0, 0.08 * expected, "mean");
            NS_TEST_EXPECT_MSG_EQ_TOL(std::sqrt(squares / 4000),
                                      expected,
                                      0.056 * expected,
                                      "standard deviation");
        }
    }
};

/**
 * Training is reproducible: the same stream gives the same checkpoint byte for byte, another stream
 * another one; and a run that was interrupted, saved and resumed in a fresh agent ends with the
 * bytes of the run that was not. It fails if anything that matters is not in the checkpoint.
 */
class ReproducibilityTest : public TestCase
{
  public:
    ReproducibilityTest(const AgentSpaces& spaces, const std::string& name)
        : TestCase("same streams, same bytes; a resumed run equals one in a piece: " + name),
          m_spaces(spaces)
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("checkpoint");
        const auto make = [this](int64_t stream) {
            auto agent = MakeAgent(stream);
            agent->Configure(m_spaces);
            return agent;
        };
        auto first = make(40);
        Live(first, m_spaces, 0, 150);
        const std::string middle = GetCheckpoint(first, path);
        auto resumed = make(999);
        resumed->LoadCheckpoint(path);
        NS_TEST_EXPECT_MSG_EQ((GetCheckpoint(resumed, path) == middle), true, "as it was saved");
        Live(first, m_spaces, 150, 250);
        Live(resumed, m_spaces, 150, 250);
        const std::string end = GetCheckpoint(first, path);
        NS_TEST_EXPECT_MSG_EQ((GetCheckpoint(resumed, path) == end), true, "resumed");
        NS_TEST_EXPECT_MSG_EQ((middle == end), false, "something was learned in between");
        auto again = make(40);
        Live(again, m_spaces, 0, 250);
        NS_TEST_EXPECT_MSG_EQ((GetCheckpoint(again, path) == end), true, "same stream");
        auto other = make(41);
        Live(other, m_spaces, 0, 250);
        NS_TEST_EXPECT_MSG_EQ((GetCheckpoint(other, path) == end), false, "another stream");
    }

    AgentSpaces m_spaces;
};

/**
 * A saved policy, read by FrozenPolicy, decides as the agent does. The file's own example, which
 * LibTorch computed, is checked by FrozenPolicy when it is read.
 */
class SavedPolicyTest : public TestCase
{
  public:
    SavedPolicyTest(const AgentSpaces& spaces, const std::string& name)
        : TestCase("a saved policy decides as the agent: " + name),
          m_spaces(spaces)
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("policy.safetensors");
        auto agent = MakeAgent(50);
        agent->Configure(m_spaces);
        Live(agent, m_spaces, 0, 100);
        agent->SavePolicy(path, {{"training.seed", "50"}});
        auto frozen = CreateObject<FrozenPolicy>();
        frozen->SetAttribute("Policy", StringValue(path));
        frozen->Configure(m_spaces);
        NS_TEST_EXPECT_MSG_EQ(frozen->GetMetadata().at("training.seed"), "50", "metadata");
        const Safetensors file = Safetensors::Read(path);
        NS_TEST_EXPECT_MSG_EQ(file.tensors.count("example.output"), 1, "the example is there");
        NS_TEST_EXPECT_MSG_EQ(file.tensors.count("normalizer.mean"), 1, "the normaliser is there");
        auto uniform = MakeStream(51);
        for (int i = 0; i < 200; ++i)
        {
            const Observation observation = RandomObservation(m_spaces, uniform);
            const Action expected = agent->Act(observation, Mode::EXPLOIT);
            const Action actual = frozen->Act(observation, Mode::EXPLOIT);
            NS_TEST_EXPECT_MSG_EQ(actual.choice(0), expected.choice(0), "choice " << i);
            NS_TEST_EXPECT_MSG_EQ((actual.parameters == expected.parameters),
                                  true,
                                  "parameters " << i);
        }
    }

    AgentSpaces m_spaces;
};

/// What the agent refuses, and that a checkpoint that does not fit leaves it as it was.
class RefusalTest : public TestCase
{
  public:
    RefusalTest()
        : TestCase("bad input is refused in a clear sentence")
    {
    }

  private:
    void DoRun() override;

    void Expect(const std::string& sentence, const std::string& part)
    {
        NS_TEST_EXPECT_MSG_EQ(Contains(sentence, part), true, "'" << sentence << "'");
    }

    /// The sentence for a transition that `spoil` has made unusable.
    template <typename Spoil>
    static std::string Refusal(Ptr<Agent> agent, Spoil spoil)
    {
        Transition transition;
        transition.observation = RandomObservation(EmbeddedSpaces(), MakeStream(60));
        transition.next = transition.observation;
        transition.action.choice = Eigen::VectorXi::Zero(1);
        spoil(transition);
        return GetRefusal([&] { agent->Learn(transition); });
    }
};

void
RefusalTest::DoRun()
{
    const auto configure = [](AgentSpaces spaces, const std::string& layers) {
        auto agent = MakeAgent(61);
        agent->SetAttribute("HiddenLayers", StringValue(layers));
        return GetRefusal([&] { agent->Configure(spaces); });
    };
    AgentSpaces both = EmbeddedSpaces();
    both.parameters = 1;
    Expect(configure(both, "8"), "3 embedding columns and 1 parameters");
    AgentSpaces pair = EmbeddedSpaces();
    pair.actors = 2;
    Expect(configure(pair, "8"), "not for 2");
    for (const char* layers : {"64-", "", "64x", "-64", "0", "64--64", "99999999999999999999"})
    {
        Expect(configure(EmbeddedSpaces(), layers), "\"" + std::string(layers) + "\"");
    }
    auto agent = MakeAgent(62);
    Expect(GetRefusal([&] { agent->SavePolicy("x", {}); }), "before Configure()");
    agent->Configure(EmbeddedSpaces());
    Expect(Refusal(agent, [](Transition& t) { t.action.choice(0) = 77; }), "77");
    Expect(Refusal(agent, [](Transition& t) { t.action.choice(0) = -1; }), "-1");
    Expect(Refusal(agent, [](Transition& t) { t.reward = std::nanf(""); }), "not finite");
    Expect(Refusal(agent, [](Transition& t) { t.next.features(1) = INFINITY; }), "not finite");
    Expect(Refusal(agent, [](Transition& t) { t.next.choices(2, 1) = 1.5f; }), "1.5");
    Expect(Refusal(agent, [](Transition& t) { t.observation.features.resize(9); }), "9");
    NS_TEST_EXPECT_MSG_EQ(Refusal(agent, [](Transition&) {}), "", "a good one passes");

    Observation nothing = RandomObservation(EmbeddedSpaces(), MakeStream(63));
    nothing.mask.setConstant(false);
    Observation broken = RandomObservation(EmbeddedSpaces(), MakeStream(64));
    broken.features(0) = std::nanf("");
    agent->SetAttribute("LearningStarts", UintegerValue(0));
    for (const Mode mode : {Mode::EXPLORE, Mode::EXPLOIT})
    {
        NS_TEST_EXPECT_MSG_EQ(agent->Act(nothing, mode).choice(0), -1, "nothing is valid");
        NS_TEST_EXPECT_MSG_EQ(agent->Act(broken, mode).choice(0), -1, "NaN decides");
    }

    const std::string path = CreateTempDirFilename("refused");
    const std::string before = GetCheckpoint(agent, path);
    auto other = MakeAgent(65);
    other->Configure(EmbeddedSpaces(5));
    other->SaveCheckpoint(path);
    Expect(GetRefusal([&] { agent->LoadCheckpoint(path); }), path);
    agent->SavePolicy(path, {});
    Expect(GetRefusal([&] { agent->LoadCheckpoint(path); }), "sterna.checkpoint");
    Expect(GetRefusal([&] { agent->LoadCheckpoint(path + "-missing"); }), "-missing");
    NS_TEST_EXPECT_MSG_EQ((GetCheckpoint(agent, path) == before), true, "as it was before");
}

} // namespace

std::vector<TestCase*>
ns3::sterna::test::MakeWolpertingerTests()
{
    return {new BanditTest,
            new MappingTest,
            new ExplorationTest,
            new ReproducibilityTest(EmbeddedSpaces(), "embedded choices"),
            new ReproducibilityTest(ContinuousSpaces(), "parameters"),
            new SavedPolicyTest(EmbeddedSpaces(), "embedded choices"),
            new SavedPolicyTest(ContinuousSpaces(), "parameters"),
            new RefusalTest};
}
