/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * What GateHppoReproduction shows beyond the figures of the paper.
 */

#include "sterna-gate-hppo-reproduction.h"

#include <iomanip>
#include <sstream>

namespace ns3
{
namespace sterna
{

std::string
GateHppoReproduction::Summary(const MigrationOutcome& outcome, const std::vector<double>& bounds)
{
    std::vector<double> shares;
    for (std::size_t e = 0; e < outcome.episodes.size(); ++e)
    {
        shares.push_back(100 * outcome.episodes[e].reward / bounds[e]);
    }
    std::ostringstream text;
    text << ToText(ReproductionPage::Interquartile(outcome.Values(RewardOf)), "million") << ", "
         << ToText(ReproductionPage::Interquartile(shares), "% of the bound") << ", " << std::fixed
         << std::setprecision(2) << outcome.Mean(UnsuccessfulOf) << " % unsuccessful, "
         << std::setprecision(1) << outcome.Mean(MigrationsOf) << " migrations";
    return text.str();
}

void
GateHppoReproduction::Shares()
{
    const auto experiment = Experiment(SlotScheduler::Fidelity::FLOW);
    const auto bounds = BoundMigration(experiment);
    for (const std::string share : {"Equal", "Proportional", "NeedFirst", "Utility"})
    {
        const std::map<std::string, std::string> changes{
            {"ns3::sterna::MigrationChooser::Shares", share}};
        const DefaultsScope shares(changes);
        for (const std::string rule : {"Random", "LongestVisibility", "OverloadBump"})
        {
            const auto outcome = Play(rule, experiment, "shares");
            KeepThree("shares", share, outcome);
            m_page.Claims().Add("shares", rule + ", " + share, Summary(outcome, bounds));
        }
    }
}

void
GateHppoReproduction::Pieces()
{
    const std::string decider = "ns3::sterna::MigrationOfferDecider::";
    std::vector<Learner> variants(4, LearnerOf("Ppo", "offers"));
    variants[0].label = "as it is";
    variants[1].label = "without a first guess";
    variants[1].changes[decider + "Guess"] = "false";
    variants[2].label = "without guess and proposals";
    variants[2].changes[decider + "Guess"] = "false";
    variants[2].changes[decider + "Proposals"] = "0";
    variants[3].label = "without both, looking one slot ahead";
    variants[3].changes = variants[2].changes;
    variants[3].changes[decider + "Horizon"] = "1";
    const auto experiment = Experiment(SlotScheduler::Fidelity::FLOW);
    const auto bounds = BoundMigration(experiment);
    for (const auto& variant : variants)
    {
        const auto outcome = Play(variant, experiment, "pieces");
        KeepThree("pieces", "paper-flow", outcome);
        m_page.Claims().Add("pieces", "Ppo (offers), " + variant.label, Summary(outcome, bounds));
    }
}

void
GateHppoReproduction::Elsewhere()
{
    MigrationSetting walker;
    walker.pattern = MigrationSetting::Pattern::WALKER;
    walker.satellites = 24;
    walker.planes = 6;
    walker.phasing = 1;
    walker.shell.inclination = DegToRad(55);
    walker.bandwidth = 9e6; // three times the satellites, a third of the band each
    PlayElsewhere("24 satellites", walker);
    MigrationSetting low = walker;
    low.satellites = 20;
    low.planes = 5;
    low.shell.altitude = 10390e3;
    low.bandwidth = 10e6;
    low.power = 10; // nearer by half
    PlayElsewhere("20 satellites at 10 390 km", low);
    MigrationSetting users;
    users.cities = 0;
    users.flights = 3;
    users.drawn = 40;
    users.arrivalRate = 6;
    PlayElsewhere("43 other users", users);
}

void
GateHppoReproduction::PlayElsewhere(const std::string& world, const MigrationSetting& setting)
{
    MigrationExperiment experiment;
    experiment.setting = setting;
    experiment.setting.slots = m_scale.elsewhereSlots;
    experiment.runs = m_scale.elsewhereRuns;
    const auto bounds = BoundMigration(experiment);
    std::map<std::string, std::vector<double>> rewards;
    for (const std::string name :
         {"LongestVisibility", "LoadBalanced", "OverloadBump", "RecedingHorizon", "Policy"})
    {
        const auto outcome = Play(name, experiment, world);
        KeepThree("elsewhere", world, outcome);
        m_page.Claims().Add("elsewhere", world + ", " + name, Summary(outcome, bounds));
        rewards[name] = outcome.Values(RewardOf);
    }
    for (const std::string rule : {"OverloadBump", "RecedingHorizon"})
    {
        auto lead = rewards["Policy"];
        for (std::size_t e = 0; e < lead.size(); ++e)
        {
            lead[e] -= rewards[rule][e];
        }
        m_page.Claims().Add("elsewhere",
                            world + ", Policy above " + rule + ": reward",
                            ToText(ReproductionPage::Interquartile(lead), "million"));
    }
}

} // namespace sterna
} // namespace ns3
