/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_GENERATOR_H
#define STERNA_GENERATOR_H

#include "ns3/random-variable-stream.h"

#include <Eigen/Core>
#include <random>
#include <string>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A random number generator whose state can be saved: what a checkpoint needs, and ns-3's streams
 * do not offer. It is seeded from an ns-3 stream, so RngSeed and RngRun govern it.
 *
 * The distributions are written out, because those of the standard library differ from one
 * implementation to the next and may keep a state of their own.
 */
class Generator
{
  public:
    /// Takes two numbers from the stream.
    void Seed(Ptr<UniformRandomVariable> stream);

    /// \return a number in [0, 1)
    double Uniform();
    /// \return a standard normal number (Box and Muller; the second of the pair is dropped)
    double Normal();
    /// \return a number in 0 ... count - 1, count > 0
    Eigen::Index Index(Eigen::Index count);

    /// The whole state as text.
    std::string GetState() const;
    /// Throws InputError if the text is not from GetState().
    void SetState(const std::string& state);

  private:
    std::mt19937_64 m_engine;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_GENERATOR_H */
