/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_RUN_SCOPE_H
#define STERNA_RUN_SCOPE_H

#include <cstdint>
#include <string>

namespace ns3
{
namespace sterna
{

/// First random stream of a scenario: above those that ns-3 gives to objects by itself.
constexpr int64_t FIRST_SCENARIO_STREAM = 1000;

/// Distance of training's run numbers from evaluation's.
constexpr uint64_t TRAINING_RUNS = uint64_t(1) << 32;

/**
 * \ingroup sterna
 * One simulation among many: restores the run number and clears the simulator whatever happens.
 */
class RunScope
{
  public:
    RunScope();
    ~RunScope();

    RunScope(const RunScope&) = delete;
    RunScope& operator=(const RunScope&) = delete;

    /// The run number that will be restored.
    uint64_t First() const;

  private:
    uint64_t m_run;
};

/// Where a training stands, beside the agent's own checkpoint.
/// \throws InputError if the count is not there
uint32_t ReadRunsDone(const std::string& checkpoint);
/// Says where it stands, atomically.
void WriteRunsDone(const std::string& checkpoint, uint32_t runs);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_RUN_SCOPE_H */
