/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-bench
 *
 * How the cost of satellite association grows with the constellation: wall time per slice with 120,
 * 1584 and 4408 satellites over the same five base stations, contacts, decisions and packets
 * together, and of the decisions alone. Cost should follow the number of satellites, not its square.
 *
 * The runs take turns with the constellations, and medians count.
 */

#include "sterna-bench-report.h"

#include "ns3/command-line.h"
#include "ns3/sterna-association-experiment.h"
#include "ns3/sterna-association-learners.h"
#include "ns3/sterna-statistics.h"

#include <chrono>
#include <cstdio>
#include <map>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

constexpr uint32_t REPETITIONS = 5;

AssociationExperiment
ExperimentOf(const WalkerPattern& pattern)
{
    AssociationExperiment experiment;
    experiment.setting.pattern = pattern;
    experiment.setting.shell.inclination = DegToRad(53);
    experiment.runs = 1;
    return experiment;
}

void
Measure(bench::Report& report)
{
    const std::vector<WalkerPattern> patterns{{120, 12, 1}, {1584, 72, 17}, {4408, 76, 1}};
    for (const std::string decider : {"Greedy", "GreedyUtility", "MyopicMatching"})
    {
        std::map<uint32_t, std::vector<double>> slices;    // s, all in all
        std::map<uint32_t, std::vector<double>> decisions; // s
        for (uint32_t repetition = 0; repetition < REPETITIONS; ++repetition)
        {
            for (const auto& pattern : patterns)
            {
                const auto experiment = ExperimentOf(pattern);
                const auto begin = std::chrono::steady_clock::now();
                const auto outcome = RunAssociation(
                    experiment,
                    decider,
                    [&]() { return CreateAssociationDecider(decider); },
                    {},
                    [](uint32_t) {});
                const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
                slices[pattern.satellites].push_back(wall.count() / experiment.setting.slices);
                decisions[pattern.satellites].push_back(Median(outcome.decisionSeconds));
            }
        }
        for (const auto& pattern : patterns)
        {
            std::printf("%-15s %4u satellites: %8.3f ms a slice, of it %8.3f ms decision\n",
                        decider.c_str(),
                        pattern.satellites,
                        1e3 * Median(slices[pattern.satellites]),
                        1e3 * Median(decisions[pattern.satellites]));
        }
        for (std::size_t p = 1; p < patterns.size(); ++p)
        {
            const uint32_t satellites = patterns[p].satellites;
            report.AtMost(
                8,
                Sentence("time per slice, ", decider, ", ", satellites, " satellites against 120"),
                Median(slices[satellites]) / Median(slices[120]),
                satellites / 120.0);
        }
    }
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string json;
    CommandLine cmd(__FILE__);
    cmd.AddValue("json", "file for the results", json);
    cmd.Parse(argc, argv);
    try
    {
        bench::Report report("association");
        Measure(report);
        report.Write(json);
    }
    catch (const std::exception& error)
    {
        std::cerr << "sterna-bench-association: " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
