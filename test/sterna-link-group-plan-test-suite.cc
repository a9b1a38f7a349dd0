/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-tests.h"

#include "ns3/sterna-link-group-exhaustive.h"
#include "ns3/sterna-link-group-instance.h"
#include "ns3/sterna-link-group-local-search.h"
#include "ns3/sterna-link-group-plan-search.h"
#include "ns3/sterna-link-group-recording.h"
#include "ns3/sterna-link-group-rolling-horizon.h"
#include "ns3/sterna-link-group-solution.h"
#include "ns3/uinteger.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

/**
 * \file
 * \ingroup sterna
 * The suite sterna-link-group-plan: instances as plain numbers and as files, plans for whole
 * cycles, and rolling horizons, refereed by the paper's equations written down a second time.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

/// A random plan of groups that obey (7)-(10) and (14b).
std::vector<Serves>
DrawPlan(Draws& draws, const Instance& world)
{
    const auto groups = AllGroups(world.system);
    std::vector<Serves> plan;
    while (plan.size() < world.gains.size())
    {
        const auto& group = groups[draws.Integer(0, groups.size() - 1)];
        if (!ReferenceRates(world.system, world.gains[plan.size()], group).empty())
        {
            plan.push_back(group);
        }
    }
    return plan;
}

/// (14a) at the end of a plan, from the gains.
double
ReferenceValue(const Instance& world,
               const LinkGroupProblem::State& state,
               const std::vector<Serves>& plan)
{
    Eigen::ArrayXd delivered = state.delivered;
    for (std::size_t t = 0; t < plan.size(); ++t)
    {
        delivered = AfterGroup(state,
                               delivered,
                               plan[t],
                               ReferenceRates(world.system, world.gains[t], plan[t]));
    }
    return ReferenceObjective(state, delivered, false);
}

LinkGroupPlan
ToPlan(const std::vector<Serves>& plan)
{
    LinkGroupPlan groups;
    for (const auto& serves : plan)
    {
        groups.push_back(ToGroup(serves));
    }
    return groups;
}

/// A scratch file that goes away again.
class ScratchFile
{
  public:
    explicit ScratchFile(const std::string& text)
        : m_path(std::filesystem::temp_directory_path() / "sterna-instance-test.json")
    {
        std::ofstream(m_path) << text;
    }

    ~ScratchFile()
    {
        std::filesystem::remove(m_path);
    }

    std::string Path() const
    {
        return m_path.string();
    }

  private:
    std::filesystem::path m_path;
};

/// The example of doc/sterna.rst: 1 LEO, 1 BS, 1 TST, 2 devices, 2 slots.
const std::string EXAMPLE = R"({"K": 2, "T": 2, "slot_s": 0.1, "D": [10, 20], "Dp": [4, 10],
 "eta": [0.5, 0.5], "eta0": 3, "R_LEO": [[0, 12], [0, 15]],
 "links_C": [[1, 0], [2, 1], [3, 0], [3, 1]],
 "R_C": [[[6, 5], [2, 8], [3, 4], [0, 7]], [[4, 0], [9, 1], [2, 0], [8, 0]]]})";

std::string
Replaced(std::string text, const std::string& what, const std::string& by)
{
    return text.replace(text.find(what), what.size(), by);
}

} // namespace

/// An instance made of gains says of random plans what the equations say.
class SternaInstanceObjectiveTest : public LinkGroupTestCase
{
  public:
    SternaInstanceObjectiveTest()
        : LinkGroupTestCase("the objective of a plan is (14a) at the end of its slots")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(31);
        for (uint32_t i = 0; i < 60; ++i)
        {
            const auto world = DrawInstance(draws, 1, 1, i % 3, 5, 3);
            const LinkGroupProblem problem(world.system);
            const auto state = world.Begin(problem);
            const auto instance = MakeInstance(problem, state);
            const auto plan = DrawPlan(draws, world);
            const double expected = ReferenceValue(world, state, plan);
            ExpectNear(instance.Objective(ToPlan(plan)), expected, 1e-9 * expected, "objective");
            ExpectTrue(instance.Refusal(ToPlan(plan)).empty(), instance.Refusal(ToPlan(plan)));
            ExpectNear(instance.IdleObjective(),
                       ReferenceObjective(state, state.delivered, false),
                       1e-9 * expected,
                       "idle objective");
        }
    }
};

/// Numbers worked out by hand from the example.
class SternaInstanceFileTest : public LinkGroupTestCase
{
  public:
    SternaInstanceFileTest()
        : LinkGroupTestCase("an instance file is read as written, and written as read")
    {
    }

  private:
    void DoRun() override
    {
        const ScratchFile file(EXAMPLE);
        const auto instance = LinkGroupInstance::Read(file.Path());
        ExpectTrue(instance.transmitters == std::vector<std::string>({"LEO", "BS", "TST1"}),
                   "names");
        // slot 0: LEO to 1 (12), TST alone to 0 (2); slot 1: BS and TST: BS to nobody is no group
        const LinkGroupPlan plan{ToGroup({1, -1, 0}), ToGroup({-1, -1, 0})};
        // device 0: 2 + 9 = 11, capped at 10; device 1: 12; both served: 0.5 (20 - 12)^2
        ExpectNear(instance.Objective(plan), 32, 1e-12, "objective");
        // nothing: 3 (0 - 2)^2 + 0.5 (10^2 + 20^2)
        ExpectNear(instance.IdleObjective(), 262, 1e-12, "doing nothing");
        ExpectNames(instance.Refusal({ToGroup({-1, 1, 0})}), "TST1 cannot serve device 0");
        ExpectNames(instance.Refusal({ToGroup({1, 1, -1})}), "more than one transmitter");
        std::ostringstream written;
        instance.Write(written);
        const ScratchFile again(written.str());
        const auto twin = LinkGroupInstance::Read(again.Path());
        std::ostringstream twice;
        twin.Write(twice);
        ExpectTrue(written.str() == twice.str(), "the same file");
        ExpectNear(twin.Objective(plan), 32, 1e-12, "objective of the twin");
    }
};

class SternaInstanceRefusalTest : public LinkGroupTestCase
{
  public:
    SternaInstanceRefusalTest()
        : LinkGroupTestCase("a file that is no instance is refused in a sentence that says why")
    {
    }

  private:
    void Expect(const std::string& text, const std::string& why)
    {
        const ScratchFile file(text);
        ExpectRefused([&]() { LinkGroupInstance::Read(file.Path()); }, why);
    }

    void DoRun() override
    {
        ExpectRefused([]() { LinkGroupInstance::Read("/no/such/file"); }, "cannot be read");
        Expect("", "is not a JSON object");
        Expect(EXAMPLE.substr(0, EXAMPLE.size() / 2), "is not a JSON object");
        Expect(Replaced(EXAMPLE, "\"eta0\": 3,", ""), "has no 'eta0'");
        Expect(Replaced(EXAMPLE, "\"K\": 2", "\"K\": 3"), "2 entries in D; it must be 3");
        Expect(Replaced(EXAMPLE, "\"K\": 2", "\"K\": 0"), "K as 0");
        Expect(Replaced(EXAMPLE, "\"T\": 2", "\"T\": 2.5"), "T as 2.5");
        Expect(Replaced(EXAMPLE, "[10, 20]", "[10, -1]"), "D[1] as -1");
        Expect(Replaced(EXAMPLE, "[10, 20]", "[0, 0]"), "no device has a demand");
        Expect(Replaced(EXAMPLE, "[4, 10]", "[4, 21]"), "Dp[1] as 21");
        Expect(Replaced(EXAMPLE, "[0, 12]", "[0, null]"), "R_LEO[0][1] as null");
        Expect(Replaced(EXAMPLE, "[2, 1]", "[2, 0]"), "transmitter 0 in links_C[1]");
        Expect(Replaced(EXAMPLE, "[9, 1]", "[9]"), "R_C[1][1]");
    }
};

/// The search never ends above its start, its plans are valid, and on tiny instances it finds the
/// optimum that trying everything finds.
class SternaPlanSearchTest : public LinkGroupTestCase
{
  public:
    SternaPlanSearchTest()
        : LinkGroupTestCase("local search improves plans, down to the optimum of tiny instances")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(32);
        const auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(3);
        uint32_t optimal = 0;
        constexpr uint32_t INSTANCES = 40;
        for (uint32_t i = 0; i < INSTANCES; ++i)
        {
            const auto world = DrawInstance(draws, 1, 1, 1, 4, 3);
            const LinkGroupProblem problem(world.system);
            const auto state = world.Begin(problem);
            const auto instance = MakeInstance(problem, state);
            LinkGroupPlanSearch search(instance);
            search.SetPlan(ToPlan(DrawPlan(draws, world)));
            double last = search.Objective();
            for (uint32_t step = 0; step < 4; ++step)
            {
                step == 0 ? search.Descend() : search.Improve(30, random);
                ExpectTrue(search.Objective() <= last * (1 + 1e-12), "never worse");
                last = search.Objective();
            }
            ExpectTrue(instance.Refusal(search.Plan()).empty(), instance.Refusal(search.Plan()));
            std::vector<Serves> plan;
            for (const auto& group : search.Plan())
            {
                plan.push_back(ToServes(group));
            }
            ExpectNear(search.Objective(),
                       ReferenceValue(world, state, plan),
                       1e-9 * last,
                       "the plan's own objective");
            const auto exact = CreateObject<LinkGroupExhaustive>();
            exact->BeginCycle(problem, state);
            ExpectTrue(last >= exact->GetOptimum() * (1 - 1e-9) - 1e-9, "not below the optimum");
            optimal += last <= exact->GetOptimum() * (1 + 1e-9) + 1e-9;
        }
        ExpectTrue(optimal >= INSTANCES * 9 / 10,
                   std::to_string(optimal) + " optima of " + std::to_string(INSTANCES));
    }
};

/// Gains that stay as they are, with a forecast that says so: the future is known, so a rolling
/// horizon can do as well as a plan for the whole cycle.
class SternaRollingHorizonTest : public LinkGroupTestCase
{
  public:
    SternaRollingHorizonTest()
        : LinkGroupTestCase("a rolling horizon that foresees everything plans like the optimum")
    {
    }

  private:
    class Constant : public LinkForecast
    {
      public:
        explicit Constant(const Eigen::ArrayXXd& gains)
            : m_gains(gains)
        {
        }

        double Mean(uint32_t transmitter, uint32_t device) const override
        {
            return m_gains(transmitter, device);
        }

      private:
        Eigen::ArrayXXd m_gains;
    };

    double Play(LinkGroupDecider& decider, const LinkGroupProblem& problem, const Instance& world)
    {
        const auto gains = world.gains.front();
        auto state = problem.BeginCycle(
            world.demand,
            world.epsilon,
            1,
            LinkGains(
                problem.Transmitters(),
                problem.Devices(),
                [gains](uint32_t n, uint32_t k, uint32_t) { return gains(n, k); },
                std::make_shared<Constant>(gains)));
        decider.BeginCycle(problem, state);
        while (state.slot < problem.System().slotsPerCycle)
        {
            const auto group = decider.Decide(problem, state);
            ExpectTrue(problem.Refusal(state, group).empty(), problem.Refusal(state, group));
            problem.Account(state, group, problem.Deliverable(state, group));
        }
        return problem.Objective(state);
    }

    void DoRun() override
    {
        Draws draws(33);
        uint32_t optimal[2] = {0, 0};
        constexpr uint32_t INSTANCES = 25;
        for (uint32_t i = 0; i < INSTANCES; ++i)
        {
            const auto world = DrawInstance(draws, 1, 1, 1, 4, 3);
            const LinkGroupProblem problem(world.system);
            const auto exact = CreateObject<LinkGroupExhaustive>();
            const double least = Play(*exact, problem, world);
            for (const uint32_t futures : {0U, 3U})
            {
                const auto rolling = CreateObject<LinkGroupRollingHorizon>();
                rolling->SetAttribute("Futures", UintegerValue(futures));
                rolling->SetAttribute("Attempts", UintegerValue(40));
                rolling->AssignStreams(5);
                const double reached = Play(*rolling, problem, world);
                ExpectTrue(reached >= least * (1 - 1e-9) - 1e-9, "not below the optimum");
                optimal[futures > 0] += reached <= least * (1 + 1e-9) + 1e-9;
            }
        }
        for (const uint32_t count : optimal)
        {
            ExpectTrue(count >= INSTANCES * 9 / 10,
                       std::to_string(count) + " optima of " + std::to_string(INSTANCES));
        }
    }
};

/// A decider sees in a recorded cycle what it sees in the simulation, and so does on a file.
class SternaRecordingTest : public LinkGroupTestCase
{
  public:
    SternaRecordingTest()
        : LinkGroupTestCase("recorded cycles and instances give what the simulation gave")
    {
    }

  private:
    void DoRun() override
    {
        LinkGroupExperiment experiment;
        experiment.cycles = 12; // two runs
        experiment.fidelity = SlotScheduler::Fidelity::FLOW;
        const auto outcome = RunDecider(
            experiment,
            "Greedy",
            []() { return CreateObject<LinkGroupGreedy>(); },
            [](const LinkGroupSlotRecord&) {},
            [](uint32_t) {});
        const auto recorded = RecordCycles(experiment, 1);
        ExpectNear(recorded.size(), 12, 0, "cycles");
        LinkGroupGreedy greedy;
        for (std::size_t c = 0; c < recorded.size(); ++c)
        {
            const double expected = outcome.cycles[c].objective;
            // gains of satellite links are refreshed within a cycle: up to 0.03 dB
            ExpectNear(recorded[c].Play(greedy), expected, 0.02 * expected, "recorded cycle");
            const uint32_t slot = 0;
            const auto instance = std::make_shared<LinkGroupInstance>(
                MakeInstance(recorded[c].Problem(), recorded[c].Start(slot)));
            const auto solution =
                SolveInstance(instance, "Greedy", CreateObject<LinkGroupGreedy>());
            ExpectNear(solution.objective, recorded[c].Play(greedy), 1e-6, "instance");
            ExpectNear(solution.refused, 0, 0, "refused");
        }
    }
};

class SternaLinkGroupPlanTestSuite : public TestSuite
{
  public:
    SternaLinkGroupPlanTestSuite()
        : TestSuite("sterna-link-group-plan", UNIT)
    {
        AddTestCase(new SternaInstanceObjectiveTest);
        AddTestCase(new SternaInstanceFileTest);
        AddTestCase(new SternaInstanceRefusalTest);
        AddTestCase(new SternaPlanSearchTest);
        AddTestCase(new SternaRollingHorizonTest);
        AddTestCase(new SternaRecordingTest);
    }
};

static SternaLinkGroupPlanTestSuite g_sternaLinkGroupPlanTestSuite;

} // namespace tests
} // namespace sterna
} // namespace ns3
