/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-emcl-reproduction.h"

#include "sterna-link-group-recovery.h"
#include "sterna-link-group-solution.h"
#include "sterna-progress-bar.h"
#include "sterna-scheduler-helper.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/gnuplot.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-branch-and-bound.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace ns3
{
namespace sterna
{

namespace
{

/// Random stream of the intervals, apart from all that the simulations use.
constexpr int64_t BOOTSTRAP_STREAM = 1;
/// Random stream of deciders that work on recorded cycles and instances.
constexpr int64_t DECIDER_STREAM = 2;

} // namespace

EmclScale
EmclScale::FromName(const std::string& name)
{
    if (name == "smoke")
    {
        return {2, 1, 40, 60, 60, 2, {60, 120}, 3, 6, 1, 0.5, {20, 100}};
    }
    if (name == "paper")
    {
        return {10, 30, 40, 100, 500, 5, {100, 500, 1000}, 50, 20, 1, 5, {20, 100, 500, 1000}};
    }
    throw InputError("There is no scale '" + name + "'; known ones are smoke and paper.");
}

EmclReproduction::EmclReproduction(const EmclScale& scale,
                                   SlotScheduler::Fidelity fidelity,
                                   const std::string& folder)
    : m_scale(scale),
      m_fidelity(fidelity),
      m_folder(folder),
      m_path(folder)
{
    Config::SetDefault("ns3::sterna::LinkGroupBranchAndBound::TimeLimit",
                       DoubleValue(m_scale.optimumSeconds));
    m_values = &m_folder.Open("values.csv");
    *m_values << "figure,devices,measure,decider,seed,value\n" << std::setprecision(10);
}

std::ostream&
EmclReproduction::Open(const std::string& name)
{
    return m_folder.Open(name);
}

EmclTraining
EmclReproduction::TrainingFor(uint32_t devices) const
{
    EmclTraining training;
    training.devices = devices;
    training.episodes = m_scale.episodes;
    training.cycles = m_scale.episodeCycles;
    return training;
}

EmclRivals
EmclReproduction::Rivals(const EmclTraining& training) const
{
    std::ostringstream name;
    name << m_path << "/weights-" << training.devices << (training.dynamics ? "" : "-plain") << "-"
         << training.trafficScale
         << (training.embedding == LinkGroupEncoder::INDEX ? "-index" : "");
    EmclRivals rivals(training, name.str());
    rivals.Train();
    return rivals;
}

LinkGroupOutcome
EmclReproduction::Play(const LinkGroupExperiment& experiment,
                       const EmclRivals& rivals,
                       const std::string& name,
                       const std::string& title)
{
    ProgressBar progress(title + ", " + name, experiment.cycles);
    return RunDecider(
        experiment,
        name,
        [&]() {
            return EmclRivals::IsName(name) ? rivals.Make(name) : CreateLinkGroupDecider(name);
        },
        [](const LinkGroupSlotRecord&) {},
        [&](uint32_t done) { progress.Update(done); });
}

void
EmclReproduction::Keep(const std::string& figure,
                       uint32_t devices,
                       const std::string& measure,
                       const std::string& decider,
                       const std::vector<double>& values)
{
    for (std::size_t seed = 0; seed < values.size(); ++seed)
    {
        *m_values << figure << "," << devices << "," << measure << "," << decider << "," << seed
                  << "," << values[seed] << "\n";
    }
}

MeanInterval
EmclReproduction::Mean(const std::vector<double>& values) const
{
    return BootstrapInterquartileMean(values, BOOTSTRAP_STREAM);
}

MeanInterval
EmclReproduction::Saving(const Sample& sample,
                         const std::string& one,
                         const std::string& other) const
{
    std::vector<double> savings;
    for (std::size_t seed = 0; seed < sample.at(one).size(); ++seed)
    {
        savings.push_back(100 * (1 - sample.at(one)[seed] / sample.at(other)[seed]));
    }
    return Mean(savings);
}

std::vector<EmclOptimum>
EmclReproduction::Optima(const LinkGroupExperiment& experiment, const std::string& title) const
{
    const auto cycles = RecordCycles(experiment, RngSeedManager::GetRun());
    ProgressBar progress(title + ", OPT", cycles.size());
    std::vector<EmclOptimum> optima;
    for (std::size_t c = 0; c < cycles.size(); ++c)
    {
        progress.Update(c);
        if (c % m_scale.updateCycles < m_scale.updateCycles - m_scale.judgedCycles)
        {
            continue;
        }
        const uint32_t slot = 0;
        const auto state = cycles[c].Start(slot);
        const auto solver = CreateObject<LinkGroupBranchAndBound>();
        solver->SetAttribute("Attempts", UintegerValue(20000));
        solver->AssignStreams(DECIDER_STREAM);
        solver->BeginCycle(cycles[c].Problem(), state);
        const double idle = cycles[c].Problem().IdleObjective(state);
        if (solver->GetValue() >= 0.01 * idle) // a gap to almost nothing says nothing
        {
            optima.push_back({c, cycles[c], idle, solver->GetValue(), solver->GetBound()});
        }
    }
    return optima;
}

LinkGroupOutcome
EmclReproduction::PlayPlans(const std::vector<EmclOptimum>& optima,
                            const std::string& name,
                            const std::string& title) const
{
    ProgressBar progress(title + ", " + name, optima.size());
    LinkGroupOutcome outcome;
    outcome.decider = name;
    outcome.cycles.resize(m_scale.updates * m_scale.updateCycles);
    const auto planner = CreateLinkGroupDecider(name);
    planner->AssignStreams(DECIDER_STREAM);
    for (std::size_t i = 0; i < optima.size(); ++i)
    {
        outcome.cycles[optima[i].cycle].objective = optima[i].world.Play(*planner);
        progress.Update(i + 1);
    }
    return outcome;
}

void
EmclReproduction::AddGap(const std::string& preset,
                         const LinkGroupOutcome& outcome,
                         const LinkGroupOutcome& greedy,
                         const std::vector<EmclOptimum>& optima)
{
    static const std::map<std::string, double> published{{"EMCL", 27.58},
                                                         {"AdmmHeuristic", 31.12},
                                                         {"AC-MAML", 45.26},
                                                         {"AC-DDPG", 57.23},
                                                         {"Greedy", 74.15}};
    std::vector<double> gaps;
    double above = 0;
    double greedyAbove = 0;
    for (const auto& optimum : optima)
    {
        const double objective = outcome.cycles[optimum.cycle].objective;
        gaps.push_back(100 * (objective / optimum.value - 1));
        above += objective - optimum.value;
        greedyAbove += greedy.cycles[optimum.cycle].objective - optimum.value;
    }
    Keep("8", 20, "gap_percent_" + preset, outcome.decider, gaps);
    const auto gap = BootstrapMean(gaps, BOOTSTRAP_STREAM);
    std::ostringstream text;
    text << ToText(gap, "%") << "; closes " << std::fixed << std::setprecision(2)
         << 1 - above / greedyAbove << " of Greedy's";
    const std::string claim = preset + ": gap of " + outcome.decider;
    const auto paper = published.find(outcome.decider);
    if (paper == published.end())
    {
        m_claims.Add("8", claim, text.str());
        return;
    }
    std::ostringstream value;
    value << paper->second << " %";
    m_claims.Add("8",
                 claim,
                 value.str(),
                 text.str(),
                 gap.low <= paper->second && paper->second <= gap.high);
}

void
EmclReproduction::Gaps()
{
    for (const std::string preset : {"small", "learn"})
    {
        const std::string title = "Fig. 8, " + preset;
        const auto load = LinkGroupPreset::FromName(preset);
        auto training = TrainingFor(load.devices);
        training.trafficScale = load.trafficScale;
        training.servedEmphasis = load.servedEmphasis;
        training.dynamics = false;
        const auto rivals = Rivals(training);
        training.embedding = LinkGroupEncoder::INDEX;
        const auto byIndex = Rivals(training);
        LinkGroupExperiment experiment;
        experiment.setting.devices = load.devices;
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.cyclesPerRun = m_scale.updateCycles;
        experiment.cycles = m_scale.updates * m_scale.updateCycles;
        load.SetDefaults();
        LinkGroupDynamics().SetDefaults();
        const auto optima = Optima(experiment, title);
        std::vector<double> unproved;
        for (const auto& optimum : optima)
        {
            unproved.push_back(100 * (1 - optimum.bound / optimum.value));
        }
        m_claims.Add("8",
                     preset + ": OPT is proved to within",
                     ToText(BootstrapMean(unproved, BOOTSTRAP_STREAM), "%"));
        const auto greedy = Play(experiment, rivals, "Greedy", title);
        AddGap(preset, greedy, greedy, optima);
        for (const std::string name : {"AdmmHeuristic", "LocalSearch"})
        {
            AddGap(preset, PlayPlans(optima, name, title), greedy, optima);
        }
        Config::SetDefault("ns3::sterna::LinkGroupAdmmHeuristic::Descent", BooleanValue(true));
        auto descended = PlayPlans(optima, "AdmmHeuristic", title + ", with descent");
        Config::SetDefault("ns3::sterna::LinkGroupAdmmHeuristic::Descent", BooleanValue(false));
        descended.decider = "AdmmHeuristic with descent";
        AddGap(preset, descended, greedy, optima);
        for (const std::string name : {"RollingHorizon",
                                       "IndexPolicy",
                                       "ThresholdProgress",
                                       "EMCL",
                                       "EMCL-simple",
                                       "AC-MAML",
                                       "AC-DDPG"})
        {
            AddGap(preset, Play(experiment, rivals, name, title), greedy, optima);
        }
        auto literal = Play(experiment, byIndex, "EMCL", title + ", index embedding");
        literal.decider = "EMCL with Index embedding";
        AddGap(preset, literal, greedy, optima);
    }
}

void
EmclReproduction::Computing()
{
    const std::vector<std::string> names{"BranchAndBound",
                                         "AdmmHeuristic",
                                         "LocalSearch",
                                         "Greedy",
                                         "ThresholdProgress",
                                         "IndexPolicy",
                                         "EMCL",
                                         "AC-MAML",
                                         "AC-DDPG"};
    std::map<std::string, Gnuplot2dDataset> lines;
    std::vector<double> savings;
    const auto rivals = Rivals(TrainingFor(m_scale.devices));
    for (const uint32_t devices : m_scale.computing)
    {
        LinkGroupExperiment experiment;
        experiment.setting.devices = devices;
        LinkGroupPreset{devices, devices > 100 ? 3.0 : 1.0, 1}.SetDefaults();
        LinkGroupDynamics().SetDefaults();
        const auto instance = std::make_shared<LinkGroupInstance>(FirstInstance(experiment));
        std::map<std::string, LinkGroupSolution> solutions;
        for (const auto& name : names)
        {
            const auto decider =
                EmclRivals::IsName(name) ? rivals.Make(name) : CreateLinkGroupDecider(name);
            decider->AssignStreams(DECIDER_STREAM);
            solutions[name] = SolveInstance(instance, name, decider);
            lines.emplace(name, Gnuplot2dDataset(name))
                .first->second.Add(devices, solutions[name].seconds);
            Keep("9", devices, "seconds_per_cycle", name, {solutions[name].seconds});
            std::ostringstream text;
            text << std::setprecision(3) << 1e3 * solutions[name].seconds << " ms, objective "
                 << std::setprecision(6) << solutions[name].objective;
            m_claims.Add("9",
                         name + ": a cycle of 10 slots, K = " + std::to_string(devices),
                         text.str());
        }
        savings.push_back(
            100 * (1 - solutions["AdmmHeuristic"].seconds / solutions["BranchAndBound"].seconds));
    }
    m_claims.Add("9", "time ADMM-HEU saves against OPT", 98.14, Mean(savings), "%");
    Gnuplot plot;
    plot.SetTitle("Fig. 9: computing time of a cycle of 10 slots");
    plot.SetLegend("K", "seconds");
    plot.AppendExtra("set key outside right\nset grid\nset logscale xy");
    for (auto& [name, line] : lines)
    {
        line.SetStyle(Gnuplot2dDataset::LINES_POINTS);
        plot.AddDataset(line);
    }
    m_folder.Draw("fig9", plot);
}

void
EmclReproduction::Finish(const std::string& command, double seconds)
{
    auto& page = m_folder.Open("emcl.md");
    page << "# EMCL: the paper beside ours\n\n"
         << "Written by `" << command << "` in " << std::llround(seconds / 60)
         << " min; manifest.json names seed, versions and commit, values.csv has every seed.\n"
         << "Intervals hold the interquartile mean over seeds (Fig. 8: the mean over cycles) with "
            "95 % confidence. `agrees`: same direction, or the paper's value lies within.\n\n";
    m_claims.WriteMarkdown(page);
    m_folder.Finish();
    std::cout << "\n";
    m_claims.Print(std::cout);
    std::cout << "\nWritten to " << m_path << ": emcl.md, values.csv, manifest.json and pictures\n";
}

} // namespace sterna
} // namespace ns3
