/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ASSOCIATION_TRIAL_H
#define STERNA_ASSOCIATION_TRIAL_H

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/simulator.h"
#include "ns3/sterna-association-scenario.h"
#include "ns3/sterna-delivery-ledger.h"
#include "ns3/sterna-run-scope.h"
#include "ns3/uinteger.h"

#include <functional>
#include <string>
#include <vector>

/**
 * \file
 * \ingroup sterna
 * Runs the scheduler of satellite association and keeps what it and the devices leave behind.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

/// What a run leaves behind.
struct AssociationOutcomeOfTrial
{
    std::vector<AssociationSliceReport> slices;
    std::vector<std::string> refusals; //!< of decisions
    AssociationPlan plan;              //!< as it was foreseen
    AssociationState end;
    Eigen::ArrayXd initialCapacity;
    double offloaded{0};        //!< bit, from the reports
    uint64_t ledgerBits{0};     //!< that arrived at stations
    uint64_t storedBits{0};     //!< that their storages keep
    uint64_t refusedBits{0};    //!< that their storages traced as refused
    uint64_t refusedBundles{0}; //!< that their storages counted
    uint64_t lostBundles{0};
    std::vector<uint64_t> freeBits; //!< of each storage
};

/// Satellites over Europe for a few slices.
class AssociationTrial
{
  public:
    AssociationSetting setting;
    SlotScheduler::Fidelity fidelity{SlotScheduler::PACKET};
    Time decisionDelay{Seconds(0)};
    uint32_t bundle{64000};           //!< bytes
    uint64_t capacity{1600000000000}; //!< bit
    uint64_t stock{96000000000};      //!< bit
    double csiErrorVariance{0};
    std::function<void(const AssociationScenario&)> prepare; //!< before the scheduler comes

    AssociationTrial()
    {
        setting.slices = 6;
        setting.epoch_s = 0;
    }

    AssociationOutcomeOfTrial Run(Ptr<AssociationDecider> decider)
    {
        m_outcome = {};
        const Scope scope;
        SetDefaults();
        AssociationScenario scenario(setting, 500);
        if (prepare)
        {
            prepare(scenario);
        }
        const auto scheduler = scenario.Install(decider, fidelity);
        m_outcome.plan = *scheduler->GetPlan();
        const auto& system = scheduler->GetProblem().System();
        m_outcome.initialCapacity =
            Eigen::Map<const Eigen::ArrayXd>(system.capacity.data(), system.capacity.size());
        const auto ledger = Connect(scenario, scheduler);
        Simulator::Run();
        m_outcome.end = scheduler->GetState();
        Collect(scenario, ledger);
        return m_outcome;
    }

  private:
    /// Leaves nothing behind, whatever happens.
    struct Scope
    {
        RunScope run;

        ~Scope()
        {
            Config::Reset(); // takes the run number, too
        }
    };

    void SetDefaults() const
    {
        const std::string scheduler = "ns3::sterna::AssociationScheduler::";
        Config::SetDefault("ns3::sterna::SlotScheduler::DecisionDelay", TimeValue(decisionDelay));
        Config::SetDefault(scheduler + "BundleSize", UintegerValue(bundle));
        Config::SetDefault(scheduler + "Capacity", UintegerValue(capacity));
        Config::SetDefault(scheduler + "Stock", UintegerValue(stock));
        Config::SetDefault(scheduler + "CsiErrorVariance", DoubleValue(csiErrorVariance));
    }

    Ptr<DeliveryLedger> Connect(AssociationScenario& scenario, Ptr<AssociationScheduler> scheduler)
    {
        const auto ledger = CreateObject<DeliveryLedger>();
        for (uint32_t j = 0; j < scenario.Gateways().GetN(); ++j)
        {
            const auto node = scenario.Gateways().Get(j);
            ledger->AttachNode(node);
            const std::function<void(Ptr<const Packet>)> refused =
                [this](Ptr<const Packet> bundle) {
                    m_outcome.refusedBits += 8 * bundle->GetSize();
                };
            node->GetObject<BundleStorage>()->TraceConnectWithoutContext(
                "Refused",
                Callback<void, Ptr<const Packet>>(refused));
        }
        const std::function<void(const AssociationSliceReport&)> slice =
            [this](const AssociationSliceReport& report) { m_outcome.slices.push_back(report); };
        const std::function<void(uint64_t, const std::string&)> refusal =
            [this](uint64_t, const std::string& why) { m_outcome.refusals.push_back(why); };
        scheduler->TraceConnectWithoutContext("Slice",
                                              Callback<void, const AssociationSliceReport&>(slice));
        scheduler->TraceConnectWithoutContext(
            "Refused",
            Callback<void, uint64_t, const std::string&>(refusal));
        return ledger;
    }

    void Collect(AssociationScenario& scenario, const Ptr<DeliveryLedger>& ledger)
    {
        for (const auto& slice : m_outcome.slices)
        {
            for (const double volume : slice.volumes)
            {
                m_outcome.offloaded += volume;
            }
        }
        for (uint32_t j = 0; j < scenario.Gateways().GetN(); ++j)
        {
            const auto node = scenario.Gateways().Get(j);
            const auto storage = node->GetObject<BundleStorage>();
            m_outcome.ledgerBits += ledger->GetBits(node->GetId());
            m_outcome.lostBundles += ledger->GetLostPackets(node->GetId());
            m_outcome.storedBits += storage->GetStoredBits();
            m_outcome.refusedBundles += storage->GetRefusedBundles();
            m_outcome.freeBits.push_back(storage->GetFreeBits());
        }
    }

    AssociationOutcomeOfTrial m_outcome;
};

} // namespace tests
} // namespace sterna
} // namespace ns3

#endif /* STERNA_ASSOCIATION_TRIAL_H */
