/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-tests.h"

#include "ns3/double.h"
#include "ns3/sterna-link-group-index-policy.h"
#include "ns3/sterna-link-group-index-training.h"
#include "ns3/sterna-link-group-rules.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

using namespace ns3;
using namespace ns3::sterna;
using namespace ns3::sterna::tests;

namespace
{

std::string
ReadBytes(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

Ptr<UniformRandomVariable>
Stream(int64_t number)
{
    const auto stream = CreateObject<UniformRandomVariable>();
    stream->SetStream(number);
    return stream;
}

/// One BS, two devices, two equal slots; eta = 1/2 each and eta_0 = 10, so that C = 10 (4 - 1).
std::shared_ptr<const LinkGroupInstance>
TwoDevices(double demand0,
           double threshold0,
           double rate0,
           double demand1,
           double threshold1,
           double rate1)
{
    LinkGroupInstance instance;
    instance.transmitters = {"BS"};
    instance.MakeLinks();
    Eigen::ArrayXXd rates(2, 1);
    rates << rate0, rate1;
    instance.rates = {rates, rates};
    instance.demand.resize(2);
    instance.demand << demand0, demand1;
    instance.threshold.resize(2);
    instance.threshold << threshold0, threshold1;
    instance.weight = Eigen::ArrayXd::Constant(2, 0.5);
    instance.delivered = Eigen::ArrayXd::Zero(2);
    instance.servedWeight = 10;
    return std::make_shared<LinkGroupInstance>(instance);
}

Ptr<LinkGroupIndexPolicy>
IndexAlone(const Mlp& network)
{
    const auto policy = CreateObject<LinkGroupIndexPolicy>();
    policy->SetAttribute("Futures", UintegerValue(0));
    policy->SetNetwork(network);
    return policy;
}

LinkGroup
DecideFirst(Ptr<LinkGroupDecider> decider, std::shared_ptr<const LinkGroupInstance> instance)
{
    const auto problem = MakeProblem(*instance);
    const auto state = MakeState(instance);
    decider->BeginCycle(problem, state);
    return decider->Decide(problem, state);
}

} // namespace

/**
 * \ingroup sterna-tests
 * The index's formula and choice by hand, with networks whose output is known.
 */
class SternaIndexFormulaTest : public LinkGroupTestCase
{
  public:
    SternaIndexFormulaTest()
        : LinkGroupTestCase("the index is what the formula says and the highest is served")
    {
    }

  private:
    void DoRun() override
    {
        Mlp network = LinkGroupIndexPolicy::Untrained(Stream(1));
        const auto policy = IndexAlone(network);
        // device 0: 5 (20 - 5) / 2 / 30 + 5/5 = 2.25; device 1: 6 (24 - 6) / 2 / 30 + 6/12 = 2.3
        const auto instance = TwoDevices(10, 5, 5, 12, 12, 6);
        ExpectNear(DecideFirst(policy, instance).serves[0], 1, 0, "2.3 against 2.25");
        const double expected[] = {2.25, 2.3};
        const auto& candidates = policy->Observed().Candidates();
        ExpectNear(candidates.size(), 2, 0, "both devices can be served");
        for (const auto& candidate : candidates)
        {
            const double index = LinkGroupIndexPolicy::Index(candidate.gapShare,
                                                             candidate.progress,
                                                             Eigen::RowVector3f::Zero());
            ExpectNear(index, expected[candidate.device], 1e-12, "index of an untrained network");
        }
        // progress counts twice: 1.25 + 2 = 3.25 against 1.8 + 1 = 2.8
        network.GetParameters().tail(3) << 0, std::log(2.0F), 0;
        ExpectNear(DecideFirst(IndexAlone(network), instance).serves[0], 0, 0, "3.25 against 2.8");
        // all worth less than nothing: 2.3 - 2.4 < 0
        network.GetParameters().tail(3) << 0, 0, -2.4F;
        ExpectNear(DecideFirst(IndexAlone(network), instance).serves[0],
                   LinkGroup::IDLE,
                   0,
                   "nobody is worth it");
        ExpectNear(LinkGroupIndexPolicy::Index(2, 0.5, Eigen::RowVector3f(0, 1, -1)),
                   2 + 0.5 * M_E - 1,
                   1e-6,
                   "2 e^0 + 0.5 e^1 - 1");

        // in the last slot the future is what greedy sees: 37.5 + 30 from device 0 against 54
        auto last = *instance;
        last.rates.pop_back();
        const auto lookAhead = [&](double trust) {
            const auto policy = CreateObject<LinkGroupIndexPolicy>();
            policy->SetNetwork(LinkGroupIndexPolicy::Untrained(Stream(1)));
            policy->SetAttribute("Futures", UintegerValue(2));
            policy->SetAttribute("Trust", DoubleValue(trust));
            return DecideFirst(policy, std::make_shared<LinkGroupInstance>(last)).serves[0];
        };
        ExpectNear(lookAhead(0), 0, 0, "67.5 against 54");
        // (67.5 - 54) / 30 = 0.45 in favour of device 0, Trust x 0.05 in favour of device 1
        ExpectNear(lookAhead(8.9), 0, 0, "0.45 against 0.445");
        ExpectNear(lookAhead(9.1), 1, 0, "0.45 against 0.455");
    }
};

/**
 * \ingroup sterna-tests
 * Policy files: what is written is read, and what does not fit is refused.
 */
class SternaIndexFileTest : public LinkGroupTestCase
{
  public:
    SternaIndexFileTest()
        : LinkGroupTestCase("policy files are read back, others refused in one sentence")
    {
    }

  private:
    void DoRun() override
    {
        const auto instance = TwoDevices(10, 5, 5, 12, 12, 6);
        const auto problem = MakeProblem(*instance);
        const auto check = [&](const std::string& path) {
            const auto policy = CreateObject<LinkGroupIndexPolicy>();
            policy->SetAttribute("Policy", StringValue(path));
            policy->Check(problem);
            return policy;
        };
        ExpectRefused([&]() { check(""); }, "set its attribute Policy");

        Mlp network = LinkGroupIndexPolicy::Untrained(Stream(1));
        network.GetParameters().tail(3) << 0, std::log(2.0F), 0;
        const std::string path = CreateTempDirFilename("policy.safetensors");
        LinkGroupIndexPolicy::Save(network, path, {{"note", "by hand"}});
        ExpectTrue(LinkGroupIndexPolicy::IsPolicy(path), "it is a policy");
        const auto policy = check(path);
        policy->SetAttribute("Futures", UintegerValue(0));
        ExpectNear(DecideFirst(policy, instance).serves[0], 0, 0, "decides as before");

        auto file = Safetensors::Read(path);
        const std::string odd = CreateTempDirFilename("odd.safetensors");
        file.metadata["sterna.kind"] = "cartpole";
        file.Write(odd);
        ExpectTrue(!LinkGroupIndexPolicy::IsPolicy(odd), "it is none");
        ExpectRefused([&]() { check(odd); }, "'cartpole'");

        LinkGroupIndexPolicy::Save(Mlp({4, 3}, Mlp::Hidden::TANH, Mlp::Output::IDENTITY), odd, {});
        ExpectRefused([&]() { check(odd); }, "maps 4 numbers to 3");

        network.GetParameters()(5) = std::numeric_limits<float>::quiet_NaN();
        ExpectRefused([&]() { LinkGroupIndexPolicy::Save(network, odd, {}); }, "index.0.weight");
    }
};

/**
 * \ingroup sterna-tests
 * Training gives the same bytes twice, and after an interruption.
 */
class SternaIndexTrainingTest : public LinkGroupTestCase
{
  public:
    SternaIndexTrainingTest()
        : LinkGroupTestCase("index training is reproducible and resumes to the same bytes")
    {
    }

  private:
    static std::string Bytes(const Mlp& network, const std::string& path)
    {
        LinkGroupIndexPolicy::Save(network, path, {});
        return ReadBytes(path);
    }

    void DoRun() override
    {
        LinkGroupExperiment experiment;
        experiment.cycles = 45;
        LinkGroupIndexRecipe recipe;
        recipe.loads = {{8, 1, 1}, {8, 2, 5}};
        recipe.rounds = 2;
        recipe.futures = 2;
        recipe.fit.epochs = 2;
        uint32_t cycles = 0;
        const auto count = [&](uint32_t done, const LinkGroupCycle&) {
            ++cycles;
            ExpectTrue(done <= 45, "cycles are counted");
        };
        const std::string path = CreateTempDirFilename("policy.safetensors");
        const auto once = Bytes(TrainIndexPolicy(experiment, recipe, "", count), path);
        ExpectNear(cycles, 45, 0, "all cycles were played");
        const auto twice = Bytes(TrainIndexPolicy(experiment, recipe, "", count), path);
        ExpectTrue(once == twice, "the same training gives the same bytes");
        ExpectTrue(once != Bytes(LinkGroupIndexPolicy::Untrained(Stream(1)), path), "it learnt");

        const std::string checkpoint = CreateTempDirFilename("checkpoint");
        const auto stop = [](uint32_t done, const LinkGroupCycle&) {
            if (done == 35)
            {
                throw std::runtime_error("interrupted");
            }
        };
        try
        {
            TrainIndexPolicy(experiment, recipe, checkpoint, stop);
            ExpectTrue(false, "it was interrupted");
        }
        catch (const std::runtime_error&)
        {
        }
        cycles = 0;
        const auto resumed = Bytes(TrainIndexPolicy(experiment, recipe, checkpoint, count), path);
        ExpectNear(cycles, 25, 0, "only the second round was played");
        ExpectTrue(once == resumed, "an interrupted training ends with the same bytes");

        recipe.rounds = 0;
        ExpectRefused([&]() { TrainIndexPolicy(experiment, recipe, "", count); }, "0 rounds");
    }
};

/**
 * \ingroup sterna-tests
 * The shipped policy on cycles that its training has not seen.
 */
class SternaShippedIndexTest : public LinkGroupTestCase
{
  public:
    SternaShippedIndexTest()
        : LinkGroupTestCase("the shipped index beats the rules on unseen cycles")
    {
    }

  private:
    static double MeanObjective(const std::string& preset,
                                const std::function<Ptr<LinkGroupDecider>()>& makeDecider)
    {
        LinkGroupPreset::FromName(preset).SetDefaults();
        LinkGroupExperiment experiment;
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.cycles = 40;
        const auto outcome = RunDecider(
            experiment,
            "",
            makeDecider,
            [](const LinkGroupSlotRecord&) {},
            [](uint32_t) {});
        return outcome.Mean([](const auto& cycle) { return cycle.objective; });
    }

    void DoRun() override
    {
        const char* folder = std::getenv("STERNA_SOURCE_DIR");
        const std::string path = std::string(folder != nullptr ? folder : STERNA_SOURCE_DIR) +
                                 "/examples/policies/link-group-index.safetensors";
        for (const std::string preset : {"small", "learn"})
        {
            const auto index = [&](uint32_t futures) {
                return MeanObjective(preset, [&]() {
                    const auto policy = CreateObject<LinkGroupIndexPolicy>();
                    policy->SetAttribute("Policy", StringValue(path));
                    policy->SetAttribute("Futures", UintegerValue(futures));
                    return policy;
                });
            };
            const double greedy =
                MeanObjective(preset, []() { return CreateObject<LinkGroupGreedy>(); });
            const double progress =
                MeanObjective(preset, []() { return CreateObject<LinkGroupThresholdProgress>(); });
            const double rule = std::min(greedy, progress);
            NS_TEST_EXPECT_MSG_LT(index(0), rule, preset << ": the index alone");
            NS_TEST_EXPECT_MSG_LT(index(4), rule, preset << ": with a look at 4 futures");
        }
        LinkGroupPreset{20, 1, 1}.SetDefaults();
    }
};

/**
 * \ingroup sterna-tests
 * The learned priority index: its formula, its files, its training.
 */
class SternaIndexPolicyTestSuite : public TestSuite
{
  public:
    SternaIndexPolicyTestSuite()
        : TestSuite("sterna-index-policy", Type::UNIT)
    {
        AddTestCase(new SternaIndexFormulaTest);
        AddTestCase(new SternaIndexFileTest);
        AddTestCase(new SternaIndexTrainingTest);
        AddTestCase(new SternaShippedIndexTest);
    }
};

static SternaIndexPolicyTestSuite g_sternaIndexPolicyTestSuite;
