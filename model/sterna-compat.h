/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_COMPAT_H
#define STERNA_COMPAT_H

/**
 * \file
 * \ingroup sterna
 * Every difference between the supported ns-3 releases (3.37 to 3.48) that the sources meet.
 *
 * Each difference is recognised by a feature, because a version is not always at hand.
 */

#include "ns3/enum.h"

namespace ns3
{
namespace sterna
{
namespace compat
{

template <typename T, typename M>
auto
EnumAccessor(M member, int) -> decltype(MakeEnumAccessor<T>(member))
{
    return MakeEnumAccessor<T>(member);
}

template <typename T, typename M>
auto
EnumAccessor(M member, long) -> decltype(MakeEnumAccessor(member))
{
    return MakeEnumAccessor(member);
}

} // namespace compat

/// An accessor for a member of enum type T: MakeEnumAccessor names the type from ns-3.41 on.
template <typename T, typename M>
auto
EnumAccessor(M member)
{
    return compat::EnumAccessor<T>(member, 0);
}

} // namespace sterna
} // namespace ns3

#endif /* STERNA_COMPAT_H */
