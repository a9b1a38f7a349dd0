/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_LINK_GROUP_PLAN_SEARCH_H
#define STERNA_LINK_GROUP_PLAN_SEARCH_H

#include "sterna-link-group-slot-options.h"

#include "ns3/random-variable-stream.h"
#include "ns3/sterna-link-group-instance.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Local search for a good plan of an instance: an upper bound on the optimum of P1.
 *
 * One step replaces a slot's group by the best one while all other slots stay as they are. For a
 * pattern of active transmitters the best group separates over its transmitters, so no groups are
 * enumerated: a step costs one look at each rate of the slot. Descend() repeats it until nothing
 * improves; Improve() tears up a few slots, or works towards one device that is not served, and
 * repairs the plan, again and again.
 */
class LinkGroupPlanSearch
{
  public:
    /// \param instance outlives the search
    explicit LinkGroupPlanSearch(const LinkGroupInstance& instance);

    /// Slots before this one stay as they are.
    void SetFirstSlot(uint32_t slot);
    /// Starts from a plan, which must be valid; missing slots are idle.
    void SetPlan(const LinkGroupPlan& plan);
    /// A plan made slot by slot, each group worth what it brings and what it brings nearer.
    void Construct();
    /// Best groups, slot after slot, until none improves.
    void Descend();
    /// So many attempts to leave the local optimum; the plan never gets worse.
    void Improve(uint32_t attempts, Ptr<UniformRandomVariable> random);

    const LinkGroupPlan& Plan() const;
    /// (14a) at the plan's end.
    double Objective() const;

  private:
    /// A device that wants more.
    struct Open
    {
        uint32_t index;
        double gap;     //!< D_k - b_k, Mbit
        double missing; //!< D'_k - b_k, Mbit; infinite if it is served
        double weight;  //!< eta_k
    };

    uint32_t Served(const Eigen::ArrayXd& volumes) const;
    /// b_k from all slots but one.
    const Eigen::ArrayXd& VolumesWithout(uint32_t slot);
    /// What (14a) falls by when a group's rates come on top of `volumes`.
    double Gain(uint32_t slot, const LinkGroup& group, const Eigen::ArrayXd& volumes) const;
    /// The best group of a slot on top of `volumes`; `foresight` is the share of a completion's
    /// worth that mere progress towards it counts for.
    LinkGroup BestGroup(uint32_t slot, const Eigen::ArrayXd& volumes, double foresight);
    void RankOptions(uint32_t slot, const Eigen::ArrayXd& volumes, double foresight);
    /// \return whether a slot's group was improved
    bool Respond(uint32_t slot);
    void TearUp(Ptr<UniformRandomVariable> random);
    void WorkTowards(Ptr<UniformRandomVariable> random);
    uint32_t DrawSlot(Ptr<UniformRandomVariable> random) const;

    const LinkGroupInstance& m_instance;
    uint32_t m_firstSlot{0};
    LinkGroupPlan m_plan;
    double m_objective;
    Eigen::ArrayXd m_volumes;
    std::vector<Open> m_open;
    LinkGroupSlotOptions m_options;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_LINK_GROUP_PLAN_SEARCH_H */
