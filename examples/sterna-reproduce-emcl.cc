/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna
 *
 * The numerical results of Yuan et al., 'Joint Scheduling in LEO-Terrestrial Networks: EMCL' (IEEE
 * TWC 2022, doi 10.1109/TWC.2022.3178171), figure by figure, beside ours:
 *
 *     ./sterna reproduce emcl                 all figures, a few minutes (--scale=smoke)
 *     ./sterna reproduce emcl 8 --scale=paper one figure at full size
 *
 * EMCL and AC-MAML are trained once, on tasks that no evaluation sees, and their weights are kept
 * in the output folder; AC-DDPG begins with nothing, as in the paper. All of them go on learning
 * while they are measured. It prints a table 'paper | ours' and leaves emcl.md, a CSV with the
 * values of every seed, pictures and manifest.json.
 */

#include "ns3/boolean.h"
#include "ns3/command-line.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/gnuplot.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-claims.h"
#include "ns3/sterna-command-line-check.h"
#include "ns3/sterna-emcl-rivals.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-bound.h"
#include "ns3/sterna-link-group-branch-and-bound.h"
#include "ns3/sterna-link-group-recording.h"
#include "ns3/sterna-link-group-recovery.h"
#include "ns3/sterna-link-group-solution.h"
#include "ns3/sterna-output-folder.h"
#include "ns3/sterna-progress-bar.h"
#include "ns3/sterna-scheduler-helper.h"
#include "ns3/string.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

const std::string PROGRAM = "sterna-reproduce-emcl";
/// Random stream of the intervals, apart from all that the simulations use.
constexpr int64_t BOOTSTRAP_STREAM = 1;
/// Random stream of deciders that work on recorded cycles and instances.
constexpr int64_t DECIDER_STREAM = 2;
/// T of the scheduling cycle.
constexpr uint32_t SLOTS_PER_CYCLE = 10;

/// How much is done.
struct Scale
{
    uint32_t seeds;                  //!< runs of each decider
    uint32_t episodes;               //!< of the meta training
    uint32_t episodeCycles;          //!< cycles of an episode
    uint32_t runCycles;              //!< cycles of a run of Figs. 4 to 7
    uint32_t devices;                //!< K of Figs. 4 to 6
    uint32_t growingSeeds;           //!< runs of each decider and K of Fig. 7
    std::vector<uint32_t> growing;   //!< K of Fig. 7
    uint32_t updates;                //!< runs of Fig. 8
    uint32_t updateCycles;           //!< cycles of each
    uint32_t judgedCycles;           //!< last of these, whose optimum is computed
    double optimumSeconds;           //!< after which branch and bound is content with what it has
    std::vector<uint32_t> computing; //!< K of Fig. 9

    static Scale FromName(const std::string& name)
    {
        if (name == "smoke")
        {
            return {2, 1, 40, 60, 60, 2, {60, 120}, 3, 6, 1, 0.5, {20, 100}};
        }
        if (name == "paper")
        {
            return {10, 30, 40, 100, 500, 5, {100, 500, 1000}, 50, 20, 2, 5, {20, 100, 500, 1000}};
        }
        throw InputError("There is no scale '" + name + "'; known ones are smoke and paper.");
    }
};

struct Options
{
    std::string figures{"4,5,6,7,8,9"};
    std::string scale{"smoke"};
    std::string fidelity{"packet"};
    std::string output{"sterna-output/reproduce-emcl"};
};

/// The values of one measure, per decider and seed.
using Sample = std::map<std::string, std::vector<double>>;

/// What branch and bound finds and proves for a cycle.
struct Optimum
{
    std::size_t cycle; //!< of the experiment
    LinkGroupRecording world;
    double idle;  //!< (14a) if nothing is delivered
    double value; //!< of the best plan
    double bound; //!< no plan reaches less
};

/// All that the figures share.
class Reproduction
{
  public:
    Reproduction(const Options& options, const std::vector<std::string>& arguments)
        : m_scale(Scale::FromName(options.scale)),
          m_fidelity(options.fidelity == "packet" ? SlotScheduler::Fidelity::PACKET
                                                  : SlotScheduler::Fidelity::FLOW),
          m_folder(options.output),
          m_path(options.output)
    {
        Config::SetDefault("ns3::sterna::LinkGroupBranchAndBound::TimeLimit",
                           DoubleValue(m_scale.optimumSeconds));
        Config::SetDefault(
            "ns3::sterna::LinkGroupIndexPolicy::Policy",
            StringValue(STERNA_SOURCE_DIR "/examples/policies/link-group-index.safetensors"));
        m_values = &m_folder.Open("values.csv");
        *m_values << "figure,devices,measure,decider,seed,value\n" << std::setprecision(10);
        WriteManifest(m_folder.Open("manifest.json"), PROGRAM, arguments);
    }

    void Dynamics(const std::string& figure, LinkGroupDynamics::Kind kind);
    void Growing();
    void Gaps();
    void Computing();
    void Finish(const Options& options, double seconds);

  private:
    /// Learners for systems of this size, trained when first asked for.
    EmclRivals Rivals(const EmclTraining& training) const;
    EmclTraining TrainingFor(uint32_t devices) const;
    LinkGroupOutcome Play(const LinkGroupExperiment& experiment,
                          const EmclRivals& rivals,
                          const std::string& name,
                          const std::string& title);
    /// Optima of the last cycles of each run.
    std::vector<Optimum> Optima(const LinkGroupExperiment& experiment,
                                const std::string& title) const;
    /// The same for a planner, which learns nothing and need not play the other cycles.
    LinkGroupOutcome PlayPlans(const std::vector<Optimum>& optima,
                               const std::string& name,
                               const std::string& title) const;
    void AddGap(const std::string& preset,
                const LinkGroupOutcome& outcome,
                const LinkGroupOutcome& greedy,
                const std::vector<Optimum>& optima);
    void Keep(const std::string& figure,
              uint32_t devices,
              const std::string& measure,
              const std::string& decider,
              const std::vector<double>& values);
    /// Per seed, by how many percent `one` is below `other`.
    MeanInterval Saving(const Sample& sample,
                        const std::string& one,
                        const std::string& other) const;
    MeanInterval Mean(const std::vector<double>& values) const;

    Scale m_scale;
    SlotScheduler::Fidelity m_fidelity;
    OutputFolder m_folder;
    std::string m_path;
    std::ostream* m_values;
    ClaimTable m_claims;
};

EmclTraining
Reproduction::TrainingFor(uint32_t devices) const
{
    EmclTraining training;
    training.devices = devices;
    training.episodes = m_scale.episodes;
    training.cycles = m_scale.episodeCycles;
    return training;
}

EmclRivals
Reproduction::Rivals(const EmclTraining& training) const
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
Reproduction::Play(const LinkGroupExperiment& experiment,
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
Reproduction::Keep(const std::string& figure,
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
Reproduction::Mean(const std::vector<double>& values) const
{
    return BootstrapInterquartileMean(values, BOOTSTRAP_STREAM);
}

MeanInterval
Reproduction::Saving(const Sample& sample, const std::string& one, const std::string& other) const
{
    std::vector<double> savings;
    for (std::size_t seed = 0; seed < sample.at(one).size(); ++seed)
    {
        savings.push_back(100 * (1 - sample.at(one)[seed] / sample.at(other)[seed]));
    }
    return Mean(savings);
}

/**
 * Slots until the mean run has recovered, mean over its updates; the share of the idle objective is
 * what is measured. A single run never settles within 5 %: its demands are drawn anew each cycle.
 */
double
MeanRecovery(const std::vector<LinkGroupRun>& runs)
{
    double sum = 0;
    const auto recoveries = Recoveries(MeanRun(runs), RecoveryMeasure::SHARE);
    for (const auto& recovery : recoveries)
    {
        sum += recovery.slots;
    }
    return sum / recoveries.size();
}

/// The recovery of all runs of some deciders together, and of resamples of the runs (the same for
/// all deciders), for intervals.
class RecoverySample
{
  public:
    void Add(const LinkGroupOutcome& outcome)
    {
        const auto& runs = outcome.runs;
        auto& values = m_values[outcome.decider];
        values = {MeanRecovery(runs)};
        const auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(BOOTSTRAP_STREAM);
        for (uint32_t i = 0; i < RESAMPLES; ++i)
        {
            std::vector<LinkGroupRun> resample;
            for (std::size_t r = 0; r < runs.size(); ++r)
            {
                resample.push_back(runs[random->GetInteger(0, runs.size() - 1)]);
            }
            values.push_back(MeanRecovery(resample));
        }
    }

    /// Slots.
    MeanInterval Of(const std::string& decider) const
    {
        return Interval(m_values.at(decider));
    }

    /// Percent by which one's recovery is below the other's.
    MeanInterval Saving(const std::string& one, const std::string& other) const
    {
        std::vector<double> values = m_values.at(one);
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            values[i] = 100 * (1 - (values[i] + 1e-9) / (m_values.at(other)[i] + 1e-9));
        }
        return Interval(values);
    }

  private:
    static constexpr uint32_t RESAMPLES = 200;

    /// The first value, and where 95 % of the others lie.
    static MeanInterval Interval(std::vector<double> values)
    {
        const double value = values.front();
        values.erase(values.begin());
        std::sort(values.begin(), values.end());
        return {value, values[RESAMPLES * 25 / 1000], values[RESAMPLES * 975 / 1000 - 1]};
    }

    std::map<std::string, std::vector<double>> m_values;
};

/// The objective at the ends of a run's cycles, mean, as percent of doing nothing.
double
MeanShare(const LinkGroupRun& run)
{
    double sum = 0;
    uint32_t cycles = 0;
    for (std::size_t t = SLOTS_PER_CYCLE - 1; t < run.objective.size(); t += SLOTS_PER_CYCLE)
    {
        sum += 100 * run.objective[t] / run.idleObjective[t];
        ++cycles;
    }
    return sum / cycles;
}

std::vector<double>
PerRun(const LinkGroupOutcome& outcome, double (*measure)(const LinkGroupRun&))
{
    std::vector<double> values;
    for (const auto& run : outcome.runs)
    {
        values.push_back(measure(run));
    }
    return values;
}

void
Reproduction::Dynamics(const std::string& figure, LinkGroupDynamics::Kind kind)
{
    const auto rivals = Rivals(TrainingFor(m_scale.devices));
    LinkGroupExperiment experiment;
    experiment.setting.devices = m_scale.devices;
    experiment.setting.dynamics.kind = kind;
    experiment.fidelity = m_fidelity;
    experiment.cyclesPerRun = m_scale.runCycles;
    experiment.cycles = m_scale.seeds * m_scale.runCycles;
    LinkGroupPreset{m_scale.devices, 3, 1}.SetDefaults();
    experiment.setting.dynamics.SetDefaults();
    RecoverySample recovery;
    Sample objective;
    std::vector<LinkGroupOutcome> outcomes;
    for (const std::string name :
         {"EMCL", "AC-MAML", "AC-DDPG", "Greedy", "ThresholdProgress", "IndexPolicy"})
    {
        outcomes.push_back(Play(experiment, rivals, name, "Fig. " + figure));
        recovery.Add(outcomes.back());
        objective[name] = PerRun(outcomes.back(), MeanShare);
        Keep(figure, m_scale.devices, "objective_percent_of_idle", name, objective[name]);
        std::ostringstream updates;
        for (const auto& r : Recoveries(MeanRun(outcomes.back().runs), RecoveryMeasure::SHARE))
        {
            updates << " " << (r.recovered ? std::to_string(r.slots) : "not");
        }
        m_claims.Add(figure,
                     name + ": recovery of the mean run; update by update",
                     ToText(recovery.Of(name), "slots") + ";" + updates.str());
        m_claims.Add(figure,
                     name + ": objective, share of doing nothing",
                     ToText(Mean(objective[name]), "%"));
    }
    const bool fourth = figure == "4";
    m_claims.Add(figure,
                 "recovery time EMCL saves against AC-MAML",
                 fourth ? 28.66 : 1e-9,
                 recovery.Saving("EMCL", "AC-MAML"),
                 "%");
    m_claims.Add(figure,
                 "objective EMCL saves against AC-MAML",
                 fourth ? 45.42 : 1e-9,
                 Saving(objective, "EMCL", "AC-MAML"),
                 "%");
    m_claims.Add(figure,
                 "recovery time AC-MAML saves against AC-DDPG",
                 1e-9,
                 recovery.Saving("AC-MAML", "AC-DDPG"),
                 "%");
    Gnuplot plot;
    plot.SetTitle("Fig. " + figure + ": objective after updates every 200 slots, mean of " +
                  std::to_string(m_scale.seeds) + " runs");
    plot.SetLegend("slot", "objective / doing nothing");
    plot.AppendExtra("set key outside right\nset grid");
    for (const auto& line : RecoveryLines(outcomes))
    {
        plot.AddDataset(line);
    }
    m_folder.Draw("fig" + figure, plot);
}

void
Reproduction::Growing()
{
    const std::vector<std::string> names{"EMCL", "EMCL-simple", "AC-MAML", "AC-DDPG"};
    std::vector<double> againstDdpg;
    std::vector<double> againstMaml;
    std::vector<double> longer;
    std::vector<double> objectives;
    std::map<std::string, Gnuplot2dDataset> lines;
    const auto rivals = Rivals(TrainingFor(m_scale.devices));
    for (const uint32_t devices : m_scale.growing)
    {
        LinkGroupExperiment experiment;
        experiment.setting.devices = devices;
        experiment.setting.dynamics.kind = LinkGroupDynamics::Kind::USERS;
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        experiment.cyclesPerRun = m_scale.runCycles;
        experiment.cycles = m_scale.growingSeeds * m_scale.runCycles;
        LinkGroupPreset{devices, 3, 1}.SetDefaults();
        experiment.setting.dynamics.SetDefaults();
        RecoverySample recovery;
        Sample objective;
        for (const auto& name : names)
        {
            const auto outcome =
                Play(experiment, rivals, name, "Fig. 7, K = " + std::to_string(devices));
            recovery.Add(outcome);
            objective[name] = PerRun(outcome, MeanShare);
            Keep("7", devices, "recovery_slots", name, {recovery.Of(name).mean});
            Keep("7", devices, "objective_percent_of_idle", name, objective[name]);
            lines.emplace(name, Gnuplot2dDataset(name))
                .first->second.Add(devices, recovery.Of(name).mean);
            m_claims.Add("7",
                         name + ": recovery, K = " + std::to_string(devices),
                         ToText(recovery.Of(name), "slots"));
        }
        againstDdpg.push_back(recovery.Saving("EMCL", "AC-DDPG").mean);
        againstMaml.push_back(recovery.Saving("EMCL", "AC-MAML").mean);
        longer.push_back(-recovery.Saving("EMCL-simple", "EMCL").mean);
        for (std::size_t s = 0; s < m_scale.growingSeeds; ++s)
        {
            objectives.push_back(100 * (1 - objective["EMCL"][s] / objective["EMCL-simple"][s]));
        }
    }
    m_claims.Add("7", "recovery time EMCL saves against AC-DDPG", 29.83, Mean(againstDdpg), "%");
    m_claims.Add("7", "recovery time EMCL saves against AC-MAML", 13.49, Mean(againstMaml), "%");
    m_claims.Add("7", "recovery is longer without Wolpertinger by", 10.11, Mean(longer), "%");
    m_claims.Add("7", "objective that Wolpertinger saves", 30.36, Mean(objectives), "%");
    Gnuplot plot;
    plot.SetTitle("Fig. 7: recovery time over the number of devices");
    plot.SetLegend("K", "recovery time, slots");
    plot.AppendExtra("set key outside right\nset grid");
    for (auto& [name, line] : lines)
    {
        line.SetStyle(Gnuplot2dDataset::LINES_POINTS);
        plot.AddDataset(line);
    }
    m_folder.Draw("fig7", plot);
}

std::vector<Optimum>
Reproduction::Optima(const LinkGroupExperiment& experiment, const std::string& title) const
{
    const auto cycles = RecordCycles(experiment, RngSeedManager::GetRun());
    ProgressBar progress(title + ", OPT", cycles.size());
    std::vector<Optimum> optima;
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
Reproduction::PlayPlans(const std::vector<Optimum>& optima,
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
Reproduction::AddGap(const std::string& preset,
                     const LinkGroupOutcome& outcome,
                     const LinkGroupOutcome& greedy,
                     const std::vector<Optimum>& optima)
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
Reproduction::Gaps()
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
Reproduction::Computing()
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
Reproduction::Finish(const Options& options, double seconds)
{
    auto& page = m_folder.Open("emcl.md");
    page << "# EMCL: the paper beside ours\n\n"
         << "Written by `./sterna reproduce emcl " << options.figures
         << " --scale=" << options.scale << " --fidelity=" << options.fidelity << "` in "
         << std::llround(seconds / 60)
         << " min; manifest.json names seed, versions and commit, values.csv has every seed.\n"
         << "Intervals hold the interquartile mean over seeds (Fig. 8: the mean over cycles) with "
            "95 % confidence. `agrees`: same direction, or the paper's value lies within.\n\n";
    m_claims.WriteMarkdown(page);
    m_folder.Finish();
    std::cout << "\n";
    m_claims.Print(std::cout);
    std::cout << "\nWritten to " << options.output
              << ": emcl.md, values.csv, manifest.json and pictures\n";
}

std::set<std::string>
FiguresOf(const Options& options)
{
    std::set<std::string> figures;
    std::istringstream list(options.figures);
    std::string figure;
    while (std::getline(list, figure, ','))
    {
        if (figure.size() != 1 || figure[0] < '4' || figure[0] > '9')
        {
            throw InputError("There is no figure '" + figure + "'; figures are 4 to 9.");
        }
        figures.insert(figure);
    }
    if (figures.empty())
    {
        throw InputError("The list of figures is empty; figures are 4 to 9.");
    }
    return figures;
}

void
Run(const Options& options, const std::vector<std::string>& arguments)
{
    if (options.fidelity != "packet" && options.fidelity != "flow")
    {
        throw InputError("The fidelity '" + options.fidelity +
                         "' is unknown; it is packet or flow.");
    }
    const auto figures = FiguresOf(options);
    const auto begin = std::chrono::steady_clock::now();
    Reproduction reproduction(options, arguments);
    for (const auto& figure : figures)
    {
        switch (figure[0])
        {
        case '4':
            reproduction.Dynamics(figure, LinkGroupDynamics::Kind::USERS);
            break;
        case '5':
            reproduction.Dynamics(figure, LinkGroupDynamics::Kind::DEMAND);
            break;
        case '6':
            reproduction.Dynamics(figure, LinkGroupDynamics::Kind::CHANNEL);
            break;
        case '7':
            reproduction.Growing();
            break;
        case '8':
            reproduction.Gaps();
            break;
        default:
            reproduction.Computing();
        }
    }
    const auto wall = std::chrono::steady_clock::now() - begin;
    reproduction.Finish(options, std::chrono::duration<double>(wall).count());
}

} // namespace

int
main(int argc, char* argv[])
{
    Options options;
    CommandLine cmd(__FILE__);
    cmd.Usage("Reproduces the figures of Yuan et al., IEEE TWC 2022 (EMCL).");
    cmd.AddValue("figures", "comma-separated list, 4 to 9", options.figures);
    cmd.AddValue("scale", "smoke or paper", options.scale);
    cmd.AddValue("fidelity", "packet or flow, of Figs. 4 to 6", options.fidelity);
    cmd.AddValue("output", "folder for the results", options.output);
    try
    {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        CheckArguments(arguments, {"figures", "scale", "fidelity", "output"}, {}, {});
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
