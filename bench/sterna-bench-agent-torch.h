/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_BENCH_AGENT_TORCH_H
#define STERNA_BENCH_AGENT_TORCH_H

#include "ns3/sterna-safetensors.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace bench
{

/// A policy of kind `q` (see FrozenPolicy) with ReLU, as LibTorch's Linear modules on one thread.
class TorchPolicy
{
  public:
    /// Reads the tensors `q.N.weight` and `q.N.bias`.
    explicit TorchPolicy(const Safetensors& file);
    ~TorchPolicy();

    /// \return the values of all choices
    std::vector<float> GetValues(const std::vector<float>& features) const;
    /// \return the choice of the largest value: one decision, under InferenceMode
    int Decide(const std::vector<float>& features) const;

  private:
    struct Network;
    std::unique_ptr<Network> m_network;
};

} // namespace bench
} // namespace sterna
} // namespace ns3

#endif /* STERNA_BENCH_AGENT_TORCH_H */
