/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-examples
 *
 * Link-group scheduling in an over-loaded LEO-terrestrial network (Yuan et al., IEEE TWC 2022).
 *
 * One satellite, one base station and two terrestrial-satellite terminals serve K ground devices.
 * In every slot of 0.1 s a controller picks one link group: who sends to whom. The program lets
 * several deciders do this over the same places, demands and channels and compares them:
 *
 *     sterna-link-group-scheduling
 *     sterna-link-group-scheduling --preset=paper --deciders=Random,Greedy --fidelity=flow
 *     sterna-link-group-scheduling --train=2000 --output=mine
 *     sterna-link-group-scheduling --policy=mine/policy.safetensors --RngRun=7
 *     sterna-link-group-scheduling --dynamics=users --fidelity=flow
 *
 * Every attribute of every model can be set, too:
 *
 *     --ns3::sterna::SlotScheduler::DecisionDelayModel=Measured
 *
 * With --dynamics the world changes every 200 slots of a run, and the program says how long the
 * objective takes to recover. It prints a table and leaves summary.csv, slots.csv, timing.csv (the wall times, which differ
 * from run to run), manifest.json and pictures in the output folder.
 */

#include "ns3/command-line.h"
#include "ns3/config.h"
#include "ns3/gnuplot.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-command-line-check.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-bound.h"
#include "ns3/sterna-link-group-experiment.h"
#include "ns3/sterna-link-group-index-policy.h"
#include "ns3/sterna-link-group-index-training.h"
#include "ns3/sterna-link-group-recovery.h"
#include "ns3/sterna-link-group-report.h"
#include "ns3/sterna-link-group-solution.h"
#include "ns3/sterna-output-folder.h"
#include "ns3/sterna-progress-bar.h"
#include "ns3/sterna-scheduler-helper.h"
#include "ns3/string.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

const std::string PROGRAM = "sterna-link-group-scheduling";

/// What the user asks for.
struct Options
{
    std::string preset{"learn"};
    std::string fidelity{"packet"};
    std::string rates{"shannon"};
    std::string deciders{"Random,Greedy,ThresholdProgress,Policy,IndexPolicy"};
    std::string policy{STERNA_SOURCE_DIR "/examples/policies/link-group-learn.safetensors"};
    std::string output{"sterna-output"};
    LinkGroupSetting setting;
    std::string dynamics{"none"};
    uint32_t cycles{30};
    uint32_t slots{100}; //!< of a run
    uint32_t train{0};
    std::string agent{"Wolpertinger"};
    std::string instance;
    std::string exportInstance;
};

/// T of the scheduling cycle, its default.
constexpr uint32_t SLOTS_PER_CYCLE = 10;

/// Random stream of a decider that works on an instance.
constexpr int64_t DECIDER_STREAM = 2;

std::string
Join(const std::vector<std::string>& words)
{
    std::string line;
    for (const auto& word : words)
    {
        line += (line.empty() ? "" : " ") + word;
    }
    return line;
}

LinkGroupSetting::Rates
RatesOf(const std::string& name)
{
    if (name != "shannon" && name != "standard")
    {
        throw InputError("The rates '" + name + "' are unknown; they are shannon or standard.");
    }
    return name == "shannon" ? LinkGroupSetting::Rates::SHANNON : LinkGroupSetting::Rates::STANDARD;
}

/// Refuses options that cannot be before anything is simulated or written.
LinkGroupExperiment
Check(const Options& options)
{
    LinkGroupExperiment experiment;
    experiment.setting = options.setting;
    experiment.fidelity = FidelityFromName(options.fidelity);
    experiment.setting.rates = RatesOf(options.rates);
    experiment.cycles = options.cycles;
    if (options.slots == 0 || options.slots % SLOTS_PER_CYCLE != 0)
    {
        throw InputError("The number of slots in a run is " + std::to_string(options.slots) +
                         "; it must be a positive multiple of " + std::to_string(SLOTS_PER_CYCLE) +
                         ", a cycle.");
    }
    experiment.cyclesPerRun = options.slots / SLOTS_PER_CYCLE;
    if (options.cycles == 0)
    {
        throw InputError("The number of cycles is 0; at least one is needed.");
    }
    const auto names = SplitList(options.deciders);
    if (names.empty())
    {
        throw InputError("The list of deciders is empty; name at least one.");
    }
    // the network refuses what it cannot be, and a policy what it does not fit
    LinkGroupScenario scenario(experiment.setting, Seconds(1), 0);
    for (const auto& name : names)
    {
        const bool policy = name == "Policy";
        if (policy && options.train > 0)
        {
            continue; // it is made by this very run
        }
        const auto decider =
            policy ? CreatePolicyDecider(options.policy) : CreateLinkGroupDecider(name);
        const auto scheduler = scenario.Install(decider, experiment.fidelity, 1);
        decider->Check(scheduler->GetProblem());
    }
    return experiment;
}

std::string
Link(const LinkGroup& group)
{
    std::ostringstream text;
    for (std::size_t n = 0; n < group.serves.size(); ++n)
    {
        text << (n > 0 ? " " : "");
        if (group.serves[n] == LinkGroup::IDLE)
        {
            text << "-";
        }
        else
        {
            text << group.serves[n];
        }
    }
    return text.str();
}

/// Trains the agent and writes its policy; returns the policy's path.
std::string
Train(const Options& options,
      const std::vector<std::string>& arguments,
      LinkGroupExperiment experiment,
      OutputFolder& folder)
{
    experiment.cycles = options.train;
    const std::string checkpoint = folder.PathOf("checkpoint");
    ProgressBar progress("training", options.train);
    auto& curve = folder.Open("training.csv");
    curve << "cycle,objective,idle_objective,served\n";
    const auto onCycle = [&](uint32_t done, const LinkGroupCycle& cycle) {
        curve << done << "," << cycle.objective << "," << cycle.idleObjective << "," << cycle.served
              << "\n";
        progress.Update(done);
    };
    const std::string path = folder.PathOf("policy.safetensors");
    const std::map<std::string, std::string> metadata{
        {"sterna.command", PROGRAM + " " + Join(arguments)},
        {"sterna.seed", std::to_string(RngSeedManager::GetSeed())},
        {"sterna.run", std::to_string(RngSeedManager::GetRun())},
        {"sterna.ns3", Ns3Version()}};
    if (options.agent == "IndexPolicy")
    {
        const auto network = TrainIndexPolicy(experiment, {}, checkpoint, onCycle);
        LinkGroupIndexPolicy::Save(network, path, metadata);
    }
    else
    {
        const auto agent = CreateAgent(options.agent);
        TrainAgent(agent, experiment, checkpoint, onCycle);
        agent->SavePolicy(path, metadata);
    }
    std::filesystem::remove(checkpoint);
    std::filesystem::remove(checkpoint + ".runs");
    return path;
}

/// Lets every decider run and writes each slot as it ends.
std::vector<LinkGroupOutcome>
Compare(const Options& options,
        const LinkGroupExperiment& experiment,
        const std::string& policy,
        OutputFolder& folder,
        std::map<std::string, std::vector<double>>& objectiveBySlot)
{
    auto& slots = folder.Open("slots.csv");
    auto& timing = folder.Open("timing.csv");
    slots << "decider,run,slot,devices_served_by_transmitter,delivered_mbit,reward,objective,"
             "served,idle_objective,present,update\n"
          << std::setprecision(10);
    timing << "decider,run,slot,decision_seconds\n";
    std::vector<LinkGroupOutcome> outcomes;
    for (const auto& name : SplitList(options.deciders))
    {
        ProgressBar progress(name, experiment.cycles);
        auto& curve = objectiveBySlot[name];
        outcomes.push_back(RunDecider(
            experiment,
            name,
            [&]() {
                return name == "Policy" ? CreatePolicyDecider(policy)
                                        : CreateLinkGroupDecider(name);
            },
            [&](const LinkGroupSlotRecord& record) {
                const auto& slot = record.slot;
                slots << name << "," << record.run << "," << slot.slot << "," << Link(slot.group)
                      << "," << slot.deliveredMbit << "," << slot.reward << "," << slot.objective
                      << "," << slot.served << "," << slot.idleObjective << "," << slot.present
                      << "," << record.update << "\n";
                timing << name << "," << record.run << "," << slot.slot << ","
                       << record.decisionSeconds << "\n";
                curve.push_back(slot.objective);
            },
            [&](uint32_t done) { progress.Update(done); }));
    }
    return outcomes;
}

/// Writes the instance of the first cycle, and nothing else.
void
ExportInstance(const Options& options, const LinkGroupExperiment& experiment)
{
    std::ostringstream text;
    FirstInstance(experiment).Write(text);
    const std::filesystem::path path(options.exportInstance);
    const auto folder = path.has_parent_path() ? path.parent_path() : ".";
    OutputFolder output(folder.string());
    output.Open(path.filename().string()) << text.str();
    output.Finish();
    std::cout << "Written to " << options.exportInstance << "\n";
}

/// Value, bound and plan of every decider on an instance that the user brings.
void
SolveFile(const Options& options, const std::vector<std::string>& arguments)
{
    const auto instance =
        std::make_shared<LinkGroupInstance>(LinkGroupInstance::Read(options.instance));
    std::vector<LinkGroupSolution> solutions;
    double least = instance->IdleObjective();
    for (const auto& name : SplitList(options.deciders))
    {
        const auto decider =
            name == "Policy" ? CreatePolicyDecider(options.policy) : CreateLinkGroupDecider(name);
        decider->AssignStreams(DECIDER_STREAM);
        solutions.push_back(SolveInstance(instance, name, decider));
        least = std::min(least, solutions.back().objective);
    }
    const double bound = LinkGroupBound().Solve(*instance, least).value;
    OutputFolder folder(options.output);
    WriteSolutions(*instance, bound, solutions, folder.Open("solutions.json"));
    WriteManifest(folder.Open("manifest.json"), PROGRAM, arguments);
    folder.Finish();
    std::printf("\n%u devices, %u slots, doing nothing %.10g, certified lower bound %.10g\n\n",
                instance->Devices(),
                instance->Slots(),
                instance->IdleObjective(),
                bound);
    std::printf("%-18s %16s %14s %12s %9s\n",
                "decider",
                "objective",
                "above bound, %",
                "ms",
                "refused");
    for (const auto& solution : solutions)
    {
        std::printf("%-18s %16.10g %14.3f %12.3f %9u\n",
                    solution.decider.c_str(),
                    solution.objective,
                    100 * (solution.objective / bound - 1),
                    1e3 * solution.seconds,
                    solution.refused);
        for (std::size_t t = 0; t < solution.plan.size(); ++t)
        {
            std::printf("  slot %zu: devices by transmitter %s\n",
                        t,
                        Link(solution.plan[t]).c_str());
        }
    }
    std::cout << "\nWritten to " << options.output << ": solutions.json, manifest.json\n";
}

void
Run(const Options& options, const std::vector<std::string>& arguments)
{
    if (!options.instance.empty())
    {
        SolveFile(options, arguments);
        return;
    }
    const auto experiment = Check(options);
    if (!options.exportInstance.empty())
    {
        ExportInstance(options, experiment);
        return;
    }
    OutputFolder folder(options.output);
    const std::string policy =
        options.train > 0 ? Train(options, arguments, experiment, folder) : options.policy;
    std::map<std::string, std::vector<double>> objectiveBySlot;
    const auto outcomes = Compare(options, experiment, policy, folder, objectiveBySlot);
    WriteSummary(outcomes, folder.Open("summary.csv"));
    WriteManifest(folder.Open("manifest.json"), PROGRAM, arguments);
    PrintTable(outcomes,
               std::to_string(options.setting.devices) + " devices, " +
                   std::to_string(options.cycles) + " cycles, preset " + options.preset + ", " +
                   options.fidelity + " level");
    const bool dynamic = options.dynamics != "none";
    if (dynamic)
    {
        WriteRecovery(outcomes, folder.Open("recovery.csv"));
        PrintRecovery(outcomes, std::cout);
    }
    folder.Finish();
    if (dynamic)
    {
        DrawRecovery(outcomes, folder);
    }
    DrawCycle(outcomes, objectiveBySlot, folder);
    DrawServed(outcomes, folder);
    std::cout << "\nWritten to " << options.output
              << ": summary.csv, slots.csv, timing.csv, manifest.json, objective.png, "
                 "served.png"
              << (dynamic ? ", recovery.csv, recovery.png\n" : "\n");
}

} // namespace

int
main(int argc, char* argv[])
{
    Options options;
    Config::SetDefault(
        "ns3::sterna::LinkGroupIndexPolicy::Policy",
        StringValue(STERNA_SOURCE_DIR "/examples/policies/link-group-index.safetensors"));
    CommandLine cmd(__FILE__);
    cmd.Usage("Compares deciders of link-group scheduling in a LEO-terrestrial network.");
    cmd.AddValue("preset", "small, learn or paper", options.preset);
    cmd.AddValue("devices",
                 "K, BS and TSTs included; as in the preset by default",
                 options.setting.devices);
    cmd.AddValue("leo-power", "transmit power of the LEO, W", options.setting.leoPower);
    cmd.AddValue("bs-power", "transmit power of the BS, W", options.setting.bsPower);
    cmd.AddValue("tst-power", "transmit power of the TSTs, W", options.setting.tstPower);
    cmd.AddValue("fidelity", "packet or flow", options.fidelity);
    cmd.AddValue("rates", "shannon, or standard: DVB-S2X and NR CQI", options.rates);
    cmd.AddValue("deciders", "comma-separated list; Policy is --policy", options.deciders);
    cmd.AddValue("dynamics",
                 "none, users, demand or channel: what changes every 200 slots",
                 options.dynamics);
    cmd.AddValue("cycles",
                 "scheduling cycles per decider; a run by default with dynamics",
                 options.cycles);
    cmd.AddValue("slots",
                 "slots of a run, 10 a cycle; 1000 by default with dynamics",
                 options.slots);
    cmd.AddValue("train", "cycles of training at flow level before; 0: none", options.train);
    cmd.AddValue("agent", "the agent that is trained", options.agent);
    cmd.AddValue("policy", "policy file of the decider Policy", options.policy);
    cmd.AddValue("instance", "JSON file to solve instead of simulating", options.instance);
    cmd.AddValue("export-instance",
                 "JSON file to write the first cycle to, instead of simulating",
                 options.exportInstance);
    cmd.AddValue("output", "folder for the results", options.output);
    try
    {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        CheckArguments(arguments,
                       {"preset",
                        "devices",
                        "leo-power",
                        "bs-power",
                        "tst-power",
                        "fidelity",
                        "rates",
                        "deciders",
                        "dynamics",
                        "cycles",
                        "slots",
                        "train",
                        "agent",
                        "policy",
                        "instance",
                        "export-instance",
                        "output"},
                       {"devices", "cycles", "slots", "train"},
                       {"leo-power", "bs-power", "tst-power"});
        // twice: the preset gives defaults, which attributes on the command line override
        cmd.Parse(argc, argv);
        const auto preset = LinkGroupPreset::FromName(options.preset);
        preset.SetDefaults();
        options.setting.dynamics = LinkGroupDynamics::FromName(options.dynamics);
        options.setting.dynamics.SetDefaults();
        cmd.Parse(argc, argv);
        if (options.dynamics != "none" && !IsGiven(arguments, "slots"))
        {
            options.slots = 1000;
        }
        if (options.dynamics != "none" && !IsGiven(arguments, "cycles"))
        {
            options.cycles = options.slots / SLOTS_PER_CYCLE;
        }
        for (const std::string other :
             {"preset", "devices", "cycles", "train", "dynamics", "fidelity"})
        {
            if (IsGiven(arguments, "instance") && IsGiven(arguments, other))
            {
                throw InputError("--instance solves a file, for which --" + other +
                                 " means nothing; leave one of them out.");
            }
        }
        if (!IsGiven(arguments, "devices"))
        {
            options.setting.devices = preset.devices;
        }
        Run(options, arguments);
    }
    catch (const std::exception& error)
    {
        std::cerr << PROGRAM << ": " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
