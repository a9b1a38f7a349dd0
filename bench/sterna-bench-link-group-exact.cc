/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-bench
 *
 * Rows 6 and 7 of the performance goals, on link-group scheduling with all fading known:
 *  6. branch and bound against the best of Bonmin's algorithms: on `small` cut to a size that both
 *     can prove, the time to the proof; on all of `small`, whether the proof is reached, and the
 *     time until value and bound are both as good as any Bonmin's at its time limit;
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

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <limits>
#include <sys/wait.h>
#include <unistd.h>
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

/// Bonmin in a process of its own, because assertions of Cbc may end it; no proof and no value then.
bench::BonminResult
RunBonmin(const LinkGroupInstance& instance, double limit, const char* algorithm)
{
    bench::BonminResult result{std::numeric_limits<double>::infinity(), 0, false, 0};
    int ends[2];
    if (pipe(ends) != 0)
    {
        throw InputError("There is no pipe to be had for Bonmin.");
    }
    std::cout.flush();
    const pid_t child = fork();
    if (child == 0)
    {
        if (std::freopen("/dev/null", "w", stdout) == nullptr ||
            std::freopen("/dev/null", "w", stderr) == nullptr)
        {
            _exit(1);
        }
        const auto found = bench::SolveWithBonmin(instance, limit, algorithm);
        _exit(write(ends[1], &found, sizeof(found)) == sizeof(found) ? 0 : 1);
    }
    close(ends[1]);
    const bool ended =
        child > 0 && read(ends[0], &result, sizeof(result)) == ssize_t(sizeof(result));
    close(ends[0]);
    waitpid(child, nullptr, 0);
    std::cout << "row 6:   Bonmin " << algorithm << ": ";
    if (ended)
    {
        std::cout << result.bound << " to " << result.value << " in " << result.seconds << " s"
                  << (result.proved ? ", proved\n" : ", not proved\n");
    }
    else
    {
        std::cout << "crashed\n";
    }
    return result;
}

/// The best of Bonmin's algorithms: a proof sooner than the others', or else the lowest value and
/// the highest bound that any of them reached.
bench::BonminResult
BestOfBonmin(const LinkGroupInstance& instance, double limit)
{
    bench::BonminResult best{std::numeric_limits<double>::infinity(), 0, false, 0};
    for (const char* algorithm : {"B-Hyb", "B-OA", "B-QG", "B-BB"})
    {
        const auto result = RunBonmin(instance, limit, algorithm);
        if (result.proved && (!best.proved || result.seconds < best.seconds))
        {
            best = result;
        }
        else if (!best.proved)
        {
            best.value = std::min(best.value, result.value);
            best.bound = std::max(best.bound, std::min(result.bound, result.value));
            best.seconds = limit;
        }
    }
    return best;
}

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
        std::cout << "row 6: K = " << devices << ", T = " << slots << ": Sterna " << ours.value
                  << " in " << ours.seconds << " s"
                  << (search.IsProved() ? ", proved\n" : ", not proved\n");
        const auto bonmin = BestOfBonmin(instance, 30);
        // without a proof of Bonmin the ratio is 'at least', without one of ours it is lost
        ratios.push_back(search.IsProved() ? bonmin.seconds / ours.seconds : 0.0);
        if (bonmin.proved)
        {
            difference = std::max(difference, std::abs(ours.value - bonmin.value) / bonmin.value);
        }
    }
    report.AtLeast(6,
                   "time to the proof, best Bonmin / Sterna, `small` cut to K = " +
                       std::to_string(devices) + ", T = " + std::to_string(slots),
                   Median(ratios),
                   100);
    report.AtMost(6, "difference of proved optima", difference, 1e-6);
}

/// All of `small`, which neither side proves within the limit: what both know at it.
void
RaceWithBonmin(double limit, bench::Report& report)
{
    const auto instance = Instances("small", 20, 1)[0];
    LinkGroupTreeSearch search(instance);
    std::vector<LinkGroupSearchProgress> steps;
    search.SetObserver([&](const LinkGroupSearchProgress& progress) { steps.push_back(progress); });
    LinkGroupSearchLimits limits;
    limits.seconds = limit;
    search.SetLimits(limits);
    search.Solve();
    const auto& ours = search.Progress();
    std::cout << "row 6: `small`: Sterna " << ours.bound << " to " << ours.value << " in "
              << ours.seconds << " s" << (search.IsProved() ? ", proved\n" : ", not proved\n");
    const auto bonmin = BestOfBonmin(instance, limit);
    const auto ahead = std::find_if(steps.begin(), steps.end(), [&](const auto& step) {
        return step.bound >= bonmin.bound && step.value <= bonmin.value;
    });
    report.AtLeast(6, "proof of `small` within the limit (1: yes)", search.IsProved() ? 1 : 0, 1);
    report.AtLeast(6,
                   "time to the best value and bound of any Bonmin, Bonmin / Sterna, `small`",
                   ahead != steps.end() ? bonmin.seconds / ahead->seconds : 0.0,
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
