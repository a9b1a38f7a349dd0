/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_DECIDER_H
#define STERNA_DECIDER_H

#include "ns3/object.h"

#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Who decides, for one problem: a rule, an exact solver, or a learner, all alike to a scheduler.
 *
 * A Problem names its `State` (what is known when deciding), its `Decision` (what is decided) and
 * its `Name`. In every slot the scheduler calls Decide() once and, when the slot is accounted,
 * Learn() once. A cycle (a fixed number of slots with demands of its own) begins with BeginCycle().
 */
template <class Problem>
class Decider : public Object
{
  public:
    using State = typename Problem::State;
    using Decision = typename Problem::Decision;

    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId(std::string("ns3::sterna::") + Problem::Name + "Decider")
                                .template SetParent<Object>()
                                .SetGroupName("Sterna");
        return tid;
    }

    /// Throws InputError if this decider cannot decide for this problem.
    virtual void Check(const Problem&) {}

    /// Told once per cycle, before its first decision; offline solvers plan here.
    virtual void BeginCycle(const Problem&, const State&) {}

    /// The decision for this slot. May be refused by the scheduler if it is not valid.
    virtual Decision Decide(const Problem& problem, const State& state) = 0;

    /// What the last decision earned; `next` is the state after it, `last` ends the cycle.
    virtual void Learn(const Problem&,
                       double /* reward */,
                       const State& /* next */,
                       bool /* last */)
    {
    }

    /// \return the number of streams used
    virtual int64_t AssignStreams(int64_t)
    {
        return 0;
    }
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_DECIDER_H */
