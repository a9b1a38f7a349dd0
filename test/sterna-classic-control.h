/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CLASSIC_CONTROL_H
#define STERNA_CLASSIC_CONTROL_H

#include "ns3/random-variable-stream.h"
#include "ns3/sterna-agent.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

namespace ns3
{
namespace sterna
{
namespace test
{

/// What follows a step of a control task.
struct ControlStep
{
    float reward;
    bool terminated; //!< the task ended: no value beyond
    bool truncated;  //!< the time limit was reached
};

/**
 * CartPole-v1 of OpenAI Gym (gymnasium/envs/classic_control/cartpole.py): the cart-pole of Barto,
 * Sutton and Anderson (1983), equations of Florian (2007), explicit Euler, 500 steps.
 */
class CartPole
{
  public:
    static constexpr int STEP_LIMIT = 500;

    static AgentSpaces GetSpaces()
    {
        AgentSpaces spaces;
        spaces.features = 4;
        spaces.choices = 2;
        return spaces;
    }

    /// All four numbers start in U(-0.05, 0.05).
    void Reset(Ptr<UniformRandomVariable> uniform)
    {
        for (double& value : m_state)
        {
            value = uniform->GetValue(-0.05, 0.05);
        }
        m_steps = 0;
    }

    /// \param choice 0: push to the left, 1: to the right
    ControlStep Step(int choice)
    {
        auto& [x, velocity, angle, rate] = m_state;
        const double force = choice == 1 ? 10.0 : -10.0; // N
        const double pole = 0.1 * 0.5;                   // kg m: mass times half length
        const double total = 1.0 + 0.1;                  // kg: cart and pole
        const double push = (force + pole * rate * rate * std::sin(angle)) / total;
        const double angular =
            (9.8 * std::sin(angle) - std::cos(angle) * push) /
            (0.5 * (4.0 / 3.0 - 0.1 * std::cos(angle) * std::cos(angle) / total));
        const double linear = push - pole * angular * std::cos(angle) / total;
        const double tick = 0.02; // s
        x += tick * velocity;
        velocity += tick * linear;
        angle += tick * rate;
        rate += tick * angular;
        ++m_steps;
        const bool fell = std::abs(x) > 2.4 || std::abs(angle) > 12.0 * M_PI / 180.0;
        return {1.0f, fell, m_steps >= STEP_LIMIT};
    }

    /// Position (m), velocity (m/s), angle (rad), angular velocity (rad/s).
    Observation Observe() const
    {
        Observation observation;
        observation.features = Eigen::Map<const Eigen::Vector4d>(m_state).cast<float>();
        return observation;
    }

  private:
    double m_state[4]{};
    int m_steps{0};
};

/**
 * Pendulum-v1 of OpenAI Gym (gymnasium/envs/classic_control/pendulum.py): swing up a rod of 1 m and
 * 1 kg with a torque of at most 2 N m, 200 steps.
 */
class Pendulum
{
  public:
    static constexpr int STEP_LIMIT = 200;
    static constexpr double MAX_TORQUE = 2.0; // N m
    static constexpr double MAX_RATE = 8.0;   // rad/s

    static AgentSpaces GetSpaces()
    {
        AgentSpaces spaces;
        spaces.features = 3;
        spaces.parameters = 1;
        return spaces;
    }

    /// Angle in U(-pi, pi), angular velocity in U(-1, 1).
    void Reset(Ptr<UniformRandomVariable> uniform)
    {
        m_angle = uniform->GetValue(-M_PI, M_PI);
        m_rate = uniform->GetValue(-1.0, 1.0);
        m_steps = 0;
    }

    /// \param action torque as a share of the largest, in [-1, 1]
    ControlStep Step(double action)
    {
        const double torque = std::clamp(action, -1.0, 1.0) * MAX_TORQUE;
        const double upright = std::remainder(m_angle, 2.0 * M_PI); // in [-pi, pi], 0: upright
        const double cost = upright * upright + 0.1 * m_rate * m_rate + 0.001 * torque * torque;
        const double tick = 0.05;                                   // s
        m_rate += (15.0 * std::sin(m_angle) + 3.0 * torque) * tick; // 3 g / (2 l) with g = 10
        m_rate = std::clamp(m_rate, -MAX_RATE, MAX_RATE);
        m_angle += m_rate * tick;
        ++m_steps;
        return {static_cast<float>(-cost), false, m_steps >= STEP_LIMIT};
    }

    /// Cosine and sine of the angle, angular velocity (rad/s).
    Observation Observe() const
    {
        Observation observation;
        observation.features =
            Eigen::Vector3d(std::cos(m_angle), std::sin(m_angle), m_rate).cast<float>();
        return observation;
    }

  private:
    double m_angle{0};
    double m_rate{0};
    int m_steps{0};
};

/// Lets an agent explore Pendulum and learn, over the ends of episodes.
inline void
TrainOnPendulum(const Ptr<Agent>& agent, int steps, const Ptr<UniformRandomVariable>& uniform)
{
    Pendulum pendulum;
    pendulum.Reset(uniform);
    for (int step = 0; step < steps; ++step)
    {
        Transition transition;
        transition.observation = pendulum.Observe();
        transition.action = agent->Act(transition.observation, Agent::Mode::EXPLORE);
        const auto result = pendulum.Step(transition.action.parameters(0, 0));
        transition.reward = result.reward;
        transition.next = pendulum.Observe();
        transition.terminated = result.terminated;
        agent->Learn(transition);
        if (result.terminated || result.truncated)
        {
            pendulum.Reset(uniform);
        }
    }
}

/// Mean return of the best known actions.
inline double
EvaluateOnPendulum(const Ptr<Agent>& agent, int episodes, const Ptr<UniformRandomVariable>& uniform)
{
    double sum = 0.0;
    for (int episode = 0; episode < episodes; ++episode)
    {
        Pendulum pendulum;
        pendulum.Reset(uniform);
        for (bool ended = false; !ended;)
        {
            const Action action = agent->Act(pendulum.Observe(), Agent::Mode::EXPLOIT);
            const auto result = pendulum.Step(action.parameters(0, 0));
            sum += result.reward;
            ended = result.terminated || result.truncated;
        }
    }
    return sum / episodes;
}

} // namespace test
} // namespace sterna
} // namespace ns3

#endif /* STERNA_CLASSIC_CONTROL_H */
