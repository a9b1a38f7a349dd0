/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * \ingroup sterna-tests
 * A PoissonFlow through a granted beam is the M/M/1 queue that the GATE-HPPO paper assumes.
 *
 * Expected values are closed forms of the queue with arrival rate lambda, service rate mu and
 * rho = lambda / mu: sojourn times are exponential with rate mu - lambda (eq. (18)), the number in
 * the system is geometric with mean rho / (1 - rho) and variance rho / (1 - rho)^2. Consecutive
 * values are correlated over the relaxation time 1 / (mu (1 - sqrt(rho))^2), so samples are taken
 * five of them apart, and the first two are left out. All tests are at the 1 % level with fixed
 * streams: each fails for one choice of streams in a hundred, and these are not such.
 */

#include "sterna-expectations.h"
#include "sterna-network-tests.h"

#include "ns3/rng-seed-manager.h"
#include "ns3/sterna-poisson-flow.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

using namespace ns3;
using namespace ns3::sterna;
using ns3::sterna::test::LIGHT_MILLISECOND;
using ns3::sterna::test::Record;
using ns3::sterna::test::RefusalOf;
using ns3::sterna::test::TestBand;
using ns3::sterna::tests::ExpectationTestCase;

namespace
{

constexpr double NORMAL_99 = 2.5758;     // two-sided 1 % of the normal distribution
constexpr double STUDENT_99 = 2.8609;    // the same of Student's with 19 degrees of freedom
constexpr double KOLMOGOROV_99 = 1.6276; // 1 % of Kolmogorov's distribution
constexpr double MEAN_SIZE = 1e6;        // bit, the attribute's default

/// \param lambda arrivals per second \param mu services per second \return seconds
double
RelaxationTime(double lambda, double mu)
{
    return 1.0 / (mu * std::pow(1.0 - std::sqrt(lambda / mu), 2));
}

/// Kolmogorov and Smirnov's distance from an exponential distribution, scaled as Stephens (1974)
/// does for finite samples. \param sample values \param rate of the distribution
double
KolmogorovSmirnov(std::vector<double> sample, double rate)
{
    std::sort(sample.begin(), sample.end());
    const auto n = static_cast<double>(sample.size());
    double distance = 0.0;
    for (std::size_t i = 0; i < sample.size(); ++i)
    {
        const double cdf = 1.0 - std::exp(-rate * sample[i]);
        distance = std::max({distance, cdf - i / n, (i + 1) / n - cdf});
    }
    return distance * (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n));
}

/// \param ratio below 1 \return it in words
std::string
Percent(double ratio)
{
    return std::to_string(std::lround(100.0 * ratio)) + " percent";
}

double
Mean(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / values.size();
}

/// \return sum of the products of deviations from the means, over n
double
Covariance(const std::vector<double>& a, const std::vector<double>& b)
{
    const double meanA = Mean(a);
    const double meanB = Mean(b);
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
    {
        sum += (a[i] - meanA) * (b[i] - meanB);
    }
    return sum / a.size();
}

/// A user with its flow, and every sojourn time of it.
struct User
{
    Ptr<SternaNetDevice> device;
    Ptr<DestinationQueue> queue;
    Ptr<PoissonFlow> flow{CreateObject<PoissonFlow>()};
    std::vector<double> sojourns; ///< Seconds.

    static void Add(std::vector<double>* sojourns, Time sojourn)
    {
        sojourns->push_back(sojourn.GetSeconds());
    }

    /// \return every step-th sojourn time, without the first two of these
    std::vector<double> Thin(std::size_t step) const
    {
        std::vector<double> thinned;
        for (std::size_t i = 2 * step; i < sojourns.size(); i += step)
        {
            thinned.push_back(sojourns[i]);
        }
        return thinned;
    }

    /// \return packets that wait or are served or on their way.
    double Number() const
    {
        return flow->GetQueued().packets + flow->GetInFlight().packets;
    }
};

/// A satellite with beams, and users with flows.
struct Station : public TestBand
{
    Ptr<SternaNetDevice> satellite;
    std::vector<std::unique_ptr<User>> users; // trace sinks point into them

    Station()
        : satellite(Add(0.0))
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        satellite->SetAttribute("Beams", UintegerValue(10));
        // The links do not move, and their losses need not be looked up for each packet.
        channel->SetAttribute("LargeScaleUpdateInterval", TimeValue(Seconds(1000)));
    }

    /// \param delay of propagation, ms \param stream of random numbers \return a user
    User& AddUser(double delay, int64_t stream)
    {
        users.push_back(std::make_unique<User>());
        auto& user = *users.back();
        user.device = TestBand::Add(delay * LIGHT_MILLISECOND);
        user.queue = QueueOf(user.device);
        user.queue->SetAttribute("MaxBytes", UintegerValue(1000000000000));
        user.flow->Connect(user.queue, user.device);
        user.flow->AssignStreams(stream);
        user.flow->TraceConnectWithoutContext("Sojourn",
                                              MakeBoundCallback(&User::Add, &user.sojourns));
        return user;
    }

    /// \param user to serve \param mu packets per second \param share of the band
    /// \param seconds of the grant
    void Serve(const User& user, double mu, double share, double seconds) const
    {
        satellite->Transmit(
            {user.device, user.queue, mu * MEAN_SIZE, 0.0, Seconds(seconds), share});
    }
};

/// Sojourn times are exponential: Kolmogorov and Smirnov's test, and the share that is on time.
class SojournTest : public ExpectationTestCase
{
  public:
    explicit SojournTest(double rho)
        : ExpectationTestCase("Sojourn times are exponential at a load of " + Percent(rho)),
          m_rho(rho)
    {
    }

  private:
    void DoRun() override
    {
        const double mu = 10.0;
        const double lambda = m_rho * mu;
        const auto step =
            static_cast<std::size_t>(std::ceil(5.0 * lambda * RelaxationTime(lambda, mu)));
        const double seconds = 502.0 * step / lambda;
        Station station;
        auto& user = station.AddUser(73.0, 1); // a MEO satellite's
        user.flow->SetRate(lambda);
        station.Serve(user, mu, 0.4, seconds);
        Simulator::Stop(Seconds(seconds));
        Simulator::Run();

        const auto sample = user.Thin(step);
        ExpectTrue(sample.size() > 480, "the sample is as large as planned");
        const double distance = KolmogorovSmirnov(sample, mu - lambda);
        ExpectTrue(distance < KOLMOGOROV_99, "distance from (18): " + std::to_string(distance));
        const double power = std::min(KolmogorovSmirnov(sample, 1.3 * (mu - lambda)),
                                      KolmogorovSmirnov(sample, (mu - lambda) / 1.3));
        ExpectTrue(power > KOLMOGOROV_99, "another rate is told apart: " + std::to_string(power));

        const double onTime = 1.0 - std::exp(-0.5 * (mu - lambda));
        const auto n = static_cast<double>(sample.size());
        const auto hits =
            std::count_if(sample.begin(), sample.end(), [](double w) { return w <= 0.5; });
        ExpectNear(hits / n,
                   onTime,
                   NORMAL_99 * std::sqrt(onTime * (1.0 - onTime) / n),
                   "share within 0.5 s");
        const auto all = std::count_if(user.sojourns.begin(), user.sojourns.end(), [](double w) {
            return w <= 0.5;
        });
        const auto& account = user.flow->GetAccount();
        NS_TEST_EXPECT_MSG_EQ(account.onTime.packets, static_cast<uint64_t>(all), "as traced");
        NS_TEST_EXPECT_MSG_EQ(account.late.packets, user.sojourns.size() - all, "as traced");
        Simulator::Destroy();
    }

    double m_rho; ///< Load.
};

/// Mean sojourn time by 20 batches, and mean number in the system by samples.
class MeansTest : public ExpectationTestCase
{
  public:
    explicit MeansTest(double rho)
        : ExpectationTestCase("Mean sojourn time and number at a load of " + Percent(rho)),
          m_rho(rho)
    {
    }

  private:
    void DoRun() override
    {
        constexpr std::size_t BATCHES = 20;
        const double mu = 10.0;
        const double lambda = m_rho * mu;
        const double relaxation = RelaxationTime(lambda, mu);
        const double seconds = 10000.0 * relaxation;
        Station station;
        auto& user = station.AddUser(0.0, 3); // no delay: what is in flight is being served
        user.flow->SetRate(lambda);
        station.Serve(user, mu, 1.0, seconds);
        std::vector<double> numbers;
        for (double t = 10.0 * relaxation; t < seconds; t += 5.0 * relaxation)
        {
            Simulator::Schedule(Seconds(t), [&]() { numbers.push_back(user.Number()); });
        }
        Simulator::Stop(Seconds(seconds));
        Simulator::Run();

        const std::size_t length = user.sojourns.size() / (BATCHES + 1);
        std::vector<double> means;
        for (std::size_t batch = 1; batch <= BATCHES; ++batch) // the first part warms up
        {
            const auto begin = user.sojourns.begin() + batch * length;
            means.push_back(Mean(std::vector<double>(begin, begin + length)));
        }
        const double deviation = std::sqrt(Covariance(means, means) * BATCHES / (BATCHES - 1.0));
        const double half = STUDENT_99 * deviation / std::sqrt(BATCHES);
        ExpectNear(Mean(means), 1.0 / (mu - lambda), half, "mean sojourn time in s");
        ExpectTrue(half < 0.1 / (mu - lambda), "the interval is narrow");

        ExpectNear(Mean(numbers),
                   m_rho / (1.0 - m_rho),
                   NORMAL_99 * std::sqrt(m_rho / numbers.size()) / (1.0 - m_rho),
                   "mean number");
        Simulator::Destroy();
    }

    double m_rho; ///< Load.
};

/// Users of one satellite are independent queues, each with its own rates.
class IndependentUsersTest : public ExpectationTestCase
{
  public:
    IndependentUsersTest()
        : ExpectationTestCase("Users of one satellite are independent queues")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<double> shares{0.5, 0.3, 0.2}; // of 20 Mbit/s
        const std::vector<double> lambdas{5.0, 4.0, 2.0};
        const double interval = 5.0 * RelaxationTime(4.0, 6.0); // of the slowest
        const double seconds = 1002.0 * interval;
        Station station;
        std::vector<std::vector<double>> numbers(3);
        for (std::size_t u = 0; u < 3; ++u)
        {
            auto& user = station.AddUser(70.0 + u, 10 + 2 * u);
            user.flow->SetRate(lambdas[u]);
            station.Serve(user, 20.0 * shares[u], shares[u], seconds);
        }
        for (double t = 2.0 * interval; t < seconds; t += interval)
        {
            Simulator::Schedule(Seconds(t), [&]() {
                for (std::size_t u = 0; u < 3; ++u)
                {
                    numbers[u].push_back(station.users[u]->Number());
                }
            });
        }
        Simulator::Stop(Seconds(seconds));
        Simulator::Run();
        for (std::size_t u = 0; u < 3; ++u)
        {
            const auto step = static_cast<std::size_t>(std::ceil(interval * lambdas[u]));
            const double distance =
                KolmogorovSmirnov(station.users[u]->Thin(step), 20.0 * shares[u] - lambdas[u]);
            ExpectTrue(distance < KOLMOGOROV_99, "distance: " + std::to_string(distance));
            const std::size_t v = (u + 1) % 3;
            const double correlation =
                Covariance(numbers[u], numbers[v]) /
                std::sqrt(Covariance(numbers[u], numbers[u]) * Covariance(numbers[v], numbers[v]));
            ExpectNear(correlation,
                       0.0,
                       NORMAL_99 / std::sqrt(numbers[u].size()),
                       "correlation of two users");
        }
        Simulator::Destroy();
    }
};

/// The source alone: gaps and sizes are exponential, whole bytes, and rates change at any time.
class SourceTest : public ExpectationTestCase
{
  public:
    SourceTest()
        : ExpectationTestCase("Gaps and sizes are exponential, also when the rate changes")
    {
    }

  private:
    void DoRun() override
    {
        Station station;
        auto& user = station.AddUser(1.0, 20);
        user.queue->SetAttribute("MaxBytes", UintegerValue(0)); // every packet is refused
        Record packets;
        packets.Watch(user.queue, "Drop");
        user.flow->SetRate(20.0);
        Simulator::Stop(Seconds(100));
        Simulator::Run();
        std::vector<double> gaps;
        std::vector<double> bits;
        Time last(0);
        for (std::size_t i = 0; i < packets.Count(); ++i)
        {
            gaps.push_back((packets.times[i] - last).GetSeconds());
            bits.push_back(8.0 * packets.sizes[i]);
            last = packets.times[i];
        }
        // 100 s at 20 per second: 2000 in the mean, with a deviation of sqrt(2000).
        ExpectNear(packets.Count(), 2000.0, NORMAL_99 * std::sqrt(2000.0), "packets");
        ExpectTrue(KolmogorovSmirnov(gaps, 20.0) < KOLMOGOROV_99, "gaps");
        ExpectTrue(KolmogorovSmirnov(bits, 1.0 / MEAN_SIZE) < KOLMOGOROV_99, "sizes");
        // Gaps and sizes are not drawn from the same numbers.
        ExpectNear(Covariance(gaps, bits) * 20.0 / MEAN_SIZE,
                   0.0,
                   NORMAL_99 / std::sqrt(packets.Count()),
                   "correlation of gap and size");

        ExpectSilence(user, packets);
        ExpectChangingRate(user, packets);
        ExpectSmall(user, packets);
        Simulator::Destroy();
    }

    void ExpectSilence(const User& user, Record& packets)
    {
        packets = Record();
        user.flow->SetRate(0.0);
        Simulator::Stop(Seconds(1000));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(packets.Count(), 0, "a rate of 0 is silence");
    }

    /// Alternating between 4 and 6 per second within a gap, every 50 ms: 5 per second.
    void ExpectChangingRate(const User& user, Record& packets)
    {
        packets = Record();
        for (int i = 0; i < 40000; ++i)
        {
            Simulator::Schedule(MilliSeconds(50 * i),
                                [&user, i]() { user.flow->SetRate(i % 2 == 0 ? 4.0 : 6.0); });
        }
        Simulator::Stop(Seconds(2000));
        Simulator::Run();
        ExpectNear(packets.Count(), 10000.0, NORMAL_99 * std::sqrt(10000.0), "packets");
        std::size_t fast = 0;
        for (const auto& time : packets.times)
        {
            fast += (time - Seconds(1100)).GetMilliSeconds() / 50 % 2;
        }
        ExpectNear(fast, 6000.0, NORMAL_99 * std::sqrt(6000.0), "those at 6 per second");
    }

    /// A mean of one byte: what would round to none has one.
    void ExpectSmall(const User& user, Record& packets)
    {
        packets = Record();
        user.flow->SetAttribute("MeanSize", DoubleValue(8.0));
        user.flow->SetRate(100.0);
        Simulator::Stop(Seconds(10));
        Simulator::Run();
        ExpectTrue(packets.Count() > 800, "many packets");
        NS_TEST_EXPECT_MSG_EQ(*std::min_element(packets.sizes.begin(), packets.sizes.end()),
                              1,
                              "at least a byte");
    }
};

/// An idle queue's sojourn time is the airtime alone, whoever serves it and from however far.
class SinglePacketTest : public ExpectationTestCase
{
  public:
    SinglePacketTest()
        : ExpectationTestCase("The sojourn time of a lonely packet is its airtime")
    {
    }

  private:
    void DoRun() override
    {
        Station station;
        auto& user = station.AddUser(20.0, 30);
        const auto near = station.Add(19.0 * LIGHT_MILLISECOND); // 1 ms away
        Record delivered;
        delivered.Watch(user.device, "Delivered");
        user.flow->SetRate(0.001);
        station.Serve(user, 12.0, 1.0, 50000.0);
        Simulator::Schedule(Seconds(50000), [&]() {
            near->Transmit({user.device, user.queue, 6e6, 0.0, Seconds(50000)});
        });
        // What is not of this flow does not count: a packet of nobody's, and another flow's.
        Simulator::Schedule(Seconds(99000), [&]() { user.flow->SetRate(0.0); });
        Simulator::Schedule(Seconds(99500),
                            [&]() { user.queue->Enqueue(Create<Packet>(1000), FLOW_PROTOCOL); });
        const auto other = CreateObject<PoissonFlow>();
        const auto queue = CreateObject<DestinationQueue>();
        other->AssignStreams(32);
        other->Connect(queue, user.device);
        Simulator::Schedule(Seconds(99600), [&]() {
            near->Transmit({user.device, queue, 6e6, 0.0, Seconds(200)});
            other->SetRate(1.0);
        });
        Simulator::Schedule(Seconds(99700), [&]() { other->SetRate(0.0); });
        Simulator::Run();
        ExpectTrue(user.sojourns.size() > 60, "some hundred packets");
        const auto others = other->GetDelivered().packets;
        ExpectTrue(others > 60, "some hundred packets of the other flow");
        NS_TEST_EXPECT_MSG_EQ(others, other->GetAccount().generated.packets, "all of them");
        NS_TEST_ASSERT_MSG_EQ(delivered.Count(),
                              user.sojourns.size() + others + 1,
                              "one is of no flow");
        NS_TEST_EXPECT_MSG_EQ(user.flow->GetDelivered().packets, user.sojourns.size(), "counted");
        for (std::size_t i = 0; i < user.sojourns.size(); ++i)
        {
            const double rate = delivered.times[i] < Seconds(50000) ? 12e6 : 6e6;
            ExpectNear(user.sojourns[i], 8.0 * delivered.sizes[i] / rate, 3e-9, "sojourn in s");
        }
        Simulator::Destroy();
    }
};

/// Every packet and every bit is accounted for once, and as the traces saw it.
class AccountTest : public ExpectationTestCase
{
  public:
    AccountTest()
        : ExpectationTestCase("On time, late, lost, expired, refused, queued and in flight add up")
    {
    }

  private:
    void DoRun() override
    {
        Station station;
        auto& user = station.AddUser(73.0, 40);
        station.channel->SetAttribute("LargeScaleUpdateInterval", TimeValue(MilliSeconds(10)));
        user.queue->SetAttribute("MaxBytes", UintegerValue(1000000)); // some eight packets
        user.queue->SetAttribute("Lifetime", TimeValue(Seconds(0.7)));
        Record refused;
        Record expired;
        Record begun;
        Record delivered;
        Record lost;
        refused.Watch(user.queue, "Drop");
        expired.Watch(user.queue, "Expired");
        begun.Watch(station.satellite, "PhyTxBegin");
        delivered.Watch(user.device, "Delivered");
        lost.Watch(user.device, "Dropped");
        user.flow->SetRate(12.0); // beyond the 10 that can be served
        const auto grant = [&](double seconds) {
            Grant grant{user.device, user.queue, 10e6, 100.0, Seconds(seconds), 1.0};
            station.satellite->Transmit(grant);
        };
        grant(60.0);
        // A fade from 30 dB to 0 dB of SNR; then nobody serves for a while.
        Simulator::Schedule(Seconds(20),
                            [&]() { station.SetLoss(station.satellite, user.device, 120.0); });
        Simulator::Schedule(Seconds(25),
                            [&]() { station.SetLoss(station.satellite, user.device, 90.0); });
        Simulator::Schedule(Seconds(62), [&]() { grant(60.0); });
        for (const double t : {10.0, 22.0, 59.99, 61.5, 70.0, 100.0})
        {
            Simulator::Schedule(Seconds(t), [&]() {
                const auto& account = user.flow->GetAccount();
                Expect(account.refused, Sum(refused), "refused");
                Expect(account.expired, Sum(expired), "expired");
                Expect(account.lost, Sum(lost), "lost");
                Expect(user.flow->GetDelivered(), Sum(delivered), "delivered");
                auto onAir = Sum(begun);
                for (uint64_t PoissonFlow::Count::*of :
                     {&PoissonFlow::Count::packets, &PoissonFlow::Count::bits})
                {
                    const uint64_t left = Sum(begun, 14).*of;
                    const uint64_t waits = user.flow->GetQueued().*of;
                    NS_TEST_EXPECT_MSG_EQ(account.generated.*of,
                                          left + waits + Sum(refused).*of + Sum(expired).*of,
                                          "generated");
                    onAir.*of = left - Sum(delivered).*of - Sum(lost).*of;
                }
                Expect(user.flow->GetInFlight(), onAir, "in flight");
            });
        }
        Simulator::Stop(Seconds(110));
        Simulator::Run();
        const auto& account = user.flow->GetAccount();
        for (const auto& count :
             {account.onTime, account.late, account.lost, account.expired, account.refused})
        {
            ExpectTrue(count.packets >= 10, "all of these happen");
        }
        Simulator::Destroy();
    }

    /// \param record of packets \param header bytes that each has beyond its own \return its sums
    static PoissonFlow::Count Sum(const Record& record, uint32_t header = 0)
    {
        PoissonFlow::Count sum;
        sum.packets = record.Count();
        for (const auto size : record.sizes)
        {
            sum.bits += 8 * (size - header);
        }
        return sum;
    }

    void Expect(const PoissonFlow::Count& actual,
                const PoissonFlow::Count& expected,
                const std::string& what)
    {
        NS_TEST_EXPECT_MSG_EQ(actual.packets, expected.packets, what << ", packets");
        NS_TEST_EXPECT_MSG_EQ(actual.bits, expected.bits, what << ", bits");
    }
};

/// The same streams give the same sojourn times, and others give others.
class RepeatTest : public ExpectationTestCase
{
  public:
    RepeatTest()
        : ExpectationTestCase("The same streams give the same numbers")
    {
    }

  private:
    void DoRun() override
    {
        const auto first = Run(50);
        ExpectTrue(first.size() > 500, "many packets");
        ExpectTrue(first == Run(50), "the same again");
        ExpectTrue(first != Run(52), "other streams");
    }

    static std::vector<double> Run(int64_t stream)
    {
        Station station;
        auto& user = station.AddUser(73.0, stream);
        user.flow->SetRate(7.0);
        station.Serve(user, 10.0, 0.5, 100.0);
        Simulator::Stop(Seconds(100));
        Simulator::Run();
        Simulator::Destroy();
        return user.sojourns;
    }
};

/// What cannot be used is refused; a flow that is gone leaves nothing behind.
class BadFlowTest : public ExpectationTestCase
{
  public:
    BadFlowTest()
        : ExpectationTestCase("Flows refuse bad input, and can end before their packets")
    {
    }

  private:
    void DoRun() override
    {
        Station station;
        auto& user = station.AddUser(1.0, 60);
        const auto bare = CreateObject<PoissonFlow>();
        ExpectRefused([&]() { bare->SetRate(1.0); }, "call Connect first");
        ExpectRefused([&]() { bare->Connect(nullptr, user.device); }, "name both");
        ExpectRefused([&]() { bare->Connect(user.queue, nullptr); }, "name both");
        ExpectRefused([&]() { user.flow->Connect(user.queue, user.device); }, "another flow");
        ExpectRefused([&]() { user.flow->SetRate(-1.0); }, "A rate of -1 packets per second");
        ExpectRefused([&]() { user.flow->SetRate(std::nan("")); }, "A rate of nan");
        ExpectRefused([&]() { user.flow->SetRate(1.0 / 0.0); }, "A rate of inf");

        Record delivered;
        delivered.Watch(user.device, "Delivered");
        user.flow->SetRate(10.0);
        Simulator::Stop(Seconds(10));
        Simulator::Run();
        ExpectTrue(user.flow->GetQueued().packets > 50, "nobody serves them");
        const auto waiting = user.flow->GetQueued().packets;
        user.flow = nullptr;
        station.Serve(user, 1000.0, 1.0, 100.0);
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(delivered.Count(), waiting, "they arrive without their flow");
        Simulator::Destroy();
    }
};

/// The suite.
class QueueingTestSuite : public TestSuite
{
  public:
    QueueingTestSuite()
        : TestSuite("sterna-queueing", Type::UNIT)
    {
        for (const double rho : {0.3, 0.7, 0.9})
        {
            AddTestCase(new SojournTest(rho));
        }
        for (const double rho : {0.5, 0.8})
        {
            AddTestCase(new MeansTest(rho));
        }
        AddTestCase(new IndependentUsersTest);
        AddTestCase(new SourceTest);
        AddTestCase(new SinglePacketTest);
        AddTestCase(new AccountTest);
        AddTestCase(new RepeatTest);
        AddTestCase(new BadFlowTest);
    }
};

QueueingTestSuite g_queueingTestSuite;

} // namespace
