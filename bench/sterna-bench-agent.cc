/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * What the hand-written networks are worth, as ratios measured side by side:
 *  - one decision of a frozen policy with the widths 156-64-32-24, in Eigen and in LibTorch;
 *  - training steps per second of DQN with prioritised replay, batch 32 and these widths, here and
 *    in PyTorch (sterna_bench_dqn_pytorch.py, if Debian's python3-torch is installed).
 *
 * Prints the medians of five rounds, the ratios and the targets; `--json=FILE` writes them.
 */

#include "sterna-bench-agent-torch.h"
#include "sterna-bench-report.h"

#include "ns3/boolean.h"
#include "ns3/command-line.h"
#include "ns3/sterna-dqn-agent.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-frozen-policy.h"
#include "ns3/sterna-statistics.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

constexpr int ROUNDS = 5;
constexpr int FEATURES = 156;
constexpr int CHOICES = 24;
constexpr const char* HIDDEN = "64-32";
constexpr int DECISIONS = 20000; // per round
constexpr int REPLAY = 10000;
constexpr int BATCH = 32;
constexpr int TRAININGS = 2000; // per round

AgentSpaces
GetSpaces()
{
    AgentSpaces spaces;
    spaces.features = FEATURES;
    spaces.choices = CHOICES;
    return spaces;
}

double
MeasureSeconds(const std::function<void()>& work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Observations with features in U(-1, 1).
std::vector<Observation>
DrawObservations(int count)
{
    auto uniform = CreateObject<UniformRandomVariable>();
    uniform->SetStream(1);
    std::vector<Observation> observations(count);
    for (Observation& observation : observations)
    {
        observation.features = Eigen::VectorXf::NullaryExpr(FEATURES, [&uniform]() {
            return static_cast<float>(uniform->GetValue(-1, 1));
        });
    }
    return observations;
}

/// Row 4: one decision, and how far the outputs are apart.
void
MeasureDecision(const std::string& path, bench::Report& report)
{
    auto agent = CreateObject<DqnAgent>();
    agent->SetAttribute("HiddenLayers", StringValue(HIDDEN));
    agent->AssignStreams(2);
    agent->Configure(GetSpaces());
    agent->SavePolicy(path, {});
    auto policy = CreateObject<FrozenPolicy>();
    policy->SetAttribute("Policy", StringValue(path));
    policy->Configure(GetSpaces());
    const bench::TorchPolicy torchPolicy(Safetensors::Read(path));
    std::remove(path.c_str());

    const auto observations = DrawObservations(100);
    std::vector<std::vector<float>> inputs;
    double difference = 0;
    for (const Observation& observation : observations)
    {
        inputs.emplace_back(observation.features.begin(), observation.features.end());
        const auto values = policy->Evaluate(observation.features, {});
        const auto torchValues = torchPolicy.GetValues(inputs.back());
        for (int i = 0; i < CHOICES; ++i)
        {
            difference = std::max<double>(difference, std::abs(values[i] - torchValues[i]));
        }
    }
    int64_t choices = 0; // keeps the work from being removed
    std::vector<double> here;
    std::vector<double> there;
    for (int round = 0; round < ROUNDS; ++round)
    {
        here.push_back(MeasureSeconds([&]() {
            for (int i = 0; i < DECISIONS; ++i)
            {
                choices += policy->Act(observations[i % 100], Agent::Mode::EXPLOIT).choice[0];
            }
        }));
        there.push_back(MeasureSeconds([&]() {
            for (int i = 0; i < DECISIONS; ++i)
            {
                choices -= torchPolicy.Decide(inputs[i % 100]);
            }
        }));
    }
    std::cout << "row 4: decision of a frozen 156-64-32-24 policy: Eigen "
              << Median(here) / DECISIONS * 1e6 << " us, LibTorch "
              << Median(there) / DECISIONS * 1e6 << " us, outputs differ by " << difference
              << (choices == 0 ? ", same choices\n" : ", NOT the same choices\n");
    report.AtLeast(4, "decision time, LibTorch / Eigen", Median(there) / Median(here), 10);
}

/// Training steps per second: each stores a transition and trains on one batch.
double
MeasureTraining()
{
    auto agent = CreateObject<DqnAgent>();
    agent->SetAttribute("HiddenLayers", StringValue(HIDDEN));
    agent->SetAttribute("BatchSize", UintegerValue(BATCH));
    agent->SetAttribute("ReplayCapacity", UintegerValue(REPLAY));
    agent->SetAttribute("LearningStarts", UintegerValue(REPLAY));
    agent->SetAttribute("TrainInterval", UintegerValue(1));
    agent->SetAttribute("TargetUpdate", UintegerValue(500));
    agent->SetAttribute("Double", BooleanValue(true));
    agent->SetAttribute("Prioritized", BooleanValue(true));
    agent->SetAttribute("Double", BooleanValue(true));
    agent->AssignStreams(3);
    agent->Configure(GetSpaces());
    const auto observations = DrawObservations(1000);
    Transition transition;
    transition.action.choice.resize(1);
    const auto learn = [&](int count) {
        for (int i = 0; i < count; ++i)
        {
            transition.observation = observations[i % 1000];
            transition.next = observations[(i + 1) % 1000];
            transition.action.choice[0] = i % CHOICES;
            transition.reward = transition.next.features[0];
            transition.terminated = i % 50 == 49;
            agent->Learn(transition);
        }
    };
    learn(REPLAY);
    std::vector<double> seconds;
    for (int round = 0; round < ROUNDS; ++round)
    {
        seconds.push_back(MeasureSeconds([&]() { learn(TRAININGS); }));
    }
    return TRAININGS / Median(seconds);
}

/// Runs the PyTorch program. \return its training steps per second; 0 if it cannot run
double
MeasurePyTorch(const std::string& script)
{
    std::ostringstream command;
    command << "/usr/bin/python3 '" << script << "' --steps=" << TRAININGS << " --rounds=" << ROUNDS
            << " --batch=" << BATCH << " --replay=" << REPLAY << " 2>/dev/null";
    FILE* pipe = popen(command.str().c_str(), "r");
    double rate = 0;
    const bool read = pipe != nullptr && std::fscanf(pipe, "steps/s %lf", &rate) == 1;
    return pipe != nullptr && pclose(pipe) == 0 && read ? rate : 0.0;
}

/// Row 5.
void
CompareTraining(const std::string& script, bench::Report& report)
{
    const double here = MeasureTraining();
    const double there = MeasurePyTorch(script);
    std::cout << "row 5: DQN, batch 32, prioritised replay, 156-64-32-24: " << here
              << " training steps/s";
    if (there > 0)
    {
        std::cout << ", PyTorch " << there << "\n";
        report.AtLeast(5, "training steps/s, Sterna / PyTorch", here / there, 2);
    }
    else
    {
        std::cout << "; no ratio: python3 with PyTorch did not run (install python3-torch)\n";
    }
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string script = "bench/sterna_bench_dqn_pytorch.py";
    std::string json;
    CommandLine cmd(__FILE__);
    cmd.AddValue("pytorch", "path of sterna_bench_dqn_pytorch.py", script);
    cmd.AddValue("json", "file for the results; empty: none", json);
    cmd.Parse(argc, argv);
    try
    {
        bench::Report report("agent");
        MeasureDecision("sterna-bench-agent.safetensors", report);
        CompareTraining(script, report);
        report.Write(json);
    }
    catch (const InputError& error)
    {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
