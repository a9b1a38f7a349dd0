/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * The DQN family: the four names and what can be set under them, what each learns, steps by hand,
 * checkpoints, and policies that value each choice by its block.
 */

#include "sterna-agent-test.h"
#include "sterna-dqn-chain.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/object-factory.h"
#include "ns3/sterna-frozen-policy.h"
#include "ns3/sterna-scheduler-helper.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

const std::string PREFIX = "ns3::sterna::";

bool
IsSet(const Ptr<Agent>& agent, const std::string& name)
{
    BooleanValue value;
    agent->GetAttribute(name, value);
    return value.Get();
}

double
GetNumber(const Ptr<Agent>& agent, const std::string& name)
{
    DoubleValue value;
    agent->GetAttribute(name, value);
    return value.Get();
}

/**
 * The names, what they start with, and that an Attribute set in a factory, after construction or as
 * a default of one name changes that one alone: no other Attribute, no other name.
 */
class FamilyNamesTest : public TestCase
{
  public:
    FamilyNamesTest()
        : TestCase("Four names of one agent start with their variants and can be set")
    {
    }

  private:
    void Check(const std::string& name, bool isDouble, bool dueling, bool prioritized)
    {
        const Ptr<Agent> agent = CreateAgent(name);
        NS_TEST_EXPECT_MSG_EQ(agent->GetInstanceTypeId().GetName(), PREFIX + name + "Agent", name);
        NS_TEST_EXPECT_MSG_EQ(IsSet(agent, "Double"), isDouble, name << " Double");
        NS_TEST_EXPECT_MSG_EQ(IsSet(agent, "Dueling"), dueling, name << " Dueling");
        NS_TEST_EXPECT_MSG_EQ(IsSet(agent, "Prioritized"), prioritized, name << " Prioritized");
        NS_TEST_EXPECT_MSG_EQ((DynamicCast<DqnAgent>(agent) != nullptr), true, name);
    }

    void CheckAll()
    {
        Check("Dqn", false, false, false);
        Check("DoubleDqn", true, false, false);
        Check("DuelingDqn", false, true, false);
        Check("Psddqn", true, false, true);
    }

    void DoRun() override
    {
        CheckAll();
        ObjectFactory factory(PREFIX + "PsddqnAgent");
        factory.Set("Double", BooleanValue(false));
        factory.Set("Discount", DoubleValue(0.25));
        const auto agent = factory.Create<Agent>();
        NS_TEST_EXPECT_MSG_EQ(IsSet(agent, "Double"), false, "the factory's");
        NS_TEST_EXPECT_MSG_EQ(IsSet(agent, "Dueling"), false, "still as it starts");
        NS_TEST_EXPECT_MSG_EQ(IsSet(agent, "Prioritized"), true, "still as it starts");
        NS_TEST_EXPECT_MSG_EQ(GetNumber(agent, "Discount"), 0.25, "the factory's");
        NS_TEST_EXPECT_MSG_EQ(GetNumber(agent, "EpsilonEnd"), 0.05, "another share stays");
        NS_TEST_EXPECT_MSG_EQ(GetNumber(agent, "BetaStart"), 0.4, "another share stays");
        agent->SetAttribute("Prioritized", BooleanValue(false));
        NS_TEST_EXPECT_MSG_EQ(IsSet(agent, "Prioritized"), false, "set afterwards");

        // What --ns3::sterna::PsddqnAgent::Double=false on the command line does.
        Config::SetDefault(PREFIX + "PsddqnAgent::Double", BooleanValue(false));
        Check("Psddqn", false, false, true);
        Check("DoubleDqn", true, false, false);
        Config::SetDefault(PREFIX + "PsddqnAgent::Double", BooleanValue(true));
        CheckAll();
    }
};

/// An agent for the chain by its name, configured unless `configure` is false.
Ptr<DqnAgent>
MakeMember(const std::string& name, bool perChoice, int64_t stream, bool configure = true)
{
    auto agent = DynamicCast<DqnAgent>(CreateAgent(name));
    agent->SetAttribute("LearningRate", DoubleValue(0.005));
    agent->SetAttribute("Discount", DoubleValue(0.9));
    agent->SetAttribute("BatchSize", UintegerValue(16));
    agent->SetAttribute("ReplayCapacity", UintegerValue(300));
    agent->SetAttribute("TargetUpdate", UintegerValue(50));
    agent->SetAttribute("TrainInterval", UintegerValue(1));
    agent->SetAttribute("LearningStarts", UintegerValue(20));
    agent->SetAttribute("EpsilonEnd", DoubleValue(1.0));
    agent->SetAttribute("BetaSteps", UintegerValue(1000));
    agent->SetAttribute("HiddenLayers", StringValue("16-8"));
    agent->SetAttribute("PerChoice", BooleanValue(perChoice));
    agent->AssignStreams(stream);
    if (configure)
    {
        agent->Configure(Chain::GetSpaces(perChoice));
    }
    return agent;
}

/// Every member learns the chain's values, with one output per choice and with one block per choice.
class FamilyChainTest : public TestCase
{
  public:
    FamilyChainTest(const std::string& name, bool perChoice)
        : TestCase(name + " learns a three-state chain" + (perChoice ? ", per choice" : "")),
          m_name(name),
          m_perChoice(perChoice)
    {
    }

  private:
    void DoRun() override
    {
        auto agent = MakeMember(m_name, m_perChoice, 11);
        Chain chain(m_perChoice);
        chain.Run(*agent, 4000);
        for (int state = 0; state < 3; ++state)
        {
            const Observation observation = Chain::Observe(state, m_perChoice);
            const auto& values = agent->GetValues(observation.features);
            NS_TEST_EXPECT_MSG_EQ_TOL(values[0], Chain::LEFT[state], 0.02, "left of " << state);
            NS_TEST_EXPECT_MSG_EQ_TOL(values[1], Chain::RIGHT[state], 0.02, "right of " << state);
            const Action action = agent->Act(observation, Agent::Mode::EXPLOIT);
            NS_TEST_EXPECT_MSG_EQ(action.choice[0], 1, "right is best in " << state);
        }
    }

    std::string m_name;
    bool m_perChoice;
};

/**
 * Plain gradient descent by hand. All weights are 0, so only the last bias b of the choice moves;
 * every transition ends with reward 1, so one step of rate 0.5 halves what is missing:
 * b = 1/2, 3/4, 7/8, with the losses (1 - b)^2 / 2 = 1/2, 1/8, 1/32 before each step.
 * A dueling network (V + A - mean A, three choices) has the biases V and A moved by 1 and 2/3, -1/3
 * times the error: Q = 0.5 (1 + 2/3 - (2/3 - 1/3 - 1/3)/3) = 0.5 * 5/3 = 5/6 after one step.
 */
class SgdStepTest : public TestCase
{
  public:
    SgdStepTest()
        : TestCase("Plain gradient descent and several steps at a time equal the steps by hand")
    {
    }

  private:
    void AddLoss(uint64_t, double loss)
    {
        m_losses.push_back(loss);
    }

    /// \return Q of choice 0 after `steps` steps of one time of training
    double Run(const std::string& name, int steps)
    {
        auto agent = MakeMember(name, false, 1, false);
        agent->SetAttribute("Optimizer", StringValue("Sgd"));
        agent->SetAttribute("LearningRate", DoubleValue(0.5));
        agent->SetAttribute("LearningStarts", UintegerValue(2));
        agent->SetAttribute("GradientSteps", UintegerValue(steps));
        agent->TraceConnectWithoutContext("Loss", MakeCallback(&SgdStepTest::AddLoss, this));
        agent->Configure(Chain::GetSpaces());
        Transition transition;
        transition.observation = transition.next = Chain::Observe(0);
        transition.action.choice = Eigen::VectorXi::Zero(1);
        transition.reward = 1;
        transition.terminated = true;
        agent->Learn(transition);
        const std::string path = CreateTempDirFilename("sgd.safetensors");
        agent->SaveCheckpoint(path);
        Safetensors file = Safetensors::Read(path);
        for (auto& [tensor, content] : file.tensors)
        {
            if (tensor.rfind("online.", 0) == 0)
            {
                std::fill(content.data.begin(), content.data.end(), 0.0f);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(file.tensors.count("adam.m"), 0, "no moments to keep");
        file.Write(path);
        agent->LoadCheckpoint(path);
        m_losses.clear();
        agent->Learn(transition);
        return agent->GetValues(transition.observation.features)[0];
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(Run("Dqn", 1), 0.5, 1e-6, "one step");
        NS_TEST_EXPECT_MSG_EQ_TOL(Run("Psddqn", 2), 0.75, 1e-6, "two steps, equal weights");
        NS_TEST_EXPECT_MSG_EQ_TOL(Run("Dqn", 3), 0.875, 1e-6, "three steps");
        NS_TEST_ASSERT_MSG_EQ(m_losses.size(), 3, "traced after every step");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_losses[0], 0.5, 1e-6, "first loss");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_losses[1], 0.125, 1e-6, "second loss");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_losses[2], 0.03125, 1e-6, "third loss");
        NS_TEST_EXPECT_MSG_EQ_TOL(Run("DuelingDqn", 1), 5.0 / 6.0, 1e-6, "dueling");
    }

    std::vector<double> m_losses;
};

/**
 * Training twice gives the same bytes, and so does a checkpoint in between, for every member and
 * for all variants at once; a checkpoint of other variants is refused, one from before they were is
 * not.
 */
class FamilyResumeTest : public TestCase
{
  public:
    FamilyResumeTest()
        : TestCase("All members train reproducibly and resume to the same bytes")
    {
    }

  private:
    /// Psddqn with Dueling, PerChoice, two steps at a time, other exponents.
    static Ptr<DqnAgent> MakeAll(int64_t stream)
    {
        auto agent = MakeMember("Psddqn", true, stream, false);
        agent->SetAttribute("Dueling", BooleanValue(true));
        agent->SetAttribute("GradientSteps", UintegerValue(2));
        agent->SetAttribute("PriorityExponent", DoubleValue(0.7));
        agent->SetAttribute("BetaStart", DoubleValue(0.5));
        agent->Configure(Chain::GetSpaces(true));
        return agent;
    }

    static Ptr<DqnAgent> Make(const std::string& name, int64_t stream)
    {
        return name.empty() ? MakeAll(stream) : MakeMember(name, false, stream);
    }

    std::string Save(const Ptr<DqnAgent>& agent)
    {
        const std::string path = CreateTempDirFilename("family.safetensors");
        agent->SaveCheckpoint(path);
        return ReadBytes(path);
    }

    void CheckResume(const std::string& name)
    {
        auto agent = Make(name, 5);
        Chain chain(name.empty());
        chain.Run(*agent, 430); // beyond the capacity of 300, between two target updates
        const std::string middle = CreateTempDirFilename("middle.safetensors");
        agent->SaveCheckpoint(middle);
        Chain resumedChain = chain;
        chain.Run(*agent, 133);
        const std::string expected = Save(agent);
        auto again = Make(name, 5);
        Chain(name.empty()).Run(*again, 563);
        NS_TEST_EXPECT_MSG_EQ((Save(again) == expected), true, name << " trained twice");
        auto other = Make(name, 6);
        other->LoadCheckpoint(middle);
        resumedChain.Run(*other, 133);
        NS_TEST_EXPECT_MSG_EQ((Save(other) == expected), true, name << " resumed");
    }

    void DoRun() override
    {
        for (const char* name : {"Dqn", "DoubleDqn", "DuelingDqn", "Psddqn", ""})
        {
            CheckResume(name);
        }
        const std::string path = CreateTempDirFilename("other.safetensors");
        MakeMember("Dqn", false, 1)->SaveCheckpoint(path);
        auto dueling = MakeMember("DuelingDqn", false, 1);
        std::string refusal = GetRefusal([&]() { dueling->LoadCheckpoint(path); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "dqn.Dueling 'false', but"), true, refusal);
        auto sgd = MakeMember("Dqn", false, 1, false);
        sgd->SetAttribute("Optimizer", StringValue("Sgd"));
        sgd->Configure(Chain::GetSpaces());
        refusal = GetRefusal([&]() { sgd->LoadCheckpoint(path); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "dqn.Optimizer 'Adam', but"), true, refusal);

        Safetensors file = Safetensors::Read(path);
        for (const char* key : {"dqn.block", "dqn.Dueling", "dqn.PerChoice", "dqn.Optimizer"})
        {
            file.metadata.erase(key);
        }
        file.Write(path);
        auto plain = MakeMember("Dqn", false, 2);
        NS_TEST_EXPECT_MSG_EQ(GetRefusal([&]() { plain->LoadCheckpoint(path); }), "", "older");
        refusal = GetRefusal([&]() { dueling->LoadCheckpoint(path); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "dqn.Dueling 'false', but"), true, refusal);
    }
};

Ptr<FrozenPolicy>
Freeze(const std::string& path, const AgentSpaces& spaces)
{
    auto policy = CreateObject<FrozenPolicy>();
    policy->SetAttribute("Policy", StringValue(path));
    policy->Configure(spaces);
    return policy;
}

/**
 * A saved policy gives, frozen, the agent's values in every layout; one that values each choice by
 * its block also serves fewer and more choices, where the blocks that it knows keep their order.
 * Files that contradict themselves or do not fit are refused.
 */
class FamilyPolicyTest : public TestCase
{
  public:
    FamilyPolicyTest()
        : TestCase("Policies of all members are frozen, also for other numbers of choices")
    {
    }

  private:
    void CheckFrozen(const std::string& name, bool perChoice)
    {
        auto agent = MakeMember(name, perChoice, 3);
        Chain(perChoice).Run(*agent, 300);
        agent->SavePolicy(m_path, {});
        auto frozen = Freeze(m_path, Chain::GetSpaces(perChoice));
        for (int state = 0; state < 3; ++state)
        {
            const Observation observation = Chain::Observe(state, perChoice);
            const Eigen::VectorXf expected = agent->GetValues(observation.features);
            const Eigen::VectorXf values = frozen->Evaluate(observation.features, {});
            NS_TEST_EXPECT_MSG_EQ((values == expected), true, name << " in state " << state);
        }
        NS_TEST_EXPECT_MSG_EQ(frozen->GetMetadata().at("sterna.agent"),
                              PREFIX + name + "Agent",
                              "who trained it");
    }

    /// m_path holds a policy of the chain with blocks; choice 3 here is what choice 1 was there.
    void CheckOtherChoices()
    {
        AgentSpaces spaces = Chain::GetSpaces(true);
        spaces.blocks = spaces.choices = 5;
        spaces.features = 3 + 5 * 2;
        auto frozen = Freeze(m_path, spaces);
        Observation observation;
        observation.features = Eigen::VectorXf::Zero(13);
        observation.features << 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0;
        observation.mask.resize(1, 5);
        observation.mask << true, true, true, true, true;
        NS_TEST_EXPECT_MSG_EQ(frozen->Act(observation, Agent::Mode::EXPLOIT).choice[0], 3, "right");
        observation.mask << false, true, true, false, true;
        NS_TEST_EXPECT_MSG_EQ(frozen->Act(observation, Agent::Mode::EXPLOIT).choice[0], 1, "left");
        const auto values = frozen->Evaluate(observation.features, {});
        NS_TEST_ASSERT_MSG_EQ(values.size(), 5, "one value per block");
        NS_TEST_EXPECT_MSG_EQ_TOL(values[0], values[4], 1e-6, "equal blocks, equal values");

        spaces.features = 3 + 5 * 2 + 1;
        ExpectRefusal(spaces, "has 3 features before the blocks, but 4 are needed");
        spaces.blockSize = 3;
        spaces.features = 3 + 5 * 3;
        ExpectRefusal(spaces, "has 2 features per block, but 3 are needed");
        spaces.blocks = 0;
        ExpectRefusal(spaces, "for each of the 5 choices; it was given 0 blocks");
    }

    void ExpectRefusal(const AgentSpaces& spaces, const std::string& part)
    {
        const std::string refusal = GetRefusal([&]() { Freeze(m_path, spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, part), true, part << ", not: " << refusal);
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, m_path), true, "the file is named: " << refusal);
    }

    /// The file of a member with one of its metadata changed, or removed if `value` is empty.
    void ExpectMetadata(const std::string& name,
                        bool perChoice,
                        const std::string& key,
                        const std::string& value,
                        const std::string& part)
    {
        MakeMember(name, perChoice, 3)->SavePolicy(m_path, {});
        Safetensors file = Safetensors::Read(m_path);
        file.metadata[key] = value;
        if (value.empty())
        {
            file.metadata.erase(key);
        }
        file.Write(m_path);
        ExpectRefusal(Chain::GetSpaces(perChoice), part);
    }

    void DoRun() override
    {
        m_path = CreateTempDirFilename("family-policy.safetensors");
        for (const char* name : {"Dqn", "DoubleDqn", "DuelingDqn", "Psddqn"})
        {
            CheckFrozen(name, false);
        }
        for (const char* name : {"DuelingDqn", "Psddqn"})
        {
            CheckFrozen(name, true);
            CheckOtherChoices();
        }
        ExpectMetadata("Dqn", false, "sterna.layout", "round", "'round', not flat or per-choice");
        ExpectMetadata("Dqn", false, "sterna.dueling", "maybe", "'maybe', not false or true");
        ExpectMetadata("Dqn", false, "sterna.dueling", "true", "has 3 outputs of its first");
        ExpectMetadata("DuelingDqn", false, "sterna.dueling", "", "has 4 outputs of its first");
        ExpectMetadata("Dqn",
                       true,
                       "sterna.layout",
                       "",
                       "has 5 inputs of its first network, but 9");
        ExpectMetadata("Dqn", true, "sterna.choices", "3", "has 3 choices, but");
        ExpectMetadata("Dqn", true, "sterna.global", "", "no 'sterna.global'");
        ExpectMetadata("Dqn", true, "sterna.global", "4", "not 4 and then whole blocks of 2");
        ExpectMetadata("Dqn",
                       true,
                       "sterna.block",
                       "3",
                       "has 5 inputs of its first network, but 6");
        CheckDamage();
    }

    void CheckDamage()
    {
        auto agent = MakeMember("DuelingDqn", true, 3);
        agent->SavePolicy(m_path, {});
        Safetensors file = Safetensors::Read(m_path);
        file.tensors.at("q.2.bias").data[0] += 1.0f; // of V: one of A would cancel out
        file.Write(m_path);
        ExpectRefusal(Chain::GetSpaces(true), "its own example says");
        agent->SavePolicy(m_path, {});
        file = Safetensors::Read(m_path);
        file.tensors["normalizer.mean"] = {{9}, std::vector<float>(9, 0.0f)};
        file.tensors["normalizer.scale"] = {{9}, std::vector<float>(9, 1.0f)};
        file.Write(m_path);
        ExpectRefusal(Chain::GetSpaces(true), "of layout per-choice has tensors 'normalizer.*'");
        auto flat = MakeMember("Dqn", true, 3, false);
        const std::string refusal = GetRefusal([&]() { flat->Configure(Chain::GetSpaces()); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "DqnAgent with PerChoice needs"), true, refusal);
    }

    std::string m_path;
};

} // namespace

std::vector<TestCase*>
MakeDqnFamilyTests()
{
    std::vector<TestCase*> tests{new FamilyNamesTest,
                                 new SgdStepTest,
                                 new FamilyResumeTest,
                                 new FamilyPolicyTest};
    for (const char* name : {"Dqn", "DoubleDqn", "DuelingDqn", "Psddqn"})
    {
        tests.push_back(new FamilyChainTest(name, false));
        tests.push_back(new FamilyChainTest(name, true));
    }
    return tests;
}

} // namespace test
} // namespace sterna
} // namespace ns3
