/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-examples
 *
 * A first Sterna script: a satellite, two terrestrial-satellite terminals (TST), a base station and
 * sixteen users; a trained policy decides, slot by slot, who is served by whom.
 */

#include "ns3/core-module.h"
#include "ns3/node-container.h"
#include "ns3/sterna-circular-orbit-mobility-model.h"
#include "ns3/sterna-ground-position.h"
#include "ns3/sterna-helper.h"
#include "ns3/sterna-scheduler-helper.h"

#include <iostream>

using namespace ns3;
using namespace ns3::sterna;

void
PrintCycle(const LinkGroupCycle& cycle)
{
    std::cout << Simulator::Now().As(Time::S) << ": " << cycle.served << " devices served, "
              << cycle.deliveredMbit << " Mbit delivered in " << cycle.packetsSent << " packets\n";
}

int
main(int argc, char* argv[])
{
    std::string policy = STERNA_SOURCE_DIR "/examples/policies/link-group-learn.safetensors";
    CommandLine cmd(__FILE__);
    cmd.AddValue("policy", "trained policy, a safetensors file", policy);
    cmd.Parse(argc, argv);

    NodeContainer leo(1);
    NodeContainer tst(2);
    NodeContainer bs(1);
    NodeContainer ue(16);

    // Positions are Earth-fixed: the base station in the middle, the others around it.
    const auto place = [](Ptr<Node> node, double latitudeDeg, double longitudeDeg) {
        node->AggregateObject(GroundPosition(Geodetic::FromDegrees(latitudeDeg, longitudeDeg, 0)));
    };
    place(bs.Get(0), 45.0, 10.0);
    place(tst.Get(0), 45.0, 10.028);
    place(tst.Get(1), 45.0, 9.972);
    for (uint32_t i = 0; i < ue.GetN(); ++i)
    {
        place(ue.Get(i), 44.99 + 0.005 * (i % 4), 9.975 + 0.016 * (i / 4));
    }

    // A polar orbit that passes near them.
    CircularOrbitElements orbit;
    orbit.altitude = 780e3;
    orbit.raan = DegToRad(5);
    orbit.argumentOfLatitude = DegToRad(44.9);

    SternaHelper sterna; // Ka and C band with the values of the paper's Table I
    sterna.InstallSatellites(leo, {CircularOrbit(orbit)});
    sterna.InstallTerminals(tst, bs, ue);

    SternaSchedulerHelper scheduler("ns3::sterna::LinkGroupScheduler");
    scheduler.SetDecider("ns3::sterna::FrozenPolicy", "Policy", StringValue(policy));
    const auto schedulers = scheduler.Install(sterna);
    schedulers.Get(0)->TraceConnectWithoutContext("CycleEnd", MakeCallback(&PrintCycle));

    Simulator::Stop(Seconds(5.05));
    Simulator::Run();
    Simulator::Destroy();
    return 0;
}
