/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-meta-test.h"

#include "ns3/sterna-emcl-networks.h"

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
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// One global number, 5 blocks of 2 in stretches of 2 (3 stretches, the last of 1), actions of 2.
EmclShape
MakeShape(bool pooled, Eigen::Index window)
{
    EmclShape shape;
    shape.spaces.features = 11;
    shape.spaces.blocks = 5;
    shape.spaces.blockSize = 2;
    shape.spaces.embedding = 2;
    shape.filters = 3;
    shape.bins = pooled ? 3 : 5;
    shape.hidden = 6;
    shape.window = window;
    shape.step = 4;
    shape.cells = 3;
    shape.embedding = 2;
    return shape;
}

/**
 * The networks once more, sum by sum in double precision, from the class comments alone: a second
 * way to every value, and by finite differences to every gradient.
 */
class PlainNetwork
{
  public:
    PlainNetwork(const EmclShape& shape, const ParameterLayout& layout, const Vector& parameters)
        : m_shape(shape),
          m_layout(layout),
          m_parameters(parameters)
    {
    }

    double Value(const Vector& state, const Matrix& window, const Vector& action) const
    {
        Vector first = Linear("state", Convolve(state)) + Get("action.weight") * action;
        Vector general = first.cwiseMax(0.0);
        if (m_shape.window > 0)
        {
            const Vector task = Linear("task", Recur(window)).array().tanh();
            general.conservativeResize(general.size() + task.size());
            general.tail(task.size()) = task;
        }
        return Linear("value", Linear("ann", general).cwiseMax(0.0))[0];
    }

    /// Mean and deviation.
    Vector Policy(const Vector& state, double smallest, double largest) const
    {
        const Vector first = Linear("hidden1", Convolve(state)).cwiseMax(0.0);
        Vector both = Linear("policy", Linear("hidden2", first).cwiseMax(0.0)).array().tanh();
        for (Eigen::Index i = both.size() / 2; i < both.size(); ++i)
        {
            // -1 is the smallest, 1 the largest, 0 their geometric mean.
            both[i] = std::pow(smallest, (1 - both[i]) / 2) * std::pow(largest, (1 + both[i]) / 2);
        }
        return both;
    }

  private:
    Matrix Get(const std::string& name) const
    {
        for (const auto& entry : m_layout.GetEntries())
        {
            if (entry.name == name)
            {
                return Eigen::Map<const Matrix>(m_parameters.data() + entry.offset,
                                                entry.shape[0],
                                                entry.size / entry.shape[0]);
            }
        }
        NS_ABORT_MSG("no parameter " << name);
    }

    Vector Linear(const std::string& layer, const Vector& inputs) const
    {
        return Get(layer + ".weight") * inputs + Get(layer + ".bias");
    }

    Vector Convolve(const Vector& state) const
    {
        const Eigen::Index blocks = m_shape.spaces.blocks;
        const Eigen::Index size = m_shape.spaces.blockSize;
        const Eigen::Index filters = m_shape.filters;
        const Eigen::Index global = state.size() - blocks * size;
        Matrix first = Matrix::Zero(blocks + 2, filters); // a row of zeros at each end
        for (Eigen::Index i = 0; i < blocks; ++i)
        {
            first.row(i + 1) =
                Linear("block", state.segment(global + i * size, size)).cwiseMax(0.0).transpose();
        }
        Matrix second(blocks, filters);
        for (Eigen::Index i = 0; i < blocks; ++i)
        {
            Vector three(3 * filters);
            three << first.row(i).transpose(), first.row(i + 1).transpose(),
                first.row(i + 2).transpose();
            second.row(i) = Linear("neighbourhood", three).cwiseMax(0.0).transpose();
        }
        return Pool(state.head(global), second);
    }

    Vector Pool(const Vector& global, const Matrix& maps) const
    {
        std::vector<double> out(global.begin(), global.end());
        const Eigen::Index blocks = maps.rows();
        if (m_shape.bins >= blocks)
        {
            out.insert(out.end(), maps.data(), maps.data() + maps.size());
            return Eigen::Map<Vector>(out.data(), static_cast<Eigen::Index>(out.size()));
        }
        const Eigen::Index length = (blocks + m_shape.bins - 1) / m_shape.bins;
        for (const bool largest : {true, false})
        {
            for (Eigen::Index channel = 0; channel < maps.cols(); ++channel)
            {
                for (Eigen::Index begin = 0; begin < blocks; begin += length)
                {
                    const auto stretch =
                        maps.col(channel).segment(begin, std::min(length, blocks - begin));
                    out.push_back(largest ? stretch.maxCoeff() : stretch.mean());
                }
            }
        }
        return Eigen::Map<Vector>(out.data(), static_cast<Eigen::Index>(out.size()));
    }

    /// An LSTM (Hochreiter and Schmidhuber, 1997, with a forget gate), gates in PyTorch's order.
    Vector Recur(const Matrix& window) const
    {
        const Eigen::Index cells = m_shape.cells;
        const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
        Vector output = Vector::Zero(cells);
        Vector cell = Vector::Zero(cells);
        for (Eigen::Index j = 0; j < window.rows(); ++j)
        {
            const Vector gates = Get("lstm.input.weight") * window.row(j).transpose() +
                                 Get("lstm.input.bias") + Get("lstm.state.weight") * output +
                                 Get("lstm.state.bias");
            for (Eigen::Index i = 0; i < cells; ++i)
            {
                cell[i] = sigmoid(gates[cells + i]) * cell[i] +
                          sigmoid(gates[i]) * std::tanh(gates[2 * cells + i]);
                output[i] = sigmoid(gates[3 * cells + i]) * std::tanh(cell[i]);
            }
        }
        return output;
    }

    const EmclShape& m_shape;
    const ParameterLayout& m_layout;
    const Vector& m_parameters;
};

/// A batch of 4 with random parameters.
struct Sample
{
    explicit Sample(const EmclShape& shape)
    {
        auto uniform = MakeStream(5);
        states = RandomMatrix(4, shape.spaces.features, uniform);
        steps = RandomMatrix(4 * shape.window, shape.step, uniform);
        actions = 0.9f * RandomMatrix(4, 2, uniform);
        targets = RandomMatrix(4, 1, uniform);
        noise = 0.5f * RandomMatrix(8, 2, uniform);
    }

    /// The window of one sample.
    Matrix Window(Eigen::Index i, Eigen::Index length) const
    {
        Matrix window(length, steps.cols());
        for (Eigen::Index j = 0; j < length; ++j)
        {
            window.row(j) = steps.row(4 * j + i).cast<double>();
        }
        return window;
    }

    Vector State(Eigen::Index i) const
    {
        return states.row(i).transpose().cast<double>();
    }

    RowMatrixXf states;
    RowMatrixXf steps;
    RowMatrixXf actions;
    Eigen::VectorXf targets;
    RowMatrixXf noise;
};

Eigen::VectorXf
DrawParameters(const ParameterLayout& layout, int64_t stream)
{
    Generator random;
    random.Seed(MakeStream(stream));
    return 1.5f * layout.Draw(random);
}

/// Compares a gradient with central differences of a function in double precision.
void
CheckGradient(const std::function<double(const Vector&)>& loss,
              const Eigen::VectorXf& parameters,
              const Eigen::VectorXf& gradient,
              const std::function<void(double, double, Eigen::Index)>& check)
{
    Vector at = parameters.cast<double>();
    for (Eigen::Index i = 0; i < at.size(); ++i)
    {
        const double value = at[i];
        at[i] = value + 1e-6;
        const double above = loss(at);
        at[i] = value - 1e-6;
        const double below = loss(at);
        at[i] = value;
        check(gradient[i], (above - below) / 2e-6, i);
    }
}

/// Eqs. (30) to (32) and the gradient of (24), with and without pooling and LSTM.
class HybridNetworkTest : public TestCase
{
  public:
    HybridNetworkTest(bool pooled, Eigen::Index window)
        : TestCase("the hybrid network against plain sums and finite differences, window " +
                   std::to_string(window)),
          m_shape(MakeShape(pooled, window))
    {
    }

  private:
    void DoRun() override
    {
        const HybridNetwork network(m_shape);
        const auto& layout = network.GetLayout();
        const Eigen::VectorXf parameters = DrawParameters(layout, 16);
        const Sample sample(m_shape);
        const RowMatrixXf codes = network.Encode(parameters, sample.states, sample.steps);
        const std::vector<Eigen::Index> owners{2, 0, 0, 3};
        const Eigen::VectorXf values = network.Values(parameters, codes, sample.actions, owners);
        const Vector exact = parameters.cast<double>();
        const auto value = [&](const Vector& at, Eigen::Index state, Eigen::Index action) {
            return PlainNetwork(m_shape, layout, at)
                .Value(sample.State(state),
                       sample.Window(state, m_shape.window),
                       sample.actions.row(action).transpose().cast<double>());
        };
        for (Eigen::Index i = 0; i < 4; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(values[i], value(exact, owners[i], i), 1e-5, "value " << i);
        }
        const auto loss = [&](const Vector& at) {
            double sum = 0;
            for (Eigen::Index i = 0; i < 4; ++i)
            {
                sum += std::pow(value(at, i, i) - sample.targets[i], 2) / 4;
            }
            return sum;
        };
        Eigen::VectorXf gradient;
        const double computed = network.Gradient(parameters,
                                                 sample.states,
                                                 sample.steps,
                                                 sample.actions,
                                                 sample.targets,
                                                 gradient);
        NS_TEST_EXPECT_MSG_EQ_TOL(computed, loss(exact), 1e-5, "loss");
        CheckGradient(loss, parameters, gradient, [&](double actual, double expected, auto i) {
            NS_TEST_EXPECT_MSG_EQ_TOL(actual, expected, 2e-5, "gradient of parameter " << i);
        });
        for (const auto& entry : layout.GetEntries())
        {
            const float norm = gradient.segment(entry.offset, entry.size).norm();
            NS_TEST_EXPECT_MSG_GT(norm, 1e-3, entry.name << " matters");
        }
    }

    EmclShape m_shape;
};

/**
 * Eq. (33), and both estimates of the gradient of (25), each against finite differences of what it
 * is the gradient of: -Q at the reparameterised actions; and -(Q(a) - Q(mu)) log N(a; mu, vartheta)
 * with the sampled a and the factor held fast (29).
 */
class GaussianActorTest : public TestCase
{
  public:
    explicit GaussianActorTest(GaussianActor::Estimator estimator)
        : TestCase(std::string("the actor's gradient against finite differences: ") +
                   (estimator == GaussianActor::PATHWISE ? "pathwise" : "likelihood")),
          m_estimator(estimator)
    {
    }

  private:
    static constexpr double SMALLEST = 0.1;
    static constexpr double LARGEST = 0.5;

    void DoRun() override
    {
        const EmclShape shape = MakeShape(true, 3);
        const HybridNetwork critic(shape);
        const GaussianActor actor(shape, SMALLEST, LARGEST);
        const Eigen::VectorXf omega = DrawParameters(critic.GetLayout(), 7);
        const Eigen::VectorXf theta = DrawParameters(actor.GetLayout(), 8);
        const Sample sample(shape);
        const RowMatrixXf codes = critic.Encode(omega, sample.states, sample.steps);
        const Vector exactOmega = omega.cast<double>();
        const auto policy = [&](const Vector& at, Eigen::Index i) {
            return PlainNetwork(shape, actor.GetLayout(), at)
                .Policy(sample.State(i), SMALLEST, LARGEST);
        };
        const auto value = [&](Eigen::Index i, const Vector& action) {
            return PlainNetwork(shape, critic.GetLayout(), exactOmega)
                .Value(sample.State(i),
                       sample.Window(i, shape.window),
                       action.cwiseMin(1.0).cwiseMax(-1.0));
        };
        const auto act = [&](const Vector& at, Eigen::Index j) -> Vector {
            const Vector both = policy(at, j / 2);
            const Vector noise = sample.noise.row(j).transpose().cast<double>();
            return both.head(2) + both.tail(2).cwiseProduct(noise);
        };
        const Vector exact = theta.cast<double>();
        const RowMatrixXf policies = actor.Policies(theta, sample.states);
        for (Eigen::Index i = 0; i < 4; ++i)
        {
            const Vector difference = policies.row(i).transpose().cast<double>() - policy(exact, i);
            NS_TEST_EXPECT_MSG_LT(difference.cwiseAbs().maxCoeff(), 1e-5, "policy " << i);
        }
        const auto loss = [&](const Vector& at) {
            double sum = 0;
            for (Eigen::Index j = 0; j < 8; ++j) // two samples per state
            {
                if (m_estimator == GaussianActor::PATHWISE)
                {
                    sum -= value(j / 2, act(at, j)) / 8;
                    continue;
                }
                const Vector sampled = act(exact, j);
                const double advantage =
                    value(j / 2, sampled) - value(j / 2, policy(exact, j / 2).head(2));
                const Vector both = policy(at, j / 2);
                const Vector distance = (sampled - both.head(2)).cwiseQuotient(both.tail(2));
                const double density =
                    -0.5 * distance.squaredNorm() - both.tail(2).array().log().sum();
                sum -= advantage * density / 8;
            }
            return sum;
        };
        Eigen::VectorXf gradient;
        const double computed = actor.Gradient(m_estimator,
                                               theta,
                                               critic,
                                               omega,
                                               sample.states,
                                               codes,
                                               sample.noise,
                                               gradient);
        double mean = 0;
        for (Eigen::Index j = 0; j < 8; ++j)
        {
            mean -= value(j / 2, act(exact, j)) / 8;
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(computed, mean, 1e-5, "-Q");
        CheckGradient(loss, theta, gradient, [&](double actual, double expected, auto i) {
            NS_TEST_EXPECT_MSG_EQ_TOL(actual, expected, 2e-5, "gradient of parameter " << i);
        });
        NS_TEST_EXPECT_MSG_GT(gradient.norm(), 1e-3, "there is a gradient");
    }

    GaussianActor::Estimator m_estimator;
};

} // namespace

std::vector<TestCase*>
MakeEmclNetworkTests()
{
    return {new HybridNetworkTest(true, 3),
            new HybridNetworkTest(false, 0),
            new GaussianActorTest(GaussianActor::PATHWISE),
            new GaussianActorTest(GaussianActor::LIKELIHOOD)};
}

} // namespace test
} // namespace sterna
} // namespace ns3
