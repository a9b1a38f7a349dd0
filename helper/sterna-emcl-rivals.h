/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_EMCL_RIVALS_H
#define STERNA_EMCL_RIVALS_H

#include "sterna-link-group-experiment.h"

#include "ns3/sterna-link-group-encoder.h"

#include <string>

namespace ns3
{
namespace sterna
{

/// How the learners of Yuan et al., IEEE TWC 2022 are trained before they are compared.
struct EmclTraining
{
    uint32_t devices{100};    //!< K of the tasks
    uint32_t episodes{30};    //!< learning episodes of Algorithm 2
    uint32_t cycles{40};      //!< of each episode
    double trafficScale{3};   //!< as LinkGroupPreset
    double servedEmphasis{1}; //!< as LinkGroupPreset
    LinkGroupEncoder::Embedding embedding{LinkGroupEncoder::LINK_FEATURE};
    /// Whether the tasks see the three dynamics; otherwise they are plain cycles in other places.
    bool dynamics{true};
};

/**
 * \ingroup sterna
 * EMCL and its rivals as deciders that go on learning: each is trained once, and made anew, from
 * what training left, for every run.
 *
 * - `EMCL`: frozen meta critic (Algorithm 2), actor of its own;
 * - `EMCL-simple`: the same without the Wolpertinger approach (one neighbour);
 * - `AC-MAML`: begins with meta-learned networks;
 * - `AC-DDPG`: begins with nothing.
 */
class EmclRivals
{
  public:
    /**
     * \param training how
     * \param folder where trained weights are kept, and taken from if they are there
     */
    EmclRivals(const EmclTraining& training, const std::string& folder);

    /// Trains EMCL and AC-MAML unless their files are there.
    void Train();
    /// A decider that learns online; InputError for another name than the four.
    Ptr<LinkGroupDecider> Make(const std::string& name) const;
    static bool IsName(const std::string& name);
    /// Where the trained weights of EMCL are.
    std::string EmclPath() const;

  private:
    std::string MamlPath() const;
    std::vector<LinkGroupTask> Tasks() const;
    template <typename Shared, typename Member>
    void TrainShared(const std::string& title,
                     const std::string& attribute,
                     const std::string& path);

    EmclTraining m_training;
    std::string m_folder;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_EMCL_RIVALS_H */
