/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-report.h"

#include "sterna-run-scope.h"

#include "ns3/double.h"
#include "ns3/gnuplot.h"
#include "ns3/sterna-association-contacts.h"
#include "ns3/sterna-contact-window.h"
#include "ns3/sterna-fixed-course-mobility-model.h"

#include <algorithm>
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

std::vector<double>
Shares(const AssociationOutcome& outcome, const std::vector<double>& bounds)
{
    std::vector<double> shares;
    for (std::size_t e = 0; e < outcome.episodes.size(); ++e)
    {
        shares.push_back(100 * outcome.episodes[e].utility / bounds[e]);
    }
    return shares;
}

/// Mean over the episodes of a value in a slice.
template <typename Value>
double
MeanInSlice(const AssociationOutcome& outcome, std::size_t slice, const Value& value)
{
    double sum = 0;
    for (const auto& episode : outcome.episodes)
    {
        sum += value(episode, slice);
    }
    return sum / outcome.episodes.size();
}

void
DrawLines(const std::string& name,
          const std::string& title,
          const std::string& y,
          const std::vector<Gnuplot2dDataset>& lines,
          OutputFolder& folder)
{
    Gnuplot plot;
    plot.SetTitle(title);
    plot.SetLegend("slice", y);
    plot.AppendExtra("set key outside right\nset grid");
    for (const auto& line : lines)
    {
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
WriteEpisodes(const std::vector<AssociationOutcome>& outcomes,
              const std::vector<double>& bounds,
              std::ostream& file)
{
    file << "decider,run,epoch_s,utility,bound,offloaded_units,choices,grants,refused_decisions,"
            "stored_bundles,refused_bundles,lost_bundles,capacity_left_units\n"
         << std::setprecision(12);
    for (const auto& outcome : outcomes)
    {
        for (std::size_t e = 0; e < outcome.episodes.size(); ++e)
        {
            const auto& episode = outcome.episodes[e];
            file << outcome.decider << "," << episode.run << "," << episode.epoch_s << ","
                 << episode.utility << "," << bounds[e] << "," << episode.offloaded << ","
                 << episode.choices << "," << episode.grants << "," << episode.refusedDecisions
                 << "," << episode.storedBundles << "," << episode.refusedBundles << ","
                 << episode.lostBundles << ",";
            for (std::size_t j = 0; j < episode.capacity.size(); ++j)
            {
                file << (j > 0 ? " " : "") << episode.capacity[j];
            }
            file << "\n";
        }
    }
}

void
PrintAssociations(const std::vector<AssociationOutcome>& outcomes,
                  const std::vector<double>& bounds,
                  const std::string& title)
{
    std::printf("\n%s\ncertified bound on the utility: %.2f in the mean\n\n",
                title.c_str(),
                std::accumulate(bounds.begin(), bounds.end(), 0.0) / bounds.size());
    std::printf("%-18s %26s %24s %10s %9s %9s %7s %12s  %s\n",
                "decider",
                "utility [95 %]",
                "share of the bound, %",
                "offloaded",
                "bundles",
                "refused",
                "lost",
                "decision, us",
                "left at BS1, BS2, ...");
    for (const auto& outcome : outcomes)
    {
        const auto utility =
            BootstrapMean(outcome.Values([](const auto& episode) { return episode.utility; }),
                          BOOTSTRAP_STREAM);
        const auto share = BootstrapMean(Shares(outcome, bounds), BOOTSTRAP_STREAM);
        std::printf("%-18s %8.2f [%6.2f, %6.2f] %8.2f [%5.2f, %5.2f] %10.1f %9.0f %9.0f %7.0f "
                    "%12.1f ",
                    outcome.decider.c_str(),
                    utility.mean,
                    utility.low,
                    utility.high,
                    share.mean,
                    share.low,
                    share.high,
                    outcome.Mean([](const auto& e) { return e.offloaded; }),
                    outcome.Mean([](const auto& e) { return double(e.storedBundles); }),
                    outcome.Mean([](const auto& e) { return double(e.refusedBundles); }),
                    outcome.Mean([](const auto& e) { return double(e.lostBundles); }),
                    1e6 * Median(outcome.decisionSeconds));
        for (std::size_t j = 0; j < outcome.episodes.front().capacity.size(); ++j)
        {
            std::printf(" %.0f", outcome.Mean([j](const auto& e) { return e.capacity[j]; }));
        }
        std::printf("\n");
    }
}

void
DrawAssociations(const std::vector<AssociationOutcome>& outcomes, OutputFolder& folder)
{
    std::vector<Gnuplot2dDataset> utilities;
    std::vector<Gnuplot2dDataset> fullest;
    for (const auto& outcome : outcomes)
    {
        utilities.emplace_back(outcome.decider);
        fullest.emplace_back(outcome.decider);
        utilities.back().SetStyle(Gnuplot2dDataset::LINES);
        fullest.back().SetStyle(Gnuplot2dDataset::LINES);
        double sum = 0;
        for (std::size_t t = 0; t < outcome.episodes.front().utilityBySlice.size(); ++t)
        {
            sum += MeanInSlice(outcome, t, [](const auto& episode, std::size_t slice) {
                return episode.utilityBySlice[slice];
            });
            utilities.back().Add(t + 1, sum);
            fullest.back().Add(t + 1,
                               MeanInSlice(outcome, t, [](const auto& episode, std::size_t slice) {
                                   const auto& left = episode.capacityBySlice[slice];
                                   return *std::min_element(left.begin(), left.end());
                               }));
        }
    }
    DrawLines("utility",
              "Satellite association: utility so far",
              "total utility, units",
              utilities,
              folder);
    DrawLines("capacity",
              "Satellite association: capacity left at the fullest station",
              "units",
              fullest,
              folder);
}

void
DumpGeometry(const AssociationExperiment& experiment, Time step, OutputFolder& folder)
{
    RunScope scope;
    AssociationScenario scenario(experiment.setting, FIRST_SCENARIO_STREAM);
    const auto scheduler = scenario.Install(nullptr, experiment.fidelity);
    const double end = (experiment.setting.slice * int64_t(experiment.setting.slices)).GetSeconds();
    auto& positions = folder.Open("positions.csv");
    positions << "t_s,sat,x_m,y_m,z_m\n" << std::setprecision(12);
    const auto& satellites = scenario.Satellites();
    for (double t = 0; t <= end; t += step.GetSeconds())
    {
        for (uint32_t i = 0; i < satellites.GetN(); ++i)
        {
            const Vector place =
                satellites.Get(i)->GetObject<FixedCourseMobilityModel>()->PositionAt(t);
            positions << t << "," << i << "," << place.x << "," << place.y << "," << place.z
                      << "\n";
        }
    }
    DoubleValue minElevation;
    scheduler->GetAttribute("MinElevationDeg", minElevation);
    auto& windows = folder.Open("windows.csv");
    windows << "bs,sat,start_s,end_s\n" << std::setprecision(12);
    for (uint32_t j = 0; j < scenario.Gateways().GetN(); ++j)
    {
        const Vector ground = scenario.Gateways().Get(j)->GetObject<MobilityModel>()->GetPosition();
        for (uint32_t i = 0; i < satellites.GetN(); ++i)
        {
            const auto course = satellites.Get(i)->GetObject<FixedCourseMobilityModel>();
            for (const auto& window :
                 FindContactWindows(*course, ground, DegToRad(minElevation.Get()), 0, end))
            {
                windows << j + 1 << "," << i << "," << window.start_s << "," << window.end_s
                        << "\n";
            }
        }
    }
}

} // namespace sterna
} // namespace ns3
