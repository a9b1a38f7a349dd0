/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_ADAM_H
#define STERNA_ADAM_H

#include "sterna-safetensors.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The Adam optimiser (Kingma and Ba, 2015) over one flat buffer, in the form PyTorch uses:
 *
 *     m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2
 *     p <- p - rate / (1 - b1^t)  m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 *
 * with b1 = 0.9 and b2 = 0.999.
 */
class Adam
{
  public:
    Adam() = default;

    /**
     * \param size number of parameters
     * \param learningRate the step size, > 0
     * \param epsilon keeps the denominator away from 0
     */
    Adam(Eigen::Index size, double learningRate, double epsilon = 1e-8);

    /// The step size from now on.
    void SetLearningRate(double learningRate)
    {
        m_learningRate = learningRate;
    }

    /// One step down `gradient`; both vectors have the optimiser's size.
    void Step(const Eigen::VectorXf& gradient, Eigen::VectorXf& parameters);

    /// Adds the moments as `PREFIX.m` and `PREFIX.v`, and the step count to the metadata.
    void Store(Safetensors& file, const std::string& prefix) const;
    /// Reads what Store() wrote; throws InputError if the size differs.
    void Load(const Safetensors& file, const std::string& prefix, const std::string& path);

  private:
    double m_learningRate{0};
    double m_epsilon{0};
    int64_t m_steps{0};
    Eigen::ArrayXf m_first;  //!< m, the mean of the gradients
    Eigen::ArrayXf m_second; //!< v, the mean of their squares
};

/// Shortens a gradient to a Euclidean norm of at most `largest`; 0: any.
void ClipNorm(Eigen::VectorXf& gradient, double largest);

} // namespace sterna
} // namespace ns3

#endif /* STERNA_ADAM_H */
