/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/sterna-link-group-experiment.h"
#include "ns3/sterna-scheduler-helper.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <fstream>
#include <sstream>
#include <string>

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
    }
};

static SternaTrainingTestSuite g_sternaTrainingTestSuite;
