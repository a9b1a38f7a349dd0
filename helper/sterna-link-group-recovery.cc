/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-recovery.h"

#include <algorithm>
#include <functional>
#include <iomanip>
#include <sstream>
#include <string>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr RecoveryMeasure MEASURES[] = {RecoveryMeasure::OBJECTIVE,
                                        RecoveryMeasure::SHARE,
                                        RecoveryMeasure::IMPROVEMENT};

const char*
NameOf(RecoveryMeasure measure)
{
    switch (measure)
    {
    case RecoveryMeasure::OBJECTIVE:
        return "objective";
    case RecoveryMeasure::SHARE:
        return "share";
    default:
        return "improvement";
    }
}

/// Several recoveries in a few words: mean, and how many of how many recovered.
std::string
Summary(const std::vector<Recovery>& recoveries)
{
    if (recoveries.empty())
    {
        return "no update";
    }
    double slots = 0;
    uint32_t recovered = 0;
    for (const auto& recovery : recoveries)
    {
        slots += recovery.slots;
        recovered += recovery.recovered;
    }
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << slots / recoveries.size() << " (" << recovered
         << " of " << recoveries.size() << ")";
    return text.str();
}

void
Add(std::vector<double>& sum, const std::vector<double>& more)
{
    std::transform(sum.begin(), sum.end(), more.begin(), sum.begin(), std::plus<>());
}

void
Divide(std::vector<double>& values, double by)
{
    std::for_each(values.begin(), values.end(), [by](double& value) { value /= by; });
}

void
WriteRun(const std::string& decider,
         const std::string& name,
         const LinkGroupRun& run,
         std::ostream& file)
{
    for (const auto measure : MEASURES)
    {
        const auto recoveries = Recoveries(run, measure);
        for (std::size_t i = 0; i < recoveries.size(); ++i)
        {
            file << decider << "," << name << "," << NameOf(measure) << "," << run.updates[i] << ","
                 << recoveries[i].slots << "," << recoveries[i].recovered << "\n";
        }
    }
}

} // namespace

std::vector<double>
MeasuredSlots(const LinkGroupRun& run, RecoveryMeasure measure)
{
    if (measure == RecoveryMeasure::OBJECTIVE)
    {
        return run.objective;
    }
    auto values = Shares(run.objective, run.idleObjective);
    for (auto& value : values)
    {
        value = measure == RecoveryMeasure::IMPROVEMENT ? 1 - value : value;
    }
    return values;
}

std::vector<Recovery>
Recoveries(const LinkGroupRun& run, RecoveryMeasure measure)
{
    return RecoveryTimes(MeasuredSlots(run, measure), run.updates);
}

LinkGroupRun
MeanRun(const std::vector<LinkGroupRun>& runs)
{
    LinkGroupRun mean = runs.front();
    double count = 1;
    for (std::size_t r = 1; r < runs.size(); ++r)
    {
        if (runs[r].objective.size() == mean.objective.size())
        {
            Add(mean.objective, runs[r].objective);
            Add(mean.idleObjective, runs[r].idleObjective);
            ++count;
        }
    }
    Divide(mean.objective, count);
    Divide(mean.idleObjective, count);
    return mean;
}

void
PrintRecovery(const std::vector<LinkGroupOutcome>& outcomes, std::ostream& screen)
{
    screen << "\nslots to recover from an update (how many of them did):\n\n"
           << std::left << std::setw(19) << "decider" << std::setw(12) << "measure" << std::setw(24)
           << "run by run"
           << "mean of all runs\n";
    for (const auto& outcome : outcomes)
    {
        for (const auto measure : MEASURES)
        {
            std::vector<Recovery> each;
            for (const auto& run : outcome.runs)
            {
                const auto recoveries = Recoveries(run, measure);
                each.insert(each.end(), recoveries.begin(), recoveries.end());
            }
            screen << std::setw(19) << outcome.decider << std::setw(12) << NameOf(measure)
                   << std::setw(24) << Summary(each)
                   << Summary(Recoveries(MeanRun(outcome.runs), measure)) << "\n";
        }
    }
    screen << std::right;
}

void
WriteRecovery(const std::vector<LinkGroupOutcome>& outcomes, std::ostream& file)
{
    file << "decider,run,measure,update_slot,recovery_slots,recovered\n";
    for (const auto& outcome : outcomes)
    {
        for (std::size_t r = 0; r < outcome.runs.size(); ++r)
        {
            WriteRun(outcome.decider, std::to_string(r), outcome.runs[r], file);
        }
        WriteRun(outcome.decider, "mean", MeanRun(outcome.runs), file);
    }
}

std::vector<Gnuplot2dDataset>
RecoveryLines(const std::vector<LinkGroupOutcome>& outcomes)
{
    std::vector<Gnuplot2dDataset> lines;
    for (std::size_t d = 0; d < outcomes.size(); ++d)
    {
        const std::string colour = " linecolor " + std::to_string(d + 1);
        Gnuplot2dDataset dots("");
        dots.SetStyle(Gnuplot2dDataset::DOTS);
        dots.SetExtra("notitle" + colour);
        Gnuplot2dDataset line(outcomes[d].decider);
        line.SetStyle(Gnuplot2dDataset::LINES);
        line.SetExtra("linewidth 2" + colour);
        const auto share = MeasuredSlots(MeanRun(outcomes[d].runs), RecoveryMeasure::SHARE);
        const auto mean = RunningMean(share, RecoveryRule().window);
        for (std::size_t t = 0; t < share.size(); ++t)
        {
            dots.Add(t, share[t]);
            line.Add(t, mean[t]);
        }
        lines.push_back(dots);
        lines.push_back(line);
    }
    Gnuplot2dDataset bars("updates");
    bars.SetStyle(Gnuplot2dDataset::IMPULSES);
    bars.SetExtra("linecolor \"grey\"");
    for (const uint64_t slot : outcomes.front().runs.front().updates)
    {
        bars.Add(slot, 1);
    }
    lines.push_back(bars);
    return lines;
}

} // namespace sterna
} // namespace ns3
