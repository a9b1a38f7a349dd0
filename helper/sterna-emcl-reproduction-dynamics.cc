/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna
 * EmclReproduction, Figs. 4 to 7: what happens after updates of the environment.
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
/// T of the scheduling cycle.
constexpr uint32_t SLOTS_PER_CYCLE = 10;

using Sample = EmclReproduction::Sample;

/// Slots until a run's improvement over doing nothing has recovered, mean over its updates.
double
MeanRecovery(const LinkGroupRun& run)
{
    double sum = 0;
    const auto recoveries = Recoveries(run, RecoveryMeasure::IMPROVEMENT);
    for (const auto& recovery : recoveries)
    {
        sum += recovery.slots;
    }
    return sum / recoveries.size();
}

/// A run whose improvement is another run's share of the improvement of a reference in the same
/// world: what the world itself does after an update cancels out, and what is left is adaptation.
LinkGroupRun
Relative(const LinkGroupRun& run, const LinkGroupRun& reference)
{
    const auto own = RunningMean(MeasuredSlots(run, RecoveryMeasure::IMPROVEMENT), SLOTS_PER_CYCLE);
    const auto other =
        RunningMean(MeasuredSlots(reference, RecoveryMeasure::IMPROVEMENT), SLOTS_PER_CYCLE);
    LinkGroupRun relative;
    relative.updates = run.updates;
    for (std::size_t t = 0; t < own.size(); ++t)
    {
        relative.objective.push_back(other[t] > 0 ? 1 - own[t] / other[t] : 0.0);
        relative.idleObjective.push_back(1);
    }
    return relative;
}

/**
 * Recovery times of the mean run of some deciders, and of the mean runs of resampled runs (the same
 * for all deciders), for intervals. A single run never settles within 5 %: its demands are drawn
 * anew each cycle.
 */
class RecoverySample
{
  public:
    /// \param reference runs of a decider in the same worlds to compare with; empty: none
    void Add(const LinkGroupOutcome& outcome, const std::vector<LinkGroupRun>& reference = {})
    {
        const auto& runs = outcome.runs;
        auto& values = m_values[outcome.decider];
        m_meanRun[outcome.decider] = Mean(runs, reference);
        values = {MeanRecovery(m_meanRun[outcome.decider])};
        const auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(BOOTSTRAP_STREAM);
        for (uint32_t i = 0; i < RESAMPLES; ++i)
        {
            std::vector<LinkGroupRun> resample;
            std::vector<LinkGroupRun> others;
            for (std::size_t r = 0; r < runs.size(); ++r)
            {
                const uint32_t drawn = random->GetInteger(0, runs.size() - 1);
                resample.push_back(runs[drawn]);
                if (!reference.empty())
                {
                    others.push_back(reference[drawn]);
                }
            }
            values.push_back(MeanRecovery(Mean(resample, others)));
        }
    }

    /// 'mean [low, high] slots; update by update'.
    std::string Of(const std::string& decider) const
    {
        std::ostringstream text;
        text << ToText(Interval(m_values.at(decider)), "slots") << ";";
        for (const auto& r : Recoveries(m_meanRun.at(decider), RecoveryMeasure::IMPROVEMENT))
        {
            text << " " << (r.recovered ? std::to_string(r.slots) : "not");
        }
        return text.str();
    }

    /// Slots, of the mean run.
    double Mean(const std::string& decider) const
    {
        return m_values.at(decider).front();
    }

    /// Percent by which one's recovery is below the other's.
    MeanInterval Saving(const std::string& one, const std::string& other) const
    {
        std::vector<double> values = m_values.at(one);
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            values[i] = 100 * (1 - (values[i] + 1) / (m_values.at(other)[i] + 1));
        }
        return Interval(values);
    }

  private:
    static constexpr uint32_t RESAMPLES = 200;

    static LinkGroupRun Mean(const std::vector<LinkGroupRun>& runs,
                             const std::vector<LinkGroupRun>& reference)
    {
        return reference.empty() ? MeanRun(runs) : Relative(MeanRun(runs), MeanRun(reference));
    }

    /// The first value, and where 95 % of the others lie.
    static MeanInterval Interval(std::vector<double> values)
    {
        const double value = values.front();
        values.erase(values.begin());
        std::sort(values.begin(), values.end());
        return {value, values[RESAMPLES * 25 / 1000], values[RESAMPLES * 975 / 1000 - 1]};
    }

    std::map<std::string, std::vector<double>> m_values;
    std::map<std::string, LinkGroupRun> m_meanRun;
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

} // namespace

void
EmclReproduction::Dynamics(const std::string& figure, LinkGroupDynamics::Kind kind)
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
    RecoverySample adaptation;
    Sample objective;
    std::vector<LinkGroupOutcome> outcomes;
    for (const std::string name :
         {"ThresholdProgress", "EMCL", "AC-MAML", "AC-DDPG", "Greedy", "IndexPolicy"})
    {
        outcomes.push_back(Play(experiment, rivals, name, "Fig. " + figure));
        recovery.Add(outcomes.back());
        objective[name] = PerRun(outcomes.back(), MeanShare);
        Keep(figure, m_scale.devices, "objective_percent_of_idle", name, objective[name]);
        m_claims.Add(figure,
                     name + ": recovery of the mean run; update by update",
                     recovery.Of(name));
        if (EmclRivals::IsName(name))
        {
            adaptation.Add(outcomes.back(), outcomes.front().runs);
            m_claims.Add(figure,
                         name + ": the same relative to ThresholdProgress",
                         adaptation.Of(name));
        }
        m_claims.Add(figure,
                     name + ": objective, share of doing nothing",
                     ToText(Mean(objective[name]), "%"));
    }
    const auto faster = recovery.Saving("EMCL", "AC-MAML");
    const auto better = Saving(objective, "EMCL", "AC-MAML");
    const std::string time = "recovery time EMCL saves against AC-MAML";
    const std::string value = "objective EMCL saves against AC-MAML";
    if (figure == "4")
    {
        m_claims.Add(figure, time, 28.66, faster, "%");
        m_claims.Add(figure, value, 45.42, better, "%");
    }
    else // an order and no figures
    {
        m_claims.AddPositive(figure, time, faster, "%");
        m_claims.AddPositive(figure, value, better, "%");
    }
    m_claims.AddPositive(figure,
                         "recovery time AC-MAML saves against AC-DDPG",
                         recovery.Saving("AC-MAML", "AC-DDPG"),
                         "%");
    m_claims.AddPositive(figure,
                         "objective AC-MAML saves against AC-DDPG",
                         Saving(objective, "AC-MAML", "AC-DDPG"),
                         "%");
    m_claims.Add(figure,
                 "recovery relative to ThresholdProgress, EMCL saves against AC-MAML",
                 ToText(adaptation.Saving("EMCL", "AC-MAML"), "%"));
    Gnuplot plot;
    plot.SetTitle("Fig. " + figure + ": objective after updates every 200 slots, mean of " +
                  std::to_string(m_scale.seeds) + " runs");
    plot.SetLegend("slot", "objective / doing nothing");
    double lowest = 1;
    for (const auto& outcome : outcomes)
    {
        const auto shares = MeasuredSlots(MeanRun(outcome.runs), RecoveryMeasure::SHARE);
        const auto means = RunningMean(shares, 2 * SLOTS_PER_CYCLE);
        lowest = std::min(lowest, *std::min_element(means.begin(), means.end()));
    }
    plot.AppendExtra("set key outside right\nset grid\nset yrange [" +
                     std::to_string(lowest - (1 - lowest) / 4) + ":1]");
    for (const auto& line : RecoveryLines(outcomes))
    {
        plot.AddDataset(line);
    }
    m_folder.Draw("fig" + figure, plot);
}

void
EmclReproduction::Growing()
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
            Keep("7", devices, "recovery_slots", name, {recovery.Mean(name)});
            Keep("7", devices, "objective_percent_of_idle", name, objective[name]);
            lines.emplace(name, Gnuplot2dDataset(name))
                .first->second.Add(devices, recovery.Mean(name));
            m_claims.Add("7",
                         name + ": recovery, K = " + std::to_string(devices),
                         recovery.Of(name));
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

} // namespace sterna
} // namespace ns3
