/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * What PsddqnReproduction shows beyond the figures of the paper.
 */

#include "sterna-psddqn-reproduction.h"

#include "sterna-statistics.h"

#include <iomanip>
#include <sstream>

namespace ns3
{
namespace sterna
{

void
PsddqnReproduction::Ablation()
{
    const std::string decider = "ns3::sterna::AssociationAgentDecider::";
    const std::string agent = "ns3::sterna::PsddqnAgent::";
    std::vector<Learner> variants(7, LearnerOf("Psddqn", "offers"));
    variants[0].label = "as it is";
    variants[1].label = "own utility as reward";
    variants[1].changes = {{decider + "Reward", "Own"}};
    variants[2].label = "without a first guess";
    variants[2].changes = {{decider + "Prior", "false"}};
    variants[3].label = "satellites in the order of their numbers";
    variants[3].changes = {{decider + "Turns", "Index"}};
    variants[4].label = "discount 0.9, same satellite next";
    variants[4].changes = {{agent + "Discount", "0.9"}};
    variants[5].label = "discount 0.9, next turn";
    variants[5].changes = {{agent + "Discount", "0.9"}, {decider + "Next", "NextTurn"}};
    variants[6].label = "uniform replay";
    variants[6].changes = {{agent + "Prioritized", "false"}};
    AssociationExperiment experiment;
    experiment.setting = SettingFor(PUBLISHED);
    experiment.fidelity = SlotScheduler::Fidelity::FLOW;
    experiment.runs = m_scale.seeds * m_scale.evaluations;
    const auto bounds = BoundEpisodes(experiment);
    for (const auto& variant : variants)
    {
        const auto outcome = Play(variant, experiment, "pieces");
        const auto shares = BySeed(Shares(outcome, bounds));
        m_page.Keep("pieces", std::to_string(PUBLISHED), "share_percent", variant.label, shares);
        m_page.Claims().Add("pieces",
                            "Psddqn (offers), " + variant.label,
                            ToText(ReproductionPage::Interquartile(shares), "% of the bound"));
    }
}

void
PsddqnReproduction::Dense()
{
    AssociationExperiment experiment;
    experiment.setting.pattern = {1584, 72, 17};
    experiment.setting.shell.inclination = DegToRad(53);
    experiment.runs = m_scale.denseRuns;
    const auto bounds = BoundEpisodes(experiment);
    std::vector<std::string> names = Rules();
    names.push_back("Policy");
    for (const auto& name : names)
    {
        const auto outcome = Play(name, experiment, "1584 satellites");
        const auto shares = Shares(outcome, bounds);
        m_page.Keep("dense",
                    std::to_string(1584),
                    "utility",
                    name,
                    outcome.Values([](const auto& episode) { return episode.utility; }));
        std::ostringstream text;
        text << ToText(ReproductionPage::Interquartile(shares), "% of the bound") << ", utility "
             << std::fixed << std::setprecision(2)
             << outcome.Mean([](const auto& episode) { return episode.utility; }) << ", "
             << std::setprecision(1) << 1e3 * Median(outcome.decisionSeconds) << " ms a slice";
        m_page.Claims().Add("dense", name + ": 1584 satellites, 72 planes, 53 degrees", text.str());
    }
}

} // namespace sterna
} // namespace ns3
