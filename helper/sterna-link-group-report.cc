/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-report.h"

#include "sterna-link-group-recovery.h"
#include "sterna-statistics.h"

#include "ns3/gnuplot.h"

#include <cstdio>
#include <iomanip>
#include <iostream>

namespace ns3
{
namespace sterna
{

namespace
{

/// Random stream of the intervals, apart from all that the simulations use.
constexpr int64_t BOOTSTRAP_STREAM = 1;

} // namespace

void
WriteSummary(const std::vector<LinkGroupOutcome>& outcomes, std::ostream& file)
{
    file << "decider,cycles,objective,objective_low,objective_high,improvement_percent,"
            "improvement_low,improvement_high,served,delivered_mbit,packets_sent,packets_lost,"
            "refused,candidate_groups,all_groups\n"
         << std::setprecision(10);
    for (const auto& outcome : outcomes)
    {
        const auto objective = outcome.Objective(BOOTSTRAP_STREAM);
        const auto improvement = outcome.Improvement(BOOTSTRAP_STREAM);
        file << outcome.decider << "," << outcome.cycles.size() << "," << objective.mean << ","
             << objective.low << "," << objective.high << "," << improvement.mean << ","
             << improvement.low << "," << improvement.high << ","
             << outcome.Mean([](const auto& cycle) { return cycle.served; }) << ","
             << outcome.Mean([](const auto& cycle) { return cycle.deliveredMbit; }) << ","
             << outcome.Sum([](const auto& cycle) { return cycle.packetsSent; }) << ","
             << outcome.Sum([](const auto& cycle) { return cycle.packetsLost; }) << ","
             << outcome.Sum([](const auto& cycle) { return cycle.refused; }) << ","
             << outcome.candidateGroups << "," << outcome.allGroups << "\n";
    }
}

void
PrintTable(const std::vector<LinkGroupOutcome>& outcomes, const std::string& title)
{
    std::printf("\n%s\n\n", title.c_str());
    std::printf("%-18s %28s %24s %8s %12s %12s %12s %6s %8s\n",
                "decider",
                "objective [95 %]",
                "better than idle, %",
                "served",
                "Mbit/cycle",
                "decision, us",
                "packets",
                "lost",
                "refused");
    for (const auto& outcome : outcomes)
    {
        const auto f = outcome.Objective(BOOTSTRAP_STREAM);
        const auto better = outcome.Improvement(BOOTSTRAP_STREAM);
        std::printf(
            "%-18s %10.0f [%7.0f,%7.0f] %8.2f [%5.2f, %5.2f] %8.2f %12.1f %12.1f %12llu %6llu "
            "%8llu\n",
            outcome.decider.c_str(),
            f.mean,
            f.low,
            f.high,
            better.mean,
            better.low,
            better.high,
            outcome.Mean([](const auto& cycle) { return cycle.served; }),
            outcome.Mean([](const auto& cycle) { return cycle.deliveredMbit; }),
            1e6 * Median(outcome.decisionSeconds),
            (unsigned long long)outcome.Sum([](const auto& c) { return c.packetsSent; }),
            (unsigned long long)outcome.Sum([](const auto& c) { return c.packetsLost; }),
            (unsigned long long)outcome.Sum([](const auto& c) { return c.refused; }));
        if (outcome.candidateGroups > 0)
        {
            std::printf("%-18s chose among %.0f candidate groups a slot, %.3g of %.3g left out\n",
                        "",
                        outcome.candidateGroups,
                        outcome.allGroups - outcome.candidateGroups,
                        outcome.allGroups);
        }
    }
}

namespace
{

/// Draws NAME.png with a line per decider.
void
DrawLines(const std::string& name,
          const std::string& title,
          const std::string& x,
          const std::string& y,
          const std::vector<Gnuplot2dDataset>& lines,
          OutputFolder& folder)
{
    Gnuplot plot;
    plot.SetTitle(title);
    plot.SetLegend(x, y);
    plot.AppendExtra("set key outside right\nset grid");
    for (const auto& line : lines)
    {
        plot.AddDataset(line);
    }
    if (!folder.Draw(name, plot))
    {
        std::cerr << "gnuplot is not installed: " << name << ".plt was written, " << name
                  << ".png was not.\n";
    }
}

} // namespace

/// The objective as the slots of a cycle go by, as a share of the idle one, mean over cycles.
void
DrawCycle(const std::vector<LinkGroupOutcome>& outcomes,
          const std::map<std::string, std::vector<double>>& objectiveBySlot,
          OutputFolder& folder)
{
    std::vector<Gnuplot2dDataset> lines;
    for (const auto& outcome : outcomes)
    {
        const auto& values = objectiveBySlot.at(outcome.decider);
        const std::size_t slots = values.size() / outcome.cycles.size();
        Gnuplot2dDataset line(outcome.decider);
        line.SetStyle(Gnuplot2dDataset::LINES_POINTS);
        line.Add(0, 1);
        for (std::size_t t = 0; t < slots; ++t)
        {
            double sum = 0;
            for (std::size_t c = 0; c < outcome.cycles.size(); ++c)
            {
                sum += values[c * slots + t] / outcome.cycles[c].idleObjective;
            }
            line.Add(t + 1, sum / outcome.cycles.size());
        }
        lines.push_back(line);
    }
    DrawLines("objective",
              "Link-group scheduling: objective within a cycle",
              "slots since the cycle began",
              "objective / doing nothing",
              lines,
              folder);
}

/// Cycle by cycle, how many devices each decider served: the same cycle is the same world.
void
DrawServed(const std::vector<LinkGroupOutcome>& outcomes, OutputFolder& folder)
{
    std::vector<Gnuplot2dDataset> lines;
    for (const auto& outcome : outcomes)
    {
        Gnuplot2dDataset line(outcome.decider);
        line.SetStyle(Gnuplot2dDataset::LINES_POINTS);
        for (std::size_t c = 0; c < outcome.cycles.size(); ++c)
        {
            line.Add(c, outcome.cycles[c].served);
        }
        lines.push_back(line);
    }
    DrawLines("served",
              "Link-group scheduling: devices that got what they need",
              "cycle",
              "served devices",
              lines,
              folder);
}

/// How fast the deciders recover from what the dynamics do to them.
void
DrawRecovery(const std::vector<LinkGroupOutcome>& outcomes, OutputFolder& folder)
{
    DrawLines("recovery",
              "Link-group scheduling: running mean of the objective over 20 slots",
              "slot",
              "objective / doing nothing",
              RecoveryLines(outcomes),
              folder);
}

} // namespace sterna
} // namespace ns3
