/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_SCHEDULER_H
#define STERNA_LINK_GROUP_SCHEDULER_H

#include "sterna-link-group-traffic.h"
#include "sterna-slot-scheduler.h"

#include "ns3/sterna-channel.h"
#include "ns3/sterna-core-network.h"
#include "ns3/sterna-delivery-ledger.h"
#include "ns3/sterna-link-group-rules.h"
#include "ns3/sterna-net-device.h"
#include "ns3/sterna-terminal.h"

#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What a scheduling cycle came to.
struct LinkGroupCycle
{
    uint64_t cycle;       //!< number of the cycle, from 0
    double objective;     //!< (14a)
    double idleObjective; //!< (14a) if nothing had been delivered
    uint32_t served;      //!< devices that got their D'_k
    double deliveredMbit; //!< sum of b_k
    uint64_t packetsSent; //!< packets that were put on the air; 0 at flow level
    uint64_t packetsLost; //!< of these, lost below the SINR threshold
    uint32_t refused;     //!< decisions that were not valid and replaced by Greedy's
};

/// What a slot came to.
struct LinkGroupSlot
{
    uint64_t slot;        //!< number of the slot, from 0
    LinkGroup group;      //!< the group that was granted; no entries if there was none
    double deliveredMbit; //!< by all of its links
    double reward;        //!< (23)
    double objective;     //!< (14a) after the slot
    uint32_t served;      //!< devices that have got their D'_k in this cycle
    double idleObjective; //!< (14a) if nothing had been delivered in this cycle
    uint32_t present;     //!< devices with a demand in this cycle
};

/**
 * \ingroup sterna
 * The central controller of Yuan et al., IEEE TWC 2022: in each slot it picks one link group.
 *
 * Transmitters are the satellites in Ka band and the BSs and TSTs in C band; ground devices are
 * TSTs, BSs and UEs. Each cycle of T slots begins with new demands. Packets wait in one queue per
 * destination at the core side, from which a granted transmitter pulls. A link is granted at the
 * rate that its SINR allowed when it was decided; if the SINR has meanwhile fallen by more than
 * 0.1 dB (a decision that came late), its packets are lost. Lost bits stay in demand.
 *
 * A decision that is not a valid group is refused, traced, counted, and replaced by Greedy's.
 */
class LinkGroupScheduler : public SlotScheduler
{
  public:
    static TypeId GetTypeId();
    LinkGroupScheduler();
    ~LinkGroupScheduler() override;

    /// The channels whose terminals are scheduled, and where packets wait for them.
    void SetNetwork(Ptr<SternaChannel> ka, Ptr<SternaChannel> c, Ptr<CoreNetwork> core);
    void SetDecider(Ptr<LinkGroupDecider> decider);
    Ptr<LinkGroupDecider> GetDecider() const;

    /// The problem of the network as it is; made at the start, or now if asked for earlier.
    const LinkGroupProblem& GetProblem();
    /// The state of the running cycle.
    const LinkGroupProblem::State& GetState() const;

    /// \return the number of streams used (traffic and decider)
    int64_t AssignStreams(int64_t stream) /* override from ns-3.42 on */;

    typedef void (*DecisionCallback)(uint64_t slot, const LinkGroup& group);
    typedef void (*RefusedCallback)(uint64_t slot, const std::string& why);
    typedef void (*GroupSlotCallback)(const LinkGroupSlot& slot);
    typedef void (*CycleEndCallback)(const LinkGroupCycle& cycle);

  protected:
    void DoDispose() override;
    void Prepare() override;
    void Decide() override;
    void Grant(Time duration) override;
    double Account() override;
    bool GoesOn() const override;

  private:
    struct Link;
    class Forecast;

    void CollectTerminals();
    void BuildProblem();
    void BeginCycle();
    void EndCycle();
    LinkGroup Checked(LinkGroup group);
    double Gain(uint32_t transmitter, uint32_t device, uint32_t slotsAhead);
    /// The same link with its large-scale gain, airtime and fading of this cycle.
    Link& UpToDate(uint32_t transmitter, uint32_t device);
    int64_t FadingSlot() const;
    Link& LinkOf(uint32_t transmitter, uint32_t device);
    Ptr<SternaNetDevice> Receiver(uint32_t transmitter, uint32_t device) const;

    Ptr<SternaChannel> m_ka;
    Ptr<SternaChannel> m_c;
    Ptr<CoreNetwork> m_core;
    Ptr<LinkGroupDecider> m_decider;
    Ptr<LinkGroupDecider> m_fallback;
    Ptr<LinkGroupTraffic> m_traffic;
    Ptr<DeliveryLedger> m_ledger;
    uint32_t m_slotsPerCycle;
    uint64_t m_cycles;
    double m_servedEmphasis;
    bool m_literalObjective;

    std::vector<Ptr<SternaNetDevice>> m_transmitters;
    std::vector<Ptr<Terminal>> m_devices;
    std::vector<uint32_t> m_nodeIds;             //!< of the devices
    std::vector<Ptr<DestinationQueue>> m_queues; //!< of the devices
    std::vector<Link> m_links;                   //!< [transmitter * K + device]
    std::unique_ptr<LinkGroupProblem> m_problem;
    LinkGroupProblem::State m_state;

    LinkGroup m_decision;               //!< decided, not yet granted
    std::vector<double> m_decidedSinr;  //!< at which its rates were chosen
    LinkGroup m_granted;                //!< in effect in this slot
    std::vector<double> m_flowMbit;     //!< what it delivers at flow level
    std::vector<uint64_t> m_ledgerBits; //!< of the granted devices, at the start of the slot
    bool m_decided{false};              //!< whether the decider waits to learn of a decision

    double m_objective{0}; //!< (14a), kept up to date by rewards
    uint64_t m_cycle{0};
    uint32_t m_refused{0};
    uint64_t m_receivedBefore{0}; //!< packets, at the start of the cycle
    uint64_t m_lostBefore{0};

    TracedCallback<uint64_t, const LinkGroup&> m_decisionTrace;
    TracedCallback<uint64_t, const std::string&> m_refusedTrace;
    TracedCallback<const LinkGroupSlot&> m_groupSlotTrace;
    TracedCallback<const LinkGroupCycle&> m_cycleEndTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_SCHEDULER_H */
