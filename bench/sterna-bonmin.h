/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_BONMIN_H
#define STERNA_BONMIN_H

#include "ns3/sterna-link-group-instance.h"

namespace ns3
{
namespace sterna
{
namespace bench
{

/// What Bonmin says of an instance.
struct BonminResult
{
    double value;   //!< (14a) of its best solution; infinity if it found none
    double bound;   //!< its lower bound
    bool proved;    //!< whether it ended by itself
    double seconds; //!< wall-clock time
};

/**
 * \ingroup sterna-bench
 * P1 solved by Bonmin (coinor-libbonmin-dev), an independent referee and rival.
 *
 * Binary x per slot, link (transmitter and pattern) and device, p per slot, band and pattern, and
 * y per device:
 *
 *     min eta_0 (sum y - K)^2 + sum_k eta_k g_k^2
 *     sum_k x = p for each slot and link, sum p <= 1 for each slot and band, (9) for each slot and
 *     device, D'_k y_k <= b_k + sum R x, and g_k >= D_k - b_k - sum R x, g_k >= 0 (for the literal
 *     objective g_k = D_k - b_k - sum R x).
 *
 * \param instance what is to be solved
 * \param timeLimit s
 * \param algorithm of Bonmin: B-BB, B-OA, B-QG, B-Hyb
 */
BonminResult SolveWithBonmin(const LinkGroupInstance& instance,
                             double timeLimit,
                             const char* algorithm = "B-BB");

} // namespace bench
} // namespace sterna
} // namespace ns3

#endif /* STERNA_BONMIN_H */
