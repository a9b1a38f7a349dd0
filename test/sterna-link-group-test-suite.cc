/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-tests.h"

#include <set>
#include <utility>

/**
 * \file
 * \ingroup sterna
 * The suite sterna-link-group: the mathematics of link-group scheduling and its encoding.
 */

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

constexpr auto TST = GroundDevice::TST;
constexpr auto STATION = GroundDevice::BASE_STATION;
constexpr auto CELLULAR = GroundDevice::CELLULAR_UE;
constexpr auto DUAL = GroundDevice::DUAL_MODE_UE;

/// The example of the paper after (10): which links are valid, and how many groups they form.
/// Expected: the seven links that the paper lists, in its numbering from 1; groups counted by hand.
class PaperExampleTest : public LinkGroupTestCase
{
  public:
    PaperExampleTest()
        : LinkGroupTestCase("the example of the paper has its seven links")
    {
    }

  private:
    void DoRun() override
    {
        auto system = MakeSystem(1, 1, 1, {TST, STATION, CELLULAR, DUAL});
        std::swap(system.transmitters[0], system.transmitters[2]); // TST, BS, LEO
        const LinkGroupProblem problem(system);
        std::set<std::pair<uint32_t, uint32_t>> links;
        for (uint32_t n = 0; n < 3; ++n)
        {
            for (uint32_t k = 0; k < 4; ++k)
            {
                if (problem.IsValidLink(n, k))
                {
                    links.emplace(n + 1, k + 1);
                }
            }
        }
        const std::set<std::pair<uint32_t, uint32_t>>
            paper{{1, 3}, {1, 4}, {2, 3}, {2, 4}, {3, 1}, {3, 2}, {3, 4}};
        ExpectTrue(links == paper, "the valid links are those of the paper");
        // TST and BS: idle, MT1 from either (3 ways without MT2), MT2 from either, or both one each
        // (4 ways with it); the LEO then has idle, TST, BS and, where it is free, MT2.
        ExpectNear(problem.CountGroups(), 3 * 4 + 4 * 3, 0, "number of groups");
        ExpectTrue(problem.BandPattern(0) == 0b011 && problem.BandPattern(2) == 0b100,
                   "TST and BS share the C band, the LEO is alone in the Ka band");
    }
};

/// CountGroups() without enumeration. Expected: an enumeration of everything on small systems, two
/// LEOs, missing classes and more transmitters than devices included; for K = 1000 a second closed
/// form, which sums ordered choices of terrestrial devices and subtracts those that block the LEO.
class CountGroupsTest : public LinkGroupTestCase
{
  public:
    CountGroupsTest()
        : LinkGroupTestCase("the number of groups equals an enumeration")
    {
    }

  private:
    void DoRun() override
    {
        ExpectEnumerated(MakeSystem(1, 1, 2, {STATION}));
        ExpectEnumerated(MakeSystem(0, 1, 0, {STATION, CELLULAR, CELLULAR}));
        ExpectEnumerated(MakeSystem(1, 1, 0, {STATION, DUAL, DUAL}));
        ExpectEnumerated(MakeSystem(2, 1, 2, {STATION, TST, TST, CELLULAR, DUAL, DUAL}));
        ExpectEnumerated(MakeSystem(3, 0, 0, {STATION, DUAL}));
        Draws draws(1);
        for (uint32_t i = 0; i < 50; ++i)
        {
            const uint32_t satellites = draws.Integer(0, 2);
            const uint32_t stations = draws.Integer(satellites == 0, 1);
            ExpectEnumerated(DrawInstance(draws,
                                          satellites,
                                          stations,
                                          draws.Integer(0, 2),
                                          draws.Integer(1, 6),
                                          1)
                                 .system);
        }
        std::vector<GroundDevice> devices(1000, CELLULAR);
        std::fill_n(devices.begin(), 497, DUAL);
        std::fill_n(devices.begin(), 3, STATION);
        const double mobile = 997;
        const double dual = 494;
        const double skyward = 497;
        // sum over j active of 3: C(3,j) (P(M,j) (1 + S) - j d P(M-1,j-1))
        const double expected =
            (1 + skyward) + 3 * (mobile * (1 + skyward) - dual) +
            3 * (mobile * (mobile - 1) * (1 + skyward) - 2 * dual * (mobile - 1)) +
            (mobile * (mobile - 1) * (mobile - 2) * (1 + skyward) -
             3 * dual * (mobile - 1) * (mobile - 2));
        ExpectNear(LinkGroupProblem(MakeSystem(1, 1, 2, devices)).CountGroups() / expected,
                   1,
                   1e-12,
                   "groups of 1000 devices, relative");
    }

    void ExpectEnumerated(const LinkGroupSystem& system)
    {
        std::string what = std::to_string(system.transmitters.size()) + " transmitters, kinds";
        for (const auto device : system.devices)
        {
            what += ' ' + std::to_string(int(device));
        }
        ExpectNear(LinkGroupProblem(system).CountGroups(), AllGroups(system).size(), 1e-9, what);
    }
};

/// Every rule that a decision can break is named in the refusal. (10), one device per transmitter,
/// holds by the shape of a group: only its length can be wrong.
class RefusalTest : public LinkGroupTestCase
{
  public:
    RefusalTest()
        : LinkGroupTestCase("a group that breaks a rule is refused, and the sentence names it")
    {
    }

  private:
    void DoRun() override
    {
        const auto system = MakeSystem(1, 1, 1, {STATION, TST, CELLULAR, DUAL});
        const LinkGroupProblem problem(system);
        Eigen::ArrayXXd gains(3, 4);     // LEO1, BS1, TST1
        gains.row(0).setConstant(1e-13); // 100 W: SNR 100 W x 1e-13 / 1e-12 W = 10 dB
        gains.row(1).setConstant(1e-13); // 40 W: SNR 16 dB
        gains.row(2).setConstant(1e-12); // 2 W: SNR 13 dB
        gains(2, 2) = 5e-14;             // SNR 0 dB, below the 3 dB of the C band
        gains(0, 0) = NAN;
        const auto state = problem.BeginCycle(Eigen::ArrayXd::Constant(4, 10),
                                              Eigen::ArrayXd::Constant(4, 0.5),
                                              1,
                                              LinkGains(gains));
        const auto refusal = [&](const Serves& serves) {
            return problem.Refusal(state, ToGroup(serves));
        };
        for (const Serves& valid : {Serves{-1, -1, -1}, {1, 2, -1}, {3, -1, -1}, {1, -1, 3}})
        {
            NS_TEST_EXPECT_MSG_EQ(refusal(valid), "", "a valid group");
        }
        ExpectNames(refusal({-1, 0, -1}), "BS1 can never serve device 0 by (7)");
        ExpectNames(refusal({-1, -1, 0}), "TST1 can never serve device 0 by (7)");
        ExpectNames(refusal({-1, 1, -1}), "BS1 can never serve device 1 by (7)");
        ExpectNames(refusal({2, -1, -1}), "LEO1 can never serve device 2 by (7) and (8)");
        ExpectNames(refusal({3, 3, -1}), "Device 3 is served by more than one transmitter (9)");
        ExpectNames(refusal({-1, -1, 2}), "The SINR of TST1 to device 2 is 1,");
        // BS1 to device 2 beside TST1: 2 W x 5e-14 is the noise once more, 13 dB remain;
        // TST1 to device 3: 2e-12 W over 1e-13 W noise and 4e-12 W from BS1, -3.1 dB.
        ExpectNames(refusal({-1, 2, 3}), "The SINR of TST1 to device 3");
        ExpectNames(refusal({-1, 2, 3}), "(14b)");
        ExpectNames(refusal({0, -1, -1}), "is nan");
        ExpectNames(refusal({-1, 4, -1}), "device 4; devices are 0 to 3");
        ExpectNames(refusal({-2, -1, -1}), "device -2; devices are 0 to 3");
        ExpectNames(refusal({1, 2}), "names 2 transmitters; there are 3");
        ExpectNames(refusal({1, 2, -1, -1}), "names 4 transmitters; there are 3");
        ExpectNames(refusal({}), "names 0 transmitters; there are 3");
    }
};

/// SINR with interference inside a band and none between bands. Expected: arithmetic in dB.
class SinrTest : public LinkGroupTestCase
{
  public:
    SinrTest()
        : LinkGroupTestCase("interference comes from the other active transmitters of the band")
    {
    }

  private:
    void DoRun() override
    {
        auto system = MakeSystem(2, 1, 2, {STATION, DUAL});
        system.transmitters[0].power = 100; // LEO1, 50 dBm
        system.transmitters[1].power = 10;  // LEO2, 40 dBm
        system.transmitters[2].power = 10;  // BS1, 40 dBm
        system.transmitters[3].power = 1;   // TST1, 30 dBm
        system.transmitters[4].power = 1;   // TST2, 30 dBm
        const LinkGroupProblem problem(system);
        Eigen::ArrayXXd gains = Eigen::ArrayXXd::Constant(5, 2, 1.0); // device 0 is not looked at
        gains.col(1) << 1e-13, 1e-12, 1e-12, 1e-13, 1e-12;
        const auto state = problem.BeginCycle(Eigen::ArrayXd::Constant(2, 10),
                                              Eigen::ArrayXd::Constant(2, 0.5),
                                              1,
                                              LinkGains(gains));
        const auto sinr = [&](uint32_t n, uint32_t pattern) {
            return problem.Sinr(state, n, 1, pattern);
        };
        // BS1: 40 dBm - 120 dB = -80 dBm over -100 dBm of noise: 20 dB
        ExpectNear(sinr(2, 0b00100), 100, 1e-9, "BS1 alone");
        // TST1 arrives with 30 dBm - 130 dB = -100 dBm, as much as the noise: 3.01 dB less
        ExpectNear(sinr(2, 0b01100), 50, 1e-9, "BS1 beside TST1");
        // TST2 arrives with -90 dBm, ten times the noise: 1e-11 W / (1 + 1 + 10) 1e-13 W
        ExpectNear(sinr(2, 0b11100), 100.0 / 12, 1e-9, "BS1 beside both TSTs");
        ExpectNear(sinr(2, 0b11111), 100.0 / 12, 1e-9, "LEOs do not disturb the C band");
        // TST1: -100 dBm over noise -100 dBm, BS1 -80 dBm and TST2 -90 dBm: 1 / (1 + 100 + 10)
        ExpectNear(sinr(3, 0b11100), 1.0 / 111, 1e-12, "TST1 beside the others");
        // LEO1: 50 dBm - 130 dB = -80 dBm over -90 dBm of noise: 10 dB
        ExpectNear(sinr(0, 0b11101), 10, 1e-9, "the C band does not disturb LEO1");
        // LEO2 arrives with 40 dBm - 120 dB = -80 dBm: 10 / (1 + 10)
        ExpectNear(sinr(0, 0b00011), 10.0 / 11, 1e-12, "LEO1 beside LEO2");
        ExpectNear(sinr(2, 0b00000), 100, 1e-9, "a link does not disturb itself");
    }
};

/// (12), airtime, spectral efficiencies and the SINR threshold. Expected: hand calculation.
class RateTest : public LinkGroupTestCase
{
  public:
    RateTest()
        : LinkGroupTestCase("a link carries bandwidth x airtime x efficiency, at most the backlog")
    {
    }

  private:
    void DoRun() override
    {
        auto system = MakeSystem(1, 1, 0, {STATION, DUAL, CELLULAR});
        const LinkGroupProblem problem(system);
        // 20 MHz x log2(1 + 15) x 0.1 s = 20e6 x 4 x 0.1 bit; 400 MHz carry twenty times as much
        ExpectNear(problem.RateAtSinr(1, 1, 15), 8, 1e-12, "C band, Mbit");
        ExpectNear(problem.RateAtSinr(0, 1, 15), 160, 1e-9, "Ka band, Mbit");
        const double threshold = system.c.sinrThreshold;
        ExpectTrue(problem.RateAtSinr(1, 1, threshold) > 0, "at its threshold a link carries bits");
        ExpectNear(problem.RateAtSinr(1, 1, threshold * 0.999), 0, 0, "below its threshold none");
        ExpectNear(problem.RateAtSinr(1, 1, NAN), 0, 0, "an unknown SINR carries none");

        system.airtime = Eigen::ArrayXXd::Constant(2, 3, 0.1);
        system.airtime(1, 1) = 0.025; // a quarter of the slot
        system.c.spectralEfficiency = [](double sinr) { return sinr / 5; };
        LinkGroupProblem shorter(system);
        ExpectNear(shorter.RateAtSinr(1, 1, 15), 1.5, 1e-12, "20 MHz x 3 bit/s/Hz x 25 ms");
        ExpectNear(shorter.RateAtSinr(1, 2, 15), 6, 1e-12, "20 MHz x 3 bit/s/Hz x 100 ms");
        ExpectNear(shorter.RateAtSinr(0, 1, 15), 160, 1e-9, "Ka band keeps Shannon's formula");
        ExpectNear(problem.GetAirtime(1, 1), 0.1, 0, "the whole slot if nothing else is said");
        shorter.SetAirtime(1, 2, 0.05);
        ExpectNear(shorter.GetAirtime(1, 2), 0.05, 0, "from now on half a slot");
        ExpectNear(shorter.RateAtSinr(1, 2, 15), 3, 1e-12, "20 MHz x 3 bit/s/Hz x 50 ms");
        ExpectNear(shorter.RateAtSinr(1, 1, 15), 1.5, 1e-12, "other links keep theirs");

        ExpectSlots();
    }

    /// Rates of this slot, of later ones, and what a group delivers, from gains that vary.
    void ExpectSlots()
    {
        Instance instance;
        instance.system = MakeSystem(0, 2, 0, {STATION, CELLULAR, CELLULAR});
        instance.demand = Eigen::ArrayXd::Constant(3, 10);
        instance.epsilon = Eigen::ArrayXd::Constant(3, 0.5);
        // 40 W x gain over 1e-13 W of noise: BS1 has an SNR of 15, then 63; BS2 adds as much
        // interference as there is noise, then three times as much.
        instance.gains.assign(2, Eigen::ArrayXXd::Zero(2, 3));
        instance.gains[0].col(1) << 15e-13 / 40, 1e-13 / 40;
        instance.gains[1].col(1) << 63e-13 / 40, 3e-13 / 40;
        const LinkGroupProblem problem(instance.system);
        const auto now = std::make_shared<uint32_t>(0);
        auto state = instance.Begin(problem, now);
        ExpectNear(problem.Rate(state, 0, 1, 0b01), 2 * std::log2(16.0), 1e-9, "alone");
        ExpectNear(problem.Rate(state, 0, 1, 0b11), 2 * std::log2(8.5), 1e-9, "SINR 15 / 2");
        ExpectNear(problem.RateAhead(state, 0, 1, 0b01, 1), 2 * std::log2(64.0), 1e-9, "next");
        ExpectNear(problem.RateAhead(state, 0, 1, 0b11, 1), 2 * std::log2(16.75), 1e-9, "63 / 4");

        const LinkGroup group = ToGroup({1, -1});
        auto volumes = problem.Deliverable(state, group);
        ExpectNear(volumes[0], 8, 1e-9, "the rate, for 10 Mbit are waiting");
        ExpectNear(volumes[1], 0, 0, "an idle transmitter delivers nothing");
        problem.Account(state, group, volumes);
        *now = 1;
        NS_TEST_EXPECT_MSG_EQ(state.slot, 1, "the slot has passed");
        ExpectNear(problem.Rate(state, 0, 1, 0b01), 12, 1e-9, "20 MHz x 6 bit/s/Hz x 0.1 s");
        volumes = problem.Deliverable(state, group);
        ExpectNear(volumes[0], 2, 1e-9, "the backlog, for the rate is 12 Mbit");
        problem.Account(state, group, volumes);
        ExpectNear(state.Backlog(1), 0, 1e-12, "nothing is left");
        ExpectNear(problem.Deliverable(state, group)[0], 0, 1e-12, "nothing can be delivered");
    }
};

/// Gains come from their source once per slot and link, and only those that somebody asks for.
class LinkGainsTest : public LinkGroupTestCase
{
  public:
    LinkGainsTest()
        : LinkGroupTestCase("gains are fetched on first use in a slot")
    {
    }

  private:
    void DoRun() override
    {
        uint32_t calls = 0;
        LinkGains gains(2, 3, [&calls](uint32_t n, uint32_t k, uint32_t ahead) {
            ++calls;
            return 100.0 * n + 10.0 * k + ahead;
        });
        NS_TEST_EXPECT_MSG_EQ(calls, 0, "nobody has asked");
        ExpectNear(gains(1, 2) + gains(1, 2), 240, 0, "twice the gain of link (1, 2)");
        NS_TEST_EXPECT_MSG_EQ(calls, 1, "the second time it is known");
        ExpectNear(gains.Ahead(1, 2, 3), 123, 0, "three slots ahead");
        ExpectNear(gains(1, 2), 120, 0, "looking ahead changes nothing now");
        NS_TEST_EXPECT_MSG_EQ(calls, 2, "looking ahead is not kept");
        gains.NextSlot();
        ExpectNear(gains(1, 2) + gains(0, 1), 130, 0, "in the next slot");
        NS_TEST_EXPECT_MSG_EQ(calls, 4, "both had to be fetched");
    }
};

/// (14a), one-sided and as printed, and the default eta_0. Expected: hand calculation.
class ObjectiveTest : public LinkGroupTestCase
{
  public:
    ObjectiveTest()
        : LinkGroupTestCase("the objective is (14a)")
    {
    }

  private:
    void DoRun() override
    {
        // D = 10, 20, 40 and D' = 5, 10, 20 Mbit. eta_k = 1/3: the gap term is
        // (100 + 400 + 1600) / 3 = 700 when nothing is served; so is eta_0 3^2 for eta_0 = 700/9.
        auto state = Begin(false, 1);
        ExpectNear(state.servedWeight, 700.0 / 9, 1e-12, "eta_0");
        ExpectNear(Problem(false).IdleObjective(state), 1400, 1e-9, "both terms are equal");
        ExpectNear(Problem(false).Objective(state), 1400, 1e-9, "nothing is delivered yet");
        ExpectNear(Begin(false, 5).servedWeight, 3500.0 / 9, 1e-12, "five times eta_0");

        // b = 6, 25, 10: two are served; gaps 4, -5 and 30.
        const Eigen::ArrayXd delivered = Eigen::Array3d(6, 25, 10);
        ExpectNear(Problem(false).Account(state, delivered),
                   1400 - (700.0 / 9 + (16 + 0 + 900) / 3.0),
                   1e-9,
                   "one-sided: 5 Mbit too much cost nothing");
        NS_TEST_EXPECT_MSG_EQ(state.served, 2, "served devices");
        ExpectNear(Problem(false).Objective(state), 700.0 / 9 + 916 / 3.0, 1e-9, "one-sided");
        ExpectNear(Problem(true).Objective(state), 700.0 / 9 + 941 / 3.0, 1e-9, "as printed");
        ExpectNear(Problem(false).IdleObjective(state), 1400, 1e-9, "idle does not depend on b");
        ExpectNear(state.Backlog(1), 0, 0, "no backlog is negative");
        ExpectNear(state.Backlog(2), 30, 1e-12, "backlog");

        // 0.1 + 0.2 + 4.7 differs from 5 in floating point; (14d) asks for b >= D'.
        auto rounded = Begin(false, 1);
        for (const double volume : {0.1, 0.2, 4.7})
        {
            ExpectTrue(!rounded.IsServed(0), "not yet served");
            Problem(false).Account(rounded, Eigen::Array3d(volume, 0, 0));
        }
        ExpectTrue(rounded.IsServed(0) && rounded.served == 1, "exactly D' is served");
    }

    static LinkGroupProblem Problem(bool literal)
    {
        auto system = MakeSystem(1, 1, 0, {STATION, CELLULAR, DUAL});
        system.literalObjective = literal;
        return LinkGroupProblem(system);
    }

    static LinkGroupProblem::State Begin(bool literal, double emphasis)
    {
        return Problem(literal).BeginCycle(Eigen::Array3d(10, 20, 40),
                                           Eigen::Array3d::Constant(0.5),
                                           emphasis,
                                           LinkGains(Eigen::ArrayXXd::Zero(2, 3)));
    }
};

/// Lemma 2: with discount 1 the rewards (23) of any decision sequence add up to the decrease of
/// (14a). Expected: (14a) written down a second time, at both ends; random deliveries, also beyond
/// the demand, by device and by group.
class TelescopeTest : public LinkGroupTestCase
{
  public:
    TelescopeTest()
        : LinkGroupTestCase("Lemma 2: rewards telescope to the difference of the objective")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(2);
        for (uint32_t i = 0; i < 200; ++i)
        {
            auto instance = DrawInstance(draws, 1, 1, 2, draws.Integer(3, 8), 10);
            instance.servedEmphasis = draws.Uniform(0, 3);
            instance.system.literalObjective = i % 2 == 1;
            const bool byGroup = i % 4 >= 2;
            const LinkGroupProblem problem(instance.system);
            auto state = instance.Begin(problem);
            const double idle = problem.IdleObjective(state);
            const auto groups = AllGroups(instance.system);
            Eigen::ArrayXd total = Eigen::ArrayXd::Zero(problem.Devices());
            double rewards = 0;
            for (uint32_t t = 0; t < 10; ++t)
            {
                rewards += byGroup ? PlayGroup(draws, problem, groups, state, total)
                                   : PlayDevices(draws, problem, state, total);
            }
            const bool literal = instance.system.literalObjective;
            const double first =
                ReferenceObjective(state, Eigen::ArrayXd::Zero(problem.Devices()), literal);
            const double last = ReferenceObjective(state, total, literal);
            ExpectNear(idle, first, 1e-9 * first, "idle objective");
            ExpectNear(problem.Objective(state), last, 1e-9 * first, "objective at the end");
            ExpectNear(rewards, first - last, 1e-9 * first, "sum of rewards");
        }
    }

    static double PlayDevices(Draws& draws,
                              const LinkGroupProblem& problem,
                              LinkGroupProblem::State& state,
                              Eigen::ArrayXd& total)
    {
        Eigen::ArrayXd volumes(problem.Devices());
        for (Eigen::Index k = 0; k < volumes.size(); ++k)
        {
            volumes(k) = std::max(0.0, draws.Uniform(-0.3, 0.3)) * state.demand(k);
        }
        total += volumes;
        return problem.Account(state, volumes);
    }

    static double PlayGroup(Draws& draws,
                            const LinkGroupProblem& problem,
                            const std::vector<Serves>& groups,
                            LinkGroupProblem::State& state,
                            Eigen::ArrayXd& total)
    {
        const Serves& serves = groups[draws.Integer(0, groups.size() - 1)];
        std::vector<double> volumes(serves.size(), 0.0);
        for (std::size_t n = 0; n < serves.size(); ++n)
        {
            if (serves[n] >= 0)
            {
                volumes[n] = draws.Uniform(0, 0.7) * state.demand(serves[n]);
                total(serves[n]) += volumes[n];
            }
        }
        return problem.Account(state, ToGroup(serves), volumes);
    }
};

/// Simultaneous completions are not additive: c of them, when m devices are served, are worth
/// eta_0 (2 (K - m) c - c^2). Expected: that formula by hand for eta_0 = 3, K = 6, m = 1.
class CompletionRewardTest : public LinkGroupTestCase
{
  public:
    CompletionRewardTest()
        : LinkGroupTestCase("c completions at once are worth less than c times one")
    {
    }

  private:
    void DoRun() override
    {
        const LinkGroupProblem problem(
            MakeSystem(1, 1, 2, {STATION, CELLULAR, CELLULAR, CELLULAR, DUAL, DUAL}));
        auto state = problem.BeginCycle(Eigen::ArrayXd::Constant(6, 10),
                                        Eigen::ArrayXd::Constant(6, 0.5),
                                        1,
                                        LinkGains(Eigen::ArrayXXd::Zero(4, 6)));
        state.servedWeight = 3;
        state.weight.setZero();
        Eigen::ArrayXd first = Eigen::ArrayXd::Zero(6);
        first(5) = 5;
        problem.Account(state, first);
        NS_TEST_EXPECT_MSG_EQ(state.served, 1, "m");
        const LinkGroup group = ToGroup({4, 1, 2, 3});
        const auto reward = [&](const std::vector<double>& volumes) {
            return problem.Reward(state, group, volumes);
        };
        ExpectNear(reward({4, 4, 4, 4}), 0, 0, "c = 0");
        ExpectNear(reward({5, 4, 4, 4}), 3 * (10 - 1), 1e-9, "c = 1");
        ExpectNear(reward({5, 5, 4, 4}), 3 * (20 - 4), 1e-9, "c = 2");
        ExpectNear(reward({5, 5, 6, 4}), 3 * (30 - 9), 1e-9, "c = 3");
        ExpectNear(reward({5, 5, 6, 9}), 3 * (40 - 16), 1e-9, "c = 4");
        ExpectNear(problem.Reward(state, 4, 5), 3 * (10 - 1), 1e-9, "one device alone");
        ExpectNear(problem.Reward(state, 5, 5), 0, 1e-9, "it is already served");
        // eta_4 = 2: the gap of device 4 falls from 10 to 4 Mbit, worth 2 (100 - 16)
        state.weight(4) = 2;
        ExpectNear(problem.Reward(state, 4, 6), 27 + 168, 1e-9, "completion and gap");
        ExpectNear(reward({6, 4, 4, 4}), 27 + 168, 1e-9, "the same by group");
        ExpectNear(problem.Account(state, group, {6, 5, 4, 4}), 48 + 168, 1e-9, "accounted");
        NS_TEST_EXPECT_MSG_EQ(state.served, 3, "m + 2");
    }
};

/// Lemma 3, (36): the best of M neighbours, one of them the simple choice and the others uniform
/// around it, exceeds it by kappa (1 - 2 (2^M - 1) / (M 2^M)). Expected: a Monte-Carlo mean within
/// five of its standard deviations (chance of a false alarm below 1e-6 per M).
class WolpertingerGainTest : public LinkGroupTestCase
{
  public:
    WolpertingerGainTest()
        : LinkGroupTestCase("Lemma 3: expected gain of the best of M neighbours")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(3);
        const double simple = -2.5;
        const double kappa = 1.7;
        for (const uint32_t neighbours : {1, 2, 3, 5, 10, 50})
        {
            const uint32_t samples = 200000;
            double sum = 0;
            double squares = 0;
            for (uint32_t i = 0; i < samples; ++i)
            {
                double best = simple;
                for (uint32_t m = 1; m < neighbours; ++m)
                {
                    best = std::max(best, draws.Uniform(simple - kappa, simple + kappa));
                }
                sum += best;
                squares += best * best;
            }
            const double mean = sum / samples;
            const double deviation =
                std::sqrt(std::max(0.0, squares / samples - mean * mean) / samples);
            const double power = std::pow(2.0, neighbours);
            const double expected = simple + kappa * (1 - 2 * (power - 1) / (neighbours * power));
            ExpectNear(mean, expected, 5 * deviation + 1e-6, "M = " + std::to_string(neighbours));
        }
    }
};

/// Link-group scheduling as plain mathematics: problem P1 and what a learner sees of it.
class LinkGroupTestSuite : public TestSuite
{
  public:
    LinkGroupTestSuite()
        : TestSuite("sterna-link-group", TestSuite::Type::UNIT)
    {
        AddTestCase(new PaperExampleTest);
        AddTestCase(new CountGroupsTest);
        AddTestCase(new RefusalTest);
        AddTestCase(new SinrTest);
        AddTestCase(new RateTest);
        AddTestCase(new LinkGainsTest);
        AddTestCase(new ObjectiveTest);
        AddTestCase(new TelescopeTest);
        AddTestCase(new CompletionRewardTest);
        AddTestCase(new WolpertingerGainTest);
        for (TestCase* test : MakeLinkGroupEncoderTests())
        {
            AddTestCase(test);
        }
    }
};

LinkGroupTestSuite g_linkGroupTestSuite;

} // namespace
} // namespace tests
} // namespace sterna
} // namespace ns3
