/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_MIGRATION_SCHEDULER_H
#define STERNA_MIGRATION_SCHEDULER_H

#include "sterna-migration-foresight.h"
#include "sterna-slot-scheduler.h"

#include "ns3/sterna-core-network.h"
#include "ns3/sterna-poisson-flow.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What a slot of service migration came to.
struct MigrationSlotReport
{
    uint64_t slot;                             //!< from 0
    MigrationDecision decision;                //!< what was in effect
    std::vector<MigrationChange> changes;      //!< that the projection made
    std::vector<uint32_t> migrated;            //!< users whose service moved
    std::vector<bool> active;                  //!< users with demand
    Eigen::ArrayXd probabilities;              //!< Pr(W <= t) of each user by (18)
    Eigen::ArrayXd timely;                     //!< the same; at packet level as counted
    Eigen::ArrayXd utilities;                  //!< beta^2 C^2 of each user
    std::vector<PoissonFlow::Account> packets; //!< of each user, in this slot; empty at flow level
    double reward;                             //!< (29)
    double requiredProbability;                //!< below which service is unsuccessful

    /// Whether a user with demand is not connected, or its grant meets the deadline with less than
    /// the required probability.
    bool IsUnsuccessful(uint32_t user) const;
};

/**
 * \ingroup sterna
 * The ground management centre of the GATE-HPPO paper: in every slot it says which satellite hosts
 * each user's service and how the satellites share bandwidth and compute.
 *
 * Satellites are the terminals of that role on the channel of SetNetwork(); users are added one by
 * one. The paper writes of uplink queues but gives the satellite's power and antenna: here results go
 * down to the users. Whatever the decider asks for is projected on (20b) to (20g) before it is granted. At packet
 * level every user has Poisson arrivals of packets with exponential sizes, which wait in one queue
 * wherever the service is; the satellite sends them at the rate b W log2(1 + SNR) of the slot's
 * middle. A service that moves is paused for MigrationPause. Packets that waited for longer than
 * PacketLifetime are dropped, so that what an overload leaves does not burden later slots. At flow
 * level (18) says what is in time.
 *
 * C2 = lambda delta d Pr(W <= t) counts packets, each with the mean size d, and so does the packet
 * level. Bits in time are fewer, since large packets take longer and are late more often.
 */
class MigrationScheduler : public SlotScheduler
{
  public:
    static TypeId GetTypeId();
    MigrationScheduler();
    ~MigrationScheduler() override;

    void SetNetwork(Ptr<SternaChannel> channel, Ptr<CoreNetwork> core);
    void AddUser(const MigrationSubscriber& user);
    void SetDecider(Ptr<MigrationDecider> decider);
    Ptr<MigrationDecider> GetDecider() const;

    /// The problem of the network as it is; made at the start, or now if asked for earlier.
    const MigrationProblem& GetProblem();
    /// The slots of the episode, made with the problem.
    std::shared_ptr<const MigrationPlan> GetPlan();
    const MigrationState& GetState() const;

    /// \return the number of streams used (arrivals and decider)
    int64_t AssignStreams(int64_t stream) /* override from ns-3.42 on */;

    typedef void (*DecisionCallback)(uint64_t slot, const MigrationDecision& decision);
    typedef void (*ProjectedCallback)(uint64_t slot, const std::vector<MigrationChange>& changes);
    typedef void (*SlotCallback)(const MigrationSlotReport& report);

  protected:
    void DoDispose() override;
    void Prepare() override;
    void Decide() override;
    void Grant(Time duration) override;
    double Account() override;
    bool GoesOn() const override;

  private:
    void BuildProblem();
    void CollectSatellites();
    void PrepareFlows();
    /// Each user's arrivals become those of the present slot.
    void SetArrivals();
    /// Lets a satellite send to a user.
    void Launch(uint32_t user, double rate, double share, Time duration);
    /// What each flow came to since the slot began.
    std::vector<PoissonFlow::Account> SlotAccounts() const;
    /// What was in time (bit), by (18).
    Eigen::ArrayXd ExpectedBits() const;
    /// The same as counted: packets times their mean size.
    Eigen::ArrayXd CountedBits(const std::vector<PoissonFlow::Account>& packets) const;

    Ptr<SternaChannel> m_channel;
    Ptr<CoreNetwork> m_core;
    Ptr<MigrationDecider> m_decider;
    std::vector<MigrationSubscriber> m_users;
    uint32_t m_slots;
    double m_minElevationDeg;
    uint32_t m_beams;
    double m_maxBandwidth;
    double m_maxCompute;
    double m_requiredProbability;
    double m_penalty;
    Time m_pause;
    Time m_lifetime;

    std::vector<Ptr<Terminal>> m_satellites;
    std::vector<Ptr<PoissonFlow>> m_flows;
    std::unique_ptr<MigrationProblem> m_problem;
    std::shared_ptr<MigrationPlan> m_plan;
    MigrationState m_state;

    MigrationDecision m_decision; //!< decided, not yet granted
    MigrationDecision m_granted;  //!< in effect in this slot
    std::vector<MigrationChange> m_changes;
    Eigen::ArrayXd m_served_s;                  //!< for how long in this slot, of each user
    std::vector<PoissonFlow::Account> m_before; //!< at the slot's start
    std::vector<EventId> m_launches;
    bool m_learns{false}; //!< a decision took effect in this slot

    TracedCallback<uint64_t, const MigrationDecision&> m_decisionTrace;
    TracedCallback<uint64_t, const std::vector<MigrationChange>&> m_projectedTrace;
    TracedCallback<const MigrationSlotReport&> m_slotTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_MIGRATION_SCHEDULER_H */
