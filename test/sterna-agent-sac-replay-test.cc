/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-sac-test.h"
#include "sterna-agent-test.h"

#include "ns3/sterna-hybrid-replay.h"

#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

constexpr int FEATURES = 2;
constexpr int ACTORS = 3;
constexpr int CHOICES = 7; // 21 flags: more than one packed number holds
constexpr int PARAMETERS = 2;

/// A state of random features and flags.
Observation
RandomState(Ptr<UniformRandomVariable> uniform)
{
    Observation observation;
    observation.features.resize(FEATURES);
    for (float& value : observation.features)
    {
        value = static_cast<float>(uniform->GetValue(-3.0, 3.0));
    }
    observation.mask.resize(ACTORS, CHOICES);
    for (Eigen::Index i = 0; i < observation.mask.size(); ++i)
    {
        observation.mask.data()[i] = uniform->GetInteger(0, 1) == 1;
    }
    return observation;
}

/**
 * A walk with ends of both kinds (terminations, cuts), through a memory of 7 slots: after every
 * step, all that it holds equals a plain list of the last 7 transitions; and only those next states
 * are kept apart that are not the state of the transition that follows.
 */
class HybridReplayTest : public TestCase
{
  public:
    HybridReplayTest()
        : TestCase("the memory that keeps states once equals a plain list")
    {
    }

  private:
    static constexpr Eigen::Index CAPACITY = 7;

    void DoRun() override;

    Transition Step(const Observation& from, Ptr<UniformRandomVariable> uniform) const;
    void Compare(const HybridReplay& replay, const std::vector<Transition>& all);
};

Transition
HybridReplayTest::Step(const Observation& from, Ptr<UniformRandomVariable> uniform) const
{
    Transition transition;
    transition.observation = from;
    transition.next = RandomState(uniform);
    transition.reward = static_cast<float>(uniform->GetValue(-1.0, 1.0));
    transition.terminated = uniform->GetInteger(0, 4) == 0;
    transition.action.choice.resize(ACTORS);
    transition.action.parameters.setZero(ACTORS, PARAMETERS);
    for (int u = 0; u < ACTORS; ++u)
    {
        transition.action.choice[u] = static_cast<int>(uniform->GetInteger(0, CHOICES)) - 1;
        for (int p = 0; p < PARAMETERS; ++p)
        {
            transition.action.parameters(u, p) = static_cast<float>(uniform->GetValue(-1.0, 1.0));
        }
    }
    return transition;
}

void
HybridReplayTest::Compare(const HybridReplay& replay, const std::vector<Transition>& all)
{
    const auto pushed = static_cast<Eigen::Index>(all.size());
    const Eigen::Index size = std::min(pushed, CAPACITY);
    NS_TEST_ASSERT_MSG_EQ(replay.GetSize(), size, "transitions held");
    std::vector<Eigen::Index> slots;
    Eigen::Index separate = 0;
    for (Eigen::Index age = pushed - size; age < pushed; ++age)
    {
        slots.push_back(age % CAPACITY);
        const bool follows =
            age + 1 < pushed && all[age].next.features == all[age + 1].observation.features;
        separate += !all[age].terminated && !follows ? 1 : 0;
    }
    NS_TEST_EXPECT_MSG_EQ(replay.GetSeparateStates(), separate, "next states apart");
    HybridBatch batch;
    replay.Gather(slots, batch);
    for (Eigen::Index i = 0; i < size; ++i)
    {
        const Transition& is = all[pushed - size + i];
        bool same = batch.inputs.row(i).head(FEATURES) == is.observation.features.transpose() &&
                    batch.rewards[i] == is.reward && (batch.terminated[i] == 1.0f) == is.terminated;
        bool next = batch.nextInputs.row(i).head(FEATURES) == is.next.features.transpose();
        for (int u = 0; u < ACTORS; ++u)
        {
            const int choice = is.action.choice[u];
            same = same && batch.choices(i, u) == choice;
            for (int p = 0; p < PARAMETERS; ++p)
            {
                // Whoever has no choice has no parameters.
                const float expected = choice < 0 ? 0.0f : is.action.parameters(u, p);
                same = same && batch.inputs(i, FEATURES + u * PARAMETERS + p) == expected;
            }
            for (int a = 0; a < CHOICES; ++a)
            {
                const Eigen::Index flag = u * CHOICES + a;
                same = same && (batch.mask(i, flag) == 1.0f) == is.observation.mask(u, a);
                next = next && (batch.nextMask(i, flag) == 1.0f) == is.next.mask(u, a);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(same, true, "transition " << i << " after " << pushed);
        NS_TEST_EXPECT_MSG_EQ((next || is.terminated), true, "next " << i << " after " << pushed);
    }
}

void
HybridReplayTest::DoRun()
{
    auto uniform = CreateObject<UniformRandomVariable>();
    uniform->SetStream(5);
    const AgentSpaces spaces = HybridSpaces(FEATURES, ACTORS, CHOICES, PARAMETERS);
    HybridReplay replay(CAPACITY, spaces);
    std::vector<Transition> all;
    Observation state = RandomState(uniform);
    for (int step = 0; step < 60; ++step)
    {
        all.push_back(Step(state, uniform));
        replay.Push(all.back());
        Compare(replay, all);
        const bool cut = uniform->GetInteger(0, 4) == 0;
        state = all.back().terminated || cut ? RandomState(uniform) : all.back().next;
    }
    Safetensors file;
    replay.Store(file, "replay");
    HybridReplay copy(CAPACITY, spaces);
    copy.Load(file, "replay", "nowhere");
    Compare(copy, all);

    HybridReplay smaller(CAPACITY - 1, spaces);
    NS_TEST_EXPECT_MSG_EQ(
        Contains(GetRefusal([&] { smaller.Load(file, "replay", "nowhere"); }),
                 "holds 7 transitions, written up to 4, which does not fit a ReplayCapacity of 6"),
        true,
        "a memory of another size is refused");
}

} // namespace

std::vector<TestCase*>
MakeHybridReplayTests()
{
    return {new HybridReplayTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
