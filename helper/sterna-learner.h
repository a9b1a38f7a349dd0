/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LEARNER_H
#define STERNA_LEARNER_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/// One agent of a comparison, and how it learns.
struct Learner
{
    std::string label;    //!< what tables call it
    std::string agent;    //!< its name, such as Psddqn
    std::string learning; //!< the system's way of learning, such as offers or paper
    uint32_t episodes{0};
    /// Attributes that differ from the way of learning: full name and value.
    std::map<std::string, std::string> changes{};
};

/// What a training came to: a value per episode under each name.
using LearningCurves = std::map<std::string, std::vector<double>>;

/// What tells a training from all others, as the stem of file names: agent, way of learning, what
/// it learns in, episodes, changes and seed.
std::string TrainingName(const Learner& learner, const std::string& world, uint32_t seed);

/// Curves that an earlier run left at a path; empty if they are not there or not this long.
LearningCurves ReadCurves(const std::string& path, uint32_t episodes);
/// Writes curves of one length, atomically, so that ReadCurves() gives them back to the last bit.
void WriteCurves(const std::string& path, const LearningCurves& curves);

/**
 * \ingroup sterna
 * Run numbers of one training among many: set while it lasts, restored whatever happens. Trainings
 * with different numbers see different worlds and draw different weights.
 */
class TrainingRunScope
{
  public:
    explicit TrainingRunScope(uint32_t seed);
    ~TrainingRunScope();

    TrainingRunScope(const TrainingRunScope&) = delete;
    TrainingRunScope& operator=(const TrainingRunScope&) = delete;

  private:
    uint64_t m_run;
};

/**
 * \ingroup sterna
 * Attributes' defaults that hold for a while.
 */
class DefaultsScope
{
  public:
    /// \param changes full names of attributes and their values; throws InputError for one that
    /// cannot be set
    explicit DefaultsScope(const std::map<std::string, std::string>& changes);
    ~DefaultsScope();

    DefaultsScope(const DefaultsScope&) = delete;
    DefaultsScope& operator=(const DefaultsScope&) = delete;

  private:
    std::map<std::string, std::string> m_before;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LEARNER_H */
