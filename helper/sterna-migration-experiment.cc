/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-migration-experiment.h"

#include "sterna-migration-learners.h"
#include "sterna-run-scope.h"

#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/sterna-error.h"
#include "ns3/sterna-migration-bound.h"

#include <filesystem>
#include <numeric>

namespace ns3
{
namespace sterna
{

namespace
{

/// Episodes of training between two checkpoints.
constexpr uint32_t EPISODES_PER_CHECKPOINT = 20;

/// Follows a scheduler's traces through one simulation.
class EpisodeRecorder
{
  public:
    EpisodeRecorder(MigrationScenario& scenario,
                    Ptr<MigrationScheduler> scheduler,
                    uint64_t run,
                    const std::function<void(const MigrationSlotRecord&)>& onSlot)
        : m_onSlot(onSlot)
    {
        m_episode.run = run;
        m_episode.epoch_s = scenario.Epoch();
        m_episode.migrationsByUser.resize(scenario.Users().size());
        const std::function<void(const MigrationSlotReport&)> keep =
            [this](const MigrationSlotReport& report) { Keep(report); };
        const std::function<void(uint64_t, double, Time)> slotEnd =
            [this](uint64_t, double, Time wallTime) {
                m_record.decisionSeconds = wallTime.GetSeconds();
                m_decisionSeconds.push_back(m_record.decisionSeconds);
                if (m_onSlot)
                {
                    m_onSlot(m_record);
                }
            };
        scheduler->TraceConnectWithoutContext("Slot",
                                              Callback<void, const MigrationSlotReport&>(keep));
        scheduler->TraceConnectWithoutContext("SlotEnd",
                                              Callback<void, uint64_t, double, Time>(slotEnd));
    }

    /// After the simulation.
    const MigrationEpisode& Episode() const
    {
        return m_episode;
    }

    const std::vector<double>& DecisionSeconds() const
    {
        return m_decisionSeconds;
    }

  private:
    void Keep(const MigrationSlotReport& report)
    {
        m_record.run = m_episode.run;
        m_record.report = report;
        m_episode.reward += report.reward;
        m_episode.migrations += report.migrated.size();
        m_episode.changes += report.changes.size();
        for (uint32_t u = 0; u < report.active.size(); ++u)
        {
            m_episode.activeSlots += report.active[u];
            m_episode.unsuccessfulSlots += report.IsUnsuccessful(u);
        }
        for (const uint32_t u : report.migrated)
        {
            ++m_episode.migrationsByUser[u];
        }
        for (const auto& packets : report.packets)
        {
            const uint64_t failed = packets.late.packets + packets.lost.packets +
                                    packets.expired.packets + packets.refused.packets;
            m_episode.packets += packets.generated.packets;
            m_episode.lateOrLost += failed;
            m_episode.knownPackets += failed + packets.onTime.packets;
        }
        m_episode.rewardBySlot.push_back(report.reward);
        m_episode.migrationsBySlot.push_back(report.migrated.size());
        m_episode.utilityByUser.emplace_back(report.utilities.begin(), report.utilities.end());
    }

    std::function<void(const MigrationSlotRecord&)> m_onSlot;
    MigrationEpisode m_episode;
    MigrationSlotRecord m_record;
    std::vector<double> m_decisionSeconds;
};

} // namespace

double
MigrationEpisode::UnsuccessfulShare() const
{
    return activeSlots > 0 ? 100.0 * double(unsuccessfulSlots) / double(activeSlots) : 0.0;
}

double
MigrationEpisode::LateShare() const
{
    return knownPackets > 0 ? 100.0 * double(lateOrLost) / double(knownPackets) : 0.0;
}

std::vector<double>
MigrationOutcome::Values(const std::function<double(const MigrationEpisode&)>& value) const
{
    std::vector<double> values;
    for (const auto& episode : episodes)
    {
        values.push_back(value(episode));
    }
    return values;
}

double
MigrationOutcome::Mean(const std::function<double(const MigrationEpisode&)>& value) const
{
    const auto values = Values(value);
    return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

MigrationOutcome
RunMigration(const MigrationExperiment& experiment,
             const std::string& name,
             const std::function<Ptr<MigrationDecider>()>& makeDecider,
             const std::function<void(const MigrationSlotRecord&)>& onSlot,
             const std::function<void(uint32_t)>& onRun)
{
    MigrationOutcome outcome;
    outcome.decider = name;
    Simulator::Destroy();
    for (uint32_t r = 0; r < experiment.runs; ++r)
    {
        RunScope scope;
        RngSeedManager::SetRun(scope.First() + r);
        MigrationScenario scenario(experiment.setting, FIRST_SCENARIO_STREAM);
        const auto scheduler = scenario.Install(makeDecider(), experiment.fidelity);
        EpisodeRecorder recorder(scenario, scheduler, scope.First() + r, onSlot);
        Simulator::Run();
        outcome.episodes.push_back(recorder.Episode());
        outcome.decisionSeconds.insert(outcome.decisionSeconds.end(),
                                       recorder.DecisionSeconds().begin(),
                                       recorder.DecisionSeconds().end());
        onRun(r + 1);
    }
    return outcome;
}

std::vector<double>
BoundMigration(const MigrationExperiment& experiment)
{
    std::vector<double> bounds;
    Simulator::Destroy();
    for (uint32_t r = 0; r < experiment.runs; ++r)
    {
        RunScope scope;
        RngSeedManager::SetRun(scope.First() + r);
        MigrationScenario scenario(experiment.setting, FIRST_SCENARIO_STREAM);
        const auto scheduler = scenario.Install(nullptr, experiment.fidelity);
        MigrationBound bound;
        bound.Solve(scheduler->GetProblem(), scheduler->GetPlan());
        bounds.push_back(bound.Value());
    }
    return bounds;
}

void
TrainMigration(Ptr<MigrationDecider> decider,
               const MigrationSetting& setting,
               uint32_t episodes,
               const std::string& checkpoint,
               const MigrationTrainingProgress& onEpisode)
{
    const auto agent = MigrationAgentOf(decider);
    if (!agent)
    {
        throw InputError("Only an agent can be trained; give a decider that has one.");
    }
    const bool resumes = !checkpoint.empty() && std::filesystem::exists(checkpoint);
    const uint32_t first = resumes ? ReadRunsDone(checkpoint) : 0;
    const auto begin = [&](const Ptr<MigrationScheduler>& scheduler) {
        decider->Check(scheduler->GetProblem());
        if (resumes)
        {
            agent->LoadCheckpoint(checkpoint);
        }
    };
    Simulator::Destroy();
    if (first >= episodes) // nothing is left to do, but the agent must be what was trained
    {
        RunScope scope;
        MigrationScenario scenario(setting, FIRST_SCENARIO_STREAM);
        begin(scenario.Install(decider, SlotScheduler::Fidelity::FLOW));
    }
    for (uint32_t r = first; r < episodes; ++r)
    {
        RunScope scope;
        RngSeedManager::SetRun(scope.First() + TRAINING_RUNS + r);
        MigrationScenario scenario(setting, FIRST_SCENARIO_STREAM);
        const auto scheduler = scenario.Install(decider, SlotScheduler::Fidelity::FLOW);
        if (r == first)
        {
            begin(scheduler);
        }
        EpisodeRecorder recorder(scenario, scheduler, r, {});
        Simulator::Run();
        onEpisode(r + 1, recorder.Episode());
        if (!checkpoint.empty() && (r + 1) % EPISODES_PER_CHECKPOINT == 0)
        {
            agent->SaveCheckpoint(checkpoint);
            WriteRunsDone(checkpoint, r + 1);
        }
    }
}

} // namespace sterna
} // namespace ns3
