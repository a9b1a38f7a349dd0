/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-test.h"

#include "ns3/sterna-frozen-policy.h"
#include "ns3/string.h"

#include <cmath>
#include <limits>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

constexpr auto EXPLOIT = Agent::Mode::EXPLOIT;

/// The metadata every policy has.
std::map<std::string, std::string>
MakeMetadata(const std::string& kind, const AgentSpaces& spaces)
{
    return {{"sterna.kind", kind},
            {"sterna.features", std::to_string(spaces.features)},
            {"sterna.choices", std::to_string(spaces.choices)},
            {"sterna.embedding", std::to_string(spaces.embedding)},
            {"sterna.parameters", std::to_string(spaces.parameters)},
            {"sterna.activation", "relu"},
            {"sterna.agent", "by hand"}};
}

/// One feature, two choices of value x and 2 - x, and one of value 1.
Safetensors
MakeQ()
{
    Safetensors file;
    AgentSpaces spaces;
    spaces.features = 1;
    spaces.choices = 3;
    file.metadata = MakeMetadata("q", spaces);
    file.tensors["q.0.weight"] = {{3, 1}, {1, -1, 0}};
    file.tensors["q.0.bias"] = {{3}, {0, 2, 1}};
    return file;
}

AgentSpaces
GetQSpaces()
{
    AgentSpaces spaces;
    spaces.features = 1;
    spaces.choices = 3;
    return spaces;
}

/// Writes the file and configures a policy that reads it.
Ptr<FrozenPolicy>
Load(const Safetensors& file, const std::string& path, const AgentSpaces& spaces)
{
    file.Write(path);
    auto policy = CreateObject<FrozenPolicy>();
    policy->SetAttribute("Policy", StringValue(path));
    policy->Configure(spaces);
    return policy;
}

Observation
Observe(float feature)
{
    Observation observation;
    observation.features = Eigen::VectorXf::Constant(1, feature);
    return observation;
}

/**
 * Kind `q`: the values x, 2 - x and 1, so choice 0 wins above 1, choice 1 below; at 1 all are equal
 * and the first wins. Masks, NaN, the normaliser (5 - 3) / 0.5 = 4, and its limit of 10.
 */
class FrozenQTest : public TestCase
{
  public:
    FrozenQTest()
        : TestCase("A frozen policy of values decides as by hand")
    {
    }

  private:
    void DoRun() override
    {
        Safetensors file = MakeQ();
        const std::string path = CreateTempDirFilename("q.safetensors");
        const auto policy = Load(file, path, GetQSpaces());
        const auto act = [&policy](const Observation& observation) {
            return policy->Act(observation, EXPLOIT).choice[0];
        };
        NS_TEST_EXPECT_MSG_EQ(act(Observe(3)), 0, "3 > 1 > -1");
        NS_TEST_EXPECT_MSG_EQ(act(Observe(-3)), 1, "5 > 1 > -3");
        NS_TEST_EXPECT_MSG_EQ(act(Observe(1)), 0, "1 = 1 = 1");
        NS_TEST_EXPECT_MSG_EQ(act(Observe(std::nanf(""))), -1, "NaN");
        Observation masked = Observe(3);
        masked.mask.resize(1, 3);
        masked.mask << false, true, true;
        NS_TEST_EXPECT_MSG_EQ(act(masked), 2, "1 > -1");
        masked.mask << false, false, false;
        NS_TEST_EXPECT_MSG_EQ(act(masked), -1, "no choice is valid");
        NS_TEST_EXPECT_MSG_EQ(policy->GetMetadata().at("sterna.agent"), "by hand", "metadata");
        CheckNormalizer(file, path);
    }

    void CheckNormalizer(Safetensors& file, const std::string& path)
    {
        file.tensors["normalizer.mean"] = {{1}, {3}};
        file.tensors["normalizer.scale"] = {{1}, {0.5f}};
        const auto policy = Load(file, path, GetQSpaces());
        const auto value = [&policy](float x) {
            return policy->Evaluate(Eigen::VectorXf::Constant(1, x), RowMatrixXf())[0];
        };
        NS_TEST_EXPECT_MSG_EQ(value(5), 4, "(5 - 3) / 0.5");
        NS_TEST_EXPECT_MSG_EQ(value(100), 10, "limited above");
        NS_TEST_EXPECT_MSG_EQ(value(-100), -10, "limited below");
        NS_TEST_EXPECT_MSG_EQ(policy->Act(Observe(std::nanf("")), EXPLOIT).choice[0], -1, "NaN");
        file.tensors["normalizer.scale"] = {{1}, {0}};
        const std::string refusal = GetRefusal([&]() { Load(file, path, GetQSpaces()); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "'normalizer.scale'"), true, refusal);
    }
};

/// Kind `actor`: tanh(0.5 * 1 + 0.25) = 0.63514895 and tanh(-1) = -0.76159416 (tables of tanh).
class FrozenActorTest : public TestCase
{
  public:
    FrozenActorTest()
        : TestCase("A frozen actor gives its parameters")
    {
    }

  private:
    void DoRun() override
    {
        AgentSpaces spaces;
        spaces.features = 1;
        spaces.parameters = 2;
        Safetensors file;
        file.metadata = MakeMetadata("actor", spaces);
        file.tensors["actor.0.weight"] = {{2, 1}, {0.5f, -1}};
        file.tensors["actor.0.bias"] = {{2}, {0.25f, 0}};
        const auto policy = Load(file, CreateTempDirFilename("actor.safetensors"), spaces);
        const Action action = policy->Act(Observe(1), EXPLOIT);
        NS_TEST_ASSERT_MSG_EQ(action.parameters.cols(), 2, "1 x parameters");
        NS_TEST_EXPECT_MSG_EQ(action.choice[0], 0, "no choice to make");
        NS_TEST_EXPECT_MSG_EQ_TOL(action.parameters(0, 0), 0.63514895, 1e-6, "tanh 0.75");
        NS_TEST_EXPECT_MSG_EQ_TOL(action.parameters(0, 1), -0.76159416, 1e-6, "tanh -1");
    }
};

/**
 * Kind `wolpertinger`, small enough to do by hand. One feature x, proto-action tanh(x); critic
 * 3 x - 2 e over the embedding e. Choices at -0.9, -0.1, 0.1, 0.3, 0.9; at x = 0 the proto-action
 * is 0, the three nearest rows are 1, 2 (equally far) and 3, with the values 0.2, -0.2 and -0.6.
 */
class FrozenWolpertingerTest : public TestCase
{
  public:
    FrozenWolpertingerTest()
        : TestCase("A frozen Wolpertinger policy decides as by hand")
    {
    }

  private:
    static Safetensors Make(int neighbours)
    {
        Safetensors file;
        AgentSpaces spaces;
        spaces.features = 1;
        spaces.embedding = 1;
        file.metadata = MakeMetadata("wolpertinger", spaces);
        file.metadata["sterna.neighbours"] = std::to_string(neighbours);
        file.tensors["actor.0.weight"] = {{1, 1}, {1}};
        file.tensors["actor.0.bias"] = {{1}, {0}};
        file.tensors["critic.0.weight"] = {{1, 2}, {3, -2}};
        file.tensors["critic.0.bias"] = {{1}, {0}};
        return file;
    }

    void DoRun() override
    {
        m_path = CreateTempDirFilename("wolpertinger.safetensors");
        m_spaces.features = 1;
        m_spaces.embedding = 1;
        Observation observation = Observe(0);
        observation.choices.resize(5, 1);
        observation.choices << -0.9f, -0.1f, 0.1f, 0.3f, 0.9f;
        NS_TEST_EXPECT_MSG_EQ(Act(3, observation), 1, "0.2 beats -0.2 and -0.6");
        NS_TEST_EXPECT_MSG_EQ(Act(5, observation), 0, "of all, -0.9 is best");
        NS_TEST_EXPECT_MSG_EQ(Act(9, observation), 0, "more neighbours than choices");
        NS_TEST_EXPECT_MSG_EQ(Act(1, observation), 1, "of equally near ones the lower index");
        observation.features[0] = 1; // tanh 1 = 0.76: nearest are 4 (0.9) and 3 (0.3)
        NS_TEST_EXPECT_MSG_EQ(Act(1, observation), 4, "the nearest alone");
        NS_TEST_EXPECT_MSG_EQ(Act(2, observation), 3, "2.4 beats 1.2");
        observation.mask.resize(1, 5);
        observation.mask << true, true, true, false, true;
        NS_TEST_EXPECT_MSG_EQ(Act(2, observation), 2, "3 is not valid: 2.8 beats 1.2");
        observation.mask.setConstant(false);
        NS_TEST_EXPECT_MSG_EQ(Act(2, observation), -1, "none is valid");
        observation.mask.setConstant(true);
        observation.features[0] = std::nanf("");
        NS_TEST_EXPECT_MSG_EQ(Act(2, observation), -1, "NaN");
        CheckExample();
        const std::string refusal = GetRefusal([&]() { Load(Make(0), m_path, m_spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "0 neighbours"), true, refusal);
    }

    int Act(int neighbours, const Observation& observation)
    {
        return Load(Make(neighbours), m_path, m_spaces)->Act(observation, EXPLOIT).choice[0];
    }

    /// Proto-action tanh 1 = 0.76159416, then 3 - 2 * 0.5 = 2 and 3 + 2 * 0.5 = 4.
    void CheckExample()
    {
        Safetensors file = Make(1);
        file.tensors["example.features"] = {{1}, {1}};
        file.tensors["example.choices"] = {{2, 1}, {0.5f, -0.5f}};
        file.tensors["example.output"] = {{3}, {0.76159416f, 2, 4}};
        const auto refusal = [&]() { return GetRefusal([&]() { Load(file, m_path, m_spaces); }); };
        NS_TEST_EXPECT_MSG_EQ(refusal(), "", "the example fits");
        file.tensors["example.output"].data[2] = 4.001f;
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal(), "4.001"), true, "a missed value: " << refusal());
        file.tensors["example.output"] = {{0}, {}};
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal(), "example."), true, "too short: " << refusal());
    }

    std::string m_path;
    AgentSpaces m_spaces;
};

/// A policy that does not fit is refused with what it has and what is needed.
class FrozenRefusalTest : public TestCase
{
  public:
    FrozenRefusalTest()
        : TestCase("Policies that do not fit are refused")
    {
    }

  private:
    void Expect(const Safetensors& file, const AgentSpaces& spaces, const std::string& part)
    {
        const std::string path = CreateTempDirFilename("refused.safetensors");
        const std::string refusal = GetRefusal([&]() { Load(file, path, spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, part), true, part << ", not: " << refusal);
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, path), true, "the file is named: " << refusal);
    }

    void ExpectMetadata(const std::string& key, const std::string& value, const std::string& part)
    {
        Safetensors file = MakeQ();
        file.metadata[key] = value;
        Expect(file, GetQSpaces(), part);
    }

    void DoRun() override
    {
        AgentSpaces spaces = GetQSpaces();
        spaces.features = 4;
        Expect(MakeQ(), spaces, "has 1 features, but 4 are needed");
        spaces = GetQSpaces();
        spaces.choices = 7;
        Expect(MakeQ(), spaces, "has 3 choices, but 7 are needed");
        spaces = GetQSpaces();
        spaces.actors = 2;
        Expect(MakeQ(), spaces, "1 actors, but 2");
        spaces = GetQSpaces();
        spaces.parameters = 2;
        Expect(MakeQ(), spaces, "0 parameters, but 2");
        spaces = GetQSpaces();
        spaces.embedding = 8;
        Expect(MakeQ(), spaces, "0 embedding columns, but 8");
        ExpectMetadata("sterna.kind", "table", "kind 'table'");
        ExpectMetadata("sterna.kind", "actor", "'actor.0.weight'");
        ExpectMetadata("sterna.activation", "gelu", "'gelu'");
        ExpectMetadata("sterna.features", "many", "'many'");
        ExpectMetadata("sterna.choices", "4", "3 outputs of its first network, but 4");
        Safetensors file = MakeQ();
        file.metadata.erase("sterna.kind");
        Expect(file, GetQSpaces(), "no 'sterna.kind'");
        file = MakeQ();
        file.tensors["example.features"] = {{1}, {2}};
        file.tensors["example.output"] = {{3}, {2, 0.5f, 1}};
        Expect(file, GetQSpaces(), "its own example says 0.5");
        const std::string empty =
            GetRefusal([]() { CreateObject<FrozenPolicy>()->Configure(GetQSpaces()); });
        NS_TEST_EXPECT_MSG_EQ(Contains(empty, "Attribute Policy is empty"), true, empty);
    }
};

} // namespace

std::vector<TestCase*>
MakeFrozenPolicyTests()
{
    return {new FrozenQTest,
            new FrozenActorTest,
            new FrozenWolpertingerTest,
            new FrozenRefusalTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
