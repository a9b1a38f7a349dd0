/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PSDDQN_REPRODUCTION_H
#define STERNA_PSDDQN_REPRODUCTION_H

#include "sterna-association-experiment.h"
#include "sterna-psddqn-training.h"
#include "sterna-reproduction-page.h"

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// How much is done for the figures of the PSDDQN paper.
struct PsddqnScale
{
    uint32_t seeds;                   //!< trainings of each learner
    uint32_t paperEpisodes;           //!< of the paper's way of learning
    uint32_t offersEpisodes;          //!< of ours
    uint32_t evaluations;             //!< episodes that judge each training
    std::vector<uint32_t> satellites; //!< of Fig. 9; 120 must be among them
    uint32_t denseRuns;               //!< episodes with 1584 satellites

    /// `smoke` or `paper`; InputError for another name.
    static PsddqnScale FromName(const std::string& name);
};

/**
 * \ingroup sterna
 * The numerical results of the PSDDQN paper, figure by figure: trains what a figure needs, keeps the
 * values of every seed, and adds rows 'paper | ours' to a table.
 */
class PsddqnReproduction
{
  public:
    /**
     * \param scale how much is done
     * \param policy the shipped policy, which is also run
     * \param folder where results go, and where trained policies are kept
     */
    PsddqnReproduction(const PsddqnScale& scale,
                       const std::string& policy,
                       const std::string& folder);

    /// Figs. 6 and 7: reward and loss over the episodes of a training.
    void Convergence();
    /// Fig. 8: learning rates.
    void LearningRates();
    /// Fig. 9: utility over the number of satellites.
    void Growing();
    /// Fig. 10: utility over slices.
    void Slices();
    /// Figs. 11 to 15: what is left at the stations.
    void Capacities();
    /// Not in the paper: what the pieces of our way of learning are worth.
    void Ablation();
    /// Not in the paper: the shipped policy among 1584 satellites.
    void Dense();
    /// Writes and prints the table; `command` is what made it.
    void Finish(const std::string& command, double seconds);
    /// A stream for one more file among the results.
    std::ostream& Open(const std::string& name);

  private:
    /// What deciders came to with some number of satellites.
    struct Judged
    {
        std::vector<double> bounds; //!< of the episodes
        std::map<std::string, AssociationOutcome> packet;
        std::map<std::string, AssociationOutcome> flow; //!< learners with 120 satellites
    };

    /// Satellites of the paper.
    static constexpr uint32_t PUBLISHED = 120;

    /// Deciders that learn nothing.
    static const std::vector<std::string>& Rules();
    std::vector<Learner> Family() const;
    Learner LearnerOf(const std::string& agent, const std::string& learning) const;
    AssociationSetting SettingFor(uint32_t satellites) const;
    /// Deciders with this many satellites, played when first asked for; of the offers' family only
    /// Psddqn where there are not 120.
    const Judged& Judge(uint32_t satellites);
    /// The episodes of all trainings of a learner.
    AssociationOutcome Play(const Learner& learner,
                            const AssociationExperiment& experiment,
                            const std::string& title);
    AssociationOutcome Play(const std::string& rule,
                            const AssociationExperiment& experiment,
                            const std::string& title) const;
    /// Percent of the bound, per episode.
    static std::vector<double> Shares(const AssociationOutcome& outcome,
                                      const std::vector<double>& bounds);
    /// `one` less `other`, training by training or episode by episode, in percent of the bound.
    MeanInterval Lead(const Judged& judged, const std::string& one, const std::string& other) const;
    std::vector<double> BySeed(const std::vector<double>& values) const;

    PsddqnScale m_scale;
    std::string m_policy;
    std::map<uint32_t, Judged> m_judged;
    ReproductionPage m_page;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_PSDDQN_REPRODUCTION_H */
