/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ORBIT_TESTS_H
#define STERNA_ORBIT_TESTS_H

#include "sterna-geometry-tests.h"

namespace ns3
{
namespace sterna
{
namespace tests
{

/// The cases of the suite's other file.
std::vector<TestCase*> MakeTleTests();

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_ORBIT_TESTS_H */
