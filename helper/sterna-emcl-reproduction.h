/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_EMCL_REPRODUCTION_H
#define STERNA_EMCL_REPRODUCTION_H

#include "sterna-claims.h"
#include "sterna-emcl-rivals.h"
#include "sterna-link-group-recording.h"
#include "sterna-output-folder.h"

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// How much is done for the figures of Yuan et al., IEEE TWC 2022.
struct EmclScale
{
    uint32_t seeds;                  //!< runs of each decider
    uint32_t episodes;               //!< of the meta training
    uint32_t episodeCycles;          //!< cycles of an episode
    uint32_t runCycles;              //!< cycles of a run of Figs. 4 to 7
    uint32_t devices;                //!< K of Figs. 4 to 6
    uint32_t growingSeeds;           //!< runs of each decider and K of Fig. 7
    std::vector<uint32_t> growing;   //!< K of Fig. 7
    uint32_t updates;                //!< runs of Fig. 8
    uint32_t updateCycles;           //!< cycles of each
    uint32_t judgedCycles;           //!< last of these, whose optimum is computed
    double optimumSeconds;           //!< after which branch and bound is content with what it has
    std::vector<uint32_t> computing; //!< K of Fig. 9

    /// `smoke` or `paper`; InputError for another name.
    static EmclScale FromName(const std::string& name);
};

/// What branch and bound finds and proves for a cycle.
struct EmclOptimum
{
    std::size_t cycle; //!< of the experiment
    LinkGroupRecording world;
    double idle;  //!< (14a) if nothing is delivered
    double value; //!< of the best plan
    double bound; //!< no plan reaches less
};

/**
 * \ingroup sterna
 * The numerical results of Yuan et al., IEEE TWC 2022, figure by figure: plays what a figure needs,
 * keeps the values of every seed, and adds rows 'paper | ours' to a table.
 */
class EmclReproduction
{
  public:
    /// The values of one measure, per decider and seed.
    using Sample = std::map<std::string, std::vector<double>>;

    /**
     * \param scale how much is done
     * \param fidelity of Figs. 4 to 6
     * \param folder where results go, and where trained weights are kept
     */
    EmclReproduction(const EmclScale& scale,
                     SlotScheduler::Fidelity fidelity,
                     const std::string& folder);

    /// Figs. 4 to 6: users enter and leave, demands jump, links are cut.
    void Dynamics(const std::string& figure, LinkGroupDynamics::Kind kind);
    /// Fig. 7: recovery over the number of devices.
    void Growing();
    /// Fig. 8: gaps to the optimum.
    void Gaps();
    /// Fig. 9: computing time.
    void Computing();
    /// Writes and prints the table; `command` is what made it.
    void Finish(const std::string& command, double seconds);
    /// A stream for one more file among the results.
    std::ostream& Open(const std::string& name);

  private:
    /// Learners for systems of this size, trained when first asked for.
    EmclRivals Rivals(const EmclTraining& training) const;
    EmclTraining TrainingFor(uint32_t devices) const;
    LinkGroupOutcome Play(const LinkGroupExperiment& experiment,
                          const EmclRivals& rivals,
                          const std::string& name,
                          const std::string& title);
    /// Optima of the last cycles of each run.
    std::vector<EmclOptimum> Optima(const LinkGroupExperiment& experiment,
                                    const std::string& title) const;
    /// The same for a planner, which learns nothing and need not play the other cycles.
    LinkGroupOutcome PlayPlans(const std::vector<EmclOptimum>& optima,
                               const std::string& name,
                               const std::string& title) const;
    void AddGap(const std::string& preset,
                const LinkGroupOutcome& outcome,
                const LinkGroupOutcome& greedy,
                const std::vector<EmclOptimum>& optima);
    void Keep(const std::string& figure,
              uint32_t devices,
              const std::string& measure,
              const std::string& decider,
              const std::vector<double>& values);
    /// Per seed, by how many percent `one` is below `other`.
    MeanInterval Saving(const Sample& sample,
                        const std::string& one,
                        const std::string& other) const;
    MeanInterval Mean(const std::vector<double>& values) const;

    EmclScale m_scale;
    SlotScheduler::Fidelity m_fidelity;
    OutputFolder m_folder;
    std::string m_path;
    std::ostream* m_values;
    ClaimTable m_claims;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_EMCL_REPRODUCTION_H */
