/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * Policies and checkpoints of PPO agents: the same seed gives the same bytes, an interrupted training
 * goes on to the same bytes, a saved policy decides as the agent that wrote it, and files that do not
 * fit are refused.
 */

#include "sterna-agent-ppo-test.h"
#include "sterna-agent-test.h"

#include "ns3/sterna-safetensors.h"

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

using Attributes = std::vector<std::pair<std::string, std::string>>;

/// A task that goes on and on, with episodes of 7 steps that end in one way or the other.
class Task
{
  public:
    Task(const AgentSpaces& spaces, int64_t stream)
        : m_spaces(spaces),
          m_random(MakeGenerator(stream))
    {
        m_next = MakeObservation(m_spaces, m_random);
    }

    void Train(PpoAgent& agent, int steps)
    {
        for (int i = 0; i < steps; ++i, ++m_count)
        {
            Transition transition;
            transition.observation = m_next;
            transition.action = agent.Act(m_next, Agent::Mode::EXPLORE);
            transition.actorRewards = transition.action.choice.cast<float>();
            transition.reward = transition.actorRewards.sum();
            m_next = MakeObservation(m_spaces, m_random, m_count % 3 == 0);
            transition.next = m_next;
            transition.terminated = m_count % 14 == 6;
            transition.truncated = m_count % 14 == 13;
            agent.Learn(transition);
            if (transition.terminated || transition.truncated)
            {
                m_next = MakeObservation(m_spaces, m_random);
            }
        }
    }

  private:
    AgentSpaces m_spaces;
    Generator m_random;
    Observation m_next;
    int m_count{0};
};

const Attributes SMALL{{"Horizon", "30"},
                       {"NormalizeObservations", "true"},
                       {"ScaleRewards", "true"},
                       {"DecaySteps", "500"}};

AgentSpaces
SpacesOf(const std::string& name)
{
    AgentSpaces spaces = MakeGraphSpaces(4, 3, 3);
    spaces.parameters = name == "PpoAgent" ? 0 : 2;
    return spaces;
}

class ResumeTest : public TestCase
{
  public:
    ResumeTest(const std::string& name, const std::string& ratio)
        : TestCase(name + ", ratio " + ratio +
                   ": the same seed and an interrupted training give the same bytes"),
          m_name(name),
          m_ratio(ratio)
    {
    }

  private:
    Ptr<PpoAgent> Make(int64_t stream) const
    {
        Attributes attributes = SMALL;
        attributes.emplace_back("Ratio", m_ratio);
        auto agent = MakePpoAgent(m_name, attributes, stream);
        agent->Configure(SpacesOf(m_name));
        return agent;
    }

    std::string GetBytes(const PpoAgent& agent)
    {
        const std::string path = CreateTempDirFilename("bytes.safetensors");
        agent.SaveCheckpoint(path);
        return ReadBytes(path);
    }

    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("checkpoint.safetensors");
        auto first = Make(50);
        Task task(SpacesOf(m_name), 51);
        task.Train(*first, 76); // two updates, and 16 transitions with both kinds of ends
        first->SaveCheckpoint(path);
        Task again = task;
        task.Train(*first, 64);

        auto twin = Make(50);
        Task(SpacesOf(m_name), 51).Train(*twin, 140);
        NS_TEST_EXPECT_MSG_EQ((GetBytes(*twin) == GetBytes(*first)), true, "same seed");

        auto resumed = Make(52);
        NS_TEST_EXPECT_MSG_EQ((GetBytes(*resumed) == ReadBytes(path)), false, "another seed");
        resumed->LoadCheckpoint(path);
        NS_TEST_EXPECT_MSG_EQ((GetBytes(*resumed) == ReadBytes(path)), true, "as it was saved");
        again.Train(*resumed, 64);
        NS_TEST_EXPECT_MSG_EQ((GetBytes(*resumed) == GetBytes(*first)), true, "resumed");

        auto other = MakePpoAgent(m_name, {{"Horizon", "31"}}, 53);
        other->Configure(SpacesOf(m_name));
        const std::string refusal = GetRefusal([&] { other->LoadCheckpoint(path); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "ppo.Horizon '30', but this agent has '31'"),
                              true,
                              refusal);
    }

    std::string m_name;
    std::string m_ratio;
};

class PolicyTest : public TestCase
{
  public:
    explicit PolicyTest(const std::string& name)
        : TestCase(name + ": a saved policy decides as the agent that wrote it"),
          m_name(name)
    {
    }

  private:
    Ptr<PpoAgent> Load(const std::string& path) const
    {
        auto agent = MakePpoAgent(m_name, {{"Policy", path}}, 54);
        agent->Configure(SpacesOf(m_name));
        return agent;
    }

    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("policy.safetensors");
        Attributes attributes = SMALL;
        attributes.emplace_back("HiddenLayers", "24-12"); // the file says so
        auto agent = MakePpoAgent(m_name, attributes, 55);
        agent->Configure(SpacesOf(m_name));
        Task(SpacesOf(m_name), 56).Train(*agent, 60);
        agent->SavePolicy(path, {{"trained.on", "test"}});
        auto loaded = Load(path);
        Generator random = MakeGenerator(57);
        for (int i = 0; i < 20; ++i)
        {
            const Observation observation = MakeObservation(SpacesOf(m_name), random, i % 2 == 0);
            const Action expected = agent->Act(observation, Agent::Mode::EXPLOIT);
            const Action found = loaded->Act(observation, Agent::Mode::EXPLOIT);
            NS_TEST_EXPECT_MSG_EQ((found.choice == expected.choice), true, "choices");
            NS_TEST_EXPECT_MSG_EQ((found.parameters == expected.parameters), true, "parameters");
        }
        Task(SpacesOf(m_name), 58).Train(*loaded, 40); // ignored
        NS_TEST_EXPECT_MSG_EQ(
            Contains(GetRefusal([&] { loaded->SaveCheckpoint(path); }), "has no checkpoint"),
            true,
            "nothing to resume");
        CheckRefusals(path);
    }

    void CheckRefusals(const std::string& path)
    {
        Safetensors file = Safetensors::Read(path);
        NS_TEST_EXPECT_MSG_EQ(file.metadata["trained.on"], "test", "metadata");
        for (const auto& [name, tensor] : file.tensors)
        {
            NS_TEST_EXPECT_MSG_EQ(Contains(name, "critic"), false, "a critic does not decide");
        }
        const std::string broken = CreateTempDirFilename("broken.safetensors");
        const auto expect = [&](const std::string& part, auto change) {
            Safetensors bad = file;
            change(bad);
            bad.Write(broken);
            const std::string refusal = GetRefusal([&] { Load(broken); });
            NS_TEST_EXPECT_MSG_EQ(Contains(refusal, part),
                                  true,
                                  "'" << refusal << "' lacks " << part);
        };
        expect("where its own example says",
               [](Safetensors& bad) { bad.tensors["example.output"].data[0] += 0.01f; });
        expect("has the encoder 'other'",
               [](Safetensors& bad) { bad.metadata["sterna.encoder"] = "other"; });
        expect("sterna.window", [](Safetensors& bad) { bad.metadata["sterna.window"] = "2"; });
        expect("is of kind 'q'", [](Safetensors& bad) { bad.metadata["sterna.kind"] = "q"; });
        expect("policy.", [](Safetensors& bad) { bad.metadata["sterna.hidden"] = "24-13"; });
    }

    std::string m_name;
};

} // namespace

std::vector<TestCase*>
MakePpoFileTests()
{
    std::vector<TestCase*> cases;
    for (const char* name :
         {"PpoAgent", "HppoAgent", "GhppoAgent", "GatHppoAgent", "GateHppoAgent"})
    {
        cases.push_back(new PolicyTest(name));
    }
    cases.push_back(new ResumeTest("PpoAgent", "Joint"));
    cases.push_back(new ResumeTest("HppoAgent", "PerHead"));
    cases.push_back(new ResumeTest("GatHppoAgent", "PerHead"));
    cases.push_back(new ResumeTest("GateHppoAgent", "PerActor"));
    return cases;
}

} // namespace test
} // namespace sterna
} // namespace ns3
