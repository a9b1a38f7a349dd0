/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-tests.h"
#include "sterna-association-trial.h"

#include "ns3/boolean.h"
#include "ns3/pointer.h"
#include "ns3/sterna-association-agent-decider.h"
#include "ns3/sterna-association-rules.h"
#include "ns3/string.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

using Outcome = AssociationOutcomeOfTrial;

/// Decides by a function.
class Answers : public AssociationDecider
{
  public:
    using Function =
        std::function<AssociationDecision(const AssociationProblem&, const AssociationState&)>;

    explicit Answers(Function function)
        : m_function(std::move(function))
    {
    }

    AssociationDecision Decide(const AssociationProblem& problem,
                               const AssociationState& state) override
    {
        return m_function(problem, state);
    }

  private:
    Function m_function;
};

/// What the books must say after any run, to the bit.
class BalancedTestCase : public AssociationTestCase
{
  public:
    using AssociationTestCase::AssociationTestCase;

  protected:
    void ExpectBalance(const AssociationTrial& trial, const Outcome& outcome)
    {
        const auto& end = outcome.end;
        const double capacity = (outcome.initialCapacity - end.capacity).sum();
        const double stock = (double(trial.stock) - end.stock).sum();
        ExpectTrue(outcome.offloaded == capacity, "offloaded is capacity used, to the bit");
        ExpectTrue(outcome.offloaded == stock, "offloaded is what satellites lost, to the bit");
        ExpectTrue((end.stock >= 0).all(), "no stock below zero");
        ExpectTrue((end.capacity >= 8e9).all(), "no reserve is touched");
        for (const auto& slice : outcome.slices)
        {
            ExpectTrue(!HasConflict(slice.grants), "two satellites on one channel");
        }
        if (trial.fidelity == SlotScheduler::PACKET)
        {
            ExpectTrue(double(outcome.storedBits) == outcome.offloaded, "storages hold it");
            ExpectTrue(outcome.storedBits + outcome.refusedBits == outcome.ledgerBits,
                       "what arrived is kept or refused");
            for (std::size_t j = 0; j < outcome.freeBits.size(); ++j)
            {
                ExpectTrue(double(outcome.freeBits[j]) == end.capacity(j), "at each station");
            }
        }
    }
};

class FidelityTest : public BalancedTestCase
{
  public:
    FidelityTest()
        : BalancedTestCase("packet and flow level agree to one bundle per grant")
    {
    }

  private:
    void DoRun() override
    {
        AssociationTrial packet;
        packet.setting.slices = 30;
        AssociationTrial flow = packet;
        flow.fidelity = SlotScheduler::FLOW;
        const auto a = packet.Run(CreateObject<AssociationGreedy>());
        const auto b = flow.Run(CreateObject<AssociationGreedy>());
        ExpectBalance(packet, a);
        ExpectBalance(flow, b);
        NS_TEST_ASSERT_MSG_EQ(a.slices.size(), packet.setting.slices, "all slices");
        NS_TEST_ASSERT_MSG_EQ(b.slices.size(), packet.setting.slices, "all slices");
        std::size_t grants = 0;
        std::map<uint32_t, double> ahead; // by satellite, so far: what is late is sent later
        std::map<uint32_t, double> mayDiffer;
        for (std::size_t t = 0; t < a.slices.size(); ++t)
        {
            NS_TEST_ASSERT_MSG_EQ((a.slices[t].grants == b.slices[t].grants), true, "same grants");
            for (std::size_t g = 0; g < a.slices[t].grants.size(); ++g)
            {
                ++grants;
                const uint32_t satellite = a.slices[t].grants[g].satellite;
                mayDiffer[satellite] += 8.0 * packet.bundle;
                ahead[satellite] += a.slices[t].volumes[g] - b.slices[t].volumes[g];
                ExpectNear(ahead[satellite],
                           0,
                           mayDiffer[satellite],
                           "grant " + std::to_string(g) + " of slice " + std::to_string(t));
            }
        }
        ExpectTrue(grants > 100, "enough to compare");
        ExpectTrue(a.lostBundles == 0 && a.refusedBundles == 0, "nothing is lost or refused");
        ExpectTrue(a.offloaded > 1e11, "the links carried something");
    }
};

class FullStationTest : public BalancedTestCase
{
  public:
    FullStationTest()
        : BalancedTestCase("a station that fills up refuses bundles, which stay with the satellite")
    {
    }

  private:
    void DoRun() override
    {
        AssociationTrial trial;
        trial.capacity = 30000000007; // no multiple of anything
        const auto outcome = trial.Run(CreateObject<AssociationGreedy>());
        ExpectBalance(trial, outcome);
        ExpectTrue(outcome.refusedBundles > 100, "bundles were refused");
        ExpectTrue(outcome.refusedBits == 8 * outcome.refusedBundles * trial.bundle,
                   "and traced, each of them");
        ExpectTrue((outcome.end.capacity < 8e9 + 8 * trial.bundle).any(),
                   "no other bundle would have fitted");
        AssociationTrial flow = trial;
        flow.fidelity = SlotScheduler::FLOW;
        const auto closed = flow.Run(CreateObject<AssociationGreedy>());
        ExpectBalance(flow, closed);
        ExpectNear(outcome.offloaded,
                   closed.offloaded,
                   5 * 8.0 * trial.bundle,
                   "as in closed form");
    }
};

class SmallStockTest : public BalancedTestCase
{
  public:
    SmallStockTest()
        : BalancedTestCase("satellites that run out of data send no more than they had")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto fidelity : {SlotScheduler::PACKET, SlotScheduler::FLOW})
        {
            AssociationTrial trial;
            trial.fidelity = fidelity;
            trial.stock = 9999999995; // 3 bit more than whole bytes
            const auto outcome = trial.Run(CreateObject<AssociationGreedy>());
            ExpectBalance(trial, outcome);
            ExpectTrue((outcome.end.stock < 8).any(), "some are empty");
        }
    }
};

class OwnStorageTest : public BalancedTestCase
{
  public:
    OwnStorageTest()
        : BalancedTestCase("a gateway may have a storage of its own, partly full")
    {
    }

  private:
    static AssociationTrial MakeTrial(uint64_t reserve)
    {
        AssociationTrial trial;
        trial.prepare = [reserve](const AssociationScenario& scenario) {
            const auto storage = CreateObject<BundleStorage>();
            storage->SetAttribute("Capacity", UintegerValue(20000000000));
            storage->SetAttribute("Reserve", UintegerValue(reserve));
            const auto node = scenario.Gateways().Get(0);
            node->AggregateObject(storage);
            // whoever made it may have attached it already
            storage->Attach(node->GetObject<Terminal>()->GetDevice(Band::KA, 0));
        };
        return trial;
    }

    void DoRun() override
    {
        auto trial = MakeTrial(8000000000);
        const auto outcome = trial.Run(CreateObject<AssociationGreedy>());
        ExpectBalance(trial, outcome);
        ExpectTrue(outcome.initialCapacity(0) == 20e9, "its own");
        ExpectTrue(outcome.initialCapacity(1) == 1600e9, "the others'");
        ExpectTrue(outcome.refusedBundles > 100, "it fills up");
        ExpectRefused([] { MakeTrial(0).Run(CreateObject<AssociationGreedy>()); }, "reserve");
    }
};

class RefusedDecisionTest : public BalancedTestCase
{
  public:
    RefusedDecisionTest()
        : BalancedTestCase("decisions that cannot be are refused, and Greedy's take their place")
    {
    }

  private:
    void ExpectGreedy(const Answers::Function& bad, const std::string& why)
    {
        AssociationTrial trial;
        trial.fidelity = SlotScheduler::FLOW;
        const auto greedy = trial.Run(CreateObject<AssociationGreedy>());
        const auto outcome = trial.Run(CreateObject<Answers>(bad));
        ExpectBalance(trial, outcome);
        NS_TEST_ASSERT_MSG_EQ(outcome.refusals.size(), trial.setting.slices, "every slice: " + why);
        ExpectNames(outcome.refusals[0], why);
        for (std::size_t t = 0; t < outcome.slices.size(); ++t)
        {
            ExpectTrue(outcome.slices[t].refused, "reported");
            ExpectTrue(!greedy.slices[t].refused, "Greedy's own decisions are not refused");
            ExpectTrue(outcome.slices[t].grants == greedy.slices[t].grants, "Greedy's");
        }
    }

    void DoRun() override
    {
        ExpectGreedy(
            [](const auto& problem, const auto& state) {
                // all that see the station of the first contact, on one channel
                AssociationDecision decision;
                const auto& contacts = state.Slice().Contacts();
                std::vector<uint32_t> counts(problem.Stations() + 1, 0);
                for (const auto& contact : contacts)
                {
                    ++counts[contact.station];
                }
                const uint32_t station =
                    std::max_element(counts.begin(), counts.end()) - counts.begin();
                for (const auto& contact : contacts)
                {
                    if (contact.station == station)
                    {
                        decision.push_back({contact.satellite, station, 0});
                    }
                }
                return decision;
            },
            "Two satellites are on channel 0");
        ExpectGreedy(
            [](const auto& problem, const auto& state) {
                uint32_t satellite = 0;
                while (state.Slice().Find(satellite, 3))
                {
                    ++satellite;
                }
                return AssociationDecision{{satellite, 3, 0}};
            },
            "does not see station 3");
    }
};

class LateDecisionTest : public BalancedTestCase
{
  public:
    LateDecisionTest()
        : BalancedTestCase("late decisions lose what is past of their contacts")
    {
    }

  private:
    /// Log2(1 + SNR) x 30 MHz for what is left of the airtime: no interference here.
    static double Expected(const Outcome& outcome, std::size_t slice, const AssociationGrant& grant)
    {
        const auto* contact = outcome.plan[slice].Find(grant.satellite, grant.station);
        const double left = contact->airtime_s - std::max(60 - contact->start_s, 0.0);
        return 30e6 * std::log2(1 + contact->snr) * left;
    }

    void DoRun() override
    {
        for (const auto fidelity : {SlotScheduler::PACKET, SlotScheduler::FLOW})
        {
            AssociationTrial trial;
            trial.fidelity = fidelity;
            trial.setting.isolationDb = 200;
            trial.decisionDelay = Seconds(60);
            trial.stock = 1000000000000;
            const auto late = trial.Run(CreateObject<AssociationGreedy>());
            ExpectBalance(trial, late);
            std::size_t whole = 0;
            std::size_t cut = 0;
            for (std::size_t t = 0; t < late.slices.size(); ++t)
            {
                const auto& report = late.slices[t];
                for (std::size_t g = 0; g < report.grants.size(); ++g)
                {
                    const auto& grant = report.grants[g];
                    const double start = late.plan[t].Find(grant.satellite, grant.station)->start_s;
                    ++(start >= 60 ? whole : cut);
                    // In 60 s the way changes by 420 km at most, 1.4 ms of at most 155 Mbit/s.
                    const double slack =
                        fidelity == SlotScheduler::FLOW ? 1.0 : 8.0 * trial.bundle + 0.22e6;
                    ExpectNear(report.volumes[g], Expected(late, t, grant), slack, "volume");
                }
            }
            ExpectTrue(whole > 0, "some contacts begin later");
            ExpectTrue(cut > 0, "some contacts are cut");
            trial.decisionDelay = Seconds(0);
            const auto prompt = trial.Run(CreateObject<AssociationGreedy>());
            ExpectTrue(prompt.offloaded > 1.2 * late.offloaded, "it costs something");
        }
    }
};

class SlowDecisionTest : public BalancedTestCase
{
  public:
    SlowDecisionTest()
        : BalancedTestCase("a decision that takes longer than a slice counts once")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto fidelity : {SlotScheduler::PACKET, SlotScheduler::FLOW})
        {
            AssociationTrial trial;
            trial.fidelity = fidelity;
            trial.decisionDelay =
                Seconds(250); // decided at 0, 420, 840 s; in effect in slices 1, 3, 5
            const auto outcome =
                trial.Run(CreateObject<Answers>([](const auto&, const auto& state) {
                    const auto& contact = state.Slice().Contacts().front();
                    return AssociationDecision{{contact.satellite, 0, 0}};
                }));
            ExpectBalance(trial, outcome);
            NS_TEST_EXPECT_MSG_EQ(outcome.refusals.size(), 3, "three decisions");
            const auto refused = std::count_if(outcome.slices.begin(),
                                               outcome.slices.end(),
                                               [](const auto& slice) { return slice.refused; });
            NS_TEST_EXPECT_MSG_EQ(refused, 3, "each is reported once");
            ExpectTrue(outcome.offloaded > 0, "Greedy's decisions have an effect");
            for (const std::size_t t : {0, 2, 4})
            {
                ExpectTrue(outcome.slices[t].grants.empty(), "nothing is granted meanwhile");
            }
        }
    }
};

/// Answers at random, mostly with what is not valid.
class WildAgent : public Agent
{
  public:
    void Configure(const AgentSpaces& spaces) override
    {
        m_choices = spaces.choices;
    }

    Action Act(const Observation&, Mode) override
    {
        Action action;
        const auto actors = m_draws.Integer(0, 9) == 0 ? m_draws.Integer(0, 2) : 1;
        action.choice.resize(actors);
        for (int& choice : action.choice)
        {
            choice = int(m_draws.Integer(0, m_choices + 20)) - 10;
        }
        return action;
    }

    int64_t AssignStreams(int64_t) override
    {
        return 0;
    }

  private:
    Draws m_draws{51};
    int m_choices{0};
};

class WildAgentTest : public BalancedTestCase
{
  public:
    WildAgentTest()
        : BalancedTestCase("whatever an agent says, no channel has two satellites")
    {
    }

  private:
    void DoRun() override
    {
        std::size_t grants = 0;
        for (const std::string features : {"Offers", "Paper"})
        {
            const auto agent = CreateObject<WildAgent>();
            for (const bool training : {false, true})
            {
                const auto decider = CreateObject<AssociationAgentDecider>();
                decider->SetAttribute("Agent", PointerValue(agent));
                decider->SetAttribute("Features", StringValue(features));
                decider->SetAttribute("Training", BooleanValue(training));
                decider->SetAttribute("IdleTurns", BooleanValue(features == "Paper"));
                AssociationTrial trial;
                trial.fidelity = SlotScheduler::FLOW;
                trial.setting.slices = 30;
                const auto outcome = trial.Run(decider);
                ExpectBalance(trial, outcome);
                ExpectTrue(outcome.refusals.empty(), "nothing had to be refused");
                for (const auto& slice : outcome.slices)
                {
                    grants += slice.grants.size();
                }
            }
        }
        ExpectTrue(grants > 20, "some choices were valid");
    }
};

class EstimatesTest : public BalancedTestCase
{
  public:
    EstimatesTest()
        : BalancedTestCase("estimates change decisions, not what the air delivers")
    {
    }

  private:
    void DoRun() override
    {
        AssociationTrial trial;
        trial.fidelity = SlotScheduler::FLOW;
        const auto exact = trial.Run(CreateObject<AssociationGreedy>());
        AssociationTrial blurred = trial;
        blurred.csiErrorVariance = 0.5;
        const auto misled = blurred.Run(CreateObject<AssociationGreedy>());
        ExpectBalance(blurred, misled);
        ExpectTrue(misled.offloaded != exact.offloaded, "Greedy decides something else");
        const auto replay =
            CreateObject<Answers>([&exact](const auto&, const AssociationState& state) {
                return exact.slices[state.slice].grants;
            });
        const auto same = blurred.Run(replay);
        ExpectTrue(same.refusals.empty(), "the same contacts");
        for (std::size_t t = 0; t < exact.slices.size(); ++t)
        {
            ExpectTrue(same.slices[t].volumes == exact.slices[t].volumes, "the same volumes");
        }
    }
};

/// Satellite association at work.
class AssociationSchedulerTestSuite : public TestSuite
{
  public:
    AssociationSchedulerTestSuite()
        : TestSuite("sterna-association-scheduler", TestSuite::Type::UNIT)
    {
        AddTestCase(new FidelityTest);
        AddTestCase(new FullStationTest);
        AddTestCase(new SmallStockTest);
        AddTestCase(new OwnStorageTest);
        AddTestCase(new RefusedDecisionTest);
        AddTestCase(new LateDecisionTest);
        AddTestCase(new SlowDecisionTest);
        AddTestCase(new WildAgentTest);
        AddTestCase(new EstimatesTest);
        for (TestCase* test : MakeAssociationContactTests())
        {
            AddTestCase(test);
        }
        for (TestCase* test : MakeAssociationLearningTests())
        {
            AddTestCase(test);
        }
    }
};

AssociationSchedulerTestSuite g_associationSchedulerTestSuite;

} // namespace
} // namespace tests
} // namespace sterna
} // namespace ns3
