/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-experiment.h"

#include "sterna-run-scope.h"
#include "sterna-scheduler-helper.h"

#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-link-group-agent-decider.h"

#include <algorithm>
#include <filesystem>
#include <numeric>

namespace ns3
{
namespace sterna
{

namespace
{

/// Runs of training between two checkpoints.
constexpr uint32_t RUNS_PER_CHECKPOINT = 20;

/// Runs that take all the cycles of an experiment, and the cycles of each.
std::vector<uint32_t>
SplitInRuns(const LinkGroupExperiment& experiment)
{
    const uint32_t longest = experiment.cyclesPerRun;
    if (longest == 0)
    {
        throw InputError("The number of cycles per run is 0; at least one is needed.");
    }
    std::vector<uint32_t> runs(experiment.cycles / longest, longest);
    if (const uint32_t rest = experiment.cycles % longest; rest > 0)
    {
        runs.push_back(rest);
    }
    return runs;
}

} // namespace

MeanInterval
LinkGroupOutcome::Objective(int64_t stream) const
{
    std::vector<double> sample;
    for (const auto& cycle : cycles)
    {
        sample.push_back(cycle.objective);
    }
    return BootstrapMean(sample, stream);
}

MeanInterval
LinkGroupOutcome::Improvement(int64_t stream) const
{
    std::vector<double> sample;
    for (const auto& cycle : cycles)
    {
        sample.push_back(100 * (1 - cycle.objective / cycle.idleObjective));
    }
    return BootstrapMean(sample, stream);
}

double
LinkGroupOutcome::Mean(const std::function<double(const LinkGroupCycle&)>& value) const
{
    double sum = 0;
    for (const auto& cycle : cycles)
    {
        sum += value(cycle);
    }
    return sum / cycles.size();
}

uint64_t
LinkGroupOutcome::Sum(const std::function<uint64_t(const LinkGroupCycle&)>& value) const
{
    uint64_t sum = 0;
    for (const auto& cycle : cycles)
    {
        sum += value(cycle);
    }
    return sum;
}

LinkGroupOutcome
RunDecider(const LinkGroupExperiment& experiment,
           const std::string& name,
           const std::function<Ptr<LinkGroupDecider>()>& makeDecider,
           const std::function<void(const LinkGroupSlotRecord&)>& onSlot,
           const std::function<void(uint32_t)>& onCycle)
{
    LinkGroupOutcome outcome;
    outcome.decider = name;
    // Nodes that somebody left behind would shift the numbers of ours, which channels hash.
    Simulator::Destroy();
    const auto runs = SplitInRuns(experiment);
    for (std::size_t r = 0; r < runs.size(); ++r)
    {
        RunScope scope;
        RngSeedManager::SetRun(scope.First() + r);
        LinkGroupScenario scenario(experiment.setting, Seconds(runs[r]), FIRST_SCENARIO_STREAM);
        const auto decider = makeDecider();
        const auto scheduler = scenario.Install(decider, experiment.fidelity, runs[r]);
        LinkGroupSlotRecord record{scope.First() + r, {}, 0, false};
        auto& run = outcome.runs.emplace_back();
        const std::function<void(const LinkGroupSlot&)> keep = [&](const LinkGroupSlot& slot) {
            record.slot = slot;
        };
        const std::function<void(uint64_t, double, Time)> slotEnd =
            [&](uint64_t, double, Time wallTime) {
                record.decisionSeconds = wallTime.GetSeconds();
                outcome.decisionSeconds.push_back(record.decisionSeconds);
                const auto& updates = scenario.Updates();
                record.update = !updates.empty() && updates.back() == record.slot.slot;
                run.objective.push_back(record.slot.objective);
                run.idleObjective.push_back(record.slot.idleObjective);
                onSlot(record);
            };
        const std::function<void(const LinkGroupCycle&)> cycleEnd =
            [&](const LinkGroupCycle& cycle) {
                outcome.cycles.push_back(cycle);
                onCycle(outcome.cycles.size());
            };
        scheduler->TraceConnectWithoutContext("GroupSlot",
                                              Callback<void, const LinkGroupSlot&>(keep));
        scheduler->TraceConnectWithoutContext("SlotEnd",
                                              Callback<void, uint64_t, double, Time>(slotEnd));
        scheduler->TraceConnectWithoutContext("CycleEnd",
                                              Callback<void, const LinkGroupCycle&>(cycleEnd));
        outcome.allGroups = scheduler->GetProblem().CountGroups();
        Simulator::Run();
        run.updates = scenario.Updates();
        if (const auto learner = DynamicCast<LinkGroupAgentDecider>(decider))
        {
            outcome.candidateGroups += learner->GetMeanCandidates() / runs.size();
        }
    }
    return outcome;
}

namespace
{

/// Where the agent of a task keeps its checkpoint.
std::string
CheckpointOf(const std::string& checkpoint, std::size_t task)
{
    return task == 0 ? checkpoint : checkpoint + "." + std::to_string(task);
}

/// The worlds of all tasks in one simulation.
class Episode
{
  public:
    Episode(const std::vector<Ptr<LinkGroupAgentDecider>>& deciders,
            const std::vector<LinkGroupTask>& tasks,
            uint32_t cycles)
    {
        for (std::size_t i = 0; i < tasks.size(); ++i)
        {
            if (tasks[i].setDefaults)
            {
                tasks[i].setDefaults();
            }
            const int64_t stream = FIRST_SCENARIO_STREAM + i * STREAMS_PER_TASK;
            m_scenarios.push_back(
                std::make_unique<LinkGroupScenario>(tasks[i].setting, Seconds(cycles), stream));
            m_schedulers.push_back(
                m_scenarios.back()->Install(deciders[i], SlotScheduler::Fidelity::FLOW, cycles));
        }
    }

    /// Fixes the agents' spaces.
    void Check(const std::vector<Ptr<LinkGroupAgentDecider>>& deciders)
    {
        for (std::size_t i = 0; i < deciders.size(); ++i)
        {
            deciders[i]->Check(m_schedulers[i]->GetProblem());
        }
    }

    void AssignStreams()
    {
        for (std::size_t i = 0; i < m_scenarios.size(); ++i)
        {
            m_scenarios[i]->AssignSchedulerStreams(m_schedulers[i]);
        }
    }

    Ptr<LinkGroupScheduler> First() const
    {
        return m_schedulers.front();
    }

  private:
    /// More than any scenario uses.
    static constexpr int64_t STREAMS_PER_TASK = 100000;

    std::vector<std::unique_ptr<LinkGroupScenario>> m_scenarios;
    std::vector<Ptr<LinkGroupScheduler>> m_schedulers;
};

} // namespace

void
TrainTasks(const std::vector<Ptr<Agent>>& agents,
           const std::vector<LinkGroupTask>& tasks,
           const LinkGroupExperiment& length,
           const std::string& checkpoint,
           const TrainingProgress& onCycle)
{
    const auto runs = SplitInRuns(length);
    const bool resumes = !checkpoint.empty() && std::filesystem::exists(checkpoint);
    const std::size_t first = resumes ? ReadRunsDone(checkpoint) : 0;
    uint32_t done = std::accumulate(runs.begin(), runs.begin() + std::min(first, runs.size()), 0U);
    std::vector<Ptr<LinkGroupAgentDecider>> deciders;
    for (const auto& agent : agents)
    {
        deciders.push_back(DynamicCast<LinkGroupAgentDecider>(CreateLinkGroupDecider(agent, true)));
    }
    const auto begin = [&](Episode& episode) {
        episode.Check(deciders);
        for (std::size_t i = 0; i < agents.size() && resumes; ++i)
        {
            agents[i]->LoadCheckpoint(CheckpointOf(checkpoint, i));
        }
        if (resumes)
        {
            episode.AssignStreams(); // as an undisturbed run does in every run
        }
    };
    if (first >= runs.size()) // nothing is left to do, but the agents must be what was trained
    {
        RunScope scope;
        Episode episode(deciders, tasks, 1);
        begin(episode);
    }
    for (std::size_t r = first; r < runs.size(); ++r)
    {
        RunScope scope;
        RngSeedManager::SetRun(scope.First() + TRAINING_RUNS + r);
        Episode episode(deciders, tasks, runs[r]);
        if (r == first)
        {
            begin(episode);
        }
        for (std::size_t i = 0; i < agents.size() && agents.size() > 1; ++i)
        {
            agents[i]->BeginTask();
        }
        const std::function<void(const LinkGroupCycle&)> cycleEnd =
            [&](const LinkGroupCycle& cycle) { onCycle(++done, cycle); };
        episode.First()->TraceConnectWithoutContext(
            "CycleEnd",
            Callback<void, const LinkGroupCycle&>(cycleEnd));
        Simulator::Run();
        if (!checkpoint.empty() && (r + 1) % RUNS_PER_CHECKPOINT == 0)
        {
            for (std::size_t i = 0; i < agents.size(); ++i)
            {
                agents[i]->SaveCheckpoint(CheckpointOf(checkpoint, i));
            }
            WriteRunsDone(checkpoint, r + 1);
        }
    }
}

void
TrainAgent(Ptr<Agent> agent,
           const LinkGroupExperiment& experiment,
           const std::string& checkpoint,
           const TrainingProgress& onCycle)
{
    TrainTasks({agent}, {{experiment.setting, {}}}, experiment, checkpoint, onCycle);
}

} // namespace sterna
} // namespace ns3
