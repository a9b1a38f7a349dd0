/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_EVOLUTION_STRATEGY_H
#define STERNA_EVOLUTION_STRATEGY_H

#include "sterna-adam.h"
#include "sterna-generator.h"

#include <Eigen/Core>
#include <functional>

namespace ns3
{
namespace sterna
{

/// Sizes and rates of an EvolutionStrategy.
struct EvolutionSettings
{
    uint32_t pairs{32};        //!< mirrored pairs of perturbations per generation
    double deviation{0.1};     //!< standard deviation of a perturbation
    double learningRate{0.02}; //!< of Adam
    double decay{0.001};       //!< weight decay per generation
};

/**
 * \ingroup sterna
 * Policy search by evolution (Salimans et al., 2017, 'Evolution Strategies as a Scalable
 * Alternative to Reinforcement Learning').
 *
 * Each generation tries theta + sigma e and theta - sigma e for Gaussian e, replaces the losses by
 * centred ranks, and steps along sum (rank+ - rank-) e with Adam. It needs no gradient of the
 * policy, credits no single decision, and so suits rewards that come late and do not add up.
 */
class EvolutionStrategy
{
  public:
    /// What is to be made small: the loss of a policy with these parameters.
    using Loss = std::function<double(const Eigen::VectorXf& parameters)>;

    EvolutionStrategy(const EvolutionSettings& settings, const Eigen::VectorXf& start);

    /// Everything random comes from this stream.
    void Seed(Ptr<UniformRandomVariable> stream);
    /// One generation; the loss should be measured on the same worlds for all its members.
    void Step(const Loss& loss);

    const Eigen::VectorXf& GetParameters() const;

    /// Adds parameters, optimiser and generator to a checkpoint.
    void Store(Safetensors& file) const;
    /// Reads what Store() wrote; throws InputError if it does not fit.
    void Load(const Safetensors& file, const std::string& path);

  private:
    EvolutionSettings m_settings;
    Eigen::VectorXf m_parameters;
    Adam m_adam;
    Generator m_generator;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_EVOLUTION_STRATEGY_H */
