/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/sterna-emcl-agent.h"
#include "ns3/sterna-link-group-experiment.h"
#include "ns3/sterna-scheduler-helper.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

/**
 * \ingroup sterna-tests
 * A training that was interrupted goes on from its checkpoint and ends with the same policy, to
 * the byte, as one that was not.
 */
class SternaResumeTest : public TestCase
{
  public:
    SternaResumeTest()
        : TestCase("an interrupted training resumes to the same bytes")
    {
    }

  private:
    static std::string Read(const std::string& path)
    {
        std::ifstream file(path, std::ios::binary);
        std::ostringstream content;
        content << file.rdbuf();
        return content.str();
    }

    static Ptr<Agent> Learner()
    {
        const auto agent = CreateAgent("Wolpertinger");
        agent->SetAttribute("LearningStarts", UintegerValue(200));
        agent->SetAttribute("BatchSize", UintegerValue(16));
        return agent;
    }

    void DoRun() override
    {
        uint32_t cycles = 0;
        const auto train = [&](Ptr<Agent> agent, uint32_t length, const std::string& checkpoint) {
            LinkGroupExperiment experiment;
            experiment.cycles = length;
            cycles = 0;
            TrainAgent(agent, experiment, checkpoint, [&](uint32_t, const LinkGroupCycle&) {
                ++cycles;
            });
        };
        const auto undisturbed = Learner();
        train(undisturbed, 230, "");
        NS_TEST_EXPECT_MSG_EQ(cycles, 230, "all cycles were trained");

        const std::string checkpoint = CreateTempDirFilename("checkpoint");
        train(Learner(), 200, checkpoint); // ends right after it wrote its checkpoint
        const auto resumed = Learner();
        train(resumed, 230, checkpoint);
        NS_TEST_EXPECT_MSG_EQ(cycles, 30, "only the rest was trained");

        const std::string a = CreateTempDirFilename("a.safetensors");
        const std::string b = CreateTempDirFilename("b.safetensors");
        undisturbed->SavePolicy(a, {});
        resumed->SavePolicy(b, {});
        NS_TEST_EXPECT_MSG_EQ((Read(a) == Read(b)), true, "the policies differ");
        NS_TEST_EXPECT_MSG_GT(Read(a).size(), 1000, "there is a policy");

        const auto finished = Learner();
        train(finished, 200, checkpoint);
        NS_TEST_EXPECT_MSG_EQ(cycles, 0, "nothing was left to train");
        finished->SavePolicy(b, {});
        NS_TEST_EXPECT_MSG_EQ((Read(a).size() == Read(b).size()), true, "it has what was trained");
    }
};

/**
 * \ingroup sterna-tests
 * The paper's learners are found by name, train in the simulation, and the same seed gives the same
 * policy. An EMCL agent that is evaluated learns nothing, but sees what happens: the rewards in its
 * window are those of the last cycle's slots, as shares of the idle objective per slot.
 */
class SternaLearnersTest : public TestCase
{
  public:
    SternaLearnersTest()
        : TestCase("AcDdpg, AcMaml and Emcl train by name; EMCL watches when it is evaluated")
    {
    }

  private:
    static Ptr<Agent> Train(const std::string& name)
    {
        const auto agent = CreateAgent(name);
        agent->SetAttribute("LearningStarts", UintegerValue(30));
        agent->SetAttribute("BatchSize", UintegerValue(8));
        LinkGroupExperiment experiment;
        experiment.cycles = 11;
        TrainAgent(agent, experiment, "", [](uint32_t, const LinkGroupCycle&) {});
        return agent;
    }

    std::string Policy(Ptr<Agent> agent)
    {
        const std::string path = CreateTempDirFilename("policy.safetensors");
        agent->SavePolicy(path, {});
        std::ostringstream content;
        content << std::ifstream(path, std::ios::binary).rdbuf();
        return content.str();
    }

    void DoRun() override
    {
        for (const std::string name : {"AcDdpg", "AcMaml", "Emcl"})
        {
            const auto agent = Train(name);
            const std::string policy = Policy(agent);
            NS_TEST_EXPECT_MSG_GT(policy.size(), 1000, name);
            NS_TEST_EXPECT_MSG_EQ((Policy(Train(name)) == policy), true, name << " twice");
            if (const auto emcl = DynamicCast<EmclAgent>(agent))
            {
                Evaluate(emcl);
                const auto saved = CreatePolicy(CreateTempDirFilename("policy.safetensors"));
                NS_TEST_EXPECT_MSG_EQ((DynamicCast<EmclAgent>(saved) != nullptr), true, "its kind");
                NS_TEST_EXPECT_MSG_EQ((Policy(agent) == policy), true, "nothing was learned");
            }
        }
    }

    void Evaluate(Ptr<EmclAgent> agent)
    {
        LinkGroupExperiment experiment;
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.cycles = 2;
        std::vector<double> rewards;
        const auto outcome = RunDecider(
            experiment,
            "Emcl",
            [&]() { return CreateLinkGroupDecider(agent); },
            [&](const LinkGroupSlotRecord& record) { rewards.push_back(record.slot.reward); },
            [](uint32_t) {});
        NS_TEST_ASSERT_MSG_EQ(rewards.size(), 20, "two cycles of ten slots");
        const auto window = agent->GetWindow();
        const double idle = outcome.cycles[1].idleObjective;
        for (int j = 0; j < 10; ++j)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(window(j, window.cols() - 1),
                                      rewards[10 + j] / idle * 10,
                                      1e-5,
                                      "slot " << j);
        }
    }
};

/**
 * \ingroup sterna-tests
 * Training over a simulated network.
 */
class SternaTrainingTestSuite : public TestSuite
{
  public:
    SternaTrainingTestSuite()
        : TestSuite("sterna-training", Type::SYSTEM)
    {
        AddTestCase(new SternaResumeTest);
        AddTestCase(new SternaLearnersTest);
    }
};

static SternaTrainingTestSuite g_sternaTrainingTestSuite;
