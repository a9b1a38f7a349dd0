/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-meta-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/pointer.h"
#include "ns3/sterna-ac-ddpg-agent.h"
#include "ns3/sterna-emcl-agent.h"
#include "ns3/sterna-frozen-policy.h"
#include "ns3/sterna-neighbours.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <limits>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

constexpr auto ONLINE = MetaCritic::Copy::ONLINE;
constexpr auto TARGET = MetaCritic::Copy::TARGET;

AgentSpaces
MakeSpaces()
{
    AgentSpaces spaces;
    spaces.features = 9;
    spaces.blocks = 4;
    spaces.blockSize = 2;
    spaces.embedding = 2;
    return spaces;
}

Ptr<MetaCritic>
MakeCritic(uint32_t tasks, int64_t stream)
{
    auto critic = CreateObject<MetaCritic>();
    critic->SetAttribute("Tasks", UintegerValue(tasks));
    critic->SetAttribute("Window", UintegerValue(4));
    critic->SetAttribute("Hidden", UintegerValue(16));
    critic->SetAttribute("Cells", UintegerValue(8));
    critic->SetAttribute("TaskEmbedding", UintegerValue(3));
    critic->AssignStreams(stream);
    return critic;
}

/// A small agent that starts to train after 20 tuples.
Ptr<EmclAgent>
MakeAgent(Ptr<MetaCritic> critic, int64_t stream)
{
    auto agent = CreateObject<EmclAgent>();
    agent->SetAttribute("MetaCritic", PointerValue(critic));
    agent->SetAttribute("BatchSize", UintegerValue(8));
    agent->SetAttribute("ReplayCapacity", UintegerValue(50));
    agent->SetAttribute("LearningStarts", UintegerValue(20));
    agent->SetAttribute("TargetCandidates", UintegerValue(6));
    agent->SetAttribute("Neighbours", UintegerValue(4));
    agent->AssignStreams(stream);
    agent->Configure(MakeSpaces());
    return agent;
}

/**
 * Lemma 3, eq. (36), of Yuan et al., 2022, with the agents' own mapping: of M neighbours, one is
 * the nearest, of value Q, the others' values are uniform within kappa of it; on the average
 *
 *     E[max] = Q + kappa (1 - 2 (2^M - 1) / (M 2^M)).
 *
 * (The maximum Psi of M - 1 uniform ones on [-1, 1] and of 0 has P[Psi <= x] = ((x + 1) / 2)^(M-1)
 * for x >= 0, so E[Psi] = 1 - the integral of that over [0, 1] = 1 - 2 (1 - 2^-M) / M.) Tolerance:
 * 5 standard errors, of a variance of at most 1/3.
 */
class LemmaThreeTest : public TestCase
{
  public:
    LemmaThreeTest()
        : TestCase("Lemma 3: what the Wolpertinger mapping gains over the nearest choice")
    {
    }

  private:
    void DoRun() override
    {
        auto uniform = MakeStream(60);
        const double q = -1.5;
        const double kappa = 0.7;
        const int draws = 20000;
        for (const int neighbours : {1, 2, 3, 5, 10})
        {
            double sum = 0;
            for (int i = 0; i < draws; ++i)
            {
                const RowMatrixXf choices = RandomMatrix(20, 2, uniform);
                Eigen::VectorXf all(20);
                for (float& value : all)
                {
                    value = static_cast<float>(q + kappa * uniform->GetValue(-1, 1));
                }
                const Eigen::VectorXf proto = RandomMatrix(2, 1, uniform);
                Eigen::Index nearest;
                (choices.rowwise() - proto.transpose()).rowwise().squaredNorm().minCoeff(&nearest);
                all[nearest] = static_cast<float>(q);
                const int chosen = WolpertingerChoice(
                    choices,
                    nullptr,
                    proto,
                    neighbours,
                    [&](const RowMatrixXf& near) { return Look(choices, all, near); });
                sum += all[chosen];
            }
            const double power = std::pow(2.0, neighbours);
            const double expected = q + kappa * (1 - 2 * (power - 1) / (neighbours * power));
            NS_TEST_EXPECT_MSG_EQ_TOL(sum / draws,
                                      expected,
                                      5 * kappa / std::sqrt(3.0 * draws) + 1e-6,
                                      "M = " << neighbours);
        }
    }

    /// The values of some of the choices.
    static Eigen::VectorXf Look(const RowMatrixXf& choices,
                                const Eigen::VectorXf& values,
                                const RowMatrixXf& some)
    {
        Eigen::VectorXf found(some.rows());
        for (Eigen::Index i = 0; i < some.rows(); ++i)
        {
            Eigen::Index row;
            (choices.rowwise() - some.row(i)).rowwise().squaredNorm().minCoeff(&row);
            found[i] = values[row];
        }
        return found;
    }
};

/**
 * An agent's choice, from what Evaluate() gives: of the nearest valid choices to mu, the one of the
 * largest value, by brute force; with 1 neighbour the nearest, with all the best of all. Masked
 * choices are never taken; NaN gives -1. AC-DDPG: the choice nearest to its actor's point.
 */
class EmclChoiceTest : public TestCase
{
  public:
    EmclChoiceTest()
        : TestCase("what is chosen: nearest to mu, and of these the most valuable")
    {
    }

  private:
    void DoRun() override
    {
        auto uniform = MakeStream(61);
        for (const uint32_t neighbours : {1, 3, 100})
        {
            auto agent = MakeAgent(MakeCritic(1, 62), 63);
            agent->SetAttribute("Neighbours", UintegerValue(neighbours));
            LiveSteps(agent, MakeSpaces(), 0, 12);
            for (int i = 0; i < 100; ++i)
            {
                const Observation observation = DrawObservation(MakeSpaces(), uniform);
                const Eigen::VectorXf all =
                    agent->Evaluate(observation.features, agent->GetWindow(), observation.choices);
                const int expected =
                    Choose(observation, all.head(2), all.tail(all.size() - 4), neighbours);
                const Action action = agent->Act(observation, Agent::Mode::EXPLOIT);
                NS_TEST_EXPECT_MSG_EQ(action.choice(0), expected, neighbours << ", " << i);
            }
            Observation broken = DrawObservation(MakeSpaces(), uniform);
            broken.features[0] = std::nanf("");
            NS_TEST_EXPECT_MSG_EQ(agent->Act(broken, Agent::Mode::EXPLOIT).choice(0), -1, "NaN");
        }
        CheckAcDdpg(uniform);
    }

    static int Choose(const Observation& observation,
                      const Eigen::VectorXf& proto,
                      const Eigen::VectorXf& values,
                      uint32_t neighbours)
    {
        std::vector<std::pair<float, int>> distances;
        for (Eigen::Index row = 0; row < observation.choices.rows(); ++row)
        {
            if (observation.mask(0, row))
            {
                distances.emplace_back((observation.choices.row(row).transpose() - proto).norm(),
                                       row);
            }
        }
        std::sort(distances.begin(), distances.end());
        distances.resize(std::min<size_t>(distances.size(), neighbours));
        return std::max_element(
                   distances.begin(),
                   distances.end(),
                   [&](auto& a, auto& b) { return values[a.second] < values[b.second]; })
            ->second;
    }

    void CheckAcDdpg(Ptr<UniformRandomVariable> uniform)
    {
        auto agent = CreateObject<AcDdpgAgent>();
        UintegerValue neighbours;
        agent->GetAttribute("Neighbours", neighbours);
        NS_TEST_EXPECT_MSG_EQ(neighbours.Get(), 1, "the simple approach");
        agent->SetAttribute("LearningStarts", UintegerValue(30));
        agent->SetAttribute("BatchSize", UintegerValue(8));
        agent->AssignStreams(64);
        agent->Configure(MakeSpaces());
        LiveSteps(agent, MakeSpaces(), 0, 60);
        const std::string path = CreateTempDirFilename("ac-ddpg.safetensors");
        agent->SavePolicy(path, {});
        auto frozen = CreateObject<FrozenPolicy>();
        frozen->SetAttribute("Policy", StringValue(path));
        frozen->Configure(MakeSpaces());
        NS_TEST_EXPECT_MSG_EQ(frozen->GetMetadata().at("sterna.agent"),
                              "ns3::sterna::AcDdpgAgent",
                              "who wrote it");
        for (int i = 0; i < 100; ++i)
        {
            const Observation observation = DrawObservation(MakeSpaces(), uniform);
            const Eigen::VectorXf all = frozen->Evaluate(observation.features, RowMatrixXf(0, 2));
            const int expected = Choose(observation, all, Eigen::VectorXf::Zero(20), 1);
            NS_TEST_EXPECT_MSG_EQ(agent->Act(observation, Agent::Mode::EXPLOIT).choice(0),
                                  expected,
                                  "AC-DDPG, " << i);
        }
    }
};

/**
 * The meta critic's round: omega stays until both tasks have contributed, and then takes one step of
 * Adam down the mean of both gradients (each checked elsewhere); its slow copy takes 0.5 % of it. A
 * task that contributes twice closes the round without the other. Frozen, nothing moves.
 */
class MetaRoundTest : public TestCase
{
  public:
    MetaRoundTest()
        : TestCase("the meta critic moves once all tasks have contributed")
    {
    }

  private:
    void DoRun() override
    {
        auto critic = MakeCritic(2, 65);
        critic->Configure(MakeSpaces());
        auto uniform = MakeStream(66);
        const RowMatrixXf states = RandomMatrix(6, 9, uniform);
        const RowMatrixXf steps = RandomMatrix(24, 12, uniform);
        const RowMatrixXf actions = RandomMatrix(6, 2, uniform);
        const Eigen::VectorXf first = RandomMatrix(6, 1, uniform);
        const Eigen::VectorXf second = RandomMatrix(6, 1, uniform);
        Eigen::VectorXf omega = critic->GetWeights(ONLINE);
        Eigen::VectorXf slow = omega;
        Adam adam(omega.size(), 1e-3);
        const auto gradient = [&](const Eigen::VectorXf& targets) {
            Eigen::VectorXf result;
            critic->GetNetwork().Gradient(omega, states, steps, actions, targets, result);
            return result;
        };
        const auto expect = [&](const std::string& when) {
            const float error = (critic->GetWeights(ONLINE) - omega).cwiseAbs().maxCoeff();
            NS_TEST_EXPECT_MSG_LT(error, 1e-6, when);
            const float slowError = (critic->GetWeights(TARGET) - slow).cwiseAbs().maxCoeff();
            NS_TEST_EXPECT_MSG_LT(slowError, 1e-6, when << ": slow copy");
        };
        const auto step = [&](const Eigen::VectorXf& mean) {
            adam.Step(mean, omega);
            slow += 0.005f * (omega - slow);
        };
        critic->Contribute(0, states, steps, actions, first);
        expect("one of two");
        const Eigen::VectorXf mean = 0.5f * (gradient(first) + gradient(second));
        critic->Contribute(1, states, steps, actions, second);
        step(mean);
        expect("both");
        NS_TEST_EXPECT_MSG_GT((omega - slow).norm(), 1e-3, "it moved");
        critic->Contribute(1, states, steps, actions, second);
        const Eigen::VectorXf alone = gradient(second);
        critic->Contribute(1, states, steps, actions, first);
        step(alone);
        expect("one that was a step ahead");
        CheckFrozen();
    }

    void CheckFrozen()
    {
        auto critic = MakeCritic(1, 67);
        critic->SetAttribute("Frozen", BooleanValue(true));
        auto agent = MakeAgent(critic, 68);
        const Eigen::VectorXf omega = critic->GetWeights(ONLINE);
        const RowMatrixXf choice = RowMatrixXf::Zero(1, 2);
        const Eigen::VectorXf state = Eigen::VectorXf::Zero(9);
        const Eigen::VectorXf before = agent->Evaluate(state, RowMatrixXf::Zero(4, 12), choice);
        LiveSteps(agent, MakeSpaces(), 0, 60);
        const Eigen::VectorXf after = agent->Evaluate(state, RowMatrixXf::Zero(4, 12), choice);
        NS_TEST_EXPECT_MSG_EQ((critic->GetWeights(ONLINE) == omega), true, "frozen");
        NS_TEST_EXPECT_MSG_EQ((before == after), false, "theta learns");
    }
};

/**
 * The same streams give the same checkpoint byte for byte, another stream another one; a run that
 * was saved and resumed ends with the bytes of the run in a piece. Two agents share a meta critic,
 * and a new task begins on the way.
 */
class EmclReproducibilityTest : public TestCase
{
  public:
    EmclReproducibilityTest()
        : TestCase("EMCL: same streams, same bytes; a resumed run equals one in a piece")
    {
    }

  private:
    struct Pair
    {
        explicit Pair(int64_t stream)
        {
            auto critic = MakeCritic(2, stream);
            first = MakeAgent(critic, stream + 1);
            second = MakeAgent(critic, stream + 2);
        }

        void Live(int begin, int end)
        {
            for (int step = begin; step < end; ++step)
            {
                if (step == 60)
                {
                    first->BeginTask();
                    second->BeginTask();
                }
                LiveSteps(first, MakeSpaces(), step, step + 1);
                LiveSteps(second, MakeSpaces(), step + 500, step + 501);
            }
        }

        Ptr<EmclAgent> first;
        Ptr<EmclAgent> second;
    };

    void DoRun() override
    {
        const std::string one = CreateTempDirFilename("one");
        const std::string two = CreateTempDirFilename("two");
        const auto save = [&](Pair& pair) {
            return CheckpointBytes(pair.first, one) + CheckpointBytes(pair.second, two);
        };
        Pair whole(70);
        whole.Live(0, 90);
        const std::string middle = save(whole);
        Pair resumed(700);
        resumed.first->LoadCheckpoint(one);
        resumed.second->LoadCheckpoint(two);
        NS_TEST_EXPECT_MSG_EQ((save(resumed) == middle), true, "as it was saved");
        whole.Live(90, 130);
        resumed.Live(90, 130);
        const std::string end = save(whole);
        NS_TEST_EXPECT_MSG_EQ((save(resumed) == end), true, "resumed");
        NS_TEST_EXPECT_MSG_EQ((middle == end), false, "something was learned in between");
        Pair again(70);
        again.Live(0, 130);
        NS_TEST_EXPECT_MSG_EQ((save(again) == end), true, "same streams");
        Pair other(80);
        other.Live(0, 130);
        NS_TEST_EXPECT_MSG_EQ((save(other) == end), false, "other streams");
    }
};

/// A saved policy decides as the agent does, also after what Watch() saw; and what does not fit is
/// refused in one sentence.
class EmclPolicyTest : public TestCase
{
  public:
    EmclPolicyTest()
        : TestCase("EMCL: a saved policy decides as the agent; what does not fit is refused")
    {
    }

  private:
    static Ptr<EmclAgent> Load(const std::string& path,
                               const AgentSpaces& spaces,
                               bool actor = true)
    {
        auto agent = CreateObject<EmclAgent>();
        agent->SetAttribute("Neighbours", UintegerValue(4));
        agent->SetAttribute("Policy", StringValue(path));
        agent->SetAttribute("PolicyActor", BooleanValue(actor));
        agent->AssignStreams(90);
        agent->Configure(spaces);
        return agent;
    }

    void DoRun() override
    {
        m_path = CreateTempDirFilename("emcl.safetensors");
        auto agent = MakeAgent(MakeCritic(1, 91), 92);
        LiveSteps(agent, MakeSpaces(), 0, 60);
        agent->BeginTask(); // its actor is a new one then; so that both windows are empty
        agent->SavePolicy(m_path, {{"training.seed", "91"}});
        auto loaded = Load(m_path, MakeSpaces());
        auto uniform = MakeStream(93);
        for (int i = 0; i < 50; ++i)
        {
            const Observation observation = DrawObservation(MakeSpaces(), uniform);
            const Action expected = agent->Act(observation, Agent::Mode::EXPLOIT);
            const Action action = loaded->Act(observation, Agent::Mode::EXPLOIT);
            NS_TEST_EXPECT_MSG_EQ(action.choice(0), expected.choice(0), "choice " << i);
            agent->Watch(observation, action, 0.1f * i);
            loaded->Watch(observation, action, 0.1f * i);
        }
        NS_TEST_EXPECT_MSG_GT(loaded->GetWindow().col(11).minCoeff(), 4, "rewards were watched");
        NS_TEST_EXPECT_MSG_EQ(loaded->GetMetaCritic()->IsFrozen(), true, "frozen by default");
        const RowMatrixXf window = agent->GetWindow();
        const RowMatrixXf choices = RandomMatrix(3, 2, uniform);
        const Eigen::VectorXf state = RandomMatrix(9, 1, uniform);
        const Eigen::VectorXf saved = agent->Evaluate(state, window, choices);
        const Eigen::VectorXf fresh =
            Load(m_path, MakeSpaces(), false)->Evaluate(state, window, choices);
        NS_TEST_EXPECT_MSG_EQ((fresh.tail(3) == saved.tail(3)), true, "the same meta critic");
        NS_TEST_EXPECT_MSG_EQ((fresh.head(2) == saved.head(2)), false, "another actor");
        CheckRefusals();
    }

    void Expect(const Safetensors& file, const AgentSpaces& spaces, const std::string& part)
    {
        const std::string path = CreateTempDirFilename("refused.safetensors");
        file.Write(path);
        const std::string refusal = GetRefusal([&]() { Load(path, spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, part), true, part << ", not: " << refusal);
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, path), true, "the file is named: " << refusal);
    }

    void CheckRefusals()
    {
        const Safetensors good = Safetensors::Read(m_path);
        AgentSpaces spaces = MakeSpaces();
        spaces.features = 11;
        Expect(good, spaces, "has 9 features, but 11 are needed");
        spaces = MakeSpaces();
        spaces.blocks = 2;
        spaces.blockSize = 4;
        Expect(good, spaces, "has 4 blocks of features, but 2 are needed");
        spaces = MakeSpaces();
        spaces.embedding = 5;
        Expect(good, spaces, "has 2 embedding columns, but 5 are needed");
        Safetensors file = good;
        file.metadata["sterna.kind"] = "wolpertinger";
        Expect(file, MakeSpaces(), "kind 'wolpertinger', not emcl");
        file = good;
        file.metadata["sterna.cells"] = "0";
        Expect(file, MakeSpaces(), "cells");
        file = good;
        file.metadata["sterna.hidden"] = "17";
        Expect(file, MakeSpaces(), "'critic.state.weight'");
        file = good;
        file.tensors.erase("actor.policy.bias");
        Expect(file, MakeSpaces(), "'actor.policy.bias'");
        file = good;
        file.tensors.at("critic.ann.weight").data[5] += 0.5f;
        Expect(file, MakeSpaces(), "its own example says");
        file = good;
        file.tensors.at("actor.deviations").data = {0.5f, 0.1f};
        Expect(file, MakeSpaces(), "two ascending numbers");
        const std::string path = CreateTempDirFilename("broken.safetensors");
        const std::string bytes = ReadBytes(m_path);
        WriteBytes(path, bytes.substr(0, bytes.size() - 8));
        std::string refusal = GetRefusal([&]() { Load(path, MakeSpaces()); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "truncated"), true, refusal);
        WriteBytes(path, bytes.substr(0, bytes.size() - 4) + std::string("\0\0\xC0\x7F", 4));
        refusal = GetRefusal([&]() { Load(path, MakeSpaces()); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "not finite"), true, refusal);
        CheckOtherRefusals();
    }

    void CheckOtherRefusals()
    {
        AgentSpaces spaces = MakeSpaces();
        spaces.parameters = 1;
        std::string refusal = GetRefusal([&]() { CreateObject<EmclAgent>()->Configure(spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "and 1 parameters"), true, refusal);
        spaces = MakeSpaces();
        spaces.blocks = 5;
        refusal = GetRefusal([&]() { CreateObject<EmclAgent>()->Configure(spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "5 blocks of 2 features"), true, refusal);
        auto critic = MakeCritic(2, 94);
        MakeAgent(critic, 95);
        spaces = MakeSpaces();
        spaces.features = 12;
        auto other = CreateObject<EmclAgent>();
        other->SetAttribute("MetaCritic", PointerValue(critic));
        refusal = GetRefusal([&]() { other->Configure(spaces); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "share has 9 features"), true, refusal);
        auto agent = MakeAgent(MakeCritic(1, 96), 97);
        Transition transition;
        transition.observation = DrawObservation(MakeSpaces(), MakeStream(98));
        transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
        transition.terminated = true;
        transition.observation.features[3] = 1.5f;
        refusal = GetRefusal([&]() { agent->Learn(transition); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "1.500000, which is not in [-1, 1]"),
                              true,
                              refusal);
    }

    std::string m_path;
};

} // namespace

std::vector<TestCase*>
MakeEmclAgentTests()
{
    return {new LemmaThreeTest,
            new EmclChoiceTest,
            new MetaRoundTest,
            new EmclReproducibilityTest,
            new EmclPolicyTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
