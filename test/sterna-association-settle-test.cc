/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-association-tests.h"

#include <algorithm>
#include <numeric>

namespace ns3
{
namespace sterna
{
namespace tests
{

namespace
{

class SettleWithRoomTest : public AssociationTestCase
{
  public:
    SettleWithRoomTest()
        : AssociationTestCase("with room, grants deliver rate x airtime or the stock, to the bit")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(13);
        uint32_t emptied = 0;
        for (int k = 0; k < 300; ++k)
        {
            auto draw = DrawSizes(draws);
            auto instance = DrawAssociation(draws, draw);
            instance.state.capacity.setConstant(100 * ASSOCIATION_UNIT);
            AssociationTable table(instance.problem,
                                   instance.state,
                                   AssociationTable::Knowledge::ACTUAL);
            DrawGrants(draws, instance.state, draw.channels, table);
            const auto rates = table.Rates();
            const auto volumes = table.Settle();
            NS_TEST_ASSERT_MSG_EQ(volumes.size(), rates.size(), "a volume for each grant");
            for (std::size_t g = 0; g < rates.size(); ++g)
            {
                const auto& grant = table.Decision()[g];
                const auto& contact = *instance.state.Slice().Find(grant.satellite, grant.station);
                const double stock = instance.state.stock(grant.satellite);
                const double offer = std::floor(rates[g] * contact.airtime_s);
                emptied += offer > stock;
                ExpectNear(volumes[g], std::min(offer, stock), 0, "volume");
            }
        }
        ExpectTrue(emptied > 20, "some satellites send all they have");
    }
};

class SettleFullTest : public AssociationTestCase
{
  public:
    SettleFullTest()
        : AssociationTestCase("a station that fills up is shared in the order of time")
    {
    }

  private:
    void ExpectVolumes(double room,
                       const std::vector<AssociationContact>& contacts,
                       const std::vector<double>& expected)
    {
        auto system = MakeAssociationSystem(3, 3, {0.1 + room});
        const AssociationProblem problem(system);
        const auto state = BeginPlan(problem, {contacts});
        AssociationTable table(problem, state);
        for (uint32_t i = contacts.size(); i-- > 0;) // the order of grants does not matter
        {
            table.Add({i, 1, i});
        }
        auto volumes = table.Settle();
        std::reverse(volumes.begin(), volumes.end());
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
            ExpectNear(volumes[i], expected[i], 1, "satellite " + std::to_string(i));
        }
    }

    void DoRun() override
    {
        // 1 Mbit/s each: 20 Mbit alone until 20 s, then 25 Mbit each until the station is full.
        ExpectVolumes(0.7,
                      {MakeContact(0, 1, 1, 0, 60), MakeContact(1, 1, 1, 20, 100)},
                      {45e6, 25e6});
        // 1 and 2 Mbit/s: of the 50 Mbit after 20 s one third and two thirds.
        ExpectVolumes(0.7,
                      {MakeContact(0, 1, 1, 0, 60), MakeContact(1, 1, 3, 20, 100)},
                      {20e6 + 50e6 / 3, 100e6 / 3});
        // Full before the last one comes: nothing is left for it.
        ExpectVolumes(0.3,
                      {MakeContact(0, 1, 1, 0, 100),
                       MakeContact(1, 1, 1, 10, 20),
                       MakeContact(2, 1, 1, 40, 100)},
                      {20e6, 10e6, 0});
        // One after the other, with a pause between them.
        ExpectVolumes(0.5,
                      {MakeContact(0, 1, 1, 60, 100), MakeContact(1, 1, 1, 0, 30)},
                      {20e6, 30e6});
    }
};

class SettleRoomTest : public AssociationTestCase
{
  public:
    SettleRoomTest()
        : AssociationTestCase(
              "no station takes more than its room, and all of it where more is offered")
    {
    }

  private:
    void DoRun() override
    {
        Draws draws(14);
        uint32_t full = 0;
        for (int k = 0; k < 500; ++k)
        {
            auto draw = DrawSizes(draws);
            draw.mostCapacity = 6;
            const auto instance = DrawAssociation(draws, draw);
            AssociationTable table(instance.problem, instance.state);
            DrawGrants(draws, instance.state, draw.channels, table);
            const auto volumes = table.Settle();
            const auto rates = table.Rates();
            for (uint32_t j = 1; j <= draw.stations; ++j)
            {
                const double room = instance.problem.Room(instance.state, j);
                double stored = 0;
                double offered = 0;
                for (std::size_t g = 0; g < volumes.size(); ++g)
                {
                    const auto& grant = table.Decision()[g];
                    if (grant.station == j)
                    {
                        const auto& contact = *instance.state.Slice().Find(grant.satellite, j);
                        stored += volumes[g];
                        offered += std::min(rates[g] * contact.airtime_s,
                                            instance.state.stock(grant.satellite));
                    }
                }
                ExpectTrue(stored <= room, "within the room");
                ExpectNear(stored, std::min(offered, room), draw.channels, "as much as fits");
                full += offered > room;
            }
        }
        ExpectTrue(full > 100, "many stations fill up");
    }
};

class AccountTest : public AssociationTestCase
{
  public:
    AccountTest()
        : AssociationTestCase("what stations gain is what satellites lose, to the bit")
    {
    }

  private:
    void Play(Draws& draws)
    {
        auto draw = DrawSizes(draws);
        draw.slices = 4;
        const auto instance = DrawAssociation(draws, draw);
        auto state = instance.state;
        double total = 0;
        double utility = 0;
        while (state.slice < draw.slices)
        {
            AssociationTable table(instance.problem, state, AssociationTable::Knowledge::ACTUAL);
            DrawGrants(draws, state, draw.channels, table);
            const auto volumes = table.Settle();
            total = std::accumulate(volumes.begin(), volumes.end(), total);
            const double slice = instance.problem.Account(state, table.Decision(), volumes);
            ExpectNear(slice,
                       std::accumulate(state.utilities.begin(), state.utilities.end(), 0.0),
                       1e-12,
                       "the grants' utilities add up");
            utility += slice;
        }
        ExpectTrue((state.stock >= 0).all(), "no satellite sends more than it has");
        ExpectNear((instance.state.capacity - state.capacity).sum(), total, 0, "capacity used");
        ExpectNear((instance.state.stock - state.stock).sum(), total, 0, "stock sent");
        // ln telescopes: only what is left in the end counts
        const auto& system = instance.problem.System();
        const double cost = (instance.state.capacity / state.capacity).log().sum();
        ExpectNear(utility,
                   system.dataWeight * total / system.unit -
                       system.costWeight * system.storageCost * cost,
                   1e-9,
                   "utility of the episode");
    }

    void DoRun() override
    {
        Draws draws(15);
        for (int k = 0; k < 200; ++k)
        {
            Play(draws);
        }
    }
};

} // namespace

std::vector<TestCase*>
MakeAssociationSettleTests()
{
    return {new SettleWithRoomTest, new SettleFullTest, new SettleRoomTest, new AccountTest};
}

} // namespace tests
} // namespace sterna
} // namespace ns3
