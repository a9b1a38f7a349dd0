/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * Training and policies on the real scenario, small: the paper's six agents and ours are found by
 * name, learn, and leave files that decide as they do, elsewhere too; the same seed gives the same
 * bytes, with an interruption as well.
 */

#include "sterna-migration-decider-tests.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-decider-names.h"
#include "ns3/sterna-migration-experiment.h"
#include "ns3/sterna-migration-learners.h"
#include "ns3/sterna-run-scope.h"
#include "ns3/sterna-safetensors.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace ns3
{
namespace sterna
{
namespace tests
{

using namespace migration;

namespace
{

const std::vector<std::string> PAPER{"Ppo", "Sac", "Hppo", "Ghppo", "GatHppo", "GateHppo"};

/// Trains small networks for a few slots.
class MigrationTrainingTestCase : public MigrationTestCase
{
  public:
    using MigrationTestCase::MigrationTestCase;

  protected:
    static MigrationSetting Setting()
    {
        MigrationSetting setting;
        setting.cities = 5;
        setting.flights = 1;
        setting.slots = 5;
        return setting;
    }

    static void SetLearning(const std::string& learning)
    {
        const bool offers = learning == "offers";
        const std::string prefix = "ns3::sterna::";
        SetMigrationLearning(learning);
        for (const auto& name : PAPER)
        {
            Config::SetDefault(prefix + name + "Agent::HiddenLayers", StringValue("8-6"));
            if (name != "Sac")
            {
                Config::SetDefault(prefix + name + "Agent::Horizon",
                                   UintegerValue(offers ? 16 : 4));
                Config::SetDefault(prefix + name + "Agent::Minibatches", UintegerValue(2));
                Config::SetDefault(prefix + name + "Agent::NodeLayers", StringValue("8-4"));
            }
        }
        Config::SetDefault(prefix + "SacAgent::BatchSize", UintegerValue(4));
        Config::SetDefault(prefix + "SacAgent::LearningStarts", UintegerValue(4));
    }

    /// Forgets what was set, but not the run number.
    static void Forget()
    {
        const uint64_t run = RngSeedManager::GetRun();
        Config::Reset();
        RngSeedManager::SetRun(run);
    }

    static Ptr<MigrationDecider> Train(const std::string& name,
                                       const std::string& learning,
                                       uint32_t episodes)
    {
        SetLearning(learning);
        const auto decider = CreateMigrationDecider(name, learning, true);
        TrainMigration(decider, Setting(), episodes, "", [](uint32_t, const auto&) {});
        return decider;
    }

    std::string Save(const Ptr<MigrationDecider>& decider)
    {
        const std::string path = CreateTempDirFilename("policy.safetensors");
        MigrationAgentOf(decider)->SavePolicy(path, MigrationPolicyMetadata(decider));
        return path;
    }

    static std::string Bytes(const std::string& path)
    {
        std::ifstream file(path, std::ios::binary);
        std::ostringstream bytes;
        bytes << file.rdbuf();
        return bytes.str();
    }

    /// All that a decider decided in an episode, and what came of it.
    static std::vector<double> Decisions(const Ptr<MigrationDecider>& decider,
                                         const MigrationSetting& setting)
    {
        std::vector<double> decisions;
        MigrationExperiment experiment;
        experiment.setting = setting;
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.runs = 2;
        const auto keep = [&](const MigrationSlotRecord& record) {
            decisions.push_back(record.report.reward);
            for (Eigen::Index u = 0; u < record.report.decision.satellite.size(); ++u)
            {
                decisions.push_back(record.report.decision.satellite(u));
                decisions.push_back(record.report.decision.bandwidth(u));
                decisions.push_back(record.report.decision.compute(u));
            }
        };
        RunMigration(
            experiment,
            "",
            [&] { return decider; },
            keep,
            [](uint32_t) {});
        return decisions;
    }
};

/// Lets a decider look at a world's problem, outside of a simulation, which loses events that
/// refusals end.
void
Show(const Ptr<MigrationDecider>& decider, const MigrationSetting& setting)
{
    const RunScope scope;
    MigrationScenario scenario(setting, FIRST_SCENARIO_STREAM);
    decider->Check(scenario.Install(nullptr, SlotScheduler::FLOW)->GetProblem());
}

class MigrationAgentsTest : public MigrationTrainingTestCase
{
  public:
    MigrationAgentsTest()
        : MigrationTrainingTestCase("agents are found by name, learn, and decide as their files do")
    {
    }

  private:
    void Expect(const std::string& name, const std::string& learning)
    {
        const std::string what = name + ", " + learning;
        const std::string untrained = Bytes(Save(Train(name, learning, 0)));
        Forget();
        const auto decider = Train(name, learning, 3);
        const std::string path = Save(decider);
        ExpectTrue(untrained.size() > 1000 && Bytes(path) != untrained, "it learned: " + what);
        decider->SetAttribute("Training", BooleanValue(false));
        const auto expected = Decisions(decider, Setting());
        ExpectTrue(Bytes(Save(decider)) == Bytes(path), "an evaluation teaches nothing: " + what);
        Forget(); // the file alone must tell what the policy sees
        const auto loaded = CreateMigrationPolicy(path);
        ExpectTrue(loaded->GetInstanceTypeId() == decider->GetInstanceTypeId(), what);
        const auto actual = Decisions(loaded, Setting());
        NS_TEST_ASSERT_MSG_EQ(actual.size(), 2 * 5 * (1 + 3 * 6), what);
        double difference = 0;
        for (std::size_t k = 0; k < actual.size() && k < expected.size(); ++k)
        {
            difference = std::max(difference, std::abs(actual[k] - expected[k]));
        }
        ExpectNear(difference, 0, 1e-4, "decides as before: " + what);
        // whatever is the way of learning here
        SetMigrationLearning(learning == "offers" ? "paper" : "offers");
        ExpectTrue(Decisions(CreateMigrationPolicy(path), Setting()) == actual, "again: " + what);
        Forget();
    }

    void DoRun() override
    {
        for (const auto& name : PAPER)
        {
            Expect(name, "paper");
        }
        Expect("Ppo", "offers");
    }
};

class MigrationOtherSizesTest : public MigrationTrainingTestCase
{
  public:
    MigrationOtherSizesTest()
        : MigrationTrainingTestCase("graphs and offers fit other numbers of satellites and users")
    {
    }

  private:
    static MigrationSetting Other()
    {
        auto setting = Setting();
        setting.satellites = setting.planes = 6;
        setting.phasing = 5;
        setting.cities = 9;
        setting.flights = 2;
        setting.slots = 4;
        return setting;
    }

    void DoRun() override
    {
        for (const std::string name : {"Ghppo", "GatHppo", "GateHppo", "offers"})
        {
            const bool offers = name == "offers";
            const auto path = Save(Train(offers ? "Ppo" : name, offers ? "offers" : "paper", 1));
            Forget();
            const auto decisions = Decisions(CreateMigrationPolicy(path), Other());
            NS_TEST_ASSERT_MSG_EQ(decisions.size(), 2 * 4 * (1 + 3 * 11), name);
            double served = 0;
            for (std::size_t k = 0; k < decisions.size(); ++k)
            {
                const bool satellite = k % 34 > 0 && k % 34 % 3 == 1;
                served += satellite && decisions[k] >= 0;
            }
            ExpectTrue(served > 20, "users are served, " + name);
        }
        const auto flat = Save(Train("Hppo", "paper", 1));
        Forget();
        ExpectRefused([&] { Show(CreateMigrationPolicy(flat), Other()); }, "sterna.actors 6");
    }
};

class MigrationSameSeedTest : public MigrationTrainingTestCase
{
  public:
    MigrationSameSeedTest()
        : MigrationTrainingTestCase("the same seed trains the same policy, to the byte")
    {
    }

  private:
    std::string TrainedBytes(const std::string& name, const std::string& learning)
    {
        const std::string bytes = Bytes(Save(Train(name, learning, 3)));
        Forget();
        return bytes;
    }

    void DoRun() override
    {
        for (const auto& [name, learning] :
             std::vector<std::pair<std::string, std::string>>{{"Ppo", "offers"},
                                                              {"Sac", "paper"},
                                                              {"GateHppo", "paper"}})
        {
            const std::string first = TrainedBytes(name, learning);
            ExpectTrue(first == TrainedBytes(name, learning), "twice the same, " + name);
            const uint64_t run = RngSeedManager::GetRun();
            RngSeedManager::SetRun(run + 100);
            ExpectTrue(first != TrainedBytes(name, learning), "another run, another one, " + name);
            RngSeedManager::SetRun(run);
        }
    }
};

class MigrationResumeTest : public MigrationTrainingTestCase
{
  public:
    MigrationResumeTest()
        : MigrationTrainingTestCase("an interrupted training becomes the same policy, to the byte")
    {
    }

  private:
    std::string Train(const std::string& name,
                      const std::string& learning,
                      uint32_t episodes,
                      const std::string& checkpoint,
                      uint32_t expected)
    {
        SetLearning(learning);
        const auto decider = CreateMigrationDecider(name, learning, true);
        uint32_t played = 0;
        TrainMigration(decider,
                       Setting(),
                       episodes,
                       checkpoint,
                       [&](uint32_t, const MigrationEpisode& episode) {
                           played += episode.rewardBySlot.size() == 5;
                       });
        NS_TEST_EXPECT_MSG_EQ(played, expected, "episodes of " << name);
        const std::string bytes = Bytes(Save(decider));
        Forget();
        return bytes;
    }

    void DoRun() override
    {
        for (const auto& [name, learning] :
             std::vector<std::pair<std::string, std::string>>{{"Ppo", "offers"},
                                                              {"Sac", "paper"},
                                                              {"GateHppo", "paper"}})
        {
            const std::string checkpoint = CreateTempDirFilename(name + learning);
            const std::string expected = Train(name, learning, 23, "", 23);
            Train(name, learning, 22, checkpoint, 22); // of which the checkpoint keeps 20
            ExpectTrue(Train(name, learning, 23, checkpoint, 3) == expected, "resumed, " + name);
            const std::string done = Train(name, learning, 20, checkpoint, 0);
            ExpectTrue(done.size() > 1000 && done != expected, "nothing is left to do, " + name);
        }
        ExpectRefused(
            [] { TrainMigration(CreateMigrationDecider("Random", "paper"), Setting(), 1, "", {}); },
            "Only an agent can be trained");
    }
};

class MigrationEpochsTest : public MigrationTrainingTestCase
{
  public:
    MigrationEpochsTest()
        : MigrationTrainingTestCase("every episode begins elsewhere, in training and evaluation")
    {
    }

  private:
    void DoRun() override
    {
        const uint64_t run = RngSeedManager::GetRun();
        std::set<double> epochs;
        SetLearning("paper");
        const auto decider = CreateMigrationDecider("Hppo", "paper", true);
        TrainMigration(decider, Setting(), 4, "", [&](uint32_t, const MigrationEpisode& episode) {
            epochs.insert(episode.epoch_s);
        });
        NS_TEST_EXPECT_MSG_EQ(epochs.size(), 4, "in training");
        MigrationExperiment experiment;
        experiment.setting = Setting();
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.runs = 4;
        const auto outcome = RunMigration(
            experiment,
            "",
            [] { return CreateMigrationDecider("Random", "paper"); },
            {},
            [](uint32_t) {});
        for (const auto& episode : outcome.episodes)
        {
            epochs.insert(episode.epoch_s);
        }
        NS_TEST_EXPECT_MSG_EQ(epochs.size(), 8, "no evaluation sees an episode of training");
        NS_TEST_EXPECT_MSG_EQ(RngSeedManager::GetRun(), run, "the run number is restored");
        Forget();
    }
};

/// What an agent is told and asked is the paper's, unless an attribute says otherwise.
class MigrationNamesTest : public MigrationTrainingTestCase
{
  public:
    MigrationNamesTest()
        : MigrationTrainingTestCase("names of deciders, and what those of the paper are told")
    {
    }

  private:
    void ExpectTold(const std::string& name,
                    const std::string& graph,
                    const std::string& resources,
                    const std::string& window)
    {
        const auto decider = CreateMigrationDecider(name, "paper");
        const auto metadata = MigrationPolicyMetadata(decider);
        const std::map<std::string, std::string> expected{
            {"migration.Decider", "MigrationAgentDecider"},
            {"migration.Graph", graph},
            {"migration.Resources", resources},
            {"migration.Shares", "Equal"},
            {"migration.Window", window}};
        ExpectTrue(metadata == expected, name);
        ExpectTrue(MigrationAgentOf(decider)->GetInstanceTypeId().GetName() ==
                       "ns3::sterna::" + name + "Agent",
                   name);
    }

    void DoRun() override
    {
        SetMigrationLearning("paper");
        ExpectTold("Ppo", "false", "false", "1");
        ExpectTold("Sac", "false", "true", "1");
        ExpectTold("Hppo", "false", "true", "1");
        ExpectTold("Ghppo", "true", "true", "1");
        ExpectTold("GatHppo", "true", "true", "1");
        ExpectTold("GateHppo", "true", "true", "3");
        // figure 8 varies the window
        Config::SetDefault("ns3::sterna::MigrationAgentDecider::Window", UintegerValue(5));
        ExpectTold("GateHppo", "true", "true", "5");
        ExpectTold("GatHppo", "true", "true", "1");
        Forget();
        SetMigrationLearning("offers");
        const std::map<std::string, std::string> offers{
            {"migration.Decider", "MigrationOfferDecider"},
            {"migration.Guess", "true"},
            {"migration.Horizon", "12"},
            {"migration.Proposals", "1"},
            {"migration.Shares", "NeedFirst"}};
        ExpectTrue(MigrationPolicyMetadata(CreateMigrationDecider("Ppo", "offers")) == offers,
                   "offers");
        Forget();
        ExpectTrue(!MigrationAgentOf(CreateMigrationDecider("OverloadBump", "offers")), "a rule");
        for (const std::string name : {"Nobody", "LinkGroupGreedy", "Node"})
        {
            ExpectRefused([&] { CreateMigrationDecider(name, "offers"); }, "'" + name + "'");
            ExpectRefused([&] { CreateAgent("Migration", name); }, "'" + name + "'");
        }
        ExpectRefused([] { CreateMigrationDecider("Nobody", "offers"); }, "OverloadBump, ");
        ExpectRefused([] { CreateMigrationDecider("Nobody", "offers"); }, " Ppo,");
        ExpectRefused([] { CreateAgent("Migration", "OverloadBump"); }, "'OverloadBump'");
        ExpectRefused([] { SetMigrationLearning("offer"); }, "'offer'; it is offers or paper");
        ExpectRefused([] { CreateMigrationDecider("Ppo", "Paper"); }, "offers or paper");
        // deciders that need an agent are none that a name alone can make
        std::string known;
        try
        {
            CreateMigrationDecider("Nobody", "offers");
        }
        catch (const InputError& error)
        {
            known = error.what();
        }
        ExpectTrue(known.find("OfferDecider") == std::string::npos, "no OfferDecider: " + known);
        ExpectTrue(known.find("AgentDecider") == std::string::npos, "no AgentDecider: " + known);
    }
};

class MigrationPolicyFileTest : public MigrationTrainingTestCase
{
  public:
    MigrationPolicyFileTest()
        : MigrationTrainingTestCase("files of another kind are refused with a sentence")
    {
    }

  private:
    void DoRun() override
    {
        const std::string good = Save(Train("Ppo", "offers", 0));
        Forget();
        const auto refuse =
            [&](const std::string& key, const char* value, const std::string& what) {
                auto file = Safetensors::Read(good);
                file.metadata.erase(key);
                if (value)
                {
                    file.metadata[key] = value;
                }
                const std::string path = CreateTempDirFilename("changed.safetensors");
                file.Write(path);
                ExpectRefused([&] { CreateMigrationPolicy(path); }, what);
                ExpectRefused([&] { CreateMigrationPolicy(path); }, "changed.safetensors");
            };
        refuse("migration.Decider", "Nope", "'ns3::sterna::Nope'");
        refuse("migration.Decider", "MigrationPlanner", "'ns3::sterna::MigrationPlanner'");
        refuse("migration.Decider", nullptr, "migration.Decider");
        refuse("migration.Horizon", "0", "the Horizon '0'");
        refuse("migration.Shares", "Random", "the Shares 'Random'");
        refuse("migration.Guess", nullptr, "migration.Guess");
        const std::string missing = CreateTempDirFilename("missing.safetensors");
        ExpectRefused([&] { CreateMigrationPolicy(missing); }, "missing.safetensors");
        const std::string text = CreateTempDirFilename("text.safetensors");
        std::ofstream(text) << "no tensors at all";
        ExpectRefused([&] { CreateMigrationPolicy(text); }, "text.safetensors");
        // an agent that is none, or unknown
        auto file = Safetensors::Read(Save(Train("GateHppo", "paper", 0)));
        Forget();
        file.metadata["sterna.agent"] = "ns3::sterna::Oracle";
        file.Write(text);
        ExpectRefused([&] { CreateMigrationPolicy(text); }, "'ns3::sterna::Oracle'");
        file.metadata["sterna.agent"] = "ns3::sterna::MigrationPlanner";
        file.Write(text);
        ExpectRefused([&] { CreateMigrationPolicy(text); }, "no agent that this Sterna knows");
        file.metadata["sterna.agent"] = "ns3::sterna::GateHppoAgent";
        file.metadata["sterna.encoder"] = "magic";
        file.Write(text);
        ExpectRefused([&] { Show(CreateMigrationPolicy(text), Setting()); }, "'magic'");
    }
};

} // namespace

std::vector<TestCase*>
MakeMigrationLearningTests()
{
    return {new MigrationAgentsTest,
            new MigrationOtherSizesTest,
            new MigrationSameSeedTest,
            new MigrationResumeTest,
            new MigrationEpochsTest,
            new MigrationNamesTest,
            new MigrationPolicyFileTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
