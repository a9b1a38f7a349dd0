/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_GATE_HPPO_REPRODUCTION_H
#define STERNA_GATE_HPPO_REPRODUCTION_H

#include "sterna-learner.h"
#include "sterna-migration-experiment.h"
#include "sterna-reproduction-page.h"

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// How much is done for the figures of the GATE-HPPO paper.
struct GateHppoScale
{
    uint32_t seeds;                //!< trainings of each learner
    uint32_t paperEpisodes;        //!< of the paper's way of learning
    uint32_t offersEpisodes;       //!< of ours
    uint32_t evaluations;          //!< episodes that judge each training
    std::vector<uint32_t> windows; //!< W of Fig. 8; 3 must be among them
    std::vector<double> penalties; //!< lambda_pen of Fig. 10; 0.2 must be among them
    uint32_t elsewhereRuns;        //!< episodes in each of the other worlds
    uint32_t elsewhereSlots;       //!< of these episodes

    /// `smoke` or `paper`; InputError for another name.
    static GateHppoScale FromName(const std::string& name);
};

/// What a training of service migration came to.
struct GateHppoTrained
{
    std::string policy;    //!< path of its file
    LearningCurves curves; //!< reward, unsuccessful (%) and migrations of each episode
};

/**
 * \ingroup sterna
 * Trains a learner of service migration, or reads what an earlier run left of the same training.
 *
 * \param setting what it learns in
 * \param seed trainings with different numbers see different epochs and draw different weights
 * \param folder where policies and curves are kept
 */
GateHppoTrained TrainGateHppoLearner(const Learner& learner,
                                     const MigrationSetting& setting,
                                     uint32_t seed,
                                     const std::string& folder);

/**
 * \ingroup sterna
 * The numerical results of the GATE-HPPO paper, figure by figure: trains what a figure needs, keeps
 * the values of every seed, and adds rows 'paper | ours' to a table.
 */
class GateHppoReproduction
{
  public:
    /**
     * \param scale how much is done
     * \param policy the shipped policy, which is also run
     * \param folder where results go, and where trained policies are kept
     */
    GateHppoReproduction(const GateHppoScale& scale,
                         const std::string& policy,
                         const std::string& folder);

    /// Fig. 4: reward, unsuccessful service and migrations of all learners, beside simple rules.
    void Comparison();
    /// Fig. 5: what single users bring over the slots.
    void Users();
    /// Figs. 6 and 7: migrations over time and by kind of user.
    void Migrations();
    /// Fig. 8: the window of the temporal convolution.
    void Windows();
    /// Fig. 9: what the pieces of the paper's learner are worth.
    void Ablation();
    /// Fig. 10: the weight of migrations in the reward.
    void Penalties();
    /// Not in the paper: how a satellite's bandwidth is shared.
    void Shares();
    /// Not in the paper: what the pieces of our way of learning are worth.
    void Pieces();
    /// Not in the paper: the shipped policy, unchanged, in other constellations with other users.
    void Elsewhere();
    /// Writes and prints the table; `command` is what made it.
    void Finish(const std::string& command, double seconds);
    /// A stream for one more file among the results.
    std::ostream& Open(const std::string& name);

  private:
    /// What deciders came to, all in the same episodes.
    struct Judged
    {
        std::vector<double> bounds; //!< of the episodes
        std::map<std::string, MigrationOutcome> packet;
        std::map<std::string, MigrationOutcome> flow; //!< learners
    };

    using Measure = std::function<double(const MigrationEpisode&)>;

    static double RewardOf(const MigrationEpisode& episode);       //!< million
    static double UnsuccessfulOf(const MigrationEpisode& episode); //!< percent
    static double MigrationsOf(const MigrationEpisode& episode);
    /// Deciders that learn nothing.
    static const std::vector<std::string>& Rules();
    Learner LearnerOf(const std::string& agent, const std::string& learning) const;
    /// All learners in the paper's world, at packet and at flow level; played when first asked for.
    const Judged& Judge();
    MigrationExperiment Experiment(SlotScheduler::Fidelity fidelity) const;
    /// The episodes of all trainings of a learner.
    MigrationOutcome Play(const Learner& learner,
                          const MigrationExperiment& experiment,
                          const std::string& title);
    MigrationOutcome Play(const std::string& rule,
                          const MigrationExperiment& experiment,
                          const std::string& title) const;
    /// A measure of each training: mean over its episodes.
    std::vector<double> BySeed(const MigrationOutcome& outcome, const Measure& measure) const;
    /// The same with its interval.
    MeanInterval Interval(const MigrationOutcome& outcome, const Measure& measure) const;
    /// `one` less `other`, training by training.
    MeanInterval Lead(const MigrationOutcome& one,
                      const MigrationOutcome& other,
                      const Measure& measure) const;
    /// Adds rows for reward, unsuccessful service and migrations.
    void AddThree(const std::string& figure,
                  const std::string& label,
                  const MigrationOutcome& outcome);
    void KeepThree(const std::string& figure,
                   const std::string& world,
                   const MigrationOutcome& outcome);
    /// Reward, share of the bound, unsuccessful service and migrations in one line.
    static std::string Summary(const MigrationOutcome& outcome, const std::vector<double>& bounds);
    /// Deciders in another world, the shipped policy among them.
    void PlayElsewhere(const std::string& world, const MigrationSetting& setting);

    GateHppoScale m_scale;
    std::string m_policy;
    ReproductionPage m_page;
    Judged m_judged;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_GATE_HPPO_REPRODUCTION_H */
