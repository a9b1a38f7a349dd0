/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_DYNAMICS_TESTS_H
#define STERNA_DYNAMICS_TESTS_H

#include "ns3/callback.h"
#include "ns3/object.h"
#include "ns3/test.h"

#include <cstdint>
#include <functional>
#include <vector>

/// Notes the slots of which a trace source `Update` tells.
inline void
ListenToUpdates(ns3::Ptr<ns3::Object> source, std::vector<uint64_t>& updates)
{
    const std::function<void(uint64_t)> note = [&updates](uint64_t slot) {
        updates.push_back(slot);
    };
    source->TraceConnectWithoutContext("Update", ns3::Callback<void, uint64_t>(note));
}

/// Cases of the suite sterna-dynamics on traffic.
std::vector<ns3::TestCase*> MakeDynamicsTrafficTests();
/// Its case on the loss of links that are hit.
ns3::TestCase* MakeShockLossTest();

#endif /* STERNA_DYNAMICS_TESTS_H */
