/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-dynamics-tests.h"
#include "sterna-propagation-test-helpers.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/sterna-channel-shocks.h"
#include "ns3/sterna-shock-loss-model.h"

#include <algorithm>
#include <cmath>

using namespace ns3;
using namespace ns3::sterna;

/**
 * \ingroup sterna-tests
 * Which links a shock hits, and by how much: binomial and uniform, within five standard deviations.
 */
class SternaShockLossTest : public TestCase
{
  public:
    SternaShockLossTest()
        : TestCase("shocks hit the right share of links, by 10 to 30 dB, until the next update")
    {
    }

  private:
    void DoRun() override
    {
        ExpectLosses();
        ExpectChain();
    }

    void ExpectLosses()
    {
        constexpr double PAIRS = 20000;
        constexpr double SHARE = 0.3;
        const auto model = CreateObject<ShockLossModel>();
        model->SetAttribute("Share", DoubleValue(SHARE));
        model->AssignStreams(1);
        double hit = 0;
        double twice = 0;
        std::vector<double> bins(10, 0.0);
        for (uint32_t k = 1; k <= PAIRS; ++k)
        {
            const double first = model->GetLossDb(0, k, 1);
            hit += first > 0;
            twice += first > 0 && model->GetLossDb(0, k, 2) > 0;
            if (first > 0)
            {
                NS_TEST_ASSERT_MSG_EQ((first >= 10 && first <= 30), true, first << " dB");
                ++bins[std::min(9.0, std::floor((first - 10) / 2))];
            }
            NS_TEST_EXPECT_MSG_EQ(model->GetLossDb(k, 0, 1), first, "the same in both directions");
            NS_TEST_EXPECT_MSG_EQ(model->GetLossDb(0, k, 0), 0, "before the first update");
        }
        const auto deviation = [&](double share) {
            return 5 * std::sqrt(PAIRS * share * (1 - share));
        };
        NS_TEST_EXPECT_MSG_EQ_TOL(hit, PAIRS * SHARE, deviation(SHARE), "share of links");
        NS_TEST_EXPECT_MSG_EQ_TOL(twice,
                                  PAIRS * SHARE * SHARE,
                                  deviation(SHARE * SHARE),
                                  "updates are independent");
        NS_TEST_EXPECT_MSG_EQ(Fits(bins, std::vector<double>(10, hit / 10), 1), true, "uniform");
    }

    void ExpectChain()
    {
        const auto fixed = CreateObject<FixedRssLossModel>();
        fixed->SetRss(-50);
        const auto shock = CreateObject<ShockLossModel>();
        fixed->SetNext(shock);
        NS_TEST_EXPECT_MSG_EQ(fixed->AssignStreams(5), 1, "one stream");
        const auto copy = CreateObject<ShockLossModel>();
        copy->AssignStreams(5);
        std::vector<Ptr<MobilityModel>> places;
        for (uint32_t i = 0; i < 30; ++i)
        {
            const auto node = CreateObject<Node>();
            node->AggregateObject(CreateObject<ConstantPositionMobilityModel>());
            places.push_back(node->GetObject<MobilityModel>());
        }
        double total = 0;
        for (uint64_t update = 0; update < 3; ++update)
        {
            shock->SetUpdate(update);
            for (uint32_t i = 1; i < places.size(); ++i)
            {
                const uint32_t a = places[0]->GetObject<Node>()->GetId();
                const uint32_t b = places[i]->GetObject<Node>()->GetId();
                const double loss = copy->GetLossDb(a, b, update);
                NS_TEST_EXPECT_MSG_EQ_TOL(fixed->CalcRxPower(0, places[0], places[i]),
                                          -50 - loss,
                                          1e-12,
                                          "the chain's loss and the shock's");
                total += loss;
            }
        }
        NS_TEST_EXPECT_MSG_GT(total, 0, "somebody was hit");
        NS_TEST_EXPECT_MSG_EQ(Refuses([&]() { shock->SetMinLossDb(-1); }, "-1"), true, "a gain");
        NS_TEST_EXPECT_MSG_EQ(
            Refuses(
                []() { CreateObject<ChannelShocks>()->AddChannel(CreateObject<SternaChannel>()); },
                "PathLoss"),
            true,
            "nothing to hit");
        Simulator::Destroy();
    }
};

TestCase*
MakeShockLossTest()
{
    return new SternaShockLossTest;
}
