/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-test.h"
#include "sterna-agent-torch-test.h"

#include "ns3/sterna-torch-script-policy.h"
#include "ns3/string.h"

#include <torch/script.h>

using namespace ns3;
using namespace ns3::sterna;
using namespace ns3::sterna::test;

namespace
{

using Mode = Agent::Mode;

AgentSpaces
MakeSpaces(Eigen::Index choices, Eigen::Index embedding, Eigen::Index parameters)
{
    AgentSpaces spaces;
    spaces.features = 3;
    spaces.choices = choices;
    spaces.embedding = embedding;
    spaces.parameters = parameters;
    return spaces;
}

/// A TorchScript file whose class has this one method.
std::string
Write(const std::string& path, const std::string& method)
{
    torch::jit::Module module("Policy");
    module.define(method);
    module.save(path);
    return path;
}

Ptr<TorchScriptPolicy>
MakePolicy(const std::string& path)
{
    auto policy = CreateObject<TorchScriptPolicy>();
    policy->SetAttribute("Policy", StringValue(path));
    return policy;
}

Observation
Observe(float a, float b, float c)
{
    Observation observation;
    observation.features = Eigen::Vector3f(a, b, c);
    return observation;
}

/// The three kinds of policy, each with formulas that are easy to follow by hand.
class TorchScriptGoodTest : public TestCase
{
  public:
    TorchScriptGoodTest()
        : TestCase("TorchScript policies decide")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("policy.pt");
        // Scores are minus the features: the smallest feature wins, the first of equal ones.
        auto fixed = MakePolicy(Write(path, "def forward(self, x):\n    return -x\n"));
        fixed->Configure(MakeSpaces(3, 0, 0));
        Observation observation = Observe(0.5f, -2.0f, -2.0f);
        NS_TEST_EXPECT_MSG_EQ(fixed->Act(observation, Mode::EXPLOIT).choice(0), 1, "smallest");
        observation.mask.setConstant(1, 3, true);
        observation.mask(0, 1) = false;
        NS_TEST_EXPECT_MSG_EQ(fixed->Act(observation, Mode::EXPLOIT).choice(0), 2, "1 is invalid");

        // Scores are the choices times the first two features.
        auto embedded =
            MakePolicy(Write(path, "def forward(self, x, c):\n    return c.matmul(x[0, 0:2])\n"));
        embedded->Configure(MakeSpaces(0, 2, 0));
        observation = Observe(1.0f, 2.0f, 9.0f);
        observation.choices.resize(4, 2);
        observation.choices << 0.5f, 0.0f, -1.0f, 0.5f, 1.0f, -0.25f, 0.1f, 0.1f;
        // 0.5, 0, 0.5, 0.3
        NS_TEST_EXPECT_MSG_EQ(embedded->Act(observation, Mode::EXPLOIT).choice(0), 0, "first");
        observation.mask.setConstant(1, 4, true);
        observation.mask(0, 0) = false;
        NS_TEST_EXPECT_MSG_EQ(embedded->Act(observation, Mode::EXPLOIT).choice(0), 2, "not 0");
        observation.choices.resize(0, 2);
        observation.mask.resize(1, 0);
        NS_TEST_EXPECT_MSG_EQ(embedded->Act(observation, Mode::EXPLOIT).choice(0), -1, "none");

        auto reals = MakePolicy(Write(path, "def forward(self, x):\n    return 2 * x[:, 1:3]\n"));
        reals->Configure(MakeSpaces(0, 0, 2));
        const Action action = reals->Act(Observe(9.0f, 0.25f, -0.5f), Mode::EXPLOIT);
        NS_TEST_EXPECT_MSG_EQ(action.choice(0), 0, "valid");
        NS_TEST_EXPECT_MSG_EQ(action.parameters(0, 0), 0.5f, "2 x 0.25");
        NS_TEST_EXPECT_MSG_EQ(action.parameters(0, 1), -1.0f, "2 x -0.5");
    }
};

/// Files that do not fit are refused by Configure(), in a sentence that says why.
class TorchScriptBadTest : public TestCase
{
  public:
    TorchScriptBadTest()
        : TestCase("TorchScript files that do not fit are refused")
    {
    }

  private:
    void Expect(const std::string& path, const AgentSpaces& spaces, const std::string& part)
    {
        const std::string sentence = GetRefusal([&] { MakePolicy(path)->Configure(spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(sentence, part), true, "'" << sentence << "'");
        NS_TEST_EXPECT_MSG_EQ(Contains(sentence, "\n"), false, "one line: '" << sentence << "'");
    }

    void ExpectForward(const std::string& method,
                       const AgentSpaces& spaces,
                       const std::string& part)
    {
        Expect(Write(CreateTempDirFilename("bad.pt"), method), spaces, part);
    }

    void DoRun() override
    {
        const AgentSpaces fixed = MakeSpaces(4, 0, 0);
        const AgentSpaces embedded = MakeSpaces(0, 2, 0);
        Expect(CreateTempDirFilename("absent.pt"), fixed, "absent.pt");
        const std::string text = CreateTempDirFilename("text.pt");
        WriteBytes(text, "not a model");
        Expect(text, fixed, "not a TorchScript file");
        const std::string good = "def forward(self, x):\n    return x\n";
        const std::string path = Write(CreateTempDirFilename("cut.pt"), good);
        WriteBytes(path, ReadBytes(path).substr(0, 300));
        Expect(path, fixed, "not a TorchScript file");
        ExpectForward("def run(self, x):\n    return x\n", fixed, "no method forward");
        ExpectForward(good, fixed, "shape [1, 3], not [1, 4]");
        ExpectForward(good, MakeSpaces(0, 0, 2), "shape [1, 3], not [1, 2]");
        ExpectForward(good, embedded, "takes 1 inputs, not the 2");
        ExpectForward("def forward(self, x, c):\n    return c[:, 0:1]\n",
                      embedded,
                      "shape [1, 1], not [1]");
        ExpectForward("def forward(self, x, c):\n    return torch.zeros([1])\n",
                      embedded,
                      "shape [1], not [3]");
        ExpectForward("def forward(self, x):\n    return [x]\n", fixed, "not a tensor");
        ExpectForward("def forward(self, x):\n    return x.matmul(torch.ones([5, 4]))\n",
                      fixed,
                      "does not fit");
        ExpectForward("def forward(self, x):\n    return x / x\n", MakeSpaces(3, 0, 0), "NaN");
        Expect(path, MakeSpaces(4, 0, 2), "4 choices");
        Expect(path, MakeSpaces(0, 0, 0), "0 parameters");
    }
};

/// What goes wrong after Configure() is the choice -1, which the caller refuses.
class TorchScriptRunningTest : public TestCase
{
  public:
    TorchScriptRunningTest()
        : TestCase("a TorchScript policy that goes wrong while running chooses -1")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("running.pt");
        // The logarithm of a negative number is NaN, that of 1 is 0.
        auto logarithm =
            MakePolicy(Write(path, "def forward(self, x):\n    return (x + 1).log()\n"));
        logarithm->Configure(MakeSpaces(3, 0, 0));
        NS_TEST_EXPECT_MSG_EQ(logarithm->Act(Observe(0, 1, 0), Mode::EXPLOIT).choice(0), 1, "good");
        NS_TEST_EXPECT_MSG_EQ(logarithm->Act(Observe(-2, 1, 0), Mode::EXPLOIT).choice(0),
                              -1,
                              "NaN");
        auto reals = MakePolicy(Write(path, "def forward(self, x):\n    return 2 * x\n"));
        reals->Configure(MakeSpaces(0, 0, 3));
        NS_TEST_EXPECT_MSG_EQ(reals->Act(Observe(0.5f, 0, -0.5f), Mode::EXPLOIT).choice(0),
                              0,
                              "1 and -1 are in range");
        NS_TEST_EXPECT_MSG_EQ(reals->Act(Observe(0.6f, 0, 0), Mode::EXPLOIT).choice(0),
                              -1,
                              "1.2 is out of range");
        NS_TEST_EXPECT_MSG_EQ(reals->Act(Observe(std::nanf(""), 0, 0), Mode::EXPLOIT).choice(0),
                              -1,
                              "NaN");
        Observation longer;
        longer.features = Eigen::VectorXf::Zero(5);
        NS_TEST_EXPECT_MSG_EQ(reals->Act(longer, Mode::EXPLOIT).choice(0), -1, "another shape");
    }
};

} // namespace

std::vector<TestCase*>
ns3::sterna::test::MakeTorchScriptTests()
{
    return {new TorchScriptGoodTest, new TorchScriptBadTest, new TorchScriptRunningTest};
}
