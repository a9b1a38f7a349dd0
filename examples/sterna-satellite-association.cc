/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-examples
 *
 * Satellite association and channel allocation (PSDDQN, Wireless Communications and Mobile
 * Computing 2022, article 1177544).
 *
 * 120 satellites of a Walker constellation pass over five base stations and offload their data. In
 * every slice of 3.5 minutes a control centre says which satellite sends to which station on which
 * of its 4 channels; storage at the stations fills up and gets dearer. The program lets several
 * deciders do this over the same orbits and compares them, also with a certified upper bound:
 *
 *     sterna-satellite-association
 *     sterna-satellite-association --satellites=1584 --planes=72 --phasing=17 --inclination=53
 *     sterna-satellite-association --tle=my-satellites.txt --start=2026-11-25T00:00:00
 *     sterna-satellite-association --train=25 --output=mine
 *     sterna-satellite-association --policy=mine/policy.safetensors --RngRun=7
 *     sterna-satellite-association --dump=geometry
 *
 * Every attribute of every model can be set, too:
 *
 *     --ns3::sterna::AssociationScheduler::MinElevationDeg=20
 *
 * It prints a table and leaves episodes.csv, slices.csv, timing.csv (the wall times, which differ
 * from run to run), manifest.json and pictures in the output folder.
 */

#include "ns3/command-line.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-association-experiment.h"
#include "ns3/sterna-association-learners.h"
#include "ns3/sterna-association-report.h"
#include "ns3/sterna-command-line-check.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-output-folder.h"
#include "ns3/sterna-progress-bar.h"

#include <cstdio>
#include <filesystem>
#include <iomanip>
#include <iostream>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

const std::string PROGRAM = "sterna-satellite-association";

/// What the user asks for.
struct Options
{
    AssociationSetting setting;
    double inclinationDeg{45};
    double altitudeKm{550};
    std::string fidelity{"packet"};
    std::string rates{"shannon"};
    std::string deciders{"Random,Greedy,GreedyUtility,MyopicMatching,Policy"};
    std::string policy{STERNA_SOURCE_DIR "/examples/policies/association.safetensors"};
    std::string output{"sterna-output"};
    std::string agent{"Psddqn"};
    std::string learning{"offers"};
    std::string dump;
    uint32_t runs{3};
    uint32_t train{0};
    std::string trainPatterns;
};

AssociationExperiment
ExperimentOf(const Options& options)
{
    AssociationExperiment experiment;
    experiment.setting = options.setting;
    experiment.fidelity = FidelityFromName(options.fidelity);
    if (options.rates != "shannon" && options.rates != "dvb-s2x")
    {
        throw InputError("The rates '" + options.rates +
                         "' are unknown; they are shannon or "
                         "dvb-s2x.");
    }
    experiment.setting.rates = options.rates == "shannon" ? AssociationSetting::Rates::SHANNON
                                                          : AssociationSetting::Rates::DVB_S2X;
    experiment.setting.shell.inclination = DegToRad(options.inclinationDeg);
    experiment.setting.shell.altitude = 1e3 * options.altitudeKm;
    if (options.runs == 0 || experiment.setting.slices == 0)
    {
        throw InputError(Sentence("The number of ",
                                  options.runs == 0 ? "runs" : "slices",
                                  " is 0; at least one is needed."));
    }
    experiment.runs = options.runs;
    return experiment;
}

/// Refuses what cannot be before anything is simulated or written; returns the satellites' number.
uint32_t
CheckDeciders(const Options& options, const AssociationExperiment& experiment)
{
    const auto names = SplitList(options.deciders);
    if (names.empty())
    {
        throw InputError("The list of deciders is empty; name at least one.");
    }
    AssociationScenario scenario(experiment.setting, 0);
    const auto scheduler = scenario.Install(nullptr, experiment.fidelity);
    for (const auto& name : names)
    {
        if (name == "Policy" && options.train > 0)
        {
            continue; // it is made by this very run
        }
        const auto decider = name == "Policy" ? CreateAssociationPolicy(options.policy)
                                              : CreateAssociationDecider(name);
        decider->Check(scheduler->GetProblem());
    }
    return scenario.Satellites().GetN();
}

/// What episodes of training take turns with.
std::vector<AssociationSetting>
TrainingSettings(const Options& options, const AssociationExperiment& experiment)
{
    std::vector<AssociationSetting> settings;
    for (const auto& pattern : SplitList(options.trainPatterns))
    {
        settings.push_back(experiment.setting);
        auto& walker = settings.back().pattern;
        char rest = 0;
        if (std::sscanf(pattern.c_str(),
                        "%u/%u/%u%c",
                        &walker.satellites,
                        &walker.planes,
                        &walker.phasing,
                        &rest) != 3)
        {
            throw InputError("The pattern '" + pattern +
                             "' cannot be read; write it as T/P/F, such as 120/12/1.");
        }
    }
    return settings.empty() ? std::vector<AssociationSetting>{experiment.setting} : settings;
}

/// Trains the agent and writes its policy; returns the policy's path.
std::string
Train(const Options& options,
      const std::vector<std::string>& arguments,
      const AssociationExperiment& experiment,
      OutputFolder& folder)
{
    const auto decider = CreateAssociationDecider(options.agent, true);
    const std::string checkpoint = folder.PathOf("checkpoint");
    ProgressBar progress("training", options.train);
    auto& curve = folder.Open("training.csv");
    curve << "episode,utility,offloaded_units\n";
    TrainAssociation(decider,
                     TrainingSettings(options, experiment),
                     options.train,
                     checkpoint,
                     [&](uint32_t done, const AssociationEpisode& episode) {
                         curve << done << "," << episode.utility << "," << episode.offloaded
                               << "\n";
                         progress.Update(done);
                     });
    const std::string path = folder.PathOf("policy.safetensors");
    auto metadata = AssociationPolicyMetadata(decider);
    std::string command = PROGRAM;
    for (const auto& argument : arguments)
    {
        command += " " + argument;
    }
    metadata["sterna.command"] = command;
    metadata["sterna.seed"] = std::to_string(RngSeedManager::GetSeed());
    metadata["sterna.run"] = std::to_string(RngSeedManager::GetRun());
    metadata["sterna.ns3"] = Ns3Version();
    DynamicCast<AssociationAgentDecider>(decider)->GetAgent()->SavePolicy(path, metadata);
    std::filesystem::remove(checkpoint);
    std::filesystem::remove(checkpoint + ".runs");
    return path;
}

/// Writes each slice as it ends.
void
WriteSlice(const std::string& decider,
           const AssociationSliceRecord& record,
           std::ostream& slices,
           std::ostream& timing)
{
    const auto& report = record.report;
    for (std::size_t g = 0; g < report.grants.size(); ++g)
    {
        const auto& grant = report.grants[g];
        slices << decider << "," << record.run << "," << report.slice << "," << grant.satellite
               << "," << grant.station << "," << grant.channel << "," << report.volumes[g] << ","
               << report.utilities[g] << "," << report.capacity(grant.station - 1) << "\n";
    }
    timing << decider << "," << record.run << "," << report.slice << "," << record.decisionSeconds
           << "\n";
}

std::vector<AssociationOutcome>
Compare(const Options& options,
        const AssociationExperiment& experiment,
        const std::string& policy,
        OutputFolder& folder)
{
    auto& slices = folder.Open("slices.csv");
    auto& timing = folder.Open("timing.csv");
    slices << "decider,run,slice,satellite,bs,channel,offloaded_bit,utility,left_at_bs_bit\n"
           << std::setprecision(15);
    timing << "decider,run,slice,decision_seconds\n";
    std::vector<AssociationOutcome> outcomes;
    for (const auto& name : SplitList(options.deciders))
    {
        ProgressBar progress(name, experiment.runs);
        outcomes.push_back(RunAssociation(
            experiment,
            name,
            [&]() {
                return name == "Policy" ? CreateAssociationPolicy(policy)
                                        : CreateAssociationDecider(name);
            },
            [&](const AssociationSliceRecord& record) { WriteSlice(name, record, slices, timing); },
            [&](uint32_t done) { progress.Update(done); }));
    }
    return outcomes;
}

void
Run(const Options& options, const std::vector<std::string>& arguments)
{
    const auto experiment = ExperimentOf(options);
    if (!options.dump.empty())
    {
        if (options.dump != "geometry")
        {
            throw InputError("There is no dump '" + options.dump + "'; it is geometry.");
        }
        OutputFolder folder(options.output);
        DumpGeometry(experiment, Seconds(30), folder);
        WriteManifest(folder.Open("manifest.json"), PROGRAM, arguments);
        folder.Finish();
        std::cout << "Written to " << options.output
                  << ": positions.csv, windows.csv, manifest.json\n";
        return;
    }
    TrainingSettings(options, experiment); // refuses what cannot be before anything is written
    const uint32_t satellites = CheckDeciders(options, experiment);
    OutputFolder folder(options.output);
    const std::string policy =
        options.train > 0 ? Train(options, arguments, experiment, folder) : options.policy;
    const auto outcomes = Compare(options, experiment, policy, folder);
    const auto bounds = BoundEpisodes(experiment);
    WriteEpisodes(outcomes, bounds, folder.Open("episodes.csv"));
    WriteManifest(folder.Open("manifest.json"), PROGRAM, arguments);
    PrintAssociations(outcomes,
                      bounds,
                      Sentence(satellites,
                               " satellites, ",
                               experiment.setting.sites.size(),
                               " base stations, ",
                               experiment.setting.slices,
                               " slices, ",
                               experiment.runs,
                               " runs, ",
                               options.fidelity,
                               " level"));
    folder.Finish();
    DrawAssociations(outcomes, folder);
    std::cout << "\nWritten to " << options.output
              << ": episodes.csv, slices.csv, timing.csv, manifest.json, utility.png, "
                 "capacity.png\n";
}

} // namespace

int
main(int argc, char* argv[])
{
    Options options;
    auto& setting = options.setting;
    CommandLine cmd(__FILE__);
    cmd.Usage("Compares deciders of satellite association over a Walker constellation.");
    cmd.AddValue("satellites", "T of the Walker delta T/P/F", setting.pattern.satellites);
    cmd.AddValue("planes", "P", setting.pattern.planes);
    cmd.AddValue("phasing", "F", setting.pattern.phasing);
    cmd.AddValue("altitude", "of the orbits, km", options.altitudeKm);
    cmd.AddValue("inclination", "of the orbits, degrees", options.inclinationDeg);
    cmd.AddValue("tle", "file of two-line elements, instead of a Walker delta", setting.tle);
    cmd.AddValue(
        "start",
        "UTC when the file's satellites set off, such as 2026-11-25T06:30:00; by default the "
        "latest epoch in the file",
        setting.start);
    cmd.AddValue("isolation", "of interferers by antennas, dB", setting.isolationDb);
    cmd.AddValue("slices", "of an episode", setting.slices);
    cmd.AddValue("epoch",
                 "when episodes begin, s after Greenwich pointed to the equinox; drawn by default",
                 setting.epoch_s);
    cmd.AddValue("fidelity", "packet or flow", options.fidelity);
    cmd.AddValue("rates", "shannon or dvb-s2x", options.rates);
    cmd.AddValue("deciders", "comma-separated list; Policy is --policy", options.deciders);
    cmd.AddValue("runs", "episodes per decider, each from another epoch", options.runs);
    cmd.AddValue("train", "episodes of training at flow level before; 0: none", options.train);
    cmd.AddValue("train-patterns",
                 "comma-separated Walker deltas T/P/F that training takes turns with",
                 options.trainPatterns);
    cmd.AddValue("agent", "the agent that is trained", options.agent);
    cmd.AddValue("learning", "offers, or paper: its 156 inputs and Table 2", options.learning);
    cmd.AddValue("policy", "policy file of the decider Policy", options.policy);
    cmd.AddValue("dump", "geometry: write positions.csv and windows.csv instead", options.dump);
    cmd.AddValue("output", "folder for the results", options.output);
    try
    {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        CheckArguments(
            arguments,
            {"satellites", "planes",    "phasing", "altitude",       "inclination", "tle",
             "start",      "isolation", "slices",  "epoch",          "fidelity",    "rates",
             "deciders",   "runs",      "train",   "train-patterns", "agent",       "learning",
             "policy",     "dump",      "output"},
            {"satellites", "planes", "phasing", "slices", "runs", "train"},
            {"altitude", "inclination", "isolation", "epoch"});
        // twice: the way of learning gives defaults, which attributes on the command line override
        cmd.Parse(argc, argv);
        SetAssociationLearning(options.learning);
        cmd.Parse(argc, argv);
        for (const std::string other :
             {"satellites", "planes", "phasing", "altitude", "inclination"})
        {
            if (IsGiven(arguments, "tle") && IsGiven(arguments, other))
            {
                throw InputError("--tle brings its own orbits, for which --" + other +
                                 " means nothing; leave one of them out.");
            }
        }
        if (IsGiven(arguments, "start") && !IsGiven(arguments, "tle"))
        {
            throw InputError("--start is for --tle; a Walker delta begins at --epoch.");
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
