/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-examples
 *
 * Service migration and resource allocation at the satellite edge (the system of the GATE-HPPO
 * paper).
 *
 * Eight satellites of a rosette in MEO are edge servers for 34 cities and 6 flights. In every slot
 * of 5 minutes a management centre says which satellite hosts each user's service and how each
 * satellite shares its bandwidth and compute. Packets arrive at random and have a deadline of half a
 * second; a service that moves costs. The program lets several deciders do this over the same
 * orbits and arrivals and compares them, also with a certified upper bound:
 *
 *     sterna-service-migration
 *     sterna-service-migration --pattern=walker --satellites=24 --planes=6 --phasing=1
 *     sterna-service-migration --cities=0 --drawn=40
 *     sterna-service-migration --tracks=my-flight.csv
 *     sterna-service-migration --train=600 --output=mine
 *     sterna-service-migration --policy=mine/policy.safetensors --RngRun=7
 *     sterna-service-migration --dump=geometry
 *
 * Every attribute of every model can be set, too:
 *
 *     --ns3::sterna::MigrationScheduler::MigrationPause=1s
 *
 * It prints a table and leaves episodes.csv, slots.csv, timing.csv (the wall times, which differ
 * from run to run), manifest.json and pictures in the output folder.
 */

#include "ns3/command-line.h"
#include "ns3/config.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-command-line-check.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-migration-experiment.h"
#include "ns3/sterna-migration-learners.h"
#include "ns3/sterna-migration-report.h"
#include "ns3/sterna-output-folder.h"
#include "ns3/sterna-progress-bar.h"

#include <filesystem>
#include <iomanip>
#include <iostream>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

const std::string PROGRAM = "sterna-service-migration";

constexpr double LONGEST_EPISODE = 9.5e8; // s: 30 years, of the 292 that ns-3 can count

/// What the user asks for.
struct Options
{
    MigrationSetting setting;
    std::string pattern{"rosette"};
    double inclinationDeg{53};
    double altitudeKm{20191.137};
    double bandwidthMhz{28};
    double slotMinutes{5};
    std::string tracks;
    std::string fidelity{"packet"};
    std::string deciders{"Random,LongestVisibility,OverloadBump,RecedingHorizon,Policy"};
    std::string policy{STERNA_SOURCE_DIR "/examples/policies/migration.safetensors"};
    std::string output{"sterna-output"};
    std::string agent{"Ppo"};
    std::string learning{"offers"};
    std::string dump;
    uint32_t runs{3};
    uint32_t train{0};
};

MigrationExperiment
ExperimentOf(const Options& options)
{
    MigrationExperiment experiment;
    experiment.setting = options.setting;
    experiment.fidelity = FidelityFromName(options.fidelity);
    if (options.pattern != "rosette" && options.pattern != "walker")
    {
        throw InputError("The pattern '" + options.pattern +
                         "' is unknown; it is rosette or walker.");
    }
    auto& setting = experiment.setting;
    setting.pattern = options.pattern == "rosette" ? MigrationSetting::Pattern::ROSETTE
                                                   : MigrationSetting::Pattern::WALKER;
    setting.shell.inclination = DegToRad(options.inclinationDeg);
    setting.shell.altitude = 1e3 * options.altitudeKm;
    setting.bandwidth = 1e6 * options.bandwidthMhz;
    setting.tracks = SplitList(options.tracks);
    if (options.runs == 0 || setting.slots == 0)
    {
        throw InputError(Sentence("The number of ",
                                  options.runs == 0 ? "runs" : "slots",
                                  " is 0; at least one is needed."));
    }
    const double slot_s = 60 * options.slotMinutes;
    if (!(slot_s >= 1e-9) || slot_s * setting.slots > LONGEST_EPISODE)
    {
        throw InputError(Sentence("The length of a slot is ",
                                  options.slotMinutes,
                                  " minutes; it must be 1 ns at least, and all slots together 30 "
                                  "years at most."));
    }
    setting.slot = Seconds(slot_s);
    experiment.runs = options.runs;
    return experiment;
}

/// Refuses what cannot be before anything is simulated or written; returns satellites and users.
std::pair<uint32_t, uint32_t>
CheckDeciders(const Options& options, const MigrationExperiment& experiment)
{
    const auto names = SplitList(options.deciders);
    if (names.empty())
    {
        throw InputError("The list of deciders is empty; name at least one.");
    }
    MigrationScenario scenario(experiment.setting, 0);
    const auto scheduler = scenario.Install(nullptr, experiment.fidelity);
    const auto& problem = scheduler->GetProblem();
    if (options.train > 0)
    {
        const auto decider = CreateMigrationDecider(options.agent, options.learning, true);
        if (!MigrationAgentOf(decider))
        {
            throw InputError("'" + options.agent +
                             "' is a rule or solver, which cannot be trained; "
                             "name an agent.");
        }
        decider->AssignStreams(0); // agents draw their weights when they are told their shapes
        decider->Check(problem);
    }
    for (const auto& name : names)
    {
        if (name == "Policy" && options.train > 0)
        {
            continue; // it is made by this very run
        }
        const auto decider = name == "Policy" ? CreateMigrationPolicy(options.policy)
                                              : CreateMigrationDecider(name, options.learning);
        decider->AssignStreams(0);
        decider->Check(problem);
    }
    return {problem.System().satellites, problem.Users()};
}

/// Trains the agent and writes its policy; returns the policy's path.
std::string
Train(const Options& options,
      const std::vector<std::string>& arguments,
      const MigrationExperiment& experiment,
      OutputFolder& folder)
{
    const auto decider = CreateMigrationDecider(options.agent, options.learning, true);
    const std::string checkpoint = folder.PathOf("checkpoint");
    ProgressBar progress("training", options.train);
    auto& curve = folder.Open("training.csv");
    curve << "episode,reward,unsuccessful_percent,migrations\n";
    TrainMigration(decider,
                   experiment.setting,
                   options.train,
                   checkpoint,
                   [&](uint32_t done, const MigrationEpisode& episode) {
                       curve << done << "," << episode.reward << "," << episode.UnsuccessfulShare()
                             << "," << episode.migrations << "\n";
                       progress.Update(done);
                   });
    const std::string path = folder.PathOf("policy.safetensors");
    auto metadata = MigrationPolicyMetadata(decider);
    std::string command = PROGRAM;
    for (const auto& argument : arguments)
    {
        command += " " + argument;
    }
    metadata["sterna.command"] = command;
    metadata["sterna.seed"] = std::to_string(RngSeedManager::GetSeed());
    metadata["sterna.run"] = std::to_string(RngSeedManager::GetRun());
    metadata["sterna.ns3"] = Ns3Version();
    MigrationAgentOf(decider)->SavePolicy(path, metadata);
    std::filesystem::remove(checkpoint);
    std::filesystem::remove(checkpoint + ".runs");
    return path;
}

/// Writes each slot as it ends: one row per user with demand.
void
WriteSlot(const std::string& decider,
          const MigrationSlotRecord& record,
          std::ostream& slots,
          std::ostream& timing)
{
    const auto& report = record.report;
    for (std::size_t u = 0; u < report.active.size(); ++u)
    {
        if (!report.active[u])
        {
            continue;
        }
        const bool migrated =
            std::find(report.migrated.begin(), report.migrated.end(), u) != report.migrated.end();
        slots << decider << "," << record.run << "," << report.slot << "," << u << ","
              << report.decision.satellite(u) << "," << report.decision.bandwidth(u) << ","
              << report.decision.compute(u) << "," << migrated << "," << report.probabilities(u)
              << "," << report.timely(u) << "," << report.utilities(u) << "\n";
    }
    timing << decider << "," << record.run << "," << report.slot << "," << record.decisionSeconds
           << "\n";
}

std::vector<MigrationOutcome>
Compare(const Options& options,
        const MigrationExperiment& experiment,
        const std::string& policy,
        OutputFolder& folder)
{
    auto& slots = folder.Open("slots.csv");
    auto& timing = folder.Open("timing.csv");
    slots << "decider,run,slot,user,satellite,bandwidth_share,compute_share,migrated,"
             "timely_probability,timely_share,utility\n"
          << std::setprecision(12);
    timing << "decider,run,slot,decision_seconds\n";
    std::vector<MigrationOutcome> outcomes;
    for (const auto& name : SplitList(options.deciders))
    {
        ProgressBar progress(name, experiment.runs);
        outcomes.push_back(RunMigration(
            experiment,
            name,
            [&]() {
                return name == "Policy" ? CreateMigrationPolicy(policy)
                                        : CreateMigrationDecider(name, options.learning);
            },
            [&](const MigrationSlotRecord& record) { WriteSlot(name, record, slots, timing); },
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
        DumpMigrationGeometry(experiment, folder);
        WriteManifest(folder.Open("manifest.json"), PROGRAM, arguments);
        folder.Finish();
        std::cout << "Written to " << options.output
                  << ": elevation.csv, rain.csv, manifest.json\n";
        return;
    }
    const auto [satellites, users] = CheckDeciders(options, experiment);
    OutputFolder folder(options.output);
    const std::string policy =
        options.train > 0 ? Train(options, arguments, experiment, folder) : options.policy;
    const auto outcomes = Compare(options, experiment, policy, folder);
    const auto bounds = BoundMigration(experiment);
    WriteMigrationEpisodes(outcomes, bounds, folder.Open("episodes.csv"));
    WriteManifest(folder.Open("manifest.json"), PROGRAM, arguments);
    PrintMigrations(outcomes,
                    bounds,
                    Sentence(satellites,
                             " satellites, ",
                             users,
                             " users, ",
                             experiment.setting.slots,
                             " slots, ",
                             experiment.runs,
                             " runs, ",
                             options.fidelity,
                             " level"));
    folder.Finish();
    DrawMigrations(outcomes, folder);
    std::cout << "\nWritten to " << options.output
              << ": episodes.csv, slots.csv, timing.csv, manifest.json, reward.png, "
                 "migrations.png\n";
}

} // namespace

int
main(int argc, char* argv[])
{
    Options options;
    auto& setting = options.setting;
    CommandLine cmd(__FILE__);
    cmd.Usage("Compares deciders of service migration at the satellite edge.");
    cmd.AddValue("pattern", "of the orbits: rosette or walker (delta)", options.pattern);
    cmd.AddValue("satellites", "how many", setting.satellites);
    cmd.AddValue("planes", "of the orbits", setting.planes);
    cmd.AddValue("phasing", "harmonic factor m of a rosette, F of a Walker T/P/F", setting.phasing);
    cmd.AddValue("altitude", "of the orbits, km", options.altitudeKm);
    cmd.AddValue("inclination", "of the orbits, degrees", options.inclinationDeg);
    cmd.AddValue("bandwidth", "of a satellite, MHz", options.bandwidthMhz);
    cmd.AddValue("cities", "ground users: the largest cities", setting.cities);
    cmd.AddValue("flights", "flight users: long-haul flights", setting.flights);
    cmd.AddValue("drawn", "ground users at places drawn for each run", setting.drawn);
    cmd.AddValue("tracks", "comma-separated CSV files of recorded flights", options.tracks);
    cmd.AddValue("arrivals", "lambda_0, packets/s of a mean ground user", setting.arrivalRate);
    cmd.AddValue("slots", "of an episode", setting.slots);
    cmd.AddValue("slot", "length of a slot, minutes", options.slotMinutes);
    cmd.AddValue("epoch", "start on the clock of the orbits, s; drawn by default", setting.epoch_s);
    cmd.AddValue("fidelity", "packet or flow", options.fidelity);
    cmd.AddValue("deciders", "comma-separated list; Policy is --policy", options.deciders);
    cmd.AddValue("runs", "episodes per decider, each from another epoch", options.runs);
    cmd.AddValue("train", "episodes of training at flow level before; 0: none", options.train);
    cmd.AddValue("agent", "the agent that is trained", options.agent);
    cmd.AddValue("learning", "offers, or paper: one action for all users", options.learning);
    cmd.AddValue("policy", "policy file of the decider Policy", options.policy);
    cmd.AddValue("dump", "geometry: write elevation.csv and rain.csv instead", options.dump);
    cmd.AddValue("output", "folder for the results", options.output);
    try
    {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        CheckArguments(
            arguments,
            {"pattern",   "satellites", "planes",   "phasing",  "altitude", "inclination",
             "bandwidth", "cities",     "flights",  "drawn",    "tracks",   "arrivals",
             "slots",     "slot",       "epoch",    "fidelity", "deciders", "runs",
             "train",     "agent",      "learning", "policy",   "dump",     "output"},
            {"satellites", "planes", "cities", "flights", "drawn", "slots", "runs", "train"},
            {"phasing", "altitude", "inclination", "bandwidth", "arrivals", "slot", "epoch"});
        // twice: the way of learning gives defaults, which attributes on the command line override
        cmd.Parse(argc, argv);
        SetMigrationLearning(options.learning);
        cmd.Parse(argc, argv);
        Run(options, arguments);
    }
    catch (const std::exception& error)
    {
        std::cerr << PROGRAM << ": " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
