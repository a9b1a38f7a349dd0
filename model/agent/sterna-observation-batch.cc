/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-observation-batch.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaObservationBatch");

namespace
{

void
StoreMatrix(const RowMatrixXf& matrix, Safetensors& file, const std::string& name)
{
    file.tensors[name] = {{matrix.rows(), matrix.cols()},
                          {matrix.data(), matrix.data() + matrix.size()}};
}

void
LoadMatrix(RowMatrixXf& matrix,
           const Safetensors& file,
           const std::string& name,
           const std::string& path)
{
    const auto& tensor = file.Get(name, {matrix.rows(), matrix.cols()}, path);
    std::copy(tensor.data.begin(), tensor.data.end(), matrix.data());
}

/// Blocks of rows, `size` rows each, in this order.
RowMatrixXf
GatherBlocks(const RowMatrixXf& from, const std::vector<Eigen::Index>& indices, Eigen::Index size)
{
    RowMatrixXf to(static_cast<Eigen::Index>(indices.size()) * size, from.cols());
    for (size_t i = 0; i < indices.size(); ++i)
    {
        to.middleRows(static_cast<Eigen::Index>(i) * size, size) =
            from.middleRows(indices[i] * size, size);
    }
    return to;
}

std::string
Describe(Eigen::Index rows, Eigen::Index columns)
{
    return std::to_string(rows) + " x " + std::to_string(columns);
}

} // namespace

ObservationBatch::ObservationBatch(const AgentSpaces& spaces, Eigen::Index count)
    : features(RowMatrixXf::Zero(count, spaces.features)),
      mask(RowMatrixXf::Zero(count, spaces.actors * spaces.choices)),
      pairs(RowMatrixXf::Zero(spaces.embedding > 0 ? count * spaces.actors * spaces.choices : 0,
                              spaces.embedding)),
      edges(RowMatrixXf::Zero(count * spaces.window * spaces.actors, spaces.choices))
{
    NS_LOG_FUNCTION(this << count);
}

Eigen::Index
ObservationBatch::GetCount() const
{
    return features.rows();
}

void
ObservationBatch::Set(Eigen::Index index, const Observation& observation)
{
    features.row(index) = observation.features.transpose();
    if (observation.mask.size() > 0)
    {
        std::copy_n(observation.mask.data(), mask.cols(), mask.row(index).data());
    }
    else
    {
        mask.row(index).setOnes();
    }
    if (pairs.size() > 0)
    {
        const Eigen::Index rows = pairs.rows() / GetCount();
        pairs.middleRows(index * rows, rows) = observation.choices;
    }
    if (observation.edges.size() > 0)
    {
        const Eigen::Index rows = edges.rows() / GetCount();
        edges.middleRows(index * rows, rows) = observation.edges.cast<float>();
    }
}

ObservationBatch
ObservationBatch::Gather(const std::vector<Eigen::Index>& indices) const
{
    const Eigen::Index count = std::max<Eigen::Index>(GetCount(), 1);
    ObservationBatch batch;
    batch.features = GatherBlocks(features, indices, 1);
    batch.mask = GatherBlocks(mask, indices, 1);
    batch.pairs = GatherBlocks(pairs, indices, pairs.rows() / count);
    batch.edges = GatherBlocks(edges, indices, edges.rows() / count);
    return batch;
}

void
ObservationBatch::Store(Safetensors& file, const std::string& prefix) const
{
    StoreMatrix(features, file, prefix + ".features");
    StoreMatrix(mask, file, prefix + ".mask");
    StoreMatrix(pairs, file, prefix + ".pairs");
    StoreMatrix(edges, file, prefix + ".edges");
}

ObservationBatch
ObservationBatch::Load(const Safetensors& file,
                       const std::string& prefix,
                       const AgentSpaces& spaces,
                       Eigen::Index count,
                       const std::string& path)
{
    ObservationBatch batch(spaces, count);
    LoadMatrix(batch.features, file, prefix + ".features", path);
    LoadMatrix(batch.mask, file, prefix + ".mask", path);
    LoadMatrix(batch.pairs, file, prefix + ".pairs", path);
    LoadMatrix(batch.edges, file, prefix + ".edges", path);
    return batch;
}

void
ObservationBatch::CheckShape(const std::string& owner,
                             const AgentSpaces& spaces,
                             const Observation& observation,
                             bool needsEdges)
{
    const Eigen::Index rows = spaces.embedding > 0 ? spaces.actors * spaces.choices : 0;
    const auto check =
        [&owner](const char* what, const auto& matrix, Eigen::Index height, Eigen::Index width) {
            if (matrix.rows() != height || (height > 0 && matrix.cols() != width))
            {
                throw InputError(owner + " was given an observation whose " + what + " are " +
                                 Describe(matrix.rows(), matrix.cols()) + " numbers, not " +
                                 Describe(height, width) + ".");
            }
        };
    check("features", observation.features, spaces.features, 1);
    if (spaces.embedding > 0)
    {
        check("choices", observation.choices, rows, spaces.embedding);
    }
    if (observation.mask.size() > 0 && spaces.choices > 0)
    {
        check("masks", observation.mask, spaces.actors, spaces.choices);
    }
    if (observation.edges.size() > 0 || needsEdges)
    {
        check("edges", observation.edges, spaces.window * spaces.actors, spaces.choices);
    }
    if (!observation.features.allFinite() || (rows > 0 && !observation.choices.allFinite()))
    {
        throw InputError(owner + " was given an observation with a number that is not finite; "
                                 "learning from it would spoil all weights.");
    }
}

} // namespace sterna
} // namespace ns3
