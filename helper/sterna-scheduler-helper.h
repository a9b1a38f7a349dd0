/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SCHEDULER_HELPER_H
#define STERNA_SCHEDULER_HELPER_H

#include "sterna-decider-names.h"
#include "sterna-helper.h"

#include "ns3/application-container.h"
#include "ns3/object-factory.h"
#include "ns3/sterna-agent.h"
#include "ns3/sterna-link-group-scheduler.h"

#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * Puts a scheduler, who decides for it, and its traffic over a network that SternaHelper installed.
 */
class SternaSchedulerHelper
{
  public:
    /// \param scheduler TypeId of the scheduler, such as "ns3::sterna::LinkGroupScheduler"
    explicit SternaSchedulerHelper(const std::string& scheduler);

    /// Sets an attribute of the scheduler.
    void SetAttribute(const std::string& name, const AttributeValue& value);
    /// Says what its traffic is: the TypeId of a LinkGroupTraffic, which it is by default.
    void SetTraffic(const std::string& traffic);
    /// Sets an attribute of its traffic.
    void SetTrafficAttribute(const std::string& name, const AttributeValue& value);

    /**
     * Says who decides: a decider of the scheduler's problem, or an agent, which is then given the
     * problem's encoder and decoder.
     *
     * \param decider TypeId of the decider or agent
     * \param arguments pairs of attribute names and values
     */
    template <typename... Arguments>
    void SetDecider(const std::string& decider, Arguments&&... arguments);
    /// The same for a decider that exists already.
    void SetDecider(Ptr<LinkGroupDecider> decider);

    /// Installs the scheduler on the network's first base station.
    ApplicationContainer Install(SternaHelper& network);

    /// Fixes the random streams of a scheduler, its traffic and its decider.
    static int64_t AssignStreams(const ApplicationContainer& schedulers, int64_t stream);

  private:
    ObjectFactory m_scheduler;
    ObjectFactory m_traffic;
    Ptr<LinkGroupDecider> m_decider;
};

/**
 * \ingroup sterna
 * Makes a decider of link-group scheduling from a name: that of a rule or solver (`Greedy`,
 * `ns3::sterna::LinkGroupGreedy`) or of an agent (`Wolpertinger`, `ns3::sterna::FrozenPolicy`).
 *
 * \throws InputError for an unknown name, with the known ones
 */
Ptr<LinkGroupDecider> CreateLinkGroupDecider(const std::string& name);

/// Gives an agent the encoder and decoder of link-group scheduling.
Ptr<LinkGroupDecider> CreateLinkGroupDecider(Ptr<Agent> agent, bool training = false);

/// Makes an agent from its name (`Wolpertinger`, `ns3::sterna::WolpertingerAgent`).
Ptr<Agent> CreateAgent(const std::string& name);

/// The decider of any policy file: an agent's, or a priority index.
Ptr<LinkGroupDecider> CreatePolicyDecider(const std::string& path);

template <typename... Arguments>
void
SternaSchedulerHelper::SetDecider(const std::string& decider, Arguments&&... arguments)
{
    const TypeId tid = TypeId::LookupByName(decider);
    ObjectFactory factory;
    factory.SetTypeId(tid);
    factory.Set(std::forward<Arguments>(arguments)...);
    if (tid.IsChildOf(Agent::GetTypeId()))
    {
        m_decider = CreateLinkGroupDecider(factory.Create<Agent>());
    }
    else
    {
        m_decider = factory.Create<LinkGroupDecider>();
    }
}

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SCHEDULER_HELPER_H */
