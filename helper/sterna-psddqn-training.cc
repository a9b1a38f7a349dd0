/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-psddqn-training.h"

#include "sterna-association-experiment.h"
#include "sterna-association-learners.h"
#include "sterna-output-folder.h"

#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-association-agent-decider.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr std::size_t WINDOW = 5;
constexpr std::size_t LAST = 10;
constexpr double BAND = 0.05;

double
MeanOf(const std::vector<double>& values, std::size_t first, std::size_t count)
{
    return std::accumulate(values.begin() + first, values.begin() + first + count, 0.0) / count;
}

/// Mean loss of the batches since it was last asked for.
class LossMeter
{
  public:
    explicit LossMeter(Ptr<Agent> agent)
    {
        const std::function<void(uint64_t, double)> sink = [this](uint64_t, double loss) {
            m_sum += loss;
            ++m_count;
        };
        agent->TraceConnectWithoutContext("Loss", Callback<void, uint64_t, double>(sink));
    }

    double Take()
    {
        const double mean = m_count > 0 ? m_sum / m_count : 0;
        m_sum = 0;
        m_count = 0;
        return mean;
    }

  private:
    double m_sum{0};
    uint64_t m_count{0};
};

} // namespace

PsddqnTrained
TrainPsddqnLearner(const Learner& learner,
                   const AssociationSetting& setting,
                   uint32_t seed,
                   const std::string& folder)
{
    std::filesystem::create_directories(folder);
    const std::string stem =
        folder + "/" + TrainingName(learner, std::to_string(setting.pattern.satellites), seed);
    PsddqnTrained trained;
    trained.policy = stem + ".safetensors";
    auto curves = ReadCurves(stem + ".csv", learner.episodes);
    if (std::filesystem::exists(trained.policy) && !curves.empty())
    {
        trained.utility = curves["utility"];
        trained.loss = curves["loss"];
        return trained;
    }
    SetAssociationLearning(learner.learning);
    const DefaultsScope changed(learner.changes);
    const auto decider = CreateAssociationDecider(learner.agent, true);
    const auto agent = DynamicCast<AssociationAgentDecider>(decider)->GetAgent();
    LossMeter meter(agent);
    const TrainingRunScope runs(seed);
    TrainAssociation(decider,
                     {setting},
                     learner.episodes,
                     "",
                     [&](uint32_t, const AssociationEpisode& episode) {
                         trained.utility.push_back(episode.utility);
                         trained.loss.push_back(meter.Take());
                     });
    auto metadata = AssociationPolicyMetadata(decider);
    metadata["sterna.run"] = std::to_string(RngSeedManager::GetRun());
    metadata["sterna.ns3"] = Ns3Version();
    agent->SavePolicy(trained.policy, metadata);
    WriteCurves(stem + ".csv", {{"utility", trained.utility}, {"loss", trained.loss}});
    return trained;
}

uint32_t
SettlingEpisode(const std::vector<double>& curve)
{
    if (curve.size() < LAST)
    {
        return curve.size();
    }
    const double final = MeanOf(curve, curve.size() - LAST, LAST);
    std::size_t settled = curve.size();
    for (std::size_t end = curve.size(); end >= WINDOW; --end)
    {
        if (std::abs(MeanOf(curve, end - WINDOW, WINDOW) - final) > BAND * std::abs(final))
        {
            break;
        }
        settled = end - WINDOW + 1;
    }
    return settled;
}

} // namespace sterna
} // namespace ns3
