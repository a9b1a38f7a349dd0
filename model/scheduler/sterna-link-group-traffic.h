/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_TRAFFIC_H
#define STERNA_LINK_GROUP_TRAFFIC_H

#include "ns3/object.h"
#include "ns3/random-variable-stream.h"
#include "ns3/sterna-link-group-problem.h"
#include "ns3/traced-callback.h"

#include <Eigen/Core>
#include <utility>
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
 *
 * With the attribute CarryOver what a cycle leaves unserved is still wanted in the next one,
 * D_k <- D_k - b_k + arrivals (Section V of Yuan et al., 2022), and D'_k = epsilon_k D_k of the sum,
 * with the epsilon_k drawn for the new cycle. In an over-loaded system that alone would grow without
 * bound: a device's buffer holds BacklogLimit times the largest volume that its class draws now, and
 * what does not fit is given up.
 *
 * Subclasses change who wants how much at `updates`, and trace the first slot of each.
 */
class LinkGroupTraffic : public Object
{
  public:
    static TypeId GetTypeId();
    LinkGroupTraffic();

    struct Demands
    {
        Eigen::ArrayXd demand;  //!< D_k in Mbit, whole bytes; 0: the device is absent
        Eigen::ArrayXd epsilon; //!< D'_k / D_k
    };

    /**
     * Demands of the next cycle. What is drawn depends on the stream and the number of the call
     * only, so that all deciders meet the same arrivals.
     *
     * \param devices the classes of the ground devices
     * \param backlog Mbit that the cycle before left unserved, per device; 0 before the first one
     * \param slot the cycle's first one
     */
    virtual Demands Next(const std::vector<LinkGroupSystem::Device>& devices,
                         const Eigen::ArrayXd& backlog,
                         uint64_t slot);
    virtual int64_t AssignStreams(int64_t stream);

    /// Demands have changed: the first slot to which the new law applies.
    typedef void (*UpdateCallback)(uint64_t slot);

  protected:
    /// All demands drawn from now on are so many times as large.
    void SetFactor(double factor);
    void TraceUpdate(uint64_t slot);

  private:
    /// Least and largest volume of a class, Mbit.
    std::pair<double, double> Range(LinkGroupSystem::Device kind) const;
    /// New arrivals; the same number of draws whatever the classes are.
    Demands Draw(const std::vector<LinkGroupSystem::Device>& devices);

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
    bool m_carryOver;
    double m_backlogLimit;
    double m_factor{1};
    TracedCallback<uint64_t> m_updateTrace;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_TRAFFIC_H */
