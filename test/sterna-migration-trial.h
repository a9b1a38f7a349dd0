/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_TRIAL_H
#define STERNA_MIGRATION_TRIAL_H

#include "sterna-expectations.h"

#include "ns3/simulator.h"
#include "ns3/sterna-destination-queue.h"
#include "ns3/sterna-migration-scenario.h"
#include "ns3/sterna-net-device.h"
#include "ns3/sterna-run-scope.h"
#include "ns3/string.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * Runs the scheduler of service migration under a decider made of a function, and keeps what it and
 * the devices leave behind. And: what the suite's files share.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

/// Decides by a function, and keeps what it is told afterwards.
class MigrationAnswers : public MigrationDecider
{
  public:
    using Function =
        std::function<MigrationDecision(const MigrationProblem&, const MigrationState&)>;

    explicit MigrationAnswers(Function function)
        : m_function(std::move(function))
    {
    }

    MigrationDecision Decide(const MigrationProblem& problem, const MigrationState& state) override
    {
        return m_function(problem, state);
    }

    void Learn(const MigrationProblem&, double reward, const MigrationState&, bool last) override
    {
        rewards.push_back(reward);
        lasts.push_back(last);
    }

    std::vector<double> rewards; //!< that it was told
    std::vector<bool> lasts;     //!< whether that was the end

  private:
    Function m_function;
};

/// What is seen at a receiver.
struct MigrationDelivery
{
    double time_s;
    uint32_t user;
    bool decoded;
};

/// What a satellite sends: a packet from its first to its last bit.
struct MigrationFrame
{
    uint32_t satellite;
    uint32_t user;
    double begin_s;
    double end_s;
    double bits; //!< without header
};

/// What a run leaves behind.
struct MigrationOutcomeOfTrial
{
    std::vector<MigrationSlotReport> slots;
    std::vector<std::pair<uint64_t, MigrationDecision>> decisions; //!< as traced
    std::map<uint64_t, std::vector<MigrationChange>> changes;      //!< as traced, by slot
    std::vector<double> wallTimes_s;                               //!< of each slot's decision
    std::vector<MigrationDelivery> deliveries;                     //!< at packet level
    std::vector<MigrationFrame> frames;                            //!< where they are watched
    std::vector<uint64_t> waiting;                                 //!< packets of each user
    MigrationPlan plan;
    double end_s{0};

    /// Packets of a user, or of all, over all slots.
    template <typename Member>
    double Packets(Member member, int user = -1) const
    {
        double sum = 0;
        for (const auto& slot : slots)
        {
            for (std::size_t u = 0; u < slot.packets.size(); ++u)
            {
                sum += user < 0 || int(u) == user ? double((slot.packets[u].*member).packets) : 0;
            }
        }
        return sum;
    }
};

/// A scenario and how it is run.
class MigrationTrial
{
  public:
    MigrationSetting setting;
    SlotScheduler::Fidelity fidelity{SlotScheduler::PACKET};
    std::map<std::string, std::string> attributes;   //!< of the scheduler
    bool watches{false};                             //!< what satellites send
    std::function<void(MigrationScenario&)> prepare; //!< before the scheduler comes

    /// Six slots of 10 s over the default network, where nobody enters or leaves anybody's sight.
    MigrationTrial()
    {
        setting.slots = 6;
        setting.slot = Seconds(10);
        setting.epoch_s = 0;
    }

    MigrationOutcomeOfTrial Run(Ptr<MigrationDecider> decider)
    {
        m_outcome = {};
        const RunScope scope;
        MigrationScenario scenario(setting, 500);
        if (prepare)
        {
            prepare(scenario);
        }
        const auto scheduler = scenario.Install(decider, fidelity);
        for (const auto& [name, value] : attributes)
        {
            scheduler->SetAttribute(name, StringValue(value));
        }
        m_outcome.plan = *scheduler->GetPlan();
        Connect(scenario, scheduler);
        Simulator::Run();
        m_outcome.end_s = Simulator::Now().GetSeconds();
        for (const auto& user : scenario.Users())
        {
            const auto queue = scenario.Network().GetCoreNetwork()->GetQueue(user.node->GetId());
            m_outcome.waiting.push_back(queue->GetPackets());
        }
        return m_outcome;
    }

    MigrationOutcomeOfTrial Run(MigrationAnswers::Function function)
    {
        return Run(CreateObject<MigrationAnswers>(std::move(function)));
    }

  private:
    template <typename... Args, typename Function>
    static Callback<void, Args...> Sink(Function function)
    {
        return Callback<void, Args...>(std::function<void(Args...)>(function));
    }

    void Connect(MigrationScenario& scenario, const Ptr<MigrationScheduler>& scheduler)
    {
        auto& o = m_outcome;
        scheduler->TraceConnectWithoutContext(
            "Slot",
            Sink<const MigrationSlotReport&>([&o](const auto& r) { o.slots.push_back(r); }));
        scheduler->TraceConnectWithoutContext(
            "Decision",
            Sink<uint64_t, const MigrationDecision&>(
                [&o](uint64_t slot, const auto& d) { o.decisions.emplace_back(slot, d); }));
        scheduler->TraceConnectWithoutContext(
            "Projected",
            Sink<uint64_t, const std::vector<MigrationChange>&>(
                [&o](uint64_t slot, const auto& changes) { o.changes[slot] = changes; }));
        scheduler->TraceConnectWithoutContext(
            "SlotEnd",
            Sink<uint64_t, double, Time>(
                [&o](uint64_t, double, Time wall) { o.wallTimes_s.push_back(wall.GetSeconds()); }));
        std::map<Mac48Address, uint32_t> users;
        for (uint32_t u = 0; u < scenario.Users().size(); ++u)
        {
            const auto device = DeviceOf(scenario.Users()[u].node);
            users[Mac48Address::ConvertFrom(device->GetAddress())] = u;
            device->TraceConnectWithoutContext(
                "Reception",
                Sink<Ptr<const Packet>, Time, bool>([&o, u](auto, Time, bool decoded) {
                    o.deliveries.push_back({Simulator::Now().GetSeconds(), u, decoded});
                }));
        }
        for (uint32_t s = 0; watches && s < scenario.Satellites().GetN(); ++s)
        {
            Watch(s, DeviceOf(scenario.Satellites().Get(s)), users);
        }
    }

    void Watch(uint32_t satellite,
               const Ptr<SternaNetDevice>& device,
               const std::map<Mac48Address, uint32_t>& users)
    {
        auto& frames = m_outcome.frames;
        const auto receiver = [users](const Ptr<const Packet>& frame) {
            uint8_t to[6];
            frame->CopyData(to, 6); // an Ethernet frame begins with its destination
            Mac48Address address;
            address.CopyFrom(to);
            return users.at(address);
        };
        const auto running = std::make_shared<std::map<uint32_t, std::size_t>>();
        device->TraceConnectWithoutContext(
            "PhyTxBegin",
            Sink<Ptr<const Packet>>([=, &frames](auto frame) {
                (*running)[receiver(frame)] = frames.size();
                const double now = Simulator::Now().GetSeconds();
                const double bits = 8.0 * (double(frame->GetSize()) - 14);
                frames.push_back({satellite, receiver(frame), now, now, bits});
            }));
        device->TraceConnectWithoutContext("PhyTxEnd",
                                           Sink<Ptr<const Packet>>([=, &frames](auto frame) {
                                               frames[running->at(receiver(frame))].end_s =
                                                   Simulator::Now().GetSeconds();
                                           }));
    }

    static Ptr<SternaNetDevice> DeviceOf(const Ptr<Node>& node)
    {
        return node->GetObject<Terminal>()->GetDevice(Band::KA);
    }

    MigrationOutcomeOfTrial m_outcome;
};

/// Satellites in sight of a user, the highest first.
inline std::vector<int>
InSight(const MigrationSlot& slot, uint32_t user)
{
    std::vector<int> satellites;
    for (int s = 0; s < int(slot.elevation.rows()); ++s)
    {
        if (slot.elevation(s, user) >= DegToRad(15))
        {
            satellites.push_back(s);
        }
    }
    std::sort(satellites.begin(), satellites.end(), [&](int a, int b) {
        return slot.elevation(a, user) > slot.elevation(b, user);
    });
    return satellites;
}

/// The highest satellite serves each user, and gives all whom it serves the same.
inline MigrationDecision
HighestForAll(const MigrationProblem& problem, const MigrationState& state)
{
    MigrationDecision decision = problem.Nobody();
    std::vector<double> users(problem.System().satellites, 0);
    for (uint32_t u = 0; u < problem.Users(); ++u)
    {
        const auto satellites = InSight(state.Slot(), u);
        if (state.Slot().arrivals(u) > 0 && !satellites.empty() && users[satellites[0]] < 10)
        {
            decision.satellite(u) = satellites[0];
            ++users[satellites[0]];
        }
    }
    for (uint32_t u = 0; u < problem.Users(); ++u)
    {
        if (decision.satellite(u) >= 0)
        {
            decision.bandwidth(u) = 1 / users[decision.satellite(u)];
            decision.compute(u) = 1;
        }
    }
    return decision;
}

/// Cases of the suite sterna-migration-scheduler on what is foreseen.
std::vector<TestCase*> MakeMigrationForesightTests();
/// Cases of the suite sterna-migration-scheduler on what is granted, however wild the decider.
std::vector<TestCase*> MakeMigrationGrantTests();
/// Cases of the suite sterna-migration-scheduler on what becomes of packets.
std::vector<TestCase*> MakeMigrationPacketTests();
/// Cases of the suite sterna-migration-scheduler on the scenario.
std::vector<TestCase*> MakeMigrationScenarioTests();
/// The numbers of the lines of one kind in test/reference/service-migration.txt; words are skipped.
std::vector<std::vector<double>> ReadMigrationReference(const std::string& kind);

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_TRIAL_H */
