/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_SCHEDULER_H
#define STERNA_ASSOCIATION_SCHEDULER_H

#include "sterna-slot-scheduler.h"

#include "ns3/sterna-association-problem.h"
#include "ns3/sterna-bundle-storage.h"
#include "ns3/sterna-channel.h"
#include "ns3/sterna-destination-queue.h"
#include "ns3/sterna-net-device.h"
#include "ns3/sterna-terminal.h"

#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What a slice of satellite association came to.
struct AssociationSliceReport
{
    uint64_t slice;                //!< from 0
    AssociationDecision grants;    //!< in effect
    std::vector<double> volumes;   //!< what each delivered (bit)
    std::vector<double> utilities; //!< and its worth (units of data)
    double utility;                //!< their sum
    Eigen::ArrayXd capacity;       //!< left at each station (bit); [0] is station 1
    uint32_t contacts;             //!< pairs that saw each other
    uint32_t choosers;             //!< satellites that saw a station
    bool refused;                  //!< the decision was not valid, Greedy's took its place
};

/**
 * \ingroup sterna
 * The ground control centre of the PSDDQN paper: in every slice it associates satellites with base
 * stations and gives them channels.
 *
 * Satellites and gateways are those on the channels of SetNetwork(), each with a device on every
 * channel. Every satellite begins with a stock of data, sent as bundles; every gateway has a
 * BundleStorage, which is the only thing that decides what counts as offloaded. Contacts of the
 * whole episode are foreseen from the satellites' courses. A grant runs while its contact lasts, at
 * the rate that the SINR in the middle of the contact allows when all grants of the slice are known;
 * bundles are lost where the SINR is below the channel's threshold.
 *
 * The controller knows the channels as h + e, with e circular complex Gaussian of variance
 * CsiErrorVariance |h|^2; the air uses h. A decision that is not valid is refused, traced, and
 * replaced by Greedy's.
 */
class AssociationScheduler : public SlotScheduler
{
  public:
    static TypeId GetTypeId();
    AssociationScheduler();
    ~AssociationScheduler() override;

    /// The channels of the satellite band; they do not disturb each other.
    void SetNetwork(const std::vector<Ptr<SternaChannel>>& channels);
    void SetDecider(Ptr<AssociationDecider> decider);
    Ptr<AssociationDecider> GetDecider() const;

    /// The problem of the network as it is; made at the start, or now if asked for earlier.
    const AssociationProblem& GetProblem();
    /// The contacts of all slices, made with the problem.
    std::shared_ptr<const AssociationPlan> GetPlan();
    const AssociationState& GetState() const;

    /// \return the number of streams used (channel estimates and decider)
    int64_t AssignStreams(int64_t stream) /* override from ns-3.42 on */;

    typedef void (*DecisionCallback)(uint64_t slice, const AssociationDecision& decision);
    typedef void (*RefusedCallback)(uint64_t slice, const std::string& why);
    typedef void (*SliceCallback)(const AssociationSliceReport& report);

  protected:
    void DoDispose() override;
    void Prepare() override;
    void Decide() override;
    void Grant(Time duration) override;
    double Account() override;
    bool GoesOn() const override;

  private:
    void CollectTerminals();
    void PrepareStorage();
    void BuildProblem();
    AssociationDecision Checked(AssociationDecision decision);
    /// Lets a satellite send; its contact begins now.
    void Launch(AssociationGrant grant, double rate, Time duration);
    /// Bits that a station keeps from one of its channels, so far.
    uint64_t StoredBits(const AssociationGrant& grant) const;

    std::vector<Ptr<SternaChannel>> m_channels;
    Ptr<AssociationDecider> m_decider;
    Ptr<AssociationDecider> m_fallback;
    Ptr<UniformRandomVariable> m_estimates; //!< keys the errors of channel estimates
    uint32_t m_slices;
    double m_minElevationDeg;
    double m_csiErrorVariance;
    uint64_t m_capacity;
    uint64_t m_reserve;
    uint64_t m_stock;
    uint64_t m_unit;
    double m_dataWeight;
    double m_costWeight;
    double m_storageCost;
    AssociationSystem::Turns m_turns;
    uint32_t m_bundleSize;

    std::vector<Ptr<Terminal>> m_satellites;
    std::vector<Ptr<Terminal>> m_gateways;
    std::vector<Ptr<BundleStorage>> m_storage;   //!< of the gateways
    std::vector<Ptr<DestinationQueue>> m_stocks; //!< of the satellites, made when first sent from
    std::unique_ptr<AssociationProblem> m_problem;
    std::shared_ptr<AssociationPlan> m_plan;
    AssociationState m_state;

    AssociationDecision m_decision;       //!< decided, not yet granted
    AssociationDecision m_granted;        //!< in effect in this slice
    std::vector<double> m_volumes;        //!< what it delivers at flow level
    std::vector<uint64_t> m_storedBefore; //!< of each grant, at the start of the slice
    std::vector<EventId> m_launches;
    bool m_learns{false}; //!< a decision took effect in this slice
    bool m_refused{false};

    TracedCallback<uint64_t, const AssociationDecision&> m_decisionTrace;
    TracedCallback<uint64_t, const std::string&> m_refusedTrace;
    TracedCallback<const AssociationSliceReport&> m_sliceTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_SCHEDULER_H */
