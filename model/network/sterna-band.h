/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_BAND_H
#define STERNA_BAND_H

namespace ns3
{
namespace sterna
{

/// The two bands of the system; they do not interfere with each other.
enum class Band
{
    KA, ///< Satellite links, 30 GHz by default.
    C   ///< Terrestrial links, 4 GHz by default.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_BAND_H */
