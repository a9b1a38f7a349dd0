/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * The figures of the GATE-HPPO paper, one function each.
 */

#include "sterna-gate-hppo-reproduction.h"

#include "sterna-world-sites.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace ns3
{
namespace sterna
{

namespace
{

const std::string GATE = "GateHppo (paper)";
const std::string OURS = "Ppo (offers)";

/// Ground users of the paper's world; the others fly.
constexpr uint32_t GROUND = 34;
/// Equal intervals of Fig. 6.
constexpr std::size_t INTERVALS = 6;

/// Migrations of a user, mean over those from `first` to before `last`.
double
PerUser(const MigrationEpisode& episode, std::size_t first, std::size_t last)
{
    double sum = 0;
    for (std::size_t u = first; u < last; ++u)
    {
        sum += episode.migrationsByUser[u];
    }
    return sum / double(last - first);
}

/// Migrations in one of the equal intervals.
double
InInterval(const MigrationEpisode& episode, std::size_t interval)
{
    const std::size_t slots = episode.migrationsBySlot.size();
    double sum = 0;
    for (std::size_t n = interval * slots / INTERVALS; n < (interval + 1) * slots / INTERVALS; ++n)
    {
        sum += episode.migrationsBySlot[n];
    }
    return sum;
}

} // namespace

void
GateHppoReproduction::Comparison()
{
    const auto& judged = Judge();
    m_page.Claims().Add("4",
                        "certified bound: reward",
                        ToText(ReproductionPage::Interquartile([&] {
                                   auto bounds = judged.bounds;
                                   for (auto& bound : bounds)
                                   {
                                       bound /= 1e6;
                                   }
                                   return bounds;
                               }()),
                               "million"));
    for (const auto& [name, outcome] : judged.packet)
    {
        AddThree("4", name, outcome);
        const auto flow = judged.flow.find(name);
        if (flow != judged.flow.end())
        {
            m_page.Claims().Add("4",
                                name + ": reward at flow level",
                                ToText(Interval(flow->second, RewardOf), "million"));
        }
    }
    for (const std::string other : {"GatHppo (paper)", "Sac (paper)", "Ppo (paper)"})
    {
        m_page.Claims().AddPositive("4",
                                    GATE + " above " + other + ": reward",
                                    Lead(judged.packet.at(GATE), judged.packet.at(other), RewardOf),
                                    "million");
    }
    for (const std::string rule : {"LongestVisibility", "OverloadBump", "RecedingHorizon"})
    {
        m_page.Claims().Add(
            "4",
            GATE + " above " + rule + ": reward",
            ToText(Lead(judged.packet.at(GATE), judged.packet.at(rule), RewardOf), "million"));
        m_page.Claims().Add(
            "4",
            OURS + " above " + rule + ": reward",
            ToText(Lead(judged.packet.at(OURS), judged.packet.at(rule), RewardOf), "million"));
    }
    PlotLines curves;
    for (const auto& agent : {"Ppo", "Sac", "GatHppo", "GateHppo"})
    {
        const auto learner = LearnerOf(agent, "paper");
        for (uint32_t e = 0; e < learner.episodes; ++e)
        {
            double sum = 0;
            for (uint32_t seed = 0; seed < m_scale.seeds; ++seed)
            {
                const auto trained =
                    TrainGateHppoLearner(learner, {}, seed, m_page.Path() + "/weights");
                sum += trained.curves.at("reward")[e] / 1e6 / m_scale.seeds;
            }
            curves[learner.label].emplace_back(e + 1, sum);
        }
    }
    m_page.Draw("fig4", "Fig. 4: reward while learning", "episode", "reward, million", curves);
}

void
GateHppoReproduction::Users()
{
    const auto& judged = Judge();
    for (const auto& name : {GATE, OURS})
    {
        const auto& episode = judged.packet.at(name).episodes.front();
        PlotLines lines;
        const std::vector<std::pair<std::string, std::size_t>> users{
            {"GU 0 " + LargestCities()[0].name, 0},
            {"GU 2 " + LargestCities()[2].name, 2},
            {"FU 0 " + LongHaulRoutes()[0].flight, GROUND},
            {"FU 1 " + LongHaulRoutes()[1].flight, GROUND + 1}};
        for (const auto& [label, user] : users)
        {
            for (std::size_t n = 0; n < episode.utilityByUser.size(); ++n)
            {
                lines[label].emplace_back(n + 1, episode.utilityByUser[n][user]);
            }
        }
        m_page.Draw(name == GATE ? "fig5" : "fig5-offers",
                    "Fig. 5: what users bring, " + name,
                    "slot",
                    "utility, Mbit in time",
                    lines);
        double ground = 0;
        double flight = 0;
        for (const auto& utilities : episode.utilityByUser)
        {
            for (std::size_t u = 0; u < utilities.size(); ++u)
            {
                (u < GROUND ? ground : flight) +=
                    utilities[u] / double(u < GROUND ? GROUND : utilities.size() - GROUND);
            }
        }
        std::ostringstream text;
        text << std::fixed << std::setprecision(0) << flight << " Mbit per flight, " << ground
             << " per city";
        m_page.Claims().Add("5",
                            name + ": flights bring less than cities",
                            "they do",
                            text.str(),
                            flight < ground);
    }
}

void
GateHppoReproduction::Migrations()
{
    const auto& judged = Judge();
    PlotLines lines;
    std::map<std::string, double> spread; // standard deviation over the intervals
    const std::vector<std::string> names{"Hppo (paper)",
                                         "Ghppo (paper)",
                                         GATE,
                                         OURS,
                                         "OverloadBump"};
    for (const auto& name : names)
    {
        const auto& outcome = judged.packet.at(name);
        double sum = 0;
        double squares = 0;
        for (std::size_t k = 0; k < INTERVALS; ++k)
        {
            const double count = outcome.Mean(
                [k](const MigrationEpisode& episode) { return InInterval(episode, k); });
            lines[name].emplace_back(k + 1, count);
            sum += count / INTERVALS;
            squares += count * count / INTERVALS;
        }
        spread[name] = std::sqrt(std::max(0.0, squares - sum * sum));
    }
    m_page.Draw("fig6", "Fig. 6: migrations over six intervals", "interval", "migrations", lines);
    for (const std::string other : {"Hppo (paper)", "Ghppo (paper)"})
    {
        std::ostringstream text;
        text << std::setprecision(3) << "deviation over intervals " << spread.at(GATE)
             << " against " << spread.at(other);
        m_page.Claims().Add(
            "6",
            GATE + " migrates less than " + other,
            "it does",
            ToText(Lead(judged.packet.at(other), judged.packet.at(GATE), MigrationsOf),
                   "migrations fewer"),
            Lead(judged.packet.at(other), judged.packet.at(GATE), MigrationsOf).low > 0);
        m_page.Claims().Add("6",
                            GATE + " more steadily than " + other,
                            "it does",
                            text.str(),
                            spread.at(GATE) < spread.at(other));
    }
    const std::map<std::string, std::pair<double, double>> published{{GATE, {3.7, 1.2}},
                                                                     {"Ghppo (paper)", {8.9, 3.7}},
                                                                     {"Hppo (paper)", {11.4, 7.6}}};
    for (const auto& name : names)
    {
        const auto& outcome = judged.packet.at(name);
        const auto ground = Interval(outcome, [](const MigrationEpisode& episode) {
            return PerUser(episode, 0, GROUND);
        });
        const auto flights = Interval(outcome, [](const MigrationEpisode& episode) {
            return PerUser(episode, GROUND, episode.migrationsByUser.size());
        });
        const auto paper = published.find(name);
        const std::string ours = ToText(ground, "per city") + ", " + ToText(flights, "per flight");
        if (paper == published.end())
        {
            m_page.Claims().Add("7", name + ": migrations per user", ours);
            continue;
        }
        std::ostringstream text;
        text << paper->second.first << " per city, " << paper->second.second << " per flight";
        m_page.Claims().Add("7",
                            name + ": migrations per user",
                            text.str(),
                            ours,
                            ground.low <= paper->second.first &&
                                paper->second.first <= ground.high);
    }
}

void
GateHppoReproduction::Windows()
{
    const std::map<uint32_t, std::pair<double, double>> published{{2, {4.10, 131}},
                                                                  {3, {4.12, 127}},
                                                                  {4, {3.99, 198}},
                                                                  {5, {3.86, 203}}};
    const auto experiment = Experiment(SlotScheduler::Fidelity::FLOW);
    PlotLines lines;
    std::map<uint32_t, double> reached;
    for (const uint32_t window : m_scale.windows)
    {
        auto learner = LearnerOf("GateHppo", "paper");
        learner.label = "W = " + std::to_string(window);
        if (window != 3)
        {
            learner.changes["ns3::sterna::MigrationAgentDecider::Window"] = std::to_string(window);
        }
        const auto outcome = Play(learner, experiment, "Fig. 8");
        KeepThree("8", "paper-flow", outcome);
        const auto reward = Interval(outcome, RewardOf);
        const auto migrations = Interval(outcome, MigrationsOf);
        reached[window] = reward.mean;
        lines["reward, million"].emplace_back(window, reward.mean);
        lines["migrations, hundred"].emplace_back(window, migrations.mean / 100);
        std::ostringstream paper;
        paper << published.at(window).first << " million, " << published.at(window).second
              << " migrations";
        m_page.Claims().Add("8",
                            learner.label,
                            paper.str(),
                            ToText(reward, "million") + ", " + ToText(migrations, "migrations"),
                            reward.low <= published.at(window).first &&
                                published.at(window).first <= reward.high);
    }
    const auto best = std::max_element(reached.begin(), reached.end(), [](auto& a, auto& b) {
        return a.second < b.second;
    });
    m_page.Claims().Add("8", "the best window", "3", std::to_string(best->first), best->first == 3);
    m_page.Draw("fig8", "Fig. 8: window of the temporal convolution", "W", "", lines);
}

void
GateHppoReproduction::Ablation()
{
    const auto& judged = Judge();
    const std::vector<std::string> ladder{"Ppo (paper)", "Hppo (paper)", "Ghppo (paper)", GATE};
    for (const auto& name : ladder)
    {
        AddThree("9", name, judged.packet.at(name));
    }
    for (std::size_t k = 1; k < ladder.size(); ++k)
    {
        m_page.Claims().AddPositive(
            "9",
            ladder[k] + " above " + ladder[k - 1] + ": reward",
            Lead(judged.packet.at(ladder[k]), judged.packet.at(ladder[k - 1]), RewardOf),
            "million");
    }
}

void
GateHppoReproduction::Penalties()
{
    const std::string attribute = "ns3::sterna::MigrationScheduler::MigrationPenalty";
    const auto experiment = Experiment(SlotScheduler::Fidelity::FLOW);
    PlotLines migrations;
    PlotLines failures;
    std::map<double, double> counts;
    for (const double penalty : m_scale.penalties)
    {
        std::ostringstream value;
        value << penalty;
        auto learner = LearnerOf("GateHppo", "paper");
        if (penalty != 0.2)
        {
            learner.changes[attribute] = value.str();
        }
        const std::map<std::string, std::string> changes{{attribute, value.str()}};
        const DefaultsScope changed(changes);
        for (const auto& outcome : {Play(learner, experiment, "Fig. 10, " + value.str()),
                                    Play("RecedingHorizon", experiment, "Fig. 10, " + value.str())})
        {
            m_page.Keep("10",
                        "penalty-" + value.str(),
                        "migrations",
                        outcome.decider,
                        outcome.Values(MigrationsOf));
            m_page.Keep("10",
                        "penalty-" + value.str(),
                        "unsuccessful_percent",
                        outcome.decider,
                        outcome.Values(UnsuccessfulOf));
            const auto moved = Interval(outcome, MigrationsOf);
            const auto failed = Interval(outcome, UnsuccessfulOf);
            migrations[outcome.decider].emplace_back(penalty, moved.mean);
            failures[outcome.decider].emplace_back(penalty, failed.mean);
            m_page.Claims().Add("10",
                                outcome.decider + ": lambda_pen " + value.str(),
                                ToText(moved, "migrations") + ", " +
                                    ToText(failed, "% unsuccessful"));
            if (outcome.decider == learner.label)
            {
                counts[penalty] = moved.mean;
            }
        }
    }
    const auto fewest = std::min_element(counts.begin(), counts.end(), [](auto& a, auto& b) {
        return a.second < b.second;
    });
    std::ostringstream text;
    text << "at " << fewest->first;
    m_page.Claims().Add("10",
                        GATE + ": fewest migrations",
                        "at 0.2 to 0.3",
                        text.str(),
                        fewest->first == 0.2 || fewest->first == 0.3);
    m_page.Draw("fig10-migrations",
                "Fig. 10: weight of migrations",
                "lambda_pen",
                "migrations",
                migrations);
    m_page.Draw("fig10-failures",
                "Fig. 10: weight of migrations",
                "lambda_pen",
                "unsuccessful, %",
                failures);
}

} // namespace sterna
} // namespace ns3
