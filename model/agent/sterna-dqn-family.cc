/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-dqn-family.h"

#include "ns3/boolean.h"

namespace ns3
{
namespace sterna
{

NS_OBJECT_ENSURE_REGISTERED(DoubleDqnAgent);
NS_OBJECT_ENSURE_REGISTERED(DuelingDqnAgent);
NS_OBJECT_ENSURE_REGISTERED(PsddqnAgent);

namespace
{

/// The TypeId of a member of the family.
template <typename Member>
TypeId
MemberTypeId(const char* name)
{
    return TypeId(name).SetParent<DqnAgent>().SetGroupName("Sterna").AddConstructor<Member>();
}

} // namespace

TypeId
DoubleDqnAgent::GetTypeId()
{
    static TypeId tid = MemberTypeId<DoubleDqnAgent>("ns3::sterna::DoubleDqnAgent");
    return tid;
}

void
DoubleDqnAgent::NotifyConstructionCompleted()
{
    DqnAgent::NotifyConstructionCompleted();
    SetAttribute("Double", BooleanValue(true));
}

TypeId
DuelingDqnAgent::GetTypeId()
{
    static TypeId tid = MemberTypeId<DuelingDqnAgent>("ns3::sterna::DuelingDqnAgent");
    return tid;
}

void
DuelingDqnAgent::NotifyConstructionCompleted()
{
    DqnAgent::NotifyConstructionCompleted();
    SetAttribute("Double", BooleanValue(true));
    SetAttribute("Dueling", BooleanValue(true));
}

TypeId
PsddqnAgent::GetTypeId()
{
    static TypeId tid = MemberTypeId<PsddqnAgent>("ns3::sterna::PsddqnAgent");
    return tid;
}

void
PsddqnAgent::NotifyConstructionCompleted()
{
    DqnAgent::NotifyConstructionCompleted();
    SetAttribute("Double", BooleanValue(true));
    SetAttribute("Prioritized", BooleanValue(true));
}

} // namespace sterna
} // namespace ns3
