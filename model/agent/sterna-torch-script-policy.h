/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_TORCH_SCRIPT_POLICY_H
#define STERNA_TORCH_SCRIPT_POLICY_H

#include "sterna-agent.h"

#include <memory>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A policy that was trained elsewhere and saved as TorchScript, by torch.jit.script or
 * torch.jit.trace.
 *
 * Its method `forward` takes and gives float tensors; which ones depends on the spaces:
 *
 * | spaces | `forward` | action |
 * | --- | --- | --- |
 * | embedding = 0, choices = A | (features [1, F]) -> scores [1, A] | best valid choice |
 * | embedding = E | (features [1, F], choices [A, E]) -> scores [A] | best valid choice |
 * | embedding = 0, choices = 0 | (features [1, F]) -> parameters [1, P] in [-1, 1] | parameters |
 *
 * Of equal scores the first wins. Configure() tries the policy on zeros. What goes wrong later (an
 * exception inside the policy, another shape, a NaN, a parameter outside [-1, 1]) gives the choice
 * -1, which the caller refuses. Act() ignores the mode: the policy does not learn.
 */
class TorchScriptPolicy : public Agent
{
  public:
    static TypeId GetTypeId();

    TorchScriptPolicy();
    ~TorchScriptPolicy() override;

    /**
     * Loads the file. Throws InputError if it is missing or no TorchScript, if the spaces are none
     * of the three kinds, or if `forward` fails on zeros, gives another shape, or gives NaN.
     */
    void Configure(const AgentSpaces& spaces) override;
    Action Act(const Observation& observation, Mode mode) override;
    int64_t AssignStreams(int64_t stream) override;

  private:
    struct Module;

    void CheckSpaces(const AgentSpaces& spaces) const;
    void CheckForward() const;
    /// Tries the policy on features of 0 and that many embedded choices of 0.
    void Probe(Eigen::Index choices);
    /// The inputs that `forward` expects, features and perhaps choices.
    int64_t GetInputs() const;

    std::string m_path;
    AgentSpaces m_spaces;
    std::unique_ptr<Module> m_module;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_TORCH_SCRIPT_POLICY_H */
