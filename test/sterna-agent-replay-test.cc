/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-test.h"

#include "ns3/sterna-neighbours.h"
#include "ns3/sterna-prioritized-replay.h"
#include "ns3/sterna-replay-buffer.h"
#include "ns3/sterna-sum-tree.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

Ptr<UniformRandomVariable>
MakeUniform(int64_t stream)
{
    auto uniform = CreateObject<UniformRandomVariable>();
    uniform->SetStream(stream);
    return uniform;
}

Generator
MakeGenerator(int64_t stream)
{
    Generator generator;
    generator.Seed(MakeUniform(stream));
    return generator;
}

/**
 * Every search of a changing tree finds what adding up one weight after the other finds. The
 * weights are whole numbers, whose sums are exact. A tree built anew from the same weights has the
 * same sum to the bit, whatever its history.
 */
class SumTreeTest : public TestCase
{
  public:
    SumTreeTest()
        : TestCase("Sum tree against adding up")
    {
    }

  private:
    void DoRun() override
    {
        auto uniform = MakeUniform(1);
        for (int64_t size : {1, 2, 7, 64})
        {
            SumTree tree(size);
            std::vector<double> weights(size, 0.0);
            for (int change = 0; change < 200; ++change)
            {
                const auto index = uniform->GetInteger(0, size - 1);
                weights[index] = uniform->GetInteger(0, 3);
                tree.Set(index, weights[index]);
                const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
                NS_TEST_ASSERT_MSG_EQ(tree.GetTotal(), total, "total of " << size);
                for (double sum = 0; sum < total; sum += 0.5)
                {
                    NS_TEST_ASSERT_MSG_EQ(tree.Find(sum), AddUp(weights, sum), "prefix " << sum);
                }
            }
        }
        CheckEnds();
        CheckNoDrift(uniform);
    }

    static int64_t AddUp(const std::vector<double>& weights, double sum)
    {
        double above = 0;
        for (size_t i = 0; i < weights.size(); ++i)
        {
            above += weights[i];
            if (sum < above)
            {
                return i;
            }
        }
        return -1;
    }

    void CheckEnds()
    {
        SumTree tree(5);
        tree.Set(1, 2.0);
        tree.Set(3, 1.0);
        NS_TEST_EXPECT_MSG_EQ(tree.Find(-1.0), 1, "below 0: the first that has a weight");
        NS_TEST_EXPECT_MSG_EQ(tree.Find(3.0), 3, "the total: the last that has a weight");
        NS_TEST_EXPECT_MSG_EQ(tree.Find(1e9), 3, "above the total");
    }

    void CheckNoDrift(Ptr<UniformRandomVariable> uniform)
    {
        SumTree used(50);
        for (int change = 0; change < 100000; ++change)
        {
            used.Set(uniform->GetInteger(0, 49), std::pow(10.0, uniform->GetValue(-12, 6)));
        }
        SumTree fresh(50);
        for (int64_t i = 0; i < 50; ++i)
        {
            used.Set(i, 0.1 * static_cast<double>(i));
            fresh.Set(i, 0.1 * static_cast<double>(i));
        }
        NS_TEST_EXPECT_MSG_EQ(used.GetTotal(), fresh.GetTotal(), "no drift");
    }
};

/**
 * Slots are drawn in proportion to |error|^0.6: Pearson's chi-squared over 80000 draws. A draw of
 * one slot has one range, so the draws are independent. The 0.999 quantile for 7 degrees of freedom
 * is 24.32 (NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.4).
 */
class PrioritizedFrequencyTest : public TestCase
{
  public:
    PrioritizedFrequencyTest()
        : TestCase("Prioritised draws have the right frequencies")
    {
    }

  private:
    void DoRun() override
    {
        PrioritizedReplay replay(8);
        PrioritizedReplay::Draw draw;
        Generator generator = MakeGenerator(2);
        // 0.5, 1, ..., 4, each to the power 0.6.
        std::vector<double> shares;
        Eigen::VectorXf errors(8);
        for (int slot = 0; slot < 8; ++slot)
        {
            replay.Add(slot);
            errors[slot] = 0.5f * static_cast<float>(slot + 1);
            shares.push_back(std::pow(0.5 * (slot + 1), 0.6));
        }
        const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
        // Eight ranges over eight equal weights: each slot once.
        replay.Sample(8, 1.0, generator, draw);
        std::vector<Eigen::Index> each(8);
        std::iota(each.begin(), each.end(), 0);
        NS_TEST_EXPECT_MSG_EQ((draw.slots == each), true, "one from each range");
        replay.Update(draw, errors);

        const int draws = 80000;
        std::vector<int> counts(8, 0);
        for (int i = 0; i < draws; ++i)
        {
            replay.Sample(1, 1.0, generator, draw);
            ++counts[draw.slots[0]];
        }
        double chiSquared = 0;
        for (int slot = 0; slot < 8; ++slot)
        {
            const double expected = draws * shares[slot] / total;
            chiSquared += std::pow(counts[slot] - expected, 2) / expected;
        }
        NS_TEST_EXPECT_MSG_LT(chiSquared, 24.32, "chi-squared");
    }
};

/**
 * Importance weights by hand: errors 1 and 32 give the weights 1 and 32^0.6 = 8, so P = 1/9, 8/9
 * and (2 P)^-0.5 = sqrt(9/2), sqrt(9/16); divided by the largest 1 and sqrt(1/8) = 0.35355. With
 * beta = 1 the ratio is 1/8. New transitions get the largest weight so far, 8.
 */
class PrioritizedWeightTest : public TestCase
{
  public:
    PrioritizedWeightTest()
        : TestCase("Importance weights, new and overwritten transitions")
    {
    }

  private:
    void DoRun() override
    {
        PrioritizedReplay replay(4);
        PrioritizedReplay::Draw draw;
        Generator generator = MakeGenerator(3);
        replay.Add(0);
        replay.Add(1);
        NS_TEST_EXPECT_MSG_EQ(replay.GetWeight(1), 1, "the first ones have weight 1");
        replay.Sample(2, 0.5, generator, draw);
        replay.Update(draw, Eigen::Vector2f(1.0f, -32.0f));
        NS_TEST_EXPECT_MSG_EQ_TOL(replay.GetWeight(0), 1.0, 1e-5, "1^0.6");
        NS_TEST_EXPECT_MSG_EQ_TOL(replay.GetWeight(1), 8.0, 1e-5, "32^0.6");
        CheckWeights(replay, generator, 0.5, 0.35355339);
        CheckWeights(replay, generator, 1.0, 0.125);

        replay.Add(2);
        NS_TEST_EXPECT_MSG_EQ(replay.GetWeight(2), replay.GetWeight(1), "the largest so far");
        Safetensors file;
        replay.Store(file, "priorities");
        PrioritizedReplay copy(4);
        copy.Load(file, "priorities", "f");
        NS_TEST_EXPECT_MSG_EQ(copy.GetWeight(1), replay.GetWeight(1), "weights are kept");
        copy.Add(3);
        NS_TEST_EXPECT_MSG_EQ(copy.GetWeight(3), replay.GetWeight(1), "so is the largest");
        CheckOverwritten(replay, generator);
    }

    /// Both slots in one draw of 18: the rarer has weight 1, the other `expected`.
    void CheckWeights(const PrioritizedReplay& replay,
                      Generator& generator,
                      double beta,
                      double expected)
    {
        PrioritizedReplay::Draw draw;
        replay.Sample(18, beta, generator, draw);
        // 18 ranges of 1/2: two lie in [0, 1), sixteen in [1, 9).
        for (int i = 0; i < 18; ++i)
        {
            const bool rare = i < 2;
            const Eigen::Index slot = rare ? 0 : 1;
            const double weight = rare ? 1.0 : expected;
            NS_TEST_EXPECT_MSG_EQ(draw.slots[i], slot, "range " << i);
            NS_TEST_EXPECT_MSG_EQ_TOL(draw.weights[i], weight, 1e-5, "beta " << beta);
        }
    }

    void CheckOverwritten(PrioritizedReplay& replay, Generator& generator)
    {
        PrioritizedReplay::Draw draw;
        do
        {
            replay.Sample(64, 0.5, generator, draw);
        } while (draw.slots[0] != 0);
        const double before = replay.GetWeight(1);
        replay.Add(0); // another transition takes the slot
        const double fresh = replay.GetWeight(0);
        Eigen::VectorXf errors = Eigen::VectorXf::Constant(64, 243.0f); // 243^0.6 = 27
        errors[63] = std::numeric_limits<float>::quiet_NaN();           // slot 2 or 1
        replay.Update(draw, errors);
        NS_TEST_EXPECT_MSG_EQ(replay.GetWeight(0), fresh, "the update of the old one is discarded");
        NS_TEST_EXPECT_MSG_EQ_TOL(replay.GetWeight(1), 27.0, 1e-4, "the other is updated");
        NS_TEST_EXPECT_MSG_LT(before, 27.0, "it was smaller");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(replay.GetWeight(draw.slots[63])),
                              false,
                              "NaN is ignored");
    }
};

/**
 * A full buffer overwrites the oldest transition, a batch holds what was pushed, missing masks mean
 * that all is valid, and a file brings everything back.
 */
class ReplayBufferTest : public TestCase
{
  public:
    ReplayBufferTest()
        : TestCase("Replay buffer keeps the last transitions")
    {
    }

  private:
    static Eigen::Index Push(ReplayBuffer& buffer, float value)
    {
        const bool mask[] = {false, true, false};
        return buffer.Push(Eigen::Vector2f(value, -value),
                           Eigen::VectorXf::Constant(1, value + 10),
                           value + 20,
                           Eigen::Vector2f(value + 30, value + 40),
                           value > 2 ? mask : nullptr,
                           value > 3);
    }

    void Check(const ReplayBuffer& buffer)
    {
        ReplayBatch batch;
        buffer.Gather({0, 2}, batch);
        // Slot 0 holds transition 4, which displaced 1; slot 2 holds transition 3.
        NS_TEST_EXPECT_MSG_EQ((batch.features.row(0) == Eigen::RowVector2f(4, -4)), true, "seen");
        NS_TEST_EXPECT_MSG_EQ(batch.actions(1, 0), 13, "done");
        NS_TEST_EXPECT_MSG_EQ(batch.rewards[0], 24, "reward");
        NS_TEST_EXPECT_MSG_EQ((batch.nextFeatures.row(1) == Eigen::RowVector2f(33, 43)), true, "");
        NS_TEST_EXPECT_MSG_EQ((batch.nextMask.row(1) == Eigen::RowVector3f(0, 1, 0)), true, "mask");
        NS_TEST_EXPECT_MSG_EQ(batch.terminated[0], 1, "terminated");
        NS_TEST_EXPECT_MSG_EQ(batch.terminated[1], 0, "not terminated");
        buffer.Gather({1}, batch);
        NS_TEST_EXPECT_MSG_EQ((batch.nextMask.row(0) == Eigen::RowVector3f(1, 1, 1)), true, "all");
    }

    void DoRun() override
    {
        ReplayBuffer buffer(3, 2, 1, 3);
        for (int i = 1; i <= 3; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(Push(buffer, static_cast<float>(i)), i - 1, "slot");
            NS_TEST_EXPECT_MSG_EQ(buffer.GetSize(), i, "size");
        }
        NS_TEST_EXPECT_MSG_EQ(Push(buffer, 4), 0, "the oldest goes");
        NS_TEST_EXPECT_MSG_EQ(buffer.GetSize(), 3, "full");
        Check(buffer);

        Safetensors file;
        buffer.Store(file, "replay");
        ReplayBuffer copy(3, 2, 1, 3);
        copy.Load(file, "replay", "f");
        Check(copy);
        NS_TEST_EXPECT_MSG_EQ(Push(copy, 5), 1, "the position is kept");
        ReplayBuffer smaller(2, 2, 1, 3);
        const std::string refusal = GetRefusal([&]() { smaller.Load(file, "replay", "f"); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "ReplayCapacity of 2"), true, refusal);

        // Uniform draws of 3 slots, 30000: five standard deviations of sqrt(30000 * 2/9) = 82.
        Generator generator = MakeGenerator(4);
        std::vector<Eigen::Index> slots(30000);
        buffer.DrawSlots(generator, slots);
        for (Eigen::Index slot = 0; slot < 3; ++slot)
        {
            const auto count = std::count(slots.begin(), slots.end(), slot);
            NS_TEST_EXPECT_MSG_EQ_TOL(static_cast<double>(count), 10000.0, 410.0, "uniform");
        }
    }
};

/**
 * Nearest rows against sorting all distances, on a coarse grid where many are equal; masks, ties,
 * NaN and too few rows.
 */
class NeighboursTest : public TestCase
{
  public:
    NeighboursTest()
        : TestCase("Nearest rows against sorting, and best choices")
    {
    }

  private:
    void DoRun() override
    {
        auto uniform = MakeUniform(5);
        for (int round = 0; round < 50; ++round)
        {
            const auto draw = [&]() { return static_cast<float>(uniform->GetInteger(0, 4)); };
            const RowMatrixXf points = RowMatrixXf::NullaryExpr(40, 3, draw);
            const Eigen::VectorXf point = Eigen::VectorXf::NullaryExpr(3, draw);
            bool valid[40];
            std::vector<std::pair<double, Eigen::Index>> sorted;
            for (int row = 0; row < 40; ++row)
            {
                valid[row] = uniform->GetInteger(0, 3) > 0;
                double distance = 0;
                for (int axis = 0; axis < 3; ++axis)
                {
                    distance += std::pow(double{points(row, axis)} - point[axis], 2);
                }
                if (valid[row])
                {
                    sorted.emplace_back(distance, row);
                }
            }
            std::sort(sorted.begin(), sorted.end());
            const auto rows = NearestRows(points, valid, point, 10);
            NS_TEST_ASSERT_MSG_EQ(rows.size(), 10, "count");
            for (int i = 0; i < 10; ++i)
            {
                NS_TEST_ASSERT_MSG_EQ(rows[i], sorted[i].second, "neighbour " << i);
            }
        }
        CheckEnds();
    }

    void CheckEnds()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const RowMatrixXf points = (RowMatrixXf(3, 1) << 1, nan, 3).finished();
        const auto rows = NearestRows(points, nullptr, Eigen::VectorXf::Constant(1, 2.9f), 5);
        NS_TEST_EXPECT_MSG_EQ((rows == std::vector<Eigen::Index>{2, 0}), true, "fewer than asked");
        NS_TEST_EXPECT_MSG_EQ(
            NearestRows(points, nullptr, Eigen::VectorXf::Constant(1, nan), 5).size(),
            0,
            "nothing is near NaN");
        const float values[] = {1, 5, nan, 5, 7};
        const bool valid[] = {true, true, false, true, false};
        const bool none[5] = {};
        NS_TEST_EXPECT_MSG_EQ(BestChoice(values, 5, valid), 1, "the first of the largest valid");
        NS_TEST_EXPECT_MSG_EQ(BestChoice(values, 5, nullptr), -1, "a valid one is NaN");
        NS_TEST_EXPECT_MSG_EQ(BestChoice(values, 5, none), -1, "none is valid");
    }
};

} // namespace

std::vector<TestCase*>
MakeReplayTests()
{
    return {new SumTreeTest,
            new PrioritizedFrequencyTest,
            new PrioritizedWeightTest,
            new ReplayBufferTest,
            new NeighboursTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
