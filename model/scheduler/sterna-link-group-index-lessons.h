/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_INDEX_LESSONS_H
#define STERNA_LINK_GROUP_INDEX_LESSONS_H

#include "sterna-link-group-link-features.h"

#include "ns3/sterna-generator.h"
#include "ns3/sterna-link-group-rolling-horizon.h"
#include "ns3/sterna-safetensors.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// A slot in which several groups were judged.
struct LinkGroupIndexLesson
{
    /// A group, as candidates of `rows`, and by how much it is worse than the best, in units of C.
    struct Group
    {
        std::vector<uint32_t> links;
        float regret;
    };

    RowMatrixXf rows;            //!< features of the links that occur
    std::vector<float> gapShare; //!< as LinkGroupLinkFeatures::Candidate, one per row
    std::vector<float> progress;
    std::vector<Group> groups;
    float weight; //!< K C / idle objective: what a mistake costs
};

/// How an index is fitted to lessons.
struct LinkGroupIndexFit
{
    uint32_t epochs{20};
    uint32_t batch{64};
    double learningRate{0.002}; //!< at first; it falls along half a cosine
    double sharpness{10};       //!< beta
    double temperature{0.05};   //!< tau, in units of C
    double regretFactor{10};    //!< lambda
};

/**
 * \ingroup sterna
 * What an index is fitted to: judged slots, and the fit.
 *
 * With p ~ exp(beta sum of indices) over the judged groups g of a slot and q ~ exp(-regret / tau),
 * the loss of a lesson is
 *
 *     weight x mean of ( -sum_g q_g log p_g ,  lambda sum_g p_g regret_g ),
 *
 * cost-sensitive classification (Beygelzimer et al., 2005) in which the cross-entropy finds the way
 * and the expected regret says what counts.
 */
class LinkGroupIndexLessons
{
  public:
    std::size_t Size() const;

    /// Adds a slot; groups in which nobody sends are left out.
    void Add(const LinkGroupLinkFeatures& features,
             const LinkGroupInstance& slot,
             const std::vector<LinkGroupRollingHorizon::Judgement>& judgements,
             double completion,
             double weight);

    /// Fits the network with Adam, in an order drawn by the generator.
    /// \return weighted mean regret of what the network prefers, over the last epoch
    double Fit(const LinkGroupIndexFit& fit, Generator& generator, Mlp& network) const;

    /// Adds the lessons to a checkpoint.
    void Store(Safetensors& file) const;
    /// Reads what Store() wrote; throws InputError if it does not fit.
    void Load(const Safetensors& file, const std::string& path);

  private:
    struct Batch;

    std::vector<LinkGroupIndexLesson> m_lessons;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_INDEX_LESSONS_H */
