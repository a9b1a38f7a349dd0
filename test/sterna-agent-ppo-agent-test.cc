/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * PPO agents on tasks with known answers: bandits of choices and of parameters, a chain of states
 * whose values follow from its rewards, many actors with rewards of their own; masks; refusals.
 */

#include "sterna-agent-ppo-test.h"
#include "sterna-agent-test.h"

#include "ns3/callback.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

using Attributes = std::vector<std::pair<std::string, std::string>>;

/// A task of one step: reward by action, then it terminates.
template <typename Reward>
void
TrainOnBandit(PpoAgent& agent, const Observation& observation, int steps, Reward reward)
{
    Transition transition;
    transition.observation = observation;
    transition.next = observation;
    transition.terminated = true;
    for (int i = 0; i < steps; ++i)
    {
        transition.action = agent.Act(observation, Agent::Mode::EXPLORE);
        reward(transition);
        agent.Learn(transition);
    }
}

Observation
MakeConstant(Eigen::Index features)
{
    Observation observation;
    observation.features = Eigen::VectorXf::Ones(features);
    return observation;
}

/// Choice 2 of 4 is best, choice 3 would be better but is masked.
class ChoiceBanditTest : public TestCase
{
  public:
    explicit ChoiceBanditTest(const std::string& ratio)
        : TestCase("The best valid choice of a bandit is found, ratio " + ratio),
          m_ratio(ratio)
    {
    }

  private:
    void DoRun() override
    {
        AgentSpaces spaces;
        spaces.features = 1;
        spaces.choices = 4;
        auto agent = MakePpoAgent("PpoAgent",
                                  {{"Ratio", m_ratio},
                                   {"Horizon", "64"},
                                   {"LearningRate", "0.003"},
                                   {"HiddenLayers", "16"}},
                                  30);
        agent->Configure(spaces);
        Observation observation = MakeConstant(1);
        observation.mask.setConstant(1, 4, true);
        observation.mask(0, 3) = false;
        const float rewards[] = {0.1f, 0.5f, 0.9f, 2.0f};
        bool masked = false;
        TrainOnBandit(*agent, observation, 64 * 40, [&](Transition& transition) {
            masked = masked || transition.action.choice[0] == 3;
            transition.reward = rewards[std::max(0, transition.action.choice[0])];
        });
        NS_TEST_EXPECT_MSG_EQ(masked, false, "a masked choice was drawn");
        const Action best = agent->Act(observation, Agent::Mode::EXPLOIT);
        NS_TEST_EXPECT_MSG_EQ(best.choice[0], 2, "best valid choice");
        NS_TEST_EXPECT_MSG_EQ_TOL(agent->GetValues(observation)[0], 0.9, 0.1, "its value");
    }

    std::string m_ratio;
};

/// Reward -(y - 0.4)^2 of one parameter, without choices: the mean goes to 0.4.
class ParameterBanditTest : public TestCase
{
  public:
    ParameterBanditTest()
        : TestCase("The best parameter of a bandit is found")
    {
    }

  private:
    void DoRun() override
    {
        AgentSpaces spaces;
        spaces.features = 1;
        spaces.parameters = 1;
        auto agent = MakePpoAgent("HppoAgent",
                                  {{"Horizon", "128"},
                                   {"LearningRate", "0.003"},
                                   {"EntropyCoefficient", "0"},
                                   {"HiddenLayers", "16"}},
                                  31);
        agent->Configure(spaces);
        const Observation observation = MakeConstant(1);
        TrainOnBandit(*agent, observation, 128 * 80, [](Transition& transition) {
            const float distance = transition.action.parameters(0, 0) - 0.4f;
            transition.reward = -distance * distance;
        });
        const Action best = agent->Act(observation, Agent::Mode::EXPLOIT);
        NS_TEST_EXPECT_MSG_EQ(best.choice[0], 0, "there is nothing to choose");
        NS_TEST_EXPECT_MSG_EQ_TOL(best.parameters(0, 0), 0.4f, 0.08f, "best parameter");
    }
};

/**
 * Three actors of one observation, each with a choice and a parameter of its own: what is best for
 * one is not for another. With ratios of their own they learn from rewards of their own.
 */
class HybridBanditTest : public TestCase
{
  public:
    explicit HybridBanditTest(const std::string& ratio)
        : TestCase("Three actors each find their best choice and parameter, ratio " + ratio),
          m_ratio(ratio)
    {
    }

  private:
    void DoRun() override
    {
        AgentSpaces spaces;
        spaces.features = 1;
        spaces.actors = 3;
        spaces.choices = 3;
        spaces.parameters = 1;
        auto agent = MakePpoAgent("HppoAgent",
                                  {{"Ratio", m_ratio},
                                   {"Horizon", "128"},
                                   {"LearningRate", "0.003"},
                                   {"EntropyCoefficient", "0.001"},
                                   {"HiddenLayers", "16"}},
                                  32);
        agent->Configure(spaces);
        const Observation observation = MakeConstant(1);
        const float places[] = {-0.5f, 0.0f, 0.5f};
        TrainOnBandit(*agent, observation, 128 * 120, [&](Transition& transition) {
            transition.actorRewards.resize(3);
            for (int u = 0; u < 3; ++u)
            {
                const float distance = transition.action.parameters(u, 0) - places[u];
                transition.actorRewards[u] =
                    (transition.action.choice[u] == 2 - u ? 1.0f : 0.0f) - distance * distance;
            }
            transition.reward = transition.actorRewards.sum();
        });
        const Action best = agent->Act(observation, Agent::Mode::EXPLOIT);
        for (int u = 0; u < 3; ++u)
        {
            NS_TEST_EXPECT_MSG_EQ(best.choice[u], 2 - u, "choice of actor " << u);
            NS_TEST_EXPECT_MSG_EQ_TOL(best.parameters(u, 0),
                                      places[u],
                                      0.15f,
                                      "parameter of " << u);
        }
        const Eigen::Index values = agent->GetValues(observation).size();
        NS_TEST_EXPECT_MSG_EQ(values, (m_ratio == "PerActor" ? 3 : 1), "values");
    }

    std::string m_ratio;
};

/**
 * States 0, 1, 2 in turn, with rewards 1, 0, 2 and discount 0.5. If the task terminates after state 2
 * the values are 1.5, 1, 2; if a mere time limit ends it there, with state 0 next, V solves
 * V0 = 1 + V1 / 2, V1 = V2 / 2, V2 = 2 + V0 / 2: V0 = 12/7, V1 = 10/7, V2 = 20/7. Every other
 * episode begins in state 1, so what comes next is not what was next.
 */
class ChainTest : public TestCase
{
  public:
    explicit ChainTest(bool terminates)
        : TestCase(std::string("The values of a chain of three states are learned, ") +
                   (terminates ? "with terminations" : "with time limits")),
          m_terminates(terminates)
    {
    }

  private:
    void DoRun() override
    {
        AgentSpaces spaces;
        spaces.features = 3;
        spaces.choices = 2;
        auto agent = MakePpoAgent("PpoAgent",
                                  {{"Horizon", "50"}, // not a multiple of 3
                                   {"LearningRate", "0.005"},
                                   {"DecaySteps", "20000"},
                                   {"Discount", "0.5"},
                                   {"HiddenLayers", "16"}},
                                  33);
        agent->Configure(spaces);
        const auto observe = [](int state) {
            Observation observation;
            observation.features = Eigen::VectorXf::Unit(3, state);
            return observation;
        };
        const float rewards[] = {1.0f, 0.0f, 2.0f};
        int state = 0;
        for (int i = 0, episodes = 0; i < 20000; ++i)
        {
            const bool ends = state == 2;
            Transition transition;
            transition.observation = observe(state);
            transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
            transition.reward = rewards[state];
            transition.next = observe((state + 1) % 3);
            transition.terminated = m_terminates && ends;
            transition.truncated = !m_terminates && ends;
            agent->Learn(transition);
            episodes += ends ? 1 : 0;
            state = ends ? episodes % 2 : state + 1;
        }
        const double expected[2][3] = {{12.0 / 7.0, 10.0 / 7.0, 20.0 / 7.0}, {1.5, 1.0, 2.0}};
        for (state = 0; state < 3; ++state)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(agent->GetValues(observe(state))[0],
                                      expected[m_terminates][state],
                                      0.02,
                                      "state " << state);
        }
    }

    bool m_terminates;
};

/// Over random masks, sampled and best choices are valid; idle actors answer -1 and parameters of 0.
class MaskTest : public TestCase
{
  public:
    explicit MaskTest(const std::string& agent)
        : TestCase(agent + ": masks are never violated, before and after training"),
          m_agent(agent)
    {
    }

  private:
    void DoRun() override
    {
        AgentSpaces spaces = MakeGraphSpaces(5, 4, 3);
        spaces.parameters = m_agent == "PpoAgent" ? 0 : 2;
        Generator random = MakeGenerator(34);
        auto agent = MakePpoAgent(m_agent,
                                  {{"Horizon", "40"},
                                   {"NormalizeObservations", "true"},
                                   {"ScaleRewards", "true"},
                                   {"LearningRate", "0.01"}},
                                  35);
        agent->TraceConnectWithoutContext("Update", MakeCallback(&MaskTest::Count, this));
        agent->Configure(spaces);
        Transition transition;
        transition.next = MakeObservation(spaces, random, true);
        for (int i = 0; i < 200; ++i)
        {
            transition.observation = transition.next;
            const auto mode = i % 2 == 0 ? Agent::Mode::EXPLORE : Agent::Mode::EXPLOIT;
            transition.action = agent->Act(transition.observation, mode);
            for (Eigen::Index u = 0; u < spaces.actors; ++u)
            {
                const int choice = transition.action.choice[u];
                const bool idle = !transition.observation.mask.row(u).any();
                NS_TEST_EXPECT_MSG_EQ(
                    (idle ? choice == -1 : transition.observation.mask(u, choice)),
                    true,
                    "choice " << choice);
                const float largest =
                    spaces.parameters > 0
                        ? transition.action.parameters.row(u).cwiseAbs().maxCoeff()
                        : 0.0f;
                NS_TEST_EXPECT_MSG_EQ((idle ? largest == 0.0f : largest < 1.0f),
                                      true,
                                      "parameters");
            }
            transition.reward = static_cast<float>(random.Normal());
            transition.next = MakeObservation(spaces, random, i % 3 == 0);
            transition.truncated = i % 7 == 0;
            agent->Learn(transition);
        }
        NS_TEST_EXPECT_MSG_EQ(m_updates, 5, "updates");
    }

    void Count(const PpoUpdate& update)
    {
        ++m_updates;
        NS_TEST_EXPECT_MSG_EQ(update.steps, 40 * m_updates, "steps");
        NS_TEST_EXPECT_MSG_EQ(std::isfinite(update.policyLoss + update.valueLoss +
                                            update.approximateKl + update.explainedVariance),
                              true,
                              "finite");
        NS_TEST_EXPECT_MSG_EQ((update.clipFraction >= 0.0 && update.clipFraction <= 1.0),
                              true,
                              "share");
    }

    std::string m_agent;
    uint64_t m_updates{0};
};

/**
 * PerChoice: blocks of two numbers, a random one and a prior. Rewards are the random number of the
 * chosen block, so the prior must be outvoted. Then other numbers of choices, and FrozenPolicy.
 */
class PerChoiceTest : public TestCase
{
  public:
    PerChoiceTest()
        : TestCase("PerChoice learns what a block is worth, against a prior that is wrong")
    {
    }

  private:
    static AgentSpaces MakeSpaces(Eigen::Index choices)
    {
        AgentSpaces spaces;
        spaces.features = 1 + 2 * choices;
        spaces.blocks = spaces.choices = choices;
        spaces.blockSize = 2;
        spaces.prior = true;
        return spaces;
    }

    static Observation Draw(Eigen::Index choices, Generator& random)
    {
        AgentSpaces spaces = MakeSpaces(choices);
        return MakeObservation(spaces, random);
    }

    static int GetBest(const Observation& observation, Eigen::Index offset)
    {
        int best = -1;
        for (int k = 0; k < observation.mask.cols(); ++k)
        {
            if (observation.mask(0, k) &&
                (best < 0 || observation.features[1 + 2 * k + offset] >
                                 observation.features[1 + 2 * best + offset]))
            {
                best = k;
            }
        }
        return best;
    }

    void DoRun() override
    {
        Generator random = MakeGenerator(36);
        auto agent = MakePpoAgent("PpoAgent",
                                  {{"Encoder", "PerChoice"},
                                   {"Horizon", "128"},
                                   {"LearningRate", "0.005"},
                                   {"EntropyCoefficient", "0"},
                                   {"HiddenLayers", "16"}},
                                  37);
        agent->Configure(MakeSpaces(4));
        for (int i = 0; i < 50; ++i)
        {
            const Observation observation = Draw(4, random);
            NS_TEST_EXPECT_MSG_EQ(agent->Act(observation, Agent::Mode::EXPLOIT).choice[0],
                                  GetBest(observation, 1),
                                  "at first the prior decides");
        }
        Transition transition;
        transition.terminated = true;
        for (int i = 0; i < 128 * 60; ++i)
        {
            transition.observation = Draw(4, random);
            transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
            transition.reward =
                transition.observation.features[1 + 2 * transition.action.choice[0]];
            agent->Learn(transition);
        }
        const std::string path = CreateTempDirFilename("per-choice.safetensors");
        agent->SavePolicy(path, {});
        ObjectFactory factory("ns3::sterna::FrozenPolicy");
        factory.Set("Policy", StringValue(path));
        auto frozen = factory.Create<Agent>();
        frozen->Configure(MakeSpaces(7));
        auto same = factory.Create<Agent>();
        same->Configure(MakeSpaces(4));
        int best = 0;
        for (int i = 0; i < 200; ++i)
        {
            const Observation few = Draw(4, random);
            NS_TEST_EXPECT_MSG_EQ(same->Act(few, Agent::Mode::EXPLOIT).choice[0],
                                  agent->Act(few, Agent::Mode::EXPLOIT).choice[0],
                                  "frozen policy");
            const Observation many = Draw(7, random);
            best += frozen->Act(many, Agent::Mode::EXPLOIT).choice[0] == GetBest(many, 0) ? 1 : 0;
        }
        NS_TEST_EXPECT_MSG_GT(best, 170, "best choices of 200, with 7 instead of 4 choices");
    }
};

class RefusalTest : public TestCase
{
  public:
    RefusalTest()
        : TestCase("Misuse is refused in a sentence")
    {
    }

  private:
    void Expect(const std::string& name,
                const Attributes& attributes,
                const AgentSpaces& spaces,
                const std::string& part)
    {
        auto agent = MakePpoAgent(name, attributes, 38);
        const std::string refusal = GetRefusal([&] { agent->Configure(spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, part), true, "'" << refusal << "' lacks " << part);
    }

    void DoRun() override
    {
        AgentSpaces graph = MakeGraphSpaces(3, 2, 2);
        Expect("PpoAgent", {}, graph, "2 parameters: use HppoAgent");
        Expect("HppoAgent", {{"Minibatches", "9"}, {"Horizon", "8"}}, graph, "9 Minibatches");
        Expect("GatHppoAgent", {{"AttentionHeads", "3"}}, graph, "3 attention heads");
        Expect("GhppoAgent", {{"NodeLayers", "x"}}, graph, "NodeLayers is \"x\"");
        AgentSpaces other = graph;
        other.features += 1;
        Expect("GhppoAgent", {}, other, "window x (choices + actors) x blockSize");
        other = graph;
        other.window = 0;
        Expect("HppoAgent", {}, other, "only as pairs of a graph");
        Expect("HppoAgent", {}, AgentSpaces(), "0 features");
        Expect("PpoAgent", {{"Encoder", "PerChoice"}}, CartPoleLike(), "one block for each");
        CheckTransitions();
    }

    static AgentSpaces CartPoleLike()
    {
        AgentSpaces spaces;
        spaces.features = 4;
        spaces.choices = 2;
        return spaces;
    }

    void CheckTransitions()
    {
        const AgentSpaces spaces = MakeGraphSpaces(3, 2, 2);
        Generator random = MakeGenerator(39);
        auto agent = MakePpoAgent("GhppoAgent", {}, 40);
        agent->Configure(spaces);
        Transition good;
        good.observation = MakeObservation(spaces, random);
        good.observation.mask.row(0) << true, false;
        good.next = MakeObservation(spaces, random);
        good.action = agent->Act(good.observation, Agent::Mode::EXPLORE);
        NS_TEST_EXPECT_MSG_EQ(GetRefusal([&] { agent->Learn(good); }), "", "this one fits");
        const auto expect = [&](const char* part, auto change) {
            Transition bad = good;
            change(bad);
            const std::string refusal = GetRefusal([&] { agent->Learn(bad); });
            NS_TEST_EXPECT_MSG_EQ(Contains(refusal, part),
                                  true,
                                  "'" << refusal << "' lacks " << part);
        };
        expect("choice 1 of actor 0", [](Transition& t) { t.action.choice[0] = 1; });
        expect("choice -1 of actor 0", [](Transition& t) { t.action.choice[0] = -1; });
        expect("could not have been drawn", [](Transition& t) {
            t.observation.mask.row(0).setConstant(false); // and yet it chose
        });
        expect("not finite", [](Transition& t) { t.reward = NAN; });
        expect("outside [-1, 1]", [](Transition& t) { t.action.parameters(0, 0) = 1.5f; });
        expect("2 rewards of actors", [](Transition& t) { t.actorRewards.setZero(2); });
        expect("edges", [](Transition& t) { t.observation.edges.resize(0, 0); });
        expect("not finite", [](Transition& t) { t.next.features[0] = INFINITY; });
    }
};

} // namespace

std::vector<TestCase*>
MakePpoAgentTests()
{
    return {new ChoiceBanditTest("PerHead"),
            new ChoiceBanditTest("Joint"),
            new ChoiceBanditTest("PerActor"),
            new ParameterBanditTest(),
            new HybridBanditTest("PerHead"),
            new HybridBanditTest("PerActor"),
            new ChainTest(true),
            new ChainTest(false),
            new MaskTest("PpoAgent"),
            new MaskTest("HppoAgent"),
            new MaskTest("GhppoAgent"),
            new MaskTest("GatHppoAgent"),
            new MaskTest("GateHppoAgent"),
            new PerChoiceTest(),
            MakePpoGraphTaskTest("GhppoAgent", "PerActor", 128 * 60),
            new RefusalTest()};
}

} // namespace test
} // namespace sterna
} // namespace ns3
