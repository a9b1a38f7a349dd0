/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_FLIGHT_TESTS_H
#define STERNA_FLIGHT_TESTS_H

#include "ns3/test.h"

#include <vector>

namespace ns3
{
namespace sterna
{
namespace tests
{

/// The cases of the suite sterna-flight on files of recorded flights.
std::vector<TestCase*> MakeFlightTrackFileTests();

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_FLIGHT_TESTS_H */
