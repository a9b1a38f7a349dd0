/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_AC_DDPG_AGENT_H
#define STERNA_AC_DDPG_AGENT_H

#include "sterna-wolpertinger-agent.h"

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * AC-DDPG, the classic rival of EmclAgent in Section V of Yuan et al., 2022: actor and critic are
 * fully connected networks, and the choice is the one nearest to the actor's point (the simple
 * approach: `Neighbours` = 1). It remembers no other task: in a changed environment it learns on.
 *
 * It is WolpertingerAgent with that one other default; all attributes are those of that class.
 */
class AcDdpgAgent : public WolpertingerAgent
{
  public:
    static TypeId GetTypeId();
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_AC_DDPG_AGENT_H */
