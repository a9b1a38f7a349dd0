/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-sac-test.h"
#include "sterna-agent-test.h"

#include "ns3/sterna-safetensors.h"

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

constexpr int FEATURES = 3;
constexpr int ACTORS = 3;
constexpr int CHOICES = 4;

AgentSpaces
Spaces()
{
    return HybridSpaces(FEATURES, ACTORS, CHOICES, 2);
}

/// Random features and a random mask, which leaves some actors without a choice.
Observation
RandomState(Ptr<UniformRandomVariable> uniform)
{
    Observation observation;
    observation.features.resize(FEATURES);
    for (float& value : observation.features)
    {
        value = static_cast<float>(uniform->GetValue(-1.0, 1.0));
    }
    observation.mask.resize(ACTORS, CHOICES);
    for (Eigen::Index i = 0; i < observation.mask.size(); ++i)
    {
        observation.mask.data()[i] = uniform->GetInteger(0, 2) == 0;
    }
    return observation;
}

/// Some steps of a walk; \return how many actors had no choice.
int
Walk(Ptr<SacAgent> agent, int steps, Ptr<UniformRandomVariable> uniform)
{
    Transition transition;
    transition.observation = RandomState(uniform);
    int none = 0;
    for (int step = 0; step < steps; ++step)
    {
        transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
        transition.next = RandomState(uniform);
        transition.reward = transition.action.parameters.sum();
        transition.terminated = step % 9 == 8;
        agent->Learn(transition);
        none += static_cast<int>((transition.action.choice.array() < 0).count());
        transition.observation = step % 7 == 6 ? RandomState(uniform) : transition.next;
    }
    return none;
}

Ptr<UniformRandomVariable>
MakeStream(int64_t stream)
{
    auto uniform = CreateObject<UniformRandomVariable>();
    uniform->SetStream(stream);
    return uniform;
}

Ptr<SacAgent>
MakeAgent(int64_t stream)
{
    auto agent = MakeSacAgent(stream);
    agent->SetAttribute("HiddenLayers", StringValue("8-7"));
    agent->SetAttribute("BatchSize", UintegerValue(16));
    agent->SetAttribute("ReplayCapacity", UintegerValue(60));
    agent->SetAttribute("LearningStarts", UintegerValue(20));
    agent->Configure(Spaces());
    return agent;
}

/// Uniform and learned exploration and evaluation, while learning: never an invalid choice.
class SacMaskTest : public TestCase
{
  public:
    SacMaskTest()
        : TestCase("masks are never violated, and no choice is answered by -1")
    {
    }

  private:
    void DoRun() override
    {
        auto agent = MakeAgent(31);
        auto uniform = MakeStream(32);
        int none = 0;
        int single = 0;
        for (int step = 0; step < 200; ++step)
        {
            Transition transition;
            transition.observation = RandomState(uniform);
            for (const auto mode : {Agent::Mode::EXPLOIT, Agent::Mode::EXPLORE})
            {
                transition.action = agent->Act(transition.observation, mode);
                for (int u = 0; u < ACTORS; ++u)
                {
                    const int choice = transition.action.choice[u];
                    const auto valid = transition.observation.mask.row(u).count();
                    const bool right = valid == 0 ? choice == -1
                                                  : choice >= 0 && choice < CHOICES &&
                                                        transition.observation.mask(u, choice);
                    NS_TEST_EXPECT_MSG_EQ(right, true, "choice " << choice << " of actor " << u);
                    none += valid == 0 ? 1 : 0;
                    single += valid == 1 ? 1 : 0;
                }
                const float largest = transition.action.parameters.cwiseAbs().maxCoeff();
                NS_TEST_EXPECT_MSG_EQ((largest <= 1.0f), true, "parameters are in [-1, 1]");
            }
            transition.next = RandomState(uniform);
            agent->Learn(transition);
        }
        NS_TEST_EXPECT_MSG_GT(none, 100, "actors without a choice were seen");
        NS_TEST_EXPECT_MSG_GT(single, 100, "actors with a single choice were seen");
    }
};

/// Only valid actors count: what a masked choice and an idle actor would say changes nothing.
class SacIdleTest : public TestCase
{
  public:
    SacIdleTest()
        : TestCase("an actor without a choice contributes nothing")
    {
    }

  private:
    void DoRun() override
    {
        // Two learners of equal weights, but for the outputs of actor 1, which never has a choice.
        auto with = MakeAgent(33);
        auto without = MakeAgent(33);
        Mlp& network = without->GetLearner()->GetPolicy().GetNetwork();
        Eigen::VectorXf& parameters = network.GetParameters();
        const Eigen::Index outputs = network.GetOutputs();
        for (const Eigen::Index logit : {CHOICES, CHOICES + 1, CHOICES + 2, CHOICES + 3})
        {
            parameters[parameters.size() - outputs + logit] += 5.0f; // biases
        }
        for (const Eigen::Index real : {2, 3})
        {
            parameters[parameters.size() - outputs + ACTORS * CHOICES + real] -= 3.0f;
        }
        auto uniform = MakeStream(34);
        HybridReplay replay(16, Spaces());
        std::vector<Eigen::Index> slots;
        for (int i = 0; i < 16; ++i)
        {
            Transition transition;
            transition.observation = RandomState(uniform);
            transition.next = RandomState(uniform);
            transition.observation.mask.row(1).setConstant(false);
            transition.next.mask.row(1).setConstant(false);
            transition.action = with->Act(transition.observation, Agent::Mode::EXPLORE);
            replay.Push(transition);
            slots.push_back(i);
        }
        HybridBatch batch;
        replay.Gather(slots, batch);
        const RowMatrixXf noise = RowMatrixXf::Constant(16, 2 * ACTORS, 0.4f);
        const Eigen::VectorXf one = with->GetLearner()->Targets(batch, noise);
        const Eigen::VectorXf two = without->GetLearner()->Targets(batch, noise);
        NS_TEST_EXPECT_MSG_EQ((one == two), true, "targets");
        Eigen::VectorXf first;
        Eigen::VectorXf second;
        const double loss = with->GetLearner()->ActorGradient(batch, noise, first);
        const double other = without->GetLearner()->ActorGradient(batch, noise, second);
        NS_TEST_EXPECT_MSG_EQ(loss, other, "the policy's loss");
        NS_TEST_EXPECT_MSG_EQ((first == second), true, "the policy's gradient");
    }
};

/// Train, save, resume: the bytes of a run that was not interrupted. Same seed, same bytes.
class SacCheckpointTest : public TestCase
{
  public:
    SacCheckpointTest()
        : TestCase("a resumed run and a run of the same seed give the same bytes")
    {
    }

  private:
    std::string Save(Ptr<Agent> agent)
    {
        const std::string path = CreateTempDirFilename("sac.safetensors");
        agent->SaveCheckpoint(path);
        return ReadBytes(path);
    }

    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("resume.safetensors");
        auto agent = MakeAgent(41);
        auto uniform = MakeStream(42);
        NS_TEST_EXPECT_MSG_GT(Walk(agent, 130, uniform), 0, "actors without a choice were seen");
        agent->SaveCheckpoint(path);
        auto resumed = MakeAgent(49); // other initial weights, other draws
        NS_TEST_EXPECT_MSG_EQ((Save(resumed) == Save(agent)), false, "these differ at first");
        resumed->LoadCheckpoint(path);
        NS_TEST_EXPECT_MSG_EQ((Save(resumed) == Save(agent)), true, "loaded");
        Walk(agent, 70, MakeStream(43));
        Walk(resumed, 70, MakeStream(43));
        NS_TEST_EXPECT_MSG_EQ((Save(resumed) == Save(agent)), true, "resumed");

        auto twin = MakeAgent(41);
        Walk(twin, 130, MakeStream(42));
        NS_TEST_EXPECT_MSG_EQ((Save(twin) == ReadBytes(path)), true, "the same seed");
        auto other = MakeAgent(44);
        Walk(other, 130, MakeStream(42));
        NS_TEST_EXPECT_MSG_EQ((Save(other) == ReadBytes(path)), false, "another seed");

        auto wider = MakeSacAgent(45);
        wider->SetAttribute("HiddenLayers", StringValue("9-7"));
        wider->SetAttribute("ReplayCapacity", UintegerValue(60));
        wider->Configure(Spaces());
        NS_TEST_EXPECT_MSG_EQ(Contains(GetRefusal([&] { wider->LoadCheckpoint(path); }),
                                       "has sac.HiddenLayers '8-7', but this SacAgent has '9-7'"),
                              true,
                              "other layers are refused");
        const std::string absent = CreateTempDirFilename("absent.safetensors");
        NS_TEST_EXPECT_MSG_EQ(
            Contains(GetRefusal([&] { agent->LoadCheckpoint(absent); }), "does not exist"),
            true,
            "an absent file is refused");
    }
};

/// A saved policy decides as the agent that saved it, and only decides.
class SacPolicyFileTest : public TestCase
{
  public:
    SacPolicyFileTest()
        : TestCase("a saved policy decides alike, and refuses other shapes and damage")
    {
    }

  private:
    void DoRun() override;

    Ptr<SacAgent> Read(const std::string& path, const AgentSpaces& spaces) const
    {
        auto agent = CreateObject<SacAgent>();
        agent->SetAttribute("Policy", StringValue(path));
        agent->Configure(spaces);
        return agent;
    }
};

void
SacPolicyFileTest::DoRun()
{
    const std::string path = CreateTempDirFilename("policy.safetensors");
    auto agent = MakeAgent(51);
    Walk(agent, 60, MakeStream(52));
    agent->SavePolicy(path, {{"trained.for", "nothing"}});
    auto reader = Read(path, Spaces());
    auto uniform = MakeStream(53);
    for (int i = 0; i < 20; ++i)
    {
        const Observation observation = RandomState(uniform);
        const Action is = reader->Act(observation, Agent::Mode::EXPLOIT);
        const Action expected = agent->Act(observation, Agent::Mode::EXPLOIT);
        NS_TEST_EXPECT_MSG_EQ((is.choice == expected.choice), true, "choices");
        NS_TEST_EXPECT_MSG_EQ((is.parameters == expected.parameters), true, "parameters");
    }
    const std::string again = CreateTempDirFilename("again.safetensors");
    Walk(reader, 60, MakeStream(54)); // Learn() is ignored
    reader->SavePolicy(again, {{"trained.for", "nothing"}});
    NS_TEST_EXPECT_MSG_EQ((ReadBytes(again) == ReadBytes(path)), true, "it has not learned");
    NS_TEST_EXPECT_MSG_EQ(Contains(GetRefusal([&] { reader->SaveCheckpoint(again); }),
                                   "makes it decide without learning"),
                          true,
                          "no checkpoint without learning");

    NS_TEST_EXPECT_MSG_EQ(Contains(GetRefusal([&] { Read(path, HybridSpaces(3, 3, 5, 2)); }),
                                   "has sterna.choices '4', but this SacAgent has '5'"),
                          true,
                          "other choices are refused");
    Safetensors file = Safetensors::Read(path);
    file.tensors["actor.1.bias"].data[2] += 1.0f;
    file.Write(again);
    NS_TEST_EXPECT_MSG_EQ(
        Contains(GetRefusal([&] { Read(again, Spaces()); }), "where its own example says"),
        true,
        "a changed weight is noticed");
    file = Safetensors::Read(path);
    file.metadata["sterna.actors"] = "2";
    file.Write(again);
    NS_TEST_EXPECT_MSG_EQ(Contains(GetRefusal([&] { Read(again, HybridSpaces(3, 2, 4, 2)); }),
                                   "from 3 to 24 numbers, not from 3 to 16"),
                          true,
                          "a network of other outputs is refused");
}

/// One sentence that names the offending value, for each kind of misuse.
class SacMisuseTest : public TestCase
{
  public:
    SacMisuseTest()
        : TestCase("misuse is refused by a sentence that names the value")
    {
    }

  private:
    void DoRun() override;

    template <typename Change>
    void ExpectRefusal(Change change, const std::string& sentence)
    {
        auto agent = MakeAgent(61);
        Transition transition;
        transition.observation.features = Eigen::VectorXf::Zero(FEATURES);
        transition.observation.mask.setConstant(ACTORS, CHOICES, true);
        transition.next = transition.observation;
        transition.action.choice.setZero(ACTORS);
        transition.action.parameters.setZero(ACTORS, 2);
        NS_TEST_EXPECT_MSG_EQ(GetRefusal([&] { agent->Learn(transition); }), "", "it fits");
        change(transition);
        const std::string refusal = GetRefusal([&] { agent->Learn(transition); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, sentence), true, "'" << refusal << "'");
    }
};

void
SacMisuseTest::DoRun()
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    ExpectRefusal([](Transition& is) { is.observation.features.resize(4); }, "not 4 features");
    ExpectRefusal([&](Transition& is) { is.observation.features.setConstant(nan); },
                  "3 finite features");
    ExpectRefusal([](Transition& is) { is.next.mask.resize(4, 3); }, "a mask of 4 x 3.");
    ExpectRefusal([&](Transition& is) { is.reward = nan; }, "the reward nan");
    ExpectRefusal([](Transition& is) { is.action.choice.resize(2); }, "2 choices");
    ExpectRefusal([](Transition& is) { is.action.choice[1] = 4; },
                  "the executed choice 4 of actor 1");
    ExpectRefusal([](Transition& is) { is.action.choice[1] = -2; }, "the executed choice -2");
    ExpectRefusal([](Transition& is) { is.observation.mask(2, 0) = false; },
                  "the executed choice 0 of actor 2");
    ExpectRefusal([](Transition& is) { is.action.parameters(1, 1) = 1.5f; },
                  "the executed parameter 1.5");
    ExpectRefusal([&](Transition& is) { is.action.parameters(0, 1) = nan; },
                  "the executed parameter nan");
    ExpectRefusal([](Transition& is) { is.action.parameters.resize(3, 1); }, "3 parameters");

    AgentSpaces none = HybridSpaces(3, 2, 0, 0);
    AgentSpaces embedded = HybridSpaces(3, 1, 4, 0);
    embedded.embedding = 2;
    for (const auto& [spaces, sentence] :
         {std::pair(none, "0 choices, 0 parameters"), std::pair(embedded, "2 embedding columns")})
    {
        auto agent = CreateObject<SacAgent>();
        NS_TEST_EXPECT_MSG_EQ(
            Contains(GetRefusal([&, &is = spaces] { agent->Configure(is); }), sentence),
            true,
            sentence);
    }
    auto agent = CreateObject<SacAgent>();
    agent->SetAttribute("HiddenLayers", StringValue("12,3"));
    NS_TEST_EXPECT_MSG_EQ(Contains(GetRefusal([&] { agent->Configure(Spaces()); }), "\"12,3\""),
                          true,
                          "widths are checked");
    NS_TEST_EXPECT_MSG_EQ(
        Contains(GetRefusal([&] { agent->SaveCheckpoint("x"); }), "it was not configured"),
        true,
        "nothing to save");
}

} // namespace

std::vector<TestCase*>
MakeSacAgentTests()
{
    return {new SacMaskTest,
            new SacIdleTest,
            new SacCheckpointTest,
            new SacPolicyFileTest,
            new SacMisuseTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
