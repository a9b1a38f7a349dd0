/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-psddqn-training.h"

#include "sterna-association-experiment.h"
#include "sterna-association-learners.h"
#include "sterna-output-folder.h"

#include "ns3/config.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-error.h"
#include "ns3/string.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <numeric>

namespace ns3
{
namespace sterna
{

namespace
{

/// Distance of the trainings' run numbers: more than any has episodes.
constexpr uint64_t RUNS_PER_SEED = 100000;

constexpr std::size_t WINDOW = 5;
constexpr std::size_t LAST = 10;
constexpr double BAND = 0.05;

double
MeanOf(const std::vector<double>& values, std::size_t first, std::size_t count)
{
    return std::accumulate(values.begin() + first, values.begin() + first + count, 0.0) / count;
}

/// A curve that an earlier run left; false if it is not there or not this long.
bool
ReadCurve(const std::string& path, uint32_t episodes, PsddqnTrained& trained)
{
    std::ifstream file(path);
    std::string header;
    std::getline(file, header);
    for (uint32_t e = 0; e < episodes; ++e)
    {
        double utility = 0;
        double loss = 0;
        char comma = 0;
        if (!(file >> utility >> comma >> loss))
        {
            return false;
        }
        trained.utility.push_back(utility);
        trained.loss.push_back(loss);
    }
    return true;
}

void
WriteCurve(const std::string& path, const PsddqnTrained& trained)
{
    {
        std::ofstream file(path + ".part");
        file << "utility,loss\n" << std::setprecision(17); // read back as it was
        for (std::size_t e = 0; e < trained.utility.size(); ++e)
        {
            file << trained.utility[e] << "," << trained.loss[e] << "\n";
        }
    }
    std::filesystem::rename(path + ".part", path);
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

/// Attributes' defaults that hold for a while.
class DefaultsScope
{
  public:
    explicit DefaultsScope(const std::map<std::string, std::string>& changes)
    {
        for (const auto& [attribute, value] : changes)
        {
            const std::size_t colons = attribute.rfind("::");
            TypeId::AttributeInformation information;
            TypeId::LookupByName(attribute.substr(0, colons))
                .LookupAttributeByName(attribute.substr(colons + 2), &information);
            m_before[attribute] = information.initialValue->SerializeToString(information.checker);
            Config::SetDefault(attribute, StringValue(value));
        }
    }

    ~DefaultsScope()
    {
        for (const auto& [attribute, value] : m_before)
        {
            Config::SetDefault(attribute, StringValue(value));
        }
    }

    DefaultsScope(const DefaultsScope&) = delete;
    DefaultsScope& operator=(const DefaultsScope&) = delete;

  private:
    std::map<std::string, std::string> m_before;
};

} // namespace

PsddqnTrained
TrainPsddqnLearner(const PsddqnLearner& learner,
                   const AssociationSetting& setting,
                   uint32_t seed,
                   const std::string& folder)
{
    std::filesystem::create_directories(folder);
    std::string name = Sentence(learner.agent,
                                "-",
                                learner.learning,
                                "-",
                                setting.pattern.satellites,
                                "-",
                                learner.episodes);
    for (const auto& [attribute, value] : learner.changes)
    {
        name += "-" + attribute.substr(attribute.rfind(':') + 1) + "=" + value;
    }
    const std::string stem = folder + "/" + name + "-" + std::to_string(seed);
    PsddqnTrained trained;
    trained.policy = stem + ".safetensors";
    if (std::filesystem::exists(trained.policy) &&
        ReadCurve(stem + ".csv", learner.episodes, trained))
    {
        return trained;
    }
    trained.utility.clear();
    trained.loss.clear();
    SetAssociationLearning(learner.learning);
    const DefaultsScope changed(learner.changes);
    const auto decider = CreateAssociationDecider(learner.agent, true);
    const auto agent = DynamicCast<AssociationAgentDecider>(decider)->GetAgent();
    LossMeter meter(agent);
    const uint64_t run = RngSeedManager::GetRun();
    RngSeedManager::SetRun(run + (seed + 1) * RUNS_PER_SEED);
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
    RngSeedManager::SetRun(run);
    agent->SavePolicy(trained.policy, metadata);
    WriteCurve(stem + ".csv", trained);
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
