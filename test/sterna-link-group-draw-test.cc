/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-tests.h"

#include "ns3/sterna-link-group-candidates.h"
#include "ns3/sterna-link-group-encoder.h"
#include "ns3/sterna-link-group-exhaustive.h"
#include "ns3/sterna-link-group-rules.h"

#include <set>

/**
 * \file
 * \ingroup sterna
 * Cases of the suite sterna-link-group-solver on random groups, candidate groups and absent devices.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

constexpr auto STATION = GroundDevice::BASE_STATION;
constexpr auto CELLULAR = GroundDevice::CELLULAR_UE;
constexpr auto DUAL = GroundDevice::DUAL_MODE_UE;

/// Random groups are valid, reach every device, serve none without backlog, and depend on the
/// stream only. Shares of draws are expected within five standard deviations of the binomial.
class RandomTest : public LinkGroupTestCase
{
  public:
    RandomTest()
        : LinkGroupTestCase("Random draws valid groups and reaches every device")
    {
    }

  private:
    void DoRun() override
    {
        ExpectValid();
        ExpectStreams();
        // One BS, five cellular UEs: each is drawn in a fifth of the slots.
        ExpectShares(MakeSystem(0,
                                1,
                                0,
                                std::vector<GroundDevice>{STATION,
                                                          CELLULAR,
                                                          CELLULAR,
                                                          CELLULAR,
                                                          CELLULAR,
                                                          CELLULAR}),
                     {0, 0.2, 0.2, 0.2, 0.2, 0.2},
                     {1});
        // One open device among 400: rejection fails, so the scan must find it. LEO, BS and TST get
        // it equally often.
        std::vector<GroundDevice> many(400, DUAL);
        many[0] = STATION;
        std::vector<double> shares(400, 0.0);
        shares[399] = 1;
        ExpectShares(MakeSystem(1, 1, 1, many), shares, {1.0 / 3, 1.0 / 3, 1.0 / 3});
    }

    void ExpectValid()
    {
        Draws draws(21);
        const auto random = CreateObject<LinkGroupRandom>();
        NS_TEST_EXPECT_MSG_EQ(random->AssignStreams(7), 1, "one stream");
        for (uint32_t i = 0; i < 40; ++i)
        {
            const auto instance =
                DrawInstance(draws, draws.Integer(0, 2), 1, 2, draws.Integer(1, 9), 10);
            const LinkGroupProblem problem(instance.system);
            const auto state = DrawState(draws, instance, problem);
            for (uint32_t draw = 0; draw < 200; ++draw)
            {
                const auto group = random->Decide(problem, state);
                NS_TEST_EXPECT_MSG_EQ(problem.Refusal(state, group), "", "a random group");
                for (const int32_t k : group.serves)
                {
                    ExpectTrue(k < 0 || state.Backlog(k) > 0, "a served device has backlog");
                }
            }
        }
    }

    void ExpectStreams()
    {
        const LinkGroupProblem problem = Tolerant(System());
        const auto state = Begin(problem);
        std::set<int32_t> reached;
        const auto sequence = [&](int64_t stream) {
            const auto random = CreateObject<LinkGroupRandom>();
            random->AssignStreams(stream);
            std::vector<Serves> groups;
            for (uint32_t draw = 0; draw < 500; ++draw)
            {
                groups.push_back(ToServes(random->Decide(problem, state)));
                reached.insert(groups.back().begin(), groups.back().end());
            }
            return groups;
        };
        const auto first = sequence(3);
        ExpectTrue(first == sequence(3), "the same stream draws the same groups");
        ExpectTrue(first != sequence(4), "another stream draws others");
        ExpectTrue(std::all_of(first.begin(),
                               first.end(),
                               [](const Serves& serves) {
                                   return std::count(serves.begin(), serves.end(), -1) == 0;
                               }),
                   "no transmitter idles while it has an open device");
        for (int32_t k = 0; k < int32_t(problem.Devices()); ++k)
        {
            ExpectTrue(reached.count(k) == 1, "device " + std::to_string(k) + " is reached");
        }
    }

    /// Shares of the draws by device, where all but those with a share are fully served, and by
    /// transmitter.
    void ExpectShares(const LinkGroupSystem& system,
                      const std::vector<double>& byDevice,
                      const std::vector<double>& byTransmitter)
    {
        const uint32_t draws = 20000;
        const LinkGroupProblem problem = Tolerant(system);
        auto state = Begin(problem);
        for (uint32_t k = 0; k < problem.Devices(); ++k)
        {
            state.delivered(k) = byDevice[k] > 0 ? 0 : 10;
        }
        std::vector<double> devices(byDevice.size(), 0.0);
        std::vector<double> transmitters(byTransmitter.size(), 0.0);
        const auto random = CreateObject<LinkGroupRandom>();
        random->AssignStreams(5);
        for (uint32_t draw = 0; draw < draws; ++draw)
        {
            const auto group = random->Decide(problem, state);
            for (uint32_t n = 0; n < group.serves.size(); ++n)
            {
                if (group.serves[n] >= 0)
                {
                    devices[group.serves[n]] += 1.0 / draws;
                    transmitters[n] += 1.0 / draws;
                }
            }
        }
        for (std::size_t k = 0; k < devices.size(); ++k)
        {
            ExpectShare(devices[k], byDevice[k], draws, "device " + std::to_string(k));
        }
        for (std::size_t n = 0; n < transmitters.size(); ++n)
        {
            ExpectShare(transmitters[n], byTransmitter[n], draws, "transmitter");
        }
    }

    void ExpectShare(double actual, double expected, double draws, const std::string& what)
    {
        const double deviation = std::sqrt(expected * (1 - expected) / draws);
        ExpectNear(actual, expected, 5 * deviation + 1e-9, "share of " + what);
    }

    static LinkGroupSystem System()
    {
        return MakeSystem(1,
                          1,
                          1,
                          {STATION, GroundDevice::TST, CELLULAR, CELLULAR, CELLULAR, DUAL, DUAL});
    }

    /// A problem in which no link is ever dropped: thresholds of -20 dB.
    static LinkGroupProblem Tolerant(LinkGroupSystem system)
    {
        system.c.sinrThreshold = 0.01;
        system.ka.sinrThreshold = 0.01;
        return LinkGroupProblem(system);
    }

    /// Every link arrives with the same power, 40 dB above the C band's noise.
    static LinkGroupProblem::State Begin(const LinkGroupProblem& problem)
    {
        Eigen::ArrayXXd gains(problem.Transmitters(), problem.Devices());
        for (uint32_t n = 0; n < problem.Transmitters(); ++n)
        {
            gains.row(n).setConstant(1e-9 / problem.System().transmitters[n].power);
        }
        return problem.BeginCycle(Eigen::ArrayXd::Constant(problem.Devices(), 10),
                                  Eigen::ArrayXd::Constant(problem.Devices(), 0.5),
                                  1,
                                  LinkGains(gains));
    }
};

/// Candidate groups: at most `limit` and one per device, the idle one first, none twice, all valid,
/// and every open device in some group if it has any link that works. With a limit for all groups
/// they are exactly the valid ones without useless links.
class CandidatesTest : public LinkGroupTestCase
{
  public:
    CandidatesTest()
        : LinkGroupTestCase("candidate groups are few, valid and reach every device")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(22);
        for (uint32_t i = 0; i < 100; ++i)
        {
            auto instance = DrawInstance(draws,
                                         draws.Integer(0, 2),
                                         1,
                                         draws.Integer(0, 2),
                                         draws.Integer(1, 40),
                                         10);
            instance.servedEmphasis = i % 3;
            const LinkGroupProblem problem(instance.system);
            const auto state = DrawState(draws, instance, problem);
            for (const uint32_t limit : {1, 5, 60, 1000})
            {
                ExpectGood(instance, problem, state, limit);
            }
        }
        for (uint32_t i = 0; i < 50; ++i)
        {
            const auto instance =
                DrawInstance(draws, draws.Integer(0, 1), 1, 1, draws.Integer(1, 6), 10);
            const LinkGroupProblem problem(instance.system);
            ExpectAll(instance, problem, DrawState(draws, instance, problem));
        }
    }

    void ExpectGood(const Instance& instance,
                    const LinkGroupProblem& problem,
                    const LinkGroupProblem::State& state,
                    uint32_t limit)
    {
        const auto candidates = CandidateGroups(problem, state, limit);
        ExpectTrue(!candidates.empty() && candidates.size() <= limit + problem.Devices(), "number");
        ExpectTrue(!candidates.empty() && candidates[0].group.Pattern() == 0, "idle comes first");
        std::set<Serves> seen;
        std::set<int32_t> reached;
        for (const auto& [group, volumes] : candidates)
        {
            const auto serves = ToServes(group);
            ExpectTrue(seen.insert(serves).second, "no group comes twice");
            reached.insert(serves.begin(), serves.end());
            NS_TEST_EXPECT_MSG_EQ(problem.Refusal(state, group), "", "a candidate is valid");
            ExpectVolumes(instance, state, serves, volumes);
            if (limit == 1 && group.Pattern() != 0)
            {
                ExpectBestSingle(instance, state, serves, volumes);
            }
        }
        for (int32_t k = 0; k < int32_t(problem.Devices()); ++k)
        {
            if (state.delivered(k) < state.demand(k) && BestRate(instance, k) > 0)
            {
                ExpectTrue(reached.count(k) == 1, "device " + std::to_string(k) + " is reached");
            }
        }
    }

    /// Beyond the limit a group is one link, the one that brings its device most.
    void ExpectBestSingle(const Instance& instance,
                          const LinkGroupProblem::State& state,
                          const Serves& serves,
                          const std::vector<double>& volumes)
    {
        const auto n = std::max_element(serves.begin(), serves.end()) - serves.begin();
        const int32_t k = serves[n];
        const auto idle = std::count(serves.begin(), serves.end(), -1);
        NS_TEST_EXPECT_MSG_EQ(idle, int64_t(serves.size() - 1), "a single link");
        const double backlog = state.demand(k) - state.delivered(k);
        ExpectNear(volumes[n], std::min(backlog, BestRate(instance, k)), 1e-9, "the best link");
    }

    void ExpectVolumes(const Instance& instance,
                       const LinkGroupProblem::State& state,
                       const Serves& serves,
                       const std::vector<double>& volumes)
    {
        const auto rates = ReferenceRates(instance.system, instance.gains[0], serves);
        NS_TEST_EXPECT_MSG_EQ(volumes.size(), serves.size(), "one volume per transmitter");
        for (std::size_t n = 0; n < rates.size(); ++n)
        {
            const int32_t k = serves[n];
            const double expected =
                k < 0 ? 0 : std::min(rates[n], state.demand(k) - state.delivered(k));
            ExpectNear(volumes[n], expected, 1e-9, "volume");
        }
    }

    /// The highest rate at which any transmitter, alone, reaches the device; 0 if none does.
    static double BestRate(const Instance& instance, int32_t device)
    {
        double best = 0;
        for (std::size_t n = 0; n < instance.system.transmitters.size(); ++n)
        {
            Serves single(instance.system.transmitters.size(), -1);
            single[n] = device;
            const auto rates = ReferenceRates(instance.system, instance.gains[0], single);
            if (!rates.empty() && IsAllowed(instance.system.transmitters[n].satellite,
                                            instance.system.devices[device]))
            {
                best = std::max(best, rates[n]);
            }
        }
        return best;
    }

    void ExpectAll(const Instance& instance,
                   const LinkGroupProblem& problem,
                   const LinkGroupProblem::State& state)
    {
        std::set<Serves> expected;
        for (const auto& serves : AllGroups(instance.system))
        {
            bool useful = !ReferenceRates(instance.system, instance.gains[0], serves).empty();
            for (const int32_t k : serves)
            {
                useful = useful && (k < 0 || state.delivered(k) < state.demand(k));
            }
            if (useful)
            {
                expected.insert(serves);
            }
        }
        const uint32_t limit = std::pow(problem.Devices() + 1, problem.Transmitters());
        std::set<Serves> offered;
        for (const auto& candidate : CandidateGroups(problem, state, limit))
        {
            offered.insert(ToServes(candidate.group));
        }
        ExpectTrue(offered == expected, "all useful groups are offered");
    }
};

/// A system in which some devices are absent is the same as the system without them, for (14a),
/// weights, rewards, features and every decider.
class AbsentTest : public LinkGroupTestCase
{
  public:
    AbsentTest()
        : LinkGroupTestCase("absent devices are as good as not there")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(21);
        for (uint32_t i = 0; i < 200; ++i)
        {
            const auto few = DrawInstance(draws, 1, 1, 1, 5, 2);
            const auto many = WithAbsent(few);
            const LinkGroupProblem small(few.system);
            const LinkGroupProblem large(many.system);
            auto a = few.Begin(small);
            auto b = many.Begin(large);
            ExpectTrue(b.present == 5 && b.weight(1) == 0 && !b.IsServed(1), "device 1 is absent");
            for (uint32_t slot = 0; slot < 2; ++slot)
            {
                ExpectSame(small, a, large, b);
                const auto group = RulesOf(small, a).front();
                const double reward = small.Account(a, group, small.Deliverable(a, group));
                const auto same = Among(group);
                ExpectNear(large.Account(b, same, large.Deliverable(b, same)),
                           reward,
                           1e-9 * a.demand.square().sum(),
                           "reward");
            }
            ExpectSame(small, a, large, b);
            ExpectSameOptimum(small, few.Begin(small), large, many.Begin(large));
        }
        ExpectRefusal();
    }

    /// The instance with an absent device before each of the devices 1, 2, ...
    static Instance WithAbsent(const Instance& instance)
    {
        const Eigen::Index devices = 2 * instance.demand.size() - 1;
        Instance with = instance;
        with.system.devices.assign(devices, DUAL);
        with.demand = Eigen::ArrayXd::Zero(devices);
        with.epsilon = Eigen::ArrayXd::Zero(devices); // of an absent device anything will do
        for (auto& gains : with.gains)
        {
            gains = Eigen::ArrayXXd::Ones(gains.rows(), devices); // whom one would like to serve
        }
        for (Eigen::Index k = 0; k < instance.demand.size(); ++k)
        {
            with.system.devices[2 * k] = instance.system.devices[k];
            with.demand(2 * k) = instance.demand(k);
            with.epsilon(2 * k) = instance.epsilon(k);
            for (std::size_t t = 0; t < instance.gains.size(); ++t)
            {
                with.gains[t].col(2 * k) = instance.gains[t].col(k);
            }
        }
        return with;
    }

    /// The group in the system with absent devices.
    static LinkGroup Among(LinkGroup group)
    {
        for (auto& k : group.serves)
        {
            k = k == LinkGroup::IDLE ? k : 2 * k;
        }
        return group;
    }

    static std::vector<LinkGroup> RulesOf(const LinkGroupProblem& problem,
                                          const LinkGroupProblem::State& state)
    {
        std::vector<LinkGroup> groups{
            CreateObject<LinkGroupGreedy>()->Decide(problem, state),
            CreateObject<LinkGroupThresholdProgress>()->Decide(problem, state)};
        for (const auto& candidate : CandidateGroups(problem, state, 30))
        {
            groups.push_back(candidate.group);
        }
        return groups;
    }

    void ExpectSame(const LinkGroupProblem& small,
                    const LinkGroupProblem::State& a,
                    const LinkGroupProblem& large,
                    const LinkGroupProblem::State& b)
    {
        const double objective = ReferenceObjective(a, a.delivered, false);
        ExpectNear(large.Objective(b), objective, 1e-9 * objective, "(14a)");
        const double idle = small.IdleObjective(a);
        ExpectNear(large.IdleObjective(b), idle, 1e-9 * idle, "idle (14a)");
        NS_TEST_EXPECT_MSG_EQ(b.served, a.served, "served devices");
        const auto groups = RulesOf(small, a);
        const auto same = RulesOf(large, b);
        NS_TEST_ASSERT_MSG_EQ(same.size(), groups.size(), "as many candidates");
        for (std::size_t g = 0; g < groups.size(); ++g)
        {
            ExpectTrue(same[g] == Among(groups[g]), "rules and candidates: " + std::to_string(g));
        }
        const LinkGroupEncoder encoder(LinkGroupEncoder::Embedding::LINK_FEATURE);
        const LinkGroupEncoder::Choices none = LinkGroupEncoder::Choices::Zero(1, 12);
        const Eigen::VectorXf difference =
            encoder.Features(small, a, none) - encoder.Features(large, b, none);
        ExpectTrue(difference.cwiseAbs().maxCoeff() < 1e-5, "features"); // false for NaN
        const LinkGroupEncoder byIndex(LinkGroupEncoder::Embedding::INDEX);
        ExpectTrue(byIndex.Features(large, b, none).allFinite(), "features by index");
    }

    void ExpectSameOptimum(const LinkGroupProblem& small,
                           const LinkGroupProblem::State& a,
                           const LinkGroupProblem& large,
                           const LinkGroupProblem::State& b)
    {
        const auto first = CreateObject<LinkGroupExhaustive>();
        const auto second = CreateObject<LinkGroupExhaustive>();
        first->BeginCycle(small, a);
        second->BeginCycle(large, b);
        ExpectNear(second->GetOptimum(),
                   first->GetOptimum(),
                   1e-9 * small.IdleObjective(a),
                   "optimum");
    }

    void ExpectRefusal()
    {
        const LinkGroupProblem problem(MakeSystem(1, 1, 0, {STATION, DUAL, DUAL}));
        auto state = problem.BeginCycle(Eigen::Array3d(10, 0, 10),
                                        Eigen::Array3d(0.5, 0, 0.5),
                                        1,
                                        LinkGains(Eigen::ArrayXXd::Ones(2, 3)));
        LinkGroup group(2);
        group.serves[0] = 1;
        NS_TEST_EXPECT_MSG_EQ(problem.Refusal(state, group),
                              "LEO1 is to serve device 1, which is absent.",
                              "nobody serves who is not there");
        group.serves[0] = 2;
        NS_TEST_EXPECT_MSG_EQ(problem.Refusal(state, group), "", "who is there can be served");
        // eta_k = 1/2, eta_0 = (100 + 100) / 2 / 2^2 = 25: idle is 25 x 2^2 + 100 = 200
        ExpectNear(problem.IdleObjective(state), 200, 1e-9, "(14a) of two devices");
        ExpectNear(problem.Reward(state, 1, 5), 0, 1e-12, "an absent device earns nothing");
        problem.Account(state, Eigen::Array3d(0, 0, 5));
        NS_TEST_EXPECT_MSG_EQ(state.served, 1, "one of two");
        ExpectNear(problem.Objective(state), 25 + 50 + 12.5, 1e-9, "25 (1 - 2)^2 + 100/2 + 25/2");
    }
};

} // namespace

std::vector<TestCase*>
MakeLinkGroupDrawTests()
{
    return {new RandomTest, new CandidatesTest, new AbsentTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
