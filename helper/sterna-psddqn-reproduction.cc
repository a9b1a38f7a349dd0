/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-psddqn-reproduction.h"

#include "sterna-association-learners.h"
#include "sterna-progress-bar.h"

#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <numeric>
#include <sstream>

namespace ns3
{
namespace sterna
{

namespace
{

constexpr uint32_t PLANES = 12;
/// What two storages may differ by and still agree: a twentieth of their capacity (units).
constexpr double NEARBY = 10;

std::string
Label(const std::string& agent, const std::string& learning)
{
    return agent + " (" + learning + ")";
}

double
UtilityOf(const AssociationEpisode& episode)
{
    return episode.utility;
}

} // namespace

PsddqnScale
PsddqnScale::FromName(const std::string& name)
{
    if (name == "smoke")
    {
        return {2, 15, 5, 1, {60, 120}, 1};
    }
    if (name == "paper")
    {
        return {10, 100, 25, 1, {60, 120, 180}, 5};
    }
    throw InputError("There is no scale '" + name + "'; known ones are smoke and paper.");
}

PsddqnReproduction::PsddqnReproduction(const PsddqnScale& scale,
                                       const std::string& policy,
                                       const std::string& folder)
    : m_scale(scale),
      m_policy(policy),
      m_page("psddqn", folder)
{
}

const std::vector<std::string>&
PsddqnReproduction::Rules()
{
    static const std::vector<std::string> rules{"Random",
                                                "Greedy",
                                                "GreedyUtility",
                                                "MyopicMatching",
                                                "PricedMatching"};
    return rules;
}

std::ostream&
PsddqnReproduction::Open(const std::string& name)
{
    return m_page.Open(name);
}

Learner
PsddqnReproduction::LearnerOf(const std::string& agent, const std::string& learning) const
{
    const bool paper = learning == "paper";
    return {Label(agent, learning),
            agent,
            learning,
            paper ? m_scale.paperEpisodes : m_scale.offersEpisodes,
            {}};
}

std::vector<Learner>
PsddqnReproduction::Family() const
{
    std::vector<Learner> family;
    for (const std::string learning : {"paper", "offers"})
    {
        for (const std::string agent : {"Dqn", "DoubleDqn", "DuelingDqn", "Psddqn"})
        {
            family.push_back(LearnerOf(agent, learning));
        }
    }
    return family;
}

AssociationSetting
PsddqnReproduction::SettingFor(uint32_t satellites) const
{
    AssociationSetting setting;
    setting.pattern = {satellites, PLANES, 1};
    return setting;
}

AssociationOutcome
PsddqnReproduction::Play(const std::string& rule,
                         const AssociationExperiment& experiment,
                         const std::string& title) const
{
    ProgressBar progress(title + ", " + rule, experiment.runs);
    return RunAssociation(
        experiment,
        rule,
        [&]() {
            return rule == "Policy" ? CreateAssociationPolicy(m_policy)
                                    : CreateAssociationDecider(rule);
        },
        {},
        [&](uint32_t done) { progress.Update(done); });
}

AssociationOutcome
PsddqnReproduction::Play(const Learner& learner,
                         const AssociationExperiment& experiment,
                         const std::string& title)
{
    ProgressBar progress(title + ", " + learner.label, m_scale.seeds);
    AssociationOutcome all;
    all.decider = learner.label;
    AssociationExperiment part = experiment;
    part.runs = m_scale.evaluations;
    const uint64_t run = RngSeedManager::GetRun();
    for (uint32_t seed = 0; seed < m_scale.seeds; ++seed)
    {
        const auto trained =
            TrainPsddqnLearner(learner, experiment.setting, seed, m_page.Path() + "/weights");
        RngSeedManager::SetRun(run + seed * m_scale.evaluations);
        const auto outcome = RunAssociation(
            part,
            learner.label,
            [&]() { return CreateAssociationPolicy(trained.policy); },
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

const PsddqnReproduction::Judged&
PsddqnReproduction::Judge(uint32_t satellites)
{
    const auto found = m_judged.find(satellites);
    if (found != m_judged.end())
    {
        return found->second;
    }
    auto& judged = m_judged[satellites];
    AssociationExperiment experiment;
    experiment.setting = SettingFor(satellites);
    experiment.runs = m_scale.seeds * m_scale.evaluations;
    const std::string title = std::to_string(satellites) + " satellites";
    judged.bounds = BoundEpisodes(experiment);
    for (const auto& rule : Rules())
    {
        judged.packet[rule] = Play(rule, experiment, title);
    }
    AssociationExperiment flow = experiment;
    flow.fidelity = SlotScheduler::Fidelity::FLOW;
    for (const auto& learner : Family())
    {
        const bool published = satellites == PUBLISHED;
        if (published || learner.learning == "paper" || learner.agent == "Psddqn")
        {
            judged.packet[learner.label] = Play(learner, experiment, title);
        }
        if (published)
        {
            judged.flow[learner.label] = Play(learner, flow, title + " at flow level");
        }
    }
    for (const auto& [name, outcome] : judged.packet)
    {
        m_page.Keep("9", std::to_string(satellites), "utility", name, outcome.Values(UtilityOf));
    }
    m_page.Keep("9", std::to_string(satellites), "utility", "bound", judged.bounds);
    return judged;
}

std::vector<double>
PsddqnReproduction::Shares(const AssociationOutcome& outcome, const std::vector<double>& bounds)
{
    std::vector<double> shares;
    for (std::size_t e = 0; e < outcome.episodes.size(); ++e)
    {
        shares.push_back(100 * outcome.episodes[e].utility / bounds[e]);
    }
    return shares;
}

std::vector<double>
PsddqnReproduction::BySeed(const std::vector<double>& values) const
{
    std::vector<double> means;
    for (std::size_t e = 0; e < values.size(); e += m_scale.evaluations)
    {
        double sum = 0;
        for (uint32_t k = 0; k < m_scale.evaluations; ++k)
        {
            sum += values[e + k];
        }
        means.push_back(sum / m_scale.evaluations);
    }
    return means;
}

MeanInterval
PsddqnReproduction::Lead(const Judged& judged,
                         const std::string& one,
                         const std::string& other) const
{
    const auto ours = BySeed(Shares(judged.packet.at(one), judged.bounds));
    const auto theirs = BySeed(Shares(judged.packet.at(other), judged.bounds));
    std::vector<double> lead;
    for (std::size_t seed = 0; seed < ours.size(); ++seed)
    {
        lead.push_back(ours[seed] - theirs[seed]);
    }
    return ReproductionPage::Interquartile(lead);
}

void
PsddqnReproduction::Convergence()
{
    std::map<std::string, std::vector<std::pair<double, double>>> rewards;
    std::map<std::string, std::vector<std::pair<double, double>>> losses;
    for (const std::string learning : {"paper", "offers"})
    {
        const auto learner = LearnerOf("Psddqn", learning);
        ProgressBar progress("Figs. 6 and 7, " + learner.label, m_scale.seeds);
        std::vector<double> settling;
        std::vector<double> first;
        std::vector<double> last;
        std::vector<double> reward(learner.episodes, 0.0);
        std::vector<double> loss(learner.episodes, 0.0);
        for (uint32_t seed = 0; seed < m_scale.seeds; ++seed)
        {
            const auto trained = TrainPsddqnLearner(learner,
                                                    SettingFor(PUBLISHED),
                                                    seed,
                                                    m_page.Path() + "/weights");
            settling.push_back(SettlingEpisode(trained.utility));
            first.push_back(trained.loss[std::min<std::size_t>(1, learner.episodes - 1)]);
            last.push_back(trained.loss.back());
            for (uint32_t e = 0; e < learner.episodes; ++e)
            {
                reward[e] += trained.utility[e] / m_scale.seeds;
                loss[e] += trained.loss[e] / m_scale.seeds;
            }
            progress.Update(seed + 1);
        }
        for (uint32_t e = 0; e < learner.episodes; ++e)
        {
            rewards[learner.label].emplace_back(e + 1, reward[e]);
            losses[learner.label].emplace_back(e + 1, loss[e]);
        }
        m_page.Keep("6", std::to_string(PUBLISHED), "utility_by_episode", learner.label, reward);
        m_page.Keep("6", std::to_string(PUBLISHED), "settling_episode", learner.label, settling);
        m_page.Keep("7", std::to_string(PUBLISHED), "loss_by_episode", learner.label, loss);
        const auto settled = ReproductionPage::Interquartile(settling);
        m_page.Claims().Add("6",
                            learner.label + ": the reward settles",
                            "after about 50 episodes",
                            "after " + ToText(settled, "episodes"),
                            settled.low <= 50);
        const double from = ReproductionPage::Interquartile(first).mean;
        const double to = ReproductionPage::Interquartile(last).mean;
        std::ostringstream text;
        text << std::setprecision(3) << from << " in the second episode, " << to << " in the last";
        m_page.Claims().Add("7",
                            learner.label + ": the loss falls",
                            "it does",
                            text.str(),
                            to < from);
    }
    m_page.Draw("fig6", "Fig. 6: reward of PSDDQN while it learns", "episode", "utility", rewards);
    m_page.Draw("fig7", "Fig. 7: loss of PSDDQN while it learns", "episode", "loss", losses);
}

void
PsddqnReproduction::LearningRates()
{
    std::map<std::string, std::vector<std::pair<double, double>>> curves;
    std::map<std::string, double> reached;
    for (const std::string rate : {"0.05", "0.005", "0.0005"})
    {
        auto learner = LearnerOf("Psddqn", "paper");
        learner.label = "learning rate " + rate;
        learner.changes["ns3::sterna::PsddqnAgent::LearningRate"] = rate;
        std::vector<double> final;
        std::vector<double> reward(learner.episodes, 0.0);
        ProgressBar progress("Fig. 8, " + learner.label, m_scale.seeds);
        for (uint32_t seed = 0; seed < m_scale.seeds; ++seed)
        {
            const auto trained = TrainPsddqnLearner(learner,
                                                    SettingFor(PUBLISHED),
                                                    seed,
                                                    m_page.Path() + "/weights");
            double sum = 0;
            const std::size_t tail = std::min<std::size_t>(10, trained.utility.size());
            for (std::size_t k = 1; k <= tail; ++k)
            {
                sum += trained.utility[trained.utility.size() - k];
            }
            final.push_back(sum / tail);
            for (uint32_t e = 0; e < learner.episodes; ++e)
            {
                reward[e] += trained.utility[e] / m_scale.seeds;
            }
            progress.Update(seed + 1);
        }
        for (uint32_t e = 0; e < learner.episodes; ++e)
        {
            curves[learner.label].emplace_back(e + 1, reward[e]);
        }
        m_page.Keep("8", std::to_string(PUBLISHED), "utility_in_the_end", learner.label, final);
        const auto interval = ReproductionPage::Interquartile(final);
        reached[rate] = interval.mean;
        m_page.Claims().Add("8",
                            learner.label + ": utility of the last episodes",
                            ToText(interval, ""));
    }
    const auto best = std::max_element(reached.begin(), reached.end(), [](auto& a, auto& b) {
        return a.second < b.second;
    });
    m_page.Claims().Add("8",
                        "the best learning rate",
                        "0.005",
                        best->first,
                        best->first == "0.005");
    m_page.Draw("fig8", "Fig. 8: learning rates of PSDDQN", "episode", "utility", curves);
}

void
PsddqnReproduction::Growing()
{
    std::map<std::string, std::vector<std::pair<double, double>>> lines;
    for (const uint32_t satellites : m_scale.satellites)
    {
        const auto& judged = Judge(satellites);
        for (const auto& [name, outcome] : judged.packet)
        {
            lines[name].emplace_back(satellites, outcome.Mean(UtilityOf));
        }
        lines["certified bound"].emplace_back(
            satellites,
            std::accumulate(judged.bounds.begin(), judged.bounds.end(), 0.0) /
                judged.bounds.size());
    }
    m_page.Draw("fig9", "Fig. 9: utility and number of satellites", "satellites", "utility", lines);
    const auto& judged = Judge(PUBLISHED);
    for (const auto& [name, outcome] : judged.packet)
    {
        const auto shares = Shares(outcome, judged.bounds);
        std::ostringstream text;
        text << ToText(ReproductionPage::Interquartile(BySeed(shares)), "% of the bound")
             << ", utility " << std::fixed << std::setprecision(2) << outcome.Mean(UtilityOf);
        const auto flow = judged.flow.find(name);
        if (flow != judged.flow.end())
        {
            text << " (flow level " << flow->second.Mean(UtilityOf) << ")";
        }
        m_page.Claims().Add("9", name + ": utility with 120 satellites", text.str());
    }
    const std::vector<std::string> order{"Psddqn", "DuelingDqn", "DoubleDqn", "Dqn"};
    for (const std::string learning : {"paper", "offers"})
    {
        for (std::size_t k = 0; k + 1 < order.size(); ++k)
        {
            m_page.Claims().AddPositive(
                "9",
                Label(order[k], learning) + " above " + order[k + 1],
                Lead(judged, Label(order[k], learning), Label(order[k + 1], learning)),
                "% of the bound");
        }
        m_page.Claims().AddPositive(
            "9",
            Label("Psddqn", learning) + " above DoubleDqn: priority sampling helps",
            Lead(judged, Label("Psddqn", learning), Label("DoubleDqn", learning)),
            "% of the bound");
        for (const std::string rule : {"Greedy", "Random"})
        {
            m_page.Claims().AddPositive("9",
                                        Label("Psddqn", learning) + " above " + rule,
                                        Lead(judged, Label("Psddqn", learning), rule),
                                        "% of the bound");
        }
    }
    const auto ours = BySeed(Shares(judged.packet.at(Label("Psddqn", "offers")), judged.bounds));
    const auto greedy = BySeed(Shares(judged.packet.at("Greedy"), judged.bounds));
    std::size_t above = 0;
    for (std::size_t seed = 0; seed < ours.size(); ++seed)
    {
        above += ours[seed] > greedy[seed];
    }
    m_page.Claims().Add("9",
                        "Psddqn (offers) above Greedy, seeds",
                        std::to_string(above) + " of " + std::to_string(ours.size()));
    m_page.Claims().Add(
        "9",
        "Psddqn (offers) less MyopicMatching",
        ToText(Lead(judged, Label("Psddqn", "offers"), "MyopicMatching"), "% of the bound"));
    for (const uint32_t satellites : m_scale.satellites)
    {
        m_page.Claims().AddPositive("9",
                                    "Psddqn (offers) above Greedy with " +
                                        std::to_string(satellites) + " satellites",
                                    Lead(Judge(satellites), Label("Psddqn", "offers"), "Greedy"),
                                    "% of the bound");
    }
}

void
PsddqnReproduction::Slices()
{
    std::map<std::string, std::vector<std::pair<double, double>>> lines;
    for (const auto& [name, outcome] : Judge(PUBLISHED).packet)
    {
        double sum = 0;
        for (std::size_t t = 0; t < outcome.episodes.front().utilityBySlice.size(); ++t)
        {
            sum += outcome.Mean([t](const auto& episode) { return episode.utilityBySlice[t]; });
            lines[name].emplace_back(t + 1, sum);
        }
    }
    m_page.Draw("fig10", "Fig. 10: utility so far", "slice", "utility", lines);
    const auto lead = [&](std::size_t slice) {
        return lines[Label("Psddqn", "offers")][slice].second / lines["Greedy"][slice].second;
    };
    std::ostringstream text;
    text << std::fixed << std::setprecision(3) << lead(4) << " of Greedy's after 5 slices, "
         << lead(lines["Greedy"].size() - 1) << " in the end";
    m_page.Claims().Add("10",
                        "Psddqn (offers): the same as Greedy at first, more later",
                        "it is",
                        text.str(),
                        lead(lines["Greedy"].size() - 1) > lead(4));
}

void
PsddqnReproduction::Capacities()
{
    const std::vector<double> rules{90, 128, 158, 185, 195};
    const std::vector<double> learners{160, 155, 140, 145, 150};
    const auto& judged = Judge(PUBLISHED);
    for (std::size_t j = 0; j < rules.size(); ++j)
    {
        const std::string figure = std::to_string(11 + j);
        const std::string station = "BS" + std::to_string(j + 1);
        std::map<std::string, std::vector<std::pair<double, double>>> lines;
        for (const auto& [name, outcome] : judged.packet)
        {
            for (std::size_t t = 0; t < outcome.episodes.front().capacityBySlice.size(); ++t)
            {
                lines[name].emplace_back(t + 1, outcome.Mean([&](const auto& episode) {
                    return episode.capacityBySlice[t][j];
                }));
            }
            m_page.Keep(figure,
                        std::to_string(PUBLISHED),
                        "left",
                        name,
                        outcome.Values([j](const auto& episode) { return episode.capacity[j]; }));
        }
        m_page.Draw("fig" + figure,
                    "Fig. " + figure + ": capacity left at " + station,
                    "slice",
                    "units",
                    lines);
        for (const std::string name : {"Random", "Greedy", "Psddqn (paper)", "Psddqn (offers)"})
        {
            const bool rule = name == "Random" || name == "Greedy";
            const double paper = rule ? rules[j] : learners[j];
            const auto left = ReproductionPage::Interquartile(BySeed(judged.packet.at(name).Values(
                [j](const auto& episode) { return episode.capacity[j]; })));
            std::ostringstream text;
            text << paper << " units";
            m_page.Claims().Add(figure,
                                name + ": left at " + station,
                                text.str(),
                                ToText(left, "units"),
                                left.low - NEARBY <= paper && paper <= left.high + NEARBY);
        }
    }
}

void
PsddqnReproduction::Finish(const std::string& command, double seconds)
{
    m_page.Finish(
        "PSDDQN: the paper beside ours",
        command,
        seconds,
        "Intervals hold the interquartile mean over seeds with 95 % confidence. `agrees`: "
        "same direction with the interval clear of 0; storages: within 10 units of the "
        "interval.");
}

} // namespace sterna
} // namespace ns3
