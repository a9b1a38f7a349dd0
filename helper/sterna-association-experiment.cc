/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-experiment.h"

#include "sterna-run-scope.h"

#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/sterna-association-agent-decider.h"
#include "ns3/sterna-association-bound.h"
#include "ns3/sterna-delivery-ledger.h"
#include "ns3/sterna-error.h"

#include <filesystem>
#include <numeric>

namespace ns3
{
namespace sterna
{

namespace
{

/// Episodes of training between two checkpoints.
constexpr uint32_t EPISODES_PER_CHECKPOINT = 10;

std::vector<double>
InUnits(const Eigen::ArrayXd& bits, double unit)
{
    const Eigen::ArrayXd units = bits / unit;
    return {units.begin(), units.end()};
}

/// Follows a scheduler's traces through one simulation.
class EpisodeRecorder
{
  public:
    EpisodeRecorder(AssociationScenario& scenario,
                    Ptr<AssociationScheduler> scheduler,
                    uint64_t run,
                    const std::function<void(const AssociationSliceRecord&)>& onSlice)
        : m_scenario(scenario),
          m_scheduler(scheduler),
          m_onSlice(onSlice),
          m_unit(scheduler->GetProblem().System().unit),
          m_ledger(CreateObject<DeliveryLedger>())
    {
        m_episode.run = run;
        m_episode.epoch_s = scenario.Epoch();
        const auto& gateways = scenario.Gateways();
        for (uint32_t j = 0; j < gateways.GetN(); ++j)
        {
            m_ledger->AttachNode(gateways.Get(j));
        }
        const std::function<void(const AssociationSliceReport&)> keep =
            [this](const AssociationSliceReport& report) { Keep(report); };
        const std::function<void(uint64_t, double, Time)> slotEnd =
            [this](uint64_t, double, Time wallTime) {
                m_record.decisionSeconds = wallTime.GetSeconds();
                m_decisionSeconds.push_back(m_record.decisionSeconds);
                if (m_onSlice)
                {
                    m_onSlice(m_record);
                }
            };
        scheduler->TraceConnectWithoutContext("Slice",
                                              Callback<void, const AssociationSliceReport&>(keep));
        scheduler->TraceConnectWithoutContext("SlotEnd",
                                              Callback<void, uint64_t, double, Time>(slotEnd));
    }

    /// After the simulation.
    AssociationEpisode Finish()
    {
        const auto& gateways = m_scenario.Gateways();
        uint64_t arrived = 0;
        for (uint32_t j = 0; j < gateways.GetN(); ++j)
        {
            const uint32_t id = gateways.Get(j)->GetId();
            arrived += m_ledger->GetPackets(id);
            m_episode.lostBundles += m_ledger->GetLostPackets(id);
            m_episode.refusedBundles +=
                gateways.Get(j)->GetObject<BundleStorage>()->GetRefusedBundles();
        }
        m_episode.storedBundles = arrived - m_episode.refusedBundles;
        return m_episode;
    }

    const std::vector<double>& DecisionSeconds() const
    {
        return m_decisionSeconds;
    }

  private:
    void Keep(const AssociationSliceReport& report)
    {
        m_record.run = m_episode.run;
        m_record.report = report;
        m_episode.utility += report.utility;
        m_episode.offloaded +=
            std::accumulate(report.volumes.begin(), report.volumes.end(), 0.0) / m_unit;
        m_episode.capacity = InUnits(report.capacity, m_unit);
        m_episode.choices += report.choosers;
        m_episode.grants += report.grants.size();
        m_episode.refusedDecisions += report.refused;
        m_episode.utilityBySlice.push_back(report.utility);
        m_episode.capacityBySlice.push_back(m_episode.capacity);
    }

    AssociationScenario& m_scenario;
    Ptr<AssociationScheduler> m_scheduler;
    std::function<void(const AssociationSliceRecord&)> m_onSlice;
    double m_unit;
    Ptr<DeliveryLedger> m_ledger;
    AssociationSliceRecord m_record{};
    AssociationEpisode m_episode;
    std::vector<double> m_decisionSeconds;
};

} // namespace

std::vector<double>
AssociationOutcome::Values(const std::function<double(const AssociationEpisode&)>& value) const
{
    std::vector<double> values;
    for (const auto& episode : episodes)
    {
        values.push_back(value(episode));
    }
    return values;
}

double
AssociationOutcome::Mean(const std::function<double(const AssociationEpisode&)>& value) const
{
    const auto values = Values(value);
    return std::accumulate(values.begin(), values.end(), 0.0) / values.size();
}

AssociationOutcome
RunAssociation(const AssociationExperiment& experiment,
               const std::string& name,
               const std::function<Ptr<AssociationDecider>()>& makeDecider,
               const std::function<void(const AssociationSliceRecord&)>& onSlice,
               const std::function<void(uint32_t)>& onRun)
{
    AssociationOutcome outcome;
    outcome.decider = name;
    Simulator::Destroy();
    for (uint32_t r = 0; r < experiment.runs; ++r)
    {
        RunScope scope;
        RngSeedManager::SetRun(scope.First() + r);
        AssociationScenario scenario(experiment.setting, FIRST_SCENARIO_STREAM);
        const auto scheduler = scenario.Install(makeDecider(), experiment.fidelity);
        EpisodeRecorder recorder(scenario, scheduler, scope.First() + r, onSlice);
        Simulator::Run();
        outcome.episodes.push_back(recorder.Finish());
        outcome.decisionSeconds.insert(outcome.decisionSeconds.end(),
                                       recorder.DecisionSeconds().begin(),
                                       recorder.DecisionSeconds().end());
        onRun(r + 1);
    }
    return outcome;
}

std::vector<double>
BoundEpisodes(const AssociationExperiment& experiment)
{
    std::vector<double> bounds;
    Simulator::Destroy();
    for (uint32_t r = 0; r < experiment.runs; ++r)
    {
        RunScope scope;
        RngSeedManager::SetRun(scope.First() + r);
        AssociationScenario scenario(experiment.setting, FIRST_SCENARIO_STREAM);
        const auto scheduler = scenario.Install(nullptr, experiment.fidelity);
        AssociationBound bound;
        bound.Solve(scheduler->GetProblem(), scheduler->GetPlan());
        bounds.push_back(bound.Value());
    }
    return bounds;
}

void
TrainAssociation(Ptr<AssociationDecider> decider,
                 const std::vector<AssociationSetting>& settings,
                 uint32_t episodes,
                 const std::string& checkpoint,
                 const AssociationTrainingProgress& onEpisode)
{
    const auto trainee = DynamicCast<AssociationAgentDecider>(decider);
    if (!trainee || !trainee->GetAgent())
    {
        throw InputError("Only an agent can be trained; give an AssociationAgentDecider.");
    }
    const bool resumes = !checkpoint.empty() && std::filesystem::exists(checkpoint);
    const uint32_t first = resumes ? ReadRunsDone(checkpoint) : 0;
    const auto begin = [&](const Ptr<AssociationScheduler>& scheduler) {
        trainee->Check(scheduler->GetProblem());
        if (resumes)
        {
            trainee->GetAgent()->LoadCheckpoint(checkpoint);
        }
    };
    Simulator::Destroy();
    if (first >= episodes) // nothing is left to do, but the agent must be what was trained
    {
        RunScope scope;
        AssociationScenario scenario(settings.front(), FIRST_SCENARIO_STREAM);
        begin(scenario.Install(decider, SlotScheduler::Fidelity::FLOW));
    }
    for (uint32_t r = first; r < episodes; ++r)
    {
        RunScope scope;
        RngSeedManager::SetRun(scope.First() + TRAINING_RUNS + r);
        AssociationScenario scenario(settings[r % settings.size()], FIRST_SCENARIO_STREAM);
        const auto scheduler = scenario.Install(decider, SlotScheduler::Fidelity::FLOW);
        if (r == first)
        {
            begin(scheduler);
        }
        EpisodeRecorder recorder(scenario, scheduler, r, {});
        Simulator::Run();
        onEpisode(r + 1, recorder.Finish());
        if (!checkpoint.empty() && (r + 1) % EPISODES_PER_CHECKPOINT == 0)
        {
            trainee->GetAgent()->SaveCheckpoint(checkpoint);
            WriteRunsDone(checkpoint, r + 1);
        }
    }
}

} // namespace sterna
} // namespace ns3
