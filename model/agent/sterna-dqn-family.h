/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_DQN_FAMILY_H
#define STERNA_DQN_FAMILY_H

#include "sterna-dqn-agent.h"

/**
 * \file
 * \ingroup sterna
 * Members of the family of deep Q-learning: DqnAgent with what makes them what they are switched on
 * when they are made, and nothing else.
 */

namespace ns3
{
namespace sterna
{

/// The online network selects the next choice, the target network judges it.
class DoubleDqnAgent : public DqnAgent
{
  public:
    static TypeId GetTypeId();

  protected:
    void NotifyConstructionCompleted() override;
};

/// Double, with a value of the state and advantages of the choices.
class DuelingDqnAgent : public DqnAgent
{
  public:
    static TypeId GetTypeId();

  protected:
    void NotifyConstructionCompleted() override;
};

/// Double, with transitions drawn by their last error: priority sampling-based double DQN (PSDDQN,
/// Wireless Communications and Mobile Computing 2022, article 1177544).
class PsddqnAgent : public DqnAgent
{
  public:
    static TypeId GetTypeId();

  protected:
    void NotifyConstructionCompleted() override;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_DQN_FAMILY_H */
