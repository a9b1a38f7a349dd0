/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * \file
 * What policies say of actions: Beta densities and entropies against Boost.Math, probabilities under
 * masks, gradients of all encoders against finite differences.
 */

#include "sterna-agent-ppo-test.h"

#include "ns3/sterna-policy-networks.h"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

PolicyShape
MakeShape(PolicyShape::Encoder encoder, const AgentSpaces& spaces)
{
    PolicyShape shape;
    shape.encoder = encoder;
    shape.spaces = spaces;
    shape.hidden = {10, 6};
    shape.headWidth = encoder == PolicyShape::PER_CHOICE ? 0 : 5;
    shape.nodeWidths = {8, 6};
    shape.attentionHeads = 2;
    return shape;
}

/// Initial weights are small in the heads; these are not.
Eigen::VectorXf
DrawParameters(const PolicyNetworks& networks, Generator& random)
{
    return Eigen::VectorXf::Zero(networks.GetLayout().GetSize()).unaryExpr([&random](float) {
        return static_cast<float>(0.8 * random.Normal());
    });
}

/// Some observations, and actions that masks allow.
struct Samples
{
    Samples(const AgentSpaces& spaces, Eigen::Index count, Generator& random)
        : observations(spaces, count)
    {
        actions.choices.setZero(count, spaces.actors);
        actions.parameters.setZero(count, spaces.actors * spaces.parameters);
        for (Eigen::Index i = 0; i < count; ++i)
        {
            const Observation observation = MakeObservation(spaces, random, i == 0);
            observations.Set(i, observation);
            for (Eigen::Index actor = 0; actor < spaces.actors; ++actor)
            {
                int choice = static_cast<int>(spaces.choices) - 1;
                while (choice >= 0 && !observation.mask(actor, choice))
                {
                    --choice;
                }
                actions.choices(i, actor) = choice;
            }
            for (float& parameter : actions.parameters.row(i))
            {
                parameter = static_cast<float>(1.9 * random.Uniform() - 0.95);
            }
        }
    }

    ObservationBatch observations;
    ActionBatch actions;
};

class EvaluationTest : public TestCase
{
  public:
    explicit EvaluationTest(PolicyShape::Encoder encoder)
        : TestCase("Log-probabilities and entropies equal those of Boost, encoder " +
                   std::to_string(encoder)),
          m_encoder(encoder)
    {
    }

  private:
    void DoRun() override
    {
        const AgentSpaces spaces = MakeGraphSpaces(4, 3, 3);
        Generator random = MakeGenerator(10);
        const PolicyNetworks networks(MakeShape(m_encoder, spaces));
        const Eigen::VectorXf parameters = DrawParameters(networks, random);
        const Samples samples(spaces, 5, random);
        const auto code = networks.Encode(parameters, samples.observations);
        const auto shapes =
            networks.Concentrations(parameters, samples.observations, code, samples.actions);
        const auto found = networks.Evaluate(parameters, samples.observations, samples.actions);
        for (Eigen::Index i = 0; i < 5; ++i)
        {
            for (Eigen::Index actor = 0; actor < spaces.actors; ++actor)
            {
                CheckActor(spaces, samples, code, shapes, found, i, actor);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(samples.actions.choices(0, 3), -1, "one actor is idle");
    }

    void CheckActor(const AgentSpaces& spaces,
                    const Samples& samples,
                    const PolicyCode& code,
                    const RowMatrixXf& shapes,
                    const PolicyEvaluation& found,
                    Eigen::Index i,
                    Eigen::Index actor)
    {
        const int choice = samples.actions.choices(i, actor);
        double sum = 0;
        double mean = 0; // of exp(l) l
        for (Eigen::Index k = 0; k < spaces.choices; ++k)
        {
            const double logit = code.logits(i, actor * spaces.choices + k);
            if (samples.observations.mask(i, actor * spaces.choices + k) > 0.0f)
            {
                sum += std::exp(logit);
                mean += std::exp(logit) * logit;
            }
        }
        double entropy = choice < 0 ? 0.0 : std::log(sum) - mean / sum;
        const double probability =
            choice < 0 ? 0.0 : code.logits(i, actor * spaces.choices + choice) - std::log(sum);
        NS_TEST_EXPECT_MSG_EQ_TOL(found.choices(i, actor), probability, 2e-5, "choice");
        for (Eigen::Index p = actor * 2; p < actor * 2 + 2; ++p)
        {
            const double alpha = shapes(i, 2 * p);
            const double beta = shapes(i, 2 * p + 1);
            NS_TEST_EXPECT_MSG_EQ((alpha >= 1.0 && beta >= 1.0), true, "one peak");
            const double x = 0.5 * (samples.actions.parameters(i, p) + 1.0);
            const boost::math::beta_distribution<double> reference(alpha, beta);
            // The density of 2 x - 1 is half that of x.
            const double density = std::log(boost::math::pdf(reference, x) / 2.0);
            const double wanted = choice < 0 ? 0.0 : density;
            NS_TEST_EXPECT_MSG_EQ_TOL(found.parameters(i, p), wanted, 1e-4, "density at " << x);
            if (choice >= 0)
            {
                using boost::math::digamma;
                entropy += std::log(boost::math::beta(alpha, beta)) - (alpha - 1) * digamma(alpha) -
                           (beta - 1) * digamma(beta) + (alpha + beta - 2) * digamma(alpha + beta) +
                           std::log(2.0);
            }
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(found.entropies(i, actor), entropy, 2e-4, "entropy");
    }

    PolicyShape::Encoder m_encoder;
};

/// The gradient of an arbitrary loss along random directions.
class GradientTest : public TestCase
{
  public:
    GradientTest(PolicyShape::Encoder encoder, Eigen::Index window, bool valuePerActor)
        : TestCase("Gradients equal finite differences, encoder " + std::to_string(encoder) +
                   ", window " + std::to_string(window) +
                   (valuePerActor ? ", values per actor" : "")),
          m_encoder(encoder),
          m_window(window),
          m_valuePerActor(valuePerActor)
    {
    }

  private:
    void DoRun() override
    {
        AgentSpaces spaces = MakeGraphSpaces(4, 3, m_window);
        if (m_encoder == PolicyShape::PER_CHOICE)
        {
            spaces = AgentSpaces();
            spaces.features = 2 + 3 * 4;
            spaces.blocks = spaces.choices = 3;
            spaces.blockSize = 4;
            spaces.prior = true;
        }
        Generator random = MakeGenerator(11);
        PolicyShape shape = MakeShape(m_encoder, spaces);
        shape.activation = Mlp::Hidden::TANH; // without kinks
        shape.valuePerActor = m_valuePerActor;
        const PolicyNetworks networks(shape);
        Eigen::VectorXf parameters = 0.5f * DrawParameters(networks, random);
        const Samples samples(spaces, 5, random);
        // Loss: a weighted sum of everything.
        PolicyEvaluation weights =
            networks.Evaluate(parameters, samples.observations, samples.actions);
        for (RowMatrixXf* part :
             {&weights.choices, &weights.parameters, &weights.entropies, &weights.values})
        {
            for (float& weight : part->reshaped())
            {
                weight = static_cast<float>(random.Normal());
            }
        }
        const auto loss = [&]() {
            const auto now = networks.Evaluate(parameters, samples.observations, samples.actions);
            const auto product = [](const RowMatrixXf& a, const RowMatrixXf& b) {
                return a.cast<double>().cwiseProduct(b.cast<double>()).sum();
            };
            return product(now.choices, weights.choices) +
                   product(now.parameters, weights.parameters) +
                   product(now.entropies, weights.entropies) + product(now.values, weights.values);
        };
        Eigen::VectorXf gradient;
        networks.Gradient(
            parameters,
            samples.observations,
            samples.actions,
            [&](const PolicyEvaluation&) { return weights; },
            gradient);
        const Eigen::VectorXf start = parameters;
        for (const auto& entry : networks.GetLayout().GetEntries())
        {
            // Along the gradient of one tensor: no tensor may be wrong unnoticed.
            Eigen::VectorXf direction = Eigen::VectorXf::Zero(start.size());
            direction.segment(entry.offset, entry.size) =
                gradient.segment(entry.offset, entry.size);
            const double slope = direction.norm();
            if (m_encoder != PolicyShape::FLAT &&
                (entry.name == "choice.output.bias" || entry.name == "choice.bias"))
            {
                NS_TEST_EXPECT_MSG_LT(slope, 1e-4, "a shift of all logits changes nothing");
                continue;
            }
            NS_TEST_EXPECT_MSG_GT(slope, 0.0, entry.name << " matters");
            direction /= static_cast<float>(slope);
            const float step = 2e-3f;
            parameters = start + step * direction;
            const double above = loss();
            parameters = start - step * direction;
            const double below = loss();
            parameters = start;
            const double found = (above - below) / (2.0 * step);
            NS_TEST_EXPECT_MSG_EQ_TOL(found, slope, 0.02 * slope + 0.01, entry.name);
        }
    }

    PolicyShape::Encoder m_encoder;
    Eigen::Index m_window;
    bool m_valuePerActor;
};

/// Orthogonal layers, small heads of the policy, biases of 0.
class InitialTest : public TestCase
{
  public:
    InitialTest()
        : TestCase("A new policy is near uniform")
    {
    }

  private:
    void DoRun() override
    {
        const AgentSpaces spaces = MakeGraphSpaces(4, 3, 3);
        Generator random = MakeGenerator(12);
        for (const auto encoder : {PolicyShape::FLAT, PolicyShape::GATE, PolicyShape::GAT})
        {
            const PolicyNetworks networks(MakeShape(encoder, spaces));
            const Eigen::VectorXf parameters = networks.Draw(random);
            for (const auto& entry : networks.GetLayout().GetEntries())
            {
                const auto values = parameters.segment(entry.offset, entry.size);
                if (entry.name.find("bias") != std::string::npos)
                {
                    NS_TEST_EXPECT_MSG_EQ(values.cwiseAbs().maxCoeff(), 0.0f, entry.name);
                }
                if (entry.name == "choice.output.weight" ||
                    entry.name == "parameter0.output.weight")
                {
                    const auto rank =
                        static_cast<double>(std::min<int64_t>(entry.shape[0], entry.shape[1]));
                    NS_TEST_EXPECT_MSG_EQ_TOL(values.norm(),
                                              0.01 * std::sqrt(rank),
                                              1e-6,
                                              entry.name);
                }
                if (entry.name == "critic.value.weight" || entry.name == "critic.output.weight")
                {
                    NS_TEST_EXPECT_MSG_EQ_TOL(values.norm(), 1.0, 1e-5, entry.name);
                }
            }
            const Samples samples(spaces, 2, random);
            const auto found = networks.Evaluate(parameters, samples.observations, samples.actions);
            const double valid = samples.observations.mask.row(1).head(3).sum();
            NS_TEST_EXPECT_MSG_EQ_TOL(found.choices(1, 0), -std::log(valid), 0.1, "uniform");
        }
    }
};

/// Only the prior, times exp(s); and what is masked is not seen by the critic either.
class PriorTest : public TestCase
{
  public:
    PriorTest()
        : TestCase("PerChoice adds exp(s) times the prior, and sees valid blocks only")
    {
    }

  private:
    void DoRun() override
    {
        AgentSpaces spaces;
        spaces.features = 2 + 3 * 4;
        spaces.blocks = spaces.choices = 3;
        spaces.blockSize = 4;
        spaces.prior = true;
        Generator random = MakeGenerator(13);
        const PolicyNetworks networks(MakeShape(PolicyShape::PER_CHOICE, spaces));
        Eigen::VectorXf parameters = Eigen::VectorXf::Zero(networks.GetLayout().GetSize());
        for (const auto& entry : networks.GetLayout().GetEntries())
        {
            if (entry.name == "priorScale")
            {
                parameters[entry.offset] = -2.0f;
            }
        }
        Observation observation = MakeObservation(spaces, random);
        observation.mask << true, false, true;
        ObservationBatch batch(spaces, 1);
        batch.Set(0, observation);
        const PolicyCode code = networks.Encode(parameters, batch);
        for (const int k : {0, 2})
        {
            const double prior = observation.features[2 + 4 * k + 3];
            NS_TEST_EXPECT_MSG_EQ_TOL(code.logits(0, k),
                                      std::exp(-2.0) * prior,
                                      1e-6,
                                      "block " << k);
        }

        parameters = DrawParameters(networks, random);
        const float value = networks.Values(parameters, batch)(0, 0);
        ObservationBatch changed = batch;
        changed.features(0, 2 + 4) = 9.0f; // of the masked block
        NS_TEST_EXPECT_MSG_EQ(networks.Values(parameters, changed)(0, 0), value, "masked");
        changed.features(0, 2) = 9.0f;
        NS_TEST_EXPECT_MSG_NE(networks.Values(parameters, changed)(0, 0), value, "valid");
        // Blocks 0 and 2 exchanged.
        changed = batch;
        changed.features.row(0).segment(2, 4) = batch.features.row(0).segment(10, 4);
        changed.features.row(0).segment(10, 4) = batch.features.row(0).segment(2, 4);
        NS_TEST_EXPECT_MSG_EQ_TOL(networks.Values(parameters, changed)(0, 0), value, 1e-5, "order");
    }
};

} // namespace

std::vector<TestCase*>
MakePpoNetworkTests()
{
    return {new EvaluationTest(PolicyShape::FLAT),
            new EvaluationTest(PolicyShape::GCN),
            new EvaluationTest(PolicyShape::GAT),
            new EvaluationTest(PolicyShape::GATE),
            new GradientTest(PolicyShape::FLAT, 1, false),
            new GradientTest(PolicyShape::FLAT, 1, true),
            new GradientTest(PolicyShape::GCN, 2, false),
            new GradientTest(PolicyShape::GCN, 1, true),
            new GradientTest(PolicyShape::GAT, 1, false),
            new GradientTest(PolicyShape::GATE, 2, false),
            new GradientTest(PolicyShape::GATE, 3, true),
            new GradientTest(PolicyShape::GATE, 5, false),
            new GradientTest(PolicyShape::PER_CHOICE, 0, false),
            new PriorTest(),
            new InitialTest()};
}

} // namespace test
} // namespace sterna
} // namespace ns3
