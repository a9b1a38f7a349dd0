/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-report.h"

#include "sterna-run-scope.h"
#include "sterna-statistics.h"

#include "ns3/gnuplot.h"
#include "ns3/sterna-earth.h"

#include <cstdio>
#include <iomanip>
#include <numeric>

namespace ns3
{
namespace sterna
{

namespace
{

/// Random stream of the intervals, apart from all that the simulations use.
constexpr int64_t BOOTSTRAP_STREAM = 1;

/// Where nobody asks for anything, nothing is all that there is to have.
std::vector<double>
Shares(const MigrationOutcome& outcome, const std::vector<double>& bounds)
{
    std::vector<double> shares;
    for (std::size_t e = 0; e < outcome.episodes.size(); ++e)
    {
        shares.push_back(bounds[e] > 0 ? 100 * outcome.episodes[e].reward / bounds[e] : 100.0);
    }
    return shares;
}

/// A line per decider: the running sum of a value of each slot, mean over the episodes.
template <typename Value>
void
DrawSums(const std::vector<MigrationOutcome>& outcomes,
         const std::string& name,
         const std::string& title,
         const std::string& y,
         const Value& value,
         OutputFolder& folder)
{
    Gnuplot plot;
    plot.SetTitle(title);
    plot.SetLegend("slot", y);
    plot.AppendExtra("set key outside right\nset grid");
    for (const auto& outcome : outcomes)
    {
        Gnuplot2dDataset line(outcome.decider);
        line.SetStyle(Gnuplot2dDataset::LINES);
        double sum = 0;
        for (std::size_t n = 0; n < outcome.episodes.front().rewardBySlot.size(); ++n)
        {
            for (const auto& episode : outcome.episodes)
            {
                sum += value(episode, n) / double(outcome.episodes.size());
            }
            line.Add(double(n + 1), sum);
        }
        plot.AddDataset(line);
    }
    if (!folder.Draw(name, plot))
    {
        std::fprintf(stderr,
                     "gnuplot is not installed: %s.plt was written, %s.png was not.\n",
                     name.c_str(),
                     name.c_str());
    }
}

} // namespace

void
WriteMigrationEpisodes(const std::vector<MigrationOutcome>& outcomes,
                       const std::vector<double>& bounds,
                       std::ostream& file)
{
    file << "decider,run,epoch_s,reward,bound,migrations,active_slots,unsuccessful_slots,"
            "projected_changes,packets,late_or_lost_packets\n"
         << std::setprecision(12);
    for (const auto& outcome : outcomes)
    {
        for (std::size_t e = 0; e < outcome.episodes.size(); ++e)
        {
            const auto& episode = outcome.episodes[e];
            file << outcome.decider << "," << episode.run << "," << episode.epoch_s << ","
                 << episode.reward << "," << bounds[e] << "," << episode.migrations << ","
                 << episode.activeSlots << "," << episode.unsuccessfulSlots << ","
                 << episode.changes << "," << episode.packets << "," << episode.lateOrLost << "\n";
        }
    }
}

void
PrintMigrations(const std::vector<MigrationOutcome>& outcomes,
                const std::vector<double>& bounds,
                const std::string& title)
{
    std::printf("\n%s\ncertified bound on the reward: %.4f million in the mean\n\n",
                title.c_str(),
                std::accumulate(bounds.begin(), bounds.end(), 0.0) / double(bounds.size()) / 1e6);
    std::printf("%-18s %26s %23s %13s %11s %10s %10s %13s\n",
                "decider",
                "reward, million [95 %]",
                "share of the bound, %",
                "unsuccessful",
                "migrations",
                "projected",
                "late/lost",
                "decision, us");
    for (const auto& outcome : outcomes)
    {
        const auto reward =
            BootstrapMean(outcome.Values([](const auto& e) { return e.reward / 1e6; }),
                          BOOTSTRAP_STREAM);
        const auto share = BootstrapMean(Shares(outcome, bounds), BOOTSTRAP_STREAM);
        std::printf("%-18s %8.4f [%6.4f, %6.4f] %7.2f [%5.2f, %5.2f] %11.2f %% %11.1f %10.0f "
                    "%8.2f %% %13.1f\n",
                    outcome.decider.c_str(),
                    reward.mean,
                    reward.low,
                    reward.high,
                    share.mean,
                    share.low,
                    share.high,
                    outcome.Mean([](const auto& e) { return e.UnsuccessfulShare(); }),
                    outcome.Mean([](const auto& e) { return double(e.migrations); }),
                    outcome.Mean([](const auto& e) { return double(e.changes); }),
                    outcome.Mean([](const auto& e) { return e.LateShare(); }),
                    1e6 * Median(outcome.decisionSeconds));
    }
}

void
DrawMigrations(const std::vector<MigrationOutcome>& outcomes, OutputFolder& folder)
{
    DrawSums(
        outcomes,
        "reward",
        "Service migration: reward so far",
        "reward, million",
        [](const MigrationEpisode& e, std::size_t n) { return e.rewardBySlot[n] / 1e6; },
        folder);
    DrawSums(
        outcomes,
        "migrations",
        "Service migration: migrations so far",
        "migrations",
        [](const MigrationEpisode& e, std::size_t n) { return double(e.migrationsBySlot[n]); },
        folder);
}

void
DumpMigrationGeometry(const MigrationExperiment& experiment, OutputFolder& folder)
{
    RunScope scope;
    MigrationScenario scenario(experiment.setting, FIRST_SCENARIO_STREAM);
    const auto plan = scenario.Install(nullptr, experiment.fidelity)->GetPlan();
    auto& elevation = folder.Open("elevation.csv");
    auto& rain = folder.Open("rain.csv");
    elevation << "slot,user,sat,elevation_deg,range_m\n" << std::setprecision(12);
    rain << "user,sat,slot,attenuation_db\n" << std::setprecision(12);
    for (uint32_t n = 0; n < plan->Slots(); ++n)
    {
        const auto& slot = plan->Slot(n);
        for (uint32_t u = 0; u < plan->Users(); ++u)
        {
            for (uint32_t s = 0; s < plan->Satellites(); ++s)
            {
                elevation << n << "," << u << "," << s << "," << RadToDeg(slot.elevation(s, u))
                          << "," << slot.range(s, u) << "\n";
                if (slot.IsVisible(s, u))
                {
                    rain << u << "," << s << "," << n << "," << slot.rain(s, u) << "\n";
                }
            }
        }
    }
}

} // namespace sterna
} // namespace ns3
