/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_TRAFFIC_H
#define STERNA_LINK_GROUP_TRAFFIC_H

#include "ns3/object.h"
#include "ns3/random-variable-stream.h"
#include "ns3/sterna-link-group-problem.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Demands of one scheduling cycle: D_k uniform per class of device, and epsilon = D'_k / D_k.
 *
 * The defaults are the `small` preset: cellular UEs 10 to 90 Mbit, dual-mode UEs 60 to 440, BSs and
 * TSTs 130 to 630. One common D for all classes would be degenerate: a slot of the LEO's finishes
 * any device.
 */
class LinkGroupTraffic : public Object
{
  public:
    static TypeId GetTypeId();
    LinkGroupTraffic();

    struct Demands
    {
        Eigen::ArrayXd demand;  //!< D_k in Mbit, whole bytes
        Eigen::ArrayXd epsilon; //!< D'_k / D_k
    };

    /// New demands for a cycle; the same number of draws whatever the classes are.
    Demands Draw(const std::vector<LinkGroupSystem::Device>& devices);
    int64_t AssignStreams(int64_t stream);

  private:
    Ptr<UniformRandomVariable> m_random;
    double m_scale;
    double m_cellularMin;
    double m_cellularMax;
    double m_dualModeMin;
    double m_dualModeMax;
    double m_accessMin;
    double m_accessMax;
    double m_epsilonMin;
    double m_epsilonMax;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_TRAFFIC_H */
