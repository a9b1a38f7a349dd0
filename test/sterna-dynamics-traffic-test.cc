/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-dynamics-tests.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/sterna-link-group-bursty-traffic.h"
#include "ns3/sterna-link-group-user-traffic.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

using namespace ns3;
using namespace ns3::sterna;

namespace
{

using Device = LinkGroupSystem::Device;
using Slots = std::vector<uint64_t>;

constexpr uint32_t CYCLE = 10; // slots

/// A BS, two TSTs and so many UEs, half of them dual-mode.
std::vector<Device>
Devices(uint32_t ues)
{
    std::vector<Device> devices{Device::BASE_STATION, Device::TST, Device::TST};
    for (uint32_t u = 0; u < ues; ++u)
    {
        devices.push_back(u % 2 == 0 ? Device::CELLULAR_UE : Device::DUAL_MODE_UE);
    }
    return devices;
}

/// Every device draws 80 Mbit.
void
MakeConstant(Ptr<Object> traffic)
{
    for (const std::string kind : {"Cellular", "DualMode", "Access"})
    {
        traffic->SetAttribute(kind + "Min", DoubleValue(80));
        traffic->SetAttribute(kind + "Max", DoubleValue(80));
    }
}

Eigen::ArrayXd
Backlog(const std::vector<Device>& devices, double mbit)
{
    return Eigen::ArrayXd::Constant(devices.size(), mbit);
}

/// Mean and variance of a sample.
std::pair<double, double>
Moments(const std::vector<double>& sample)
{
    double sum = 0;
    double squares = 0;
    for (const double value : sample)
    {
        sum += value;
        squares += value * value;
    }
    const double mean = sum / sample.size();
    return {mean, (squares - sum * mean) / (sample.size() - 1)};
}

} // namespace

/**
 * \ingroup sterna-tests
 * D_k <- D_k - b_k + arrivals, cut at the buffer's limit, by hand.
 */
class SternaCarryOverTest : public TestCase
{
  public:
    SternaCarryOverTest()
        : TestCase("unserved demand carries over")
    {
    }

  private:
    void DoRun() override
    {
        const auto devices = Devices(2);
        const auto traffic = CreateObject<LinkGroupTraffic>();
        MakeConstant(traffic);
        const auto next = [&](double backlog) {
            return traffic->Next(devices, Backlog(devices, backlog), 0).demand(3);
        };
        NS_TEST_EXPECT_MSG_EQ_TOL(next(50), 80, 1e-9, "by default cycles are independent");
        traffic->SetAttribute("CarryOver", BooleanValue(true));
        NS_TEST_EXPECT_MSG_EQ_TOL(next(50), 80, 1e-9, "a buffer of 80 Mbit takes no more");
        traffic->SetAttribute("BacklogLimit", DoubleValue(2));
        NS_TEST_EXPECT_MSG_EQ_TOL(next(0), 80, 1e-9, "nothing was left");
        NS_TEST_EXPECT_MSG_EQ_TOL(next(50), 130, 1e-9, "50 + 80");
        NS_TEST_EXPECT_MSG_EQ_TOL(next(120), 160, 1e-9, "120 + 80 is cut to 2 x 80");
        NS_TEST_EXPECT_MSG_EQ_TOL(next(50.000001), 130.000008, 1e-9, "whole bytes, rounded up");
    }
};

/**
 * \ingroup sterna-tests
 * When demands jump and by how much, by hand.
 */
class SternaBurstyTrafficTest : public TestCase
{
  public:
    SternaBurstyTrafficTest()
        : TestCase("demands jump at slots 200, 400, ...")
    {
    }

  private:
    /// The demands of a device in 80 cycles; everything that is drawn is left over.
    std::vector<double> Run(Ptr<LinkGroupBurstyTraffic> traffic, Slots& updates)
    {
        ListenToUpdates(traffic, updates);
        MakeConstant(traffic);
        const auto devices = Devices(2);
        std::vector<double> demands;
        double backlog = 0;
        for (uint32_t cycle = 0; cycle < 80; ++cycle)
        {
            backlog = traffic->Next(devices, Backlog(devices, backlog), cycle * CYCLE).demand(4);
            demands.push_back(backlog);
        }
        return demands;
    }

    void ExpectIntervals(const std::vector<double>& demands, const std::vector<double>& levels)
    {
        for (uint32_t cycle = 0; cycle < 80; ++cycle)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(demands[cycle], levels[cycle / 20], 1e-9, "cycle " << cycle);
        }
    }

    void DoRun() override
    {
        Slots updates;
        auto traffic = CreateObject<LinkGroupBurstyTraffic>();
        ExpectIntervals(Run(traffic, updates), {80, 160, 40, 160});
        NS_TEST_EXPECT_MSG_EQ((updates == Slots{200, 400, 600}), true, "updates are traced");

        traffic = CreateObject<LinkGroupBurstyTraffic>();
        traffic->SetAttribute("Order", StringValue("LowFirst"));
        traffic->SetAttribute("VideoFactor", DoubleValue(3));
        traffic->SetAttribute("CarryOver", BooleanValue(true)); // to a buffer that is full at once
        ExpectIntervals(Run(traffic, updates), {80, 40, 240, 40});

        traffic = CreateObject<LinkGroupBurstyTraffic>();
        traffic->SetAttribute("UpdatePeriod", UintegerValue(250));
        updates.clear();
        Run(traffic, updates);
        NS_TEST_EXPECT_MSG_EQ((updates == Slots{250, 500, 750}), true, "the attribute's period");
        traffic = CreateObject<LinkGroupBurstyTraffic>();
        traffic->SetAttribute("UpdatePeriod", UintegerValue(325));
        updates.clear();
        Run(traffic, updates);
        NS_TEST_EXPECT_MSG_EQ((updates == Slots{330, 650}),
                              true,
                              "at the first cycle from then on");
        ExpectCoin();
    }

    /// Random order: 1000 fair coins, within five standard deviations of 15.8.
    void ExpectCoin()
    {
        uint32_t high = 0;
        for (int64_t stream = 0; stream < 1000; ++stream)
        {
            const auto traffic = CreateObject<LinkGroupBurstyTraffic>();
            traffic->SetAttribute("Order", StringValue("Random"));
            traffic->SetAttribute("UpdatePeriod", UintegerValue(10));
            MakeConstant(traffic);
            traffic->AssignStreams(10 * stream);
            const auto devices = Devices(1);
            traffic->Next(devices, Backlog(devices, 0), 0);
            const double first = traffic->Next(devices, Backlog(devices, 0), 10).demand(0);
            const double second = traffic->Next(devices, Backlog(devices, 0), 20).demand(0);
            NS_TEST_EXPECT_MSG_EQ_TOL(first + second, 200, 1e-9, "one of 160, one of 40");
            high += first > 100;
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(high, 500, 79, "video comes first in half of the runs");
    }
};

/**
 * \ingroup sterna-tests
 * How many users come and are there, against the discrete M/G/inf queue. Nobody leaves served here:
 * N = 100 users of 400 UEs, dwell times of 5 cycles, q = exp(-1/5).
 */
class SternaUserCountTest : public TestCase
{
  public:
    SternaUserCountTest()
        : TestCase("users arrive and leave as Poisson theory says")
    {
    }

  private:
    static constexpr double USERS = 100;

    Ptr<LinkGroupUserTraffic> Make(uint64_t updatePeriod, int64_t stream)
    {
        const auto traffic = CreateObject<LinkGroupUserTraffic>();
        traffic->SetAttribute("ActiveShare", DoubleValue(0.25));
        traffic->SetAttribute("MeanDwell", DoubleValue(5));
        traffic->SetAttribute("UpdatePeriod", UintegerValue(updatePeriod));
        traffic->AssignStreams(stream);
        return traffic;
    }

    /// One more cycle. \return the number of UEs with a demand
    uint32_t Step(const Ptr<LinkGroupUserTraffic>& traffic, uint32_t cycle)
    {
        const auto demand = traffic->Next(m_devices, Backlog(m_devices, 50), cycle * CYCLE).demand;
        NS_TEST_EXPECT_MSG_EQ((demand.head(3) > 0).all(), true, "BS and TSTs are always there");
        const uint32_t users = (demand.tail(demand.size() - 3) > 0).count();
        NS_TEST_EXPECT_MSG_EQ(users, traffic->GetUsers(), "users are those with a demand");
        return users;
    }

    void DoRun() override
    {
        m_devices = Devices(400);
        ExpectStationary();
        ExpectEvents("HighFirst", 3, 0);
        ExpectEvents("LowFirst", 0, 3);
    }

    void ExpectStationary()
    {
        constexpr double CYCLES = 4000;
        const auto traffic = Make(1000000, 7);
        std::vector<double> arrivals;
        std::vector<double> users;
        for (uint32_t cycle = 0; cycle < CYCLES; ++cycle)
        {
            users.push_back(Step(traffic, cycle));
            if (cycle > 0) // the first ones have come before
            {
                arrivals.push_back(traffic->GetArrivals());
            }
        }
        const double q = std::exp(-0.2);
        const double rate = USERS * (1 - q); // 18.1 a cycle
        const auto [meanArrivals, varianceArrivals] = Moments(arrivals);
        NS_TEST_EXPECT_MSG_EQ_TOL(meanArrivals, rate, 5 * std::sqrt(rate / CYCLES), "mean");
        // variance of a Poisson sample's variance: (2 rate^2 + rate) / n
        NS_TEST_EXPECT_MSG_EQ_TOL(varianceArrivals,
                                  rate,
                                  5 * std::sqrt((2 * rate * rate + rate) / CYCLES),
                                  "the variance of a Poisson number is its mean");
        // Cycles j apart have a correlation of q^j: as if there were (1 - q) / (1 + q) of them; q^2
        // takes q's place for squares.
        const auto [meanUsers, varianceUsers] = Moments(users);
        NS_TEST_EXPECT_MSG_EQ_TOL(meanUsers,
                                  USERS,
                                  5 * std::sqrt(USERS / CYCLES * (1 + q) / (1 - q)),
                                  "N = rate / (1 - q)");
        NS_TEST_EXPECT_MSG_EQ_TOL(
            varianceUsers,
            USERS,
            5 * std::sqrt(2 * USERS * USERS / CYCLES * (1 + q * q) / (1 - q * q)),
            "the number of users is a Poisson number");
    }

    /// Means over 300 runs follow M(c + 1) = q M(c) + factor x rate, from N at the first cycle on.
    void ExpectEvents(const std::string& order, double first, double second)
    {
        constexpr uint32_t RUNS = 300;
        constexpr uint32_t CYCLES = 60;
        std::vector<double> mean(CYCLES, 0.0);
        for (int64_t run = 0; run < RUNS; ++run)
        {
            const auto traffic = Make(200, 100 + 10 * run);
            traffic->SetAttribute("Order", StringValue(order));
            for (uint32_t cycle = 0; cycle < CYCLES; ++cycle)
            {
                mean[cycle] += double(Step(traffic, cycle)) / RUNS;
            }
        }
        const double q = std::exp(-0.2);
        double expected = USERS;
        for (uint32_t cycle = 0; cycle < CYCLES; ++cycle)
        {
            const uint32_t interval = cycle / 20;
            const bool event = interval > 0 && cycle % 20 < 5; // five cycles each
            const double factor = !event ? 1 : interval == 1 ? first : second;
            expected = cycle == 0 ? USERS : q * expected + factor * USERS * (1 - q);
            NS_TEST_EXPECT_MSG_EQ_TOL(mean[cycle],
                                      expected,
                                      5 * std::sqrt(expected / RUNS),
                                      order << ", cycle " << cycle);
        }
    }

    std::vector<Device> m_devices;
};

/**
 * \ingroup sterna-tests
 * Who leaves, what they leave behind, and that arrivals do not depend on it.
 */
class SternaUserLeaveTest : public TestCase
{
  public:
    SternaUserLeaveTest()
        : TestCase("users leave when they are served, and take their backlog along")
    {
    }

  private:
    /// Everybody is there at first and stays for 10^9 cycles.
    Ptr<LinkGroupUserTraffic> Patient()
    {
        const auto traffic = CreateObject<LinkGroupUserTraffic>();
        MakeConstant(traffic);
        traffic->SetAttribute("ActiveShare", DoubleValue(1));
        traffic->SetAttribute("MeanDwell", DoubleValue(1e9));
        traffic->SetAttribute("CarryOver", BooleanValue(true));
        traffic->SetAttribute("BacklogLimit", DoubleValue(2));
        traffic->AssignStreams(3);
        return traffic;
    }

    void DoRun() override
    {
        const auto devices = Devices(50);
        auto traffic = Patient();
        traffic->Next(devices, Backlog(devices, 0), 0);
        const uint32_t users = traffic->GetUsers();
        NS_TEST_EXPECT_MSG_GT(users, 30, "Poisson of mean 50, at most 50");
        NS_TEST_EXPECT_MSG_EQ((users <= 50), true, "no more users than UEs");
        auto demand = traffic->Next(devices, Backlog(devices, 20), CYCLE).demand;
        NS_TEST_EXPECT_MSG_EQ(traffic->GetUsers(), users, "nobody has got everything");
        NS_TEST_EXPECT_MSG_EQ_TOL(demand.maxCoeff(), 100, 1e-9, "20 + 80");
        // three UEs have got everything but a few packets, the others lack a little more
        auto left = Backlog(devices, 0.2);
        uint32_t leaving = 0;
        for (Eigen::Index k = 3; k < demand.size() && leaving < 3; ++k)
        {
            if (demand(k) > 0)
            {
                left(k) = 0.05;
                ++leaving;
            }
        }
        demand = traffic->Next(devices, left, 2 * CYCLE).demand;
        NS_TEST_EXPECT_MSG_EQ(traffic->GetUsers(), users - 3, "three have left");
        traffic->SetAttribute("LeaveWhenServed", BooleanValue(false));
        traffic->Next(devices, Backlog(devices, 0), 3 * CYCLE);
        NS_TEST_EXPECT_MSG_EQ(traffic->GetUsers(), users - 3, "served users may stay");
        ExpectNoInheritance();
        ExpectCommonArrivals();
        ExpectCommonDraws();
    }

    /// All stay for one cycle, and about as many come: nobody gets another's backlog.
    void ExpectNoInheritance()
    {
        const auto devices = Devices(50);
        const auto traffic = Patient();
        traffic->SetAttribute("MeanDwell", DoubleValue(0.01));
        for (uint32_t cycle = 0; cycle < 10; ++cycle)
        {
            const auto demand =
                traffic->Next(devices, Backlog(devices, cycle > 0 ? 30 : 0), cycle * CYCLE).demand;
            NS_TEST_EXPECT_MSG_GT(traffic->GetUsers(), 20, "many have come");
            NS_TEST_EXPECT_MSG_EQ_TOL(demand.tail(50).maxCoeff(), 80, 1e-9, "with demands anew");
            NS_TEST_EXPECT_MSG_EQ_TOL(demand(0), (cycle > 0 ? 110.0 : 80.0), 1e-9, "BSs stay");
        }
    }

    /// One decider serves all, another none.
    void ExpectCommonArrivals()
    {
        const auto devices = Devices(50);
        const auto make = [&]() {
            const auto traffic = CreateObject<LinkGroupUserTraffic>();
            traffic->AssignStreams(11);
            return traffic;
        };
        const auto idle = make();
        const auto perfect = make();
        uint32_t fewer = 0;
        for (uint32_t cycle = 0; cycle < 100; ++cycle)
        {
            const auto a = idle->Next(devices, Backlog(devices, 50), cycle * CYCLE).demand;
            const auto b = perfect->Next(devices, Backlog(devices, 0), cycle * CYCLE).demand;
            NS_TEST_EXPECT_MSG_EQ(idle->GetArrivals(), perfect->GetArrivals(), "arrivals");
            for (Eigen::Index k = 0; k < a.size(); ++k)
            {
                NS_TEST_EXPECT_MSG_EQ((a(k) == b(k) || a(k) == 0 || b(k) == 0), true, "demands");
            }
            fewer += perfect->GetUsers() < idle->GetUsers();
        }
        NS_TEST_EXPECT_MSG_GT(fewer, 80, "served users leave earlier");
    }

    /// A crowd of some 180 comes to 50 UEs: one decider serves all and turns nobody away, another
    /// none. When the crowd is gone, after 80 cycles of 5, nothing must remind of it.
    void ExpectCommonDraws()
    {
        const auto devices = Devices(50);
        std::vector<std::vector<uint32_t>> users(2);
        for (const bool serves : {false, true})
        {
            const auto traffic = CreateObject<LinkGroupUserTraffic>();
            traffic->SetAttribute("ActiveShare", DoubleValue(0.2));
            traffic->SetAttribute("HighFactor", DoubleValue(20));
            traffic->SetAttribute("UpdatePeriod", UintegerValue(2000));
            traffic->AssignStreams(13);
            uint32_t most = 0;
            for (uint32_t cycle = 0; cycle < 390; ++cycle)
            {
                const bool crowd = cycle >= 200 && cycle < 210;
                traffic->Next(devices, Backlog(devices, crowd && serves ? 0 : 50), cycle * CYCLE);
                most = std::max(most, traffic->GetUsers());
                if (cycle >= 290)
                {
                    users[serves].push_back(traffic->GetUsers());
                }
            }
            NS_TEST_EXPECT_MSG_EQ((most == 50), !serves, "turned away, or not");
        }
        NS_TEST_EXPECT_MSG_EQ((users[0] == users[1]), true, "the same users afterwards");
    }
};

std::vector<TestCase*>
MakeDynamicsTrafficTests()
{
    return {new SternaCarryOverTest,
            new SternaBurstyTrafficTest,
            new SternaUserCountTest,
            new SternaUserLeaveTest};
}
