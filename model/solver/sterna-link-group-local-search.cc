/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-link-group-local-search.h"

#include "sterna-link-group-plan-search.h"

#include "ns3/log.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaLinkGroupLocalSearch");

NS_OBJECT_ENSURE_REGISTERED(LinkGroupLocalSearch);

TypeId
LinkGroupLocalSearch::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::LinkGroupLocalSearch")
                            .SetParent<LinkGroupPlanner>()
                            .SetGroupName("Sterna")
                            .AddConstructor<LinkGroupLocalSearch>()
                            .AddAttribute("Attempts",
                                          "How often the search tries to leave a local optimum.",
                                          UintegerValue(1000),
                                          MakeUintegerAccessor(&LinkGroupLocalSearch::m_attempts),
                                          MakeUintegerChecker<uint32_t>());
    return tid;
}

LinkGroupLocalSearch::LinkGroupLocalSearch()
    : m_random(CreateObject<UniformRandomVariable>())
{
}

int64_t
LinkGroupLocalSearch::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1;
}

LinkGroupPlan
LinkGroupLocalSearch::Plan(const LinkGroupInstance& instance)
{
    LinkGroupPlanSearch search(instance);
    search.Construct();
    search.Descend();
    search.Improve(m_attempts, m_random);
    NS_LOG_INFO("objective " << search.Objective());
    return search.Plan();
}

} // namespace sterna
} // namespace ns3
