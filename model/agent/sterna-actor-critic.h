/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ACTOR_CRITIC_H
#define STERNA_ACTOR_CRITIC_H

#include "sterna-adam.h"
#include "sterna-mlp.h"
#include "sterna-safetensors.h"

#include "ns3/random-variable-stream.h"

#include <Eigen/Core>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// Sizes and rates of an ActorCritic.
struct ActorCriticSettings
{
    Eigen::Index features{0};         //!< length of a state
    Eigen::Index action{0};           //!< length of an action
    std::vector<Eigen::Index> hidden; //!< widths of the hidden layers of both networks
    double actorRate{1e-3};           //!< learning rate of the actor
    double criticRate{1e-3};          //!< learning rate of the critic
    double tau{0.005};                //!< share of the new weights in a target update
    double gradientClip{0.0};         //!< largest norm of a gradient; 0: any
};

/**
 * \ingroup sterna
 * The four networks of deterministic actor-critic learning (DDPG: Lillicrap et al., 2016) and their
 * gradients, which LibTorch computes.
 *
 * The actor maps features to an action in [-1, 1]^action (tanh), the critic maps (features, action)
 * to a value; hidden layers end in ReLU; each has a slow copy, its target.
 *
 * Every network is an Mlp, and LibTorch's tensors are views of that Mlp's flat buffer. So Eigen
 * decides with the very weights that LibTorch trains, and nothing is copied between them.
 */
class ActorCritic
{
  public:
    /// Which copy of the networks.
    enum class Copy
    {
        ONLINE,
        TARGET
    };

    explicit ActorCritic(const ActorCriticSettings& settings);
    ~ActorCritic();
    ActorCritic(const ActorCritic&) = delete;
    ActorCritic& operator=(const ActorCritic&) = delete;

    /// Draws new weights; the targets start equal to them.
    void Initialize(Ptr<UniformRandomVariable> uniform);

    Mlp& GetActor(Copy copy);
    Mlp& GetCritic(Copy copy);
    const Mlp& GetActor(Copy copy) const;
    const Mlp& GetCritic(Copy copy) const;

    /// \param features one state per row
    /// \return the actor's action for each, without noise
    RowMatrixXf Actions(Copy copy, const RowMatrixXf& features) const;

    /**
     * The critic's value of many actions per state; the states' share of the first layer is
     * computed once per state.
     * \param features one state per row
     * \param actions one action per row
     * \param owners row of `features` that each action belongs to
     */
    Eigen::VectorXf Values(Copy copy,
                           const RowMatrixXf& features,
                           const RowMatrixXf& actions,
                           const std::vector<Eigen::Index>& owners) const;

    /**
     * The mean of (Q(s, a) - y)^2 over the batch, and its gradient.
     *
     * The temporal difference is Q(s_t, a_t) - (r_t + discount Q(s_t+1, a_t+1)). Eq. (24) of Yuan
     * et al., 2022, prints it with the two values exchanged, which would move the value of the next
     * state towards that of the present one; this is the usual one.
     *
     * \param targets y, one per row
     * \param gradient is set to the gradient with respect to the critic's parameters
     * \return the loss
     */
    double CriticGradient(const RowMatrixXf& features,
                          const RowMatrixXf& actions,
                          const Eigen::VectorXf& targets,
                          Eigen::VectorXf& gradient) const;

    /**
     * The mean of -Q(s, actor(s)) over the batch (eq. (25) of Yuan et al., 2022), and its gradient;
     * the critic stays as it is.
     * \param gradient is set to the gradient with respect to the actor's parameters
     * \return the loss
     */
    double ActorGradient(const RowMatrixXf& features, Eigen::VectorXf& gradient) const;

    /// One optimiser step of the critic. \return the loss before it
    double TrainCritic(const RowMatrixXf& features,
                       const RowMatrixXf& actions,
                       const Eigen::VectorXf& targets);
    /// One optimiser step of the actor. \return the loss before it
    double TrainActor(const RowMatrixXf& features);
    /// Moves both targets towards their networks by tau.
    void UpdateTargets();

    /// Adds weights, targets and optimisers to a checkpoint.
    void Store(Safetensors& file) const;
    /// Reads what Store() wrote; throws InputError if it does not fit these networks.
    void Load(const Safetensors& file, const std::string& path);

  private:
    struct Views;

    /// A network, its target and its optimiser.
    struct Learner
    {
        Mlp online;
        Mlp target;
        Adam adam;
        Eigen::VectorXf gradient;
    };

    void Step(Learner& learner) const;

    ActorCriticSettings m_settings;
    Learner m_actor;
    Learner m_critic;
    std::unique_ptr<Views> m_views; //!< LibTorch's view of the parameters
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ACTOR_CRITIC_H */
