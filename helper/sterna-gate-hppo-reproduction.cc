/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-gate-hppo-reproduction.h"

#include "sterna-migration-learners.h"
#include "sterna-output-folder.h"
#include "sterna-progress-bar.h"

#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-error.h"

#include <filesystem>
#include <iomanip>
#include <numeric>
#include <sstream>

namespace ns3
{
namespace sterna
{

namespace
{

/// By how much a value may miss our interval and still agree with it.
constexpr double NEARBY = 0.05;

const std::string PREFIX = "ns3::sterna::";

/// What the paper reports of its learners in Figs. 4 and 9; negative: nothing.
struct Published
{
    double reward; //!< million
    double unsuccessful;
    double migrations;
};

const std::map<std::string, Published> PUBLISHED{{"Random", {-1, 38, 414}},
                                                 {"Ppo (paper)", {2.57, 35, 197}},
                                                 {"Sac (paper)", {3.02, 25, 602}},
                                                 {"Hppo (paper)", {3.14, -1, 281}},
                                                 {"Ghppo (paper)", {3.94, -1, 234}},
                                                 {"GatHppo (paper)", {3.89, 11, 253}},
                                                 {"GateHppo (paper)", {4.12, 10, 127}}};

std::string
Label(const std::string& agent, const std::string& learning)
{
    return agent + " (" + learning + ")";
}

bool
IsNear(double value, const MeanInterval& interval)
{
    return (1 - NEARBY) * interval.low <= value && value <= (1 + NEARBY) * interval.high;
}

std::string
Text(double value, const std::string& unit)
{
    std::ostringstream text;
    text << value << (unit.empty() ? "" : " ") << unit;
    return text.str();
}

} // namespace

GateHppoScale
GateHppoScale::FromName(const std::string& name)
{
    if (name == "smoke")
    {
        return {2, 12, 20, 1, {2, 3}, {0.2, 0.5}, 1, 15};
    }
    if (name == "paper")
    {
        return {5, 200, 300, 2, {2, 3, 4, 5}, {0.1, 0.2, 0.5}, 5, 60};
    }
    throw InputError("There is no scale '" + name + "'; known ones are smoke and paper.");
}

GateHppoTrained
TrainGateHppoLearner(const Learner& learner,
                     const MigrationSetting& setting,
                     uint32_t seed,
                     const std::string& folder)
{
    std::filesystem::create_directories(folder);
    const std::string stem = folder + "/" + TrainingName(learner, "", seed);
    GateHppoTrained trained;
    trained.policy = stem + ".safetensors";
    trained.curves = ReadCurves(stem + ".csv", learner.episodes);
    if (std::filesystem::exists(trained.policy) && !trained.curves.empty())
    {
        return trained;
    }
    SetMigrationLearning(learner.learning);
    const DefaultsScope changed(learner.changes);
    const TrainingRunScope runs(seed);
    const auto decider = CreateMigrationDecider(learner.agent, learner.learning, true);
    trained.curves.clear();
    TrainMigration(decider,
                   setting,
                   learner.episodes,
                   stem + ".checkpoint",
                   [&](uint32_t, const MigrationEpisode& episode) {
                       trained.curves["reward"].push_back(episode.reward);
                       trained.curves["unsuccessful"].push_back(episode.UnsuccessfulShare());
                       trained.curves["migrations"].push_back(double(episode.migrations));
                   });
    auto metadata = MigrationPolicyMetadata(decider);
    metadata["sterna.run"] = std::to_string(RngSeedManager::GetRun());
    metadata["sterna.ns3"] = Ns3Version();
    MigrationAgentOf(decider)->SavePolicy(trained.policy, metadata);
    WriteCurves(stem + ".csv", trained.curves);
    std::filesystem::remove(stem + ".checkpoint");
    std::filesystem::remove(stem + ".checkpoint.runs");
    return trained;
}

GateHppoReproduction::GateHppoReproduction(const GateHppoScale& scale,
                                           const std::string& policy,
                                           const std::string& folder)
    : m_scale(scale),
      m_policy(policy),
      m_page("gate-hppo", folder)
{
}

double
GateHppoReproduction::RewardOf(const MigrationEpisode& episode)
{
    return episode.reward / 1e6;
}

double
GateHppoReproduction::UnsuccessfulOf(const MigrationEpisode& episode)
{
    return episode.UnsuccessfulShare();
}

double
GateHppoReproduction::MigrationsOf(const MigrationEpisode& episode)
{
    return double(episode.migrations);
}

std::ostream&
GateHppoReproduction::Open(const std::string& name)
{
    return m_page.Open(name);
}

const std::vector<std::string>&
GateHppoReproduction::Rules()
{
    static const std::vector<std::string> rules{"Random",
                                                "LongestVisibility",
                                                "MaxElevation",
                                                "LoadBalanced",
                                                "OverloadBump",
                                                "RecedingHorizon",
                                                "Planner"};
    return rules;
}

Learner
GateHppoReproduction::LearnerOf(const std::string& agent, const std::string& learning) const
{
    const bool paper = learning == "paper";
    Learner learner{Label(agent, learning),
                    agent,
                    learning,
                    paper ? m_scale.paperEpisodes : m_scale.offersEpisodes};
    if (!paper)
    {
        // some 2270 turns an episode; the step size falls until the last one
        learner.changes[PREFIX + agent + "Agent::DecaySteps"] =
            std::to_string(2270 * m_scale.offersEpisodes);
    }
    return learner;
}

MigrationExperiment
GateHppoReproduction::Experiment(SlotScheduler::Fidelity fidelity) const
{
    MigrationExperiment experiment;
    experiment.fidelity = fidelity;
    experiment.runs = m_scale.seeds * m_scale.evaluations;
    return experiment;
}

MigrationOutcome
GateHppoReproduction::Play(const std::string& rule,
                           const MigrationExperiment& experiment,
                           const std::string& title) const
{
    ProgressBar progress(title + ", " + rule, experiment.runs);
    return RunMigration(
        experiment,
        rule,
        [&]() {
            return rule == "Policy" ? CreateMigrationPolicy(m_policy)
                                    : CreateMigrationDecider(rule, "offers");
        },
        {},
        [&](uint32_t done) { progress.Update(done); });
}

MigrationOutcome
GateHppoReproduction::Play(const Learner& learner,
                           const MigrationExperiment& experiment,
                           const std::string& title)
{
    ProgressBar progress(title + ", " + learner.label, m_scale.seeds);
    MigrationOutcome all;
    all.decider = learner.label;
    MigrationExperiment part = experiment;
    part.runs = m_scale.evaluations;
    const uint64_t run = RngSeedManager::GetRun();
    for (uint32_t seed = 0; seed < m_scale.seeds; ++seed)
    {
        const auto trained =
            TrainGateHppoLearner(learner, experiment.setting, seed, m_page.Path() + "/weights");
        RngSeedManager::SetRun(run + seed * m_scale.evaluations);
        const auto outcome = RunMigration(
            part,
            learner.label,
            [&]() { return CreateMigrationPolicy(trained.policy); },
            {},
            [](uint32_t) {});
        RngSeedManager::SetRun(run);
        all.episodes.insert(all.episodes.end(), outcome.episodes.begin(), outcome.episodes.end());
        all.decisionSeconds.insert(all.decisionSeconds.end(),
                                   outcome.decisionSeconds.begin(),
                                   outcome.decisionSeconds.end());
        progress.Update(seed + 1);
    }
    return all;
}

const GateHppoReproduction::Judged&
GateHppoReproduction::Judge()
{
    if (!m_judged.packet.empty())
    {
        return m_judged;
    }
    const auto packet = Experiment(SlotScheduler::Fidelity::PACKET);
    const auto flow = Experiment(SlotScheduler::Fidelity::FLOW);
    std::vector<Learner> learners;
    for (const std::string agent : {"Ppo", "Sac", "Hppo", "Ghppo", "GatHppo", "GateHppo"})
    {
        learners.push_back(LearnerOf(agent, "paper"));
    }
    learners.push_back(LearnerOf("Ppo", "offers"));
    learners.push_back(LearnerOf("GateHppo", "paper"));
    learners.back().label = "GateHppo (per user)";
    learners.back().changes = {{PREFIX + "GateHppoAgent::Ratio", "PerActor"},
                               {PREFIX + "MigrationAgentDecider::RewardPerUser", "true"}};
    for (const auto& learner : learners)
    {
        m_judged.flow[learner.label] = Play(learner, flow, "flow level");
        m_judged.packet[learner.label] = Play(learner, packet, "packet level");
    }
    {
        // the paper's random policy knows nothing of shares either
        const std::map<std::string, std::string> changes{
            {PREFIX + "MigrationChooser::Shares", "Equal"}};
        const DefaultsScope equal(changes);
        m_judged.packet["Random"] = Play("Random", packet, "packet level");
    }
    for (const auto& rule : Rules())
    {
        if (rule != "Random")
        {
            m_judged.packet[rule] = Play(rule, packet, "packet level");
        }
    }
    m_judged.bounds = BoundMigration(flow);
    for (const auto& [name, outcome] : m_judged.packet)
    {
        KeepThree("4", "paper", outcome);
    }
    for (const auto& [name, outcome] : m_judged.flow)
    {
        KeepThree("4", "paper-flow", outcome);
    }
    m_page.Keep("4", "paper", "bound", "bound", m_judged.bounds);
    return m_judged;
}

std::vector<double>
GateHppoReproduction::BySeed(const MigrationOutcome& outcome, const Measure& measure) const
{
    const auto values = outcome.Values(measure);
    std::vector<double> means;
    for (std::size_t e = 0; e < values.size(); e += m_scale.evaluations)
    {
        const auto begin = values.begin() + std::ptrdiff_t(e);
        means.push_back(std::accumulate(begin, begin + m_scale.evaluations, 0.0) /
                        m_scale.evaluations);
    }
    return means;
}

MeanInterval
GateHppoReproduction::Interval(const MigrationOutcome& outcome, const Measure& measure) const
{
    return ReproductionPage::Interquartile(BySeed(outcome, measure));
}

MeanInterval
GateHppoReproduction::Lead(const MigrationOutcome& one,
                           const MigrationOutcome& other,
                           const Measure& measure) const
{
    auto lead = BySeed(one, measure);
    const auto theirs = BySeed(other, measure);
    for (std::size_t seed = 0; seed < lead.size(); ++seed)
    {
        lead[seed] -= theirs[seed];
    }
    return ReproductionPage::Interquartile(lead);
}

void
GateHppoReproduction::KeepThree(const std::string& figure,
                                const std::string& world,
                                const MigrationOutcome& outcome)
{
    m_page.Keep(figure, world, "reward_million", outcome.decider, outcome.Values(RewardOf));
    m_page.Keep(figure,
                world,
                "unsuccessful_percent",
                outcome.decider,
                outcome.Values(UnsuccessfulOf));
    m_page.Keep(figure, world, "migrations", outcome.decider, outcome.Values(MigrationsOf));
}

void
GateHppoReproduction::AddThree(const std::string& figure,
                               const std::string& label,
                               const MigrationOutcome& outcome)
{
    const auto found = PUBLISHED.find(label);
    const Published paper = found == PUBLISHED.end() ? Published{-1, -1, -1} : found->second;
    const auto add = [&](const std::string& what,
                         const std::string& unit,
                         double published,
                         const Measure& measure) {
        const auto interval = Interval(outcome, measure);
        if (published < 0)
        {
            m_page.Claims().Add(figure, label + ": " + what, ToText(interval, unit));
        }
        else
        {
            m_page.Claims().Add(figure,
                                label + ": " + what,
                                Text(published, unit),
                                ToText(interval, unit),
                                IsNear(published, interval));
        }
    };
    add("reward", "million", paper.reward, RewardOf);
    add("unsuccessful service", "%", paper.unsuccessful, UnsuccessfulOf);
    add("migrations", "", paper.migrations, MigrationsOf);
}

void
GateHppoReproduction::Finish(const std::string& command, double seconds)
{
    m_page.Finish("GATE-HPPO: the paper beside ours",
                  command,
                  seconds,
                  "Intervals hold the interquartile mean over trainings (rules: over the same "
                  "episodes) with 95 % confidence. `agrees`: the paper's value within 5 % of the "
                  "interval; orders: same direction with the interval clear of 0.");
}

} // namespace sterna
} // namespace ns3
