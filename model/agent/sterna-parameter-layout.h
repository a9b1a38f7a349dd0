/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_PARAMETER_LAYOUT_H
#define STERNA_PARAMETER_LAYOUT_H

#include "sterna-generator.h"
#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Names and shapes of a network's tensors, which lie one after the other in a flat buffer.
 *
 * The buffer belongs to whoever owns the network: weights, their slow copy, a gradient and Adam's
 * moments are then vectors of one size, and LibTorch's tensors are views into them.
 */
class ParameterLayout
{
  public:
    /// One tensor.
    struct Entry
    {
        std::string name;
        std::vector<int64_t> shape; //!< row-major
        Eigen::Index offset;        //!< where it begins in the buffer
        Eigen::Index size;
        double bound; //!< initial values are drawn from U(-bound, bound)
    };

    /// Adds a tensor of a layer with `inputs` inputs; initial values lie within 1 / sqrt(inputs).
    void Add(const std::string& name, const std::vector<int64_t>& shape, Eigen::Index inputs);

    const std::vector<Entry>& GetEntries() const;
    /// Length of the buffer.
    Eigen::Index GetSize() const;

    /// Initial values, with PyTorch's distribution for linear, convolutional and recurrent layers.
    Eigen::VectorXf Draw(Generator& random) const;

    /// Adds every tensor to a file, as `PREFIX.NAME`.
    void Store(const Eigen::VectorXf& values, Safetensors& file, const std::string& prefix) const;
    /// Reads what Store() wrote; throws InputError if a tensor is absent or of another shape.
    Eigen::VectorXf Load(const Safetensors& file,
                         const std::string& prefix,
                         const std::string& path) const;

  private:
    std::vector<Entry> m_entries;
    Eigen::Index m_size{0};
};

/// Adds a vector of any length to a file.
void StoreVector(const Eigen::VectorXf& values, Safetensors& file, const std::string& name);
/// Reads a vector of a known length; throws InputError if it is of another.
Eigen::VectorXf LoadVector(const Safetensors& file,
                           const std::string& name,
                           Eigen::Index size,
                           const std::string& path);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_PARAMETER_LAYOUT_H */
