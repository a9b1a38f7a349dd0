/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-bench
 *
 * Rows 6 and 7 of the performance goals, on link-group scheduling with all fading known:
 *  6. branch and bound against Bonmin: on `small` cut to a size that both can prove, the time to
 *     the proof; on all of `small`, the time until value and bound are both better than Bonmin's
 *     at its time limit;
 *  7. the certified bound at K = 1000, T = 10: seconds, and distance to the best plan known.
 *
 * Without Bonmin (Debian: coinor-libbonmin-dev and pkg-config at build time) row 6 says so.
 */

#include "sterna-bench-report.h"

#include "ns3/command-line.h"
#include "ns3/simulator.h"
#include "ns3/sterna-link-group-bound.h"
#include "ns3/sterna-link-group-scenario.h"
#include "ns3/sterna-link-group-tree-search.h"
#include "ns3/sterna-statistics.h"

#ifdef STERNA_BONMIN
#include "sterna-bonmin.h"
#endif

#include <cmath>
#include <iostream>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

/// Keeps each cycle as plain numbers and stays idle.
class Recorder : public LinkGroupDecider
{
  public:
    void BeginCycle(const LinkGroupProblem& problem, const LinkGroupProblem::State& state) override
    {
        instances.push_back(MakeInstance(problem, state));
    }

    LinkGroup Decide(const LinkGroupProblem& problem, const LinkGroupProblem::State&) override
    {
        return LinkGroup(problem.Transmitters());
    }

    std::vector<LinkGroupInstance> instances;
};

/// The first cycles of a preset with K devices.
std::vector<LinkGroupInstance>
Instances(const std::string& preset, uint32_t devices, uint32_t cycles)
{
    LinkGroupPreset::FromName(preset).SetDefaults();
    LinkGroupSetting setting;
    setting.devices = devices;
    LinkGroupScenario scenario(setting, Seconds(60), 500);
    const auto recorder = CreateObject<Recorder>();
    scenario.Install(recorder, SlotScheduler::FLOW, cycles);
    Simulator::Run();
    Simulator::Destroy();
    return recorder->instances;
}

#ifdef STERNA_BONMIN

/// Seconds to the proof, both sides, on instances of `small` cut to K devices and T slots.
void
ProofAgainstBonmin(uint32_t devices, uint32_t slots, uint32_t rounds, bench::Report& report)
{
    std::vector<double> ratios;
    double difference = 0;
    for (auto& instance : Instances("small", devices, rounds))
    {
        instance.rates.resize(slots);
        LinkGroupTreeSearch search(instance);
        search.Solve();
        const auto& ours = search.Progress();
        const auto bonmin = bench::SolveWithBonmin(instance, 60);
        std::cout << "row 6: K = " << devices << ", T = " << slots << ": Sterna " << ours.value
                  << (search.IsProved() ? ", proved in " : ", not proved in ") << ours.seconds
                  << " s; Bonmin " << bonmin.value
                  << (bonmin.proved ? ", proved in " : ", not proved in ") << bonmin.seconds
                  << " s\n";
        if (search.IsProved())
        {
            ratios.push_back(bonmin.seconds / ours.seconds);
        }
        if (bonmin.proved)
        {
            difference = std::max(difference, std::abs(ours.value - bonmin.value) / bonmin.value);
        }
    }
    report.AtLeast(6, "time to the proof, Bonmin / Sterna, `small` cut", Median(ratios), 100);
    report.AtMost(6, "difference of proved optima", difference, 1e-6);
}

/// Seconds until Sterna knows more than Bonmin does at its limit, on all of `small`.
void
RaceWithBonmin(double limit, bench::Report& report)
{
    const auto instance = Instances("small", 20, 1)[0];
    const auto bonmin = bench::SolveWithBonmin(instance, limit);
    LinkGroupTreeSearch search(instance);
    double ahead = 0;
    search.SetObserver([&](const LinkGroupSearchProgress& progress) {
        if (ahead == 0 && progress.bound >= bonmin.bound && progress.value <= bonmin.value)
        {
            ahead = progress.seconds;
        }
    });
    LinkGroupSearchLimits limits;
    limits.seconds = limit;
    search.SetLimits(limits);
    search.Solve();
    const auto& ours = search.Progress();
    std::cout << "row 6: `small`: Bonmin " << bonmin.bound << " to " << bonmin.value << " in "
              << bonmin.seconds << " s; Sterna " << ours.bound << " to " << ours.value << " in "
              << ours.seconds << " s" << (search.IsProved() ? ", proved" : ", not proved")
              << "; ahead after " << ahead << " s\n";
    report.AtLeast(6,
                   "time to Bonmin's value and bound at its limit, Bonmin / Sterna, `small`",
                   ahead > 0 ? bonmin.seconds / ahead : 0.0,
                   100);
}

#endif

void
BoundOfThousand(uint32_t rounds, bench::Report& report)
{
    std::vector<double> seconds;
    std::vector<double> perStep;
    std::vector<double> gaps;
    for (const auto& instance : Instances("paper", 1000, rounds))
    {
        LinkGroupBound bound;
        const auto result = bound.Solve(instance);
        bound.SetPolishing(0);
        const auto plain = bound.Solve(instance);
        const LinkGroupOffers offers(instance);
        LinkGroupDescent descent(offers);
        LinkGroupChoices plan(instance.Slots());
        const double value = descent.Search(plan, 1);
        seconds.push_back(result.seconds);
        perStep.push_back(plain.seconds / plain.steps);
        gaps.push_back((value - result.value) / value);
        std::cout << "row 7: K = 1000: " << plain.steps << " steps: bound " << plain.value << ", "
                  << plain.seconds << " s; polished: bound " << result.value << ", "
                  << result.seconds << " s; best plan known " << value << "\n";
    }
    report.AtMost(7, "seconds of a bound, K = 1000", Median(seconds), 0.2);
    report.AtMost(7, "milliseconds per step, certificates included", 1e3 * Median(perStep), 0.3);
    report.AtMost(7, "(best known - bound) / best known", Median(gaps), 0.005);
}

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t rounds = 5;
    double limit = 60;
    std::string json;
    CommandLine cmd(__FILE__);
    cmd.AddValue("rounds", "instances of which the median is taken", rounds);
    cmd.AddValue("limit", "seconds that Bonmin and Sterna may take on `small`", limit);
    cmd.AddValue("json", "file for the results", json);
    cmd.Parse(argc, argv);
    bench::Report report("link-group-exact");
    BoundOfThousand(rounds, report);
#ifdef STERNA_BONMIN
    ProofAgainstBonmin(8, 3, rounds, report);
    RaceWithBonmin(limit, report);
#else
    std::cout << "row 6: skipped: built without Bonmin (coinor-libbonmin-dev and pkg-config)\n";
#endif
    report.Write(json);
    return 0;
}
