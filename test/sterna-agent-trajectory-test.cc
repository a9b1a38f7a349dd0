/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-meta-test.h"

#include "ns3/sterna-trajectory-memory.h"

#include <set>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

constexpr float PACKING = 0.51f / 32767.0f; // half a step of 16 bits, and a little rounding

AgentSpaces
MakeSpaces()
{
    AgentSpaces spaces;
    spaces.features = 4;
    spaces.embedding = 2;
    return spaces;
}

/// A tuple as it was lived, and what a memory may do with it.
struct Lived
{
    Observation observation;
    Eigen::RowVectorXf action;
    float reward;
    Eigen::VectorXf next;
    bool terminated;
    bool linked; //!< terminated, or followed by the state it led to
    int task;
};

/// A life of 120 tuples: 4 tasks, terminations, and two tuples that lead elsewhere than they said.
std::vector<Lived>
Live(int64_t stream)
{
    auto uniform = MakeStream(stream);
    std::vector<Lived> life;
    Observation state = DrawObservation(MakeSpaces(), uniform);
    for (int t = 0; t < 120; ++t)
    {
        Lived one;
        one.observation = state;
        one.action = RandomMatrix(1, 2, uniform);
        one.reward = static_cast<float>(uniform->GetValue(-2, 2));
        one.terminated = t % 7 == 6;
        one.task = t / 33;
        state = DrawObservation(MakeSpaces(), uniform);
        one.next = state.features;
        const bool strays = t == 50 || t == 110;
        if (strays)
        {
            state = DrawObservation(MakeSpaces(), uniform);
        }
        one.linked = one.terminated || (!strays && (t + 1) / 33 == one.task && t < 119);
        life.push_back(one);
    }
    return life;
}

TrajectoryMemory
Remember(const std::vector<Lived>& life, Eigen::Index capacity, Eigen::Index window, size_t count)
{
    TrajectorySettings settings;
    settings.spaces = MakeSpaces();
    settings.capacity = capacity;
    settings.window = window;
    TrajectoryMemory memory(settings);
    Generator random;
    random.Seed(MakeStream(3));
    for (size_t t = 0; t < count; ++t)
    {
        const Lived& one = life[t];
        if (t > 0 && life[t - 1].task != one.task)
        {
            memory.BeginTask();
        }
        memory.Push(one.observation,
                    one.action,
                    one.reward,
                    one.terminated ? nullptr : &one.next,
                    one.terminated,
                    random);
    }
    return memory;
}

Eigen::RowVectorXf
Step(const Lived& one)
{
    Eigen::RowVectorXf step(7);
    step << one.observation.features.transpose(), one.action, one.reward;
    return step;
}

/**
 * The memory against a plain list of everything that was lived, for a ring that wraps (23 tuples)
 * and one that does not: what can be drawn, each tuple with its next state and next choices, and
 * both of its windows step by step.
 */
class TrajectoryTest : public TestCase
{
  public:
    explicit TrajectoryTest(Eigen::Index capacity)
        : TestCase("a ring of " + std::to_string(capacity) + " tuples equals the list of all"),
          m_capacity(capacity)
    {
    }

  private:
    static constexpr int WINDOW = 5;

    void DoRun() override
    {
        const auto life = Live(1);
        for (const size_t count : {1, 4, 30, 34, 52, 67, 100, 120})
        {
            const auto memory = Remember(life, m_capacity, WINDOW, count);
            const int64_t oldest = std::max<int64_t>(0, int64_t(count) - m_capacity);
            std::set<int64_t> expected;
            for (int64_t t = oldest; t < int64_t(count); ++t)
            {
                const bool known = life[t].terminated || t + 1 < int64_t(count);
                if (life[t].linked && known && (oldest == 0 || t >= oldest + WINDOW))
                {
                    expected.insert(t);
                    CheckTuple(memory, life, t);
                }
                NS_TEST_EXPECT_MSG_EQ(memory.CanDraw(t), (expected.count(t) > 0), count << ": " << t);
            }
            NS_TEST_EXPECT_MSG_EQ(memory.CanDraw(oldest - 1), false, "overwritten");
            NS_TEST_EXPECT_MSG_EQ(memory.CanDraw(int64_t(count)), false, "not lived yet");
            CheckDraws(memory, expected, life, count);
            RowMatrixXf latest;
            memory.GatherLatest(latest);
            for (int j = 0; j < WINDOW; ++j)
            {
                const int64_t t = int64_t(count) - WINDOW + j;
                const bool same = t >= oldest && t >= 0 && life[t].task == life[count - 1].task;
                const Eigen::RowVectorXf step = same ? Step(life[t]) : Eigen::RowVectorXf::Zero(7);
                NS_TEST_EXPECT_MSG_EQ((latest.row(j) == step), true, count << ", step " << j);
            }
        }
    }

    void CheckTuple(const TrajectoryMemory& memory, const std::vector<Lived>& life, int64_t t)
    {
        TrajectoryBatch batch;
        memory.Gather({t, t}, batch);
        const Lived& one = life[t];
        const Eigen::VectorXf seen = batch.states.row(1).transpose();
        NS_TEST_EXPECT_MSG_LT((seen - one.observation.features).cwiseAbs().maxCoeff(),
                              PACKING,
                              "state " << t);
        NS_TEST_EXPECT_MSG_EQ((batch.actions.row(1) == one.action), true, "action " << t);
        NS_TEST_EXPECT_MSG_EQ(batch.rewards[1], one.reward, "reward " << t);
        NS_TEST_EXPECT_MSG_EQ(batch.terminated[1], (one.terminated ? 1 : 0), "end " << t);
        const Eigen::VectorXf next = one.terminated ? Eigen::VectorXf::Zero(4) : one.next;
        NS_TEST_EXPECT_MSG_LT((batch.nextStates.row(1).transpose() - next).cwiseAbs().maxCoeff(),
                              PACKING,
                              "next state " << t);
        if (!one.terminated)
        {
            RowMatrixXf choices;
            const auto offered = memory.GetNextChoices(t, choices);
            NS_TEST_EXPECT_MSG_EQ(offered,
                                  life[t + 1].observation.mask.count(),
                                  "next choices " << t);
        }
        for (int j = 0; j <= WINDOW; ++j)
        {
            const int64_t at = t - WINDOW + j;
            const bool same = at >= 0 && life[at].task == one.task;
            const Eigen::RowVectorXf step = same ? Step(life[at]) : Eigen::RowVectorXf::Zero(7);
            NS_TEST_EXPECT_MSG_EQ((batch.steps.row(2 * j + 1) == step), true, t << ", step " << j);
        }
    }

    void CheckDraws(const TrajectoryMemory& memory,
                    const std::set<int64_t>& expected,
                    const std::vector<Lived>& life,
                    size_t count)
    {
        Generator random;
        random.Seed(MakeStream(4));
        for (const bool sameTask : {false, true})
        {
            std::set<int64_t> wanted;
            for (const int64_t t : expected)
            {
                if (!sameTask || life[t].task == life[count - 1].task)
                {
                    wanted.insert(t);
                }
            }
            std::vector<int64_t> times(2000);
            const bool drawn = memory.Draw(random, sameTask, times);
            NS_TEST_EXPECT_MSG_EQ(drawn, !wanted.empty(), count << " tuples");
            if (drawn)
            {
                // 2000 draws miss one of 120 with a probability of 6e-8.
                const std::set<int64_t> found(times.begin(), times.end());
                NS_TEST_EXPECT_MSG_EQ((found == wanted), true, count << " tuples");
            }
        }
    }

    Eigen::Index m_capacity;
};

/**
 * The window of tuple t strictly precedes t: another life from t on changes no step of
 * D_[t-window, t-1], but the last of D_[t-window+1, t].
 */
class PrecedingTest : public TestCase
{
  public:
    PrecedingTest()
        : TestCase("windows strictly precede their tuple")
    {
    }

  private:
    void DoRun() override
    {
        const auto life = Live(1);
        const auto other = Live(2);
        for (const int64_t t : {3, 60, 96})
        {
            auto changed = life;
            std::copy(other.begin() + t, other.end(), changed.begin() + t);
            TrajectoryBatch batch;
            TrajectoryBatch batchOther;
            Remember(life, 23, 5, t + 5).Gather({t}, batch);
            Remember(changed, 23, 5, t + 5).Gather({t}, batchOther);
            NS_TEST_EXPECT_MSG_EQ((batch.steps.topRows(5) == batchOther.steps.topRows(5)),
                                  true,
                                  "D of tuple " << t);
            NS_TEST_EXPECT_MSG_EQ((batch.steps.row(5) == batchOther.steps.row(5)),
                                  false,
                                  "D' of tuple " << t);
        }
    }
};

/// A large state in a window, by hand: one global number, and 34 blocks (i / 100, -i / 50).
class CondensedTest : public TestCase
{
  public:
    CondensedTest()
        : TestCase("large states are condensed in windows; too short a memory is refused")
    {
    }

  private:
    void DoRun() override
    {
        TrajectorySettings settings;
        settings.spaces.features = 69;
        settings.spaces.blocks = 34;
        settings.spaces.blockSize = 2;
        settings.spaces.embedding = 1;
        settings.window = 2;
        settings.capacity = 6;
        TrajectoryMemory memory(settings);
        NS_TEST_ASSERT_MSG_EQ(memory.GetStepSize(), 1 + 2 * 2 + 1 + 1, "global, 2 x 2, a, r");
        Observation observation;
        observation.features.resize(69);
        observation.features[0] = 0.25f;
        for (int i = 0; i < 34; ++i)
        {
            observation.features[1 + 2 * i] = static_cast<float>(i) / 100.0f;
            observation.features[2 + 2 * i] = static_cast<float>(-i) / 50.0f;
        }
        observation.choices = RowMatrixXf::Zero(1, 1);
        Generator random;
        memory.Push(observation, Eigen::RowVectorXf::Constant(1, 0.5f), 3, nullptr, true, random);
        RowMatrixXf window;
        memory.GatherLatest(window);
        Eigen::RowVectorXf expected(7); // mean of 0 ... 33 is 16.5
        expected << 0.25f, 0.165f, -0.33f, 0.33f, 0, 0.5f, 3;
        NS_TEST_EXPECT_MSG_LT((window.row(1) - expected).cwiseAbs().maxCoeff(), 1e-6, "by hand");
        NS_TEST_EXPECT_MSG_EQ(window.row(0).norm(), 0, "nothing before");
        settings.capacity = 5;
        const auto refusal = GetRefusal([&]() { TrajectoryMemory{settings}; });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "5 tuples is too short"), true, refusal);
    }
};

} // namespace

std::vector<TestCase*>
MakeTrajectoryTests()
{
    return {new TrajectoryTest(23), new TrajectoryTest(200), new PrecedingTest, new CondensedTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
