/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * The graph encoders against dense computations in double precision, written from the formulas, with
 * the whole adjacency matrix and node by node; and what follows from the structure: weights fit any
 * number of nodes, and who is numbered how does not matter.
 */

#include "sterna-agent-ppo-test.h"

#include "ns3/sterna-policy-networks.h"

#include <cmath>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

using Eigen::Index;
using Eigen::MatrixXd;

/// One graph network with large random weights, and its tensors by name in double precision.
class Dense
{
  public:
    Dense(PolicyShape::Encoder encoder, const AgentSpaces& spaces, Generator& random)
        : m_spaces(spaces)
    {
        PolicyShape shape;
        shape.encoder = encoder;
        shape.spaces = spaces;
        shape.hidden = {9, 7};
        shape.headWidth = 5;
        shape.nodeWidths = {8, 6};
        shape.attentionHeads = 2;
        shape.activation = Mlp::Hidden::RELU;
        networks = PolicyNetworks(shape);
        parameters =
            Eigen::VectorXf::Zero(networks.GetLayout().GetSize()).unaryExpr([&random](float) {
                return static_cast<float>(0.7 * random.Normal());
            });
    }

    /// A tensor as a matrix of the first dimension x the others.
    MatrixXd Get(const std::string& name) const
    {
        for (const auto& entry : networks.GetLayout().GetEntries())
        {
            if (entry.name == name)
            {
                return Eigen::Map<const RowMatrixXf>(parameters.data() + entry.offset,
                                                     entry.shape[0],
                                                     entry.size / entry.shape[0])
                    .cast<double>();
            }
        }
        return {};
    }

    /// Nodes of one step (nodes x blockSize).
    MatrixXd GetFeatures(const Observation& observation, Index step) const
    {
        const Index nodes = m_spaces.choices + m_spaces.actors;
        return Eigen::Map<const RowMatrixXf>(observation.features.data() +
                                                 step * nodes * m_spaces.blockSize,
                                             nodes,
                                             m_spaces.blockSize)
            .cast<double>();
    }

    /// The adjacency matrix of one step, with self-loops; choices come first.
    MatrixXd GetAdjacency(const Observation& observation, Index step) const
    {
        const Index nodes = m_spaces.choices + m_spaces.actors;
        MatrixXd adjacency = MatrixXd::Identity(nodes, nodes);
        for (Index actor = 0; actor < m_spaces.actors; ++actor)
        {
            for (Index choice = 0; choice < m_spaces.choices; ++choice)
            {
                if (observation.edges(step * m_spaces.actors + actor, choice))
                {
                    adjacency(choice, m_spaces.choices + actor) = 1.0;
                    adjacency(m_spaces.choices + actor, choice) = 1.0;
                }
            }
        }
        return adjacency;
    }

    /// Eqs. (23) and (24).
    MatrixXd Convolve(const Observation& observation, Index step) const
    {
        const MatrixXd adjacency = GetAdjacency(observation, step);
        const Eigen::VectorXd root = adjacency.rowwise().sum().cwiseSqrt().cwiseInverse();
        const MatrixXd normal = root.asDiagonal() * adjacency * root.asDiagonal();
        MatrixXd codes = GetFeatures(observation, step);
        for (const char* layer : {"node.0.weight", "node.1.weight"})
        {
            codes = (normal * codes * Get(layer).transpose()).cwiseMax(0.0);
        }
        return codes;
    }

    /// Eqs. (1) to (6) of Velickovic et al., 2018: node by node, neighbour by neighbour.
    MatrixXd Attend(const Observation& observation, Index step) const
    {
        const MatrixXd adjacency = GetAdjacency(observation, step);
        MatrixXd codes = GetFeatures(observation, step);
        for (int layer = 0; layer < 2; ++layer)
        {
            const std::string name = "node." + std::to_string(layer);
            const MatrixXd left = Get(name + ".left");
            const MatrixXd right = Get(name + ".right");
            const Index width = left.cols();
            const MatrixXd values = codes * Get(name + ".weight").transpose();
            MatrixXd next = MatrixXd::Zero(codes.rows(), layer == 0 ? 2 * width : width);
            for (Index head = 0; head < 2; ++head)
            {
                const MatrixXd own = values.middleCols(head * width, width);
                for (Index i = 0; i < codes.rows(); ++i)
                {
                    double sum = 0;
                    Eigen::RowVectorXd weighted = Eigen::RowVectorXd::Zero(width);
                    for (Index j = 0; j < codes.rows(); ++j)
                    {
                        if (adjacency(i, j) > 0.0)
                        {
                            const double e =
                                left.row(head).dot(own.row(i)) + right.row(head).dot(own.row(j));
                            const double share = std::exp(e > 0.0 ? e : 0.2 * e);
                            sum += share;
                            weighted += share * own.row(j);
                        }
                    }
                    if (layer == 0)
                    {
                        next.row(i).segment(head * width, width) = weighted / sum;
                    }
                    else
                    {
                        next.row(i) += weighted / sum / 2.0;
                    }
                }
            }
            codes = next.unaryExpr([](double x) { return x > 0.0 ? x : std::exp(x) - 1.0; });
        }
        return codes;
    }

    /// Eq. (27): the mean of all places of a kernel of 3; zeros before a window shorter than that.
    MatrixXd ConvolveOverTime(const Observation& observation) const
    {
        std::vector<MatrixXd> steps;
        for (Index step = 0; step < m_spaces.window; ++step)
        {
            steps.push_back(Convolve(observation, step));
        }
        while (steps.size() < 3)
        {
            steps.insert(steps.begin(), MatrixXd::Zero(steps[0].rows(), steps[0].cols()));
        }
        const MatrixXd weight = Get("time.weight");
        const Index width = weight.rows();
        MatrixXd codes = MatrixXd::Zero(steps[0].rows(), width);
        const auto places = static_cast<double>(steps.size() - 2);
        for (size_t place = 0; place + 2 < steps.size(); ++place)
        {
            for (Index node = 0; node < codes.rows(); ++node)
            {
                Eigen::VectorXd y = Get("time.bias").col(0);
                for (Index tap = 0; tap < 3; ++tap)
                {
                    y += weight.middleCols(tap * width, width) *
                         steps[place + static_cast<size_t>(tap)].row(node).transpose();
                }
                const double mean = y.mean();
                const double variance = (y.array() - mean).square().mean();
                y = (y.array() - mean) / std::sqrt(variance + 1e-5) *
                        Get("norm.gain").col(0).array() +
                    Get("norm.shift").col(0).array();
                codes.row(node) += y.cwiseMax(0.0).transpose() / places;
            }
        }
        return codes;
    }

    Eigen::VectorXd Layer(const std::string& name, const Eigen::VectorXd& input) const
    {
        return Get(name + ".weight") * input + Get(name + ".bias").col(0);
    }

    /// A logit from the codes, without any sharing of work.
    double GetLogit(const Observation& observation,
                    const MatrixXd& codes,
                    Index actor,
                    Index choice) const
    {
        const Index choices = m_spaces.choices;
        Eigen::VectorXd input(3 * codes.cols());
        input << codes.row(choices + actor).transpose(),
            codes.topRows(choices).colwise().mean().transpose(),
            codes.bottomRows(m_spaces.actors).colwise().mean().transpose();
        const Eigen::VectorXd trunk =
            Layer("trunk.1", Layer("trunk.0", input).cwiseMax(0.0)).cwiseMax(0.0);
        const Eigen::VectorXd pair =
            observation.choices.row(actor * choices + choice).transpose().cast<double>();
        Eigen::VectorXd seen(trunk.size() + codes.cols() + pair.size());
        seen << trunk, codes.row(choice).transpose(), pair;
        return Layer("choice.output", Layer("choice.hidden", seen).cwiseMax(0.0))[0];
    }

    PolicyNetworks networks;
    Eigen::VectorXf parameters;

  private:
    AgentSpaces m_spaces;
};

class DenseTest : public TestCase
{
  public:
    DenseTest(PolicyShape::Encoder encoder, Index window)
        : TestCase("Codes and logits equal a dense computation, encoder " +
                   std::to_string(encoder) + ", window " + std::to_string(window)),
          m_encoder(encoder),
          m_window(window)
    {
    }

  private:
    void DoRun() override
    {
        const AgentSpaces spaces = MakeGraphSpaces(5, 3, m_window);
        Generator random = MakeGenerator(20);
        const Dense dense(m_encoder, spaces, random);
        ObservationBatch batch(spaces, 2);
        const Observation observations[] = {MakeObservation(spaces, random),
                                            MakeObservation(spaces, random, true)};
        batch.Set(0, observations[0]);
        batch.Set(1, observations[1]);
        const PolicyCode code = dense.networks.Encode(dense.parameters, batch);
        for (Index i = 0; i < 2; ++i)
        {
            const Observation& observation = observations[i];
            const MatrixXd expected =
                m_encoder == PolicyShape::GATE  ? dense.ConvolveOverTime(observation)
                : m_encoder == PolicyShape::GAT ? dense.Attend(observation, m_window - 1)
                                                : dense.Convolve(observation, m_window - 1);
            const MatrixXd found = code.nodes.middleRows(i * 8, 8).cast<double>();
            NS_TEST_EXPECT_MSG_LT((found - expected).cwiseAbs().maxCoeff(),
                                  1e-5 * (1.0 + expected.cwiseAbs().maxCoeff()),
                                  "codes");
            NS_TEST_EXPECT_MSG_GT(expected.cwiseAbs().maxCoeff(), 0.1, "codes are not all 0");
            for (Index k = 0; k < 15; ++k)
            {
                const double logit = dense.GetLogit(observation, expected, k / 3, k % 3);
                const double wanted = observation.mask(k / 3, k % 3) ? logit : -1e9;
                NS_TEST_EXPECT_MSG_EQ_TOL(code.logits(i, k),
                                          wanted,
                                          1e-4 * (1.0 + std::abs(logit)),
                                          "logit of pair " << k);
            }
        }
    }

    PolicyShape::Encoder m_encoder;
    Index m_window;
};

/// Actors 0, 1, 2, ... of one observation are actors 1, 2, ..., 0 of another.
Observation
RotateActors(const Observation& from, const AgentSpaces& spaces)
{
    Observation to = from;
    const Index nodes = spaces.choices + spaces.actors;
    for (Index u = 0; u < spaces.actors; ++u)
    {
        const Index v = (u + 1) % spaces.actors;
        to.mask.row(v) = from.mask.row(u);
        to.choices.middleRows(v * spaces.choices, spaces.choices) =
            from.choices.middleRows(u * spaces.choices, spaces.choices);
        for (Index w = 0; w < spaces.window; ++w)
        {
            to.edges.row(w * spaces.actors + v) = from.edges.row(w * spaces.actors + u);
            const Index block = (w * nodes + spaces.choices) * spaces.blockSize;
            to.features.segment(block + v * spaces.blockSize, spaces.blockSize) =
                from.features.segment(block + u * spaces.blockSize, spaces.blockSize);
        }
    }
    return to;
}

class PermutationTest : public TestCase
{
  public:
    explicit PermutationTest(const std::string& agent)
        : TestCase(agent + ": another numbering of actors gives the same answers, renumbered"),
          m_agent(agent)
    {
    }

  private:
    void DoRun() override
    {
        const AgentSpaces spaces = MakeGraphSpaces(6, 4, 3);
        Generator random = MakeGenerator(21);
        auto agent = MakePpoAgent(m_agent, {}, 22);
        agent->Configure(spaces);
        for (int i = 0; i < 20; ++i)
        {
            const Observation observation = MakeObservation(spaces, random);
            const Action here = agent->Act(observation, Agent::Mode::EXPLOIT);
            const Action there =
                agent->Act(RotateActors(observation, spaces), Agent::Mode::EXPLOIT);
            for (Index u = 0; u < spaces.actors; ++u)
            {
                const Index v = (u + 1) % spaces.actors;
                NS_TEST_EXPECT_MSG_EQ(there.choice[v], here.choice[u], "choice");
                NS_TEST_EXPECT_MSG_LT(
                    (there.parameters.row(v) - here.parameters.row(u)).cwiseAbs().maxCoeff(),
                    1e-5f,
                    "parameters");
            }
            const float difference = agent->GetValues(observation)[0] -
                                     agent->GetValues(RotateActors(observation, spaces))[0];
            NS_TEST_EXPECT_MSG_EQ_TOL(difference, 0.0f, 1e-5f, "value");
        }
    }

    std::string m_agent;
};

/// What does not see each other does not matter: far away nodes change only the means.
class OtherSizesTest : public TestCase
{
  public:
    explicit OtherSizesTest(const std::string& agent)
        : TestCase(agent + ": a graph of two equal halves is decided as one half"),
          m_agent(agent)
    {
    }

  private:
    /// Twice the actors and choices; nothing joins the halves, so all means stay what they are.
    static Observation Double(const Observation& from, const AgentSpaces& spaces)
    {
        const Index s = spaces.choices;
        const Index u = spaces.actors;
        Observation to;
        to.features.resize(2 * spaces.features);
        to.choices.setZero(4 * u * s, spaces.embedding);
        to.mask.setConstant(2 * u, 2 * s, false);
        to.edges.setConstant(spaces.window * 2 * u, 2 * s, false);
        for (int half = 0; half < 2; ++half)
        {
            to.mask.block(half * u, half * s, u, s) = from.mask;
            for (Index w = 0; w < spaces.window; ++w)
            {
                to.edges.block(w * 2 * u + half * u, half * s, u, s) =
                    from.edges.middleRows(w * u, u);
                const Index size = spaces.blockSize;
                const Index old = w * (s + u) * size;
                to.features.segment(2 * old + half * s * size, s * size) =
                    from.features.segment(old, s * size);
                to.features.segment(2 * old + 2 * s * size + half * u * size, u * size) =
                    from.features.segment(old + s * size, u * size);
            }
            for (Index actor = 0; actor < u; ++actor)
            {
                to.choices.middleRows((half * u + actor) * 2 * s + half * s, s) =
                    from.choices.middleRows(actor * s, s);
            }
        }
        return to;
    }

    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("policy.safetensors");
        const AgentSpaces small = MakeGraphSpaces(5, 3, 3);
        const AgentSpaces large = MakeGraphSpaces(10, 6, 3);
        Generator random = MakeGenerator(23);
        auto trained = MakePpoAgent(m_agent, {{"NodeLayers", "12-8"}}, 24);
        trained->Configure(small);
        trained->SavePolicy(path, {});
        auto loaded = MakePpoAgent(m_agent, {{"Policy", path}}, 25);
        loaded->Configure(large);
        for (int i = 0; i < 10; ++i)
        {
            const Observation observation = MakeObservation(small, random, i == 0);
            const Action one = trained->Act(observation, Agent::Mode::EXPLOIT);
            const Action both = loaded->Act(Double(observation, small), Agent::Mode::EXPLOIT);
            for (Index u = 0; u < 10; ++u)
            {
                const int expected = one.choice[u % 5] < 0 ? -1
                                     : u < 5               ? one.choice[u]
                                                           : one.choice[u - 5] + 3;
                NS_TEST_EXPECT_MSG_EQ(both.choice[u], expected, "choice of actor " << u);
                NS_TEST_EXPECT_MSG_LT(
                    (both.parameters.row(u) - one.parameters.row(u % 5)).cwiseAbs().maxCoeff(),
                    1e-5f,
                    "parameters of actor " << u);
            }
        }
    }

    std::string m_agent;
};

} // namespace

std::vector<TestCase*>
MakePpoGraphTests()
{
    std::vector<TestCase*> cases{new DenseTest(PolicyShape::GCN, 1),
                                 new DenseTest(PolicyShape::GCN, 3),
                                 new DenseTest(PolicyShape::GAT, 2)};
    for (const Index window : {1, 2, 3, 5})
    {
        cases.push_back(new DenseTest(PolicyShape::GATE, window));
    }
    for (const char* agent : {"GhppoAgent", "GatHppoAgent", "GateHppoAgent"})
    {
        cases.push_back(new PermutationTest(agent));
        cases.push_back(new OtherSizesTest(agent));
    }
    return cases;
}

} // namespace test
} // namespace sterna
} // namespace ns3
