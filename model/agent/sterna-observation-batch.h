/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_OBSERVATION_BATCH_H
#define STERNA_OBSERVATION_BATCH_H

#include "sterna-agent.h"
#include "sterna-mlp.h"
#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Several observations of the same spaces, one below the other; flags are 0 or 1. There are U actors,
 * S choices and W steps in the window; the rows are those of one observation.
 */
struct ObservationBatch
{
    RowMatrixXf features; //!< 1 row
    RowMatrixXf mask;     //!< 1 row of U S flags, actor by actor: which choices are valid
    RowMatrixXf pairs;    //!< U S rows, those of Observation::choices
    RowMatrixXf edges;    //!< W U rows of S flags, those of Observation::edges

    ObservationBatch() = default;
    /// `count` observations of zeros.
    ObservationBatch(const AgentSpaces& spaces, Eigen::Index count);

    Eigen::Index GetCount() const;
    /// Replaces one of them; its shape must be that of the spaces (see CheckShape()).
    void Set(Eigen::Index index, const Observation& observation);
    /// Some of them, in this order.
    ObservationBatch Gather(const std::vector<Eigen::Index>& indices) const;

    /// Adds four tensors to a file.
    void Store(Safetensors& file, const std::string& prefix) const;
    /// Reads what Store() wrote for this many observations of these spaces, or throws InputError.
    static ObservationBatch Load(const Safetensors& file,
                                 const std::string& prefix,
                                 const AgentSpaces& spaces,
                                 Eigen::Index count,
                                 const std::string& path);

    /**
     * Throws InputError, on behalf of `owner`, if an observation is not one of these spaces or holds
     * a number that is not finite. An absent mask is one that leaves all choices; edges may be
     * absent unless they are needed.
     */
    static void CheckShape(const std::string& owner,
                           const AgentSpaces& spaces,
                           const Observation& observation,
                           bool needsEdges);
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_OBSERVATION_BATCH_H */
