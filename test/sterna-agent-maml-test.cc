/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-meta-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/pointer.h"
#include "ns3/sterna-ac-maml-agent.h"
#include "ns3/sterna-frozen-policy.h"
#include "ns3/sterna-maml.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <functional>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

using Vector = Eigen::VectorXd;

/**
 * The meta-gradient of a tiny actor and critic (2 features, 1 action, 4 hidden units), second and
 * first order, against finite differences of finite differences: every gradient step of the
 * adaptation is taken in double precision with numerical gradients of plain networks, and the loss
 * after two of them is differentiated numerically once more. The first-order one is the gradient of
 * the query loss at the adapted parameters.
 */
class MetaGradientTest : public TestCase
{
  public:
    explicit MetaGradientTest(bool secondOrder)
        : TestCase(std::string("MAML's meta-gradient against finite differences, ") +
                   (secondOrder ? "second order" : "first order")),
          m_secondOrder(secondOrder)
    {
    }

  private:
    static constexpr double RATE = 0.3;

    using Loss = std::function<double(const Vector&)>;

    static Vector Numerical(const Loss& loss, Vector at, double step)
    {
        Vector gradient(at.size());
        for (Eigen::Index i = 0; i < at.size(); ++i)
        {
            const double value = at[i];
            at[i] = value + step;
            const double above = loss(at);
            at[i] = value - step;
            gradient[i] = (above - loss(at)) / (2 * step);
            at[i] = value;
        }
        return gradient;
    }

    static double CriticLoss(const Vector& critic, const MamlBatch& batch)
    {
        double sum = 0;
        for (Eigen::Index i = 0; i < batch.states.rows(); ++i)
        {
            Vector input(3);
            input << batch.states.row(i).transpose().cast<double>(), batch.actions(i, 0);
            sum += std::pow(PlainForward({3, 4, 1}, critic, input, false)[0] - batch.targets[i], 2);
        }
        return sum / static_cast<double>(batch.states.rows());
    }

    static double ActorLoss(const Vector& actor, const Vector& critic, const MamlBatch& batch)
    {
        double sum = 0;
        for (Eigen::Index i = 0; i < batch.states.rows(); ++i)
        {
            const Vector state = batch.states.row(i).transpose().cast<double>();
            Vector input(3);
            input << state, PlainForward({2, 4, 1}, actor, state, true);
            sum -= PlainForward({3, 4, 1}, critic, input, false)[0];
        }
        return sum / static_cast<double>(batch.states.rows());
    }

    static MamlBatch MakeBatch(Ptr<UniformRandomVariable> uniform)
    {
        return {RandomMatrix(5, 2, uniform),
                RandomMatrix(5, 1, uniform),
                2.0f * RandomMatrix(5, 1, uniform)};
    }

    void DoRun() override
    {
        auto uniform = MakeStream(30);
        MamlNetworks networks;
        networks.actor = Mlp({2, 4, 1}, Mlp::Hidden::RELU, Mlp::Output::TANH);
        networks.critic = Mlp({3, 4, 1}, Mlp::Hidden::RELU, Mlp::Output::IDENTITY);
        networks.actor.Initialize(uniform);
        networks.critic.Initialize(uniform);
        networks.actor.GetParameters() *= 2.0f; // curved enough for the two orders to differ
        networks.critic.GetParameters() *= 2.0f;
        const std::vector<MamlBatch> support{MakeBatch(uniform), MakeBatch(uniform)};
        const MamlBatch query = MakeBatch(uniform);
        const MamlStep step = MetaGradient(networks, support, query, {RATE, 0.0, m_secondOrder});

        const Vector actor = networks.actor.GetParameters().cast<double>();
        const Vector critic = networks.critic.GetParameters().cast<double>();
        const auto adaptCritic = [&](Vector at, size_t steps) {
            for (size_t i = 0; i < steps; ++i)
            {
                const auto loss = [&](const Vector& w) { return CriticLoss(w, support[i]); };
                at -= RATE * Numerical(loss, at, 1e-5);
            }
            return at;
        };
        const auto adaptActor = [&](Vector at) {
            for (size_t i = 0; i < 2; ++i)
            {
                const Vector ofStep = adaptCritic(critic, i); // both step from the same critic
                const auto loss = [&](const Vector& t) { return ActorLoss(t, ofStep, support[i]); };
                at -= RATE * Numerical(loss, at, 1e-5);
            }
            return at;
        };
        const Vector adaptedActor = adaptActor(actor);
        const Vector adaptedCritic = adaptCritic(critic, 2);
        ExpectNear(step.adapted.actor, adaptedActor, "adapted actor");
        ExpectNear(step.adapted.critic, adaptedCritic, "adapted critic");
        const MamlVectors plain = Adapt(networks, support, {RATE, 0.0, true});
        ExpectNear(plain.actor, adaptedActor, "adaptation alone");
        ExpectNear(plain.critic, adaptedCritic, "adaptation alone");
        const auto ofCritic = [&](const Vector& w) { return CriticLoss(w, query); };
        const auto ofActor = [&](const Vector& t) { return ActorLoss(t, adaptedCritic, query); };
        NS_TEST_EXPECT_MSG_EQ_TOL(step.criticLoss, ofCritic(adaptedCritic), 1e-5, "loss");
        NS_TEST_EXPECT_MSG_EQ_TOL(step.actorLoss, ofActor(adaptedActor), 1e-5, "loss");
        const Vector firstActor = Numerical(ofActor, adaptedActor, 1e-5);
        const Vector firstCritic = Numerical(ofCritic, adaptedCritic, 1e-5);
        const auto throughActor = [&](const Vector& t) { return ofActor(adaptActor(t)); };
        const auto throughCritic = [&](const Vector& w) { return ofCritic(adaptCritic(w, 2)); };
        const Vector secondActor = Numerical(throughActor, actor, 1e-4);
        const Vector secondCritic = Numerical(throughCritic, critic, 1e-4);
        NS_TEST_EXPECT_MSG_GT((secondActor - firstActor).norm(), 1e-3, "they differ");
        NS_TEST_EXPECT_MSG_GT((secondCritic - firstCritic).norm(), 1e-3, "they differ");
        ExpectNear(step.gradient.actor, m_secondOrder ? secondActor : firstActor, "actor");
        ExpectNear(step.gradient.critic, m_secondOrder ? secondCritic : firstCritic, "critic");
        CheckClip(networks, support);
    }

    /// A step that is clipped is as long as the clip times the rate.
    void CheckClip(const MamlNetworks& networks, const std::vector<MamlBatch>& support)
    {
        const auto adapted = Adapt(networks, {support[0]}, {RATE, 0.01, true});
        const double moved = (adapted.critic - networks.critic.GetParameters()).norm();
        NS_TEST_EXPECT_MSG_EQ_TOL(moved, 0.01 * RATE, 1e-6, "a clipped step");
    }

    void ExpectNear(const Eigen::VectorXf& actual, const Vector& expected, const std::string& what)
    {
        NS_TEST_ASSERT_MSG_EQ(actual.size(), expected.size(), what);
        for (Eigen::Index i = 0; i < actual.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(actual[i], expected[i], 2e-5, what << ", " << i);
        }
    }

    bool m_secondOrder;
};

AgentSpaces
MakeSpaces()
{
    AgentSpaces spaces;
    spaces.features = 4;
    spaces.embedding = 2;
    return spaces;
}

Ptr<MetaInitialization>
MakeInitialization(uint32_t tasks, int64_t stream)
{
    auto initialization = CreateObject<MetaInitialization>();
    initialization->SetAttribute("Tasks", UintegerValue(tasks));
    initialization->SetAttribute("HiddenLayers", StringValue("32-32"));
    initialization->AssignStreams(stream);
    return initialization;
}

/// A small agent that starts to train after 8 tuples.
Ptr<AcMamlAgent>
MakeAgent(Ptr<MetaInitialization> initialization, int64_t stream, const AgentSpaces& spaces)
{
    auto agent = CreateObject<AcMamlAgent>();
    agent->SetAttribute("MetaInitialization", PointerValue(initialization));
    agent->SetAttribute("BatchSize", UintegerValue(32));
    agent->SetAttribute("LearningStarts", UintegerValue(8));
    agent->SetAttribute("NoiseStart", DoubleValue(0.4));
    agent->SetAttribute("NoiseEnd", DoubleValue(0.4));
    agent->AssignStreams(stream);
    agent->Configure(spaces);
    return agent;
}

/**
 * The family of MetaTaskTest: reward -(a - c)^2, c uniform on [-0.8, 0.8]. After meta training, an
 * agent that begins with the initialisation is nearer to the c of a new task after three gradient
 * steps (10 tuples) than one that begins with random networks and takes the same steps. Means of 10
 * tasks; one that has learned nothing is 0.44 or more away (see MetaTaskTest).
 */
class MamlTaskTest : public TestCase
{
  public:
    MamlTaskTest()
        : TestCase("AC-MAML adapts to a new task in three steps")
    {
    }

  private:
    void DoRun() override
    {
        m_spaces.features = 1;
        m_spaces.embedding = 1;
        m_uniform = MakeStream(7000);
        auto learned = MakeInitialization(4, 7001);
        std::vector<Ptr<AcMamlAgent>> agents;
        for (int i = 0; i < 4; ++i)
        {
            agents.push_back(MakeAgent(learned, 7002 + i, m_spaces));
        }
        for (int episode = 0; episode < 50; ++episode)
        {
            std::vector<double> c;
            for (const auto& agent : agents)
            {
                agent->BeginTask();
                c.push_back(m_uniform->GetValue(-0.8, 0.8));
            }
            for (int t = 0; t < 25; ++t)
            {
                for (size_t i = 0; i < agents.size(); ++i)
                {
                    Step(agents[i], c[i]);
                }
            }
        }
        const double meta = Distance(learned);
        const double fresh = Distance(MakeInitialization(1, 7100));
        NS_TEST_EXPECT_MSG_LT(meta, 0.35, "distance from c");
        NS_TEST_EXPECT_MSG_LT(meta, fresh - 0.1, "nearer than without meta training");
    }

    /// Mean distance from c after three steps from an initialisation.
    double Distance(Ptr<MetaInitialization> initialization)
    {
        initialization->SetAttribute("Frozen", BooleanValue(true));
        double sum = 0;
        for (int k = 0; k < 10; ++k)
        {
            const double c = -0.8 + 1.6 * k / 9;
            auto agent = MakeAgent(initialization, 7200 + k, m_spaces);
            for (int t = 0; t < 10; ++t)
            {
                Step(agent, c);
            }
            Observation fine;
            fine.features = Eigen::VectorXf::Constant(1, 0.5f);
            fine.choices = Eigen::VectorXf::LinSpaced(401, -1, 1);
            const int choice = agent->Act(fine, Agent::Mode::EXPLOIT).choice(0);
            sum += std::abs(fine.choices(choice, 0) - c);
        }
        return sum / 10;
    }

    void Step(Ptr<AcMamlAgent> agent, double c)
    {
        Transition transition;
        transition.observation.features = Eigen::VectorXf::Constant(1, 0.5f);
        transition.observation.choices = RandomMatrix(12, 1, m_uniform);
        transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
        const double a = transition.observation.choices(transition.action.choice(0), 0);
        transition.reward = static_cast<float>(-(a - c) * (a - c));
        transition.terminated = true;
        agent->Learn(transition);
    }

    AgentSpaces m_spaces;
    Ptr<UniformRandomVariable> m_uniform;
};

/**
 * Meta training and online learning of AC-MAML: a round moves the initialisation once both tasks
 * have contributed; frozen it stays, and the agent moves; the same streams give the same bytes, and
 * a resumed run ends with those of the run in a piece.
 */
class MamlReproducibilityTest : public TestCase
{
  public:
    MamlReproducibilityTest()
        : TestCase("AC-MAML: rounds; same streams, same bytes; resuming")
    {
    }

  private:
    static Eigen::VectorXf Initial(Ptr<MetaInitialization> initialization)
    {
        return initialization->GetNetworks().critic.GetParameters();
    }

    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("checkpoint");
        CheckRounds();
        for (const bool frozen : {false, true})
        {
            const auto make = [&](int64_t stream) {
                auto initialization = MakeInitialization(1, stream);
                initialization->SetAttribute("Frozen", BooleanValue(frozen));
                return MakeAgent(initialization, stream + 1, MakeSpaces());
            };
            auto whole = make(40);
            LiveSteps(whole, MakeSpaces(), 0, 40);
            const std::string middle = CheckpointBytes(whole, path);
            auto resumed = make(400);
            resumed->LoadCheckpoint(path);
            NS_TEST_EXPECT_MSG_EQ((CheckpointBytes(resumed, path) == middle), true, "as saved");
            LiveSteps(whole, MakeSpaces(), 40, 60);
            LiveSteps(resumed, MakeSpaces(), 40, 60);
            const std::string end = CheckpointBytes(whole, path);
            NS_TEST_EXPECT_MSG_EQ((CheckpointBytes(resumed, path) == end), true, "resumed");
            NS_TEST_EXPECT_MSG_EQ((middle == end), false, "something was learned in between");
            auto again = make(40);
            LiveSteps(again, MakeSpaces(), 0, 60);
            NS_TEST_EXPECT_MSG_EQ((CheckpointBytes(again, path) == end), true, "same streams");
        }
    }

    void CheckRounds()
    {
        auto initialization = MakeInitialization(2, 41);
        auto first = MakeAgent(initialization, 42, MakeSpaces());
        auto second = MakeAgent(initialization, 43, MakeSpaces());
        LiveSteps(first, MakeSpaces(), 0, 8);
        const Eigen::VectorXf before = Initial(initialization);
        LiveSteps(second, MakeSpaces(), 0, 7);
        NS_TEST_EXPECT_MSG_EQ((Initial(initialization) == before), true, "one of two");
        LiveSteps(second, MakeSpaces(), 7, 8);
        const Eigen::VectorXf after = Initial(initialization);
        NS_TEST_EXPECT_MSG_EQ((after == before), false, "both");
        initialization->SetAttribute("Frozen", BooleanValue(true));
        const std::string path = CreateTempDirFilename("online");
        const std::string bytes = CheckpointBytes(first, path);
        LiveSteps(first, MakeSpaces(), 8, 20);
        NS_TEST_EXPECT_MSG_EQ((Initial(initialization) == after), true, "frozen");
        NS_TEST_EXPECT_MSG_EQ((CheckpointBytes(first, path) == bytes),
                              false,
                              "the task is learned");
        first->BeginTask();
        first->SaveCheckpoint(path);
        const Safetensors file = Safetensors::Read(path);
        const std::vector<float> initial(after.begin(), after.end());
        for (const std::string name : {"critic", "critic-slow"})
        {
            NS_TEST_EXPECT_MSG_EQ((file.tensors.at(name).data == initial), true, name << ", anew");
        }
    }
};

/// A saved policy is one that FrozenPolicy reads, and its initialisation begins a new agent.
class MamlPolicyTest : public TestCase
{
  public:
    MamlPolicyTest()
        : TestCase("AC-MAML: a saved policy, its initialisation, and refusals")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("maml.safetensors");
        auto agent = MakeAgent(MakeInitialization(1, 50), 51, MakeSpaces());
        LiveSteps(agent, MakeSpaces(), 0, 30);
        agent->SavePolicy(path, {});
        auto frozen = CreateObject<FrozenPolicy>();
        frozen->SetAttribute("Policy", StringValue(path));
        frozen->Configure(MakeSpaces());
        auto uniform = MakeStream(52);
        for (int i = 0; i < 50; ++i)
        {
            const Observation observation = DrawObservation(MakeSpaces(), uniform);
            NS_TEST_EXPECT_MSG_EQ(frozen->Act(observation, Agent::Mode::EXPLOIT).choice(0),
                                  agent->Act(observation, Agent::Mode::EXPLOIT).choice(0),
                                  "choice " << i);
        }
        auto other = CreateObject<AcMamlAgent>();
        other->SetAttribute("Policy", StringValue(path));
        AgentSpaces wrong = MakeSpaces();
        wrong.features = 5;
        std::string refusal = GetRefusal([&]() { other->Configure(wrong); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "has 4 inputs and 2 outputs"), true, refusal);
        other->Configure(MakeSpaces());
        const auto& loaded = other->GetMetaInitialization()->GetNetworks();
        const auto& saved = agent->GetMetaInitialization()->GetNetworks();
        NS_TEST_EXPECT_MSG_EQ((loaded.actor.GetParameters() == saved.actor.GetParameters()),
                              true,
                              "the initialisation");
        NS_TEST_EXPECT_MSG_EQ(other->GetMetaInitialization()->IsFrozen(), true, "frozen");
        Safetensors file = Safetensors::Read(path);
        file.tensors.erase("init.critic.0.weight");
        file.Write(path);
        auto broken = CreateObject<AcMamlAgent>();
        broken->SetAttribute("Policy", StringValue(path));
        refusal = GetRefusal([&]() { broken->Configure(MakeSpaces()); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, "'init.critic.0.weight'"), true, refusal);
    }
};

} // namespace

std::vector<TestCase*>
MakeMamlTests()
{
    return {new MetaGradientTest(true),
            new MetaGradientTest(false),
            new MamlTaskTest,
            new MamlReproducibilityTest,
            new MamlPolicyTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
