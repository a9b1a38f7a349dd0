/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_HIDDEN_LAYERS_H
#define STERNA_HIDDEN_LAYERS_H

#include <Eigen/Core>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Reads the widths of hidden layers as an Attribute holds them, such as "64-64".
 *
 * Throws InputError if the text is not numbers from 1 to 65536 joined by hyphens.
 * \param attribute its name, for the message
 */
std::vector<Eigen::Index> ParseHiddenLayers(const std::string& text,
                                            const std::string& attribute = "HiddenLayers");

} // namespace sterna
} // namespace ns3

#endif /* STERNA_HIDDEN_LAYERS_H */
