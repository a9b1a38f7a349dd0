/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-tests.h"
#include "sterna-association-trial.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/pointer.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-association-agent-decider.h"
#include "ns3/sterna-association-bound.h"
#include "ns3/sterna-association-experiment.h"
#include "ns3/sterna-association-learners.h"
#include "ns3/string.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// Says what it was told to say, and keeps what it is taught.
class RecordingAgent : public Agent
{
  public:
    std::vector<int> script; //!< its choices, one after the other
    std::vector<Transition> learned;
    std::vector<float> watched;

    void Configure(const AgentSpaces&) override {}

    Action Act(const Observation&, Mode) override
    {
        Action action;
        action.choice = Eigen::VectorXi::Constant(1, script.at(m_turn++));
        return action;
    }

    void Learn(const Transition& transition) override
    {
        learned.push_back(transition);
    }

    void Watch(const Observation&, const Action&, float reward) override
    {
        watched.push_back(reward);
    }

    int64_t AssignStreams(int64_t) override
    {
        return 0;
    }

  private:
    std::size_t m_turn{0};
};

/**
 * Three satellites, two stations with two channels (choices 2 and 3, 4 and 5), three slices, no
 * storage cost: a unit is worth 0.7, which is 0.2 of the reference (5 units worth 3.5).
 *
 *     slice  satellite  sees (SNR)           chooses      data
 *     0      0          BS1 (15)             BS1, ch 0    log2(1 + 15 / (1 + 3)): disturbed by 1
 *     0      1          BS2 (7), BS1 (3)     BS2, ch 0    3
 *     1      1          BS1 (1)              BS1, ch 1    1
 *     2      0          BS2 (3)              nothing      0
 *     2      2          BS1 (3)              BS1, ch 0    2
 */
class TransitionsTest : public AssociationTestCase
{
  public:
    TransitionsTest()
        : AssociationTestCase("an agent learns from exactly the transitions that there were")
    {
    }

  private:
    /// A transition by its satellite, action, reward, and who comes next and in which slice.
    struct Expected
    {
        uint32_t satellite;
        int choice;
        double reward;
        int next;        //!< satellite, or -1: terminal
        double nextUsed; //!< units that BS1 has stored when it is next's turn
    };

    Ptr<RecordingAgent> Play(const std::string& next,
                             const std::string& reward,
                             bool training,
                             bool idleTurns,
                             const std::vector<int>& script)
    {
        auto system = MakeAssociationSystem(3, 2, {64, 64});
        system.storageCost = 0;
        const AssociationProblem problem(system);
        auto state = BeginPlan(problem,
                               {{MakeContact(0, 1, 15), MakeContact(1, 2, 7), MakeContact(1, 1, 3)},
                                {MakeContact(1, 1, 1)},
                                {MakeContact(0, 2, 3), MakeContact(2, 1, 3)}});
        const auto agent = CreateObject<RecordingAgent>();
        agent->script = script;
        const auto decider = CreateObject<AssociationAgentDecider>();
        decider->SetAttribute("Agent", PointerValue(agent));
        decider->SetAttribute("Features", StringValue("Paper"));
        decider->SetAttribute("Next", StringValue(next));
        decider->SetAttribute("Reward", StringValue(reward));
        decider->SetAttribute("Training", BooleanValue(training));
        decider->SetAttribute("IdleTurns", BooleanValue(idleTurns));
        decider->BeginCycle(problem, state);
        while (state.slice < 3)
        {
            const auto decision = decider->Decide(problem, state);
            AssociationTable table(problem, state, AssociationTable::Knowledge::ACTUAL);
            for (const auto& grant : decision)
            {
                table.Add(grant);
            }
            const double utility = problem.Account(state, decision, table.Settle());
            decider->Learn(problem, utility, state, state.slice == 3);
        }
        return agent;
    }

    /// The satellite of an observation, by its one-hot.
    static int Who(const Observation& observation)
    {
        Eigen::Index satellite = 0;
        observation.features.head(3).maxCoeff(&satellite);
        return satellite;
    }

    void ExpectLearned(const Ptr<RecordingAgent>& agent, const std::vector<Expected>& expected)
    {
        NS_TEST_ASSERT_MSG_EQ(agent->learned.size(), expected.size(), "transitions");
        for (std::size_t k = 0; k < expected.size(); ++k)
        {
            const auto& transition = agent->learned[k];
            const std::string what = ", transition " + std::to_string(k);
            ExpectNear(Who(transition.observation), expected[k].satellite, 0, "whose" + what);
            ExpectNear(transition.action.choice(0), expected[k].choice, 0, "what" + what);
            ExpectNear(transition.reward, expected[k].reward, 1e-6, "reward" + what);
            ExpectTrue(transition.terminated == (expected[k].next < 0), "terminal" + what);
            if (expected[k].next >= 0)
            {
                ExpectNear(Who(transition.next), expected[k].next, 0, "next" + what);
                ExpectNear(transition.next.features(3 + 3 + 1),
                           1 - expected[k].nextUsed / 64,
                           1e-6,
                           "when" + what);
                ExpectTrue(transition.next.mask.size() == 6, "with its mask" + what);
            }
        }
    }

    void DoRun() override
    {
        const std::vector<int> script{2, 4, 3, 0, 2};
        const double first = std::log2(1 + 15.0 / 4); // units of satellite 0 in slice 0
        const double harm = 4 - first;                // by satellite 1
        // The turns of slice 0 are settled at its end; 0 has no turn in slice 1, 1 none in slice 2.
        ExpectLearned(Play("SameSatellite", "Own", true, false, script),
                      {{1, 4, 3 / 5., 1, first},
                       {0, 2, first / 5, -1, 0},
                       {1, 3, 1 / 5., -1, 0},
                       {0, 0, 0, -1, 0},
                       {2, 2, 2 / 5., -1, 0}});
        ExpectLearned(Play("NextTurn", "Difference", true, false, script),
                      {{0, 2, first / 5, 1, 0},
                       {1, 4, (3 - harm) / 5, 1, first},
                       {1, 3, 1 / 5., 0, first + 1},
                       {0, 0, 0, 2, first + 1},
                       {2, 2, 2 / 5., -1, 0}});
        // Everybody has a turn in every slice; who sees nobody goes to the virtual station.
        ExpectLearned(Play("SameSatellite", "Own", true, true, {2, 4, 0, 0, 3, 0, 0, 0, 2}),
                      {{0, 2, first / 5, 0, first},
                       {1, 4, 3 / 5., 1, first},
                       {2, 0, 0, 2, first},
                       {0, 0, 0, 0, first + 1},
                       {1, 3, 1 / 5., 1, first + 1},
                       {2, 0, 0, 2, first + 1},
                       {0, 0, 0, -1, 0},
                       {1, 0, 0, -1, 0},
                       {2, 2, 2 / 5., -1, 0}});
        const auto evaluated = Play("NextTurn", "Own", false, false, script);
        ExpectTrue(evaluated->learned.empty(), "an evaluation teaches nothing");
        NS_TEST_EXPECT_MSG_EQ(evaluated->watched.size(), 5, "but every turn is shown");
    }
};

/// Takes the last choice that is valid.
class LastValidAgent : public RecordingAgent
{
  public:
    Action Act(const Observation& observation, Mode) override
    {
        Action action;
        action.choice = Eigen::VectorXi::Zero(1);
        for (Eigen::Index choice = 0; choice < observation.mask.cols(); ++choice)
        {
            action.choice(0) = observation.mask(0, choice) ? choice : action.choice(0);
        }
        return action;
    }
};

class RewardSumTest : public AssociationTestCase
{
  public:
    RewardSumTest()
        : AssociationTestCase("rewards add up to the episode's utility, however late decisions are")
    {
    }

  private:
    void ExpectSum(double delay_s, const std::string& next)
    {
        AssociationTrial trial;
        trial.decisionDelay = Seconds(delay_s);
        trial.fidelity = SlotScheduler::FLOW;
        const auto agent = CreateObject<LastValidAgent>();
        const auto decider = CreateObject<AssociationAgentDecider>();
        decider->SetAttribute("Agent", PointerValue(agent));
        decider->SetAttribute("Next", StringValue(next));
        decider->SetAttribute("Reward", StringValue("Own"));
        decider->SetAttribute("Training", BooleanValue(true));
        double utility = 0;
        for (const auto& slice : trial.Run(decider).slices)
        {
            utility += slice.utility;
        }
        double rewards = 0;
        for (const auto& transition : agent->learned)
        {
            rewards += transition.reward;
        }
        // 5 bit/s/Hz x 30 MHz x 210 s are 3.94 units of 8 Gbit, worth 0.7 each
        const double reference = 0.7 * 5 * 30e6 * 210 / 8e9;
        ExpectTrue(utility > 1, "there was something to earn");
        ExpectNear(rewards * reference, utility, 1e-5 * utility, next);
    }

    void DoRun() override
    {
        for (const std::string next : {"NextTurn", "SameSatellite"})
        {
            ExpectSum(0, next);
            ExpectSum(60, next);
            ExpectSum(250, next); // in effect in every second slice
        }
    }
};

class InvalidChoiceTest : public AssociationTestCase
{
  public:
    InvalidChoiceTest()
        : AssociationTestCase("what is not valid means the virtual station; no agent is refused")
    {
    }

  private:
    void DoRun() override
    {
        const AssociationProblem problem(MakeAssociationSystem(3, 1, {9, 9}));
        const auto state =
            BeginPlan(problem,
                      {{MakeContact(0, 1, 1), MakeContact(1, 1, 1), MakeContact(2, 1, 1)}});
        const auto agent = CreateObject<RecordingAgent>();
        agent->script = {2, 1, 1}; // not in view, free, taken
        const auto decider = CreateObject<AssociationAgentDecider>();
        ExpectRefused([&] { decider->Check(problem); }, "has no agent");
        decider->SetAttribute("Agent", PointerValue(agent));
        decider->BeginCycle(problem, state);
        const AssociationDecision expected{{1, 1, 0}};
        ExpectTrue(decider->Decide(problem, state) == expected, "one grant");
    }
};

/// Trains small networks on the real scenario and compares what they become.
class TrainingTestCase : public AssociationTestCase
{
  public:
    using AssociationTestCase::AssociationTestCase;

  protected:
    static std::string Bytes(const std::string& path)
    {
        std::ifstream file(path, std::ios::binary);
        std::ostringstream bytes;
        bytes << file.rdbuf();
        return bytes.str();
    }

    std::string PolicyBytes(const Ptr<AssociationDecider>& decider)
    {
        const std::string path = CreateTempDirFilename("policy.safetensors");
        DynamicCast<AssociationAgentDecider>(decider)->GetAgent()->SavePolicy(
            path,
            AssociationPolicyMetadata(decider));
        return Bytes(path);
    }

    /// Forgets what was set, but not the run number.
    static void Forget()
    {
        const uint64_t run = RngSeedManager::GetRun();
        Config::Reset();
        RngSeedManager::SetRun(run);
    }

    static AssociationSetting Setting()
    {
        AssociationSetting setting;
        setting.slices = 10;
        return setting;
    }
};

class SameSeedTest : public TrainingTestCase
{
  public:
    SameSeedTest()
        : TrainingTestCase("the same seed trains the same policy, to the byte")
    {
    }

  private:
    std::string Train(const std::string& learning)
    {
        SetAssociationLearning(learning);
        const auto decider = CreateAssociationDecider("Psddqn", true);
        AssociationExperiment experiment;
        experiment.setting = Setting();
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.runs = 3;
        RunAssociation(
            experiment,
            "Psddqn",
            [&] { return decider; },
            {},
            [](uint32_t) {});
        const std::string bytes = PolicyBytes(decider);
        Forget();
        return bytes;
    }

    void DoRun() override
    {
        for (const std::string learning : {"offers", "paper"})
        {
            const std::string first = Train(learning);
            ExpectTrue(first.size() > 1000, "a policy");
            ExpectTrue(first == Train(learning), "twice the same, " + learning);
            const uint64_t run = RngSeedManager::GetRun();
            RngSeedManager::SetRun(run + 100);
            ExpectTrue(first != Train(learning), "another run, another policy, " + learning);
            RngSeedManager::SetRun(run);
        }
    }
};

class ResumeTest : public TrainingTestCase
{
  public:
    ResumeTest()
        : TrainingTestCase("a training that was interrupted becomes the same policy, to the byte")
    {
    }

  private:
    Ptr<AssociationDecider> Train(uint32_t episodes,
                                  const std::string& checkpoint,
                                  uint32_t& played)
    {
        SetAssociationLearning("offers");
        const auto decider = CreateAssociationDecider("Psddqn", true);
        played = 0;
        TrainAssociation(decider,
                         {Setting()},
                         episodes,
                         checkpoint,
                         [&](uint32_t, const AssociationEpisode&) { ++played; });
        return decider;
    }

    void DoRun() override
    {
        uint32_t played = 0;
        const std::string inOne = CreateTempDirFilename("one.safetensors");
        const std::string inTwo = CreateTempDirFilename("two.safetensors");
        const std::string expected = PolicyBytes(Train(20, inOne, played));
        NS_TEST_EXPECT_MSG_EQ(played, 20, "in one go");
        Forget();
        Train(15, inTwo, played); // of which the checkpoint keeps ten
        Forget();
        const std::string resumed = PolicyBytes(Train(20, inTwo, played));
        NS_TEST_EXPECT_MSG_EQ(played, 10, "the rest");
        Forget();
        ExpectTrue(resumed == expected, "the same policy");
        ExpectTrue(Bytes(inOne) == Bytes(inTwo), "the same checkpoint");
        // nothing is left to do, but the policy is there
        ExpectTrue(PolicyBytes(Train(20, inTwo, played)) == expected, "the same policy again");
        NS_TEST_EXPECT_MSG_EQ(played, 0, "nothing left");
        Forget();
        ExpectRefused(
            [] { TrainAssociation(CreateAssociationDecider("Greedy"), {Setting()}, 1, "", {}); },
            "Only an agent can be trained");
    }
};

class PolicyTest : public TrainingTestCase
{
  public:
    PolicyTest()
        : TrainingTestCase("a policy file tells what it sees and decides as its agent did")
    {
    }

  private:
    static double Score(const Ptr<AssociationDecider>& decider)
    {
        AssociationExperiment experiment;
        experiment.setting = Setting();
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.runs = 1;
        return RunAssociation(
                   experiment,
                   "",
                   [&] { return decider; },
                   {},
                   [](uint32_t) {})
            .episodes.front()
            .utility;
    }

    void DoRun() override
    {
        for (const std::string learning : {"offers", "paper"})
        {
            SetAssociationLearning(learning);
            const auto decider = CreateAssociationDecider("Psddqn", true);
            TrainAssociation(decider, {Setting()}, 3, "", [](uint32_t, const auto&) {});
            const std::string path = CreateTempDirFilename(learning + ".safetensors");
            DynamicCast<AssociationAgentDecider>(decider)->GetAgent()->SavePolicy(
                path,
                AssociationPolicyMetadata(decider));
            decider->SetAttribute("Training", BooleanValue(false));
            const double expected = Score(decider);
            Forget(); // the file alone must tell what the policy sees
            ExpectNear(Score(CreateAssociationPolicy(path)), expected, 0, learning);
        }
    }
};

class LearnerNamesTest : public TrainingTestCase
{
  public:
    LearnerNamesTest()
        : TrainingTestCase("the DQN family is found by name, and unknown names are refused")
    {
    }

  private:
    void DoRun() override
    {
        SetAssociationLearning("offers");
        for (const std::string name : {"Dqn", "DoubleDqn", "DuelingDqn", "Psddqn"})
        {
            const auto decider = CreateAssociationDecider(name, true);
            TrainAssociation(decider, {Setting()}, 2, "", [](uint32_t, const auto&) {});
            ExpectTrue(PolicyBytes(decider).size() > 1000, name);
        }
        ExpectRefused([] { CreateAssociationDecider("Nobody"); }, "Nobody");
        ExpectRefused([] { CreateAssociationDecider("LinkGroupGreedy"); }, "LinkGroupGreedy");
        ExpectRefused([] { SetAssociationLearning("offer"); }, "offers or paper");
        Forget();
    }
};

} // namespace

std::vector<TestCase*>
MakeAssociationLearningTests()
{
    return {new TransitionsTest,
            new RewardSumTest,
            new InvalidChoiceTest,
            new SameSeedTest,
            new ResumeTest,
            new PolicyTest,
            new LearnerNamesTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
