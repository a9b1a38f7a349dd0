/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_RECOVERY_TIME_H
#define STERNA_RECOVERY_TIME_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/// What counts as recovered.
struct RecoveryRule
{
    uint32_t window{20};    //!< slots of the running mean; two cycles even out their sawtooth
    double tolerance{0.05}; //!< largest distance from the level, as a share of it
    uint32_t cap{200};      //!< slots after which nobody waits any longer
};

/// How long it took to recover from an update.
struct Recovery
{
    uint32_t slots; //!< from the update on; the cap if it did not recover
    bool recovered;
};

/**
 * \ingroup sterna
 * The running mean: entry t is the mean of values[t - window + 1] ... values[t], or of as many of
 * them as there are.
 */
std::vector<double> RunningMean(const std::vector<double>& values, uint32_t window);

/// Slot by slot, a value as a share of another one: the objective as a share of the idle one.
std::vector<double> Shares(const std::vector<double>& values, const std::vector<double>& of);

/**
 * \ingroup sterna
 * Recovery time after Yuan et al., IEEE TWC 2022, Section V: slots from an update until the running
 * mean m of the objective stays near the level at which the interval ends.
 *
 * The interval is the slots update ... end - 1, and its level L = m(end - 1). The recovery time is
 * the least r >= 0 with |m(t) - L| <= tolerance |L| for all t from update + r to the interval's end:
 * 0 if m never leaves that band. It counts only if m is in the band for a whole window at least,
 * r <= end - update - window, because two running means less than a window apart agree by their
 * common slots alone, and if r < cap; otherwise the objective `did not recover`, and slots = cap.
 *
 * The running mean still remembers slots before the update: a plain step from a to b settles when
 * no more than a share tolerance b / |a - b| of the window is left of them.
 *
 * The objective (14a) grows with the load. Where an update changes the load, its share of the idle
 * objective (see Shares()) tells how well a decider does, the raw objective how much is left undone.
 *
 * \param objective per slot
 * \param update first slot of the interval
 * \param end one past its last slot; InputError if the interval is shorter than a window or not
 * within `objective`
 * \param rule what counts as recovered
 */
Recovery RecoveryTime(const std::vector<double>& objective,
                      std::size_t update,
                      std::size_t end,
                      const RecoveryRule& rule = RecoveryRule());

/**
 * \ingroup sterna
 * The recovery time from each update; intervals end at the next one or with the series. Intervals
 * shorter than a window allow no judgement and are left out.
 *
 * \param objective per slot
 * \param updates first slots of the intervals, ascending
 * \param rule what counts as recovered
 */
std::vector<Recovery> RecoveryTimes(const std::vector<double>& objective,
                                    const std::vector<uint64_t>& updates,
                                    const RecoveryRule& rule = RecoveryRule());

} // namespace sterna
} // namespace ns3

#endif /* STERNA_RECOVERY_TIME_H */
